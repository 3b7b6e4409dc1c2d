//! Answering: a reply is read, kept, and met with a receipt and the next question.

use super::decision::{Decided, Desk};
use super::questions::{Front, kind_name, label};
use super::speaker::Speaker;
use crate::domain::answer::{self, Misread as Problem, Value};
use crate::domain::bank::Question;
use crate::domain::ids::{EventId, PersonId, QuestionId, RoundId};
use crate::domain::message::Message;
use crate::domain::person::Person;
use crate::domain::round::{Answer, SITTING};
use crate::domain::team::Wake;
use crate::platform::{Incoming, Reply};
use crate::store::keyring::pseudonym;
use crate::text::words::{
    Commented, Edited, Finished, Misread, NoComment, NoSuchQuestion, NotAsked, NothingBefore,
    NothingOpen, Saved, SeeYou, SittingOver, Skipped, TooLate, Undone, WhyAsked,
};

/// The longest remark, in characters.
pub(super) const LONGEST_COMMENT: usize = 500;

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
    speaker: &Speaker,
    round: RoundId,
    question: &QuestionId,
    reply: &str,
    event: &Incoming,
) -> Decided<Reply> {
    let Some(front) = Front::of(desk, &speaker.person, round)? else {
        return Ok(too_late(desk, speaker, round));
    };
    let Some(question) = front.asked(question).cloned() else {
        return Ok(Some(next_or_done(desk, &front, "")));
    };
    match answer::read(reply, &question) {
        Ok(value) => record(desk, &speaker.person, front, &question, value, event),
        Err(problem) => Ok(misread(desk, &question, &problem)),
    }
}

