//! What was not understood, as facts; the sentences about it live with all other text.

use thiserror::Error;

use super::said::Verb;

/// Why a text is not a command.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Misunderstood {
    /// The first word is no verb.
    #[error("no command is called `{heard}`; `help` lists all of them")]
    Word {
        /// What was typed, safe to repeat, at most 40 characters.
        heard: String,
        /// The verb it is nearest to, if it is near one.
        suggestion: Option<&'static str>,
    },
    /// The verb is known, what followed it is not.
    #[error("`{verb:?}` needs {wanted:?} and got `{heard}`; `help` shows how it is used")]
    Argument {
        /// The verb.
        verb: Verb,
        /// What should have followed.
        wanted: Wanted,
        /// What followed, safe to repeat, at most 40 characters; may be empty.
        heard: String,
        /// The choice it is nearest to, if it is near one.
        suggestion: Option<&'static str>,
    },
}

/// What a verb expected to follow it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Wanted {
    /// No further words.
    Nothing,
    /// A verb or a group of help, or nothing.
    Topic,
    /// `KEY=VALUE`, with a known key.
    Setting,
    /// The name of a preset.
    Preset,
    /// A span or a date in the future.
    Until,
    /// A question's id or its number in a list.
    Question,
    /// A pillar or a question's id.
    Subject,
    /// One of the four pillars.
    Pillar,
    /// `take`, `done` or `dismiss`.
    ActionStep,
    /// An action's id or its number in a list.
    Action,
    /// A step of a champion.
    ChampionStep,
    /// A person.
    Person,
    /// A pillar and a person.
    PillarAndPerson,
    /// A pillar and a level from 0 to 5.
    PillarAndLevel,
    /// `me`, and nothing else or the exact confirmation.
    Confirmation,
    /// A mode.
    Mode,
    /// A team's name of at most 60 characters.
    Name,
    /// A time zone by its name, such as `Europe/Berlin`.
    Zone,
    /// A number from 2 to 50.
    Minimum,
    /// A rhythm, a cron expression or `off`, of at most 120 characters.
    Schedule,
    /// `HH:MM-HH:MM` or `off`.
    Quiet,
    /// `on` or `off`.
    OnOff,
    /// `add` or `remove`, and a person.
    Lead,
}

impl Wanted {
    /// The name by which the words about it are found; several kinds of settings share one.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Zone => "zone",
            Self::Minimum => "minimum",
            Self::Quiet => "quiet",
            Self::OnOff => "on-off",
            Self::Name => "name",
            Self::Schedule => "schedule",
            Self::Lead | Self::Person => "lead",
            _ => "",
        }
    }

    /// The words there are to choose from; empty where the choice is open.
    #[must_use]
    pub fn choices(self) -> &'static [&'static str] {
        match self {
            Self::Pillar | Self::Subject | Self::PillarAndPerson | Self::PillarAndLevel => {
                &["skills", "structure", "tooling", "processes"]
            }
            Self::ActionStep => &["take", "done", "dismiss"],
            Self::ChampionStep => &["volunteer", "nominate", "accept", "decline", "step-down"],
            Self::Mode => &["anonymous", "pseudonymous", "open"],
            Self::Setting => {
                &["name", "zone", "minimum", "quiet", "early", "small", "mode", "schedule"]
            }
            Self::OnOff => &["on", "off"],
            Self::Lead => &["add", "remove"],
            Self::Preset => &["quick", "full", "pulse"],
            _ => &[],
        }
    }
}
