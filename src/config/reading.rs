//! Walks through a parsed file and remembers everything that is wrong with it.

use std::cell::RefCell;

use toml::Spanned;
use toml::de::{DeTable, DeValue, Error};

use crate::text::defect::Defect;

/// A value that cannot be used: what is wrong with it, to be read behind the key, and the mend.
#[derive(Debug)]
pub struct Wrong {
    /// Such as `is text, not a number`.
    pub what: String,
    /// What to write instead.
    pub mend: String,
}

impl Wrong {
    /// A value that cannot be used.
    pub fn new(what: impl Into<String>, mend: impl Into<String>) -> Self {
        Self { what: what.into(), mend: mend.into() }
    }

    /// A value of the wrong type.
    pub fn kind(value: &DeValue<'_>, mend: impl Into<String>) -> Self {
        Self::new(format!("is {}", kind_of(value)), mend)
    }
}

fn kind_of(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "text",
        DeValue::Integer(_) => "a whole number",
        DeValue::Float(_) => "a number with a fraction",
        DeValue::Boolean(_) => "true or false",
        DeValue::Datetime(_) => "a date or time",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    }
}

/// One file and what was found wrong with it so far.
pub struct Reading<'a> {
    file: &'a str,
    text: &'a str,
    defects: RefCell<Vec<Defect>>,
}

impl<'a> Reading<'a> {
    /// A file of which nothing was read yet.
    pub fn new(file: &'a str, text: &'a str) -> Self {
        Self { file, text, defects: RefCell::default() }
    }

    /// The line of an offset in bytes, from 1.
    pub fn line(&self, at: usize) -> usize {
        1 + self.text.get(..at).unwrap_or_default().matches('\n').count()
    }

    /// Remembers what is wrong at an offset.
    pub fn defect(&self, at: usize, what: String, mend: String) {
        let (file, line) = (self.file.to_owned(), Some(self.line(at)));
        self.defects.borrow_mut().push(Defect { file, line, what, mend });
    }

    /// Remembers what keeps the file from being TOML; of several faults in a line, the first.
    pub fn syntax(&self, errors: &[Error]) {
        for error in errors {
            let at = error.span().map_or(0, |span| span.start);
            let what = format!("is no TOML: {}", error.message().replace('\n', ", "));
            self.defect(at, what, "compare the line with config/default.toml".to_owned());
        }
        let mut defects = self.defects.borrow_mut();
        defects.dedup_by_key(|defect| defect.line);
    }

    /// Everything found wrong, by line.
    pub fn into_defects(self) -> Vec<Defect> {
        let mut defects = self.defects.into_inner();
        defects.sort_by_key(|defect| defect.line);
        defects
    }
}

/// One table of the file.
pub struct Section<'a> {
    /// The file it stands in.
    pub reading: &'a Reading<'a>,
    table: Option<&'a DeTable<'a>>,
    /// What stands in front of its keys in messages, such as `log.`.
    prefix: String,
}

