//! What can be wrong with a bank, found all at once.
//!
//! The limits are what the model needs and what a chat can show: an option must fit a button or a
//! radio field (75 characters on the narrowest platform) with its number in front.

use std::collections::BTreeSet;

use super::{Action, Bank, Kind, Question, Topic};
use crate::domain::ids::ActionId;
use crate::domain::level::{Pillar, TOP_LEVEL};

const ID: usize = 60;
const TITLE: usize = 90;
const QUESTION: usize = 160;
const WHY: usize = 160;
const FIRST_STEP: usize = 160;
const OPTION: usize = 70;
/// A round's result is one record of at most 16 KiB, and that many questions fit into it.
const MOST_QUESTIONS: usize = 200;

/// Something wrong with a bank.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BankDefect {
    /// Where it is.
    pub at: At,
    /// What is wrong, as the end of a sentence that begins with the place.
    pub what: String,
    /// What to do about it.
    pub mend: String,
}

/// A place in a bank.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct At {
    /// The thing.
    pub item: Item,
    /// Its field, as bank files name it.
    pub field: &'static str,
    /// The entry of the field where it is a list, from 0; else 0.
    pub entry: usize,
}

/// A thing in a bank, by its index; ids would not tell duplicates apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Item {
    /// A pillar.
    Pillar(Pillar),
    /// An index into [`Bank::topics`].
    Topic(usize),
    /// An index into [`Bank::questions`].
    Question(usize),
    /// An index into [`Bank::actions`].
    Action(usize),
}

impl Bank {
    /// Everything that is wrong with the bank, in no particular order; empty when it can be used.
    #[must_use]
    pub fn defects(&self) -> Vec<BankDefect> {
        let mut found = Found::default();
        if self.questions.len() > MOST_QUESTIONS {
            let what =
                format!("this is one question more than the {MOST_QUESTIONS} a bank may have");
            found.add(Item::Question(MOST_QUESTIONS), "id", what, "leave out what tells least");
        }
        for pillar in Pillar::ALL {
            found.words(Item::Pillar(pillar), "title", self.title(pillar), TITLE);
        }
        found.repeated(self.topics.iter().map(|topic| topic.id.as_str()), Item::Topic);
        found.repeated(self.questions.iter().map(|question| question.id.as_str()), Item::Question);
        found.repeated(self.actions.iter().map(|action| action.id.as_str()), Item::Action);
        for (index, topic) in self.topics.iter().enumerate() {
            found.topic(Item::Topic(index), topic);
        }
        for (index, question) in self.questions.iter().enumerate() {
            found.question(Item::Question(index), question, self);
        }
        for (index, action) in self.actions.iter().enumerate() {
            found.action(index, action, self);
        }
        found.circles(self);
        found.0
    }
}

#[derive(Default)]
struct Found(Vec<BankDefect>);

impl Found {
    fn add(&mut self, item: Item, field: &'static str, what: String, mend: impl Into<String>) {
        self.add_entry(item, (field, 0), what, mend);
    }

