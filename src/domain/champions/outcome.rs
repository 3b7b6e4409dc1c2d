//! What a step brings: news for somebody, or a refusal.

use chrono::{DateTime, Utc};

use crate::domain::ids::PersonId;
use crate::domain::level::Pillar;

/// What has to be told after a step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Ask the person in private whether they want to be champion.
    AskPrivately(PersonId, Pillar),
    /// Ask the champion in private for another term; the present one ends then.
    AskRenewal(PersonId, Pillar, DateTime<Utc>),
    /// The person accepted and may be named to the team.
    Announce(PersonId, Pillar),
    /// Tell the person and the lead that this is as much as one person should carry.
    WarnOfLoad(PersonId),
    /// Tell the lead that a champion is gone, and who stands first now.
    TellLead {
        /// Who was champion.
        gone: PersonId,
        /// Of which pillar.
        pillar: Pillar,
        /// Why they no longer are.
        because: Departure,
        /// The first of those who accepted, if anybody is left.
        next: Option<PersonId>,
    },
    /// Tell the person that they stand first for the pillar now.
    HandOver(PersonId, Pillar),
}

/// Why somebody is champion no longer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Departure {
    /// They gave it up.
    SteppedDown,
    /// They left the team, or asked to be forgotten.
    Left,
    /// Their term ended and they did not renew it.
    TermEnded,
}

/// Why a step is not possible. Each tells only what everybody, or the person asking, knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// People cannot nominate themselves.
    #[error("nobody nominates themselves; `champion volunteer` offers your own help")]
    YourOwnName,
    /// The person is champion of the pillar already.
    #[error("this person is champion of the pillar already; `who` lists all champions")]
    AlreadyChampion,
    /// The person is champion of [`super::MOST_PILLARS`] pillars already.
    #[error("this person carries two pillars already; one has to be given up first")]
    CarriesEnough,
    /// The person was not asked.
    #[error("nothing was asked of you here; `champion volunteer` offers your help")]
    NotAsked,
    /// The person is not champion of the pillar.
    #[error("you are not champion of this pillar; `who` lists all champions")]
    NotChampion,
}
