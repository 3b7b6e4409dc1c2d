use chrono_tz::Tz;
use rstest::rstest;

use super::reading::nearest;
use super::teams::{MEMBER_KEYS, SETTING_KEYS, TEAM_KEYS};
use super::*;
use crate::domain::team::{Mode, Settings};

/// What is wrong with a file, as `line: what; mend`.
fn wrong(text: &str) -> Vec<String> {
    let defects = read("f", text).map(|loaded| loaded.config).expect_err("it has mistakes");
    defects.iter().map(|defect| defect.to_string().replacen("f:", "", 1)).collect()
}

fn right(text: &str) -> Config {
    read("f", text).map_err(|defects| format!("{defects:#?}")).unwrap().config
}

/// The default file with its commented keys in force.
fn uncommented() -> String {
    let is_code = |line: &str| {
        line.starts_with("[[")
            || line
                .split_once(" = ")
                .is_some_and(|(key, _)| key.chars().all(|c| c.is_ascii_lowercase() || c == '_'))
    };
    let code = |line: &str| match line.strip_prefix("# ") {
        Some(code) if is_code(code) => format!("{code}\n"),
        _ => format!("{line}\n"),
    };
    DEFAULT.lines().map(code).collect()
}

#[test]
fn the_default_file_says_what_the_program_does_without_it() {
    assert_eq!(right(DEFAULT), Config::default());
    let team = "[[team]]\nid = \"a\"\nplace = \"console:a\"\nmembers = [\"console:ann\"]\n\
                leads = [\"console:ann\"]\n";
    let bare = format!("[console]\nenabled = true\n{team}");
    assert_eq!(right(&bare).teams[0].settings, Settings::usual());
    let stated = DEFAULT.replacen("enabled = false", "enabled = true", 1) + team;
    assert_eq!(right(&stated).teams[0].settings, Settings::usual());
}

#[test]
fn the_default_file_names_every_key() {
    let text = uncommented().replacen("enabled = false", "enabled = true", 1);
    let file: toml::Table = text.parse().unwrap();
    let has = |table: &toml::Table, keys: &[&str]| {
        for key in keys {
            assert!(table.contains_key(*key), "`{key}` is not named");
        }
    };
    has(&file, TOP_KEYS);
    for (name, keys) in [
        ("store", STORE_KEYS),
        ("log", LOG_KEYS),
        ("console", CONSOLE_KEYS),
        ("slack", slack::KEYS),
        ("matrix", matrix::KEYS),
    ] {
        has(file[name].as_table().unwrap(), keys);
    }
    has(file["defaults"].as_table().unwrap(), SETTING_KEYS);
    let team = file["team"][0].as_table().unwrap();
    has(team, TEAM_KEYS);
    has(team["members"][0].as_table().unwrap(), MEMBER_KEYS);
    let prompts = format!("prompts_dir = \"{}/prompts\"", env!("CARGO_MANIFEST_DIR"));
    let config = right(&text.replace("prompts_dir = \"prompts\"", &prompts));
    assert_eq!(config.teams[0].members[0].name, "Ann");
}

#[test]
fn every_key_of_the_default_file_has_its_reason_above() {
    let lines: Vec<&str> = DEFAULT.lines().collect();
    for (above, key) in lines.iter().zip(&lines[1..]).filter(|(_, line)| line.contains(" = ")) {
        if !key.starts_with("# When") && !key.starts_with("# Several") {
            assert!(above.starts_with("# "), "`{key}` has no reason above");
        }
    }
}

#[test]
fn the_example_runs_with_two_teams_at_the_terminal() {
    let config = right(EXAMPLE);
    assert_eq!(config.platforms(), ["console"]);
    let teams: Vec<(&str, usize)> =
        config.teams.iter().map(|team| (team.id.as_str(), team.members.len())).collect();
    assert_eq!(teams, [("payments", 4), ("search", 3)]);
    assert_eq!(config.teams[1].settings.schedules[0].preset, "pulse");
}

