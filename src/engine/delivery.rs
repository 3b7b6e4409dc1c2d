//! The way out: one row after the other per destination, each with the same key at every try.

use chrono::TimeDelta;

use super::decision::{Decided, Desk};
use super::pipeline::Engine;
use super::questions::Front;
use super::{jobs, membership};
use crate::clock::Instant;
use crate::domain::courtesy::{Timing, when};
use crate::domain::ids::{EventId, TeamId};
use crate::domain::message::{Destination, Message, Picture};
use crate::domain::outgoing::{Errand, Mishap, OutRow, Purpose};
use crate::domain::person::Person;
use crate::platform::{Facts, Incoming, Parcel, Platform, PostError, What};
use crate::report::pictures;
use crate::store::keys::readable;
use crate::store::kv::Key;

/// How often something that is our own fault is tried before it is dropped.
const TRIES: u32 = 5;
/// The longest wait between two tries.
const LONGEST_WAIT: TimeDelta = TimeDelta::minutes(15);

/// How often a message may be handed over without ever hearing whether it arrived, where the
/// platform does not know repeats.
const DOUBTS: u32 = 2;

/// What became of one row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Delivered.
    Sent,
    /// Nobody wants it any more, or it came too late.
    Dropped,
    /// Will be tried again.
    Waits,
    /// The platform refuses the bot; nothing more is delivered to it.
    DeadInstall,
}

impl Engine {
    /// The rows that are due on a platform, in the order they are to go out.
    ///
    /// The outbox is read once for all of them and not as a condition of any commit, so that new
    /// messages and deliveries do not get in each other's way.
    ///
    /// # Errors
    ///
    /// A store that failed.
    pub fn due_rows(&self, platform: &str) -> Decided<Vec<Key>> {
        let desk = self.desk();
        let rows = waiting(&desk, |row| row.errand.platform() == platform)?;
        Ok(rows.into_iter().filter(|(at, _)| *at <= desk.now).map(|(_, key)| key).collect())
    }

    /// When the next row is due on one of these platforms.
    ///
    /// # Errors
    ///
    /// A store that failed.
    pub fn next_delivery(&self, platforms: &[&str]) -> Decided<Option<Instant>> {
        let rows = waiting(&self.desk(), |row| platforms.contains(&row.errand.platform()))?;
        Ok(rows.into_iter().map(|(at, _)| at).min())
    }

    /// Delivers one row; `None` when it is not due any more.
    ///
    /// # Errors
    ///
    /// A store that failed. The row is then delivered again under the same key.
    pub async fn deliver(&self, platform: &dyn Platform, key: &Key) -> Decided<Option<Outcome>> {
        let row = match self.commit(|desk| take(desk, platform, key)).await? {
            Taken::Row(row) => *row,
            Taken::Later => return Ok(Some(Outcome::Waits)),
            Taken::Dropped(row, mishap) => {
                tell(&row, mishap, "");
                return Ok(Some(Outcome::Dropped));
            }
            Taken::NotDue => return Ok(None),
        };
        let result = match self.carry(platform, key, &row).await {
            Err(trouble) if !trouble.is_fatal() => Err(PostError::OurBug(trouble.to_string())),
            result => result?,
        };
        let (outcome, mishap) = self.commit(|desk| settle(desk, key, &result)).await?;
        if let (Some(mishap), Err(error)) = (mishap, &result) {
            tell(&row, mishap, &error.to_string());
        }
        Ok(Some(outcome))
    }

    async fn carry(
        &self,
        platform: &dyn Platform,
        key: &Key,
        row: &OutRow,
    ) -> Decided<Result<(), PostError>> {
        let id = readable(key);
        match &row.errand {
            Errand::LookUp(place) => {
                let members = match platform.members(place).await {
                    Ok(members) => members,
                    Err(error) => return Ok(Err(error)),
                };
                let facts = Facts::Members { place: place.clone(), members };
                let sent = self.clock.now();
                let id = EventId(format!("look-up {id}"));
                self.handle(&Incoming { id, sent, what: What::Facts(facts) }).await?;
                Ok(Ok(()))
            }
            Errand::Say(to, message) => {
                let chart = match message {
                    Message::Picture { picture, alt, .. } => self.draw(picture, alt)?,
                    _ => None,
                };
                let drawing = chart.as_ref().map(|chart| chart as &dyn crate::platform::Drawing);
                let doubtful = row.doubts > 0;
                let parcel = Parcel { to, message, drawing, key: &id, doubtful };
                Ok(platform.post(&parcel).await.map(|_| ()))
            }
        }
    }

