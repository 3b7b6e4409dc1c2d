//! Commands after which something is over or gone.

use super::said::{ActionStep, ChampionStep, Command, Forgetting};

/// What a command ends or takes away, so that a chat can ask before it is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// The open round, with its results shown.
    Close,
    /// The open round, with nothing shown.
    Cancel,
    /// An action, for good.
    Dismiss,
    /// Being champion.
    StepDown,
    /// What is kept about the person.
    Forget,
}

impl Ending {
    /// All of them.
    pub const ALL: [Self; 5] =
        [Self::Close, Self::Cancel, Self::Dismiss, Self::StepDown, Self::Forget];

    /// The name by which templates know it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Close => "close",
            Self::Cancel => "cancel",
            Self::Dismiss => "dismiss",
            Self::StepDown => "step-down",
            Self::Forget => "forget",
        }
    }
}

impl Command {
    /// What it ends or takes away, if anything.
    #[must_use]
    pub fn ending(&self) -> Option<Ending> {
        match self {
            Self::Close => Some(Ending::Close),
            Self::Cancel => Some(Ending::Cancel),
            Self::Action(ActionStep::Dismiss, _) => Some(Ending::Dismiss),
            Self::Champion(ChampionStep::StepDown(_)) => Some(Ending::StepDown),
            Self::Forget(Forgetting::Confirmed) => Some(Ending::Forget),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("close", Some(Ending::Close))]
    #[case("cancel", Some(Ending::Cancel))]
    #[case("action dismiss skills.practice.cluster", Some(Ending::Dismiss))]
    #[case("champion step-down tooling", Some(Ending::StepDown))]
    #[case("forget me for good", Some(Ending::Forget))]
    #[case("forget me", None)]
    #[case("action done 1", None)]
    #[case("champion decline tooling", None)]
    #[case("extend", None)]
    #[case("start quick", None)]
    fn what_is_over_afterwards_is_an_ending(#[case] words: &str, #[case] ending: Option<Ending>) {
        assert_eq!(super::super::parse(words).unwrap().ending(), ending);
    }
}
