//! Words about a person's own wishes, a team's settings, help, and what goes wrong.

use serde::Serialize;

use super::declare::words;
use super::when::{When, sample_when};

/// Verbs of one kind in `help`.
#[derive(Clone, Debug, Serialize)]
pub struct HelpGroup {
    /// The group's name.
    pub name: &'static str,
    /// Usage and verb of each command in it.
    pub verbs: Vec<HelpLine>,
}

/// One command in `help`.
#[derive(Clone, Debug, Serialize)]
pub struct HelpLine {
    /// The verb.
    pub verb: &'static str,
    /// How it is typed.
    pub usage: &'static str,
}

/// A team a person belongs to.
#[derive(Clone, Debug, Serialize)]
pub struct MyTeam {
    /// Its name.
    pub name: String,
    /// Whether the person leads it.
    pub lead: bool,
    /// How answers are kept.
    pub mode: &'static str,
    /// The minimum group.
    pub min_group: u32,
    /// Titles of pillars the person is champion of.
    pub champion: Vec<String>,
    /// The last published level.
    pub level: Option<u8>,
    /// Answers and questions of the open round.
    pub progress: Option<(usize, usize)>,
}

fn sample_my_team() -> MyTeam {
    MyTeam {
        name: "Payments".to_owned(),
        lead: true,
        mode: "pseudonymous",
        min_group: 3,
        champion: vec!["Skills".to_owned()],
        level: Some(2),
        progress: Some((3, 8)),
    }
}

