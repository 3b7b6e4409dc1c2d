//! Champions: named by two others or by themselves, for half a year at a time.

use chrono::{Months, TimeDelta};

use super::{Kind, Model, Wake};
use crate::time::{Instant, read};

const HALF_A_YEAR: Months = Months::new(6);

/// Who is champion no more, of which pillar, and what leads hear of it.
type Gone = (usize, usize, Vec<String>);

#[derive(Clone, Debug, PartialEq)]
pub enum Step {
    Nominated(Vec<usize>, Instant),
    Asked(Instant),
    /// Until when, and whether the next term was asked for, and declined.
    Serves(Instant, bool, bool),
    Declined(Instant),
}

/// Who stands where, in the order in which they accepted.
#[derive(Clone, Debug, Default)]
pub struct Champions(pub Vec<(usize, usize, Step)>);

impl Champions {
    pub fn of(&self, pillar: usize) -> Vec<usize> {
        let serves =
            |it: &&(usize, usize, Step)| it.1 == pillar && matches!(it.2, Step::Serves(..));
        self.0.iter().filter(serves).map(|it| it.0).collect()
    }

    pub fn held_by(&self, person: usize) -> Vec<usize> {
        (0..4).filter(|pillar| self.of(*pillar).contains(&person)).collect()
    }

    pub fn asked_of(&self, person: usize) -> Vec<usize> {
        let open = |it: &&(usize, usize, Step)| {
            it.0 == person && matches!(it.2, Step::Asked(_) | Step::Serves(_, true, false))
        };
        self.0.iter().filter(open).map(|it| it.1).collect()
    }

    fn step(&self, person: usize, pillar: usize) -> Option<&Step> {
        self.0.iter().find(|it| (it.0, it.1) == (person, pillar)).map(|it| &it.2)
    }

    fn set(&mut self, person: usize, pillar: usize, step: Step) {
        match self.0.iter_mut().find(|it| (it.0, it.1) == (person, pillar)) {
            Some(it) => it.2 = step,
            None => self.0.push((person, pillar, step)),
        }
    }

    fn remove(&mut self, person: usize, pillar: usize) {
        self.0.retain(|it| (it.0, it.1) != (person, pillar));
    }
}

impl Model {
    fn title(&self, pillar: usize) -> String {
        self.bank.titles[pillar].clone()
    }

    fn tell(&mut self, now: Instant, team: usize, to: usize, needles: Vec<String>) {
        self.write(now, to, team, Kind::Champion(None), needles, now + TimeDelta::days(366));
    }

    fn ask_privately(
        &mut self,
        now: Instant,
        team: usize,
        (to, pillar): (usize, usize),
        words: Vec<String>,
    ) {
        self.write(now, to, team, Kind::Champion(Some(pillar)), words, now + TimeDelta::days(366));
    }

    /// Nobody is told about themselves.
    fn tell_leads(&mut self, now: Instant, team: usize, about: usize, words: &str) {
        for lead in self.teams[team].leads.clone() {
            if lead != about {
                self.tell(now, team, lead, vec![words.to_owned()]);
            }
        }
    }

    /// Leads hear who went: each but themselves, and whose coming they heard of.
    fn tell_of_leaving(&mut self, now: Instant, team: usize, gone: &[Gone]) {
        for (person, pillar, _) in gone {
            let words = self.stands_first(team, *pillar);
            self.take_back(team, *person, &words);
        }
        for lead in self.teams[team].leads.clone() {
            let mut told = Vec::new();
            for (person, pillar, words) in gone {
                self.take_back(team, lead, &self.rest_on(team, *person));
                let unheard = self.take_back(team, lead, &self.has_come(team, *person, *pillar));
                if !unheard && lead != *person {
                    told.extend(words.clone());
                }
            }
            if !told.is_empty() {
                self.tell(now, team, lead, told);
            }
        }
    }

    /// Gives whether it still waited.
    fn take_back(&mut self, team: usize, from: usize, words: &str) -> bool {
        self.drop_letters(from, |it| it.team == team && it.needles == [words])
    }

    fn has_come(&self, team: usize, person: usize, pillar: usize) -> String {
        let (name, what) = (&self.teams[team].name, self.title(pillar));
        format!("{name} has a champion for {what} now: {}.", Self::name(person))
    }

