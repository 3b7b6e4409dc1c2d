//! Who leads a team is read off the power levels of its room; with a bot that signs in by a token.

use serde_json::json;

use crate::bot::{self, Bot, PASSWORD, Team};
use crate::scene::{MESSAGE, starts_round};
use crate::world::{Person, Wanted, World, user};

const DEVICE: &str = "MATURITYBOT";

/// What the bot answers somebody who says something in the room.
fn told(person: &Person<'_>, room: &str, direct: &str, words: &str) -> String {
    person.says(room, &format!("!maturity {words}"));
    let answer = Wanted::any().kind(MESSAGE).from(&user(bot::NAME));
    person.hears(direct, answer).words().to_owned()
}

/// Everybody's power in the room; whoever is not named has none.
fn set_power(ann: &Person<'_>, room: &str, levels: &[(&str, i32)]) {
    let users: serde_json::Map<_, _> =
        levels.iter().map(|(name, level)| (user(name), json!(level))).collect();
    let path = format!("/_matrix/client/v3/rooms/{room}/state/m.room.power_levels/");
    ann.asks("PUT", &path, &json!({"users": users, "users_default": 0}));
}

/// A token for a device of the bot, as an operator gets it from an identity service.
fn token(anybody: &Person<'_>) -> String {
    let login = json!({
        "type": "m.login.password",
        "identifier": {"type": "m.id.user", "user": user(bot::NAME)},
        "password": PASSWORD,
        "device_id": DEVICE,
    });
    let session = anybody.asks("POST", "/_matrix/client/v3/login", &login);
    session["access_token"].as_str().expect("a token").to_owned()
}

/// Signs the bot in without its password.
fn enter_with_token(bot: &Bot, ann: &Person<'_>) {
    let refused = bot.log_in_with_token("syt_nobody_knows_me", DEVICE);
    let said = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(said.contains("does not know this token"), "{said}");
    let done = bot.log_in_with_token(&token(ann), DEVICE);
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
}

#[test]
fn creators_admins_and_moderators_lead_and_members_do_not() {
    let world = World::quick();
    let names = ["ann", "bob", "cem", "dia"];
    let people = names.map(|name| world.person(name));
    let [ann, bob, cem, dia] = &people;
    // In version 12 whoever makes a room stands above its power levels, and in none of them.
    let others = ["bob", "cem", "dia", bot::NAME];
    let room = ann.creates_room_of_version("12", "Payments", &others);
    for person in [bob, cem, dia] {
        person.accepts_invitation_of("ann");
    }
    set_power(ann, &room, &[("bob", 100), ("cem", 50)]);
    let team = Team { room: &room, lead: "nobody-here", more: "" };
    let (folder, server) = (world.folder().join("bot"), world.synapse.url());
    let mut bot = Bot::configure(&folder, &server, "unlimited = true", &[team]);
    enter_with_token(&bot, ann);
    bot.run();
    ann.sees_in(&room, bot::NAME);
    let direct = people.map(|person| person.opens_direct_room(bot::NAME));

    let refused = told(dia, &room, &direct[3], "start quick");
    assert!(!refused.contains("is open until"), "{refused}");
    starts_round(cem, &room, &direct[2]);
    dia.hears(&direct[3], Wanted::words("asks how you work").from(&user(bot::NAME)));
    // The token is as good as a password, also for another life of the bot.
    bot.die_and_run();
    let lines = ["answer", "2", "3", "1", "2", "4", "2", "3", "2"].map(ToOwned::to_owned);
    for (person, direct) in people.iter().zip(&direct).take(3) {
        person.says_all(direct, &lines);
        person.hears(direct, Wanted::words("All 8 answered").from(&user(bot::NAME)));
    }
    assert!(told(bob, &room, &direct[1], "close").contains("is closed"));
    let summary = || Wanted::words("the results of").from(&user(bot::NAME));
    bob.hears(&room, summary());
    assert!(!told(dia, &room, &direct[3], "publish").contains("posted"), "dia may not");
    for (person, direct) in [(ann, &direct[0]), (bob, &direct[1]), (cem, &direct[2])] {
        let said = told(person, &room, direct, "publish");
        bob.hears(&room, summary());
        assert!(!said.contains("lead"), "{}: {said}", person.name());
    }

    // Power that is given or taken counts at once.
    set_power(ann, &room, &[("bob", 100), ("dia", 50)]);
    starts_round(dia, &room, &direct[3]);
    let said = told(cem, &room, &direct[2], "close");
    assert!(!said.contains("is closed"), "{said}");
    assert_eq!(ann.devices_of(&user(bot::NAME)), [(DEVICE.to_owned(), true)]);
}
