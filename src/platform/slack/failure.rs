//! What can go wrong with a call to Slack, by what to do about it.

use crate::platform::PostError;

/// Why a call brought nothing. Holds no address and no content, since both hold secrets.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CallError {
    /// Slack said no, with its own short code.
    #[error("{method} was refused: {code}")]
    Refused {
        /// The method called.
        method: &'static str,
        /// Slack's code, such as `channel_not_found`.
        code: String,
    },
    /// Too many calls; nothing happened.
    #[error("{method} may be called again in {seconds} s")]
    Limited {
        /// The method called.
        method: &'static str,
        /// How long to wait.
        seconds: u64,
    },
    /// Slack was not reached; nothing happened.
    #[error("{method} did not reach Slack: {cause}")]
    Unsent {
        /// The method called.
        method: &'static str,
        /// What the network said.
        cause: String,
    },
    /// The call left and no answer came.
    #[error("{method} was not answered: {cause}")]
    Unanswered {
        /// The method called.
        method: &'static str,
        /// What the network said.
        cause: String,
    },
    /// Slack, or something on the way to it, is in trouble, and nothing was posted.
    #[error("{method} failed within Slack: {cause}")]
    Broken {
        /// The method called.
        method: &'static str,
        /// A status or a code.
        cause: String,
    },
}

/// The code by which Slack says that it has no such method.
pub const UNKNOWN: &str = "unknown_method";

/// The bot is not, or no longer, let in.
const DEAD_INSTALL: [&str; 13] = [
    "invalid_auth",
    "not_authed",
    "account_inactive",
    "token_revoked",
    "token_expired",
    "two_factor_setup_required",
    "enterprise_is_restricted",
    "team_access_not_granted",
    "team_disabled",
    "user_removed_from_team",
    "not_allowed_token_type",
    "app_uninstalled",
    "ekm_access_denied",
];

/// This channel or person cannot be reached.
const DEAD_TARGET: [&str; 17] = [
    "channel_not_found",
    "channel_is_archived",
    "is_archived",
    "not_in_channel",
    "user_disabled",
    "user_not_found",
    "users_not_found",
    "user_not_visible",
    "cannot_dm_bot",
    "messages_tab_disabled",
    "restricted_action",
    "restricted_action_read_only_channel",
    "restricted_action_thread_only_channel",
    "restricted_action_non_threadable_channel",
    "is_inactive",
    "no_permission",
    "access_denied",
];

/// Slack did nothing now, and may do better later.
const TRANSIENT: [&str; 5] = [
    "service_unavailable",
    "request_timeout",
    "org_login_required",
    "team_added_to_org",
    "accesslimited",
];

/// "It's possible some aspect of the operation succeeded before the error was raised"
/// ("chat.postMessage", errors).
const UNSURE: [&str; 2] = ["internal_error", "fatal_error"];

/// The method that posts.
const POST: &str = "chat.postMessage";
/// The methods whose work stands there twice when it is done twice.
const SHOWING: [&str; 3] = [POST, "chat.postEphemeral", "files.completeUploadExternal"];
/// The methods that take messages.
const TAKING: [&str; 2] = [POST, "chat.update"];

impl CallError {
    /// Slack's answer `ok: false`, sorted.
    #[must_use]
    pub fn answered(method: &'static str, code: &str) -> Self {
        if UNSURE.contains(&code) {
            return Self::broken(method, code.to_owned());
        }
        if TRANSIENT.contains(&code) {
            return Self::Broken { method, cause: code.to_owned() };
        }
        Self::Refused { method, code: code.to_owned() }
    }

    /// Slack's trouble while it did what it was asked, which may be done all the same. Of a post
    /// that is as much as no answer.
    #[must_use]
    pub fn broken(method: &'static str, cause: String) -> Self {
        if SHOWING.contains(&method) {
            return Self::Unanswered { method, cause };
        }
        Self::Broken { method, cause }
    }

    /// Slack's own code, where it said no.
    #[must_use]
    pub fn code(&self) -> Option<&str> {
        match self {
            Self::Refused { code, .. } => Some(code),
            _ => None,
        }
    }

    /// Whether the bot is not let in at all.
    #[must_use]
    pub fn is_dead_install(&self) -> bool {
        self.code().is_some_and(|code| DEAD_INSTALL.contains(&code))
    }

