//! Waiting for the clock.

use std::time::Duration;

use crate::clock::Instant;

/// The longest the bot sleeps, so that a moved clock is noticed soon.
const LONGEST: Duration = Duration::from_secs(30);
/// The shortest, for timers that end a little early.
const SHORTEST: Duration = Duration::from_millis(1);

/// Sleeps until a moment, or a while where there is none; at the longest half a minute.
#[expect(clippy::disallowed_methods, reason = "the one place that waits for the clock")]
pub(super) async fn nap(now: Instant, until: Option<Instant>) {
    let span = until.map_or(LONGEST, |until| (until - now).to_std().unwrap_or_default());
    tokio::time::sleep(span.clamp(SHORTEST, LONGEST)).await;
}
