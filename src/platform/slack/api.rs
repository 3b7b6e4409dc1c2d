//! The Web API: one way to call a method, and one to answer at a `response_url`.
//!
//! "Using the Slack Web API": form bodies with objects as JSON, which every method accepts; errors
//! come as status 200 with `ok: false`. Nothing is repeated here but what Slack did not take.

use std::collections::BTreeMap;
use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::Duration;

use chrono::TimeDelta;
use reqwest::{Response, header};
use serde_json::Value;

use super::failure::{CallError, UNKNOWN};
use super::waiting::{backoff, pause};
use crate::clock::{Clock, Instant};
use crate::config::{SLACK_API_URL, Secret};

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(10);
/// How long connecting may take.
const CONNECTING: Duration = Duration::from_secs(5);
/// The pause after a 429 that names none, in seconds.
const USUAL_PAUSE: u64 = 30;
/// The longest pause that is kept, in seconds: a day.
const LONGEST_PAUSE: u64 = 86_400;
/// How long a method that was not known is taken to be missing; Slack's own may have erred.
const MISSING: TimeDelta = TimeDelta::hours(1);
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
    /// Since when and for how long a method is not called, because Slack asked so.
    pauses: Mutex<BTreeMap<&'static str, (Instant, TimeDelta)>>,
    /// Methods that this Slack said it does not know, and when it last said so.
    unknown: Mutex<BTreeMap<&'static str, Instant>>,
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
        self.note_known(method, &answer);
        answer
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
        match u64::try_from(self.pause_left(method).num_milliseconds()) {
            Ok(millis) if millis > 0 => {
                Err(CallError::Limited { method, seconds: millis.div_ceil(1000) })
            }
            _ => Ok(()),
        }
    }

    /// How much of a method's pause is left. Where the clock was set back, the pause begins now.
    fn pause_left(&self, method: &'static str) -> TimeDelta {
        let (mut pauses, now) = (self.pauses(), self.clock.now());
        let Some((since, length)) = pauses.get_mut(method) else { return TimeDelta::zero() };
        *since = (*since).min(now);
        *since + *length - now
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
            501 if self.is_foreign() => Err(CallError::answered(method, UNKNOWN)),
            503 => Err(CallError::Broken { method, cause: "status 503".to_owned() }),
            500..=599 => Err(CallError::broken(method, format!("status {status}"))),
            _ => Err(self.refused(method, answer).await),
        }
    }

    /// Whether it is another server than Slack's own. Slack says with status 200 that it does not
    /// know a method; others say so by the status alone.
    fn is_foreign(&self) -> bool {
        self.base != SLACK_API_URL
    }

    /// A refusal that came as a status. Only Slack's own code says that Slack refuses: without one,
    /// something on the way to it may have answered, and Slack was not reached.
    async fn refused(&self, method: &'static str, answer: Response) -> CallError {
        let status = answer.status().as_u16();
        let body: Value = answer.json().await.unwrap_or_default();
        let of_web_api = method.contains('.');
        match body["error"].as_str() {
            Some(code) => CallError::answered(method, code),
            None if status == 404 && of_web_api && self.is_foreign() => {
                CallError::answered(method, UNKNOWN)
            }
            None if of_web_api => CallError::Broken { method, cause: format!("status {status}") },
            None => CallError::Refused { method, code: format!("status_{status}") },
        }
    }

    /// Remembers whether this Slack knows a method: what needs one that it lacks is left out, which
    /// is told of once.
    fn note_known(&self, method: &'static str, answer: &Result<Answer, CallError>) {
        let mut unknown = self.unknown.lock().unwrap_or_else(PoisonError::into_inner);
        match answer {
            Ok(_) => {
                unknown.remove(method);
            }
            Err(error) if error.is_unknown() && method != IDENTITY => {
                if unknown.insert(method, self.clock.now()).is_none() {
                    tracing::warn!(
                        method,
                        "this Slack does not know a method; what needs it is left out"
                    );
                }
            }
            Err(_) => {}
        }
    }

    /// Whether this Slack said not long ago that it does not know a method.
    pub fn lacks(&self, method: &str) -> bool {
        let unknown = self.unknown.lock().unwrap_or_else(PoisonError::into_inner);
        unknown.get(method).is_some_and(|said| (self.clock.now() - *said).abs() < MISSING)
    }

    fn paused(&self, method: &'static str, seconds: u64) -> CallError {
        let seconds = seconds.min(LONGEST_PAUSE);
        let length = TimeDelta::seconds(i64::try_from(seconds).unwrap_or_default());
        self.pauses().insert(method, (self.clock.now(), length));
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
            None => Err(CallError::broken(method, "an answer without `ok`".to_owned())),
        }
    }

    /// The map is whole between any two of its operations, so a poisoned lock is no danger.
    fn pauses(&self) -> std::sync::MutexGuard<'_, BTreeMap<&'static str, (Instant, TimeDelta)>> {
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
pub(super) fn cause(error: reqwest::Error) -> String {
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
