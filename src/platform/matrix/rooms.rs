//! Coming into rooms: invitations, upgrades, and who may bring the bot where.

use std::sync::Arc;

use matrix_sdk::ruma::{OwnedRoomId, OwnedServerName, RoomOrAliasId};
use matrix_sdk::{Room, RoomState};

use super::bot::Bot;
use super::errors::post_error;
use super::waiting::{backoff, nap};
use super::{deliver, ids};
use crate::platform::{PostError, Stop};

/// How often in a row a room may have been replaced.
const MOST_UPGRADES: usize = 20;

/// How often it is tried to come into a room before it is left to the next start.
const TRIES: u32 = 60;

/// Whether an invitation by a user is accepted: by the list, by an admin, or because the room
/// carries on another one that the bot is in.
#[must_use]
pub fn is_welcome(bot: &Bot, room: &Room, inviter: &str) -> bool {
    allowed(&bot.settings.invites, inviter)
        || bot.admins.contains(&ids::person(inviter))
        || bot.client.joined_rooms().iter().any(|old| carries_on(room, old))
}

/// The room that another one carries on. Both must say so: anybody may make a room that claims to
/// replace another one, or let an own one point to it.
#[must_use]
pub fn predecessor(bot: &Bot, room: &Room) -> Option<Room> {
    let old = bot.client.get_room(&room.predecessor_room()?.room_id)?;
    carries_on(room, &old).then_some(old)
}

/// The room that a room goes on in, as far as the bot came: itself, where it was not replaced.
#[must_use]
pub fn current(bot: &Bot, mut room: Room) -> Room {
    for _ in 0..MOST_UPGRADES {
        let next = room.successor_room().and_then(|next| bot.client.get_room(&next.room_id));
        match next.filter(|next| next.state() == RoomState::Joined && carries_on(next, &room)) {
            Some(next) => room = next,
            None => break,
        }
    }
    room
}

fn carries_on(new: &Room, old: &Room) -> bool {
    let points = old.successor_room().is_some_and(|it| it.room_id == new.room_id());
    points && new.predecessor_room().is_some_and(|it| it.room_id == old.room_id())
}

fn allowed(guests: &[String], inviter: &str) -> bool {
    let server = inviter.split_once(':').map(|(_, server)| server);
    guests.iter().any(|guest| guest == inviter || Some(guest.as_str()) == server)
}

/// Answers an invitation, beside everything else.
pub fn answer(bot: &Arc<Bot>, room: Room, stop: Stop) {
    // An invitation that waits is found twice: in a sync, and by looking for those that wait.
    if !bot.begins_to_answer(room.room_id()) {
        return;
    }
    let bot = Arc::clone(bot);
    tokio::spawn(async move {
        let mut stop = stop;
        tokio::select! {
            () = decide(&bot, &room) => {}
            _ = stop.wait_for(|stop| *stop) => {}
        }
        bot.has_answered(room.room_id());
    });
}

async fn decide(bot: &Bot, room: &Room) {
    let id = room.room_id().to_string();
    let Ok(invite) = room.invite_details().await else { return };
    let inviter = invite.inviter_id.to_string();
    if !is_welcome(bot, room, &inviter) {
        tracing::info!(room = id, "an invitation was declined; its sender is not on the list");
        retry(|| room.leave()).await;
        return;
    }
    if room.is_direct().await.unwrap_or(false) {
        deliver::keep(bot.notes.set_direct(&ids::person(&inviter), &id).await);
    }
    let joined = retry(|| async {
        if room.state() == RoomState::Invited { room.join().await } else { Ok(()) }
    });
    if joined.await {
        tracing::info!(room = id, "came into a room");
    }
}

/// Goes on into the successor of an upgraded room; where that needs an invitation, waits for it.
pub fn follow(bot: &Arc<Bot>, successor: &str, by: &str) {
    let Ok(room) = OwnedRoomId::try_from(successor) else { return };
    let via = by.split_once(':').and_then(|(_, server)| OwnedServerName::try_from(server).ok());
    let client = bot.client.clone();
    tokio::spawn(async move {
        let via: Vec<OwnedServerName> = via.into_iter().collect();
        let room = <&RoomOrAliasId>::from(&*room);
        retry(|| async { client.join_room_by_id_or_alias(room, &via).await.map(|_| ()) }).await;
    });
}

/// Tries until it works or never can; gives whether it did.
async fn retry<F>(attempt: impl Fn() -> F) -> bool
where
    F: Future<Output = matrix_sdk::Result<()>>,
{
    for tried in 0..TRIES {
        let Err(error) = attempt().await else { return true };
        let wait = match post_error(&error) {
            PostError::Limited { retry_after } => retry_after.max(1),
            PostError::Transient { .. } | PostError::Unanswered(_) => backoff(tried),
            refused => {
                tracing::warn!(error = %refused, "a room could not be entered or left");
                return false;
            }
        };
        nap(wait).await;
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn users_and_servers_are_on_the_list_by_their_whole_name() {
        let guests = ["@ann:a.org".to_owned(), "b.org".to_owned()];
        assert!(allowed(&guests, "@ann:a.org"));
        assert!(!allowed(&guests, "@ben:a.org"));
        assert!(allowed(&guests, "@cem:b.org"));
        assert!(!allowed(&guests, "@cem:evil.b.org"));
        assert!(!allowed(&[], "@ann:a.org"));
    }
}
