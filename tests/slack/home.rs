//! The home view: each of its buttons does what it says, and the view shows it.

use crate::double::bot::Way;
use crate::double::person::{Fill, Person, Sent, Spot};
use crate::double::seen::screen;
use crate::double::state::State;
use crate::team::{CALM, CHANNEL, Office, workspace};

#[tokio::test(flavor = "multi_thread")]
async fn somebody_rests_and_comes_back_at_home() {
    let office = Office::open(Way::Sockets).await;
    office.starts_round("quick").await;
    let bob = office.person("Bob");
    assert!(bob.opens_home().await.is_acked());
    for (label, words) in [
        ("Stop writing to me", "I don't write to you at all"),
        ("Not before tomorrow", "I don't write to you before"),
        ("Away for a week", "you are away"),
    ] {
        bob.awaits_home(&format!("[{label}]")).await;
        assert!(bob.presses(&Spot::Home, label).await.is_acked());
        let home = bob.awaits_home("[Write to me again]").await;
        assert!(home.contains(words) && !home.contains(label), "{home}");
        assert!(bob.presses(&Spot::Home, "Write to me again").await.is_acked());
        bob.awaits_home("at most once a day").await;
    }
    assert!(bob.presses(&Spot::Home, "My data").await.is_acked());
    bob.awaits_modal("What I know about you").await;
    office.assert_well_behaved();
}

/// Presses a button of the home view, and leaves the modal that answers; gives its words.
async fn presses(person: &Person, label: &str, answer: &str) -> String {
    assert!(person.presses(&Spot::Home, label).await.is_acked());
    let told = person.awaits_modal(answer).await;
    while person.modal().is_some() {
        person.closes().await;
    }
    told
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lead_runs_a_round_at_home_from_its_start_to_its_actions() {
    let office = Office::open(Way::Sockets).await;
    let (ann, bob) = (office.person("Ann"), office.person("Bob"));
    assert!(ann.opens_home().await.is_acked());
    ann.awaits_home("[Start quick]").await;
    // Who is in the channel is looked up when the bot starts; until then the round is planned.
    presses(&ann, "Start quick", "Payments").await;
    ann.awaits(CHANNEL, "[Answer]").await;
    assert!(ann.opens_home().await.is_acked());
    ann.awaits_home("fewer than 3 of 5 have answered").await;
    let told = presses(&ann, "Three more days", "now stays open until").await;
    let (_, later) = told.split_once("now stays open ").expect("a date");
    let later = later.lines().next().unwrap_or_default().trim_end_matches('.');
    ann.awaits_home(&format!("A round is open {later}")).await;
    presses(&ann, "Remind people", "A reminder is on its way").await;
    for name in ["Bob", "Cem", "Dia"] {
        let person = office.person(name);
        assert!(person.types(CHANNEL, "/maturity answer").await.is_acked());
        for _ in 0..8 {
            assert!(person.types(CHANNEL, "/maturity 0").await.is_acked());
        }
    }
    assert!(ann.opens_home().await.is_acked());
    ann.awaits_home("3 of 5 have answered").await;
    presses(&ann, "Close the round", "is closed").await;
    ann.awaits(CHANNEL, "the results of").await;
    assert!(ann.opens_home().await.is_acked());
    ann.awaits_home("What Payments can do next").await;
    let mark = ann.mark();
    presses(&ann, "Publish", "The summary goes to the channel").await;
    ann.awaits_after(mark, CHANNEL, "the results of").await;
    presses(&ann, "Report", "shows how a figure came about").await;

    assert!(bob.opens_home().await.is_acked());
    let home = bob.awaits_home("[I take it]").await;
    assert!(!home.contains("[Not for us]") && !home.contains("[Publish]"), "{home}");
    presses(&bob, "I take it", "in the hands of Bob").await;
    bob.awaits_home("Bob has it").await;
    presses(&bob, "Done", "Done:").await;
    assert!(ann.opens_home().await.is_acked());
    ann.awaits_home("[Not for us]").await;
    let first = presses(&ann, "Not for us", "Dismissed:").await;
    let title = first.split(['“', '”']).nth(1).expect("a title").to_owned();
    let gone = |home: &String| !home.contains(&title);
    let home = |state: &State| {
        let home = state.views.homes.get(&ann.id)?;
        Some(screen(&home.body["blocks"])).filter(gone)
    };
    office.double.until("a home without it", home).await;
    office.assert_well_behaved();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lead_changes_targets_and_schedule_at_home() {
    let double = workspace().await;
    double.with(|state| {
        state.workspace.add_channel("crew", &["Dia", "Eli"]);
    });
    let office = Office::with(double, Way::Sockets, CALM).await;
    let dia = office.person("Dia");
    assert!(dia.types("C0CREW", "/maturity setup Crew").await.is_acked());
    dia.awaits("C0CREW", "Crew is ready").await;
    assert!(dia.opens_home().await.is_acked());
    dia.awaits_home("It has no schedule").await;

    assert!(dia.presses(&Spot::Home, "Targets").await.is_acked());
    dia.awaits_modal("The level each pillar is to reach").await;
    dia.fills("Tooling", Fill::One("5"));
    let sent = dia.submits().await;
    assert!(matches!(sent, Sent::Changed), "{sent:?}");
    dia.awaits_modal("Tooling 5").await;
    dia.awaits_home("Tooling 5").await;

    assert!(dia.presses(&Spot::Home, "When to ask").await.is_acked());
    dia.awaits_modal("present schedule").await;
    dia.fills("Or for experts", Fill::Text("every full moon"));
    assert!(matches!(dia.submits().await, Sent::Errors(_)));
    dia.fills("Or for experts", Fill::Text(""));
    dia.fills("How often to ask", Fill::One("Every week"));
    dia.fills("On", Fill::One("Thursday"));
    let sent = dia.submits().await;
    assert!(matches!(sent, Sent::Changed), "{sent:?}");
    dia.awaits_home("Asks by itself").await;

    // Whoever is no lead is not offered it.
    let eli = office.person("Eli");
    assert!(eli.opens_home().await.is_acked());
    let home = eli.awaits_home("Crew").await;
    assert!(!home.contains("[Targets]") && !home.contains("[When to ask]"), "{home}");
    office.assert_well_behaved();
}
