//! Everything a person can ask for, as values.

use chrono::NaiveTime;
use chrono_tz::Tz;

use super::until::Until;
use crate::domain::ids::{ActionId, QuestionId};
use crate::domain::level::Pillar;
use crate::domain::team::Mode;

/// The first word of a command, in the order of help.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "each is described by its entry in the table")]
pub enum Verb {
    Help,
    Answer,
    Snooze,
    Away,
    Stop,
    Resume,
    Report,
    Why,
    Trend,
    Actions,
    Action,
    Publish,
    Who,
    Champion,
    Status,
    Start,
    Close,
    Extend,
    Cancel,
    Nudge,
    Setup,
    Team,
    Schedule,
    Mode,
    Target,
    Me,
    Forget,
}

/// One thing a person asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// Explain everything the person can ask, or one subject.
    Help(Option<Topic>),
    /// Make a team of this place, with these settings.
    Setup(Vec<Setting>),
    /// Open a round with this preset, or with the team's usual one; the name is in lower case.
    Start(Option<String>),
    /// Close the open round now.
    Close(Confirmation),
    /// Move the deadline of the open round, by the usual span when none is given.
    Extend(Option<Until>),
    /// End the open round and publish nothing.
    Cancel(Confirmation),
    /// Answer what is open, or this question.
    Answer(Option<Pick<QuestionId>>),
    /// Remind those who have not answered, within everyone's budget.
    Nudge,
    /// How mature a team is.
    Report {
        /// The team's name as typed; the team of the conversation without it.
        team: Option<String>,
        /// Only this pillar.
        pillar: Option<Pillar>,
    },
    /// Show the last report to the whole team.
    Publish,
    /// Where a figure comes from; the overall level without a subject.
    Why(Option<Subject>),
    /// How the team has moved.
    Trend,
    /// What to do next.
    Actions,
    /// Move one action on.
    Action(ActionStep, Pick<ActionId>),
    /// Whom to ask, about one pillar or all.
    Who(Option<Pillar>),
    /// Change who is champion of a pillar.
    Champion(ChampionStep),
    /// The level a team wants to reach, 0 to 5.
    Target(Pillar, u8),
    /// All levels a team wants to reach, as a form.
    Targets,
    /// How the open round is going and what comes next.
    Status,
    /// Hold the questions for a while.
    Snooze(Option<Until>),
    /// Be absent, and asked nothing, until the end or until `resume`.
    Away(Option<Until>),
    /// Never ask again, until `resume`.
    Stop,
    /// Ask again.
    Resume,
    /// What is kept about the person.
    Me,
    /// Delete what is kept about the person.
    Forget(Confirmation),
    /// Show or change how answers are joined to people, from the next round on.
    Mode(Option<Mode>),
    /// Show or change when rounds open and questions are asked.
    Schedule(Option<ScheduleWish>),
    /// Choose in a form when a team is asked.
    ChooseSchedule,
    /// Show or change a team.
    Team(TeamWord),
}

/// A subject of help.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Topic {
    /// One command.
    Verb(Verb),
    /// The commands of one group.
    Group(Group),
}

/// A heading of help.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Group {
    Answering,
    Results,
    Champions,
    Rounds,
    Settings,
    Privacy,
}

impl Group {
    /// All groups, in the order of help.
    pub const ALL: [Self; 6] = [
        Self::Answering,
        Self::Results,
        Self::Champions,
        Self::Rounds,
        Self::Settings,
        Self::Privacy,
    ];

    /// The name by which people ask for help on it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Answering => "answering",
            Self::Results => "results",
            Self::Champions => "champions",
            Self::Rounds => "rounds",
            Self::Settings => "settings",
            Self::Privacy => "privacy",
        }
    }
}

/// One of several things, by its number in the last list shown, from 1, or by its id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Pick<Id> {
    /// Its place in the list.
    Number(u16),
    /// Its id; whether the bank has it is for the engine to find out.
    Id(Id),
}

