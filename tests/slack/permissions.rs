//! What the bot does with permissions that a workspace may grant or leave out.

use crate::double::bot::Way;
use crate::double::person::Person;
use crate::double::state::{Note, State};
use crate::double::workspace::Group;
use crate::team::{CALM, CHANNEL, ENTRY, Office, workspace};

#[tokio::test(flavor = "multi_thread")]
async fn whoever_does_not_want_to_be_disturbed_is_written_to_afterwards() {
    let double = workspace().await;
    let until = double.now() / 1000 + 4;
    double.with(|state| {
        state.workspace.scopes.insert("dnd:read".into());
        state.workspace.user_mut("Bob").rests_until = Some(until);
    });
    let office = Office::with(double, Way::Sockets, &format!("{CALM}{ENTRY}")).await;
    office.starts_round("quick").await;
    let (bob, cem) = (office.person("Bob"), office.person("Cem"));
    let at_once = cem.awaits(&cem.direct(), "[I don't know]").await.at;
    assert!(at_once < until * 1000, "Cem is written to meanwhile");
    let later = bob.awaits(&bob.direct(), "[I don't know]").await.at;
    assert!(later >= until * 1000, "{} ms early", until * 1000 - later);
    office.assert_well_behaved();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_user_group_leads_a_team_where_the_bot_may_know_its_people() {
    for may in [true, false] {
        let double = workspace().await;
        double.with(|state| {
            let (id, handle) = ("S0LEADS".to_owned(), "leads".to_owned());
            state.workspace.groups.push(Group { id, handle, users: vec!["U0BOB".into()] });
            if may {
                state.workspace.scopes.insert("usergroups:read".into());
            }
        });
        let entry = ENTRY.replace("slack:U0ANN", "slack:S0LEADS");
        let office = Office::with(double, Way::Sockets, &format!("{CALM}{entry}")).await;
        let bob = office.person("Bob");
        // Who is in the channel is looked up when the bot starts, which takes a moment.
        let answer = starts_once_known(&office, &bob).await;
        if may {
            bob.awaits(CHANNEL, "[Answer]").await;
        } else {
            assert!(answer.contains("Only who leads"), "{answer}");
        }
        let asked = office
            .double
            .with(|state| state.journal.iter().any(|it| it.method.starts_with("usergroups.")));
        assert_eq!(asked, may, "what was not granted is not asked for");
    }
}

/// Bob starts a round, again and again until it is known that he is in the team; gives what he
/// hears then.
async fn starts_once_known(office: &Office, bob: &Person) -> String {
    loop {
        let mark = bob.mark();
        assert!(bob.types(CHANNEL, "/maturity start quick").await.is_acked());
        let own = |state: &State| {
            let fresh = state.notes.iter().skip(mark);
            let mut own = fresh.filter(|it| it.only.as_deref() == Some("U0BOB"));
            own.next().map(Note::screen)
        };
        let answer = office.double.until("a word to Bob", own).await;
        if !answer.contains("you are not in") {
            return answer;
        }
    }
}

/// Twenty calls a minute are as many as Slack takes of those that read user groups.
#[tokio::test(flavor = "multi_thread")]
async fn however_many_user_groups_there_are_theirs_lead() {
    let double = workspace().await;
    double.with(|state| {
        state.faults.tiers = true;
        state.workspace.scopes.insert("usergroups:read".into());
        for number in 0..25 {
            let (id, handle) = (format!("S0GROUP{number}"), format!("group{number}"));
            let users = vec![if number == 24 { "U0BOB" } else { "U0ZOE" }.to_owned()];
            state.workspace.groups.push(Group { id, handle, users });
        }
    });
    let entry = ENTRY.replace("slack:U0ANN", "slack:S0GROUP24");
    let office = Office::with(double, Way::Sockets, &format!("{CALM}{entry}")).await;
    let bob = office.person("Bob");
    office
        .double
        .until("a look at the channel", |state| {
            let mut calls = state.journal.iter();
            calls.find(|it| it.method == "usergroups.list" && it.outcome == "ok").map(|_| ())
        })
        .await;
    // What the look brought is on disk a moment later.
    let leads = starts_once_known(&office, &bob).await;
    assert!(!leads.contains("Only who leads"), "{leads}");
    bob.awaits(CHANNEL, "[Answer]").await;
    let calls = office.double.with(|state| {
        state.journal.iter().filter(|it| it.method.starts_with("usergroups.")).count()
    });
    assert_eq!(calls, 1);
    office.assert_well_behaved();
}
