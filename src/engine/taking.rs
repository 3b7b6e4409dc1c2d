//! Whether a row whose time has come goes out.

use chrono::TimeDelta;

use super::decision::{Decided, Desk};
use super::questions::Front;
use super::settling::{DOUBTS, TRIES, drop_row};
use super::{champion_news, holding, jobs};
use crate::clock::Instant;
use crate::domain::courtesy::{Timing, when};
use crate::domain::message::Destination;
use crate::domain::outgoing::{Errand, Mishap, OutRow, Purpose};
use crate::domain::person::Person;
use crate::domain::round::State;
use crate::platform::Platform;
use crate::store::kv::Key;

/// What is put off for longer goes out on another day.
const NEXT_DAY: TimeDelta = TimeDelta::hours(12);

/// What came of taking a row out.
pub(super) enum Taken {
    Row(Box<OutRow>),
    /// Its person or place cannot be written to now; it waits until that suits.
    Later,
    /// It does not go out any more.
    Dropped(Box<OutRow>, Mishap),
    /// It is gone, or has to wait.
    NotDue,
}

/// Takes a due row and notes that it is under way, or drops it.
///
/// One that is under way already was handed over in an earlier life that did not hear the answer.
pub(super) fn take(desk: &Desk<'_>, platform: &dyn Platform, key: &Key) -> Decided<Taken> {
    let Some(mut row) = desk.tx.out_row(key)?.filter(|row| row.not_before <= desk.now) else {
        return Ok(Taken::NotDue);
    };
    if row.errand.keeps_order() && desk.tx.first_out(&row.errand.lane())?.as_ref() != Some(key) {
        return Ok(Taken::NotDue);
    }
    row.doubts += u32::from(row.sending);
    if !row.sending && matches!(row.errand, Errand::Say(..)) && holding::follow(desk, key, &row)? {
        return Ok(Taken::Later);
    }
    let message = matches!(row.errand, Errand::Say(..));
    let repeated = row.doubts > 0 && message && !platform.knows_repeats();
    match fate(desk, &row)? {
        Fate::Go if repeated && row.doubts >= DOUBTS => {
            return dropped(desk, key, row, Mishap::Unanswered);
        }
        // To put the same words there again does no harm, but it must not go on for ever.
        Fate::Go if matches!(row.errand, Errand::Update(..)) && row.doubts >= TRIES => {
            return dropped(desk, key, row, Mishap::Unanswered);
        }
        Fate::Go => {}
        Fate::Wait(at) if row.expires.is_none_or(|end| at < end) => {
            if at - desk.now > NEXT_DAY {
                // The day that it took of its person's is over; another may have been given away.
                row.attempts = 0;
            }
            row.not_before = at;
            row.sending = false;
            desk.tx.put_out_row(key.clone(), &row)?;
            return Ok(Taken::Later);
        }
        Fate::Held => {
            holding::hold(desk, key, row)?;
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

/// A row that was taken was not handed over after all.
pub(super) fn put_back(desk: &Desk<'_>, key: &Key) -> Decided<()> {
    if let Some(row) = desk.tx.out_row(key)? {
        desk.tx.put_out_row(key.clone(), &OutRow { sending: false, ..row })?;
    }
    Ok(())
}

fn dropped(desk: &Desk<'_>, key: &Key, row: OutRow, mishap: Mishap) -> Decided<Taken> {
    drop_row(desk, key, &row, mishap)?;
    Ok(Taken::Dropped(Box::new(row), mishap))
}

/// What is to become of a row whose time has come.
enum Fate {
    Go,
    Wait(Instant),
    /// Nothing goes to its place at present.
    Held,
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
    if holding::is_held(desk, row)? {
        return Ok(Fate::Held);
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
    if matches!(row.errand, Errand::Update(..)) {
        return Ok(true);
    }
    let round = match row.purpose {
        // That a round stays open longer, or is cancelled, is overtaken by its results.
        Purpose::News(round) => {
            return Ok(desk.tx.round(round)?.is_none_or(|it| it.state != State::Closed));
        }
        Purpose::Question(round) | Purpose::Nudge(round) => round,
        Purpose::Opening(round) => return Ok(desk.tx.round(round)?.is_some_and(|it| it.is_open())),
        Purpose::Champion(team) => return champion_news::is_wanted(desk, team, &row.errand),
        _ => return Ok(true),
    };
    let Errand::Say(Destination::Person(id), _) = &row.errand else {
        return Ok(desk.tx.round(round)?.is_some_and(|it| it.is_open()));
    };
    let Some(person) = desk.tx.person(id)? else { return Ok(false) };
    let Some(front) = Front::of(desk, &person, round)? else { return Ok(false) };
    let begun = front.answered() > 0 && front.round.questions.len() > front.left();
    let asks_afresh = matches!(row.purpose, Purpose::Question(_));
    let pulse = super::introduction::is_pulse(desk, &front.round.preset);
    Ok(front.left() > 0 && !(asks_afresh && begun && !pulse))
}
