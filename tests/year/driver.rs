//! A year passes: the clock goes from one thing to the next, lives of the bot begin and end.

use chrono::TimeDelta;
use maturity_bot::clock::Clock;
use maturity_bot::domain::ids::PersonId;
use maturity_bot::domain::message::Destination;
use maturity_bot::engine::{InPlace, TeamPlan};
use maturity_bot::platform::Incoming;
use maturity_bot::text::content::Content;

use crate::chat::{person_id, room_id};
use crate::deeds::Agenda;
use crate::judge::{judge_freshness, judge_person, judge_round, judge_team, round_id};
use crate::machine::Machine;
use crate::model::{Champions, Model, Person, Rotation, Team};
use crate::organisation::{chance, pick, settings, zone};
use crate::time::Instant;
use crate::world::Dice;

/// A number of teams over a number of days.
#[derive(Clone, Copy)]
pub struct Size {
    pub teams: usize,
    pub days: u64,
    pub seed: u64,
}

pub struct Year {
    pub dice: Dice,
    pub machine: Machine,
    pub model: Model,
    pub agenda: Agenda,
    pub size: Size,
    /// The teams of the config file come first.
    pub in_config: usize,
    pub outages: u64,
    pub steps: u64,
    /// Answers that the chat may hand in once more after the next start, in other words.
    pub repeats: Vec<Incoming>,
    listed: Vec<TeamPlan>,
}

impl Year {
    pub async fn new(size: Size, start: Instant) -> Self {
        let mut dice = Dice(size.seed);
        let content = Content::embedded().expect("sound");
        let mut model = Model::new(content.bank.clone(), content.presets.clone());
        let mut machine = Machine::new(Clock::fixed(start), content);
        let in_place = pick(&mut dice, &[None, Some(InPlace::Hidden), Some(InPlace::Seen)]);
        (machine.in_place, model.in_place) = (in_place, in_place);
        let in_config = size.teams / 2;
        for team in 0..size.teams {
            people_a_team(&mut dice, &mut model, &machine, team, start);
        }
        let plans: Vec<TeamPlan> =
            (0..size.teams).map(|team| plan(&model, team, team < in_config)).collect();
        machine.plans = plans[..in_config].to_vec();
        machine.start().await;
        for plan in &plans[in_config..] {
            machine.engine().make_team(plan).await.expect("a store that works");
        }
        for team in 0..size.teams {
            model.plan_all(start, team);
            model.teams[team].looks_up = true;
        }
        let mut year = Self {
            dice,
            machine,
            model,
            agenda: Agenda::default(),
            size,
            in_config,
            outages: 0,
            steps: 0,
            repeats: Vec::new(),
            listed: plans[..in_config].to_vec(),
        };
        year.catch_up().await;
        year
    }

    pub fn now(&self) -> Instant {
        self.machine.clock.now()
    }

    /// The chat has handed in everything; what waited for that is done.
    async fn catch_up(&mut self) {
        self.machine.link(true).await;
        self.model.caught_up = true;
        self.settle().await;
    }

    /// The bot does what is due, and the model accounts for it.
    pub async fn settle(&mut self) {
        self.steps += 1;
        self.machine.settle().await;
        let (now, posts) = (self.now(), self.machine.chat.posts());
        self.react(&posts);
        self.model.settle(now, posts);
        for place in self.machine.chat.looked() {
            self.model.looked(now, &place);
        }
        for (team, number) in std::mem::take(&mut self.model.ended) {
            judge_round(&self.model, &self.machine.tx(), now, team, number);
        }
    }

    /// Time passes while the bot runs.
    pub async fn run_until(&mut self, end: Instant) {
        loop {
            let now = self.now();
            let due = [self.machine.next_due(), self.model.next(), self.agenda.next()];
            let next = due.into_iter().flatten().min().unwrap_or(end).min(end);
            // Clocks count whole milliseconds.
            let next = next.max(now + TimeDelta::milliseconds(1));
            if next >= end {
                self.machine.clock.set(end);
                self.settle().await;
                return;
            }
            self.machine.clock.set(next);
            if chance(&mut self.dice, 20) {
                let commits = self.dice.below(6);
                let reaches_disk = chance(&mut self.dice, 500);
                self.machine.die_after(commits, reaches_disk);
            }
            self.settle().await;
            while let Some((at, deed)) = self.agenda.pop_until(next) {
                self.act(at, deed, true).await;
                self.settle().await;
            }
            self.machine.spare();
        }
    }

    /// The bot is down for a while, and then finds what happened meanwhile.
    pub async fn restart(&mut self, down: TimeDelta) {
        if chance(&mut self.dice, 300) {
            self.machine.kill();
        } else {
            self.machine.stop();
        }
        self.outages += u64::from(!down.is_zero());
        self.machine.clock.advance(down);
        self.model.caught_up = false;
        self.reread_config();
        self.machine.start().await;
        self.machine.link(false).await;
        let now = self.now();
        self.model.note(now, &format!("the bot is back after {down}"));
        if chance(&mut self.dice, 500) {
            self.settle().await;
        }
        while let Some((at, deed)) = self.agenda.pop_until(now) {
            self.act(at, deed, false).await;
            self.settle().await;
        }
        for event in std::mem::take(&mut self.repeats) {
            self.machine.hand_in(&event).await;
        }
        self.catch_up().await;
    }

