//! The life of a team's champions: nominated, asked in private, accepted for a term, handed over.
//!
//! Every step is a function of the champions there are, what somebody said and the time; it returns
//! the champions after it and what has to be told. Nominators are kept only until the candidate is
//! asked, and appear in no effect. Nobody learns of a candidate before acceptance, nor of a refusal.

use chrono::{DateTime, Duration, Months, Utc};

use super::ids::PersonId;
use super::level::Pillar;

mod outcome;
mod standing;

pub use outcome::{Departure, Effect, Refusal};
pub use standing::{Candidacy, Champions, MOST_PILLARS, Renewal, Stage};

/// So many different people have to name somebody before the bot asks.
pub const NOMINATORS: usize = 2;
/// A term, in months; so long a refusal holds and a lone nomination waits, too.
pub const TERM: Months = Months::new(6);

const REMINDER: Duration = Duration::days(14);
const ASKING: Duration = Duration::days(30);
/// How much time brings in one step, about: each of it may be told to several people.
const AT_ONCE: usize = 8;

/// The champions after a step and what has to be told, in this order.
pub type Step = (Champions, Vec<Effect>);

/// Somebody names somebody else. Whether the candidate was asked or declined, the one who names
/// them sees the same.
///
/// # Errors
/// Refuses one's own name, and people who are champion already or carry enough.
pub fn nominate(
    champions: &Champions,
    by: &PersonId,
    candidate: &PersonId,
    pillar: Pillar,
    now: DateTime<Utc>,
) -> Result<Step, Refusal> {
    if by == candidate {
        return Err(Refusal::YourOwnName);
    }
    champions.room_for(candidate, pillar)?;
    let silence = Ok((champions.clone(), Vec::new()));
    let (mut nominators, since) = match champions.stage(candidate, pillar) {
        Some(Stage::Nominated { by, since }) if now < term_after(*since) => (by.clone(), *since),
        Some(Stage::Declined { until }) if now < *until => return silence,
        Some(Stage::Asked { .. }) => return silence,
        // Nobody yet, or a nomination or refusal that has lapsed: the count begins anew.
        _ => (Vec::new(), now),
    };
    if !nominators.contains(by) {
        nominators.push(by.clone());
    }
    if nominators.len() < NOMINATORS {
        let stage = Stage::Nominated { by: nominators, since };
        return Ok((champions.with(candidate, pillar, stage), Vec::new()));
    }
    let asked = champions.with(candidate, pillar, Stage::Asked { since: now });
    Ok((asked, vec![Effect::AskPrivately(candidate.clone(), pillar)]))
}

/// Somebody offers themselves. Offering is consent, so it takes effect at once, also after an
/// earlier refusal.
///
/// # Errors
/// Refuses people who are champion already or carry enough.
pub fn volunteer(
    champions: &Champions,
    person: &PersonId,
    pillar: Pillar,
    now: DateTime<Utc>,
) -> Result<Step, Refusal> {
    champions.room_for(person, pillar)?;
    // Taken out first, so that the newest acceptance stands last.
    let stage = Stage::Accepted { term_ends: term_after(now), renewal: Renewal::NotDue };
    let after = champions.without(person, pillar).with(person, pillar, stage);
    let mut effects = vec![Effect::Announce(person.clone(), pillar)];
    if after.held_by(person).len() >= MOST_PILLARS {
        effects.push(Effect::WarnOfLoad(person.clone()));
    }
    Ok((after, effects))
}

/// Somebody agrees to become champion, or to another term, which begins when the present one ends
/// and keeps their place in the order.
///
/// # Errors
/// Refuses people who were not asked, are champion already or carry enough.
pub fn accept(
    champions: &Champions,
    person: &PersonId,
    pillar: Pillar,
    now: DateTime<Utc>,
) -> Result<Step, Refusal> {
    match champions.stage(person, pillar) {
        Some(Stage::Asked { .. }) => volunteer(champions, person, pillar, now),
        Some(Stage::Accepted { renewal: Renewal::NotDue, .. }) => Err(Refusal::AlreadyChampion),
        // Also after declining: until the term ends, people may think again.
        Some(Stage::Accepted { term_ends, .. }) => {
            let term_ends = term_after(now.max(*term_ends));
            let stage = Stage::Accepted { term_ends, renewal: Renewal::NotDue };
            Ok((champions.with(person, pillar, stage), Vec::new()))
        }
        _ => Err(Refusal::NotAsked),
    }
}

/// Somebody would rather not. Nobody is told; another term that is declined ends with the present.
///
/// # Errors
/// Refuses people who were not asked.
pub fn decline(
    champions: &Champions,
    person: &PersonId,
    pillar: Pillar,
    now: DateTime<Utc>,
) -> Result<Step, Refusal> {
    let stage = match champions.stage(person, pillar) {
        Some(Stage::Asked { .. }) => Stage::Declined { until: term_after(now) },
        Some(Stage::Accepted { term_ends, renewal: Renewal::Asked }) => {
            Stage::Accepted { term_ends: *term_ends, renewal: Renewal::Declined }
        }
        _ => return Err(Refusal::NotAsked),
    };
    Ok((champions.with(person, pillar, stage), Vec::new()))
}

