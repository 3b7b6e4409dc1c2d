//! Where a homeserver fails at one thing, the bot goes on with everything else, and makes up for it.

use serde_json::json;

use crate::bot::{self, Bot, PASSWORD};
use crate::gate::Gate;
use crate::scene::{MESSAGE, said_by_bot};
use crate::world::{Person, Wanted, World, user};

/// More than a sync tells of one room.
const MANY: usize = 55;

fn answers(person: &Person<'_>, room: &str, words: &str) {
    person.hears(room, Wanted::words(words).kind(MESSAGE).from(&user(bot::NAME)));
}

#[test]
fn one_event_or_room_that_the_homeserver_fails_at_holds_up_nothing_else() {
    let world = World::quick();
    let (ann, ben) = (world.person("ann"), world.person("ben"));
    let gate = Gate::before(&world.synapse.url());
    let mut bot = Bot::sign_in_at(&gate.url(), &world, &[], "unlimited = true");
    bot.run();
    let rooms = [&ann, &ben].map(|person| person.opens_direct_room(bot::NAME));
    let elsewhere = ann.creates_room("Elsewhere", &[bot::NAME]);
    ann.sees_in(&elsewhere, bot::NAME);

    // A vote in something that the homeserver cannot give.
    let poll = ann.says(&elsewhere, "Is this a poll?");
    gate.fails_at(&["/event/", &poll]);
    ann.votes(&elsewhere, &poll, &["1"]);
    gate.waits_for_failures(1);
    ben.says(&rooms[1], "help");
    answers(&ben, &rooms[1], "Answering");
    gate.waits_for_failures(2);

    // A room whose history it cannot give: what is said there waits, in its order.
    bot.die();
    let first = ann.says(&rooms[0], "help");
    for number in 0..MANY {
        ann.reacts(&rooms[0], &first, &number.to_string());
    }
    gate.fails_at(&["/messages?", &rooms[0]]);
    bot.run();
    ann.says(&rooms[0], "status");
    ben.says(&rooms[1], "help");
    answers(&ben, &rooms[1], "Answering");
    assert!(said_by_bot(&ann.saw(&rooms[0])).is_empty(), "it answered the second line first");
    gate.is_well();
    answers(&ann, &rooms[0], "Answering");
    answers(&ann, &rooms[0], "team");
    assert_eq!(said_by_bot(&ann.saw(&rooms[0])).len(), 2);
}

#[test]
fn what_stands_before_a_homeserver_has_no_last_word() {
    let world = World::quick();
    let ann = world.person("ann");
    let gate = Gate::before(&world.synapse.url());
    let mut bot = Bot::sign_in_at(&gate.url(), &world, &[], "unlimited = true");
    bot.run();
    let room = ann.opens_direct_room(bot::NAME);
    gate.is_gone_at(&["/send/"]);
    ann.says(&room, "help");
    gate.waits_for_failures(2);
    gate.is_well();
    answers(&ann, &room, "Answering");
    assert_eq!(said_by_bot(&ann.saw(&room)).len(), 1);
}

#[test]
fn a_form_that_was_filled_in_stays_so_while_its_hint_waits() {
    let world = World::quick();
    let ann = world.person("ann");
    let gate = Gate::before(&world.synapse.url());
    let mut bot = Bot::sign_in_at(&gate.url(), &world, &[], "unlimited = true");
    bot.run();
    let direct = ann.opens_direct_room(bot::NAME);
    let room = ann.creates_room("Elsewhere", &[bot::NAME]);
    ann.sees_in(&room, bot::NAME);
    answers(&ann, &room, "setup");
    gate.lets_messages_pass(Some(1));
    ann.says(&room, "!maturity setup");
    answers(&ann, &direct, "name: value");
    gate.waits_for_refusal();
    gate.waits_until_told(&ann.says(&direct, "name: Payments"));
    gate.lets_messages_pass(None);
    answers(&ann, &direct, "Payments");
    ann.says(&direct, "ok");
    answers(&ann, &direct, "Payments");
}

#[test]
fn changing_what_was_no_answer_is_answered_and_a_reply_is_no_command() {
    let world = World::quick();
    let ann = world.person("ann");
    let mut bot = Bot::sign_in(&world, &[], "unlimited = true");
    bot.run();
    let direct = ann.opens_direct_room(bot::NAME);
    let line = ann.says(&direct, "help");
    answers(&ann, &direct, "Answering");
    ann.edits(&direct, &line, "3");
    answers(&ann, &direct, "write it anew");

    let room = ann.creates_room("Elsewhere", &[bot::NAME]);
    ann.sees_in(&room, bot::NAME);
    let wanted = Wanted::any().kind(MESSAGE).from(&user(bot::NAME));
    let said = ann.hears(&room, wanted).id;
    // Clients let a reply name whoever wrote what it replies to.
    let reply = json!({
        "room": room, "text": "nice, 3?", "mention": user(bot::NAME), "reply": said,
    });
    ann.does("say", reply);
    ann.says(&room, "!maturity status");
    answers(&ann, &direct, "team");
    assert_eq!(said_by_bot(&ann.saw(&direct)).len(), 3);
}

#[test]
fn a_login_that_fails_leaves_no_identity_without_its_key() {
    let world = World::quick();
    let gate = Gate::before(&world.synapse.url());
    let bot = Bot::configure(&world.folder().join("bot"), &gate.url(), "", &[]);
    gate.fails_at(&["/sync"]);
    let failed = bot.log_in(PASSWORD);
    assert!(!failed.status.success());
    gate.is_well();
    let done = bot.log_in(PASSWORD);
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    assert_eq!(bot::recovery_key(&done).split(' ').count(), 12);
}
