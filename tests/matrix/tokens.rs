//! Tokens that have to be renewed.

use serde_json::Value;

use crate::bot::{self, Bot};
use crate::synapse::{Database, Limits};
use crate::world::{Person, Wanted, World, user};

fn answers(person: &Person<'_>, room: &str) {
    person.says(room, "help");
    let heard = person.hears(room, Wanted::words("Answering").from(&user(bot::NAME)));
    assert!(heard.encrypted);
    assert_eq!(heard.shield.as_deref(), Some("none"));
}

fn session(bot: &Bot) -> Value {
    let file = bot.folder().join("data/matrix/session.json");
    serde_json::from_slice(&std::fs::read(file).expect("readable")).expect("JSON")
}

#[test]
fn tokens_that_expire_are_renewed_and_kept() {
    let world = World::new(Database::Memory, Limits::ShortTokens);
    let ann = world.person("ann");
    let mut bot = Bot::sign_in(&world, &[], "unlimited = true");
    bot.run();
    let room = ann.opens_direct_room(bot::NAME);
    answers(&ann, &room);
    for life in 0..2 {
        let before = session(&bot)["access_token"].clone();
        // Whoever talks to it long enough meets a token that has expired.
        let renewed = (0..200).any(|_| {
            answers(&ann, &room);
            session(&bot)["access_token"] != before
        });
        assert!(renewed, "life {life}:\n{}", bot.log());
        bot.die_and_run();
        answers(&ann, &room);
    }
    assert_eq!(ann.devices_of(&user(bot::NAME)).len(), 1);
    assert!(!bot.log().contains("syt_"), "a token in:\n{}", bot.log());
}
