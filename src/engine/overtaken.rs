//! Which look-ups news of their place overtook: what they bring may be older than the news.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::domain::ids::PlaceId;
use crate::platform::What;

/// Look-ups under way, each with whether news of its place came since it began.
#[derive(Default)]
pub(super) struct Looks(Mutex<BTreeMap<PlaceId, bool>>);

impl Looks {
    /// A look-up of a place begins.
    pub fn begin(&self, place: &PlaceId) {
        self.places().insert(place.clone(), false);
    }

    /// Tells of something that happened; to be called before it is decided.
    pub fn hear(&self, what: &What) {
        if let What::Joined { place, .. }
        | What::Left { place, .. }
        | What::PlaceChanged { place, .. } = what
            && let Some(is_overtaken) = self.places().get_mut(place)
        {
            *is_overtaken = true;
        }
    }

    /// Whether news came since it began.
    pub fn is_overtaken(&self, place: &PlaceId) -> bool {
        self.places().get(place).copied().unwrap_or(false)
    }

    /// It is over; tells whether news came meanwhile.
    pub fn end(&self, place: &PlaceId) -> bool {
        self.places().remove(place).unwrap_or(false)
    }

    fn places(&self) -> MutexGuard<'_, BTreeMap<PlaceId, bool>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
