//! Counts of what went wrong with deliveries, by day, without names or content.

use super::entries::Tally;
use super::keys::{Segment, segments};
use super::kv::{Key, StoreError};
use super::layout;
use super::tx::Tx;
use crate::domain::ids::TeamId;
use crate::domain::outgoing::Mishap;

type Result<T> = std::result::Result<T, StoreError>;

/// Days after which a count of mishaps is forgotten.
const MISHAP_DAYS: u32 = 35;
/// How many old counts are forgotten at a time.
const MISHAPS_PRUNED: usize = 4;

#[expect(clippy::missing_errors_doc, reason = "each fails only when the store cannot be read")]
impl Tx<'_> {
    /// Counts something that went wrong on a day with a row of that purpose, and forgets counts
    /// of long ago.
    pub fn count_mishap(
        &self,
        team: TeamId,
        day: u32,
        purpose: &str,
        mishap: Mishap,
    ) -> Result<()> {
        let key = layout::mishap(team, day, purpose, mishap.name());
        let Tally(count) = self.get(&key)?.unwrap_or(Tally(0));
        self.put(key, &Tally(count.saturating_add(1)))?;
        let kept = layout::mishaps_of_day(team, day.saturating_sub(MISHAP_DAYS));
        for old in self.keys_range(&layout::mishaps(team), &kept, MISHAPS_PRUNED)? {
            self.delete(old);
        }
        Ok(())
    }

    /// What went wrong with a team's deliveries lately: day, purpose, name of the mishap, count.
    pub fn mishaps(&self, team: TeamId) -> Result<Vec<(u32, String, String, u32)>> {
        let rows = self.scan::<Tally>(&layout::mishaps(team))?;
        let told = |(key, Tally(count)): (Key, Tally)| match segments(&key)?.as_slice() {
            [.., Segment::U32(day), Segment::Text(purpose), Segment::Text(name)] => {
                Some((*day, purpose.clone(), name.clone(), count))
            }
            _ => None,
        };
        Ok(rows.into_iter().filter_map(told).collect())
    }
}
