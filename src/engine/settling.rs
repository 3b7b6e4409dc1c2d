//! What follows from how a delivery ended.

use chrono::TimeDelta;

use super::decision::{Decided, Desk};
use super::sittings::face;
use super::{holding, jobs, membership};
use crate::domain::ids::TeamId;
use crate::domain::message::{Destination, MessageRef};
use crate::domain::outgoing::{Errand, Mishap, OutRow, Purpose};
use crate::platform::{Platform, PostError};
use crate::store::kv::Key;
use crate::store::queues::number_of;
use crate::text::words::Unposted;

/// How often something that is our own fault is tried before it is dropped.
pub(super) const TRIES: u32 = 5;
/// The longest wait between two tries.
pub(super) const LONGEST_WAIT: TimeDelta = TimeDelta::minutes(15);

/// The longest pause that a platform may wish for.
const LONGEST_PAUSE: TimeDelta = TimeDelta::days(1);

/// How often something is tried that the platform cannot take at present, before it is dropped so
/// that what waits behind it goes on: about a day, at the longest wait between two tries.
const A_DAY_OF_TRIES: u32 = 105;

/// How often a message may be handed over without ever hearing whether it arrived, where the
/// platform does not know repeats.
pub(super) const DOUBTS: u32 = 2;

/// What became of one row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Delivered.
    Sent,
    /// It was not handed over: nobody wants it any more, it came too late, or its person cannot be
    /// written to now.
    Withheld,
    /// It was handed over in vain, and is not tried again.
    Dropped,
    /// Will be tried again.
    Waits,
    /// The platform refuses the bot; nothing more is delivered to it.
    DeadInstall,
}

type Settled = (Outcome, Option<Mishap>);

/// How a try to do a row's errand ended.
pub(super) struct Tried {
    /// The platform's name for what it posted, if it did, or what it objects.
    pub result: Result<Option<MessageRef>, PostError>,
    /// Whether it may have been said twice by this.
    pub repeated: bool,
    /// How often the platform refused the message itself, this time among them.
    pub refused: u32,
}

impl Tried {
    /// The first try, as far as is known.
    pub fn once(result: Result<Option<MessageRef>, PostError>) -> Self {
        Self { result, repeated: false, refused: 0 }
    }
}

/// Notes how a row's delivery ended, and what is to become of it.
pub(super) fn settle(
    desk: &Desk<'_>,
    platform: &dyn Platform,
    key: &Key,
    tried: &Tried,
) -> Decided<Settled> {
    let Some(mut row) = desk.tx.out_row(key)? else { return Ok((Outcome::Dropped, None)) };
    let waits = (Outcome::Waits, None);
    if tried.repeated {
        desk.mishap(row.purpose, Mishap::Repeated)?;
    }
    match &tried.result {
        Ok(posted) => {
            desk.tx.delete(key.clone());
            now_facing(desk, &row)?;
            remember(desk, key, &row, posted.as_ref())?;
            Ok((Outcome::Sent, None))
        }
        Err(PostError::Transient { .. }) if row.attempts >= A_DAY_OF_TRIES => {
            gone(desk, key, &row, Mishap::Failing, "")
        }
        Err(PostError::Transient { retry_after, .. }) => {
            let wished = retry_after.map(|it| pause(it).max(backoff(row.attempts)));
            later(desk, key, row, wished).map(|()| waits)
        }
        Err(PostError::Limited { retry_after }) => {
            later(desk, key, row, Some(pause(*retry_after))).map(|()| waits)
        }
        Err(PostError::Unanswered(_)) => {
            row.doubts += 1;
            // Said again it may stand there twice, so it is said only once more, and not before a
            // short outage is over.
            let says_again = matches!(row.errand, Errand::Say(..)) && !platform.knows_repeats();
            if says_again && row.doubts >= DOUBTS {
                return gone(desk, key, &row, Mishap::Unanswered, "");
            }
            let wait = says_again.then(|| desk.rules.second_try());
            later(desk, key, row, wait).map(|()| waits)
        }
        // What went to the place that a team has left follows it.
        Err(PostError::DeadTarget(_)) if holding::follow(desk, key, &row)? => Ok(waits),
        // What a team's place was to hear waits for the end of the pause that begins now.
        Err(PostError::DeadTarget(cause)) if holding::is_said_to_team(desk, &row)? => {
            dead_target(desk, row.purpose.team(), &row.errand, cause)?;
            holding::hold(desk, key, row).map(|()| waits)
        }
        Err(PostError::DeadTarget(cause)) => gone(desk, key, &row, Mishap::DeadTarget, cause),
        Err(PostError::DeadInstall(_)) => {
            later(desk, key, row, None)?;
            Ok((Outcome::DeadInstall, None))
        }
        Err(PostError::OurBug(cause)) if tried.refused >= TRIES => {
            // A round may wait for a look-up, and would wait for ever.
            let cause = if matches!(row.errand, Errand::LookUp(_)) { cause } else { "" };
            gone(desk, key, &row, Mishap::Refused, cause)
        }
        Err(PostError::OurBug(_)) => later(desk, key, row, None).map(|()| waits),
    }
}

