//! Schedules through the whole engine, with a clock that jumps, lives that end, zones that change
//! their clocks and config files that change: every slot is honoured or noted, and none twice.
//!
//! `just torture` runs the long form.

#![expect(clippy::unwrap_used, reason = "a test may fail")]

#[path = "delivery/faulty.rs"]
mod faulty;
#[expect(dead_code, reason = "pace is watched where messages are delivered")]
#[path = "delivery/traffic.rs"]
mod traffic;
#[path = "delivery/world.rs"]
mod world;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use chrono::{DateTime, TimeDelta};
use maturity_bot::clock::Instant;
use maturity_bot::domain::ids::{PersonId, PlaceId, QuestionId, RoundId};
use maturity_bot::domain::message::Destination;
use maturity_bot::domain::schedule::Schedule;
use maturity_bot::domain::team::{Scheduled, Settings, Team};
use maturity_bot::engine::{Engine, TeamPlan, reconcile};
use maturity_bot::platform::Pace;
use maturity_bot::store::tx::Tx;

use faulty::Faulty;
use world::{Dice, Words, World, deliver_next, restless, runs};

const TIMES: [&str; 6] = [
    "0 */3 * * *",
    "0 9 * * MON-FRI",
    "30 2 * * *",
    "0 */6 * * *",
    "15 9 * * TUE#2",
    "0 9 * * MON",
];
const ZONES: [&str; 5] =
    ["UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Africa/Cairo"];
const PRESETS: [&str; 2] = ["quick", "pulse"];
/// Each team has so many members.
const PEOPLE: u64 = 2;

/// What the test expects of one team, by its own count.
struct Expected {
    schedule: Schedule,
    /// Slots up to here are the business of the schedule before.
    from: Instant,
    slots: Vec<Instant>,
    /// How often each slot was honoured and noted.
    found: BTreeMap<Instant, (u32, u32)>,
    notes_read: usize,
    listed: bool,
}

#[derive(Debug, Default)]
struct Figures {
    runs: u64,
    lives: u64,
    slots: usize,
    honoured: usize,
    noted: usize,
    changes: u64,
    outages: u64,
}

struct Run<'a> {
    words: &'a Words,
    keys: &'a Path,
    world: World,
    platform: Faulty,
    dice: Dice,
    engine: Engine,
    expected: [Expected; 2],
    /// The latest time that was looked at.
    latest: Instant,
    /// A life ended before everything due was done.
    unfinished: bool,
    figures: Figures,
}

fn draw(dice: &mut Dice) -> Schedule {
    let mut pick =
        |of: &[&str]| of[usize::try_from(dice.below(of.len() as u64)).unwrap()].to_owned();
    Schedule { expr: pick(&TIMES).parse().unwrap(), zone: pick(&ZONES).parse().unwrap() }
}

fn plan(index: usize, schedule: &Schedule) -> TeamPlan {
    let scheduled = Scheduled { preset: PRESETS[index].to_owned(), times: schedule.expr.clone() };
    // The digest falls on the same moments, where its notes must not cover the schedule's.
    let digest = Some(schedule.expr.clone());
    let settings =
        Settings { schedules: vec![scheduled], zone: schedule.zone, digest, ..restless() };
    TeamPlan {
        config_id: Some(PRESETS[index].to_owned()),
        name: PRESETS[index].to_owned(),
        place: PlaceId::from(format!("fake:{index}").as_str()),
        leads: vec![PersonId::from("fake:p0")],
        settings,
    }
}

/// What shows whether a schedule was honoured: rounds, and the questions of the open one.
type Traces = [(u32, Option<(u32, Vec<QuestionId>)>); 2];

