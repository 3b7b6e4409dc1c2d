//! Next actions: taken, done, dismissed.

use super::decision::{Decided, Desk};
use super::speaker::Speaker;
use super::{agenda, lines};
use crate::domain::bank::Action;
use crate::domain::command::{ActionStep, Pick};
use crate::domain::ids::ActionId;
use crate::domain::outgoing::{ActionLife, ActionState};
use crate::domain::team::Team;
use crate::platform::Reply;
use crate::report;
use crate::text::words::{ActionChanged, Actions, NoSuchAction};

/// `actions`.
pub(super) fn list(desk: &Desk<'_>, team: &Team) -> Decided<Reply> {
    let numbers = report::latest(&desk.tx, team)?;
    let outcomes = numbers.as_ref().map(lines::outcomes);
    Ok(desk.reply(&Actions {
        team: team.name.clone(),
        actions: agenda::lines(desk, team, numbers.as_ref())?,
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
    let numbers = report::latest(&desk.tx, team)?;
    let numbers = numbers.as_ref();
    let (found, heard) = match which {
        Pick::Number(number) => (numbered(desk, team, numbers, *number)?, number.to_string()),
        Pick::Id(id) => (
            agenda::find(desk, numbers, id).map_or(Numbered::Unknown, Numbered::Listed),
            id.to_string(),
        ),
    };
    let was = match found {
        Numbered::Listed(action) => {
            let after_round = numbers.map_or(0, report::Report::last_closed);
            return put(desk, speaker, team, step, &action, after_round);
        }
        Numbered::Gone(action) => Some(action.title),
        Numbered::Unknown => None,
    };
    let actions = agenda::lines(desk, team, numbers)?;
    Ok(desk.reply(&NoSuchAction { heard, was, actions }))
}

/// What a number stands for.
enum Numbered {
    /// An action of the list.
    Listed(Action),
    /// One that was on the list, and is done, dismissed or no longer proposed.
    Gone(Action),
    /// Nothing.
    Unknown,
}

fn numbered(
    desk: &Desk<'_>,
    team: &Team,
    numbers: Option<&report::Report>,
    number: u16,
) -> Decided<Numbered> {
    let mut items = agenda::items(desk, team, numbers)?;
    let numbering = agenda::numbering(desk, team, &items)?;
    let place = usize::from(number).checked_sub(1);
    let Some(id) = place.and_then(|place| numbering.get(place)) else {
        return Ok(Numbered::Unknown);
    };
    if let Some(at) = items.iter().position(|item| item.action.id == *id) {
        return Ok(Numbered::Listed(items.swap_remove(at).action));
    }
    Ok(agenda::find(desk, numbers, id).map_or(Numbered::Unknown, Numbered::Gone))
}

fn put(
    desk: &Desk<'_>,
    speaker: &Speaker,
    team: &Team,
    step: ActionStep,
    action: &Action,
    after_round: u32,
) -> Decided<Reply> {
    let life = ActionLife { state: state(step), by: speaker.person.id.clone(), after_round };
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
