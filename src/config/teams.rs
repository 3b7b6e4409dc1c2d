//! The teams of the file, and the defaults they share.

use std::collections::BTreeMap;

use toml::de::DeValue;

use super::entries::{Member, TeamEntry};
use super::names::CONSOLE;
use super::reading::{Section, Wrong};
use super::values;
use crate::domain::calendar::{Calendar, Workdays};
use crate::domain::courtesy::Quiet;
use crate::domain::cron::CronExpr;
use crate::domain::ids::{PersonId, PlaceId};
use crate::domain::level::{Pillar, TOP_LEVEL};
use crate::domain::team::{Scheduled, Settings};
use crate::text::content::Content;

/// The keys of `[defaults]`, which every team may also set for itself.
pub const SETTING_KEYS: &[&str] = &[
    "zone",
    "preset",
    "schedule",
    "schedules",
    "digest",
    "trend",
    "mode",
    "min_respondents",
    "small_team",
    "early",
    "targets",
    "quiet",
    "workdays",
    "holidays",
];

/// The keys that only a team has.
pub const TEAM_KEYS: &[&str] = &["id", "name", "place", "members", "leads"];

pub const MEMBER_KEYS: &[&str] = &["id", "name", "zone"];
pub const SCHEDULE_KEYS: &[&str] = &["preset", "times"];

/// The sizes of the minimum group that a team may choose.
const GROUPS: (u32, u32) = (2, 50);

/// The preset of a schedule that names none.
const USUAL_PRESET: &str = "quick";

/// A team's wishes while they are read: a schedule may come in two halves.
#[derive(Clone)]
struct Wishes {
    settings: Settings,
    preset: String,
    times: Option<CronExpr>,
}

/// Reads `[defaults]` and every `[[team]]`; without content, presets are not checked.
pub fn read(
    top: &Section<'_>,
    content: Option<&Content>,
    platforms: &[&str],
) -> (Settings, Vec<TeamEntry>) {
    let usual =
        Wishes { settings: Settings::usual(), preset: USUAL_PRESET.to_owned(), times: None };
    let defaults = wishes(&top.table("defaults", SETTING_KEYS), usual, content);
    let keys = [TEAM_KEYS, SETTING_KEYS].concat();
    let sections = top.tables("team", &keys);
    let mut taken = Taken::default();
    let mut teams = Vec::new();
    for (at, section) in &sections {
        let wishes = wishes(section, defaults.clone(), content);
        teams.extend(team(section, *at, wishes.settings, platforms, &mut taken));
    }
    (defaults.settings, teams)
}

