//! `files.*`: the three steps of "Working with files".

use serde_json::{Value, json};

use super::super::Double;
use super::super::args::{Answer, Args, refuse};
use super::super::caller::need;
use super::super::state::{Note, State};
use super::super::uploads::Upload;

pub fn address(state: &mut State, args: &Args, double: &Double) -> Answer {
    need(state, "files:write")?;
    let length = args.number("length").unwrap_or_default();
    let (Ok(length @ 1..), false) = (usize::try_from(length), args.text("filename").is_empty())
    else {
        return refuse("missing_argument");
    };
    let id = state.fresh("F");
    let upload = Upload { alt: args.text("alt_txt").to_owned(), length, ..Upload::default() };
    state.files.insert(id.clone(), upload);
    Ok(json!({"upload_url": format!("{}/upload/v1/{id}", double.base), "file_id": id}))
}

pub fn complete(state: &mut State, args: &Args, _: &Double) -> Answer {
    need(state, "files:write")?;
    let files = args.json("files");
    let Some(list) = files.as_array().filter(|it| !it.is_empty()) else {
        return refuse("invalid_arguments");
    };
    let ids: Vec<String> =
        list.iter().filter_map(|it| it["id"].as_str()).map(str::to_owned).collect();
    let sound = |id: &String| {
        state.files.get(id).is_some_and(|it| it.bytes.len() == it.length && !it.complete)
    };
    if ids.len() != list.len() || !ids.iter().all(sound) {
        return refuse("file_not_found");
    }
    let channel = args.text("channel_id").to_owned();
    if !channel.is_empty() {
        let bot = &state.workspace.bot_user;
        match state.workspace.channel(&channel) {
            None => return refuse("channel_not_found"),
            Some(it) if !it.members.contains(bot) => return refuse("not_in_channel"),
            Some(it) if it.archived => return refuse("is_archived"),
            Some(_) => {}
        }
    }
    for id in &ids {
        if let Some(file) = state.files.get_mut(id) {
            file.complete = true;
        }
    }
    let comment = args.text("initial_comment").to_owned();
    let blocks = if comment.is_empty() { args.json("blocks") } else { Value::Null };
    if !channel.is_empty() {
        let thread = Some(args.text("thread_ts")).filter(|it| !it.is_empty()).map(str::to_owned);
        let blocks = if blocks.is_null() { json!([]) } else { blocks };
        let files = ids.clone();
        state.put(Note { channel, text: comment, blocks, thread, files, ..Note::default() });
    }
    Ok(json!({"files": list}))
}
