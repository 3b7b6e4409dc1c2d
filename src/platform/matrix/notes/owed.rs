//! Answers that are owed: noted before the cursor moves on, given again in the next life.

use serde::{Deserialize, Serialize};

use crate::clock::Instant;
use crate::domain::command::{self, Command, Confirmation, Verb};
use crate::domain::ids::{PersonId, PlaceId};
use crate::platform::What;

/// Where the answer to an event goes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Origin {
    /// Into the direct room where it was written.
    Direct(String),
    /// To the person in private, with a hint in the room, below this message.
    Room {
        /// The room.
        room: String,
        /// The first message of the thread for the hint.
        thread: String,
    },
    /// Into the room itself.
    Here(String),
    /// To the person in private, unasked, about something in this room.
    Private(String),
}

/// What takes the place of an answer that was lost. The event itself is handled once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Again {
    /// The question that the person has in front of them now.
    Question,
    /// The same words once more, as they change nothing.
    Words {
        /// Where they were said.
        place: Option<PlaceId>,
        /// The words.
        text: String,
    },
    /// What the bot says where it arrives.
    Arrival {
        /// The place.
        place: PlaceId,
        /// Who brought it.
        by: Option<PersonId>,
    },
    /// Word that the event was handled.
    Word,
    /// The request to write it once more.
    Repeat,
}

impl Again {
    /// What can be given again after an event.
    #[must_use]
    pub fn after(what: &What) -> Self {
        match what {
            What::Said { place, text, .. } => Self::after_words(place.as_ref(), text),
            What::Edited { .. } | What::Withdrawn { .. } => Self::Word,
            _ => Self::Question,
        }
    }

    /// The same after words.
    #[must_use]
    pub fn after_words(place: Option<&PlaceId>, text: &str) -> Self {
        use Verb::{Actions, Answer, Help, Me, Report, Status, Trend, Who, Why};
        let words = text.trim_start();
        let bare = command::behind_prefix(words);
        if bare.is_none() && command::parse_in_sitting(words).is_some() {
            return Self::Question;
        }
        match command::parse(bare.unwrap_or(words)).map(|command| command.verb()) {
            Ok(Answer) => Self::Question,
            Ok(Help | Report | Why | Trend | Actions | Who | Status | Me) => {
                Self::Words { place: place.cloned(), text: text.to_owned() }
            }
            Ok(_) => Self::Word,
            Err(_) if bare.is_some() => Self::Word,
            Err(_) => Self::Question,
        }
    }
}

/// Whether somebody confirms that they want to be forgotten.
#[must_use]
pub fn is_farewell(what: &What) -> bool {
    let What::Said { text, .. } = what else { return false };
    command::parse(command::behind_prefix(text).unwrap_or(text))
        == Ok(Command::Forget(Confirmation::Given))
}

/// An answer that a person has not got yet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Owed {
    /// Who waits.
    pub person: PersonId,
    /// Where the answer goes.
    pub origin: Origin,
    /// What is given if it is lost.
    pub again: Again,
    /// Whether the event is known to be committed.
    pub sure: bool,
    /// Since when.
    pub since: Instant,
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[test]
    fn only_whoever_confirms_is_forgotten() {
        let said = |text: &str| {
            let person = PersonId::from("matrix:@ann:x");
            is_farewell(&What::Said { person, place: None, text: text.to_owned() })
        };
        assert!(said("forget me for good") && said("!maturity forget me yes"));
        assert!(!said("forget me") && !said("forget me for good?") && !said("3"));
    }

    fn words(text: &str) -> Again {
        Again::Words { place: None, text: text.to_owned() }
    }

    #[rstest]
    #[case("3", Again::Question)]
    #[case("None so far", Again::Question)]
    #[case("back", Again::Question)]
    #[case("why", Again::Question)]
    #[case("answer 4", Again::Question)]
    #[case("status", words("status"))]
    #[case("/maturity report tooling", words("/maturity report tooling"))]
    #[case("/maturity why tooling", words("/maturity why tooling"))]
    #[case("/maturity", words("/maturity"))]
    #[case("start quick", Again::Word)]
    #[case("close", Again::Word)]
    #[case("!maturity cancel", Again::Word)]
    #[case("extend 3 days", Again::Word)]
    #[case("mode anonymous", Again::Word)]
    #[case("/maturity close", Again::Word)]
    #[case("/maturity nonsense", Again::Word)]
    fn only_what_changes_nothing_is_said_again(#[case] text: &str, #[case] expected: Again) {
        let person = PersonId::from("matrix:@ann:x");
        let what = What::Said { person, place: None, text: text.to_owned() };
        assert_eq!(Again::after(&what), expected);
    }
}
