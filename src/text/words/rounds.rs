//! Words about the life of a round.

use super::declare::words;
use super::when::{When, sample_when};

words! {
    /// The post that opens a round in the team's place.
    Opened = "rounds/opened" {
        team: String = "Payments".to_owned(),
        title: String = "Eight questions, about two minutes".to_owned(),
        total: usize = 8,
        closes: When = sample_when(),
        mode: &'static str = "pseudonymous",
        min_group: u32 = 3,
        small: bool = false,
        early: bool = false,
        leads: Vec<String> = vec!["Kim".to_owned()],
        pulse: bool = false,
    }
    /// The reply to whoever started a round.
    Started = "rounds/started" {
        team: String = "Payments".to_owned(),
        members: usize = 5,
        min_group: u32 = 3,
        closes: When = sample_when(),
        deferred: bool = true,
    }
    /// The round waits for a fresh list of members.
    Planned = "rounds/planned" {
        team: String = "Payments".to_owned(),
    }
    /// A round is planned or open already.
    AlreadyOpen = "rounds/already-open" {
        team: String = "Payments".to_owned(),
        closes: When = sample_when(),
    }
    /// The round closes later already than it was to be extended to.
    ClosesLater = "rounds/closes-later" {
        team: String = "Payments".to_owned(),
        closes: When = sample_when(),
    }
    /// No round is open.
    NoneOpen = "rounds/none-open" {
        team: String = "Payments".to_owned(),
    }
    /// There is no such preset.
    NoSuchPreset = "rounds/no-such-preset" {
        heard: String = "quik".to_owned(),
        presets: Vec<String> = vec!["quick".to_owned(), "full".to_owned()],
    }
    /// There is nobody to ask.
    NobodyToAsk = "rounds/nobody-to-ask" {
        team: String = "Payments".to_owned(),
    }
    /// The round was extended; posted in the place and said to the lead.
    Extended = "rounds/extended" {
        team: String = "Payments".to_owned(),
        closes: When = sample_when(),
    }
    /// What closing or cancelling a round would do, said to whoever may have meant something else.
    EndAsk = "rounds/end-ask" {
        team: String = "Payments".to_owned(),
        cancel: bool = true,
        answered: Option<usize> = Some(5),
    }
    /// The round was cancelled; posted in the place and said to the lead.
    Cancelled = "rounds/cancelled" {
        team: String = "Payments".to_owned(),
    }
    /// Stands where the round's posts were, once it is over; in full only in the newest of them.
    RoundOver = "rounds/over" {
        team: String = "Payments".to_owned(),
        cancelled: bool = false,
        newest: bool = true,
    }
    /// The reply to whoever closed a round.
    Closed = "rounds/closed" {
        team: String = "Payments".to_owned(),
    }
    /// A reminder, in private.
    Nudge = "rounds/nudge" {
        team: String = "Payments".to_owned(),
        closes: When = sample_when(),
        last: bool = true,
    }
    /// The reply to a lead who asked for a reminder.
    Nudged = "rounds/nudged" {
        sent: bool = true,
        next: Option<When> = None,
    }
    /// This week's questions of a pulse round, in private.
    PulseAsk = "rounds/pulse-ask" {
        team: String = "Payments".to_owned(),
        count: usize = 2,
    }
    /// Where a round stands.
    Status = "rounds/status" {
        team: String = "Payments".to_owned(),
        paused: Option<String> = None,
        title: Option<String> = Some("Eight questions".to_owned()),
        planned: bool = false,
        closes: Option<When> = Some(sample_when()),
        counts: bool = true,
        members: usize = 5,
        answered: Option<usize> = Some(4),
        min_group: u32 = 3,
        mine: Option<(usize, usize)> = Some((3, 8)),
        coming: Vec<Coming> = vec![Coming {
            what: "digest",
            preset: None,
            times: None,
            at: sample_when(),
        }],
        skipped: Vec<When> = vec![],
        others: Vec<String> = vec!["Platform".to_owned()],
        manages: bool = true,
    }
}

/// Something that will happen to a team.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Coming {
    /// `round`, `close`, `digest`, `trend`, `nudge` or `terms`.
    pub what: &'static str,
    /// The preset, for a round.
    pub preset: Option<String>,
    /// The times of its schedule in words, for a round.
    pub times: Option<String>,
    /// When.
    pub at: When,
}
