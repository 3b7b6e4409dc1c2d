//! An organisation as the design wants it: a second implementation that shares only data with the
//! first, and decides which messages may and must go out.

mod answering;
mod champions;
mod letters;
mod membership;
mod opening;
mod rotation;
mod settling;
mod words;

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

use chrono::NaiveDate;
use chrono_tz::Tz;
use maturity_bot::domain::answer::Value;
use maturity_bot::domain::bank::Bank;
use maturity_bot::domain::selection::Presets;
use maturity_bot::domain::team::{Mode, Settings};
use maturity_bot::engine::InPlace;

use crate::scores::Figures;
use crate::time::Instant;
pub use champions::Champions;
pub use letters::{Kind, Letter};
pub use rotation::Rotation;
pub use settling::Expected;

/// What wakes a team; of those due at the same moment, the first of these comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Wake {
    Close,
    Nudge,
    Digest,
    Trend,
    Terms,
    Schedule(usize),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    Planned,
    Open,
    Closed,
    Cancelled,
}

/// Whoever stands behind an answer: a person, or a label that nothing joins to one.
pub type Voice = usize;

/// Labels begin here.
pub const LABELS: Voice = 1_000_000;

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Answer {
    pub value: Option<Value>,
    pub before: Option<Value>,
    pub comment: Option<String>,
    pub source: String,
}

impl Answer {
    /// Another value holds; the same once more leaves what stood there before.
    pub fn put(&mut self, value: Option<Value>) {
        if self.value != value {
            self.before = std::mem::replace(&mut self.value, value);
        }
    }
}

