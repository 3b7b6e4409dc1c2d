//! A person at Slack's own client: types, presses, fills in, and sees.

use serde_json::{Value, json};

use super::args::merge;
use super::deliver::{Kind, Outcome};
use super::hooks::Hook;
use super::methods::message_json;
use super::seen::{labels, screen};
use super::state::{Note, State, Trigger};
use super::views::view_json;
use super::{Double, blocks, modal};

/// Somebody with Slack in front of them.
#[derive(Clone)]
pub struct Person {
    /// The Slack.
    pub double: Double,
    /// Who.
    pub id: String,
}

/// Where something stands that can be pressed.
#[derive(Clone, Debug)]
pub enum Spot {
    /// A message, by its conversation and time.
    Note(String, String),
    /// The app's home.
    Home,
    /// The modal on top.
    Modal,
}

/// What is put into a field.
#[derive(Clone, Copy, Debug)]
pub enum Fill<'a> {
    /// Words.
    Text(&'a str),
    /// The option that reads, or begins, like this.
    One(&'a str),
    /// Whatever stands first.
    First,
    /// A person or several, by id.
    Users(&'a [&'a str]),
}

/// What came of sending a form.
#[derive(Clone, Debug, PartialEq)]
pub enum Sent {
    /// The modal closed.
    Closed,
    /// All modals closed.
    Cleared,
    /// It stayed, with these errors by block.
    Errors(Value),
    /// Something else stands there now.
    Changed,
    /// Slack's client did not send it: these fields are empty.
    Incomplete(Vec<String>),
    /// No acknowledgement: it stayed, and Slack says that it had trouble connecting.
    Trouble(Outcome),
}

impl From<&Note> for Spot {
    fn from(note: &Note) -> Self {
        Self::Note(note.channel.clone(), note.ts.clone())
    }
}

impl State {
    fn trigger(&mut self, user: &str) -> String {
        let id = self.fresh("trigger.");
        let trigger = Trigger { user: user.to_owned(), at: self.now, used: false };
        self.triggers.insert(id.clone(), trigger);
        id
    }

    fn who(&self, user: &str) -> Value {
        let name = self.workspace.user(user).map(|it| it.name.to_lowercase()).unwrap_or_default();
        json!({"id": user, "username": name, "name": name, "team_id": self.workspace.team})
    }

    /// The fields that every interaction has.
    fn interaction(&mut self, kind: &str, user: &str) -> Value {
        let trigger = self.trigger(user);
        json!({
            "type": kind, "user": self.who(user), "api_app_id": self.workspace.app,
            "token": "unused", "trigger_id": trigger, "enterprise": null,
            "team": {"id": self.workspace.team, "domain": "double"},
            "is_enterprise_install": false,
        })
    }
}

impl Person {
    /// Types a command into a conversation.
    pub async fn types(&self, channel: &str, line: &str) -> Outcome {
        let (command, text) = line.split_once(' ').unwrap_or((line, ""));
        let (payload, hook) = self.double.with(|state| {
            let url = state.hook(&self.id, channel, None);
            let name = state.workspace.channel(channel).map(|it| it.name.clone());
            let payload = json!({
                "token": "unused", "team_id": state.workspace.team, "team_domain": "double",
                "channel_id": channel, "channel_name": name.unwrap_or_else(|| "directmessage".into()),
                "user_id": self.id, "user_name": state.who(&self.id)["name"],
                "command": command, "text": text, "api_app_id": state.workspace.app,
                "is_enterprise_install": "false", "trigger_id": state.trigger(&self.id),
                "response_url": format!("{}/respond/{url}", self.double.base),
            });
            (payload, state.hook_named(&url))
        });
        let outcome = self.double.deliver(Kind::Command, &payload, true, None).await;
        if let Outcome::Acked(Some(words)) = &outcome {
            self.double.with(|state| {
                if let Err(error) = state.respond(&hook, words) {
                    state.violations.push(format!("a command answered with {error}: {words}"));
                }
            });
        }
        outcome
    }

    /// Presses what reads like this, or begins so.
    pub async fn presses(&self, spot: &Spot, label: &str) -> Outcome {
        let payload = self.pressing(spot, label);
        self.double.deliver(Kind::Interactive, &payload, false, None).await
    }

