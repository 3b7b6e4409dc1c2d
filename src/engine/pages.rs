//! A round's questions as a form, for chats that open forms: a few to a page, all kept together.

use std::collections::BTreeMap;

use super::answers::{self, face, introduction};
use super::decision::{Decided, Desk};
use super::questions::{Front, choices, typed};
use super::speaker::Speaker;
use crate::domain::answer::{self, Value};
use crate::domain::bank::{Kind, Question};
use crate::domain::ids::RoundId;
use crate::domain::message::{Choice, Entry, Field, Form, Input, Message, Press};
use crate::domain::round::SITTING;
use crate::platform::{Incoming, Reply};
use crate::text::words::{PageForm, PageSaved};

/// How many questions stand on a page: as many as make a sitting.
const PAGE: usize = SITTING as usize;

/// The field of a remark on the page.
const REMARK: &str = "remark";

/// Shows a page, counted from 1; 0 stands for where the person left off.
pub(super) fn show(
    desk: &Desk<'_>,
    speaker: &Speaker,
    round: RoundId,
    page: u32,
) -> Decided<Reply> {
    let Some(front) = Front::of(desk, &speaker.person, round)? else {
        return Ok(answers::too_late(desk, speaker, round));
    };
    face(desk, &speaker.person, round)?;
    let page = if page == 0 { left_off(&front) } else { page };
    Ok(Some(Message::Form(form(desk, &front, page, &introduction(desk, &front)?))))
}

/// The page of the first question that waits, else the first page.
fn left_off(front: &Front) -> u32 {
    let waiting = front.next_after(None);
    let place = front.round.questions.iter().position(|id| Some(id) == waiting).unwrap_or(0);
    number(place / PAGE)
}

/// The number of the page at this place.
fn number(place: usize) -> u32 {
    u32::try_from(place).map_or(u32::MAX, |place| place.saturating_add(1))
}

fn on_page(front: &Front, page: u32) -> impl Iterator<Item = (usize, &Question)> {
    let before = (page.saturating_sub(1) as usize).saturating_mul(PAGE);
    let numbered = front.round.questions.iter().enumerate().skip(before).take(PAGE);
    numbered.filter_map(|(place, id)| Some((place + 1, front.bank.question(id)?)))
}

fn pages(front: &Front) -> u32 {
    number(front.round.questions.len().saturating_sub(1) / PAGE)
}

fn form(desk: &Desk<'_>, front: &Front, page: u32, above: &str) -> Form {
    let pages = pages(front);
    let say = |part: &'static str| {
        let (answered, total) = (front.answered(), front.round.questions.len());
        let team = front.team.name.clone();
        desk.text.say(&PageForm { part, team, page, pages, answered, total })
    };
    let mut fields: Vec<Field> =
        on_page(front, page).map(|(number, it)| field(desk, front, number, it)).collect();
    fields.push(Field {
        name: REMARK.to_owned(),
        label: say("remark"),
        help: say("remark-help"),
        value: String::new(),
        input: Input::Paragraph,
        optional: true,
        error: None,
    });
    let back = (page > 1).then(|| Choice {
        key: "back".to_owned(),
        label: say("back"),
        press: Press::Page(front.round.id, page - 1),
    });
    let progress = say("progress");
    Form {
        name: Press::Page(front.round.id, page).token(),
        title: say("title"),
        body: if above.is_empty() { progress } else { format!("{above}\n\n{progress}") },
        fields,
        submit: say(if page < pages { "next" } else { "send" }),
        choices: back.into_iter().collect(),
    }
}

