//! A platform on which everything goes wrong that can.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use maturity_bot::domain::ids::{PersonId, PlaceId, RoundId};
use maturity_bot::domain::message::{Destination, Message, MessageRef, Press};
use maturity_bot::platform::{Inbox, Parcel, Platform, PostError, Profile, Stop};

use crate::world::{Dice, Mortal, profile};

/// One message as people see it.
#[derive(Clone, Debug)]
pub struct Shown {
    pub key: String,
    pub to: Destination,
    /// The round whose question it puts.
    pub asks: Option<RoundId>,
}

pub struct Faulty {
    pub knows_repeats: bool,
    pub people: u64,
    /// Of a hundred calls, how many go wrong.
    pub trouble: Mutex<u64>,
    pub dice: Mutex<Dice>,
    pub shown: Mutex<Vec<Shown>>,
    pub known: Mutex<BTreeSet<String>>,
    pub dead: Mutex<BTreeSet<PersonId>>,
    pub calls: Mutex<u64>,
    /// The process that calls, so that it can die while an answer is on its way.
    pub caller: Arc<Mortal>,
}

fn asked(message: &Message) -> Option<RoundId> {
    let Message::Choices { choices, .. } = message else { return None };
    choices.iter().find_map(|choice| match &choice.press {
        Press::Answer(round, ..) => Some(*round),
        _ => None,
    })
}

impl Faulty {
    fn show(&self, to: &Destination, message: &Message, key: &str) {
        let fresh = self.known.lock().unwrap().insert(key.to_owned());
        if fresh || !self.knows_repeats {
            let (key, to) = (key.to_owned(), to.clone());
            self.shown.lock().unwrap().push(Shown { key, to, asks: asked(message) });
        }
    }

    fn mishap(&self) -> Option<u64> {
        *self.calls.lock().unwrap() += 1;
        let mut dice = self.dice.lock().unwrap();
        let wrong = dice.below(100) < *self.trouble.lock().unwrap();
        wrong.then(|| dice.below(9))
    }

    fn transient(&self) -> PostError {
        let mut dice = self.dice.lock().unwrap();
        let retry_after = (dice.below(2) == 0).then(|| dice.below(3_600));
        PostError::Transient { cause: "busy".to_owned(), retry_after }
    }
}

#[async_trait]
impl Platform for Faulty {
    fn name(&self) -> &'static str {
        "fake"
    }

    fn knows_repeats(&self) -> bool {
        self.knows_repeats
    }

    async fn run(&self, _inbox: Inbox, _stop: Stop) -> anyhow::Result<()> {
        Ok(())
    }

    async fn post(&self, parcel: &Parcel<'_>) -> Result<MessageRef, PostError> {
        let Parcel { to, message, key, .. } = *parcel;
        let mishap = self.mishap();
        if let Destination::Person(person) = to {
            let mut dead = self.dead.lock().unwrap();
            if mishap == Some(0) && self.dice.lock().unwrap().below(4) == 0 {
                dead.insert(person.clone());
            }
            if dead.contains(person) {
                return Err(PostError::DeadTarget("deactivated".to_owned()));
            }
        }
        let silent = || PostError::Unanswered("no answer in time".to_owned());
        match mishap {
            // It arrives, and the answer does not.
            Some(1) => {
                self.show(to, message, key);
                Err(silent())
            }
            // Neither arrives.
            Some(2) => Err(silent()),
            // It arrives, and the process dies before it hears the answer, or just after.
            Some(3 | 4) => {
                self.show(to, message, key);
                self.caller.die_after(0, mishap == Some(3));
                Ok(MessageRef(key.to_owned()))
            }
            Some(5) => Err(PostError::OurBug("malformed".to_owned())),
            Some(6) => Err(PostError::DeadInstall("token revoked".to_owned())),
            // The network repeats the call; only a platform that knows repeats can help that.
            Some(7) if self.knows_repeats => {
                self.show(to, message, key);
                self.show(to, message, key);
                Ok(MessageRef(key.to_owned()))
            }
            Some(_) => Err(self.transient()),
            None => {
                self.show(to, message, key);
                Ok(MessageRef(key.to_owned()))
            }
        }
    }

    async fn update(&self, _: &MessageRef, _: &Parcel<'_>) -> Result<(), PostError> {
        Ok(())
    }

    async fn members(&self, _place: &PlaceId) -> Result<Vec<Profile>, PostError> {
        match self.mishap() {
            Some(_) => Err(self.transient()),
            None => Ok((0..self.people).map(|n| profile(&format!("fake:p{n}"))).collect()),
        }
    }

    async fn profile(&self, person: &PersonId) -> Result<Profile, PostError> {
        Ok(profile(person.as_str()))
    }
}