    /// Whether this Slack has no such method, so that what needs it is left out.
    #[must_use]
    pub fn is_unknown(&self) -> bool {
        self.code() == Some(UNKNOWN)
    }

    /// Whether the same call may do better later.
    #[must_use]
    pub fn may_pass(&self) -> bool {
        matches!(self, Self::Limited { .. } | Self::Unsent { .. } | Self::Broken { .. })
    }
}

impl From<CallError> for PostError {
    fn from(error: CallError) -> Self {
        let told = error.to_string();
        match error {
            _ if error.is_dead_install() => Self::DeadInstall(told),
            CallError::Refused { code, .. } if DEAD_TARGET.contains(&code.as_str()) => {
                Self::DeadTarget(code)
            }
            CallError::Refused { .. } => Self::OurBug(told),
            // A pause of posts holds for all of them, one of another method for that one alone.
            CallError::Limited { seconds, method: POST } => Self::Limited { retry_after: seconds },
            CallError::Limited { seconds, .. } => {
                Self::Transient { cause: told, retry_after: Some(seconds) }
            }
            CallError::Unanswered { method, .. } if TAKING.contains(&method) => {
                Self::Unanswered(told)
            }
            // Where nothing was to be posted, nothing may have arrived.
            CallError::Unanswered { .. } | CallError::Unsent { .. } | CallError::Broken { .. } => {
                Self::Transient { cause: told, retry_after: None }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("users.info")]
    #[case("chat.update")]
    fn a_pause_of_posts_holds_for_all_of_them_and_another_for_its_method(
        #[case] other: &'static str,
    ) {
        let limited = |method| PostError::from(CallError::Limited { method, seconds: 7 });
        assert_eq!(limited("chat.postMessage"), PostError::Limited { retry_after: 7 });
        let other = limited(other);
        assert!(matches!(other, PostError::Transient { retry_after: Some(7), .. }), "{other:?}");
    }

    #[rstest]
    #[case("chat.postMessage", true)]
    #[case("chat.update", true)]
    #[case("conversations.open", false)]
    #[case("auth.test", false)]
    #[case("conversations.members", false)]
    fn only_what_takes_a_message_leaves_it_in_doubt(
        #[case] method: &'static str,
        #[case] doubt: bool,
    ) {
        let error = PostError::from(CallError::Unanswered { method, cause: String::new() });
        assert_eq!(matches!(error, PostError::Unanswered(_)), doubt, "{error:?}");
        assert_eq!(matches!(error, PostError::Transient { .. }), !doubt, "{error:?}");
    }

    /// A look that failed within Slack is no doubtful post.
    #[rstest]
    #[case("internal_error")]
    #[case("fatal_error")]
    fn trouble_within_slack_leaves_a_post_in_doubt_and_nothing_else(#[case] code: &str) {
        let error = |method| PostError::from(CallError::answered(method, code));
        assert!(matches!(error("chat.postMessage"), PostError::Unanswered(_)));
        for method in ["chat.update", "conversations.members"] {
            assert!(matches!(error(method), PostError::Transient { .. }));
        }
    }

    #[rstest]
    #[case("invalid_auth", "install")]
    #[case("token_revoked", "install")]
    #[case("is_archived", "target")]
    #[case("not_in_channel", "target")]
    #[case("messages_tab_disabled", "target")]
    #[case("invalid_blocks", "bug")]
    #[case("missing_scope", "bug")]
    #[case("no_permission", "target")]
    #[case("access_denied", "target")]
    #[case("two_factor_setup_required", "install")]
    #[case("enterprise_is_restricted", "install")]
    #[case("internal_error", "doubt")]
    #[case("fatal_error", "doubt")]
    #[case("service_unavailable", "later")]
    #[case("request_timeout", "later")]
    #[case("team_added_to_org", "later")]
    #[case("org_login_required", "later")]
    #[case("accesslimited", "later")]
    fn slacks_codes_fall_into_their_classes(#[case] code: &str, #[case] class: &str) {
        let found = match PostError::from(CallError::answered("chat.postMessage", code)) {
            PostError::DeadInstall(_) => "install",
            PostError::DeadTarget(_) => "target",
            PostError::OurBug(_) => "bug",
            PostError::Transient { .. } => "later",
            PostError::Unanswered(_) => "doubt",
            PostError::Limited { .. } => "limited",
        };
        assert_eq!(found, class);
    }
}
