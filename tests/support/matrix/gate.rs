//! A gate between the bot and its homeserver: what it lets pass it does not change, but it can hold
//! back keys, refuse messages, and watch how soon the bot listens again.

use std::net::Ipv4Addr;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{Request, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::runtime::Runtime;
use tokio::sync::watch;

/// The gate, open until this is dropped.
pub struct Gate {
    keeper: Arc<Keeper>,
    port: u16,
    _runtime: Runtime,
}

struct Keeper {
    server: String,
    client: reqwest::Client,
    rules: Mutex<Rules>,
    changed: Condvar,
    /// Whether what happens reaches the bot.
    listens: watch::Sender<bool>,
}

#[derive(Default)]
struct Rules {
    /// Whether keys that arrive are held back, and those that are.
    holds_keys: bool,
    held: Vec<Value>,
    /// Whether those come with the next sync.
    gives_keys: bool,
    /// How many messages may still pass; no limit without a number.
    messages: Option<usize>,
    refused: usize,
    /// What the homeserver itself answered that it does not do.
    refusals: String,
    /// What the homeserver seems to fail at: parts of addresses.
    fails: Vec<String>,
    failed: usize,
    /// Whether something before it says so, which knows nothing of Matrix.
    in_between: bool,
    /// What the bot was told in syncs it is done with, and in the one it is about.
    told: String,
    being_told: String,
    /// When the last sync was answered, and the longest time before the next one was asked for.
    answered: Option<Instant>,
    longest: Duration,
}

impl Gate {
    /// A gate in front of a homeserver.
    pub fn before(server: &str) -> Self {
        let runtime = Runtime::new().expect("threads");
        let client = reqwest::Client::builder().no_proxy().build().expect("a client");
        let (rules, changed) = (Mutex::default(), Condvar::new());
        let (server, listens) = (server.to_owned(), watch::Sender::new(true));
        let keeper = Arc::new(Keeper { server, client, rules, changed, listens });
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0));
        let listener = runtime.block_on(listener).expect("a port is free");
        let port = listener.local_addr().expect("bound").port();
        let router = Router::new().fallback(pass).with_state(Arc::clone(&keeper));
        runtime.spawn(async { axum::serve(listener, router).await });
        Self { keeper, port, _runtime: runtime }
    }

    /// The address that the bot uses.
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// From now on keys do not reach the bot; what is held already stays held.
    pub fn holds_keys(&self) {
        self.keeper.rules().holds_keys = true;
    }

    /// New keys reach the bot again.
    pub fn lets_keys_pass(&self) {
        self.keeper.rules().holds_keys = false;
    }

    /// Gives the keys that were held back with the next sync.
    pub fn gives_keys(&self) {
        let mut rules = self.keeper.rules();
        (rules.holds_keys, rules.gives_keys) = (false, true);
    }

    /// Waits until the bot was told of an event, and asked for what comes next.
    pub fn waits_until_told(&self, event: &str) {
        self.wait_until(|rules| rules.told.contains(event));
    }

    /// Only so many messages of the bot pass; the homeserver seems to want a pause then.
    pub fn lets_messages_pass(&self, messages: Option<usize>) {
        self.keeper.rules().messages = messages;
    }

    /// Waits until a message was refused.
    pub fn waits_for_refusal(&self) {
        self.wait_until(|rules| rules.refused > 0);
    }

    /// Waits until the homeserver itself refused something with this word.
    pub fn waits_for_word(&self, word: &str) {
        self.wait_until(|rules| rules.refusals.contains(word));
    }

    /// The homeserver seems to fail whenever the bot asks for an address with these parts.
    pub fn fails_at(&self, parts: &[&str]) {
        self.keeper.rules().fails = parts.iter().map(|part| (*part).to_owned()).collect();
    }

    /// The same, as what stands before a homeserver says it that is not there.
    pub fn is_gone_at(&self, parts: &[&str]) {
        self.fails_at(parts);
        self.keeper.rules().in_between = true;
    }

    /// It fails at nothing any more.
    pub fn is_well(&self) {
        let mut rules = self.keeper.rules();
        (rules.fails, rules.in_between) = (Vec::new(), false);
    }

    /// Waits until the homeserver seemed to fail so often.
    pub fn waits_for_failures(&self, number: usize) {
        self.wait_until(|rules| rules.failed >= number);
    }

    /// What happens reaches the bot, or is held back.
    pub fn lets_news_pass(&self, pass: bool) {
        self.keeper.listens.send_replace(pass);
    }

    /// The longest time that the bot took before it listened again.
    pub fn longest_absence(&self) -> Duration {
        let longest = self.keeper.rules().longest;
        assert!(!longest.is_zero(), "it never listened at this gate");
        longest
    }

    fn wait_until(&self, holds: impl Fn(&Rules) -> bool) {
        let waits = |rules: &mut Rules| !holds(rules);
        let (patience, rules) = (Duration::from_secs(30), self.keeper.rules());
        let waited = self.keeper.changed.wait_timeout_while(rules, patience, waits);
        let (_rules, timeout) = waited.unwrap_or_else(PoisonError::into_inner);
        assert!(!timeout.timed_out(), "it did not come to pass at the gate");
    }
}

