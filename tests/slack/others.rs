//! Servers that are like Slack: whatever they leave out, a team answers and reads its report.

use std::collections::BTreeSet;

use crate::answering::{Manner, Player};
use crate::double::Double;
use crate::double::bot::{Way, says};
use crate::double::kin::Kin;
use crate::double::person::{Fill, Sent};
use crate::report::{QUICK, bank};
use crate::script::{TEAM, questions, sitting};
use crate::team::{CALM, CHANNEL, ENTRY, Office, workspace};

async fn bare() -> Double {
    let double = workspace().await;
    double.with(|state| state.kin = Kin::Bare);
    double
}

/// No forms, no replies, no files, no profiles, no ids of events: buttons in direct messages do.
#[tokio::test(flavor = "multi_thread")]
async fn a_team_answers_and_reads_its_report_on_the_barest_server() {
    for way in [Way::Sockets, Way::Http] {
        let office = Office::with(bare().await, way, &format!("{CALM}{ENTRY}")).await;
        let (bank, since) = (bank(), office.person("Ann").mark());
        let post = office.starts_round("quick").await;
        let asked = questions(&bank, Some(&QUICK));
        for (number, name) in TEAM.into_iter().enumerate().filter(|(number, _)| *number != 2) {
            let (person, sitting) = (office.person(name), sitting(&asked, number, 0));
            let player = Player { person, bank: &bank, answers: &sitting.answers, since };
            assert!(player.person.presses(&post, "Answer").await.is_acked());
            let mut pressed = BTreeSet::new();
            while player.presses_next(Manner::Direct, &mut pressed).await {}
        }
        let (ann, mark) = (office.person("Ann"), office.person("Ann").mark());
        assert!(ann.types(CHANNEL, "/maturity close").await.is_acked());
        ann.awaits(CHANNEL, "4 of 5 people answered").await;
        assert!(ann.types(CHANNEL, "/maturity report").await.is_acked());
        let report = ann.awaits_after(mark, &ann.direct(), "your report").await.screen();
        assert!(report.contains("4 of 5 people answered"), "{report}");
        assert_told_once(&office);
    }
}

/// A form that nothing can be shown of says so, and words do in its place.
#[tokio::test(flavor = "multi_thread")]
async fn a_team_is_made_by_words_where_there_are_no_forms() {
    let double = bare().await;
    double.with(|state| state.workspace.add_channel("crew", &["Dia", "Eli"]).private = true);
    let office = Office::with(double, Way::Sockets, CALM).await;
    let dia = office.person("Dia");
    assert!(dia.types("C0CREW", "/maturity setup").await.is_acked());
    dia.awaits(&dia.direct(), "setup NAME").await;
    assert!(dia.types("C0CREW", "/maturity setup Crew minimum=2").await.is_acked());
    dia.awaits(&dia.direct(), "Crew").await;
    assert!(dia.types("C0CREW", "/maturity start quick").await.is_acked());
    dia.awaits("C0CREW", "[Answer]").await;
}

/// What nobody touched on the form that makes a team stays as it was proposed.
#[tokio::test(flavor = "multi_thread")]
async fn a_team_is_made_by_a_form_of_which_the_name_alone_is_told() {
    let double = workspace().await;
    double.with(|state| {
        state.kin = Kin::Workshop;
        state.workspace.add_channel("crew", &["Dia", "Eli"]);
    });
    let office = Office::with(double, Way::Sockets, CALM).await;
    let dia = office.person("Dia");
    assert!(dia.types("C0CREW", "/maturity setup").await.is_acked());
    dia.awaits_modal("zone").await;
    dia.fills("Name", Fill::Text("Crew"));
    let sent = dia.submits().await;
    assert!(!matches!(sent, Sent::Errors(_) | Sent::Trouble(_)), "{sent:?}");
    assert!(dia.types("C0CREW", "/maturity start quick").await.is_acked());
    dia.awaits("C0CREW", "[Answer]").await;
}

/// Each method that is not there is told of once, as a warning, and nothing is told as an error.
fn assert_told_once(office: &Office) {
    let (errors, told) = office.double.with(|state| {
        let with = |mark: &str| -> Vec<String> {
            state.logs.iter().filter(|line| line.contains(mark)).cloned().collect()
        };
        (with(" ERROR "), with("does not know a method"))
    });
    assert_eq!(errors, Vec::<String>::new());
    let unknown = |line: &String| line.rsplit("method=").next().map(str::to_owned);
    let methods: BTreeSet<Option<String>> = told.iter().map(unknown).collect();
    assert!(told.len() >= 3 && methods.len() == told.len(), "{told:#?}");
    office.assert_well_behaved();
}

#[tokio::test(flavor = "multi_thread")]
async fn doctor_says_what_the_barest_server_cannot_do() {
    let (fine, words) =
        says(&bare().await, &["doctor", "--online"], &format!("{CALM}{ENTRY}")).await;
    assert!(fine, "{words}");
    for told in ["views.open", "views.publish", "files.", "users.info", "blocks.validate", "scopes"]
    {
        let line = words.lines().find(|line| line.contains(told));
        assert!(line.is_some_and(|line| line.starts_with("note")), "{told}: {words}");
    }
}

/// A server that ends the socket before when another opens: the bot makes do with one.
#[tokio::test(flavor = "multi_thread")]
async fn a_server_with_room_for_one_socket_is_not_stormed() {
    let double = workspace().await;
    double.with(|state| state.links.one = true);
    let office = Office::with(double.clone(), Way::Sockets, &format!("{CALM}{ENTRY}")).await;
    let rests = |line: &&String| line.contains("one has to do");
    double.until("one socket", |state| state.logs.iter().find(rests).cloned()).await;
    double.until("it stands", |state| (state.links.open().len() == 1).then_some(())).await;
    let opened = double.with(|state| state.links.all.len());
    assert!(opened <= 8, "{opened} sockets");
    let (ann, mark) = (office.person("Ann"), office.person("Ann").mark());
    assert!(ann.types(CHANNEL, "/maturity help").await.is_acked());
    ann.awaits_after(mark, CHANNEL, "report").await;
}
