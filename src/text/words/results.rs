//! Words about results: report, closing summary, digest, trend, actions, explanations.

use serde::Serialize;

use super::declare::words;
use super::when::{When, sample_when};

/// One pillar in a report.
#[derive(Clone, Debug, Serialize)]
pub struct PillarLine {
    /// What people call the pillar.
    pub title: String,
    /// 0 to 5, or `None` where there are not enough answers.
    pub score: Option<f64>,
    /// The whole level of the score.
    pub level: Option<u8>,
    /// The target level.
    pub target: u8,
    /// Change since the round before, where both can be compared.
    pub change: Option<f64>,
    /// `up`, `down` or `flat`.
    pub direction: Option<&'static str>,
    /// Change per round over the series, from four rounds on.
    pub slope: Option<f64>,
    /// `high`, `medium` or `low`.
    pub confidence: &'static str,
    /// People with a counted answer.
    pub respondents: usize,
    /// Accepted champions.
    pub champions: Vec<String>,
}

/// One readiness dimension in a report.
#[derive(Clone, Debug, Serialize)]
pub struct DimensionLine {
    /// `personal`, `organizational`, `application` or `technology`.
    pub name: &'static str,
    /// 0 to 5, or `None` where there are not enough answers.
    pub score: Option<f64>,
}

/// Something that stands out.
#[derive(Clone, Debug, Serialize)]
pub struct FindingLine {
    /// `nobody-knows` or `disagreement`.
    pub kind: &'static str,
    /// The pillar's title or the question's words.
    pub on: String,
    /// The question's id, where there is one.
    pub id: Option<String>,
}

/// One next action.
#[derive(Clone, Debug, Serialize)]
pub struct ActionLine {
    /// The number by which the team knows it, until the next summary; 0 where none is shown.
    pub number: usize,
    /// Its id, for `action done ID`.
    pub id: String,
    /// What to do.
    pub title: String,
    /// How to begin.
    pub first_step: String,
    /// `S`, `M` or `L`.
    pub effort: &'static str,
    /// The title of its pillar.
    pub pillar: String,
    /// Who took it, else the pillar's first champion.
    pub owner: Option<String>,
    /// Whether somebody took it.
    pub taken: bool,
}

/// What became of an action that was done.
#[derive(Clone, Debug, Serialize)]
pub struct OutcomeLine {
    /// What was done.
    pub title: String,
    /// The title of its pillar.
    pub pillar: String,
    /// `up`, `down`, `flat`, or `None` while it cannot be told.
    pub direction: Option<&'static str>,
    /// The change of the pillar's score since.
    pub change: Option<f64>,
}

fn sample_pillars() -> Vec<PillarLine> {
    let line = |title: &str, score: Option<f64>, change: Option<f64>| PillarLine {
        title: title.to_owned(),
        score,
        level: score.map(crate::domain::level::level_of),
        target: 4,
        change,
        direction: change.map(|change| if change > 0.0 { "up" } else { "flat" }),
        slope: change,
        confidence: "high",
        respondents: 4,
        champions: vec!["Kim".to_owned()],
    };
    vec![line("Skills", Some(2.2), Some(0.4)), line("Structure", None, None)]
}

fn sample_findings() -> Vec<FindingLine> {
    vec![
        FindingLine { kind: "nobody-knows", on: "Tooling".to_owned(), id: None },
        FindingLine {
            kind: "disagreement",
            on: "Who may change production?".to_owned(),
            id: Some("tooling.access-rights".to_owned()),
        },
    ]
}

fn sample_actions() -> Vec<ActionLine> {
    vec![ActionLine {
        number: 1,
        id: "skills.foundations.shared-lab".to_owned(),
        title: "Set up a small practice cluster that anyone may break".to_owned(),
        first_step: "Start a one-node cluster on a spare machine.".to_owned(),
        effort: "M",
        pillar: "Skills".to_owned(),
        owner: Some("Kim".to_owned()),
        taken: false,
    }]
}