impl Keeper {
    fn rules(&self) -> MutexGuard<'_, Rules> {
        self.rules.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn refuses(&self) -> bool {
        let mut rules = self.rules();
        let Some(left) = rules.messages else { return false };
        rules.messages = Some(left.saturating_sub(1));
        rules.refused += usize::from(left == 0);
        self.changed.notify_all();
        left == 0
    }

    /// Whether the homeserver seems to fail at an address.
    fn fails(&self, path: &str) -> bool {
        let plain = path.replace("%21", "!").replace("%3A", ":").replace("%24", "$");
        let mut rules = self.rules();
        let fails = !rules.fails.is_empty() && rules.fails.iter().all(|part| plain.contains(part));
        rules.failed += usize::from(fails);
        self.changed.notify_all();
        fails
    }

    fn sync_begins(&self) {
        let mut rules = self.rules();
        if let Some(answered) = rules.answered.take() {
            rules.longest = rules.longest.max(answered.elapsed());
        }
        let told = std::mem::take(&mut rules.being_told);
        rules.told.push_str(&told);
        self.changed.notify_all();
    }

    /// Takes keys out of a sync, or puts them in.
    #[expect(clippy::disallowed_methods, reason = "it measures how long something takes")]
    fn sync_ends(&self, answer: &Bytes) -> Bytes {
        let mut rules = self.rules();
        rules.answered = Some(Instant::now());
        let Ok(mut sync) = serde_json::from_slice::<Value>(answer) else { return answer.clone() };
        let mut events = match sync["to_device"]["events"].take() {
            Value::Array(events) => events,
            _ => Vec::new(),
        };
        if rules.holds_keys {
            let is_key = |it: &mut Value| it["type"] == "m.room.encrypted";
            let keys: Vec<Value> = events.extract_if(.., is_key).collect();
            rules.held.extend(keys);
        }
        if std::mem::take(&mut rules.gives_keys) {
            events.append(&mut rules.held);
        }
        sync["to_device"] = json!({ "events": events });
        rules.being_told = sync.to_string();
        rules.being_told.clone().into()
    }
}

async fn pass(State(keeper): State<Arc<Keeper>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let path = parts.uri.path_and_query().map(ToString::to_string).unwrap_or_default();
    let is_sync = path.contains("/sync?");
    if keeper.fails(&path) {
        if keeper.rules().in_between {
            return (StatusCode::NOT_FOUND, "404 page not found").into_response();
        }
        let error = json!({"errcode": "M_UNKNOWN", "error": "Internal server error"});
        return (StatusCode::INTERNAL_SERVER_ERROR, axum::Json(error)).into_response();
    }
    if path.contains("/send/") && keeper.refuses() {
        let limit = json!({"errcode": "M_LIMIT_EXCEEDED", "error": "", "retry_after_ms": 500});
        return (StatusCode::TOO_MANY_REQUESTS, axum::Json(limit)).into_response();
    }
    if is_sync {
        keeper.sync_begins();
    }
    let body = to_bytes(body, usize::MAX).await.unwrap_or_default();
    let mut onward = keeper.client.request(parts.method, format!("{}{path}", keeper.server));
    for name in [header::AUTHORIZATION, header::CONTENT_TYPE] {
        onward = onward
            .headers(parts.headers.get(&name).map(|it| (name, it.clone())).into_iter().collect());
    }
    let Ok(answer) = onward.body(body).send().await else {
        return StatusCode::BAD_GATEWAY.into_response();
    };
    let (status, kind) = (answer.status(), answer.headers().get(header::CONTENT_TYPE).cloned());
    let Ok(mut bytes) = answer.bytes().await else {
        return StatusCode::BAD_GATEWAY.into_response();
    };
    if path.contains("/send/") && status.is_client_error() {
        keeper.rules().refusals.push_str(&String::from_utf8_lossy(&bytes));
        keeper.changed.notify_all();
    }
    if is_sync && status.is_success() {
        // The sender lives as long as the gate does.
        let _ = keeper.listens.subscribe().wait_for(|listens| *listens).await;
        bytes = keeper.sync_ends(&bytes);
    }
    let mut answer = Response::new(Body::from(bytes));
    *answer.status_mut() = status;
    answer.headers_mut().extend(kind.map(|kind| (header::CONTENT_TYPE, kind)));
    answer
}
