//! The one place of this adapter that waits for time to pass.

use std::time::Duration;

/// Waits. Whoever calls it also listens for the signal to stop, or is a task that may be dropped.
#[expect(clippy::disallowed_methods, reason = "pauses that Slack asks for, and pings")]
pub async fn pause(span: Duration) {
    tokio::time::sleep(span).await;
}

/// How long to wait before the next try, after `failed` of them: longer each time, at most a
/// minute, and never twice the same, so that bots do not come back all at once.
#[must_use]
pub fn backoff(failed: u32) -> Duration {
    let longest = 1000_u64 << failed.clamp(1, 6).saturating_sub(1);
    Duration::from_millis(longest / 2 + crate::random::below(longest.min(60_000) / 2 + 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_and_differ() {
        let between = |failed, least, most| {
            let wait = backoff(failed).as_millis();
            assert!((least..=most).contains(&wait), "{failed}: {wait}");
        };
        between(0, 500, 1000);
        between(1, 500, 1000);
        between(3, 2000, 4000);
        between(60, 16_000, 46_000);
        let waits: std::collections::BTreeSet<_> = (0..20).map(|_| backoff(5)).collect();
        assert!(waits.len() > 1);
    }
}