    /// Draws a picture from stored results; `None` when they are gone.
    ///
    /// # Errors
    ///
    /// A store that failed.
    pub fn draw(&self, picture: &Picture, alt: &str) -> Decided<Option<pictures::Drawn>> {
        Ok(pictures::draw(&self.desk().tx, &self.text, picture, alt)?)
    }
}

/// What came of taking a row out.
enum Taken {
    Row(Box<OutRow>),
    /// Its person cannot be written to now; it waits for the next moment that suits them.
    Later,
    /// It does not go out any more.
    Dropped(Box<OutRow>, Mishap),
    /// It is gone, or has to wait.
    NotDue,
}

/// Says in the log, without content, why something did not go out.
fn tell(row: &OutRow, mishap: Mishap, cause: &str) {
    let (team, kind, reason) = (row.purpose.team().0, row.purpose.name(), mishap.name());
    if mishap == Mishap::Unwanted {
        tracing::info!(team, kind, reason, "not sent");
    } else {
        tracing::warn!(team, kind, reason, cause, "not sent");
    }
}

/// Takes a due row and notes that it is under way, or drops it.
///
/// One that is under way already was handed over in an earlier life that did not hear the answer.
fn take(desk: &Desk<'_>, platform: &dyn Platform, key: &Key) -> Decided<Taken> {
    let Some(mut row) = desk.tx.out_row(key)?.filter(|row| row.not_before <= desk.now) else {
        return Ok(Taken::NotDue);
    };
    if keeps_order(&row) && desk.tx.first_out(&row.errand.lane())?.as_ref() != Some(key) {
        return Ok(Taken::NotDue);
    }
    row.doubts += u32::from(row.sending);
    let message = matches!(row.errand, Errand::Say(..));
    let repeated = row.doubts > 0 && message && !platform.knows_repeats();
    match fate(desk, &row)? {
        Fate::Go if repeated && row.doubts >= DOUBTS => {
            return dropped(desk, key, row, Mishap::Unanswered);
        }
        Fate::Go if repeated => desk.mishap(row.purpose, Mishap::Repeated)?,
        Fate::Go => {}
        Fate::Wait(at) if row.expires.is_none_or(|end| at < end) => {
            row.not_before = at;
            row.sending = false;
            desk.tx.put_out_row(key.clone(), &row)?;
            return Ok(Taken::Later);
        }
        // No moment suits its person in time.
        Fate::Wait(_) => return dropped(desk, key, row, Mishap::Expired),
        Fate::Drop(mishap) => return dropped(desk, key, row, mishap),
    }
    row.sending = true;
    row.attempts += 1;
    desk.tx.put_out_row(key.clone(), &row)?;
    Ok(Taken::Row(Box::new(row)))
}

fn dropped(desk: &Desk<'_>, key: &Key, row: OutRow, mishap: Mishap) -> Decided<Taken> {
    drop_row(desk, key, &row, mishap)?;
    Ok(Taken::Dropped(Box::new(row), mishap))
}

fn drop_row(desk: &Desk<'_>, key: &Key, row: &OutRow, mishap: Mishap) -> Decided<()> {
    desk.tx.delete(key.clone());
    desk.mishap(row.purpose, mishap)
}

/// In a place, rows keep their order, so one that waits holds back those behind it. A person's
/// rows have times of their own.
fn keeps_order(row: &OutRow) -> bool {
    !matches!(row.errand, Errand::Say(Destination::Person(_), _))
}

/// The rows that nothing but time holds back, with that time.
fn waiting(desk: &Desk<'_>, of: impl Fn(&OutRow) -> bool) -> Decided<Vec<(Instant, Key)>> {
    let mut rows = Vec::new();
    let mut held: Option<String> = None;
    for (key, row) in desk.tx.outbox()?.into_iter().filter(|(_, row)| of(row)) {
        let lane = row.errand.lane();
        if held.as_ref() == Some(&lane) {
            continue;
        }
        rows.push((row.not_before, key));
        // One of a person's that was tried already is not overtaken either.
        if (keeps_order(&row) || row.attempts > 0) && row.not_before > desk.now {
            held = Some(lane);
        }
    }
    Ok(rows)
}

/// What is to become of a row whose time has come.
enum Fate {
    Go,
    Wait(Instant),
    Drop(Mishap),
}

