//! The life of a round: planned, open, closed or cancelled.

use std::collections::{BTreeMap, BTreeSet};

use chrono::TimeDelta;
use maturity_bot::domain::answer::Value;
use maturity_bot::domain::bank::Kind as Form;
use maturity_bot::domain::selection::Plan;
use maturity_bot::domain::team::Mode;
use maturity_bot::engine::InPlace;

use super::{Expected, Kind, Letter, Model, Round, Stage, Voice, Wake};
use crate::scores::score;
use crate::time::{Instant, days_later, read, workdays_later};

impl Model {
    /// When a round that opens now closes: five working days, 14 days, or 13 weeks later.
    fn deadline(&self, team: usize, preset: &str, now: Instant) -> Instant {
        let settings = &self.teams[team].settings;
        match &self.presets[preset].plan {
            Plan::Pulse(_) => days_later(settings.zone, now, 13 * 7),
            Plan::Listed(ids) if ids.len() <= 10 => {
                workdays_later(&settings.quiet, settings.zone, now, 5)
            }
            _ => days_later(settings.zone, now, 14),
        }
    }

    pub(super) fn plan(&mut self, now: Instant, team: usize, preset: &str, by: Option<usize>) {
        let closes = self.deadline(team, preset, now);
        let it = &mut self.teams[team];
        it.current = Some(it.rounds.len());
        it.rounds.push(Round {
            preset: preset.to_owned(),
            stage: Stage::Planned,
            starter: by,
            mode: it.settings.mode,
            early: it.settings.early,
            m: 0,
            opened: None,
            closes,
            ended: None,
            roster: BTreeSet::new(),
            members: 0,
            questions: Vec::new(),
            nudges: 0,
            answers: BTreeMap::new(),
            skipped: BTreeMap::new(),
            last: BTreeMap::new(),
            published: BTreeMap::new(),
            has_key: false,
            figures: None,
            posts: Vec::new(),
        });
        if it.roster_at.is_some_and(|at| now - at < TimeDelta::days(1)) {
            self.open(now, team);
        } else {
            it.looks_up = true;
        }
    }

    /// Opens the planned round, and invites everybody but whoever started it.
    pub(super) fn open(&mut self, now: Instant, team: usize) {
        let number = self.teams[team].current.expect("a planned round");
        let members = self.teams[team].members.iter().copied();
        let roster: BTreeSet<usize> = members.filter(|it| !self.people[*it].outside).collect();
        if roster.is_empty() {
            return self.end(now, team, Stage::Cancelled);
        }
        let preset = self.teams[team].rounds[number].preset.clone();
        let questions = self.select(team, &preset);
        let closes = self.deadline(team, &preset, now);
        let settings = self.teams[team].settings.clone();
        let small = settings.small_team && roster.len() <= 2;
        let round = &mut self.teams[team].rounds[number];
        round.stage = Stage::Open;
        round.opened = Some(now);
        round.closes = closes;
        (round.mode, round.early) = (settings.mode, settings.early);
        round.m = if small { 1 } else { (settings.min_respondents as usize).max(2) };
        (round.members, round.roster, round.questions) = (roster.len(), roster.clone(), questions);
        let starter = round.starter;
        self.set_wake(team, Wake::Close, Some(closes));
        self.plan_nudge(now, team);
        self.counts.rounds += 1;
        self.expect(team, Expected::opening(self, team, number));
        let questions = self.teams[team].rounds[number].questions.clone();
        self.ask_in_place(team, number, &questions);
        for person in roster.into_iter().filter(|it| Some(*it) != starter) {
            self.ask(now, team, number, person);
        }
    }

    fn ask(&mut self, now: Instant, team: usize, number: usize, person: usize) {
        let closes = self.teams[team].rounds[number].closes;
        if self.can_answer(person, team, number, now) && self.left(team, number, person) > 0 {
            let needles = self.question_words(team, number, person);
            self.write(now, person, team, Kind::Question(number), needles, closes);
        }
    }

