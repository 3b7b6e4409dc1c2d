//! How things reach the app: an envelope on one of its sockets, or a signed request.

use std::time::Duration;

use serde_json::{Value, json};
use tokio::sync::oneshot;

use super::journal::Entry;
use super::kin::Kin;
use super::links::Frame;
use super::{Double, signing};

/// How long Slack waits for an acknowledgement.
pub const PATIENCE: Duration = Duration::from_secs(3);

/// Where requests go.
#[derive(Clone, Debug)]
pub struct Urls {
    /// For events.
    pub events: String,
    /// For buttons and forms.
    pub interactive: String,
    /// For commands.
    pub commands: String,
    /// What they are signed with.
    pub secret: String,
}

/// What kind of thing it is; the words are those of an envelope's `type`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Something happened.
    Event,
    /// Somebody pressed or sent something.
    Interactive,
    /// Somebody typed a command.
    Command,
}

impl Kind {
    fn word(self) -> &'static str {
        match self {
            Self::Event => "events_api",
            Self::Interactive => "interactive",
            Self::Command => "slash_commands",
        }
    }
}

/// One attempt to reach the app.
#[derive(Clone, Debug)]
pub struct Delivered {
    /// The envelope, or the number of the request.
    pub envelope: String,
    /// The socket it went to.
    pub link: Option<u32>,
    /// When, in milliseconds.
    pub sent: i64,
    /// When it was acknowledged.
    pub acked: Option<i64>,
    /// Whether the acknowledgement may hold something.
    pub accepts: bool,
}

/// What came of it.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    /// Acknowledged in time, perhaps with something in it.
    Acked(Option<Value>),
    /// Refused with this status.
    Refused(u16),
    /// Not acknowledged in time.
    Late,
    /// There was nobody to take it.
    Nobody,
}

impl Outcome {
    /// Whether it was acknowledged in time.
    pub fn is_acked(&self) -> bool {
        matches!(self, Self::Acked(_))
    }
}

