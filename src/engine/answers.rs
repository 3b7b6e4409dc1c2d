//! Answering: a reply is read, kept, and met with a receipt and the next question.

use super::decision::{Decided, Desk};
use super::lateness::{too_late, too_late_for};
use super::questions::{Front, kind_name, label};
use super::sittings::{go_on, next_or_done};
use super::speaker::Speaker;
use crate::domain::answer::{self, Misread as Problem, Value};
use crate::domain::bank::Question;
use crate::domain::ids::{EventId, PersonId, Pseudonym, QuestionId, RoundId};
use crate::domain::person::Person;
use crate::domain::round::{Answer, Round};
use crate::domain::team::Mode;
use crate::platform::{Incoming, Reply};
use crate::store::keyring::pseudonym;
use crate::text::words::{Edited, Misread, NothingBefore, Saved, Undone};

/// A reply to the question in front of a person was typed.
pub(super) fn typed(
    desk: &Desk<'_>,
    speaker: &Speaker,
    front: Front,
    question: &Question,
    value: Value,
    event: &Incoming,
) -> Decided<Reply> {
    record(desk, &speaker.person, front, question, value, event)
}

/// An answer was pressed, perhaps on a message of long ago.
pub(super) fn pressed(
    desk: &Desk<'_>,
    person: &PersonId,
    round: RoundId,
    question: &QuestionId,
    reply: &str,
    event: &Incoming,
) -> Decided<Reply> {
    let by = desk.person(person)?;
    let Some(front) = Front::of(desk, &by, round)? else {
        return Ok(too_late(desk, &Speaker::new(desk, person, None)?, round));
    };
    let Some(question) = front.asked(question).cloned() else {
        return Ok(Some(next_or_done(desk, &front, "")));
    };
    match answer::read(reply, &question) {
        Ok(value) => record(desk, &by, front, &question, value, event),
        Err(problem) => Ok(misread(desk, &question, &problem)),
    }
}

/// A vote before everybody counts where it can; what is in front of the person stays there.
pub(super) fn voted(
    desk: &Desk<'_>,
    person: &PersonId,
    round: RoundId,
    question: &QuestionId,
    reply: &str,
    event: &Incoming,
) -> Decided<()> {
    let person = &desk.person(person)?;
    let front = Front::of(desk, person, round)?.filter(|it| event.sent < it.round.closes);
    let Some(mut front) = front else { return Ok(()) };
    let Some(question) = front.asked(question).cloned() else {
        return Ok(());
    };
    let Ok(value) = answer::read(reply, &question) else { return Ok(()) };
    let faced = || front.question().filter(|_| person.facing == Some(round));
    let current = front.sitting.current.clone().or_else(|| Some(faced()?.id.clone()));
    keep(desk, person, &mut front, &question, value, event)?;
    front.sitting.current = current;
    let who = front.who(desk, person)?;
    Ok(desk.tx.put_sitting(round, who, &front.sitting)?)
}

fn record(
    desk: &Desk<'_>,
    person: &Person,
    mut front: Front,
    question: &Question,
    value: Value,
    event: &Incoming,
) -> Decided<Reply> {
    if event.sent >= front.round.closes {
        return Ok(too_late_for(desk, &front));
    }
    let told = label(desk, question, &value);
    let changed = keep(desk, person, &mut front, question, value, event)?;
    let saved = Saved {
        answered: front.answered(),
        total: front.round.questions.len(),
        label: told,
        changed,
    };
    go_on(desk, person, front, &question.id, desk.text.say(&saved))
}

/// Keeps one answer, and gives whether it took the place of another. The sitting is left to write.
pub(super) fn keep(
    desk: &Desk<'_>,
    person: &Person,
    front: &mut Front,
    question: &Question,
    value: Value,
    event: &Incoming,
) -> Decided<bool> {
    let who = front.who(desk, person)?;
    let old = front.answers.remove(&question.id);
    let changed = old.as_ref().is_some_and(|answer| answer.value.is_some());
    // The same once more, as by a double click, leaves what `undo` gives back.
    let is_same = old.as_ref().is_some_and(|answer| answer.value.as_ref() == Some(&value));
    let before =
        old.as_ref().and_then(|old| if is_same { &old.before } else { &old.value }.clone());
    let answer = Answer {
        value: Some(value),
        before,
        comment: old.and_then(|answer| answer.comment),
        source: desk.source(&front.round, person, &event.id)?,
    };
    desk.tx.put_answer(front.round.id, who, &question.id, &answer)?;
    front.answers.insert(question.id.clone(), answer);
    front.sitting.skipped.retain(|id| *id != question.id);
    front.sitting.last = Some(question.id.clone());
    front.sitting.taken += u32::from(!is_same);
    Ok(changed)
}

