//! What an event means to the engine, by who sent it where.

use std::collections::BTreeMap;

use chrono::DateTime;
use matrix_sdk::Room;
use matrix_sdk::ruma::UserId;
use matrix_sdk::ruma::events::room::power_levels::UserPowerLevel;
use matrix_sdk::ruma::int;

use super::bot::Bot;
use super::notes::{Again, InForm, Origin, Owed};
use super::raw::{Event, Heard, Membership, Spoken};
use super::{command, compose, ids, people, polls};
use crate::clock::Instant;
use crate::domain::ids::PersonId;
use crate::domain::message::{Form, Message};
use crate::platform::{Facts, Incoming, PlaceChange, What};
use crate::text::words::MatrixForm;

/// An event in its room.
#[derive(Clone)]
pub struct Item {
    /// The event.
    pub event: Event,
    /// What it says.
    pub heard: Heard,
    /// Its room.
    pub room: Room,
    /// Whether that is a direct room.
    pub direct: bool,
}

/// Something for the engine, and where its answer goes; without a place, nobody waits for one.
pub struct Told {
    /// What happened.
    pub incoming: Incoming,
    /// Where the answer goes.
    pub origin: Option<Origin>,
}

/// What an event means.
pub enum Means {
    /// Something to the engine.
    Told(Told),
    /// Something to a form alone, which is answered with these words.
    Form(String),
}

impl Item {
    /// Whose events keep their order with this one.
    #[must_use]
    pub fn lane(&self) -> String {
        match &self.heard {
            Heard::Member(member) => member.who.clone(),
            _ => self.event.sender.clone(),
        }
    }

    /// Whether it is words in private, which mean something by what was asked before them.
    #[must_use]
    pub fn is_words(&self) -> bool {
        self.direct && matches!(self.heard, Heard::Words(_))
    }

    /// Whether what others say means something else after it than before: a command that does more
    /// than show something.
    #[must_use]
    pub fn is_turn(&self) -> bool {
        match &self.heard {
            Heard::Words(spoken) if self.direct => does_more_than_show(&spoken.body),
            Heard::Words(spoken) => command::in_room(&spoken.body, spoken.to_bot, &[])
                .is_some_and(|words| spoken.to_bot || does_more_than_show(&words)),
            _ => false,
        }
    }

    fn told(&self, what: What, origin: Option<Origin>) -> Told {
        let id = ids::event(self.room.room_id().as_str(), &self.event.id);
        let sent = DateTime::from_timestamp_millis(self.event.origin_server_ts).unwrap_or_default();
        Told { incoming: Incoming { id, sent, what }, origin }
    }

    fn person(&self) -> PersonId {
        ids::person(&self.event.sender)
    }

    /// That its writer is owed words of the adapter's own.
    #[must_use]
    pub fn owed(&self, since: Instant) -> Owed {
        let (person, origin) = (self.person(), self.in_private());
        Owed { person, origin, again: Again::Word, sure: true, since }
    }

    fn in_private(&self) -> Origin {
        Origin::Direct(self.room.room_id().to_string())
    }
}

fn does_more_than_show(words: &str) -> bool {
    Again::after_words(None, words) == Again::Word
}

/// What the engine is to be told of an event; nothing where it is none of the bot's business.
///
/// # Errors
///
/// A store that failed.
pub async fn told(bot: &Bot, item: &Item) -> anyhow::Result<Option<Means>> {
    let told = match &item.heard {
        Heard::Words(spoken) if item.direct => return said_in_private(bot, item, spoken).await,
        Heard::Words(spoken) => said_in_room(bot, item, spoken).await,
        Heard::Changed { of, body } if item.direct => {
            let of = ids::event(item.room.room_id().as_str(), of);
            let what = What::Edited { person: item.person(), of, text: body.clone() };
            Some(item.told(what, Some(item.in_private())))
        }
        Heard::TakenBack { of } => {
            let of = ids::event(item.room.room_id().as_str(), of);
            let what = What::Withdrawn { person: item.person(), of };
            Some(item.told(what, item.direct.then(|| item.in_private())))
        }
        Heard::Vote { poll, answers } => chosen(bot, item, poll, answers).await?,
        Heard::Reaction { of, key } if !item.direct => {
            chosen(bot, item, of, &[polls::keycap(key)]).await?
        }
        Heard::Ended { poll } => {
            end_poll(bot, item, poll).await?;
            None
        }
        Heard::Member(member) if !item.direct => moved(item, member).await,
        Heard::Powers if !item.direct => counted(bot, item).await,
        Heard::Changed { .. }
        | Heard::Reaction { .. }
        | Heard::Member(_)
        | Heard::Powers
        | Heard::Upgraded { .. }
        | Heard::Verification
        | Heard::Locked => None,
    };
    Ok(told.map(Means::Told))
}

