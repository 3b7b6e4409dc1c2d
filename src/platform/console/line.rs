//! Lines that are about the terminal itself: who speaks, where, and what time it is.

use chrono::TimeDelta;

use crate::domain::typed_time::parse_span;

/// The longest name of a person, in characters.
const LONGEST_NAME: usize = 40;

/// One line as typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Line<'a> {
    /// Another person speaks from now on.
    As(String),
    /// The speaker goes to a room, or (without one) talks to the bot in private.
    In(Option<String>),
    /// The clock moves on.
    Later(TimeDelta),
    /// The speaker leaves all rooms.
    Leave,
    /// The speaker changes the words they said last.
    Edit(&'a str),
    /// The speaker takes back the words they said last.
    Delete,
    /// Words to the bot.
    Said(&'a str),
}

/// Reads a line; an error is the name of what is wrong.
pub fn read(typed: &str) -> Result<Line<'_>, &'static str> {
    let typed = typed.trim();
    let (word, rest) = typed.split_once(char::is_whitespace).unwrap_or((typed, ""));
    let rest = rest.trim();
    match (word.to_lowercase().as_str(), rest) {
        ("as", "") => Err("no-name"),
        ("as", name) => name_of(name).map(Line::As).ok_or("bad-name"),
        ("in", "private") => Ok(Line::In(None)),
        ("in", room) if !room.is_empty() && !room.contains(char::is_whitespace) => {
            Ok(Line::In(Some(room.trim_start_matches('#').to_lowercase())))
        }
        ("later", span) if span.starts_with(|first: char| first.is_ascii_digit()) => {
            parse_span(span).map(Line::Later).map_err(|_| "bad-span")
        }
        ("leave", "") => Ok(Line::Leave),
        ("edit", words) if !words.is_empty() => Ok(Line::Edit(words)),
        ("delete", "") => Ok(Line::Delete),
        _ => Ok(Line::Said(typed)),
    }
}

/// A person's name as typed, with one space between its words; `None` where it is none.
#[must_use]
pub fn name_of(typed: &str) -> Option<String> {
    let name = typed.split_whitespace().collect::<Vec<_>>().join(" ");
    let fits = (1..=LONGEST_NAME).contains(&name.chars().count());
    (fits && !name.chars().any(char::is_control)).then_some(name)
}

/// Whether a line ends the session.
pub fn ends_session(typed: &str) -> bool {
    matches!(typed.trim().to_lowercase().as_str(), "quit" | "exit" | "bye")
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("as Ann", Ok(Line::As("Ann".to_owned())))]
    #[case("as  Sample  1 ", Ok(Line::As("Sample 1".to_owned())))]
    #[case("as", Err("no-name"))]
    #[case("later 7d", Ok(Line::Later(TimeDelta::days(7))))]
    #[case("later", Ok(Line::Said("later")))]
    #[case("later 7 parsecs", Err("bad-span"))]
    #[case("in #Lobby", Ok(Line::In(Some("lobby".to_owned()))))]
    #[case("in private", Ok(Line::In(None)))]
    #[case("in our team nobody knows", Ok(Line::Said("in our team nobody knows")))]
    #[case("3", Ok(Line::Said("3")))]
    #[case("edit 4", Ok(Line::Edit("4")))]
    fn lines_are_told_apart(#[case] typed: &str, #[case] line: Result<Line<'_>, &'static str>) {
        assert_eq!(read(typed), line);
    }
}
