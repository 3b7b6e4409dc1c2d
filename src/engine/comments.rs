//! Remarks on answers.

use super::decision::{Decided, Desk};
use super::questions::Front;
use super::sittings::next_or_done;
use super::speaker::Speaker;
use crate::domain::ids::QuestionId;
use crate::platform::Reply;
use crate::text::words::{Commented, NoComment};

/// The longest remark, in characters.
pub(super) const LONGEST_COMMENT: usize = 500;

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
