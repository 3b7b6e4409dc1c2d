//! The rules of time zones change now and then, and with them the instants that schedules were
//! planned for.

use chrono::TimeDelta;
use chrono_tz::IANA_TZDB_VERSION;

use super::decision::{Decided, Desk};
use super::pipeline::Engine;
use crate::domain::cron::CronExpr;
use crate::domain::ids::TeamId;
use crate::domain::schedule::Schedule;
use crate::domain::team::{Team, Wake};

/// Where the version of the rules stands by which schedules were planned.
const OWN: (&str, &str) = ("engine", "zones");

/// Further than this no change of rules moves a slot; the slot before a planned one is further
/// away, or was accounted for.
const FURTHEST: TimeDelta = TimeDelta::hours(12);

impl Engine {
    /// Plans all schedules anew where the rules of time zones are not those they were planned by.
    ///
    /// # Errors
    ///
    /// A store that failed.
    pub async fn follow_zones(&self) -> Decided<()> {
        let desk = self.lookout();
        if desk.tx.recall(OWN.0, OWN.1)?.as_deref() == Some(IANA_TZDB_VERSION.as_bytes()) {
            return Ok(());
        }
        let (teams, damaged) = desk.tx.teams_apart()?;
        for team in teams {
            self.commit(|desk| plan_anew(desk, team.id)).await?;
        }
        if damaged.is_empty() {
            let keep = |desk: &Desk<'_>| desk.tx.keep(OWN.0, OWN.1, IANA_TZDB_VERSION.as_bytes());
            self.commit(|desk| Ok(keep(desk)?)).await?;
        }
        Ok(())
    }
}

/// Moves what a team is woken for to where its schedules are now. A slot that thereby lies in the
/// past is due at once.
fn plan_anew(desk: &Desk<'_>, id: TeamId) -> Decided<()> {
    let Some(mut team) = desk.tx.team(id)? else { return Ok(()) };
    let planned = team.wakes.clone();
    for (wake, at) in &planned {
        let Some(expr) = times(&team, *wake).cloned() else { continue };
        let schedule = Schedule { expr, zone: team.settings.zone };
        let from = team.accounted.max(Some(*at - FURTHEST)).unwrap_or(*at);
        let next = schedule.next_after(from);
        if next != Some(*at) {
            desk.tx.wake(&mut team, *wake, next)?;
        }
    }
    if team.wakes == planned { Ok(()) } else { Ok(desk.tx.put_team(&team)?) }
}

/// The times of a schedule; what a team is woken for beside its schedules has none.
fn times(team: &Team, wake: Wake) -> Option<&CronExpr> {
    match wake {
        Wake::Schedule(index) => Some(&team.settings.schedules.get(usize::from(index))?.times),
        Wake::Digest => team.settings.digest.as_ref(),
        Wake::Trend => team.settings.trend.as_ref(),
        Wake::Close | Wake::Nudge | Wake::Terms => None,
    }
}
