//! Commands after which something is over or gone, or everybody has heard from the bot.

use super::said::{ActionStep, ChampionStep, Command, Confirmation};

/// What a command does that nobody should do by a slip, so that a chat can ask first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weighty {
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
    /// The round lasts three days longer, and everybody is told.
    Extend,
    /// The results are posted once more.
    Publish,
    /// One of the few reminders goes out.
    Nudge,
}

impl Weighty {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::Close,
        Self::Cancel,
        Self::Dismiss,
        Self::StepDown,
        Self::Forget,
        Self::Extend,
        Self::Publish,
        Self::Nudge,
    ];

    /// Whether something is over or gone afterwards.
    #[must_use]
    pub fn ends_something(self) -> bool {
        !matches!(self, Self::Extend | Self::Publish | Self::Nudge)
    }

    /// The name by which templates know it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Close => "close",
            Self::Cancel => "cancel",
            Self::Dismiss => "dismiss",
            Self::StepDown => "step-down",
            Self::Forget => "forget",
            Self::Extend => "extend",
            Self::Publish => "publish",
            Self::Nudge => "nudge",
        }
    }
}

impl Command {
    /// What it does that nobody should do by a slip, if it does.
    #[must_use]
    pub fn weighty(&self) -> Option<Weighty> {
        match self {
            Self::Close(_) => Some(Weighty::Close),
            Self::Cancel(_) => Some(Weighty::Cancel),
            Self::Action(ActionStep::Dismiss, _) => Some(Weighty::Dismiss),
            Self::Champion(ChampionStep::StepDown(_)) => Some(Weighty::StepDown),
            Self::Forget(Confirmation::Given) => Some(Weighty::Forget),
            Self::Extend(None) => Some(Weighty::Extend),
            Self::Publish => Some(Weighty::Publish),
            Self::Nudge => Some(Weighty::Nudge),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("close", Some(Weighty::Close))]
    #[case("cancel", Some(Weighty::Cancel))]
    #[case("action dismiss skills.practice.cluster", Some(Weighty::Dismiss))]
    #[case("champion step-down tooling", Some(Weighty::StepDown))]
    #[case("forget me for good", Some(Weighty::Forget))]
    #[case("forget me", None)]
    #[case("action done 1", None)]
    #[case("champion decline tooling", None)]
    #[case("extend 2 days", None)]
    #[case("extend", Some(Weighty::Extend))]
    #[case("publish", Some(Weighty::Publish))]
    #[case("nudge", Some(Weighty::Nudge))]
    #[case("report", None)]
    #[case("start quick", None)]
    fn what_nobody_should_do_by_a_slip_is_weighty(
        #[case] words: &str,
        #[case] weight: Option<Weighty>,
    ) {
        assert_eq!(super::super::parse(words).unwrap().weighty(), weight);
    }
}
