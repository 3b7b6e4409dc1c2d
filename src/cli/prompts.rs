//! Loads questions and messages, built in or from a folder, with all their defects at once.

use std::path::Path;

use anyhow::anyhow;

use crate::config;
use crate::text::Text;
use crate::text::content::Content;
use crate::text::defect::Defect;

/// The questions, presets and messages of a folder, or the built-in ones.
///
/// # Errors
///
/// All defects of the folder, one a line.
pub fn load(folder: Option<&Path>) -> anyhow::Result<(Content, Text)> {
    both(folder).map_err(|defects| anyhow!("the prompts cannot be used:\n{}", lines(&defects)))
}

/// The same, with the defects as they are.
///
/// # Errors
///
/// All defects of the folder.
pub fn both(folder: Option<&Path>) -> Result<(Content, Text), Vec<Defect>> {
    match (config::content(folder), config::words(folder)) {
        (Ok(content), Ok(text)) => Ok((content, text)),
        (content, words) => Err(content.err().into_iter().chain(words.err()).flatten().collect()),
    }
}

/// Defects, one a line.
#[must_use]
pub fn lines(defects: &[Defect]) -> String {
    defects.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}
