//! The way to one platform: what is due goes out, at the pace the platform takes it.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use chrono::TimeDelta;
use futures_util::stream::{FuturesUnordered, StreamExt};
use tokio::sync::watch;

use super::gate::Gate;
use super::nap::nap;
use crate::clock::Instant;
use crate::domain::outgoing::is_look_up;
use crate::engine::decision::Decided;
use crate::engine::{DeliveryOutcome, Engine, Turn, Warden, pause};
use crate::platform::{Pace, Platform, PostError, Stop};

/// How many messages' time those to many destinations are spread over, and the most of it.
const SPREAD: i32 = 60;
const LONGEST_SPREAD: TimeDelta = TimeDelta::minutes(1);

/// The way to one platform.
pub(super) struct Line {
    engine: Arc<Engine>,
    platform: Arc<dyn Platform>,
    state: Mutex<State>,
    /// Told when a destination is free again.
    freed: watch::Sender<()>,
}

struct State {
    gate: Gate,
    /// The lanes in which a delivery is under way, so that no row is taken twice.
    busy: BTreeSet<String>,
    /// Once the platform refused the bot, it is left alone until the bot is started again, and
    /// loses nothing.
    refused: bool,
}

/// What can be done next.
enum Next {
    /// Deliver this; its lane is taken.
    Go(Turn),
    /// Nothing before then.
    At(Instant),
    /// Nothing before something is put in, or a delivery ends.
    Nothing,
}

impl Line {
    /// A line from an engine to a platform.
    pub fn new(engine: Arc<Engine>, platform: Arc<dyn Platform>) -> Self {
        let pace = platform.pace();
        engine.spread(platform.name(), window(pace));
        let gate = Gate::new(pace, engine.now());
        let state = Mutex::new(State { gate, busy: BTreeSet::new(), refused: false });
        Self { engine, platform, state, freed: watch::Sender::new(()) }
    }

    /// The platform's name.
    pub fn name(&self) -> &str {
        self.platform.name()
    }

    /// When the next message may go out; `None` while none waits.
    pub fn next_at(&self) -> Decided<Option<Instant>> {
        let mut state = self.state();
        Ok(self.first(&mut state)?.map(|(at, _)| at))
    }

    /// Delivers whatever may go out now, several destinations side by side, until nothing may and
    /// nothing is under way; gives whether anything was delivered.
    pub async fn settle(&self) -> Decided<bool> {
        let (mut freed, mut under_way) = (self.freed.subscribe(), FuturesUnordered::new());
        let mut delivered = false;
        loop {
            if let Next::Go(turn) = self.next()? {
                under_way.push(self.deliver(turn));
            } else if let Some(outcome) = under_way.next().await {
                delivered |= outcome?;
            } else if self.is_idle() {
                return Ok(delivered);
            } else {
                // Somebody else delivers, and says when that is done.
                let _ = freed.changed().await;
            }
        }
    }

    /// Delivers whenever something may go out, until `stop` turns true; what is under way then is
    /// brought to its end.
    pub async fn serve(&self, mut stop: Stop) -> Decided<()> {
        let (mut freed, mut changes) = (self.freed.subscribe(), self.engine.deliveries());
        let mut under_way = FuturesUnordered::new();
        while !*stop.borrow() {
            let next = match self.next()? {
                Next::Go(turn) => {
                    under_way.push(self.deliver(turn));
                    continue;
                }
                Next::At(at) => Some(at),
                Next::Nothing => None,
            };
            tokio::select! {
                Some(outcome) = under_way.next() => drop(outcome?),
                _ = changes.changed() => {}
                _ = freed.changed() => {}
                () = nap(self.engine.now(), next) => {}
                _ = stop.wait_for(|stop| *stop) => {}
            }
        }
        while let Some(outcome) = under_way.next().await {
            outcome?;
        }
        Ok(())
    }

    /// Takes the lane of what can go out now.
    fn next(&self) -> Decided<Next> {
        let mut state = self.state();
        if state.busy.len() >= state.gate.lanes() {
            return Ok(Next::Nothing);
        }
        let now = self.engine.now();
        Ok(match self.first(&mut state)? {
            Some((at, turn)) if at <= now => {
                if !is_look_up(&turn.lane) {
                    state.gate.pass(now);
                }
                state.busy.insert(turn.lane.clone());
                Next::Go(turn)
            }
            Some((at, _)) => Next::At(at),
            None => Next::Nothing,
        })
    }

    /// What goes out first of what is not under way, and when.
    fn first(&self, state: &mut State) -> Decided<Option<(Instant, Turn)>> {
        if state.refused {
            return Ok(None);
        }
        state.gate.look_at_the_clock(self.engine.now());
        let (gate, busy) = (&state.gate, &state.busy);
        let opens = |turn: &Turn| match is_look_up(&turn.lane) {
            _ if busy.contains(&turn.lane) => None,
            true => Some(gate.look_ups_open()),
            false => Some(gate.lane_opens(&turn.lane).max(gate.opens())),
        };
        self.engine.first_turn(self.platform.name(), opens)
    }

    /// Delivers to a lane that was taken, and leaves it; gives whether there was something to do.
    async fn deliver(&self, turn: Turn) -> Decided<bool> {
        let taken = Taken { line: self, lane: turn.lane };
        let platform = self.platform.as_ref();
        let outcome = self.engine.deliver_under(platform, &turn.key, self).await?;
        let now = self.engine.now();
        match outcome {
            _ if is_look_up(&taken.lane) => {}
            None | Some(DeliveryOutcome::Withheld) => self.state().gate.take_back(),
            Some(_) => self.state().gate.passed(&taken.lane, now),
        }
        Ok(outcome.is_some())
    }

    fn is_idle(&self) -> bool {
        self.state().busy.is_empty()
    }

    /// Every change to the state is whole, so a poisoned lock is no danger.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Warden for Line {
    fn lets_pass(&self) -> bool {
        let state = self.state();
        !state.refused && !state.gate.is_paused(self.engine.now())
    }

    fn heeds(&self, error: &PostError) {
        let platform = self.platform.name();
        match error {
            PostError::Limited { retry_after } => {
                tracing::info!(platform, seconds = retry_after, "the platform wants a pause");
                self.state().gate.pause(self.engine.now(), pause(*retry_after));
            }
            PostError::DeadInstall(_) => {
                tracing::error!(
                    platform,
                    "the platform refuses the bot; nothing more is sent to it before a restart"
                );
                self.state().refused = true;
            }
            _ => {}
        }
    }
}

/// A lane that is taken until this is dropped, also by whoever stops waiting.
struct Taken<'a> {
    line: &'a Line,
    lane: String,
}

impl Drop for Taken<'_> {
    fn drop(&mut self) {
        self.line.state().busy.remove(&self.lane);
        self.line.freed.send_replace(());
    }
}

/// Over how long messages to many destinations are spread: not at all where there is no limit.
fn window(pace: Pace) -> TimeDelta {
    pace.refill.checked_mul(SPREAD).unwrap_or(LONGEST_SPREAD).min(LONGEST_SPREAD)
}
