//! Every shape of message and view that the bot sends, filled with sample words, for Slack itself
//! to judge (`blocks.validate`).

use serde_json::{Value, json};

use super::confirm;
use super::home;
use super::modals::{self, Frame, Luggage};
use super::translate;
use crate::domain::ids::{QuestionId, RoundId, TeamId};
use crate::domain::message::{
    Choice, Entry, Field, Form, Input, Message, Picture, PictureKind, Press, Section,
};
use crate::text::Text;

/// A sample of each shape: what it is, the argument of `blocks.validate`, and the payload.
#[must_use]
pub fn all() -> Vec<(&'static str, &'static str, Value)> {
    let [title, close, more] = ["Maturity", "Close", "…"].map(ToOwned::to_owned);
    let frame = Frame { title, close, more };
    let text = Text::embedded();
    let message = |shown: &Message| {
        let mut blocks = translate::message(shown).blocks;
        confirm::ask_first(&mut blocks, &text);
        json!({ "blocks": blocks })
    };
    let modal = |shown: &Message| modals::view(shown, &frame, Luggage::default());
    let form = Message::Form(form());
    let overview = Message::Overview(vec![
        Section { body: "**Payments**\n- level 2".to_owned(), choices: choices() },
        Section { body: LONG.repeat(40), choices: choices() },
    ]);
    vec![
        ("words", "message", message(&Message::Text(LONG.repeat(80)))),
        ("a question", "message", message(&question())),
        ("a poll", "message", message(&poll())),
        ("words beside a chart", "message", message(&picture())),
        ("an overview in words", "message", message(&overview)),
        ("a form", "view", modal(&form)),
        ("words in a modal", "view", modal(&question())),
        ("the home view", "view", home::view(&overview, "…")),
    ]
}

const LONG: &str = "A platform part that you do not know fails & `kubectl` says <nothing>. ";

const ROUND: RoundId = RoundId { team: TeamId(1), number: 1 };

fn choice(key: &str, label: &str, press: Press) -> Choice {
    Choice { key: key.to_owned(), label: label.to_owned(), press }
}

/// Something of every kind to press.
fn choices() -> Vec<Choice> {
    let answer = |key: &str, label: &str| {
        let question = QuestionId::from("skills.linux");
        choice(key, label, Press::Answer(ROUND, question, key.to_owned()))
    };
    vec![
        answer("0", "None so far"),
        answer("1", LONG),
        answer("?", "I don't know"),
        choice("answer", "Answer", Press::Ask(ROUND)),
        choice("next", "Next page", Press::Page(ROUND, 1)),
        choice("go on", "Go on", Press::Say("go on".to_owned())),
        choice("start", "Start a round", Press::Tell(TeamId(1), "start quick".to_owned())),
        choice("close", "Close the round", Press::Tell(TeamId(1), "close".to_owned())),
    ]
}

fn question() -> Message {
    Message::Choices { body: format!("**1 of 8**\n{LONG}"), choices: choices() }
}

fn poll() -> Message {
    Message::Poll { body: LONG.to_owned(), choices: choices() }
}

fn picture() -> Message {
    Message::Picture {
        body: LONG.to_owned(),
        alt: "Four pillars".to_owned(),
        picture: Picture { team: TeamId(1), round: 1, kind: PictureKind::Profile },
        choices: choices(),
    }
}

/// A form with every kind of field.
fn form() -> Form {
    let entries = |count: usize| -> Vec<Entry> {
        let entry = |value: usize| Entry { value: value.to_string(), label: LONG.repeat(value) };
        (1..=count).map(entry).collect()
    };
    let field = |name: &str, input: Input, value: &str| Field {
        name: name.to_owned(),
        label: LONG.to_owned(),
        help: LONG.to_owned(),
        value: value.to_owned(),
        input,
        optional: true,
        error: Some("This is wrong.".to_owned()),
    };
    Form {
        name: "sample".to_owned(),
        title: "Questions 1 to 5 of 8".to_owned(),
        body: LONG.to_owned(),
        fields: vec![
            field("line", Input::Line, "words"),
            field("paragraph", Input::Paragraph(500), ""),
            field("one", Input::One(entries(6)), "2"),
            field("menu", Input::One(entries(12)), "2"),
            field("many", Input::Many(entries(6)), "1 3"),
            field("menus", Input::Many(entries(12)), "1 3"),
            field("people", Input::People, ""),
        ],
        submit: "Send".to_owned(),
        choices: choices(),
    }
}
