//! What to do next (`model.md`, section 7).

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::bank::{Action, Bank, Effort};
use super::ids::{ActionId, TopicId};
use super::level::{Pillar, TOLERANCE, level_of, reaches};
use super::scoring::{RoundResult, TopicResult, gap};

const MOST: usize = 3;
const MOST_PER_PILLAR: usize = 2;
const WEAKEST_FACTOR: f64 = 1.5;

/// The target of a pillar unless the team sets another.
pub const USUAL_TARGET: u8 = 4;

/// One thing to do next.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NextAction {
    /// The action.
    pub id: ActionId,
    /// The action's own pillar.
    pub pillar: Pillar,
    /// The topic that offered it, perhaps of another pillar.
    pub offered_by: TopicId,
    /// How much it matters, above 0; the product of the numbers in `why`.
    pub priority: f64,
    /// How the priority came about.
    pub why: Why,
}

/// The inputs of a priority.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Why {
    /// The offering topic's pillar.
    pub pillar: Pillar,
    /// How far that pillar stays below its target, 0 to 5.
    pub gap: f64,
    /// Sum of the weights of the offering topic's scored questions.
    pub weight: u64,
    /// Whether that pillar is the weakest, which multiplies by 1.5.
    pub weakest: bool,
    /// The action's effort, which multiplies by its [`Effort::factor`].
    pub effort: Effort,
    /// The action the topic offers by itself, where a prerequisite of it comes first.
    pub instead_of: Option<ActionId>,
}

/// The at most three next actions, the most urgent first.
///
/// `targets` holds one level per pillar, in pillar order; `settled` the actions done or dismissed.
/// Actions that their topic's level has passed are settled as well.
#[must_use]
pub fn next_actions(
    bank: &Bank,
    result: &RoundResult,
    targets: &[u8; 4],
    settled: &BTreeSet<ActionId>,
) -> Vec<NextAction> {
    let view = View { bank, result, targets, settled };
    let offers = result.topics.iter().filter_map(|topic| view.offer(topic)).collect();
    let best = once_each(by_priority(offers, |a, b| {
        (a.why.pillar, &a.offered_by).cmp(&(b.why.pillar, &b.offered_by))
    }));
    let worthwhile = best.into_iter().filter(|action| action.priority >= TOLERANCE);
    take(by_priority(worthwhile.collect(), |a, b| (a.pillar, &a.id).cmp(&(b.pillar, &b.id))))
}

struct View<'a> {
    bank: &'a Bank,
    result: &'a RoundResult,
    targets: &'a [u8; 4],
    settled: &'a BTreeSet<ActionId>,
}

impl<'a> View<'a> {
    fn offer(&self, topic: &TopicResult) -> Option<NextAction> {
        let target = self.targets[topic.pillar.index()];
        if reaches(topic.score, f64::from(target)) {
            return None;
        }
        let offered = self.bank.offer(&topic.id, level_of(topic.score))?;
        if self.is_settled(offered) {
            return None;
        }
        let action = self.first_unsettled(offered);
        let why = Why {
            pillar: topic.pillar,
            gap: gap(target, self.result.pillar(topic.pillar).score?),
            weight: self.bank.weight_of(&topic.id),
            weakest: self.result.weakest == Some(topic.pillar),
            effort: action.effort,
            instead_of: (action.id != offered.id).then(|| offered.id.clone()),
        };
        let priority = priority(&why);
        let (id, pillar) = (action.id.clone(), action.pillar);
        Some(NextAction { id, pillar, offered_by: topic.id.clone(), priority, why })
    }

    fn is_settled(&self, action: &Action) -> bool {
        let passed = |score| action.from.iter().all(|&from| level_of(score) > from);
        self.settled.contains(&action.id) || self.result.topic(&action.topic).is_some_and(passed)
    }

    /// Follows the first unsettled prerequisite, again and again. A bank in use has no circles;
    /// the count only keeps one that was never checked from holding us up.
    fn first_unsettled(&self, offered: &'a Action) -> &'a Action {
        let mut action = offered;
        for _ in 0..self.bank.actions.len() {
            let mut required = action.requires.iter().filter_map(|id| self.bank.action(id));
            match required.find(|required| !self.is_settled(required)) {
                Some(required) => action = required,
                None => break,
            }
        }
        action
    }
}

fn priority(why: &Why) -> f64 {
    let weight = f64::from(u32::try_from(why.weight).unwrap_or(u32::MAX));
    let weakest = if why.weakest { WEAKEST_FACTOR } else { 1.0 };
    why.gap * weight * weakest * why.effort.factor()
}

/// Sorts by priority downwards, and those of equal priority (within the tolerance, which is no
/// order by itself) by `tie`.
fn by_priority(
    mut actions: Vec<NextAction>,
    tie: impl Fn(&NextAction, &NextAction) -> std::cmp::Ordering,
) -> Vec<NextAction> {
    actions.sort_by(|a, b| b.priority.total_cmp(&a.priority));
    for equals in actions.chunk_by_mut(|a, b| a.priority - b.priority < TOLERANCE) {
        equals.sort_by(&tie);
    }
    actions
}

fn once_each(actions: Vec<NextAction>) -> Vec<NextAction> {
    let mut seen = BTreeSet::new();
    actions.into_iter().filter(|action| seen.insert(action.id.clone())).collect()
}

fn take(actions: Vec<NextAction>) -> Vec<NextAction> {
    let mut taken = BTreeMap::<Pillar, usize>::new();
    let room = actions.into_iter().filter(|action| {
        let of_pillar = taken.entry(action.pillar).or_default();
        *of_pillar += 1;
        *of_pillar <= MOST_PER_PILLAR
    });
    room.take(MOST).collect()
}

#[cfg(test)]
mod tests;
