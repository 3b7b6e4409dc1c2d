//! Buttons: on messages, in modals, in the home view.

use std::sync::Arc;
use std::time::Duration;

use super::super::ack::Ack;
use super::super::forms;
use super::super::ids::person;
use super::super::inbound::{Pressed, Submitted, Surface, shared_place};
use super::super::modals::{self, Luggage};
use super::super::replies::Asker;
use super::super::turns::Turn;
use super::super::waiting::pause;
use super::{Reception, Visit, filled_in};
use crate::domain::ids::{EventId, PlaceId};
use crate::domain::message::Message;
use crate::platform::{NotCommitted, Response, What};

/// How long a person who asked for a form looks at nothing.
const MOMENT: Duration = Duration::from_secs(1);

impl Reception {
    /// A button was pressed.
    pub(super) async fn pressed(
        self: &Arc<Self>,
        visit: Visit,
        pressed: Pressed,
    ) -> Result<(), NotCommitted> {
        self.introduce(&pressed.user).await;
        match &pressed.surface {
            Surface::Modal(sent) => self.pressed_in_modal(visit, &pressed, sent).await,
            Surface::Home => self.pressed_at_home(visit, &pressed).await,
            Surface::Message { channel, private, asks } => {
                self.pressed_on_message(visit, &pressed, channel, *private, *asks).await
            }
        }
    }

    async fn pressed_on_message(
        &self,
        visit: Visit,
        pressed: &Pressed,
        channel: &str,
        private: bool,
        asks: bool,
    ) -> Result<(), NotCommitted> {
        let place = shared_place(channel);
        let luggage = Luggage { place: place.clone(), ..Luggage::default() };
        let asker = Asker { user: &pressed.user, channel: Some(channel), reach: &pressed.reach };
        let (id, token) = (visit.id.clone(), self.fitting(&pressed.token));
        let what = chose(&pressed.user, place.clone(), &token);
        let (waiting, reply, mut mouth) =
            self.commit_in_view_of(visit, what, &pressed.token, asker, &luggage).await?;
        let Some(response) = reply else { return self.close_waiting(waiting).await };
        if let Some(view) = waiting {
            self.staff.replies.change(&view, &self.view(&response, luggage)).await;
            self.staff.replies.picture(&pressed.user, &response).await;
        } else if matches!(response.message, Message::Form(_)) {
            if !self.staff.replies.open_for(asker, &response.message, luggage, &token).await {
                self.ask_one_by_one(&id, asker, place, &token).await?;
            }
        } else {
            let said = match shared_place(channel) {
                Some(_) => self.staff.replies.without_picture(&response),
                None => response.message.clone(),
            };
            mouth.come().await;
            let replace = private && (asks || forms::asks(&said));
            self.staff.replies.say(asker, &said, replace).await;
            drop(mouth);
            self.staff.replies.picture(&pressed.user, &response).await;
        }
        Ok(())
    }

    async fn pressed_at_home(&self, visit: Visit, pressed: &Pressed) -> Result<(), NotCommitted> {
        let luggage = Luggage { home: true, ..Luggage::default() };
        let asker = Asker { user: &pressed.user, channel: None, reach: &pressed.reach };
        let token = self.fitting(&pressed.token);
        let (id, what) = (visit.id.clone(), chose(&pressed.user, None, &token));
        let (waiting, reply, mouth) =
            self.commit_in_view_of(visit, what, &token, asker, &luggage).await?;
        match (reply, waiting) {
            (Some(response), Some(view)) => {
                self.staff.replies.change(&view, &self.view(&response, luggage)).await;
                self.staff.replies.picture(&pressed.user, &response).await;
            }
            (Some(response), None) => {
                let message = self.staff.replies.without_picture(&response);
                if !self.staff.replies.open_for(asker, &message, luggage, &token).await {
                    self.ask_one_by_one(&id, asker, None, &token).await?;
                }
                self.staff.replies.picture(&pressed.user, &response).await;
            }
            (None, waiting) => self.close_waiting(waiting).await?,
        }
        self.show_home(&id, &pressed.user, mouth).await
    }

