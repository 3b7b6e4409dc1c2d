//! Which questions a round asks: presets, and the rotation of a pulse.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::bank::{Bank, Question};
use super::ids::QuestionId;
use super::level::Pillar;

/// All presets, by name.
pub type Presets = BTreeMap<String, Preset>;

/// A named choice of questions.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Preset {
    /// What people read.
    pub title: String,
    /// How its questions are chosen.
    pub plan: Plan,
}

/// How a preset chooses questions. Whatever it chooses is asked in bank order.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Plan {
    /// Every question of the bank.
    All,
    /// These.
    Listed(Vec<QuestionId>),
    /// A few each week, in rotation.
    Pulse(PulseRules),
}

/// How a pulse round rotates through the bank.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PulseRules {
    /// Questions a week, at least 1.
    pub per_week: usize,
    /// Names of the kinds of question that are asked.
    pub kinds: Vec<String>,
    /// The slots, one question each, once a weakest pillar is known.
    pub cycle: Vec<Slot>,
    /// The slots until then.
    pub cycle_without_weakest: Vec<Pillar>,
    /// Whether the cycle starts again at its first slot when the weakest pillar changes.
    pub restart_on_change: bool,
}

/// Whose turn it is in a pulse.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Slot {
    /// The weakest pillar of the team's last closed round that has one.
    Weakest,
    /// The first, second or third (0 to 2) of the remaining pillars, in pillar order.
    Other(u8),
    /// Always this pillar.
    Fixed(Pillar),
}

/// How far a team's pulse has come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PulseState {
    /// The weakest pillar when the cycle was last used.
    pub weakest_of_cycle: Option<Pillar>,
    /// The slot that comes next, from 0.
    pub next_slot: usize,
}

impl Slot {
    /// The pillar a slot stands for.
    #[must_use]
    pub fn pillar(self, weakest: Pillar) -> Pillar {
        match self {
            Self::Weakest => weakest,
            Self::Fixed(pillar) => pillar,
            Self::Other(nth) => {
                let others = Pillar::ALL.into_iter().filter(|pillar| *pillar != weakest);
                others.take(usize::from(nth) + 1).last().unwrap_or(weakest)
            }
        }
    }

    /// The slot of this name: `weakest`, `other1` to `other3`, or a pillar.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        match name {
            "weakest" => Some(Self::Weakest),
            "other1" => Some(Self::Other(0)),
            "other2" => Some(Self::Other(1)),
            "other3" => Some(Self::Other(2)),
            _ => Pillar::named(name).map(Self::Fixed),
        }
    }
}

impl PulseRules {
    /// The pillars of one cycle, given the weakest one if it is known.
    #[must_use]
    pub fn pillars(&self, weakest: Option<Pillar>) -> Vec<Pillar> {
        match weakest {
            Some(weakest) => self.cycle.iter().map(|slot| slot.pillar(weakest)).collect(),
            None => self.cycle_without_weakest.clone(),
        }
    }

    /// Whether some week would ask the same pillar twice.
    #[must_use]
    pub fn repeats_in_a_week(&self) -> bool {
        let known = Pillar::ALL.map(Some).into_iter().chain([None]);
        known.map(|weakest| self.pillars(weakest)).any(|cycle| {
            (0..cycle.len()).any(|start| {
                let week: Vec<_> = cycle.iter().cycle().skip(start).take(self.per_week).collect();
                week.iter().collect::<BTreeSet<_>>().len() < week.len()
            })
        })
    }
}

/// The questions a round of this preset asks as a whole, in bank order; for a pulse, all that its
/// rotation may reach.
#[must_use]
pub fn questions_of<'a>(bank: &'a Bank, plan: &Plan) -> Vec<&'a Question> {
    let chosen = |question: &&Question| match plan {
        Plan::All => true,
        Plan::Listed(ids) => ids.contains(&question.id),
        Plan::Pulse(rules) => is_pulsed(rules, question),
    };
    bank.questions.iter().filter(chosen).collect()
}

/// The questions of a pulse's next week, in bank order, and the state to go on from.
///
/// `weakest` is the weakest pillar of the team's last closed round that has one. `last_asked` ranks
/// the last asking of each question in any round, later ones higher; what is missing was never
/// asked. A slot whose pillar has no question of the right kind left is passed over.
#[must_use]
pub fn next_week(
    bank: &Bank,
    rules: &PulseRules,
    state: PulseState,
    weakest: Option<Pillar>,
    last_asked: &BTreeMap<QuestionId, u64>,
) -> (Vec<QuestionId>, PulseState) {
    let cycle = rules.pillars(weakest);
    if cycle.is_empty() {
        return (Vec::new(), state);
    }
    let restart = rules.restart_on_change && state.weakest_of_cycle != weakest;
    let start = if restart { 0 } else { state.next_slot % cycle.len() };
    let mut picked = BTreeSet::new();
    for pillar in cycle.iter().cycle().skip(start).take(rules.per_week) {
        picked.extend(least_recent(bank, rules, *pillar, last_asked, &picked));
    }
    let in_bank_order = bank.questions.iter().map(|question| &question.id);
    let week = in_bank_order.filter(|id| picked.contains(*id)).cloned().collect();
    let next_slot = (start + rules.per_week) % cycle.len();
    (week, PulseState { weakest_of_cycle: weakest, next_slot })
}

/// Never asked first, then the one asked longest ago; the earlier in the bank where equal.
fn least_recent(
    bank: &Bank,
    rules: &PulseRules,
    pillar: Pillar,
    last_asked: &BTreeMap<QuestionId, u64>,
    picked: &BTreeSet<QuestionId>,
) -> Option<QuestionId> {
    let eligible = bank.questions.iter().filter(|question| {
        question.pillar == pillar && is_pulsed(rules, question) && !picked.contains(&question.id)
    });
    eligible.min_by_key(|question| last_asked.get(&question.id)).map(|question| question.id.clone())
}

fn is_pulsed(rules: &PulseRules, question: &Question) -> bool {
    rules.kinds.iter().any(|kind| kind == question.kind.name())
}

#[cfg(test)]
mod tests;
