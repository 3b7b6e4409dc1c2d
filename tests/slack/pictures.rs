//! Charts: they follow their words, and no words wait for them.

use std::time::Duration;

use crate::double::bot::Way;
use crate::double::faults::Fault;
use crate::double::person::Fill;
use crate::double::state::State;
use crate::team::{CHANNEL, Office};

/// A round that three people answered, so that its summary has a chart, about to be closed.
async fn answered() -> Office {
    let office = Office::open(Way::Sockets).await;
    let post = office.starts_round("quick").await;
    for name in ["Ann", "Bob", "Cem"] {
        let person = office.opens_form(name, &post).await;
        person.fills("1. ", Fill::First);
        person.submits().await;
    }
    office
}

/// How often the summary stands in the channel for all to read.
fn summaries(state: &State) -> usize {
    let shared = state.notes.iter().filter(|it| it.channel == CHANNEL && it.only.is_none());
    shared.filter(|it| it.screen().contains("the results of")).count()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_chart_that_has_to_wait_holds_up_neither_words_nor_a_stop_and_doubles_nothing() {
    let mut office = answered().await;
    let method = "files.getUploadURLExternal";
    office.double.with(|state| state.faults.plan(method, Fault::Limited(60), 1));
    let ann = office.person("Ann");
    let before = office.double.with(|state| state.notes.len());
    assert!(ann.types(CHANNEL, "/maturity close").await.is_acked());
    let limited = |state: &State| {
        state
            .journal
            .iter()
            .find(|it| it.method == method && it.outcome == "ratelimited")
            .map(|_| ())
    };
    office.double.until("a chart that has to wait", limited).await;
    let shared = move |state: &State| {
        let fresh = state.notes.iter().skip(before);
        fresh.filter(|it| it.channel == CHANNEL && it.only.is_none()).count()
    };
    let told = office.double.with(|state| shared(state));
    assert!(told >= 1, "its words stand");
    // What goes to the channel next waits for no chart.
    assert!(ann.types(CHANNEL, "/maturity start quick").await.is_acked());
    let next = move |state: &State| (shared(state) > told).then_some(());
    assert_eq!(office.double.within(Duration::from_secs(15), next).await, Some(()));
    let took = office.bot.stops(Duration::from_secs(40)).await.expect("it stops");
    assert!(took < Duration::from_secs(10), "{took:?}");
    let stood = office.double.with(|state| shared(state));
    office.bot.again().await;
    assert!(ann.types(CHANNEL, "/maturity help").await.is_acked());
    let moment = Duration::from_secs(4);
    let more = move |state: &State| (shared(state) > stood).then_some(());
    assert_eq!(office.double.within(moment, more).await, None, "nothing is said again");
    office.assert_well_behaved();
}

/// A picture that fails at any of its steps leaves the words, once.
#[tokio::test(flavor = "multi_thread")]
async fn a_chart_that_fails_at_its_last_step_leaves_its_words() {
    let office = answered().await;
    let last = "files.completeUploadExternal";
    office.double.with(|state| state.faults.plan(last, Fault::Error("internal_error"), 5));
    let ann = office.person("Ann");
    assert!(ann.types(CHANNEL, "/maturity close").await.is_acked());
    let failed = |state: &State| {
        state.logs.iter().find(|it| it.contains("a picture was left out")).map(|_| ())
    };
    office.double.until("a picture that is left out", failed).await;
    let (words, calls) = office.double.with(|state| {
        let calls = state.journal.iter().filter(|it| it.method == last).count();
        (summaries(state), calls)
    });
    assert_eq!((words, calls), (1, 1), "what may be shown already is not shown again");
}
