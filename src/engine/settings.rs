//! A team's settings and status, shown and changed.

use chrono::{NaiveTime, TimeDelta};

use super::champions::find_member;
use super::decision::{Decided, Desk};
use super::membership::apply;
use super::schedule_fields::in_words;
use super::speaker::Speaker;
use super::{figures, introduction, nudges, questions, rounds, schedules};
use crate::domain::access::{Matter, may_see};
use crate::domain::calendar::instant_at;
use crate::domain::command::{Mention, Setting, TeamWord, Until};
use crate::domain::courtesy::Quiet;
use crate::domain::ids::PersonId;
use crate::domain::level::Pillar;
use crate::domain::round::State;
use crate::domain::team::{Mode, Scheduled, Settings, Team, Wake};
use crate::platform::Reply;
use crate::text::words::{
    AdminTeam, BadDate, ChampionRefused, ClosesLater, Coming, Setting as SettingWords, Status,
    TeamList, TeamShown,
};

/// `status`.
pub(super) fn status(desk: &Desk<'_>, speaker: &Speaker, team: &Team) -> Decided<Reply> {
    let round = desk.current_round(team)?;
    let open = round.as_ref().filter(|round| round.is_open());
    let skipped = desk.tx.skipped(team.id, 3)?;
    let roles = speaker.roles(Some(team));
    let manages = may_see(roles, Matter::Teams);
    let recent = |at: &crate::clock::Instant| desk.now - *at < TimeDelta::days(30);
    let skipped = skipped.iter().filter(|(at, _)| manages && recent(at));
    Ok(desk.reply(&Status {
        team: team.name.clone(),
        paused: team.paused.clone(),
        title: round.as_ref().map(|round| introduction::title(desk, &round.preset)),
        planned: round.as_ref().is_some_and(|round| round.state == State::Planned),
        closes: round.as_ref().map(|round| desk.when(round.closes, team)),
        counts: may_see(roles, Matter::Counts),
        members: open.map_or(0, |round| round.members as usize),
        answered: open.map(|round| figures::turnout(desk, round)).transpose()?.flatten(),
        min_group: open.map_or(0, |round| round.terms.min_group),
        mine: questions::progress(desk, speaker, team)?,
        coming: coming(desk, team),
        skipped: skipped.map(|(at, _)| desk.when(*at, team)).collect(),
        others: others_open(desk, speaker, team)?,
        manages,
    }))
}

/// The person's other teams with an open round; in a place, nobody but its team is meant.
fn others_open(desk: &Desk<'_>, speaker: &Speaker, team: &Team) -> Decided<Vec<String>> {
    let mut open = Vec::new();
    let others = speaker.teams.iter().filter(|it| it.id != team.id && speaker.place.is_none());
    for other in others {
        if desk.current_round(other)?.is_some_and(|round| round.is_open()) {
            open.push(other.name.clone());
        }
    }
    Ok(open)
}

/// What will happen to a team, soonest first.
fn coming(desk: &Desk<'_>, team: &Team) -> Vec<Coming> {
    let mut wakes = team.wakes.clone();
    for (_, at) in wakes.iter_mut().filter(|(wake, _)| *wake == Wake::Nudge) {
        *at = nudges::reaches(team, *at);
    }
    wakes.sort_by_key(|(_, at)| *at);
    let line = |(wake, at): &(Wake, crate::clock::Instant)| {
        let (what, scheduled) = match wake {
            Wake::Close => ("close", None),
            Wake::Nudge => ("nudge", None),
            Wake::Digest => ("digest", None),
            Wake::Trend => ("trend", None),
            Wake::Terms => return None,
            Wake::Schedule(index) => {
                ("round", Some(team.settings.schedules.get(usize::from(*index))?))
            }
        };
        Some(Coming {
            what,
            preset: scheduled.map(|it| it.preset.clone()),
            times: scheduled.map(|it| in_words(desk, &it.times)),
            at: desk.when(*at, team),
        })
    };
    wakes.iter().filter_map(line).collect()
}

/// `mode`: how answers are kept from the next round on.
pub(super) fn mode(desk: &Desk<'_>, team: Team, mode: Option<Mode>) -> Decided<Reply> {
    match mode {
        Some(mode) => set(desk, team, &Setting::Mode(mode)),
        None => Ok(desk.reply(&SettingWords {
            name: "mode",
            value: team.settings.mode.name().to_owned(),
            changed: false,
            next_round: false,
        })),
    }
}

/// `extend`: to a date, or by a span of whole days from the present end.
pub(super) fn extend(desk: &Desk<'_>, team: Team, until: Option<Until>) -> Decided<Reply> {
    let span = match until {
        None => None,
        Some(Until::Days(days)) => Some(TimeDelta::days(i64::from(days))),
        Some(Until::Hours(hours)) => Some(TimeDelta::hours(i64::from(hours))),
        Some(date) => {
            let zone = team.settings.zone;
            let local = desk.now.with_timezone(&zone).naive_local();
            let closes = desk.current_round(&team)?.map(|round| round.closes);
            let end = date.after(local).map(|day| instant_at(zone, day + TimeDelta::hours(18)));
            let span = end.zip(closes).map(|(end, closes)| end - closes);
            match span.filter(|span| *span > TimeDelta::zero()) {
                Some(span) => Some(span),
                None => match closes {
                    Some(closes) if end.is_some() => {
                        let closes = desk.when(closes, &team);
                        return Ok(desk.reply(&ClosesLater { team: team.name, closes }));
                    }
                    Some(_) => return Ok(desk.reply(&BadDate { problem: "past" })),
                    None => None,
                },
            }
        }
    };
    rounds::extend(desk, team, span)
}

