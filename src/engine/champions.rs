//! Champions: what people say about them, and what time brings.

use super::champion_news::{tell, title};
use super::decision::{Decided, Desk};
use super::rounds;
use super::speaker::Speaker;
use crate::domain::champions::{self, Champions, Departure, Effect, Refusal, Stage};
use crate::domain::command::{ChampionStep, Mention};
use crate::domain::ids::PersonId;
use crate::domain::level::Pillar;
use crate::domain::team::{Team, Wake};
use crate::platform::Reply;
use crate::text::words::{
    ChampionAccepted, ChampionDeclined, ChampionLine, ChampionNominated, ChampionRefused,
    ChampionSteppedDown, Who,
};

/// `champion …`, in these words.
pub(super) fn step(
    desk: &Desk<'_>,
    speaker: &Speaker,
    step: &ChampionStep,
    words: &str,
) -> Decided<Reply> {
    let Some(team) = team_meant(desk, speaker, step)? else {
        return Ok(super::replies::which_team(desk, speaker, words, |_| true));
    };
    // Whoever is not asked in a team does not stand for a pillar of it.
    let takes_on = matches!(step, ChampionStep::Volunteer(_) | ChampionStep::Accept(_));
    if takes_on && speaker.person.outside {
        return Ok(super::replies::refused(desk));
    }
    let me = &speaker.person.id;
    let before = desk.tx.champions(team.id)?;
    let open = || before.asked_of(me);
    let held = || before.held_by(me);
    let outcome = match step {
        ChampionStep::Volunteer(pillar) => {
            (*pillar, champions::volunteer(&before, me, *pillar, desk.now))
        }
        ChampionStep::Nominate(pillar, mention) => {
            let Some(candidate) = find_member(desk, &team, mention)? else {
                return Ok(refused(desk, "unknown-person", *pillar));
            };
            (*pillar, champions::nominate(&before, me, &candidate, *pillar, desk.now))
        }
        ChampionStep::Accept(pillar) => match the_one(*pillar, &open()) {
            Some(pillar) => (pillar, champions::accept(&before, me, pillar, desk.now)),
            None => return Ok(which(desk, &open())),
        },
        ChampionStep::Decline(pillar) => match the_one(*pillar, &open()) {
            Some(pillar) => (pillar, champions::decline(&before, me, pillar, desk.now)),
            None => return Ok(which(desk, &open())),
        },
        ChampionStep::StepDown(pillar) => match the_one(*pillar, &held()) {
            Some(pillar) => (pillar, champions::step_down(&before, me, pillar, desk.now)),
            None if held().is_empty() => return Ok(refused(desk, "not-champion", Pillar::Skills)),
            None => return Ok(refused(desk, "which-pillar", Pillar::Skills)),
        },
    };
    match outcome {
        (pillar, Ok((after, effects))) => {
            keep(desk, &team, &after)?;
            tell(desk, &team, &after, &effects)?;
            answer(desk, speaker, &team, step, pillar, &after)
        }
        // Said or pressed twice: it is so, and the second word does not take the first one back.
        (pillar, Err(_)) if is_so(step, &before, me, pillar) => {
            answer(desk, speaker, &team, step, pillar, &before)
        }
        (pillar, Err(refusal)) => Ok(refused(desk, reason(refusal), pillar)),
    }
}

/// Whether what a person wants for themselves holds already.
fn is_so(step: &ChampionStep, standing: &Champions, me: &PersonId, pillar: Pillar) -> bool {
    match step {
        ChampionStep::Volunteer(_) | ChampionStep::Accept(_) => {
            standing.held_by(me).contains(&pillar)
        }
        ChampionStep::Decline(_) | ChampionStep::StepDown(_) => standing.has_declined(me, pillar),
        ChampionStep::Nominate(..) => false,
    }
}

/// The team the step is about: the one meant, or the one that asked this person.
fn team_meant(desk: &Desk<'_>, speaker: &Speaker, step: &ChampionStep) -> Decided<Option<Team>> {
    if let Some(team) = speaker.team() {
        return Ok(Some(team.clone()));
    }
    for team in &speaker.teams {
        let champions = desk.tx.champions(team.id)?;
        let concerns = match step {
            ChampionStep::Accept(_) | ChampionStep::Decline(_) => {
                !champions.asked_of(&speaker.person.id).is_empty()
            }
            ChampionStep::StepDown(_) => !champions.held_by(&speaker.person.id).is_empty(),
            ChampionStep::Volunteer(_) | ChampionStep::Nominate(..) => false,
        };
        if concerns {
            return Ok(Some(team.clone()));
        }
    }
    Ok(None)
}

fn the_one(named: Option<Pillar>, possible: &[Pillar]) -> Option<Pillar> {
    named.or_else(|| if possible.len() == 1 { possible.first().copied() } else { None })
}

fn which(desk: &Desk<'_>, open: &[Pillar]) -> Reply {
    let reason = if open.is_empty() { "not-asked" } else { "which-pillar" };
    refused(desk, reason, Pillar::Skills)
}

fn reason(refusal: Refusal) -> &'static str {
    match refusal {
        Refusal::YourOwnName => "self-nomination",
        Refusal::AlreadyChampion => "already",
        Refusal::CarriesEnough => "load",
        Refusal::NotAsked => "not-asked",
        Refusal::NotChampion => "not-champion",
    }
}

