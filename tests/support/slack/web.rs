//! The Web API over HTTP: tokens, faults, limits, the method, the journal.

use std::collections::BTreeMap;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{any, post};
use serde_json::{Value, json};

use super::args::{Answer, Args, Refusal, merge, refuse};
use super::faults::{Fault, Tier};
use super::journal::Entry;
use super::kin::Kin;
use super::state::State as Slack;
use super::{Double, caller, hooks, links, methods, pause, uploads};

/// Milliseconds for which a call may have been sent before its caller could hear of a 429: it is
/// refused as well, and is no fault of the caller's.
const ON_ITS_WAY: i64 = 200;

/// A picture may be a few megabytes.
const LARGEST: usize = 16 * 1024 * 1024;

/// All addresses.
pub fn router(double: Double) -> Router {
    Router::new()
        .route("/api/{method}", any(call))
        .route("/upload/v1/{id}", post(uploads::take))
        .route("/respond/{id}", post(hooks::take))
        .route("/link/", any(links::connect))
        .layer(axum::extract::DefaultBodyLimit::max(LARGEST))
        .with_state(double)
}

async fn call(
    State(double): State<Double>,
    Path(method): Path<String>,
    Query(query): Query<BTreeMap<String, String>>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let sent = sent(&query, &headers, &body);
    let token = token(&headers, &sent);
    let channel = sent.get("channel").and_then(Value::as_str).unwrap_or_default();
    let fault = double.with(|state| state.faults.take(&method, channel));
    match fault {
        Some(Fault::Stall(span)) => pause(span).await,
        Some(Fault::Cut) => return broken(),
        Some(Fault::Status(status)) => {
            let status = status_of(status);
            note(&double, &method, &json!({}), status.as_str(), Vec::new());
            return status.into_response();
        }
        _ => {}
    }
    let call = Call { method, sent, token, fault };
    let (answer, seconds) = double.with(|state| call.answered(state, &double));
    match fault {
        Some(Fault::Lost) => return broken(),
        Some(Fault::DoneThen(status)) => return status_of(status).into_response(),
        _ => {}
    }
    respond(&double, &call.method, answer, seconds)
}

fn status_of(status: u16) -> StatusCode {
    StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_GATEWAY)
}

/// A call, read.
struct Call {
    method: String,
    sent: BTreeMap<String, Value>,
    token: Option<String>,
    fault: Option<Fault>,
}

impl Call {
    /// Answers it and notes it in the journal, which nobody can look at in between; gives also the
    /// seconds to wait.
    fn answered(&self, state: &mut Slack, double: &Double) -> (Answer, Option<i64>) {
        state.needed.clear();
        let known = methods::find(&self.method).filter(|_| state.kin.knows(&self.method));
        let decoded = known.map(|known| Args::read(self.sent.clone(), known.args));
        let sent = self.sent.clone().into_iter().collect();
        let params = decoded.clone().and_then(Result::ok).map_or(sent, |args| args.0);
        let seconds = self.pause(state);
        let answer = match (self.fault, known, decoded) {
            _ if seconds.is_some() => refuse("ratelimited"),
            (Some(Fault::Error(word)), ..) => refuse(word),
            (_, Some(known), Some(args)) => {
                caller::admit(state, self.token.as_deref(), known.token)
                    .and(args)
                    .and_then(|args| (known.run)(state, &args, double))
            }
            _ => refuse("unknown_method"),
        };
        let outcome = answer.as_ref().map_or_else(|it| it.error.clone(), |_| "ok".to_owned());
        state.journal.push(Entry {
            at: state.now,
            method: self.method.clone(),
            params: Value::Object(params),
            outcome,
            scopes: std::mem::take(&mut state.needed),
        });
        (answer, seconds)
    }

