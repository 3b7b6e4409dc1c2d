//! The desk a decision is made at: what the store holds, the time, and the words.

use std::cell::{Cell, RefCell};
use std::sync::Arc;

use chrono::TimeDelta;
use chrono_tz::Tz;

use super::banks::Banks;
use super::links::Links;
use super::overtaken::Looks;
use super::rules::Rules;
use crate::clock::Instant;
use crate::domain::bank::Bank;
use crate::domain::ids::{PersonId, PlaceId, Pseudonym, RoundId};
use crate::domain::message::{Destination, Message, MessageRef};
use crate::domain::outgoing::{Errand, Mishap, OutRow, Purpose};
use crate::domain::person::Person;
use crate::domain::round::Round;
use crate::domain::team::{Mode, Team};
use crate::platform::Reply;
use crate::store::keyring::{KeyError, Keyring, SecretKey, pseudonym};
use crate::store::kv::StoreError;
use crate::store::tx::Tx;
use crate::text::content::Content;
use crate::text::words::When;
use crate::text::{Text, Words};

/// What went wrong; where [`Self::is_saved`] does not say otherwise, nothing was committed.
#[derive(Debug, thiserror::Error)]
pub enum Trouble {
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The keyring failed.
    #[error(transparent)]
    Keyring(#[from] KeyError),
    /// What was decided is saved, and a key that it gave up is still there.
    #[error("{0}. Until it is destroyed, what it hides is not forgotten")]
    Undestroyed(KeyError),
    /// Another decision was committed while this one was made; it is made again.
    #[error("something changed meanwhile; try again")]
    Overtaken,
}

impl Trouble {
    /// Whether what was decided is saved nevertheless.
    #[must_use]
    pub fn is_saved(&self) -> bool {
        matches!(self, Self::Undestroyed(_))
    }

    /// Whether nothing can be committed any more, so that the bot must end.
    #[must_use]
    pub fn is_fatal(&self) -> bool {
        matches!(self, Self::Store(StoreError::Fatal(_) | StoreError::Closed))
    }
}

/// How many operations one step of a larger decision may have. The rest of what a commit holds is
/// left to what goes with it: the event's id, a record of the team, a message.
pub const ROOM: usize = 40;

/// How long something waits for a place that cannot be written to, where it is not pointless
/// before: a summary is worth reading a week late, and confuses after the next round.
pub(super) const KEPT: TimeDelta = TimeDelta::weeks(2);

/// A decision, or why there is none.
pub type Decided<T> = Result<T, Trouble>;

/// What a decision is made from. Everything read is remembered as a condition of the commit.
pub struct Desk<'a> {
    /// Reads and writes.
    pub tx: Tx<'a>,
    /// The time.
    pub now: Instant,
    /// Who hides behind which pseudonym.
    pub keyring: &'a Keyring,
    /// The words.
    pub text: &'a Text,
    /// The bank and presets that new rounds ask.
    pub content: &'a Content,
    /// What holds for all teams.
    pub rules: &'a Rules,
    /// The banks of rounds, at hand.
    pub(super) banks: &'a Banks,
    /// What labels are made with under which forgotten answers go on counting.
    pub(super) labels: &'a SecretKey,
    /// When what is decided on happened: by the platform's sending time, where it has one.
    pub at: Cell<Instant>,
    /// Which platforms have caught up.
    pub links: &'a Links,
    /// Which look-ups are under way.
    pub(super) looks: &'a Looks,
    /// Set when one commit does not hold all: the event is then decided again after it.
    pub again: Cell<bool>,
    /// The key of the pseudonym that something was written under, if anything was.
    pub under: RefCell<Option<SecretKey>>,
}