words! {
    /// Help made for the person asking.
    Help = "people/help" {
        prefix: String = "/maturity".to_owned(),
        groups: Vec<HelpGroup> = vec![HelpGroup {
            name: "answering",
            verbs: vec![HelpLine { verb: "answer", usage: "answer [QUESTION]" }],
        }],
        full: bool = true,
        can_set_up: bool = false,
    }
    /// How one command is used.
    HelpOne = "people/help-one" {
        prefix: String = "/maturity".to_owned(),
        verb: &'static str = "answer",
        usage: &'static str = "answer [QUESTION]",
        example: &'static str = "answer 3",
    }
    /// Words that are no command.
    Unknown = "people/unknown" {
        heard: String = "raport".to_owned(),
        suggestion: Option<&'static str> = Some("report"),
    }
    /// A command was used in a way it has not.
    Usage = "people/usage" {
        prefix: String = "/maturity".to_owned(),
        verb: &'static str = "target",
        usage: &'static str = "target PILLAR LEVEL",
        example: &'static str = "target tooling 4",
        wanted: &'static str = "level",
        heard: String = "tooling x".to_owned(),
        suggestion: Option<&'static str> = Some("tooling"),
        choices: Vec<String> = vec!["skills".to_owned(), "structure".to_owned()],
    }
    /// The person may not do this here; reveals nothing.
    Refused = "people/refused" {
        prefix: String = "/maturity".to_owned(),
    }
    /// It is about a team that the person is not in; reveals nothing of it.
    NotYours = "people/not-yours" {}
    /// The person is in the team and does not lead it.
    OnlyLeads = "people/only-leads" {
        team: String = "Payments".to_owned(),
        leads: Vec<String> = vec!["Kim".to_owned(), "Lee".to_owned()],
    }
    /// The person belongs to no team that the bot knows.
    NoTeam = "people/no-team" {
        prefix: String = "/maturity".to_owned(),
        can_set_up: bool = true,
    }
    /// Several teams could be meant.
    WhichTeam = "people/which-team" {
        offered: bool = false,
    }
    /// Something of ours went wrong; nothing was lost.
    Trouble = "people/trouble" {
        saved: bool = false,
    }
    /// The home view: one section on the person.
    Home = "people/home" {
        name: String = "Kim".to_owned(),
        teams: Vec<MyTeam> = vec![sample_my_team()],
        snoozed: Option<When> = None,
        away: Option<When> = None,
        stopped: bool = false,
    }
    /// The beginning of the home view where there is room for all of it.
    HomeHello = "people/home-hello" {
        name: String = "Kim".to_owned(),
        waits: bool = true,
    }
    /// A round in which something waits, on the home view.
    HomeRound = "people/home-round" {
        team: String = "Payments".to_owned(),
        answered: usize = 3,
        total: usize = 8,
        closes: When = sample_when(),
    }
    /// Where a team stands, and the person in it, on the home view.
    HomeTeam = "people/home-team" {
        team: String = "Payments".to_owned(),
        lead: bool = true,
        champion: Vec<String> = vec!["Skills".to_owned()],
        level: Option<u8> = Some(2),
        pillars: Vec<(String, f64)> = vec![("Skills".to_owned(), 2.25)],
        results: bool = true,
        done: Option<When> = Some(sample_when()),
    }
    /// When a person is written to, on the home view.
    HomeTimes = "people/home-times" {
        zone: Option<String> = Some("Europe/Berlin".to_owned()),
        snoozed: Option<When> = None,
        away: Option<When> = None,
        stopped: bool = false,
    }
    /// A team's champions, on the home view.
    HomeChampions = "people/home-champions" {
        team: String = "Payments".to_owned(),
        pillars: Vec<(String, String)> = vec![("Skills".to_owned(), "Kim".to_owned())],
    }
    /// What a lead looks after, on the home view.
    HomeLead = "people/home-lead" {
        team: String = "Payments".to_owned(),
        paused: Option<String> = None,
        closes: Option<When> = Some(sample_when()),
        answered: Option<usize> = Some(4),
        members: usize = 5,
        min_group: u32 = 3,
        presets: Vec<(String, String)> = Vec::new(),
        targets: Vec<(String, u8)> = vec![("Skills".to_owned(), 4)],
        schedules: Vec<String> = vec!["every Monday at 10:00".to_owned()],
        in_config: bool = false,
    }
    /// A next action, on the home view.
    HomeAction = "people/home-action" {
        first: bool = true,
        team: String = "Payments".to_owned(),
        title: String = "Set up a small practice cluster".to_owned(),
        first_step: String = "Start a one-node cluster on a spare machine.".to_owned(),
        pillar: String = "Skills".to_owned(),
        owner: Option<String> = Some("Kim".to_owned()),
        taken: bool = false,
    }
    /// What an admin looks after, on the home view.
    HomeAdmin = "people/home-admin" {
        teams: usize = 3,
        paused: Vec<(String, String)> = vec![("Search".to_owned(), "gone".to_owned())],
    }
    /// Everything the bot knows of a person.
    Me = "people/me" {
        name: String = "Kim".to_owned(),
        zone: Option<String> = Some("Europe/Berlin".to_owned()),
        teams: Vec<MyTeam> = vec![sample_my_team()],
        snoozed: Option<When> = None,
        away: Option<When> = None,
        stopped: bool = false,
    }
    /// Direct messages wait until then.
    Snoozed = "people/snoozed" {
        until: When = sample_when(),
        away: bool = false,
    }
    /// Direct messages ended, or go on.
    Stopped = "people/stopped" {
        stopped: bool = true,
    }
    /// What `forget me` would do.
    ForgetAsk = "people/forget-ask" {
        anonymous: bool = true,
    }
    /// It is done.
    Forgotten = "people/forgotten" {
        stopped: bool = false,
    }
    /// The date could not be read.
    BadDate = "people/bad-date" {
        problem: &'static str = "unknown",
    }
    /// A setting of the team changed, or is shown.
    Setting = "people/setting" {
        name: &'static str = "mode",
        value: String = "anonymous".to_owned(),
        changed: bool = true,
        next_round: bool = true,
    }
    /// The team is managed in the config file.
    InConfig = "people/in-config" {
        team: String = "Payments".to_owned(),
    }
    /// A schedule could not be read.
    BadSchedule = "people/bad-schedule" {
        problem: String = "six fields".to_owned(),
    }
    /// A schedule is set, shown or off.
    ScheduleShown = "people/schedule" {
        team: String = "Payments".to_owned(),
        zone: String = "Europe/Berlin".to_owned(),
        lines: Vec<ScheduleLine> = vec![ScheduleLine {
            preset: "quick".to_owned(),
            times: "on the first Monday of each month at 10:00".to_owned(),
        }],
        next: Vec<When> = vec![sample_when()],
        changed: bool = true,
    }
    /// A team as its lead sees it.
    TeamShown = "people/team" {
        team: String = "Payments".to_owned(),
        zone: String = "Europe/Berlin".to_owned(),
        mode: &'static str = "pseudonymous",
        min_group: u32 = 3,
        small: bool = false,
        early: bool = false,
        quiet: String = "18:00–09:00".to_owned(),
        leads: Vec<String> = vec!["Kim".to_owned()],
        members: usize = 5,
        in_config: bool = false,
        targets: Vec<(String, u8)> = vec![("Skills".to_owned(), 4)],
        schedules: Vec<(String, String)> =
            vec![("quick".to_owned(), "every Monday at 10:00".to_owned())],
    }
    /// The times of a schedule: in words where plain choices fit, else the cron expression.
    Times = "people/times" {
        rhythm: Option<&'static str> = Some("monthly"),
        weekday: &'static str = "MON",
        hour: u8 = 14,
        expression: String = "0 14 * * MON#1".to_owned(),
    }
    /// The teams an admin looks after.
    TeamList = "people/team-list" {
        teams: Vec<AdminTeam> = vec![AdminTeam {
            name: "Payments".to_owned(),
            members: 5,
            paused: None,
            in_config: false,
        }],
    }
    /// Words of the forms that make a team and change it.
    FormWord = "people/form-word" {
        part: String = "body".to_owned(),
    }
    /// The bot came into a channel that has no team.
    Arrived = "people/arrived" {
        can_set_up: bool = true,
        prefix: String = "/maturity".to_owned(),
    }
    /// A value of the form was refused.
    SetupProblem = "people/setup-problem" {
        field: String = "zone".to_owned(),
        heard: String = "Berlin".to_owned(),
    }
    /// A team was made.
    SetUp = "people/set-up" {
        team: String = "Payments".to_owned(),
        next: Option<When> = Some(sample_when()),
    }
    /// What a channel hears that became the place of a team.
    Founded = "people/founded" {
        team: String = "Payments".to_owned(),
        leads: Vec<String> = vec!["Kim".to_owned()],
        times: Vec<String> = vec!["every Monday at 10:00".to_owned()],
        mode: &'static str = "pseudonymous",
        min_group: u32 = 3,
        prefix: String = "/maturity".to_owned(),
    }
    /// A lead learns that a place cannot be reached.
    Unreachable = "people/unreachable" {
        team: String = "Payments".to_owned(),
        cause: String = "the channel is archived".to_owned(),
    }
    /// A lead learns that a summary did not reach its place.
    Unposted = "people/unposted" {
        team: String = "Payments".to_owned(),
    }
}

/// A preset and when it is asked.
#[derive(Clone, Debug, Serialize)]
pub struct ScheduleLine {
    /// The preset.
    pub preset: String,
    /// The times, in words.
    pub times: String,
}

/// A team as an admin sees it: no results.
#[derive(Clone, Debug, Serialize)]
pub struct AdminTeam {
    /// Its name.
    pub name: String,
    /// How many members.
    pub members: usize,
    /// Why it is paused.
    pub paused: Option<String>,
    /// Whether the config file manages it.
    pub in_config: bool,
}
