use std::collections::BTreeMap;

use serde_json::json;
use tokio::sync::mpsc;

use super::super::ids::place;
use super::super::inbound::Reach;
use super::super::testing::{self, Answer, Slack};
use super::*;
use crate::domain::message::{Field, Form, Input};
use crate::platform::{Delivery, PlaceChange};

fn answer(method: &str) -> Answer {
    match method {
        "auth.test" => (200, None, r#"{"ok":true,"user_id":"UBOT","team_id":"T1"}"#),
        "users.info" => (200, None, r#"{"ok":true,"user":{"id":"U1","name":"ann"}}"#),
        _ => (200, None, r#"{"ok":true}"#),
    }
}

/// A reception with the engine's end of its inbox.
async fn reception() -> (Arc<Reception>, mpsc::Receiver<Delivery>, Slack) {
    testing::reception(answer).await
}

fn home(id: &str) -> Arrival {
    let heard = Heard::Home("U1".to_owned());
    Arrival { id: EventId(format!("slack:{id}")), sent: None, heard }
}

/// The next event that is not about who somebody is.
async fn next(inbox: &mut mpsc::Receiver<Delivery>) -> Delivery {
    loop {
        let delivery = inbox.recv().await.unwrap();
        if !matches!(delivery.event.what, What::Joined { .. }) {
            return delivery;
        }
        delivery.done.send(None).unwrap();
    }
}

#[tokio::test]
async fn nothing_is_acknowledged_before_it_is_on_disk() {
    let (reception, mut inbox, _slack) = reception().await;
    let acking = tokio::spawn(reception.take(home("Ev1")));
    let delivery = next(&mut inbox).await;
    assert_eq!(delivery.event.what, What::Opened { person: person("U1"), whole: true });
    tokio::task::yield_now().await;
    assert!(!acking.is_finished());
    delivery.done.send(None).unwrap();
    assert_eq!(acking.await.unwrap(), Ack::Taken);
}

#[tokio::test]
async fn what_comes_twice_is_handed_in_once_and_acknowledged_twice() {
    let (reception, mut inbox, _slack) = reception().await;
    let (one, two) = (reception.take(home("Ev1")), reception.take(home("Ev1")));
    next(&mut inbox).await.done.send(None).unwrap();
    assert_eq!((one.await, two.await), (Ack::Taken, Ack::Taken));
    assert!(inbox.try_recv().is_err());
}

#[tokio::test]
async fn one_person_is_heard_in_order() {
    let (reception, mut inbox, _slack) = reception().await;
    let (one, two) = (reception.take(home("Ev1")), reception.take(home("Ev2")));
    let first = next(&mut inbox).await;
    tokio::task::yield_now().await;
    assert!(inbox.try_recv().is_err(), "the second waits for the first");
    first.done.send(None).unwrap();
    assert_eq!(one.await, Ack::Taken);
    let second = next(&mut inbox).await;
    assert_eq!(second.event.id.as_str(), "slack:Ev2");
    second.done.send(None).unwrap();
    assert_eq!(two.await, Ack::Taken);
}

fn field(error: Option<&str>) -> Field {
    Field {
        name: "zone".to_owned(),
        label: "Zone".to_owned(),
        help: String::new(),
        value: "Mars".to_owned(),
        input: Input::Line,
        optional: false,
        error: error.map(ToOwned::to_owned),
    }
}

fn form(error: Option<&str>) -> Response {
    let form = Form {
        name: "setup".to_owned(),
        title: "A team".to_owned(),
        body: String::new(),
        fields: vec![field(error)],
        submit: "Send".to_owned(),
        choices: Vec::new(),
    };
    Response { message: Message::Form(form), drawing: None }
}

fn submission() -> Arrival {
    let values = BTreeMap::from([("zone".to_owned(), "Mars".to_owned())]);
    let luggage = Luggage { form: "setup".to_owned(), ..Luggage::default() };
    let id = EventId("slack:V1/h/x".to_owned());
    let (user, view) = ("U1".to_owned(), "V1".to_owned());
    let sent = Submitted { user, view, luggage, values, id: id.clone() };
    Arrival { id, sent: None, heard: Heard::Submitted(sent) }
}

#[tokio::test]
async fn what_is_wrong_stands_at_its_field_each_time_it_is_sent() {
    let (reception, mut inbox, _slack) = reception().await;
    for _ in 0..2 {
        let acking = tokio::spawn(reception.take(submission()));
        let delivery = next(&mut inbox).await;
        delivery.done.send(Some(form(Some("There is no such zone")))).unwrap();
        let errors = json!({ "zone": "There is no such zone" });
        let expected = json!({ "response_action": "errors", "errors": errors });
        assert_eq!(acking.await.unwrap(), Ack::Says(expected));
    }
}

#[tokio::test]
async fn a_form_that_leads_to_another_shows_it_also_when_it_comes_twice() {
    let (reception, mut inbox, _slack) = reception().await;
    let (one, two) = (reception.take(submission()), reception.take(submission()));
    next(&mut inbox).await.done.send(Some(form(None))).unwrap();
    let (one, two) = (one.await, two.await);
    assert_eq!(one, two);
    let Ack::Says(says) = one else { panic!("{one:?}") };
    assert_eq!(says["response_action"], "update");
    assert_eq!(says["view"]["title"]["text"], "A team");
}

#[tokio::test]
async fn a_form_that_is_late_is_to_be_sent_again_and_shows_when_it_is_there() {
    let (reception, mut inbox, slack) = reception().await;
    let acking = reception.take(submission());
    let delivery = next(&mut inbox).await;
    let Ack::Says(says) = acking.await else { panic!("an error") };
    let words = "Not saved yet. Please send it again.";
    assert_eq!(says["errors"], json!({ "zone": words }));
    delivery.done.send(Some(form(None))).unwrap();
    calls(&slack, "views.update").await;
}

#[tokio::test]
async fn a_command_that_is_late_is_said_to_be_worked_on_and_answered_afterwards() {
    let (reception, mut inbox, slack) = reception().await;
    let command = Command {
        user: "U1".to_owned(),
        place: Some(place("C1")),
        words: "status".to_owned(),
        reach: Reach::default(),
    };
    let id = EventId("slack:command/1".to_owned());
    let acking = reception.take(Arrival { id, sent: None, heard: Heard::Command(command) });
    let delivery = next(&mut inbox).await;
    let words = "Still working on it; the answer follows here.";
    let expected = json!({ "response_type": "ephemeral", "text": words });
    assert_eq!(acking.await, Ack::Says(expected));
    let message = Message::Text("No round is open.".to_owned());
    delivery.done.send(Some(Response { message, drawing: None })).unwrap();
    calls(&slack, "chat.postEphemeral").await;
}

#[tokio::test]
async fn an_event_that_is_late_is_left_to_be_repeated_and_counts_once() {
    let (reception, mut inbox, _slack) = reception().await;
    let acking = reception.take(home("Ev1"));
    let delivery = next(&mut inbox).await;
    assert_eq!(acking.await, Ack::Withheld);
    let again = reception.take(home("Ev1"));
    delivery.done.send(None).unwrap();
    assert_eq!(again.await, Ack::Taken);
    assert!(inbox.try_recv().is_err());
}

/// Waits until a method was called.
async fn calls(slack: &Slack, method: &str) {
    let called = async {
        while !slack.calls().iter().any(|called| called == method) {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), called).await.unwrap();
}

#[tokio::test]
async fn what_the_bot_does_not_take_is_not_acknowledged() {
    let (reception, mut inbox, _slack) = reception().await;
    let acking = tokio::spawn(reception.take(home("Ev1")));
    drop(next(&mut inbox).await);
    assert_eq!(acking.await.unwrap(), Ack::Withheld);
}

fn joins(id: &str, user: &str) -> Arrival {
    let (channel, user) = ("C1".to_owned(), user.to_owned());
    let heard = Heard::Joined { channel, user, inviter: None };
    Arrival { id: EventId(format!("slack:{id}")), sent: None, heard }
}

/// Whoever cannot be looked up holds nobody up: the whole channel is looked up afterwards.
#[tokio::test]
async fn a_join_is_acknowledged_whether_or_not_its_person_can_be_looked_up() {
    let told = |method: &str| match method {
        "users.info" => (200, None, r#"{"ok":false,"error":"user_not_visible"}"#),
        other => answer(other),
    };
    let (reception, mut inbox, _slack) = testing::reception(told).await;
    let acking = tokio::spawn(reception.take(joins("Ev1", "U1")));
    let delivery = inbox.recv().await.unwrap();
    let unclear = What::PlaceChanged { place: place("C1"), change: PlaceChange::Unclear };
    assert_eq!(delivery.event.what, unclear);
    delivery.done.send(None).unwrap();
    assert_eq!(acking.await.unwrap(), Ack::Taken);

    let (reception, mut inbox, _slack) = self::reception().await;
    let acking = tokio::spawn(reception.take(joins("Ev2", "U1")));
    let delivery = inbox.recv().await.unwrap();
    assert!(matches!(delivery.event.what, What::Joined { .. }), "{:?}", delivery.event.what);
    delivery.done.send(None).unwrap();
    assert_eq!(acking.await.unwrap(), Ack::Taken);
}

fn removal() -> Arrival {
    let heard = Heard::Removed("app_uninstalled".to_owned());
    Arrival { id: EventId("slack:Ev1".to_owned()), sent: None, heard }
}

#[tokio::test]
async fn a_removal_that_comes_late_ends_nothing_and_one_that_holds_does() {
    let (reception, _inbox, slack) = reception().await;
    assert_eq!(reception.take(removal()).await, Ack::Taken);
    reception.quiet().await;
    assert_eq!(slack.calls(), ["auth.test"], "Slack is asked");
    assert_eq!(*reception.removal().borrow(), None);

    let refused = |_: &str| (200, None, r#"{"ok":false,"error":"account_inactive"}"#);
    let (reception, _inbox, _slack) = testing::reception(refused).await;
    assert_eq!(reception.take(removal()).await, Ack::Taken);
    reception.quiet().await;
    assert_eq!(reception.removal().borrow().as_deref(), Some("app_uninstalled"));
}
