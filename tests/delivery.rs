//! Deliveries on a platform where everything goes wrong, by a bot that dies at every step, with a
//! clock that jumps: nothing is said twice, and nothing vanishes without a count of why.
//!
//! `just torture` runs the long form.

#![expect(clippy::unwrap_used, reason = "a test may fail")]

#[path = "delivery/faulty.rs"]
mod faulty;
#[path = "delivery/world.rs"]
mod world;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex};

use chrono::{DateTime, TimeDelta};
use maturity_bot::clock::Clock;
use maturity_bot::domain::ids::{PersonId, PlaceId, RoundId, TeamId};
use maturity_bot::domain::message::Destination;
use maturity_bot::domain::outgoing::Mishap;
use maturity_bot::domain::team::{Scheduled, Settings};
use maturity_bot::engine::{Engine, TeamPlan, reconcile};
use maturity_bot::store::tx::Tx;

use faulty::Faulty;
use world::{Dice, Mortal, Words, World, deliver_next, restless, runs};

const STEPS: u32 = 70;
const ALL: [Mishap; 7] = [
    Mishap::Expired,
    Mishap::Unwanted,
    Mishap::Replaced,
    Mishap::DeadTarget,
    Mishap::Refused,
    Mishap::Unanswered,
    Mishap::Repeated,
];

/// What many runs add up to.
#[derive(Debug, Default)]
struct Figures {
    runs: u64,
    lives: u64,
    calls: u64,
    asked: usize,
    reached: usize,
    dropped: u32,
    twice: usize,
    counted_repeats: u32,
    reasons: BTreeMap<String, u32>,
}

struct Run<'a> {
    words: &'a Words,
    keys: &'a Path,
    world: World,
    platform: Faulty,
    dice: Dice,
    engine: Engine,
    lives: u64,
}

fn plan() -> TeamPlan {
    let schedules =
        vec![Scheduled { preset: "quick".to_owned(), times: "0 9 * * *".parse().unwrap() }];
    TeamPlan {
        config_id: Some("t".to_owned()),
        name: "T".to_owned(),
        place: PlaceId::from("fake:room"),
        leads: vec![PersonId::from("fake:p0")],
        settings: Settings { schedules, ..restless() },
    }
}

impl<'a> Run<'a> {
    fn new(words: &'a Words, keys: &'a Path, seed: u64, knows_repeats: bool) -> Self {
        let mut dice = Dice(seed);
        let start =
            DateTime::from_timestamp(1_803_801_600, 0).unwrap() + dice.seconds(0, 7 * 86_400);
        let world = World { kv: Arc::new(Mortal::new()), clock: Clock::fixed(start) };
        let platform = Faulty {
            knows_repeats,
            people: 1 + dice.below(5),
            trouble: Mutex::new(dice.below(70)),
            dice: Mutex::new(Dice(!seed)),
            shown: Mutex::default(),
            known: Mutex::default(),
            dead: Mutex::default(),
            calls: Mutex::default(),
            caller: Arc::clone(&world.kv),
        };
        let engine = words.engine(&world, keys);
        Self { words, keys, world, platform, dice, engine, lives: 1 }
    }

    fn reborn(&mut self) {
        self.engine = self.words.engine(&self.world, self.keys);
        self.lives += 1;
    }

    /// Does something random; a life that ends in it is followed by another.
    async fn step(&mut self) {
        let clock = self.world.clock.clone();
        let mut lived = Ok(());
        match self.dice.below(20) {
            0..8 => lived = deliver_next(&self.engine, &self.platform).await.map(drop),
            8..13 => lived = self.engine.tick().await,
            13..17 => clock.advance(self.dice.seconds(1, 3_600)),
            17 if self.dice.below(3) == 0 => clock.advance(TimeDelta::seconds(20_000)),
            17 => clock.advance(TimeDelta::seconds(-4_000)),
            _ => self.world.kv.die_after(self.dice.below(3), self.dice.below(2) == 0),
        }
        if let Err(trouble) = lived {
            assert!(trouble.is_fatal(), "{trouble}");
            self.reborn();
        }
    }

