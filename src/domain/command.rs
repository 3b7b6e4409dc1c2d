//! The one grammar for everything a person can ask, on every platform.
//!
//! [`parse`] reads what follows `/maturity`; [`parse_in_sitting`] reads the few words that stand
//! beside answers. The verbs, with their aliases, usage, roles and place in help, are declared once
//! in [`TABLE`].

mod misunderstood;
mod nearest;
mod read;
mod said;
mod settings;
mod sitting;
mod table;
mod until;
mod weighty;
mod words;

pub use misunderstood::{Misunderstood, Wanted};
pub use nearest::{HEARD, sanitised};
pub use said::{
    ActionStep, ChampionStep, Command, Confirmation, Group, Mention, Pick, ScheduleWish, Setting,
    Subject, TeamWord, Topic, Verb,
};
pub use settings::read_setting;
pub use sitting::{SittingWord, parse_in_sitting};
pub use table::{Entry, TABLE, Who, visible};
pub use until::{MOST_DAYS, Until};
pub use weighty::Weighty;

use nearest::nearest;
use table::{SHORTCUTS, find};
use words::{Word, words};

/// What may stand in front of a command, on every platform.
const PREFIXES: [&str; 2] = ["/maturity", "!maturity"];

/// The words behind the prefix of a command; `None` where there is no such prefix.
#[must_use]
pub fn behind_prefix(text: &str) -> Option<&str> {
    let text = text.trim();
    let prefix = PREFIXES.iter().find(|prefix| {
        text.get(..prefix.len()).is_some_and(|head| head.eq_ignore_ascii_case(prefix))
    })?;
    let rest = &text[prefix.len()..];
    (rest.is_empty() || rest.starts_with(char::is_whitespace)).then(|| rest.trim())
}

/// Reads what somebody typed after `/maturity`; nothing at all asks for help.
///
/// # Errors
/// [`Misunderstood`] says which word was not understood, or what a verb expected; a near miss is
/// suggested and never carried out.
pub fn parse(text: &str) -> Result<Command, Misunderstood> {
    let mut words = words(text);
    drop_courtesies(&mut words);
    let Some((first, rest)) = words.split_first() else {
        return if sanitised(text).is_empty() { Ok(Command::Help(None)) } else { unknown(text) };
    };
    if let Some((_, beginning)) = SHORTCUTS.iter().find(|(from, _)| *from == first.key) {
        let full = beginning.iter().map(|word| word_of(word)).chain(rest.iter().cloned());
        return read(&full.collect::<Vec<_>>()[..]);
    }
    read(&words)
}

fn read(words: &[Word]) -> Result<Command, Misunderstood> {
    let Some((first, rest)) = words.split_first() else { return Ok(Command::Help(None)) };
    let Some(entry) = find(&first.key) else { return unknown(&first.raw) };
    let by_alias = first.key != entry.name;
    (entry.read)(rest)
        .and_then(|command| if by_alias { without_consent(command) } else { Ok(command) })
        .map_err(|wanted| argument(entry.verb, wanted, rest))
}

/// Another name of a verb may ask, but only the verb itself does what cannot be undone: `finish`
/// also comes to the mind of somebody who has had enough of their own questions.
fn without_consent(command: Command) -> Result<Command, Wanted> {
    match command {
        Command::Close(_) => Ok(Command::Close(Confirmation::Missing)),
        Command::Forget(Confirmation::Given) | Command::Cancel(Confirmation::Given) => {
            Err(Wanted::Confirmation)
        }
        command => Ok(command),
    }
}

fn word_of(word: &str) -> Word {
    Word { raw: word.to_owned(), key: word.to_owned() }
}

/// `please` and `thanks` at the end ask for nothing.
fn drop_courtesies(words: &mut Vec<Word>) {
    while words.len() > 1
        && words.last().is_some_and(|last| matches!(&*last.key, "please" | "pls" | "thanks"))
    {
        words.pop();
    }
}

fn unknown(heard: &str) -> Result<Command, Misunderstood> {
    let names = TABLE.iter().map(|entry| entry.name);
    let aliases = TABLE.iter().flat_map(|entry| entry.aliases.iter().copied());
    let shortcuts = SHORTCUTS.iter().map(|(from, _)| *from);
    let heard = sanitised(heard);
    let near = nearest(&heard.to_lowercase(), names.chain(shortcuts).chain(aliases));
    // An alias leads to its verb; a shortcut is worth repeating as it is.
    let suggestion = near.map(|near| find(near).map_or(near, |entry| entry.name));
    Err(Misunderstood::Word { heard, suggestion })
}

fn argument(verb: Verb, wanted: Wanted, rest: &[Word]) -> Misunderstood {
    let choices = || wanted.choices().iter().copied();
    let topics = || TABLE.iter().map(|entry| entry.name).filter(|_| wanted == Wanted::Topic);
    let suggestion = rest
        .iter()
        .take(4)
        .filter(|word| !choices().any(|choice| choice == word.key))
        .find_map(|word| nearest(&word.key, choices().chain(topics())));
    let heard: Vec<&str> = rest.iter().map(|word| word.raw.as_str()).collect();
    Misunderstood::Argument { verb, wanted, heard: sanitised(&heard.join(" ")), suggestion }
}

#[cfg(test)]
mod tests;