#[test]
#[expect(clippy::too_many_lines, reason = "one file and all that is wrong with it")]
fn all_mistakes_are_told_at_once_with_line_and_mend() {
    let text = r#"data_dirr = "x"
grace_hours = 1000
admins = ["ann", "slak:U1"]

[log]
level = "verbose"
format = 3

[console]
enabled = true

[defaults]
zone = "Berlin"
digest = "0 9 1 * MON"
targets = { skils = 4, tooling = 9 }
quiet = "18-9"
workdays = []
holidays = [2026-12-25, "christmas"]

[[team]]
id = "Payments!"
place = "console:payments"
members = ["console:ann", "console:ann", { id = "console:ben", zone = "Europe/Berln" }]
leads = ["console:cem"]
preset = "quik"
schedule = "0 0 10 * * MON"
min_respondents = 1

[[team]]
id = "search"
name = "Search"
place = "console:payments"
mode = "anonymus"

[[team]]
id = "search"
name = "search"
members = []
leads = ["console:ann"]
small_team = "yes"
"#;
    let mut told = wrong(text);
    told.retain(|line| !line.starts_with("26:"));
    let expected = [
        "1: there is no key `data_dirr`; did you mean `data_dir`?",
        "2: `grace_hours` is 1000; write a whole number from 1 to 168",
        "3: `admins` is `ann`; write the platform, a colon and the id, such as `console:ann`",
        "3: `admins` is `slak:U1`; write the platform, a colon and the id, such as `slack:U1`",
        "6: `log.level` is `verbose`; write one of error, warn, info, debug, trace",
        "7: `log.format` is a whole number; write text in quotes",
        "13: `defaults.zone` is `Berlin`, which is no time zone; did you mean `Europe/Berlin`?",
        "14: `defaults.digest` is `0 9 1 * MON`, which is no schedule; day of month `1` and day of \
         week `MON` are both given, which some programs read as \"or\" and some as \"and\"; write \
         `*` in one of them, or a numbered weekday such as `MON#1` for the first Monday of the \
         month",
        "15: there is no key `defaults.targets.skils`; did you mean `skills`?",
        "15: `defaults.targets.tooling` is 9; write a whole number from 0 to 5",
        "16: `defaults.quiet` is `18-9`; write two times, such as `18:00-09:00`, or `off`",
        "17: `defaults.workdays` has no day; name at least one, such as `[\"Mon\"]`",
        "18: `defaults.holidays` has `christmas`, which is no date; write dates such as 2026-12-24",
        "21: `team.id` is `Payments!`; write at most 40 small letters, digits and hyphens, such \
         as `payments`",
        "23: `team.members` names `console:ann` twice; remove one of the two",
        "23: `team.members.zone` is `Europe/Berln`, which is no time zone; did you mean \
         `Europe/Berlin`?",
        "24: `team.leads` names `console:cem`, who is no member; add them to `members`",
        "25: `team.preset` is `quik`; did you mean `quick`?",
        "27: `team.min_respondents` is 1; write a whole number from 2 to 50",
        "29: `team.leads` names nobody; name who sees reports and runs rounds, such as \
         `[\"console:ann\"]`",
        "29: `team.members` is missing; list who is in the team, such as `[\"console:ann\"]`",
        "32: `team.place` is `console:payments`, as for the team in line 22; choose another; \
         each team has its own",
        "33: `team.mode` is `anonymus`; did you mean `anonymous`?",
        "35: `team.place` is missing; write it below this line",
        "36: `team.id` is `search`, as for the team in line 30; choose another; each team has \
         its own",
        "37: `team.name` is `search`, as for the team in line 31; choose another; each team has \
         its own",
        "40: `team.small_team` is text; write true or false, without quotes",
    ];
    told.sort();
    let mut expected: Vec<String> = expected.map(str::to_owned).into();
    expected.sort();
    assert_eq!(told, expected);
}

#[test]
fn a_schedule_is_refused_in_the_words_of_the_schedule_itself() {
    let told = wrong("[defaults]\nschedule = \"0 0 10 * * MON\"\n");
    let begin = "2: `defaults.schedule` is `0 0 10 * * MON`, which is no schedule; a schedule has";
    assert!(told[0].starts_with(begin), "{told:?}");
    assert!(told[0].contains("without seconds it is `0 10 * * MON`"), "{told:?}");
}

#[test]
fn a_value_of_the_wrong_kind_is_told_once() {
    let text = "[console]\nenabled = true\n[[team]]\nid = \"a\"\nplace = \"console:a\"\n\
                members = \"console:ann\"\nleads = \"console:ann\"\nworkdays = \"Mon\"\n\
                targets = 4\nschedules = [\"0 9 * * MON\"]\n";
    let lines =
        wrong(text).into_iter().map(|line| line[..line.find(" is text").unwrap_or(11)].to_owned());
    let expected = [
        "6: `team.members`",
        "7: `team.leads`",
        "8: `team.workdays`",
        "9: `team.ta",
        "10: `team.schedules`",
    ];
    assert_eq!(lines.collect::<Vec<_>>(), expected);
}

#[test]
fn every_line_that_is_no_toml_is_named() {
    let told = wrong("data_dir = \ngrace_hours = 24\n[log\nlevel = \"info\"\nlevel = \"warn\"\n");
    let lines: Vec<&str> = told.iter().filter_map(|line| line.split(':').next()).collect();
    assert!(lines.contains(&"1") && lines.contains(&"3"), "{told:#?}");
}