    /// Everything works again; the team is taken out of the config, and what waits is seen through.
    async fn calm_down(&mut self) {
        *self.platform.trouble.lock().unwrap() = 0;
        self.reborn();
        reconcile(&self.engine, &[]).await.unwrap();
        for _ in 0..200 {
            self.engine.tick().await.unwrap();
            while deliver_next(&self.engine, &self.platform).await.unwrap().is_some() {}
            let (waits, open) = {
                let tx = Tx::new(self.world.kv.as_ref());
                let teams = tx.teams().unwrap();
                (tx.outbox().unwrap().len(), teams.iter().any(|team| team.current.is_some()))
            };
            if waits == 0 && !open {
                return;
            }
            let row = self.engine.next_delivery(&["fake"]).unwrap();
            let wake = self.engine.next_wake().unwrap();
            let due = row.into_iter().chain(wake).min().expect("something waits");
            let now = self.world.clock.now();
            self.world.clock.advance((due - now).max(TimeDelta::seconds(1)));
        }
        panic!("what waits is not seen through");
    }

    fn judge(&self, figures: &mut Figures, seed: u64) {
        let tx = Tx::new(self.world.kv.as_ref());
        let team = TeamId(tx.teams().unwrap()[0].id.0);
        let mut shown: BTreeMap<(PersonId, RoundId), usize> = BTreeMap::new();
        for post in self.platform.shown.lock().unwrap().iter() {
            if let (Destination::Person(person), Some(round)) = (&post.to, post.asks) {
                *shown.entry((person.clone(), round)).or_default() += 1;
            }
        }
        let most = shown.values().copied().max().unwrap_or(0);
        let allowed = if self.platform.knows_repeats { 1 } else { 2 };
        assert!(most <= allowed, "seed {seed}: a question was put {most} times");

        let rounds = tx.rounds(team).unwrap();
        let rosters = rounds.iter().filter(|round| round.opened.is_some());
        let asked: usize = rosters.map(|round| tx.roster(round.id).unwrap().len()).sum();
        let ends = |name: &str| ALL.iter().any(|it| it.ends_the_row() && it.name() == name);
        let (mut dropped, mut repeats) = (0, 0);
        for (_, purpose, name, count) in tx.mishaps(team).unwrap() {
            *figures.reasons.entry(format!("{purpose}, {name}")).or_default() += count;
            if purpose == "questions" && ends(&name) {
                dropped += count;
            } else if purpose == "questions" {
                repeats += count;
            }
        }
        let told = shown.len() + dropped as usize;
        assert!(
            told >= asked,
            "seed {seed}: of {asked}, {} saw it, {dropped} dropped",
            shown.len()
        );
        let twice = shown.values().filter(|times| **times > 1).count();
        assert!(twice <= repeats as usize, "seed {seed}: {twice} doubles, {repeats} counted");
        self.judge_order(seed);
        figures.runs += 1;
        figures.lives += self.lives;
        figures.calls += *self.platform.calls.lock().unwrap();
        figures.asked += asked;
        figures.reached += shown.len();
        figures.dropped += dropped;
        figures.twice += twice;
        figures.counted_repeats += repeats;
    }

    /// What a room is told keeps its order; a repetition is not news.
    fn judge_order(&self, seed: u64) {
        let mut last = 0;
        for post in self.platform.shown.lock().unwrap().iter() {
            if matches!(post.to, Destination::Place(_)) {
                let digits = post.key.rsplit(|it: char| !it.is_ascii_digit()).next().unwrap();
                let number: u64 = digits.parse().expect("a row's key ends with its number");
                assert!(number >= last, "seed {seed}: {} came late", post.key);
                last = number;
            }
        }
    }
}

async fn play(knows_repeats: bool, count: u64) -> Figures {
    let (words, keys) = (Words::load(), tempfile::tempdir().unwrap());
    let mut figures = Figures::default();
    for seed in 0..count {
        let mut run = Run::new(&words, keys.path(), seed, knows_repeats);
        reconcile(&run.engine, &[plan()]).await.unwrap();
        for _ in 0..STEPS {
            run.step().await;
        }
        run.calm_down().await;
        run.judge(&mut figures, seed);
    }
    eprintln!("knows repeats: {knows_repeats}, {figures:#?}");
    assert!(figures.asked > 0 && figures.lives > 2 * figures.runs, "the runs hardly did anything");
    figures
}

#[tokio::test]
async fn torture_by_faults_says_nothing_twice_where_repeats_are_known() {
    let figures = play(true, runs(150, 10)).await;
    assert_eq!((figures.twice, figures.counted_repeats), (0, 0));
}

#[tokio::test]
async fn torture_by_faults_says_nothing_thrice_and_counts_repeats_elsewhere() {
    let figures = play(false, runs(150, 10)).await;
    assert!(figures.twice > 0, "no run had an answer lost");
}
