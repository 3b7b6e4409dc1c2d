//! Deliveries on a platform where everything goes wrong, by a bot that dies at every step, with a
//! clock that jumps: nothing is said twice, and nothing vanishes without a count of why.
//!
//! `just torture` runs the long form.

#![expect(clippy::unwrap_used, reason = "a test may fail")]

#[path = "delivery/faulty.rs"]
mod faulty;
#[path = "delivery/lines.rs"]
mod lines;
#[path = "delivery/traffic.rs"]
mod traffic;
#[path = "delivery/world.rs"]
mod world;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex};

use chrono::{DateTime, TimeDelta, Utc};
use maturity_bot::app::Courier;
use maturity_bot::domain::ids::{PersonId, PlaceId, RoundId, TeamId};
use maturity_bot::domain::message::{Destination, Message, MessageRef};
use maturity_bot::domain::outgoing::{Errand, Mishap, OutRow, Purpose};
use maturity_bot::domain::round::Round;
use maturity_bot::domain::team::{Scheduled, Settings};
use maturity_bot::engine::decision::Trouble;
use maturity_bot::engine::{Engine, TeamPlan, reconcile};
use maturity_bot::platform::{Pace, Platform};
use maturity_bot::store::kv::Kv;
use maturity_bot::store::tx::Tx;

use faulty::Faulty;
use world::{Dice, Words, World, deliver_next, restless, runs};

const STEPS: u32 = 70;
const ALL: [Mishap; 8] = [
    Mishap::Expired,
    Mishap::Unwanted,
    Mishap::Replaced,
    Mishap::DeadTarget,
    Mishap::Refused,
    Mishap::Unanswered,
    Mishap::Failing,
    Mishap::Repeated,
];

/// What many runs add up to.
#[derive(Debug, Default)]
struct Figures {
    runs: u64,
    lives: u64,
    calls: u64,
    /// The most calls that were on their way to one platform.
    abreast: usize,
    /// Messages in which other words were put.
    updated: usize,
    asked: usize,
    reached: usize,
    dropped: u32,
    twice: usize,
    counted_repeats: u32,
    reasons: BTreeMap<String, u32>,
}

/// The platforms, each with one team.
const PLATFORMS: [&str; 2] = ["fake", "other"];

struct Run<'a> {
    words: &'a Words,
    keys: &'a Path,
    world: World,
    platforms: [Arc<Faulty>; 2],
    dice: Dice,
    engine: Arc<Engine>,
    /// Delivers with lanes side by side and at the platforms' pace; nobody does where rows are
    /// delivered one by one and by hand.
    courier: Option<Courier>,
    /// How many updates were asked for of each message.
    updates: BTreeMap<MessageRef, usize>,
    lives: u64,
}

fn plan(platform: &str) -> TeamPlan {
    let schedules =
        vec![Scheduled { preset: "quick".to_owned(), times: "0 9 * * *".parse().unwrap() }];
    TeamPlan {
        config_id: Some(platform.to_owned()),
        name: "T".to_owned(),
        place: PlaceId(format!("{platform}:room")),
        leads: vec![PersonId(format!("{platform}:p0"))],
        settings: Settings { schedules, ..restless() },
    }
}

fn pace(dice: &mut Dice) -> Pace {
    let seconds = |dice: &mut Dice, most| dice.seconds(0, most);
    Pace {
        apart: seconds(dice, 4),
        burst: 1 + u32::try_from(dice.below(4)).unwrap(),
        refill: seconds(dice, 9),
        lanes: 1 + usize::try_from(dice.below(4)).unwrap(),
    }
}

impl<'a> Run<'a> {
    fn new(words: &'a Words, keys: &'a Path, seed: u64, knows_repeats: bool) -> Self {
        let mut dice = Dice(seed);
        let start =
            DateTime::from_timestamp(1_803_801_600, 0).unwrap() + dice.seconds(0, 7 * 86_400);
        let world = World::at(start);
        let platforms = PLATFORMS.map(|name| {
            let (own, clock) = (Dice(dice.below(u64::MAX)), world.clock.clone());
            let caller = Arc::clone(&world.kv);
            let fake = Faulty::new(name, pace(&mut dice), knows_repeats, own, clock, caller);
            let trouble = Mutex::new(dice.below(70));
            Arc::new(Faulty { people: 1 + dice.below(5), trouble, ..fake })
        });
        let by_hand = dice.below(3) == 0;
        if by_hand {
            for platform in &platforms {
                platform.traffic.by_hand();
            }
        }
        let engine = Arc::new(words.engine(&world, keys));
        let updates = BTreeMap::new();
        let courier = None;
        let mut run =
            Self { words, keys, world, platforms, dice, engine, courier, updates, lives: 1 };
        run.courier = (!by_hand).then(|| run.hired());
        run
    }

