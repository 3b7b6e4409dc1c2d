//! What the bot says, and where: a closed, small vocabulary that every platform can honour.
//!
//! Bodies are Markdown with `**bold**`, `*italic*`, `` `code` ``, and lines that begin with `- `.

use serde::{Deserialize, Serialize};

use super::ids::{PersonId, PlaceId, QuestionId, RoundId, TeamId};

/// Where a message goes that is not the reply to an event.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Destination {
    /// A channel or room.
    Place(PlaceId),
    /// The thread below an earlier message in a channel or room.
    Thread(PlaceId, MessageRef),
    /// One person, in private.
    Person(PersonId),
}

impl Destination {
    /// The name of the platform that delivers to it.
    #[must_use]
    pub fn platform(&self) -> &str {
        match self {
            Self::Place(place) | Self::Thread(place, _) => place.platform(),
            Self::Person(person) => person.platform(),
        }
    }

    /// The text that keeps what goes to one destination together and in order.
    #[must_use]
    pub fn lane(&self) -> String {
        match self {
            Self::Person(person) => format!("person {person}"),
            Self::Place(place) | Self::Thread(place, _) => format!("place {place}"),
        }
    }
}

/// A platform's own name for a message that it delivered; empty where it can never be replaced.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct MessageRef(pub String);

/// Something the bot says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Message {
    /// Words.
    Text(String),
    /// Words, and things to press; where nothing can be pressed, the keys are typed.
    Choices {
        /// The words above the choices.
        body: String,
        /// The choices, in order.
        choices: Vec<Choice>,
    },
    /// Several fields to fill in and send together.
    Form(Form),
    /// A home view: sections, each with its own choices.
    Overview(Vec<Section>),
    /// A picture with words; the picture is named here and drawn when it is delivered.
    Picture {
        /// The words beside the picture; they must do without it.
        body: String,
        /// What the picture shows, for those who cannot see it.
        alt: String,
        /// Which picture.
        picture: Picture,
        /// Things to press below it.
        choices: Vec<Choice>,
    },
    /// Words, and answers to choose before everybody's eyes, for teams that answer openly.
    Poll {
        /// The words above the choices.
        body: String,
        /// The choices, in order.
        choices: Vec<Choice>,
    },
}

impl Message {
    /// The words of the message, without its choices.
    #[must_use]
    pub fn body(&self) -> String {
        match self {
            Self::Text(body)
            | Self::Choices { body, .. }
            | Self::Poll { body, .. }
            | Self::Picture { body, .. } => body.clone(),
            Self::Form(form) => form.body.clone(),
            Self::Overview(sections) => {
                let bodies: Vec<&str> = sections.iter().map(|part| part.body.as_str()).collect();
                bodies.join("\n\n")
            }
        }
    }

    /// Everything on the message that can be pressed, in order.
    #[must_use]
    pub fn choices(&self) -> Vec<Choice> {
        match self {
            Self::Text(_) => Vec::new(),
            Self::Form(form) => form.choices.clone(),
            Self::Choices { choices, .. }
            | Self::Poll { choices, .. }
            | Self::Picture { choices, .. } => choices.clone(),
            Self::Overview(sections) => {
                sections.iter().flat_map(|part| part.choices.clone()).collect()
            }
        }
    }
}

/// One thing to press.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Choice {
    /// What a person types where nothing can be pressed, such as `3` or `go on`.
    pub key: String,
    /// What stands on it.
    pub label: String,
    /// What pressing it means.
    pub press: Press,
}

/// What pressing something means. Its text form travels through the platform and back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Press {
    /// Answer one question of one round with this reply.
    Answer(RoundId, QuestionId, String),
    /// Show me my next question of this round.
    Ask(RoundId),
    /// The same as typing these words.
    Say(String),
    /// Show me a page of the questions of this round as a form, from 0. A platform whose chat
    /// opens forms may ask for it where a message offers [`Press::Ask`].
    Page(RoundId, u32),
    /// The same as typing these words in the place of a team.
    Tell(TeamId, String),
}

