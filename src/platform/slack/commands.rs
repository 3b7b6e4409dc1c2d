//! Commands as they are typed in Slack, where nothing is heard but `/maturity …`.

use std::borrow::Cow;

use crate::domain::command::{TABLE, parse, parse_in_sitting};

/// The command in the words of the engine, whatever it is called in the workspace.
pub const COMMAND: &str = "/maturity";

/// What stands between two backticks, with the command in front where it is something to type.
#[must_use]
pub fn as_typed(span: &str) -> Cow<'_, str> {
    if is_command(span) { format!("{COMMAND} {span}").into() } else { span.into() }
}

/// The words behind the command, where it stands in front.
#[must_use]
pub fn bare(words: &str) -> &str {
    words.strip_prefix(COMMAND).map_or(words, str::trim_start)
}

/// Whether the grammar knows the words, or how they begin: `action take 1`, `champion volunteer
/// PILLAR`, `skip`. A sign such as `?` is an answer as well, and stays alone.
fn is_command(span: &str) -> bool {
    let begins = |first: &str| TABLE.iter().any(|entry| entry.name == first);
    span.starts_with(|c: char| c.is_ascii_lowercase())
        && (span.split_whitespace().next().is_some_and(begins)
            || parse_in_sitting(span).is_some()
            || parse(span).is_ok())
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    fn what_is_typed_gets_the_command_in_front(
        #[values(
            "start",
            "undo",
            "skip",
            "why",
            "back",
            "later",
            "go on",
            "comment",
            "comment …",
            "answer 3",
            "forget me",
            "forget me for good",
            "help privacy",
            "help [TOPIC]",
            "why tooling",
            "action take 1",
            "champion volunteer PILLAR",
            "champion nominate",
            "schedule quick 0 10 * * MON#1",
            "schedule choose",
            "team quiet 18:00-09:00",
            "team [NAME | list | KEY VALUE | lead add|remove PERSON]",
            "volunteer tooling"
        )]
        span: &str,
    ) {
        assert_eq!(as_typed(span), format!("/maturity {span}"));
    }

    #[rstest]
    fn everything_else_stays_as_it_is(
        #[values(
            "/maturity",
            "/maturity help",
            "!maturity answer",
            "?",
            "2",
            "0,2",
            "none",
            "yes",
            "partly",
            "no",
            "3d",
            "2 weeks",
            "monday",
            "2026-12-24",
            "0 14 * * MON#1",
            "skills.linux",
            "structure.platform-owner",
            "zone",
            "minimum",
            "quiet",
            "name: value",
            "Start",
            "open the door",
            "kubectl get pods",
            ""
        )]
        span: &str,
    ) {
        assert_eq!(as_typed(span), span);
    }

    #[rstest]
    #[case("/maturity report", "report")]
    #[case("/maturity", "")]
    #[case("close", "close")]
    fn the_command_is_taken_off(#[case] words: &str, #[case] rest: &str) {
        assert_eq!(bare(words), rest);
    }
}
