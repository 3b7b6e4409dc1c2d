//! What people get to see when they type, press and send: in time, in place, in words that help.

use crate::double::bot::Way;
use crate::double::faults::Fault;
use crate::double::person::{Fill, Sent, Spot};
use crate::double::state::{Note, State};
use crate::team::{CALM, CHANNEL, ENTRY, Office, workspace};

#[tokio::test(flavor = "multi_thread")]
async fn v13_a_report_is_read_where_the_bot_is_no_member() {
    let double = workspace().await;
    double.with(|state| {
        let bot = state.workspace.bot_user.clone();
        let elsewhere = state.workspace.add_channel("elsewhere", &["Ann"]);
        elsewhere.members.remove(&bot);
    });
    let office = Office::with(double, Way::Sockets, &format!("{CALM}{ENTRY}")).await;
    office.starts_round("quick").await;
    let ann = office.person("Ann");
    assert!(ann.types(CHANNEL, "/maturity close").await.is_acked());
    ann.awaits(CHANNEL, "is closed").await;
    let (from, mark) = (office.double.now(), ann.mark());
    assert!(ann.types("C0ELSEWHERE", "/maturity report").await.is_acked());
    let first = office
        .double
        .until("feedback", |state| {
            state.notes.iter().skip(mark).find(|it| it.channel == "C0ELSEWHERE").map(|it| it.at)
        })
        .await;
    assert!(first - from < 3_000, "{} ms", first - from);
    let report = ann.awaits("C0ELSEWHERE", "Payments").await;
    assert_eq!(report.only.as_deref(), Some("U0ANN"), "private by default");
    let responses = office.double.with(|state| {
        state.journal.iter().filter(|it| it.method == "response_url" && it.outcome == "ok").count()
    });
    assert!(responses <= 5, "{responses}");
    office.assert_well_behaved();
}

/// Slack refuses messages beyond a certain length, and a report holds all remarks.
#[tokio::test(flavor = "multi_thread")]
async fn a_long_report_is_read_to_its_last_remark() {
    let office = Office::open(Way::Sockets).await;
    office.starts_round("quick").await;
    let mut remarks = Vec::new();
    for name in ["Ann", "Bob", "Cem", "Dia"] {
        let person = office.person(name);
        assert!(person.types(CHANNEL, "/maturity answer").await.is_acked());
        for number in 1..=8 {
            let remark = format!("{name} on {number}: {}", "so it is, and ".repeat(32));
            for line in ["don't know", &format!("comment {remark}")] {
                assert!(person.types(CHANNEL, &format!("/maturity {line}")).await.is_acked());
            }
            remarks.push(format!("{name} on {number}:"));
        }
    }
    let ann = office.person("Ann");
    assert!(ann.types(CHANNEL, "/maturity close").await.is_acked());
    ann.awaits(CHANNEL, "is closed").await;
    let mark = ann.mark();
    assert!(ann.types(CHANNEL, "/maturity report").await.is_acked());
    ann.awaits_after(mark, CHANNEL, "shows how a figure came about").await;
    let told = office.double.with(|state| {
        let own = state.notes.iter().skip(mark).filter(|it| it.only.as_deref() == Some("U0ANN"));
        own.map(Note::screen).collect::<Vec<_>>().join("\n")
    });
    for remark in remarks {
        assert!(told.contains(&remark), "no {remark} in\n{told}");
    }
    office.assert_well_behaved();
}

#[tokio::test(flavor = "multi_thread")]
async fn v14_the_form_opens_within_a_second_and_a_late_one_can_be_tried_again() {
    let office = Office::open(Way::Sockets).await;
    let post = office.starts_round("quick").await;
    let (bob, from) = (office.person("Bob"), office.double.now());
    assert!(bob.presses(&post, "Answer").await.is_acked());
    bob.awaits_modal("Page 1 of 2").await;
    let opened = office.double.with(|state| {
        state.journal.iter().find(|it| it.method == "views.open").map(|it| it.at).expect("opened")
    });
    assert!(opened - from < 1_000, "{} ms", opened - from);

    let cem = office.person("Cem");
    let late = Fault::Error("expired_trigger_id");
    office.double.with(|state| state.faults.plan("views.open", late, 1));
    let mark = cem.mark();
    assert!(cem.presses(&post, "Answer").await.is_acked());
    let what = "a button to try again";
    let again = office
        .double
        .until(what, |state| {
            let fresh = state.notes.iter().skip(mark);
            fresh
                .filter(|it| it.only.as_deref() == Some("U0CEM"))
                .find(|it| it.screen().contains('['))
                .cloned()
        })
        .await;
    let screen = again.screen();
    let label = screen.split('[').nth(1).and_then(|it| it.split(']').next()).expect("a button");
    assert!(cem.presses(&Spot::from(&again), label).await.is_acked());
    cem.awaits_modal("Page 1 of 2").await;
    office.assert_well_behaved();
}

