use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;
use crate::domain::ids::{QuestionId, RoundId, TeamId};
use crate::domain::message::Press;

const ROUND: RoundId = RoundId { team: TeamId(1), number: 1 };

fn answer(key: &str, label: &str) -> Choice {
    let press = Press::Answer(ROUND, QuestionId::from("skills.linux"), key.to_owned());
    Choice { key: key.to_owned(), label: label.to_owned(), press }
}

/// Every text of a block, with the kind of text it is.
fn texts(value: &Value, found: &mut Vec<(String, String)>) {
    if let (Some(kind), Some(text)) = (value["type"].as_str(), value["text"].as_str()) {
        found.push((kind.to_owned(), text.to_owned()));
    }
    match value {
        Value::Object(fields) => fields.values().for_each(|inner| texts(inner, found)),
        Value::Array(items) => items.iter().for_each(|inner| texts(inner, found)),
        _ => {}
    }
}

/// Every element that can be pressed.
fn buttons(blocks: &[Value]) -> Vec<&Value> {
    let rows = blocks.iter().filter(|block| block["type"] == "actions");
    rows.flat_map(|row| row["elements"].as_array().unwrap()).collect()
}

fn keeps_to_the_limits(payload: &Payload) {
    assert!(payload.blocks.len() <= limits::MESSAGE_BLOCKS);
    assert!((1..=limits::FALLBACK_TEXT).contains(&limits::size(&payload.text)));
    for block in &payload.blocks {
        match block["type"].as_str().unwrap() {
            "section" => {
                let text = block["text"]["text"].as_str().unwrap();
                assert!((1..=limits::SECTION_TEXT).contains(&limits::size(text)), "{text}");
            }
            "actions" => {
                assert!((1..=limits::ROW).contains(&block["elements"].as_array().unwrap().len()));
            }
            "divider" | "context" => {}
            other => panic!("{other}"),
        }
    }
    let all = buttons(&payload.blocks);
    let names: BTreeSet<&str> = all.iter().map(|it| it["action_id"].as_str().unwrap()).collect();
    assert_eq!(names.len(), all.len(), "each name is given once");
    let ids = payload.blocks.iter().filter_map(|block| block["block_id"].as_str());
    let ids: Vec<&str> = ids.collect();
    assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), ids.len());
    for button in all {
        let size = |value: &Value| limits::size(value.as_str().unwrap());
        assert!((1..=limits::BUTTON_TEXT).contains(&size(&button["text"]["text"])));
        assert!((1..=limits::BUTTON_VALUE).contains(&size(&button["value"])));
    }
    let mut found = vec![("fallback".to_owned(), payload.text.clone())];
    texts(&Value::from(payload.blocks.clone()), &mut found);
    for (kind, text) in found {
        for sign in ["<!", "<@", "<#"] {
            assert!(!text.contains(sign), "{kind}: {text}");
        }
        if kind != "plain_text" {
            assert!(!text.contains(['<', '>']), "{kind}: {text}");
        }
    }
}

#[test]
fn long_answers_are_listed_above_buttons_with_their_numbers() {
    let long = "Found out why a pod would not start, and told the others how";
    let choices = vec![answer("0", "None so far"), answer("1", long), answer("?", "I don't know")];
    let body = "**What is the hardest task?**".to_owned();
    let payload = message(&Message::Choices { body, choices });
    assert_eq!(payload.blocks[0]["text"]["text"], "*What is the hardest task?*");
    let list = payload.blocks[1]["text"]["text"].as_str().unwrap();
    assert_eq!(list, format!("*0*  None so far\n*1*  {long}"));
    let words: Vec<&str> =
        buttons(&payload.blocks).iter().map(|it| it["text"]["text"].as_str().unwrap()).collect();
    assert_eq!(words, ["0", "1", "I don't know"]);
    keeps_to_the_limits(&payload);
}

#[test]
fn a_button_bears_its_token() {
    let choices = vec![Choice {
        key: "answer".to_owned(),
        label: "Answer".to_owned(),
        press: Press::Ask(ROUND),
    }];
    let payload = message(&Message::Choices { body: "A round is open".to_owned(), choices });
    let all = buttons(&payload.blocks);
    assert_eq!(all[0]["value"], "ask 1.1");
    assert_eq!(all[0]["style"], "primary");
}

