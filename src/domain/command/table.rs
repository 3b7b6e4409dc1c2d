//! Every verb, declared once: how it is called, who may say it, where help shows it, how it reads.

use super::misunderstood::Wanted;
use super::read::{self, Read};
use super::said::{Command, Group, Topic, Verb};
use super::settings;
use super::words::Word;
use crate::domain::role::Roles;

/// All there is to know about one verb.
#[derive(Clone, Copy, Debug)]
pub struct Entry {
    /// The verb.
    pub verb: Verb,
    /// Its name, one word in lower case.
    pub name: &'static str,
    /// Other words for it.
    pub aliases: &'static [&'static str],
    /// How it is written; capitals stand for what the person fills in, brackets for what may be
    /// left out.
    pub usage: &'static str,
    /// A use of it that is understood as it stands.
    pub example: &'static str,
    /// Where help shows it.
    pub group: Group,
    /// Who may say it.
    pub who: Who,
    pub(super) read: fn(&[Word]) -> Read,
}

/// Who may say a verb.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Who {
    /// Everybody, strangers too, because it concerns only the person who says it.
    Everybody,
    /// Whoever has one of these roles.
    Any(Roles),
    /// Whoever has one of `show` may look, and one of `change` may change.
    Split {
        /// May be shown it.
        show: Roles,
        /// May change it.
        change: Roles,
    },
}

impl Who {
    /// Whether somebody with these roles may say at least some form of it.
    #[must_use]
    pub fn admits(self, roles: Roles) -> bool {
        match self {
            Self::Everybody => true,
            Self::Any(those) | Self::Split { show: those, .. } => roles.meets(those),
        }
    }

    /// Whether somebody with these roles may say the form that changes something.
    #[must_use]
    pub fn admits_change(self, roles: Roles) -> bool {
        match self {
            Self::Split { change, .. } => roles.meets(change),
            other => other.admits(roles),
        }
    }
}

/// Members, leads and both.
const TEAM: Roles = Roles::MEMBER.with(crate::domain::role::Role::Lead);
/// Leads and admins.
const RUN: Roles = Roles::LEAD.with(crate::domain::role::Role::Admin);
const MEMBER: Who = Who::Any(Roles::MEMBER);
const LEAD: Who = Who::Any(Roles::LEAD);
const BOTH: Who = Who::Any(TEAM);
const ANYONE_HERE: Who = Who::Any(Roles::ALL);

macro_rules! entry {
    ($verb:ident $name:literal $aliases:tt, $usage:literal, $example:literal, $group:ident, $who:expr, $read:expr) => {
        Entry {
            verb: Verb::$verb,
            name: $name,
            aliases: &$aliases,
            usage: $usage,
            example: $example,
            group: Group::$group,
            who: $who,
            read: $read,
        }
    };
}