/// Writes where the person stands: the next question that waits is in front of them.
pub(super) fn keep_sitting(desk: &Desk<'_>, person: &Person, front: &mut Front) -> Decided<()> {
    let last = front.sitting.last.clone();
    front.sitting.current = front.next_after(last.as_ref()).cloned();
    let who = front.who(desk, person)?;
    Ok(desk.tx.put_sitting(front.round.id, who, &front.sitting)?)
}

/// `undo`: the value before the last answer comes back.
pub(super) fn undo(desk: &Desk<'_>, speaker: &Speaker, mut front: Front) -> Decided<Reply> {
    let Some(id) = front.sitting.last.take() else {
        return Ok(desk.reply(&NothingBefore { word: "undo" }));
    };
    let (Some(mut answer), Some(question)) =
        (front.answers.remove(&id), front.bank.question(&id).cloned())
    else {
        return Ok(desk.reply(&NothingBefore { word: "undo" }));
    };
    let who = front.who(desk, &speaker.person)?;
    answer.value = answer.before.take();
    desk.tx.put_answer(front.round.id, who, &id, &answer)?;
    let now = answer.value.as_ref().map(|value| label(desk, &question, value));
    front.answers.insert(id.clone(), answer);
    front.sitting.current = Some(id);
    front.sitting.taken = front.sitting.taken.saturating_sub(1);
    desk.tx.put_sitting(front.round.id, who, &front.sitting)?;
    let above = desk.text.say(&Undone { text: question.text, now });
    Ok(Some(next_or_done(desk, &front, &above)))
}

/// The reply could not be read.
pub(super) fn misread(desk: &Desk<'_>, question: &Question, problem: &Problem) -> Reply {
    let options = question.kind.options();
    let mut words = Misread {
        kind: kind_name(&question.kind),
        problem: "unknown",
        highest: options.len().saturating_sub(1),
        candidates: Vec::new(),
    };
    match problem {
        Problem::Empty | Problem::Unknown => {}
        Problem::OutOfRange { .. } => words.problem = "range",
        Problem::TooLong { .. } => {
            (words.problem, words.highest) = ("too-long", answer::LONGEST_TEXT);
        }
        Problem::Ambiguous(numbers) => {
            words.problem = "ambiguous";
            let option = |index: &u8| options.get(usize::from(*index)).cloned();
            let named = |index| Some(format!("{index} ({})", option(index)?));
            words.candidates = numbers.iter().filter_map(named).collect();
        }
    }
    desk.reply(&words)
}

/// An earlier reply was edited (`text`) or deleted.
pub(super) fn edited(
    desk: &Desk<'_>,
    person: &PersonId,
    of: &EventId,
    text: Option<&str>,
) -> Decided<Reply> {
    let speaker = Speaker::new(desk, person, None)?;
    for front in Front::open_rounds(desk, &speaker)? {
        if desk.find_pseudonym(&front.round, &speaker.person)?.is_none() {
            continue;
        }
        let source = desk.source(&front.round, &speaker.person, of)?;
        let found = front.answers.iter().find(|(_, answer)| answer.source == source);
        let Some((id, answer)) = found.map(|(id, answer)| (id.clone(), answer.clone())) else {
            continue;
        };
        let Some(question) = front.bank.question(&id) else { continue };
        let value = match text.map(|text| answer::read(text, question)) {
            Some(Err(problem)) => return Ok(misread(desk, question, &problem)),
            Some(Ok(value)) => Some(value),
            None => None,
        };
        let withdrawn = value.is_none();
        let who = front.who(desk, &speaker.person)?;
        let is_same = value == answer.value;
        let before = if is_same { answer.before } else { answer.value };
        let answer = Answer { value, before, ..answer };
        desk.tx.put_answer(front.round.id, who, &id, &answer)?;
        return Ok(desk.reply(&Edited { withdrawn }));
    }
    Ok(None)
}

impl Desk<'_> {
    /// A keyed digest of the event that brought an answer, so that an edit of it is recognised;
    /// without the key it joins nothing.
    fn source(&self, round: &Round, person: &Person, event: &EventId) -> Decided<Pseudonym> {
        let key = match round.terms.mode {
            Mode::Anonymous => self.keyring.round_key(round.id)?,
            Mode::Pseudonymous | Mode::Open => {
                self.keyring.person_key(round.id.team, &person.id)?
            }
        };
        Ok(pseudonym(&key, &person.id, &format!("event {event}")))
    }
}
