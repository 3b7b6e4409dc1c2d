//! What an operator's tools ask a running bot: is it well, is it ready, what does it count.
//!
//! Only counts and names of platforms leave here; no person, team, secret or answer does.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use axum::routing::get;
use tokio::net::TcpListener;
use tokio::sync::watch;

/// How a platform stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Link {
    /// It has not connected yet.
    Connecting,
    /// It is connected, and hands in what happened meanwhile.
    CatchingUp,
    /// Everything that happened has been handed in.
    Ready,
    /// It refuses the bot, which leaves it alone until a restart.
    Refused,
}

/// What the bot counts at one moment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Snapshot {
    /// How each enabled platform stands.
    pub platforms: BTreeMap<String, Link>,
    /// Teams, without those that are paused.
    pub teams: u64,
    /// Teams that are paused.
    pub paused: u64,
    /// Rounds that take answers.
    pub open_rounds: u64,
    /// Messages and look-ups that wait for delivery, by platform.
    pub waiting: BTreeMap<String, u64>,
    /// Seconds for which the oldest due delivery has been waiting.
    pub lag: u64,
    /// Events handled since the start.
    pub events: u64,
    /// Records that were in the way since the start, as they could not be read or worked on.
    pub damaged: u64,
    /// What went wrong with deliveries lately: purpose, kind of mishap, how often.
    pub mishaps: Vec<(String, String, u64)>,
}

/// Looks at the bot; the words of an error name no content.
pub type Look = Arc<dyn Fn() -> Result<Snapshot, String> + Send + Sync>;

/// Answers `/healthz`, `/readyz` and `/metrics` until `stop` turns true.
///
/// # Errors
///
/// A socket that failed.
pub async fn serve(
    listener: TcpListener,
    look: Look,
    mut stop: watch::Receiver<bool>,
) -> anyhow::Result<()> {
    let routes = Router::new()
        .route("/healthz", get(health))
        .route("/readyz", get(readiness))
        .route("/metrics", get(metrics))
        .with_state(look);
    let stopped = async move {
        let _ = stop.wait_for(|stop| *stop).await;
    };
    Ok(axum::serve(listener, routes).with_graceful_shutdown(stopped).await?)
}

async fn health(State(look): State<Look>) -> impl IntoResponse {
    verdict(&look, |link| link != Link::Refused)
}

async fn readiness(State(look): State<Look>) -> impl IntoResponse {
    verdict(&look, |link| link == Link::Ready)
}

fn verdict(look: &Look, well: impl Fn(Link) -> bool) -> (StatusCode, String) {
    let unwell = |snapshot: &Snapshot| {
        let named = snapshot.platforms.iter().filter(|(_, link)| !well(**link));
        let lines = named.map(|(name, link)| format!("{name} is {}", word(*link)));
        lines.collect::<Vec<_>>().join("\n")
    };
    match look().map(|snapshot| unwell(&snapshot)) {
        Ok(unwell) if unwell.is_empty() => (StatusCode::OK, "ok\n".to_owned()),
        Ok(unwell) => (StatusCode::SERVICE_UNAVAILABLE, format!("{unwell}\n")),
        Err(cause) => (StatusCode::SERVICE_UNAVAILABLE, unreadable(&cause)),
    }
}

/// What failed is for the operator's log: it may name a record, and with it somebody.
fn unreadable(cause: &str) -> String {
    tracing::error!("the store cannot be read for health and metrics: {cause}");
    "the store cannot be read; the log says more\n".to_owned()
}

fn word(link: Link) -> &'static str {
    match link {
        Link::Connecting => "connecting",
        Link::CatchingUp => "catching up",
        Link::Ready => "ready",
        Link::Refused => "refused; see the log, and start the bot again",
    }
}

async fn metrics(State(look): State<Look>) -> impl IntoResponse {
    const FORMAT: &str = "text/plain; version=0.0.4; charset=utf-8";
    match look() {
        Ok(snapshot) => (StatusCode::OK, [(header::CONTENT_TYPE, FORMAT)], exposition(&snapshot)),
        Err(cause) => {
            let words = format!("# {}", unreadable(&cause));
            (StatusCode::SERVICE_UNAVAILABLE, [(header::CONTENT_TYPE, FORMAT)], words)
        }
    }
}

