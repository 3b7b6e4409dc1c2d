//! Who is in a room, and what they are there.

use matrix_sdk::room::RoomMember;
use matrix_sdk::ruma::api::client::state::get_state_event_for_key;
use matrix_sdk::ruma::events::room::power_levels::UserPowerLevel;
use matrix_sdk::ruma::events::{MessageLikeEventType, StateEventType};
use matrix_sdk::ruma::{UserId, int};
use matrix_sdk::{Room, RoomMemberships, RoomState};

use super::bot::Bot;
use super::errors::{http_error, post_error};
use super::{ids, rooms};
use crate::domain::ids::{PersonId, PlaceId};
use crate::platform::{PostError, Profile};

/// Seconds between two looks whether the bot has come into the successor of a room.
const SUCCESSION: u64 = 10;

/// The group of those who may remove messages and people: a power level of 50 and more, which the
/// specification suggests for moderators, and the creators of rooms of version 12.
#[must_use]
pub fn moderators() -> PersonId {
    ids::person("moderators")
}

/// The joined room of a place, or the one it goes on in.
///
/// # Errors
///
/// The bot is not in it, or not yet in the one it goes on in.
pub fn room(bot: &Bot, place: &PlaceId) -> Result<Room, PostError> {
    let later = |cause: &str, seconds| {
        Err(PostError::Transient { cause: cause.to_owned(), retry_after: Some(seconds) })
    };
    let known = ids::room_of(place).and_then(|id| bot.client.get_room(&id));
    let Some(room) = known.map(|room| rooms::current(bot, room)) else { return Err(absent()) };
    match room.state() {
        RoomState::Invited => later("the bot is on its way into the room", 1),
        // It came in, and no sync told yet who may do what there.
        RoomState::Joined if !room.is_state_fully_synced() => {
            later("the bot has just come into the room", 1)
        }
        // Nobody reads it any more, and most homeservers let nobody write.
        RoomState::Joined if room.successor_room().is_some() && bot.waits_to_follow(&room) => {
            Err(replaced())
        }
        RoomState::Joined => Ok(room),
        _ => Err(absent()),
    }
}

fn replaced() -> PostError {
    let cause = "the room was replaced, and the bot is not in the new one yet".to_owned();
    PostError::Transient { cause, retry_after: Some(SUCCESSION) }
}

fn absent() -> PostError {
    PostError::DeadTarget("the bot is not in the room; invite it".to_owned())
}

/// Whether the bot may write into a room.
pub async fn may_write(bot: &Bot, room: &Room) -> bool {
    let Ok(own) = <&UserId>::try_from(bot.own.as_str()) else { return false };
    let levels = room.power_levels_or_default().await;
    let kinds = [MessageLikeEventType::RoomMessage, MessageLikeEventType::RoomEncrypted];
    kinds.into_iter().all(|kind| levels.user_can_send_message(own, kind))
}

/// What a refusal to write into the room of a place means. The homeserver may have replaced the
/// room, and no sync told of it yet.
pub async fn refused(bot: &Bot, room: &Room, refusal: PostError) -> PostError {
    if !matches!(refusal, PostError::DeadTarget(_)) {
        return refusal;
    }
    match is_replaced(bot, room).await {
        Ok(true) if bot.waits_to_follow(room) => replaced(),
        Ok(_) => refusal,
        // Whoever cannot be asked now refused nothing for good.
        Err(error) => error,
    }
}

/// Whether the homeserver knows that a room was replaced.
///
/// # Errors
///
/// See [`PostError`].
pub async fn is_replaced(bot: &Bot, room: &Room) -> Result<bool, PostError> {
    let (room, kind) = (room.room_id().to_owned(), StateEventType::RoomTombstone);
    let request = get_state_event_for_key::v3::Request::new(room, kind, String::new());
    match bot.client.send(request).await.map_err(|error| http_error(&error)) {
        Ok(_) => Ok(true),
        Err(PostError::DeadTarget(_)) => Ok(false),
        Err(error) => Err(error),
    }
}

/// Everybody in the room of a place, without the bot, if it can be written to.
///
/// # Errors
///
/// See [`PostError`].
pub async fn audience(bot: &Bot, place: &PlaceId) -> Result<Vec<Profile>, PostError> {
    let room = room(bot, place)?;
    if !may_write(bot, &room).await {
        return Err(PostError::DeadTarget("the bot may not write there".to_owned()));
    }
    members(bot, &room).await
}

/// Everybody in a room, without the bot.
///
/// # Errors
///
/// See [`PostError`].
pub async fn members(bot: &Bot, room: &Room) -> Result<Vec<Profile>, PostError> {
    let members = room.members(RoomMemberships::JOIN).await.map_err(|error| post_error(&error))?;
    let others = members.iter().filter(|member| member.user_id().as_str() != bot.own);
    Ok(others.map(profile).collect())
}

/// What is known of one person: from a room that the bot shares with them, else their account.
///
/// # Errors
///
/// See [`PostError`].
pub async fn of(bot: &Bot, person: &PersonId) -> Result<Profile, PostError> {
    let unknown = || PostError::DeadTarget("this is no user of Matrix".to_owned());
    let user = ids::user_of(person).ok_or_else(unknown)?;
    for room in bot.client.joined_rooms() {
        if let Ok(Some(member)) = room.get_member_no_sync(&user).await {
            return Ok(profile(&member));
        }
    }
    let account = bot.client.account().fetch_user_profile_of(&user).await;
    let account = account.map_err(|error| post_error(&error))?;
    let shown = account.get("displayname").and_then(|name| name.as_str());
    let (id, name) = (person.clone(), name(user.as_str(), shown, false));
    Ok(Profile { id, name, zone: None, outside: false, groups: None })
}

/// What a room tells of one of its members.
#[must_use]
pub fn profile(member: &RoomMember) -> Profile {
    let leads = match member.power_level() {
        UserPowerLevel::Infinite => true,
        UserPowerLevel::Int(level) => level >= int!(50),
        _ => false,
    };
    Profile {
        id: ids::person(member.user_id().as_str()),
        name: name(member.user_id().as_str(), member.display_name(), member.name_ambiguous()),
        zone: None,
        outside: false,
        groups: Some(leads.then(moderators).into_iter().collect()),
    }
}

/// The name people read: two of the same name are told apart by their ids.
#[must_use]
pub fn name(user: &str, shown: Option<&str>, ambiguous: bool) -> String {
    let local = user.trim_start_matches('@').split(':').next().unwrap_or(user);
    match shown.map(str::trim).filter(|name| !name.is_empty()) {
        Some(name) if ambiguous => format!("{name} ({user})"),
        Some(name) => name.to_owned(),
        None => local.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_of_a_name_are_told_apart() {
        assert_eq!(name("@ann:x", Some("Ann"), false), "Ann");
        assert_eq!(name("@ann:x", Some("Ann"), true), "Ann (@ann:x)");
        assert_eq!(name("@ann:x", Some("  "), false), "ann");
    }
}
