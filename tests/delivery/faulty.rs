//! A platform on which everything goes wrong that can.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use maturity_bot::clock::Clock;
use maturity_bot::domain::ids::{PersonId, PlaceId, RoundId};
use maturity_bot::domain::message::{Destination, Message, MessageRef, Press};
use maturity_bot::domain::outgoing::Errand;
use maturity_bot::platform::{Inbox, Pace, Parcel, Platform, PostError, Profile, Stop};
use maturity_bot::store::memory::MemoryKv;

use crate::traffic::Traffic;
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
    pub name: &'static str,
    pub pace: Pace,
    pub knows_repeats: bool,
    pub people: u64,
    /// Of a hundred calls, how many go wrong.
    pub trouble: Mutex<u64>,
    pub dice: Mutex<Dice>,
    pub shown: Mutex<Vec<Shown>>,
    /// What was put in place of messages, in the order in which it came.
    pub updates: Mutex<BTreeMap<MessageRef, Vec<String>>>,
    pub known: Mutex<BTreeSet<String>>,
    pub dead: Mutex<BTreeSet<PersonId>>,
    pub traffic: Traffic,
    /// The process that calls, so that it can die while an answer is on its way.
    pub caller: Arc<Mortal<MemoryKv>>,
}

fn asked(message: &Message) -> Option<RoundId> {
    let Message::Choices { choices, .. } = message else { return None };
    choices.iter().find_map(|choice| match &choice.press {
        Press::Answer(round, ..) => Some(*round),
        _ => None,
    })
}

impl Faulty {
    pub fn new(
        name: &'static str,
        pace: Pace,
        knows_repeats: bool,
        dice: Dice,
        clock: Clock,
        caller: Arc<Mortal<MemoryKv>>,
    ) -> Self {
        Self {
            name,
            pace,
            knows_repeats,
            people: 1,
            trouble: Mutex::new(0),
            dice: Mutex::new(dice),
            shown: Mutex::default(),
            updates: Mutex::default(),
            known: Mutex::default(),
            dead: Mutex::default(),
            traffic: Traffic::new(pace, clock),
            caller,
        }
    }

    fn show(&self, to: &Destination, message: &Message, key: &str) {
        let fresh = self.known.lock().unwrap().insert(key.to_owned());
        if fresh || !self.knows_repeats {
            let (key, to) = (key.to_owned(), to.clone());
            self.shown.lock().unwrap().push(Shown { key, to, asks: asked(message) });
        }
    }

    fn mishap(&self) -> Option<u64> {
        let mut dice = self.dice.lock().unwrap();
        let wrong = dice.below(100) < *self.trouble.lock().unwrap();
        wrong.then(|| dice.below(10))
    }

    fn transient(&self) -> PostError {
        let mut dice = self.dice.lock().unwrap();
        let retry_after = (dice.below(2) == 0).then(|| dice.below(3_600));
        PostError::Transient { cause: "busy".to_owned(), retry_after }
    }

    fn limited(&self) -> PostError {
        let retry_after = self.dice.lock().unwrap().below(600);
        self.traffic.pause(retry_after);
        PostError::Limited { retry_after }
    }

    /// The call is on its way for a while; others may overtake it.
    async fn travel(&self) {
        let hops = self.dice.lock().unwrap().below(4);
        for _ in 0..hops {
            tokio::task::yield_now().await;
        }
    }

    fn is_dead(&self, to: &Destination, mishap: Option<u64>) -> bool {
        let Destination::Person(person) = to else { return false };
        let mut dead = self.dead.lock().unwrap();
        if mishap == Some(0) && self.dice.lock().unwrap().below(4) == 0 {
            dead.insert(person.clone());
        }
        dead.contains(person)
    }
}

#[async_trait]
impl Platform for Faulty {
    fn name(&self) -> &str {
        self.name
    }

    fn knows_repeats(&self) -> bool {
        self.knows_repeats
    }

    fn pace(&self) -> Pace {
        self.pace
    }

    async fn run(&self, _inbox: Inbox, _stop: Stop) -> anyhow::Result<()> {
        Ok(())
    }

    async fn post(&self, parcel: &Parcel<'_>) -> Result<MessageRef, PostError> {
        let Parcel { to, message, key, .. } = *parcel;
        let _on_its_way = self.traffic.call(&to.lane());
        self.travel().await;
        let mishap = self.mishap();
        if self.is_dead(to, mishap) {
            return Err(PostError::DeadTarget("deactivated".to_owned()));
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
            Some(8) => Err(self.limited()),
            Some(_) => Err(self.transient()),
            None => {
                self.show(to, message, key);
                Ok(MessageRef(key.to_owned()))
            }
        }
    }

    async fn update(&self, reference: &MessageRef, parcel: &Parcel<'_>) -> Result<(), PostError> {
        let _on_its_way = self.traffic.call(&parcel.to.lane());
        self.travel().await;
        let known = self.known.lock().unwrap().contains(&reference.0);
        assert!(known, "{} was never posted", reference.0);
        let put = || {
            let mut updates = self.updates.lock().unwrap();
            updates.entry(reference.clone()).or_default().push(parcel.message.body());
        };
        match self.mishap() {
            Some(0) => Err(PostError::DeadTarget("the message was deleted".to_owned())),
            Some(1) => {
                put();
                Err(PostError::Unanswered("no answer in time".to_owned()))
            }
            Some(2) => Err(PostError::OurBug("malformed".to_owned())),
            Some(3 | 4) => {
                put();
                self.caller.die_after(0, false);
                Ok(())
            }
            Some(8) => Err(self.limited()),
            Some(_) => Err(self.transient()),
            None => {
                put();
                Ok(())
            }
        }
    }

    async fn members(&self, place: &PlaceId) -> Result<Vec<Profile>, PostError> {
        let _on_its_way = self.traffic.call(&Errand::LookUp(place.clone()).lane());
        self.travel().await;
        match self.mishap() {
            Some(8) => Err(self.limited()),
            Some(_) => Err(self.transient()),
            None => Ok((0..self.people).map(|n| profile(&format!("{}:p{n}", self.name))).collect()),
        }
    }

    async fn profile(&self, person: &PersonId) -> Result<Profile, PostError> {
        Ok(profile(person.as_str()))
    }
}
