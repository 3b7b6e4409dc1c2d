//! The one place of this adapter that waits for time to pass.

use std::time::Duration;

/// The longest wait between two tries, in seconds.
const LONGEST: u64 = 60;

/// Waits. Whoever calls it also listens for the signal to stop, or is a task that may be dropped.
#[expect(clippy::disallowed_methods, reason = "pauses that a homeserver asks for, and tries")]
pub async fn nap(seconds: u64) {
    tokio::time::sleep(Duration::from_secs(seconds)).await;
}

/// How many seconds to wait before the next try, after `failed` of them: twice as long each time,
/// at most a minute.
#[must_use]
pub fn backoff(failed: u32) -> u64 {
    (1 << failed.min(6)).min(LONGEST)
}