    /// Now and then an entry of the config file is gone for a while.
    fn reread_config(&mut self) {
        if self.in_config == 0 {
            return;
        }
        let absent = usize::try_from(self.dice.below(40 + self.in_config as u64)).expect("small");
        self.machine.plans = self.listed.clone();
        if absent < self.in_config {
            self.machine.plans.remove(absent);
        }
        for team in 0..self.in_config {
            self.model.configured(team, team != absent);
        }
    }

    /// One day, with a restart somewhere in it.
    pub async fn day(&mut self) {
        let start = self.now();
        self.make_plans(start);
        let at = start + TimeDelta::seconds(i64::try_from(self.dice.below(86_000)).expect("small"));
        self.run_until(at).await;
        let hours = match self.dice.below(100) {
            0..80 => 0,
            80..94 => 1 + self.dice.below(14),
            94..99 => 24 + self.dice.below(20),
            _ => 60 + self.dice.below(100),
        };
        self.restart(TimeDelta::hours(i64::try_from(hours).expect("small"))).await;
        let end = start + TimeDelta::days(1);
        if self.now() < end {
            self.run_until(end).await;
        }
        let team = usize::try_from(self.dice.below(self.size.teams as u64)).expect("small");
        self.judge(team);
    }

    /// Compares all records of a team and its people.
    pub fn judge(&self, team: usize) {
        let (now, tx) = (self.now(), self.machine.tx());
        judge_freshness(&self.model, &tx, now, team);
        judge_team(&self.model, &tx, now, team);
        for number in 0..self.model.teams[team].rounds.len() {
            judge_round(&self.model, &tx, now, team, number);
        }
        for person in &self.model.teams[team].room {
            judge_person(&self.model, &tx, now, *person);
        }
    }
}

/// Where the bot and the model differ, what is stored says which of them is wrong.
impl Drop for Year {
    fn drop(&mut self) {
        if !std::thread::panicking() || !self.machine.lives() {
            return;
        }
        let ((teams, people), tx) = (self.model.differs_about(), self.machine.tx());
        for team in teams {
            let id = round_id(team, 0).team;
            let members = tx.members(id);
            eprintln!("stored of T{team}: {:#?}\nmembers {members:?}", tx.team(id));
            eprintln!("the model has {:#?}", self.model.teams[team].wakes);
        }
        for person in people {
            let (id, own) = (person_id(person), &self.model.people[person]);
            let waits = tx.waiting_for(&Destination::Person(id.clone()).lane(), usize::MAX);
            eprintln!("stored of P{person}: {:#?}\nwaiting {waits:#?}", tx.person(&id));
            eprintln!("the model has {own:#?}\nwaiting {:#?}", self.model.letters_of(person));
        }
    }
}

/// A team with its people, some of whom are in a team before it already.
fn people_a_team(
    dice: &mut Dice,
    model: &mut Model,
    machine: &Machine,
    team: usize,
    start: Instant,
) {
    let settings = settings(dice, start);
    let size = if chance(dice, 100) { 2 } else { 4 + dice.below(9) };
    let mut room = std::collections::BTreeSet::new();
    for place in 0..size {
        let known = model.people.len();
        let person = if place > 0 && known > 0 && chance(dice, 150) {
            usize::try_from(dice.below(known as u64)).expect("small")
        } else {
            let own = match dice.below(10) {
                0..2 => None,
                2..4 => Some(zone(dice)),
                _ => Some(settings.zone),
            };
            let outside = place > 0 && place + 1 < size && chance(dice, 40);
            model.people.push(Person { zone: own, outside, ..Person::default() });
            known
        };
        let it = &model.people[person];
        machine.chat.enter(team, person, it.zone, it.outside);
        room.insert(person);
    }
    let inside = room.iter().rev().find(|it: &&usize| !model.people[**it].outside);
    let first = *inside.expect("somebody");
    let leads = vec![first];
    model.teams.push(Team {
        name: format!("T{team}"),
        settings,
        leads,
        members: std::collections::BTreeSet::new(),
        room,
        rounds: Vec::new(),
        current: None,
        roster_at: None,
        looks_up: false,
        vanished: false,
        paused: None,
        wakes: std::collections::BTreeMap::new(),
        skips: Vec::new(),
        rotation: Rotation::default(),
        actions: std::collections::BTreeMap::new(),
        numbering: Vec::new(),
        champions: Champions::default(),
        keys: std::collections::BTreeSet::new(),
    });
}

fn plan(model: &Model, team: usize, in_config: bool) -> TeamPlan {
    let it = &model.teams[team];
    let leads: Vec<PersonId> = it.leads.iter().map(|lead| person_id(*lead)).collect();
    TeamPlan {
        config_id: in_config.then(|| it.name.clone()),
        name: it.name.clone(),
        place: room_id(team),
        leads,
        settings: it.settings.clone(),
    }
}
