//! Words typed by a person: a command, a word of a sitting, or an answer.

use super::decision::{Decided, Desk};
use super::questions::Front;
use super::speaker::Speaker;
use super::{answers, commands, comments, sittings, wishes};
use crate::domain::answer;
use crate::domain::bank::Kind;
use crate::domain::command::{self, Command, Misunderstood, SittingWord};
use crate::platform::{Incoming, Reply};

/// Decides what a person's words mean, and does it.
pub(super) fn said(
    desk: &Desk<'_>,
    speaker: &Speaker,
    text: &str,
    event: &Incoming,
) -> Decided<Reply> {
    if let Some(words) = command::behind_prefix(text) {
        return match in_front(desk, speaker, words)? {
            Some(front) => in_sitting(desk, speaker, front, words, event),
            None => commands::typed(desk, speaker, words, None),
        };
    }
    if speaker.place.is_some() {
        return Ok(None);
    }
    match Front::find(desk, speaker)? {
        Some(front) => in_sitting(desk, speaker, front, text, event),
        // Words in private without a prefix are commands too.
        None => commands::read(desk, speaker, text, None),
    }
}

/// The question that words behind a prefix are about, where they are about one: some chats bring
/// the bot nothing else. A word of a sitting is, and so is what is no command and like none, be it
/// an answer or none that can be read; no such words become the answer to a question for words.
fn in_front(desk: &Desk<'_>, speaker: &Speaker, words: &str) -> Decided<Option<Front>> {
    let word = command::parse_in_sitting(words);
    let parsed = command::parse(words);
    let is_like_none = matches!(&parsed, Err(Misunderstood::Word { suggestion, .. })
        if suggestion.is_none() || answer::is_plain(words));
    let is_command = match parsed {
        // In private it answers, as it does without a prefix; elsewhere it asks for help.
        Ok(Command::Help(None)) if words == "?" => speaker.place.is_some(),
        // Whoever gets no messages and says `back` wants them again.
        Ok(Command::Resume) => word.is_none() || wishes::is_paused(desk, speaker),
        Ok(command) => word.is_none() || commands::is_allowed(speaker, &command),
        Err(_) => false,
    };
    if words.is_empty() || is_command {
        return Ok(None);
    }
    let shown = Front::find(desk, speaker)?.filter(|front| front.is_before(&speaker.person));
    let answers = |front: &Front| {
        let question = front.question().filter(|question| question.kind != Kind::Text);
        question.is_some_and(|it| is_like_none || answer::read(words, it).is_ok())
    };
    Ok(shown.filter(|front| word.is_some() || answers(front)))
}

fn in_sitting(
    desk: &Desk<'_>,
    speaker: &Speaker,
    front: Front,
    text: &str,
    event: &Incoming,
) -> Decided<Reply> {
    // Nobody answers or skips a question, or does so under terms, that they have not been shown.
    let shown = front.is_before(&speaker.person);
    if text.trim().is_empty() {
        return Ok(Some(sittings::continue_sitting(desk, &front)));
    }
    if let Some(word) = command::parse_in_sitting(text) {
        if !shown && word != SittingWord::Later {
            return sittings::show(desk, speaker, front.round.id);
        }
        return sitting_word(desk, speaker, front, word, text);
    }
    let Some(question) = front.question().cloned() else {
        return commands::read(desk, speaker, text, None);
    };
    // A text question takes any words; commands need their prefix there, but for a plain
    // `help`, and for `stop`, which every reminder promises to heed.
    let is_text = question.kind == Kind::Text;
    let plain = |word: &str| text.trim().eq_ignore_ascii_case(word);
    if is_text && (plain("help") || plain("stop")) {
        return commands::typed(desk, speaker, text, None);
    }
    match answer::read(text, &question) {
        Ok(_) if !shown => sittings::show(desk, speaker, front.round.id),
        Ok(value) => answers::typed(desk, speaker, front, &question, value, event),
        Err(_) if !is_text && command::parse(text).is_ok() => {
            commands::typed(desk, speaker, text, None)
        }
        Err(problem) => Ok(answers::misread(desk, &question, &problem)),
    }
}

fn sitting_word(
    desk: &Desk<'_>,
    speaker: &Speaker,
    front: Front,
    word: SittingWord,
    text: &str,
) -> Decided<Reply> {
    match word {
        SittingWord::Why => match front.question().cloned() {
            Some(question) => Ok(Some(sittings::why(desk, &front, &question))),
            None => commands::read(desk, speaker, text, None),
        },
        SittingWord::Back => sittings::back(desk, speaker, front),
        SittingWord::Skip => sittings::skip(desk, speaker, front),
        SittingWord::Undo => answers::undo(desk, speaker, front),
        SittingWord::GoOn => Ok(Some(sittings::continue_sitting(desk, &front))),
        SittingWord::Later => Ok(sittings::see_you(desk, &front)),
        SittingWord::Comment(words) => {
            comments::comment(desk, speaker, front, words.as_deref().unwrap_or_default())
        }
    }
}
