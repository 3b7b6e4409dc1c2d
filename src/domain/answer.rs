//! Answers, and how a typed reply is read against its question.

use serde::{Deserialize, Serialize};

use super::bank::{Kind, Question};
use super::level::TOP_LEVEL;

/// The most characters a text answer may have.
pub const LONGEST_TEXT: usize = 1_000;

/// What a person answered to one question.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Value {
    /// The option chosen, 0 to 5.
    Level(u8),
    /// Yes, partly or no.
    YesNo(YesNo),
    /// Indexes of the options chosen, ascending, each once; may be empty.
    Checklist(Vec<u8>),
    /// Words.
    Text(String),
    /// The person does not know; counted, never scored.
    DontKnow,
}

/// The three answers to a yes-or-no question.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum YesNo {
    /// Scores 5.
    Yes,
    /// Scores 2.5.
    Partly,
    /// Scores 0.
    No,
}

/// Why a reply is not an answer to its question; the question's kind says what would be one.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Misread {
    /// Nothing but blanks or signs.
    #[error("the reply has no words; answer the question or skip it")]
    Empty,
    /// Not in the words or numbers the question takes.
    #[error("the reply is none of the answers; reply with one of them")]
    Unknown,
    /// A number that no option has.
    #[error("there is no option with that number; reply with 0 to {highest}")]
    OutOfRange {
        /// The last option's number.
        highest: u8,
    },
    /// The first words of several options, given by their numbers.
    #[error("several options begin with these words; reply with a number or more words")]
    Ambiguous(Vec<u8>),
    /// A text beyond [`LONGEST_TEXT`].
    #[error("the reply has {characters} characters; shorten it to 1000")]
    TooLong {
        /// How many characters it has.
        characters: usize,
    },
}

impl Value {
    /// A checklist answer of these options, put in order, each once.
    #[must_use]
    pub fn checklist(options: impl IntoIterator<Item = u8>) -> Self {
        let set: std::collections::BTreeSet<u8> = options.into_iter().collect();
        Self::Checklist(set.into_iter().collect())
    }

    /// Whether this is an answer that the question takes.
    #[must_use]
    pub fn fits(&self, question: &Question) -> bool {
        match (self, &question.kind) {
            (Self::Level(index), Kind::Level(_)) => *index <= TOP_LEVEL,
            (Self::YesNo(_), Kind::YesNo) => true,
            (Self::Checklist(chosen), Kind::Checklist(options)) => {
                chosen.iter().all(|&index| usize::from(index) < options.len())
                    && chosen.is_sorted_by(|earlier, later| earlier < later)
            }
            (Self::Text(words), Kind::Text) => !words.trim().is_empty(),
            (Self::DontKnow, kind) => kind.is_scored(),
            _ => false,
        }
    }

    /// The answer's score from 0 to 5 (`model.md`, section 2); none for words, for "don't know" and
    /// for an answer that does not fit the question.
    #[must_use]
    pub fn score(&self, question: &Question) -> Option<f64> {
        if !self.fits(question) {
            return None;
        }
        match self {
            Self::Level(index) => Some(f64::from(*index)),
            Self::YesNo(YesNo::Yes) => Some(5.0),
            Self::YesNo(YesNo::Partly) => Some(2.5),
            Self::YesNo(YesNo::No) => Some(0.0),
            Self::Checklist(chosen) => {
                let share = |part: usize| f64::from(u8::try_from(part).unwrap_or(u8::MAX));
                Some(5.0 * share(chosen.len()) / share(question.kind.options().len()))
            }
            Self::Text(_) | Self::DontKnow => None,
        }
    }
}

