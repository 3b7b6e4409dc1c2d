//! "Did you mean": the known word nearest to a typed one, and typed text made safe to repeat.

use strsim::damerau_levenshtein;

use super::words::is_invisible;

/// At most this many characters of what somebody typed are repeated to them.
pub const HEARD: usize = 40;

/// The candidate nearest to `heard`, if it is near enough to be worth a question.
///
/// One slip is allowed for each three letters, at least one. A beginning of three letters or more
/// is near as well. A single letter is near to nothing. The first of equally near candidates wins.
#[must_use]
pub fn nearest<'a>(heard: &str, candidates: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let heard: String = heard.chars().take(HEARD).collect();
    let length = heard.chars().count();
    if length < 2 {
        return None;
    }
    candidates
        .filter_map(|candidate| {
            let slips = damerau_levenshtein(&heard, candidate);
            let allowed = (candidate.chars().count() / 3).max(1);
            let begins = length >= 3 && candidate.starts_with(&heard);
            // A beginning comes after every real slip.
            let rank = if slips <= allowed { slips } else { HEARD };
            (slips <= allowed || begins).then_some((rank, candidate))
        })
        .min_by_key(|(rank, _)| *rank)
        .map(|(_, candidate)| candidate)
}

/// What somebody typed, made safe to repeat: one line, at most [`HEARD`] characters, and nothing
/// that a chat client takes for a mention, a link or a format.
#[must_use]
pub fn sanitised(text: &str) -> String {
    let visible = text.chars().take(20 * HEARD).filter(|c| !is_invisible(*c));
    let safe: String = visible
        .map(|c| if c.is_control() { ' ' } else { c })
        .filter(|c| !"<>@&`*_~|[]{}\\#".contains(*c))
        .collect();
    let safe = without_addresses(&safe);
    let line = safe.split_whitespace().collect::<Vec<_>>().join(" ");
    line.chars().take(HEARD).collect::<String>().trim_end().to_owned()
}

/// Keeps a slash within a name, as in `Europe/Berlin`, and none that could make a link.
fn without_addresses(text: &str) -> String {
    let letters: Vec<char> = text.chars().collect();
    let is_word = |at: Option<usize>| {
        at.and_then(|at| letters.get(at)).is_some_and(|letter| letter.is_alphanumeric())
    };
    let kept = |&(at, letter): &(usize, &char)| {
        *letter != '/' || (is_word(at.checked_sub(1)) && is_word(Some(at + 1)))
    };
    letters.iter().enumerate().filter(kept).map(|(_, letter)| *letter).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("repotr", Some("report"))]
    #[case("rep", Some("report"))]
    #[case("re", Some("me"))]
    #[case("ra", None)]
    #[case("banana", None)]
    #[case("mee", Some("me"))]
    #[case("", None)]
    #[case("🎉", None)]
    fn near_words_are_suggested_and_far_ones_are_not(
        #[case] heard: &str,
        #[case] expected: Option<&str>,
    ) {
        assert_eq!(nearest(heard, ["report", "resume", "me"].into_iter()), expected);
    }

    #[test]
    fn nothing_dangerous_is_repeated() {
        assert_eq!(sanitised("<!channel>\n@room **hi** \u{202e}x"), "!channel room hi x");
        assert_eq!(sanitised(&"x".repeat(10_000)).len(), HEARD);
    }

    #[rstest]
    #[case("Mars/Base", "Mars/Base")]
    #[case("https://a.b/c", "https:a.b/c")]
    #[case("/maturity a/ b", "maturity a b")]
    fn a_slash_stays_within_a_name_only(#[case] typed: &str, #[case] safe: &str) {
        assert_eq!(sanitised(typed), safe);
    }

    proptest! {
        #[test]
        fn what_is_repeated_is_short_and_on_one_line(text in "\\PC*|(?s:.*)") {
            let heard = sanitised(&text);
            prop_assert!(heard.chars().count() <= HEARD);
            prop_assert!(!heard.contains(['\n', '<', '@', '`']));
        }
    }
}
