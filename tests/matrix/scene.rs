//! A team of five in an encrypted room with the bot, each in a conversation with it too.

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
    /// much the lead heard of it: where the bot was still to learn who is there, the round opens by
    /// itself a moment later.
    pub fn starts_first_round(&self) -> usize {
        let said = self.say(0, "start quick");
        let at_once = said.words().contains("is open until");
        if !at_once {
            assert!(said.words().contains("is planned"), "{}", said.words());
            self.expect_to_hear(0, "asks how you work");
        }
        (1..FIVE.len()).for_each(|person| drop(self.expect_to_hear(person, "asks how you work")));
        if at_once { 1 } else { 2 }
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

/// What people read of the bot, new versions of what they read before left out.
pub fn said_by_bot(events: &[Event]) -> Vec<Event> {
    let bot = user(bot::NAME);
    let fits = |it: &&Event| it.from == bot && it.kind == MESSAGE && it.replaces.is_none();
    events.iter().filter(fits).cloned().collect()
}
