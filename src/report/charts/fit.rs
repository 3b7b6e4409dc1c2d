//! Making any text fit: cleaned of what would break a drawing, cut or broken into lines.

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// `text` on one line, without control characters, marks that turn the reading direction around,
/// and the two code points that XML does not allow.
pub(super) fn clean(text: &str) -> String {
    let visible = text.chars().filter(|c| !is_hazard(*c));
    let spaced: String = visible.map(|c| if c.is_control() { ' ' } else { c }).collect();
    spaced.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn is_hazard(c: char) -> bool {
    matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
        || matches!(c, '\u{feff}' | '\u{fffe}' | '\u{ffff}')
}

/// `text` as the built-in font can draw it: without emoji and the invisible marks that join them,
/// and with one box for each run of letters of a script that it lacks.
pub(super) fn for_built_in_font(text: &str) -> String {
    let known = text.chars().filter(|c| !is_emoji(*c)).map(|c| if is_lacking(c) { '□' } else { c });
    let mut kept: Vec<char> = known.collect();
    kept.dedup_by(|later, earlier| *later == '□' && *earlier == '□');
    match clean(&String::from_iter(kept)) {
        nothing if nothing.is_empty() && !text.is_empty() => "□".to_owned(),
        kept => kept,
    }
}

/// Scripts of India, Thailand, East Asia and others, which the built-in font does not know.
fn is_lacking(c: char) -> bool {
    matches!(c, '\u{900}'..='\u{e7f}' | '\u{f00}'..='\u{109f}' | '\u{1100}'..='\u{13ff}')
        || matches!(c, '\u{1700}'..='\u{1cff}')
        || c.width() == Some(2)
}

fn is_emoji(c: char) -> bool {
    matches!(c, '\u{1f000}'..='\u{1faff}' | '\u{e0000}'..='\u{e007f}')
        || matches!(c, '\u{200b}'..='\u{200d}' | '\u{fe00}'..='\u{fe0f}' | '\u{20e3}')
}

/// About how wide `text` is when drawn in `size`: a little more than in most fonts, so that what
/// fits here fits anywhere.
pub(super) fn drawn_width(text: &str, size: u32) -> f64 {
    text.chars().map(ems).sum::<f64>() * f64::from(size)
}

fn ems(c: char) -> f64 {
    match c {
        'i' | 'j' | 'l' | 'I' | '.' | ',' | ':' | ';' | '\'' | '|' | '!' | ' ' => 0.36,
        'f' | 't' | 'r' | '(' | ')' | '[' | ']' | '-' | '/' => 0.46,
        'm' | 'w' | 'M' | 'W' | '@' | '%' => 1.04,
        'A'..='Z' | '&' | '<' | '>' | '–' | '◇' | '○' | '●' | '…' => 0.84,
        _ if c.is_ascii() => 0.68,
        _ => match c.width().unwrap_or(0) {
            0 => 0.0,
            1 => 0.76,
            _ => 1.05,
        },
    }
}

/// `text` broken at spaces into at most `most` lines for which `fits` holds; a word that is too
/// long is broken anywhere, and what is left over ends in an ellipsis.
pub(super) fn wrap(text: &str, most: usize, fits: impl Fn(&str) -> bool) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let mut rest = text.trim();
    while !rest.is_empty() {
        if lines.len() + 1 == most || fits(rest) {
            lines.push(cut(rest, &fits));
            break;
        }
        let taken = line_end(rest, &fits);
        lines.push(rest[..taken].trim_end().to_owned());
        rest = rest[taken..].trim_start();
    }
    lines
}

/// Where the first line of `text` ends: after its last word that fits, or inside the first one.
fn line_end(text: &str, fits: &impl Fn(&str) -> bool) -> usize {
    let ends = |(at, _): (usize, char)| at;
    let word = text.match_indices(' ').map(|(at, _)| at).take_while(|at| fits(&text[..*at])).last();
    let inside =
        || text.char_indices().skip(1).map(ends).take_while(|at| fits(&text[..*at])).last();
    let least = text.chars().next().map_or(text.len(), char::len_utf8);
    word.filter(|at| *at > 0).or_else(inside).unwrap_or(least)
}

/// `text`, or as much of its beginning as fits together with an ellipsis.
pub(super) fn cut(text: &str, fits: &impl Fn(&str) -> bool) -> String {
    if fits(text) {
        return text.to_owned();
    }
    let shorter = text.char_indices().rev().map(|(at, _)| format!("{}…", text[..at].trim_end()));
    shorter.into_iter().find(|candidate| fits(candidate)).unwrap_or_default()
}

/// [`wrap`] for a drawing: lines of at most `width` units in letters of `size`.
pub(super) fn wrap_drawn(text: &str, size: u32, width: f64, most: usize) -> Vec<String> {
    wrap(text, most, |line| drawn_width(line, size) <= width)
}

/// [`wrap`] for a terminal: lines of at most `width` columns.
pub(super) fn wrap_columns(text: &str, width: usize, most: usize) -> Vec<String> {
    wrap(text, most, |line| line.width() <= width)
}

/// [`cut`] for a terminal: at most `width` columns.
pub(super) fn cut_columns(text: &str, width: usize) -> String {
    cut(text, &|line: &str| line.width() <= width)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn text_breaks_at_spaces_and_ends_in_an_ellipsis() {
        assert_eq!(wrap_columns("one two three", 7, 3), ["one two", "three"]);
        assert_eq!(wrap_columns("incomprehensible", 7, 2), ["incompr", "ehensi…"]);
        assert_eq!(wrap_columns("one two three four", 9, 2), ["one two", "three fo…"]);
    }

    #[test]
    fn control_characters_and_direction_marks_are_taken_out() {
        assert_eq!(clean("a\u{1b}[31m\nb\u{202e}c\t\u{ffff}"), "a [31m bc");
    }

    #[test]
    fn emoji_leave_no_box_unless_there_is_nothing_else() {
        assert_eq!(for_built_in_font("Rockets 🚀👩‍🚀"), "Rockets");
        assert_eq!(for_built_in_font("a 🚀 b"), "a b");
        assert_eq!(for_built_in_font("🚀"), "□");
        assert_eq!(for_built_in_font("工具 B"), "□ B");
    }

    proptest! {
        #[test]
        fn no_line_is_wider_than_asked(text in "\\PC{0,60}", width in 2..30_usize, most in 1..4_usize) {
            let lines = wrap_columns(&clean(&text), width, most);
            prop_assert!(lines.len() <= most);
            prop_assert!(lines.iter().all(|line| line.width() <= width), "{lines:?}");
        }
    }
}
