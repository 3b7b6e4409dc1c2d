//! What a team of five says in two rounds, in encrypted rooms and at a terminal.

use maturity_bot::domain::bank::{Bank, Kind, Question};
use maturity_bot::text::content::Content;

use crate::scene::{FIVE, Scene};
use crate::script::{TEAM, questions, sitting};
use crate::terminal::play;
use crate::world::{Event, Person, Wanted};

/// The type of a poll, as clients know it.
pub const POLL: &str = "org.matrix.msc3381.poll.start";

/// What somebody said in private, and what came back.
pub struct Exchange {
    /// The event.
    pub event: String,
    /// The words that came back.
    pub reply: String,
}

/// The questions and actions that come with the bot.
pub fn bank() -> Bank {
    Content::embedded().expect("the built-in content is sound").bank
}

/// The questions of the short preset.
pub fn quick(bank: &Bank) -> Vec<&Question> {
    let ids = [
        "skills.kubernetes",
        "skills.spread",
        "structure.platform-owner",
        "structure.find-contact",
        "tooling.metrics",
        "tooling.access-rights",
        "processes.rollback",
        "processes.node-failure",
    ];
    questions(bank, Some(&ids))
}

/// A number that stands for an option of a question.
struct Choice<'a> {
    question: &'a str,
    number: usize,
    words: &'a str,
}

/// The option that a number stands for, if the question just shown has levels.
fn option<'a>(asked: &[&'a Question], line: &str, shown: &str) -> Option<Choice<'a>> {
    let number: usize = line.parse().ok()?;
    let question = asked.iter().find(|it| shown.contains(it.text.as_str()))?;
    let Kind::Level(options) = &question.kind else { return None };
    let words = options.get(number)?;
    Some(Choice { question: &question.text, number, words })
}

/// Each has a way of their own: Cem writes words for numbers, and Dia votes.
fn answers(scene: &Scene<'_>, person: usize, line: &str, chosen: Option<&Choice<'_>>) -> String {
    let (human, room) = (&scene.people[person], &scene.direct[person]);
    match (person, chosen) {
        (2, Some(choice)) => human.says(room, choice.words),
        (3, Some(choice)) => {
            let seen = human.saw(room);
            let asks = |it: &&Event| it.content[POLL].to_string().contains(choice.question);
            let poll = seen.iter().rfind(asks).expect("a poll beside the question");
            let answer = &poll.content[POLL]["answers"][choice.number]["id"];
            let answer = answer.as_str().expect("an id");
            human.votes(room, &poll.id, &[answer])
        }
        _ => human.says(room, line),
    }
}

/// All that a person says in a round.
pub fn sit(scene: &Scene<'_>, bank: &Bank, person: usize, shift: usize) -> Vec<Exchange> {
    let asked = quick(bank);
    let mut shown = scene.say(person, "answer").words().to_owned();
    let mut exchanges = Vec::new();
    for line in sitting(&asked, person, shift).lines {
        let event = answers(scene, person, &line, option(&asked, &line, &shown).as_ref());
        let reply = scene.hear(person).words().to_owned();
        shown.clone_from(&reply);
        exchanges.push(Exchange { event, reply });
    }
    exchanges
}

/// The event that brought the reply with these words.
fn event_of<'a>(exchanges: &'a [Exchange], words: &str) -> &'a str {
    let found = exchanges.iter().rfind(|it| it.reply.contains(words));
    &found.expect("such a reply").event
}

/// A round of all five. In it Bob changes a message in place, and Eli takes one back.
pub fn play_round(scene: &Scene<'_>, bank: &Bank, shift: usize) -> Vec<Exchange> {
    let mut all = Vec::new();
    for person in 0..FIVE.len() {
        let said = sit(scene, bank, person, shift);
        let (human, room) = (&scene.people[person], &scene.direct[person]);
        if person == 1 {
            human.edits(room, event_of(&said, "Saved (4 of 8)"), "5");
            scene.expect_to_hear(person, "was changed");
        }
        if person == 4 {
            human.redacts(room, event_of(&said, "All 8 answered"));
            scene.expect_to_hear(person, "was taken back");
        }
        all.extend(said);
    }
    all
}

/// The lines of a round at a terminal, which knows no changed messages: with `changes`, what Bob
/// and Eli do above is said in words.
pub fn typed_round(bank: &Bank, shift: usize, changes: bool) -> Vec<String> {
    let asked = quick(bank);
    let mut lines = Vec::new();
    for (person, name) in TEAM.iter().enumerate() {
        lines.extend([format!("as {name}"), "answer".to_owned()]);
        lines.extend(sitting(&asked, person, shift).lines);
        match person {
            1 if changes => lines.extend(["answer 4", "5"].map(ToOwned::to_owned)),
            4 if changes => lines.push("undo".to_owned()),
            _ => {}
        }
    }
    lines
}

/// Rounds at a terminal; gives the report after each.
pub fn reports_at_a_terminal(rounds: Vec<Vec<String>>) -> Vec<String> {
    let folder = tempfile::tempdir().expect("a folder");
    let mut lines: Vec<String> = TEAM.iter().map(|name| format!("as {name}")).collect();
    for round in rounds {
        lines.extend(["as Ann", "/maturity start quick"].map(ToOwned::to_owned));
        lines.extend(round);
        lines.extend(["as Ann", "/maturity close", "/maturity report"].map(ToOwned::to_owned));
    }
    let replies = play(folder.path(), &lines, |_| false).replies;
    let asked = lines.iter().zip(replies).filter(|(line, _)| *line == "/maturity report");
    asked.map(|(_, reply)| reply).collect()
}

/// The polls of an open round as the room shows them, in the order of their questions.
pub fn polls(person: &Person<'_>, room: &str) -> Vec<Event> {
    let hear = |_| person.hears(room, Wanted::any().kind(POLL));
    let all: Vec<Event> = (0..8).map(hear).collect();
    let of = |text: &str| all.iter().find(|it| it.content[POLL].to_string().contains(text));
    quick(&bank()).iter().map(|it| of(&it.text).expect("a poll of each").clone()).collect()
}
