//! `views.*` and `blocks.validate`.

use serde_json::{Value, json};

use super::super::Double;
use super::super::args::{Answer, Args, Refusal, refuse};
use super::super::check;
use super::super::state::State;
use super::super::views::view_json;

/// How long a trigger lives, in milliseconds.
const TRIGGER: i64 = 3000;

/// A view of the wanted type, after everything that is wrong with it was refused.
fn view_of(args: &Args, wanted: &str) -> Result<Value, Refusal> {
    let view = args.json("view");
    let found = check::view(&view).0;
    if !found.is_empty() {
        return Err(Refusal { error: "invalid_arguments".into(), messages: found });
    }
    if view["type"] == wanted { Ok(view) } else { refuse("invalid_arguments") }
}

/// Uses a trigger up; gives whose it was.
fn pull(state: &mut State, id: &str) -> Result<String, Refusal> {
    let now = state.now;
    let Some(trigger) = state.triggers.get_mut(id) else { return refuse("invalid_trigger_id") };
    if trigger.used {
        return refuse("exchanged_trigger_id");
    }
    if now - trigger.at > TRIGGER {
        return refuse("expired_trigger_id");
    }
    trigger.used = true;
    Ok(trigger.user.clone())
}

pub fn open(state: &mut State, args: &Args, _: &Double) -> Answer {
    let view = view_of(args, "modal")?;
    let user = pull(state, args.text("trigger_id"))?;
    let id = state.show(&user, view, false)?;
    answer(state, &id)
}

pub fn push(state: &mut State, args: &Args, _: &Double) -> Answer {
    let view = view_of(args, "modal")?;
    let user = pull(state, args.text("trigger_id"))?;
    let id = state.show(&user, view, true)?;
    answer(state, &id)
}

pub fn update(state: &mut State, args: &Args, _: &Double) -> Answer {
    let view = view_of(args, "modal")?;
    let (id, external) = (args.text("view_id"), args.text("external_id"));
    let Some(id) = state.views.find(id, external) else { return refuse("not_found") };
    if !args.text("hash").is_empty() && state.views.hash(&id) != args.text("hash") {
        return refuse("hash_conflict");
    }
    let id = state.replace(&id, view);
    answer(state, &id)
}

pub fn publish(state: &mut State, args: &Args, _: &Double) -> Answer {
    let view = view_of(args, "home")?;
    let user = args.text("user_id");
    if state.workspace.user(user).is_none_or(|it| it.deleted || it.bot) {
        return refuse("invalid_arguments");
    }
    let hash = args.text("hash");
    let there = state.views.homes.get(user).map(|home| home.hash.clone());
    if !hash.is_empty() && there.is_some_and(|there| there != hash) {
        return refuse("hash_conflict");
    }
    let id = state.settle_home(user, view);
    answer(state, &id)
}

fn answer(state: &State, id: &str) -> Answer {
    let Some(view) = state.views.get(id) else { return refuse("not_found") };
    Ok(json!({"view": view_json(view, &state.workspace)}))
}

pub fn validate(_: &mut State, args: &Args, _: &Double) -> Answer {
    let mut messages = Vec::new();
    let message = args.json("message");
    for blocks in [args.json("blocks"), message["blocks"].clone()] {
        if !blocks.is_null() {
            messages.extend(check::message_blocks(&blocks).0);
        }
    }
    let view = args.json("view");
    if !view.is_null() {
        messages.extend(check::view(&view).0);
    }
    if messages.is_empty() {
        return Ok(json!({}));
    }
    Err(Refusal { error: "invalid_blocks".into(), messages })
}
