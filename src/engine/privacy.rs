//! What is known of a person, and how it is forgotten.

use super::champions;
use super::decision::{Decided, Desk};
use super::home::my_teams;
use super::speaker::Speaker;
use super::wishes::pauses;
use crate::domain::command::Confirmation;
use crate::domain::ids::{Pseudonym, RoundId};
use crate::domain::message::Destination;
use crate::domain::person::Person;
use crate::domain::publication::relabel;
use crate::domain::round::Round;
use crate::domain::team::{Mode, Team};
use crate::platform::Reply;
use crate::store::entries::Shred;
use crate::store::keyring::pseudonym;
use crate::store::layout;
use crate::text::words::{ForgetAsk, Forgotten, Me};

/// `me`.
pub(super) fn me(desk: &Desk<'_>, speaker: &Speaker) -> Decided<Reply> {
    let (snoozed, away) = pauses(desk, speaker);
    Ok(desk.reply(&Me {
        name: speaker.person.name.clone(),
        zone: speaker.person.zone.map(|zone| zone.name().to_owned()),
        teams: my_teams(desk, speaker)?,
        snoozed,
        away,
        stopped: speaker.person.stopped,
    }))
}

/// `forget me`: says what that means, or does it.
pub(super) fn forget(desk: &Desk<'_>, speaker: &Speaker, step: Confirmation) -> Decided<Reply> {
    if step == Confirmation::Missing {
        let mut anonymous = false;
        for team in &speaker.teams {
            let rounds = desk.tx.rounds(team.id)?;
            anonymous |= rounds.iter().any(|round| round.terms.mode == Mode::Anonymous);
        }
        return Ok(desk.reply(&ForgetAsk { anonymous }));
    }
    drop_letters(desk, &speaker.person)?;
    if desk.tx.ops() > 0 {
        desk.again.set(true);
        return Ok(None);
    }
    let teams = known_to(desk, speaker)?;
    for team in &teams {
        forget_answers(desk, team, &speaker.person)?;
    }
    // What names the person goes into a commit of its own: beside the deleted answers it would
    // join the two in whatever the disk still holds.
    if desk.again.get() {
        return Ok(None);
    }
    for team in &teams {
        champions::forgotten(desk, team, &speaker.person.id)?;
        // What that brings in several teams is more than one commit holds.
        if desk.tx.ops() > 0 {
            desk.again.set(true);
            return Ok(None);
        }
    }
    let open =
        teams.iter().filter_map(|team| Some(RoundId { team: team.id, number: team.current? }));
    let mut sits_out = still_sat_out(desk, &speaker.person)?;
    sits_out.retain(|id| !teams.iter().any(|team| team.id == id.team));
    sits_out.extend(open);
    desk.tx.put_person(&Person {
        // Answering again in a round that was open would let figures move by fewer people than
        // the minimum group, because the answers taken back still count under another label.
        sits_out,
        zone: None,
        away_until: None,
        snoozed_until: None,
        facing: None,
        ..speaker.person.clone()
    })?;
    for team in &teams {
        if desk.is_full() {
            return Ok(None);
        }
        if desk.keyring.find_person_key(team.id, &speaker.person.id)?.is_some() {
            desk.tx.shred(&Shred::Person(team.id, speaker.person.id.clone()))?;
        }
    }
    Ok(desk.reply(&Forgotten { stopped: speaker.person.stopped }))
}

/// The rounds that a person sits out since they were forgotten before, where these are still open.
fn still_sat_out(desk: &Desk<'_>, person: &Person) -> Decided<Vec<RoundId>> {
    let mut open = Vec::new();
    for id in &person.sits_out {
        let is_current = |team: Team| team.current == Some(id.number);
        if desk.tx.team(id.team)?.is_some_and(is_current) {
            open.push(*id);
        }
    }
    Ok(open)
}

/// The teams that may know something of a person: their own, and those they left.
fn known_to(desk: &Desk<'_>, speaker: &Speaker) -> Decided<Vec<Team>> {
    let mut teams = speaker.teams.clone();
    for team in desk.tx.teams()? {
        let known = teams.iter().any(|own| own.id == team.id);
        let id = &speaker.person.id;
        let left_answers = || {
            let key = desk.keyring.find_person_key(team.id, id)?;
            let round = desk.current_round(&team)?;
            let hidden = round.map(|round| desk.find_key(&round, id)).transpose()?;
            Decided::Ok(key.is_some() || hidden.flatten().is_some())
        };
        if !known && left_answers()? {
            teams.push(team);
        }
    }
    Ok(teams)
}

/// Deletes a person's answers in every round of a team that their key still opens. What does not
/// fit into one commit is left to the next.
fn forget_answers(desk: &Desk<'_>, team: &Team, person: &Person) -> Decided<()> {
    for round in desk.tx.rounds(team.id)?.iter().rev() {
        if desk.is_full() {
            return Ok(());
        }
        if let Some(who) = desk.find_pseudonym(round, person)? {
            // The same in each commit of many, so that one person goes on counting as one.
            let scope = format!("forgotten {}", round.id);
            forget_round(desk, round, who, pseudonym(desk.labels, &person.id, &scope))?;
        }
    }
    Ok(())
}

/// Deletes a person's answers in one round; published sets keep them under a fresh label, so that
/// no figure moves.
fn forget_round(desk: &Desk<'_>, round: &Round, who: Pseudonym, fresh: Pseudonym) -> Decided<()> {
    for (question, mut set) in desk.tx.published(round.id)? {
        if relabel(&mut set, who, fresh) {
            desk.tx.put_published(round.id, &question, &set)?;
            desk.again.set(true);
        }
        if desk.is_full() {
            return Ok(());
        }
    }
    let answers = desk.tx.answers_of(round.id, who)?.into_keys();
    let mut keys: Vec<_> = answers.map(|id| layout::answer(round.id, who, &id)).collect();
    let sitting = layout::sitting(round.id, who);
    if desk.tx.exists(&sitting)? {
        keys.push(sitting);
    }
    for key in keys {
        desk.again.set(true);
        if desk.is_full() {
            return Ok(());
        }
        desk.tx.delete(key);
    }
    Ok(())
}

/// Messages that wait for the person go nowhere any more.
fn drop_letters(desk: &Desk<'_>, person: &Person) -> Decided<()> {
    let lane = Destination::Person(person.id.clone()).lane();
    for (key, _) in desk.tx.waiting_for(&lane, usize::MAX)? {
        if desk.is_full() {
            break;
        }
        desk.tx.delete(key);
    }
    Ok(())
}
