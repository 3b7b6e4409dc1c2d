//! Words about champions.

use serde::Serialize;

use super::declare::words;
use super::when::{When, sample_when};

/// A pillar and who stands for it.
#[derive(Clone, Debug, Serialize)]
pub struct ChampionLine {
    /// The pillar's title.
    pub pillar: String,
    /// The pillar's name in commands.
    pub name: String,
    /// Accepted champions, first accepted first.
    pub champions: Vec<String>,
}

words! {
    /// A person is asked in private whether they would be a champion.
    ChampionAsk = "champions/ask" {
        team: String = "Payments".to_owned(),
        pillar: String = "Tooling".to_owned(),
        name: String = "tooling".to_owned(),
    }
    /// A person became a champion; said to them.
    ChampionAccepted = "champions/accepted" {
        pillar: String = "Tooling".to_owned(),
        ends: When = sample_when(),
        pillars: usize = 1,
    }
    /// A person declined; said to them alone.
    ChampionDeclined = "champions/declined" {
        pillar: String = "Tooling".to_owned(),
    }
    /// A nomination was counted.
    ChampionNominated = "champions/nominated" {
        person: String = "Kim".to_owned(),
        pillar: String = "Tooling".to_owned(),
    }
    /// A person stepped down; said to them.
    ChampionSteppedDown = "champions/stepped-down" {
        pillar: String = "Tooling".to_owned(),
    }
    /// A lead learns that a champion is gone.
    ChampionGone = "champions/gone" {
        team: String = "Payments".to_owned(),
        person: String = "Kim".to_owned(),
        pillar: String = "Tooling".to_owned(),
        left: bool = true,
        next: Option<String> = None,
    }
    /// A lead learns of a new champion.
    ChampionNew = "champions/new" {
        team: String = "Payments".to_owned(),
        person: String = "Kim".to_owned(),
        pillar: String = "Tooling".to_owned(),
        pillars: usize = 2,
    }
    /// A lead learns that somebody carries as much as one person should.
    ChampionLoad = "champions/load" {
        team: String = "Payments".to_owned(),
        person: String = "Kim".to_owned(),
    }
    /// A champion stands first for a pillar now.
    ChampionHandOver = "champions/hand-over" {
        team: String = "Payments".to_owned(),
        pillar: String = "Tooling".to_owned(),
    }
    /// A champion's term ends soon.
    ChampionTerm = "champions/term" {
        team: String = "Payments".to_owned(),
        pillar: String = "Tooling".to_owned(),
        name: String = "tooling".to_owned(),
        ends: When = sample_when(),
        ended: bool = false,
    }
    /// What was asked cannot be done.
    ChampionRefused = "champions/refused" {
        reason: &'static str = "self-nomination",
        pillar: String = "Tooling".to_owned(),
    }
    /// Who stands for what.
    Who = "champions/who" {
        team: String = "Payments".to_owned(),
        pillars: Vec<ChampionLine> = vec![ChampionLine {
            pillar: "Tooling".to_owned(),
            name: "tooling".to_owned(),
            champions: vec!["Kim".to_owned()],
        }],
        leads: Vec<String> = vec!["Robin".to_owned()],
    }
}