    fn hired(&self) -> Courier {
        let platforms = self.platforms.iter();
        let platforms = platforms.map(|it| Arc::clone(it) as Arc<dyn Platform>).collect();
        Courier::new(Arc::clone(&self.engine), platforms)
    }

    async fn reborn(&mut self) {
        self.world.kv.live();
        self.bring_up_to_date().await;
        self.engine = Arc::new(self.words.engine(&self.world, self.keys));
        self.courier = self.courier.is_some().then(|| self.hired());
        self.platforms.iter().for_each(|platform| platform.traffic.reborn());
        self.lives += 1;
    }

    /// Asks for other words in messages that places show.
    async fn bring_up_to_date(&mut self) {
        let tx = Tx::new(self.world.kv.as_ref());
        for team in tx.teams().unwrap() {
            for round in tx.rounds(team.id).unwrap() {
                for (to, reference) in tx.posted(round.id).unwrap() {
                    let times = self.updates.entry(reference.clone()).or_default();
                    let words = Message::Text(times.to_string());
                    *times += 1;
                    let errand = Errand::Update(to, reference, words);
                    let now = self.world.clock.now();
                    let end = Some(now + TimeDelta::days(14));
                    tx.send(&OutRow::new(errand, Purpose::News(round.id), now, end)).unwrap();
                }
            }
        }
        self.world.kv.commit(tx.into_batch()).await.unwrap();
    }

    fn move_clock(&self, span: TimeDelta) {
        self.world.clock.advance(span);
        if span < TimeDelta::zero() {
            self.platforms.iter().for_each(|platform| platform.traffic.set_back());
        }
    }

    async fn deliver(&mut self) -> anyhow::Result<()> {
        let one = usize::try_from(self.dice.below(2)).unwrap();
        match &self.courier {
            Some(courier) if self.dice.below(2) == 0 => courier.settle().await,
            Some(courier) => courier.settle_with(PLATFORMS[one]).await,
            None => {
                deliver_next(&self.engine, self.platforms[one].as_ref()).await?;
                Ok(())
            }
        }
    }

    /// Does something random; a life that ends in it is followed by another.
    async fn step(&mut self) {
        let mut lived = Ok(());
        match self.dice.below(20) {
            0..8 => lived = self.deliver().await,
            8..13 => lived = self.engine.tick().await.map_err(anyhow::Error::from),
            13..17 => {
                let most = if self.dice.below(2) == 0 { 10 } else { 3_600 };
                let span = self.dice.seconds(1, most);
                self.move_clock(span);
            }
            17 if self.dice.below(3) == 0 => self.move_clock(TimeDelta::seconds(20_000)),
            17 => self.move_clock(TimeDelta::seconds(-4_000)),
            _ => self.world.kv.die_after(self.dice.below(3), self.dice.below(2) == 0),
        }
        if let Err(error) = lived {
            let fatal = error.downcast_ref().is_some_and(Trouble::is_fatal);
            assert!(fatal, "{error}");
            self.reborn().await;
        }
    }

    /// Everything works again; the teams are taken out of the config, and what waits is seen
    /// through.
    async fn calm_down(&mut self) {
        for platform in &self.platforms {
            *platform.trouble.lock().unwrap() = 0;
        }
        self.reborn().await;
        reconcile(&self.engine, &[]).await.unwrap();
        for _ in 0..400 {
            self.settle().await;
            let (waits, open) = {
                let tx = Tx::new(self.world.kv.as_ref());
                let teams = tx.teams().unwrap();
                (tx.outbox().unwrap().len(), teams.iter().any(|team| team.current.is_some()))
            };
            if waits == 0 && !open {
                return;
            }
            let due = self.next_due().expect("something waits");
            let now = self.world.clock.now();
            self.world.clock.advance((due - now).max(TimeDelta::seconds(1)));
        }
        panic!("what waits is not seen through");
    }

    async fn settle(&self) {
        if let Some(courier) = &self.courier {
            return courier.settle().await.unwrap();
        }
        self.engine.tick().await.unwrap();
        for platform in &self.platforms {
            while deliver_next(&self.engine, platform.as_ref()).await.unwrap().is_some() {}
        }
    }

    fn next_due(&self) -> Option<DateTime<Utc>> {
        if let Some(courier) = &self.courier {
            return courier.next_due().unwrap();
        }
        let row = self.engine.next_delivery(&PLATFORMS).unwrap();
        row.into_iter().chain(self.engine.next_wake().unwrap()).min()
    }

