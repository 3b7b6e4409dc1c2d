//! The shape of what `score` reads.

use std::fmt;
use std::marker::PhantomData;

use anyhow::anyhow;
use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, Visitor};

/// The whole input.
pub(super) enum Input {
    One(Box<Team>),
    Many(Vec<Team>),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Teams {
    teams: Vec<Team>,
}

/// A team, its settings and its rounds, oldest first.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Team {
    #[serde(rename = "team")]
    pub name: String,
    pub min_respondents: Option<usize>,
    #[serde(default)]
    pub small_team_opt_in: bool,
    #[serde(default)]
    pub targets: Pairs<u8>,
    #[serde(default)]
    pub champions: Vec<Champion>,
    #[serde(default)]
    pub done: Vec<String>,
    #[serde(default)]
    pub dismissed: Vec<String>,
    pub rounds: Vec<Round>,
}

/// A champion or candidate, in order of acceptance. Only the status `accepted` makes an owner.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Champion {
    pub pillar: crate::domain::level::Pillar,
    pub person: String,
    pub status: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Round {
    pub id: String,
    pub preset: String,
    pub state: State,
    pub members: usize,
    #[serde(default)]
    pub steps: Vec<Step>,
}

#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum State {
    Open,
    Closed,
}

/// One thing that happened in a round. Where a step holds several, they happened in this order.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Step {
    /// Question, then person, then value.
    #[serde(default)]
    pub answers: Pairs<Pairs<serde_json::Value>>,
    #[serde(default)]
    pub withdraw: Vec<String>,
    #[serde(default)]
    pub report: bool,
}

/// A JSON object as it stands in the file, so that places in it can be counted.
pub(super) struct Pairs<T>(pub Vec<(String, T)>);

impl<T> Default for Pairs<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Pairs<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(PairsVisitor(PhantomData))
    }
}

struct PairsVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for PairsVisitor<T> {
    type Value = Pairs<T>;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut pairs = Vec::new();
        while let Some(pair) = map.next_entry()? {
            pairs.push(pair);
        }
        Ok(Pairs(pairs))
    }
}

impl Input {
    /// Reads one team, or several under `teams`.
    pub(super) fn parse(text: &str) -> anyhow::Result<Self> {
        let mend = |error: serde_json::Error| anyhow!("{error}; mend the file there");
        // Which of the two it is must be known before it is read: an untagged choice would lose
        // the line of the fault.
        let keys: Pairs<serde::de::IgnoredAny> = serde_json::from_str(text).map_err(mend)?;
        if keys.0.iter().any(|(key, _)| key == "teams") {
            let teams: Teams = serde_json::from_str(text).map_err(mend)?;
            Ok(Self::Many(teams.teams))
        } else {
            Ok(Self::One(Box::new(serde_json::from_str(text).map_err(mend)?)))
        }
    }
}
