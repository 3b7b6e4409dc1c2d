//! Where each record stands, so that every question the bot asks of its data is one short range.

use super::entries::Due;
use super::keys::{KeyBuilder, Segment, hex, key, segments};
use super::kv::Key;
use crate::clock::Instant;
use crate::domain::ids::{ActionId, PersonId, PlaceId, Pseudonym, QuestionId, RoundId, TeamId};
use crate::domain::team::Wake;

/// One team.
#[must_use]
pub fn team(id: TeamId) -> Key {
    key("team").team(id).done()
}

/// All teams.
#[must_use]
pub fn teams() -> Key {
    key("team").done()
}

/// The number the next team gets.
#[must_use]
pub fn next_team() -> Key {
    key("next-team").done()
}

/// The team of a place.
#[must_use]
pub fn place(place: &PlaceId) -> Key {
    key("place").text(place.as_str()).done()
}

/// A person.
#[must_use]
pub fn person(id: &PersonId) -> Key {
    key("person").text(id.as_str()).done()
}

/// A person's membership of a team.
#[must_use]
pub fn member(team: TeamId, person: &PersonId) -> Key {
    key("member").team(team).text(person.as_str()).done()
}

/// The members of a team.
#[must_use]
pub fn members(team: TeamId) -> Key {
    key("member").team(team).done()
}

/// The groups of a team's members.
#[must_use]
pub fn groups_of(team: TeamId) -> Key {
    key("groups").team(team).done()
}

/// The groups that a member of a team belongs to.
#[must_use]
pub fn groups(team: TeamId, person: &PersonId) -> Key {
    key("groups").team(team).text(person.as_str()).done()
}

/// The teams of a person.
#[must_use]
pub fn teams_of(person: &PersonId) -> Key {
    key("belongs").text(person.as_str()).done()
}

/// A person's way to one team.
#[must_use]
pub fn belongs(person: &PersonId, team: TeamId) -> Key {
    key("belongs").text(person.as_str()).team(team).done()
}

/// The teams that the config file lets a person lead.
#[must_use]
pub fn leads_of(person: &PersonId) -> Key {
    key("leads").text(person.as_str()).done()
}

/// A lead's way to one team.
#[must_use]
pub fn leads(person: &PersonId, team: TeamId) -> Key {
    key("leads").text(person.as_str()).team(team).done()
}

/// One round.
#[must_use]
pub fn round(id: RoundId) -> Key {
    key("round").round(id).done()
}

/// The rounds of a team, oldest first.
#[must_use]
pub fn rounds(team: TeamId) -> Key {
    key("round").team(team).done()
}

/// Who was asked in a round, in pieces.
pub fn roster(id: RoundId) -> KeyBuilder {
    key("roster").round(id)
}

/// The stored bank of this fingerprint, in pieces.
pub fn bank(fingerprint: u64) -> KeyBuilder {
    key("bank").u64(fingerprint)
}

/// One person's place in a round.
#[must_use]
pub fn sitting(round: RoundId, pseudonym: Pseudonym) -> Key {
    key("sitting").round(round).pseudonym(pseudonym).done()
}

/// One answer.
#[must_use]
pub fn answer(round: RoundId, pseudonym: Pseudonym, question: &QuestionId) -> Key {
    key("answer").round(round).pseudonym(pseudonym).text(question.as_str()).done()
}

/// One person's answers in a round.
#[must_use]
pub fn answers_of(round: RoundId, pseudonym: Pseudonym) -> Key {
    key("answer").round(round).pseudonym(pseudonym).done()
}

/// All answers of a round.
#[must_use]
pub fn answers(round: RoundId) -> Key {
    key("answer").round(round).done()
}

/// The published answers of an open round, in pieces behind their question.
pub fn published(round: RoundId) -> KeyBuilder {
    key("published").round(round)
}

/// The final result of a closed round.
#[must_use]
pub fn result(round: RoundId) -> Key {
    key("result").round(round).done()
}

/// The final results of a team, oldest first.
#[must_use]
pub fn results(team: TeamId) -> Key {
    key("result").team(team).done()
}

/// What became of an action.
#[must_use]
pub fn action(team: TeamId, action: &ActionId) -> Key {
    key("action").team(team).text(action.as_str()).done()
}

