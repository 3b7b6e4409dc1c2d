//! What people do in a chat, and when.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use crate::time::Instant;

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Deed {
    /// Answers questions of a round: so many of a hundred.
    Answer {
        person: usize,
        team: usize,
        number: usize,
        share: u64,
    },
    /// Takes back what an event brought.
    Withdraw {
        person: usize,
        event: String,
    },
    /// Changes what an event brought as an answer to a question.
    Edit {
        person: usize,
        event: String,
        at: usize,
    },
    Away {
        person: usize,
        days: u64,
    },
    Snooze {
        person: usize,
        days: u64,
    },
    Stop {
        person: usize,
    },
    Resume {
        person: usize,
    },
    Forget {
        person: usize,
    },
    Join {
        team: usize,
        person: usize,
    },
    Leave {
        team: usize,
        person: usize,
    },
    Volunteer {
        team: usize,
        person: usize,
        pillar: usize,
    },
    Nominate {
        team: usize,
        by: usize,
        person: usize,
        pillar: usize,
    },
    Reply {
        team: usize,
        person: usize,
        pillar: usize,
        yes: bool,
    },
    StepDown {
        team: usize,
        person: usize,
        pillar: usize,
    },
    Action {
        team: usize,
        person: usize,
        verb: &'static str,
        place: usize,
    },
    Lead {
        team: usize,
        order: Order,
    },
    /// The room is archived, and comes back.
    Vanish {
        team: usize,
    },
    Return {
        team: usize,
    },
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Order {
    Start(&'static str),
    Close,
    Cancel,
    Extend(u64),
    ExtendUntil(u64),
    Nudge,
    Publish,
    Report,
    Target(usize, u8),
    Mode(&'static str),
    Schedule(&'static str, &'static str),
    Zone(&'static str),
    Quiet(u32, u32),
    Minimum(u32),
    Early(bool),
    Small(bool),
    AddLead,
}

/// Everything that people mean to do, by time.
#[derive(Default)]
pub struct Agenda {
    deeds: BinaryHeap<Reverse<(Instant, u64, Deed)>>,
    number: u64,
}

impl Agenda {
    pub fn add(&mut self, at: Instant, deed: Deed) {
        self.number += 1;
        self.deeds.push(Reverse((at, self.number, deed)));
    }

    pub fn next(&self) -> Option<Instant> {
        self.deeds.peek().map(|Reverse((at, ..))| *at)
    }

    pub fn pop_until(&mut self, until: Instant) -> Option<(Instant, Deed)> {
        if self.next()? > until {
            return None;
        }
        self.deeds.pop().map(|Reverse((at, _, deed))| (at, deed))
    }
}