    fn add_entry(
        &mut self,
        item: Item,
        (field, entry): (&'static str, usize),
        what: String,
        mend: impl Into<String>,
    ) {
        self.0.push(BankDefect { at: At { item, field, entry }, what, mend: mend.into() });
    }

    fn words(&mut self, item: Item, field: &'static str, words: &str, most: usize) {
        self.words_of_entry(item, (field, 0), words, most);
    }

    fn words_of_entry(
        &mut self,
        item: Item,
        place: (&'static str, usize),
        words: &str,
        most: usize,
    ) {
        let length = words.chars().count();
        let field = place.0;
        if words.trim().is_empty() {
            self.add_entry(item, place, format!("`{field}` is empty"), "write it");
        } else if length > most {
            let what = format!("`{field}` has {length} characters, more than a chat shows well");
            self.add_entry(item, place, what, format!("shorten it to {most}"));
        } else if words.chars().any(char::is_control) {
            let what = format!("`{field}` has a line break or control character");
            self.add_entry(item, place, what, "write it in one line");
        }
    }

    fn id(&mut self, item: Item, id: &str, parent: &str) {
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' || c == '.';
        if id.is_empty() || id.len() > ID || !id.chars().all(plain) {
            let what = format!("the id `{id}` is not usable");
            let mend = format!("use 1 to {ID} of a-z, 0-9, `-` and `.`");
            self.add(item, "id", what, mend);
        }
        if !id.strip_prefix(parent).is_some_and(|rest| rest.len() > 1 && rest.starts_with('.')) {
            let what = format!("the id `{id}` does not begin with `{parent}.`");
            self.add(item, "id", what, format!("rename it to `{parent}.` and a name"));
        }
    }

    fn repeated<'a>(&mut self, ids: impl Iterator<Item = &'a str>, item: fn(usize) -> Item) {
        let mut seen = BTreeSet::new();
        for (index, id) in ids.enumerate() {
            if !seen.insert(id) {
                let what = format!("the id `{id}` is used twice");
                self.add(item(index), "id", what, "give one of the two another id");
            }
        }
    }

    fn topic(&mut self, item: Item, topic: &Topic) {
        self.id(item, topic.id.as_str(), topic.pillar.name());
        self.words(item, "title", &topic.title, TITLE);
    }

    fn question(&mut self, item: Item, question: &Question, bank: &Bank) {
        self.id(item, question.id.as_str(), question.pillar.name());
        self.words(item, "text", &question.text, QUESTION);
        self.words(item, "why", &question.why, WHY);
        if bank.topic(&question.topic).is_none_or(|topic| topic.pillar != question.pillar) {
            let what = format!("the topic `{}` is not one of this pillar", question.topic);
            self.add(item, "topic", what, "name a topic of the same file");
        }
        for (field, number) in [("weight", question.weight), ("version", question.version)] {
            if number == 0 {
                self.add(item, field, format!("`{field}` is 0"), "write a number from 1");
            }
        }
        self.options(item, &question.kind);
    }

    fn options(&mut self, item: Item, kind: &Kind) {
        let (options, allowed, mend) = match kind {
            Kind::Level(options) => (options, 6..=6, "write six, one for each level from 0 to 5"),
            Kind::Checklist(options) => (options, 2..=10, "write 2 to 10"),
            Kind::YesNo | Kind::Text => return,
        };
        if !allowed.contains(&options.len()) {
            let what = format!("a {} question has {} options", kind.name(), options.len());
            self.add(item, "options", what, mend);
        }
        let mut seen = BTreeSet::new();
        for (entry, option) in options.iter().enumerate() {
            self.words_of_entry(item, ("options", entry), option, OPTION);
            if !seen.insert(option.trim().to_lowercase()) {
                let what = format!("option {entry} repeats an earlier one");
                self.add_entry(item, ("options", entry), what, "make the options distinct");
            }
        }
    }

    fn action(&mut self, index: usize, action: &Action, bank: &Bank) {
        let item = Item::Action(index);
        self.id(item, action.id.as_str(), action.topic.as_str());
        self.words(item, "title", &action.title, TITLE);
        self.words(item, "first_step", &action.first_step, FIRST_STEP);
        if bank.topic(&action.topic).is_none_or(|topic| topic.pillar != action.pillar) {
            let what = format!("the topic `{}` is not one of this pillar", action.topic);
            self.add(item, "id", what, "move the action under a topic");
        }
        self.levels(item, action, &bank.actions[..index]);
        for (entry, required) in action.requires.iter().enumerate() {
            if bank.action(required).is_none() {
                let what = format!("requires `{required}`, which no pillar has");
                self.add_entry(item, ("requires", entry), what, "name an action of the bank");
            }
        }
    }

    fn levels(&mut self, item: Item, action: &Action, earlier: &[Action]) {
        if action.from.is_empty() {
            let mend = "write the topic levels at which the action comes next";
            self.add(item, "from", "`from` is empty".to_owned(), mend);
        }
        for level in action.from.iter().filter(|&&level| level > TOP_LEVEL) {
            let what = format!("`from` names level {level}");
            self.add(item, "from", what, "levels run from 0 to 5");
        }
        let rival = earlier.iter().find(|other| {
            other.topic == action.topic && other.from.iter().any(|at| action.from.contains(at))
        });
        if let Some(rival) = rival {
            let what = format!("shares a level of `from` with `{}`", rival.id);
            self.add(item, "from", what, "let each topic offer at most one action per level");
        }
    }

    /// Each circle of prerequisites is named once, at the first of its actions in bank order.
    fn circles(&mut self, bank: &Bank) {
        let mut named = BTreeSet::new();
        for (index, action) in bank.actions.iter().enumerate() {
            let below = prerequisites(bank, action);
            if below.contains(&action.id) && !named.contains(&action.id) {
                let what = "requires itself by way of its prerequisites".to_owned();
                self.add(Item::Action(index), "requires", what, "take one link out of the circle");
                named.extend(below);
            }
        }
    }
}

/// Everything an action requires, directly or not; itself only if it stands in a circle.
fn prerequisites(bank: &Bank, action: &Action) -> BTreeSet<ActionId> {
    let mut below = BTreeSet::new();
    let mut open: Vec<&ActionId> = action.requires.iter().collect();
    while let Some(id) = open.pop() {
        if below.insert(id.clone()) {
            open.extend(bank.action(id).into_iter().flat_map(|action| &action.requires));
        }
    }
    below
}