#[test]
fn a_place_of_a_platform_that_is_off_says_how_to_switch_it_on() {
    let told = wrong("admins = [\"console:ann\"]\n");
    assert_eq!(
        told,
        ["1: `admins` is `console:ann`; set `enabled = true` below `[console]`, or use a \
          platform that is enabled"]
    );
}

#[test]
fn mistakes_in_the_prompts_are_told_with_those_of_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let prompts = folder.path().join("none");
    let told = wrong(&format!("prompts_dir = \"{}\"\nopen_setup = 1\n", prompts.display()));
    assert!(told[0].starts_with("2: `open_setup` is a whole number"), "{told:?}");
    assert!(told.iter().any(|line| line.contains("presets.yaml")), "{told:?}");
}

#[test]
fn a_team_takes_over_the_defaults_it_does_not_change() {
    let config = right(
        r#"
[console]
enabled = true
[defaults]
zone = "europe/berlin"
schedule = "0 10 * * MON"
targets = { skills = 3 }
quiet = "off"
trend = "off"
holidays = [2026-12-25]
mode = "anonymous"
[[team]]
id = "a"
place = "console:a"
members = ["console:ann", { id = "console:ben", name = "Ben", zone = "Asia/Tokyo" }]
leads = ["console:ann"]
preset = "pulse"
targets = { tooling = 2 }
[[team]]
id = "b"
place = "console:b"
members = ["console:ann"]
leads = ["console:ann"]
schedules = [{ preset = "full", times = "0 9 1 * *" }, { times = "0 9 15 * *" }]
[[team]]
id = "c"
place = "console:c"
members = ["console:ann"]
leads = ["console:ann"]
schedule = "off"
workdays = ["sun", "Mon"]
"#,
    );
    let [a, b, c] = config.teams.as_slice() else { panic!("three teams") };
    let schedules = |team: &TeamEntry| {
        let times = team.settings.schedules.iter();
        times.map(|it| format!("{} {}", it.preset, it.times)).collect::<Vec<_>>()
    };
    assert_eq!(schedules(a), ["pulse 0 10 * * MON"]);
    assert_eq!(schedules(b), ["full 0 9 1 * *", "quick 0 9 15 * *"]);
    assert_eq!(schedules(c), [""; 0]);
    assert_eq!(a.settings.targets, [3, 4, 2, 4]);
    assert_eq!(a.settings.zone, Tz::Europe__Berlin);
    assert_eq!((a.settings.mode, a.settings.trend.is_none()), (Mode::Anonymous, true));
    assert_eq!(a.settings.quiet.from, a.settings.quiet.to);
    assert_eq!(a.members[1].zone, Some(Tz::Asia__Tokyo));
    assert_eq!((a.name.as_str(), a.members[0].name.as_str()), ("a", "ann"));
    assert_eq!(c.settings.quiet.calendar.holidays, a.settings.quiet.calendar.holidays);
}

#[rstest]
#[case("grace_hour", Some("grace_hours"))]
#[case("Zone", Some("zone"))]
#[case("colour", None)]
fn near_keys_are_suggested_and_far_ones_are_not(#[case] heard: &str, #[case] near: Option<&str>) {
    assert_eq!(nearest(heard, ["zone", "grace_hours", "preset"].into_iter()), near);
}

#[cfg(feature = "matrix")]
#[test]
fn matrix_needs_a_homeserver_and_a_user_and_trusts_its_own_server() {
    let missing = wrong("[matrix]\nenabled = true\n");
    assert!(missing.iter().any(|it| it.contains("`matrix.homeserver` is missing")), "{missing:?}");
    assert!(missing.iter().any(|it| it.contains("`matrix.user` is missing")), "{missing:?}");
    let text = "[matrix]\nenabled = true\nhomeserver = \"example.org\"\nuser = \"@bot:a.org\"\n";
    let matrix = right(text).matrix.unwrap();
    assert_eq!(matrix.invites, ["a.org"]);
    let listed = right(&format!("{text}invites = [\"@ann:b.org\"]\n")).matrix.unwrap();
    assert_eq!(listed.invites, ["@ann:b.org"]);
    let strange = wrong(&format!("{text}invites = [\"ann at b.org\"]\n"));
    assert!(strange[0].contains("such as `@ann:example.org`"), "{strange:?}");
    assert!(wrong(&text.replace("@bot:a.org", "bot"))[0].contains("whole user id"));
    assert!(right(&text.replace("true", "false")).matrix.is_none());
}