/// The pause that a platform wishes for, in seconds, and at the longest a day.
#[must_use]
pub fn pause(seconds: u64) -> TimeDelta {
    let pause = i64::try_from(seconds).ok().and_then(TimeDelta::try_seconds);
    pause.unwrap_or(LONGEST_PAUSE).min(LONGEST_PAUSE)
}

/// A row is given up; with a cause, so is its place.
fn gone(desk: &Desk<'_>, key: &Key, row: &OutRow, mishap: Mishap, cause: &str) -> Decided<Settled> {
    drop_row(desk, key, row, mishap)?;
    if !cause.is_empty() {
        dead_target(desk, row.purpose.team(), &row.errand, cause)?;
    }
    Ok((Outcome::Dropped, Some(mishap)))
}

/// From the moment a person was shown a round's questions and terms, their replies are about it.
fn now_facing(desk: &Desk<'_>, row: &OutRow) -> Decided<()> {
    let Purpose::Question(round) = row.purpose else { return Ok(()) };
    let Errand::Say(Destination::Person(id), _) = &row.errand else { return Ok(()) };
    match desk.tx.person(id)? {
        Some(person) => face(desk, &person, round),
        None => Ok(()),
    }
}

/// Keeps the platform's name for what a place shows of a round, to bring it up to date one day.
fn remember(desk: &Desk<'_>, key: &Key, row: &OutRow, posted: Option<&MessageRef>) -> Decided<()> {
    let (Purpose::Opening(round) | Purpose::Question(round)) = row.purpose else { return Ok(()) };
    let Errand::Say(to @ Destination::Place(_), _) = &row.errand else { return Ok(()) };
    match (posted.filter(|posted| !posted.0.is_empty()), number_of(key)) {
        (Some(posted), Some(number)) => {
            Ok(desk.tx.note_posted(round, number, to.clone(), posted.clone())?)
        }
        _ => Ok(()),
    }
}

fn later(desk: &Desk<'_>, key: &Key, mut row: OutRow, wished: Option<TimeDelta>) -> Decided<()> {
    row.not_before = desk.now + wished.unwrap_or_else(|| backoff(row.attempts));
    row.sending = false;
    Ok(desk.tx.put_out_row(key.clone(), &row)?)
}

/// How long to wait after so many tries.
fn backoff(attempts: u32) -> TimeDelta {
    TimeDelta::seconds(1 << attempts.min(10)).min(LONGEST_WAIT)
}

fn dead_target(desk: &Desk<'_>, team: TeamId, errand: &Errand, cause: &str) -> Decided<()> {
    let place = match errand {
        Errand::LookUp(place)
        | Errand::Say(Destination::Place(place) | Destination::Thread(place, _), _) => place,
        // That one message is gone says nothing of its place.
        Errand::Say(Destination::Person(_), _) | Errand::Update(..) => return Ok(()),
    };
    match desk.tx.team(team)?.filter(|team| team.place == *place) {
        Some(team) => membership::pause(desk, team, cause),
        None => Ok(()),
    }
}

/// Drops a row for good; leads hear of a summary.
pub(super) fn drop_row(desk: &Desk<'_>, key: &Key, row: &OutRow, mishap: Mishap) -> Decided<()> {
    desk.tx.delete(key.clone());
    desk.mishap(row.purpose, mishap)?;
    if holding::is_summary(row)
        && let Some(team) = desk.tx.team(row.purpose.team())?
    {
        // A lead can post it again, by a word, once whatever was wrong is over.
        let words = Unposted { team: team.name.clone() };
        jobs::write_to_leads(desk, &team, desk.text.say(&words), Purpose::Notice(team.id))?;
    }
    Ok(())
}
