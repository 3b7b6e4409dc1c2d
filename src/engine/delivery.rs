//! The way out: one row after the other per destination, each with the same key at every try.

use chrono::TimeDelta;

use super::decision::{Decided, Trouble};
use super::outbox::Turn;
use super::pipeline::Engine;
use super::settling::{LONGEST_WAIT, Outcome, Tried, settle};
use super::taking::{Taken, put_back, take};
use crate::clock::Instant;
use crate::domain::message::{Message, Picture};
use crate::domain::outgoing::{Errand, Mishap, OutRow};
use crate::platform::{Drawing, Parcel, Platform, PostError, Sighting};
use crate::report::pictures;
use crate::store::keys::readable;
use crate::store::kv::Key;

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
        let mut tried = match self.carry(platform, key, &row).await {
            Err(trouble) if !trouble.is_fatal() => {
                Tried::once(Err(PostError::OurBug(trouble.to_string())))
            }
            tried => tried?,
        };
        if let Err(error) = &tried.result {
            warden.heeds(error);
        }
        tried.refused = self.refusals.count(key, &tried.result);
        let settled = self.commit(|desk| settle(desk, platform, key, &tried)).await;
        let (outcome, mishap) = match settled {
            Err(trouble) if !trouble.is_fatal() => {
                let arrived = tried.result.is_ok();
                self.set_aside(key, &trouble, arrived).await?;
                return Ok(Some(if arrived { Outcome::Sent } else { Outcome::Waits }));
            }
            settled => settled?,
        };
        if matches!(outcome, Outcome::Sent | Outcome::Dropped) {
            self.refusals.forget(key);
        }
        match (mishap, &tried.result) {
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
        self.damage.tell(trouble, "a message is set aside");
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

    /// Does the errand of a row.
    async fn carry(&self, platform: &dyn Platform, key: &Key, row: &OutRow) -> Decided<Tried> {
        let id = readable(key);
        let (to, message) = match &row.errand {
            Errand::LookUp(place) => {
                return self.look_up(platform, place, &id).await.map(Tried::once);
            }
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
                Tried::once(platform.update(reference, &parcel).await.map(|()| None))
            }
            _ if row.doubts > 0 && !platform.knows_repeats() => say_again(platform, &parcel).await,
            _ => Tried::once(platform.post(&parcel).await.map(Some)),
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

/// Posts a message that may have arrived, unless it is seen that it did.
async fn say_again(platform: &dyn Platform, parcel: &Parcel<'_>) -> Tried {
    let unseen = match platform.sight(parcel).await {
        Ok(Sighting::There(known)) => return Tried::once(Ok(Some(known))),
        Ok(sighting) => sighting == Sighting::Unseen,
        Err(error) => return Tried::once(Err(error)),
    };
    let result = platform.post(parcel).await.map(Some);
    let repeated = unseen && matches!(result, Ok(_) | Err(PostError::Unanswered(_)));
    if repeated {
        tracing::warn!(key = parcel.key, "a message may have been posted twice");
    }
    Tried { repeated, ..Tried::once(result) }
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