impl<'a> Section<'a> {
    /// A table that may hold only these keys; each other one is a defect.
    pub fn new(
        reading: &'a Reading<'a>,
        table: &'a DeTable<'a>,
        keys: &[&str],
        prefix: &str,
    ) -> Self {
        let section = Self { reading, table: Some(table), prefix: prefix.to_owned() };
        for key in table.keys().filter(|key| !keys.contains(&key.get_ref().as_ref())) {
            let name = key.get_ref();
            let mend = match nearest(name, keys.iter().copied()) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("remove it; known here are {}", keys.join(", ")),
            };
            reading.defect(key.span().start, format!("there is no key `{prefix}{name}`"), mend);
        }
        section
    }

    /// The table below a key; an empty one if it is not there.
    pub fn table(&self, key: &'static str, keys: &[&str]) -> Self {
        let prefix = format!("{}{key}.", self.prefix);
        let empty = Self { reading: self.reading, table: None, prefix: prefix.clone() };
        let Some(value) = self.value(key) else { return empty };
        match value.get_ref() {
            DeValue::Table(table) => Self::new(self.reading, table, keys, &prefix),
            other => {
                self.wrong(key, value.span().start, Wrong::kind(other, "write a table"));
                empty
            }
        }
    }

    /// The tables below a key that is written `[[key]]`, each with its offset.
    pub fn tables(&self, key: &'static str, keys: &[&str]) -> Vec<(usize, Self)> {
        let read = |value: &'a Spanned<DeValue<'a>>| match value.get_ref() {
            DeValue::Table(table) => {
                let section = Self::new(self.reading, table, keys, &format!("{key}."));
                Some((value.span().start, section))
            }
            other => {
                let wrong = Wrong::kind(other, format!("begin each with a line `[[{key}]]`"));
                self.wrong(key, value.span().start, wrong);
                None
            }
        };
        self.items(key, "begin each with a line `[[team]]`").iter().filter_map(read).collect()
    }

    /// Whether a key is there.
    pub fn has(&self, key: &str) -> bool {
        self.value(key).is_some()
    }

    /// Whether a key is there and holds a list without items.
    pub fn is_empty(&self, key: &str) -> bool {
        let list = self.value(key).and_then(|value| value.get_ref().as_array());
        list.is_some_and(|items| items.is_empty())
    }

    /// Where a key's value stands.
    pub fn at(&self, key: &str) -> Option<usize> {
        self.value(key).map(|value| value.span().start)
    }

    /// The value of a key, if it is there and can be used.
    pub fn get<T>(
        &self,
        key: &'static str,
        read: impl Fn(&DeValue<'_>) -> Result<T, Wrong>,
    ) -> Option<T> {
        let value = self.value(key)?;
        match read(value.get_ref()) {
            Ok(value) => Some(value),
            Err(wrong) => {
                self.wrong(key, value.span().start, wrong);
                None
            }
        }
    }

    /// The items of a list that can be used, each with its offset; none if the key is not there.
    pub fn list<T>(
        &self,
        key: &'static str,
        read: impl Fn(&DeValue<'_>) -> Result<T, Wrong>,
    ) -> Vec<(usize, T)> {
        let item = |item: &Spanned<DeValue<'_>>| match read(item.get_ref()) {
            Ok(value) => Some((item.span().start, value)),
            Err(wrong) => {
                self.wrong(key, item.span().start, wrong);
                None
            }
        };
        self.items(key, "write a list, such as `[\"…\"]`").iter().filter_map(item).collect()
    }

    /// Remembers that the value of a key is wrong.
    pub fn wrong(&self, key: &str, at: usize, wrong: Wrong) {
        let what = format!("`{}{key}` {}", self.prefix, wrong.what);
        self.reading.defect(at, what, wrong.mend);
    }

    /// The items below a key; none if it is not there or no list.
    pub fn items(&self, key: &'static str, mend: &str) -> &'a [Spanned<DeValue<'a>>] {
        let Some(value) = self.value(key) else { return &[] };
        match value.get_ref() {
            DeValue::Array(items) => items,
            other => {
                self.wrong(key, value.span().start, Wrong::kind(other, mend));
                &[]
            }
        }
    }

    fn value(&self, key: &str) -> Option<&'a Spanned<DeValue<'a>>> {
        self.table?.get(key)
    }
}

/// The candidate that somebody who wrote `heard` may have meant: one slip in three letters.
pub fn nearest<'a>(heard: &str, candidates: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let heard = heard.to_lowercase();
    let slips = |word: &str| strsim::damerau_levenshtein(&heard, &word.to_lowercase());
    let near = candidates.map(|word| (slips(word), word));
    let near = near.filter(|(slips, word)| *slips <= (word.chars().count() / 3).max(1));
    near.min_by_key(|(slips, _)| *slips).map(|(_, word)| word)
}
