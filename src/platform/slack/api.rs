//! The Web API: one way to call a method, and one to answer at a `response_url`.
//!
//! "Using the Slack Web API": form bodies with objects as JSON, which every method accepts; errors
//! come as status 200 with `ok: false`. Nothing is repeated here but what Slack did not take.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::Duration;

use chrono::TimeDelta;
use reqwest::{Response, header};
use serde_json::Value;

use super::failure::{CallError, UNKNOWN};
use super::waiting::{backoff, pause};
use crate::clock::{Clock, Instant};
use crate::config::Secret;

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(10);
/// How long connecting may take.
const CONNECTING: Duration = Duration::from_secs(5);
/// The pause after a 429 that names none, in seconds.
const USUAL_PAUSE: u64 = 30;
/// How often, and how long in seconds, a reply waits for a pause to end.
const REPLY_TRIES: u32 = 4;
/// The longest pause that a reply waits for, in seconds; a `response_url` lives 30 minutes.
const REPLY_PATIENCE: u64 = 120;
/// The method that every server knows; where it is unknown, there is no Web API at all.
pub const IDENTITY: &str = "auth.test";
/// The name under which replies at a `response_url` are paused.
const RESPONSE_URL: &str = "response_url";
/// The name under which the bytes of a file go out.
const UPLOAD: &str = "upload";

/// Slack's Web API, as one app installed in one workspace.
pub struct Api {
    client: reqwest::Client,
    base: String,
    token: Secret,
    clock: Clock,
    /// Until when a method is not called, because Slack asked so.
    pauses: Mutex<BTreeMap<&'static str, Instant>>,
    /// Methods that this Slack said it does not know; each is told of once.
    unknown: Mutex<BTreeSet<&'static str>>,
    /// Why nothing is sent any more.
    barred: OnceLock<String>,
}

/// An answer with what its headers tell.
#[derive(Debug)]
pub struct Answer {
    /// The body.
    pub body: Value,
    /// The scopes of the token, from `x-oauth-scopes`.
    pub scopes: Option<Vec<String>>,
    /// Slack's time, from `date`.
    pub date: Option<Instant>,
}

impl Api {
    /// The Web API at an address that ends in a slash.
    ///
    /// # Errors
    ///
    /// A system without usable certificates.
    pub fn new(base: &str, token: Secret, clock: Clock) -> anyhow::Result<Self> {
        let agent = concat!("maturity-bot/", env!("CARGO_PKG_VERSION"));
        let client = reqwest::Client::builder()
            .timeout(PATIENCE)
            .connect_timeout(CONNECTING)
            .user_agent(agent)
            .build()?;
        let (pauses, unknown, barred) = (Mutex::default(), Mutex::default(), OnceLock::new());
        Ok(Self { client, base: base.to_owned(), token, clock, pauses, unknown, barred })
    }

    /// Calls a method once, as the bot.
    ///
    /// # Errors
    ///
    /// See [`CallError`].
    pub async fn call(
        &self,
        method: &'static str,
        fields: &[(&str, String)],
    ) -> Result<Value, CallError> {
        self.ask(method, fields).await.map(|answer| answer.body)
    }

    /// Calls a method once, as the bot, and gives the headers as well.
    ///
    /// # Errors
    ///
    /// See [`CallError`].
    pub async fn ask(
        &self,
        method: &'static str,
        fields: &[(&str, String)],
    ) -> Result<Answer, CallError> {
        self.call_as(&self.token, method, fields).await
    }

    /// Calls a method for a reply: waits for pauses, and tries again what Slack did not take.
    ///
    /// # Errors
    ///
    /// See [`CallError`].
    pub async fn insist(
        &self,
        method: &'static str,
        fields: &[(&str, String)],
    ) -> Result<Value, CallError> {
        for failed in 1.. {
            match self.call(method, fields).await {
                Err(error) if failed < REPLY_TRIES && error.may_pass() => {
                    wait(&error, failed).await?;
                }
                result => return result,
            }
        }
        Err(CallError::Unanswered { method, cause: "no try was left".to_owned() })
    }

