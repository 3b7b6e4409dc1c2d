//! What a person can do from their home view, each within reach of one press.

use super::decision::{Decided, Desk};
use super::questions;
use super::rounds::USUAL;
use super::schedule_fields::in_words;
use super::speaker::Speaker;
use super::wishes::pauses;
use super::{agenda, figures};
use crate::domain::champions::MOST_PILLARS;
use crate::domain::level::Pillar;
use crate::domain::message::{Choice, Press, Section};
use crate::domain::round::Round;
use crate::domain::team::Team;
use crate::report::{self, Report};
use crate::text::words::{
    HomeAction, HomeAdmin, HomeChampions, HomeLead, HomeTeam, HomeTimes, When,
};

/// More presets than these do not stand beside each other.
const MOST_PRESETS: usize = 5;

/// The person's teams with what they can do in each, then their own wishes.
pub(super) fn all(desk: &Desk<'_>, speaker: &Speaker) -> Decided<Vec<Section>> {
    let mut sections = Vec::new();
    for team in &speaker.teams {
        let numbers = report::latest(&desk.tx, team)?;
        sections.push(standing(desk, speaker, team, numbers.as_ref())?);
        sections.extend(actions(desk, speaker, team, numbers.as_ref())?);
        if speaker.leads(team) {
            sections.push(lead(desk, team, numbers.is_some())?);
        }
    }
    for team in &speaker.teams {
        sections.push(champions(desk, speaker, team)?);
    }
    sections.push(times(desk, speaker));
    if speaker.admin {
        sections.push(admin(desk)?);
    }
    Ok(sections)
}

/// Where a team stands in a line, and the person in it.
fn standing(
    desk: &Desk<'_>,
    speaker: &Speaker,
    team: &Team,
    numbers: Option<&Report>,
) -> Decided<Section> {
    let held = desk.tx.champions(team.id)?.held_by(&speaker.person.id);
    let title = |pillar: &Pillar| desk.content.bank.title(*pillar).to_owned();
    let score = |pillar: &Pillar| numbers?.result.pillar(*pillar).score;
    let words = HomeTeam {
        team: team.name.clone(),
        lead: speaker.leads(team),
        champion: held.iter().map(title).collect(),
        level: numbers.and_then(|it| it.result.overall.as_ref()).map(|overall| overall.level),
        pillars: Pillar::ALL.iter().filter_map(|it| Some((title(it), score(it)?))).collect(),
        results: numbers.is_some(),
        done: done(desk, speaker, team)?,
    };
    let mut choices = Vec::new();
    if numbers.is_some() {
        choices.push(tell(desk, team, "report", "report"));
        if speaker.leads(team) {
            choices.push(tell(desk, team, "trend", "trend"));
        }
    }
    Ok(Section { body: desk.text.say(&words), choices })
}

/// When the open round closes, to whoever has answered everything in it.
fn done(desk: &Desk<'_>, speaker: &Speaker, team: &Team) -> Decided<Option<When>> {
    let answered = questions::progress(desk, speaker, team)?.is_some_and(|(done, all)| done == all);
    let round = desk.current_round(team)?.filter(|_| answered);
    Ok(round.map(|round| desk.when(round.closes, team)))
}

/// When the person is written to, and how to change that.
fn times(desk: &Desk<'_>, speaker: &Speaker) -> Section {
    let (snoozed, away) = pauses(desk, speaker);
    let rests = snoozed.is_some() || away.is_some() || speaker.person.stopped;
    let say = |words: &str| Press::Say(format!("{} {words}", desk.rules.prefix));
    let choice = |label: &'static str, words: &str| Choice {
        key: label.to_owned(),
        label: questions::say(desk, label),
        press: say(words),
    };
    let mut choices = Vec::new();
    if rests {
        choices.push(choice("resume", "resume"));
    } else {
        choices.push(choice("snooze", "snooze 1 day"));
        choices.push(choice("away", "away 1 week"));
        choices.push(choice("stop", "stop"));
    }
    choices.push(choice("me", "me"));
    let zone = speaker.person.zone.map(|zone| zone.name().to_owned());
    let words = HomeTimes { zone, snoozed, away, stopped: speaker.person.stopped };
    Section { body: desk.text.say(&words), choices }
}

fn tell(desk: &Desk<'_>, team: &Team, label: &'static str, words: &str) -> Choice {
    Choice {
        key: label.to_owned(),
        label: questions::say(desk, label),
        press: Press::Tell(team.id, words.to_owned()),
    }
}

