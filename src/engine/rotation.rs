//! Which questions a preset asks now.

use std::collections::BTreeMap;

use super::decision::{Decided, Desk};
use crate::domain::ids::QuestionId;
use crate::domain::level::Pillar;
use crate::domain::round::{Round, State};
use crate::domain::selection::{Plan, next_week, questions_of};
use crate::domain::team::Team;

/// The questions that a preset asks now; a pulse moves on by a week.
pub(super) fn select(desk: &Desk<'_>, team: &mut Team, preset: &str) -> Decided<Vec<QuestionId>> {
    let bank = &desk.content.bank;
    let Some(preset) = desk.content.presets.get(preset) else { return Ok(Vec::new()) };
    let Plan::Pulse(rules) = &preset.plan else {
        let all = questions_of(bank, &preset.plan);
        return Ok(all.into_iter().map(|question| question.id.clone()).collect());
    };
    let rounds = desk.tx.rounds(team.id)?;
    let weakest = weakest(desk, &rounds)?;
    let (week, state) = next_week(bank, rules, team.pulse, weakest, &last_asked(&rounds));
    team.pulse = state;
    Ok(week)
}

/// The weakest pillar of the last closed round that has one.
fn weakest(desk: &Desk<'_>, rounds: &[Round]) -> Decided<Option<Pillar>> {
    for round in rounds.iter().rev().filter(|round| round.state == State::Closed) {
        let weakest = desk.tx.result(round.id)?.and_then(|result| result.weakest);
        if weakest.is_some() {
            return Ok(weakest);
        }
    }
    Ok(None)
}

/// When each question was last asked, as a rank that grows with time: rounds in order, and within
/// a round the order in which its questions were added.
fn last_asked(rounds: &[Round]) -> BTreeMap<QuestionId, u64> {
    let opened = rounds.iter().filter(|round| round.opened.is_some());
    let asked = opened.flat_map(|round| &round.questions);
    asked.zip(0_u64..).map(|(id, rank)| (id.clone(), rank)).collect()
}
