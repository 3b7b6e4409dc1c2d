//! Forms of several pages, as Slack's client keeps what was typed into them.

use crate::double::bot::Way;
use crate::double::person::{Fill, Sent, Spot};
use crate::team::Office;

/// Slack keeps what stands in a field where a field of the same name follows.
#[tokio::test(flavor = "multi_thread")]
async fn a_remark_stays_on_its_page_and_is_in_nobodys_way() {
    let office = Office::open(Way::Sockets).await;
    let post = office.starts_round("quick").await;
    let bob = office.opens_form("Bob", &post).await;
    bob.fills("1. ", Fill::First);
    bob.fills("A remark", Fill::Text("Said once."));
    assert_eq!(bob.submits().await, Sent::Changed);
    bob.awaits_modal("Page 2 of 2").await;
    let typed = office.double.with(|state| {
        let view = state.views.top(&bob.id).expect("a modal");
        view.filled.values().filter(|it| it.as_str().is_some()).cloned().collect::<Vec<_>>()
    });
    assert!(typed.is_empty(), "the second page begins with no remark: {typed:?}");
    assert!(bob.presses(&Spot::Modal, "Back").await.is_acked());
    bob.awaits_modal("Page 1 of 2").await;
    assert_eq!(bob.submits().await, Sent::Changed);
    bob.awaits_modal("Page 2 of 2").await;
    assert_eq!(bob.submits().await, Sent::Changed, "nothing is complained of");
    office.assert_well_behaved();
}
