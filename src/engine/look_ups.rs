//! Who is in which place is looked up now and then: whoever came or went while the bot was down, or
//! unheard, is known all the same.

use chrono::TimeDelta;

use super::decision::{Decided, Desk, ROOM};
use super::membership::is_paused_by_place;
use super::pipeline::Engine;
use super::reviews::Which;
use crate::clock::Instant;
use crate::domain::ids::{EventId, PlaceId, TeamId};
use crate::domain::message::MessageRef;
use crate::domain::outgoing::{Errand, OutRow, Purpose};
use crate::domain::team::Team;
use crate::platform::{Facts, Incoming, Platform, PostError, Profile, What};
use crate::store::kv::StoreError;

/// How old what is known of a team that is asked may become.
const FRESH: TimeDelta = TimeDelta::days(1);

/// How far apart look-ups of several teams begin, so that 500 teams are an hour's work.
const APART: TimeDelta = TimeDelta::seconds(7);

/// How often at most one look-up asks; where people come and go all the time, the next one tells.
const TIMES: usize = 3;

/// What came of a look-up; no message does.
type Seen = Decided<Result<Option<MessageRef>, PostError>>;

impl Engine {
    /// Puts look-ups of teams into the outbox, where it is time for them.
    pub(super) async fn review(&self) -> Decided<()> {
        let Some(which) = self.reviews.which(self.clock.now()) else { return Ok(()) };
        let (teams, damaged) = wanted(&self.lookout(), &which)?;
        for trouble in damaged {
            self.damage.tell(&trouble, "nothing is done for a team");
        }
        let mut from = self.clock.now();
        for some in teams.chunks(ROOM) {
            self.commit(|desk| look_up(desk, some, from)).await?;
            from += APART * i32::try_from(some.len()).unwrap_or(i32::MAX);
        }
        Ok(())
    }

    /// Asks a platform who is in a place, and takes that in; asks again where news of the place came
    /// meanwhile, since what was asked for may be older than they are.
    pub(super) async fn look_up(&self, platform: &dyn Platform, place: &PlaceId, id: &str) -> Seen {
        let mut seen = Ok(Ok(None));
        for time in 1..=TIMES {
            self.looks.begin(place, time == TIMES);
            let members = platform.members(place).await;
            if self.looks.is_stale(place) {
                continue;
            }
            seen = match members {
                Ok(members) => self.take_in(place, members, format!("look-up {id}/{time}")).await,
                Err(error) => Ok(Err(error)),
            };
            if !self.looks.end(place) {
                break;
            }
        }
        seen
    }

    async fn take_in(&self, place: &PlaceId, members: Vec<Profile>, id: String) -> Seen {
        let what = What::Facts(Facts::Members { place: place.clone(), members });
        let incoming = Incoming { id: EventId(id), sent: self.clock.now(), what };
        self.handle(&incoming).await.map(|_| Ok(None))
    }
}

fn wanted(desk: &Desk<'_>, which: &Which) -> Decided<(Vec<TeamId>, Vec<StoreError>)> {
    let is_wanted = |team: &Team| match which {
        Which::All => team.current.is_some() || is_paused_by_place(team),
        Which::Old => {
            let is_old = team.roster_at.is_none_or(|at| desk.now - at >= FRESH);
            is_old && team.paused.is_none() && (team.current.is_some() || team.roster_at.is_none())
        }
    };
    let (teams, damaged) = desk.tx.teams_apart()?;
    Ok((teams.into_iter().filter(is_wanted).map(|team| team.id).collect(), damaged))
}

/// One after the other; a team that is to be looked up already needs no more.
fn look_up(desk: &Desk<'_>, teams: &[TeamId], from: Instant) -> Decided<()> {
    let mut at = from;
    for id in teams {
        let Some(team) = desk.tx.team(*id)? else { continue };
        let errand = Errand::LookUp(team.place.clone());
        if desk.tx.first_out(&errand.lane())?.is_none() {
            desk.tx.send(&OutRow::new(errand, Purpose::LookUp(*id), at, None))?;
            at += APART;
        }
    }
    Ok(())
}
