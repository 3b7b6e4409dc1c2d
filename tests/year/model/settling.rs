//! What is due is done, and everything that was posted is accounted for by exactly one rule.

use std::collections::BTreeMap;

use chrono::TimeDelta;
use chrono_tz::Tz;
use maturity_bot::domain::answer::{Value, YesNo};
use maturity_bot::domain::message::Destination;
use maturity_bot::domain::team::Scheduled;

use super::{Due, Model, Skip, Stage, Wake};
use crate::chat::{Post, number_of, room_id};
use crate::time::{Instant, Slots, read};

/// A post that a team's place has to get now.
#[derive(Clone, Debug)]
pub struct Expected {
    pub team: usize,
    pub what: &'static str,
    /// What its words must hold, and what they must not.
    pub needles: Vec<String>,
    pub never: Vec<String>,
    /// The round that it offers questions of.
    pub offers: Option<usize>,
    /// The post that it takes the place of.
    pub replaces: Option<String>,
    /// The round without which it is not wanted any more.
    pub of_open: Option<usize>,
    /// The round whose results it is overtaken by.
    pub overtaken_by: Option<usize>,
    /// When it is pointless.
    pub expires: Option<Instant>,
    /// Whether it had to wait, as nothing went to its place.
    pub held: bool,
}

impl Expected {
    pub fn new(team: usize, what: &'static str, needles: Vec<String>) -> Self {
        Self {
            team,
            what,
            needles,
            never: Vec::new(),
            offers: None,
            replaces: None,
            of_open: None,
            overtaken_by: None,
            expires: None,
            held: false,
        }
    }

    pub fn opening(model: &Model, team: usize, number: usize) -> Self {
        let it = &model.teams[team];
        let round = &it.rounds[number];
        let until = read(it.settings.zone, round.closes);
        let title = &model.presets[&round.preset].title;
        let needles = vec![format!("**{}: {title}", it.name), until];
        Self { offers: Some(number), ..Self::new(team, "opening", needles) }.about(round, number)
    }

    /// The same, wanted only while that round is open, and until it closes.
    pub fn about(self, round: &super::Round, number: usize) -> Self {
        Self { of_open: Some(number), expires: Some(round.closes), ..self }
    }

    /// How often each answer was given in a round that was answered openly.
    pub fn tally(model: &Model, team: usize, number: usize) -> Self {
        let words = format!("**How {} answered**", model.teams[team].name);
        let mut post = Self::new(team, "tally", vec![words]);
        let round = &model.teams[team].rounds[number];
        for at in &round.questions {
            let set = round.published.get(at);
            let mut values: Vec<&Value> = set.into_iter().flat_map(BTreeMap::values).collect();
            let text = &model.bank.questions[*at].text;
            if values.is_empty() {
                post.never.push(text.clone());
                continue;
            }
            let unknown = values.iter().filter(|it| ***it == Value::DontKnow).count();
            values.retain(|it| **it != Value::DontKnow);
            let mut block = vec![format!("\n{text}\n")];
            for value in &values {
                let count = values.iter().filter(|it| *it == value).count();
                match value {
                    Value::Level(level) => block.push(format!("- {count} × {level}, ")),
                    Value::YesNo(YesNo::Yes) => block.push(format!("- {count} × Yes")),
                    Value::YesNo(YesNo::Partly) => block.push(format!("- {count} × Partly")),
                    Value::YesNo(YesNo::No) => block.push(format!("- {count} × No")),
                    _ => {}
                }
            }
            if unknown > 0 {
                block.push(format!("- {unknown} × I don't know"));
            }
            post.needles.extend(block);
        }
        post
    }

    pub fn cancelled(model: &Model, team: usize) -> Self {
        let name = &model.teams[team].name;
        Self::new(team, "cancelled", vec![format!("The round of {name} was cancelled.")])
    }

    pub fn extended(model: &Model, team: usize, closes: Instant) -> Self {
        let it = &model.teams[team];
        let until = read(it.settings.zone, closes);
        let words = format!("The round of {} now stays open until {until}.", it.name);
        let post = Self::new(team, "extended", vec![words]);
        Self { expires: Some(closes), overtaken_by: it.current, ..post }
    }

    /// A post that ends; only the newest of a round says in full that it is over.
    pub fn over(team: usize, key: String) -> Self {
        Self { replaces: Some(key), ..Self::new(team, "over", Vec::new()) }
    }

    fn is(&self, post: &Post) -> bool {
        let body = post.message.body() + "\n";
        let offered = post.asks().map(|round| round.number as usize - 1);
        post.to == Destination::Place(room_id(self.team))
            && post.replaces == self.replaces
            && offered == self.offers
            && self.needles.iter().all(|needle| body.contains(needle.as_str()))
            && !self.never.iter().any(|needle| body.contains(needle.as_str()))
    }
}