    /// Calls a method once with a token of its own.
    ///
    /// # Errors
    ///
    /// See [`CallError`].
    pub async fn call_as(
        &self,
        token: &Secret,
        method: &'static str,
        fields: &[(&str, String)],
    ) -> Result<Answer, CallError> {
        let answer = self.post(token, method, fields).await;
        answer.inspect_err(|error| self.note_unknown(error))
    }

    async fn post(
        &self,
        token: &Secret,
        method: &'static str,
        fields: &[(&str, String)],
    ) -> Result<Answer, CallError> {
        self.free(method)?;
        let request = self
            .client
            .post(format!("{}{method}", self.base))
            .bearer_auth(token.reveal())
            .form(fields);
        let answer = self.send(method, request).await?;
        let scopes = header_of(&answer, "x-oauth-scopes")
            .map(|list| list.split(',').map(|scope| scope.trim().to_owned()).collect::<Vec<_>>());
        let date = header_of(&answer, header::DATE.as_str());
        let date = date.and_then(|text| chrono::DateTime::parse_from_rfc2822(text).ok());
        let date = date.map(|date| date.to_utc());
        let body: Value = answer.json().await.map_err(|error| unanswered(method, error))?;
        self.checked(method, &body)?;
        Ok(Answer { body, scopes, date })
    }

    /// Answers at a `response_url` ("Handling user interaction"): it needs no token, works where
    /// the bot is no member, five times within 30 minutes.
    ///
    /// # Errors
    ///
    /// See [`CallError`].
    pub async fn respond(&self, url: &str, body: &Value) -> Result<(), CallError> {
        for failed in 1.. {
            match self.respond_once(url, body).await {
                Err(error) if failed < REPLY_TRIES && error.may_pass() => {
                    wait(&error, failed).await?;
                }
                result => return result,
            }
        }
        Ok(())
    }

    async fn respond_once(&self, url: &str, body: &Value) -> Result<(), CallError> {
        self.free(RESPONSE_URL)?;
        let answer = self.send(RESPONSE_URL, self.client.post(url).json(body)).await?;
        // It says `ok` as a word, and no as a Web API method does.
        match answer.json::<Value>().await {
            Ok(said) if said["ok"] == false => self.checked(RESPONSE_URL, &said),
            _ => Ok(()),
        }
    }

    /// Sends the bytes of a file where `files.getUploadURLExternal` said.
    ///
    /// # Errors
    ///
    /// See [`CallError`].
    pub async fn upload(&self, url: &str, bytes: Vec<u8>) -> Result<(), CallError> {
        let request = self
            .client
            .post(url)
            .header(header::CONTENT_TYPE, "application/octet-stream")
            .body(bytes);
        self.send(UPLOAD, request).await.map(|_| ())
    }

    /// Sends nothing any more, for the reason Slack gave.
    pub fn bar(&self, code: &str) {
        let _ = self.barred.set(code.to_owned());
    }

    /// Whether a method may be called now.
    fn free(&self, method: &'static str) -> Result<(), CallError> {
        if let Some(code) = self.barred.get() {
            return Err(CallError::Refused { method, code: code.clone() });
        }
        let until = self.pauses().get(method).copied();
        let left = until.map_or(TimeDelta::zero(), |until| until - self.clock.now());
        match u64::try_from(left.num_milliseconds()) {
            Ok(millis) if millis > 0 => {
                Err(CallError::Limited { method, seconds: millis.div_ceil(1000) })
            }
            _ => Ok(()),
        }
    }

    async fn send(
        &self,
        method: &'static str,
        request: reqwest::RequestBuilder,
    ) -> Result<Response, CallError> {
        let answer = request.send().await.map_err(|error| {
            if error.is_connect() {
                CallError::Unsent { method, cause: cause(error) }
            } else if error.is_builder() {
                CallError::Refused { method, code: "no_address".to_owned() }
            } else {
                unanswered(method, error)
            }
        })?;
        let status = answer.status().as_u16();
        match status {
            200..=299 => Ok(answer),
            429 => {
                let wished = header_of(&answer, header::RETRY_AFTER.as_str()).and_then(seconds);
                Err(self.paused(method, wished.unwrap_or(USUAL_PAUSE)))
            }
            501 => Err(CallError::Refused { method, code: UNKNOWN.to_owned() }),
            500..=599 => Err(CallError::Broken { method, cause: format!("status {status}") }),
            _ => Err(refused(method, answer).await),
        }
    }

