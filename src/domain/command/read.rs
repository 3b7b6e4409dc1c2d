//! Reads what follows each verb.

use super::misunderstood::Wanted;
use super::said::{ActionStep, ChampionStep, Command, Confirmation, Mention, Pick, Subject};
use super::until::{Until, read_until};
use super::words::Word;
use crate::domain::ids::{ActionId, QuestionId};
use crate::domain::level::{Pillar, TOP_LEVEL};

/// What a reader makes of the words after its verb.
pub type Read = Result<Command, Wanted>;

const LONGEST_NAME: usize = 60;
const LONGEST_ID: usize = 80;

/// A reader for a verb that stands alone.
macro_rules! alone {
    ($name:ident, $command:expr) => {
        pub fn $name(words: &[Word]) -> Read {
            words.is_empty().then_some($command).ok_or(Wanted::Nothing)
        }
    };
}

alone!(close, Command::Close(Confirmation::Given));
alone!(nudge, Command::Nudge);
alone!(publish, Command::Publish);
alone!(trend, Command::Trend);
alone!(actions, Command::Actions);
alone!(status, Command::Status);
alone!(stop, Command::Stop);
alone!(resume, Command::Resume);
alone!(me, Command::Me);

pub fn start(words: &[Word]) -> Read {
    match words {
        [] => Ok(Command::Start(None)),
        [preset] if is_slug(&preset.key) => Ok(Command::Start(Some(preset.key.clone()))),
        _ => Err(Wanted::Preset),
    }
}

pub fn extend(words: &[Word]) -> Read {
    optional_until(words).map(Command::Extend)
}

pub fn snooze(words: &[Word]) -> Read {
    optional_until(words).map(Command::Snooze)
}

pub fn away(words: &[Word]) -> Read {
    optional_until(words).map(Command::Away)
}

fn optional_until(words: &[Word]) -> Result<Option<Until>, Wanted> {
    match words {
        [] => Ok(None),
        words => read_until(words).map(Some).ok_or(Wanted::Until),
    }
}

pub fn answer(words: &[Word]) -> Read {
    match words {
        [] => Ok(Command::Answer(None)),
        words => {
            let question = pick(words, 2).ok_or(Wanted::Question)?;
            Ok(Command::Answer(Some(match question {
                Pick::Number(number) => Pick::Number(number),
                Pick::Id(id) => Pick::Id(QuestionId(id)),
            })))
        }
    }
}

pub fn report(words: &[Word]) -> Read {
    let words = without_fillers(words);
    if let [first, rest @ ..] = words.as_slice()
        && first.key == "why"
    {
        return why(rest);
    }
    let (team, pillar) = match words.split_last() {
        Some((last, team)) if pillar(&last.key).is_some() => (team, pillar(&last.key)),
        _ => (words.as_slice(), None),
    };
    let team = if team.is_empty() { None } else { Some(name(team)?) };
    Ok(Command::Report { team, pillar })
}

pub fn why(words: &[Word]) -> Read {
    let subject = match without_fillers(words).as_slice() {
        [] => None,
        [one] => Some(match pillar(&one.key) {
            Some(pillar) => Subject::Pillar(pillar),
            None => match pick(std::slice::from_ref(one), 2) {
                Some(Pick::Id(id)) => Subject::Question(QuestionId(id)),
                _ => return Err(Wanted::Subject),
            },
        }),
        _ => return Err(Wanted::Subject),
    };
    Ok(Command::Why(subject))
}

pub fn action(words: &[Word]) -> Read {
    let (step, rest) = words.split_first().ok_or(Wanted::ActionStep)?;
    let (step, rest) = match (action_step(&step.key), rest) {
        (Some(step), rest) => (step, rest.to_vec()),
        // `action 2 done` is as clear as `action done 2`.
        (None, [last]) => (action_step(&last.key).ok_or(Wanted::ActionStep)?, vec![step.clone()]),
        (None, _) => return Err(Wanted::ActionStep),
    };
    let which = match pick(&rest, 3).ok_or(Wanted::Action)? {
        Pick::Number(number) => Pick::Number(number),
        Pick::Id(id) => Pick::Id(ActionId(id)),
    };
    Ok(Command::Action(step, which))
}

fn action_step(word: &str) -> Option<ActionStep> {
    Some(match word {
        "take" | "own" => ActionStep::Take,
        "done" | "finish" | "finished" => ActionStep::Done,
        "dismiss" | "drop" => ActionStep::Dismiss,
        _ => return None,
    })
}

pub fn who(words: &[Word]) -> Read {
    optional_pillar(words).map(Command::Who)
}

pub fn champion(words: &[Word]) -> Read {
    let (step, rest) = words.split_first().ok_or(Wanted::ChampionStep)?;
    let step = match (step.key.as_str(), rest) {
        ("volunteer", rest) => {
            ChampionStep::Volunteer(optional_pillar(rest)?.ok_or(Wanted::Pillar)?)
        }
        ("nominate", rest) => nominate(rest)?,
        ("accept", rest) => ChampionStep::Accept(optional_pillar(rest)?),
        ("decline", rest) => ChampionStep::Decline(optional_pillar(rest)?),
        ("step-down" | "stepdown", rest) => ChampionStep::StepDown(optional_pillar(rest)?),
        ("step", [down, rest @ ..]) if matches!(down.key.as_str(), "down" | "back") => {
            ChampionStep::StepDown(optional_pillar(rest)?)
        }
        _ => return Err(Wanted::ChampionStep),
    };
    Ok(Command::Champion(step))
}