#[test]
fn nothing_to_say_is_still_a_message() {
    let payload = message(&Message::Text(" \n".to_owned()));
    assert_eq!((payload.text.as_str(), payload.blocks.len()), ("…", 0));
    keeps_to_the_limits(&payload);
}

#[test]
fn ten_thousand_characters_are_spread_over_sections() {
    let words = "word ".repeat(2000);
    let payload = message(&Message::Text(words.clone()));
    let all: Vec<&str> =
        payload.blocks.iter().map(|it| it["text"]["text"].as_str().unwrap()).collect();
    assert_eq!(all.join(" "), words.trim());
    keeps_to_the_limits(&payload);
}

/// Eight teams of a lead take more blocks than a view may have.
#[test]
fn what_does_not_fit_is_left_out_in_whole_parts_with_a_word_about_it() {
    let part = |number: usize| Section {
        body: format!("**Team {number}**"),
        choices: vec![answer("take", &format!("Take {number}"))],
    };
    let parts: Vec<Section> = (0..50).map(part).collect();
    let all = sections(&parts, limits::VIEW_TEXT, limits::VIEW_BLOCKS, "There is more.");
    assert!(all.len() <= limits::VIEW_BLOCKS);
    for (at, block) in all.iter().enumerate().filter(|(_, it)| it["type"] == "actions") {
        let label = block["elements"][0]["text"]["text"].as_str().unwrap();
        let above = all[at - 1]["text"]["text"].as_str().unwrap();
        assert_eq!(above, format!("*{}*", label.replace("Take", "Team")));
    }
    assert_eq!(buttons(&all).len(), 33, "three blocks each, and a place for the word");
    let last = all.last().unwrap();
    assert_eq!(last["elements"][0]["text"], "There is more.");
    let fitting = sections(&parts[..33], limits::VIEW_TEXT, limits::VIEW_BLOCKS, "There is more.");
    assert_eq!(buttons(&fitting).len(), 33);
    assert!(fitting.iter().all(|block| block["type"] != "context"));
}

#[test]
fn a_long_reply_becomes_several_messages_of_which_the_last_can_be_pressed() {
    let line = |number: usize| format!("- remark {number} {}", "word ".repeat(80).trim_end());
    let lines: Vec<String> = (0..60).map(line).collect();
    let choices = vec![answer("publish", "Publish")];
    let long = Message::Choices { body: lines.join("\n"), choices: choices.clone() };
    let all = parts(&long, 5);
    assert_eq!(all.len(), 4);
    let told: Vec<String> = all.iter().map(Message::body).collect();
    assert_eq!(told.join("\n").lines().collect::<Vec<_>>(), lines, "nothing is lost");
    assert!(all[..3].iter().all(|part| part.choices().is_empty()));
    assert_eq!(all[3].choices(), choices);
    assert_eq!(parts(&long, 2).len(), 2);
    let short = Message::Text("short".to_owned());
    assert_eq!(parts(&short, 5), [short]);
}

/// Words with everything in them that Slack might stumble over.
fn words() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("<!channel> ".to_owned()),
        Just("<@U1> & <b> ".to_owned()),
        Just("**bold** `co<de` ".to_owned()),
        Just("\u{5d0}\u{5d1}\u{5d2} \u{202e}".to_owned()),
        Just("👩‍👩‍👧‍👦".to_owned()),
        Just("\n- ".to_owned()),
        Just("\n\n".to_owned()),
        "[a-z&<>*`]{1,400}",
    ];
    proptest::collection::vec(piece, 0..60)
        .prop_map(|pieces| pieces.concat().chars().take(10_000).collect())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn no_question_breaks_a_limit_or_pings_anybody(
        body in words(),
        labels in proptest::collection::vec(words(), 0..40),
    ) {
        let choices: Vec<Choice> =
            (0..).zip(&labels).map(|(n, label)| answer(&n.to_string(), label)).collect();
        for shown in [
            Message::Text(body.clone()),
            Message::Poll { body: body.clone(), choices: choices.clone() },
            Message::Overview(vec![
                Section { body: body.clone(), choices: choices.clone() },
                Section { body, choices },
            ]),
        ] {
            keeps_to_the_limits(&message(&shown));
        }
    }
}
