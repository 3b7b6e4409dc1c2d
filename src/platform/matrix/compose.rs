//! Messages of the bot as the contents of Matrix events.
//!
//! Plain JSON, written by hand: what goes out stands here letter by letter. Polls bear the unstable
//! names of MSC3381, as the common clients still know no others.

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::html::{html, plain};
use super::notes::Key;
use super::split;
use crate::domain::message::{Choice, Form, Message, Press};
use crate::text::Text;
use crate::text::words::{MatrixAnswer, MatrixCommand, MatrixForm, MatrixHow, MatrixSigns};

/// The field of every event of ours that holds its key, by which it is found again.
pub const KEY: &str = "dev.maturity-bot.key";

/// The field of our polls and questions that holds what their answers mean.
pub const ANSWERS: &str = "dev.maturity-bot.answers";

/// The type of a message.
pub const MESSAGE: &str = "m.room.message";
/// The type of a poll.
pub const POLL: &str = "org.matrix.msc3381.poll.start";
/// The type of a poll's end.
pub const POLL_END: &str = "org.matrix.msc3381.poll.end";

/// The most answers a poll may have (MSC3381).
const MOST_ANSWERS: usize = 20;

/// Where a message is read.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Venue<'a> {
    /// In private, by one person, who types what they choose.
    Direct,
    /// In a room, before everybody; the bot's user id says where to write in private.
    Room(&'a str),
}

/// Whom a message wakes; everything else of ours wakes nobody.
pub type Mention<'a> = Option<&'a str>;

/// The words of a message in Markdown, with everything that can be chosen.
#[must_use]
pub fn markdown(message: &Message, venue: Venue<'_>, text: &Text) -> String {
    let mut parts = match message {
        Message::Overview(sections) => {
            let section = |part: &crate::domain::message::Section| {
                [part.body.clone(), choices(&part.choices, venue, text)]
            };
            sections.iter().flat_map(section).collect()
        }
        Message::Form(form) => vec![fields(form), text.say(&MatrixForm { word: "how" })],
        _ => vec![message.body(), choices(&message.choices(), venue, text)],
    };
    parts.retain(|part| !part.trim().is_empty());
    parts.join("\n\n")
}

fn choices(choices: &[Choice], venue: Venue<'_>, text: &Text) -> String {
    match venue {
        Venue::Direct => typed(choices, text),
        Venue::Room(bot) => {
            let lines: Vec<String> =
                choices.iter().filter_map(|choice| command(choice, bot, text)).collect();
            lines.join("\n")
        }
    }
}

/// Choices that are typed: each behind its key, and how that is meant.
fn typed(choices: &[Choice], text: &Text) -> String {
    let Some(first) = choices.first() else { return String::new() };
    let lines: Vec<String> = choices.iter().map(line).collect();
    let how = text.say(&MatrixHow { example: first.key.clone() });
    format!("{}\n\n{}", lines.join("\n"), how.trim_end())
}

fn line(choice: &Choice) -> String {
    let same = choice.key.eq_ignore_ascii_case(&choice.label);
    let label = if same { String::new() } else { format!(" {}", choice.label) };
    format!("`{}`{label}", choice.key)
}

/// Where to write to the bot in private.
fn link_to(bot: &str) -> String {
    format!("https://matrix.to/#/{bot}")
}

/// A choice in a room, where a number would belong to nobody: what to write instead.
fn command(choice: &Choice, bot: &str, text: &Text) -> Option<String> {
    let words = match &choice.press {
        Press::Ask(_) => {
            let link = link_to(bot);
            return Some(text.say(&MatrixAnswer { link }).trim_end().to_owned());
        }
        Press::Say(words) | Press::Tell(_, words) => words,
        Press::Answer(..) | Press::Page(..) => return None,
    };
    let bare = ["/maturity", "!maturity"].iter().find_map(|prefix| words.strip_prefix(prefix));
    let command = format!("!maturity {}", bare.unwrap_or(words).trim());
    let label = choice.label.clone();
    Some(text.say(&MatrixCommand { command, label }).trim_end().to_owned())
}

fn fields(form: &Form) -> String {
    let fields: Vec<String> = form.fields.iter().map(|field| field.line("`")).collect();
    format!("**{}**\n{}\n{}", form.title, form.body, fields.join("\n"))
}

/// A text as one or more notices; programs write notices, so that no two of them talk for ever.
#[must_use]
pub fn notices(markdown: &str, mention: Mention<'_>) -> Vec<Value> {
    split::contents(markdown, split::LONGEST, &|part| notice(part, mention))
}

