//! The way out: one row after the other per destination, each with the same key at every try.

use chrono::TimeDelta;

use super::decision::{Decided, Desk, Trouble};
use super::outbox::Turn;
use super::pipeline::Engine;
use super::questions::Front;
use super::{holding, jobs, membership};
use crate::clock::Instant;
use crate::domain::courtesy::{Timing, when};
use crate::domain::ids::TeamId;
use crate::domain::message::{Destination, Message, MessageRef, Picture};
use crate::domain::outgoing::{Errand, Mishap, OutRow, Purpose};
use crate::domain::person::Person;
use crate::domain::round::State;
use crate::platform::{Drawing, Parcel, Platform, PostError};
use crate::report::pictures;
use crate::store::keys::readable;
use crate::store::kv::Key;
use crate::store::queues::number_of;
use crate::text::words::Unposted;

/// How often something that is our own fault is tried before it is dropped.
const TRIES: u32 = 5;
/// The longest wait between two tries.
const LONGEST_WAIT: TimeDelta = TimeDelta::minutes(15);

/// What is put off for longer goes out on another day.
const NEXT_DAY: TimeDelta = TimeDelta::hours(12);

/// The longest pause that a platform may wish for.
const LONGEST_PAUSE: TimeDelta = TimeDelta::days(1);

/// How often something is tried that the platform cannot take at present, before it is dropped so
/// that what waits behind it goes on: about a day, at the longest wait between two tries.
const A_DAY_OF_TRIES: u32 = 105;

/// How often a message may be handed over without ever hearing whether it arrived, where the
/// platform does not know repeats.
const DOUBTS: u32 = 2;

/// Watches what goes to a platform from several lanes at once.
pub trait Warden: Sync {
    /// Whether something may still be handed over.
    fn lets_pass(&self) -> bool;

    /// Hears what the platform objects, before anything else is done about it.
    fn heeds(&self, error: &PostError);
}

/// Nothing is in the way.
struct Unwatched;

impl Warden for Unwatched {
    fn lets_pass(&self) -> bool {
        true
    }

    fn heeds(&self, _: &PostError) {}
}

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

impl Engine {
    /// The next row of each destination on a platform, where it is due; the earliest first.
    ///
    /// The outbox is not read as a condition of any commit, so that new messages and deliveries do
    /// not get in each other's way.
    ///
    /// # Errors
    ///
    /// A store that failed.
    pub fn due_rows(&self, platform: &str) -> Decided<Vec<Key>> {
        let desk = self.lookout();
        let turns = self.outbox.due(&desk.tx, platform, desk.now)?;
        Ok(turns.into_iter().map(|turn| turn.key).collect())
    }

    /// The turn of a platform that can be taken first, and when; `ready` tells from when on the
    /// caller can take it, and `None` where it cannot at all.
    ///
    /// # Errors
    ///
    /// A store that failed.
    pub fn first_turn(
        &self,
        platform: &str,
        ready: impl Fn(&Turn) -> Option<Instant>,
    ) -> Decided<Option<(Instant, Turn)>> {
        self.outbox.first(&self.lookout().tx, platform, ready)
    }

    /// When the next row is due on one of these platforms.
    ///
    /// # Errors
    ///
    /// A store that failed.
    pub fn next_delivery(&self, platforms: &[&str]) -> Decided<Option<Instant>> {
        let mut next = None;
        for platform in platforms {
            let first = self.first_turn(platform, |turn| Some(turn.at))?;
            next = next.into_iter().chain(first.map(|(at, _)| at)).min();
        }
        Ok(next)
    }

    /// Spreads what a platform takes to many destinations at once, and nobody waits for, over a
    /// window: each destination has its own place in it, always the same.
    pub fn spread(&self, platform: &str, window: TimeDelta) {
        self.outbox.spread(platform, window);
    }

    /// Delivers one row; `None` when it is not due any more. Nobody else may deliver to the same
    /// destination meanwhile.
    ///
    /// # Errors
    ///
    /// A store that failed. The row is then delivered again under the same key.
    pub async fn deliver(&self, platform: &dyn Platform, key: &Key) -> Decided<Option<Outcome>> {
        self.deliver_under(platform, key, &Unwatched).await
    }