    /// The token, asking for a form where this Slack has forms.
    fn fitting(&self, token: &str) -> String {
        let words = || forms::one_by_one(token).unwrap_or_else(|| token.to_owned());
        if self.staff.replies.has_forms() { forms::as_form(token) } else { words() }
    }

    /// Asks one by one what a form would have asked, where none can be opened.
    async fn ask_one_by_one(
        &self,
        id: &EventId,
        asker: Asker<'_>,
        place: Option<PlaceId>,
        token: &str,
    ) -> Result<(), NotCommitted> {
        let Some(token) = forms::one_by_one(token) else {
            self.staff.replies.say_no_form(asker).await;
            return Ok(());
        };
        let (id, what) = (EventId(format!("{id}/words")), chose(asker.user, place, &token));
        if let Some(response) = self.hand_in(id, self.staff.clock.now(), what).await? {
            self.staff.replies.say(asker, &response.message, false).await;
        }
        Ok(())
    }

    /// Commits a press that may bring a form. A person who sees nothing for a second is shown a
    /// modal that says so, while there still is a trigger to open one with; its id comes back.
    async fn commit_in_view_of(
        &self,
        visit: Visit,
        what: What,
        token: &str,
        asker: Asker<'_>,
        luggage: &Luggage,
    ) -> Result<(Option<String>, Option<Response>, Turn), NotCommitted> {
        let trigger = asker.reach.trigger.as_deref();
        let trigger = trigger.filter(|_| forms::brings_form(token) || luggage.home);
        let committing = self.commit(visit, what);
        tokio::pin!(committing);
        let Some(trigger) = trigger else {
            let (reply, mouth) = committing.await?;
            return Ok((None, reply, mouth));
        };
        tokio::select! {
            committed = &mut committing => {
                let (reply, mouth) = committed?;
                Ok((None, reply, mouth))
            }
            () = pause(MOMENT) => {
                let view = self.staff.replies.view_of("moment", luggage.clone());
                let (opened, committed) =
                    tokio::join!(self.staff.replies.open(trigger, &view), committing);
                let (reply, mouth) = committed?;
                Ok((opened.ok().flatten(), reply, mouth))
            }
        }
    }

    async fn close_waiting(&self, waiting: Option<String>) -> Result<(), NotCommitted> {
        if let Some(view) = waiting {
            let done = self.staff.replies.view_of("done", Luggage::default());
            self.staff.replies.change(&view, &done).await;
        }
        Ok(())
    }

    async fn pressed_in_modal(
        &self,
        visit: Visit,
        pressed: &Pressed,
        sent: &Submitted,
    ) -> Result<(), NotCommitted> {
        let luggage = sent.luggage.clone();
        let filled = !luggage.form.is_empty() && !sent.values.is_empty();
        if filled && modals::digest(&sent.values) != luggage.was {
            let reply = self.hand_in(sent.id.clone(), visit.sent, filled_in(sent)).await?;
            if let Some(response) = reply
                && forms::complains(&response.message)
            {
                visit.acker.send(Ack::Taken);
                let view = self.view(&response, luggage);
                self.staff.replies.change(&sent.view, &view).await;
                return Ok(());
            }
        }
        let token = forms::as_form(&pressed.token);
        let what = chose(&pressed.user, luggage.place.clone(), &token);
        let (id, at_home) = (visit.id.clone(), luggage.home);
        let (reply, mouth) = self.commit(visit, what).await?;
        if let Some(response) = reply {
            self.staff.replies.change(&sent.view, &self.view(&response, luggage)).await;
            self.staff.replies.picture(&pressed.user, &response).await;
        }
        if at_home { self.show_home(&id, &pressed.user, mouth).await } else { Ok(()) }
    }
}

fn chose(user: &str, place: Option<PlaceId>, token: &str) -> What {
    What::Chose { person: person(user), place, token: token.to_owned() }
}