    fn judge(&self, figures: &mut Figures, seed: u64) {
        let teams = Tx::new(self.world.kv.as_ref()).teams().unwrap();
        for platform in &self.platforms {
            let place = PlaceId(format!("{}:room", platform.name));
            let team = teams.iter().find(|team| team.place == place).unwrap();
            self.judge_team(platform, team.id, figures, seed);
            judge_order(platform, seed);
            judge_updates(platform, seed);
            figures.calls += platform.traffic.calls();
            figures.abreast = figures.abreast.max(platform.traffic.most());
            figures.updated += platform.updates.lock().unwrap().len();
        }
        figures.runs += 1;
        figures.lives += self.lives;
    }

    fn judge_team(&self, platform: &Faulty, team: TeamId, figures: &mut Figures, seed: u64) {
        let tx = Tx::new(self.world.kv.as_ref());
        let mut shown: BTreeMap<(PersonId, RoundId), usize> = BTreeMap::new();
        for post in platform.shown.lock().unwrap().iter() {
            if let (Destination::Person(person), Some(round)) = (&post.to, post.asks) {
                *shown.entry((person.clone(), round)).or_default() += 1;
            }
        }
        let most = shown.values().copied().max().unwrap_or(0);
        let allowed = if platform.knows_repeats { 1 } else { 2 };
        assert!(most <= allowed, "seed {seed}: a question was put {most} times");

        let rounds = tx.rounds(team).unwrap();
        let opened = rounds.iter().filter(|round| round.opened.is_some());
        let of = |round: &Round| {
            let roster = tx.roster(round.id).unwrap().into_iter();
            roster.map(|person| (person, round.id)).collect::<Vec<_>>()
        };
        let asked: Vec<(PersonId, RoundId)> = opened.flat_map(of).collect();
        let missed = asked.iter().filter(|it| !shown.contains_key(it)).count();
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
        assert!(
            missed <= dropped as usize,
            "seed {seed}: {missed} of {} did not see it, {dropped} dropped",
            asked.len()
        );
        let twice = shown.values().filter(|times| **times > 1).count();
        assert!(twice <= repeats as usize, "seed {seed}: {twice} doubles, {repeats} counted");
        figures.asked += asked.len();
        figures.reached += shown.len();
        figures.dropped += dropped;
        figures.twice += twice;
        figures.counted_repeats += repeats;
    }
}

/// What a room is told keeps its order; a repetition is not news.
fn judge_order(platform: &Faulty, seed: u64) {
    let mut last = 0;
    for post in platform.shown.lock().unwrap().iter() {
        if matches!(post.to, Destination::Place(_)) {
            let digits = post.key.rsplit(|it: char| !it.is_ascii_digit()).next().unwrap();
            let number: u64 = digits.parse().expect("a row's key ends with its number");
            assert!(number >= last, "seed {seed}: {} came late", post.key);
            last = number;
        }
    }
}

/// Newer words are never covered by older ones; the bot's own, at a round's end, are the last.
fn judge_updates(platform: &Faulty, seed: u64) {
    for (reference, words) in platform.updates.lock().unwrap().iter() {
        let numbers: Vec<usize> = words.iter().map(|it| it.parse().unwrap_or(usize::MAX)).collect();
        assert!(numbers.is_sorted(), "seed {seed}: {reference:?} was put back: {numbers:?}");
    }
}

async fn play(knows_repeats: bool, count: u64) -> Figures {
    let (words, keys) = (Words::load(), tempfile::tempdir().unwrap());
    let mut figures = Figures::default();
    for seed in 0..count {
        let mut run = Run::new(&words, keys.path(), seed, knows_repeats);
        reconcile(&run.engine, &PLATFORMS.map(plan)).await.unwrap();
        for _ in 0..STEPS {
            run.step().await;
        }
        run.calm_down().await;
        run.judge(&mut figures, seed);
    }
    eprintln!("knows repeats: {knows_repeats}, {figures:#?}");
    assert!(figures.asked > 0 && figures.lives > 2 * figures.runs, "the runs hardly did anything");
    assert!(figures.abreast > 1 && figures.updated > 0, "the runs hardly did anything");
    figures
}

#[tokio::test]
async fn torture_by_faults_says_nothing_twice_where_repeats_are_known() {
    let figures = play(true, runs(100, 10)).await;
    assert_eq!((figures.twice, figures.counted_repeats), (0, 0));
}

#[tokio::test]
async fn torture_by_faults_says_nothing_thrice_and_counts_repeats_elsewhere() {
    let figures = play(false, runs(100, 10)).await;
    assert!(figures.twice > 0, "no run had an answer lost");
}