/// Whether a row should still go out, and now: in time, not overtaken by what people did since,
/// and at a moment that suits its person.
fn fate(desk: &Desk<'_>, row: &OutRow) -> Decided<Fate> {
    if row.expires.is_some_and(|end| desk.now >= end) {
        return Ok(Fate::Drop(Mishap::Expired));
    }
    if !is_wanted(desk, row)? {
        return Ok(Fate::Drop(Mishap::Unwanted));
    }
    let Errand::Say(Destination::Person(id), _) = &row.errand else { return Ok(Fate::Go) };
    if row.expires.is_none() {
        // Only what somebody asked for has no end; it is sent at once.
        return Ok(Fate::Go);
    }
    let Some(team) = desk.tx.team(row.purpose.team())? else {
        return Ok(Fate::Drop(Mishap::Unwanted));
    };
    let person = desk.person(id)?;
    let mut availability = jobs::availability(&person, &team);
    if row.attempts > 0 {
        // It has had its day; trying again takes no other.
        availability.last_unsolicited = None;
    }
    match when(&team.settings.quiet, &availability, desk.now) {
        Timing::At(at) if at <= desk.now => {
            let last_unasked = Some(availability.local_date(desk.now));
            desk.tx.put_person(&Person { last_unasked, ..person })?;
            Ok(Fate::Go)
        }
        Timing::At(at) => Ok(Fate::Wait(at)),
        Timing::Never(_) => Ok(Fate::Drop(Mishap::Unwanted)),
    }
}

/// Whether a row is not overtaken by what people did since it was written.
fn is_wanted(desk: &Desk<'_>, row: &OutRow) -> Decided<bool> {
    let round = match row.purpose {
        Purpose::Question(round) | Purpose::Nudge(round) => round,
        Purpose::Opening(round) => return Ok(desk.tx.round(round)?.is_some_and(|it| it.is_open())),
        _ => return Ok(true),
    };
    let Errand::Say(Destination::Person(id), _) = &row.errand else { return Ok(true) };
    let Some(person) = desk.tx.person(id)? else { return Ok(false) };
    let Some(front) = Front::of(desk, &person, round)? else { return Ok(false) };
    let begun = front.answered() > 0 && front.round.questions.len() > front.left();
    let asks_afresh = matches!(row.purpose, Purpose::Question(_));
    let pulse = super::introduction::is_pulse(desk, &front.round.preset);
    Ok(front.left() > 0 && !(asks_afresh && begun && !pulse))
}

type Settled = (Outcome, Option<Mishap>);

fn settle(desk: &Desk<'_>, key: &Key, result: &Result<(), PostError>) -> Decided<Settled> {
    let Some(mut row) = desk.tx.out_row(key)? else { return Ok((Outcome::Dropped, None)) };
    let waits = (Outcome::Waits, None);
    match result {
        Ok(()) => {
            desk.tx.delete(key.clone());
            now_facing(desk, &row)?;
            Ok((Outcome::Sent, None))
        }
        Err(PostError::Transient { retry_after, .. }) => {
            let wished = retry_after.and_then(|it| i64::try_from(it).ok()).map(TimeDelta::seconds);
            later(desk, key, row, wished).map(|()| waits)
        }
        Err(PostError::Limited { retry_after }) => {
            let wished = i64::try_from(*retry_after).ok().map(TimeDelta::seconds);
            later(desk, key, row, wished).map(|()| waits)
        }
        Err(PostError::Unanswered(_)) => {
            row.doubts += 1;
            later(desk, key, row, None).map(|()| waits)
        }
        Err(PostError::DeadTarget(cause)) => gone(desk, key, &row, Mishap::DeadTarget, cause),
        Err(PostError::DeadInstall(_)) => {
            later(desk, key, row, None)?;
            Ok((Outcome::DeadInstall, None))
        }
        Err(PostError::OurBug(cause)) if row.attempts >= TRIES => {
            // A round may wait for a look-up, and would wait for ever.
            let cause = if matches!(row.errand, Errand::LookUp(_)) { cause } else { "" };
            gone(desk, key, &row, Mishap::Refused, cause)
        }
        Err(PostError::OurBug(_)) => later(desk, key, row, None).map(|()| waits),
    }
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
        Some(person) => super::answers::face(desk, &person, round),
        None => Ok(()),
    }
}

fn later(desk: &Desk<'_>, key: &Key, mut row: OutRow, wished: Option<TimeDelta>) -> Decided<()> {
    let doubled = TimeDelta::seconds(1 << row.attempts.min(10));
    row.not_before = desk.now + wished.unwrap_or_else(|| doubled.min(LONGEST_WAIT));
    row.sending = false;
    Ok(desk.tx.put_out_row(key.clone(), &row)?)
}

fn dead_target(desk: &Desk<'_>, team: TeamId, errand: &Errand, cause: &str) -> Decided<()> {
    let place = match errand {
        Errand::LookUp(place)
        | Errand::Say(Destination::Place(place) | Destination::Thread(place, _), _) => place,
        Errand::Say(Destination::Person(_), _) => return Ok(()),
    };
    match desk.tx.team(team)?.filter(|team| team.place == *place) {
        Some(team) => membership::pause(desk, team, cause),
        None => Ok(()),
    }
}
