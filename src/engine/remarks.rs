//! What people wrote in a round, without who wrote it.

use std::collections::BTreeSet;

use super::decision::{Decided, Desk};
use crate::domain::answer::Value;
use crate::domain::bank::Kind;
use crate::domain::ids::Pseudonym;
use crate::domain::round::Answer;
use crate::report::Report as Numbers;
use crate::text::words::TextLines;

/// Whether a round with more than two members is known, beside which a single answer is withheld.
fn is_beside_more(numbers: &Numbers) -> bool {
    let known = numbers.series.iter().map(|(_, result)| result.members);
    let newer = numbers.newer.iter().map(|round| round.members as usize);
    known.chain(newer).chain([numbers.result.members]).any(|members| members > 2)
}

/// Remarks and texts of a closed round, sorted by their words so that no order betrays a person,
/// each kind only where enough people wrote one.
pub(super) fn remarks(
    desk: &Desk<'_>,
    numbers: &Numbers,
) -> Decided<(Vec<String>, Vec<TextLines>)> {
    let round = &numbers.round;
    if round.is_open() {
        return Ok((Vec::new(), Vec::new()));
    }
    let m = round.terms.min_group as usize;
    if m == 1 && is_beside_more(numbers) {
        return Ok((Vec::new(), Vec::new()));
    }
    let rows = desk.tx.answers(round.id)?;
    let remarks = unattributed(
        rows.iter().filter_map(|(who, _, answer)| {
            // With an answer taken back, what was said about it is taken back too.
            Some((*who, answer.comment.clone().filter(|_| answer.value.is_some())?))
        }),
        m,
    );
    let questions = numbers.bank.questions.iter().filter(|it| it.kind == Kind::Text);
    let texts = questions.filter_map(|question| {
        let own = rows.iter().filter(|(_, id, _)| *id == question.id);
        let texts = unattributed(own.filter_map(|(who, _, answer)| Some((*who, text(answer)?))), m);
        (!texts.is_empty()).then(|| TextLines { question: question.text.clone(), texts })
    });
    Ok((remarks, texts.collect()))
}

fn text(answer: &Answer) -> Option<String> {
    match &answer.value {
        Some(Value::Text(words)) => Some(words.clone()),
        _ => None,
    }
}

fn unattributed(written: impl Iterator<Item = (Pseudonym, String)>, m: usize) -> Vec<String> {
    let written: Vec<(Pseudonym, String)> = written.collect();
    let writers: BTreeSet<Pseudonym> = written.iter().map(|(who, _)| *who).collect();
    if writers.len() < m {
        return Vec::new();
    }
    let mut words: Vec<String> = written.into_iter().map(|(_, words)| words).collect();
    words.sort();
    words
}