    fn rest_on(&self, team: usize, person: usize) -> String {
        format!("Two pillars in {} rest on {} now", self.teams[team].name, Self::name(person))
    }

    fn stands_first(&self, team: usize, pillar: usize) -> String {
        format!("You stand first for {} in {}", self.title(pillar), self.teams[team].name)
    }

    /// Champions are looked after once a day while there are any.
    fn keep_looking(&mut self, now: Instant, team: usize) {
        let next = self.teams[team].wakes.get(&Wake::Terms).copied();
        let next = next.unwrap_or(now + TimeDelta::days(1));
        let any = !self.teams[team].champions.0.is_empty();
        self.set_wake(team, Wake::Terms, any.then_some(next));
    }

    /// Gives whether there is room for one more pillar.
    pub fn volunteer(&mut self, now: Instant, team: usize, person: usize, pillar: usize) -> bool {
        let held = self.teams[team].champions.held_by(person);
        if self.people[person].outside {
            return false;
        }
        if held.contains(&pillar) || held.len() >= 2 {
            return false;
        }
        let champions = &mut self.teams[team].champions;
        champions.remove(person, pillar);
        champions.set(person, pillar, Step::Serves(now + HALF_A_YEAR, false, false));
        self.keep_looking(now, team);
        let words = self.has_come(team, person, pillar);
        self.tell_leads(now, team, person, &words);
        if held.len() == 1 {
            let words = self.rest_on(team, person);
            self.tell_leads(now, team, person, &words);
        }
        true
    }

    /// Gives whether the nomination was taken, whatever comes of it.
    pub fn nominate(
        &mut self,
        now: Instant,
        team: usize,
        by: usize,
        (person, pillar): (usize, usize),
    ) -> bool {
        let champions = &mut self.teams[team].champions;
        let held = champions.held_by(person);
        if by == person || held.contains(&pillar) || held.len() >= 2 {
            return false;
        }
        let (mut nominators, since) = match champions.step(person, pillar) {
            Some(Step::Nominated(by, since)) if now < *since + HALF_A_YEAR => (by.clone(), *since),
            Some(Step::Asked(_)) => return true,
            Some(Step::Declined(until)) if now < *until => return true,
            _ => (Vec::new(), now),
        };
        if !nominators.contains(&by) {
            nominators.push(by);
        }
        if nominators.len() < 2 {
            champions.set(person, pillar, Step::Nominated(nominators, since));
            self.keep_looking(now, team);
            return true;
        }
        champions.set(person, pillar, Step::Asked(now));
        self.keep_looking(now, team);
        let words = format!("People in {} think of you", self.teams[team].name);
        self.ask_privately(now, team, (person, pillar), vec![words, self.title(pillar)]);
        true
    }

    /// Answers the question about a pillar; gives whether one was asked.
    pub fn reply(
        &mut self,
        now: Instant,
        team: usize,
        person: usize,
        pillar: usize,
        yes: bool,
    ) -> bool {
        let champions = &mut self.teams[team].champions;
        match (champions.step(person, pillar).cloned(), yes) {
            (Some(Step::Asked(_)), true) => return self.volunteer(now, team, person, pillar),
            (Some(Step::Asked(_)), false) => {
                champions.set(person, pillar, Step::Declined(now + HALF_A_YEAR));
            }
            (Some(Step::Serves(ends, true, _)), true) => {
                let ends = ends.max(now) + HALF_A_YEAR;
                champions.set(person, pillar, Step::Serves(ends, false, false));
            }
            (Some(Step::Serves(ends, true, false)), false) => {
                champions.set(person, pillar, Step::Serves(ends, true, true));
            }
            _ => return false,
        }
        self.keep_looking(now, team);
        true
    }

    /// Gives whether they are no champion any more; also where they gave that up before.
    pub fn step_down(&mut self, now: Instant, team: usize, person: usize, pillar: usize) -> bool {
        let before = self.teams[team].champions.of(pillar);
        if !before.contains(&person) {
            let step = self.teams[team].champions.step(person, pillar);
            return matches!(step, Some(Step::Declined(_)));
        }
        let declined = Step::Declined(now + HALF_A_YEAR);
        self.teams[team].champions.set(person, pillar, declined);
        self.keep_looking(now, team);
        let told = self.departed(now, team, person, pillar, &before, "is no longer champion");
        self.tell_of_leaving(now, team, &[(person, pillar, told)]);
        true
    }

