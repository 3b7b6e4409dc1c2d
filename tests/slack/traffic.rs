//! Five people answer at once while the bot is killed at random moments, again and again: every
//! answer that was acknowledged is in the report, and no message came a third time.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use crate::answering::{Manner, Player};
use crate::double::bot::{Bot, Way};
use crate::double::person::{Sent, Spot};
use crate::double::state::{Note, State};
use crate::double::{Double, pause};
use crate::rounds::Plan;
use crate::script::TEAM;
use crate::team::{CHANNEL, Office};

/// Random numbers that are the same for the same seed (`SplitMix64`).
struct Dice(u64);

impl Dice {
    fn throw(&mut self, below: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % below
    }
}

/// How often the bot is killed in a round, at most.
const MOST: u32 = 8;

/// Kills the bot at random moments, until it has had enough.
async fn kills(bot: &mut Bot, dice: &mut Dice, kills: &mut u32) {
    while *kills < MOST {
        pause(Duration::from_millis(50 + dice.throw(500))).await;
        bot.die();
        pause(Duration::from_millis(dice.throw(200))).await;
        bot.again().await;
        *kills += 1;
    }
    std::future::pending::<()>().await;
}

/// Does something until Slack says that it was taken.
async fn insists<F: Future<Output = bool>>(mut done: impl FnMut() -> F) {
    while !done().await {
        pause(Duration::from_millis(100)).await;
    }
}

/// A person answers everything; what was cut off by a kill is asked for again.
async fn answers(player: &Player<'_>, manner: Manner) {
    let mut pressed = BTreeSet::new();
    loop {
        let channel =
            if manner == Manner::Direct { player.person.direct() } else { CHANNEL.into() };
        insists(|| async {
            match manner {
                Manner::Home => player.person.opens_home().await.is_acked(),
                _ => player.person.types(&channel, "/maturity answer").await.is_acked(),
            }
        })
        .await;
        loop {
            match player.presses_within(manner, &mut pressed, Duration::from_millis(800)).await {
                // Nobody reads a question in no time.
                Some(true) => pause(Duration::from_millis(60)).await,
                Some(false) => return,
                None => break,
            }
        }
        if holds_all(player).await {
            return;
        }
    }
}

/// The same in the form behind the round's post, page by page, from the first again after a kill.
async fn fills(player: &Player<'_>, post: &Spot) {
    let person = &player.person;
    while !holds_all(player).await {
        insists(|| async { person.presses(post, "Answer").await.is_acked() }).await;
        let page = |state: &State| state.views.top(&person.id).map(|_| ());
        let _ = person.double.within(Duration::from_secs(1), page).await;
        while person.modal().is_some_and(|modal| modal.contains("Page")) {
            if player.fills_page().await != Sent::Changed {
                break;
            }
        }
        while person.modal().is_some() {
            person.closes().await;
        }
    }
}

/// Whether everything was answered, as the bot tells it.
async fn holds_all(player: &Player<'_>) -> bool {
    let (person, mark) = (&player.person, player.person.mark());
    insists(|| async { person.types(CHANNEL, "/maturity me").await.is_acked() }).await;
    let told = |state: &State| {
        let notes = state.notes.iter().skip(mark);
        let own = notes.filter(|it| it.only.as_deref() == Some(person.id.as_str()));
        own.map(Note::screen).find(|words| words.contains(" of 8 answered"))
    };
    let told = person.double.within(Duration::from_secs(3), told).await;
    told.is_some_and(|words| words.contains(&format!("{} of 8 answered", player.answers.len())))
}

/// How often each message stands in the channel for all, beside the first time.
fn doubled(double: &Double) -> BTreeMap<String, usize> {
    let mut times: BTreeMap<String, usize> = BTreeMap::new();
    double.with(|state| {
        let shared = state.notes.iter().filter(|it| it.channel == CHANNEL && it.only.is_none());
        for note in shared.filter(|it| it.files.is_empty()) {
            *times.entry(note.text.clone()).or_default() += 1;
        }
    });
    times.into_iter().filter(|(_, times)| *times > 1).collect()
}

async fn round_under_fire(plan: &Plan, seed: u64) -> (u32, usize) {
    let way = if seed.is_multiple_of(2) { Way::Sockets } else { Way::Http };
    let mut office = Office::open(way).await;
    let ann = office.person("Ann");
    let (since, mut dice, mut count) = (ann.mark(), Dice(seed), 0);
    let post = office.starts_round("quick").await;
    // Whoever leaves questions open needs the form.
    let manners = [Manner::Direct, Manner::Home, Manner::Form, Manner::Direct, Manner::Channel];
    let players = TEAM.into_iter().enumerate().map(|(number, name)| {
        let (person, answers) = (office.person(name), &plan.rounds[0][number].answers);
        (Player { person, bank: &plan.bank, answers, since }, manners[number])
    });
    let players: Vec<(Player<'_>, Manner)> = players.collect();
    let everybody = futures_util::future::join_all(players.iter().map(|(player, manner)| async {
        match *manner {
            Manner::Form => fills(player, &post).await,
            manner => answers(player, manner).await,
        }
    }));
    tokio::select! {
        _ = everybody => {}
        () = kills(&mut office.bot, &mut dice, &mut count) => {}
    }
    office.restart().await;
    let mark = ann.mark();
    assert!(ann.types(CHANNEL, "/maturity close").await.is_acked());
    ann.awaits_after(mark, CHANNEL, "closed").await;
    assert!(ann.types(CHANNEL, "/maturity report").await.is_acked());
    let report = ann.awaits_after(mark, CHANNEL, "your report").await.screen();
    plan.assert_report(0, &report);
    let doubled = doubled(&office.double);
    assert!(doubled.values().all(|times| *times <= 2), "seed {seed}: {doubled:#?}");
    office.assert_well_behaved();
    (count, doubled.len())
}

/// Sockets and HTTP take turns.
#[tokio::test(flavor = "multi_thread")]
async fn torture_no_answer_is_lost_when_the_bot_is_killed_at_any_moment() {
    let wished = std::env::var("MATURITY_TORTURE_ROUNDS").ok().and_then(|it| it.parse().ok());
    let plan = Plan::new();
    let (mut kills, mut doubled) = (0, 0);
    for seed in 0..wished.unwrap_or(2) {
        let (more, twice) = round_under_fire(&plan, seed).await;
        println!("seed {seed}: {more} kills, {twice} messages posted twice");
        (kills, doubled) = (kills + more, doubled + twice);
    }
    println!("{kills} kills, no answer lost, {doubled} messages posted twice");
    assert!(kills > 0, "the bot was killed");
}