impl Model {
    pub(super) fn expect(&mut self, team: usize, post: Expected) {
        let words = format!("{} expects {}", self.teams[team].name, post.what);
        let _ = words;
        self.expected.push(post);
    }

    /// Does what is due, and accounts for what was posted meanwhile.
    pub fn settle(&mut self, now: Instant, mut posts: Vec<Post>) {
        loop {
            let mut some = self.fire(now);
            some |= self.look_up(now);
            self.account_for_places(now, &mut posts);
            some |= self.deliver(now, &mut posts);
            if !some {
                break;
            }
        }
        if let Some(post) = posts.first() {
            let name = match &post.to {
                Destination::Person(id) => Self::name(number_of(id)),
                Destination::Place(place) | Destination::Thread(place, _) => {
                    place.bare().replacen("room", "T", 1)
                }
            };
            self.differ(now, &[name], &format!("nothing accounts for {post:#?}"));
        }
    }

    fn account_for_places(&mut self, now: Instant, posts: &mut Vec<Post>) {
        for expected in std::mem::take(&mut self.expected) {
            if self.holds(expected.team) {
                self.expected.push(Expected { held: true, ..expected });
                continue;
            }
            if expected.held && !self.is_still_wanted(&expected, now) {
                continue;
            }
            let name = self.teams[expected.team].name.clone();
            let Some(place) = posts.iter().position(|post| expected.is(post)) else {
                self.differ(now, &[name], &format!("not posted: {expected:#?}\nbut {posts:#?}"));
            };
            let post = posts.remove(place);
            if let Some(number) = expected.offers {
                let round = &mut self.teams[expected.team].rounds[number];
                if round.stage == Stage::Open {
                    round.posts.push(post.key);
                } else {
                    self.expected.push(Expected::over(expected.team, post.key));
                }
            }
            self.counts.posts += 1;
            self.note(now, &format!("{name} reads {}", expected.what));
        }
    }

    /// Whether what was held back is not overtaken.
    fn is_still_wanted(&self, post: &Expected, now: Instant) -> bool {
        let stage = |number: usize| self.teams[post.team].rounds[number].stage;
        post.expires.is_none_or(|end| now < end)
            && post.of_open.is_none_or(|number| stage(number) == Stage::Open)
            && post.overtaken_by.is_none_or(|number| stage(number) != Stage::Closed)
    }

    /// Whether a team waits for answers that the chat has not handed in yet: its round is overdue.
    fn waits(&self, team: usize, now: Instant) -> bool {
        let close = self.teams[team].wakes.get(&Wake::Close);
        !self.caught_up && close.is_some_and(|at| *at <= now)
    }

    fn fire(&mut self, now: Instant) -> bool {
        let mut some = false;
        loop {
            let due = self.due.iter().take_while(|(at, _)| *at <= now);
            let next = due.copied().find_map(|(at, due)| match due {
                Due::Wake(team, wake) => {
                    let held = self.waits(team, now)
                        && self.teams[team]
                            .wakes
                            .get(&Wake::Close)
                            .is_some_and(|end| (*end, Wake::Close) <= (at, wake));
                    (!held).then_some((at, team, wake))
                }
                Due::Letter(_) => None,
            });
            let Some((at, team, wake)) = next else { return some };
            some = true;
            self.set_wake(team, wake, None);
            self.wake(now, at, team, wake);
        }
    }

    fn wake(&mut self, now: Instant, at: Instant, team: usize, wake: Wake) {
        let name = self.teams[team].name.clone();
        self.note(now, &format!("{name} wakes for {wake:?} of {at}"));
        match wake {
            Wake::Close => self.close(now, team),
            Wake::Nudge => {
                self.plan_nudge(now, team);
                if self.nudges_left(now, team) > 0 && self.teams[team].paused.is_none() {
                    self.remind(now, team);
                }
            }
            Wake::Digest => {
                let times = self.teams[team].settings.digest.clone().expect("a digest");
                if self.slot(now, at, team, wake, times.as_str(), "Digest").is_some() {
                    self.digest(now, team);
                }
            }
            Wake::Trend => {
                let times = self.teams[team].settings.trend.clone().expect("a trend");
                if self.slot(now, at, team, wake, times.as_str(), "Trend").is_some() {
                    self.trend(team);
                }
            }
            Wake::Terms => self.terms(now, team),
            Wake::Schedule(index) => self.scheduled(now, at, team, index),
        }
    }

    fn scheduled(&mut self, now: Instant, at: Instant, team: usize, index: usize) {
        let Scheduled { preset, times } = self.teams[team].settings.schedules[index].clone();
        let wake = Wake::Schedule(index);
        let Some(slot) = self.slot(now, at, team, wake, times.as_str(), &preset) else { return };
        match self.teams[team].current {
            None => self.plan(now, team, &preset, None),
            Some(number) => {
                let round = &self.teams[team].rounds[number];
                let open = round.stage == Stage::Open;
                if open && round.preset == preset && super::is_pulse(&preset) {
                    self.ask_next_week(now, team, number);
                } else {
                    self.skip(team, Skip { what: preset, first: slot, last: slot, count: 1 });
                }
            }
        }
    }