    /// Whoever stands first now hears of it; gives what the leads are to hear.
    fn departed(
        &mut self,
        now: Instant,
        team: usize,
        person: usize,
        pillar: usize,
        before: &[usize],
        how: &str,
    ) -> Vec<String> {
        let after = self.teams[team].champions.of(pillar);
        let what = self.title(pillar);
        let next = match after.first() {
            None => format!("so {what} has no champion now"),
            Some(next) => format!("so {what} is {}'s from now on", Self::name(*next)),
        };
        let told = vec![format!("{} {how}", Self::name(person)), next];
        if let Some(next) = after.first()
            && before.first() == Some(&person)
        {
            let words = self.stands_first(team, pillar);
            self.tell(now, team, *next, vec![words]);
        }
        told
    }

    /// Somebody left, or is forgotten.
    pub(super) fn gone(&mut self, now: Instant, team: usize, person: usize, how: &str) {
        let held = self.teams[team].champions.held_by(person);
        let all = &mut self.teams[team].champions;
        let known = all.0.iter().any(|(who, _, step)| {
            *who == person || matches!(step, Step::Nominated(by, _) if by.contains(&person))
        });
        if !known {
            return;
        }
        let order = |pillar: &usize| all.0.iter().position(|it| (it.0, it.1) == (person, *pillar));
        let mut held = held;
        held.sort_by_key(order);
        let before: Vec<Vec<usize>> = (0..4).map(|pillar| all.of(pillar)).collect();
        all.0.retain(|it| it.0 != person);
        for (_, _, step) in &mut all.0 {
            if let Step::Nominated(by, _) = step {
                by.retain(|it| *it != person);
            }
        }
        all.0.retain(|it| !matches!(&it.2, Step::Nominated(by, _) if by.is_empty()));
        self.keep_looking(now, team);
        let mut told = Vec::new();
        for pillar in held {
            let words = self.departed(now, team, person, pillar, &before[pillar], how);
            told.push((person, pillar, words));
        }
        // Several at once are one message.
        self.tell_of_leaving(now, team, &told);
    }

    /// Once a day: terms that end or are about to, questions that nobody answered.
    pub(super) fn terms(&mut self, now: Instant, team: usize) {
        let mut ended = Vec::new();
        let before: Vec<Vec<usize>> =
            (0..4).map(|pillar| self.teams[team].champions.of(pillar)).collect();
        for (person, pillar, step) in self.teams[team].champions.clone().0 {
            let champions = &mut self.teams[team].champions;
            match step {
                Step::Serves(ends, _, declined) if now >= ends => {
                    champions.remove(person, pillar);
                    if declined {
                        let until = Step::Declined(ends + HALF_A_YEAR);
                        champions.set(person, pillar, until);
                    }
                    ended.push((person, pillar));
                }
                Step::Serves(ends, false, _) if now >= ends - TimeDelta::days(14) => {
                    champions.set(person, pillar, Step::Serves(ends, true, false));
                    let it = &self.teams[team];
                    let (what, until) = (self.title(pillar), read(it.settings.zone, ends));
                    let words = format!("champion for {what} in {} ends on {until}.", it.name);
                    self.ask_privately(now, team, (person, pillar), vec![words]);
                }
                Step::Asked(since) if now >= since + TimeDelta::days(30) => {
                    let until = since + TimeDelta::days(30) + HALF_A_YEAR;
                    champions.set(person, pillar, Step::Declined(until));
                }
                Step::Nominated(_, since) if now >= since + HALF_A_YEAR => {
                    champions.remove(person, pillar);
                }
                Step::Declined(until) if now >= until => champions.remove(person, pillar),
                _ => {}
            }
        }
        let mut told = Vec::new();
        for (person, pillar) in ended {
            let (name, what) = (self.teams[team].name.clone(), self.title(pillar));
            let words = format!("Your term as champion for {what} in {name} has ended.");
            self.tell(now, team, person, vec![words]);
            let how = "is no longer champion";
            let words = self.departed(now, team, person, pillar, &before[pillar], how);
            told.push((person, pillar, words));
        }
        self.tell_of_leaving(now, team, &told);
        self.set_wake(team, Wake::Terms, None);
        self.keep_looking(now, team);
    }
}
