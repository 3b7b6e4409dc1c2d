//! Loads questions and messages, built in or from a folder, with all their defects at once.

use std::path::Path;

use anyhow::bail;

use crate::text::Text;
use crate::text::content::Content;
use crate::text::defect::Defect;

/// The questions, presets and messages of a folder, or the built-in ones.
///
/// # Errors
///
/// All defects of the folder, one a line.
pub fn load(folder: Option<&Path>) -> anyhow::Result<(Content, Text)> {
    let content = match folder {
        Some(folder) => Content::from_dir(folder),
        None => Content::embedded(),
    };
    let messages = folder.map(|folder| folder.join("messages/en")).filter(|it| it.is_dir());
    let text = match messages {
        Some(messages) => Text::from_dir(&messages),
        None => Ok(Text::embedded()),
    };
    match (content, text) {
        (Ok(content), Ok(text)) => Ok((content, text)),
        (content, text) => {
            let defects = content.err().into_iter().chain(text.err()).flatten();
            let lines: Vec<String> = defects.map(|defect: Defect| defect.to_string()).collect();
            bail!("the prompts cannot be used:\n{}", lines.join("\n"))
        }
    }
}