/// What became of a team's actions.
#[must_use]
pub fn actions(team: TeamId) -> Key {
    key("action").team(team).done()
}

/// The numbers by which a team knows its actions.
#[must_use]
pub fn numbering(team: TeamId) -> Key {
    key("numbering").team(team).done()
}

/// Nominations and champions of a team.
#[must_use]
pub fn champions(team: TeamId) -> Key {
    key("champion").team(team).done()
}

/// What is due, by time.
#[must_use]
pub fn due(at: Instant, team: TeamId, wake: Wake) -> Key {
    due_at(at).team(team).u32(wake_number(wake)).done()
}

/// What is due under a key of [`due`].
#[must_use]
pub fn due_of(key: &[u8]) -> Option<Due> {
    match segments(key)?.as_slice() {
        [.., Segment::U32(team), Segment::U32(number)] => {
            Some(Due { team: TeamId(*team), wake: wake_of(*number)? })
        }
        _ => None,
    }
}

/// Everything that is due before an instant lies between [`all_due`] and this.
pub fn due_at(at: Instant) -> KeyBuilder {
    key("due").u64(u64::try_from(at.timestamp_millis()).unwrap_or(0))
}

/// Everything that is due at any time.
#[must_use]
pub fn all_due() -> Key {
    key("due").done()
}

fn wake_number(wake: Wake) -> u32 {
    match wake {
        Wake::Close => 0,
        Wake::Schedule(index) => 16 + u32::from(index),
        Wake::Nudge => 1,
        Wake::Digest => 2,
        Wake::Trend => 3,
        Wake::Terms => 4,
    }
}

fn wake_of(number: u32) -> Option<Wake> {
    Some(match number {
        0 => Wake::Close,
        1 => Wake::Nudge,
        2 => Wake::Digest,
        3 => Wake::Trend,
        4 => Wake::Terms,
        _ => Wake::Schedule(u8::try_from(number.checked_sub(16)?).ok()?),
    })
}

/// What waits for one destination; numbers are appended.
#[must_use]
pub fn lane(lane: &str) -> Key {
    key("out").text(lane).done()
}

/// Everything that waits for delivery.
#[must_use]
pub fn outbox() -> Key {
    key("out").done()
}

/// A message of a round that a place shows, behind it the number of the row that brought it.
pub fn posted(round: RoundId) -> KeyBuilder {
    key("posted").round(round)
}

/// Work that is done in steps; numbers are appended.
#[must_use]
pub fn jobs() -> Key {
    key("job").done()
}

/// An event that was handled, by its digest.
#[must_use]
pub fn handled(digest: &[u8; 16]) -> Key {
    key("handled").text(&hex(digest)).done()
}

/// All events that were handled, in no order of time.
#[must_use]
pub fn all_handled() -> Key {
    key("handled").done()
}

/// A key that is to be destroyed once this record is on disk.
#[must_use]
pub fn shred() -> Key {
    key("shred").done()
}

/// A scheduled time that was skipped.
#[must_use]
pub fn skipped(team: TeamId, at: Instant, wake: Wake) -> Key {
    let millis = u64::try_from(at.timestamp_millis()).unwrap_or(0);
    key("skipped").team(team).u64(millis).u32(wake_number(wake)).done()
}

/// How often something went wrong on a day, counted from 1970.
#[must_use]
pub fn mishap(team: TeamId, day: u32, purpose: &str, name: &str) -> Key {
    key("mishap").team(team).u32(day).text(purpose).text(name).done()
}

/// What went wrong on a day; those of earlier days stand before it.
#[must_use]
pub fn mishaps_of_day(team: TeamId, day: u32) -> Key {
    key("mishap").team(team).u32(day).done()
}

/// What went wrong with a team's deliveries, oldest first.
#[must_use]
pub fn mishaps(team: TeamId) -> Key {
    key("mishap").team(team).done()
}

/// The scheduled times of a team that were skipped.
#[must_use]
pub fn skipped_of(team: TeamId) -> Key {
    key("skipped").team(team).done()
}

/// An adapter's own small state, in pieces.
pub fn memory(platform: &str, name: &str) -> KeyBuilder {
    key("memory").text(platform).text(name)
}
