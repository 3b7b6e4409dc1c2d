//! Which questions a preset asks, after `presets.yaml`.

use std::collections::BTreeMap;

use maturity_bot::domain::bank::Kind;
use maturity_bot::domain::level::Pillar;
use maturity_bot::domain::selection::Plan;

use super::{Model, Stage};

#[derive(Clone, Debug, Default)]
pub struct Rotation {
    slot: usize,
    weakest: Option<usize>,
    /// When each question was last asked, in steps.
    asked: BTreeMap<usize, u64>,
    step: u64,
}

impl Model {
    /// The questions that a preset asks now, by place in the bank.
    pub(super) fn select(&mut self, team: usize, preset: &str) -> Vec<usize> {
        let picked = match &self.presets[preset].plan {
            Plan::All => (0..self.bank.questions.len()).collect(),
            Plan::Listed(ids) => {
                let listed = |at: &usize| ids.contains(&self.bank.questions[*at].id);
                (0..self.bank.questions.len()).filter(listed).collect()
            }
            Plan::Pulse(_) => self.week(team),
        };
        let rotation = &mut self.teams[team].rotation;
        rotation.step += 1;
        rotation.asked.extend(picked.iter().map(|at| (*at, rotation.step)));
        picked
    }

    fn week(&mut self, team: usize) -> Vec<usize> {
        let weakest = self.weakest(team);
        let cycle: Vec<usize> = match weakest {
            None => vec![0, 1, 2, 3],
            Some(low) => {
                let others: Vec<usize> = (0..4).filter(|pillar| *pillar != low).collect();
                vec![low, others[0], others[1], low, others[2]]
            }
        };
        let bank = self.bank.clone();
        let rotation = &mut self.teams[team].rotation;
        if rotation.weakest != weakest {
            (rotation.weakest, rotation.slot) = (weakest, 0);
        }
        let mut week = Vec::new();
        for _ in 0..2 {
            let pillar = Pillar::ALL[cycle[rotation.slot % cycle.len()]];
            rotation.slot = (rotation.slot + 1) % cycle.len();
            let suits = |at: &usize| {
                let question = &bank.questions[*at];
                question.pillar == pillar && question.kind != Kind::Text && !week.contains(at)
            };
            let all = (0..bank.questions.len()).filter(suits);
            week.extend(all.min_by_key(|at| rotation.asked.get(at).copied().unwrap_or(0)));
        }
        week.sort_unstable();
        week
    }

    /// The weakest pillar of the last closed round that has one.
    fn weakest(&self, team: usize) -> Option<usize> {
        let mut closed =
            self.teams[team].rounds.iter().rev().filter(|it| it.stage == Stage::Closed);
        closed.find_map(|round| round.figures.as_ref()?.weakest)
    }
}