/// `team …`.
pub(super) fn team(
    desk: &Desk<'_>,
    speaker: &Speaker,
    team: Team,
    word: TeamWord,
) -> Decided<Reply> {
    match word {
        TeamWord::Show(None) => show(desk, &team),
        TeamWord::Show(Some(name)) => match speaker.team_named(&name) {
            Some(team) => show(desk, team),
            None => Ok(super::replies::refused(desk)),
        },
        TeamWord::List => list(desk, speaker),
        TeamWord::Set(setting) => set(desk, team, &setting),
        TeamWord::AddLead(who) => lead(desk, team, &who, true),
        TeamWord::RemoveLead(who) => lead(desk, team, &who, false),
    }
}

fn show(desk: &Desk<'_>, team: &Team) -> Decided<Reply> {
    let settings = &team.settings;
    let target =
        |pillar: Pillar| (desk.content.bank.title(pillar).to_owned(), settings.target(pillar));
    let schedule = |it: &Scheduled| (it.preset.clone(), in_words(desk, &it.times));
    Ok(desk.reply(&TeamShown {
        team: team.name.clone(),
        zone: settings.zone.name().to_owned(),
        mode: settings.mode.name(),
        min_group: settings.min_respondents.max(2),
        small: settings.small_team,
        early: settings.early,
        quiet: quiet(settings),
        leads: desk.tx.names_of(&super::speaker::leads_of(desk, team)?)?,
        members: rounds::askable(desk, team)?.len(),
        in_config: team.config_id.is_some(),
        targets: Pillar::ALL.map(target).into(),
        schedules: settings.schedules.iter().map(schedule).collect(),
    }))
}

/// The quiet hours as one would type them.
pub(super) fn typed_quiet(settings: &Settings) -> String {
    let hours = quiet(settings);
    if hours.is_empty() { "off".to_owned() } else { hours }
}

fn quiet(settings: &Settings) -> String {
    if settings.quiet.from == settings.quiet.to {
        return String::new();
    }
    let time = |time: NaiveTime| time.format("%H:%M").to_string();
    format!("{}–{}", time(settings.quiet.from), time(settings.quiet.to))
}

/// `team list`: all teams for an admin, one's own for everybody else.
pub(super) fn list(desk: &Desk<'_>, speaker: &Speaker) -> Decided<Reply> {
    let teams = if speaker.admin { desk.tx.teams_apart()?.0 } else { speaker.teams.clone() };
    let mut lines = Vec::new();
    for team in teams {
        lines.push(AdminTeam {
            members: rounds::askable(desk, &team)?.len(),
            name: team.name,
            paused: team.paused,
            in_config: team.config_id.is_some(),
        });
    }
    Ok(desk.reply(&TeamList { teams: lines }))
}

fn set(desk: &Desk<'_>, mut team: Team, setting: &Setting) -> Decided<Reply> {
    let mut settings = team.settings.clone();
    let (name, value, frozen) = match setting {
        Setting::Name(name) => {
            team.name.clone_from(name);
            ("name", name.clone(), false)
        }
        Setting::Schedule(wish) => return schedules::schedule(desk, team, Some(wish.clone())),
        other => change(&mut settings, other),
    };
    apply(desk, &mut team, settings)?;
    desk.tx.put_team(&team)?;
    let next_round = frozen && team.current.is_some();
    Ok(desk.reply(&SettingWords { name, value, changed: true, next_round }))
}

/// Changes a setting; gives its name, its value in words, and whether an open round keeps the old.
pub(super) fn change(settings: &mut Settings, setting: &Setting) -> (&'static str, String, bool) {
    let on = |on: bool| if on { "on" } else { "off" }.to_owned();
    match setting {
        Setting::Zone(zone) => {
            settings.zone = *zone;
            ("zone", zone.name().to_owned(), false)
        }
        Setting::Minimum(minimum) => {
            settings.min_respondents = u32::from(*minimum);
            ("minimum", minimum.to_string(), true)
        }
        Setting::Quiet(hours) => {
            // The same hour twice means that no hour is quiet.
            let (from, to) = hours.unwrap_or((NaiveTime::MIN, NaiveTime::MIN));
            settings.quiet = Quiet { from, to, calendar: settings.quiet.calendar.clone() };
            ("quiet", quiet(settings), false)
        }
        Setting::Early(early) => {
            settings.early = *early;
            ("early", on(*early), true)
        }
        Setting::Small(small) => {
            settings.small_team = *small;
            ("small", on(*small), true)
        }
        Setting::Mode(mode) => {
            settings.mode = *mode;
            ("mode", mode.name().to_owned(), true)
        }
        Setting::Name(name) => ("name", name.clone(), false),
        Setting::Schedule(_) => ("schedule", String::new(), false),
    }
}

fn lead(desk: &Desk<'_>, mut team: Team, who: &Mention, add: bool) -> Decided<Reply> {
    let found: Option<PersonId> = find_member(desk, &team, who)?;
    let Some(person) = found else {
        let pillar = String::new();
        return Ok(desk.reply(&ChampionRefused { reason: "unknown-person", pillar }));
    };
    team.leads.retain(|lead| *lead != person);
    if add || team.leads.is_empty() {
        team.leads.push(person);
    }
    desk.tx.put_team(&team)?;
    let value = desk.tx.names_of(&team.leads)?.join(", ");
    Ok(desk.reply(&SettingWords { name: "leads", value, changed: true, next_round: false }))
}
