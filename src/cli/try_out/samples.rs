//! Made-up teammates: they live through some rounds before the try-out begins, and answer along.

use std::sync::Arc;

use chrono::TimeDelta;

use crate::clock::Clock;
use crate::domain::ids::{EventId, PersonId, PlaceId, QuestionId, RoundId};
use crate::domain::message::Press;
use crate::engine::{Engine, TeamPlan};
use crate::platform::console::{Resident, Session};
use crate::platform::{Facts, Inbox, Incoming, Profile, What};

/// The room of the try-out's team.
pub const ROOM: &str = "console:try-out";

/// Their names.
pub const NAMES: [&str; 4] = ["Sample 1", "Sample 2", "Sample 3", "Sample 4"];

/// How many rounds they have behind them.
pub const ROUNDS: usize = 3;

/// Weeks between two of their rounds.
const PACE: i64 = 4;

/// What each of them answers to each question of a quick round, one row per round; the last row is
/// for the round of the try-out itself.
///
/// Each question has the same answer twice in the middle, so that one more person moves no median;
/// most are so close that one odd answer makes no disagreement of them. So whatever the human answers, the report shows something of everything: a limit (Structure),
/// a pillar that rose (Tooling) and one that fell (Processes), a question seen differently (the
/// first), and one that nobody can answer (the last).
const ANSWERS: [[[&str; 8]; 4]; ROUNDS + 1] = [
    [
        ["3", "1", "1", "0", "2", "2", "3", "?"],
        ["2", "1", "0", "1", "0", "3", "3", "?"],
        ["1", "2", "1", "1", "1", "1", "4", "1"],
        ["2", "1", "2", "2", "1", "2", "2", "2"],
    ],
    [
        ["4", "2", "1", "1", "3", "2", "4", "?"],
        ["2", "2", "0", "2", "1", "3", "4", "?"],
        ["1", "2", "1", "2", "2", "1", "4", "1"],
        ["2", "1", "2", "2", "2", "2", "3", "2"],
    ],
    [
        ["5", "2", "2", "1", "3", "3", "4", "?"],
        ["3", "2", "1", "2", "1", "3", "4", "?"],
        ["1", "3", "2", "2", "2", "2", "4", "?"],
        ["3", "1", "2", "3", "2", "3", "4", "2"],
    ],
    [
        ["5", "2", "2", "2", "3", "3", "3", "?"],
        ["3", "2", "2", "2", "3", "3", "3", "?"],
        ["1", "3", "2", "2", "3", "2", "3", "?"],
        ["3", "2", "2", "3", "3", "3", "3", "?"],
    ],
];

/// Remarks that some of them leave behind their last answer in the round of the try-out.
const REMARKS: [&str; 3] = [
    "The new dashboards help a lot.",
    "We put off writing down how to go back to an old release.",
    "I would like to see a node fail on purpose, in daylight.",
];

/// Lets the made-up teammates live through their rounds, with the clock set back, up to now.
///
/// A try-out that was cut off in the middle of this goes on behind the rounds that it finished.
pub async fn live(
    engine: &Arc<Engine>,
    inbox: &Inbox,
    clock: &Clock,
    plan: &TeamPlan,
    session: &mut Session,
) -> anyhow::Result<()> {
    let people: Vec<Resident> =
        NAMES.iter().map(|name| Resident::new(name, Some(plan.place.clone()))).collect();
    let lead = people[0].id.clone();
    engine.make_team(&TeamPlan { leads: vec![lead.clone()], ..plan.clone() }).await?;
    let done = engine.rounds_closed(&plan.place)?;
    clock.advance(-TimeDelta::weeks(PACE * i64::try_from(ROUNDS)?));
    for number in 0..ROUNDS {
        if number >= done {
            meet(inbox, clock, &plan.place, &people).await?;
            say(inbox, clock, &lead, "/maturity cancel").await?;
            say(inbox, clock, &lead, "/maturity start quick").await?;
            engine.tick().await?;
            answer(engine, inbox, clock, &people, number).await?;
            say(inbox, clock, &lead, "/maturity close").await?;
        }
        clock.advance(TimeDelta::weeks(PACE));
    }
    say(inbox, clock, &people[1].id, "/maturity champion volunteer tooling").await?;
    engine.drop_letters().await?;
    for person in &people {
        say(inbox, clock, &person.id, "/maturity stop").await?;
    }
    session.residents.extend(people);
    Ok(())
}

/// Everybody in the room, so that a round may open at once.
async fn meet(
    inbox: &Inbox,
    clock: &Clock,
    place: &PlaceId,
    people: &[Resident],
) -> anyhow::Result<()> {
    let members: Vec<Profile> = people.iter().map(Resident::profile).collect();
    let facts = Facts::Members { place: place.clone(), members };
    hand_in(inbox, clock, What::Facts(facts)).await
}

/// Lets the made-up teammates answer in the open round of the try-out.
pub async fn answer_along(
    engine: &Engine,
    inbox: &Inbox,
    clock: &Clock,
    place: &PlaceId,
) -> anyhow::Result<()> {
    let people: Vec<Resident> =
        NAMES.iter().map(|name| Resident::new(name, Some(place.clone()))).collect();
    answer(engine, inbox, clock, &people, ROUNDS).await?;
    for (person, remark) in people.iter().zip(REMARKS) {
        say(inbox, clock, &person.id, &format!("comment {remark}")).await?;
    }
    Ok(())
}

async fn answer(
    engine: &Engine,
    inbox: &Inbox,
    clock: &Clock,
    people: &[Resident],
    row: usize,
) -> anyhow::Result<()> {
    let mut sittings = tokio::task::JoinSet::new();
    for (person, replies) in people.iter().zip(ANSWERS[row]) {
        let Some(progress) = engine.progress(&person.id)? else { continue };
        let (inbox, clock, person) = (inbox.clone(), clock.clone(), person.id.clone());
        sittings.spawn(async move {
            sit(&inbox, &clock, &person, progress.round, &progress.questions, &replies).await
        });
    }
    while let Some(sitting) = sittings.join_next().await {
        sitting??;
    }
    Ok(())
}

async fn sit(
    inbox: &Inbox,
    clock: &Clock,
    person: &PersonId,
    round: RoundId,
    questions: &[QuestionId],
    replies: &[&str],
) -> anyhow::Result<()> {
    for (question, reply) in questions.iter().zip(replies) {
        let token = Press::Answer(round, question.clone(), (*reply).to_owned()).token();
        let what = What::Chose { person: person.clone(), place: None, token };
        hand_in(inbox, clock, what).await?;
    }
    Ok(())
}

async fn say(inbox: &Inbox, clock: &Clock, person: &PersonId, text: &str) -> anyhow::Result<()> {
    let (person, text) = (person.clone(), text.to_owned());
    hand_in(inbox, clock, What::Said { person, place: None, text }).await
}

async fn hand_in(inbox: &Inbox, clock: &Clock, what: What) -> anyhow::Result<()> {
    let id = EventId(format!("sample:{:032x}", u128::from_be_bytes(crate::random::bytes())));
    inbox.hand_in(Incoming { id, sent: clock.now(), what }).await?;
    Ok(())
}
