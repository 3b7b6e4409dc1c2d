//! Sockets, after "Using Socket Mode": each envelope goes to one of up to ten.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use axum::extract::ws::{Message, WebSocket, WebSocketUpgrade};
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};
use tokio::sync::{mpsc, oneshot};

use super::Double;
use super::journal::Entry;

/// The most sockets of one app.
const MOST: usize = 10;
/// How often Slack pings.
const PING: Duration = Duration::from_secs(5);

/// What is to happen on a socket.
#[derive(Clone, Debug)]
pub enum Frame {
    /// Words go out.
    Text(String),
    /// It is closed with a farewell.
    Close,
    /// It is cut without one.
    Cut,
    /// It says and hears nothing any more, and stays open.
    Silence,
}

/// An open socket.
#[derive(Debug)]
pub struct Link {
    /// When it said hello, in milliseconds.
    pub opened: i64,
    /// When it was gone.
    pub closed: Option<i64>,
    /// Whether it was told to say nothing any more.
    pub silent: bool,
    out: mpsc::UnboundedSender<Frame>,
}

/// All of them.
#[derive(Debug, Default)]
pub struct Links {
    /// Addresses that were given out and not used.
    pub tickets: BTreeSet<String>,
    /// Every socket there ever was, by number.
    pub all: BTreeMap<u32, Link>,
    /// Whether a new socket ends those before it.
    pub one: bool,
    /// Whether Socket Mode is switched off.
    pub disabled: bool,
    /// Who waits for an acknowledgement, by envelope.
    pub waiting: BTreeMap<String, oneshot::Sender<Option<Value>>>,
    turn: usize,
}

impl Links {
    /// The numbers of the open ones.
    pub fn open(&self) -> Vec<u32> {
        self.all.iter().filter(|(_, it)| it.closed.is_none()).map(|(number, _)| *number).collect()
    }

    /// The one whose turn it is.
    pub fn next(&mut self) -> Option<u32> {
        let open = self.open();
        self.turn += 1;
        open.get(self.turn % open.len().max(1)).copied()
    }

    /// Does something on a socket.
    pub fn send(&mut self, number: u32, frame: Frame) {
        if let Some(link) = self.all.get_mut(&number) {
            link.silent |= matches!(frame, Frame::Silence);
            // A socket that is gone takes nothing, which is what would happen.
            let _ = link.out.send(frame);
        }
    }

    /// Says that a socket will be closed soon.
    pub fn warn(&mut self, number: u32, reason: &str) {
        let words =
            json!({"type": "disconnect", "reason": reason, "debug_info": {"host": "double"}});
        self.send(number, Frame::Text(words.to_string()));
    }
}

/// Opens a socket, if its address was given out and not used.
pub async fn connect(
    State(double): State<Double>,
    Query(query): Query<BTreeMap<String, String>>,
    upgrade: WebSocketUpgrade,
) -> Response {
    let ticket = query.get("ticket").cloned().unwrap_or_default();
    if !double.with(|state| state.links.tickets.remove(&ticket)) {
        return StatusCode::NOT_FOUND.into_response();
    }
    upgrade.on_upgrade(move |socket| serve(double, socket))
}

async fn serve(double: Double, mut socket: WebSocket) {
    let (out, mut frames) = mpsc::unbounded_channel();
    let (open, disabled) = double.with(|state| (state.links.open().len(), state.links.disabled));
    if open >= MOST || disabled {
        let reason = if disabled { "link_disabled" } else { "too_many_websockets" };
        let words = json!({"type": "disconnect", "reason": reason});
        let _ = socket.send(Message::text(words.to_string())).await;
        return;
    }
    let hello = json!({
        "type": "hello", "num_connections": open + 1,
        "debug_info": {
            "host": "double", "build_number": 1, "approximate_connection_time": 18060,
        },
        "connection_info": {"app_id": "A0APP"},
    });
    let hello = double.with(|state| state.kin.hello(hello));
    if socket.send(Message::text(hello.to_string())).await.is_err() {
        return;
    }
    let number = double.with(|state| {
        let others = if state.links.one { state.links.open() } else { Vec::new() };
        for other in others {
            state.links.send(other, Frame::Close);
        }
        let number = u32::try_from(state.links.all.len()).unwrap_or(u32::MAX);
        let link = Link { opened: state.now, closed: None, silent: false, out };
        state.links.all.insert(number, link);
        number
    });
    converse(&double, &mut socket, &mut frames).await;
    double.with(|state| {
        let now = state.now;
        if let Some(link) = state.links.all.get_mut(&number) {
            link.closed = Some(now);
        }
    });
}

async fn converse(
    double: &Double,
    socket: &mut WebSocket,
    frames: &mut mpsc::UnboundedReceiver<Frame>,
) {
    let mut pings = tokio::time::interval(PING);
    loop {
        tokio::select! {
            frame = frames.recv() => match frame {
                Some(Frame::Text(words)) => {
                    if socket.send(Message::text(words)).await.is_err() {
                        return;
                    }
                }
                Some(Frame::Close) => {
                    let _ = socket.send(Message::Close(None)).await;
                    return;
                }
                Some(Frame::Silence) => return keep_silent(frames).await,
                _ => return,
            },
            said = socket.recv() => match said {
                Some(Ok(Message::Text(words))) => double.heard(&words),
                Some(Ok(Message::Close(_)) | Err(_)) | None => return,
                Some(Ok(_)) => {}
            },
            _ = pings.tick() => {
                let _ = socket.send(Message::Ping("Ping from double".into())).await;
            }
        }
    }
}

/// Nothing is read, so no ping is answered; nothing is said; nothing is closed.
async fn keep_silent(frames: &mut mpsc::UnboundedReceiver<Frame>) {
    while !matches!(frames.recv().await, Some(Frame::Cut) | None) {}
}

impl Double {
    /// An acknowledgement came in over a socket.
    fn heard(&self, words: &str) {
        let said: Value = serde_json::from_str(words).unwrap_or_default();
        let id = said["envelope_id"].as_str().unwrap_or_default().to_owned();
        self.with(|state| {
            state.journal.push(Entry {
                at: state.now,
                method: "ack".into(),
                params: said.clone(),
                outcome: "ok".into(),
                scopes: Vec::new(),
            });
            let now = state.now;
            let Some(sent) = state.delivered.iter_mut().find(|it| it.envelope == id) else {
                return state.violations.push(format!("acknowledged what was never sent: {words}"));
            };
            sent.acked.get_or_insert(now);
            let payload = said.get("payload").filter(|it| !it.is_null()).cloned();
            if payload.is_some() && !sent.accepts {
                state.violations.push("an acknowledgement with a payload that is not taken".into());
            }
            if let Some(waiting) = state.links.waiting.remove(&id) {
                let _ = waiting.send(payload);
            }
        });
    }
}
