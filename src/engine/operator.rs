//! What an operator reads from stored results, outside of any chat.

use super::decision::Decided;
use super::pipeline::Engine;
use super::results;
use crate::domain::message::{Message, PictureKind};
use crate::domain::team::Team;
use crate::report;

impl Engine {
    /// A team's last closed round as its leads read it: the report with its profile, or the trend.
    /// `None` before the first closed round. Whoever runs the bot holds its data, so this tells
    /// them nothing more; open rounds are left out all the same.
    ///
    /// # Errors
    ///
    /// A store that failed.
    pub fn report_for_operator(&self, team: &Team, which: PictureKind) -> Decided<Option<Message>> {
        let desk = self.desk();
        let Some(numbers) = report::of_last_closed(&desk.tx, team)? else { return Ok(None) };
        let message = match which {
            PictureKind::Profile => results::full(&desk, team, &numbers)?,
            PictureKind::Trend => results::trend_of(&desk, team, &numbers, false)?,
        };
        Ok(Some(message))
    }
}
