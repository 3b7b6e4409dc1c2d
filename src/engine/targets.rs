//! The levels that a team wants to reach: one by words, all by a form.

use super::decision::{Decided, Desk};
use super::sheet::{Sheet, Values};
use crate::domain::level::{Pillar, TOP_LEVEL};
use crate::domain::message::{Entry, Field, Form, Input, Message, Press};
use crate::domain::team::Team;
use crate::platform::Reply;
use crate::text::words::Setting;

/// `target PILLAR LEVEL`.
pub(super) fn one(desk: &Desk<'_>, team: Team, pillar: Pillar, level: u8) -> Decided<Reply> {
    set(desk, team, &[(pillar, level)])
}

/// `target` alone: a form, or what came back of it.
pub(super) fn all(desk: &Desk<'_>, team: Team, values: Option<&Values>) -> Decided<Reply> {
    let current = Pillar::ALL.map(|it| (it.name(), team.settings.target(it).to_string()));
    let mut sheet = Sheet::of(desk, values, current);
    if values.is_some()
        && let Some(levels) = read(&mut sheet)
    {
        return set(desk, team, &levels);
    }
    Ok(Some(Message::Form(Form {
        name: Press::Tell(team.id, "target".to_owned()).token(),
        title: sheet.word("target-title"),
        body: sheet.word("target-body"),
        fields: Pillar::ALL.map(|pillar| field(&sheet, pillar)).into(),
        submit: sheet.word("keep"),
        choices: Vec::new(),
    })))
}

fn field(sheet: &Sheet<'_>, pillar: Pillar) -> Field {
    let level = |level: u8| Entry { value: level.to_string(), label: level.to_string() };
    let field = sheet.field(pillar.name(), Input::One((0..=TOP_LEVEL).map(level).collect()));
    Field { label: sheet.desk.content.bank.title(pillar).to_owned(), ..field }
}

/// The level of each pillar; `None` where one of them is none, which the form then says.
fn read(sheet: &mut Sheet<'_>) -> Option<Vec<(Pillar, u8)>> {
    let mut levels = Vec::new();
    for pillar in Pillar::ALL {
        let level = sheet.value(pillar.name()).parse().ok().filter(|it| *it <= TOP_LEVEL);
        match level {
            Some(level) => levels.push((pillar, level)),
            None => sheet.refuse(pillar.name()),
        }
    }
    (!sheet.is_refused()).then_some(levels)
}

fn set(desk: &Desk<'_>, mut team: Team, levels: &[(Pillar, u8)]) -> Decided<Reply> {
    for (pillar, level) in levels {
        team.settings.targets[pillar.index()] = *level;
    }
    desk.tx.put_team(&team)?;
    let line =
        |(pillar, level): &(Pillar, u8)| format!("{} {level}", desk.content.bank.title(*pillar));
    let value = levels.iter().map(line).collect::<Vec<_>>().join(", ");
    Ok(desk.reply(&Setting { name: "target", value, changed: true, next_round: false }))
}
