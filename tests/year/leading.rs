//! What leads do: rounds opened, closed, extended and dropped, reports read, settings changed.

use chrono::{NaiveTime, TimeDelta};
use maturity_bot::domain::cron::CronExpr;
use maturity_bot::domain::team::{Mode, Scheduled};

use crate::acting::Heard;
use crate::deeds::Order;
use crate::driver::Year;
use crate::model::{Fate, Life, Model, Stage};
use crate::time::{Instant, instant, local};

const PILLARS: [&str; 4] = ["skills", "structure", "tooling", "processes"];

fn words(order: &Order, until: &str) -> String {
    match order {
        Order::Start(preset) => format!("start {preset}"),
        Order::Close => "close".to_owned(),
        Order::Cancel => "cancel yes".to_owned(),
        Order::Extend(days) => format!("extend {days} days"),
        Order::ExtendUntil(_) => format!("extend until {until}"),
        Order::Nudge => "nudge".to_owned(),
        Order::Publish => "publish".to_owned(),
        Order::Report => "report".to_owned(),
        Order::Target(pillar, level) => format!("target {} {level}", PILLARS[*pillar]),
        Order::Mode(mode) => format!("mode {mode}"),
        Order::Schedule(preset, times) => format!("schedule {preset} {times}"),
        Order::Zone(zone) => format!("team zone {zone}"),
        Order::Quiet(from, to) => format!("team quiet {from:02}:00-{to:02}:00"),
        Order::Minimum(m) => format!("team minimum {m}"),
        Order::Early(on) => format!("team early {}", if *on { "on" } else { "off" }),
        Order::Small(on) => format!("team small {}", if *on { "on" } else { "off" }),
        Order::AddLead => format!("team lead add {until}"),
    }
}

/// Whether an order changes what a config file may say about a team.
fn changes_settings(order: &Order) -> bool {
    !matches!(
        order,
        Order::Start(_)
            | Order::Close
            | Order::Cancel
            | Order::Extend(_)
            | Order::ExtendUntil(_)
            | Order::Nudge
            | Order::Publish
            | Order::Report
    )
}

impl Year {
    pub async fn lead(&mut self, sent: Instant, team: usize, order: Order) {
        let Some(who) = self.model.teams[team].leads.first().copied() else { return };
        let zone = self.model.teams[team].settings.zone;
        let asked = |person: &&usize| !self.model.people[**person].outside;
        let another = self.model.teams[team].members.iter().find(asked).copied();
        let until = match order {
            Order::ExtendUntil(days) => local(zone, self.now()).date() + chrono::Days::new(days),
            _ => local(zone, self.now()).date(),
        };
        let object = match order {
            Order::AddLead => another.map(Model::name).unwrap_or_default(),
            _ => until.to_string(),
        };
        let text = format!("/maturity {}", words(&order, &object));
        let heard = self.say(sent, who, Some(team), &text).await;
        let (now, name) = (self.now(), self.model.teams[team].name.clone());
        let about = [Model::name(who), name];
        let in_config = team < self.in_config;
        let expected = match order {
            Order::Start(preset) => self.model.start(now, team, preset, who),
            Order::Close => self.model.close_now(now, team),
            Order::Cancel => self.model.cancel(now, team),
            Order::Extend(days) => {
                let span = TimeDelta::days(i64::try_from(days).expect("small"));
                self.model.extend_by(now, team, span)
            }
            Order::ExtendUntil(_) => {
                let end = until.and_time(NaiveTime::MIN) + TimeDelta::hours(18);
                self.model.extend_until(now, team, instant(zone, end))
            }
            Order::Nudge => self.model.nudge(now, team),
            Order::Publish => {
                let some = self.model.publish_again(team);
                if some { "" } else { "has no results yet" }
            }
            Order::Report => {
                self.reads(now, team, &about, &heard);
                ""
            }
            order if in_config && changes_settings(&order) => "managed in the config file",
            Order::Target(..) | Order::Mode(_) | Order::Schedule(..) => {
                self.model.set(now, team, &order);
                ""
            }
            order => {
                self.model.change(now, team, &order, another);
                ""
            }
        };
        self.hears(&about, &heard, expected);
    }

    /// A report says what the model computes, or that there is nothing to say yet.
    fn reads(&mut self, now: Instant, team: usize, about: &[String], heard: &Heard) {
        let Some(expected) = self.model.report(team) else {
            return self.hears(about, heard, "has no results yet");
        };
        let lacks = if heard.lost { Vec::new() } else { expected.lacks(&heard.body()) };
        if !lacks.is_empty() {
            self.model.differ(now, about, &format!("{lacks:?} in {}", heard.body()));
        }
    }
}

