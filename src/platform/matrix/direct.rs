//! Direct rooms: found, opened when they are needed, and told from rooms of several people.

use matrix_sdk::ruma::UserId;
use matrix_sdk::ruma::events::room::member::MembershipState;
use matrix_sdk::{Room, RoomState};

use super::bot::Bot;
use super::errors::post_error;
use super::ids;
use crate::domain::ids::PersonId;
use crate::platform::PostError;

/// The most people of a direct room, the bot included. Where a third looks on, nothing is private.
const MOST: u64 = 2;

/// Whether what is written in a room is between one person and the bot.
#[must_use]
pub fn is_direct(bot: &Bot, room: &Room) -> bool {
    let named = bot.notes.is_direct(room.room_id().as_str()) || !room.direct_targets().is_empty();
    (named || is_made_by(room, &bot.own)) && room.active_members_count() <= MOST
}

/// Whether the bot made a room; it makes direct ones alone.
#[must_use]
pub fn is_made_by(room: &Room, own: &str) -> bool {
    let creators = room.creators().unwrap_or_default();
    creators.first().is_some_and(|creator| creator.as_str() == own)
}

/// Whether a person left: they do not want to be written to there.
async fn has_left(room: &Room, user: &UserId) -> bool {
    let member = room.get_member_no_sync(user).await.ok().flatten();
    let gone = [MembershipState::Leave, MembershipState::Ban];
    member.is_some_and(|member| gone.contains(member.membership()))
}

/// The direct room with a person; opens one where there is none. A person who left theirs is
/// invited anew only if they asked for something.
///
/// # Errors
///
/// See [`PostError`].
pub async fn room_with(bot: &Bot, person: &PersonId, asked: bool) -> Result<Room, PostError> {
    let unknown = || PostError::DeadTarget("this is no user of Matrix".to_owned());
    let user = ids::user_of(person).ok_or_else(unknown)?;
    let _making = bot.making.lock().await;
    let mut left = false;
    for room in known(bot, person, &user) {
        if has_left(&room, &user).await {
            left = true;
            continue;
        }
        note(bot, person, &room).await?;
        return Ok(room);
    }
    if left && !asked {
        return Err(PostError::DeadTarget("the person left the direct room".to_owned()));
    }
    let room = match unnoted(bot, &user).await {
        Some(room) if !left => room,
        _ => open(bot, &user).await?,
    };
    note(bot, person, &room).await?;
    Ok(room)
}

/// Opens a direct room. Homeservers limit that far more than messages, so whoever waits for one
/// holds up nobody else.
async fn open(bot: &Bot, user: &UserId) -> Result<Room, PostError> {
    bot.client.create_dm(user).await.map_err(|error| match post_error(&error) {
        PostError::Limited { retry_after } => {
            let cause = "the homeserver lets no more rooms be made now".to_owned();
            PostError::Transient { cause, retry_after: Some(retry_after.max(1)) }
        }
        other => other,
    })
}

/// A room that an earlier life made for a person and did not come to note.
async fn unnoted(bot: &Bot, user: &UserId) -> Option<Room> {
    for room in bot.client.joined_rooms() {
        let ours = is_made_by(&room, &bot.own) && room.active_members_count() <= MOST;
        if ours && room.get_member_no_sync(user).await.ok().flatten().is_some() {
            return Some(room);
        }
    }
    None
}

/// Rooms that can be the direct one: as noted, and as the account says.
fn known(bot: &Bot, person: &PersonId, user: &UserId) -> Vec<Room> {
    let noted = bot.notes.direct(person).and_then(|room| room.try_into().ok());
    let noted = noted.and_then(|room: matrix_sdk::ruma::OwnedRoomId| bot.client.get_room(&room));
    let said = bot.client.get_dm_rooms(user);
    let rooms = noted.into_iter().chain(said);
    let fits =
        |room: &Room| room.state() == RoomState::Joined && room.active_members_count() <= MOST;
    rooms.filter(fits).collect()
}

async fn note(bot: &Bot, person: &PersonId, room: &Room) -> Result<(), PostError> {
    let noted = bot.notes.set_direct(person, room.room_id().as_str()).await;
    noted.map_err(|error| PostError::Transient { cause: error.to_string(), retry_after: None })
}
