//! The weekly digest and the trend summary, posted in the team's place.

use super::decision::{Decided, Desk};
use super::{agenda, figures, lines, results};
use crate::domain::message::{Destination, Message, PictureKind};
use crate::domain::outgoing::Purpose;
use crate::domain::round::Round;
use crate::domain::schedule::Schedule;
use crate::domain::team::{Team, Wake};
use crate::report;
use crate::text::words::Digest;

/// Posts the digest, if there is anything to say.
pub(super) fn digest(desk: &Desk<'_>, team: &Team) -> Decided<()> {
    let open = desk.current_round(team)?.filter(Round::is_open);
    let numbers = report::latest(&desk.tx, team)?;
    if open.is_none() && numbers.is_none() {
        return Ok(());
    }
    let mut words = Digest {
        team: team.name.clone(),
        at: None,
        level: None,
        limit: None,
        pillars: Vec::new(),
        known: false,
        newer: None,
        actions: agenda::lines(desk, team, numbers.as_ref())?,
        outcomes: Vec::new(),
        closes: open.as_ref().map(|round| desk.when(round.closes, team)),
        participants: open
            .as_ref()
            .map(|round| figures::turnout(desk, round))
            .transpose()?
            .flatten(),
        members: open.as_ref().map_or(0, |round| round.members as usize),
        min_group: open.as_ref().map_or(0, |round| round.terms.min_group),
        next: next_round(desk, team),
    };
    let is_known = numbers.as_ref().is_some_and(|numbers| is_known(desk, team, numbers));
    words.known = is_known;
    if is_known {
        words.actions.retain(|action| action.taken);
    }
    if let Some(numbers) = &numbers {
        words.at = Some(desk.when(numbers.round.ended.unwrap_or(desk.now), team));
        words.level = numbers.result.overall.as_ref().map(|overall| overall.level);
        words.limit = lines::limit(numbers);
        words.pillars = lines::pillars(desk, team, numbers)?;
        words.newer = lines::newer(desk, team, numbers);
        words.outcomes = lines::outcomes(numbers);
    }
    let body = desk.text.say(&words);
    let message = match numbers {
        // The summary of this week brought the picture already.
        Some(numbers) if !is_known => {
            let (kind, pillars) = (PictureKind::Profile, words.pillars);
            results::picture(desk, team, &numbers, kind, body, Vec::new(), pillars)
        }
        _ => Message::Text(body),
    };
    post(desk, team, message, Purpose::Digest(team.id))
}

/// Whether the summary of the round came since the last digest, and said all that already.
fn is_known(desk: &Desk<'_>, team: &Team, numbers: &report::Report) -> bool {
    let (Some(times), Some(ended)) = (&team.settings.digest, numbers.round.ended) else {
        return false;
    };
    let schedule = Schedule { expr: times.clone(), zone: team.settings.zone };
    schedule.due(ended, desk.now).take(2).count() < 2
}

/// News of a day: pointless once the grace period is over.
fn post(desk: &Desk<'_>, team: &Team, message: Message, purpose: Purpose) -> Decided<()> {
    let expires = desk.now.checked_add_signed(desk.rules.grace());
    let to = Destination::Place(team.place.clone());
    desk.send_at(to, message, purpose, desk.now, expires)
}

fn next_round(desk: &Desk<'_>, team: &Team) -> Option<crate::text::words::When> {
    let schedules = team.wakes.iter().filter(|(wake, _)| matches!(wake, Wake::Schedule(_)));
    schedules.map(|(_, at)| *at).min().map(|at| desk.when(at, team))
}

/// Posts the trend summary, if there are at least two rounds to compare.
pub(super) fn trend(desk: &Desk<'_>, team: &Team) -> Decided<()> {
    let Some(numbers) = report::latest(&desk.tx, team)? else { return Ok(()) };
    if numbers.series.len() < 2 {
        return Ok(());
    }
    let message = results::trend_of(desk, team, &numbers, true)?;
    post(desk, team, message, Purpose::Trend(team.id))
}