/// A vote before everybody counts where it can; what is in front of the person stays there.
pub(super) fn voted(
    desk: &Desk<'_>,
    speaker: &Speaker,
    round: RoundId,
    question: &QuestionId,
    reply: &str,
    event: &Incoming,
) -> Decided<()> {
    let person = &speaker.person;
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

/// Puts the next question, or says that there is none, below what was just said.
fn go_on(
    desk: &Desk<'_>,
    person: &Person,
    mut front: Front,
    from: &QuestionId,
    above: String,
) -> Decided<Reply> {
    front.sitting.current = front.next_after(Some(from)).cloned();
    let who = front.who(desk, person)?;
    desk.tx.put_sitting(front.round.id, who, &front.sitting)?;
    let rests = front.sitting.taken.is_multiple_of(SITTING) && front.sitting.taken > 0;
    // For a single question nobody takes a rest.
    let above = if rests && front.left() > 1 {
        let over =
            SittingOver { left: front.left(), closes: desk.when(front.round.closes, &front.team) };
        format!("{above}\n\n{}", desk.text.say(&over))
    } else {
        above
    };
    Ok(Some(next_or_done(desk, &front, &above)))
}

/// The question in front of the person, or thanks when none is left.
fn next_or_done(desk: &Desk<'_>, front: &Front, above: &str) -> Message {
    if let Some(question) = front.question() {
        return front.ask(desk, question, above);
    }
    let total = front.round.questions.len();
    let finished = Finished {
        team: front.team.name.clone(),
        answered: front.answered(),
        total,
        skipped: total - front.answered(),
        closes: desk.when(front.round.closes, &front.team),
    };
    let body = desk.text.say(&finished);
    let body = if above.is_empty() { body } else { format!("{above}\n\n{body}") };
    Message::Text(body)
}

/// Shows the question of a round that is in front of the person.
pub(super) fn show(desk: &Desk<'_>, speaker: &Speaker, round: RoundId) -> Decided<Reply> {
    let Some(front) = Front::of(desk, &speaker.person, round)? else {
        return Ok(too_late(desk, speaker, round));
    };
    face(desk, &speaker.person, round)?;
    Ok(Some(next_or_done(desk, &front, &introduction(desk, &front)?)))
}

/// The same below other words, for somebody to whom that round is new; only the words where the
/// person has nothing to answer.
pub(super) fn show_below(
    desk: &Desk<'_>,
    person: &Person,
    round: RoundId,
    above: String,
) -> Decided<Reply> {
    let Some(front) = Front::of(desk, person, round)? else {
        return Ok(Some(Message::Text(above)));
    };
    face(desk, person, round)?;
    let terms = introduction(desk, &front)?;
    Ok(Some(next_or_done(desk, &front, &format!("{above}\n\n{terms}"))))
}

/// The terms, for a person who has not answered anything in this round.
pub(super) fn introduction(desk: &Desk<'_>, front: &Front) -> Decided<String> {
    if front.answered() > 0 || !front.sitting.skipped.is_empty() {
        return Ok(String::new());
    }
    super::introduction::invitation(desk, &front.team, &front.round)
}

/// Notes which round a person's replies are about.
pub(super) fn face(desk: &Desk<'_>, person: &Person, round: RoundId) -> Decided<()> {
    if person.facing != Some(round) {
        desk.tx.put_person(&Person { facing: Some(round), ..person.clone() })?;
    }
    Ok(())
}

/// `answer`, with a question's number or id, or without.
pub(super) fn answer(desk: &Desk<'_>, speaker: &Speaker, heard: Option<&str>) -> Decided<Reply> {
    let Some(mut front) = Front::find(desk, speaker)? else {
        return Ok(nothing_open(desk, speaker));
    };
    if let Some(heard) = heard {
        let Some(question) = front.find_question(heard).cloned() else {
            let total = front.round.questions.len();
            return Ok(desk.reply(&NoSuchQuestion { heard: heard.to_owned(), total }));
        };
        if !front.is_before(&speaker.person) {
            // In a commit of its own: no record that names a person is written beside one that
            // bears their pseudonym.
            face(desk, &speaker.person, front.round.id)?;
            desk.again.set(true);
            return Ok(None);
        }
        let terms = introduction(desk, &front)?;
        return turn_to(desk, &speaker.person, front, &question.id, &terms);
    }
    if front.left() == 0 && !front.sitting.skipped.is_empty() {
        front.sitting.skipped.clear();
        let first = front.next_after(None).cloned();
        if let Some(first) = first {
            return turn_to(desk, &speaker.person, front, &first, "");
        }
    }
    // A question that was answered elsewhere since it was put makes way.
    let put = front.question().filter(|it| front.value(&it.id).is_some()).map(|it| it.id.clone());
    if speaker.person.facing == Some(front.round.id)
        && let Some(next) = put.and_then(|put| front.next_after(Some(&put))).cloned()
    {
        return turn_to(desk, &speaker.person, front, &next, "");
    }
    show(desk, speaker, front.round.id)
}

/// Puts a certain question before the person.
fn turn_to(
    desk: &Desk<'_>,
    person: &Person,
    mut front: Front,
    id: &QuestionId,
    above: &str,
) -> Decided<Reply> {
    front.sitting.current = Some(id.clone());
    let who = front.who(desk, person)?;
    desk.tx.put_sitting(front.round.id, who, &front.sitting)?;
    Ok(Some(next_or_done(desk, &front, above)))
}

/// `why`, in front of a question.
pub(super) fn why(desk: &Desk<'_>, front: &Front, question: &Question) -> Message {
    let why = desk.text.say(&WhyAsked { why: question.why.clone() });
    front.ask(desk, question, &why)
}

/// `skip`.
pub(super) fn skip(desk: &Desk<'_>, speaker: &Speaker, mut front: Front) -> Decided<Reply> {
    let Some(id) = front.question().map(|question| question.id.clone()) else {
        return Ok(Some(next_or_done(desk, &front, "")));
    };
    if front.value(&id).is_none() && !front.sitting.skipped.contains(&id) {
        front.sitting.skipped.push(id.clone());
        front.sitting.taken += 1;
    }
    let above = desk.text.say(&Skipped { number: front.number(&id) });
    go_on(desk, &speaker.person, front, &id, above)
}

/// `back`: the question before the one in front, or the last one when all are done.
pub(super) fn back(desk: &Desk<'_>, speaker: &Speaker, front: Front) -> Decided<Reply> {
    let all = &front.round.questions;
    let here = match front.question() {
        Some(question) => all.iter().position(|id| *id == question.id).unwrap_or(0),
        None => all.len(),
    };
    let Some(before) = here.checked_sub(1).and_then(|place| all.get(place)).cloned() else {
        let above = desk.text.say(&NothingBefore { word: "back" });
        return Ok(Some(next_or_done(desk, &front, &above)));
    };
    turn_to(desk, &speaker.person, front, &before, "")
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

/// `comment …`: a remark on the last answer.
pub(super) fn comment(
    desk: &Desk<'_>,
    speaker: &Speaker,
    mut front: Front,
    words: &str,
) -> Decided<Reply> {
    let last = front.sitting.last.clone().filter(|_| !words.is_empty());
    let words = last.as_ref().map_or_else(|| words.to_owned(), |on| together(&front, on, words));
    let too_long = words.chars().count() > LONGEST_COMMENT;
    if !remark(desk, speaker, &mut front, last.filter(|_| !too_long), &words)? {
        return Ok(no_comment(desk, too_long));
    }
    let terms = front.round.terms;
    let on = front.sitting.last.as_ref().and_then(|id| front.bank.question(id));
    let above = desk.text.say(&Commented {
        text: on.map(|question| question.text.clone()).unwrap_or_default(),
        min_group: terms.min_group,
        mode: terms.mode.name(),
    });
    Ok(Some(next_or_done(desk, &front, &above)))
}

/// A remark behind what was remarked before on the same answer.
pub(super) fn together(front: &Front, on: &QuestionId, words: &str) -> String {
    let before = front.answers.get(on).and_then(|answer| answer.comment.as_deref());
    match before {
        Some(before) if before.lines().next_back() == Some(words) => before.to_owned(),
        Some(before) => format!("{before}\n{words}"),
        None => words.to_owned(),
    }
}

/// Keeps a remark with an answer, if there is one that it can go with.
pub(super) fn remark(
    desk: &Desk<'_>,
    speaker: &Speaker,
    front: &mut Front,
    on: Option<QuestionId>,
    words: &str,
) -> Decided<bool> {
    let Some((mut answer, id)) = on.and_then(|id| Some((front.answers.remove(&id)?, id))) else {
        return Ok(false);
    };
    let who = front.who(desk, &speaker.person)?;
    answer.comment = Some(words.to_owned());
    desk.tx.put_answer(front.round.id, who, &id, &answer)?;
    front.answers.insert(id, answer);
    Ok(true)
}

/// A remark that cannot be kept: too long, or without an answer that it goes with.
pub(super) fn no_comment(desk: &Desk<'_>, too_long: bool) -> Reply {
    desk.reply(&NoComment { too_long, longest: LONGEST_COMMENT })
}

/// `later`: the sitting ends, everything is kept.
pub(super) fn see_you(desk: &Desk<'_>, front: &Front) -> Reply {
    desk.reply(&SeeYou { left: front.left(), closes: desk.when(front.round.closes, &front.team) })
}

/// `go on`: the question in front once more.
pub(super) fn continue_sitting(desk: &Desk<'_>, front: &Front) -> Message {
    next_or_done(desk, front, "")
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

/// Nothing is open; says when the next questions come.
pub(super) fn nothing_open(desk: &Desk<'_>, speaker: &Speaker) -> Reply {
    let next = speaker.teams.iter().find_map(|team| Some((next_round(team)?, team)));
    let next = next.map(|(at, team)| desk.when(at, team));
    desk.reply(&NothingOpen { next })
}

/// The round takes no answer of this person: it is over, or they are not asked in it.
pub(super) fn too_late(desk: &Desk<'_>, speaker: &Speaker, round: RoundId) -> Reply {
    let Some(team) = speaker.teams.iter().find(|team| team.id == round.team) else {
        return super::replies::not_yours(desk);
    };
    let closes = team.wake_at(Wake::Close).filter(|_| team.current == Some(round.number));
    if closes.is_some_and(|closes| desk.at.get() < closes) {
        let forgotten = speaker.person.sits_out.contains(&round);
        if forgotten || speaker.person.outside {
            return desk.reply(&NotAsked { team: team.name.clone(), forgotten });
        }
        return super::replies::not_yours(desk);
    }
    let next = next_round(team).map(|at| desk.when(at, team));
    desk.reply(&TooLate { team: team.name.clone(), next })
}

fn too_late_for(desk: &Desk<'_>, front: &Front) -> Reply {
    let next = next_round(&front.team).map(|at| desk.when(at, &front.team));
    desk.reply(&TooLate { team: front.team.name.clone(), next })
}

fn next_round(team: &crate::domain::team::Team) -> Option<crate::clock::Instant> {
    let schedules = team.wakes.iter().filter(|(wake, _)| matches!(wake, Wake::Schedule(_)));
    schedules.map(|(_, at)| *at).min()
}

impl Desk<'_> {
    /// A keyed digest of the event that brought an answer, so that an edit of it is recognised;
    /// without the key it joins nothing.
    fn source(
        &self,
        round: &crate::domain::round::Round,
        person: &Person,
        event: &EventId,
    ) -> Decided<crate::domain::ids::Pseudonym> {
        use crate::domain::team::Mode;
        let key = match round.terms.mode {
            Mode::Anonymous => self.keyring.round_key(round.id)?,
            Mode::Pseudonymous | Mode::Open => {
                self.keyring.person_key(round.id.team, &person.id)?
            }
        };
        Ok(pseudonym(&key, &person.id, &format!("event {event}")))
    }
}