    /// What Slack sends for a press; to be sent by hand, twice or late.
    pub fn pressing(&self, spot: &Spot, label: &str) -> Value {
        self.double.with(|state| {
            let given = state.blocks_at(&self.id, spot);
            let Some((block, element, choice)) = pressable(&given, label) else {
                panic!("nothing reads “{label}” on:\n{}", screen(&given));
            };
            let mut action = json!({
                "type": element["type"], "action_id": element["action_id"], "block_id": block,
                "action_ts": state.fresh_ts(),
            });
            if let Some(option) = choice {
                action["selected_option"] = option;
            } else {
                merge(&mut action, json!({"text": element["text"], "value": element["value"]}));
                if let Some(style) = element.get("style") {
                    action["style"] = style.clone();
                }
            }
            let mut payload = state.interaction("block_actions", &self.id);
            payload["actions"] = json!([action]);
            let around = state.around(self, spot, &given);
            merge(&mut payload, around);
            payload
        })
    }

    /// Opens the app's home.
    pub async fn opens_home(&self) -> Outcome {
        let event = self.double.with(|state| {
            let channel = state.workspace.direct(&self.id);
            let mut event = json!({
                "type": "app_home_opened", "user": self.id, "channel": channel, "tab": "home",
            });
            if let Some(home) = state.views.homes.get(&self.id) {
                event["view"] = view_json(home, &state.workspace);
            }
            event
        });
        self.double.happens(&event).await
    }

    /// Fills in the field of the top modal whose label begins like this.
    pub fn fills(&self, label: &str, fill: Fill<'_>) {
        self.double.with(|state| {
            let view = state.views.top_mut(&self.id).expect("a modal");
            let given = view.body["blocks"].clone();
            let labelled = given.as_array().into_iter().flatten().find(|block| {
                let own = [&block["label"]["text"], &block["text"]["text"]];
                own.into_iter().filter_map(Value::as_str).any(|text| text.contains(label))
                    && (block.get("element").is_some() || block.get("accessory").is_some())
            });
            let Some(block) = labelled else {
                panic!("no field reads “{label}” on:\n{}", screen(&given));
            };
            let element = block.get("element").unwrap_or(&block["accessory"]);
            let value = filled(element, fill);
            let id = |value: &Value| value.as_str().unwrap_or_default().to_owned();
            view.filled.insert((id(&block["block_id"]), id(&element["action_id"])), value);
        });
    }

    /// Fills in a field that may not be on the page; gives whether it was.
    pub fn fills_if_there(&self, label: &str, fill: Fill<'_>) -> bool {
        let there = self.double.with(|state| {
            let view = state.views.top(&self.id).expect("a modal");
            let mut blocks = view.body["blocks"].as_array().into_iter().flatten();
            blocks.any(|it| it["label"]["text"].as_str().is_some_and(|it| it.contains(label)))
        });
        if there {
            self.fills(label, fill);
        }
        there
    }

    /// Fills in every field of the top modal: with these words, or whatever stands first.
    pub fn fills_all(&self, words: &str) {
        self.double.with(|state| {
            let view = state.views.top_mut(&self.id).expect("a modal");
            for (block, element) in blocks::elements(&view.body["blocks"]) {
                let first = element["options"][0].clone();
                let value = match element["type"].as_str().unwrap_or_default() {
                    "plain_text_input" => json!(words),
                    "radio_buttons" | "static_select" => first,
                    "checkboxes" | "multi_static_select" => json!([first]),
                    "multi_users_select" => json!([self.id]),
                    _ => continue,
                };
                let action = element["action_id"].as_str().unwrap_or_default().to_owned();
                view.filled.insert((block, action), value);
            }
        });
    }

    /// Sends the modal on top.
    pub async fn submits(&self) -> Sent {
        match self.submission() {
            Ok(payload) => {
                let outcome = self.double.deliver(Kind::Interactive, &payload, true, None).await;
                self.after(&payload, outcome)
            }
            Err(empty) => Sent::Incomplete(empty),
        }
    }

    /// What Slack sends for the modal on top, or the fields that are still empty.
    pub fn submission(&self) -> Result<Value, Vec<String>> {
        self.double.with(|state| {
            let view = state.views.top(&self.id).expect("a modal").clone();
            let missing = modal::missing(&view);
            if !missing.is_empty() {
                return Err(missing);
            }
            let mut payload = state.interaction("view_submission", &self.id);
            payload["view"] = view_json(&view, &state.workspace);
            payload["response_urls"] = json!([]);
            Ok(payload)
        })
    }

