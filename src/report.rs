//! One team's report as numbers, put together from stored results.
//!
//! A closed round's result is stored once, so a report costs the number of rounds shown and not
//! the number of answers ever given.

pub mod charts;
pub mod pictures;

use std::collections::BTreeSet;

use crate::domain::actions::{NextAction, next_actions};
use crate::domain::bank::Bank;
use crate::domain::ids::{ActionId, PersonId, RoundId};
use crate::domain::level::Pillar;
use crate::domain::outgoing::{ActionLife, ActionState};
use crate::domain::round::{Round, State};
use crate::domain::scoring::RoundResult;
use crate::domain::team::Team;
use crate::domain::trend::{Direction, PillarTrend, trend};
use crate::store::kv::StoreError;
use crate::store::tx::Tx;

/// Everything a report says about one round of a team.
#[derive(Clone, Debug)]
pub struct Report {
    /// The round reported.
    pub round: Round,
    /// The bank it asked.
    pub bank: Bank,
    /// Its figures.
    pub result: RoundResult,
    /// The closed rounds of the same preset, oldest first, with their figures; the reported one is
    /// among them once it is closed.
    pub series: Vec<(Round, RoundResult)>,
    /// How each pillar moved over the series.
    pub trends: [PillarTrend; 4],
    /// At most three things to do.
    pub next: Vec<NextAction>,
    /// What became of actions that somebody touched.
    pub lives: Vec<(ActionId, ActionLife)>,
    /// Accepted champions of each pillar, first accepted first.
    pub champions: [Vec<PersonId>; 4],
    /// What became of actions that were done before this round or since.
    pub outcomes: Vec<OutcomeOf>,
    /// The last closed round, where it came after this one and has too few answers for any figure.
    pub newer: Option<Round>,
}

/// Whether a done action's pillar moved.
#[derive(Clone, Debug)]
pub struct OutcomeOf {
    /// The action.
    pub action: ActionId,
    /// Its pillar.
    pub pillar: Pillar,
    /// The change of the pillar's score from the round before it was done to the one after, and
    /// its direction beyond noise; `None` while it cannot be told.
    pub change: Option<(f64, Direction)>,
}

/// The report of a team's last closed round.
///
/// # Errors
///
/// A store that failed.
pub fn of_last_closed(tx: &Tx<'_>, team: &Team) -> Result<Option<Report>, StoreError> {
    let rounds = tx.rounds(team.id)?;
    let Some(last) = rounds.iter().rev().find(|round| round.state == State::Closed) else {
        return Ok(None);
    };
    of_round(tx, team, last.id, None)
}

/// The report of a team's last closed round that has figures; of its last closed round where none
/// has any. Figures that no longer may be shown beside the rounds since then are no figures.
///
/// # Errors
///
/// A store that failed.
pub fn latest(tx: &Tx<'_>, team: &Team) -> Result<Option<Report>, StoreError> {
    let Some(last) = of_last_closed(tx, team)? else { return Ok(None) };
    let mut largest = last.result.members;
    let mut older = tx.rounds(team.id)?;
    older.retain(|round| round.state == State::Closed && round.id.number < last.round.id.number);
    while !has_figures(&last.result)
        && let Some(round) = older.pop()
    {
        let Some(result) = tx.result(round.id)? else { continue };
        if has_figures(&result)
            && let Some(report) = put_together(tx, team, round.id, None, largest)?
            && has_figures(&report.result)
        {
            return Ok(Some(Report { newer: Some(last.round), ..report }));
        }
        largest = largest.max(result.members);
    }
    Ok(Some(last))
}

/// Whether a round tells anything beyond how many took part.
fn has_figures(result: &RoundResult) -> bool {
    result.overall.is_some() || !result.findings.is_empty()
}

/// The report of one round: a closed one, or an open one with the figures given.
///
/// # Errors
///
/// A store that failed.
pub fn of_round(
    tx: &Tx<'_>,
    team: &Team,
    id: RoundId,
    open: Option<RoundResult>,
) -> Result<Option<Report>, StoreError> {
    put_together(tx, team, id, open, 0)
}

/// The report of one round, beside which a round of up to `beside` members is known.
fn put_together(
    tx: &Tx<'_>,
    team: &Team,
    id: RoundId,
    open: Option<RoundResult>,
    beside: usize,
) -> Result<Option<Report>, StoreError> {
    let rounds: Vec<Round> =
        tx.rounds(team.id)?.into_iter().filter(|round| round.id.number <= id.number).collect();
    let Some(round) = rounds.last().filter(|round| round.id == id).cloned() else {
        return Ok(None);
    };
    let Some(bank) = tx.bank(round.bank)? else { return Ok(None) };
    let stored = match open {
        Some(result) => Some(result),
        None => tx.result(id)?,
    };
    let Some(mut result) = stored else { return Ok(None) };
    let mut series = series(tx, rounds)?;
    withhold_small(&mut series, &mut result, beside);
    let figures: Vec<&RoundResult> = series.iter().map(|(_, result)| result).collect();
    let trends = trend(&figures);
    let lives = tx.action_lives(team.id)?;
    let next = next_actions(&bank, &result, &team.settings.targets, &settled(&lives));
    let outcomes = outcomes(&lives, &bank, &series);
    let champions = champions(tx, team)?;
    let newer = None;
    Ok(Some(Report {
        round,
        bank,
        result,
        series,
        trends,
        next,
        lives,
        champions,
        outcomes,
        newer,
    }))
}

