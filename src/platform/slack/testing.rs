//! A Slack that says what a test wants, for tests of single parts; the whole bot is tested against
//! one that keeps Slack's own rules, in `tests/slack.rs`.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use tokio::sync::mpsc;

use super::api::Api;
use super::outbox::Outbox;
use super::people::{People, Welcome};
use super::reception::{Reception, Staff};
use super::replies::Replies;
use crate::clock::Clock;
use crate::config::Secret;
use crate::platform::{Delivery, Inbox, Memory};
use crate::text::Text;

/// What it answers: a status, a header, a body.
pub type Answer = (u16, Option<(&'static str, &'static str)>, &'static str);

/// A running Slack.
#[derive(Clone)]
pub struct Slack {
    /// Its address, ending in a slash.
    pub base: String,
    calls: Arc<Mutex<Vec<String>>>,
    answer: fn(&str) -> Answer,
}

impl Slack {
    /// Starts one that answers each method so.
    pub async fn start(answer: fn(&str) -> Answer) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}/", listener.local_addr().unwrap());
        let slack = Self { base, calls: Arc::default(), answer };
        let routes = Router::new().fallback(taken).with_state(slack.clone());
        tokio::spawn(async move { axum::serve(listener, routes).await });
        slack
    }

    /// The methods called so far.
    pub fn calls(&self) -> Vec<String> {
        self.calls.lock().unwrap().clone()
    }

    /// The way to it, by this clock.
    pub fn api(&self, clock: &Clock) -> Arc<Api> {
        Arc::new(Api::new(&self.base, Secret::new("xoxb-1"), clock.clone()).unwrap())
    }
}

async fn taken(State(slack): State<Slack>, uri: Uri) -> Response {
    let method = uri.path().trim_start_matches('/').to_owned();
    let (status, header, body) = (slack.answer)(&method);
    slack.calls.lock().unwrap().push(method);
    let mut headers = HeaderMap::new();
    if let Some((name, value)) = header {
        headers.insert(name, value.parse().unwrap());
    }
    (StatusCode::from_u16(status).unwrap(), headers, body).into_response()
}

struct Nothing;

#[async_trait]
impl Memory for Nothing {
    fn recall(&self, _: &str) -> Option<Vec<u8>> {
        None
    }

    async fn keep(&self, _: &str, _: Vec<u8>) -> anyhow::Result<()> {
        Ok(())
    }
}

/// A reception in a Slack that answers so, with the engine's end of its inbox.
pub async fn reception(
    answer: fn(&str) -> Answer,
) -> (Arc<Reception>, mpsc::Receiver<Delivery>, Slack) {
    let (slack, clock) = (Slack::start(answer).await, Clock::system());
    let api = slack.api(&clock);
    let welcome = Welcome { guests: false, shared_channels: false };
    let people = Arc::new(People::new(Arc::clone(&api), clock.clone(), welcome));
    let outbox =
        Outbox::new(Arc::clone(&api), Arc::clone(&people), Arc::new(Nothing), clock.clone());
    let text = Arc::new(Text::embedded());
    let replies = Replies::new(Arc::clone(&api), Arc::new(outbox), text);
    let (sender, inbox) = mpsc::channel(8);
    let staff = Arc::new(Staff { api, people, replies, clock });
    (Reception::new(Inbox(sender), staff), inbox, slack)
}
