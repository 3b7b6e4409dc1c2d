//! Who is asked and who never is, and what happens when somebody or something is gone.

use serde_json::json;

use crate::double::bot::Way;
use crate::double::deliver::Outcome;
use crate::double::workspace::user_id;
use crate::team::{CALM, CHANNEL, ENTRY, Office, workspace};

#[tokio::test(flavor = "multi_thread")]
async fn v17_machines_guests_strangers_and_those_who_left_are_never_written_to() {
    let double = workspace().await;
    let outsiders = ["Gone", "Robot", "Guest", "Single", "Stranger"];
    double.with(|state| {
        let place = &mut state.workspace;
        place.add_people(&outsiders, "UTC");
        place.user_mut("Gone").deleted = true;
        place.user_mut("Robot").bot = true;
        place.user_mut("Guest").guest = true;
        place.user_mut("Single").single_guest = true;
        place.user_mut("Stranger").stranger = true;
        let channel = place.channel_mut(CHANNEL).expect("there");
        channel.members.extend(outsiders.map(user_id));
    });
    let office = Office::with(double, Way::Sockets, &format!("{CALM}{ENTRY}")).await;
    office.starts_round("quick").await;
    for name in ["Bob", "Cem", "Dia", "Eli"] {
        let person = office.person(name);
        person.awaits(&person.direct(), "[I don't know]").await;
    }
    office.double.with(|state| {
        for name in outsiders {
            let id = user_id(name);
            let asked = state.journal.iter().filter(|it| it.params["users"] == json!(id));
            assert_eq!(asked.count(), 0, "{name} was about to be written to");
            let written = state.notes.iter().any(|it| it.channel == id.replacen("U0", "D0", 1));
            assert!(!written, "{name} was written to");
        }
    });
    office.assert_well_behaved();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_guests_press_is_answered_and_opens_no_form() {
    let double = workspace().await;
    double.with(|state| {
        state.workspace.add_people(&["Guest"], "UTC");
        state.workspace.user_mut("Guest").guest = true;
        let channel = state.workspace.channel_mut(CHANNEL).expect("there");
        channel.members.insert(user_id("Guest"));
    });
    let office = Office::with(double, Way::Sockets, &format!("{CALM}{ENTRY}")).await;
    let post = office.starts_round("quick").await;
    let guest = office.person("Guest");
    assert!(guest.presses(&post, "Answer").await.is_acked());
    office
        .double
        .until("a word to the guest", |state| {
            let told = state.notes.iter().any(|it| it.only.as_deref() == Some("U0GUEST"));
            (told || state.views.top("U0GUEST").is_some()).then_some(())
        })
        .await;
    assert!(!guest.modal().is_some_and(|modal| modal.contains("Page 1")));
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_comes_later_can_answer_and_whoever_left_cannot() {
    let office = Office::open(Way::Sockets).await;
    let post = office.starts_round("quick").await;
    assert!(office.double.joins("U0ZOE", CHANNEL).await.is_acked());
    office.opens_form("Zoe", &post).await;
    assert!(office.double.leaves("U0BOB", CHANNEL).await.is_acked());
    let bob = office.person("Bob");
    assert!(bob.presses(&post, "Answer").await.is_acked());
    office
        .double
        .until("a word to Bob", |state| {
            let told = state.notes.iter().any(|it| it.only.as_deref() == Some("U0BOB"));
            (told || state.views.top("U0BOB").is_some()).then_some(())
        })
        .await;
    assert!(!bob.modal().is_some_and(|modal| modal.contains("Page 1")));
    office.assert_well_behaved();
}

#[tokio::test(flavor = "multi_thread")]
async fn v18_an_archived_channel_is_paused_with_a_reason_and_others_go_on() {
    let double = workspace().await;
    double.with(|state| {
        state.workspace.add_channel("other", &["Ann", "Bob", "Cem"]);
    });
    let other = "\n[[team]]\nid = \"other\"\nname = \"Other\"\nplace = \"slack:C0OTHER\"\nleads = [\"slack:U0ANN\"]\n";
    let office = Office::with(double, Way::Sockets, &format!("{CALM}{ENTRY}{other}")).await;
    assert!(office.double.archives("C0PAYMENTS").await.is_acked());
    let root = office.person("Root");
    assert!(root.opens_home().await.is_acked());
    let home = root.awaits_home("Payments").await;
    assert!(home.contains("[All teams]"), "{home}");
    let ann = office.person("Ann");
    assert!(ann.types("C0OTHER", "/maturity start quick").await.is_acked());
    ann.awaits("C0OTHER", "[Answer]").await;
    office.assert_well_behaved();
}

#[tokio::test(flavor = "multi_thread")]
async fn v18_a_revoked_token_stops_all_sending_and_keeps_the_data() {
    let mut office = Office::open(Way::Sockets).await;
    office.starts_round("quick").await;
    let event = json!({"type": "tokens_revoked", "tokens": {"oauth": [], "bot": ["U0BOT"]}});
    office.double.with(|state| state.workspace.revoked = Some("token_revoked"));
    let outcome = office.double.happens_with(&event, &[]).await;
    assert!(matches!(outcome, Outcome::Acked(_)), "{outcome:?}");
    office
        .double
        .until("an error", |state| state.logs.iter().find(|it| it.contains("ERROR")).cloned())
        .await;
    // What was on its way to several people side by side still arrives.
    let moment = std::time::Duration::from_millis(500);
    assert!(office.double.within(moment, |_| None::<()>).await.is_none());
    let before = office.double.with(|state| state.journal.len());
    assert!(office.double.within(moment, |_| None::<()>).await.is_none());
    let after = office.double.with(|state| state.journal.len());
    assert_eq!(after, before, "it goes on calling");
    assert!(office.bot.lives());
    office.double.with(|state| state.workspace.revoked = None);
    office.restart().await;
    let told = office.answered("Ann").await;
    assert!(told.contains("of 8 answered"), "{told}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shared_channel_gets_no_round_unless_the_operator_wants_it() {
    let double = workspace().await;
    double.with(|state| state.workspace.channel_mut(CHANNEL).expect("there").shared = true);
    let office = Office::with(double, Way::Sockets, &format!("{CALM}{ENTRY}")).await;
    let ann = office.person("Ann");
    assert!(ann.types(CHANNEL, "/maturity start quick").await.is_acked());
    let quiet = std::time::Duration::from_millis(700);
    let opened = office
        .double
        .within(quiet, |state| {
            state
                .notes
                .iter()
                .find(|it| it.only.is_none() && it.screen().contains("[Answer]"))
                .map(|_| ())
        })
        .await;
    assert_eq!(opened, None);
}
