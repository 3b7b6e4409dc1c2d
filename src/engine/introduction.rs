//! How a round is introduced: its title, its terms, the way in.

use super::decision::{Decided, Desk};
use crate::domain::ids::RoundId;
use crate::domain::message::{Choice, Press};
use crate::domain::round::Round;
use crate::domain::selection::Plan;
use crate::domain::team::Team;
use crate::text::words::Invitation;

/// Whether a preset asks a few questions a week.
pub(super) fn is_pulse(desk: &Desk<'_>, preset: &str) -> bool {
    desk.content.presets.get(preset).is_some_and(|preset| matches!(preset.plan, Plan::Pulse(_)))
}

/// What people call a preset.
pub(super) fn title(desk: &Desk<'_>, preset: &str) -> String {
    desk.content.presets.get(preset).map_or_else(|| preset.to_owned(), |it| it.title.clone())
}

/// What a round is and its terms, as a person hears them before the first question.
pub(super) fn invitation(desk: &Desk<'_>, team: &Team, round: &Round) -> Decided<String> {
    Ok(desk.text.say(&Invitation {
        team: team.name.clone(),
        title: title(desk, &round.preset),
        closes: desk.when(round.closes, team),
        mode: round.terms.mode.name(),
        min_group: round.terms.min_group,
        small: round.terms.min_group == 1,
        early: round.terms.early,
        leads: desk.tx.names_of(&super::speaker::leads_of(desk, team)?)?,
    }))
}

/// The button that opens a round's questions for whoever presses it.
pub(super) fn answer_choice(desk: &Desk<'_>, round: RoundId) -> Choice {
    Choice {
        key: "answer".to_owned(),
        label: super::questions::say(desk, "answer"),
        press: Press::Ask(round),
    }
}