impl Press {
    /// The text form, at most a few hundred characters.
    #[must_use]
    pub fn token(&self) -> String {
        match self {
            Self::Answer(round, question, reply) => format!("answer {round} {question} {reply}"),
            Self::Ask(round) => format!("ask {round}"),
            Self::Say(words) => format!("say {words}"),
            Self::Page(round, page) => format!("page {round} {page}"),
            Self::Tell(team, words) => format!("tell {} {words}", team.0),
        }
    }

    /// Reads a text form; `None` when it is none of ours.
    #[must_use]
    pub fn read(token: &str) -> Option<Self> {
        let (kind, rest) = token.split_once(' ')?;
        match kind {
            "answer" => {
                let mut words = rest.splitn(3, ' ');
                let round = read_round(words.next()?)?;
                let question = QuestionId::from(words.next()?);
                Some(Self::Answer(round, question, words.next()?.to_owned()))
            }
            "ask" => Some(Self::Ask(read_round(rest)?)),
            "say" => Some(Self::Say(rest.to_owned())),
            "page" => {
                let (round, page) = rest.split_once(' ')?;
                Some(Self::Page(read_round(round)?, page.parse().ok()?))
            }
            "tell" => {
                let (team, words) = rest.split_once(' ')?;
                Some(Self::Tell(TeamId(team.parse().ok()?), words.to_owned()))
            }
            _ => None,
        }
    }
}

fn read_round(text: &str) -> Option<RoundId> {
    let (team, number) = text.split_once('.')?;
    Some(RoundId { team: TeamId(team.parse().ok()?), number: number.parse().ok()? })
}

/// Fields to fill in and send together.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Form {
    /// Which form it is; comes back with the values.
    pub name: String,
    /// Its heading, at most 24 characters.
    pub title: String,
    /// Words above the fields.
    pub body: String,
    /// The fields, in order.
    pub fields: Vec<Field>,
    /// What stands on the button that sends it.
    pub submit: String,
    /// Things to press beside it, such as the way back to the page before.
    pub choices: Vec<Choice>,
}

impl Form {
    /// Fills in fields by lines such as `name: value` or `name = value`; gives whether any did.
    pub fn fill(&mut self, text: &str) -> bool {
        text.lines().filter(|line| self.fill_one(line)).count() > 0
    }

    fn fill_one(&mut self, line: &str) -> bool {
        let Some((name, value)) = line.split_once([':', '=']) else { return false };
        let name = name.trim().trim_matches('`');
        let mut fields = self.fields.iter_mut();
        let Some(field) = fields.find(|field| field.name.eq_ignore_ascii_case(name)) else {
            return false;
        };
        field.value = field.input.meant(value.trim()).to_owned();
        field.error = None;
        true
    }
}

/// One field of a form.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Field {
    /// Its name; comes back beside the value.
    pub name: String,
    /// What people read beside it.
    pub label: String,
    /// More about it, such as why it is asked; may be empty.
    pub help: String,
    /// What it holds before anybody chooses or types.
    pub value: String,
    /// How it is filled in.
    pub input: Input,
    /// Whether it may stay empty.
    pub optional: bool,
    /// What is wrong with the value, when the form comes back.
    pub error: Option<String>,
}

/// How a field is filled in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Input {
    /// A line of free text.
    Line,
    /// Free text of several lines, of at most this many characters.
    Paragraph(usize),
    /// One of these.
    One(Vec<Entry>),
    /// People, by their ids with spaces between them; where they cannot be picked, by their names.
    People,
    /// Any of these; their values stand beside each other in the field's value, with spaces
    /// between them.
    Many(Vec<Entry>),
}

