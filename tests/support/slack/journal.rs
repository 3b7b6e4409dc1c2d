//! What was asked of the double, and what it answered.

use serde::Serialize;
use serde_json::Value;

/// One request.
#[derive(Clone, Debug, Serialize)]
pub struct Entry {
    /// When it came, in milliseconds.
    pub at: i64,
    /// The method, or `response_url`, `upload`, `ack`, and for what we tell `event`.
    pub method: String,
    /// What was sent, decoded.
    pub params: Value,
    /// What was answered: `ok`, or Slack's word for the error.
    pub outcome: String,
    /// The scopes it needed.
    pub scopes: Vec<String>,
}

impl std::fmt::Display for Entry {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { at, method, params, outcome, .. } = self;
        let params: String = params.to_string().chars().take(600).collect();
        write!(f, "{at} {method} → {outcome}: {params}")
    }
}
