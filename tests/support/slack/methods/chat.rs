//! `chat.*`.

use serde_json::{Value, json};

use super::super::Double;
use super::super::args::{Answer, Args, Refusal, refuse};
use super::super::caller::need;
use super::super::state::{Note, State};
use super::super::{blocks, check};

/// The most characters of `text`; Slack cuts off what is more.
const TEXT: usize = 40_000;

/// The most bytes of words in all blocks of a message; the limit is in no reference, but people
/// met it.
const BLOCKS: usize = 13_000;

/// The bytes of all words in some blocks.
fn words_in(value: &Value) -> usize {
    match value {
        Value::Object(map) => {
            let own = map.get("text").and_then(Value::as_str).map_or(0, str::len);
            own + map.values().map(words_in).sum::<usize>()
        }
        Value::Array(list) => list.iter().map(words_in).sum(),
        _ => 0,
    }
}

/// What a message holds, after everything that is wrong with it was refused.
pub fn contents(state: &mut State, args: &Args) -> Result<(String, Value), Refusal> {
    let (text, given) = (args.text("text").to_owned(), args.json("blocks"));
    if text.is_empty() && given.as_array().is_none_or(Vec::is_empty) {
        return refuse("no_text");
    }
    if text.chars().count() > TEXT {
        return refuse("msg_too_long");
    }
    if given.is_null() {
        return Ok((text, json!([])));
    }
    if !given.is_array() {
        return refuse("invalid_blocks_format");
    }
    let found = check::message_blocks(&given).0;
    if !found.is_empty() {
        return Err(Refusal { error: "invalid_blocks".into(), messages: found });
    }
    if words_in(&given) > BLOCKS {
        return refuse("msg_blocks_too_long");
    }
    if text.is_empty() {
        state.violations.push("blocks without words for notifications".into());
    }
    Ok((text, blocks::with_ids(&given, state)))
}

fn metadata(args: &Args) -> Result<Value, Refusal> {
    let data = args.json("metadata");
    let Some(map) = data.as_object() else {
        return if data.is_null() { Ok(data) } else { refuse("invalid_metadata_format") };
    };
    let sound = map.get("event_type").is_some_and(Value::is_string)
        && map.get("event_payload").is_some_and(Value::is_object)
        && map.len() == 2;
    if sound { Ok(data) } else { refuse("invalid_metadata_schema") }
}

/// The conversation a message goes to, if the bot may write there.
pub fn writable(state: &mut State, channel: &str) -> Result<String, Refusal> {
    if channel.is_empty() {
        return refuse("channel_not_found");
    }
    let channel = if state.workspace.user(channel).is_some() {
        state.workspace.direct(channel)
    } else {
        channel.to_owned()
    };
    let bot = state.workspace.bot_user.clone();
    let Some(found) = state.workspace.channel(&channel).cloned() else {
        return refuse("channel_not_found");
    };
    if let Some(user) = &found.with {
        let user = state.workspace.user(user);
        return match user {
            _ if !state.workspace.messages_tab => refuse("messages_tab_disabled"),
            None => refuse("channel_not_found"),
            Some(user) if user.deleted => refuse("user_disabled"),
            Some(user) if user.bot => refuse("cannot_dm_bot"),
            Some(_) => Ok(channel),
        };
    }
    match () {
        () if !found.members.contains(&bot) && found.private => refuse("channel_not_found"),
        () if found.archived => refuse("is_archived"),
        () if found.members.contains(&bot) => Ok(channel),
        () if state.workspace.scopes.contains("chat:write.public") => {
            need(state, "chat:write.public")?;
            Ok(channel)
        }
        () => refuse("not_in_channel"),
    }
}

pub fn post(state: &mut State, args: &Args, _: &Double) -> Answer {
    need(state, "chat:write")?;
    let channel = writable(state, args.text("channel"))?;
    let (text, blocks) = contents(state, args)?;
    let metadata = metadata(args)?;
    let thread = Some(args.text("thread_ts")).filter(|it| !it.is_empty()).map(str::to_owned);
    if thread.as_ref().is_some_and(|ts| state.note(&channel, ts).is_none()) {
        return refuse("thread_not_found");
    }
    let note = Note { channel: channel.clone(), text, blocks, metadata, thread, ..Note::default() };
    let ts = state.put(note);
    let message = message_json(state, &channel, &ts);
    Ok(json!({"channel": channel, "ts": ts, "message": message}))
}

pub fn update(state: &mut State, args: &Args, _: &Double) -> Answer {
    need(state, "chat:write")?;
    let (channel, ts) = (args.text("channel"), args.text("ts"));
    writable(state, channel)?;
    if state.note(channel, ts).is_none_or(|note| note.only.is_some()) {
        return refuse("message_not_found");
    }
    let (text, blocks) = contents(state, args)?;
    let metadata = metadata(args)?;
    if let Some(note) = state.note(channel, ts) {
        // Without blocks those there are dropped; without metadata that stays.
        (note.text, note.blocks) = (text.clone(), blocks);
        note.edits += 1;
        if !metadata.is_null() {
            note.metadata = metadata;
        }
    }
    let message = message_json(state, channel, ts);
    Ok(json!({"channel": channel, "ts": ts, "text": text, "message": message}))
}

pub fn delete(state: &mut State, args: &Args, _: &Double) -> Answer {
    need(state, "chat:write")?;
    let (channel, ts) = (args.text("channel"), args.text("ts"));
    if state.note(channel, ts).is_none_or(|note| note.only.is_some()) {
        return refuse("message_not_found");
    }
    state.notes.retain(|note| note.channel != channel || note.ts != ts);
    Ok(json!({"channel": channel, "ts": ts}))
}

pub fn whisper(state: &mut State, args: &Args, _: &Double) -> Answer {
    need(state, "chat:write")?;
    let (channel, user) = (args.text("channel"), args.text("user"));
    let bot = state.workspace.bot_user.clone();
    let Some(found) = state.workspace.channel(channel).cloned() else {
        return refuse("channel_not_found");
    };
    if found.archived {
        return refuse("is_archived");
    }
    if !found.members.contains(&bot) {
        return refuse(if found.private { "channel_not_found" } else { "not_in_channel" });
    }
    if !found.members.contains(user) {
        return refuse("user_not_in_channel");
    }
    let (text, blocks) = contents(state, args)?;
    let only = Some(user.to_owned());
    let note = Note { channel: channel.to_owned(), text, blocks, only, ..Note::default() };
    Ok(json!({"message_ts": state.put(note)}))
}

/// A message as Slack hands it out.
pub fn message_json(state: &mut State, channel: &str, ts: &str) -> Value {
    let (user, bot, app, team) = {
        let place = &state.workspace;
        (place.bot_user.clone(), place.bot.clone(), place.app.clone(), place.team.clone())
    };
    let Some(note) = state.note(channel, ts) else { return Value::Null };
    let mut json = json!({
        "user": user, "type": "message", "ts": note.ts, "bot_id": bot, "app_id": app,
        "text": note.text, "team": team, "blocks": note.blocks,
    });
    if let Some(thread) = &note.thread {
        json["thread_ts"] = json!(thread);
    }
    if !note.metadata.is_null() {
        json["metadata"] = note.metadata.clone();
    }
    json
}