/// A champion gives a pillar up; the lead is told and the next who accepted moves up.
///
/// # Errors
/// Refuses people who are not champion of the pillar.
pub fn step_down(
    champions: &Champions,
    person: &PersonId,
    pillar: Pillar,
    now: DateTime<Utc>,
) -> Result<Step, Refusal> {
    match champions.stage(person, pillar) {
        Some(Stage::Accepted { .. }) => {
            let stage = Stage::Declined { until: term_after(now) };
            let after = champions.with(person, pillar, stage);
            let effects = departed(champions, &after, person, pillar, Departure::SteppedDown);
            Ok((after, effects))
        }
        _ => Err(Refusal::NotChampion),
    }
}

/// Somebody left the team or is to be forgotten: nothing of them remains, neither as candidate nor
/// as nominator.
#[must_use]
pub fn leave(champions: &Champions, person: &PersonId) -> Step {
    let mut after = Champions(champions.0.clone());
    after.0.retain(|c| &c.person != person);
    for candidacy in &mut after.0 {
        if let Stage::Nominated { by, .. } = &mut candidacy.stage {
            by.retain(|nominator| nominator != person);
        }
    }
    after.0.retain(|c| !matches!(&c.stage, Stage::Nominated { by, .. } if by.is_empty()));
    let effects = champions
        .held_by(person)
        .into_iter()
        .flat_map(|pillar| departed(champions, &after, person, pillar, Departure::Left))
        .collect();
    (after, effects)
}

/// What the time alone brings: reminders before a term ends, ends of terms, and the silent end of
/// nominations, refusals and questions left open. Asked late, it brings what is due: a part of it
/// where that is much, and the rest when it is asked again.
#[must_use]
pub fn tick(champions: &Champions, now: DateTime<Utc>) -> Step {
    let mut after = champions.clone();
    let mut effects = Vec::new();
    for Candidacy { person, pillar, stage } in &champions.0 {
        if effects.len() >= AT_ONCE {
            break;
        }
        match stage {
            Stage::Accepted { term_ends, renewal } if now >= *term_ends => {
                let before = after.clone();
                let until = term_after(*term_ends);
                after = match renewal {
                    Renewal::Declined => after.with(person, *pillar, Stage::Declined { until }),
                    _ => after.without(person, *pillar),
                };
                effects.extend(departed(&before, &after, person, *pillar, Departure::TermEnded));
            }
            Stage::Accepted { term_ends, renewal: Renewal::NotDue }
                if now >= *term_ends - REMINDER =>
            {
                let stage = Stage::Accepted { term_ends: *term_ends, renewal: Renewal::Asked };
                after = after.with(person, *pillar, stage);
                effects.push(Effect::AskRenewal(person.clone(), *pillar, *term_ends));
            }
            // A question left open is a silent no; asking again would be nagging.
            Stage::Asked { since } if now >= *since + ASKING => {
                let until = term_after(*since + ASKING);
                after = after.with(person, *pillar, Stage::Declined { until });
            }
            Stage::Nominated { since, .. } if now >= term_after(*since) => {
                after = after.without(person, *pillar);
            }
            Stage::Declined { until } if now >= *until => after = after.without(person, *pillar),
            _ => {}
        }
    }
    // Nobody who went in the same tick is told to take over, nor named as the next.
    (after.clone(), corrected(effects, &after))
}

/// Names as the next in line only those who still are, after several champions went at once.
fn corrected(effects: Vec<Effect>, after: &Champions) -> Vec<Effect> {
    effects
        .into_iter()
        .filter(|effect| {
            !matches!(effect, Effect::HandOver(to, pillar) if after.owner(*pillar) != Some(to))
        })
        .map(|effect| match effect {
            Effect::TellLead { gone, pillar, because, .. } => {
                Effect::TellLead { gone, pillar, because, next: after.owner(pillar).cloned() }
            }
            other => other,
        })
        .collect()
}

/// What is told when a champion goes: the lead always, the next in line if they move up.
fn departed(
    before: &Champions,
    after: &Champions,
    gone: &PersonId,
    pillar: Pillar,
    because: Departure,
) -> Vec<Effect> {
    let next = after.owner(pillar).cloned();
    let moves_up = next.clone().filter(|_| before.owner(pillar) == Some(gone));
    let news = Effect::TellLead { gone: gone.clone(), pillar, because, next };
    [Some(news), moves_up.map(|person| Effect::HandOver(person, pillar))]
        .into_iter()
        .flatten()
        .collect()
}

/// Six months later; the moment itself at the end of the calendar.
fn term_after(now: DateTime<Utc>) -> DateTime<Utc> {
    now.checked_add_months(TERM).unwrap_or(now)
}

#[cfg(test)]
mod tests;
