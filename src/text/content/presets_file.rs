//! The shape of `presets.yaml`.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_saphyr::Spanned;

use super::source::{Source, line_of};
use crate::domain::bank::Bank;
use crate::domain::level::Pillar;
use crate::domain::selection::{Plan, Preset, Presets, PulseRules, Slot};
use crate::text::defect::Defect;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawPreset {
    title: Spanned<String>,
    questions: Option<Spanned<RawQuestions>>,
    per_week: Option<Spanned<usize>>,
    #[serde(default)]
    kinds: Vec<Spanned<String>>,
    #[serde(default)]
    cycle: Vec<Spanned<String>>,
    #[serde(default)]
    cycle_without_weakest: Vec<Spanned<String>>,
    restart_on_change: Option<bool>,
    within_pillar: Option<Spanned<String>>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum RawQuestions {
    Word(String),
    Listed(Vec<String>),
}

/// Reads the presets and adds all that is wrong with them to `defects`. Without a bank, only
/// whether its questions exist stays unchecked.
pub(super) fn read(
    source: &Source,
    bank: Option<&Bank>,
    defects: &mut Vec<Defect>,
) -> Option<Presets> {
    let raw: BTreeMap<String, Spanned<RawPreset>> =
        source.parse().map_err(|defect| defects.push(defect)).ok()?;
    let mut reading = Reading { file: &source.file, bank, defects };
    if raw.is_empty() {
        reading.defect(1, "has no preset".to_owned(), "name at least one".to_owned());
    }
    Some(raw.into_iter().map(|(name, raw)| (name.clone(), reading.preset(&name, raw))).collect())
}

struct Reading<'a> {
    file: &'a str,
    bank: Option<&'a Bank>,
    defects: &'a mut Vec<Defect>,
}

impl Reading<'_> {
    fn preset(&mut self, name: &str, raw: Spanned<RawPreset>) -> Preset {
        let line = line_of(&raw);
        let raw = raw.value;
        if raw.title.value.trim().is_empty() {
            let what = format!("{name}: `title` is empty");
            self.defect(line_of(&raw.title), what, "write it".to_owned());
        }
        let title = raw.title.value.clone();
        let plan = match (raw.questions, raw.per_week) {
            (Some(questions), None) => self.questions(name, questions),
            (None, Some(per_week)) => {
                let rules = PulseRules {
                    per_week: per_week.value,
                    kinds: self.kinds(name, raw.kinds),
                    cycle: self.named(name, raw.cycle, Slot::named),
                    cycle_without_weakest: self.named(
                        name,
                        raw.cycle_without_weakest,
                        Pillar::named,
                    ),
                    restart_on_change: raw.restart_on_change.unwrap_or(true),
                };
                self.within_pillar(name, raw.within_pillar);
                self.rules(name, line_of(&per_week), &rules);
                Plan::Pulse(rules)
            }
            _ => {
                let what = format!("{name}: needs either `questions` or `per_week`");
                self.defect(line, what, "keep one of the two".to_owned());
                Plan::All
            }
        };
        Preset { title, plan }
    }

    fn questions(&mut self, name: &str, questions: Spanned<RawQuestions>) -> Plan {
        let line = line_of(&questions);
        let ids = match questions.value {
            RawQuestions::Word(word) if word == "all" => return Plan::All,
            RawQuestions::Word(word) => {
                let what = format!("{name}: `questions` is `{word}`");
                self.defect(line, what, "write `all` or a list of ids".to_owned());
                return Plan::All;
            }
            RawQuestions::Listed(ids) => ids,
        };
        if ids.is_empty() {
            self.defect(line, format!("{name}: `questions` is empty"), "list some".to_owned());
        }
        for (nth, id) in (0_usize..).zip(&ids) {
            // The list is buffered while its shape is found out, so each entry's line is counted.
            let missing = |bank: &Bank| bank.question(&id.as_str().into()).is_none();
            if self.bank.is_some_and(missing) {
                let what = format!("{name}: the bank has no question `{id}`");
                self.defect(line + nth, what, "name one of its questions".to_owned());
            }
            if ids[..nth].contains(id) {
                let what = format!("{name}: `{id}` is listed twice");
                self.defect(line + nth, what, "remove one of the two".to_owned());
            }
        }
        Plan::Listed(ids.iter().map(|id| id.as_str().into()).collect())
    }

    fn kinds(&mut self, name: &str, kinds: Vec<Spanned<String>>) -> Vec<String> {
        let known = |kind: &str| {
            ["level", "yesno", "checklist", "text"].contains(&kind).then(|| kind.to_owned())
        };
        self.named(name, kinds, known)
    }

    fn named<T>(
        &mut self,
        name: &str,
        words: Vec<Spanned<String>>,
        known: impl Fn(&str) -> Option<T>,
    ) -> Vec<T> {
        let mut read = Vec::new();
        for word in words {
            if let Some(value) = known(&word.value) {
                read.push(value);
            } else {
                let what = format!("{name}: `{}` is not known here", word.value);
                let mend = "use the words of the file the bot brings along".to_owned();
                self.defect(line_of(&word), what, mend);
            }
        }
        read
    }

    fn within_pillar(&mut self, name: &str, rule: Option<Spanned<String>>) {
        if let Some(rule) = rule.filter(|rule| rule.value != "least_recently_asked") {
            let what = format!("{name}: `within_pillar` is `{}`", rule.value);
            self.defect(line_of(&rule), what, "write least_recently_asked".to_owned());
        }
    }

    fn rules(&mut self, name: &str, line: usize, rules: &PulseRules) {
        let lists = [
            ("kinds", rules.kinds.is_empty()),
            ("cycle", rules.cycle.is_empty()),
            ("cycle_without_weakest", rules.cycle_without_weakest.is_empty()),
        ];
        for (field, _) in lists.iter().filter(|(_, empty)| *empty) {
            let what = format!("{name}: `{field}` is empty or missing");
            self.defect(line, what, "list at least one".to_owned());
        }
        if rules.per_week == 0 {
            self.defect(line, format!("{name}: `per_week` is 0"), "ask at least one".to_owned());
        } else if rules.repeats_in_a_week() {
            let what = format!("{name}: some week would ask the same pillar twice");
            self.defect(line, what, "lower `per_week` or reorder the cycles".to_owned());
        }
    }

    fn defect(&mut self, line: usize, what: String, mend: String) {
        self.defects.push(Defect { file: self.file.to_owned(), line: Some(line), what, mend });
    }
}
