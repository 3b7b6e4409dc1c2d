//! Words that only Slack needs, around what the bot has to say.

use super::declare::words;

words! {
    /// What stands around forms and replies.
    SlackPart = "slack/part" {
        part: &'static str = "close",
    }
    /// The question before a press that nobody should make by a slip, in four parts.
    SlackConfirm = "slack/confirm" {
        what: &'static str = "close",
        part: &'static str = "text",
    }
}
