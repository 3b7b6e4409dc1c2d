//! A YAML file of `prompts/`, and the lines its values stand on.

use serde::de::DeserializeOwned;
use serde_saphyr::Spanned;

use crate::text::defect::Defect;

/// One file: its name for messages, and its text.
pub(super) struct Source {
    pub(super) file: String,
    pub(super) text: String,
}

impl Source {
    /// The text in its raw shape.
    pub(super) fn parse<T: DeserializeOwned>(&self) -> Result<T, Defect> {
        serde_saphyr::from_str(&self.text).map_err(|error| Defect {
            file: self.file.clone(),
            line: error.location().and_then(|location| usize::try_from(location.line()).ok()),
            what: error.without_snippet().to_string(),
            mend: "compare it with the file the bot brings along".to_owned(),
        })
    }
}

/// The line a value stands on.
pub(super) fn line_of<T>(spanned: &Spanned<T>) -> usize {
    usize::try_from(spanned.referenced.line()).unwrap_or(0)
}
