//! One event of a room as the server sends it, and what it says, as far as the bot cares.
//!
//! Reads plain JSON, so that what counts and what does not can be tried without a server.

use serde::Deserialize;
use serde_json::Value;

/// An event of a room's timeline or state, decrypted where that was possible.
#[derive(Clone, Debug, Deserialize)]
pub struct Event {
    /// Its type, such as `m.room.message`.
    #[serde(rename = "type")]
    pub kind: String,
    /// Its id, with the `$`.
    #[serde(rename = "event_id")]
    pub id: String,
    /// Who sent it.
    pub sender: String,
    /// When the sender's server says it was sent, in milliseconds since 1970.
    #[serde(default)]
    pub origin_server_ts: i64,
    /// What it holds; empty once it was redacted.
    #[serde(default)]
    pub content: Value,
    /// What it is the state of.
    pub state_key: Option<String>,
    /// The event it takes back, in rooms before version 11.
    pub redacts: Option<String>,
    /// What the server adds.
    #[serde(default)]
    pub unsigned: Value,
}

/// What an event says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Heard {
    /// Words; `m.text` alone, as programs write `m.notice`.
    Words(Spoken),
    /// The words of an earlier message are others now.
    Changed {
        /// The message.
        of: String,
        /// Its words now.
        body: String,
    },
    /// An earlier event was taken back.
    TakenBack {
        /// The event.
        of: String,
    },
    /// A vote in a poll; with the unstable names and with the stable ones.
    Vote {
        /// The poll's first event.
        poll: String,
        /// The ids of the answers.
        answers: Vec<String>,
    },
    /// A poll ended.
    Ended {
        /// The poll's first event.
        poll: String,
    },
    /// A reaction to a message.
    Reaction {
        /// The message.
        of: String,
        /// The sign.
        key: String,
    },
    /// Somebody came or left.
    Member(Membership),
    /// Who may do what in the room is other than it was.
    Powers,
    /// The room goes on in another one.
    Upgraded {
        /// The successor.
        to: String,
    },
    /// A client asks to verify the bot.
    Verification,
    /// It is encrypted, and there is no key yet.
    Locked,
}

/// Words that somebody wrote.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spoken {
    /// The words, without the quotation that replies begin with.
    pub body: String,
    /// Whether they name the bot on purpose.
    pub to_bot: bool,
    /// Whether they are a reply: clients let those name whoever wrote what they reply to.
    pub is_reply: bool,
    /// The first message of the thread they stand in.
    pub thread: Option<String>,
}

/// A change of who is in a room.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Membership {
    /// Whose.
    pub who: String,
    /// The name people read, where the person has one.
    pub name: Option<String>,
    /// What it is now: `join`, `leave`, `ban`, `invite`, `knock`.
    pub now: String,
    /// What it was.
    pub before: Option<String>,
    /// Who brought about what it was before, such as an invitation.
    pub before_by: Option<String>,
    /// Whether it is an invitation to talk in private.
    pub direct: bool,
}

impl Membership {
    /// Whether the person is in the room now and was not before.
    #[must_use]
    pub fn is_arrival(&self) -> bool {
        self.now == "join" && self.before.as_deref() != Some("join")
    }

    /// Whether the person is in the room no more.
    #[must_use]
    pub fn is_departure(&self) -> bool {
        matches!(self.now.as_str(), "leave" | "ban")
    }
}

impl Event {
    /// What the event says; `None` where it is nothing to the bot whose user id is `own`.
    #[must_use]
    pub fn heard(&self, own: &str) -> Option<Heard> {
        match self.kind.as_str() {
            "m.room.message" => self.message(own),
            "m.room.encrypted" => self.content.get("algorithm").map(|_| Heard::Locked),
            "m.room.redaction" => {
                let of = self.redacts.clone().or_else(|| self.text("/redacts"))?;
                Some(Heard::TakenBack { of })
            }
            "m.room.member" => self.member(),
            "m.room.power_levels" => self.state_key.as_ref().map(|_| Heard::Powers),
            "m.room.tombstone" => Some(Heard::Upgraded { to: self.text("/replacement_room")? }),
            "m.reaction" => {
                let key = self.text("/m.relates_to/key")?;
                Some(Heard::Reaction { of: self.related("m.annotation")?, key })
            }
            "m.poll.response" | "org.matrix.msc3381.poll.response" => self.vote(),
            "m.poll.end" | "org.matrix.msc3381.poll.end" => {
                Some(Heard::Ended { poll: self.related("m.reference")? })
            }
            _ => None,
        }
    }