/// Every verb, in the order of [`Verb`] and of help.
#[rustfmt::skip]
pub const TABLE: &[Entry] = &[
    entry!(Help "help" ["?", "commands", "usage", "hello", "hi"], "help [TOPIC]", "help report", Answering, Who::Everybody, help),
    entry!(Answer "answer" ["reply", "respond", "questions", "question"], "answer [QUESTION]", "answer 3", Answering, MEMBER, read::answer),
    entry!(Snooze "snooze" ["pause", "postpone"], "snooze [UNTIL]", "snooze 3 days", Answering, ANYONE_HERE, read::snooze),
    entry!(Away "away" ["holiday", "holidays", "vacation", "leave", "absent", "ooo"], "away [UNTIL]", "away until friday", Answering, ANYONE_HERE, read::away),
    entry!(Stop "stop" ["unsubscribe", "mute"], "stop", "stop", Answering, Who::Everybody, read::stop),
    entry!(Resume "resume" ["subscribe", "unmute", "back", "unsnooze"], "resume", "resume", Answering, ANYONE_HERE, read::resume),
    entry!(Report "report" ["results", "result", "score", "scores", "summary", "levels"], "report [TEAM] [PILLAR]", "report tooling", Results, BOTH, read::report),
    entry!(Why "why" ["explain"], "why [PILLAR | QUESTION]", "why tooling", Results, LEAD, read::why),
    entry!(Trend "trend" ["trends", "history", "progress"], "trend", "trend", Results, LEAD, read::trend),
    entry!(Actions "actions" ["todo", "todos", "next", "tasks"], "actions", "actions", Results, BOTH, read::actions),
    entry!(Action "action" ["task"], "action done|take|dismiss ACTION", "action done 2", Results, BOTH, read::action),
    entry!(Publish "publish" ["share"], "publish", "publish", Results, LEAD, read::publish),
    entry!(Who "who" ["champions", "contact", "contacts", "whom"], "who [PILLAR]", "who tooling", Champions, BOTH, read::who),
    entry!(Champion "champion" [], "champion volunteer|nominate|accept|decline|step-down [PILLAR] [PERSON]", "champion nominate @ann for tooling", Champions, MEMBER, read::champion),
    entry!(Status "status" ["state", "info"], "status", "status", Rounds, ANYONE_HERE, read::status),
    entry!(Start "start" ["begin", "open", "launch"], "start [PRESET]", "start quick", Rounds, LEAD, read::start),
    entry!(Close "close" ["end", "finish"], "close", "close", Rounds, LEAD, read::close),
    entry!(Extend "extend" ["prolong"], "extend [UNTIL]", "extend 3 days", Rounds, LEAD, read::extend),
    entry!(Cancel "cancel" ["abort", "discard"], "cancel [yes]", "cancel", Rounds, LEAD, read::cancel),
    entry!(Nudge "nudge" ["remind", "reminder", "poke"], "nudge", "nudge", Rounds, LEAD, read::nudge),
    entry!(Setup "setup" ["install", "init"], "setup [NAME] [KEY=VALUE …]", "setup zone=Europe/Berlin", Settings, Who::Any(RUN), settings::setup),
    entry!(Team "team" ["teams", "settings", "config"], "team [NAME | list | KEY VALUE | lead add|remove PERSON]", "team minimum 4", Settings, Who::Split { show: Roles::ALL, change: RUN }, settings::team),
    entry!(Schedule "schedule" ["rhythm", "cron", "when"], "schedule [[PRESET] CRON | off | choose]", "schedule 0 9 * * 1", Settings, Who::Split { show: Roles::ALL, change: RUN }, settings::schedule),
    entry!(Mode "mode" ["anonymity"], "mode [anonymous|pseudonymous|open]", "mode anonymous", Settings, Who::Split { show: Roles::ALL, change: Roles::LEAD }, settings::mode),
    entry!(Target "target" ["goal"], "target [PILLAR LEVEL]", "target tooling 4", Settings, LEAD, read::target),
    entry!(Me "me" ["privacy", "data", "mydata"], "me", "me", Privacy, Who::Everybody, read::me),
    entry!(Forget "forget" ["delete", "erase"], "forget me", "forget me", Privacy, Who::Everybody, read::forget),
];

/// First words that stand for a whole beginning of a command.
pub const SHORTCUTS: &[(&str, &[&str])] = &[
    ("volunteer", &["champion", "volunteer"]),
    ("nominate", &["champion", "nominate"]),
    ("accept", &["champion", "accept"]),
    ("decline", &["champion", "decline"]),
    ("step-down", &["champion", "step-down"]),
    ("step", &["champion", "step"]),
    ("done", &["action", "done"]),
    ("take", &["action", "take"]),
    ("dismiss", &["action", "dismiss"]),
];

impl Verb {
    /// Its entry in the table.
    #[must_use]
    pub fn entry(self) -> &'static Entry {
        &TABLE[self as usize]
    }

    /// Its name, one word in lower case.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.entry().name
    }
}

/// The entry that a word in lower case names, by name or alias.
#[must_use]
pub fn find(word: &str) -> Option<&'static Entry> {
    TABLE.iter().find(|entry| entry.name == word || entry.aliases.contains(&word))
}

/// What help shows somebody with these roles: each group with the entries they may use, in order,
/// without empty groups.
#[must_use]
pub fn visible(roles: Roles) -> Vec<(Group, Vec<&'static Entry>)> {
    let of = |group| TABLE.iter().filter(move |entry| entry.group == group);
    Group::ALL
        .into_iter()
        .map(|group| (group, of(group).filter(|entry| entry.who.admits(roles)).collect::<Vec<_>>()))
        .filter(|(_, entries)| !entries.is_empty())
        .collect()
}

fn help(words: &[Word]) -> Read {
    match words {
        [] => Ok(Command::Help(None)),
        [one] if matches!(one.key.as_str(), "all" | "me") => Ok(Command::Help(None)),
        // Two words may be a verb with its argument, `help forget me`.
        [one, ..] => topic(&one.key).map(|topic| Command::Help(Some(topic))).ok_or(Wanted::Topic),
    }
}

fn topic(word: &str) -> Option<Topic> {
    let group = Group::ALL.into_iter().find(|group| group.name() == word).map(Topic::Group);
    let shortcut = || SHORTCUTS.iter().find(|(from, _)| *from == word).map(|(_, to)| to[0]);
    group.or_else(|| find(shortcut().unwrap_or(word)).map(|entry| Topic::Verb(entry.verb)))
}