/// What a figure is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Subject {
    /// One pillar.
    Pillar(Pillar),
    /// One question.
    Question(QuestionId),
}

/// A step in the life of an action.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ActionStep {
    /// The person will do it.
    Take,
    /// It is done.
    Done,
    /// The team will not do it.
    Dismiss,
}

/// A step in the life of a champion. Without a pillar, the one that is open is meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ChampionStep {
    /// The person offers to be champion.
    Volunteer(Pillar),
    /// The person thinks of somebody else.
    Nominate(Pillar, Mention),
    /// The person agrees.
    Accept(Option<Pillar>),
    /// The person would rather not; nobody learns of it.
    Decline(Option<Pillar>),
    /// The person gives it up.
    StepDown(Option<Pillar>),
}

/// A person as typed, such as `@ann`; who that is, the engine finds in its roster.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mention(pub String);

/// Whether somebody made sure that they want what cannot be undone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Confirmation {
    /// Not yet: say what would happen and how to confirm it, and do nothing.
    Missing,
    /// In the very words that confirm it.
    Given,
}

/// A change of the team's schedule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ScheduleWish {
    /// No round opens by itself.
    Off,
    /// A named rhythm or a cron expression, not read yet.
    Words(String),
}

/// What somebody wants of a team.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TeamWord {
    /// Its settings; the team of the conversation without a name.
    Show(Option<String>),
    /// All teams the person may know of.
    List,
    /// Change one setting.
    Set(Setting),
    /// Make somebody a lead.
    AddLead(Mention),
    /// Let somebody be a lead no longer.
    RemoveLead(Mention),
}

/// One setting of a team with its new value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Setting {
    /// What people call the team, 1 to 60 characters.
    Name(String),
    /// The time zone of its schedule.
    Zone(Tz),
    /// The fewest people whose answers are shown together, 2 to 50.
    Minimum(u8),
    /// Local hours in which nobody is written to, from and to; none at all when absent.
    Quiet(Option<(NaiveTime, NaiveTime)>),
    /// Whether figures are shown before the round closes.
    Early(bool),
    /// Whether a team of one or two sees its own answers.
    Small(bool),
    /// How answers are joined to people.
    Mode(Mode),
    /// When rounds open.
    Schedule(ScheduleWish),
}

impl Command {
    /// The verb it was said with.
    #[must_use]
    pub fn verb(&self) -> Verb {
        match self {
            Self::Help(_) => Verb::Help,
            Self::Setup(_) => Verb::Setup,
            Self::Start(_) => Verb::Start,
            Self::Close(_) => Verb::Close,
            Self::Extend(_) => Verb::Extend,
            Self::Cancel(_) => Verb::Cancel,
            Self::Answer(_) => Verb::Answer,
            Self::Nudge => Verb::Nudge,
            Self::Report { .. } => Verb::Report,
            Self::Publish => Verb::Publish,
            Self::Why(_) => Verb::Why,
            Self::Trend => Verb::Trend,
            Self::Actions => Verb::Actions,
            Self::Action(..) => Verb::Action,
            Self::Who(_) => Verb::Who,
            Self::Champion(_) => Verb::Champion,
            Self::Target(..) | Self::Targets => Verb::Target,
            Self::Status => Verb::Status,
            Self::Snooze(_) => Verb::Snooze,
            Self::Away(_) => Verb::Away,
            Self::Stop => Verb::Stop,
            Self::Resume => Verb::Resume,
            Self::Me => Verb::Me,
            Self::Forget(_) => Verb::Forget,
            Self::Mode(_) => Verb::Mode,
            Self::Schedule(_) | Self::ChooseSchedule => Verb::Schedule,
            Self::Team(_) => Verb::Team,
        }
    }

    /// Whether it asks only to be shown something, where its verb can also change it.
    #[must_use]
    pub fn only_shows(&self) -> bool {
        matches!(
            self,
            Self::Mode(None)
                | Self::Schedule(None)
                | Self::Team(TeamWord::Show(_) | TeamWord::List)
        )
    }
}
