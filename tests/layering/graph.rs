//! Which file imports which, and where imports run in a circle.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::fmt;

use crate::source::{Mention, Source};

/// One file's import of another.
#[derive(Clone, Debug)]
pub struct Import {
    /// The importing module's path.
    pub from: Vec<String>,
    /// The importing file.
    pub file: String,
    /// The line of the import, from 1.
    pub line: usize,
    /// The imported module's path.
    pub to: Vec<String>,
    /// The imported file.
    pub target: String,
}

impl fmt::Display for Import {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{} imports {}", self.file, self.line, self.target)
    }
}

type Files<'a> = BTreeMap<&'a [String], &'a str>;

/// The imports between files, the first of each pair.
pub fn imports(sources: &[Source]) -> Vec<Import> {
    let files: Files = sources.iter().map(|s| (s.module.as_slice(), s.file.as_str())).collect();
    let mut found = BTreeMap::new();
    for source in sources {
        for mention in &source.paths {
            let Some((to, target)) = target(&files, source, mention) else { continue };
            let (from, file) = (source.module.clone(), source.file.clone());
            let import = Import { from, file, line: mention.line, to, target };
            found.entry((import.file.clone(), import.target.clone())).or_insert(import);
        }
    }
    found.into_values().collect()
}

/// The other file that a path leads into: the one of the longest module path that it starts with.
fn target(files: &Files, source: &Source, mention: &Mention) -> Option<(Vec<String>, String)> {
    let path = absolute(files, source, mention)?;
    let mut prefixes = (0..=path.len()).rev().map(|length| &path[..length]);
    let (module, file) = prefixes.find_map(|prefix| files.get_key_value(prefix))?;
    (**file != source.file).then(|| (module.to_vec(), (*file).to_owned()))
}

/// The path from the crate's root, or nothing where it leads out of the crate.
fn absolute(files: &Files, source: &Source, mention: &Mention) -> Option<Vec<String>> {
    let (first, rest) = mention.segments.split_first()?;
    let here = [source.module.as_slice(), &mention.inside].concat();
    match first.as_str() {
        _ if rest.is_empty() => None,
        "crate" | "maturity_bot" => Some(rest.to_vec()),
        "self" => Some([here.as_slice(), rest].concat()),
        "super" => {
            let ups = mention.segments.iter().take_while(|segment| *segment == "super").count();
            let base = &here[..here.len().saturating_sub(ups)];
            Some([base, &mention.segments[ups..]].concat())
        }
        _ => {
            let child = [here.as_slice(), &mention.segments].concat();
            files.contains_key(&child[..=here.len()]).then_some(child)
        }
    }
}

/// Every circle of imports, the shortest through each file, each told once.
pub fn circles(imports: &[Import]) -> Vec<String> {
    let mut told = BTreeSet::new();
    let mut circles = Vec::new();
    for start in imports.iter().map(|import| &import.file).collect::<BTreeSet<_>>() {
        if let Some(circle) = shortest_circle(imports, start) {
            let members: BTreeSet<_> = circle.iter().map(|import| &import.file).collect();
            if told.insert(members) {
                circles.push(describe(&circle, start));
            }
        }
    }
    circles
}

fn shortest_circle<'a>(imports: &'a [Import], start: &str) -> Option<Vec<&'a Import>> {
    let mut reached = BTreeSet::new();
    let mut ways = VecDeque::from([(start, Vec::new())]);
    while let Some((file, way)) = ways.pop_front() {
        for import in imports.iter().filter(|import| import.file == file) {
            let longer = [way.as_slice(), &[import]].concat();
            if import.target == start {
                return Some(longer);
            }
            if reached.insert(&import.target) {
                ways.push_back((&import.target, longer));
            }
        }
    }
    None
}

fn describe(circle: &[&Import], start: &str) -> String {
    let steps: Vec<_> =
        circle.iter().map(|import| format!("{}:{}", import.file, import.line)).collect();
    let way = steps.join(" → ");
    format!("a circle: {way} → {start}; move what both need into a file of its own below them")
}