    fn message(&self, own: &str) -> Option<Heard> {
        match self.content.get("msgtype")?.as_str()? {
            "m.key.verification.request" if self.text("/to")? == own => Some(Heard::Verification),
            "m.text" => {
                if let Some(of) = self.related("m.replace") {
                    return Some(Heard::Changed { of, body: self.text("/m.new_content/body")? });
                }
                let body = self.text("/body")?;
                let is_reply = self.content.pointer("/m.relates_to/m.in_reply_to").is_some();
                // What stands in a thread seems a reply to clients that know no threads.
                let seems = self.content.pointer("/m.relates_to/is_falling_back");
                let body = if is_reply { without_quotation(&body) } else { body };
                let thread = self.related("m.thread");
                let is_reply = is_reply && seems != Some(&Value::Bool(true));
                Some(Heard::Words(Spoken { to_bot: self.names(own), body, thread, is_reply }))
            }
            _ => None,
        }
    }

    fn member(&self) -> Option<Heard> {
        let before = |name: &str| {
            let value = self.unsigned.pointer(name)?.as_str()?;
            Some(value.to_owned())
        };
        Some(Heard::Member(Membership {
            who: self.state_key.clone()?,
            name: self.text("/displayname").filter(|name| !name.trim().is_empty()),
            now: self.text("/membership")?,
            before: before("/prev_content/membership"),
            before_by: before("/prev_sender"),
            direct: self.content.get("is_direct") == Some(&Value::Bool(true)),
        }))
    }

    /// A vote, in the form of MSC3381's event types or in that of the specification's `m.poll`.
    fn vote(&self) -> Option<Heard> {
        let unstable = self.content.pointer("/org.matrix.msc3381.poll.response/answers");
        let stable = || {
            let selections = self.content.get("m.selections");
            selections.or_else(|| self.content.pointer("/m.poll.response/answers"))
        };
        let answers = unstable.or_else(stable)?.as_array()?;
        let answers = answers.iter().filter_map(|id| Some(id.as_str()?.to_owned())).collect();
        Some(Heard::Vote { poll: self.related("m.reference")?, answers })
    }

    /// Whether the message mentions a user, by the specification's intentional mentions.
    fn names(&self, user: &str) -> bool {
        let users = self.content.pointer("/m.mentions/user_ids").and_then(Value::as_array);
        users.is_some_and(|users| users.iter().any(|id| id == user))
    }

    fn related(&self, kind: &str) -> Option<String> {
        let relation = self.content.get("m.relates_to")?;
        let fits = relation.get("rel_type")? == kind;
        fits.then(|| Some(relation.get("event_id")?.as_str()?.to_owned())).flatten()
    }

    fn text(&self, pointer: &str) -> Option<String> {
        Some(self.content.pointer(pointer)?.as_str()?.to_owned())
    }
}

/// A reply's own words: older clients put what they reply to in front, as lines with `> `.
fn without_quotation(body: &str) -> String {
    if !body.starts_with("> ") {
        return body.to_owned();
    }
    let own: Vec<&str> = body.lines().skip_while(|line| line.starts_with("> ")).collect();
    own.join("\n").trim_start_matches('\n').to_owned()
}

#[cfg(test)]
mod tests {
    use rstest::rstest;
    use serde_json::json;

    use super::*;

    const BOT: &str = "@bot:x";

    fn heard(kind: &str, content: &Value) -> Option<Heard> {
        let event = json!({"type": kind, "event_id": "$e", "sender": "@ann:x", "content": content});
        serde_json::from_value::<Event>(event).unwrap().heard(BOT)
    }

    fn words(body: &str) -> Heard {
        let (to_bot, is_reply) = (false, false);
        Heard::Words(Spoken { body: body.to_owned(), to_bot, thread: None, is_reply })
    }

