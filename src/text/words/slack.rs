//! Words that only Slack needs, around what the bot has to say.

use super::declare::words;

words! {
    /// What stands around forms and replies.
    SlackPart = "slack/part" {
        part: &'static str = "close",
    }
}
