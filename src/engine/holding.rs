//! What waits for a team's place: held back while nothing may go there, and sent after a team that
//! moved.

use chrono::TimeDelta;

use super::decision::{Decided, Desk, KEPT};
use crate::domain::ids::PlaceId;
use crate::domain::message::Destination;
use crate::domain::outgoing::{Errand, OutRow, Purpose};
use crate::domain::team::Team;
use crate::store::kv::Key;

/// How soon it is looked again whether something that is held back is still wanted.
const LOOKED_AT: TimeDelta = TimeDelta::hours(6);

/// Whether nothing goes to a team's place: the team is paused, or who is there is not known.
pub(super) fn holds(team: &Team) -> bool {
    team.paused.is_some() || team.roster_at.is_none()
}

/// Whether a row waits because nothing goes to its place at present.
pub(super) fn is_held(desk: &Desk<'_>, row: &OutRow) -> Decided<bool> {
    Ok(team_there(desk, row)?.is_some_and(|team| holds(&team)))
}

/// Whether a row says something to the place that its team is in.
pub(super) fn is_said_to_team(desk: &Desk<'_>, row: &OutRow) -> Decided<bool> {
    Ok(matches!(row.errand, Errand::Say(..)) && team_there(desk, row)?.is_some())
}

/// The team of a row, if it is in the place that the row goes to.
fn team_there(desk: &Desk<'_>, row: &OutRow) -> Decided<Option<Team>> {
    let Some(place) = place_of(&row.errand) else { return Ok(None) };
    Ok(desk.tx.team(row.purpose.team())?.filter(|team| team.place == *place))
}

/// Puts a row off until it is released, or pointless.
pub(super) fn hold(desk: &Desk<'_>, key: &Key, mut row: OutRow) -> Decided<()> {
    let end = row.expires.unwrap_or(desk.now + KEPT);
    row.expires = Some(end);
    row.not_before = end.min(desk.now + LOOKED_AT);
    row.sending = false;
    Ok(desk.tx.put_out_row(key.clone(), &row)?)
}

/// Whether a place would not take what waits for it.
pub(super) fn is_refused(desk: &Desk<'_>, place: &PlaceId) -> Decided<bool> {
    let lane = Destination::Place(place.clone()).lane();
    Ok(desk.tx.waiting_for(&lane, 1)?.first().is_some_and(|(_, row)| row.attempts > 0))
}

/// Lets what was held back for a place go; the rest of its lane waits for the first row only.
pub(super) fn release(desk: &Desk<'_>, place: &PlaceId) -> Decided<()> {
    let lane = Destination::Place(place.clone()).lane();
    match desk.tx.waiting_for(&lane, 1)?.pop() {
        Some((key, row)) if row.not_before > desk.now => {
            Ok(desk.tx.put_out_row(key, &OutRow { not_before: desk.now, ..row })?)
        }
        _ => Ok(()),
    }
}

/// Sends a row to where its team is now, if that is not where the row was to go; gives whether.
pub(super) fn follow(desk: &Desk<'_>, key: &Key, row: &OutRow) -> Decided<bool> {
    let Some(place) = place_of(&row.errand) else { return Ok(false) };
    let Some(team) = desk.tx.team(row.purpose.team())?.filter(|team| team.place != *place) else {
        return Ok(false);
    };
    let to = |to: &Destination| match to {
        Destination::Thread(_, root) => Destination::Thread(team.place.clone(), root.clone()),
        _ => Destination::Place(team.place.clone()),
    };
    let errand = match &row.errand {
        Errand::Say(old, message) => Errand::Say(to(old), message.clone()),
        Errand::Update(old, post, message) => {
            Errand::Update(to(old), post.clone(), message.clone())
        }
        Errand::LookUp(_) => return Ok(false),
    };
    desk.tx.delete(key.clone());
    // Whether it arrived is as doubtful there.
    let moved = OutRow::new(errand, row.purpose, desk.now, row.expires);
    desk.tx.send(&OutRow { doubts: row.doubts, ..moved })?;
    Ok(true)
}

/// Whether a row tells a team's place the results of a round.
pub(super) fn is_summary(row: &OutRow) -> bool {
    let is_said = matches!(row.errand, Errand::Say(Destination::Place(_), _));
    is_said && matches!(row.purpose, Purpose::Closing(_))
}

/// The place that something is said in.
fn place_of(errand: &Errand) -> Option<&PlaceId> {
    match errand {
        Errand::Say(Destination::Place(place) | Destination::Thread(place, _), _)
        | Errand::Update(Destination::Place(place) | Destination::Thread(place, _), ..) => {
            Some(place)
        }
        _ => None,
    }
}
