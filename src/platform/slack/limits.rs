//! Every limit of Slack's in one place, and the ways to keep to them.
//!
//! From "Block Kit: blocks", "Block Kit: block elements", "Composition objects" and "Views" of
//! Slack's documentation. Lengths are counted in UTF-16 units, the strictest way to count.

/// Blocks in a message.
pub const MESSAGE_BLOCKS: usize = 50;
/// Blocks in a modal or home view.
pub const VIEW_BLOCKS: usize = 100;
/// The text of a section.
pub const SECTION_TEXT: usize = 3000;
/// The text of all sections of a message, in bytes; more is refused as `msg_blocks_too_long`,
/// from about 13,000 bytes on as people found out.
pub const MESSAGE_TEXT: usize = 11_000;
/// The words of a part of a long message, in bytes; marks of ours may take more as Slack's.
pub const PART_TEXT: usize = 8000;
/// The text of all sections of a view, in bytes; a view may have 250 kB.
pub const VIEW_TEXT: usize = 100_000;
/// The words of a message that notifications show.
pub const FALLBACK_TEXT: usize = 4000;
/// Elements in a row of buttons.
pub const ROW: usize = 25;
/// What stands on a button.
pub const BUTTON_TEXT: usize = 75;
/// What a button sends back.
pub const BUTTON_VALUE: usize = 2000;
/// What stands beside an option, and what describes it.
pub const OPTION_TEXT: usize = 75;
/// What an option sends back.
pub const OPTION_VALUE: usize = 150;
/// Options of radio buttons and checkboxes.
pub const RADIO_OPTIONS: usize = 10;
/// Options of a select menu.
pub const SELECT_OPTIONS: usize = 100;
/// The label and the hint of an input, and the error below it.
pub const INPUT_TEXT: usize = 2000;
/// What an input holds at first.
pub const INPUT_VALUE: usize = 3000;
/// The name of a block or an action.
pub const NAME: usize = 255;
/// Title, submit and close of a modal.
pub const VIEW_WORDS: usize = 24;
/// The title of a question before a press, its text, and each of its two buttons.
pub const CONFIRM_TITLE: usize = 100;
/// See [`CONFIRM_TITLE`].
pub const CONFIRM_TEXT: usize = 300;
/// See [`CONFIRM_TITLE`].
pub const CONFIRM_BUTTON: usize = 30;
/// What travels with a view and is not shown.
pub const METADATA: usize = 3000;
/// What a picture shows, in words.
pub const ALT_TEXT: usize = 1000;

/// The length of a text as Slack counts it at most.
#[must_use]
pub fn size(text: &str) -> usize {
    text.encode_utf16().count()
}

/// The text, cut at a word where it is longer than `most`, which has room for two characters.
#[must_use]
pub fn cut(text: &str, most: usize) -> String {
    cut_by(text, most, char::len_utf16)
}

/// The text, cut at a word where it takes more than `most` bytes.
#[must_use]
pub fn cut_bytes(text: &str, most: usize) -> String {
    cut_by(text, most, char::len_utf8)
}

fn cut_by(text: &str, most: usize, measure: fn(char) -> usize) -> String {
    if text.chars().map(measure).sum::<usize>() <= most {
        return text.to_owned();
    }
    let room = most.saturating_sub(measure('…'));
    format!("{}…", head(text, room, measure).trim_end())
}

/// The text in pieces of at most `most`, divided between paragraphs, lines or words.
#[must_use]
pub fn split(text: &str, most: usize) -> Vec<String> {
    split_by(text, most, char::len_utf16)
}

/// The same in pieces of at most `most` bytes.
#[must_use]
pub fn split_bytes(text: &str, most: usize) -> Vec<String> {
    split_by(text, most, char::len_utf8)
}

fn split_by(text: &str, most: usize, measure: fn(char) -> usize) -> Vec<String> {
    let mut pieces = Vec::new();
    let mut rest = text.trim();
    while !rest.is_empty() {
        let piece = head(rest, most, measure);
        pieces.push(piece.trim_end().to_owned());
        rest = rest[piece.len()..].trim_start();
    }
    pieces.retain(|piece| !piece.is_empty());
    pieces
}

/// The beginning of a text that fits, up to a good place to stop; at least one character.
fn head(text: &str, most: usize, measure: fn(char) -> usize) -> &str {
    let mut taken = 0;
    let beyond = text.char_indices().find(|(_, c)| {
        taken += measure(*c);
        taken > most
    });
    let Some((end, _)) = beyond else { return text };
    let fitting = &text[..end.max(text.chars().next().map_or(0, char::len_utf8))];
    let marks = ["\n\n", "\n", " "];
    let breaks = marks.iter().filter_map(|mark| fitting.rfind(mark));
    if let Some(at) = breaks.into_iter().find(|at| at * 2 >= end) {
        return &text[..at];
    }
    // An escaped sign such as `&amp;` stays in one piece.
    match fitting.rfind('&') {
        Some(at) if at > 0 && end - at < 5 && !fitting[at..].contains(';') => &text[..at],
        _ => fitting,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("short", 10, "short")]
    #[case("one two three", 9, "one two…")]
    #[case("abcdefghij", 5, "abcd…")]
    #[case("😀😀😀", 4, "😀…")]
    #[case("", 3, "")]
    fn a_long_text_ends_at_a_word(#[case] text: &str, #[case] most: usize, #[case] cut: &str) {
        assert_eq!(super::cut(text, most), cut);
    }

    #[test]
    fn pieces_end_at_paragraphs_lines_or_words() {
        assert_eq!(split("first part\n\nsecond part", 14), ["first part", "second part"]);
        assert_eq!(split("one two three", 8), ["one two", "three"]);
        assert_eq!(split("aaaaaa&amp;b", 8), ["aaaaaa", "&amp;b"]);
        assert_eq!(split("  \n ", 8), [""; 0]);
    }

    proptest! {
        #[test]
        fn nothing_but_space_is_lost_and_no_piece_is_too_long(
            text in "[a-z &;<>\u{5d0}-\u{5ea}😀\n]{0,400}",
            most in 3_usize..60,
        ) {
            let pieces = split(&text, most);
            prop_assert!(pieces.iter().all(|piece| size(piece) <= most && !piece.is_empty()));
            let bare = |text: &str| text.split_whitespace().collect::<String>();
            prop_assert_eq!(bare(&pieces.concat()), bare(&text));
            prop_assert!(size(&cut(&text, most)) <= most);
            prop_assert!(cut_bytes(&text, most + 4).len() <= most + 4);
        }
    }
}
