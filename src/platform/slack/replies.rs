//! Replies: to commands and buttons where they were given, in modals, and in the home view.

use std::sync::Arc;

use serde_json::{Value, json};

use super::api::Api;
use super::confirm;
use super::failure::CallError;
use super::home;
use super::ids::person;
use super::inbound::Reach;
use super::modals::{self, Frame, Luggage};
use super::outbox::Outbox;
use super::translate::{self, Payload};
use crate::domain::message::{Choice, Message, Press};
use crate::platform::Response;
use crate::text::Text;
use crate::text::words::SlackPart;

/// The method that opens a modal.
const OPEN: &str = "views.open";
/// How often the address that comes with a command may be used ("Handling user interaction").
const PARTS: usize = 5;
/// What it says to whoever comes later than three seconds after a click.
const TOO_LATE: &str = "expired_trigger_id";

/// Where a reply goes.
#[derive(Clone, Copy, Debug)]
pub struct Asker<'a> {
    /// Who asked.
    pub user: &'a str,
    /// In which channel, where it was in one.
    pub channel: Option<&'a str>,
    /// The ways that came with the event.
    pub reach: &'a Reach,
}

/// Says what the engine answers.
pub struct Replies {
    api: Arc<Api>,
    outbox: Arc<Outbox>,
    text: Arc<Text>,
}

impl Replies {
    /// Replies in these words.
    #[must_use]
    pub fn new(api: Arc<Api>, outbox: Arc<Outbox>, text: Arc<Text>) -> Self {
        Self { api, outbox, text }
    }

    /// One of the words around forms and replies.
    #[must_use]
    pub fn part(&self, part: &'static str) -> String {
        self.text.say(&SlackPart { part })
    }

    /// Whether this Slack has forms, as far as it is known.
    #[must_use]
    pub fn has_forms(&self) -> bool {
        !self.api.lacks(OPEN)
    }

    /// A message as a modal.
    #[must_use]
    pub fn view(&self, message: &Message, luggage: Luggage) -> Value {
        let [title, close, more] = ["title", "close", "more"].map(|part| self.part(part));
        let frame = Frame { title, close, more };
        self.asking_first(modals::view(message, &frame, luggage))
    }

    /// A view with a question before each press that ends something.
    fn asking_first(&self, mut view: Value) -> Value {
        if let Some(blocks) = view["blocks"].as_array_mut() {
            confirm::ask_first(blocks, &self.text);
        }
        view
    }

    /// A message with the same questions.
    fn payload(&self, message: &Message) -> Payload {
        let mut payload = translate::message(message);
        confirm::ask_first(&mut payload.blocks, &self.text);
        payload
    }

    /// What a response says anywhere but in the person's direct messages, where its picture goes.
    #[must_use]
    pub fn without_picture(&self, response: &Response) -> Message {
        match (&response.message, &response.drawing) {
            (Message::Picture { body, choices, .. }, Some(_)) => Message::Choices {
                body: format!("{body}\n\n{}", self.part("chart")),
                choices: choices.clone(),
            },
            (message, _) => message.clone(),
        }
    }

    /// Words of ours as a modal.
    #[must_use]
    pub fn view_of(&self, part: &'static str, luggage: Luggage) -> Value {
        self.view(&Message::Text(self.part(part)), luggage)
    }

    /// Opens a message as a modal, or says it where there are none; a person who cannot be shown
    /// it any more may try again. False for a form that nothing can be shown of.
    pub async fn open_for(
        &self,
        asker: Asker<'_>,
        message: &Message,
        luggage: Luggage,
        token: &str,
    ) -> bool {
        let Some(trigger) = &asker.reach.trigger else {
            return self.say_instead(asker, message).await;
        };
        match self.open(trigger, &self.view(message, luggage)).await {
            Ok(_) => {}
            // Somebody opened it before: the same event came twice.
            Err(error) if error.code() == Some("exchanged_trigger_id") => {}
            Err(error) if error.is_unknown() => return self.say_instead(asker, message).await,
            // No later try would do better.
            Err(error) if error.code().is_some_and(|code| code != TOO_LATE) => {
                tracing::warn!(%error, "a form was not opened");
                return self.say_instead(asker, message).await;
            }
            Err(error) => {
                tracing::warn!(%error, "a form was not opened");
                self.say(asker, &self.retry("too-slow", token), false).await;
            }
        }
        true
    }

    async fn say_instead(&self, asker: Asker<'_>, message: &Message) -> bool {
        if matches!(message, Message::Form(_)) {
            return false;
        }
        self.say(asker, message, false).await;
        true
    }

    /// Says that a form could not be opened.
    pub async fn say_no_form(&self, asker: Asker<'_>) {
        self.say(asker, &self.retry("no-form", ""), false).await;
    }