    /// The same, under somebody who watches what goes to the platform.
    ///
    /// # Errors
    ///
    /// As [`Self::deliver`].
    pub async fn deliver_under(
        &self,
        platform: &dyn Platform,
        key: &Key,
        warden: &dyn Warden,
    ) -> Decided<Option<Outcome>> {
        let taken = match self.commit(|desk| take(desk, platform, key)).await {
            Err(trouble) if !trouble.is_fatal() => {
                self.set_aside(key, &trouble, false).await?;
                return Ok(Some(Outcome::Withheld));
            }
            taken => taken?,
        };
        let row = match taken {
            Taken::Row(row) => *row,
            Taken::Later => return Ok(Some(Outcome::Withheld)),
            Taken::Dropped(row, mishap) => {
                tell(&row, mishap, "");
                return Ok(Some(Outcome::Withheld));
            }
            Taken::NotDue => return Ok(None),
        };
        if !warden.lets_pass() {
            self.commit(|desk| put_back(desk, key)).await?;
            return Ok(Some(Outcome::Withheld));
        }
        let result = match self.carry(platform, key, &row).await {
            Err(trouble) if !trouble.is_fatal() => Err(PostError::OurBug(trouble.to_string())),
            result => result?,
        };
        if let Err(error) = &result {
            warden.heeds(error);
        }
        let settled = self.commit(|desk| settle(desk, platform, key, &result)).await;
        let (outcome, mishap) = match settled {
            Err(trouble) if !trouble.is_fatal() => {
                self.set_aside(key, &trouble, result.is_ok()).await?;
                return Ok(Some(if result.is_ok() { Outcome::Sent } else { Outcome::Waits }));
            }
            settled => settled?,
        };
        match (mishap, &result) {
            (Some(mishap), Err(error)) => tell(&row, mishap, &error.to_string()),
            (None, Err(PostError::DeadTarget(cause))) => {
                let (team, kind) = (row.purpose.team().0, row.purpose.name());
                tracing::warn!(team, kind, cause, "held back until its place can be reached");
            }
            _ => {}
        }
        Ok(Some(outcome))
    }

    /// Puts a row off that cannot be worked on, as a record it is about cannot be read, so that it
    /// holds nobody else up; one that arrived is done with.
    async fn set_aside(&self, key: &Key, trouble: &Trouble, arrived: bool) -> Decided<()> {
        tracing::error!(%trouble, "a message is set aside");
        self.commit(|desk| {
            let Some(row) = desk.tx.out_row(key)? else { return Ok(()) };
            if arrived {
                desk.tx.delete(key.clone());
                return Ok(());
            }
            let not_before = desk.now + LONGEST_WAIT;
            Ok(desk.tx.put_out_row(key.clone(), &OutRow { not_before, sending: false, ..row })?)
        })
        .await
    }

    /// Does the errand of a row; gives the platform's name for what it posted.
    async fn carry(
        &self,
        platform: &dyn Platform,
        key: &Key,
        row: &OutRow,
    ) -> Decided<Result<Option<MessageRef>, PostError>> {
        let id = readable(key);
        let (to, message) = match &row.errand {
            Errand::LookUp(place) => return self.look_up(platform, place, &id).await,
            Errand::Say(to, message) | Errand::Update(to, _, message) => (to, message),
        };
        let chart = match message {
            Message::Picture { picture, alt, .. } => self.draw(picture, alt)?,
            _ => None,
        };
        let drawing = chart.as_ref().map(|chart| chart as &dyn Drawing);
        // What a platform knows of repeats it forgets in time, and parts of a message that was put
        // off may have arrived.
        let put_off = platform.knows_repeats() && row.attempts > 1;
        let doubtful = row.doubts > 0 || put_off;
        let parcel = Parcel { to, message, drawing, key: &id, doubtful };
        Ok(match &row.errand {
            Errand::Update(_, reference, _) => {
                platform.update(reference, &parcel).await.map(|()| None)
            }
            _ => platform.post(&parcel).await.map(Some),
        })
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
    /// Its person or place cannot be written to now; it waits until that suits.
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
        Fate::Go if repeated => desk.mishap(row.purpose, Mishap::Repeated)?,
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
fn put_back(desk: &Desk<'_>, key: &Key) -> Decided<()> {
    if let Some(row) = desk.tx.out_row(key)? {
        desk.tx.put_out_row(key.clone(), &OutRow { sending: false, ..row })?;
    }
    Ok(())
}

fn dropped(desk: &Desk<'_>, key: &Key, row: OutRow, mishap: Mishap) -> Decided<Taken> {
    drop_row(desk, key, &row, mishap)?;
    Ok(Taken::Dropped(Box::new(row), mishap))
}

fn drop_row(desk: &Desk<'_>, key: &Key, row: &OutRow, mishap: Mishap) -> Decided<()> {
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

type Settled = (Outcome, Option<Mishap>);

fn settle(
    desk: &Desk<'_>,
    platform: &dyn Platform,
    key: &Key,
    result: &Result<Option<MessageRef>, PostError>,
) -> Decided<Settled> {
    let Some(mut row) = desk.tx.out_row(key)? else { return Ok((Outcome::Dropped, None)) };
    let waits = (Outcome::Waits, None);
    match result {
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
        Err(PostError::OurBug(cause)) if row.attempts >= TRIES => {
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
        Some(person) => super::sittings::face(desk, &person, round),
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
