//! A team that answers in front of each other: by polls in its room, by signs below them, and with
//! words in a thread.

use serde_json::json;

use crate::bot::{self, Bot, Team};
use crate::scene::{MESSAGE, Scene, starts_round};
use crate::script::{TEAM, figure_lines};
use crate::session::{POLL, polls, reports_at_a_terminal};
use crate::world::{Event, Person, Wanted, World, user};

/// What counts in the end: the answers of the five to the first, second and third question.
const COUNTED: [[usize; 3]; 5] = [[1, 2, 3], [2, 2, 2], [3, 4, 1], [5, 3, 2], [4, 0, 3]];

/// The same said at a terminal.
fn typed() -> Vec<String> {
    let mut lines = Vec::new();
    for (name, answers) in TEAM.iter().zip(COUNTED) {
        lines.push(format!("as {name}"));
        for (number, answer) in (1..).zip(answers) {
            lines.extend([format!("answer {number}"), answer.to_string()]);
        }
    }
    lines
}

fn answer(poll: &Event, number: usize) -> String {
    poll.content[POLL]["answers"][number]["id"].as_str().expect("an id").to_owned()
}

/// Everybody answers in a way of their own.
fn vote(scene: &Scene<'_>, polls: &[Event]) {
    let room = &scene.room;
    for (person, answers) in scene.people.iter().zip(COUNTED) {
        for (poll, number) in polls.iter().zip(answers) {
            let chosen = answer(poll, number);
            match person.name() {
                // Votes with the names of the specification.
                "cem" => drop(person.does(
                    "vote",
                    json!({"room": room, "poll": poll.id, "answers": [chosen], "stable": true}),
                )),
                // Changes their mind, and then spoils a vote, which counts for nothing.
                "dia" => {
                    person.votes(room, &poll.id, &[&answer(poll, 0)]);
                    person.votes(room, &poll.id, &[&chosen]);
                    person.votes(room, &poll.id, &["no such answer"]);
                }
                // Puts signs below the polls, one of them wrong and taken back.
                "eli" => {
                    let wrong = person.reacts(room, &poll.id, "5\u{fe0f}\u{20e3}");
                    person.redacts(room, &wrong);
                    person.reacts(room, &poll.id, &format!("{number}\u{fe0f}\u{20e3}"));
                    person.reacts(room, &poll.id, "👍");
                }
                _ => drop(person.votes(room, &poll.id, &[&chosen])),
            }
        }
    }
}

/// The next poll that the bot ends.
fn ends(person: &Person<'_>, room: &str) -> String {
    let end = Wanted::any().kind("org.matrix.msc3381.poll.end").from(&user(bot::NAME));
    let end = person.hears(room, end);
    end.content["m.relates_to"]["event_id"].as_str().expect("a poll").to_owned()
}

#[test]
fn a_team_that_answers_openly_gets_the_report_of_the_terminal() {
    let world = World::quick();
    let scene = Scene::of_five(&world, "unlimited = true", "mode = \"open\"");
    let (ann, bob) = (&scene.people[0], &scene.people[1]);
    scene.starts_first_round();
    let all = polls(ann, &scene.room);
    let polls = &all[..3];
    assert!(polls.iter().all(|poll| poll.encrypted), "a poll in the clear");
    vote(&scene, polls);

    // A command in a thread is answered in private, with a hint in that thread.
    let root = bob.says(&scene.room, "Who wrote question one?");
    bob.says_in_thread(&scene.room, &root, "!maturity status");
    let hint = Wanted::any().kind(MESSAGE).from(&user(bot::NAME)).thread(&root);
    bob.hears(&scene.room, hint);
    bob.hears(&scene.direct[1], Wanted::words("answered 3 of 8").from(&user(bot::NAME)));

    scene.expect(0, "close", "is closed");
    ann.hears(&scene.room, Wanted::words("the results of").from(&user(bot::NAME)));
    // Each poll ends, so that clients show that nobody can vote any more.
    let mut ended: Vec<String> = all.iter().map(|_| ends(ann, &scene.room)).collect();
    let mut begun: Vec<String> = all.iter().map(|poll| poll.id.clone()).collect();
    ended.sort();
    begun.sort();
    assert_eq!(ended, begun);
    let seen = ann.saw(&scene.room);
    let changed = |it: &Event| it.replaces.as_ref().is_some_and(|of| begun.contains(of));
    assert!(!seen.iter().any(changed), "a poll got other words");
    // After the end a vote counts for nothing.
    bob.votes(&scene.room, &polls[0].id, &[&answer(&polls[0], 5)]);
    let report = scene.say(0, "report").words().to_owned();
    let expected = reports_at_a_terminal(vec![typed()]);
    assert_eq!(figure_lines(&report), figure_lines(&expected[0]), "{report}\n{expected:?}");
}

#[test]
fn where_the_bot_may_begin_no_polls_questions_stand_in_words_and_signs_answer_them() {
    let world = World::quick();
    let ann = world.person("ann");
    let levels = json!({"events": {POLL: 50}, "events_default": 0});
    let wanted = json!({
        "preset": "private_chat",
        "invite": [user(bot::NAME)],
        "power_level_content_override": levels,
    });
    let room = ann.creates_plain_room(&wanted);
    let team = Team { room: &room, lead: "ann", more: "mode = \"open\"" };
    let mut bot = Bot::sign_in(&world, &[team], "unlimited = true");
    bot.run();
    ann.sees_in(&room, bot::NAME);
    let direct = ann.opens_direct_room(bot::NAME);
    starts_round(&ann, &direct, &direct);
    let wanted = Wanted::words("React with a number").kind(MESSAGE).from(&user(bot::NAME));
    let question = ann.hears(&room, wanted);
    ann.reacts(&room, &question.id, "3\u{fe0f}\u{20e3}");
    ann.says(&room, "!maturity status");
    ann.hears(&direct, Wanted::words("answered 1 of 8").from(&user(bot::NAME)));
    ann.says(&direct, "close");
    let over = Wanted::any().kind(MESSAGE).from(&user(bot::NAME)).replaces(&question.id);
    assert!(ann.hears(&room, over).words().contains("Closed"));
}
