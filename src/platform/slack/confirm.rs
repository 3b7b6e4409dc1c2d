//! A question before a press that nobody should make by a slip ("Confirmation dialog object").

use serde_json::{Value, json};

use super::blocks::plain;
use super::commands::bare;
use super::limits;
use crate::domain::command::{Weighty, parse};
use crate::domain::message::Press;
use crate::text::Text;
use crate::text::words::SlackConfirm;

/// Puts the question on each button among these blocks that needs one.
pub fn ask_first(blocks: &mut [Value], text: &Text) {
    let elements = blocks.iter_mut().filter_map(|block| block.get_mut("elements")?.as_array_mut());
    for element in elements.flatten() {
        if let Some(weighty) = element["value"].as_str().and_then(weighty) {
            element["confirm"] = question(weighty, text);
        }
    }
}

/// What of weight pressing a button with this token does.
fn weighty(token: &str) -> Option<Weighty> {
    match Press::read(token)? {
        Press::Say(words) | Press::Tell(_, words) => parse(bare(&words)).ok()?.weighty(),
        Press::Answer(..) | Press::Ask(_) | Press::Page(..) => None,
    }
}

fn question(weighty: Weighty, text: &Text) -> Value {
    let say = |part| text.say(&SlackConfirm { what: weighty.name(), part });
    json!({
        "title": plain(&say("title"), limits::CONFIRM_TITLE),
        "text": plain(&say("text"), limits::CONFIRM_TEXT),
        "confirm": plain(&say("yes"), limits::CONFIRM_BUTTON),
        "deny": plain(&say("no"), limits::CONFIRM_BUTTON),
        "style": if weighty.ends_something() { "danger" } else { "primary" },
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::TeamId;
    use crate::domain::message::Choice;
    use crate::platform::slack::blocks::choices;

    fn buttons(words: &[&str]) -> Vec<Value> {
        let choice = |words: &&str| Choice {
            key: (*words).to_owned(),
            label: (*words).to_owned(),
            press: Press::Tell(TeamId(1), (*words).to_owned()),
        };
        let mut blocks = choices(&words.iter().map(choice).collect::<Vec<_>>(), 0);
        ask_first(&mut blocks, &Text::embedded());
        blocks[0]["elements"].as_array().unwrap().clone()
    }

    #[test]
    fn only_what_weighs_something_is_asked_about() {
        let found = buttons(&["close", "publish", "action dismiss skills.a.b", "snooze 1 day"]);
        let asked: Vec<bool> = found.iter().map(|it| it["confirm"].is_object()).collect();
        assert_eq!(asked, [true, true, true, false]);
        assert_eq!(found[0]["confirm"]["title"]["text"], "Close the round?");
        assert_eq!([0, 1].map(|at| &found[at]["confirm"]["style"]), ["danger", "primary"]);
    }

    #[test]
    fn every_question_is_said_in_full() {
        for weighty in Weighty::ALL {
            let asked = question(weighty, &Text::embedded());
            for part in ["title", "text", "confirm", "deny"] {
                let words = asked[part]["text"].as_str().unwrap();
                assert!(!words.ends_with('…'), "{part} of {weighty:?}: {words}");
            }
        }
    }
}