    /// A few questions stand in the team's place too: where nobody sees who answers what, or in a
    /// team that chose to answer openly.
    fn ask_in_place(&mut self, team: usize, number: usize, questions: &[usize]) {
        let round = &self.teams[team].rounds[number];
        let open = round.mode == Mode::Open;
        let suits = match self.in_place {
            None => false,
            Some(InPlace::Hidden) => open || super::is_pulse(&round.preset),
            Some(InPlace::Seen) => open,
        };
        if !suits || questions.len() > 10 {
            return;
        }
        let bank = self.bank.clone();
        for question in questions.iter().map(|at| &bank.questions[*at]) {
            if matches!(question.kind, Form::Level(_) | Form::YesNo) {
                let post = Expected::new(team, "question", vec![question.text.clone()]);
                let round = &self.teams[team].rounds[number];
                let post = Expected { offers: Some(number), ..post }.about(round, number);
                self.expect(team, post);
            }
        }
    }

    /// Whoever started a round that had to wait for a look-up gets the questions at once.
    pub(super) fn ask_starter(&mut self, now: Instant, team: usize, number: usize) {
        let Some(to) = self.teams[team].rounds[number].starter else { return };
        if self.can_answer(to, team, number, now) {
            let needles = self.question_words(team, number, to);
            let kind = Kind::Question(number);
            self.post(Letter { to, team, kind, needles, not_before: now, expires: None });
        }
    }

    /// The next questions of a pulse go to everybody who has something to answer.
    pub(super) fn ask_next_week(&mut self, now: Instant, team: usize, number: usize) {
        let preset = self.teams[team].rounds[number].preset.clone();
        let week = self.select(team, &preset);
        let round = &mut self.teams[team].rounds[number];
        round.questions.retain(|at| !week.contains(at));
        round.questions.extend(&week);
        self.ask_in_place(team, number, &week);
        for person in self.teams[team].members.clone() {
            self.ask(now, team, number, person);
        }
    }

    pub(super) fn plan_nudge(&mut self, now: Instant, team: usize) {
        let it = &self.teams[team];
        let round = &it.rounds[it.current.expect("open")];
        let (opened, closes) = (round.opened.expect("open"), round.closes);
        let wanted: Vec<Instant> = if super::is_pulse(&round.preset) {
            (1..7 * 4).map(|n| opened + TimeDelta::days(14 * n)).collect()
        } else {
            let midway = opened + TimeDelta::seconds((closes - opened).num_seconds() / 2);
            let last = closes - TimeDelta::days(1);
            if last > midway { vec![midway, last] } else { vec![midway] }
        };
        let next = wanted.into_iter().find(|at| opened < *at && *at < closes && *at > now);
        self.set_wake(team, Wake::Nudge, next);
    }

    /// How many reminders the past spans of 28 days of a pulse had, sent or not.
    fn lapsed(&self, now: Instant, team: usize) -> u32 {
        let it = &self.teams[team];
        let round = &it.rounds[it.current.expect("open")];
        let days = (now - round.opened.expect("open")).num_days();
        let spans = if super::is_pulse(&round.preset) { days / 28 } else { 0 };
        2 * u32::try_from(spans).expect("few")
    }

    /// How many reminders are left: two a round, and in each 28 days of a pulse.
    pub(super) fn nudges_left(&self, now: Instant, team: usize) -> u32 {
        let it = &self.teams[team];
        let lapsed = self.lapsed(now, team);
        let sent = it.rounds[it.current.expect("open")].nudges;
        2_u32.saturating_sub(sent.saturating_sub(lapsed))
    }

    pub(super) fn remind(&mut self, now: Instant, team: usize) {
        let number = self.teams[team].current.expect("open");
        let lapsed = self.lapsed(now, team);
        let round = &mut self.teams[team].rounds[number];
        round.nudges = round.nudges.max(lapsed) + 1;
        let closes = self.teams[team].rounds[number].closes;
        for person in self.teams[team].members.clone() {
            if self.can_answer(person, team, number, now) && self.left(team, number, person) > 0 {
                let settings = &self.teams[team].settings;
                let needles = vec![self.teams[team].name.clone(), read(settings.zone, closes)];
                self.write(now, person, team, Kind::Nudge(number), needles, closes);
            }
        }
    }

    /// The answers that hold, by question.
    fn present(round: &Round) -> BTreeMap<usize, BTreeMap<Voice, Value>> {
        let mut present: BTreeMap<usize, BTreeMap<Voice, Value>> = BTreeMap::new();
        for (who, own) in &round.answers {
            for (at, answer) in own {
                if let Some(value) = &answer.value {
                    present.entry(*at).or_default().insert(*who, value.clone());
                }
            }
        }
        present
    }

