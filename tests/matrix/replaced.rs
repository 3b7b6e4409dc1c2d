//! Rooms that are replaced by others: everything goes on there.

use serde_json::json;

use crate::bot::{self, Bot, Team};
use crate::gate::Gate;
use crate::scene::{Lead, MESSAGE, lets_in, starts_round};
use crate::session::{POLL, polls};
use crate::world::{Event, Wanted, World, user};

fn words(words: &str) -> Wanted {
    Wanted::words(words).kind(MESSAGE).from(&user(bot::NAME))
}

fn answer(poll: &Event, number: usize) -> String {
    poll.content[POLL]["answers"][number]["id"].as_str().expect("an id").to_owned()
}

#[test]
fn what_is_posted_while_a_room_is_replaced_comes_in_the_new_one() {
    let world = World::quick();
    let lead = Lead::with_bot(&world);
    lead.starts_round();
    let successor = lead.ann.upgrades(&lead.room);
    lead.expect("extend 3 days", "stays open until");
    lets_in(&lead.ann, &successor, bot::NAME);
    lead.ann.sees_in(&successor, bot::NAME);
    // Who came there learns what is asked, and how to answer.
    lead.hears_in(&successor, "Open until");
    lead.hears_in(&successor, "stays open until");
    lead.assert_not_paused();
}

#[test]
fn what_is_refused_before_it_is_known_that_a_room_was_replaced_comes_too() {
    let world = World::quick();
    let gate = Gate::before(&world.synapse.url());
    let lead = Lead::with_bot_at(&gate.url(), &world);
    lead.starts_round();
    gate.lets_messages_pass(Some(0));
    lead.ann.says(&lead.direct, "extend 3 days");
    gate.waits_for_refusal();
    gate.lets_news_pass(false);
    let successor = lead.ann.upgrades(&lead.room);
    gate.lets_messages_pass(None);
    gate.waits_for_word("M_FORBIDDEN");
    gate.lets_news_pass(true);
    lead.hears_in(&lead.direct, "stays open until");
    lets_in(&lead.ann, &successor, bot::NAME);
    lead.hears_in(&successor, "stays open until");
    lead.assert_not_paused();
    let seen = lead.ann.saw(&lead.direct);
    assert!(!seen.iter().any(|it| it.words().contains("cannot reach")), "it paused the team");
}

#[test]
fn what_a_room_was_to_hear_waits_while_the_bot_may_say_nothing_there() {
    let world = World::quick();
    let gate = Gate::before(&world.synapse.url());
    let mut lead = Lead::with_bot_at(&gate.url(), &world);
    lead.starts_round();
    gate.lets_messages_pass(Some(0));
    lead.ann.says(&lead.direct, "extend 3 days");
    gate.waits_for_refusal();
    let least = |level: i32| {
        let path = format!("/_matrix/client/v3/rooms/{}/state/m.room.power_levels/", lead.room);
        lead.ann.asks("PUT", &path, &json!({"events_default": level}));
    };
    gate.lets_news_pass(false);
    least(50);
    gate.lets_messages_pass(None);
    gate.waits_for_word("M_FORBIDDEN");
    gate.lets_news_pass(true);
    lead.hears_in(&lead.direct, "may not write there");
    lead.expect("status", "open until");
    // Another life looks again, and finds no more.
    lead.bot.die_and_run();
    let teams = lead.expect("team list", "Try-out");
    assert!(teams.words().contains("paused"), "{}", teams.words());
    least(0);
    lead.hears_in(&lead.room, "stays open until");
    lead.expect("close", "is closed");
    lead.hears_in(&lead.room, "the results of");
    lead.assert_not_paused();
    let told = |room: &str, words: &str| {
        lead.ann.saw(room).iter().filter(|it| it.words().contains(words)).count()
    };
    assert_eq!(told(&lead.room, "stays open until"), 1);
    assert_eq!(told(&lead.direct, "cannot reach"), 1);
}

#[test]
fn a_team_that_answers_openly_gets_its_polls_in_the_new_room() {
    let world = World::quick();
    let (ann, ben) = (world.person("ann"), world.person("ben"));
    let room = ann.creates_room("Payments", &["ben", bot::NAME]);
    ben.accepts_invitation_of("ann");
    let team = Team { room: &room, lead: "ann", more: "mode = \"open\"" };
    let mut bot = Bot::sign_in(&world, &[team], "unlimited = true");
    bot.run();
    ann.sees_in(&room, bot::NAME);
    let (direct, bens) = (ann.opens_direct_room(bot::NAME), ben.opens_direct_room(bot::NAME));
    starts_round(&ann, &direct, &direct);
    let before = polls(&ann, &room);
    ben.votes(&room, &before[0].id, &[&answer(&before[0], 3)]);
    ben.says(&bens, "status");
    ben.hears(&bens, words("answered 1 of 8"));

    let successor = ann.upgrades(&room);
    lets_in(&ann, &successor, "ben");
    lets_in(&ann, &successor, bot::NAME);
    ben.accepts_invitation_of("ann");
    ann.hears(&successor, words("Open until"));
    let after = polls(&ann, &successor);
    let texts = |polls: &[Event]| -> Vec<_> {
        polls.iter().map(|it| it.content[POLL]["question"].clone()).collect()
    };
    assert_eq!(texts(&before), texts(&after));
    // What was said before counts, and what is said here.
    ben.votes(&successor, &after[1].id, &[&answer(&after[1], 2)]);
    ben.says(&bens, "status");
    ben.hears(&bens, words("answered 2 of 8"));

    // Another life reads the old room in the config file.
    bot.die_and_run();
    ann.says(&direct, "extend 3 days");
    ann.hears(&successor, words("stays open until"));
    let seen = ann.saw(&successor);
    assert_eq!(seen.iter().filter(|it| it.kind == POLL).count(), after.len());
}

#[test]
fn a_conversation_that_is_replaced_goes_on_in_the_new_room() {
    let world = World::quick();
    let lead = Lead::with_bot(&world);
    let ann = &lead.ann;
    lead.expect("status", "no round is open");
    let successor = ann.upgrades(&lead.direct);
    lets_in(ann, &successor, bot::NAME);
    ann.sees_in(&successor, bot::NAME);
    ann.says(&lead.room, "!maturity status");
    lead.hears_in(&successor, "no round is open");
    starts_round(ann, &successor, &successor);
}
