//! The figures of a round as they may be shown now.

use std::collections::{BTreeMap, BTreeSet};

use super::decision::{Decided, Desk};
use crate::domain::bank::Bank;
use crate::domain::ids::{Pseudonym, QuestionId};
use crate::domain::publication::{Answers, publish as republish};
use crate::domain::round::{Answer, Round};
use crate::domain::scoring::{RoundResult, score_round};
use crate::domain::team::Team;
use crate::report::{self, Report as Numbers};

type Row = (Pseudonym, QuestionId, Answer);

/// The figures that a round ends with.
pub(super) fn final_result(desk: &Desk<'_>, round: &Round, bank: &Bank) -> Decided<RoundResult> {
    Ok(figures(desk, round, bank)?.0)
}

/// The figures as they may be shown now, and the published answers they come from.
pub(super) fn figures(
    desk: &Desk<'_>,
    round: &Round,
    bank: &Bank,
) -> Decided<(RoundResult, BTreeMap<QuestionId, Answers>)> {
    let rows = desk.tx.answers(round.id)?;
    let mut published = desk.tx.published(round.id)?;
    let m = round.terms.min_group as usize;
    for (question, present) in present(&rows) {
        if let Some(set) = republish(published.get(&question), &present, m) {
            published.insert(question, set);
        }
    }
    let gone: Vec<QuestionId> = published.keys().cloned().collect();
    for question in gone {
        if !rows.iter().any(|(_, id, answer)| *id == question && answer.value.is_some())
            && let Some(set) = republish(published.get(&question), &Answers::new(), m)
        {
            published.insert(question, set);
        }
    }
    let people = participants(&rows, bank);
    // Later joiners who answered count as members, so that nobody is more than everybody.
    let members = people.max(round.members as usize);
    let result = score_round(bank, &published, people, members, m);
    Ok((result, published))
}

/// The answers that hold now, by question.
fn present(rows: &[Row]) -> BTreeMap<QuestionId, Answers> {
    let mut present: BTreeMap<QuestionId, Answers> = BTreeMap::new();
    for (who, question, answer) in rows {
        if let Some(value) = &answer.value {
            present.entry(question.clone()).or_default().insert(*who, value.clone());
        }
    }
    present
}

/// How many people have any answer that holds to a question of the bank.
fn participants(rows: &[Row], bank: &Bank) -> usize {
    let holds = |(_, id, answer): &&Row| answer.value.is_some() && bank.question(id).is_some();
    rows.iter().filter(holds).map(|(who, ..)| *who).collect::<BTreeSet<_>>().len()
}

/// How many people have answered something in an open round; `None` below the minimum group.
pub(super) fn turnout(desk: &Desk<'_>, round: &Round) -> Decided<Option<usize>> {
    let bank = desk.bank_of(round)?;
    let people = participants(&desk.tx.answers(round.id)?, &bank);
    Ok(enough(people, round))
}

/// How many people answered, where that may be told.
pub(super) fn enough(people: usize, round: &Round) -> Option<usize> {
    (people >= round.terms.min_group as usize).then_some(people)
}

/// The numbers to report now: those of an open round where its terms allow, else the last closed.
pub(super) fn numbers(desk: &Desk<'_>, team: &Team) -> Decided<Option<Numbers>> {
    if let Some(round) =
        desk.current_round(team)?.filter(|round| round.is_open() && round.terms.early)
    {
        let bank = desk.bank_of(&round)?;
        let (result, published) = figures(desk, &round, &bank)?;
        publish_changed(desk, &round, &published)?;
        return Ok(report::of_round(&desk.tx, team, round.id, Some(result))?);
    }
    Ok(report::latest(&desk.tx, team)?)
}

/// Keeps what is shown now, as far as one commit holds it; the rest follows in the next.
fn publish_changed(
    desk: &Desk<'_>,
    round: &Round,
    published: &BTreeMap<QuestionId, Answers>,
) -> Decided<()> {
    let before = desk.tx.published(round.id)?;
    for (question, set) in published.iter().filter(|(id, set)| before.get(*id) != Some(*set)) {
        desk.tx.put_published(round.id, question, set)?;
        if desk.is_full() {
            break;
        }
    }
    Ok(())
}