    #[rstest]
    #[case(json!({"msgtype": "m.text", "body": "2"}), Some(words("2")))]
    #[case(json!({"msgtype": "m.notice", "body": "2"}), None)]
    #[case(json!({"msgtype": "m.image", "body": "2"}), None)]
    #[case(json!({}), None)]
    #[case(
        json!({"msgtype": "m.text", "body": "> <@bot:x> Which?\n> one\n\n3",
               "m.relates_to": {"m.in_reply_to": {"event_id": "$q"}}}),
        Some(Heard::Words(Spoken { body: "3".into(), to_bot: false, thread: None, is_reply: true }))
    )]
    #[case(
        json!({"msgtype": "m.text", "body": "3",
               "m.relates_to": {"rel_type": "m.thread", "event_id": "$t", "is_falling_back": true,
                                "m.in_reply_to": {"event_id": "$q"}}}),
        Some(Heard::Words(Spoken {
            body: "3".into(), to_bot: false, thread: Some("$t".into()), is_reply: false
        }))
    )]
    #[case(json!({"msgtype": "m.text", "body": "> 3"}), Some(words("> 3")))]
    #[case(
        json!({"msgtype": "m.text", "body": "* 4", "m.new_content": {"body": "4"},
               "m.relates_to": {"rel_type": "m.replace", "event_id": "$a"}}),
        Some(Heard::Changed { of: "$a".into(), body: "4".into() })
    )]
    #[case(
        json!({"msgtype": "m.text", "body": "bot: help", "m.mentions": {"user_ids": [BOT]},
               "m.relates_to": {"rel_type": "m.thread", "event_id": "$t"}}),
        Some(Heard::Words(Spoken {
            body: "bot: help".into(), to_bot: true, thread: Some("$t".into()), is_reply: false
        }))
    )]
    #[case(
        json!({"msgtype": "m.key.verification.request", "body": "", "to": BOT}),
        Some(Heard::Verification)
    )]
    fn messages(#[case] content: Value, #[case] expected: Option<Heard>) {
        assert_eq!(heard("m.room.message", &content), expected);
    }

    #[rstest]
    #[case(
        "org.matrix.msc3381.poll.response",
        json!({"org.matrix.msc3381.poll.response": {"answers": ["1"]}})
    )]
    #[case("m.poll.response", json!({"m.selections": ["1"]}))]
    fn votes_are_read_in_both_forms(#[case] kind: &str, #[case] mut content: Value) {
        assert_eq!(heard(kind, &content), None);
        content["m.relates_to"] = json!({"rel_type": "m.reference", "event_id": "$p"});
        let vote = Heard::Vote { poll: "$p".into(), answers: vec!["1".into()] };
        assert_eq!(heard(kind, &content), Some(vote));
    }

    #[test]
    fn a_redaction_is_read_in_both_forms() {
        let taken_back = Some(Heard::TakenBack { of: "$a".into() });
        assert_eq!(heard("m.room.redaction", &json!({"redacts": "$a"})), taken_back);
        let old = json!({"type": "m.room.redaction", "event_id": "$e", "sender": "@a:x",
                         "redacts": "$a", "content": {}});
        assert_eq!(serde_json::from_value::<Event>(old).unwrap().heard(BOT), taken_back);
    }

    #[test]
    fn a_member_who_changes_their_name_does_not_arrive() {
        let event = |before: &str| {
            let event = json!({"type": "m.room.member", "event_id": "$e", "sender": "@a:x",
                "state_key": "@a:x", "content": {"membership": "join", "displayname": "Ann"},
                "unsigned": {"prev_content": {"membership": before}, "prev_sender": "@b:x"}});
            serde_json::from_value::<Event>(event).unwrap().heard(BOT)
        };
        let arrives = |heard: Option<Heard>| match heard {
            Some(Heard::Member(member)) => member.is_arrival(),
            other => panic!("{other:?}"),
        };
        assert!(arrives(event("invite")));
        assert!(!arrives(event("join")));
    }

    #[test]
    fn what_was_redacted_says_nothing() {
        for kind in ["m.room.encrypted", "m.reaction", "m.room.tombstone", "m.poll.end"] {
            assert_eq!(heard(kind, &json!({})), None, "{kind}");
        }
    }
}