/// Which try this is, and why: none for the first.
pub type Retry = Option<(u32, &'static str)>;

impl Double {
    /// Puts an envelope of any type on a socket; gives whether it was acknowledged in time.
    pub async fn odd_envelope(&self, kind: &str, payload: &Value) -> bool {
        let (waiting, acked) = oneshot::channel();
        self.with(|state| {
            let number = state.links.next().expect("a socket");
            let id = state.fresh("envelope-");
            let envelope = json!({"envelope_id": id, "type": kind, "payload": payload});
            state.links.waiting.insert(id.clone(), waiting);
            state.links.send(number, Frame::Text(envelope.to_string()));
            let sent = delivered(id, Some(number), state.now, false);
            state.delivered.push(sent);
        });
        matches!(tokio::time::timeout(PATIENCE, acked).await, Ok(Ok(_)))
    }

    /// Sends something to the app and waits for its acknowledgement.
    pub async fn deliver(
        &self,
        kind: Kind,
        payload: &Value,
        accepts: bool,
        retry: Retry,
    ) -> Outcome {
        let (urls, told) = self.with(|state| {
            if kind == Kind::Event && state.kin == Kin::Slack {
                // The judges look at what we tell, too.
                state.journal.push(Entry {
                    at: state.now,
                    method: "event".into(),
                    params: payload["event"].clone(),
                    outcome: "ok".into(),
                    scopes: Vec::new(),
                });
            }
            (state.urls.clone(), state.kin.told(kind, payload))
        });
        match urls {
            Some(urls) => self.request(&urls, kind, &told, retry).await,
            None => self.envelope(kind, &told, accepts, retry).await,
        }
    }

    async fn envelope(&self, kind: Kind, payload: &Value, accepts: bool, retry: Retry) -> Outcome {
        let (waiting, acked) = oneshot::channel();
        let sent = self.with(|state| {
            let number = state.links.next()?;
            let id = state.fresh("envelope-");
            let mut envelope = json!({
                "envelope_id": id, "type": kind.word(), "payload": payload,
                "accepts_response_payload": accepts,
            });
            if kind == Kind::Event {
                let (attempt, reason) = retry.unwrap_or((0, ""));
                envelope["retry_attempt"] = json!(attempt);
                envelope["retry_reason"] = json!(reason);
            }
            let envelope = state.kin.envelope(envelope).to_string();
            state.links.waiting.insert(id.clone(), waiting);
            let to_all = state.kin == Kin::Workshop;
            let numbers = if to_all { state.links.open() } else { vec![number] };
            for number in numbers {
                state.links.send(number, Frame::Text(envelope.clone()));
            }
            state.delivered.push(delivered(id, Some(number), state.now, accepts));
            Some(())
        });
        if sent.is_none() {
            return Outcome::Nobody;
        }
        let patience = self.with(|state| state.patience.unwrap_or(PATIENCE));
        match tokio::time::timeout(patience, acked).await {
            Ok(Ok(payload)) => Outcome::Acked(payload),
            _ => Outcome::Late,
        }
    }

    async fn request(&self, urls: &Urls, kind: Kind, payload: &Value, retry: Retry) -> Outcome {
        let (url, mime, body) = match kind {
            Kind::Event => (&urls.events, "application/json", payload.to_string()),
            Kind::Interactive => {
                let fields = [("payload", payload.to_string())];
                (&urls.interactive, FORM, encoded(&fields))
            }
            Kind::Command => (&urls.commands, FORM, encoded(&pairs(payload))),
        };
        let timestamp = (self.now() / 1000).to_string();
        let signature = signing::signature(&urls.secret, &timestamp, &body);
        let mut request = reqwest::Client::new()
            .post(url)
            .timeout(self.with(|state| state.patience.unwrap_or(PATIENCE)))
            .header("content-type", mime)
            .header("x-slack-request-timestamp", timestamp)
            .header("x-slack-signature", signature);
        if let Some((attempt, reason)) = retry {
            request =
                request.header("x-slack-retry-num", attempt).header("x-slack-retry-reason", reason);
        }
        let id = self.with(|state| {
            let id = state.fresh("request-");
            state.delivered.push(delivered(id.clone(), None, state.now, true));
            id
        });
        match request.body(body).send().await {
            Ok(response) if response.status().is_success() => {
                let text = response.text().await.unwrap_or_default();
                self.with(|state| {
                    let now = state.now;
                    if let Some(sent) = state.delivered.iter_mut().find(|it| it.envelope == id) {
                        sent.acked = Some(now);
                    }
                    state.journal.push(Entry {
                        at: now,
                        method: "answer".into(),
                        params: json!({"payload": read(&text)}),
                        outcome: "ok".into(),
                        scopes: Vec::new(),
                    });
                });
                Outcome::Acked(read(&text))
            }
            Ok(response) => Outcome::Refused(response.status().as_u16()),
            Err(error) if error.is_timeout() => Outcome::Late,
            Err(_) => Outcome::Nobody,
        }
    }
}

const FORM: &str = "application/x-www-form-urlencoded";

fn delivered(envelope: String, link: Option<u32>, sent: i64, accepts: bool) -> Delivered {
    Delivered { envelope, link, sent, acked: None, accepts }
}

/// What stands in the body of an acknowledgement: JSON, words, or nothing.
fn read(text: &str) -> Option<Value> {
    match serde_json::from_str::<Value>(text) {
        _ if text.trim().is_empty() => None,
        Ok(value @ Value::Object(_)) => Some(value),
        _ => Some(json!({"text": text})),
    }
}

fn pairs(payload: &Value) -> Vec<(&str, String)> {
    let fields = payload.as_object().into_iter().flatten();
    fields.map(|(name, it)| (name.as_str(), it.as_str().unwrap_or_default().to_owned())).collect()
}

fn encoded(pairs: &[(&str, String)]) -> String {
    let url = reqwest::Url::parse_with_params("http://localhost/", pairs).expect("a sound address");
    url.query().unwrap_or_default().to_owned()
}