    fn skip(&mut self, team: usize, skip: Skip) {
        self.counts.skipped += skip.count as u64;
        self.teams[team].skips.push(skip);
    }

    /// Accounts for the slots from `at` on: the latest is honoured if it is at most a day old.
    fn slot(
        &mut self,
        now: Instant,
        at: Instant,
        team: usize,
        wake: Wake,
        times: &str,
        what: &str,
    ) -> Option<Instant> {
        let slots = Slots::new(times, self.teams[team].settings.zone);
        let mut due = slots.between(at, now);
        self.counts.slots += due.len() as u64;
        self.set_wake(team, wake, Some(slots.after(now)));
        let latest = *due.last().expect("it is due");
        let fires = now - latest <= TimeDelta::hours(24);
        if fires {
            due.pop();
        }
        if let (Some(first), Some(last)) = (due.first(), due.last()) {
            let what = what.to_owned();
            self.skip(team, Skip { what, first: *first, last: *last, count: due.len() });
        }
        if fires && self.teams[team].paused.is_some() {
            let what = what.to_owned();
            self.skip(team, Skip { what, first: latest, last: latest, count: 1 });
            return None;
        }
        fires.then_some(latest)
    }

    /// Plans everything that a team's settings bring, from now on.
    pub fn plan_all(&mut self, now: Instant, team: usize) {
        let settings = self.teams[team].settings.clone();
        let next = |times: &str| Slots::new(times, settings.zone).after(now);
        let digest = settings.digest.as_ref().map(|times| next(times.as_str()));
        let trend = settings.trend.as_ref().map(|times| next(times.as_str()));
        self.set_wake(team, Wake::Digest, digest);
        self.set_wake(team, Wake::Trend, trend);
        for (index, scheduled) in settings.schedules.iter().enumerate() {
            self.set_wake(team, Wake::Schedule(index), Some(next(scheduled.times.as_str())));
        }
    }

    /// A lead changes when questions come; what the old times left undone is noted.
    pub fn reschedule(&mut self, now: Instant, team: usize, schedules: Vec<Scheduled>) {
        let zone = self.teams[team].settings.zone;
        self.replan(now, team, schedules, zone);
    }

    fn replan(&mut self, now: Instant, team: usize, schedules: Vec<Scheduled>, old_zone: Tz) {
        let old = std::mem::take(&mut self.teams[team].settings.schedules);
        let zone = self.teams[team].settings.zone;
        for index in 0..old.len().max(schedules.len()) {
            let (was, is) = (old.get(index), schedules.get(index));
            let same = was.map(|it| it.times.as_str()) == is.map(|it| it.times.as_str());
            if same && zone == old_zone {
                continue;
            }
            let wake = Wake::Schedule(index);
            let overdue = self.teams[team].wakes.get(&wake).copied().filter(|at| *at <= now);
            if let (Some(was), Some(at)) = (was, overdue) {
                let due = Slots::new(was.times.as_str(), old_zone).between(at, now);
                let last = *due.last().expect("it is due");
                let what = is.map_or_else(|| format!("{wake:?}"), |it| it.preset.clone());
                self.skip(team, Skip { what, first: at, last, count: due.len() });
            }
            let next = is.map(|it| Slots::new(it.times.as_str(), zone).after(now));
            self.set_wake(team, wake, next);
        }
        self.teams[team].settings.schedules = schedules;
    }

    /// A lead moves a team to another zone; its times are read there from now on.
    pub fn move_to(&mut self, now: Instant, team: usize, zone: Tz) {
        let settings = self.teams[team].settings.clone();
        let old = std::mem::replace(&mut self.teams[team].settings.zone, zone);
        self.replan(now, team, settings.schedules, old);
        let posts = [(Wake::Digest, settings.digest), (Wake::Trend, settings.trend)];
        for (wake, times) in posts {
            let Some(times) = times.filter(|_| zone != old) else { continue };
            let overdue = self.teams[team].wakes.get(&wake).copied().filter(|at| *at <= now);
            if let Some(at) = overdue {
                let due = Slots::new(times.as_str(), old).between(at, now);
                let last = *due.last().expect("it is due");
                self.skip(
                    team,
                    Skip { what: format!("{wake:?}"), first: at, last, count: due.len() },
                );
            }
            self.set_wake(team, wake, Some(Slots::new(times.as_str(), zone).after(now)));
        }
    }

    /// Does the look-ups that wait; gives whether there were any.
    fn look_up(&mut self, now: Instant) -> bool {
        let mut some = false;
        for team in 0..self.teams.len() {
            if std::mem::take(&mut self.teams[team].looks_up) {
                some = true;
                self.look_at(now, team);
            }
        }
        some
    }
}