impl Model {
    fn set(&mut self, now: Instant, team: usize, order: &Order) {
        let settings = &mut self.teams[team].settings;
        match order {
            Order::Target(pillar, level) => settings.targets[*pillar] = *level,
            Order::Mode("anonymous") => settings.mode = Mode::Anonymous,
            Order::Mode("open") => settings.mode = Mode::Open,
            Order::Mode(_) => settings.mode = Mode::Pseudonymous,
            Order::Schedule(preset, times) => {
                let times = CronExpr::parse(times).expect("plain");
                let schedules = vec![Scheduled { preset: (*preset).to_owned(), times }];
                self.reschedule(now, team, schedules);
            }
            _ => {}
        }
    }

    fn open_round(&self, team: usize) -> Option<usize> {
        let it = &self.teams[team];
        it.current.filter(|at| it.rounds[*at].stage == Stage::Open)
    }

    fn start(&mut self, now: Instant, team: usize, preset: &str, by: usize) -> &'static str {
        if self.teams[team].current.is_some() {
            return "has a round until";
        }
        self.start_round(now, team, preset, by);
        if self.open_round(team).is_some() { "is open until" } else { "is planned" }
    }

    fn close_now(&mut self, now: Instant, team: usize) -> &'static str {
        if self.open_round(team).is_none() {
            return "`start` opens one";
        }
        self.end_by_hand(now, team, Stage::Closed);
        "is closed"
    }

    fn cancel(&mut self, now: Instant, team: usize) -> &'static str {
        if self.teams[team].current.is_none() {
            return "`start` opens one";
        }
        self.end_by_hand(now, team, Stage::Cancelled);
        "was cancelled"
    }

    fn extend_by(&mut self, now: Instant, team: usize, span: TimeDelta) -> &'static str {
        let Some(number) = self.open_round(team) else { return "`start` opens one" };
        let closes = self.teams[team].rounds[number].closes;
        let span = span.clamp(TimeDelta::hours(1), TimeDelta::weeks(4));
        self.extend_round(now, team, closes + span);
        "now stays open until"
    }

    fn extend_until(&mut self, now: Instant, team: usize, end: Instant) -> &'static str {
        let Some(number) = self.open_round(team) else { return "`start` opens one" };
        let closes = self.teams[team].rounds[number].closes;
        if end <= closes {
            return "closes later than that already";
        }
        self.extend_by(now, team, end - closes)
    }

    fn nudge(&mut self, now: Instant, team: usize) -> &'static str {
        if self.open_round(team).is_none() {
            return "`start` opens one";
        }
        if self.remind_by_hand(now, team) { "on its way" } else { "used up" }
    }

    fn change(&mut self, now: Instant, team: usize, order: &Order, another: Option<usize>) {
        let settings = &mut self.teams[team].settings;
        let hour = |hour: u32| NaiveTime::from_hms_opt(hour, 0, 0).expect("an hour");
        match order {
            Order::Zone(zone) => self.move_to(now, team, zone.parse().expect("a zone")),
            Order::Quiet(from, to) => {
                (settings.quiet.from, settings.quiet.to) = (hour(*from), hour(*to));
            }
            Order::Minimum(m) => settings.min_respondents = *m,
            Order::Early(on) => settings.early = *on,
            Order::Small(on) => settings.small_team = *on,
            Order::AddLead => {
                if let Some(person) = another {
                    self.teams[team].leads.retain(|lead| *lead != person);
                    self.teams[team].leads.push(person);
                }
            }
            other => panic!("{other:?} changes no setting"),
        }
    }

    /// Takes, does or drops one of the actions that are offered.
    pub fn act_on(&mut self, team: usize, by: usize, verb: &str, place: usize) {
        if verb == "dismiss" && !self.teams[team].leads.contains(&by) {
            return;
        }
        let Some(id) = self.numbered(team, place) else { return };
        let fate = match verb {
            "take" => Fate::Taken,
            "done" => Fate::Done,
            _ => Fate::Dismissed,
        };
        let closed = self.teams[team].rounds.iter().rposition(|it| it.stage == Stage::Closed);
        let after_round = closed.map_or(0, |at| at + 1);
        self.teams[team].actions.insert(id, Life { fate, by, after_round });
    }
}
