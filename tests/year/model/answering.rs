//! What people answer, change and take back.

use maturity_bot::domain::answer::Value;
use maturity_bot::domain::team::Mode;

use super::Model;
use crate::time::{Instant, read};

impl Model {
    /// A person's first question of a round, or of a week, as they read it.
    pub(super) fn question_words(&self, team: usize, number: usize, person: usize) -> Vec<String> {
        let it = &self.teams[team];
        let round = &it.rounds[number];
        let own = round.answers.get(&person);
        let answered = round
            .questions
            .iter()
            .filter(|at| own.and_then(|own| own.get(at)).is_some_and(|it| it.value.is_some()));
        if answered.count() > 0 {
            return vec![format!("from {}:", it.name)];
        }
        if round.skipped.get(&person).is_some_and(|it| !it.is_empty()) {
            return Vec::new();
        }
        let title = &self.presets[&round.preset].title;
        let until = read(it.settings.zone, round.closes);
        let mode = match round.mode {
            Mode::Anonymous => "*Anonymous:*",
            Mode::Pseudonymous => "*Pseudonymous:*",
            Mode::Open => "*Open:*",
        };
        vec![format!("**{} asks how you work:** {title}, until {until}", it.name), mode.to_owned()]
    }

    fn drew_key(&mut self, person: usize, team: usize, number: usize) {
        let round = &mut self.teams[team].rounds[number];
        round.has_key = true;
        if round.mode != Mode::Anonymous {
            self.teams[team].keys.insert(person);
        }
    }

    /// A person answers a question; gives whether it counts, and whether it changed another.
    pub fn answer(
        &mut self,
        person: usize,
        (team, number): (usize, usize),
        at: usize,
        value: Value,
        event: &str,
        sent: Instant,
    ) -> Option<bool> {
        if !self.can_answer(person, team, number, sent)
            || !self.teams[team].rounds[number].questions.contains(&at)
        {
            return None;
        }
        self.drew_key(person, team, number);
        self.counts.answers += 1;
        let round = &mut self.teams[team].rounds[number];
        let answer = round.answers.entry(person).or_default().entry(at).or_default();
        let changed = answer.value.is_some();
        answer.put(Some(value));
        event.clone_into(&mut answer.source);
        if let Some(skipped) = round.skipped.get_mut(&person) {
            skipped.remove(&at);
        }
        round.last.insert(person, at);
        Some(changed)
    }

    /// A person takes back what an event brought; gives whether it held.
    pub fn withdraw(&mut self, person: usize, event: &str, sent: Instant) -> bool {
        for team in 0..self.teams.len() {
            let Some(number) = self.teams[team].current else { continue };
            if !self.can_answer(person, team, number, sent) {
                continue;
            }
            let own = self.teams[team].rounds[number].answers.get_mut(&person);
            let own = own.into_iter().flat_map(|own| own.values_mut());
            if let Some(answer) = own.into_iter().find(|it| it.source == event) {
                answer.put(None);
                return true;
            }
        }
        false
    }

    /// A person changes the words of the event that brought an answer; gives whether it held.
    pub fn edit(&mut self, person: usize, event: &str, value: Value, sent: Instant) -> bool {
        for team in 0..self.teams.len() {
            let Some(number) = self.teams[team].current else { continue };
            if !self.can_answer(person, team, number, sent) {
                continue;
            }
            let own = self.teams[team].rounds[number].answers.get_mut(&person);
            let mut own = own.into_iter().flat_map(|own| own.values_mut());
            if let Some(answer) = own.find(|it| it.source == event) {
                answer.put(Some(value));
                return true;
            }
        }
        false
    }

    /// `undo` in front of a round: the value before the last answer comes back.
    pub fn undo(&mut self, person: usize, (team, number): (usize, usize)) -> bool {
        let round = &mut self.teams[team].rounds[number];
        let Some(at) = round.last.remove(&person) else { return false };
        let answer = round.answers.get_mut(&person).and_then(|own| own.get_mut(&at));
        let answer = answer.expect("it was answered");
        answer.value = answer.before.take();
        true
    }

    /// `skip` in front of a question.
    pub fn skip_question(&mut self, person: usize, (team, number): (usize, usize), at: usize) {
        self.drew_key(person, team, number);
        let round = &mut self.teams[team].rounds[number];
        let answer = round.answers.get(&person).and_then(|own| own.get(&at));
        if answer.is_none_or(|it| it.value.is_none()) {
            round.skipped.entry(person).or_default().insert(at);
        }
    }

    /// A remark on the last answer; gives whether there was one.
    pub fn comment(&mut self, person: usize, (team, number): (usize, usize), words: &str) -> bool {
        let round = &mut self.teams[team].rounds[number];
        let Some(at) = round.last.get(&person) else { return false };
        let own = round.answers.get_mut(&person).expect("they answered");
        let comment = &mut own.get_mut(at).expect("it was answered").comment;
        let before = comment.take().map(|it| format!("{it}\n")).unwrap_or_default();
        *comment = Some(before + words);
        true
    }
}
