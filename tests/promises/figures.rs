//! No figure that is shown early ever moves by the answers of fewer people than the minimum group,
//! whatever people do: answer, answer again, take back, have themselves forgotten.

use std::collections::BTreeMap;
use std::sync::Arc;

use maturity_bot::domain::ids::{EventId, QuestionId, RoundId};
use maturity_bot::domain::message::Press;
use maturity_bot::domain::team::{Mode, Settings};
use maturity_bot::platform::What;
use maturity_bot::store::keyring::Keyring;
use maturity_bot::store::memory::MemoryKv;
use proptest::prelude::*;

use super::house::{House, calm, id};

const TEAM: [&str; 6] = ["Ann", "Bob", "Cem", "Dia", "Eli", "Fay"];
const QUESTION: &str = "skills.kubernetes";
const MIN: usize = 3;

#[derive(Clone, Debug)]
enum Step {
    Answer(usize, u8),
    DontKnow(usize),
    Withdraw(usize),
    Forget(usize),
    Report,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        12 => (0..TEAM.len(), 0..4_u8).prop_map(|(person, level)| Step::Answer(person, level)),
        2 => (0..TEAM.len()).prop_map(Step::DontKnow),
        3 => (0..TEAM.len()).prop_map(Step::Withdraw),
        2 => (1..TEAM.len()).prop_map(Step::Forget),
        6 => Just(Step::Report),
    ]
}

/// What people really think, beside what is shown.
#[derive(Default)]
struct Truth {
    now: BTreeMap<usize, String>,
    at_last_change: BTreeMap<usize, String>,
    shown: Option<String>,
    forgotten: Vec<usize>,
    events: BTreeMap<usize, String>,
}

impl Truth {
    fn moved(&self) -> usize {
        let people = 0..TEAM.len();
        people.filter(|who| self.now.get(who) != self.at_last_change.get(who)).count()
    }
}

async fn answer(house: &House, truth: &mut Truth, round: RoundId, who: usize, reply: &str) {
    let token = Press::Answer(round, QuestionId::from(QUESTION), reply.to_owned()).token();
    let event = format!("answer {} of {who}", truth.events.len() * 1000 + truth.now.len() + who);
    let event = format!("{event} {:?}", house.clock.now());
    house.clock.advance(chrono::TimeDelta::milliseconds(1));
    house.event(&event, What::Chose { person: id(TEAM[who]), place: None, token }).await;
    if !truth.forgotten.contains(&who) {
        truth.now.insert(who, reply.to_owned());
        truth.events.insert(who, event);
    }
}

async fn take(house: &House, truth: &mut Truth, round: RoundId, step: &Step) {
    match *step {
        Step::Answer(who, level) => answer(house, truth, round, who, &level.to_string()).await,
        Step::DontKnow(who) => answer(house, truth, round, who, "?").await,
        Step::Withdraw(who) => {
            if let Some(event) = truth.events.get(&who) {
                let of = EventId(event.clone());
                house.happens(What::Withdrawn { person: id(TEAM[who]), of }).await;
                truth.now.remove(&who);
            }
        }
        Step::Forget(who) => {
            house.say(TEAM[who], "forget me for good").await;
            truth.now.remove(&who);
            truth.events.remove(&who);
            truth.forgotten.push(who);
        }
        Step::Report => {}
    }
}

/// Everything about the question that leads can be shown, but how many take part.
async fn shown(house: &House) -> String {
    let mut all = String::new();
    for ask in ["why skills.kubernetes", "why skills", "why", "report", "trend"] {
        all.push_str(&house.say("Ann", &format!("/maturity {ask}")).await);
    }
    let people = |line: &&str| !line.contains("people answered") && !line.starts_with("Confidence");
    all.lines().filter(people).collect::<Vec<_>>().join("\n")
}

async fn history(steps: Vec<Step>, mode: Mode) -> Result<(), TestCaseError> {
    let house = House::over(Arc::new(MemoryKv::new()), Keyring::in_memory());
    let settings = Settings { early: true, mode, ..calm() };
    let team = house.team("crew", &TEAM, settings).await;
    house.say("Ann", "/maturity start quick").await;
    let round = RoundId { team, number: 1 };
    let mut truth = Truth { shown: Some(shown(&house).await), ..Truth::default() };
    for (place, step) in steps.iter().chain([&Step::Report]).enumerate() {
        take(&house, &mut truth, round, step).await;
        if matches!(step, Step::Report) {
            let figures = Some(shown(&house).await);
            if figures != truth.shown {
                let moved = truth.moved();
                prop_assert!(moved >= MIN, "{moved} moved a figure at step {place}: {figures:?}");
                truth.shown = figures;
                truth.at_last_change = truth.now.clone();
            } else if truth.moved() >= MIN {
                // The same figure may come of other answers; they are the published ones now.
                truth.at_last_change = truth.now.clone();
            }
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, max_shrink_iters: 60, ..ProptestConfig::default() })]

    #[test]
    fn early_figures_move_only_by_whole_groups(
        steps in prop::collection::vec(step(), 10..40),
        anonymous in any::<bool>(),
    ) {
        let mode = if anonymous { Mode::Anonymous } else { Mode::Pseudonymous };
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(history(steps, mode))?;
    }
}
