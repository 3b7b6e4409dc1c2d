//! What commands that read a data folder have in common.

use std::path::Path;

use anyhow::{Context, bail};
use chrono_tz::Tz;

use crate::clock::Instant;
use crate::domain::team::Team;
use crate::store::copy::{self, Copied};
use crate::store::marker::StoreKind;
use crate::store::tx::Tx;

/// Everything in a data folder that must have a store; the folder is not touched.
///
/// # Errors
///
/// A folder without a store, or one that cannot be read.
pub(super) fn open(data: &Path) -> anyhow::Result<(StoreKind, Copied)> {
    let none = || format!("there is no store in {}; check the name of the folder", data.display());
    copy::read(data)?.with_context(none)
}

/// The team of this name or config id; without a name, the only one.
///
/// # Errors
///
/// No such team, or several to choose from.
pub(super) fn team(tx: &Tx<'_>, name: Option<&str>) -> anyhow::Result<Team> {
    let mut teams = tx.teams()?;
    let known: Vec<String> = teams.iter().map(|team| format!("`{}`", team.name)).collect();
    if let Some(name) = name {
        let is_meant = |team: &Team| {
            team.name.eq_ignore_ascii_case(name) || team.config_id.as_deref() == Some(name)
        };
        teams.retain(is_meant);
    }
    match (teams.len(), known.as_slice()) {
        (1, _) => Ok(teams.remove(0)),
        (_, []) => bail!("there is no team yet; it comes with the first start of the bot"),
        (0, _) => bail!("there is no such team; name one of {}", known.join(", ")),
        _ => bail!("there are several teams; say `--team` with one of {}", known.join(", ")),
    }
}

/// A moment as a clock in `zone` shows it.
pub(super) fn moment(at: Instant, zone: Tz) -> String {
    at.with_timezone(&zone).format("%a %-d %b %H:%M %Z").to_string()
}
