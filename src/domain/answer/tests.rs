use rstest::rstest;

use super::*;
use crate::domain::level::{Dimension, Pillar};

fn asking(kind: Kind) -> Question {
    Question {
        id: "skills.asked".into(),
        version: 1,
        topic: "skills.topic".into(),
        pillar: Pillar::Skills,
        dimension: Dimension::Personal,
        kind,
        weight: 1,
        text: "How?".to_owned(),
        why: "Because.".to_owned(),
    }
}

fn level() -> Question {
    let options = [
        "None so far",
        "I restart it",
        "I ask",
        "Namespaces",
        "Namespaces, and rights",
        "No one’s",
    ];
    asking(Kind::Level(options.map(str::to_owned).to_vec()))
}

fn checklist() -> Question {
    asking(Kind::Checklist(["one", "two", "three"].map(str::to_owned).to_vec()))
}

#[rstest]
#[case("0", Ok(Value::Level(0)))]
#[case(" 5. ", Ok(Value::Level(5)))]
#[case("6", Err(Misread::OutOfRange { highest: 5 }))]
#[case("-1", Err(Misread::OutOfRange { highest: 5 }))]
#[case("2.5", Err(Misread::Unknown))]
#[case("99999999999999999999", Err(Misread::OutOfRange { highest: 5 }))]
#[case("NONE so", Ok(Value::Level(0)))]
#[case("i", Err(Misread::Ambiguous(vec![1, 2])))]
#[case("I ask", Ok(Value::Level(2)))]
#[case("namespaces", Ok(Value::Level(3)))]
#[case("namespaces and", Ok(Value::Level(4)))]
#[case("no one's", Ok(Value::Level(5)))]
#[case("non", Err(Misread::Unknown))]
#[case("I ask you to stop", Err(Misread::Unknown))]
#[case("…", Err(Misread::Unknown))]
#[case("  ", Err(Misread::Empty))]
#[case("?", Ok(Value::DontKnow))]
#[case("Don’t know", Ok(Value::DontKnow))]
#[case("don't know!", Ok(Value::DontKnow))]
#[case("dont know", Ok(Value::DontKnow))]
#[case("IDK", Ok(Value::DontKnow))]
#[case("idk what this is", Err(Misread::Unknown))]
fn a_level_is_read_by_number_or_first_words(
    #[case] reply: &str,
    #[case] read_as: Result<Value, Misread>,
) {
    assert_eq!(read(reply, &level()), read_as);
}

#[rstest]
#[case("Yes", Ok(Value::YesNo(YesNo::Yes)))]
#[case("y", Ok(Value::YesNo(YesNo::Yes)))]
#[case("part", Ok(Value::YesNo(YesNo::Partly)))]
#[case("partly.", Ok(Value::YesNo(YesNo::Partly)))]
#[case("N", Ok(Value::YesNo(YesNo::No)))]
#[case("no", Ok(Value::YesNo(YesNo::No)))]
#[case("no problem", Err(Misread::Unknown))]
#[case("yes?", Err(Misread::Unknown))]
#[case("?", Ok(Value::DontKnow))]
#[case("0", Err(Misread::Unknown))]
fn yes_partly_and_no_are_read(#[case] reply: &str, #[case] read_as: Result<Value, Misread>) {
    assert_eq!(read(reply, &asking(Kind::YesNo)), read_as);
}

#[rstest]
#[case("0,2", Ok(Value::Checklist(vec![0, 2])))]
#[case("2 0", Ok(Value::Checklist(vec![0, 2])))]
#[case("1, 1", Ok(Value::Checklist(vec![1])))]
#[case("None", Ok(Value::Checklist(vec![])))]
#[case(",", Err(Misread::Empty))]
#[case("0,3", Err(Misread::OutOfRange { highest: 2 }))]
#[case("0 and 2", Err(Misread::Unknown))]
#[case("idk", Ok(Value::DontKnow))]
fn a_checklist_is_read_as_a_set(#[case] reply: &str, #[case] read_as: Result<Value, Misread>) {
    assert_eq!(read(reply, &checklist()), read_as);
}

#[test]
fn a_text_is_words_of_bounded_length() {
    let text = asking(Kind::Text);
    assert_eq!(read("  Upgrade it. ", &text), Ok(Value::Text("Upgrade it.".to_owned())));
    assert_eq!(read("?", &text), Err(Misread::Empty));
    assert_eq!(read("", &text), Err(Misread::Empty));
    assert!(read(&"é".repeat(1_000), &text).is_ok());
    assert_eq!(read(&"é".repeat(1_001), &text), Err(Misread::TooLong { characters: 1_001 }));
}

#[test]
fn scores_run_from_zero_to_five_and_dont_know_has_none() {
    assert_eq!(Value::Level(3).score(&level()), Some(3.0));
    assert_eq!(Value::YesNo(YesNo::Partly).score(&asking(Kind::YesNo)), Some(2.5));
    assert_eq!(Value::checklist([2, 0, 2]).score(&checklist()), Some(10.0 / 3.0));
    assert_eq!(Value::checklist([]).score(&checklist()), Some(0.0));
    assert_eq!(Value::DontKnow.score(&level()), None);
    assert_eq!(Value::Text("words".to_owned()).score(&asking(Kind::Text)), None);
}

#[test]
fn a_value_of_another_kind_or_range_does_not_fit() {
    assert!(!Value::Level(6).fits(&level()));
    assert!(!Value::Level(1).fits(&asking(Kind::YesNo)));
    assert!(!Value::Checklist(vec![3]).fits(&checklist()));
    assert!(!Value::Checklist(vec![1, 1]).fits(&checklist()));
    assert!(!Value::DontKnow.fits(&asking(Kind::Text)));
    assert_eq!(Value::Level(6).score(&level()), None);
}