/// What earlier teams of the file have, with its offset.
#[derive(Default)]
struct Taken(BTreeMap<(&'static str, String), usize>);

impl Taken {
    fn claim(&mut self, section: &Section<'_>, key: &'static str, value: &str) {
        let Some(at) = section.at(key) else { return };
        let earlier = *self.0.entry((key, value.to_lowercase())).or_insert(at);
        if earlier != at {
            let line = section.reading.line(earlier);
            let what = format!("is `{value}`, as for the team in line {line}");
            section.wrong(key, at, Wrong::new(what, "choose another; each team has its own"));
        }
    }
}

fn team(
    section: &Section<'_>,
    at: usize,
    settings: Settings,
    platforms: &[&str],
    taken: &mut Taken,
) -> Option<TeamEntry> {
    let id = required(section, at, "id", values::slug);
    let place = required(section, at, "place", |it| values::id(it, platforms));
    let name = section.get("name", values::name);
    for (key, value) in [("id", &id), ("place", &place), ("name", &name)] {
        if let Some(value) = value {
            taken.claim(section, key, value);
        }
    }
    let place = PlaceId(place.unwrap_or_default());
    let members = members(section, at, &place, platforms);
    let leads = leads(section, at, &place, &members, platforms);
    let id = id?;
    Some(TeamEntry {
        name: name.unwrap_or_else(|| id.clone()),
        id,
        place,
        members,
        leads,
        settings,
    })
}

fn required<T>(
    section: &Section<'_>,
    at: usize,
    key: &'static str,
    read: impl Fn(&DeValue<'_>) -> Result<T, Wrong>,
) -> Option<T> {
    if !section.has(key) {
        section.wrong(key, at, Wrong::new("is missing", "write it below this line"));
    }
    section.get(key, read)
}

fn members(section: &Section<'_>, at: usize, place: &PlaceId, platforms: &[&str]) -> Vec<Member> {
    let in_file = place.platform() == CONSOLE;
    if let Some(at) = section.at("members").filter(|_| !in_file && !place.as_str().is_empty()) {
        let what = "is only for teams at the terminal";
        section.wrong(
            "members",
            at,
            Wrong::new(what, "remove it; the platform knows who is there"),
        );
    }
    let mut members: Vec<Member> = Vec::new();
    for item in section.items("members", "write a list, such as `[\"console:ann\"]`") {
        let at = item.span().start;
        let Some(member) = member(section, at, item.get_ref(), platforms) else { continue };
        if members.iter().any(|known| known.id == member.id) {
            let what = format!("names `{}` twice", member.id);
            section.wrong("members", at, Wrong::new(what, "remove one of the two"));
        }
        members.push(member);
    }
    if in_file && !section.has("members") {
        let mend = "list who is in the team, such as `[\"console:ann\"]`";
        section.wrong("members", at, Wrong::new("is missing", mend));
    }
    members
}

/// A member: an id alone, or a table with name and zone.
fn member(
    section: &Section<'_>,
    at: usize,
    value: &DeValue<'_>,
    platforms: &[&str],
) -> Option<Member> {
    let person = |it: &DeValue<'_>| values::id(it, platforms).map(PersonId);
    if let DeValue::Table(table) = value {
        let own = Section::new(section.reading, table, MEMBER_KEYS, "team.members.");
        let id = required(&own, at, "id", person)?;
        let name = own.get("name", values::name).unwrap_or_else(|| id.bare().to_owned());
        return Some(Member { name, zone: own.get("zone", values::zone), id });
    }
    match person(value) {
        Ok(id) => Some(Member { name: id.bare().to_owned(), id, zone: None }),
        Err(wrong) => {
            section.wrong("members", at, wrong);
            None
        }
    }
}

fn leads(
    section: &Section<'_>,
    at: usize,
    place: &PlaceId,
    members: &[Member],
    platforms: &[&str],
) -> Vec<PersonId> {
    let leads = section.list("leads", |it| values::id(it, platforms).map(PersonId));
    if !section.has("leads") || section.is_empty("leads") {
        let mend = "name who sees reports and runs rounds, such as `[\"console:ann\"]`";
        let at = section.at("leads").unwrap_or(at);
        section.wrong("leads", at, Wrong::new("names nobody", mend));
    }
    for (at, lead) in &leads {
        let in_file = place.platform() == CONSOLE;
        if in_file && !members.iter().any(|member| member.id == *lead) {
            let what = format!("names `{lead}`, who is no member");
            section.wrong("leads", *at, Wrong::new(what, "add them to `members`"));
        }
    }
    leads.into_iter().map(|(_, lead)| lead).collect()
}

fn wishes(section: &Section<'_>, base: Wishes, content: Option<&Content>) -> Wishes {
    let usual = &base.settings;
    let settings = Settings {
        zone: section.get("zone", values::zone).unwrap_or(usual.zone),
        mode: section.get("mode", values::mode).unwrap_or(usual.mode),
        min_respondents: section
            .get("min_respondents", |it| values::number(it, GROUPS.0, GROUPS.1))
            .unwrap_or(usual.min_respondents),
        small_team: section.get("small_team", values::flag).unwrap_or(usual.small_team),
        early: section.get("early", values::flag).unwrap_or(usual.early),
        targets: targets(section, usual.targets),
        quiet: quiet(section, &usual.quiet),
        schedules: Vec::new(),
        digest: section.get("digest", values::times).unwrap_or_else(|| usual.digest.clone()),
        trend: section.get("trend", values::times).unwrap_or_else(|| usual.trend.clone()),
    };
    schedules(section, Wishes { settings, ..base.clone() }, base.settings.schedules, content)
}

fn targets(section: &Section<'_>, usual: [u8; 4]) -> [u8; 4] {
    let names = Pillar::ALL.map(Pillar::name);
    let table = section.table("targets", &names);
    Pillar::ALL.map(|pillar| {
        let target = table.get(pillar.name(), |it| values::number(it, 0, TOP_LEVEL));
        target.unwrap_or(usual[pillar.index()])
    })
}

fn quiet(section: &Section<'_>, usual: &Quiet) -> Quiet {
    let (from, to) = section.get("quiet", values::quiet).unwrap_or((usual.from, usual.to));
    let days = section.list("workdays", values::weekday).into_iter().map(|(_, day)| day);
    let workdays = Workdays::new(days);
    if let Some(at) = section.at("workdays").filter(|_| section.is_empty("workdays")) {
        let wrong = Wrong::new("has no day", "name at least one, such as `[\"Mon\"]`");
        section.wrong("workdays", at, wrong);
    }
    let holidays = if section.has("holidays") {
        section.list("holidays", values::date).into_iter().map(|(_, day)| day).collect()
    } else {
        usual.calendar.holidays.clone()
    };
    let workdays = workdays.unwrap_or(usual.calendar.workdays);
    Quiet { from, to, calendar: Calendar { workdays, holidays } }
}

/// `schedules` replaces what was inherited; `preset` and `schedule` may come one by one.
fn schedules(
    section: &Section<'_>,
    mut wishes: Wishes,
    inherited: Vec<Scheduled>,
    content: Option<&Content>,
) -> Wishes {
    let preset = section.get("preset", |it| values::preset(it, content));
    let times = section.get("schedule", values::times);
    let listed = section.has("schedules").then(|| listed(section, content));
    let one_by_one = preset.is_some() || times.is_some();
    wishes.preset = preset.unwrap_or(wishes.preset);
    wishes.times = times.unwrap_or(wishes.times);
    wishes.settings.schedules = match (listed, &wishes.times) {
        (Some(listed), Some(_)) if !listed.is_empty() && section.has("schedule") => {
            let wrong = Wrong::new("stands beside `schedule`", "keep one of the two");
            section.wrong("schedules", section.at("schedules").unwrap_or(0), wrong);
            listed
        }
        (Some(listed), _) if !listed.is_empty() || !one_by_one => listed,
        (_, Some(times)) if one_by_one => {
            vec![Scheduled { preset: wishes.preset.clone(), times: times.clone() }]
        }
        (_, None) if section.has("schedule") => Vec::new(),
        _ => inherited,
    };
    wishes
}

fn listed(section: &Section<'_>, content: Option<&Content>) -> Vec<Scheduled> {
    let mut schedules = Vec::new();
    for item in section.items("schedules", "write a list of `{ preset = …, times = … }`") {
        let at = item.span().start;
        let DeValue::Table(table) = item.get_ref() else {
            let mend = "write `{ preset = \"quick\", times = \"0 10 * * MON\" }`";
            section.wrong("schedules", at, Wrong::kind(item.get_ref(), mend));
            continue;
        };
        let own = Section::new(section.reading, table, SCHEDULE_KEYS, "schedules.");
        let preset = own.get("preset", |it| values::preset(it, content));
        let times = required(&own, at, "times", values::times).flatten();
        schedules.extend(times.map(|times| Scheduled {
            preset: preset.unwrap_or_else(|| USUAL_PRESET.to_owned()),
            times,
        }));
    }
    schedules
}
