//! Whatever happened while the bot or its homeserver was away is made up for, once.

use std::time::Duration;

use crate::bot::{self, Bot};
use crate::scene::{MESSAGE, Scene, said_by_bot};
use crate::script::{TEAM, figure_lines, sitting};
use crate::session::{POLL, bank, polls, quick, reports_at_a_terminal, typed_round};
use crate::synapse::{Database, Limits};
use crate::world::{Event, Wanted, World, user};

/// How often somebody votes while the bot is away: more than a homeserver sends at once after a
/// pause, and in the long form many times that.
fn vote_count() -> usize {
    if std::env::var_os("MATURITY_TORTURE_ROUNDS").is_some() { 130 } else { 60 }
}

/// How often each of the eight questions is answered in words while the bot is away: more than a
/// homeserver sends at once, and in the long form as many as there are votes.
fn turns() -> usize {
    if std::env::var_os("MATURITY_TORTURE_ROUNDS").is_some() { 9 } else { 4 }
}

/// Somebody votes in one poll after the other, and changes their mind again and again; so what
/// holds of the first polls was said long before the bot came back.
fn votes(scene: &Scene<'_>, polls: &[Event]) {
    let bob = &scene.people[1];
    let count = vote_count();
    for vote in 0..count {
        let poll = &polls[vote * polls.len() / count];
        let answer = poll.content[POLL]["answers"][vote % 3]["id"].as_str().expect("an id");
        bob.votes(&scene.room, &poll.id, &[answer]);
    }
}

/// Somebody else says as much in words.
fn says(scene: &Scene<'_>) -> usize {
    let turn = |question: usize| {
        (0..turns()).flat_map(move |turn| [format!("answer {question}"), format!("{}", turn % 5)])
    };
    let lines: Vec<String> = (1..=8).flat_map(turn).collect();
    scene.people[2].says_all(&scene.direct[2], &lines);
    lines.len()
}

#[test]
fn torture_whatever_is_answered_while_the_bot_is_away_counts_and_once() {
    let world = World::quick();
    let mut scene = Scene::of_five(&world, "unlimited = true", "mode = \"open\"");
    scene.starts_first_round();
    let polls = polls(&scene.people[0], &scene.room);
    scene.bot.die();
    votes(&scene, &polls);
    let lines = says(&scene);
    let frank = world.person("frank");
    let waiting = frank.creates_room("Waiting", &[bot::NAME]);
    scene.bot.run();
    frank.sees_in(&waiting, bot::NAME);

    let (bob, cem) = (&scene.people[1], &scene.people[2]);
    let all = || Wanted::words("You have answered 8 of 8").from(&user(bot::NAME)).within(120_000);
    for (person, room) in [(cem, &scene.direct[2]), (bob, &scene.direct[1])] {
        person.says(room, "status");
        person.hears(room, all());
    }
    // One answer to each line, and the questions before and the status after.
    let told = said_by_bot(&cem.saw(&scene.direct[2]));
    assert_eq!(told.len(), lines + 2);
    let saved = told.iter().filter(|it| it.words().contains(" of 8): ")).count();
    assert_eq!(saved, lines / 2);
}

#[test]
fn what_was_answered_before_the_round_was_closed_counts() {
    let world = World::quick();
    let mut scene = Scene::of_five(&world, "unlimited = true", "");
    scene.starts_first_round();
    scene.bot.die();
    let bank = bank();
    let asked = quick(&bank);
    // The lead has one thing to say, and the others have many.
    let sitters = 1..4;
    for person in sitters.clone() {
        let lines = [vec!["answer".to_owned()], sitting(&asked, person, 0).lines].concat();
        scene.people[person].says_all(&scene.direct[person], &lines);
    }
    scene.people[0].says(&scene.direct[0], "close");
    scene.bot.run();
    for person in sitters.clone() {
        for line in 0..=sitting(&asked, person, 0).lines.len() {
            let heard = scene.hear(person).words().to_owned();
            assert!(!heard.contains("not counted"), "line {line} of {person}: {heard}");
        }
    }
    scene.expect_to_hear(0, "is closed");
    let report = scene.say(0, "report").words().to_owned();
    let speaks = |person: usize| format!("as {}", TEAM[person]);
    let typed = typed_round(&bank, 0, false).into_iter();
    let typed = typed.skip_while(|line| *line != speaks(sitters.start));
    let typed = typed.take_while(|line| *line != speaks(sitters.end)).collect();
    let expected = reports_at_a_terminal(vec![typed]);
    assert_eq!(figure_lines(&report), figure_lines(&expected[0]), "{report}");
}

/// The long form leaves it away for a minute.
#[test]
fn torture_a_homeserver_that_goes_and_comes_back_costs_nothing() {
    let world = World::new(Database::File, Limits::None);
    let ann = world.person("ann");
    let mut bot = Bot::sign_in(&world, &[], "unlimited = true");
    bot.run();
    let room = ann.opens_direct_room(bot::NAME);
    let reply = || Wanted::any().kind(MESSAGE).from(&user(bot::NAME)).within(60_000);
    ann.says(&room, "help");
    ann.hears(&room, reply());
    world.synapse.stop();
    if std::env::var_os("MATURITY_TORTURE_ROUNDS").is_some() {
        std::thread::park_timeout(Duration::from_secs(60));
    }
    world.synapse.start_again();
    ann.says(&room, "status");
    ann.hears(&room, reply());
    assert_eq!(said_by_bot(&ann.saw(&room)).len(), 2);
}
