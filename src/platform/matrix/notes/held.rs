//! What was put aside, kept and looked up.

use super::aside::{Aside, Missing};
use super::{Live, Notes};
use crate::clock::Instant;

impl Notes {
    /// What was put aside, in the order of that.
    #[must_use]
    pub fn aside(&self) -> Vec<Aside> {
        self.live().aside.clone()
    }

    /// Whether a room is held until what was said in it before is known.
    #[must_use]
    pub fn is_held(&self, room: &str) -> bool {
        let holds = |it: &Aside| matches!(it.missing, Missing::Gap { until: None, .. });
        self.live().aside.iter().any(|it| it.room == room && holds(it))
    }

    /// Whether an earlier event of somebody in a room is put aside.
    #[must_use]
    pub fn waits_already(&self, room: &str, who: &str) -> bool {
        self.live().aside.iter().any(|it| it.room == room && it.sender() == Some(who))
    }

    /// Whether something that people said is put aside and will soon be known.
    #[must_use]
    pub fn is_any_aside(&self, now: Instant) -> bool {
        let counts = |it: &Aside| !matches!(it.missing, Missing::Answer { .. });
        self.live().aside.iter().any(|it| counts(it) && it.is_fresh(now))
    }

    /// Puts something aside; what lies there already stays as it is.
    ///
    /// # Errors
    ///
    /// A store that failed.
    pub async fn put_aside(&self, aside: Aside) -> anyhow::Result<()> {
        let change = |live: &mut Live| {
            let same = |it: &Aside| it.room == aside.room && it.missing == aside.missing;
            let is_new = !live.aside.iter().any(same);
            is_new.then(|| {
                live.aside.push(aside);
                live.aside.clone()
            })
        };
        self.change("aside", change).await
    }

    /// What was put aside was asked for again: it is known now, or lies there anew.
    ///
    /// # Errors
    ///
    /// A store that failed.
    pub async fn retried(&self, before: &Aside, after: Option<Aside>) -> anyhow::Result<()> {
        let change = |live: &mut Live| {
            let at = live.aside.iter().position(|it| it == before)?;
            match after {
                Some(after) => live.aside[at] = after,
                None => drop(live.aside.remove(at)),
            }
            Some(live.aside.clone())
        };
        self.change("aside", change).await
    }
}