/// A team's champions, and the way to become one where there is none, or to stop being one.
fn champions(desk: &Desk<'_>, speaker: &Speaker, team: &Team) -> Decided<Section> {
    let standing = desk.tx.champions(team.id)?;
    let held = standing.held_by(&speaker.person.id);
    let (mut pillars, mut choices) = (Vec::new(), Vec::new());
    for pillar in Pillar::ALL {
        let people: Vec<_> = standing.of(pillar).cloned().collect();
        let title = desk.content.bank.title(pillar).to_owned();
        pillars.push((title.clone(), desk.tx.names_of(&people)?.join(", ")));
        let step = if held.contains(&pillar) {
            "step-down"
        } else if people.is_empty() && held.len() < MOST_PILLARS {
            "volunteer"
        } else {
            continue;
        };
        choices.push(Choice {
            key: format!("{step} {}", pillar.name()),
            label: format!("{}: {title}", questions::say(desk, step)),
            press: Press::Tell(team.id, format!("champion {step} {}", pillar.name())),
        });
    }
    let words = HomeChampions { team: team.name.clone(), pillars };
    Ok(Section { body: desk.text.say(&words), choices })
}

/// What a lead does: rounds, publishing, targets, and how many took part.
fn lead(desk: &Desk<'_>, team: &Team, results: bool) -> Decided<Section> {
    let round = desk.current_round(team)?.filter(Round::is_open);
    let presets = if round.is_some() { Vec::new() } else { presets(desk) };
    let settings = &team.settings;
    let target =
        |pillar: Pillar| (desk.content.bank.title(pillar).to_owned(), settings.target(pillar));
    let mut choices = Vec::new();
    for (name, _) in &presets {
        choices.push(Choice {
            key: format!("start {name}"),
            label: format!("{} {name}", questions::say(desk, "start")),
            press: Press::Tell(team.id, format!("start {name}")),
        });
    }
    if round.is_some() {
        choices.push(tell(desk, team, "close", "close"));
        choices.push(tell(desk, team, "extend", "extend"));
        choices.push(tell(desk, team, "nudge", "nudge"));
    }
    if results {
        choices.push(tell(desk, team, "publish", "publish"));
    }
    if team.config_id.is_none() {
        choices.push(tell(desk, team, "targets", "target"));
        choices.push(tell(desk, team, "schedule", "schedule choose"));
    }
    let words = HomeLead {
        team: team.name.clone(),
        paused: team.paused.clone(),
        closes: round.as_ref().map(|round| desk.when(round.closes, team)),
        answered: round.as_ref().map(|it| figures::turnout(desk, it)).transpose()?.flatten(),
        members: round.as_ref().map_or(0, |round| round.members as usize),
        min_group: round.as_ref().map_or(0, |round| round.terms.min_group),
        presets,
        targets: Pillar::ALL.map(target).into(),
        schedules: settings.schedules.iter().map(|it| in_words(desk, &it.times)).collect(),
        in_config: team.config_id.is_some(),
    };
    Ok(Section { body: desk.text.say(&words), choices })
}

/// Names and titles of presets to start, the usual one first.
fn presets(desk: &Desk<'_>) -> Vec<(String, String)> {
    let all = desk.content.presets.iter();
    let mut all: Vec<_> = all.map(|(name, it)| (name.clone(), it.title.clone())).collect();
    all.sort_by_key(|(name, _)| name != USUAL);
    all.truncate(MOST_PRESETS);
    all
}

/// The actions before a team, each with what the person can say of it: a lead all, others that
/// they take it, and of what is in their own hands that it is done.
fn actions(
    desk: &Desk<'_>,
    speaker: &Speaker,
    team: &Team,
    numbers: Option<&Report>,
) -> Decided<Vec<Section>> {
    let leads = speaker.leads(team);
    let mut sections = Vec::new();
    for item in agenda::items(desk, team, numbers)? {
        let taken = item.taken_by.is_some();
        let own = item.taken_by.as_ref() == Some(&speaker.person.id);
        let action = agenda::unnumbered(desk, numbers, item)?;
        let steps = ["take", "done", "dismiss"].into_iter().filter(|step| match *step {
            "take" => !taken,
            "done" => leads || own,
            _ => leads,
        });
        let choice = |step| tell(desk, team, step, &format!("action {step} {}", action.id));
        let choices = steps.map(choice).collect();
        let words = HomeAction {
            first: sections.is_empty(),
            team: team.name.clone(),
            title: action.title,
            first_step: action.first_step,
            pillar: action.pillar,
            owner: action.owner,
            taken,
        };
        sections.push(Section { body: desk.text.say(&words), choices });
    }
    Ok(sections)
}

/// What an admin looks after: teams, and those that cannot be reached, with the reason.
fn admin(desk: &Desk<'_>) -> Decided<Section> {
    let (teams, _) = desk.tx.teams_apart()?;
    let paused = teams.iter().filter_map(|it| Some((it.name.clone(), it.paused.clone()?)));
    let words = HomeAdmin { teams: teams.len(), paused: paused.collect() };
    let list = Choice {
        key: "teams".to_owned(),
        label: questions::say(desk, "teams"),
        press: Press::Say(format!("{} team list", desk.rules.prefix)),
    };
    Ok(Section { body: desk.text.say(&words), choices: vec![list] })
}