    /// Does what the acknowledgement of a form says.
    pub fn after(&self, payload: &Value, outcome: Outcome) -> Sent {
        let Outcome::Acked(answer) = outcome else { return Sent::Trouble(outcome) };
        let id = payload["view"]["id"].as_str().unwrap_or_default().to_owned();
        let answer = answer.unwrap_or_default();
        self.double.with(|state| state.answered(&self.id, &id, &answer))
    }

    /// Closes the modal on top by hand.
    pub async fn closes(&self) {
        let payload = self.double.with(|state| {
            let view = state.views.stacks.get_mut(&self.id).and_then(Vec::pop).expect("a modal");
            let mut payload = state.interaction("view_closed", &self.id);
            if let Some(map) = payload.as_object_mut() {
                map.remove("trigger_id");
            }
            payload["view"] = view_json(&view, &state.workspace);
            payload["is_cleared"] = json!(false);
            (view.body["notify_on_close"] == json!(true)).then_some(payload)
        });
        if let Some(payload) = payload {
            self.double.deliver(Kind::Interactive, &payload, false, None).await;
        }
    }

    /// The direct conversation with the app.
    pub fn direct(&self) -> String {
        self.double.with(|state| state.workspace.direct(&self.id))
    }

    /// What the person sees in a conversation.
    pub fn sees(&self, channel: &str) -> Vec<Note> {
        self.double.with(|state| state.sees(&self.id, channel).into_iter().cloned().collect())
    }

    /// The words of the modal on top, its title first.
    pub fn modal(&self) -> Option<String> {
        self.double.with(|state| {
            let view = state.views.top(&self.id)?;
            let title = view.body["title"]["text"].as_str().unwrap_or_default();
            Some(format!("{title}\n{}", screen(&view.body["blocks"])))
        })
    }

    /// Waits for a message that reads so.
    pub async fn awaits(&self, channel: &str, words: &str) -> Note {
        let what = format!("{} waits for “{words}” in {channel}", self.id);
        self.double
            .until(&what, |state| {
                let seen = state.sees(&self.id, channel).into_iter();
                seen.rev().find(|note| note.screen().contains(words)).cloned()
            })
            .await
    }

    /// Waits for a message that reads so and came after as many others.
    pub async fn awaits_after(&self, mark: usize, channel: &str, words: &str) -> Note {
        let what = format!("{} waits for a new “{words}” in {channel}", self.id);
        self.double
            .until(&what, |state| {
                let before = state.notes.get(mark).map(|note| note.ts.clone())?;
                let seen = state.sees(&self.id, channel).into_iter();
                let fresh = seen.filter(|note| note.ts >= before);
                fresh.rev().find(|note| note.screen().contains(words)).cloned()
            })
            .await
    }

    /// How many messages there are by now.
    pub fn mark(&self) -> usize {
        self.double.with(|state| state.notes.len())
    }

    /// Waits for a modal that reads so.
    pub async fn awaits_modal(&self, words: &str) -> String {
        let what = format!("{} waits for a modal with “{words}”", self.id);
        self.double.until(&what, |state| state.modal_of(&self.id, words)).await
    }

    /// Waits for a home view that reads so.
    pub async fn awaits_home(&self, words: &str) -> String {
        let what = format!("{} waits for a home with “{words}”", self.id);
        self.double
            .until(&what, |state| {
                let home = state.views.homes.get(&self.id)?;
                Some(screen(&home.body["blocks"])).filter(|it| it.contains(words))
            })
            .await
    }
}

impl State {
    fn modal_of(&self, user: &str, words: &str) -> Option<String> {
        let view = self.views.top(user)?;
        let title = view.body["title"]["text"].as_str().unwrap_or_default();
        let all = format!("{title}\n{}", screen(&view.body["blocks"]));
        all.contains(words).then_some(all)
    }

    /// The response address given out last.
    pub fn last_hook(&self) -> String {
        self.hooks.keys().last().cloned().unwrap_or_default()
    }

    fn hook_named(&self, id: &str) -> Hook {
        self.hooks[id].clone()
    }

    fn blocks_at(&mut self, user: &str, spot: &Spot) -> Value {
        match spot {
            Spot::Note(channel, ts) => self.note(channel, ts).map(|note| note.blocks.clone()),
            Spot::Home => self.views.homes.get(user).map(|view| view.body["blocks"].clone()),
            Spot::Modal => self.views.top(user).map(|view| view.body["blocks"].clone()),
        }
        .unwrap_or_default()
    }

