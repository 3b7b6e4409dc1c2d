//! HTTP mode: Slack calls the bot ("The Events API", "Handling user interaction").

use std::net::SocketAddr;
use std::sync::Arc;

use anyhow::Context;
use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value};

use super::ack::Ack;
use super::inbound;
use super::reception::Reception;
use super::verify::is_genuine;
use crate::clock::Clock;
use crate::config::Secret;
use crate::platform::Stop;

/// The largest body that is read; Slack's are some kilobytes.
const LARGEST: usize = 1024 * 1024;

/// The bot's side of HTTP mode.
pub struct Door {
    /// The signing secrets that hold.
    pub secrets: Vec<Secret>,
    /// Where requests go once they are known to be Slack's.
    pub reception: Arc<Reception>,
    /// The time.
    pub clock: Clock,
}

/// Listens until `stop` turns true. All three kinds of request are taken at any path.
///
/// # Errors
///
/// An address that cannot be listened at.
pub async fn listen(door: Arc<Door>, at: SocketAddr, mut stop: Stop) -> anyhow::Result<()> {
    let listener = tokio::net::TcpListener::bind(at)
        .await
        .with_context(|| format!("cannot listen at {at}; choose another `listen` in [slack]"))?;
    let address = listener.local_addr()?;
    tracing::info!(%address, "listening for Slack");
    let routes =
        Router::new().fallback(answer).layer(DefaultBodyLimit::max(LARGEST)).with_state(door);
    let stopped = async move {
        let _ = stop.wait_for(|stop| *stop).await;
    };
    Ok(axum::serve(listener, routes).with_graceful_shutdown(stopped).await?)
}

async fn answer(State(door): State<Arc<Door>>, headers: HeaderMap, body: Bytes) -> Response {
    let text = |name: &str| headers.get(name).and_then(|it| it.to_str().ok()).unwrap_or_default();
    let (timestamp, signature) = (text("x-slack-request-timestamp"), text("x-slack-signature"));
    if !is_genuine(&door.secrets, timestamp, signature, &body, door.clock.now()) {
        tracing::warn!("a request was not signed by Slack");
        return StatusCode::UNAUTHORIZED.into_response();
    }
    let Some(heard) = read(text(header::CONTENT_TYPE.as_str()), &body) else {
        tracing::warn!("a request of Slack's could not be read");
        return StatusCode::BAD_REQUEST.into_response();
    };
    let arrival = match heard {
        Request::Challenge(challenge) => return challenge.into_response(),
        Request::Event(payload) => inbound::event(&payload),
        Request::Command(payload) => inbound::command(&payload),
        Request::Interaction(payload) => inbound::interaction(&payload),
    };
    match door.reception.take(arrival).await {
        Ack::Taken => StatusCode::OK.into_response(),
        Ack::Says(says) => axum::Json(says).into_response(),
        // Slack sends it again.
        Ack::Withheld => StatusCode::SERVICE_UNAVAILABLE.into_response(),
    }
}

enum Request {
    Challenge(String),
    Event(Value),
    Command(Value),
    Interaction(Value),
}

/// Events are JSON; commands are form fields; interactions are JSON in one form field.
fn read(kind: &str, body: &[u8]) -> Option<Request> {
    if !kind.to_ascii_lowercase().starts_with("application/x-www-form-urlencoded") {
        let payload: Value = serde_json::from_slice(body).ok()?;
        return Some(match payload["type"].as_str() {
            Some("url_verification") => {
                Request::Challenge(payload["challenge"].as_str()?.to_owned())
            }
            _ => Request::Event(payload),
        });
    }
    let fields = fields(body);
    match fields.get("payload").and_then(Value::as_str) {
        Some(payload) => Some(Request::Interaction(serde_json::from_str(payload).ok()?)),
        // Slack sees now and then whether a command's address is there.
        None if fields.contains_key("ssl_check") => Some(Request::Challenge(String::new())),
        None => Some(Request::Command(Value::Object(fields))),
    }
}

fn fields(body: &[u8]) -> Map<String, Value> {
    let text = String::from_utf8_lossy(body);
    let pairs = text.split('&').filter_map(|pair| pair.split_once('='));
    pairs.map(|(name, value)| (decoded(name), Value::String(decoded(value)))).collect()
}

/// A name or value of a form, as browsers write it.
fn decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        match byte {
            b'+' => bytes.push(b' '),
            b'%' => {
                let ahead: Vec<u8> = rest.clone().take(2).collect();
                let digits = std::str::from_utf8(&ahead).unwrap_or_default();
                match u8::from_str_radix(digits, 16) {
                    Ok(byte) if ahead.len() == 2 => {
                        bytes.push(byte);
                        rest.nth(1);
                    }
                    _ => bytes.push(b'%'),
                }
            }
            other => bytes.push(other),
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    const FORM: &str = "application/x-www-form-urlencoded";

    #[rstest]
    #[case("a+b%20c", "a b c")]
    #[case("%E2%82%AC", "€")]
    #[case("100%", "100%")]
    #[case("%zz", "%zz")]
    fn fields_are_decoded(#[case] sent: &str, #[case] meant: &str) {
        assert_eq!(decoded(sent), meant);
    }

    #[test]
    fn each_kind_of_request_is_told_from_the_others() {
        let challenge = br#"{"type":"url_verification","challenge":"abc"}"#;
        let read = |kind, body| super::read(kind, body);
        assert!(
            matches!(read("application/json", challenge), Some(Request::Challenge(it)) if it == "abc")
        );
        let event = br#"{"type":"event_callback","event_id":"Ev1"}"#;
        assert!(matches!(read("application/json", event), Some(Request::Event(_))));
        let command = b"command=%2Fmaturity&text=report";
        assert!(
            matches!(read(FORM, command), Some(Request::Command(it)) if it["text"] == "report")
        );
        let press = b"payload=%7B%22type%22%3A%22block_actions%22%7D";
        assert!(
            matches!(read(FORM, press), Some(Request::Interaction(it)) if it["type"] == "block_actions")
        );
        assert!(read("application/json", b"{").is_none());
        assert!(read(FORM, b"payload=%7B").is_none());
    }
}
