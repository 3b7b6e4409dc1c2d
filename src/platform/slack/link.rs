//! One socket of Socket Mode, from its address to its end ("Using Socket Mode").

use std::sync::Arc;
use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinSet;
use tokio_tungstenite::tungstenite::Message as Frame;

mod opening;

use super::ack::Ack;
use super::inbound::{self, Arrival};
use super::reception::Reception;

pub use opening::Opener;
use opening::Stream;

/// How long a socket may take to open, and to say hello.
const OPENING: Duration = Duration::from_secs(10);
/// How often the bot asks whether the socket is alive.
const PING: Duration = Duration::from_secs(7);
/// After how long without any sign a socket is given up. Many die without a word.
const SILENCE: Duration = Duration::from_secs(20);
/// How long a socket with a successor is still listened to: Slack warns about ten seconds ahead
/// ("Using Socket Mode").
const LINGER: Duration = Duration::from_secs(20);
/// How long a socket that has a successor waits for its last acknowledgements, and its end.
const FAREWELL: Duration = Duration::from_secs(5);

/// Why Slack closes sockets once Socket Mode is switched off.
pub const DISABLED: &str = "link_disabled";
/// The type of envelopes that carry events.
const EVENTS: &str = "events_api";

/// A socket that falls silent has a successor within half a minute, if Slack opens one in time.
const _: () = assert!(2 * PING.as_secs() < SILENCE.as_secs());
const _: () = assert!(SILENCE.as_secs() + OPENING.as_secs() <= 30);

/// How a socket is known to be alive.
#[derive(Clone, Copy, Debug)]
pub struct Pulse {
    /// How often the bot asks.
    pub ping: Duration,
    /// After how long without any sign it is given up.
    pub silence: Duration,
}

impl Pulse {
    /// What holds between the bot and Slack.
    pub const USUAL: Self = Self { ping: PING, silence: SILENCE };
}

/// What a socket tells whoever keeps it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Notice {
    /// Slack is about to close it: there should be a successor.
    Leaving,
    /// It is over.
    Ended(End),
}

/// Why a socket ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum End {
    /// It broke, fell silent, or was told to go.
    Lost,
    /// Socket Mode was switched off.
    Disabled,
}

/// A socket that said hello.
pub struct Link {
    /// What it tells.
    pub notices: mpsc::Receiver<Notice>,
    retire: oneshot::Sender<()>,
}

impl Link {
    /// Opens a socket and waits for its hello.
    ///
    /// # Errors
    ///
    /// A cause without the address, which is a secret while it is unused.
    pub async fn open(
        opener: &Opener,
        url: &str,
        reception: Arc<Reception>,
        pulse: Pulse,
    ) -> Result<Self, String> {
        let opening = async {
            let mut stream = opener.open(url).await?;
            let early = hello(&mut stream).await?;
            Ok((stream, early))
        };
        let (stream, early) = tokio::time::timeout(OPENING, opening)
            .await
            .map_err(|_| "no hello in time".to_owned())
            .and_then(|opened| opened)?;
        let (notices, told) = mpsc::channel(8);
        let (retire, retired) = oneshot::channel();
        let errand = reception.begin();
        tokio::spawn(async move {
            let mut served = Served { stream, reception, pulse, acks: JoinSet::new() };
            if let Some(early) = early {
                served.told(&early);
            }
            let end = served.serve(&notices, retired).await;
            let _ = notices.send(Notice::Ended(end)).await;
            drop(errand);
        });
        Ok(Self { notices: told, retire })
    }

    /// Lets the socket go, once Slack has closed it or had the time to; what
    /// comes in over it until then is acknowledged.
    pub fn retire(self) {
        let _ = self.retire.send(());
    }
}

/// Waits for the hello. An envelope in its place tells as well that the socket is served, and is
/// given back.
async fn hello(stream: &mut Stream) -> Result<Option<String>, String> {
    while let Some(frame) = stream.next().await {
        match frame.map_err(|error| error.to_string())? {
            Frame::Text(text) => {
                let told: Value = serde_json::from_str(text.as_str()).unwrap_or_default();
                return match told["type"].as_str() {
                    Some("hello") => Ok(None),
                    Some("disconnect") => Err(reason(&told).to_owned()),
                    _ => Ok(Some(text.as_str().to_owned())),
                };
            }
            Frame::Close(_) => break,
            _ => {}
        }
    }
    Err("it was closed before the hello".to_owned())
}

fn reason(told: &Value) -> &str {
    told["reason"].as_str().unwrap_or("no reason given")
}

/// A socket while it is served.
struct Served {
    stream: Stream,
    reception: Arc<Reception>,
    pulse: Pulse,
    /// Envelopes on their way through, each ending in what is sent back.
    acks: JoinSet<Option<Value>>,
}