    /// Takes over what a whole group changed since it was shown last.
    pub(super) fn publish(&mut self, team: usize, number: usize) {
        let round = &mut self.teams[team].rounds[number];
        let present = Self::present(round);
        let nobody = BTreeMap::new();
        let mut asked: BTreeSet<usize> = present.keys().copied().collect();
        asked.extend(round.published.keys());
        for at in asked {
            let now = present.get(&at).unwrap_or(&nobody);
            let before = round.published.get(&at).unwrap_or(&nobody);
            let people: BTreeSet<Voice> = now.keys().chain(before.keys()).copied().collect();
            let shown =
                |value: Option<&Value>| value.filter(|it| !matches!(it, Value::Text(_))).cloned();
            let moved = people.iter().filter(|who| shown(now.get(who)) != shown(before.get(who)));
            if moved.count() >= round.m {
                let kept = now.iter().filter(|(_, it)| !matches!(it, Value::Text(_)));
                let kept = kept.map(|(who, value)| (*who, value.clone())).collect();
                round.published.insert(at, kept);
            }
        }
    }

    /// The figures of a round as they may be shown now.
    pub(super) fn figure(&mut self, team: usize, number: usize) {
        self.publish(team, number);
        let round = &mut self.teams[team].rounds[number];
        let present = Self::present(round);
        let people: BTreeSet<Voice> = present.values().flat_map(BTreeMap::keys).copied().collect();
        // Members are those of the opening, and later ones who answered, wherever they are now.
        let joined = people.iter().filter(|who| !round.roster.contains(who)).count();
        let ended = round.stage != Stage::Open;
        let members = round.roster.len() + if ended { joined } else { 0 };
        let members = members.max(people.len());
        round.figures = Some(score(&self.bank, &round.published, people.len(), members, round.m));
        if ended {
            round.members = round.roster.len() + joined;
        }
    }

    pub(super) fn close(&mut self, now: Instant, team: usize) {
        let number = self.teams[team].current.expect("an open round");
        self.end(now, team, Stage::Closed);
        self.figure(team, number);
        let summary = Expected::summary(self, team, number);
        self.expect(team, summary);
        let round = &self.teams[team].rounds[number];
        let counted = |set: &BTreeMap<Voice, Value>| !set.is_empty();
        if round.mode == Mode::Open && round.published.values().any(counted) {
            self.expect(team, Expected::tally(self, team, number));
        }
        let figures = self.teams[team].rounds[number].figures.as_ref().expect("closed");
        self.counts.suppressed +=
            figures.pillars.iter().filter(|it| it.score.is_none()).count() as u64;
    }

    pub(super) fn end(&mut self, now: Instant, team: usize, stage: Stage) {
        let number = self.teams[team].current.take().expect("a round");
        let round = &mut self.teams[team].rounds[number];
        let was_open = round.stage == Stage::Open;
        (round.stage, round.ended) = (stage, Some(now));
        let posts = std::mem::take(&mut round.posts);
        self.set_wake(team, Wake::Close, None);
        self.set_wake(team, Wake::Nudge, None);
        self.ended.push((team, number));
        for key in posts {
            self.expect(team, Expected::over(team, key));
        }
        if was_open && stage == Stage::Cancelled {
            self.expect(team, Expected::cancelled(self, team));
        }
    }

    /// `extend`: the deadline moves, and the reminders with it.
    pub(super) fn extend(&mut self, now: Instant, team: usize, closes: Instant) {
        let number = self.teams[team].current.expect("open");
        self.teams[team].rounds[number].closes = closes;
        self.set_wake(team, Wake::Close, Some(closes));
        self.plan_nudge(now, team);
        self.expect(team, Expected::extended(self, team, closes));
    }

    pub fn start_round(&mut self, now: Instant, team: usize, preset: &str, by: usize) {
        self.plan(now, team, preset, Some(by));
    }

    pub fn end_by_hand(&mut self, now: Instant, team: usize, stage: Stage) {
        match stage {
            Stage::Closed => self.close(now, team),
            _ => self.end(now, team, stage),
        }
    }

    pub fn extend_round(&mut self, now: Instant, team: usize, closes: Instant) {
        self.extend(now, team, closes);
    }

    /// A lead asks for a reminder; gives whether one was left.
    pub fn remind_by_hand(&mut self, now: Instant, team: usize) -> bool {
        let some = self.nudges_left(now, team) > 0;
        if some {
            self.remind(now, team);
            if self.nudges_left(now, team) == 0 {
                self.set_wake(team, Wake::Nudge, None);
            }
        }
        some
    }
}
