//! `users.*` and `usergroups.*`.

use serde_json::{Value, json};

use super::super::Double;
use super::super::args::{Answer, Args, refuse};
use super::super::caller::need;
use super::super::state::State;
use super::super::workspace::user_json;
use super::conversations::page;

pub fn info(state: &mut State, args: &Args, _: &Double) -> Answer {
    need(state, "users:read")?;
    let place = &state.workspace;
    match place.user(args.text("user")) {
        Some(user) => Ok(json!({"user": user_json(user, &place.team)})),
        None => refuse("user_not_found"),
    }
}

pub fn list(state: &mut State, args: &Args, _: &Double) -> Answer {
    need(state, "users:read")?;
    let place = &state.workspace;
    let all: Vec<Value> = place.users.iter().map(|user| user_json(user, &place.team)).collect();
    let (members, metadata) = page(&all, args)?;
    Ok(json!({"members": members, "cache_ts": 1, "response_metadata": metadata}))
}

pub fn rest(state: &mut State, args: &Args, _: &Double) -> Answer {
    need(state, "dnd:read")?;
    let Some(user) = state.workspace.user(args.text("user")) else {
        return refuse("user_not_found");
    };
    // It began an hour ago; without one, Slack says that the next begins and ends in 1970.
    let (start, end) = user.rests_until.map_or((1, 1), |end| (end - 3600, end));
    Ok(json!({
        "dnd_enabled": user.rests_until.is_some(), "next_dnd_start_ts": start,
        "next_dnd_end_ts": end, "snooze_enabled": false,
    }))
}

pub fn groups(state: &mut State, args: &Args, _: &Double) -> Answer {
    need(state, "usergroups:read")?;
    let with_users = args.flag("include_users");
    let groups = state.workspace.groups.iter().map(|group| {
        let mut json = json!({
            "id": group.id, "team_id": state.workspace.team, "is_usergroup": true,
            "name": group.handle, "handle": group.handle, "description": "",
            "is_external": false, "date_create": 1, "date_update": 1, "date_delete": 0,
        });
        if with_users {
            json["users"] = json!(group.users);
        }
        json
    });
    Ok(json!({"usergroups": groups.collect::<Vec<_>>()}))
}

pub fn group_members(state: &mut State, args: &Args, _: &Double) -> Answer {
    need(state, "usergroups:read")?;
    let wanted = args.text("usergroup");
    match state.workspace.groups.iter().find(|group| group.id == wanted) {
        Some(group) => Ok(json!({"users": group.users})),
        None => refuse("no_such_subteam"),
    }
}
