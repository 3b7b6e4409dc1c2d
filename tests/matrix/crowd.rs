//! More people than direct rooms can be made for at once.

use serde_json::{Value, json};

use crate::bot::{self, Bot, Team};
use crate::scene::MESSAGE;
use crate::synapse::{Database, Limits};
use crate::world::{Person, Wanted, World, user};

/// How many are asked who never talked to the bot; the long form asks fifty.
const SILENT: usize = 13;

/// What a homeserver tells somebody without a client, from a token on.
fn news(person: &Person<'_>, since: &str, ms: u32) -> Value {
    let path = format!("/_matrix/client/v3/sync?timeout={ms}{since}");
    person.does("ask", json!({"method": "GET", "path": path}))
}

/// The rooms that somebody is invited to.
fn invitations(news: &Value) -> Vec<String> {
    let rooms = news["rooms"]["invite"].as_object();
    rooms.into_iter().flat_map(|rooms| rooms.keys().cloned()).collect()
}

fn enters(person: &Person<'_>, room: &str) {
    person.asks("POST", &format!("/_matrix/client/v3/rooms/{room}/join"), &json!({}));
}

/// Waits for the bot's invitation and follows it; gives how much the bot wrote there in the end.
fn is_asked(person: &Person<'_>) -> usize {
    let (mut since, mut room) = (String::new(), None);
    for _ in 0..60 {
        let news = news(person, &since, 3000);
        if let Some(invited) = invitations(&news).pop() {
            enters(person, &invited);
            room = Some(invited);
        }
        if let Some(room) = &room {
            let path = format!("/_matrix/client/v3/rooms/{room}/messages?dir=b&limit=100");
            let said = person.does("ask", json!({"method": "GET", "path": path}));
            let events = said["chunk"].as_array().expect("events").iter();
            let by_bot = events.filter(|it| it["sender"] == user(bot::NAME));
            match by_bot.filter(|it| it["type"] == "m.room.encrypted").count() {
                0 => {}
                written => return written,
            }
        }
        since = format!("&since={}", news["next_batch"].as_str().expect("a token"));
    }
    panic!("{} was not asked within three minutes", person.name());
}

#[test]
fn torture_whoever_asks_does_not_wait_behind_those_who_need_a_direct_room() {
    let wished = std::env::var_os("MATURITY_TORTURE_ROUNDS").map(|_| 50);
    let names: Vec<String> =
        (0..wished.unwrap_or(SILENT)).map(|number| format!("p{number}")).collect();
    let world = World::new(Database::Memory, Limits::FewRooms);
    let (ann, zoe) = (world.person("ann"), world.person("zoe"));
    let silent: Vec<Person<'_>> = names.iter().map(|name| world.account(name)).collect();
    let others = names.iter().map(String::as_str).chain(["zoe", bot::NAME]);
    let room = ann.creates_room("Payments", &others.collect::<Vec<_>>());
    zoe.accepts_invitation_of("ann");
    for person in &silent {
        enters(person, &room);
    }
    let team = Team { room: &room, lead: "ann", more: "" };
    let mut bot = Bot::sign_in(&world, &[team], "unlimited = true");
    bot.run();
    ann.sees_in(&room, bot::NAME);

    ann.says(&room, "!maturity start quick");
    ann.hears(&room, Wanted::words("Open until").from(&user(bot::NAME)));
    zoe.says(&room, "!maturity answer");
    let direct = zoe.accepts_invitation_of(bot::NAME);
    let question = Wanted::words("1 of 8").kind(MESSAGE).from(&user(bot::NAME));
    zoe.hears(&direct, question);
    let waits = |person: &&Person<'_>| invitations(&news(person, "", 0)).is_empty();
    assert!(silent.iter().filter(waits).count() > 0, "nobody waited, so this shows nothing");

    // Everybody is asked in the end, and once.
    for person in &silent {
        assert_eq!(is_asked(person), 1, "{}", person.name());
    }
}