    /// How many seconds the caller has to wait, because of a fault or a limit.
    fn pause(&self, state: &mut Slack) -> Option<i64> {
        let method = &self.method;
        if let Some(Fault::Limited(seconds)) = self.fault {
            state.faults.bar(method, state.now, seconds);
            return Some(seconds);
        }
        if let Some((since, left)) = state.faults.barred(method, state.now) {
            if since > ON_ITS_WAY {
                let early = format!("{method} was called {left} ms too early after a 429");
                state.violations.push(early);
            }
            return Some(left.div_euclid(1000) + 1);
        }
        let known = methods::find(method)?;
        let channel = self.sent.get("channel").and_then(Value::as_str).unwrap_or_default();
        let seconds = state.faults.count(method, known.tier, channel, state.now)?;
        if known.tier != Tier::Post {
            state.faults.bar(method, state.now, seconds);
        }
        Some(seconds)
    }
}

fn note(double: &Double, method: &str, params: &Value, outcome: &str, scopes: Vec<String>) {
    double.with(|state| {
        let (method, outcome) = (method.to_owned(), outcome.to_owned());
        state.journal.push(Entry {
            at: state.now,
            method,
            params: params.clone(),
            outcome,
            scopes,
        });
    });
}

/// The arguments as they were sent: a form, JSON, or the query.
fn sent(
    query: &BTreeMap<String, String>,
    headers: &HeaderMap,
    body: &Bytes,
) -> BTreeMap<String, Value> {
    let kind =
        headers.get(header::CONTENT_TYPE).and_then(|it| it.to_str().ok()).unwrap_or_default();
    let mut sent: BTreeMap<String, Value> =
        query.iter().map(|(name, value)| (name.clone(), json!(value))).collect();
    if kind.starts_with("application/json") {
        sent.extend(serde_json::from_slice::<BTreeMap<String, Value>>(body).unwrap_or_default());
    } else {
        let pairs = form(body);
        sent.extend(pairs.into_iter().map(|(name, value)| (name, Value::String(value))));
    }
    sent
}

/// The pairs of a form.
fn form(body: &Bytes) -> Vec<(String, String)> {
    let text = String::from_utf8_lossy(body);
    let uri = format!("/?{text}").parse::<axum::http::Uri>();
    let pairs = uri.ok().and_then(|uri| Query::<Vec<(String, String)>>::try_from_uri(&uri).ok());
    pairs.map(|Query(pairs)| pairs).unwrap_or_default()
}

fn token(headers: &HeaderMap, sent: &BTreeMap<String, Value>) -> Option<String> {
    let header = headers.get(header::AUTHORIZATION).and_then(|it| it.to_str().ok());
    let bearer = header.and_then(|it| it.strip_prefix("Bearer ")).map(str::to_owned);
    bearer.or_else(|| sent.get("token").and_then(Value::as_str).map(str::to_owned))
}

fn respond(double: &Double, method: &str, answer: Answer, seconds: Option<i64>) -> Response {
    let mut body = json!({"ok": answer.is_ok()});
    match answer {
        Ok(value) => merge(&mut body, value),
        Err(Refusal { error, messages }) => {
            body["error"] = json!(error);
            if error == "unknown_method" {
                body["req_method"] = json!(method);
            }
            if !messages.is_empty() {
                body["errors"] = json!(messages);
                body["response_metadata"] = json!({"messages": messages});
            }
        }
    }
    let (kin, scopes) = double.with(|state| {
        (state.kin, state.workspace.scopes.iter().cloned().collect::<Vec<_>>().join(","))
    });
    let unknown = body["error"] == "unknown_method";
    let mut response = axum::Json(kin.answer(body)).into_response();
    match scopes.parse() {
        Ok(value) if kin == Kin::Slack => {
            response.headers_mut().insert("x-oauth-scopes", value);
        }
        _ => {}
    }
    // Slack says so in the body of a good answer; others in the way of the web.
    if unknown && kin == Kin::Bare {
        *response.status_mut() = StatusCode::NOT_FOUND;
    }
    if let Some(seconds) = seconds {
        *response.status_mut() = StatusCode::TOO_MANY_REQUESTS;
        response.headers_mut().insert(header::RETRY_AFTER, seconds.into());
    }
    response
}

/// An answer whose connection breaks before it is there.
fn broken() -> Response {
    let broken = futures_util::stream::once(async {
        Err::<Bytes, _>(std::io::Error::other("the connection breaks on purpose"))
    });
    Response::new(Body::from_stream(broken))
}