fn sample_outcomes() -> Vec<OutcomeLine> {
    vec![OutcomeLine {
        title: "Write down which skills are needed".to_owned(),
        pillar: "Skills".to_owned(),
        direction: Some("up"),
        change: Some(0.4),
    }]
}

/// How one question came to its score, for `why`.
#[derive(Clone, Debug, Serialize)]
pub struct QuestionLine {
    /// The question's id.
    pub id: String,
    /// The question's words.
    pub text: String,
    /// The question's weight.
    pub weight: u32,
    /// Its score, where it counts.
    pub score: Option<f64>,
    /// People with a score.
    pub respondents: usize,
    /// People who don't know.
    pub dont_know: usize,
    /// `high`, `mixed` or `low`, where it is known.
    pub agreement: Option<&'static str>,
}

/// One topic of a pillar, for `why`.
#[derive(Clone, Debug, Serialize)]
pub struct TopicLine {
    /// The topic's title.
    pub title: String,
    /// Its score, where a question counts.
    pub score: Option<f64>,
}

fn sample_question_line() -> QuestionLine {
    QuestionLine {
        id: "skills.kubernetes".to_owned(),
        text: "What is the hardest Kubernetes task you have done?".to_owned(),
        weight: 3,
        score: Some(2.0),
        respondents: 4,
        dont_know: 0,
        agreement: Some("low"),
    }
}

/// How many people gave each answer to a question.
#[derive(Clone, Debug, Serialize)]
pub struct TallyQuestion {
    /// The question.
    pub text: String,
    /// Each answer that was given, and by how many.
    pub lines: Vec<(String, usize)>,
}

