//! A round's questions as a form, for chats that open forms: a few to a page, all kept together.

use std::collections::BTreeMap;

use super::decision::{Decided, Desk};
use super::questions::{Front, choices, typed};
use super::sittings::{self, face, introduction};
use super::speaker::Speaker;
use super::{answers, comments, lateness};
use crate::domain::answer::{self, Value};
use crate::domain::bank::{Kind, Question};
use crate::domain::ids::{QuestionId, RoundId};
use crate::domain::message::{Choice, Entry, Field, Form, Input, Message, Press};
use crate::domain::round::SITTING;
use crate::platform::{Incoming, Reply};
use crate::text::words::{PageForm, PageSaved};

/// How many questions stand on a page: as many as make a sitting.
const PAGE: usize = SITTING as usize;

/// The field of a remark as pages once named it, which some may still look at.
const REMARK: &str = "remark";

/// The field of a remark on this page. Each page has one of its own, since a chat may keep what was
/// typed into a field when another page with a field of that name follows.
fn remark_field(page: u32) -> String {
    format!("{REMARK}-{page}")
}

/// What was filled in, under the names of today.
fn named(values: &BTreeMap<String, String>, page: u32) -> BTreeMap<String, String> {
    let mut values = values.clone();
    if let Some(remark) = values.remove(REMARK) {
        values.entry(remark_field(page)).or_insert(remark);
    }
    values
}

/// Shows a page, counted from 1; 0 stands for where the person left off.
pub(super) fn show(
    desk: &Desk<'_>,
    speaker: &Speaker,
    round: RoundId,
    page: u32,
) -> Decided<Reply> {
    let Some(front) = Front::of(desk, &speaker.person, round)? else {
        return Ok(lateness::too_late(desk, speaker, round));
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
        name: remark_field(page),
        label: say("remark"),
        help: say("remark-help"),
        value: String::new(),
        input: Input::Paragraph(comments::LONGEST_COMMENT),
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
            Kind::Text => Input::Paragraph(answer::LONGEST_TEXT),
            Kind::Checklist(_) => Input::Many(entries),
            Kind::Level(_) | Kind::YesNo => Input::One(entries),
        },
        optional: true,
        error: None,
    }
}

/// A page came back: it is kept as a whole, or it comes back as it was with what is wrong in it.
pub(super) fn submitted(
    desk: &Desk<'_>,
    speaker: &Speaker,
    round: RoundId,
    page: u32,
    values: &BTreeMap<String, String>,
    event: &Incoming,
) -> Decided<Reply> {
    let Some(mut front) = Front::of(desk, &speaker.person, round)? else {
        return Ok(lateness::too_late(desk, speaker, round));
    };
    let values = named(values, page);
    let heard = match Heard::of(desk, &front, page, &values) {
        Ok(heard) => heard,
        Err(errors) => return Ok(Some(refused(desk, &front, page, &values, errors))),
    };
    let changed = !heard.answers.is_empty() || heard.remark.is_some();
    for (question, value) in heard.answers {
        answers::keep(desk, &speaker.person, &mut front, &question, value, event)?;
    }
    if let Some((on, remark)) = heard.remark {
        comments::remark(desk, speaker, &mut front, Some(on), &remark)?;
    }
    if changed {
        answers::keep_sitting(desk, &speaker.person, &mut front)?;
    }
    Ok(Some(after(desk, &front, page)))
}

/// What is wrong with a page, in words by field.
type Errors = BTreeMap<String, String>;

/// What a page says that is new, all of it readable.
#[derive(Default)]
struct Heard {
    /// Answers that are not yet kept.
    answers: Vec<(Question, Value)>,
    /// A remark, with the question whose answer it goes with.
    remark: Option<(QuestionId, String)>,
}

impl Heard {
    /// Reads a page, or says what is wrong with it.
    fn of(
        desk: &Desk<'_>,
        front: &Front,
        page: u32,
        values: &BTreeMap<String, String>,
    ) -> Result<Self, Errors> {
        let filled = |name: &str| values.get(name).filter(|it| !it.trim().is_empty());
        let (mut heard, mut errors, mut last) = (Self::default(), Errors::new(), None);
        for (_, question) in on_page(front, page) {
            let kept = front.value(&question.id);
            match filled(question.id.as_str()).map(|words| answer::read(words, question)) {
                None if kept.is_none() => continue,
                None => {}
                Some(Ok(value)) if kept == Some(&value) => {}
                Some(Ok(value)) => heard.answers.push((question.clone(), value)),
                Some(Err(problem)) => {
                    let said = answers::misread(desk, question, &problem);
                    errors.insert(question.id.to_string(), words_of(said));
                }
            }
            last = Some(question.id.clone());
        }
        if let Some(remark) = filled(&remark_field(page)).map(|it| it.trim()) {
            let together = |on| comments::together(front, on, remark);
            let remark = last.as_ref().map_or_else(|| remark.to_owned(), together);
            let too_long = remark.chars().count() > comments::LONGEST_COMMENT;
            match last.filter(|_| !too_long) {
                Some(on) => heard.remark = Some((on, remark)),
                None => {
                    errors
                        .insert(remark_field(page), words_of(comments::no_comment(desk, too_long)));
                }
            }
        }
        if errors.is_empty() { Ok(heard) } else { Err(errors) }
    }
}

fn words_of(said: Reply) -> String {
    said.map(|it| it.body()).unwrap_or_default()
}

/// The page as it was sent, with what is wrong with it.
fn refused(
    desk: &Desk<'_>,
    front: &Front,
    page: u32,
    values: &BTreeMap<String, String>,
    mut errors: Errors,
) -> Message {
    let mut form = form(desk, front, page, "");
    for field in &mut form.fields {
        field.error = errors.remove(&field.name);
        if let Some(sent) = values.get(&field.name) {
            field.value.clone_from(sent);
        }
    }
    Message::Form(form)
}

/// What follows a page that was kept: the next one, or thanks.
fn after(desk: &Desk<'_>, front: &Front, page: u32) -> Message {
    if page < pages(front) {
        return Message::Form(form(desk, front, page + 1, ""));
    }
    if front.left() == 0 {
        return sittings::continue_sitting(desk, front);
    }
    let (answered, total) = (front.answered(), front.round.questions.len());
    let closes = desk.when(front.round.closes, &front.team);
    let body = desk.text.say(&PageSaved { answered, total, left: front.left(), closes });
    Message::Choices {
        body,
        choices: vec![super::introduction::answer_choice(desk, front.round.id)],
    }
}
