//! What a sync left out: the homeserver cuts long timelines short, and the rest is fetched.

use matrix_sdk::Room;
use matrix_sdk::deserialized_responses::TimelineEvent;
use matrix_sdk::room::MessagesOptions;
use matrix_sdk::ruma::UInt;
use matrix_sdk::ruma::api::Direction;

use super::raw::Event;

/// Events fetched at a time.
const PAGE: u32 = 100;

/// The events between a sync's beginning and that of its timeline, the earliest first.
///
/// `from` is the `prev_batch` of the timeline, `since` the token that the sync began at (client-
/// server API, "Syncing"). Stops at the event by which the bot came into the room.
///
/// # Errors
///
/// A homeserver that does not answer; nothing is skipped then.
pub async fn earlier(
    room: &Room,
    from: &str,
    since: &str,
    own: &str,
) -> matrix_sdk::Result<Vec<TimelineEvent>> {
    let mut from = Some(from.to_owned());
    let mut events: Vec<TimelineEvent> = Vec::new();
    while let Some(token) = from.take() {
        let mut options = MessagesOptions::new(Direction::Backward).from(token.as_str());
        options.to = Some(since.to_owned());
        options.limit = UInt::from(PAGE);
        let page = room.messages(options).await?;
        let arrival = page.chunk.iter().position(|event| is_arrival(event, own));
        let end = arrival.map_or(page.chunk.len(), |at| at + 1);
        let all = end == page.chunk.len();
        events.extend(page.chunk.into_iter().take(end));
        if all && arrival.is_none() {
            from = page.end.filter(|end| *end != token);
        }
    }
    events.reverse();
    Ok(events)
}

fn is_arrival(event: &TimelineEvent, own: &str) -> bool {
    let Ok(event) = event.raw().deserialize_as_unchecked::<Event>() else { return false };
    let membership = event.content.get("membership").and_then(|it| it.as_str());
    let before = event.unsigned.pointer("/prev_content/membership").and_then(|it| it.as_str());
    event.kind == "m.room.member"
        && event.state_key.as_deref() == Some(own)
        && membership == Some("join")
        && before != Some("join")
}
