//! Questions that stand in a team's place, for whoever wants to answer there.

use super::decision::{Decided, Desk};
use super::introduction::is_pulse;
use super::questions::asked;
use super::rules::InPlace;
use crate::domain::bank::{Kind, Question};
use crate::domain::ids::QuestionId;
use crate::domain::message::{Destination, Message};
use crate::domain::outgoing::Purpose;
use crate::domain::round::Round;
use crate::domain::team::{Mode, Team};

/// More questions than this would fill the place; they are asked in private alone.
const MOST: usize = 10;

/// Puts questions of a round into its team's place, where they can be answered there: a few at a
/// time, and before everybody's eyes only in a team that chose to answer openly.
pub(super) fn ask(
    desk: &Desk<'_>,
    team: &Team,
    round: &Round,
    questions: &[QuestionId],
) -> Decided<()> {
    let open = round.terms.mode == Mode::Open;
    let suits = match desk.rules.in_place.get(team.place.platform()) {
        None => false,
        Some(InPlace::Hidden) => open || is_pulse(desk, &round.preset),
        Some(InPlace::Seen) => open,
    };
    if !suits || questions.len() > MOST {
        return Ok(());
    }
    let bank = desk.bank_of(round)?;
    let one_answer = |it: &&Question| matches!(it.kind, Kind::Level(_) | Kind::YesNo);
    for question in questions.iter().filter_map(|id| bank.question(id)).filter(one_answer) {
        let (body, choices) = asked(desk, round, &bank, question);
        let message =
            if open { Message::Poll { body, choices } } else { Message::Choices { body, choices } };
        let to = Destination::Place(team.place.clone());
        desk.send_at(to, message, Purpose::Question(round.id), desk.now, Some(round.closes))?;
    }
    Ok(())
}