    /// Opens a modal; gives its id, where Slack tells it.
    ///
    /// # Errors
    ///
    /// See [`CallError`]; `expired_trigger_id` comes three seconds after the click.
    pub async fn open(&self, trigger: &str, view: &Value) -> Result<Option<String>, CallError> {
        let fields = [("trigger_id", trigger.to_owned()), ("view", view.to_string())];
        let opened = self.api.call(OPEN, &fields).await?;
        Ok(opened["view"]["id"].as_str().map(ToOwned::to_owned))
    }

    /// Shows something else in a modal that is open.
    pub async fn change(&self, view_id: &str, view: &Value) {
        let fields = [("view_id", view_id.to_owned()), ("view", view.to_string())];
        match self.api.insist("views.update", &fields).await {
            Err(error) if !error.is_unknown() => tracing::warn!(%error, "a form was not changed"),
            _ => {}
        }
    }

    /// Shows a person their home view.
    ///
    /// # Errors
    ///
    /// See [`CallError`].
    pub async fn publish(&self, user: &str, message: &Message) -> Result<(), CallError> {
        let view = self.asking_first(home::view(message, &self.part("more"))).to_string();
        let fields = [("user_id", user.to_owned()), ("view", view)];
        match self.api.call("views.publish", &fields).await {
            Err(error) if error.is_unknown() => Ok(()),
            published => published.map(|_| ()),
        }
    }

    /// Says something to the person alone, where they asked, in several messages where it is long;
    /// with `replace`, in the place of the message they pressed something on.
    pub async fn say(&self, asker: Asker<'_>, message: &Message, replace: bool) {
        for (number, part) in translate::parts(message, PARTS).iter().enumerate() {
            self.say_part(asker, part, replace && number == 0).await;
        }
    }

    async fn say_part(&self, asker: Asker<'_>, message: &Message, replace: bool) {
        let said = match &asker.reach.response_url {
            Some(url) => self.respond(url, asker.reach.thread.as_deref(), message, replace).await,
            None => false,
        };
        if said || self.say_in_channel(asker, message).await {
            return;
        }
        if let Err(error) = self.outbox.whisper(&person(asker.user), message).await {
            tracing::warn!(%error, "a reply did not reach its person");
        }
    }

    /// Greets whoever brought the bot into a channel or, where nobody is known, the channel.
    pub async fn greet(&self, channel: &str, inviter: Option<&str>, message: &Message) {
        let reach = Reach::default();
        let asker = inviter.map(|user| Asker { user, channel: Some(channel), reach: &reach });
        if let Some(asker) = asker
            && self.say_in_channel(asker, message).await
        {
            return;
        }
        if let Err(error) = self.outbox.announce(channel, message).await {
            tracing::warn!(%error, "a greeting was left out");
        }
    }

    /// Sends the picture of a reply into the person's direct messages; its words are shown where
    /// they asked, and wait for no picture.
    pub async fn picture(&self, user: &str, response: &Response) {
        if let Some(drawing) = response.drawing.as_deref() {
            self.outbox.send_picture(&person(user), &response.message, drawing).await;
        }
    }

    async fn respond(
        &self,
        url: &str,
        thread: Option<&str>,
        message: &Message,
        replace: bool,
    ) -> bool {
        let payload = self.payload(message);
        let mut body = json!({
            "response_type": "ephemeral",
            "replace_original": replace,
            "text": payload.text,
            "blocks": payload.blocks,
        });
        if let Some(thread) = thread {
            body["thread_ts"] = thread.into();
        }
        let said = self.api.respond(url, &body).await;
        if let Err(error) = &said {
            tracing::warn!(%error, "a reply goes another way");
        }
        said.is_ok()
    }

    async fn say_in_channel(&self, asker: Asker<'_>, message: &Message) -> bool {
        let Some(channel) = asker.channel.filter(|channel| !channel.starts_with('D')) else {
            return false;
        };
        let payload = self.payload(message);
        let mut fields = vec![
            ("channel", channel.to_owned()),
            ("user", asker.user.to_owned()),
            ("text", payload.text),
            ("blocks", Value::from(payload.blocks).to_string()),
        ];
        fields.extend(asker.reach.thread.clone().map(|thread| ("thread_ts", thread)));
        self.api.insist("chat.postEphemeral", &fields).await.is_ok()
    }

    /// Words of ours with a button that asks for the same again, where there is something to ask.
    fn retry(&self, part: &'static str, token: &str) -> Message {
        let choice = Press::read(token).map(|press| Choice {
            key: "again".to_owned(),
            label: self.part("again"),
            press,
        });
        let body = self.part(part);
        Message::Choices { body, choices: choices_of(choice) }
    }
}

fn choices_of(choice: Option<Choice>) -> Vec<Choice> {
    choice.into_iter().collect()
}
