//! What is told of champions, to whom, and how long it stays true.
//!
//! People are told unasked at most once a day, so news wait, and some are overtaken meanwhile:
//! questions are then not asked any more, and news of a champion who is none any more are taken
//! back.

use super::decision::{Decided, Desk, ROOM};
use super::jobs::write_to;
use super::speaker::leads_of;
use crate::domain::champions::{Champions, Departure, Effect, MOST_PILLARS};
use crate::domain::ids::{PersonId, TeamId};
use crate::domain::level::Pillar;
use crate::domain::message::{Choice, Destination, Message, Press};
use crate::domain::outgoing::{Errand, Mishap, Purpose};
use crate::domain::team::Team;
use crate::text::Words;
use crate::text::words::{
    ChampionAsk, ChampionGone, ChampionHandOver, ChampionLoad, ChampionNew, ChampionTerm, Labels,
    When,
};

/// A champion who is none any more, of which pillar, and what leads hear of it.
type Gone<'a> = (&'a PersonId, Pillar, String);

/// What a pillar is called.
pub(super) fn title(desk: &Desk<'_>, pillar: Pillar) -> String {
    desk.content.bank.title(pillar).to_owned()
}

/// Tells what a step brought.
pub(super) fn tell(
    desk: &Desk<'_>,
    team: &Team,
    after: &Champions,
    effects: &[Effect],
) -> Decided<()> {
    let mut gone = Vec::new();
    for effect in effects {
        if let Effect::TellLead { gone: person, pillar, because, next } = effect {
            let next = next.as_ref().map(|person| desk.tx.name_of(person)).transpose()?;
            let words = ChampionGone {
                team: team.name.clone(),
                person: desk.tx.name_of(person)?,
                pillar: title(desk, *pillar),
                left: *because == Departure::Left,
                next,
            };
            gone.push((person, *pillar, desk.text.say(&words)));
        }
        tell_one(desk, team, after, effect)?;
    }
    if gone.is_empty() { Ok(()) } else { tell_of_leaving(desk, team, &gone) }
}

/// Several who go at once are one message to a lead. Who was not told yet that somebody is
/// champion need not hear that they went.
fn tell_of_leaving(desk: &Desk<'_>, team: &Team, gone: &[Gone<'_>]) -> Decided<()> {
    for (person, pillar, _) in gone {
        withdraw(desk, team, person, &[hand_over(desk, team, *pillar)])?;
    }
    for lead in leads_of(desk, team)? {
        let mut news = Vec::new();
        for (person, pillar, words) in gone {
            withdraw(desk, team, &lead, &[load(desk, team, person)?])?;
            let unheard = withdraw(desk, team, &lead, &new(desk, team, person, *pillar)?)?;
            if !unheard && lead != **person {
                news.push(words.as_str());
            }
        }
        if !news.is_empty() {
            to_person(desk, team, &lead, Message::Text(news.join("\n\n")))?;
        }
    }
    Ok(())
}

/// Takes back what waits for somebody in one of these wordings, as far as a commit has room; gives
/// whether there was any.
fn withdraw(desk: &Desk<'_>, team: &Team, from: &PersonId, words: &[String]) -> Decided<bool> {
    let lane = Destination::Person(from.clone()).lane();
    let mut any = false;
    for (key, row) in desk.tx.waiting_for(&lane, usize::MAX)? {
        let Errand::Say(_, message) = &row.errand else { continue };
        let is_it = row.purpose == Purpose::Champion(team.id) && words.contains(&message.body());
        if is_it && !row.sending && desk.tx.ops() < ROOM {
            desk.tx.delete(key);
            desk.mishap(row.purpose, Mishap::Unwanted)?;
            any = true;
        }
    }
    Ok(any)
}

/// Whether what somebody is told about champions still holds: a question is open until it was
/// answered, or lapsed; news are taken back as soon as they are overtaken.
pub(super) fn is_wanted(desk: &Desk<'_>, team: TeamId, errand: &Errand) -> Decided<bool> {
    let Errand::Say(Destination::Person(id), message) = errand else { return Ok(true) };
    match message.choices().iter().find_map(asks_about) {
        Some(pillar) => Ok(desk.tx.champions(team)?.asked_of(id).contains(&pillar)),
        None => Ok(true),
    }
}

