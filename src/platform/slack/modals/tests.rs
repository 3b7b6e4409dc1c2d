use proptest::prelude::*;
use rstest::rstest;

use super::*;
use crate::domain::ids::{RoundId, TeamId};
use crate::domain::message::{Choice, Press};

fn frame() -> Frame {
    let [title, close, more] = ["Maturity", "Close", "…"].map(ToOwned::to_owned);
    Frame { title, close, more }
}

fn entry(value: &str, label: &str) -> Entry {
    Entry { value: value.to_owned(), label: label.to_owned() }
}

fn field(name: &str, input: Input, value: &str) -> Field {
    Field {
        name: name.to_owned(),
        label: "How far?".to_owned(),
        help: "Why we ask".to_owned(),
        value: value.to_owned(),
        input,
        optional: true,
        error: None,
    }
}

fn form(fields: Vec<Field>) -> Form {
    let back = Choice {
        key: "back".to_owned(),
        label: "Back".to_owned(),
        press: Press::Page(RoundId { team: TeamId(1), number: 1 }, 0),
    };
    Form {
        name: "page 1.1 1".to_owned(),
        title: "Questions 6 to 8 of 8, and more".to_owned(),
        body: "Two of eight are answered.".to_owned(),
        fields,
        submit: "Send".to_owned(),
        choices: vec![back],
    }
}

fn shown(fields: Vec<Field>) -> Value {
    let luggage = Luggage { place: Some("slack:C1".into()), ..Luggage::default() };
    view(&Message::Form(form(fields)), &frame(), luggage)
}

/// The input blocks of a view.
fn inputs(view: &Value) -> Vec<&Value> {
    view["blocks"].as_array().unwrap().iter().filter(|it| it["type"] == "input").collect()
}

#[test]
fn a_form_carries_its_name_and_place_along() {
    let view = shown(vec![field("skills.linux", Input::Line, "two")]);
    let luggage = Luggage::of(&view);
    assert_eq!(luggage.form, "page 1.1 1");
    assert_eq!(luggage.place, Some("slack:C1".into()));
    let untouched = BTreeMap::from([("skills.linux".to_owned(), "two".to_owned())]);
    assert_eq!(luggage.was, digest(&untouched));
    assert_eq!(view["submit"]["text"], "Send");
    assert_eq!(view["title"]["text"], "Questions 6 to 8 of 8,…");
}

#[test]
fn words_can_be_read_and_pressed_but_not_sent() {
    let view = view(&Message::Text("Thank you".to_owned()), &frame(), Luggage::default());
    assert_eq!(view["title"]["text"], "Maturity");
    assert_eq!(view.get("submit"), None);
    assert_eq!(view["blocks"][0]["text"]["text"], "Thank you");
}

#[rstest]
#[case(3, false, "radio_buttons")]
#[case(10, false, "radio_buttons")]
#[case(11, false, "static_select")]
#[case(4, true, "checkboxes")]
#[case(11, true, "multi_static_select")]
fn few_options_stand_open_and_many_in_a_menu(
    #[case] count: usize,
    #[case] many: bool,
    #[case] kind: &str,
) {
    let entries: Vec<Entry> = (0..count).map(|it| entry(&it.to_string(), "x")).collect();
    let input = if many { Input::Many(entries) } else { Input::One(entries) };
    let view = shown(vec![field("a", input, "1")]);
    let element = &inputs(&view)[0]["element"];
    assert_eq!(element["type"], kind);
    let chosen = if many { &element["initial_options"][0] } else { &element["initial_option"] };
    assert_eq!(*chosen, element["options"][1], "what was answered before is chosen");
}

#[test]
fn an_anchor_is_shown_whole_however_long_it_is() {
    let middle = "Found out why a pod would not start, wrote down how, and told the others";
    let longer = format!("{middle}, who then found out on their own why another one did not");
    let view = shown(vec![field("a", Input::One(vec![entry("0", &longer)]), "")]);
    let option = &inputs(&view)[0]["element"]["options"][0];
    let text = |name: &str| match name {
        "text" => option["text"]["text"].as_str().unwrap(),
        _ => option["description"]["text"].as_str().unwrap(),
    };
    assert_eq!(format!("{} {}", text("text"), text("description")), longer);

    let longest = format!("{longer}, {longer}");
    let view = shown(vec![field("a", Input::One(vec![entry("0", &longest)]), "")]);
    let all = view["blocks"].to_string();
    assert!(all.contains(&format!("1  {longest}")), "{all}");
    let option = &inputs(&view)[0]["element"]["options"][0];
    assert!(option["text"]["text"].as_str().unwrap().starts_with("1  Found out"));
}

#[test]
fn the_reason_stands_below_its_own_question_and_ends_at_a_word() {
    let long =
        Field { help: "why ".repeat(600), ..field("a", Input::One(vec![entry("0", "x")]), "") };
    let none = Field { help: " ".to_owned(), ..field("b", Input::Line, "") };
    let view = shown(vec![field("c", Input::Many(vec![entry("0", "x")]), ""), long, none]);
    let found = inputs(&view);
    assert_eq!(found[0]["hint"]["text"], "Why we ask");
    let hint = found[1]["hint"]["text"].as_str().unwrap();
    assert!(hint.ends_with("why…") && limits::size(hint) <= limits::INPUT_TEXT, "{hint}");
    assert_eq!(found[2].get("hint"), None);
    assert!(!view["blocks"].to_string().contains("context"), "nothing stands above a question");
}

