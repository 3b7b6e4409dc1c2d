//! Loads the question bank and the presets from `prompts/`, and finds all that is wrong with them.

use std::path::Path;

use crate::domain::bank::Bank;
use crate::domain::level::Pillar;
use crate::domain::selection::Presets;
use crate::text::defect::Defect;
use source::Source;

mod bank_file;
mod presets_file;
mod source;

const EMBEDDED: [&str; 4] = [
    include_str!("../../prompts/bank/skills.yaml"),
    include_str!("../../prompts/bank/structure.yaml"),
    include_str!("../../prompts/bank/tooling.yaml"),
    include_str!("../../prompts/bank/processes.yaml"),
];
const EMBEDDED_PRESETS: &str = include_str!("../../prompts/presets.yaml");

/// What is asked, and which of it when.
#[derive(Clone, Debug, PartialEq)]
pub struct Content {
    /// The questions and actions.
    pub bank: Bank,
    /// The presets, by name.
    pub presets: Presets,
}

impl Content {
    /// The content the binary carries.
    ///
    /// # Errors
    /// The defects of the embedded files; a test keeps them from having any.
    pub fn embedded() -> Result<Self, Vec<Defect>> {
        let bank = [0, 1, 2, 3].map(|index: usize| Source {
            file: bank_file_name(Pillar::ALL[index]),
            text: EMBEDDED[index].to_owned(),
        });
        let presets = Source { file: "presets.yaml".to_owned(), text: EMBEDDED_PRESETS.to_owned() };
        Self::read(&bank.map(Some), Some(&presets), Vec::new())
    }

    /// The content of a folder laid out as `prompts/`.
    ///
    /// # Errors
    /// All defects of all its files, by file and line. Where the shape of a file cannot be read,
    /// the first fault of its shape stands for that file.
    pub fn from_dir(folder: &Path) -> Result<Self, Vec<Defect>> {
        let mut defects = strangers(folder);
        let mut source = |name: &str| {
            let path = folder.join(name);
            let file = path.display().to_string();
            match std::fs::read_to_string(&path) {
                Ok(text) => Some(Source { file, text }),
                Err(error) => {
                    let what = format!("cannot be read ({error})");
                    let mend = "put the file there; the folder needs all four pillars and presets";
                    defects.push(Defect { file, line: None, what, mend: mend.to_owned() });
                    None
                }
            }
        };
        let bank = Pillar::ALL.map(|pillar| source(&bank_file_name(pillar)));
        let presets = source("presets.yaml");
        Self::read(&bank, presets.as_ref(), defects)
    }

    fn read(
        bank: &[Option<Source>; 4],
        presets: Option<&Source>,
        mut defects: Vec<Defect>,
    ) -> Result<Self, Vec<Defect>> {
        let bank = bank_file::read(bank, &mut defects);
        let presets =
            presets.and_then(|source| presets_file::read(source, bank.as_ref(), &mut defects));
        match (presets, bank) {
            (Some(presets), Some(bank)) if defects.is_empty() => Ok(Self { bank, presets }),
            _ => {
                defects.sort();
                defects.dedup();
                Err(defects)
            }
        }
    }
}

fn bank_file_name(pillar: Pillar) -> String {
    format!("bank/{}.yaml", pillar.name())
}

/// A file beside the four would be left out in silence, so it is named.
fn strangers(folder: &Path) -> Vec<Defect> {
    let Ok(entries) = std::fs::read_dir(folder.join("bank")) else { return Vec::new() };
    let known = Pillar::ALL.map(|pillar| format!("{}.yaml", pillar.name()));
    let stranger = |entry: std::fs::DirEntry| {
        let name = entry.file_name().to_string_lossy().into_owned();
        let is_yaml = [".yaml", ".yml"].iter().any(|ending| name.ends_with(ending));
        (is_yaml && !known.contains(&name)).then(|| Defect {
            file: entry.path().display().to_string(),
            line: None,
            what: "is not one of the four pillars".to_owned(),
            mend: "move its questions into one of them, or remove it".to_owned(),
        })
    };
    entries.flatten().filter_map(stranger).collect()
}

#[cfg(test)]
mod tests;
