//! What is wrong with a file of the user's own wording, and where.

use std::fmt;

/// Something wrong with a file under `prompts/`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Defect {
    /// The file, as the user can open it.
    pub file: String,
    /// The line, from 1, where one can be named.
    pub line: Option<usize>,
    /// What is wrong.
    pub what: String,
    /// What to do about it.
    pub mend: String,
}

impl fmt::Display for Defect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { file, line, what, mend } = self;
        match line {
            Some(line) => write!(f, "{file}:{line}: {what}; {mend}"),
            None => write!(f, "{file}: {what}; {mend}"),
        }
    }
}
