//! The one place of this adapter that waits for time to pass.

use std::time::Duration;

/// The longest wait between two tries, in seconds.
const LONGEST: u64 = 10;

/// Waits, up to a tenth longer than asked, so that several bots do not come back at once. Whoever
/// calls it also listens for the signal to stop, or is a task that may be dropped.
#[expect(clippy::disallowed_methods, reason = "pauses that a homeserver asks for, and tries")]
pub async fn nap(seconds: u64) {
    let more = crate::random::below(seconds.saturating_mul(100));
    let span = Duration::from_secs(seconds) + Duration::from_millis(more);
    tokio::time::sleep(span).await;
}

/// How many seconds to wait before the next try, after `failed` of them: twice as long each time,
/// at most ten seconds.
#[must_use]
pub fn backoff(failed: u32) -> u64 {
    (1 << failed.min(4)).min(LONGEST)
}
