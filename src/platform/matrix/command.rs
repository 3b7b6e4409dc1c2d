//! Which words in a room are meant for the bot.

use crate::domain::command;

/// A command said in a room, as `/maturity …`; `None` where the words are none of the bot's
/// business. `names` is what the bot is called there: a mention begins or ends with one of them.
#[must_use]
pub fn in_room(body: &str, to_bot: bool, names: &[&str]) -> Option<String> {
    if let Some(words) = command::behind_prefix(body) {
        return Some(as_command(words));
    }
    to_bot.then(|| as_command(without_name(body.trim(), names)))
}

/// Whether words begin with a name of the bot.
#[must_use]
pub fn is_addressed(body: &str, names: &[&str]) -> bool {
    without_name(body.trim(), names).len() < body.trim().len()
}

/// Words to the bot in private, without its name in front.
#[must_use]
pub fn in_private<'a>(body: &'a str, to_bot: bool, names: &[&str]) -> &'a str {
    if to_bot { without_name(body.trim(), names) } else { body }
}

fn as_command(words: &str) -> String {
    format!("/maturity {}", words.trim()).trim_end().to_owned()
}

fn without_name<'a>(body: &'a str, names: &[&str]) -> &'a str {
    for name in names.iter().filter(|name| !name.is_empty()) {
        for sign in ["@", ""] {
            let name = format!("{sign}{}", name.trim_start_matches('@'));
            let head = body.get(..name.len()).unwrap_or_default();
            if head.eq_ignore_ascii_case(&name) {
                let rest = &body[name.len()..];
                if rest.is_empty() || rest.starts_with([':', ',', ' ', '\n']) {
                    return rest.trim_start_matches([':', ',']).trim();
                }
            }
        }
    }
    body
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    const NAMES: [&str; 3] = ["@bot:example.org", "Maturity Bot", "bot"];

    #[rstest]
    #[case("!maturity report", false, Some("/maturity report"))]
    #[case("/Maturity  Report ", false, Some("/maturity Report"))]
    #[case("!maturity", false, Some("/maturity"))]
    #[case("!maturityy", false, None)]
    #[case("see !maturity report", false, None)]
    #[case("we talk about maturity", false, None)]
    #[case("Maturity Bot: report", true, Some("/maturity report"))]
    #[case("maturity bot report", true, Some("/maturity report"))]
    #[case("@bot:example.org, status", true, Some("/maturity status"))]
    #[case("bot: help", true, Some("/maturity help"))]
    #[case("@bot help", true, Some("/maturity help"))]
    #[case("bots are fun", true, Some("/maturity bots are fun"))]
    #[case("bot: help", false, None)]
    #[case("ä", false, None)]
    fn only_words_to_the_bot_count(
        #[case] body: &str,
        #[case] to_bot: bool,
        #[case] expected: Option<&str>,
    ) {
        assert_eq!(in_room(body, to_bot, &NAMES).as_deref(), expected);
    }

    #[test]
    fn an_address_is_a_name_in_front() {
        for body in ["bot: report", "@bot:example.org status", "Maturity Bot, help", " bot"] {
            assert!(is_addressed(body, &NAMES), "{body}");
        }
        for body in ["nice, 3?", "4", "a bot", "bots are fun", ""] {
            assert!(!is_addressed(body, &NAMES), "{body}");
        }
    }

    #[test]
    fn in_private_everything_counts() {
        assert_eq!(in_private("3", false, &NAMES), "3");
        assert_eq!(in_private("bot: 3", true, &NAMES), "3");
        assert_eq!(in_private("bot: 3", false, &NAMES), "bot: 3");
    }
}
