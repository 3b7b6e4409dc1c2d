//! The worked examples of the assessment model, to the letter.

use maturity_bot::cli::score::score;
use maturity_bot::text::content::Content;
use rstest::rstest;

#[rstest]
#[case(
    include_str!("checks/worked-example.input.json"),
    include_str!("checks/worked-example.expected.json")
)]
#[case(
    include_str!("checks/prerequisite-chain.input.json"),
    include_str!("checks/prerequisite-chain.expected.json")
)]
#[case(
    include_str!("checks/gap-in-the-middle.input.json"),
    include_str!("checks/gap-in-the-middle.expected.json")
)]
#[case(
    include_str!("checks/open-round.input.json"),
    include_str!("checks/open-round.expected.json")
)]
fn a_worked_example_comes_out_as_written(#[case] input: &str, #[case] expected: &str) {
    let figures = score(&Content::embedded().unwrap(), input).unwrap();
    let parsed = |text: &str| serde_json::from_str::<serde_json::Value>(text).unwrap();
    compare(&parsed(&figures), &parsed(expected), "");
    assert_eq!(without_numbers(&figures), without_numbers(expected), "keys or their order differ");
}

/// Equal in structure, with numbers within 1e-9.
fn compare(found: &serde_json::Value, expected: &serde_json::Value, at: &str) {
    use serde_json::Value;
    match (found, expected) {
        (Value::Number(found), Value::Number(expected)) => {
            let distance = number(found) - number(expected);
            assert!(distance.abs() <= 1e-9, "{at}: {found} is not {expected}");
        }
        (Value::Array(found), Value::Array(expected)) => {
            assert_eq!(found.len(), expected.len(), "{at}");
            for (index, (found, expected)) in found.iter().zip(expected).enumerate() {
                compare(found, expected, &format!("{at}/{index}"));
            }
        }
        (Value::Object(found), Value::Object(expected)) => {
            assert!(found.keys().eq(expected.keys()), "{at}");
            for (key, expected) in expected {
                compare(&found[key], expected, &format!("{at}/{key}"));
            }
        }
        _ => assert_eq!(found, expected, "{at}"),
    }
}

fn number(number: &serde_json::Number) -> f64 {
    number.as_f64().expect("figures are numbers of the usual size")
}

/// The text without blanks, its numbers cut to nine digits, so that only order is left to differ.
fn without_numbers(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace() && !c.is_ascii_digit() && *c != '.').collect()
}
