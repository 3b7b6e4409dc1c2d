//! `conversations.*`.

use serde_json::{Value, json};

use super::super::Double;
use super::super::args::{Answer, Args, Refusal, refuse};
use super::super::caller::need;
use super::super::state::State;
use super::super::workspace::{Channel, channel_json};
use super::chat::message_json;

/// A page of a list, and where the next begins.
pub fn page<T: Clone>(all: &[T], args: &Args) -> Result<(Vec<T>, Value), Refusal> {
    let limit = args.number("limit").unwrap_or(100);
    let Ok(limit @ 1..=1000) = usize::try_from(limit) else { return refuse("invalid_limit") };
    let start = match args.text("cursor") {
        "" => 0,
        text => match text.strip_prefix("after:").and_then(|it| it.parse().ok()) {
            Some(start) => start,
            None => return refuse("invalid_cursor"),
        },
    };
    let end = all.len().min(start + limit);
    let next = if end < all.len() { format!("after:{end}") } else { String::new() };
    let items = all.get(start..end).unwrap_or_default().to_vec();
    Ok((items, json!({"next_cursor": next})))
}

/// A conversation that the bot may look at.
fn readable(state: &mut State, id: &str) -> Result<Channel, Refusal> {
    let Some(channel) = state.workspace.channel(id).cloned() else {
        return refuse("channel_not_found");
    };
    match (&channel.with, channel.private) {
        (Some(_), _) => {
            // `im:read` or `im:write` would do; the bot asks for the latter.
            need(state, "im:write")?;
        }
        (None, false) => need(state, "channels:read")?,
        (None, true) => {
            need(state, "groups:read")?;
            if !channel.members.contains(&state.workspace.bot_user) {
                return refuse("channel_not_found");
            }
        }
    }
    Ok(channel)
}

pub fn open(state: &mut State, args: &Args, _: &Double) -> Answer {
    need(state, "im:write")?;
    let users = args.text("users");
    if users.is_empty() {
        return refuse("users_list_not_supplied");
    }
    let Some(user) = state.workspace.user(users).cloned() else { return refuse("user_not_found") };
    if user.deleted {
        return refuse("user_disabled");
    }
    if user.bot {
        return refuse("cannot_dm_bot");
    }
    let id = state.workspace.direct(users);
    Ok(json!({"no_op": true, "already_open": true, "channel": {"id": id}}))
}

pub fn info(state: &mut State, args: &Args, _: &Double) -> Answer {
    let channel = readable(state, args.text("channel"))?;
    Ok(json!({"channel": channel_json(&channel, &state.workspace.bot_user)}))
}

pub fn members(state: &mut State, args: &Args, _: &Double) -> Answer {
    let channel = readable(state, args.text("channel"))?;
    let all: Vec<String> = channel.members.into_iter().collect();
    let (members, metadata) = page(&all, args)?;
    Ok(json!({"members": members, "response_metadata": metadata}))
}

fn listed(state: &mut State, args: &Args, user: &str, own: bool) -> Answer {
    let types = Some(args.text("types")).filter(|it| !it.is_empty()).unwrap_or("public_channel");
    let mut all = Vec::new();
    for kind in types.split(',').map(str::trim) {
        let scope = match kind {
            "public_channel" => "channels:read",
            "private_channel" => "groups:read",
            "im" => "im:read",
            "mpim" => "mpim:read",
            _ => return refuse("invalid_types"),
        };
        need(state, scope)?;
        let bot = &state.workspace.bot_user;
        let fits = |it: &&Channel| match kind {
            "public_channel" => it.with.is_none() && !it.private,
            "private_channel" => it.private && it.members.contains(bot),
            "im" => it.with.is_some(),
            _ => false,
        };
        let there = |it: &&Channel| {
            (!own || it.members.contains(user)) && !(it.archived && args.flag("exclude_archived"))
        };
        all.extend(state.workspace.channels.iter().filter(fits).filter(there).cloned());
    }
    let (channels, metadata) = page(&all, args)?;
    let bot = &state.workspace.bot_user;
    let channels: Vec<Value> = channels.iter().map(|it| channel_json(it, bot)).collect();
    Ok(json!({"channels": channels, "response_metadata": metadata}))
}

pub fn list(state: &mut State, args: &Args, _: &Double) -> Answer {
    listed(state, args, "", false)
}

pub fn of_user(state: &mut State, args: &Args, _: &Double) -> Answer {
    let bot = state.workspace.bot_user.clone();
    let user = Some(args.text("user")).filter(|it| !it.is_empty()).unwrap_or(&bot);
    listed(state, args, user, true)
}

pub fn join(state: &mut State, args: &Args, _: &Double) -> Answer {
    need(state, "channels:join")?;
    let bot = state.workspace.bot_user.clone();
    let Some(channel) = state.workspace.channel_mut(args.text("channel")) else {
        return refuse("channel_not_found");
    };
    if channel.private || channel.with.is_some() {
        return refuse("method_not_supported_for_channel_type");
    }
    if channel.archived {
        return refuse("is_archived");
    }
    channel.members.insert(bot.clone());
    let json = channel_json(channel, &bot);
    Ok(json!({"channel": json}))
}

pub fn history(state: &mut State, args: &Args, _: &Double) -> Answer {
    let channel = readable(state, args.text("channel"))?;
    let scope = match (&channel.with, channel.private) {
        (Some(_), _) => "im:history",
        (None, true) => "groups:history",
        (None, false) => "channels:history",
    };
    need(state, scope)?;
    let seen = state.notes.iter().filter(|it| it.channel == channel.id && it.only.is_none());
    let mut names: Vec<String> = seen.map(|it| it.ts.clone()).collect();
    names.reverse();
    let (names, metadata) = page(&names, args)?;
    let messages: Vec<Value> =
        names.iter().map(|ts| message_json(state, &channel.id, ts)).collect();
    Ok(json!({"messages": messages, "has_more": false, "response_metadata": metadata}))
}