impl<'a> Run<'a> {
    async fn new(words: &'a Words, keys: &'a Path, seed: u64) -> Self {
        let mut dice = Dice(seed);
        let start =
            DateTime::from_timestamp(1_798_761_600, 0).unwrap() + dice.seconds(0, 366 * 86_400);
        let world = World::at(start);
        let (clock, caller) = (world.clock.clone(), Arc::clone(&world.kv));
        let fake = Faulty::new("fake", Pace::free(), true, Dice(!seed), clock, caller);
        let platform = Faulty { people: PEOPLE, ..fake };
        let expected = [0, 1].map(|_| Expected {
            schedule: draw(&mut dice),
            from: start,
            slots: Vec::new(),
            found: BTreeMap::new(),
            notes_read: 0,
            listed: true,
        });
        let engine = words.engine(&world, keys);
        let figures = Figures { runs: 1, lives: 1, ..Figures::default() };
        let mut run = Self {
            words,
            keys,
            world,
            platform,
            dice,
            engine,
            expected,
            latest: start,
            unfinished: false,
            figures,
        };
        run.reconfigure().await;
        run.settle().await;
        run
    }

    fn now(&self) -> Instant {
        self.world.clock.now()
    }

    fn tx(&self) -> Tx<'_> {
        Tx::new(self.world.kv.as_ref())
    }

    fn teams(&self) -> Vec<Team> {
        self.tx().teams().unwrap()
    }

    fn reborn(&mut self) {
        self.engine = self.words.engine(&self.world, self.keys);
        self.figures.lives += 1;
    }

    fn traces(&self) -> Traces {
        let teams = self.teams();
        [0, 1].map(|index| {
            let team = &teams[index];
            let questions = |number| {
                let round = self.tx().round(RoundId { team: team.id, number }).unwrap();
                (number, round.map(|round| round.questions).unwrap_or_default())
            };
            (team.rounds, team.current.map(questions))
        })
    }

    /// Compares with what was before a look at the clock, and reads the new notes.
    fn observe(&mut self, before: &Traces) {
        let (after, now) = (self.traces(), self.now());
        for (index, (was, is)) in before.iter().zip(&after).enumerate() {
            let asked = was.1.as_ref().is_some_and(|(number, questions)| {
                let id = RoundId { team: self.teams()[index].id, number: *number };
                self.tx().round(id).unwrap().is_some_and(|round| round.questions != *questions)
            });
            assert!(is.0 <= was.0 + 1, "one look opened several rounds");
            if is.0 > was.0 || asked {
                let slot = self.expected[index].schedule.latest_until(now).unwrap();
                assert!(now - slot <= TimeDelta::hours(24), "{slot} was honoured at {now}");
                self.expected[index].found.entry(slot).or_default().0 += 1;
            }
        }
        self.read_notes();
    }

    fn read_notes(&mut self) {
        let teams = self.teams();
        for (index, team) in teams.iter().enumerate() {
            let all = self.tx().skipped(team.id, usize::MAX).unwrap();
            let notes: Vec<_> = all.into_iter().filter(|(_, it)| it.what != "Digest").collect();
            let expected = &mut self.expected[index];
            assert!(notes.len() >= expected.notes_read, "a note was covered by another");
            for (last, slot) in notes.iter().skip(expected.notes_read) {
                let before = slot.first - TimeDelta::milliseconds(1);
                let slots: Vec<_> = expected.schedule.due(before, *last).collect();
                assert_eq!(slots.len().min(1000), usize::from(slot.count), "{slot:?}");
                for slot in slots {
                    expected.found.entry(slot).or_default().1 += 1;
                }
            }
            expected.notes_read = notes.len();
        }
    }

    async fn tick(&mut self) {
        let before = self.traces();
        let lived = self.engine.tick().await;
        self.unfinished = lived.is_err();
        self.latest = self.latest.max(self.now());
        if let Err(trouble) = lived {
            assert!(trouble.is_fatal(), "{trouble}");
            self.reborn();
        }
        self.observe(&before);
    }

    /// Does what is due and delivers; nobody gets two questions of a team by it.
    async fn settle(&mut self) {
        self.world.kv.live();
        let shown = self.platform.shown.lock().unwrap().len();
        loop {
            self.tick().await;
            let mut delivered = false;
            while deliver_next(&self.engine, &self.platform).await.unwrap().is_some() {
                delivered = true;
            }
            if !delivered {
                break;
            }
        }
        let mut asked: BTreeMap<_, u32> = BTreeMap::new();
        for post in &self.platform.shown.lock().unwrap()[shown..] {
            if let (Destination::Person(person), Some(round)) = (&post.to, post.asks) {
                // A key is a row's, so two of them are two questions and not one said twice.
                *asked.entry((person.clone(), round.team)).or_default() +=
                    u32::from(!post.key.is_empty());
            }
        }
        assert!(asked.values().all(|times| *times == 1), "asked at once: {asked:?}");
    }

    /// The bot starts with a changed config, perhaps several times until it lives through it.
    async fn reconfigure(&mut self) {
        let plans: Vec<_> = (0..2)
            .filter(|index| self.expected[*index].listed)
            .map(|index| plan(index, &self.expected[index].schedule))
            .collect();
        while reconcile(&self.engine, &plans).await.is_err() {
            self.reborn();
        }
    }

    async fn change_config(&mut self) {
        self.figures.changes += 1;
        let index = usize::try_from(self.dice.below(2)).unwrap();
        self.expected[index].listed = self.dice.below(4) > 0;
        let mut next = None;
        if self.expected[index].listed && self.dice.below(3) > 0 {
            next = Some(draw(&mut self.dice)).filter(|it| *it != self.expected[index].schedule);
        }
        let old = self.expected[index].schedule.clone();
        if let Some(next) = &next {
            self.expected[index].schedule = next.clone();
        }
        if self.dice.below(4) == 0 {
            self.world.kv.die_after(self.dice.below(2), self.dice.below(2) == 0);
        }
        self.reconfigure().await;
        if let Some(next) = next {
            // What the old times left undone is noted in their terms.
            self.expected[index].schedule = old;
            self.read_notes();
            self.close_account(index);
            self.expected[index].schedule = next;
        }
    }

    fn close_account(&mut self, index: usize) {
        let until = self.latest.max(self.now());
        let expected = &mut self.expected[index];
        let due = expected.schedule.due(expected.from, until);
        expected.slots.extend(due);
        let last = expected.slots.last().copied();
        expected.from =
            last.map_or(self.world.clock.now(), |last| last.max(self.world.clock.now()));
    }

    async fn step(&mut self) {
        let dice = self.dice.below(24);
        if self.unfinished && matches!(dice, 16..=20) {
            self.settle().await;
        }
        let span = match dice {
            0..12 => self.dice.seconds(1, 4_000),
            12..15 => self.dice.seconds(4_000, 200_000),
            15 => TimeDelta::seconds(20_000),
            16..18 => TimeDelta::seconds(-4_000),
            18..21 => return self.change_config().await,
            21 => {
                self.figures.outages += 1;
                TimeDelta::days(7)
            }
            _ => {
                self.world.kv.die_after(self.dice.below(3), self.dice.below(2) == 0);
                return self.tick().await;
            }
        };
        self.advance(span);
        self.settle().await;
    }

    fn advance(&mut self, span: TimeDelta) {
        self.world.clock.advance(span);
        self.platform.traffic.set_back();
    }

    async fn judge(mut self, figures: &mut Figures, seed: u64) {
        self.world.clock.set(self.latest.max(self.now()));
        self.settle().await;
        for index in 0..2 {
            self.close_account(index);
            let expected = &self.expected[index];
            let found: Vec<_> = expected.found.keys().copied().collect();
            assert_eq!(found, expected.slots, "seed {seed}, team {index}");
            for (slot, times) in &expected.found {
                assert!(matches!(times, (1, 0) | (0, 1)), "seed {seed}: {slot} {times:?}");
                figures.honoured += times.0 as usize;
                figures.noted += times.1 as usize;
            }
            figures.slots += expected.slots.len();
        }
        figures.runs += 1;
        figures.lives += self.figures.lives;
        figures.changes += self.figures.changes;
        figures.outages += self.figures.outages;
    }
}

#[tokio::test]
async fn torture_by_clocks_honours_or_notes_every_slot_once() {
    let (words, keys) = (Words::load(), tempfile::tempdir().unwrap());
    let mut figures = Figures::default();
    for seed in 0..runs(60, 4) {
        let mut run = Run::new(&words, keys.path(), seed).await;
        for _ in 0..5 + run.dice.below(25) {
            run.step().await;
        }
        run.judge(&mut figures, seed).await;
    }
    eprintln!("{figures:#?}");
    assert!(figures.honoured > 100 && figures.noted > 1_000, "the runs hardly did anything");
}
