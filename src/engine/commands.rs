//! Commands: who may give them, which team they mean, and who carries them out.

use super::decision::{Decided, Desk};
use super::replies::{no_team, not_yours, only_leads, refused, which_team};
use super::sheet::Values;
use super::speaker::Speaker;
use super::{
    actions, champions, endings, explanations, nudges, privacy, results, rounds, schedules,
    settings, setup, sittings, targets, wishes,
};
use crate::domain::access;
use crate::domain::command::{
    self, Command, Confirmation, Misunderstood, Pick, Subject, TeamWord, Topic, Verb, Wanted,
};
use crate::domain::role::{Role, Roles};
use crate::domain::round::State;
use crate::domain::team::Team;
use crate::platform::Reply;
use crate::text::words::{Help, HelpGroup, HelpLine, HelpOne, InConfig, Unknown, Usage};

/// Reads and runs what stands behind the prefix; nothing stands for `help`. What brings a form is
/// run again with its values when it comes back.
pub(super) fn typed(
    desk: &Desk<'_>,
    speaker: &Speaker,
    words: &str,
    values: Option<&Values>,
) -> Decided<Reply> {
    if words.is_empty() {
        return Ok(help(desk, speaker, None));
    }
    read(desk, speaker, words, values)
}

/// The same where nothing stands for nothing that can be read.
pub(super) fn read(
    desk: &Desk<'_>,
    speaker: &Speaker,
    words: &str,
    values: Option<&Values>,
) -> Decided<Reply> {
    match command::parse(words) {
        Ok(command) => run(desk, speaker, command, words, values),
        Err(_) if command::parse_in_sitting(words).is_some() => {
            sittings::answer(desk, speaker, None)
        }
        Err(problem) => Ok(misunderstood(desk, &problem)),
    }
}

/// Runs a command, if the person may give it; where several teams could be meant, one of them can be
/// chosen for the same words.
fn run(
    desk: &Desk<'_>,
    speaker: &Speaker,
    command: Command,
    words: &str,
    values: Option<&Values>,
) -> Decided<Reply> {
    if matches!(command, Command::Setup(_)) {
        return setup::asked(desk, speaker, command);
    }
    if let Command::Report { team: Some(name), pillar } = &command {
        return match speaker.team_named(name) {
            Some(team) if may(speaker, Some(team), &command) => {
                results::report(desk, speaker, team, *pillar)
            }
            _ => Ok(refused(desk)),
        };
    }
    let team = meant(speaker, &command);
    let able = |team: &Team| may(speaker, Some(team), &command);
    if !may(speaker, team, &command) {
        return match team {
            None if speaker.astray => Ok(not_yours(desk)),
            None if speaker.teams.iter().any(able) => Ok(which_team(desk, speaker, words, able)),
            None if speaker.teams.is_empty() && !speaker.admin => Ok(no_team(desk)),
            Some(team) if access::may(speaker.roles(Some(team)).with(Role::Lead), &command) => {
                only_leads(desk, team)
            }
            _ => Ok(refused(desk)),
        };
    }
    match personal(desk, speaker, &command, words)? {
        Some(reply) => Ok(reply),
        None => match team.cloned() {
            Some(team) => for_team(desk, speaker, team, command, values),
            None if speaker.astray => Ok(not_yours(desk)),
            None => Ok(which_team(desk, speaker, words, able)),
        },
    }
}

/// What concerns only the person who asks, in no team or in all.
fn personal(
    desk: &Desk<'_>,
    speaker: &Speaker,
    command: &Command,
    words: &str,
) -> Decided<Option<Reply>> {
    Ok(Some(match command {
        Command::Help(topic) => help(desk, speaker, *topic),
        Command::Me => privacy::me(desk, speaker)?,
        Command::Forget(step) => privacy::forget(desk, speaker, *step)?,
        Command::Stop => wishes::stop(desk, speaker)?,
        Command::Resume => wishes::resume(desk, speaker)?,
        Command::Snooze(until) => wishes::snooze(desk, speaker, *until, false)?,
        Command::Away(until) => wishes::snooze(desk, speaker, *until, true)?,
        Command::Answer(None) => sittings::answer(desk, speaker, None)?,
        Command::Answer(Some(Pick::Number(number))) => {
            sittings::answer(desk, speaker, Some(&number.to_string()))?
        }
        Command::Answer(Some(Pick::Id(id))) => sittings::answer(desk, speaker, Some(id.as_str()))?,
        Command::Team(TeamWord::List) => settings::list(desk, speaker)?,
        Command::Champion(step) => champions::step(desk, speaker, step, words)?,
        _ => return Ok(None),
    }))
}

