//! What an operator reads from stored results, outside of any chat.

use std::collections::BTreeMap;
use std::sync::atomic::Ordering;

use super::decision::Decided;
use super::pipeline::Engine;
use super::results;
use crate::domain::message::{Message, PictureKind};
use crate::domain::team::{Team, Wake};
use crate::ops::{Link, Snapshot};
use crate::report;

impl Engine {
    /// What the bot counts now, with how each of these platforms stands.
    ///
    /// # Errors
    ///
    /// A store that failed.
    pub fn snapshot(&self, platforms: &[String]) -> Decided<Snapshot> {
        let (tx, now) = (self.desk().tx, self.clock.now());
        let link = |name: &String| match self.links.caught_up(name) {
            None => Link::Connecting,
            Some(false) => Link::CatchingUp,
            Some(true) => Link::Ready,
        };
        let mut snapshot = Snapshot {
            platforms: platforms.iter().map(|name| (name.clone(), link(name))).collect(),
            events: self.handled.load(Ordering::Relaxed),
            damaged: self.damage.count(),
            ..Snapshot::default()
        };
        let mut mishaps = BTreeMap::new();
        for team in tx.teams_apart()?.0 {
            let paused = team.paused.is_some();
            *(if paused { &mut snapshot.paused } else { &mut snapshot.teams }) += 1;
            snapshot.open_rounds += u64::from(team.wake_at(Wake::Close).is_some());
            for (_, purpose, name, count) in tx.mishaps(team.id)? {
                *mishaps.entry((purpose, name)).or_default() += u64::from(count);
            }
        }
        snapshot.mishaps = mishaps.into_iter().map(|((kind, name), n)| (kind, name, n)).collect();
        for (_, row) in tx.outbox_apart()?.0 {
            *snapshot.waiting.entry(row.errand.platform().to_owned()).or_default() += 1;
            let late = (now - row.not_before).num_seconds();
            snapshot.lag = snapshot.lag.max(u64::try_from(late).unwrap_or(0));
        }
        Ok(snapshot)
    }

    /// A team's last closed round as its leads read it: the report with its profile, or the trend.
    /// `None` before the first closed round. Whoever runs the bot holds its data, so this tells
    /// them nothing more; open rounds are left out all the same.
    ///
    /// # Errors
    ///
    /// A store that failed.
    pub fn report_for_operator(&self, team: &Team, which: PictureKind) -> Decided<Option<Message>> {
        let desk = self.desk();
        let Some(numbers) = report::latest(&desk.tx, team)? else { return Ok(None) };
        let message = match which {
            PictureKind::Profile => results::full(&desk, team, &numbers)?,
            PictureKind::Trend => results::trend_of(&desk, team, &numbers, false)?,
        };
        Ok(Some(message))
    }
}
