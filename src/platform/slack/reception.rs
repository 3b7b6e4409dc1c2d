//! Where everything that Slack sends comes in: it is handed to the engine in order, acknowledged
//! once it is on disk, and answered after that.

mod presses;
mod workspace;

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::sync::watch;

use super::ack::{Ack, Acker, Seen};
use super::api::Api;
use super::commands::COMMAND;
use super::errands::{Errand, Errands};
use super::forms;
use super::ids::person;
use super::inbound::{Arrival, Command, Heard, Submitted};
use super::modals::{self, Luggage};
use super::people::People;
use super::replies::{Asker, Replies};
use super::turns::{Turn, Turns};
use super::waiting::{backoff, pause};
use crate::clock::Clock;
use crate::domain::ids::{EventId, PersonId, PlaceId};
use crate::domain::message::{Message, Press};
use crate::platform::{Inbox, Incoming, NotCommitted, Response, What};

/// Slack waits three seconds for an acknowledgement; some of that is the way there.
const PATIENCE: Duration = Duration::from_millis(2500);
/// How long a stranger's profile may hold up what they did.
const ACQUAINTANCE: Duration = Duration::from_millis(300);
/// How often a home view is shown anew after Slack did not take it.
const HOME_TRIES: u32 = 4;

/// What the reception works with.
pub struct Staff {
    /// The Web API, which is barred when the app is removed.
    pub api: Arc<Api>,
    /// Who people are.
    pub people: Arc<People>,
    /// The way to answer.
    pub replies: Replies,
    /// The time.
    pub clock: Clock,
}

/// Takes in what Slack sends.
pub struct Reception {
    inbox: Inbox,
    staff: Arc<Staff>,
    seen: Seen,
    /// What a person did goes to the engine in order.
    hands: Turns,
    /// What a person is answered is said in order.
    mouths: Turns,
    /// Why the workspace took the app away.
    removed: watch::Sender<Option<String>>,
    /// What is under way.
    errands: Errands,
}

/// One event on its way through.
struct Visit {
    id: EventId,
    sent: crate::clock::Instant,
    acker: Acker,
    hand: Turn,
    mouth: Turn,
}

impl Reception {
    /// A reception that hands in to an inbox.
    #[must_use]
    pub fn new(inbox: Inbox, staff: Arc<Staff>) -> Arc<Self> {
        let (hands, mouths, seen) = (Turns::default(), Turns::default(), Seen::default());
        let (removed, errands) = (watch::Sender::new(None), Errands::default());
        Arc::new(Self { inbox, staff, seen, hands, mouths, removed, errands })
    }

    /// Notes something that a stop should wait for, until what it gives is dropped.
    #[must_use]
    pub fn begin(&self) -> Errand {
        self.errands.begin()
    }

    /// Waits until nothing is under way: everything is acknowledged and answered.
    pub async fn quiet(&self) {
        self.errands.done().await;
    }

    /// Tells when the workspace takes the app away, and why.
    pub fn removal(&self) -> watch::Receiver<Option<String>> {
        self.removed.subscribe()
    }

    /// Takes an event in. Its place in the order is that of this call; what it gives tells how to
    /// acknowledge, at the latest after 2.5 seconds.
    pub fn take(self: &Arc<Self>, arrival: Arrival) -> impl Future<Output = Ack> + use<> {
        let (acker, answer) = Acker::new();
        let late = self.late(&arrival);
        let visit = Visit {
            id: arrival.id.clone(),
            sent: arrival.sent.unwrap_or_else(|| self.staff.clock.now()),
            acker,
            hand: self.hands.queue(arrival.lane()),
            mouth: self.mouths.queue(arrival.lane()),
        };
        let (reception, errand) = (Arc::clone(self), self.begin());
        tokio::spawn(async move {
            reception.see_to(visit, arrival.heard).await;
            drop(errand);
        });
        async move {
            match tokio::time::timeout(PATIENCE, answer).await {
                Ok(ack) => ack.unwrap_or(Ack::Withheld),
                Err(_) => late,
            }
        }
    }

