//! Words of the terminal itself.

use super::declare::words;
use super::when::{When, sample_when};

words! {
    /// Another person speaks.
    ConsoleSpeaker = "console/speaker" {
        name: String = "Ann".to_owned(),
        added: bool = true,
    }
    /// A line above a message that says where it went, or where the speaker is.
    ConsoleTo = "console/to" {
        to: String = "try-out".to_owned(),
        person: bool = false,
        here: bool = false,
        at: Option<When> = Some(sample_when()),
    }
    /// The clock was moved.
    ConsoleNow = "console/now" {
        at: When = sample_when(),
    }
    /// A line about the terminal that cannot be used.
    ConsoleBadLine = "console/bad-line" {
        problem: &'static str = "bad-name",
        name: String = "Ann".to_owned(),
    }
    /// How a form is filled in.
    ConsoleForm = "console/form" {
        word: &'static str = "how",
    }
    /// The first words of a try-out.
    ConsoleWelcome = "console/welcome" {
        name: Option<String> = Some("Ann".to_owned()),
        samples: usize = 4,
        rounds: usize = 3,
        empty: bool = false,
        back: bool = false,
    }
    /// The guided tour goes on after the last answer.
    ConsoleTour = "console/tour" {
        step: &'static str = "closing",
    }
    /// The end of a session.
    ConsoleBye = "console/bye" {
        data: String = "a folder".to_owned(),
        command: String = "maturity-bot try".to_owned(),
    }
}