/// Reads what a person typed as an answer to `question`.
///
/// Only a reply that is an answer as a whole is taken: a number or the first whole words of one
/// option, yes, partly or no, numbers of a checklist or `none`, `?` or "don't know". Everything
/// else may be meant for somebody else and is refused.
///
/// # Errors
/// [`Misread`] says what kept it from being an answer.
pub fn read(reply: &str, question: &Question) -> Result<Value, Misread> {
    if matches!(question.kind, Kind::Text) {
        return read_text(reply.trim());
    }
    let reply = reply.trim().trim_end_matches(['.', '!']).to_lowercase().replace('’', "'");
    if reply.is_empty() {
        return Err(Misread::Empty);
    }
    if matches!(reply.as_str(), "?" | "dont know" | "don't know" | "idk") {
        return Ok(Value::DontKnow);
    }
    match &question.kind {
        Kind::Level(options) => read_level(&reply, options),
        Kind::Checklist(options) => read_checklist(&reply, options),
        Kind::YesNo | Kind::Text => read_yes_no(&reply),
    }
}

/// Whether these words can only be meant as an answer, to whichever question.
#[must_use]
pub fn is_plain(reply: &str) -> bool {
    let reply = reply.trim().to_lowercase();
    reply == "none" || option_number(&reply, 0).is_some() || read_yes_no(&reply).is_ok()
}

fn read_text(reply: &str) -> Result<Value, Misread> {
    let characters = reply.chars().count();
    if characters > LONGEST_TEXT {
        Err(Misread::TooLong { characters })
    } else if reply.chars().any(char::is_alphanumeric) {
        Ok(Value::Text(reply.to_owned()))
    } else {
        Err(Misread::Empty)
    }
}

fn read_yes_no(reply: &str) -> Result<Value, Misread> {
    match reply {
        "yes" | "y" => Ok(Value::YesNo(YesNo::Yes)),
        "partly" | "part" => Ok(Value::YesNo(YesNo::Partly)),
        "no" | "n" => Ok(Value::YesNo(YesNo::No)),
        _ => Err(Misread::Unknown),
    }
}

fn read_level(reply: &str, options: &[String]) -> Result<Value, Misread> {
    if let Some(index) = option_number(reply, options.len()) {
        return index.map(Value::Level);
    }
    let replied = words(reply);
    if replied.is_empty() {
        return Err(Misread::Unknown);
    }
    let options: Vec<Vec<String>> = options.iter().map(|option| words(option)).collect();
    let indexes = |test: &dyn Fn(&Vec<String>) -> bool| -> Vec<u8> {
        (0..).zip(&options).filter(|(_, option)| test(option)).map(|(index, _)| index).collect()
    };
    let whole = indexes(&|option| *option == replied);
    let begun = indexes(&|option| option.starts_with(&replied));
    match (whole.as_slice(), begun.as_slice()) {
        ([only], _) | (_, [only]) => Ok(Value::Level(*only)),
        (_, []) => Err(Misread::Unknown),
        _ => Err(Misread::Ambiguous(begun)),
    }
}

fn read_checklist(reply: &str, options: &[String]) -> Result<Value, Misread> {
    if reply == "none" {
        return Ok(Value::Checklist(Vec::new()));
    }
    let parts =
        reply.split(|c: char| c == ',' || c.is_whitespace()).filter(|part| !part.is_empty());
    let read = |part| option_number(part, options.len()).unwrap_or(Err(Misread::Unknown));
    let chosen = parts.map(read).collect::<Result<Vec<u8>, _>>()?;
    if chosen.is_empty() { Err(Misread::Empty) } else { Ok(Value::checklist(chosen)) }
}

/// The option a number stands for; `None` where the text is no whole number at all.
fn option_number(text: &str, options: usize) -> Option<Result<u8, Misread>> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let highest = u8::try_from(options.saturating_sub(1)).unwrap_or(u8::MAX);
    let known = text.parse().ok().filter(|&index: &u8| index <= highest);
    Some(known.ok_or(Misread::OutOfRange { highest }))
}

/// The words of a line in lower case, without the signs around them.
fn words(line: &str) -> Vec<String> {
    let line = line.to_lowercase().replace('’', "'");
    let bare =
        line.split_whitespace().map(|word| word.trim_matches(|c: char| !c.is_alphanumeric()));
    bare.filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests;
