//! A person's own time: the zone of their Slack profile says when they are written to, also over a
//! weekend on which clocks change.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::TimeDelta;
use maturity_bot::clock::{Clock, Instant};
use maturity_bot::config::{self, Secret, Way};
use maturity_bot::domain::ids::{EventId, PersonId, PlaceId};
use maturity_bot::domain::team::Settings;
use maturity_bot::engine::{Drawer, Engine, Rules, TeamPlan};
use maturity_bot::platform::slack::Slack;
use maturity_bot::platform::{Incoming, What};
use maturity_bot::store::keyring::Keyring;
use maturity_bot::store::memory::MemoryKv;
use maturity_bot::text::Text;
use maturity_bot::text::content::Content;
use rstest::rstest;

use crate::double::Double;
use crate::team::workspace;

/// An engine whose clock stands still, beside the double.
struct Office {
    double: Double,
    engine: Arc<Engine>,
    slack: Slack,
    clock: Clock,
    /// When each person was first written to.
    written: BTreeMap<String, Instant>,
}

fn at(text: &str) -> Instant {
    let local = chrono::NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M");
    local.expect("a date and time").and_utc()
}

impl Office {
    fn open(double: Double, start: Instant) -> Self {
        let (clock, text) = (Clock::fixed(start), Arc::new(Text::embedded()));
        let (kv, content) = (Arc::new(MemoryKv::new()), Content::embedded().expect("sound"));
        let rules = Rules::default();
        let text_of_slack = Arc::clone(&text);
        let engine = Engine::new(kv, Keyring::in_memory(), text, content, clock.clone(), rules);
        let engine = Arc::new(engine);
        let settings = config::Slack {
            bot_token: Secret::new("xoxb-1-double"),
            way: Way::Sockets(Secret::new("xapp-1-double")),
            api_url: double.api(),
            guests: false,
            shared_channels: false,
        };
        let memory = Arc::new(Drawer::new(Arc::clone(&engine), "slack"));
        let slack = Slack::new(&settings, text_of_slack, clock.clone(), memory).expect("a client");
        Self { double, engine, slack, clock, written: BTreeMap::new() }
    }

    async fn says(&self, line: &str) {
        let what = What::Said {
            person: PersonId::from("slack:U0ANN"),
            place: Some(PlaceId::from("slack:C0PAYMENTS")),
            text: line.to_owned(),
        };
        let event = Incoming { id: EventId::from("slack:1"), sent: self.clock.now(), what };
        self.engine.handle(&event).await.expect("a store that works");
    }

    /// Delivers what is due, and notes who was written to.
    async fn settle(&mut self) {
        loop {
            self.engine.tick().await.expect("a store that works");
            let rows = self.engine.due_rows("slack").expect("a store that works");
            for key in &rows {
                self.engine.deliver(&self.slack, key).await.expect("a store that works");
            }
            let direct: Vec<String> = self.double.with(|state| {
                let direct = state.notes.iter().filter(|note| note.channel.starts_with('D'));
                direct.map(|note| note.channel.clone()).collect()
            });
            for channel in direct {
                self.written.entry(channel).or_insert_with(|| self.clock.now());
            }
            if rows.is_empty() {
                return;
            }
        }
    }

    /// Moves the clock on, stopping wherever something is due.
    async fn later(&mut self, span: TimeDelta) {
        let target = self.clock.now() + span;
        loop {
            self.settle().await;
            let delivery = self.engine.next_delivery(&["slack"]).expect("a store that works");
            let wake = self.engine.next_wake().expect("a store that works");
            let next = wake.into_iter().chain(delivery).min().filter(|next| *next <= target);
            let Some(next) = next else { return };
            self.clock.set(next.max(self.clock.now() + TimeDelta::seconds(1)).min(target));
        }
    }
}

/// A round that opens on a Friday evening, Berlin time, before a weekend.
#[rstest]
#[case::clocks_go_forward_in_berlin("2026-03-27 20:00", "2026-03-30 07:00", "2026-03-27 20:00")]
#[case::clocks_go_back_in_berlin("2026-10-23 20:00", "2026-10-26 08:00", "2026-10-23 20:00")]
#[case::no_clock_changes("2026-06-26 20:00", "2026-06-29 07:00", "2026-06-26 20:00")]
#[case::clocks_go_forward_in_new_york("2026-03-06 23:30", "2026-03-09 08:00", "2026-03-09 13:00")]
#[tokio::test(flavor = "multi_thread")]
async fn v17_people_are_written_to_at_their_own_hour_also_when_clocks_change(
    #[case] opens: &str,
    #[case] berlin: &str,
    #[case] new_york: &str,
) {
    let double = workspace().await;
    double.with(|state| {
        state.workspace.user_mut("Cem").zone = "America/New_York".into();
        state.workspace.user_mut("Dia").zone = "Asia/Kolkata".into();
        state.workspace.user_mut("Eli").zone = "Mars/Olympus".into();
    });
    let mut office = Office::open(double, at(opens));
    let plan = TeamPlan {
        config_id: None,
        name: "Payments".to_owned(),
        place: PlaceId::from("slack:C0PAYMENTS"),
        leads: vec![PersonId::from("slack:U0ANN")],
        settings: Settings { zone: chrono_tz::Europe::Berlin, ..Settings::usual() },
    };
    office.engine.make_team(&plan).await.expect("a store that works");
    office.settle().await;
    office.says("/maturity start quick").await;
    office.later(TimeDelta::days(4)).await;
    let written = |name: &str| office.written.get(&format!("D0{name}")).copied();
    assert_eq!(written("BOB"), Some(at(berlin)), "nine in Berlin");
    assert_eq!(written("ELI"), Some(at(berlin)), "a zone that is none is the team's");
    assert_eq!(written("CEM"), Some(at(new_york)), "nine in New York, or while they work");
    let kolkata = written("DIA").expect("written to");
    assert_eq!(
        kolkata.with_timezone(&chrono_tz::Asia::Kolkata).format("%a %H:%M").to_string(),
        "Mon 09:00"
    );
}