words! {
    /// A report: everything about the latest round.
    Report = "results/report" {
        team: String = "Payments".to_owned(),
        title: String = "Eight questions".to_owned(),
        at: When = sample_when(),
        open: bool = false,
        participants: Option<usize> = Some(4),
        members: usize = 5,
        min_group: u32 = 3,
        confidence: &'static str = "high",
        level: Option<u8> = Some(2),
        score: Option<f64> = Some(2.2),
        complete: bool = false,
        limit: Option<String> = Some("Skills".to_owned()),
        pillars: Vec<PillarLine> = sample_pillars(),
        dimensions: Vec<DimensionLine> = vec![
            DimensionLine { name: "personal", score: Some(2.2) },
            DimensionLine { name: "technology", score: None },
        ],
        rounds: usize = 4,
        findings: Vec<FindingLine> = sample_findings(),
        actions: Vec<ActionLine> = sample_actions(),
        outcomes: Vec<OutcomeLine> = sample_outcomes(),
        remarks: Vec<String> = vec!["The runbook helped.".to_owned()],
        texts: Vec<TextLines> = vec![],
        reworded: bool = false,
        newer: Option<When> = None,
    }
    /// The summary posted in the team's place when a round closes or a lead publishes.
    Summary = "results/summary" {
        team: String = "Payments".to_owned(),
        title: String = "Eight questions".to_owned(),
        at: When = sample_when(),
        participants: Option<usize> = Some(4),
        members: usize = 5,
        min_group: u32 = 3,
        level: Option<u8> = Some(2),
        score: Option<f64> = Some(2.2),
        complete: bool = true,
        limit: Option<String> = Some("Skills".to_owned()),
        pillars: Vec<PillarLine> = sample_pillars(),
        findings: Vec<FindingLine> = sample_findings(),
        actions: Vec<ActionLine> = sample_actions(),
        outcomes: Vec<OutcomeLine> = sample_outcomes(),
        newer: Option<When> = None,
    }
    /// How a round that was answered openly came out.
    Tally = "results/tally" {
        team: String = "Payments".to_owned(),
        questions: Vec<TallyQuestion> = vec![TallyQuestion {
            text: "Who is called when a service breaks at night?".to_owned(),
            lines: vec![("2, somebody".to_owned(), 3)],
        }],
    }
    /// The weekly digest.
    Digest = "results/digest" {
        team: String = "Payments".to_owned(),
        at: Option<When> = Some(sample_when()),
        level: Option<u8> = Some(2),
        limit: Option<String> = Some("Skills".to_owned()),
        pillars: Vec<PillarLine> = sample_pillars(),
        known: bool = false,
        actions: Vec<ActionLine> = sample_actions(),
        outcomes: Vec<OutcomeLine> = sample_outcomes(),
        newer: Option<When> = None,
        closes: Option<When> = Some(sample_when()),
        participants: Option<usize> = Some(4),
        members: usize = 5,
        min_group: u32 = 3,
        next: Option<When> = Some(sample_when()),
    }
    /// How the pillars moved over the rounds.
    Trend = "results/trend" {
        team: String = "Payments".to_owned(),
        title: String = "Eight questions".to_owned(),
        rounds: usize = 4,
        summary: bool = false,
        pillars: Vec<PillarLine> = sample_pillars(),
        actions: Vec<ActionLine> = sample_actions(),
        newer: Option<When> = None,
    }
    /// There is no closed round yet.
    NoResults = "results/none" {
        team: String = "Payments".to_owned(),
        open: bool = true,
    }
    /// How a pillar came to its score.
    WhyPillar = "results/why-pillar" {
        pillar: String = "Skills".to_owned(),
        score: Option<f64> = Some(2.2),
        level: Option<u8> = Some(2),
        weights: u32 = 5,
        min_group: u32 = 3,
        topics: Vec<TopicLine> =
            vec![TopicLine { title: "Container knowledge".to_owned(), score: Some(2.2) }],
        questions: Vec<QuestionLine> = vec![sample_question_line()],
        unasked: usize = 3,
        dont_know: Option<f64> = Some(0.125),
        version: String = "3f2a".to_owned(),
    }
    /// How a question came to its score.
    WhyQuestion = "results/why-question" {
        question: QuestionLine = sample_question_line(),
        topic: String = "Container knowledge".to_owned(),
        why: String = "Kubernetes shows its parts.".to_owned(),
        min_group: u32 = 3,
    }
    /// How the overall level came about.
    WhyOverall = "results/why-overall" {
        level: Option<u8> = Some(2),
        score: Option<f64> = Some(3.1),
        limit: Option<String> = Some("Skills".to_owned()),
        complete: bool = false,
        pillars: Vec<PillarLine> = sample_pillars(),
        min_group: u32 = 3,
    }
    /// There is no such pillar or question.
    NoSuchSubject = "results/no-such-subject" {
        heard: String = "toling".to_owned(),
    }
    /// The next actions.
    Actions = "results/actions" {
        team: String = "Payments".to_owned(),
        actions: Vec<ActionLine> = sample_actions(),
        outcomes: Vec<OutcomeLine> = sample_outcomes(),
    }
    /// An action's state changed.
    ActionChanged = "results/action-changed" {
        verb: &'static str = "done",
        title: String = "Write down which skills are needed".to_owned(),
        by: String = "Kim".to_owned(),
    }
    /// There is no such action.
    NoSuchAction = "results/no-such-action" {
        heard: String = "4".to_owned(),
        was: Option<String> = Some("Write down which skills are needed".to_owned()),
        actions: Vec<ActionLine> = sample_actions(),
    }
    /// The summary was posted.
    Published = "results/published" {
        team: String = "Payments".to_owned(),
    }
    /// What the profile picture shows, for those who cannot see it.
    ProfileAlt = "results/profile-alt" {
        team: String = "Payments".to_owned(),
        pillars: Vec<PillarLine> = sample_pillars(),
    }
    /// What the trend picture shows, for those who cannot see it.
    TrendAlt = "results/trend-alt" {
        team: String = "Payments".to_owned(),
        pillars: Vec<PillarLine> = sample_pillars(),
    }
    /// A label of a chart.
    ChartLabel = "results/chart-label" {
        label: &'static str = "score",
        team: String = "Payments".to_owned(),
        at: Option<When> = Some(sample_when()),
    }
}

/// Unattributed texts to one question.
#[derive(Clone, Debug, Serialize)]
pub struct TextLines {
    /// The question's words.
    pub question: String,
    /// What people wrote, in no order that betrays them.
    pub texts: Vec<String>,
}