    /// What Slack hears when an event is not on disk in time.
    fn late(&self, arrival: &Arrival) -> Ack {
        match &arrival.heard {
            Heard::Command(_) => {
                let words = self.staff.replies.part("working");
                Ack::Says(json!({ "response_type": "ephemeral", "text": words }))
            }
            Heard::Submitted(sent) => match sent.values.keys().next() {
                Some(block) => {
                    let words = self.staff.replies.part("not-saved");
                    Ack::Says(json!({ "response_action": "errors", "errors": { block: words } }))
                }
                None => Ack::Withheld,
            },
            _ => Ack::Withheld,
        }
    }

    async fn see_to(self: Arc<Self>, mut visit: Visit, heard: Heard) {
        visit.hand.come().await;
        if let Some(ack) = self.seen.before(&visit.id).filter(|_| heard != Heard::Nothing) {
            visit.acker.send(ack);
            return;
        }
        let done = match heard {
            Heard::Command(command) => self.command(visit, command).await,
            Heard::Pressed(pressed) => self.pressed(visit, pressed).await,
            Heard::Submitted(sent) => self.submitted(visit, sent).await,
            Heard::Home(user) => self.home(visit, user).await,
            Heard::Nothing => {
                visit.acker.send(Ack::Taken);
                Ok(())
            }
            Heard::Removed(code) => {
                self.removed(visit, code).await;
                Ok(())
            }
            elsewhere => self.elsewhere(visit, elsewhere).await,
        };
        if done.is_err() {
            tracing::info!("an event is left to be repeated, as the bot is stopping");
        }
    }

    async fn command(self: &Arc<Self>, visit: Visit, command: Command) -> Result<(), NotCommitted> {
        let Command { user, place, words, reach } = command;
        self.introduce(&user).await;
        let words = format!("{COMMAND} {words}").trim_end().to_owned();
        let what = What::Said { person: person(&user), place: place.clone(), text: words.clone() };
        let (reply, mut mouth) = self.commit(visit, what).await?;
        let Some(response) = reply else { return Ok(()) };
        let channel = place.as_ref().map(|place| place.bare().to_owned());
        let asker = Asker { user: &user, channel: channel.as_deref(), reach: &reach };
        let luggage = Luggage { place, ..Luggage::default() };
        if matches!(response.message, Message::Form(_)) {
            let again = Press::Say(words).token();
            if !self.staff.replies.open_for(asker, &response.message, luggage, &again).await {
                self.staff.replies.say_no_form(asker).await;
            }
        } else {
            let said = match channel {
                Some(_) => self.staff.replies.without_picture(&response),
                None => response.message.clone(),
            };
            mouth.come().await;
            self.staff.replies.say(asker, &said, false).await;
            drop(mouth);
            self.staff.replies.picture(&user, &response).await;
        }
        Ok(())
    }

    async fn submitted(
        self: &Arc<Self>,
        visit: Visit,
        sent: Submitted,
    ) -> Result<(), NotCommitted> {
        self.introduce(&sent.user).await;
        let reply = self.hand_in(visit.id.clone(), visit.sent, filled_in(&sent)).await?;
        let ack = match &reply {
            None => Ack::Taken,
            Some(response) => self.ack_of_form(&sent, response),
        };
        if !forms::is_complaint(&ack) {
            self.seen.note(visit.id.clone(), ack.clone(), self.staff.clock.now());
        }
        drop(visit.hand);
        let in_time = visit.acker.send(ack);
        if let Some(response) = reply {
            // Slack has told the person to send it again; the form shows that it arrived.
            if !in_time {
                let view = self.view(&response, sent.luggage.clone());
                self.staff.replies.change(&sent.view, &view).await;
            }
            self.staff.replies.picture(&sent.user, &response).await;
        }
        if sent.luggage.home {
            return self.show_home(&visit.id, &sent.user, visit.mouth).await;
        }
        Ok(())
    }

