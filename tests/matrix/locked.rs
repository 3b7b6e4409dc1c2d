//! What the bot cannot decrypt, and a picture in a thread: with a bot whose clock can be moved.

use chrono::TimeDelta;
use maturity_bot::domain::ids::{PlaceId, TeamId};
use maturity_bot::domain::message::{
    Choice, Destination, Message, MessageRef, Picture, PictureKind, Press,
};
use maturity_bot::platform::{Drawing, Parcel};
use serde_json::json;

use crate::bot::{self, Bot};
use crate::gate::Gate;
use crate::inside::Inside;
use crate::scene::{MESSAGE, said_by_bot};
use crate::world::{Person, Wanted, World, user};

fn answers(person: &Person<'_>, room: &str, words: &str) {
    person.hears(room, Wanted::words(words).kind(MESSAGE).from(&user(bot::NAME)));
}

/// Somebody writes with a key that does not reach the bot.
fn says_behind_lock(person: &Person<'_>, room: &str, gate: &Gate, words: &str) {
    gate.holds_keys();
    person.forgets_key(room);
    gate.waits_until_told(&person.says(room, words));
}

#[test]
fn what_cannot_be_decrypted_waits_for_its_key_and_then_its_writer_is_asked() {
    let world = World::quick();
    let ann = world.person("ann");
    let gate = Gate::before(&world.synapse.url());
    let bot = Bot::sign_in_at(&gate.url(), &world, &[], "unlimited = true");
    let inside = Inside::run(bot.folder());
    let room = ann.opens_direct_room(bot::NAME);
    ann.says(&room, "help");
    answers(&ann, &room, "Answering");

    // The key comes late: the answer too.
    says_behind_lock(&ann, &room, &gate, "status");
    gate.gives_keys();
    let nudge = ann.creates_room("Something happens", &[bot::NAME]);
    ann.sees_in(&nudge, bot::NAME);
    answers(&ann, &room, "team");

    // What says nothing to the bot says nothing once there is a key either.
    gate.holds_keys();
    ann.forgets_key(&room);
    let notice = ann.does("say", json!({"room": room, "text": "by a machine", "type": "m.notice"}));
    gate.waits_until_told(notice.as_str().expect("an event"));
    gate.gives_keys();
    ann.says(&nudge, "something");

    // It comes after something else was said: nobody knows any more what it meant.
    says_behind_lock(&ann, &room, &gate, "status");
    gate.lets_keys_pass();
    ann.forgets_key(&room);
    ann.says(&room, "help");
    answers(&ann, &room, "Answering");
    gate.gives_keys();
    ann.says(&nudge, "something else");
    answers(&ann, &room, "could not decrypt");

    // It never comes.
    says_behind_lock(&ann, &room, &gate, "status");
    gate.lets_messages_pass(Some(0));
    inside.waits(TimeDelta::minutes(6));
    ann.says(&nudge, "and again");
    gate.waits_for_refusal();
    gate.lets_messages_pass(None);
    answers(&ann, &room, "could not decrypt");
    assert_eq!(said_by_bot(&ann.saw(&room)).len(), 5);
    a_picture_in_a_thread(&ann, &nudge, &inside);
}

/// The bot posts a poll; gives its event.
fn posts_poll(inside: &Inside, room: &str, key: &str) -> String {
    let choice = |key: &str| Choice {
        key: key.to_owned(),
        label: format!("Number {key}"),
        press: Press::Say(key.to_owned()),
    };
    let choices = vec![choice("1"), choice("2")];
    let posted = inside.posts(&Parcel {
        to: &Destination::Place(PlaceId::from(format!("matrix:{room}").as_str())),
        message: &Message::Poll { body: "Which?".to_owned(), choices },
        drawing: None,
        key,
        doubtful: false,
    });
    posted.split_once('/').expect("an event").1.to_owned()
}

#[test]
fn whoever_sent_something_unreadable_where_a_poll_is_open_is_asked_once() {
    let world = World::quick();
    let ann = world.person("ann");
    let gate = Gate::before(&world.synapse.url());
    let bot = Bot::sign_in_at(&gate.url(), &world, &[], "unlimited = true");
    let inside = Inside::run(bot.folder());
    let (room, direct) =
        (ann.creates_room("Payments", &[bot::NAME]), ann.opens_direct_room(bot::NAME));
    ann.sees_in(&room, bot::NAME);
    let helps = || {
        ann.says(&direct, "help");
        answers(&ann, &direct, "Answering");
    };
    helps();
    let votes = |poll: &str| {
        gate.holds_keys();
        ann.forgets_key(&room);
        gate.waits_until_told(&ann.votes(&room, poll, &["1"]));
    };

    // Where nothing is asked, nobody hears of what cannot be read.
    says_behind_lock(&ann, &room, &gate, "Good morning");
    inside.waits(TimeDelta::minutes(6));
    helps();

    let first = posts_poll(&inside, &room, "first");
    votes(&first);
    votes(&first);
    inside.waits(TimeDelta::minutes(6));
    answers(&ann, &direct, "please vote once more");
    votes(&first);
    inside.waits(TimeDelta::minutes(6));
    helps();
    // Another round begins.
    let second = posts_poll(&inside, &room, "second");
    votes(&second);
    inside.waits(TimeDelta::minutes(6));
    answers(&ann, &direct, "please vote once more");
    assert_eq!(said_by_bot(&ann.saw(&direct)).len(), 5);
}

/// The smallest picture that is one: its header, and bytes that nobody looks at.
struct Dots;

impl Drawing for Dots {
    fn png(&self) -> Result<Vec<u8>, String> {
        let header = *b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\x01\x40\0\0\0\xf0\x08\x06\0\0\0";
        Ok([header.as_slice(), &[7; 5000]].concat())
    }

    fn terminal(&self, _width: usize, _colour: bool) -> String {
        String::new()
    }
}

fn a_picture_in_a_thread(ann: &Person<'_>, room: &str, inside: &Inside) {
    let question = ann.says(room, "How are we doing?");
    let picture = Picture { team: TeamId(1), round: 1, kind: PictureKind::Profile };
    let (body, alt) = ("**Better** than before".to_owned(), "Two dots".to_owned());
    let parcel = Parcel {
        to: &Destination::Thread(
            PlaceId::from(format!("matrix:{room}").as_str()),
            MessageRef(format!("{room}/{question}")),
        ),
        message: &Message::Picture { body, alt, picture, choices: Vec::new() },
        drawing: Some(&Dots),
        key: "a picture",
        doubtful: false,
    };
    let posted = inside.posts(&parcel);
    let heard = ann.hears(room, Wanted::words("Better").thread(&question));
    assert_eq!(posted, format!("{room}/{}", heard.id));
    assert_eq!(ann.fetches_picture(room, &heard.id), Dots.png().expect("drawn"));
    let content = &heard.content;
    assert_eq!((&content["info"]["w"], &content["info"]["h"]), (&320.into(), &240.into()));
    assert_eq!(content["filename"], "results.png");
    assert_eq!(content["formatted_body"], "<p><strong>Better</strong> than before</p>");
    assert_eq!(content["body"], "Better than before\n\nTwo dots");
    // The same once more is there already, also for a bot that is not sure.
    assert_eq!(inside.posts(&Parcel { doubtful: true, ..parcel }), posted);
    assert_eq!(inside.posts(&parcel), posted);
}