async fn said_in_private(bot: &Bot, item: &Item, spoken: &Spoken) -> anyhow::Result<Option<Means>> {
    let person = item.person();
    let names = names(bot, &item.room).await;
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let text = command::in_private(&spoken.body, spoken.to_bot, &names);
    if let Some(form) = bot.notes.form(&person).await?
        && form.is_before(&item.event.id)
    {
        match filled(form.clone(), text) {
            Filled::Sent => {
                bot.notes.set_form(&person, &form.clone().ended(&item.event.id)).await?;
                let fields = form.form.fields.into_iter().map(|it| (it.name, it.value));
                let values: BTreeMap<String, String> = fields.collect();
                let (place, name) = (form.place, form.form.name);
                let what = What::Submitted { person, place, form: name, values };
                return Ok(Some(Means::Told(item.told(what, Some(item.in_private())))));
            }
            Filled::Dropped => {
                bot.notes.set_form(&person, &form.ended(&item.event.id)).await?;
                return Ok(Some(Means::Form(bot.say(&MatrixForm { word: "dropped" }))));
            }
            Filled::Changed(form) => {
                bot.notes.set_form(&person, &form).await?;
                return Ok(Some(Means::Form(shown_form(bot, form.form))));
            }
            Filled::Not => {}
        }
    }
    let shown = bot.notes.shown(&person).await?;
    let chosen = shown.into_iter().find(|(key, _)| key.eq_ignore_ascii_case(text.trim()));
    let what = match chosen {
        Some((_, token)) => What::Chose { person, place: None, token },
        None => What::Said { person, place: None, text: text.to_owned() },
    };
    Ok(Some(Means::Told(item.told(what, Some(item.in_private())))))
}

async fn said_in_room(bot: &Bot, item: &Item, spoken: &Spoken) -> Option<Told> {
    let names = names(bot, &item.room).await;
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let to_bot = spoken.to_bot && (!spoken.is_reply || command::is_addressed(&spoken.body, &names));
    let text = command::in_room(&spoken.body, to_bot, &names)?;
    let room = item.room.room_id().to_string();
    let place = Some(ids::place(&room));
    let thread = spoken.thread.clone().unwrap_or_else(|| item.event.id.clone());
    let what = What::Said { person: item.person(), place, text };
    Some(item.told(what, Some(Origin::Room { room, thread })))
}

/// What the bot is called in a room.
async fn names(bot: &Bot, room: &Room) -> Vec<String> {
    let local = bot.own.trim_start_matches('@').split(':').next().unwrap_or_default().to_owned();
    let member = match <&UserId>::try_from(bot.own.as_str()) {
        Ok(user) => room.get_member_no_sync(user).await.ok().flatten(),
        Err(_) => None,
    };
    let shown = member.and_then(|member| member.display_name().map(str::to_owned));
    [Some(bot.own.clone()), shown, Some(local)].into_iter().flatten().collect()
}

/// A vote. In a room its answer would be one more message to each who votes, so nobody gets one.
async fn chosen(
    bot: &Bot,
    item: &Item,
    poll: &str,
    answers: &[String],
) -> anyhow::Result<Option<Told>> {
    let room = item.room.room_id().as_str();
    let poll = polls::recall(bot, poll).await?.filter(|poll| poll.room == room);
    let at = item.event.origin_server_ts;
    let Some(token) = poll.as_ref().and_then(|poll| poll.token(answers, at)) else {
        return Ok(None);
    };
    let (person, token) = (item.person(), token.to_owned());
    Ok(Some(if item.direct {
        item.told(What::Chose { person, place: None, token }, Some(item.in_private()))
    } else {
        item.told(What::Voted { person, place: ids::place(room), token }, None)
    }))
}

