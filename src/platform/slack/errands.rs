//! What is under way, so that a stop can wait for it.

use tokio::sync::watch;

/// Counts what is under way.
#[derive(Clone, Debug)]
pub struct Errands(watch::Sender<usize>);

/// Something under way, until it is dropped.
#[derive(Debug)]
pub struct Errand(watch::Sender<usize>);

impl Default for Errands {
    fn default() -> Self {
        Self(watch::Sender::new(0))
    }
}

impl Errands {
    /// Something begins.
    #[must_use]
    pub fn begin(&self) -> Errand {
        self.0.send_modify(|count| *count += 1);
        Errand(self.0.clone())
    }

    /// Waits until nothing is under way.
    pub async fn done(&self) {
        // The sender is `self`, so this ends only by the count.
        let _ = self.0.subscribe().wait_for(|count| *count == 0).await;
    }
}

impl Drop for Errand {
    fn drop(&mut self) {
        self.0.send_modify(|count| *count -= 1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_wait_ends_with_the_last() {
        let errands = Errands::default();
        errands.done().await;
        let (one, two) = (errands.begin(), errands.begin());
        let waiting = tokio::spawn({
            let errands = errands.clone();
            async move { errands.done().await }
        });
        drop(one);
        tokio::task::yield_now().await;
        assert!(!waiting.is_finished());
        drop(two);
        waiting.await.unwrap();
    }
}
