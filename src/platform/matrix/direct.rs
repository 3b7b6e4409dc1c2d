//! Direct rooms: found, opened when they are needed, and told from rooms of several people.

use matrix_sdk::ruma::UserId;
use matrix_sdk::ruma::events::room::member::MembershipState;
use matrix_sdk::{Room, RoomMemberships, RoomState};

use super::bot::Bot;
use super::errors::post_error;
use super::{ids, rooms};
use crate::domain::ids::PersonId;
use crate::platform::PostError;

/// The most people of a direct room, the bot included. Where a third looks on, nothing is private.
const MOST: u64 = 2;

/// Whether what is written in a room is between one person and the bot.
///
/// # Errors
///
/// The homeserver did not tell who is in it; see [`PostError`].
pub async fn is_direct(bot: &Bot, room: &Room) -> Result<bool, PostError> {
    let named = bot.notes.is_direct(room.room_id().as_str()) || !room.direct_targets().is_empty();
    Ok((named || is_made_by(room, &bot.own)) && is_private(room).await?)
}

/// Whether nobody but one person and the bot is in a room, or invited to it.
///
/// # Errors
///
/// As [`is_direct`].
pub async fn is_private(room: &Room) -> Result<bool, PostError> {
    // Syncs tell the number only when it changes, and a store may have begun without it.
    if room.joined_members_count() > 0 {
        return Ok(room.active_members_count() <= MOST);
    }
    let members = room.members(RoomMemberships::ACTIVE).await;
    let members = members.map_err(|error| post_error(&error))?;
    Ok(members.len() as u64 <= MOST)
}

/// Whether the bot made a room; it makes direct ones alone.
#[must_use]
pub fn is_made_by(room: &Room, own: &str) -> bool {
    let creators = room.creators().unwrap_or_default();
    creators.first().is_some_and(|creator| creator.as_str() == own)
}

/// Whether a person left: they do not want to be written to there.
///
/// # Errors
///
/// As [`is_direct`].
pub async fn has_left(room: &Room, user: &UserId) -> Result<bool, PostError> {
    let member = room.get_member(user).await.map_err(|error| post_error(&error))?;
    let gone = [MembershipState::Leave, MembershipState::Ban];
    Ok(member.is_some_and(|member| gone.contains(member.membership())))
}

/// The direct room with a person; opens one where there is none. A person who left theirs is
/// invited anew only if they asked for something.
///
/// # Errors
///
/// See [`PostError`].
pub async fn room_with(bot: &Bot, person: &PersonId, asked: bool) -> Result<Room, PostError> {
    let room = found_or_made(bot, person, asked).await;
    if !matches!(room, Err(PostError::Transient { .. } | PostError::Unanswered(_))) {
        bot.openings.end(person);
    }
    room
}

async fn found_or_made(bot: &Bot, person: &PersonId, asked: bool) -> Result<Room, PostError> {
    let unknown = || PostError::DeadTarget("this is no user of Matrix".to_owned());
    let user = ids::user_of(person).ok_or_else(unknown)?;
    let _making = bot.making.lock().await;
    let mut left = false;
    for room in known(bot, person, &user).await? {
        if has_left(&room, &user).await? {
            left = true;
            continue;
        }
        note(bot, person, &room).await?;
        return Ok(room);
    }
    if left && !asked {
        return Err(PostError::DeadTarget("the person left the direct room".to_owned()));
    }
    let room = match unnoted(bot, &user).await? {
        Some(room) if !left => room,
        _ => open(bot, (person, &user), asked).await?,
    };
    note(bot, person, &room).await?;
    Ok(room)
}

/// Opens a direct room, when it is the person's turn.
async fn open(
    bot: &Bot,
    (person, user): (&PersonId, &UserId),
    asked: bool,
) -> Result<Room, PostError> {
    let limited = |seconds| {
        let cause = "the homeserver lets no more rooms be made now".to_owned();
        PostError::Transient { cause, retry_after: Some(seconds) }
    };
    bot.openings.begin(person, asked, bot.clock.now()).map_err(limited)?;
    bot.client.create_dm(user).await.map_err(|error| match post_error(&error) {
        PostError::Limited { retry_after } => {
            bot.openings.pause(retry_after.max(1), bot.clock.now());
            limited(retry_after.max(1))
        }
        other => other,
    })
}

/// A room that an earlier life made for a person and did not come to note.
async fn unnoted(bot: &Bot, user: &UserId) -> Result<Option<Room>, PostError> {
    for room in bot.client.joined_rooms() {
        if is_made_by(&room, &bot.own) && is_private(&room).await? {
            let member = room.get_member(user).await.map_err(|error| post_error(&error))?;
            if member.is_some() {
                return Ok(Some(room));
            }
        }
    }
    Ok(None)
}

/// Rooms that can be the direct one: as noted, and as the account says.
async fn known(bot: &Bot, person: &PersonId, user: &UserId) -> Result<Vec<Room>, PostError> {
    let noted = bot.notes.direct(person).and_then(|room| room.try_into().ok());
    let noted = noted.and_then(|room: matrix_sdk::ruma::OwnedRoomId| bot.client.get_room(&room));
    let said = bot.client.get_dm_rooms(user);
    let mut fitting = Vec::new();
    for room in noted.into_iter().chain(said) {
        let room = rooms::current(bot, room);
        let lives = room.state() == RoomState::Joined && room.successor_room().is_none();
        if lives && is_private(&room).await? {
            fitting.push(room);
        }
    }
    Ok(fitting)
}

async fn note(bot: &Bot, person: &PersonId, room: &Room) -> Result<(), PostError> {
    let noted = bot.notes.set_direct(person, room.room_id().as_str()).await;
    noted.map_err(|error| PostError::Transient { cause: error.to_string(), retry_after: None })
}