/// The pillar that somebody accepts by a choice.
fn asks_about(choice: &Choice) -> Option<Pillar> {
    let Press::Tell(_, words) = &choice.press else { return None };
    Pillar::ALL.into_iter().find(|pillar| *words == reply("accept", *pillar))
}

fn reply(verb: &str, pillar: Pillar) -> String {
    format!("champion {verb} {}", pillar.name())
}

fn tell_one(desk: &Desk<'_>, team: &Team, after: &Champions, effect: &Effect) -> Decided<()> {
    match effect {
        Effect::AskPrivately(person, pillar) => {
            let name = pillar.name().to_owned();
            let words = ChampionAsk { team: team.name.clone(), pillar: title(desk, *pillar), name };
            to_person(desk, team, person, choices(desk, team, &words, *pillar))
        }
        Effect::AskRenewal(person, pillar, ends) => {
            let ends = desk.when(*ends, team);
            let words = term_words(desk, team, *pillar, ends, false);
            to_person(desk, team, person, choices(desk, team, &words, *pillar))
        }
        Effect::Announce(person, pillar) => {
            let held = after.held_by(person).len();
            let words = new(desk, team, person, *pillar)?.into_iter().nth(held.saturating_sub(1));
            to_leads(desk, team, person, &words.unwrap_or_default())
        }
        Effect::WarnOfLoad(person) => to_leads(desk, team, person, &load(desk, team, person)?),
        Effect::TellLead { gone, pillar, because: Departure::TermEnded, .. } => {
            let words = term_words(desk, team, *pillar, desk.when(desk.now, team), true);
            to_person(desk, team, gone, Message::Text(desk.text.say(&words)))
        }
        Effect::TellLead { .. } => Ok(()),
        Effect::HandOver(person, pillar) => {
            to_person(desk, team, person, Message::Text(hand_over(desk, team, *pillar)))
        }
    }
}

/// That somebody is champion, by how many pillars they carry, from one on.
fn new(desk: &Desk<'_>, team: &Team, person: &PersonId, pillar: Pillar) -> Decided<Vec<String>> {
    let person = desk.tx.name_of(person)?;
    let words = |pillars| ChampionNew {
        team: team.name.clone(),
        person: person.clone(),
        pillar: title(desk, pillar),
        pillars,
    };
    Ok((1..=MOST_PILLARS).map(|pillars| desk.text.say(&words(pillars))).collect())
}

/// That somebody carries as much as one person should.
fn load(desk: &Desk<'_>, team: &Team, person: &PersonId) -> Decided<String> {
    let person = desk.tx.name_of(person)?;
    Ok(desk.text.say(&ChampionLoad { team: team.name.clone(), person }))
}

/// That somebody stands first for a pillar now.
fn hand_over(desk: &Desk<'_>, team: &Team, pillar: Pillar) -> String {
    desk.text.say(&ChampionHandOver { team: team.name.clone(), pillar: title(desk, pillar) })
}

fn term_words(
    desk: &Desk<'_>,
    team: &Team,
    pillar: Pillar,
    ends: When,
    ended: bool,
) -> ChampionTerm {
    ChampionTerm {
        team: team.name.clone(),
        pillar: title(desk, pillar),
        name: pillar.name().to_owned(),
        ends,
        ended,
    }
}

fn choices<W: Words>(desk: &Desk<'_>, team: &Team, words: &W, pillar: Pillar) -> Message {
    let choice = |verb: &'static str| Choice {
        key: verb.to_owned(),
        label: desk.text.say(&Labels { label: verb }),
        press: Press::Tell(team.id, reply(verb, pillar)),
    };
    let choices = vec![choice("accept"), choice("decline")];
    Message::Choices { body: desk.text.say(words), choices }
}

fn to_person(desk: &Desk<'_>, team: &Team, person: &PersonId, message: Message) -> Decided<()> {
    let person = desk.person(person)?;
    write_to(desk, &person, team, message, Purpose::Champion(team.id)).map(|_| ())
}

/// Tells the leads about somebody, who needs no news of themselves.
fn to_leads(desk: &Desk<'_>, team: &Team, about: &PersonId, body: &str) -> Decided<()> {
    for lead in leads_of(desk, team)?.iter().filter(|lead| *lead != about) {
        to_person(desk, team, lead, Message::Text(body.to_owned()))?;
    }
    Ok(())
}