/// The closed rounds with the preset of the last closed one, and their figures.
fn series(tx: &Tx<'_>, rounds: Vec<Round>) -> Result<Vec<(Round, RoundResult)>, StoreError> {
    let closed: Vec<Round> =
        rounds.into_iter().filter(|round| round.state == State::Closed).collect();
    let preset = closed.last().map(|round| round.preset.clone());
    let mut series = Vec::new();
    for round in closed.into_iter().filter(|round| Some(&round.preset) == preset.as_ref()) {
        if let Some(result) = tx.result(round.id)? {
            series.push((round, result));
        }
    }
    Ok(series)
}

/// Figures of a single answer are not shown beside a round with more than two members.
fn withhold_small(series: &mut [(Round, RoundResult)], result: &mut RoundResult, beside: usize) {
    let sizes = series.iter().map(|(_, figures)| figures.members);
    if sizes.chain([result.members, beside]).max().unwrap_or(0) <= 2 {
        return;
    }
    let figures = series.iter_mut().map(|(_, figures)| figures).chain([result]);
    for figures in figures.filter(|figures| figures.m == 1) {
        *figures = figures.withheld();
    }
}

fn settled(lives: &[(ActionId, ActionLife)]) -> BTreeSet<ActionId> {
    let over = |life: &ActionLife| life.state != ActionState::Taken;
    lives.iter().filter(|(_, life)| over(life)).map(|(id, _)| id.clone()).collect()
}

fn champions(tx: &Tx<'_>, team: &Team) -> Result<[Vec<PersonId>; 4], StoreError> {
    let champions = tx.champions(team.id)?;
    Ok(Pillar::ALL.map(|pillar| champions.of(pillar).cloned().collect()))
}

/// Done actions of which the last round is the first to tell something, or none can tell yet.
fn outcomes(
    lives: &[(ActionId, ActionLife)],
    bank: &Bank,
    series: &[(Round, RoundResult)],
) -> Vec<OutcomeOf> {
    let done = lives.iter().filter(|(_, life)| life.state == ActionState::Done);
    let outcome = |(id, life): &(ActionId, ActionLife)| {
        let pillar = bank.action(id)?.pillar;
        let later = |round: &Round| round.id.number > life.after_round;
        let since: Vec<_> = series.iter().filter(|(round, _)| later(round)).collect();
        let before = series.iter().rev().find(|(round, _)| !later(round));
        let change = match since.as_slice() {
            [] => None,
            [(_, after)] => {
                let score = |figures: &RoundResult| figures.pillar(pillar).score;
                let change = score(after)? - score(&before?.1)?;
                Some((change, Direction::of(change)))
            }
            _ => return None,
        };
        Some(OutcomeOf { action: id.clone(), pillar, change })
    };
    done.filter_map(outcome).collect()
}

impl Report {
    /// What somebody did about an action, if anybody did.
    #[must_use]
    pub fn life(&self, action: &ActionId) -> Option<&ActionLife> {
        self.lives.iter().find(|(id, _)| id == action).map(|(_, life)| life)
    }

    /// Who owns an action: whoever took it, else its pillar's first champion.
    #[must_use]
    pub fn owner(&self, action: &NextAction) -> Option<&PersonId> {
        let taken = self.life(&action.id).filter(|life| life.state == ActionState::Taken);
        taken.map(|life| &life.by).or_else(|| self.champions[action.pillar.index()].first())
    }

    /// The number of the team's last closed round.
    #[must_use]
    pub fn last_closed(&self) -> u32 {
        self.newer.as_ref().unwrap_or(&self.round).id.number
    }

    /// Whether the reported round is the last of its series, so that its changes can be shown.
    #[must_use]
    pub fn is_in_series(&self) -> bool {
        self.series.last().is_some_and(|(round, _)| round.id == self.round.id)
    }

    /// The change of a pillar since the round before in the series.
    #[must_use]
    pub fn change(&self, pillar: Pillar) -> Option<(f64, Direction)> {
        let point = self.trends[pillar.index()].points.last().filter(|_| self.is_in_series())?;
        Some((point.delta?, point.direction?))
    }

    /// Whether a changed meaning of a question keeps a pillar's change from being shown.
    #[must_use]
    pub fn is_reworded(&self) -> bool {
        let last = |trend: &PillarTrend| {
            let behind = trend.points.len().checked_sub(2).map(|at| &trend.points[at]);
            let now = trend.points.last();
            behind.zip(now).is_some_and(|(behind, now)| {
                !now.comparable && now.score.is_some() && behind.score.is_some()
            })
        };
        self.is_in_series() && self.trends.iter().any(last)
    }
}
