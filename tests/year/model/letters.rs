//! What is to reach a person in private, and when it may.

use std::collections::BTreeSet;

use maturity_bot::domain::message::Destination;

use super::{Due, Model, Stage};
use crate::chat::{Post, number_of};
use crate::time::{Instant, first_moment, is_quiet, local};

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    Question(usize),
    Nudge(usize),
    /// Something about champions; of which pillar, where it asks.
    Champion(Option<usize>),
    /// Something that leads have to know.
    Notice,
}

#[derive(Clone, Debug)]
pub struct Letter {
    pub to: usize,
    pub team: usize,
    pub kind: Kind,
    /// What its words must hold.
    pub needles: Vec<String>,
    pub not_before: Instant,
    /// Pointless from then on; somebody asked for a letter that has no end.
    pub expires: Option<Instant>,
}

impl Letter {
    fn is(&self, post: &Post) -> bool {
        let body = post.message.body();
        let round = post.asks().map(|it| (it.team.0 as usize - 1, it.number as usize - 1));
        let kind = match self.kind {
            Kind::Question(number) => {
                post.is_question() && round.is_none_or(|it| it == (self.team, number))
            }
            Kind::Nudge(number) => !post.is_question() && round == Some((self.team, number)),
            Kind::Champion(_) | Kind::Notice => !post.is_question() && round.is_none(),
        };
        kind && self.needles.iter().all(|needle| body.contains(needle.as_str()))
    }
}

impl Model {
    /// When a person may next be written to unasked; never after `stop`.
    pub(super) fn moment(&self, person: usize, team: usize, from: Instant) -> Option<Instant> {
        let (it, settings) = (&self.people[person], &self.teams[team].settings);
        if it.stopped {
            return None;
        }
        let back = [it.away, it.snoozed].into_iter().flatten().fold(from, Instant::max);
        let zone = it.known_zone.unwrap_or(settings.zone);
        first_moment(&settings.quiet, zone, back, it.last_unasked)
    }

    /// When a letter that waits can go out at the earliest, as things stand; never after its end.
    /// One without an end was asked for, and waits for nothing else.
    pub fn chance(
        &self,
        person: usize,
        team: usize,
        from: Instant,
        end: Option<Instant>,
    ) -> Option<Instant> {
        let Some(end) = end else { return Some(from) };
        self.moment(person, team, from).filter(|at| *at < end)
    }

    /// Writes to a person at the next moment that suits them, if one does before the end.
    pub(super) fn write(
        &mut self,
        now: Instant,
        to: usize,
        team: usize,
        kind: Kind,
        needles: Vec<String>,
        end: Instant,
    ) {
        let Some(at) = self.moment(to, team, now).filter(|at| *at < end) else { return };
        match kind {
            // Questions take the place of earlier ones, and of a reminder.
            Kind::Question(number) => {
                let earlier = [Kind::Question(number), Kind::Nudge(number)];
                self.drop_letters(to, |it| it.team == team && earlier.contains(&it.kind));
            }
            // Whoever is about to be asked needs no reminder.
            Kind::Nudge(number) => {
                let mut own = self.people[to].letters.iter().map(|id| &self.letters[id]);
                if own.any(|it| it.team == team && it.kind == Kind::Question(number)) {
                    return;
                }
                self.drop_letters(to, |it| it.team == team && it.kind == kind);
            }
            Kind::Champion(_) | Kind::Notice => {}
        }
        self.post(Letter { to, team, kind, needles, not_before: at, expires: Some(end) });
    }

    pub(super) fn post(&mut self, letter: Letter) {
        let id = self.next_letter;
        self.next_letter += 1;
        self.due.insert((letter.not_before, Due::Letter(id)));
        self.people[letter.to].letters.insert(id);
        self.letters.insert(id, letter);
    }

    /// Gives whether there were any.
    pub(super) fn drop_letters(&mut self, person: usize, which: impl Fn(&Letter) -> bool) -> bool {
        let own = self.people[person].letters.iter().copied();
        let some: Vec<u64> = own.filter(|id| which(&self.letters[id])).collect();
        for id in &some {
            self.take(*id);
        }
        !some.is_empty()
    }

    /// What waits for a person.
    pub fn letters_of(&self, person: usize) -> Vec<Letter> {
        self.people[person].letters.iter().map(|id| self.letters[id].clone()).collect()
    }

    fn take(&mut self, id: u64) -> Letter {
        let letter = self.letters.remove(&id).expect("it waits");
        self.due.remove(&(letter.not_before, Due::Letter(id)));
        self.people[letter.to].letters.remove(&id);
        letter
    }

    fn put_off(&mut self, id: u64, at: Instant) {
        let mut letter = self.take(id);
        letter.not_before = at;
        self.due.insert((at, Due::Letter(id)));
        self.people[letter.to].letters.insert(id);
        self.letters.insert(id, letter);
    }