impl Input {
    /// The value that somebody means who typed it or its label, in capitals or not.
    fn meant<'a>(&'a self, typed: &'a str) -> &'a str {
        let same = |text: &str| text.to_lowercase() == typed.to_lowercase();
        let entry = self.entries().iter().find(|it| same(&it.value) || same(&it.label));
        entry.map_or(typed, |entry| &entry.value)
    }

    /// What there is to choose from; nothing where something is typed.
    #[must_use]
    pub fn entries(&self) -> &[Entry] {
        match self {
            Self::One(entries) | Self::Many(entries) => entries,
            Self::Line | Self::Paragraph(_) | Self::People => &[],
        }
    }
}

impl Field {
    /// The field as a line of our Markdown, for chats where it is filled in by typing: its name
    /// between two of `sign`, its value, what it is, what it takes, and what is wrong with it.
    #[must_use]
    pub fn line(&self, sign: &str) -> String {
        let Self { name, value, label, .. } = self;
        let values: Vec<&str> = self.input.entries().iter().map(|it| it.value.as_str()).collect();
        let takes = match values.join(", ") {
            none if none.is_empty() => none,
            values => format!(" ({values})"),
        };
        let error = self.error.as_ref().map(|error| format!(" **{error}**")).unwrap_or_default();
        format!("- {sign}{name}{sign}: {value} *{label}{takes}*{error}")
    }
}

/// One thing to choose in a field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// What comes back.
    pub value: String,
    /// What people read.
    pub label: String,
}

/// A part of a home view.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Section {
    /// Its words.
    pub body: String,
    /// Things to press below them.
    pub choices: Vec<Choice>,
}

/// Names a picture: drawn from stored results when it is delivered, so that a row stays small.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Picture {
    /// Whose results.
    pub team: TeamId,
    /// Up to which round.
    pub round: u32,
    /// Which drawing.
    pub kind: PictureKind,
}

/// The two drawings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum PictureKind {
    /// The four pillars of one round.
    Profile,
    /// The four pillars over the rounds.
    Trend,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_is_filled_in_by_lines() {
        let entry = |value: &str, label: &str| Entry { value: value.into(), label: label.into() };
        let days = Input::One(vec![entry("MON", "Monday"), entry("TUE", "Tuesday")]);
        let field = |(name, input): (&str, Input)| Field {
            name: name.to_owned(),
            label: String::new(),
            help: String::new(),
            value: String::new(),
            input,
            optional: true,
            error: Some("wrong".to_owned()),
        };
        let mut form = Form {
            name: String::new(),
            title: String::new(),
            body: String::new(),
            fields: [("hours", Input::Line), ("day", days)].map(field).into(),
            submit: String::new(),
            choices: Vec::new(),
        };
        let is = |form: &Form| form.fields.iter().map(|it| it.value.clone()).collect::<Vec<_>>();
        assert!(form.fill("hours: 18:00-09:00\n`Day` = tuesday"));
        assert_eq!(is(&form), ["18:00-09:00", "TUE"]);
        assert!(form.fields.iter().all(|it| it.error.is_none()), "what is new is not wrong yet");
        assert!(form.fill("day: mon") && form.fill("day: Sunday"));
        assert_eq!(is(&form), ["18:00-09:00", "Sunday"], "whoever reads the form says so");
        for none in ["", "hours", "night: 3", "1"] {
            assert!(!form.fill(none), "{none}");
        }
    }

    #[test]
    fn a_press_comes_back_as_it_was_sent() {
        let round = RoundId { team: TeamId(7), number: 3 };
        for press in [
            Press::Answer(round, "skills.linux".into(), "0 2".to_owned()),
            Press::Ask(round),
            Press::Say("/maturity report".to_owned()),
            Press::Page(round, 1),
            Press::Tell(TeamId(7), "start quick".to_owned()),
        ] {
            assert_eq!(Press::read(&press.token()), Some(press));
        }
        assert_eq!(Press::read("answer 7 skills.linux"), None);
        assert_eq!(Press::read("ask seven"), None);
    }
}