fn for_team(
    desk: &Desk<'_>,
    speaker: &Speaker,
    team: Team,
    command: Command,
    values: Option<&Values>,
) -> Decided<Reply> {
    if team.config_id.is_some() && changes_settings(&command) {
        return Ok(desk.reply(&InConfig { team: team.name }));
    }
    match command {
        Command::Start(preset) => rounds::start(desk, speaker, team, preset.as_deref()),
        Command::Close(Confirmation::Given) => endings::close(desk, team),
        Command::Close(Confirmation::Missing) => endings::ask(desk, &team, State::Closed),
        Command::Extend(until) => settings::extend(desk, team, until),
        Command::Cancel(Confirmation::Given) => endings::cancel(desk, team),
        Command::Cancel(Confirmation::Missing) => endings::ask(desk, &team, State::Cancelled),
        Command::Nudge => nudges::asked(desk, team),
        Command::Report { pillar, .. } => results::report(desk, speaker, &team, pillar),
        Command::Publish => results::publish(desk, team),
        Command::Why(None) => explanations::why_overall(desk, &team),
        Command::Why(Some(Subject::Pillar(pillar))) => {
            explanations::why_pillar(desk, &team, pillar)
        }
        Command::Why(Some(Subject::Question(id))) => explanations::why_question(desk, &team, &id),
        Command::Trend => results::trend(desk, &team),
        Command::Actions => actions::list(desk, &team),
        Command::Action(step, which) => actions::step(desk, speaker, &team, step, &which),
        Command::Who(pillar) => champions::who(desk, &team, pillar),
        Command::Target(pillar, level) => targets::one(desk, team, pillar, level),
        Command::Targets => targets::all(desk, team, values),
        Command::Status => settings::status(desk, speaker, &team),
        Command::Mode(mode) => settings::mode(desk, team, mode),
        Command::Schedule(wish) => schedules::schedule(desk, team, wish),
        Command::ChooseSchedule => schedules::choose(desk, team, values),
        Command::Team(word) => settings::team(desk, speaker, team, word),
        _ => Ok(refused(desk)),
    }
}

/// Whether a command would change what the config file says about a team.
fn changes_settings(command: &Command) -> bool {
    let team = matches!(
        command,
        Command::Team(TeamWord::Set(_) | TeamWord::AddLead(_) | TeamWord::RemoveLead(_))
    );
    team || matches!(
        command,
        Command::Mode(Some(_))
            | Command::Schedule(Some(_))
            | Command::ChooseSchedule
            | Command::Target(..)
            | Command::Targets
    )
}

/// Whether the person may give a command where they are.
pub(super) fn is_allowed(speaker: &Speaker, command: &Command) -> bool {
    may(speaker, meant(speaker, command), command)
}

/// The team that a command is meant for. What only leads do changes things for everybody, so that
/// it is not guessed from the question that is in front of them.
fn meant<'s>(speaker: &'s Speaker, command: &Command) -> Option<&'s Team> {
    let able = |team: &Team| may(speaker, Some(team), command);
    if access::may(Roles::STRANGER.with(Role::Member), command) {
        speaker.team_for(able)
    } else {
        speaker.team_without_doubt(able)
    }
}

fn may(speaker: &Speaker, team: Option<&Team>, command: &Command) -> bool {
    let role = |team| access::may(speaker.roles(team), command);
    // What concerns the person alone does not depend on which of their teams is meant.
    role(team) || (team.is_none() && is_personal(command) && role(speaker.teams.first()))
}

fn is_personal(command: &Command) -> bool {
    let verb = command.verb();
    matches!(
        verb,
        Verb::Help
            | Verb::Me
            | Verb::Forget
            | Verb::Stop
            | Verb::Resume
            | Verb::Snooze
            | Verb::Away
            | Verb::Answer
            | Verb::Champion
    )
}

/// `help`, made for the person asking.
pub(super) fn help(desk: &Desk<'_>, speaker: &Speaker, topic: Option<Topic>) -> Reply {
    let prefix = desk.rules.prefix.clone();
    let roles = speaker.roles(speaker.team().or(speaker.teams.first()));
    let visible = command::visible(roles);
    if let Some(Topic::Verb(verb)) = topic {
        let entry = verb.entry();
        return desk.reply(&HelpOne {
            prefix,
            verb: entry.name,
            usage: entry.usage,
            example: entry.example,
        });
    }
    let wanted = |group| !matches!(topic, Some(Topic::Group(only)) if only != group);
    let groups = visible.into_iter().filter(|(group, _)| wanted(*group)).map(|(group, entries)| {
        let line = |entry: &&command::Entry| HelpLine { verb: entry.name, usage: entry.usage };
        HelpGroup { name: group.name(), verbs: entries.iter().map(line).collect() }
    });
    let groups: Vec<HelpGroup> = groups.filter(|group| !group.verbs.is_empty()).collect();
    let can_set_up = speaker.teams.is_empty() && (desk.rules.open_setup || speaker.admin);
    desk.reply(&Help { prefix, groups, full: topic.is_none(), can_set_up })
}

/// Words that are no command, or a command used wrongly.
fn misunderstood(desk: &Desk<'_>, problem: &Misunderstood) -> Reply {
    match problem {
        Misunderstood::Word { heard, suggestion } => {
            desk.reply(&Unknown { heard: heard.clone(), suggestion: *suggestion })
        }
        Misunderstood::Argument { verb, wanted, heard, suggestion } => {
            let entry = verb.entry();
            desk.reply(&Usage {
                prefix: desk.rules.prefix.clone(),
                verb: entry.name,
                usage: entry.usage,
                example: entry.example,
                wanted: wanted.name(),
                heard: heard.clone(),
                suggestion: *suggestion,
                choices: choices(*wanted),
            })
        }
    }
}

fn choices(wanted: Wanted) -> Vec<String> {
    wanted.choices().iter().map(|choice| (*choice).to_owned()).collect()
}