    /// Whether what people did since has not overtaken a letter.
    fn is_wanted(&self, letter: &Letter, now: Instant) -> bool {
        let number = match letter.kind {
            Kind::Question(number) | Kind::Nudge(number) => number,
            Kind::Champion(Some(pillar)) => {
                return self.teams[letter.team].champions.asked_of(letter.to).contains(&pillar);
            }
            Kind::Champion(None) | Kind::Notice => return true,
        };
        if !self.can_answer(letter.to, letter.team, number, now) {
            return false;
        }
        let round = &self.teams[letter.team].rounds[number];
        let left = self.left(letter.team, number, letter.to);
        let begun = round.answers.get(&letter.to).is_some_and(|own| {
            round.questions.iter().any(|at| own.get(at).is_some_and(|it| it.value.is_some()))
        });
        let invites = matches!(letter.kind, Kind::Question(_)) && !super::is_pulse(&round.preset);
        left > 0 && !(invites && begun)
    }

    /// Does what is due about letters, and finds each delivery among the posts; gives whether
    /// there was anything to do.
    pub(super) fn deliver(&mut self, now: Instant, posts: &mut Vec<Post>) -> bool {
        let mut people = BTreeSet::new();
        for (at, due) in &self.due {
            if *at > now {
                break;
            }
            if let Due::Letter(id) = due {
                people.insert(self.letters[id].to);
            }
        }
        for person in &people {
            self.deliver_to(now, *person, posts);
        }
        !people.is_empty()
    }

    fn deliver_to(&mut self, now: Instant, person: usize, posts: &mut Vec<Post>) {
        loop {
            let own = self.people[person].letters.iter();
            let due = own.filter(|id| self.letters[*id].not_before <= now).copied();
            let mut ready = Vec::new();
            for id in due.collect::<Vec<_>>() {
                let letter = self.letters[&id].clone();
                let over = letter.expires.is_some_and(|end| now >= end);
                if over || !self.is_wanted(&letter, now) {
                    self.take(id);
                } else if letter.expires.is_none() {
                    self.find(now, id, posts);
                } else {
                    match self.moment(person, letter.team, now) {
                        Some(at) if at <= now => ready.push(id),
                        Some(at) if letter.expires.is_none_or(|end| at < end) => {
                            self.put_off(id, at);
                        }
                        _ => drop(self.take(id)),
                    }
                }
            }
            if ready.is_empty() {
                return;
            }
            // The design does not say which of several goes first; one of them has to.
            let own = |post: &Post| post.to == Destination::Person(crate::chat::person_id(person));
            let sent = |id: &&u64| posts.iter().any(|post| own(post) && self.letters[*id].is(post));
            let id = *ready.iter().find(sent).unwrap_or(&ready[0]);
            let letter = self.find(now, id, posts);
            let settings = &self.teams[letter.team].settings;
            let zone = self.people[person].known_zone.unwrap_or(settings.zone);
            assert!(!is_quiet(&settings.quiet, zone, now), "a quiet moment");
            self.people[person].last_unasked = Some(local(zone, now).date());
        }
    }

    /// Takes a letter that has to be among the posts.
    fn find(&mut self, now: Instant, id: u64, posts: &mut Vec<Post>) -> Letter {
        let letter = self.take(id);
        let is_it = |post: &Post| match &post.to {
            Destination::Person(to) => number_of(to) == letter.to && letter.is(post),
            _ => false,
        };
        let about = [Self::name(letter.to), self.teams[letter.team].name.clone()];
        let Some(place) = posts.iter().position(is_it) else {
            self.differ(now, &about, &format!("not sent: {letter:?}\nsent: {posts:#?}"));
        };
        posts.remove(place);
        self.counts.letters += 1;
        self.note(now, &format!("{} {} gets {:?}", about[0], about[1], letter.kind));
        letter
    }

    /// Whether a person may answer in a round at a moment.
    pub fn can_answer(&self, person: usize, team: usize, number: usize, at: Instant) -> bool {
        let it = &self.teams[team];
        let open =
            it.rounds.get(number).is_some_and(|it| it.stage == Stage::Open && at < it.closes);
        open && it.members.contains(&person)
            && !self.people[person].outside
            && !self.people[person].sits_out.contains(&(team, number))
    }

    /// How many questions a person has neither answered nor skipped.
    pub(super) fn left(&self, team: usize, number: usize, person: usize) -> usize {
        let round = &self.teams[team].rounds[number];
        let waits = |at: &&usize| {
            let answered = round.answers.get(&person).and_then(|own| own.get(*at));
            let skipped = round.skipped.get(&person).is_some_and(|own| own.contains(*at));
            !skipped && answered.is_none_or(|it| it.value.is_none())
        };
        round.questions.iter().filter(waits).count()
    }
}