/// The text format of Prometheus ("Exposition formats", version 0.0.4).
#[must_use]
pub fn exposition(snapshot: &Snapshot) -> String {
    let mut page = Page::default();
    page.about("maturity_events_total", "counter", "Events handled since the start.");
    page.line("maturity_events_total", "", snapshot.events);
    page.about("maturity_platform_ready", "gauge", "Whether a platform is ready.");
    for (name, link) in &snapshot.platforms {
        let ready = u64::from(*link == Link::Ready);
        page.line("maturity_platform_ready", &format!("platform=\"{name}\""), ready);
    }
    page.about("maturity_teams", "gauge", "Teams, by whether they are paused.");
    page.line("maturity_teams", "state=\"active\"", snapshot.teams);
    page.line("maturity_teams", "state=\"paused\"", snapshot.paused);
    page.about("maturity_open_rounds", "gauge", "Rounds that take answers.");
    page.line("maturity_open_rounds", "", snapshot.open_rounds);
    page.about("maturity_waiting", "gauge", "Deliveries that wait.");
    for (name, count) in &snapshot.waiting {
        page.line("maturity_waiting", &format!("platform=\"{name}\""), *count);
    }
    page.about("maturity_lag_seconds", "gauge", "How long the oldest due delivery has waited.");
    page.line("maturity_lag_seconds", "", snapshot.lag);
    page.about("maturity_damaged", "gauge", "Records in the way since the start; see the log.");
    page.line("maturity_damaged", "", snapshot.damaged);
    page.about("maturity_mishaps", "gauge", "Deliveries that went wrong in the last 35 days.");
    for (kind, reason, count) in &snapshot.mishaps {
        page.line("maturity_mishaps", &format!("kind=\"{kind}\",reason=\"{reason}\""), *count);
    }
    page.0
}

/// A page of figures.
#[derive(Default)]
struct Page(String);

impl Page {
    fn about(&mut self, name: &str, kind: &str, help: &str) {
        let _ = writeln!(self.0, "# HELP {name} {help}\n# TYPE {name} {kind}");
    }

    fn line(&mut self, name: &str, labels: &str, value: u64) {
        let labels = if labels.is_empty() { String::new() } else { format!("{{{labels}}}") };
        let _ = writeln!(self.0, "{name}{labels} {value}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn snapshot(link: Link) -> Snapshot {
        Snapshot {
            platforms: BTreeMap::from([("console".to_owned(), link)]),
            mishaps: vec![("digest".to_owned(), "dead target".to_owned(), 2)],
            ..Snapshot::default()
        }
    }

    fn asked(link: Link, well: impl Fn(Link) -> bool) -> (StatusCode, String) {
        let look: Look = Arc::new(move || Ok(snapshot(link)));
        verdict(&look, well)
    }

    #[test]
    fn a_store_that_cannot_be_read_is_told_of_without_its_records() {
        let look: Look = Arc::new(|| Err("the record person/slack:U0ANN is damaged".to_owned()));
        let (status, words) = verdict(&look, |_| true);
        assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
        assert!(words.contains("cannot be read") && !words.contains("U0ANN"), "{words}");
    }

    #[test]
    fn a_platform_that_refuses_the_bot_makes_it_unwell_and_is_named() {
        let (status, words) = asked(Link::Refused, |link| link != Link::Refused);
        assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
        assert!(words.starts_with("console is refused"), "{words}");
        assert_eq!(asked(Link::CatchingUp, |link| link != Link::Refused).0, StatusCode::OK);
    }

    #[test]
    fn a_store_that_cannot_be_read_makes_it_unwell() {
        let look: Look = Arc::new(|| Err("the store cannot be read".to_owned()));
        assert_eq!(verdict(&look, |_| true).0, StatusCode::SERVICE_UNAVAILABLE);
    }

    #[test]
    fn every_figure_has_a_name_a_kind_and_a_value() {
        let text = exposition(&snapshot(Link::Ready));
        assert!(text.contains("maturity_platform_ready{platform=\"console\"} 1\n"), "{text}");
        assert!(text.contains("{kind=\"digest\",reason=\"dead target\"} 2\n"), "{text}");
        for line in text.lines().filter(|line| !line.starts_with('#')) {
            assert!(line.rsplit_once(' ').unwrap().1.parse::<u64>().is_ok(), "{line}");
        }
    }
}