fn field(desk: &Desk<'_>, front: &Front, number: usize, question: &Question) -> Field {
    let entry = |choice: Choice| Entry {
        label: if matches!(question.kind, Kind::Level(_)) && choice.key != "?" {
            format!("{} · {}", choice.key, choice.label)
        } else {
            choice.label
        },
        value: choice.key,
    };
    let entries = choices(desk, &front.round, question).into_iter().map(entry).collect();
    Field {
        name: question.id.to_string(),
        label: format!("{number}. {}", question.text),
        help: question.why.clone(),
        value: front.value(&question.id).map(typed).unwrap_or_default(),
        input: match question.kind {
            Kind::Text => Input::Paragraph,
            Kind::Checklist(_) => Input::Many(entries),
            Kind::Level(_) | Kind::YesNo => Input::One(entries),
        },
        optional: true,
        error: None,
    }
}

/// A page came back: what can be read is kept; the rest comes back with what is wrong with it.
pub(super) fn submitted(
    desk: &Desk<'_>,
    speaker: &Speaker,
    round: RoundId,
    page: u32,
    values: &BTreeMap<String, String>,
    event: &Incoming,
) -> Decided<Reply> {
    let Some(mut front) = Front::of(desk, &speaker.person, round)? else {
        return Ok(answers::too_late(desk, speaker, round));
    };
    let mut errors = BTreeMap::new();
    let mut kept: Vec<(Question, Value)> = Vec::new();
    for (_, question) in on_page(&front, page) {
        let Some(heard) = values.get(question.id.as_str()).filter(|it| !it.trim().is_empty())
        else {
            continue;
        };
        match answer::read(heard, question) {
            Ok(value) if front.value(&question.id) == Some(&value) => {}
            Ok(value) => kept.push((question.clone(), value)),
            Err(problem) => {
                let said = answers::misread(desk, question, &problem);
                errors.insert(question.id.to_string(), said.map(|it| it.body()));
            }
        }
    }
    let mut changed = !kept.is_empty();
    for (question, value) in kept {
        answers::keep(desk, &speaker.person, &mut front, &question, value, event)?;
    }
    let remark = values.get(REMARK).map(|it| it.trim()).filter(|it| !it.is_empty());
    let too_long = remark.is_some_and(|it| it.chars().count() > answers::LONGEST_COMMENT);
    if too_long {
        errors.insert(REMARK.to_owned(), answers::no_comment(desk, true).map(|it| it.body()));
    } else if let Some(remark) = remark {
        let on = page_end(&front, page);
        if answers::remark(desk, speaker, &mut front, on, remark)? {
            changed = true;
        } else {
            errors.insert(REMARK.to_owned(), answers::no_comment(desk, false).map(|it| it.body()));
        }
    }
    if changed {
        answers::keep_sitting(desk, &speaker.person, &mut front)?;
    }
    Ok(Some(after(desk, &front, page, values, errors)))
}

/// The last answered question of a page, which a remark on the page goes with.
fn page_end(front: &Front, page: u32) -> Option<crate::domain::ids::QuestionId> {
    let answered = on_page(front, page).filter(|(_, it)| front.value(&it.id).is_some());
    answered.last().map(|(_, question)| question.id.clone())
}

/// What follows a page: itself with what is wrong, the next one, or thanks.
fn after(
    desk: &Desk<'_>,
    front: &Front,
    page: u32,
    values: &BTreeMap<String, String>,
    mut errors: BTreeMap<String, Option<String>>,
) -> Message {
    if !errors.is_empty() {
        let mut form = form(desk, front, page, "");
        for field in &mut form.fields {
            if let Some(error) = errors.remove(&field.name) {
                field.error = error;
                field.value = values.get(&field.name).cloned().unwrap_or_default();
            }
        }
        return Message::Form(form);
    }
    if page < pages(front) {
        return Message::Form(form(desk, front, page + 1, ""));
    }
    if front.left() == 0 {
        return answers::continue_sitting(desk, front);
    }
    let (answered, total) = (front.answered(), front.round.questions.len());
    let closes = desk.when(front.round.closes, &front.team);
    let body = desk.text.say(&PageSaved { answered, total, left: front.left(), closes });
    Message::Choices {
        body,
        choices: vec![super::introduction::answer_choice(desk, front.round.id)],
    }
}
