//! Modals and home views, after "Modals" and "App Home".

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::args::{Refusal, merge, refuse};
use super::blocks;
use super::modal;
use super::state::State;
use super::workspace::Workspace;

/// The most modals on top of each other.
const DEEPEST: usize = 3;

/// A view in front of somebody.
#[derive(Clone, Debug)]
pub struct View {
    /// Its id.
    pub id: String,
    /// What was sent, with ids.
    pub body: Value,
    /// What is filled in, by block and action.
    pub filled: BTreeMap<(String, String), Value>,
    /// Changes with every change.
    pub hash: String,
    /// The one below it.
    pub below: Option<String>,
    /// The lowest.
    pub root: String,
}

/// All of them.
#[derive(Debug, Default)]
pub struct Views {
    /// The modals of each person, the lowest first.
    pub stacks: BTreeMap<String, Vec<View>>,
    /// The home view of each person.
    pub homes: BTreeMap<String, View>,
}

impl Views {
    /// A view by its id.
    pub fn get(&self, id: &str) -> Option<&View> {
        self.stacks.values().flatten().chain(self.homes.values()).find(|view| view.id == id)
    }

    fn get_mut(&mut self, id: &str) -> Option<&mut View> {
        let homes = self.homes.values_mut();
        self.stacks.values_mut().flatten().chain(homes).find(|view| view.id == id)
    }

    /// The id of a view that is named by its id or by the app's own name for it.
    pub fn find(&self, id: &str, external: &str) -> Option<String> {
        let named =
            |view: &&View| !external.is_empty() && view.body["external_id"] == json!(external);
        let all = || self.stacks.values().flatten();
        let view = all().find(|view| view.id == id).or_else(|| all().find(named));
        view.map(|view| view.id.clone())
    }

    /// The hash of a view.
    pub fn hash(&self, id: &str) -> String {
        self.get(id).map(|view| view.hash.clone()).unwrap_or_default()
    }

    /// The modal on top of somebody's screen.
    pub fn top(&self, user: &str) -> Option<&View> {
        self.stacks.get(user)?.last()
    }

    /// The same, to fill in.
    pub fn top_mut(&mut self, user: &str) -> Option<&mut View> {
        self.stacks.get_mut(user)?.last_mut()
    }
}

impl State {
    fn view(&mut self, mut body: Value) -> View {
        body["blocks"] = blocks::with_ids(&body["blocks"], self);
        let (id, hash) = (self.fresh("V"), self.fresh("hash"));
        let filled = modal::initial(&body["blocks"]);
        let root = id.clone();
        View { id, body, filled, hash, below: None, root }
    }

    /// Opens a modal, on top of those there or in their place.
    pub fn show(&mut self, user: &str, body: Value, on_top: bool) -> Result<String, Refusal> {
        let external = body["external_id"].as_str().unwrap_or_default();
        if self.views.find("", external).is_some() {
            return refuse("duplicate_external_id");
        }
        let mut view = self.view(body);
        let stack = self.views.stacks.entry(user.to_owned()).or_default();
        if !on_top {
            stack.clear();
        }
        if stack.len() >= DEEPEST {
            return refuse("push_limit_reached");
        }
        if let Some(below) = stack.last() {
            (view.below, view.root) = (Some(below.id.clone()), below.root.clone());
        }
        let id = view.id.clone();
        stack.push(view);
        Ok(id)
    }

    /// Puts another body into a view, and gives its name from then on; what is filled in stays
    /// where block and action are the same.
    pub fn replace(&mut self, id: &str, body: Value) -> String {
        let (fresh, name) = (self.view(body), self.name_after_change(id));
        let Some(view) = self.views.get_mut(id) else { return id.to_owned() };
        view.id.clone_from(&name);
        let mut filled = fresh.filled;
        for (place, value) in &view.filled {
            if filled.contains_key(place) && modal::still_fits(&fresh.body["blocks"], place, value)
            {
                filled.insert(place.clone(), value.clone());
            }
        }
        (view.body, view.hash, view.filled) = (fresh.body, fresh.hash, filled);
        name
    }

    /// Puts up somebody's home view.
    pub fn settle_home(&mut self, user: &str, body: Value) -> String {
        let mut view = self.view(body);
        if let Some(old) = self.views.homes.get(user) {
            (view.id, view.root) = (old.id.clone(), old.root.clone());
        }
        let id = view.id.clone();
        self.views.homes.insert(user.to_owned(), view);
        id
    }
}

/// A view as Slack hands it out.
pub fn view_json(view: &View, place: &Workspace) -> Value {
    let mut json = json!({
        "id": view.id, "team_id": place.team, "app_id": place.app, "bot_id": place.bot,
        "app_installed_team_id": place.team, "hash": view.hash, "root_view_id": view.root,
        "previous_view_id": view.below, "state": {"values": modal::values(view)},
        "private_metadata": "", "callback_id": "", "external_id": "",
        "clear_on_close": false, "notify_on_close": false,
    });
    if view.body["type"] == "modal" {
        merge(&mut json, json!({"close": null, "submit": null}));
    }
    merge(&mut json, view.body.clone());
    json
}
