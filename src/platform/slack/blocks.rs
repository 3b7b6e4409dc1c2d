//! The blocks that messages and views are built of ("Block Kit: blocks").

use serde_json::{Value, json};

use super::limits;
use super::mrkdwn;
use crate::domain::command::{Command, parse};
use crate::domain::message::{Choice, Press};

/// Text without format.
#[must_use]
pub fn plain(text: &str, most: usize) -> Value {
    json!({ "type": "plain_text", "text": plain_words(text, most), "emoji": true })
}

/// Words that nobody formats. A sign that would begin a mention elsewhere is broken, to be sure.
#[must_use]
pub fn plain_words(text: &str, most: usize) -> String {
    let text = ["!", "@", "#"].iter().fold(text.trim().to_owned(), |text, sign| {
        text.replace(&format!("<{sign}"), &format!("<\u{2060}{sign}"))
    });
    if text.is_empty() { "…".to_owned() } else { limits::cut(&text, most) }
}

/// Text that is `mrkdwn` already. Slack is told to find no names or links of its own in it.
fn formatted(text: &str) -> Value {
    json!({ "type": "mrkdwn", "text": text, "verbatim": true })
}

/// Markdown as sections, as many as it takes, with at most `most` bytes.
#[must_use]
pub fn prose(markdown: &str, most: usize) -> Vec<Value> {
    let text = limits::cut_bytes(&mrkdwn::from_markdown(markdown), most);
    let section = |piece: String| json!({ "type": "section", "text": formatted(&piece) });
    limits::split(&text, limits::SECTION_TEXT).into_iter().map(section).collect()
}

/// Small print.
#[must_use]
pub fn small_print(markdown: &str) -> Value {
    let text = limits::cut(&mrkdwn::from_markdown(markdown.trim()), limits::INPUT_TEXT);
    json!({ "type": "context", "elements": [formatted(&text)] })
}

/// A line across.
#[must_use]
pub fn divider() -> Value {
    json!({ "type": "divider" })
}

/// A label longer than this is read better in a list than on a button among others.
const COMFORTABLE: usize = 30;

/// Things to press as rows of buttons, with a list above of answers too long for a button.
///
/// `from` counts what can be pressed above, so that every name is given once in a message.
#[must_use]
pub fn choices(choices: &[Choice], from: usize) -> Vec<Value> {
    let is_answer = |choice: &Choice| matches!(choice.press, Press::Answer(..));
    let long = choices.iter().any(|it| is_answer(it) && limits::size(&it.label) > COMFORTABLE);
    let listed = |choice: &Choice| long && is_answer(choice) && numbered(&choice.key);
    let line = |choice: &Choice| {
        format!("*{}*  {}", mrkdwn::escape(&choice.key), mrkdwn::escape(&choice.label))
    };
    let lines: Vec<String> = choices.iter().filter(|it| listed(it)).map(line).collect();
    let list = limits::split(&lines.join("\n"), limits::SECTION_TEXT);
    let mut blocks: Vec<Value> =
        list.iter().map(|piece| json!({ "type": "section", "text": formatted(piece) })).collect();
    let buttons: Vec<Value> = (from..)
        .zip(choices)
        .filter(|(_, choice)| limits::size(&choice.press.token()) <= limits::BUTTON_VALUE)
        .map(|(at, choice)| {
            let words = if listed(choice) { &choice.key } else { &choice.label };
            button(words, choice, at, at == from)
        })
        .collect();
    for (row, buttons) in buttons.chunks(limits::ROW).enumerate() {
        let name = format!("choices-{from}-{row}");
        blocks.push(json!({ "type": "actions", "block_id": name, "elements": buttons }));
    }
    blocks
}

/// Things to press beside what a form is sent with, none of them more eye-catching than that.
#[must_use]
pub fn side_choices(side: &[Choice]) -> Vec<Value> {
    let mut blocks = choices(side, 0);
    let elements = blocks.iter_mut().filter_map(|block| block.get_mut("elements")?.as_array_mut());
    for button in elements.flatten().filter_map(Value::as_object_mut) {
        button.remove("style");
    }
    blocks
}

/// Whether a key is a number that can stand for its label.
fn numbered(key: &str) -> bool {
    !key.is_empty() && key.chars().all(|c| c.is_ascii_digit())
}

/// Whether a button is the one most people look for: the way to the questions, or the first among
/// the ways to start a round.
fn is_primary(press: &Press, first: bool) -> bool {
    match press {
        Press::Ask(_) | Press::Page(..) => true,
        Press::Tell(_, words) => first && matches!(parse(words), Ok(Command::Start(_))),
        Press::Answer(..) | Press::Say(_) => false,
    }
}

fn button(words: &str, choice: &Choice, at: usize, first: bool) -> Value {
    let mut button = json!({
        "type": "button",
        "action_id": format!("press-{at}"),
        "text": plain(words, limits::BUTTON_TEXT),
        "value": choice.press.token(),
    });
    if is_primary(&choice.press, first) {
        button["style"] = "primary".into();
    }
    button
}
