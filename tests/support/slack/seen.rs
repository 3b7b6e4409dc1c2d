//! What stands on a screen, as words.

use serde_json::Value;

use super::blocks;
use super::state::{Note, State};

/// What a person sees of blocks: words line by line, then `[what can be pressed]`.
pub fn screen(given: &Value) -> String {
    let mut lines = Vec::new();
    for block in given.as_array().into_iter().flatten() {
        lines.extend(text_of(&block["label"]));
        lines.extend(text_of(&block["text"]));
        lines.extend(block["title"].get("text").and_then(Value::as_str).map(shown));
        for field in block["fields"].as_array().into_iter().flatten() {
            lines.extend(text_of(field));
        }
        if block["type"] == "context" {
            let those = block["elements"].as_array().into_iter().flatten();
            lines.extend(those.filter_map(|it| it["text"].as_str()).map(shown));
        }
        lines.extend(text_of(&block["hint"]));
    }
    for (_, element) in blocks::elements(given) {
        lines.extend(labels(&element).into_iter().map(|label| format!("[{label}]")));
    }
    lines.join("\n")
}

/// Words of a text object, or of a block whose text is a string.
fn text_of(value: &Value) -> Option<String> {
    value.as_str().or_else(|| value["text"].as_str()).map(shown)
}

/// What can be chosen on an element.
pub fn labels(element: &Value) -> Vec<String> {
    let own = element["text"]["text"].as_str();
    let options = element["options"].as_array().into_iter().flatten();
    let those = options.filter_map(|option| option["text"]["text"].as_str());
    own.into_iter().chain(those).map(shown).collect()
}

/// Text as it looks: marks and escapes are gone.
pub fn shown(text: &str) -> String {
    let plain = text.replace(['*', '`'], "");
    let plain = plain.replace("&lt;", "<").replace("&gt;", ">");
    plain.replace("&amp;", "&").replace('\u{200b}', "")
}

/// Words that call many people or one: what stands unescaped between angle brackets.
pub fn pings(text: &str) -> Vec<&str> {
    let marks = ["<!channel", "<!here", "<!everyone", "<!subteam", "<@"];
    marks.into_iter().filter(|mark| text.contains(mark)).collect()
}

impl Note {
    /// What a person sees of it.
    pub fn screen(&self) -> String {
        let blocks = screen(&self.blocks);
        if blocks.is_empty() { shown(&self.text) } else { blocks }
    }

    /// Everything in it that Slack parses for marks.
    pub fn raw(&self) -> String {
        format!("{}\n{}", self.text, self.blocks)
    }
}

impl State {
    /// What a person sees in a conversation, in order.
    pub fn sees(&self, user: &str, channel: &str) -> Vec<&Note> {
        let may = self
            .workspace
            .channel(channel)
            .is_some_and(|it| !it.private && it.with.is_none() || it.members.contains(user));
        let notes = self.notes.iter().filter(|note| may && note.channel == channel);
        notes.filter(|note| note.only.as_deref().is_none_or(|only| only == user)).collect()
    }
}
