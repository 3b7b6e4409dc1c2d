//! The shape of `bank/*.yaml`, and how four such files become one bank.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_saphyr::Spanned;

use super::source::{Source, line_of};
use crate::domain::bank::defects::{At, Item};
use crate::domain::bank::{Action, Bank, Effort, Kind, Question, Topic};
use crate::domain::ids::TopicId;
use crate::domain::level::{Dimension, Pillar};
use crate::text::defect::Defect;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawPillar {
    pillar: Spanned<String>,
    title: Spanned<String>,
    topics: Vec<RawTopic>,
    questions: Vec<RawQuestion>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawTopic {
    id: Spanned<String>,
    title: Spanned<String>,
    #[serde(default)]
    actions: Vec<RawAction>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawAction {
    id: Spanned<String>,
    from: Spanned<Vec<u8>>,
    title: Spanned<String>,
    first_step: Spanned<String>,
    effort: Spanned<String>,
    #[serde(default)]
    requires: Vec<Spanned<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawQuestion {
    id: Spanned<String>,
    version: Option<Spanned<u32>>,
    topic: Spanned<String>,
    dimension: Spanned<String>,
    kind: Spanned<String>,
    weight: Spanned<u32>,
    text: Spanned<String>,
    #[serde(default)]
    options: Vec<Spanned<String>>,
    #[serde(default, rename = "seeds")]
    _seeds: Vec<IgnoredAny>,
    why: Spanned<String>,
}

/// Joins the files of the four pillars, in pillar order, and adds all that is wrong with them to
/// `defects`. `None` unless every file could be read in its shape.
pub(super) fn read(sources: &[Option<Source>; 4], defects: &mut Vec<Defect>) -> Option<Bank> {
    let mut reading = Reading { bank: empty(), lines: BTreeMap::new(), file: "", defects };
    let mut complete = true;
    for (pillar, source) in Pillar::ALL.into_iter().zip(sources) {
        let Some(source) = source else {
            complete = false;
            continue;
        };
        reading.file = &source.file;
        match source.parse() {
            Ok(raw) => reading.pillar(pillar, raw),
            Err(defect) => {
                complete = false;
                reading.defects.push(defect);
            }
        }
    }
    reading.check(sources, complete);
    complete.then_some(reading.bank)
}

fn empty() -> Bank {
    Bank {
        titles: Default::default(),
        topics: Vec::new(),
        questions: Vec::new(),
        actions: Vec::new(),
    }
}

/// The bank as far as it was read, and where each part of it stands.
struct Reading<'a> {
    bank: Bank,
    lines: BTreeMap<At, (&'a str, usize)>,
    file: &'a str,
    defects: &'a mut Vec<Defect>,
}

impl Reading<'_> {
    fn pillar(&mut self, pillar: Pillar, raw: RawPillar) {
        if raw.pillar.value != pillar.name() {
            let mend = format!("write `{}`, as the file's name says", pillar.name());
            self.defect(&raw.pillar, format!("`pillar` is `{}`", raw.pillar.value), mend);
        }
        self.bank.titles[pillar.index()] = self.word(Item::Pillar(pillar), "title", raw.title);
        for topic in raw.topics {
            self.topic(pillar, topic);
        }
        for question in raw.questions {
            self.question(pillar, question);
        }
    }

    fn topic(&mut self, pillar: Pillar, raw: RawTopic) {
        let item = Item::Topic(self.bank.topics.len());
        let id = TopicId(self.word(item, "id", raw.id));
        let title = self.word(item, "title", raw.title);
        for action in raw.actions {
            self.action(pillar, &id, action);
        }
        self.bank.topics.push(Topic { id, pillar, title });
    }

    fn action(&mut self, pillar: Pillar, topic: &TopicId, raw: RawAction) {
        let item = Item::Action(self.bank.actions.len());
        let effort = match raw.effort.value.as_str() {
            "S" => Effort::S,
            "M" => Effort::M,
            "L" => Effort::L,
            other => {
                let what = format!("`effort` is `{other}`");
                self.defect(&raw.effort, what, "write S, M or L".to_owned());
                Effort::S
            }
        };
        let action = Action {
            id: self.word(item, "id", raw.id).as_str().into(),
            topic: topic.clone(),
            pillar,
            from: self.word(item, "from", raw.from),
            title: self.word(item, "title", raw.title),
            first_step: self.word(item, "first_step", raw.first_step),
            effort,
            requires: self
                .list(item, "requires", raw.requires)
                .iter()
                .map(|id| id.as_str().into())
                .collect(),
        };
        self.bank.actions.push(action);
    }

    fn question(&mut self, pillar: Pillar, raw: RawQuestion) {
        let item = Item::Question(self.bank.questions.len());
        let dimension = Dimension::named(&raw.dimension.value).unwrap_or_else(|| {
            let names = Dimension::ALL.map(Dimension::name).join(", ");
            let what = format!("`dimension` is `{}`", raw.dimension.value);
            self.defect(&raw.dimension, what, format!("write one of {names}"));
            Dimension::Personal
        });
        let question = Question {
            kind: self.kind(item, &raw.kind, raw.options),
            id: self.word(item, "id", raw.id).as_str().into(),
            version: raw.version.map_or(1, |version| self.word(item, "version", version)),
            topic: TopicId(self.word(item, "topic", raw.topic)),
            pillar,
            dimension,
            weight: self.word(item, "weight", raw.weight),
            text: self.word(item, "text", raw.text),
            why: self.word(item, "why", raw.why),
        };
        self.bank.questions.push(question);
    }

    fn kind(&mut self, item: Item, kind: &Spanned<String>, options: Vec<Spanned<String>>) -> Kind {
        let first = options.first().map(line_of);
        let options = self.list(item, "options", options);
        self.lines.entry(at(item, "options", 0)).or_insert((self.file, line_of(kind)));
        match kind.value.as_str() {
            "level" => return Kind::Level(options),
            "checklist" => return Kind::Checklist(options),
            "yesno" | "text" => {}
            other => {
                let mend = "write level, yesno, checklist or text".to_owned();
                self.defect(kind, format!("`kind` is `{other}`"), mend);
                return Kind::Text;
            }
        }
        if let Some(line) = first {
            let what = format!("a {} question has options", kind.value);
            self.defect_on(line, what, "remove them, or make it level or checklist".to_owned());
        }
        if kind.value == "text" { Kind::Text } else { Kind::YesNo }
    }

    fn word<T>(&mut self, item: Item, field: &'static str, word: Spanned<T>) -> T {
        self.lines.insert(at(item, field, 0), (self.file, line_of(&word)));
        word.value
    }

    fn list<T>(&mut self, item: Item, field: &'static str, list: Vec<Spanned<T>>) -> Vec<T> {
        let file = self.file;
        let lines =
            list.iter().enumerate().map(|(n, word)| (at(item, field, n), (file, line_of(word))));
        self.lines.extend(lines);
        list.into_iter().map(|word| word.value).collect()
    }

    fn defect<T>(&mut self, place: &Spanned<T>, what: String, mend: String) {
        self.defect_on(line_of(place), what, mend);
    }

    fn defect_on(&mut self, line: usize, what: String, mend: String) {
        self.defects.push(Defect { file: self.file.to_owned(), line: Some(line), what, mend });
    }

    /// Adds what is wrong with the bank as a whole. In a bank with missing parts, what other parts
    /// say of them cannot be judged.
    fn check(&mut self, sources: &[Option<Source>; 4], complete: bool) {
        for found in self.bank.defects() {
            let missing_part = match found.at.item {
                Item::Pillar(pillar) => {
                    !self.lines.contains_key(&at(Item::Pillar(pillar), "title", 0))
                }
                _ => found.at.field == "requires",
            };
            if missing_part && !complete {
                continue;
            }
            let place =
                self.lines.get(&found.at).or_else(|| self.lines.get(&at(found.at.item, "id", 0)));
            let first = sources.iter().flatten().next().map_or("bank", |source| &source.file);
            let (file, line) = place.map_or((first, None), |&(file, line)| (file, Some(line)));
            let what = format!("{}{}", self.name(found.at.item), found.what);
            self.defects.push(Defect { file: file.to_owned(), line, what, mend: found.mend });
        }
    }

    fn name(&self, item: Item) -> String {
        let id = match item {
            Item::Pillar(pillar) => pillar.name(),
            Item::Topic(index) => self.bank.topics[index].id.as_str(),
            Item::Question(index) => self.bank.questions[index].id.as_str(),
            Item::Action(index) => self.bank.actions[index].id.as_str(),
        };
        format!("{id}: ")
    }
}

fn at(item: Item, field: &'static str, entry: usize) -> At {
    At { item, field, entry }
}