#[test]
fn only_what_sends_a_form_catches_the_eye() {
    let view = shown(vec![field("a", Input::Line, "")]);
    let back = view["blocks"].as_array().unwrap().last().unwrap()["elements"][0].clone();
    assert_eq!((back["text"]["text"].as_str(), back.get("style")), (Some("Back"), None));
}

#[rstest]
#[case("", 500)]
#[case("short", 500)]
#[case(&"x".repeat(700), 700)]
fn a_paragraph_ends_where_it_may_and_shows_what_it_holds(#[case] held: &str, #[case] most: usize) {
    let view = shown(vec![field("a", Input::Paragraph(500), held), field("b", Input::Line, "")]);
    let elements: Vec<&Value> = inputs(&view).into_iter().map(|it| &it["element"]).collect();
    assert_eq!(
        (&elements[0]["max_length"], &elements[0]["multiline"]),
        (&most.into(), &true.into())
    );
    assert_eq!(elements[0]["initial_value"].as_str().unwrap_or_default(), held);
    assert_eq!(elements[1].get("max_length"), None);
}

#[test]
fn what_was_filled_in_comes_back_by_field() {
    let view = serde_json::json!({ "state": { "values": {
        "a": { "value": { "type": "radio_buttons", "selected_option": { "value": "3" } } },
        "b": { "value": { "type": "radio_buttons", "selected_option": null } },
        "c": { "value": { "type": "plain_text_input", "value": "two words" } },
        "d": { "value": { "type": "plain_text_input", "value": null } },
        "e": { "value": { "type": "checkboxes",
            "selected_options": [{ "value": "0" }, { "value": "2" }] } },
        "f": { "value": { "type": "multi_users_select", "selected_users": ["U1", "U2"] } },
    } } });
    let values = values(&view);
    let of = |name: &str| values[name].as_str();
    assert_eq!([of("a"), of("b"), of("c"), of("d"), of("e")], ["3", "", "two words", "", "0 2"]);
    assert_eq!(of("f"), "slack:U1 slack:U2");
    assert!(super::values(&Value::Null).is_empty());
}

#[test]
fn people_are_picked_from_the_workspace() {
    let view = shown(vec![field("leads", Input::People, "slack:U1 slack:U2")]);
    let element = &inputs(&view)[0]["element"];
    assert_eq!(element["type"], "multi_users_select");
    assert_eq!(element["initial_users"], serde_json::json!(["U1", "U2"]));
}

#[test]
fn complaints_stand_at_their_fields() {
    let mut wrong = field("zone", Input::Line, "Mars");
    wrong.error = Some("There is no such zone".to_owned());
    let form = form(vec![field("name", Input::Line, "A"), wrong]);
    let expected = BTreeMap::from([("zone".to_owned(), "There is no such zone".to_owned())]);
    assert_eq!(complaints(&form), expected);
}

#[test]
fn a_view_of_somebody_else_carries_nothing() {
    let odd = serde_json::json!({ "private_metadata": "theirs" });
    assert_eq!(Luggage::of(&odd), Luggage::default());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn no_form_breaks_a_limit(
        label in "[a-z<>&! \u{5d0}-\u{5ea}😀]{0,9000}",
        labels in proptest::collection::vec("[a-z<>&@! 😀]{0,400}", 1..120),
        help in "[a-z😀 ]{0,3000}",
    ) {
        let entries: Vec<Entry> =
            (0..).zip(&labels).map(|(n, label): (u32, _)| entry(&n.to_string(), label)).collect();
        let mut one = field("one", Input::One(entries.clone()), "0");
        let many = field("many", Input::Many(entries), "0 1");
        let mut line = field("line", Input::Line, &label);
        for field in [&mut one, &mut line] {
            field.label.clone_from(&label);
            field.help.clone_from(&help);
        }
        let view = shown(vec![one, many, line]);
        prop_assert!(view["blocks"].as_array().unwrap().len() <= limits::VIEW_BLOCKS);
        prop_assert_eq!(inputs(&view).len(), 3);
        for input in inputs(&view) {
            let size = |value: &Value| limits::size(value.as_str().unwrap());
            prop_assert!((1..=limits::INPUT_TEXT).contains(&size(&input["label"]["text"])));
            for option in input["element"]["options"].as_array().into_iter().flatten() {
                prop_assert!((1..=limits::OPTION_TEXT).contains(&size(&option["text"]["text"])));
                prop_assert!((1..=limits::OPTION_VALUE).contains(&size(&option["value"])));
            }
        }
    }
}

/// A server that tells only of what was touched changes nothing that was not.
#[test]
fn what_is_not_told_of_holds_what_it_held_at_first() {
    let entries = || vec![entry("0", "none"), entry("1", "some"), entry("2", "all")];
    let required = |field: Field| Field { optional: false, ..field };
    let fields = vec![
        field("line", Input::Line, "kept"),
        field("many", Input::Many(entries()), "1 2"),
        field("people", Input::People, "slack:U1 slack:U2"),
        field("one", Input::One(entries()), "2"),
        field("cleared", Input::Line, "no more"),
        required(field("typed", Input::Line, "old")),
    ];
    let mut view = shown(fields);
    view["state"]["values"] = json!({
        "one": { "value": { "type": "radio_buttons", "selected_option": null } },
        "cleared": { "value": { "type": "plain_text_input", "value": null } },
        "typed": { "value": { "type": "plain_text_input", "value": "new" } },
    });
    let expected = [
        ("line", "kept"),
        ("many", "1 2"),
        ("people", "slack:U1 slack:U2"),
        ("one", "2"),
        ("cleared", ""),
        ("typed", "new"),
    ];
    let expected = expected.map(|(name, value)| (name.to_owned(), value.to_owned()));
    assert_eq!(values(&view), BTreeMap::from(expected));
}
