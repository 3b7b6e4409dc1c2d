//! A team of five in an encrypted room with the bot, each in a conversation with it too.

use serde_json::json;

use crate::bot::{self, Bot, Team};
use crate::world::{Event, Person, Wanted, World, user};

/// The accounts of the five, in the order of the script.
pub const FIVE: [&str; 5] = ["ann", "bob", "cem", "dia", "eli"];
/// The type of what people read.
pub const MESSAGE: &str = "m.room.message";

/// The team, and everything it talks in.
pub struct Scene<'w> {
    /// The five.
    pub people: Vec<Person<'w>>,
    /// Their room.
    pub room: String,
    /// Each one's conversation with the bot.
    pub direct: Vec<String>,
    /// The bot.
    pub bot: Bot,
}

impl<'w> Scene<'w> {
    /// The five make a room and invite the bot before it ever runs; then it runs and comes.
    pub fn of_five(world: &'w World, matrix: &str, more: &str) -> Self {
        Self::of_five_at(&world.synapse.url(), world, matrix, more)
    }

    /// The same, where the bot has another way to the homeserver.
    pub fn of_five_at(server: &str, world: &'w World, matrix: &str, more: &str) -> Self {
        let people: Vec<Person<'_>> = FIVE.iter().map(|name| world.person(name)).collect();
        let others: Vec<&str> = FIVE[1..].iter().copied().chain([bot::NAME]).collect();
        let room = people[0].creates_room("Try-out", &others);
        for person in &people[1..] {
            person.accepts_invitation_of(FIVE[0]);
        }
        let team = Team { room: &room, lead: FIVE[0], more };
        let mut bot = Bot::sign_in_at(server, world, &[team], matrix);
        bot.run();
        people[0].sees_in(&room, bot::NAME);
        let direct = people.iter().map(|it| it.opens_direct_room(bot::NAME)).collect();
        Self { people, room, direct, bot }
    }

    /// Somebody writes to the bot in private; gives its answer.
    pub fn say(&self, person: usize, words: &str) -> Event {
        self.people[person].says(&self.direct[person], words);
        self.hear(person)
    }

    /// The same, with an answer that must hold some words.
    pub fn expect(&self, person: usize, words: &str, answer: &str) -> Event {
        self.people[person].says(&self.direct[person], words);
        self.expect_to_hear(person, answer)
    }

    /// The next thing the bot writes to somebody in private, which must hold some words.
    pub fn expect_to_hear(&self, person: usize, words: &str) -> Event {
        let heard = self.hear(person);
        let name = FIVE[person];
        assert!(heard.words().contains(words), "{name} missed “{words}” in: {}", heard.words());
        heard
    }

    /// The lead opens a round of the short preset, and the bot asks the others by itself. Gives how
    /// much the lead heard of it.
    pub fn starts_first_round(&self) -> usize {
        let heard = starts_round(&self.people[0], &self.direct[0], &self.direct[0]);
        (1..FIVE.len()).for_each(|person| drop(self.expect_to_hear(person, "asks how you work")));
        heard
    }

    /// The next thing the bot writes to somebody in private.
    pub fn hear(&self, person: usize) -> Event {
        let wanted = Wanted::any().kind(MESSAGE).from(&user(bot::NAME));
        self.people[person].hears(&self.direct[person], wanted)
    }

    /// The next thing the bot writes in the room that holds these words.
    pub fn hear_in_room(&self, words: &str) -> Event {
        let wanted = Wanted::words(words).kind(MESSAGE).from(&user(bot::NAME));
        self.people[0].hears(&self.room, wanted)
    }

    /// Whatever the bot says is encrypted and bears no warning.
    pub fn assert_trusted(&self) {
        let rooms = self.people.iter().zip(&self.direct);
        for (person, room) in rooms.chain([(&self.people[4], &self.room)]) {
            for event in said_by_bot(&person.saw(room)) {
                assert!(event.encrypted, "in the clear: {}", event.words());
                assert_eq!(event.shield.as_deref(), Some("none"), "beside {}", event.words());
            }
        }
    }
}

/// A lead with the bot in a team's room, and in a conversation with it too.
pub struct Lead<'w> {
    /// The lead.
    pub ann: Person<'w>,
    /// The team's room.
    pub room: String,
    /// The conversation.
    pub direct: String,
    /// The bot.
    pub bot: Bot,
}

impl<'w> Lead<'w> {
    /// The lead makes a room; the bot runs and comes.
    pub fn with_bot(world: &'w World) -> Self {
        Self::with_bot_at(&world.synapse.url(), world)
    }

    /// The same, where the bot has another way to the homeserver.
    pub fn with_bot_at(server: &str, world: &'w World) -> Self {
        let ann = world.person("ann");
        // In version 12 whoever makes a room stands above its power levels, and in none of them.
        let room = ann.creates_room_of_version("12", "Payments", &[bot::NAME]);
        let team = Team { room: &room, lead: "ann", more: "" };
        let mut bot = Bot::sign_in_at(server, world, &[team], "unlimited = true");
        bot.run();
        ann.sees_in(&room, bot::NAME);
        let direct = ann.opens_direct_room(bot::NAME);
        Self { ann, room, direct, bot }
    }

    /// The lead starts a round, which the room reads of.
    pub fn starts_round(&self) {
        starts_round(&self.ann, &self.direct, &self.direct);
        self.hears_in(&self.room, "Open until");
    }

    /// The lead says something to the bot in private, and hears these words.
    pub fn expect(&self, words: &str, answer: &str) -> Event {
        self.ann.says(&self.direct, words);
        self.hears_in(&self.direct, answer)
    }

    /// The next thing the bot writes in a room with these words.
    pub fn hears_in(&self, room: &str, words: &str) -> Event {
        self.ann.hears(room, Wanted::words(words).kind(MESSAGE).from(&user(bot::NAME)))
    }

    /// The team goes on.
    pub fn assert_not_paused(&self) {
        let teams = self.expect("team list", "Try-out");
        assert!(!teams.words().contains("paused"), "{}", teams.words());
    }
}

/// Somebody starts a round of the short preset, and waits until it is open. Where the bot is still
/// to learn who is there, that comes a moment later. Gives how much they heard of it.
pub fn starts_round(person: &Person<'_>, room: &str, direct: &str) -> usize {
    let hears = || {
        let wanted = Wanted::any().kind(MESSAGE).from(&user(bot::NAME));
        person.hears(direct, wanted).words().to_owned()
    };
    let command = if room == direct { "start quick" } else { "!maturity start quick" };
    person.says(room, command);
    let said = hears();
    if said.contains("is open until") {
        return 1;
    }
    assert!(said.contains("is planned"), "{said}");
    let asked = hears();
    assert!(asked.contains("asks how you work"), "{asked}");
    2
}

/// Asks somebody into a room.
pub fn lets_in(person: &Person<'_>, room: &str, who: &str) {
    let path = format!("/_matrix/client/v3/rooms/{room}/invite");
    person.asks("POST", &path, &json!({"user_id": user(who)}));
}

/// What people read of the bot, new versions of what they read before left out.
pub fn said_by_bot(events: &[Event]) -> Vec<Event> {
    let bot = user(bot::NAME);
    let fits = |it: &&Event| it.from == bot && it.kind == MESSAGE && it.replaces.is_none();
    events.iter().filter(fits).cloned().collect()
}