impl Served {
    async fn serve(mut self, notices: &mpsc::Sender<Notice>, mut go: oneshot::Receiver<()>) -> End {
        let Pulse { ping, silence } = self.pulse;
        let mut pings = tokio::time::interval(ping);
        let mut quiet = Box::pin(super::waiting::pause(silence));
        let (mut retired, mut farewell) = (false, Box::pin(super::waiting::pause(LINGER)));
        loop {
            tokio::select! {
                frame = self.stream.next() => {
                    quiet = Box::pin(super::waiting::pause(silence));
                    match self.heard(frame) {
                        Next::Go => {}
                        Next::Tell(notice) => {
                            let _ = notices.send(notice).await;
                        }
                        Next::End(end) => return end,
                    }
                }
                Some(ack) = self.acks.join_next() => {
                    if let Some(ack) = ack.ok().flatten() && !self.send(&ack).await {
                        return End::Lost;
                    }
                }
                _ = pings.tick() => {
                    if self.stream.send(Frame::Ping(Vec::new().into())).await.is_err() {
                        return End::Lost;
                    }
                }
                () = &mut quiet => {
                    tracing::warn!("a socket fell silent");
                    return End::Lost;
                }
                told = &mut go, if !retired => match told {
                    // What is on its way to this socket would be lost if we closed it now.
                    Ok(()) => {
                        retired = true;
                        farewell = Box::pin(super::waiting::pause(LINGER));
                    }
                    // The keeper is gone.
                    Err(_) => return self.leave().await,
                },
                () = &mut farewell, if retired => return self.leave().await,
            }
        }
    }

    /// What a frame asks for.
    fn heard(
        &mut self,
        frame: Option<Result<Frame, tokio_tungstenite::tungstenite::Error>>,
    ) -> Next {
        match frame {
            Some(Ok(Frame::Text(text))) => self.told(text.as_str()),
            Some(Ok(Frame::Close(_))) | None => Next::End(End::Lost),
            Some(Ok(_)) => Next::Go,
            Some(Err(error)) => {
                tracing::info!(%error, "a socket broke");
                Next::End(End::Lost)
            }
        }
    }

    fn told(&mut self, text: &str) -> Next {
        let Ok(told) = serde_json::from_str::<Value>(text) else {
            tracing::warn!("something that is no JSON came over a socket");
            return Next::Go;
        };
        match told["type"].as_str() {
            Some("hello") => Next::Go,
            Some("disconnect") if told["reason"] == DISABLED => Next::End(End::Disabled),
            Some("disconnect") => {
                tracing::info!(reason = reason(&told), "Slack is about to close a socket");
                Next::Tell(Notice::Leaving)
            }
            kind => {
                self.take(kind.unwrap_or_default(), &told);
                Next::Go
            }
        }
    }

    /// Takes an envelope in; its place in the order is its place on the socket.
    fn take(&mut self, kind: &str, envelope: &Value) {
        let id = envelope["envelope_id"].as_str().map(ToOwned::to_owned);
        // Only of events does Slack say that it takes nothing back.
        let answers = match envelope["accepts_response_payload"].as_bool() {
            Some(answers) => answers,
            None => kind != EVENTS,
        };
        let acking = self.reception.take(arrival(kind, &envelope["payload"]));
        self.acks.spawn(async move {
            let (ack, id) = (acking.await, id?);
            match ack {
                Ack::Says(says) if answers => Some(json!({ "envelope_id": id, "payload": says })),
                Ack::Taken | Ack::Says(_) => Some(json!({ "envelope_id": id })),
                Ack::Withheld => None,
            }
        });
    }

    async fn send(&mut self, ack: &Value) -> bool {
        self.stream.send(Frame::Text(ack.to_string().into())).await.is_ok()
    }

    /// Acknowledges what is under way, then closes.
    async fn leave(mut self) -> End {
        let farewell = async {
            while let Some(ack) = self.acks.join_next().await {
                if let Some(ack) = ack.ok().flatten()
                    && !self.send(&ack).await
                {
                    return;
                }
            }
            let _ = self.stream.close(None).await;
            // Until Slack closes its side as well.
            while self.stream.next().await.is_some_and(|frame| frame.is_ok()) {}
        };
        let _ = tokio::time::timeout(FAREWELL, farewell).await;
        End::Lost
    }
}

enum Next {
    Go,
    Tell(Notice),
    End(End),
}

/// Reads the payload of an envelope of this type; unknown ones are acknowledged and let go.
fn arrival(kind: &str, payload: &Value) -> Arrival {
    match kind {
        EVENTS => inbound::event(payload),
        "slash_commands" => inbound::command(payload),
        "interactive" => inbound::interaction(payload),
        other => {
            let other: String = other.chars().take(40).collect();
            tracing::info!(kind = other, "an envelope of an unknown type");
            inbound::interaction(&Value::Null)
        }
    }
}

#[cfg(test)]
mod tests;
