//! What the bot asks a workspace to grant, each with the reason.

/// A permission, and what it is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scope {
    /// Slack's name.
    pub name: &'static str,
    /// What does not work without it.
    pub reason: &'static str,
}

const fn scope(name: &'static str, reason: &'static str) -> Scope {
    Scope { name, reason }
}

/// Without these the bot does not work as described.
pub const REQUIRED: [Scope; 7] = [
    scope("chat:write", "posting questions, reminders and results"),
    scope("commands", "the command /maturity"),
    scope("im:write", "writing to people directly"),
    scope("files:write", "charts; without it results come in words alone"),
    scope("users:read", "names, time zones, and who is a bot, a guest or gone"),
    scope("channels:read", "who is in a public channel, and whether it is archived"),
    scope("groups:read", "who is in a private channel, and whether it is archived"),
];

/// A workspace may leave these out.
pub const OPTIONAL: [Scope; 1] =
    [scope("usergroups:read", "naming a user group as the lead of a team")];

/// Asked for with `--history`: the bot then sees whether a message arrived whose answer was lost.
pub const HISTORY: [Scope; 3] = [
    scope("channels:history", "finding a doubtful message again in a public channel"),
    scope("groups:history", "finding a doubtful message again in a private channel"),
    scope("im:history", "finding a doubtful message again in a direct conversation"),
];

/// Asked for with `--dnd`.
pub const QUIET: [Scope; 1] =
    [scope("dnd:read", "writing to people after their do-not-disturb, rather than during it")];