impl Desk<'_> {
    /// Whether this commit is full; what is left is then decided again after it.
    #[must_use]
    pub fn is_full(&self) -> bool {
        let full = self.tx.ops() >= ROOM;
        if full {
            self.again.set(true);
        }
        full
    }

    /// Words as a reply.
    #[must_use]
    pub fn reply<W: Words>(&self, words: &W) -> Reply {
        Some(Message::Text(self.text.say(words)))
    }

    /// Puts a message into the outbox, to go out now.
    ///
    /// # Errors
    /// A store that failed.
    pub fn send(&self, to: Destination, message: Message, purpose: Purpose) -> Decided<()> {
        let expires = self.kept_for(&to);
        self.send_at(to, message, purpose, self.now, expires)
    }

    /// Until when something waits for a place that cannot be written to. What is for a person who
    /// asked for it has no end.
    fn kept_for(&self, to: &Destination) -> Option<Instant> {
        (!matches!(to, Destination::Person(_))).then(|| self.now + KEPT)
    }

    /// Puts a message into the outbox, to go out at a time, and not after another.
    ///
    /// # Errors
    /// A store that failed.
    pub fn send_at(
        &self,
        to: Destination,
        message: Message,
        purpose: Purpose,
        not_before: Instant,
        expires: Option<Instant>,
    ) -> Decided<()> {
        let errand = Errand::Say(to, message);
        Ok(self.tx.send(&OutRow::new(errand, purpose, not_before, expires))?)
    }

    /// Puts other words in place of a message delivered before, such as one of [`Tx::posted`].
    ///
    /// # Errors
    /// A store that failed.
    pub fn update(
        &self,
        to: Destination,
        reference: MessageRef,
        message: Message,
        purpose: Purpose,
    ) -> Decided<()> {
        let expires = self.kept_for(&to);
        let errand = Errand::Update(to, reference, message);
        Ok(self.tx.send(&OutRow::new(errand, purpose, self.now, expires))?)
    }

    /// The day, counted from 1970.
    #[must_use]
    pub fn today(&self) -> u32 {
        u32::try_from(self.now.timestamp() / 86_400).unwrap_or(0)
    }

    /// Counts something that went wrong with a delivery.
    ///
    /// # Errors
    /// A store that failed.
    pub fn mishap(&self, purpose: Purpose, mishap: Mishap) -> Decided<()> {
        Ok(self.tx.count_mishap(purpose.team(), self.today(), purpose.name(), mishap)?)
    }

    /// Asks a platform who is in a place.
    ///
    /// # Errors
    /// A store that failed.
    pub fn look_up(&self, place: &PlaceId, purpose: Purpose) -> Decided<()> {
        let errand = Errand::LookUp(place.clone());
        Ok(self.tx.send(&OutRow::new(errand, purpose, self.now, None))?)
    }

    /// The pseudonym of a person in a round, if there is a key to make it from.
    ///
    /// # Errors
    /// A keyring that failed.
    pub fn find_pseudonym(&self, round: &Round, person: &Person) -> Decided<Option<Pseudonym>> {
        let key = self.find_key(round, &person.id)?;
        Ok(key.map(|key| pseudonym(&key, &person.id, &scope(round))))
    }

    /// The key that hides a person in a round, if it was drawn and not destroyed.
    ///
    /// # Errors
    /// A keyring that failed.
    pub fn find_key(&self, round: &Round, person: &PersonId) -> Decided<Option<SecretKey>> {
        Ok(match round.terms.mode {
            Mode::Anonymous => self.keyring.find_round_key(round.id)?,
            Mode::Pseudonymous | Mode::Open => {
                self.keyring.find_person_key(round.id.team, person)?
            }
        })
    }

    /// The pseudonym of a person in a round, to write under; draws the key if there is none.
    ///
    /// # Errors
    /// A keyring that failed.
    pub fn pseudonym(&self, round: &Round, person: &Person) -> Decided<Pseudonym> {
        let key = match round.terms.mode {
            Mode::Anonymous => self.keyring.round_key(round.id)?,
            Mode::Pseudonymous | Mode::Open => {
                self.keyring.person_key(round.id.team, &person.id)?
            }
        };
        let who = pseudonym(&key, &person.id, &scope(round));
        self.under.replace(Some(key));
        Ok(who)
    }

    /// What is known of a person; of somebody new, what their id tells.
    ///
    /// # Errors
    /// A store that failed.
    pub fn person(&self, id: &PersonId) -> Decided<Person> {
        match self.tx.person(id)? {
            Some(person) => Ok(person),
            None => Ok(Person::new(id.clone(), self.tx.name_of(id)?)),
        }
    }

    /// The round that a team has planned or open.
    ///
    /// # Errors
    /// A store that failed.
    pub fn current_round(&self, team: &Team) -> Decided<Option<Round>> {
        let Some(number) = team.current else { return Ok(None) };
        Ok(self.tx.round(RoundId { team: team.id, number })?)
    }

    /// The bank that a round asks.
    ///
    /// # Errors
    /// A store that failed, or whose bank is gone.
    pub fn bank_of(&self, round: &Round) -> Decided<Arc<Bank>> {
        let missing = || StoreError::Damaged {
            key: format!("bank of round {}", round.id),
            kind: "bank".to_owned(),
            cause: "it is missing".to_owned(),
        };
        Ok(self.banks.get(&self.tx, round.bank)?.ok_or_else(missing)?)
    }

    /// A moment in words for a team.
    #[must_use]
    pub fn when(&self, at: Instant, team: &Team) -> When {
        When::local(at, team.settings.zone)
    }
}

/// A round's pseudonyms differ from every other round's in anonymous mode only; otherwise a
/// person keeps theirs within a team, so that an own trend is possible.
fn scope(round: &Round) -> String {
    match round.terms.mode {
        Mode::Anonymous => format!("round {}", round.id),
        Mode::Pseudonymous | Mode::Open => format!("team {}", round.id.team),
    }
}

/// The zone that decides when a direct message reaches a person.
#[must_use]
pub fn zone_of(person: &Person, team: &Team) -> Tz {
    person.zone.unwrap_or(team.settings.zone)
}