/// A pillar at either end, with or without `for` or `as` beside it, and a person at the other.
fn nominate(words: &[Word]) -> Result<ChampionStep, Wanted> {
    let words = without_fillers(words);
    let (found, person) = match words.as_slice() {
        [person @ .., last] if pillar(&last.key).is_some() => (pillar(&last.key), person),
        [first, person @ ..] => (pillar(&first.key), person),
        [] => (None, [].as_slice()),
    };
    let pillar = found.ok_or(Wanted::PillarAndPerson)?;
    Ok(ChampionStep::Nominate(pillar, mention(person).ok_or(Wanted::PillarAndPerson)?))
}

pub fn target(words: &[Word]) -> Read {
    // `tooling=4` and `tooling 4` say the same.
    let words: Vec<&str> = words
        .iter()
        .flat_map(|word| word.key.split('='))
        .filter(|key| !key.is_empty() && !matches!(*key, "level" | "to"))
        .collect();
    let [first, second] = words.as_slice() else {
        return if words.is_empty() { Ok(Command::Targets) } else { Err(Wanted::PillarAndLevel) };
    };
    let read = |name: &str, number: &str| Some((pillar(name)?, level(number)?));
    read(first, second)
        .or_else(|| read(second, first))
        .map(|(pillar, level)| Command::Target(pillar, level))
        .ok_or(Wanted::PillarAndLevel)
}

fn level(word: &str) -> Option<u8> {
    word.parse().ok().filter(|level| *level <= TOP_LEVEL)
}

/// Whether a word that confirms does so: a question or an abbreviation is no consent.
fn is_meant(word: &Word) -> bool {
    !word.raw.contains(['?', '…'])
}

/// Only `yes`, to the letter, confirms.
pub fn cancel(words: &[Word]) -> Read {
    match words {
        [] => Ok(Command::Cancel(Confirmation::Missing)),
        [yes] if yes.key == "yes" && is_meant(yes) => Ok(Command::Cancel(Confirmation::Given)),
        _ => Err(Wanted::Confirmation),
    }
}

/// Only `me yes` and `me for good`, to the letter, confirm; everything near them asks again.
pub fn forget(words: &[Word]) -> Read {
    let keys: Vec<&str> = words.iter().map(|word| word.key.as_str()).collect();
    match (keys.as_slice(), words.last()) {
        ([] | ["me"], _) => Ok(Command::Forget(Confirmation::Missing)),
        (["me", "yes"] | ["me", "for", "good"], Some(last)) if is_meant(last) => {
            Ok(Command::Forget(Confirmation::Given))
        }
        _ => Err(Wanted::Confirmation),
    }
}

/// The pillar a word names, in lower case, singular or plural.
fn pillar(word: &str) -> Option<Pillar> {
    Some(match word {
        "skills" | "skill" => Pillar::Skills,
        "structure" | "structures" => Pillar::Structure,
        "tooling" | "tools" | "tool" => Pillar::Tooling,
        "processes" | "process" => Pillar::Processes,
        _ => return None,
    })
}

fn optional_pillar(words: &[Word]) -> Result<Option<Pillar>, Wanted> {
    match without_fillers(words).as_slice() {
        [] => Ok(None),
        [one] => pillar(&one.key).map(Some).ok_or(Wanted::Pillar),
        _ => Err(Wanted::Pillar),
    }
}

/// Small words that people put between the ones that matter.
fn without_fillers(words: &[Word]) -> Vec<Word> {
    let matters = |word: &&Word| {
        !matches!(word.key.as_str(), "for" | "as" | "of" | "the" | "is" | "are" | "champion")
    };
    words.iter().filter(matters).cloned().collect()
}

/// A number from 1, or an id of at least `parts` parts joined by dots, the first of them a pillar.
fn pick(words: &[Word], parts: usize) -> Option<Pick<String>> {
    let [one] = words else { return None };
    let key = one.key.trim_start_matches('#');
    if let Ok(number) = key.parse::<u16>() {
        return (number > 0).then_some(Pick::Number(number));
    }
    let well_made = key.len() <= LONGEST_ID
        && key.split('.').count() >= parts
        && key.split('.').all(is_slug)
        && Pillar::ALL.iter().any(|pillar| key.split('.').next() == Some(pillar.name()));
    well_made.then(|| Pick::Id(key.to_owned()))
}

fn is_slug(word: &str) -> bool {
    (1..=LONGEST_ID).contains(&word.len())
        && word.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || "-_".contains(c))
}

/// A person, as typed.
pub fn mention(words: &[Word]) -> Option<Mention> {
    let text = joined(words);
    let text = text.trim_end_matches([',', ';', '!', '?']);
    (1..=LONGEST_ID).contains(&text.chars().count()).then(|| Mention(text.to_owned()))
}

/// A team's name.
pub fn name(words: &[Word]) -> Result<String, Wanted> {
    let name = joined(words);
    match name.chars().count() {
        1..=LONGEST_NAME => Ok(name),
        _ => Err(Wanted::Name),
    }
}

/// The words as typed, one space between them.
pub fn joined(words: &[Word]) -> String {
    words.iter().map(|word| word.raw.as_str()).collect::<Vec<_>>().join(" ").trim().to_owned()
}
