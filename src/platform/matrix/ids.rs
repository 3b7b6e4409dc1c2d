//! The bot's ids and those of Matrix: ours bear the platform's name in front.

use matrix_sdk::ruma::{OwnedEventId, OwnedRoomId, OwnedUserId};

use crate::domain::ids::{EventId, PersonId, PlaceId};
use crate::domain::message::MessageRef;

/// The platform's name, in front of the colon of every id.
pub const PLATFORM: &str = "matrix";

/// A person by user id.
#[must_use]
pub fn person(user: &str) -> PersonId {
    PersonId(format!("{PLATFORM}:{user}"))
}

/// A place by room id.
#[must_use]
pub fn place(room: &str) -> PlaceId {
    PlaceId(format!("{PLATFORM}:{room}"))
}

/// An event, which only its room makes one of a kind.
#[must_use]
pub fn event(room: &str, event: &str) -> EventId {
    EventId(format!("{PLATFORM}:{room}/{event}"))
}

/// The user of a person; `None` where the id is no user id.
#[must_use]
pub fn user_of(person: &PersonId) -> Option<OwnedUserId> {
    person.bare().try_into().ok()
}

/// The room of a place; `None` where the id is no room id.
#[must_use]
pub fn room_of(place: &PlaceId) -> Option<OwnedRoomId> {
    place.bare().try_into().ok()
}

/// The longest id (specification, "Common Namespace Format"), in bytes.
const LONGEST: usize = 255;

/// An event's id, where it has the form of one. What people's clients name in encrypted events no
/// homeserver has looked at, and a request cannot be made of everything.
#[must_use]
pub fn sound(event: &str) -> Option<&matrix_sdk::ruma::EventId> {
    let fits = event.len() <= LONGEST && event.bytes().all(|byte| byte.is_ascii_graphic());
    <&matrix_sdk::ruma::EventId>::try_from(event).ok().filter(|_| fits)
}

/// A message of ours.
#[must_use]
pub fn reference(room: &str, event: &str) -> MessageRef {
    MessageRef(format!("{room}/{event}"))
}

/// The room and event of a message of ours.
#[must_use]
pub fn message_of(reference: &MessageRef) -> Option<(OwnedRoomId, OwnedEventId)> {
    let (room, event) = reference.0.rsplit_once("/$")?;
    Some((room.try_into().ok()?, format!("${event}").try_into().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_come_back() {
        let user = user_of(&person("@ann:example.org")).unwrap();
        assert_eq!(user, "@ann:example.org");
        assert_eq!(room_of(&place("!a:example.org")).unwrap(), "!a:example.org");
        let (room, event) = message_of(&reference("!a/b:x", "$e")).unwrap();
        assert_eq!((room.as_str(), event.as_str()), ("!a/b:x", "$e"));
        assert!(room_of(&place("#alias:x")).is_none());
    }

    #[test]
    fn only_what_has_the_form_of_an_id_is_asked_for() {
        for id in ["$143273582443PhrSn:example.org", "$Rqnc-F-dvnEYJTyHq_iKxU2bZ1CI92-kuZq3a5lr5Zg"]
        {
            assert_eq!(sound(id).unwrap(), id);
        }
        let long = [format!("${}", " ".repeat(22_000)), format!("${}", "a".repeat(20_000))];
        let odd = ["$a\0b", "$a b", "$ä", "no", ""].map(str::to_owned);
        for id in long.iter().chain(&odd) {
            assert!(sound(id).is_none(), "{} bytes", id.len());
        }
    }

    #[test]
    fn rooms_of_version_twelve_have_no_server() {
        let room = "!31hneApxJ_1o-63DmFrpeqnkFfWppnzWso1JvH3ogLM";
        assert_eq!(room_of(&place(room)).unwrap(), room);
    }
}
