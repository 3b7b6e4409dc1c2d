//! Message files: each holds sections, a line `## name` and below it the template of that name.

use std::path::Path;

use include_dir::{Dir, include_dir};

use super::defect::Defect;

static MESSAGES: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/prompts/messages/en");

/// One message's template, and where it stands.
#[derive(Clone, Debug)]
pub struct Template {
    /// `file/section`, without the file's ending.
    pub name: String,
    /// The template.
    pub source: String,
    /// The file, as shown to people.
    pub file: String,
    /// The line of the section's first line in the file, from 1.
    pub line: usize,
}

impl Template {
    /// A defect of this template, with the line in the file rather than in the section.
    #[must_use]
    pub fn defect(&self, error: &minijinja::Error) -> Defect {
        let line = self.line + error.line().unwrap_or(1) - 1;
        let what = error.detail().map_or_else(|| error.kind().to_string(), ToOwned::to_owned);
        Defect {
            file: self.file.clone(),
            line: Some(line),
            what: format!("the message `{}` cannot be used: {what}", self.name),
            mend: "compare it with the built-in message of that name".to_owned(),
        }
    }
}

/// The sections that come with the program.
#[must_use]
pub fn embedded() -> Vec<Template> {
    let text = |file: &include_dir::File<'static>| {
        let path = file.path().to_string_lossy().into_owned();
        split(&path, file.contents_utf8().unwrap_or_default())
    };
    MESSAGES.files().flat_map(text).collect()
}

/// The sections of the `.md` files in a folder.
///
/// # Errors
///
/// Files that cannot be read, and sections that are no message of ours.
pub fn from_dir(folder: &Path, known: &[Template]) -> Result<Vec<Template>, Vec<Defect>> {
    let entries = std::fs::read_dir(folder).map_err(|error| vec![unreadable(folder, &error)])?;
    let (mut sections, mut defects) = (Vec::new(), Vec::new());
    let mut paths: Vec<_> = entries.flatten().map(|entry| entry.path()).collect();
    paths.sort();
    for path in paths.iter().filter(|path| path.extension().is_some_and(|end| end == "md")) {
        match std::fs::read_to_string(path) {
            Ok(text) => sections.extend(split(&path.display().to_string(), &text)),
            Err(error) => defects.push(unreadable(path, &error)),
        }
    }
    defects.extend(sections.iter().filter(|own| !is_known(own, known)).map(unknown));
    if defects.is_empty() { Ok(sections) } else { Err(defects) }
}

fn is_known(own: &Template, known: &[Template]) -> bool {
    known.iter().any(|section| section.name == own.name)
}

fn unknown(section: &Template) -> Defect {
    Defect {
        file: section.file.clone(),
        line: Some(section.line.saturating_sub(1)),
        what: format!("there is no message `{}`", section.name),
        mend: "use the heading of a built-in message, or remove the section".to_owned(),
    }
}

fn unreadable(path: &Path, error: &std::io::Error) -> Defect {
    Defect {
        file: path.display().to_string(),
        line: None,
        what: format!("cannot be read: {error}"),
        mend: "check `prompts_dir` and the file's permissions".to_owned(),
    }
}

fn split(file: &str, text: &str) -> Vec<Template> {
    let stem = Path::new(file).file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let mut sections: Vec<Template> = Vec::new();
    for (index, line) in text.lines().enumerate() {
        if let Some(name) = line.strip_prefix("## ") {
            sections.push(Template {
                name: format!("{stem}/{}", name.trim()),
                source: String::new(),
                file: file.to_owned(),
                line: index + 2,
            });
        } else if let Some(section) = sections.last_mut() {
            section.source.push_str(line);
            section.source.push('\n');
        }
    }
    sections
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sections_keep_their_place_in_the_file() {
        let sections = split("a/rounds.md", "Preamble.\n\n## opened\nHello.\n\n## closed\nBye.\n");
        let names: Vec<_> = sections.iter().map(|s| (s.name.as_str(), s.line)).collect();
        assert_eq!(names, [("rounds/opened", 4), ("rounds/closed", 7)]);
        assert_eq!(sections[0].source, "Hello.\n\n");
    }
}
