//! The actions that lie before a team: those under way, then those proposed, each with a number.
//!
//! A number keeps its meaning from one summary to the next, whatever is taken, done or proposed in
//! between, so that it means the same to everybody who reads or types it.

use super::decision::{Decided, Desk};
use crate::domain::bank::{Action, Effort};
use crate::domain::ids::{ActionId, PersonId};
use crate::domain::outgoing::ActionState;
use crate::domain::team::Team;
use crate::report::Report as Numbers;
use crate::text::words::ActionLine;

/// One action of the list.
pub(super) struct Item {
    /// The action.
    pub action: Action,
    /// Who took it, if anybody did.
    pub taken_by: Option<PersonId>,
}

/// What lies before a team, those under way first.
pub(super) fn items(desk: &Desk<'_>, team: &Team, numbers: Option<&Numbers>) -> Decided<Vec<Item>> {
    let lives = desk.tx.action_lives(team.id)?;
    let taken = lives.into_iter().filter(|(_, life)| life.state == ActionState::Taken);
    let mut items: Vec<Item> = taken
        .filter_map(|(id, life)| {
            Some(Item { action: find(desk, numbers, &id)?, taken_by: Some(life.by) })
        })
        .collect();
    for next in numbers.iter().flat_map(|numbers| &numbers.next) {
        if items.iter().all(|item| item.action.id != next.id)
            && let Some(action) = find(desk, numbers, &next.id)
        {
            items.push(Item { action, taken_by: None });
        }
    }
    Ok(items)
}

/// An action of the round reported, or of the questions asked now: what somebody took may have come
/// from an older round.
pub(super) fn find(desk: &Desk<'_>, numbers: Option<&Numbers>, id: &ActionId) -> Option<Action> {
    let asked = numbers.and_then(|numbers| numbers.bank.action(id));
    asked.or_else(|| desk.content.bank.action(id)).cloned()
}

/// The list as people read it.
pub(super) fn lines(
    desk: &Desk<'_>,
    team: &Team,
    numbers: Option<&Numbers>,
) -> Decided<Vec<ActionLine>> {
    let items = items(desk, team, numbers)?;
    let numbering = numbering(desk, team, &items)?;
    let numbered = |item: Item| {
        let number = numbering.iter().take_while(|id| **id != item.action.id).count() + 1;
        Ok(ActionLine { number, ..unnumbered(desk, numbers, item)? })
    };
    let mut lines = items.into_iter().map(numbered).collect::<Decided<Vec<_>>>()?;
    lines.sort_by_key(|line| (!line.taken, line.number));
    Ok(lines)
}

/// Numbers begin anew, as they do with each summary that the team is given.
pub(super) fn renumber(desk: &Desk<'_>, team: &Team) -> Decided<()> {
    Ok(desk.tx.put_numbering(team.id, Vec::new())?)
}

/// The actions in the order of their numbers; those that have none yet come behind.
pub(super) fn numbering(desk: &Desk<'_>, team: &Team, items: &[Item]) -> Decided<Vec<ActionId>> {
    let mut numbering = desk.tx.numbering(team.id)?;
    let before = numbering.len();
    for item in items {
        if !numbering.contains(&item.action.id) {
            numbering.push(item.action.id.clone());
        }
    }
    if numbering.len() > before {
        desk.tx.put_numbering(team.id, numbering.clone())?;
    }
    Ok(numbering)
}

/// An action in words, for where nobody types its number.
pub(super) fn unnumbered(
    desk: &Desk<'_>,
    numbers: Option<&Numbers>,
    item: Item,
) -> Decided<ActionLine> {
    let Item { action, taken_by } = item;
    let bank = numbers.map_or(&desk.content.bank, |numbers| &numbers.bank);
    let champion = || numbers.and_then(|it| it.champions[action.pillar.index()].first());
    let owner = taken_by.as_ref().or_else(champion);
    Ok(ActionLine {
        number: 0,
        owner: owner.map(|person| desk.tx.name_of(person)).transpose()?,
        taken: taken_by.is_some(),
        effort: match action.effort {
            Effort::S => "S",
            Effort::M => "M",
            Effort::L => "L",
        },
        pillar: bank.title(action.pillar).to_owned(),
        id: action.id.to_string(),
        title: action.title,
        first_step: action.first_step,
    })
}