#[derive(Clone, Debug)]
pub struct Round {
    pub preset: String,
    pub stage: Stage,
    pub starter: Option<usize>,
    pub mode: Mode,
    pub early: bool,
    pub m: usize,
    pub opened: Option<Instant>,
    pub closes: Instant,
    pub ended: Option<Instant>,
    pub roster: BTreeSet<usize>,
    pub members: usize,
    /// By place in the bank, in the order in which they are asked.
    pub questions: Vec<usize>,
    pub nudges: u32,
    pub answers: BTreeMap<Voice, BTreeMap<usize, Answer>>,
    pub skipped: BTreeMap<usize, BTreeSet<usize>>,
    pub last: BTreeMap<usize, usize>,
    pub published: BTreeMap<usize, BTreeMap<Voice, Value>>,
    /// Whether anybody's pseudonym was made, so that a round's own key exists.
    pub has_key: bool,
    pub figures: Option<Figures>,
    /// The posts in the team's place that offer its questions.
    pub posts: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Skip {
    pub what: String,
    pub first: Instant,
    pub last: Instant,
    pub count: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pause {
    Gone,
    Removed,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    Taken,
    Done,
    Dismissed,
}

#[derive(Clone, Copy, Debug)]
pub struct Life {
    pub fate: Fate,
    pub by: usize,
    pub after_round: usize,
}

pub struct Team {
    pub name: String,
    pub settings: Settings,
    pub leads: Vec<usize>,
    pub members: BTreeSet<usize>,
    /// Who is in the room, whether the bot knows or not.
    pub room: BTreeSet<usize>,
    pub rounds: Vec<Round>,
    /// The place of the round that is planned or open.
    pub current: Option<usize>,
    pub roster_at: Option<Instant>,
    pub looks_up: bool,
    /// Its room is archived.
    pub vanished: bool,
    /// Its place is gone, or its entry in the config file.
    pub paused: Option<Pause>,
    pub wakes: BTreeMap<Wake, Instant>,
    pub skips: Vec<Skip>,
    pub rotation: Rotation,
    pub actions: BTreeMap<String, Life>,
    /// The actions that were shown since the last summary, in the order of their numbers.
    pub numbering: Vec<String>,
    pub champions: Champions,
    /// People whose own key in this team was drawn and not destroyed.
    pub keys: BTreeSet<usize>,
}

#[derive(Clone, Debug, Default)]
pub struct Person {
    /// What the chat says.
    pub zone: Option<Tz>,
    /// What the bot knows of it.
    pub known_zone: Option<Tz>,
    pub away: Option<Instant>,
    pub snoozed: Option<Instant>,
    pub stopped: bool,
    /// A guest or a machine: never asked.
    pub outside: bool,
    pub last_unasked: Option<NaiveDate>,
    pub sits_out: BTreeSet<(usize, usize)>,
    pub letters: BTreeSet<u64>,
}

#[derive(Debug, Default, Clone, Copy)]
pub struct Counts {
    pub rounds: u64,
    pub answers: u64,
    pub posts: u64,
    pub letters: u64,
    pub slots: u64,
    pub skipped: u64,
    pub suppressed: u64,
}

pub struct Model {
    pub bank: Arc<Bank>,
    pub presets: Presets,
    pub teams: Vec<Team>,
    pub people: Vec<Person>,
    pub counts: Counts,
    /// Whether questions can be answered in a place.
    pub in_place: Option<InPlace>,
    /// Whether the chat has handed in what happened while the bot was down.
    pub caught_up: bool,
    /// Rounds that ended and whose records were not compared yet.
    pub ended: Vec<(usize, usize)>,
    due: BTreeSet<(Instant, Due)>,
    letters: BTreeMap<u64, Letter>,
    next_letter: u64,
    next_label: Voice,
    expected: Vec<Expected>,
    diary: VecDeque<String>,
    /// Whom the bot and the model differ about, once they do.
    about: RefCell<Vec<String>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Due {
    Wake(usize, Wake),
    Letter(u64),
}

impl Model {
    pub fn new(bank: Bank, presets: Presets) -> Self {
        Self {
            bank: Arc::new(bank),
            presets,
            teams: Vec::new(),
            people: Vec::new(),
            counts: Counts::default(),
            in_place: None,
            caught_up: false,
            ended: Vec::new(),
            due: BTreeSet::new(),
            letters: BTreeMap::new(),
            next_letter: 0,
            next_label: LABELS,
            expected: Vec::new(),
            diary: VecDeque::new(),
            about: RefCell::default(),
        }
    }

    /// When something may be due that nobody brings.
    pub fn next(&self) -> Option<Instant> {
        self.due.first().map(|(at, _)| *at)
    }

    /// Notes what happened, to tell of it when something is wrong.
    pub fn note(&mut self, at: Instant, words: &str) {
        if self.diary.len() > 60_000 {
            self.diary.pop_front();
        }
        self.diary.push_back(format!("{} {words}", at.format("%a %F %T%.3f")));
    }

    /// The bot and the model differ.
    pub fn differ(&self, at: Instant, about: &[String], words: &str) -> ! {
        let told = |line: &&String| {
            about.iter().any(|name| line.split_whitespace().any(|word| word == name))
        };
        let mut lines: Vec<&String> = self.diary.iter().filter(told).rev().take(60).collect();
        lines.reverse();
        let lines: Vec<&str> = lines.into_iter().map(String::as_str).collect();
        about.clone_into(&mut self.about.borrow_mut());
        let last = self.diary.len().saturating_sub(100);
        let last: Vec<&str> = self.diary.range(last..).map(String::as_str).collect();
        let (lines, last) = (lines.join("\n"), last.join("\n"));
        panic!("{lines}\n\nat last:\n{last}\n\nat {at}: {words}");
    }

    /// The teams and people that the bot and the model differ about.
    pub fn differs_about(&self) -> (Vec<usize>, Vec<usize>) {
        let about = self.about.borrow();
        let numbers = |kind: char| {
            let found = about.iter().filter_map(|name| name.strip_prefix(kind)?.parse().ok());
            found.collect()
        };
        (numbers('T'), numbers('P'))
    }

    pub fn name(person: usize) -> String {
        format!("P{person}")
    }

    fn set_wake(&mut self, team: usize, wake: Wake, at: Option<Instant>) {
        if let Some(old) = self.teams[team].wakes.remove(&wake) {
            self.due.remove(&(old, Due::Wake(team, wake)));
        }
        if let Some(at) = at {
            self.teams[team].wakes.insert(wake, at);
            self.due.insert((at, Due::Wake(team, wake)));
        }
    }
}

pub fn is_pulse(preset: &str) -> bool {
    preset == "pulse"
}