/// A poll ends by whoever posted it, or by somebody who may remove it.
async fn end_poll(bot: &Bot, item: &Item, event: &str) -> anyhow::Result<()> {
    let Some(poll) = polls::recall(bot, event).await? else { return Ok(()) };
    let ours = item.event.sender == bot.own || may_redact(item).await;
    if !item.direct && poll.ended.is_none() && ours && poll.room == item.room.room_id().as_str() {
        let poll = polls::Poll { ended: Some(item.event.origin_server_ts), ..poll };
        polls::keep(bot, event, &poll).await?;
    }
    Ok(())
}

async fn may_redact(item: &Item) -> bool {
    let Ok(user) = <&UserId>::try_from(item.event.sender.as_str()) else { return false };
    match item.room.get_user_power_level(user).await {
        Ok(UserPowerLevel::Infinite) => true,
        Ok(UserPowerLevel::Int(level)) => level >= int!(50),
        _ => false,
    }
}

/// Somebody else came into a room or left it.
async fn moved(item: &Item, member: &Membership) -> Option<Told> {
    let place = ids::place(item.room.room_id().as_str());
    if member.is_departure() {
        let what = What::Left { place, person: ids::person(&member.who) };
        return Some(item.told(what, None));
    }
    if member.now != "join" {
        return None;
    }
    let user = <&UserId>::try_from(member.who.as_str()).ok()?;
    let known = item.room.get_member_no_sync(user).await.ok().flatten();
    let profile = known.as_ref().map_or_else(|| stranger(member), people::profile);
    Some(item.told(What::Joined { place, profile }, None))
}

/// Everybody in a room as they are there now; where that cannot be had, the next look-up tells.
async fn counted(bot: &Bot, item: &Item) -> Option<Told> {
    let members = people::members(bot, &item.room).await.ok()?;
    let place = ids::place(item.room.room_id().as_str());
    Some(item.told(What::Facts(Facts::Members { place, members }), None))
}

/// What a membership alone tells of a person.
fn stranger(member: &Membership) -> crate::platform::Profile {
    crate::platform::Profile {
        id: ids::person(&member.who),
        name: people::name(&member.who, member.name.as_deref(), false),
        zone: None,
        outside: false,
        groups: None,
    }
}

/// What the bot's own departure from a room means.
#[must_use]
pub fn removed(room: &str, event: &Event) -> Incoming {
    let what = What::PlaceChanged { place: ids::place(room), change: PlaceChange::Gone };
    let sent = DateTime::from_timestamp_millis(event.origin_server_ts).unwrap_or_default();
    Incoming { id: ids::event(room, &event.id), sent, what }
}

/// What a line does to the form in front of its writer.
enum Filled {
    Sent,
    Dropped,
    Changed(InForm),
    Not,
}

/// Fills in a form; several lines may come at once.
fn filled(mut form: InForm, text: &str) -> Filled {
    match text.trim().to_lowercase().as_str() {
        "ok" => return Filled::Sent,
        "cancel" => return Filled::Dropped,
        _ => {}
    }
    if form.form.fill(text) { Filled::Changed(form) } else { Filled::Not }
}

fn shown_form(bot: &Bot, form: Form) -> String {
    compose::markdown(&Message::Form(form), compose::Venue::Direct, &bot.text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::message::{Field, Input};

    fn form() -> InForm {
        let field = |name: &str| Field {
            name: name.to_owned(),
            label: String::new(),
            help: String::new(),
            value: String::new(),
            input: Input::Line,
            optional: false,
            error: None,
        };
        let form = Form {
            name: "setup".to_owned(),
            title: String::new(),
            body: String::new(),
            fields: vec![field("name"), field("zone")],
            submit: String::new(),
            choices: Vec::new(),
        };
        InForm { form, place: None, ended_by: None }
    }

    #[test]
    fn lines_fill_in_a_form_and_other_words_do_not() {
        let Filled::Changed(changed) = filled(form(), "Name: Payments\nzone: UTC") else {
            panic!("it was not filled in");
        };
        let values: Vec<&str> = changed.form.fields.iter().map(|it| it.value.as_str()).collect();
        assert_eq!(values, ["Payments", "UTC"]);
        assert!(matches!(filled(changed, " OK "), Filled::Sent));
        assert!(matches!(filled(form(), "cancel"), Filled::Dropped));
        assert!(matches!(filled(form(), "help: me"), Filled::Not));
    }
}