/// A text as one notice.
#[must_use]
pub fn notice(markdown: &str, mention: Mention<'_>) -> Value {
    let users: Vec<&str> = mention.into_iter().collect();
    let mentions = if users.is_empty() { json!({}) } else { json!({ "user_ids": users }) };
    json!({
        "msgtype": "m.notice",
        "body": plain(markdown),
        "format": "org.matrix.custom.html",
        "formatted_body": html(markdown),
        "m.mentions": mentions,
    })
}

/// A picture that was uploaded; `source` is its place, plain or encrypted.
#[derive(Clone, Debug)]
pub struct Upload {
    /// `("url", "mxc://…")` or `("file", {…})`, as the room is plain or encrypted.
    pub source: (&'static str, Value),
    /// Its width and height in pixels.
    pub size: (u32, u32),
    /// Its length in bytes.
    pub bytes: usize,
}

/// A picture with its words as caption; the plain body also says what it shows.
#[must_use]
pub fn image(upload: &Upload, caption: &str, alt: &str) -> Value {
    let body = [plain(caption), plain(alt)].join("\n\n");
    let mut content = json!({
        "msgtype": "m.image",
        "filename": "results.png",
        "body": body.trim(),
        "format": "org.matrix.custom.html",
        "formatted_body": html(caption),
        "info": {
            "mimetype": "image/png",
            "w": upload.size.0,
            "h": upload.size.1,
            "size": upload.bytes,
        },
        "m.mentions": {},
    });
    content[upload.source.0] = upload.source.1.clone();
    content
}

/// Width and height of a PNG, from its header.
#[must_use]
pub fn png_size(png: &[u8]) -> Option<(u32, u32)> {
    let number = |at: usize| Some(u32::from_be_bytes(png.get(at..at + 4)?.try_into().ok()?));
    Some((number(16)?, number(20)?))
}

/// A poll whose votes everybody sees at once.
#[must_use]
pub fn poll(body: &str, choices: &[Choice]) -> Value {
    let answer =
        |choice: &Choice| json!({ "id": choice.key, "org.matrix.msc1767.text": choice.label });
    let answers: Vec<Value> = choices.iter().take(MOST_ANSWERS).map(answer).collect();
    let lines: Vec<String> =
        choices.iter().map(|choice| format!("{}: {}", choice.key, choice.label)).collect();
    let question = plain(body);
    json!({
        "org.matrix.msc1767.text": format!("{question}\n{}", lines.join("\n")),
        POLL: {
            "kind": "org.matrix.msc3381.poll.disclosed",
            "max_selections": 1,
            "question": {
                "org.matrix.msc1767.text": question,
                "body": question,
                "msgtype": "m.text",
            },
            "answers": answers,
        },
        ANSWERS: keys(choices),
    })
}

/// The same in words, for a room that takes no polls of ours: it is answered by a sign below it, or
/// in private.
#[must_use]
pub fn question(body: &str, choices: &[Choice], bot: &str, text: &Text) -> Value {
    let lines: Vec<String> = choices.iter().map(line).collect();
    let is_digit = |choice: &&Choice| choice.key.chars().all(|it| it.is_ascii_digit());
    let example = choices.iter().find(is_digit).map(|choice| choice.key.clone());
    let how = text.say(&MatrixSigns { example, link: link_to(bot) });
    let mut content =
        notice(&format!("{body}\n\n{}\n\n{}", lines.join("\n"), how.trim_end()), None);
    content[ANSWERS] = json!(keys(choices));
    content
}

/// What choices mean: the key of each, and its token.
#[must_use]
pub fn keys(choices: &[Choice]) -> Vec<Key> {
    choices.iter().map(|choice| (choice.key.clone(), choice.press.token())).collect()
}

/// What the choices on an event of ours mean; `None` where it has none.
#[must_use]
pub fn keys_of(content: &Value) -> Option<Vec<Key>> {
    serde_json::from_value(content.get(ANSWERS)?.clone()).ok()
}

/// The end of a poll.
#[must_use]
pub fn poll_end(poll: &str, words: &str) -> Value {
    json!({
        "m.relates_to": { "rel_type": "m.reference", "event_id": poll },
        "org.matrix.msc1767.text": plain(words),
        POLL_END: {},
    })
}

/// New words for an earlier message; they stand in the event twice, so half as many fit, and what
/// does not is left out.
#[must_use]
pub fn edit(of: &str, markdown: &str) -> Value {
    split::contents(markdown, split::LONGEST / 2, &|part| edit_whole(of, part)).swap_remove(0)
}

fn edit_whole(of: &str, markdown: &str) -> Value {
    let new = notice(markdown, None);
    let mut content = new.clone();
    content["body"] = format!("* {}", plain(markdown)).into();
    content["formatted_body"] = format!("* {}", html(markdown)).into();
    content["m.new_content"] = new;
    content["m.relates_to"] = json!({ "rel_type": "m.replace", "event_id": of });
    content
}

/// The same content, in the thread below `root`.
#[must_use]
pub fn threaded(mut content: Value, root: &str) -> Value {
    content["m.relates_to"] = json!({
        "rel_type": "m.thread",
        "event_id": root,
        "is_falling_back": true,
        "m.in_reply_to": { "event_id": root },
    });
    content
}

/// The same content, with the key by which it is found again.
#[must_use]
pub fn keyed(mut content: Value, transaction: &str) -> Value {
    content[KEY] = transaction.into();
    content
}

/// The transaction id of a part of a message: the same key gives the same id in every life.
#[must_use]
pub fn transaction(key: &str, part: &str) -> String {
    let digest = Sha256::digest(format!("{key}\n{part}"));
    digest.iter().take(12).fold(String::from("mb"), |id, byte| format!("{id}{byte:02x}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::{RoundId, TeamId};

    const ROUND: RoundId = RoundId { team: TeamId(1), number: 2 };

    fn choice(key: &str, label: &str, press: Press) -> Choice {
        Choice { key: key.to_owned(), label: label.to_owned(), press }
    }

    fn question() -> Message {
        let press = |reply: &str| Press::Answer(ROUND, "skills.linux".into(), reply.to_owned());
        let choices = vec![choice("0", "None so far", press("0")), choice("?", "?", press("?"))];
        Message::Choices { body: "**1 of 8**\nWhich?".to_owned(), choices }
    }

    #[test]
    fn in_private_choices_are_typed() {
        let words = markdown(&question(), Venue::Direct, &Text::embedded());
        assert_eq!(
            words,
            "**1 of 8**\nWhich?\n\n`0` None so far\n`?`\n\n\
             *Type what stands in front, such as `0`.*"
        );
    }

    #[test]
    fn in_a_room_a_choice_says_what_to_write() {
        let choices = vec![
            choice("answer", "Answer", Press::Ask(ROUND)),
            choice("r", "Report", Press::Say("/maturity report".to_owned())),
        ];
        let message = Message::Choices { body: "Open.".to_owned(), choices };
        let words = markdown(&message, Venue::Room("@bot:x"), &Text::embedded());
        assert!(words.contains("https://matrix.to/#/@bot:x"), "{words}");
        assert!(words.ends_with("`!maturity report` Report"), "{words}");
        let words = markdown(&question(), Venue::Room("@bot:x"), &Text::embedded());
        assert_eq!(words, "**1 of 8**\nWhich?");
    }

    #[test]
    fn a_notice_wakes_only_whom_it_mentions() {
        assert_eq!(notice("a", None)["m.mentions"], json!({}));
        let woken = notice("a", Some("@ann:x"));
        assert_eq!(woken["m.mentions"], json!({ "user_ids": ["@ann:x"] }));
    }

    #[test]
    fn an_edit_holds_the_new_words_and_a_fallback() {
        let edit = edit("$e", "**b**");
        assert_eq!(edit["body"], "* b");
        assert_eq!(edit["m.new_content"]["formatted_body"], "<p><strong>b</strong></p>");
        assert_eq!(edit["m.relates_to"]["rel_type"], "m.replace");
    }

    #[test]
    fn a_long_text_goes_out_in_parts_that_fit() {
        let long = "Ein langer Satz mit \"Zeichen\" & so. ".repeat(3_000);
        let notices = notices(&long, None);
        assert!(notices.len() > 5);
        for notice in notices {
            assert!(notice.to_string().len() < 40_000);
        }
    }

    proptest::proptest! {
        #![proptest_config(proptest::prelude::ProptestConfig::with_cases(12))]
        #[test]
        fn whatever_people_write_fits(
            sign in "[\"<&\\\\\u{1}ä`a\n ]{1,3}", times in 1_000usize..12_000,
        ) {
            let text = sign.repeat(times);
            for notice in notices(&text, None).iter().chain([&edit("$e", &text)]) {
                assert!(notice.to_string().len() <= split::MOST);
            }
        }
    }

    #[test]
    fn a_transaction_is_short_and_its_own() {
        let first = transaction("out/1", "0");
        assert_eq!(first, transaction("out/1", "0"));
        assert_ne!(first, transaction("out/1", "1"));
        assert!(first.len() <= 32);
    }
}
