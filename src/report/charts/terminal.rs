//! Lines of text with a role each, painted with or without colour.

use unicode_width::UnicodeWidthStr;

use super::fit::{clean, wrap_columns};

/// What a stretch of text is, and so how it is painted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    Plain,
    Heading,
    Faint,
    Score,
    Target,
    Previous,
    /// One of several lines, by its place.
    Line(usize),
}

impl Role {
    /// The terminal's own colours, which its user has chosen to be readable.
    fn code(self) -> Option<&'static str> {
        const LINES: [&str; 6] = ["36", "33", "32", "35", "34", "37"];
        match self {
            Self::Plain => None,
            Self::Heading => Some("1"),
            Self::Faint => Some("2"),
            Self::Score => Some("36"),
            Self::Target => Some("33"),
            Self::Previous => Some("35"),
            Self::Line(at) => Some(LINES[at % LINES.len()]),
        }
    }
}

/// A line of text, in stretches.
#[derive(Clone, Debug, Default)]
pub(super) struct Row(Vec<(Role, String)>);

impl Row {
    /// A row of one stretch.
    pub(super) fn of(role: Role, text: impl Into<String>) -> Self {
        Self::default().then(role, text)
    }

    /// The row with more text at its end; stretches of one role become one.
    pub(super) fn then(mut self, role: Role, text: impl Into<String>) -> Self {
        match self.0.last_mut() {
            Some((last, before)) if *last == role => before.push_str(&text.into()),
            _ => self.0.push((role, text.into())),
        }
        self
    }

    /// The row with another one at its end.
    pub(super) fn join(mut self, other: Self) -> Self {
        self.0.extend(other.0);
        self
    }

    /// Columns taken.
    pub(super) fn width(&self) -> usize {
        self.0.iter().map(|(_, text)| text.width()).sum()
    }

    /// The row filled up with blanks to `width` columns.
    pub(super) fn fill(self, width: usize) -> Self {
        let missing = width.saturating_sub(self.width());
        self.then(Role::Plain, " ".repeat(missing))
    }

    /// The row pushed to the right end of `width` columns.
    pub(super) fn right(self, width: usize) -> Self {
        let missing = width.saturating_sub(self.width());
        Self::of(Role::Plain, " ".repeat(missing)).join(self)
    }

    /// The row in the middle of `width` columns.
    pub(super) fn centred(self, width: usize) -> Self {
        let missing = width.saturating_sub(self.width()) / 2;
        Self::of(Role::Plain, " ".repeat(missing)).join(self)
    }
}

/// The title and the line under it, then a blank line.
pub(super) fn heading(title: &str, subtitle: &str, width: usize) -> Vec<Row> {
    let lines = |text: &str, role| {
        let lines = wrap_columns(&clean(text), width, 2);
        lines.into_iter().map(move |line| Row::of(role, line)).collect::<Vec<_>>()
    };
    let mut rows = lines(title, Role::Heading);
    rows.extend(lines(subtitle, Role::Faint));
    rows.push(Row::default());
    rows
}

/// Entries in as few rows of at most `width` columns as hold them.
pub(super) fn side_by_side(entries: impl Iterator<Item = Row>, width: usize) -> Vec<Row> {
    const GAP: usize = 3;
    let mut rows: Vec<Row> = Vec::new();
    for entry in entries {
        match rows.pop() {
            Some(row) if row.width() + GAP + entry.width() <= width => {
                rows.push(row.then(Role::Plain, " ".repeat(GAP)).join(entry));
            }
            full => {
                rows.extend(full);
                rows.push(entry);
            }
        }
    }
    rows
}

/// The rows as text, each ended by a line feed and without blanks at its end.
pub(super) fn paint(rows: &[Row], colour: bool) -> String {
    rows.iter().map(|row| painted(row, colour).trim_end().to_owned() + "\n").collect()
}

fn painted(row: &Row, colour: bool) -> String {
    let stretch = |(role, text): &(Role, String)| match role.code() {
        Some(code) if colour && !text.trim().is_empty() => format!("\u{1b}[{code}m{text}\u{1b}[0m"),
        _ => text.clone(),
    };
    row.0.iter().map(stretch).collect()
}