fn refused(desk: &Desk<'_>, reason: &'static str, pillar: Pillar) -> Reply {
    desk.reply(&ChampionRefused { reason, pillar: title(desk, pillar) })
}

/// A member by name as people type it, or by platform id.
pub(super) fn find_member(
    desk: &Desk<'_>,
    team: &Team,
    mention: &Mention,
) -> Decided<Option<PersonId>> {
    let wanted = mention.0.trim_start_matches('@');
    for id in rounds::askable(desk, team)? {
        let same = |text: &str| text.to_lowercase() == wanted.to_lowercase();
        if same(id.bare()) || same(id.as_str()) || same(&desk.tx.name_of(&id)?) {
            return Ok(Some(id));
        }
    }
    Ok(None)
}

fn answer(
    desk: &Desk<'_>,
    speaker: &Speaker,
    team: &Team,
    step: &ChampionStep,
    pillar: Pillar,
    after: &Champions,
) -> Decided<Reply> {
    let pillars = after.held_by(&speaker.person.id).len();
    Ok(match step {
        ChampionStep::Volunteer(_) | ChampionStep::Accept(_) => desk.reply(&ChampionAccepted {
            pillar: title(desk, pillar),
            ends: desk.when(term_end(after, &speaker.person.id, pillar).unwrap_or(desk.now), team),
            pillars,
        }),
        ChampionStep::Nominate(_, mention) => {
            let person = match find_member(desk, team, mention)? {
                Some(id) => desk.tx.name_of(&id)?,
                None => mention.0.clone(),
            };
            desk.reply(&ChampionNominated { person, pillar: title(desk, pillar) })
        }
        ChampionStep::Decline(_) => desk.reply(&ChampionDeclined { pillar: title(desk, pillar) }),
        ChampionStep::StepDown(_) => {
            desk.reply(&ChampionSteppedDown { pillar: title(desk, pillar) })
        }
    })
}

fn term_end(
    champions: &Champions,
    person: &PersonId,
    pillar: Pillar,
) -> Option<crate::clock::Instant> {
    let own = champions.0.iter().find(|it| &it.person == person && it.pillar == pillar)?;
    match own.stage {
        Stage::Accepted { term_ends, .. } => Some(term_ends),
        _ => None,
    }
}

/// Writes the champions, and looks after them once a day while there are any.
fn keep(desk: &Desk<'_>, team: &Team, after: &Champions) -> Decided<()> {
    desk.tx.put_champions(team.id, after)?;
    let mut team = desk.tx.team(team.id)?.unwrap_or_else(|| team.clone());
    let next = (!after.0.is_empty())
        .then(|| team.wake_at(Wake::Terms).unwrap_or(desk.now + chrono::TimeDelta::days(1)));
    desk.tx.wake(&mut team, Wake::Terms, next)?;
    Ok(desk.tx.put_team(&team)?)
}

/// What time alone brings: terms that end, questions left open. What one commit does not hold is
/// due at once again.
pub(super) fn terms(desk: &Desk<'_>, mut team: Team) -> Decided<()> {
    let (after, effects) = champions::tick(&desk.tx.champions(team.id)?, desk.now);
    let is_all = champions::tick(&after, desk.now).0 == after;
    desk.tx.wake(&mut team, Wake::Terms, (!is_all).then_some(desk.now))?;
    desk.tx.put_team(&team)?;
    keep(desk, &team, &after)?;
    tell(desk, &team, &after, &effects)
}

/// Somebody left the team.
pub(super) fn gone(desk: &Desk<'_>, team: &Team, person: &PersonId) -> Decided<()> {
    let before = desk.tx.champions(team.id)?;
    let (after, effects) = champions::leave(&before, person);
    if after == before {
        return Ok(());
    }
    keep(desk, team, &after)?;
    tell(desk, team, &after, &effects)
}

/// Somebody is to be forgotten. To others it looks as if they had stepped down.
pub(super) fn forgotten(desk: &Desk<'_>, team: &Team, person: &PersonId) -> Decided<()> {
    let before = desk.tx.champions(team.id)?;
    let (after, mut effects) = champions::leave(&before, person);
    if after == before {
        return Ok(());
    }
    for effect in &mut effects {
        if let Effect::TellLead { because, .. } = effect {
            *because = Departure::SteppedDown;
        }
    }
    keep(desk, team, &after)?;
    tell(desk, team, &after, &effects)
}

/// `who [pillar]`.
pub(super) fn who(desk: &Desk<'_>, team: &Team, only: Option<Pillar>) -> Decided<Reply> {
    let champions = desk.tx.champions(team.id)?;
    let mut pillars = Vec::new();
    for pillar in Pillar::ALL.into_iter().filter(|pillar| only.is_none_or(|it| it == *pillar)) {
        let people: Vec<PersonId> = champions.of(pillar).cloned().collect();
        pillars.push(ChampionLine {
            pillar: title(desk, pillar),
            name: pillar.name().to_owned(),
            champions: desk.tx.names_of(&people)?,
        });
    }
    let leads = desk.tx.names_of(&super::speaker::leads_of(desk, team)?)?;
    Ok(desk.reply(&Who { team: team.name.clone(), pillars, leads }))
}
