//! Which look-ups news of their place overtook: what they bring may be older than the news.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::domain::ids::PlaceId;
use crate::platform::What;

/// Look-ups under way.
#[derive(Default)]
pub(super) struct Looks(Mutex<BTreeMap<PlaceId, Look>>);

#[derive(Clone, Copy)]
struct Look {
    /// Whether what it brings is taken in although news came.
    is_last: bool,
    /// Whether news of its place came since it began.
    is_overtaken: bool,
}

impl Looks {
    /// A look-up of a place begins; the last one of several tells what it can.
    pub fn begin(&self, place: &PlaceId, is_last: bool) {
        self.places().insert(place.clone(), Look { is_last, is_overtaken: false });
    }

    /// Tells of something that happened; to be called before it is decided.
    pub fn hear(&self, what: &What) {
        if let What::Joined { place, .. }
        | What::Left { place, .. }
        | What::PlaceChanged { place, .. } = what
            && let Some(look) = self.places().get_mut(place)
        {
            look.is_overtaken = true;
        }
    }

    /// Whether what it brings is to be left alone, and asked for again.
    pub fn is_stale(&self, place: &PlaceId) -> bool {
        self.places().get(place).is_some_and(|look| look.is_overtaken && !look.is_last)
    }

    /// It is over; tells whether news came meanwhile.
    pub fn end(&self, place: &PlaceId) -> bool {
        self.places().remove(place).is_some_and(|look| look.is_overtaken)
    }

    fn places(&self) -> MutexGuard<'_, BTreeMap<PlaceId, Look>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