#[tokio::test(flavor = "multi_thread")]
async fn v15_what_is_wrong_in_a_form_is_said_beside_it_and_the_entry_is_kept() {
    let double = workspace().await;
    double.with(|state| {
        state.workspace.add_channel("crew", &["Dia", "Eli", "Bob"]);
    });
    let office = Office::with(double, Way::Sockets, &format!("{CALM}{ENTRY}")).await;
    let dia = office.person("Dia");
    assert!(dia.types("C0CREW", "/maturity setup").await.is_acked());
    let form = dia.awaits_modal("New team").await;
    let zone =
        form.lines().find(|it| it.to_lowercase().contains("zone")).expect("a zone").to_owned();
    let name =
        form.lines().find(|it| it.to_lowercase().contains("name")).expect("a name").to_owned();
    dia.fills(&name, Fill::Text("The crew"));
    dia.fills("Leads", Fill::Users(&["U0BOB"]));
    dia.fills(&zone, Fill::Text("Atlantis"));
    let Sent::Errors(errors) = dia.submits().await else { panic!("no errors for:\n{form}") };
    assert_eq!(
        errors.as_object().map(|map| map.keys().collect::<Vec<_>>()),
        Some(vec![&"zone".to_owned()])
    );
    dia.fills(&zone, Fill::Text("Europe/Berlin"));
    let sent = dia.submits().await;
    assert!(!matches!(sent, Sent::Errors(_) | Sent::Trouble(_)), "{sent:?}");
    assert!(dia.types("C0CREW", "/maturity status").await.is_acked());
    dia.awaits("C0CREW", "The crew").await;
    office.assert_well_behaved();
}