    /// What follows from a form: complaints at its fields, another form, or words.
    fn ack_of_form(&self, sent: &Submitted, response: &Response) -> Ack {
        if let Message::Form(form) = &response.message {
            let mut complaints = modals::complaints(form);
            complaints.retain(|block, _| sent.values.contains_key(block));
            if form.name == sent.luggage.form && !complaints.is_empty() {
                let errors = json!({ "response_action": "errors", "errors": complaints });
                return Ack::Says(errors);
            }
        }
        let view = self.view(response, sent.luggage.clone());
        Ack::Says(json!({ "response_action": "update", "view": view }))
    }

    fn view(&self, response: &Response, luggage: Luggage) -> Value {
        self.staff.replies.view(&self.staff.replies.without_picture(response), luggage)
    }

    async fn home(self: &Arc<Self>, visit: Visit, user: String) -> Result<(), NotCommitted> {
        self.introduce(&user).await;
        let id = visit.id.clone();
        let what = What::Opened { person: person(&user), whole: true };
        let (reply, mut mouth) = self.commit(visit, what).await?;
        let Some(response) = reply else { return Ok(()) };
        mouth.come().await;
        if let Err(error) = self.staff.replies.publish(&user, &response.message).await {
            tracing::warn!(%error, "a home view was not shown");
            pause(backoff(1)).await;
            return self.show_home(&id, &user, mouth).await;
        }
        Ok(())
    }

    /// Shows a home view as things stand now; what Slack does not take is made anew and tried
    /// again.
    async fn show_home(
        &self,
        id: &EventId,
        user: &str,
        mut mouth: Turn,
    ) -> Result<(), NotCommitted> {
        mouth.come().await;
        for failed in 1..=HOME_TRIES {
            let id = EventId(format!("{id}/home-{failed}"));
            let what = What::Opened { person: person(user), whole: true };
            let reply = self.hand_in(id, self.staff.clock.now(), what).await?;
            let Some(response) = reply else { return Ok(()) };
            match self.staff.replies.publish(user, &response.message).await {
                Ok(()) => return Ok(()),
                Err(error) => tracing::warn!(%error, "a home view was not shown"),
            }
            pause(backoff(failed)).await;
        }
        Ok(())
    }

    /// Lets the bot know a person it has not met lately: their name, zone, and whether they are
    /// from outside. What they did does not wait for that longer than they can.
    async fn introduce(self: &Arc<Self>, user: &str) {
        if self.staff.people.knows(user) {
            return;
        }
        let meeting = tokio::spawn(Arc::clone(self).meet(user.to_owned()));
        if tokio::time::timeout(ACQUAINTANCE, meeting).await.is_err() {
            tracing::info!("somebody goes before their profile came");
        }
    }

    async fn meet(self: Arc<Self>, user: String) {
        let profile = match self.staff.people.profile(&user).await {
            Ok(profile) => profile,
            Err(error) => return tracing::warn!(%error, "somebody could not be looked up"),
        };
        // A place that belongs to no team.
        let what = What::Joined { place: PlaceId("slack:".to_owned()), profile };
        let now = self.staff.clock.now();
        let id = EventId(format!("slack:met/{user}/{}", now.timestamp_millis()));
        if self.hand_in(id, now, what).await.is_err() {
            tracing::info!("somebody was not met, as the bot is stopping");
        }
    }

    /// Hands in the event of a visit and acknowledges it.
    async fn commit(
        &self,
        visit: Visit,
        what: What,
    ) -> Result<(Option<Response>, Turn), NotCommitted> {
        let reply = self.hand_in(visit.id.clone(), visit.sent, what).await?;
        self.seen.note(visit.id, Ack::Taken, self.staff.clock.now());
        visit.acker.send(Ack::Taken);
        Ok((reply, visit.mouth))
    }

    async fn hand_in(
        &self,
        id: EventId,
        sent: crate::clock::Instant,
        what: What,
    ) -> Result<Option<Response>, NotCommitted> {
        self.inbox.hand_in(Incoming { id, sent, what }).await
    }
}

fn filled_in(sent: &Submitted) -> What {
    What::Submitted {
        person: PersonId(format!("slack:{}", sent.user)),
        place: sent.luggage.place.clone(),
        form: sent.luggage.form.clone(),
        values: sent.values.clone(),
    }
}

#[cfg(test)]
mod tests;
