//! Order: what one person does is handled in the order it arrived, on whichever socket it came.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use tokio::sync::oneshot;

/// Queues, one per name.
#[derive(Debug, Default)]
pub struct Turns(Mutex<HashMap<String, oneshot::Receiver<()>>>);

/// A place in a queue; giving it up lets the next one go.
#[derive(Debug)]
pub struct Turn {
    before: Option<oneshot::Receiver<()>>,
    _done: oneshot::Sender<()>,
}

impl Turns {
    /// Takes the last place in the queue of this name.
    pub fn queue(&self, name: &str) -> Turn {
        let (done, next) = oneshot::channel();
        let mut last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // Whoever has no one behind them any more is forgotten, so that the map stays small.
        if last.len() > 1024 {
            last.retain(|_, waiting| {
                matches!(waiting.try_recv(), Err(oneshot::error::TryRecvError::Empty))
            });
        }
        Turn { before: last.insert(name.to_owned(), next), _done: done }
    }
}

impl Turn {
    /// Waits until all before are done.
    pub async fn come(&mut self) {
        if let Some(before) = self.before.take() {
            // It ends with an error when the one before is dropped, which is how it is done.
            let _ = before.await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn each_waits_for_the_one_before_and_for_nobody_else() {
        let turns = Turns::default();
        let (mut first, mut second, mut other) =
            (turns.queue("ann"), turns.queue("ann"), turns.queue("ben"));
        first.come().await;
        other.come().await;
        let waiting = tokio::spawn(async move { second.come().await });
        tokio::task::yield_now().await;
        assert!(!waiting.is_finished());
        drop(first);
        waiting.await.unwrap();
    }
}
