//! On a homeserver with the limits that nobody configured: ten messages at once, then one in five
//! seconds.

use std::time::Duration;

use crate::bot::{self, Bot};
use crate::gate::Gate;
use crate::scene::{MESSAGE, said_by_bot};
use crate::synapse::{Database, Limits};
use crate::world::{Wanted, World, user};

/// Questions at once: more than the bot may answer at once. The long form asks forty.
const QUESTIONS: usize = 11;
/// No more than one person may ask at once.
const EACH: usize = 8;

#[test]
fn torture_under_the_usual_limits_everything_is_said_in_the_end_and_once() {
    let wished = std::env::var_os("MATURITY_TORTURE_ROUNDS").map(|_| 40);
    let questions: usize = wished.unwrap_or(QUESTIONS);
    let world = World::new(Database::Memory, Limits::Default);
    let names = ["ann", "bob", "cem", "dia", "eli"];
    let people: Vec<_> =
        names[..questions.div_ceil(EACH)].iter().map(|it| world.person(it)).collect();
    let gate = Gate::before(&world.synapse.url());
    let mut bot = Bot::sign_in_at(&gate.url(), &world, &[], "");
    bot.run();
    let rooms: Vec<String> = people.iter().map(|it| it.opens_direct_room(bot::NAME)).collect();
    let asked = |person: usize| EACH.min(questions - person * EACH);
    for (person, room) in rooms.iter().enumerate() {
        people[person].says_all(room, &vec!["help".to_owned(); asked(person)]);
    }
    // It still listens while it waits for its turn to speak: it comes where it is called.
    let frank = world.person("frank");
    let room = frank.creates_room("Meanwhile", &[bot::NAME]);
    frank.sees_in_within(&room, bot::NAME, 60_000);
    for (person, room) in rooms.iter().enumerate() {
        for _ in 0..asked(person) {
            let reply = Wanted::any().kind(MESSAGE).from(&user(bot::NAME)).within(300_000);
            people[person].hears(room, reply);
        }
    }
    for (person, room) in rooms.iter().enumerate() {
        assert_eq!(said_by_bot(&people[person].saw(room)).len(), asked(person));
    }
    let absence = gate.longest_absence();
    println!("the longest time it did not listen: {absence:?}");
    // How long the disk takes is told only by a machine that does nothing else.
    if wished.is_some() {
        assert!(absence < Duration::from_secs(1), "it did not listen for {absence:?}");
    }
}
