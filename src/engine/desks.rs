//! What a person can do from their home view, each within reach of one press.

use super::decision::{Decided, Desk};
use super::introduction::answer_choice;
use super::questions::{self, Front};
use super::schedule_fields::in_words;
use super::speaker::Speaker;
use super::wishes::pauses;
use super::{agenda, results};
use crate::domain::level::Pillar;
use crate::domain::message::{Choice, Press, Section};
use crate::domain::round::Round;
use crate::domain::team::Team;
use crate::report;
use crate::text::words::{HomeAction, HomeAdmin, HomeChampions, HomeLead, HomeRound, HomeTimes};

/// Everything beside how the person stands: rounds, wishes, teams, and what they look after.
pub(super) fn all(desk: &Desk<'_>, speaker: &Speaker) -> Decided<Vec<Section>> {
    let mut sections = rounds(desk, speaker)?;
    sections.push(times(desk, speaker));
    for team in &speaker.teams {
        sections.push(champions(desk, speaker, team)?);
        if speaker.leads(team) {
            sections.push(lead(desk, team)?);
        }
        sections.extend(actions(desk, speaker, team)?);
    }
    if speaker.admin {
        sections.push(admin(desk)?);
    }
    Ok(sections)
}

/// The rounds in which something waits for the person.
fn rounds(desk: &Desk<'_>, speaker: &Speaker) -> Decided<Vec<Section>> {
    let fronts = Front::open_rounds(desk, speaker)?;
    let section = |front: &Front| {
        let words = HomeRound {
            team: front.team.name.clone(),
            answered: front.answered(),
            total: front.round.questions.len(),
            closes: desk.when(front.round.closes, &front.team),
        };
        let choices = vec![answer_choice(desk, front.round.id)];
        Section { body: desk.text.say(&words), choices }
    };
    Ok(fronts.iter().map(section).collect())
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

/// A team's champions and latest results, and the way to become or stop being one.
fn champions(desk: &Desk<'_>, speaker: &Speaker, team: &Team) -> Decided<Section> {
    let standing = desk.tx.champions(team.id)?;
    let held = standing.held_by(&speaker.person.id);
    let mut pillars = Vec::new();
    let mut choices =
        vec![tell(desk, team, "report", "report"), tell(desk, team, "actions", "actions")];
    for pillar in Pillar::ALL {
        let people: Vec<_> = standing.of(pillar).cloned().collect();
        let title = desk.content.bank.title(pillar).to_owned();
        pillars.push((title.clone(), desk.tx.names_of(&people)?.join(", ")));
        let (label, step) = if held.contains(&pillar) {
            ("step-down", "step-down")
        } else {
            ("volunteer", "volunteer")
        };
        choices.push(Choice {
            key: format!("{step} {}", pillar.name()),
            label: format!("{}: {title}", questions::say(desk, label)),
            press: Press::Tell(team.id, format!("champion {step} {}", pillar.name())),
        });
    }
    let words = HomeChampions { team: team.name.clone(), pillars };
    Ok(Section { body: desk.text.say(&words), choices })
}

/// What a lead does: rounds, publishing, targets, and how many took part.
fn lead(desk: &Desk<'_>, team: &Team) -> Decided<Section> {
    let round = desk.current_round(team)?.filter(Round::is_open);
    let settings = &team.settings;
    let target =
        |pillar: Pillar| (desk.content.bank.title(pillar).to_owned(), settings.target(pillar));
    let words = HomeLead {
        team: team.name.clone(),
        paused: team.paused.clone(),
        closes: round.as_ref().map(|round| desk.when(round.closes, team)),
        answered: round.as_ref().map(|it| results::turnout(desk, it)).transpose()?.flatten(),
        members: round.as_ref().map_or(0, |round| round.members as usize),
        min_group: round.as_ref().map_or(0, |round| round.terms.min_group),
        targets: Pillar::ALL.map(target).into(),
        schedules: settings.schedules.iter().map(|it| in_words(desk, &it.times)).collect(),
        in_config: team.config_id.is_some(),
    };
    let mut choices = Vec::new();
    if round.is_some() {
        choices.push(tell(desk, team, "nudge", "nudge"));
        choices.push(tell(desk, team, "extend", "extend"));
        choices.push(tell(desk, team, "close", "close"));
    } else {
        for (name, preset) in desk.content.presets.iter().take(5) {
            choices.push(Choice {
                key: format!("start {name}"),
                label: format!("{}: {}", questions::say(desk, "start"), preset.title),
                press: Press::Tell(team.id, format!("start {name}")),
            });
        }
    }
    if team.rounds > 0 {
        choices.push(tell(desk, team, "publish", "publish"));
        choices.push(tell(desk, team, "trend", "trend"));
    }
    if team.config_id.is_none() {
        choices.push(tell(desk, team, "targets", "target"));
        choices.push(tell(desk, team, "schedule", "schedule choose"));
    }
    choices.push(tell(desk, team, "settings", "team"));
    Ok(Section { body: desk.text.say(&words), choices })
}

/// The actions before a team, each with what the person can say of it: a lead of all, others of
/// what is in their own hands.
fn actions(desk: &Desk<'_>, speaker: &Speaker, team: &Team) -> Decided<Vec<Section>> {
    let leads = speaker.leads(team);
    let numbers = report::latest(&desk.tx, team)?;
    let mut items = agenda::items(desk, team, numbers.as_ref())?;
    items.retain(|item| leads || item.taken_by.as_ref() == Some(&speaker.person.id));
    let section = |item: agenda::Item| {
        let taken = item.taken_by.is_some();
        let action = agenda::unnumbered(desk, numbers.as_ref(), item)?;
        let steps = ["take", "done", "dismiss"].into_iter();
        let steps = steps.filter(|step| match *step {
            "take" => !taken,
            "dismiss" => leads,
            _ => true,
        });
        let choice = |step| tell(desk, team, step, &format!("action {step} {}", action.id));
        let choices = steps.map(choice).collect();
        let words = HomeAction {
            team: team.name.clone(),
            title: action.title.clone(),
            first_step: action.first_step.clone(),
            pillar: action.pillar.clone(),
            owner: action.owner.clone(),
            taken,
        };
        Ok(Section { body: desk.text.say(&words), choices })
    };
    items.into_iter().map(section).collect()
}

/// What an admin looks after: teams, and those that cannot be reached, with the reason.
fn admin(desk: &Desk<'_>) -> Decided<Section> {
    let teams = desk.tx.teams()?;
    let paused = teams.iter().filter_map(|it| Some((it.name.clone(), it.paused.clone()?)));
    let words = HomeAdmin { teams: teams.len(), paused: paused.collect() };
    let list = Choice {
        key: "teams".to_owned(),
        label: questions::say(desk, "teams"),
        press: Press::Say(format!("{} team list", desk.rules.prefix)),
    };
    Ok(Section { body: desk.text.say(&words), choices: vec![list] })
}
