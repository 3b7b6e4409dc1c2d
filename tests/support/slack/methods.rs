//! The methods of the Web API, each after its own page of Slack's reference.

mod chat;
mod conversations;
mod files;
mod people;
mod sockets;
mod views;

pub use chat::message_json;

use super::Double;
use super::args::{Answer, Arg, Args};
use super::caller::Token;
use super::faults::Tier;
use super::state::State;

/// What there is to know about a method before it runs.
#[derive(Clone, Copy)]
pub struct Method {
    /// How often it may be called.
    pub tier: Tier,
    /// Who may call it.
    pub token: Token,
    /// What it takes.
    pub args: &'static [(&'static str, Arg)],
    /// What it does.
    pub run: fn(&mut State, &Args, &Double) -> Answer,
}

macro_rules! method {
    ($tier:ident, $token:ident, $run:path, [$($name:literal $kind:ident),*]) => {
        Some(Method {
            tier: Tier::$tier,
            token: Token::$token,
            args: &[$(($name, Arg::$kind)),*],
            run: $run,
        })
    };
}

/// A method by its name.
#[rustfmt::skip]
pub fn find(name: &str) -> Option<Method> {
    match name {
        "api.test" => method!(Special, Bot, sockets::test, []),
        "auth.test" => method!(Special, Bot, sockets::auth, []),
        "apps.connections.open" => method!(Three, App, sockets::open, []),
        "blocks.validate" => method!(Four, Bot, views::validate, ["blocks" Json, "message" Json, "view" Json]),
        "chat.postMessage" => method!(Post, Bot, chat::post, ["channel" Text, "text" Text, "blocks" Json, "metadata" Json, "thread_ts" Text, "reply_broadcast" Flag, "unfurl_links" Flag, "unfurl_media" Flag, "mrkdwn" Flag, "parse" Text, "link_names" Flag]),
        "chat.update" => method!(Three, Bot, chat::update, ["channel" Text, "ts" Text, "text" Text, "blocks" Json, "metadata" Json, "parse" Text, "link_names" Flag]),
        "chat.delete" => method!(Three, Bot, chat::delete, ["channel" Text, "ts" Text]),
        "chat.postEphemeral" => method!(Four, Bot, chat::whisper, ["channel" Text, "user" Text, "text" Text, "blocks" Json, "thread_ts" Text, "parse" Text, "link_names" Flag]),
        "conversations.open" => method!(Three, Bot, conversations::open, ["users" Text, "channel" Text, "return_im" Flag, "prevent_creation" Flag]),
        "conversations.info" => method!(Three, Bot, conversations::info, ["channel" Text, "include_locale" Flag, "include_num_members" Flag]),
        "conversations.members" => method!(Four, Bot, conversations::members, ["channel" Text, "cursor" Text, "limit" Number]),
        "conversations.list" => method!(Two, Bot, conversations::list, ["types" Text, "exclude_archived" Flag, "cursor" Text, "limit" Number]),
        "conversations.join" => method!(Three, Bot, conversations::join, ["channel" Text]),
        "conversations.history" => method!(Three, Bot, conversations::history, ["channel" Text, "cursor" Text, "limit" Number, "oldest" Text, "latest" Text, "inclusive" Flag, "include_all_metadata" Flag]),
        "users.info" => method!(Four, Bot, people::info, ["user" Text, "include_locale" Flag]),
        "users.list" => method!(Two, Bot, people::list, ["cursor" Text, "limit" Number, "include_locale" Flag]),
        "users.conversations" => method!(Three, Bot, conversations::of_user, ["user" Text, "types" Text, "exclude_archived" Flag, "cursor" Text, "limit" Number]),
        "dnd.info" => method!(Three, Bot, people::rest, ["user" Text]),
        "usergroups.list" => method!(Two, Bot, people::groups, ["include_count" Flag, "include_disabled" Flag, "include_users" Flag]),
        "usergroups.users.list" => method!(Two, Bot, people::group_members, ["usergroup" Text, "include_disabled" Flag]),
        "views.open" => method!(Four, Bot, views::open, ["trigger_id" Text, "view" Json]),
        "views.push" => method!(Four, Bot, views::push, ["trigger_id" Text, "view" Json]),
        "views.update" => method!(Four, Bot, views::update, ["view_id" Text, "external_id" Text, "hash" Text, "view" Json]),
        "views.publish" => method!(Four, Bot, views::publish, ["user_id" Text, "hash" Text, "view" Json]),
        "files.getUploadURLExternal" => method!(Four, Bot, files::address, ["filename" Text, "length" Number, "alt_txt" Text, "snippet_type" Text]),
        "files.completeUploadExternal" => method!(Four, Bot, files::complete, ["files" Json, "channel_id" Text, "initial_comment" Text, "thread_ts" Text, "blocks" Json]),
        _ => None,
    }
}