#[tokio::test(flavor = "multi_thread")]
async fn v16_a_chart_is_uploaded_in_three_steps_and_words_go_out_without_it() {
    for fails in [false, true] {
        let office = Office::open(Way::Sockets).await;
        if fails {
            let fault = Fault::Error("fatal_error");
            office.double.with(|state| state.faults.plan("files.getUploadURLExternal", fault, 99));
        }
        let post = office.starts_round("quick").await;
        for name in ["Ann", "Bob", "Cem"] {
            let person = office.opens_form(name, &post).await;
            let page = person.modal().expect("a modal");
            let numbered =
                |line: &&str| line.split_once(". ").is_some_and(|(n, _)| n.parse::<u8>().is_ok());
            for label in page.lines().filter(numbered) {
                person.fills(label, Fill::First);
            }
            assert_eq!(person.submits().await, Sent::Changed);
        }
        let ann = office.person("Ann");
        assert!(ann.types(CHANNEL, "/maturity close").await.is_acked());
        let what = "the summary";
        let summary = office
            .double
            .until(what, |state| {
                let seen = state.sees("U0ANN", CHANNEL);
                seen.into_iter()
                    .find(|it| it.only.is_none() && it.screen().contains("level"))
                    .cloned()
            })
            .await;
        assert!(!summary.text.is_empty());
        if fails {
            continue;
        }
        let (alt, announced, came) = office
            .double
            .until("the chart", |state| {
                let file = state.files.values().find(|it| it.complete)?;
                Some((file.alt.clone(), file.length, file.bytes.clone()))
            })
            .await;
        assert!(!alt.trim().is_empty());
        assert_eq!(announced, came.len());
        assert_eq!(came[..8], *b"\x89PNG\r\n\x1a\n");
        office.assert_well_behaved();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn v19_home_is_there_at_once_and_a_failed_one_is_put_up_again() {
    let office = Office::open(Way::Sockets).await;
    office.starts_round("quick").await;
    let (bob, from) = (office.person("Bob"), office.double.now());
    assert!(bob.opens_home().await.is_acked());
    let home = bob.awaits_home("Payments").await;
    let took = office.double.now() - from;
    assert!(took < 2_000, "{took} ms");
    for words in ["[Answer]", "[Not before tomorrow]", "[Stop writing to me]", "Whoever leads"] {
        assert!(home.contains(words), "no {words} on:\n{home}");
    }
    let cem = office.person("Cem");
    let fault = Fault::Error("internal_error");
    office.double.with(|state| state.faults.plan("views.publish", fault, 1));
    assert!(cem.opens_home().await.is_acked());
    cem.awaits_home("Payments").await;
    office.assert_well_behaved();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_late_click_and_a_strangers_click_are_answered_politely() {
    let office = Office::open(Way::Sockets).await;
    let post = office.starts_round("quick").await;
    let (zoe, dia) = (office.person("Zoe"), office.person("Dia"));
    let question = dia.awaits(&dia.direct(), "[I don't know]").await;
    let form = office.opens_form("Bob", &post).await;

    // Zoe is in no channel; she pressed before she was taken out of it.
    let mark = zoe.mark();
    assert!(zoe.presses(&post, "Answer").await.is_acked());
    office
        .double
        .until("a word to Zoe", |state| {
            let told = state.notes.iter().skip(mark).any(|it| it.only.as_deref() == Some("U0ZOE"));
            (told || state.views.top("U0ZOE").is_some()).then_some(())
        })
        .await;
    assert!(
        !zoe.modal().is_some_and(|modal| modal.contains("Page 1")),
        "a stranger may not answer"
    );

    let ann = office.person("Ann");
    assert!(ann.types(CHANNEL, "/maturity close").await.is_acked());
    ann.awaits(CHANNEL, "is closed").await;
    // Late: a form that stood open, a button in a direct message, the button in the channel.
    form.fills("1. ", Fill::One("I don't know"));
    let sent = form.submits().await;
    assert!(matches!(sent, Sent::Errors(_) | Sent::Changed), "{sent:?}");
    let mark = dia.mark();
    assert!(dia.presses(&Spot::from(&question), "I don't know").await.is_acked());
    office
        .double
        .until("a word to Dia", |state| {
            let seen = state
                .notes
                .iter()
                .find(|it| it.ts == question.ts && it.channel == question.channel);
            let changed = seen.is_none_or(|it| it.screen().contains("has closed"));
            let told = state.notes.iter().skip(mark).any(|it| {
                state.sees(&dia.id, &it.channel).iter().any(|own| own.ts == it.ts)
                    && it.screen().contains("has closed")
            });
            (changed || told).then_some(())
        })
        .await;
    let eli = office.person("Eli");
    assert!(eli.presses(&post, "Answer").await.is_acked());
    office
        .double
        .until("a word to Eli", |state| {
            let words = |it: &crate::double::state::Note| it.screen().contains("has closed");
            let told =
                state.notes.iter().any(|it| it.only.as_deref() == Some("U0ELI") && words(it));
            let modal = state.views.top("U0ELI").map(|view| view.body.to_string());
            (told || modal.is_some_and(|it| it.contains("has closed"))).then_some(())
        })
        .await;
    office.assert_well_behaved();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_double_click_is_one_answer() {
    let office = Office::open(Way::Sockets).await;
    office.starts_round("quick").await;
    let bob = office.person("Bob");
    let question = bob.awaits(&bob.direct(), "[I don't know]").await;
    let spot = Spot::from(&question);
    let (first, second) =
        (bob.pressing(&spot, "I don't know"), bob.pressing(&spot, "I don't know"));
    let kind = crate::double::deliver::Kind::Interactive;
    let (one, two) = tokio::join!(
        office.double.deliver(kind, &first, false, None),
        office.double.deliver(kind, &second, false, None),
    );
    assert!(one.is_acked() && two.is_acked());
    let told = office.answered("Bob").await;
    assert!(told.contains("1 of 8 answered"), "{told}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_goes_back_and_shows_what_was_said() {
    let office = Office::open(Way::Sockets).await;
    let post = office.starts_round("quick").await;
    let bob = office.opens_form("Bob", &post).await;
    bob.fills("1. ", Fill::One("I don't know"));
    assert_eq!(bob.submits().await, Sent::Changed);
    bob.fills("6. ", Fill::One("I don't know"));
    assert!(bob.presses(&Spot::Modal, "Back").await.is_acked());
    bob.awaits_modal("Page 1 of 2").await;
    let first = bob.submission().expect("complete")["view"]["state"]["values"].to_string();
    assert!(first.contains("I don't know"), "{first}");
    assert_eq!(bob.submits().await, Sent::Changed);
    bob.awaits_modal("Page 2 of 2").await;
    office.assert_well_behaved();
}

/// Whatever is the matter with the form, trying again would not mend it.
#[tokio::test(flavor = "multi_thread")]
async fn where_slack_refuses_a_form_its_questions_come_one_by_one() {
    let office = Office::open(Way::Sockets).await;
    let post = office.starts_round("quick").await;
    let bob = office.person("Bob");
    let fault = Fault::Error("view_too_large");
    office.double.with(|state| state.faults.plan("views.open", fault, 1));
    assert!(bob.presses(&post, "Answer").await.is_acked());
    let asked = |state: &State| {
        let mut own = state.notes.iter().filter(|it| it.only.as_deref() == Some("U0BOB"));
        own.find(|it| it.screen().contains("[I don't know]")).map(Note::screen)
    };
    let asked = office.double.until("a question", asked).await;
    assert!(!asked.contains("[Try again]"), "{asked}");
    office.assert_well_behaved();
}
