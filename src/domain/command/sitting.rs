//! The words of a sitting, which stand beside answers and so are few and exact.

use super::words::{Word, words};

/// What a person can say between answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SittingWord {
    /// Why the question is asked.
    Why,
    /// The question before.
    Back,
    /// Not this question in this round.
    Skip,
    /// Take the last answer back.
    Undo,
    /// More questions after a sitting's end.
    GoOn,
    /// End the sitting; the questions stay open.
    Later,
    /// A comment on the last answer; nothing when no words followed.
    Comment(Option<String>),
}

/// Reads a word of a sitting; nothing when the text is to be read as an answer.
///
/// Only the whole text counts, so "skip" within a sentence is part of an answer; yes, no and
/// numbers are always answers. While a text question is open, `comment …` reads as a comment too.
#[must_use]
pub fn parse_in_sitting(text: &str) -> Option<SittingWord> {
    let words = words(text);
    let keys: Vec<&str> = words.iter().take(4).map(|word| word.key.as_str()).collect();
    Some(match keys.as_slice() {
        ["why"] => SittingWord::Why,
        ["back" | "previous"] | ["go", "back"] => SittingWord::Back,
        ["skip" | "pass"] => SittingWord::Skip,
        ["undo"] => SittingWord::Undo,
        ["go" | "more" | "continue" | "next"] | ["go", "on"] => SittingWord::GoOn,
        ["later" | "pause" | "enough"] | ["not", "now"] => SittingWord::Later,
        ["comment", ..] => SittingWord::Comment(comment(text, &words)),
        _ => return None,
    })
}

/// What follows the first word, with its own spaces and lines kept.
fn comment(text: &str, words: &[Word]) -> Option<String> {
    let (_, rest) = text.trim().split_once(char::is_whitespace)?;
    (words.len() > 1).then(|| rest.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("why?", SittingWord::Why)]
    #[case(" BACK ", SittingWord::Back)]
    #[case("skip.", SittingWord::Skip)]
    #[case("Undo", SittingWord::Undo)]
    #[case("go  on", SittingWord::GoOn)]
    #[case("more", SittingWord::GoOn)]
    #[case("continue", SittingWord::GoOn)]
    #[case("next", SittingWord::GoOn)]
    #[case("go", SittingWord::GoOn)]
    #[case("later", SittingWord::Later)]
    #[case("comment", SittingWord::Comment(None))]
    #[case("Comment: two\n lines", SittingWord::Comment(Some("two\n lines".into())))]
    fn words_of_a_sitting_are_understood(#[case] text: &str, #[case] word: SittingWord) {
        assert_eq!(parse_in_sitting(text), Some(word));
    }

    #[rstest]
    fn answers_are_left_alone(
        #[values("", "y", "yes", "n", "no", "3", "1,3", "partly", "stop", "don't know", "?", "🎉")]
        text: &str,
    ) {
        assert_eq!(parse_in_sitting(text), None);
    }

    #[test]
    fn a_word_within_a_sentence_is_part_of_the_answer() {
        assert_eq!(parse_in_sitting("we skip reviews"), None);
        assert_eq!(parse_in_sitting("stop the releases on Friday"), None);
    }

    proptest! {
        #[test]
        fn nothing_panics(text in "(?s:.*)|(?i:comment)(?s:.{0,20})") {
            let _ = parse_in_sitting(&text);
        }
    }
}
