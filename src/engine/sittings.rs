//! A sitting: which question is put before somebody, and what they hear between answers.

use super::decision::{Decided, Desk};
use super::lateness::{nothing_open, too_late};
use super::questions::Front;
use super::speaker::Speaker;
use crate::domain::bank::Question;
use crate::domain::ids::{QuestionId, RoundId};
use crate::domain::message::Message;
use crate::domain::person::Person;
use crate::domain::round::SITTING;
use crate::platform::Reply;
use crate::text::words::{
    Finished, NoSuchQuestion, NothingBefore, SeeYou, SittingOver, Skipped, WhyAsked,
};

/// Puts the next question, or says that there is none, below what was just said.
pub(super) fn go_on(
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
pub(super) fn next_or_done(desk: &Desk<'_>, front: &Front, above: &str) -> Message {
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

/// `later`: the sitting ends, everything is kept.
pub(super) fn see_you(desk: &Desk<'_>, front: &Front) -> Reply {
    desk.reply(&SeeYou { left: front.left(), closes: desk.when(front.round.closes, &front.team) })
}

/// `go on`: the question in front once more.
pub(super) fn continue_sitting(desk: &Desk<'_>, front: &Front) -> Message {
    next_or_done(desk, front, "")
}
