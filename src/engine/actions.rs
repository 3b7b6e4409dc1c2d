//! Next actions: taken, done, dismissed.

use super::decision::{Decided, Desk};
use super::results;
use super::speaker::Speaker;
use crate::domain::command::{ActionStep, Pick};
use crate::domain::ids::ActionId;
use crate::domain::outgoing::{ActionLife, ActionState};
use crate::domain::team::Team;
use crate::platform::Reply;
use crate::report;
use crate::text::words::{ActionChanged, Actions, NoSuchAction};

/// `actions`.
pub(super) fn list(desk: &Desk<'_>, team: &Team) -> Decided<Reply> {
    let numbers = report::of_last_closed(&desk.tx, team)?;
    let actions = numbers.as_ref().map(|numbers| results::actions(desk, numbers)).transpose()?;
    let outcomes = numbers.as_ref().map(results::outcomes);
    Ok(desk.reply(&Actions {
        team: team.name.clone(),
        actions: actions.unwrap_or_default(),
        outcomes: outcomes.unwrap_or_default(),
    }))
}

/// `action take|done|dismiss`, by number in the list or by id.
pub(super) fn step(
    desk: &Desk<'_>,
    speaker: &Speaker,
    team: &Team,
    step: ActionStep,
    which: &Pick<ActionId>,
) -> Decided<Reply> {
    let numbers = report::of_last_closed(&desk.tx, team)?;
    let offered = numbers.as_ref().map(|it| it.next.as_slice()).unwrap_or_default();
    let (id, heard) = match which {
        Pick::Number(number) => {
            let place = usize::from(*number).checked_sub(1);
            let next = place.and_then(|place| offered.get(place));
            (next.map(|next| next.id.clone()), number.to_string())
        }
        Pick::Id(id) => (Some(id.clone()), id.to_string()),
    };
    let bank = numbers.as_ref().map_or(&desk.content.bank, |numbers| &numbers.bank);
    let Some(action) = id.and_then(|id| bank.action(&id)) else {
        let actions = numbers.as_ref().map(|it| results::actions(desk, it)).transpose()?;
        return Ok(desk.reply(&NoSuchAction { heard, actions: actions.unwrap_or_default() }));
    };
    let life = ActionLife {
        state: state(step),
        by: speaker.person.id.clone(),
        after_round: numbers.as_ref().map_or(0, |numbers| numbers.round.id.number),
    };
    desk.tx.put_action(team.id, &action.id, &life)?;
    let verb = match step {
        ActionStep::Take => "take",
        ActionStep::Done => "done",
        ActionStep::Dismiss => "dismiss",
    };
    let by = speaker.person.name.clone();
    Ok(desk.reply(&ActionChanged { verb, title: action.title.clone(), by }))
}

fn state(step: ActionStep) -> ActionState {
    match step {
        ActionStep::Take => ActionState::Taken,
        ActionStep::Done => ActionState::Done,
        ActionStep::Dismiss => ActionState::Dismissed,
    }
}