    /// What an interaction says of where it happened.
    fn around(&mut self, person: &Person, spot: &Spot, given: &Value) -> Value {
        let view = match spot {
            Spot::Note(channel, ts) => {
                let url = self.hook(&person.id, channel, Some(ts.clone()));
                let hidden = self.note(channel, ts).is_some_and(|note| note.only.is_some());
                let message = message_json(self, channel, ts);
                let name = self.workspace.channel(channel).map(|it| it.name.clone());
                let name = name.filter(|it| !it.is_empty()).unwrap_or("directmessage".into());
                let mut container = json!({
                    "type": "message", "message_ts": ts, "channel_id": channel,
                    "is_ephemeral": hidden,
                });
                if let Some(thread) = message.get("thread_ts") {
                    container["thread_ts"] = thread.clone();
                }
                let mut around = json!({
                    "container": container, "channel": {"id": channel, "name": name},
                    "state": {"values": modal::values_of_message(given)},
                    "response_url": format!("{}/respond/{url}", person.double.base),
                });
                // The message of an ephemeral container is not handed out.
                if !hidden {
                    around["message"] = message;
                }
                return around;
            }
            Spot::Home => self.views.homes.get(&person.id).cloned(),
            Spot::Modal => self.views.top(&person.id).cloned(),
        };
        let view = view.expect("what was pressed is there");
        json!({
            "container": {"type": "view", "view_id": view.id},
            "view": view_json(&view, &self.workspace),
            "state": {"values": modal::values(&view)},
        })
    }

    fn answered(&mut self, user: &str, id: &str, answer: &Value) -> Sent {
        match answer["response_action"].as_str() {
            None => {
                if answer.as_object().is_some_and(|map| !map.is_empty()) {
                    self.violations.push(format!("a form answered with {answer}"));
                }
                if let Some(stack) = self.views.stacks.get_mut(user) {
                    stack.retain(|view| view.id != id);
                }
                Sent::Closed
            }
            Some("clear") => {
                self.views.stacks.remove(user);
                Sent::Cleared
            }
            Some("errors") => self.complained(id, &answer["errors"]),
            Some(action @ ("update" | "push")) => {
                let found = super::check::view(&answer["view"]).0;
                if !found.is_empty() {
                    self.violations.push(format!("a form answered with a view: {found:?}"));
                    return Sent::Errors(json!({}));
                }
                if action == "update" {
                    self.replace(id, answer["view"].clone());
                } else if let Err(refusal) = self.show(user, answer["view"].clone(), true) {
                    self.violations.push(format!("a push was refused: {}", refusal.error));
                }
                Sent::Changed
            }
            Some(other) => {
                self.violations.push(format!("a form answered with the action {other}"));
                Sent::Closed
            }
        }
    }

    /// Errors must stand at blocks that are inputs.
    fn complained(&mut self, id: &str, errors: &Value) -> Sent {
        let given = self.views.get(id).map(|view| view.body["blocks"].clone()).unwrap_or_default();
        let input = |name: &String| {
            let mut blocks = given.as_array().into_iter().flatten();
            blocks.any(|block| block["type"] == "input" && block["block_id"] == json!(name))
        };
        let map = errors.as_object();
        if map.is_none_or(|map| map.is_empty() || !map.keys().all(input)) {
            self.violations.push(format!("errors that stand at no input: {errors}"));
        }
        Sent::Errors(errors.clone())
    }
}

/// What reads like this, or else begins so: its block, the element, and the option.
fn pressable(given: &Value, label: &str) -> Option<(String, Value, Option<Value>)> {
    let elements = blocks::elements(given);
    let find = |fits: &dyn Fn(&str) -> bool| {
        elements.iter().find_map(|(block, element)| {
            let at = labels(element).iter().position(|it| fits(it))?;
            let option = element["options"].get(at).cloned();
            Some((block.clone(), element.clone(), option))
        })
    };
    find(&|it| it == label).or_else(|| find(&|it| it.starts_with(label)))
}

fn filled(element: &Value, fill: Fill<'_>) -> Value {
    let option = |wanted: &str| {
        let all = labels(element);
        let at = all.iter().position(|it| it == wanted);
        let at = at.or_else(|| all.iter().position(|it| it.starts_with(wanted)));
        let Some(at) = at else { panic!("no option reads “{wanted}” among {all:?}") };
        element["options"][at].clone()
    };
    match fill {
        Fill::Text(text) => json!(text),
        Fill::One(wanted) => option(wanted),
        Fill::First => element["options"][0].clone(),
        Fill::Users(ids) if element["type"] == "users_select" => json!(ids[0]),
        Fill::Users(ids) => json!(ids),
    }
}
