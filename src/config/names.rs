//! Words with a meaning of their own in a config file.

/// How a line of the log looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFormat {
    /// For people.
    Text,
    /// For programs: one JSON object a line.
    Json,
}

/// The platform whose people and teams live in the file.
pub const CONSOLE: &str = "console";

/// The platform whose people and channels live in a Slack workspace.
pub const SLACK: &str = "slack";

/// The platform of Matrix rooms.
pub const MATRIX: &str = "matrix";

/// Every platform there is.
pub const PLATFORMS: [&str; 3] = [CONSOLE, MATRIX, SLACK];
