//! A form that is filled in: what its fields hold, and what is wrong with them.

use std::collections::BTreeMap;

use super::decision::Desk;
use crate::domain::message::{Entry, Field, Input};
use crate::text::words::{FormWord, SetupProblem};

/// What stands in the fields of a form, by their names.
pub(super) type Values = BTreeMap<String, String>;

/// One form.
pub(super) struct Sheet<'a> {
    pub desk: &'a Desk<'a>,
    values: Values,
    errors: BTreeMap<String, String>,
}

impl<'a> Sheet<'a> {
    /// A form before anybody filled it in.
    pub fn blank<'n>(
        desk: &'a Desk<'a>,
        values: impl IntoIterator<Item = (&'n str, String)>,
    ) -> Self {
        let values = values.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        Self { desk, values, errors: BTreeMap::new() }
    }

    /// One that came back.
    pub fn filled(desk: &'a Desk<'a>, values: &Values) -> Self {
        Self { desk, values: values.clone(), errors: BTreeMap::new() }
    }

    /// One that came back, or else one that shows how things are.
    pub fn of<'n>(
        desk: &'a Desk<'a>,
        returned: Option<&Values>,
        present: impl IntoIterator<Item = (&'n str, String)>,
    ) -> Self {
        match returned {
            Some(values) => Self::filled(desk, values),
            None => Self::blank(desk, present),
        }
    }

    /// What stands in a field.
    pub fn value(&self, name: &str) -> &str {
        self.values.get(name).map(|value| value.trim()).unwrap_or_default()
    }

    /// What stands in a field cannot be used.
    pub fn refuse(&mut self, name: &str) {
        let said = SetupProblem { field: name.to_owned(), heard: self.value(name).to_owned() };
        self.errors.insert(name.to_owned(), self.desk.text.say(&said));
    }

    /// Whether anything cannot be used.
    pub fn is_refused(&self) -> bool {
        !self.errors.is_empty()
    }

    /// Words of the form.
    pub fn word(&self, part: &str) -> String {
        self.desk.text.say(&FormWord { part: part.to_owned() })
    }

    /// Something to choose, with words of the form for it.
    pub fn entry(&self, value: &str) -> Entry {
        Entry { value: value.to_owned(), label: self.word(value) }
    }

    /// A field that must be filled in.
    pub fn field(&self, name: &str, input: Input) -> Field {
        Field {
            name: name.to_owned(),
            label: self.word(name),
            help: String::new(),
            value: self.values.get(name).cloned().unwrap_or_default(),
            input,
            optional: false,
            error: self.errors.get(name).cloned(),
        }
    }

    /// A field that may stay empty.
    pub fn optional(&self, name: &str, input: Input) -> Field {
        Field { optional: true, ..self.field(name, input) }
    }
}
