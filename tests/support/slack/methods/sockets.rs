//! `api.test`, `auth.test` and `apps.connections.open`.

use serde_json::json;

use super::super::Double;
use super::super::args::{Answer, Args};
use super::super::state::State;

#[expect(clippy::unnecessary_wraps, reason = "every method answers in one way")]
pub fn test(_: &mut State, _: &Args, _: &Double) -> Answer {
    Ok(json!({}))
}

#[expect(clippy::unnecessary_wraps, reason = "every method answers in one way")]
pub fn auth(state: &mut State, _: &Args, _: &Double) -> Answer {
    let place = &state.workspace;
    Ok(json!({
        "url": "https://double.slack.com/", "team": "Double", "user": "maturity",
        "team_id": place.team, "user_id": place.bot_user, "bot_id": place.bot,
        "is_enterprise_install": false,
    }))
}

/// A new address for a socket, which can be used once.
#[expect(clippy::unnecessary_wraps, reason = "every method answers in one way")]
pub fn open(state: &mut State, _: &Args, double: &Double) -> Answer {
    let ticket = state.fresh("ticket");
    state.links.tickets.insert(ticket.clone());
    let host = double.base.replacen("http", "ws", 1);
    Ok(json!({"url": format!("{host}/link/?ticket={ticket}&app_id={}", state.workspace.app)}))
}
