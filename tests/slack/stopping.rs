//! A bot that is asked to stop: what it began to say is said, and nothing holds it up for long.

use std::time::Duration;

use crate::double::bot::Way;
use crate::double::faults::Fault;
use crate::team::Office;

#[tokio::test(flavor = "multi_thread")]
async fn a_reply_that_is_being_sent_is_sent_before_the_bot_stops() {
    for way in [Way::Sockets, Way::Http] {
        let mut office = Office::open(way).await;
        let post = office.starts_round("quick").await;
        let (double, bob) = (office.double.clone(), office.person("Bob"));
        let stall = Fault::Stall(Duration::from_millis(1200));
        double.with(|state| state.faults.plan("views.open", stall, 1));
        assert!(bob.presses(&post, "Answer").await.is_acked());
        let took = office.bot.stops(Duration::from_secs(20)).await.expect("it stops");
        assert!(took < Duration::from_secs(6), "{took:?}");
        assert!(bob.modal().expect("a form").contains("Page 1 of"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reply_that_does_not_end_holds_the_bot_up_for_seconds_only() {
    let mut office = Office::open(Way::Sockets).await;
    let post = office.starts_round("quick").await;
    let stall = Fault::Stall(Duration::from_secs(60));
    office.double.with(|state| state.faults.plan("views.open", stall, 1));
    assert!(office.person("Bob").presses(&post, "Answer").await.is_acked());
    let took = office.bot.stops(Duration::from_secs(20)).await.expect("it stops");
    assert!((Duration::from_secs(4)..Duration::from_secs(8)).contains(&took), "{took:?}");
}
