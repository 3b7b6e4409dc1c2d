//! Whatever happened while the bot or its homeserver was away is made up for, once.

use std::time::Duration;

use serde_json::json;

use crate::bot::{self, Bot, Team};
use crate::scene::{MESSAGE, Scene, said_by_bot, starts_round};
use crate::script::{TEAM, figure_lines, sitting};
use crate::session::{POLL, bank, polls, quick, reports_at_a_terminal, typed_round};
use crate::synapse::{Database, Limits};
use crate::world::{Event, Person, Wanted, World, user};

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

/// How many people answer while the bot is away: each votes twice, which is more than a homeserver
/// sends at once, and in the long form many times that.
fn crowd() -> usize {
    if std::env::var_os("MATURITY_TORTURE_ROUNDS").is_some() { 130 } else { 30 }
}

#[test]
fn torture_everybody_who_answers_while_the_bot_is_away_counts() {
    let names: Vec<String> = (0..crowd()).map(|number| format!("p{number}")).collect();
    let world = World::quick();
    let ann = world.person("ann");
    let wanted = json!({"preset": "public_chat", "invite": [user(bot::NAME)]});
    let room = ann.creates_plain_room(&wanted);
    let path = format!("/_matrix/client/v3/rooms/{room}");
    let crowd: Vec<Person<'_>> = names.iter().map(|name| world.account(name)).collect();
    for person in &crowd {
        person.asks("POST", &format!("{path}/join"), &json!({}));
    }
    // In quiet hours nobody is written to, so that the room is all there is.
    let more = "mode = \"open\"\nquiet = \"00:00-23:59\"";
    let mut bot = Bot::sign_in(&world, &[Team { room: &room, lead: "ann", more }], "");
    bot.run();
    ann.sees_in(&room, bot::NAME);
    let direct = ann.opens_direct_room(bot::NAME);
    starts_round(&ann, &direct, &direct);
    let polls = polls(&ann, &room);
    bot.die();
    for person in &crowd {
        for (number, poll) in polls.iter().take(2).enumerate() {
            let answer = &poll.content[POLL]["answers"][number]["id"];
            let vote = json!({
                "m.relates_to": {"rel_type": "m.reference", "event_id": poll.id},
                "org.matrix.msc3381.poll.response": {"answers": [answer]},
            });
            let path = format!("{path}/send/org.matrix.msc3381.poll.response/{number}");
            person.asks("PUT", &path, &vote);
        }
    }
    ann.says(&direct, "close");
    bot.run();
    let results = Wanted::words("the results of").from(&user(bot::NAME)).within(120_000);
    let summary = ann.hears(&room, results);
    let everybody = format!("{} of {} people answered", crowd.len(), crowd.len() + 1);
    assert!(summary.words().contains(&everybody), "{}", summary.words());
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