    /// Tells once of a method that this Slack does not know: what needs it is left out.
    fn note_unknown(&self, error: &CallError) {
        let CallError::Refused { method, .. } = error else { return };
        let mut unknown = self.unknown.lock().unwrap_or_else(PoisonError::into_inner);
        if error.is_unknown() && *method != IDENTITY && unknown.insert(method) {
            tracing::warn!(method, "this Slack does not know a method; what needs it is left out");
        }
    }

    /// Whether this Slack said that it does not know a method.
    pub fn lacks(&self, method: &str) -> bool {
        self.unknown.lock().unwrap_or_else(PoisonError::into_inner).contains(method)
    }

    fn paused(&self, method: &'static str, seconds: u64) -> CallError {
        let span = TimeDelta::seconds(i64::try_from(seconds).unwrap_or(i64::from(u32::MAX)));
        self.pauses().insert(method, self.clock.now() + span);
        tracing::warn!(method, seconds, "Slack asks for a pause");
        CallError::Limited { method, seconds }
    }

    fn checked(&self, method: &'static str, body: &Value) -> Result<(), CallError> {
        if body["ok"] == true {
            return Ok(());
        }
        match body["error"].as_str() {
            Some("ratelimited" | "rate_limited") => Err(self.paused(method, USUAL_PAUSE)),
            Some(code) => Err(CallError::answered(method, code)),
            None => Err(CallError::Broken { method, cause: "an answer without `ok`".to_owned() }),
        }
    }

    /// The map is whole between any two of its operations, so a poisoned lock is no danger.
    fn pauses(&self) -> std::sync::MutexGuard<'_, BTreeMap<&'static str, Instant>> {
        self.pauses.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Waits before a reply is tried again; gives up where that would take too long.
async fn wait(error: &CallError, failed: u32) -> Result<(), CallError> {
    match error {
        CallError::Limited { seconds, .. } if *seconds > REPLY_PATIENCE => Err(error.clone()),
        CallError::Limited { seconds, .. } => {
            pause(Duration::from_secs(*seconds)).await;
            Ok(())
        }
        _ => {
            pause(backoff(failed)).await;
            Ok(())
        }
    }
}

/// A refusal that came as a status: with Slack's own code where the body has one.
async fn refused(method: &'static str, answer: Response) -> CallError {
    let status = answer.status().as_u16();
    let body: Value = answer.json().await.unwrap_or_default();
    match body["error"].as_str() {
        Some(code) => CallError::answered(method, code),
        None if status == 404 && method.contains('.') => CallError::answered(method, UNKNOWN),
        None => CallError::Refused { method, code: format!("status_{status}") },
    }
}

/// The seconds of a `Retry-After`, which are whole as Slack writes them.
fn seconds(text: &str) -> Option<u64> {
    let (whole, rest) = text.trim().split_once('.').unwrap_or((text.trim(), ""));
    let more = u64::from(rest.bytes().any(|digit| digit != b'0'));
    whole.parse::<u64>().ok().map(|whole| whole + more)
}

fn header_of<'a>(answer: &'a Response, name: &str) -> Option<&'a str> {
    answer.headers().get(name)?.to_str().ok()
}

fn unanswered(method: &'static str, error: reqwest::Error) -> CallError {
    CallError::Unanswered { method, cause: cause(error) }
}

/// What the network said, without the address: that of a reply is a secret.
fn cause(error: reqwest::Error) -> String {
    use std::error::Error;
    let error = error.without_url();
    let mut told = error.to_string();
    let mut deeper = error.source();
    while let Some(source) = deeper {
        told = source.to_string();
        deeper = source.source();
    }
    told
}

#[cfg(test)]
mod tests;
