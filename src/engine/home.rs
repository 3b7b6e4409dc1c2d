//! The home view.

use super::decision::{Decided, Desk};
use super::introduction::answer_choice;
use super::questions;
use super::questions::Front;
use super::sittings::{face, introduction};
use super::speaker::Speaker;
use super::wishes::pauses;
use crate::domain::champions::Champions;
use crate::domain::message::{Message, Section};
use crate::domain::team::Team;
use crate::platform::Reply;
use crate::report;
use crate::text::words::{Home, HomeHello, HomeRound, MyTeam};

/// The home view: how the person stands, and the question that waits for them; where there is
/// room, everything that they can do.
pub(super) fn opened(desk: &Desk<'_>, speaker: &Speaker, whole: bool) -> Decided<Reply> {
    let sections = if whole {
        let mut sections = waits(desk, speaker)?;
        sections.extend(super::desks::all(desk, speaker)?);
        sections
    } else {
        standing(desk, speaker)?
    };
    Ok(Some(Message::Overview(sections)))
}

fn standing(desk: &Desk<'_>, speaker: &Speaker) -> Decided<Vec<Section>> {
    let about = Section { body: desk.text.say(&home(desk, speaker)?), choices: Vec::new() };
    let mut sections = vec![about];
    if let Some(front) = waiting(desk, speaker)?
        && let Some(question) = front.question()
    {
        face(desk, &speaker.person, front.round.id)?;
        let asked = front.ask(desk, question, &introduction(desk, &front)?);
        sections.push(Section { body: asked.body(), choices: asked.choices() });
    }
    Ok(sections)
}

/// What waits for the person: the rounds with questions left, and the question in front of them.
fn waits(desk: &Desk<'_>, speaker: &Speaker) -> Decided<Vec<Section>> {
    let mut rounds = Vec::new();
    let front = waiting(desk, speaker)?;
    if let Some(front) = &front
        && let Some(question) = front.question()
    {
        face(desk, &speaker.person, front.round.id)?;
        rounds.push(round(desk, front, introduction(desk, front)?));
        let asked = front.ask(desk, question, "");
        if !asked.choices().is_empty() {
            rounds.push(Section { body: asked.body(), choices: asked.choices() });
        }
    }
    let shown = front.map(|front| front.round.id);
    for other in Front::open_rounds(desk, speaker)? {
        if Some(other.round.id) != shown && other.question().is_some() {
            rounds.push(round(desk, &other, String::new()));
        }
    }
    let hello = HomeHello { name: speaker.person.name.clone(), waits: !rounds.is_empty() };
    let mut body = desk.text.say(&hello);
    if speaker.teams.is_empty()
        && let Some(hint) = super::replies::no_team(desk)
    {
        body = format!("{body}\n{}", hint.body());
    }
    rounds.insert(0, Section { body, choices: Vec::new() });
    Ok(rounds)
}

/// A round to answer in: its terms to whoever has not begun, else how far they are.
fn round(desk: &Desk<'_>, front: &Front, terms: String) -> Section {
    let words = HomeRound {
        team: front.team.name.clone(),
        answered: front.answered(),
        total: front.round.questions.len(),
        closes: desk.when(front.round.closes, &front.team),
    };
    let body = if terms.is_empty() { desk.text.say(&words) } else { terms };
    Section { body, choices: vec![answer_choice(desk, front.round.id)] }
}

/// The open round in front of the person, else the first one with questions left.
fn waiting(desk: &Desk<'_>, speaker: &Speaker) -> Decided<Option<Front>> {
    let faced = Front::find(desk, speaker)?;
    if faced.as_ref().is_some_and(|front| front.question().is_some()) {
        return Ok(faced);
    }
    let all = Front::open_rounds(desk, speaker)?;
    Ok(all.into_iter().find(|front| front.question().is_some()))
}

fn home(desk: &Desk<'_>, speaker: &Speaker) -> Decided<Home> {
    let (snoozed, away) = pauses(desk, speaker);
    Ok(Home {
        name: speaker.person.name.clone(),
        teams: my_teams(desk, speaker)?,
        snoozed,
        away,
        stopped: speaker.person.stopped,
    })
}

/// The teams of a person as they may see them.
pub(super) fn my_teams(desk: &Desk<'_>, speaker: &Speaker) -> Decided<Vec<MyTeam>> {
    speaker.teams.iter().map(|team| my_team(desk, speaker, team)).collect()
}

fn my_team(desk: &Desk<'_>, speaker: &Speaker, team: &Team) -> Decided<MyTeam> {
    let champions: Champions = desk.tx.champions(team.id)?;
    let held = champions.held_by(&speaker.person.id).into_iter();
    let last = report::latest(&desk.tx, team)?;
    let current = desk.current_round(team)?;
    let terms = current.map(|round| round.terms).filter(|terms| terms.min_group > 0);
    Ok(MyTeam {
        name: team.name.clone(),
        lead: speaker.leads(team),
        mode: terms.map_or(team.settings.mode, |terms| terms.mode).name(),
        min_group: terms.map_or(team.settings.min_respondents.max(2), |terms| terms.min_group),
        champion: held.map(|pillar| desk.content.bank.title(pillar).to_owned()).collect(),
        level: last.and_then(|numbers| numbers.result.overall).map(|overall| overall.level),
        progress: questions::progress(desk, speaker, team)?,
    })
}
