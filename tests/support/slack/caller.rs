//! Who calls, and what they may.

use super::args::{Refusal, refuse};
use super::state::State;

/// The token a method wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Token {
    /// `xoxb-…`
    Bot,
    /// `xapp-…`
    App,
}

/// Whether this token may call.
pub fn admit(state: &State, token: Option<&str>, wanted: Token) -> Result<(), Refusal> {
    let place = &state.workspace;
    let Some(token) = token.filter(|it| !it.is_empty()) else { return refuse("not_authed") };
    if let Some(error) = place.revoked {
        return refuse(error);
    }
    let (right, other) = match wanted {
        Token::Bot => (&place.bot_token, &place.app_token),
        Token::App => (&place.app_token, &place.bot_token),
    };
    if token == right {
        Ok(())
    } else if token == other {
        refuse("not_allowed_token_type")
    } else {
        refuse("invalid_auth")
    }
}

/// Refuses where a scope was not granted, and notes that it was needed.
pub fn need(state: &mut State, scope: &str) -> Result<(), Refusal> {
    state.needed.push(scope.to_owned());
    if state.workspace.scopes.contains(scope) {
        return Ok(());
    }
    let granted: Vec<&str> = state.workspace.scopes.iter().map(String::as_str).collect();
    Err(Refusal {
        error: "missing_scope".into(),
        messages: vec![format!("needed: {scope}"), format!("provided: {}", granted.join(","))],
    })
}
