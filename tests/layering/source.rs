//! Reads the paths that Rust sources mention, without compiling them.
//!
//! Code under `#[cfg(test)]` is left out: a test may reach across the house.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use proc_macro2::{Delimiter, Spacing, TokenStream, TokenTree};

/// A source file, with everything in it that the rules ask about.
pub struct Source {
    /// Its path in the project, `src/domain/level.rs`.
    pub file: String,
    /// Its module path, `["domain", "level"]`; empty for `src/lib.rs`.
    pub module: Vec<String>,
    /// Paths as written, single names among them, and the leaves of `use` trees.
    pub paths: Vec<Mention>,
    /// The names in those paths and the literals, each with its line.
    pub words: Vec<(String, usize)>,
}

/// A path in a source, with the inline module it stands in.
pub struct Mention {
    /// The segments, `["crate", "domain", "ids", "TeamId"]`.
    pub segments: Vec<String>,
    /// The inline modules around it, outermost first.
    pub inside: Vec<String>,
    /// The line, from 1.
    pub line: usize,
}

/// Every source under `src`, by file name; `tests.rs` files are tests throughout.
pub fn read_all(src: &Path) -> Vec<Source> {
    let mut files = BTreeMap::new();
    collect(src, src, &mut files);
    files.iter().map(|(file, text)| parse(file, text)).collect()
}

fn collect(root: &Path, folder: &Path, files: &mut BTreeMap<String, String>) {
    for entry in std::fs::read_dir(folder).expect("the source folder can be listed") {
        let path = entry.expect("the entry can be read").path();
        if path.is_dir() {
            collect(root, &path, files);
        } else if path.extension().is_some_and(|extension| extension == "rs")
            && !path.ends_with("tests.rs")
        {
            let name = path.strip_prefix(root).expect("it lies under the root").display();
            let text = std::fs::read_to_string(&path).expect("a source is UTF-8 text");
            files.insert(format!("src/{name}"), text);
        }
    }
}

/// Reads one source.
pub fn parse(file: &str, text: &str) -> Source {
    let tokens: TokenStream = text.parse().unwrap_or_else(|e| panic!("{file}: {e}"));
    let mut source = Source {
        file: file.to_owned(),
        module: module_of(file),
        paths: Vec::new(),
        words: Vec::new(),
    };
    Reader { source: &mut source, inside: Vec::new() }.walk(tokens);
    source
}

fn module_of(file: &str) -> Vec<String> {
    let stem = file.trim_start_matches("src/").trim_end_matches(".rs").trim_end_matches("/mod");
    stem.split('/').filter(|part| *part != "lib").map(str::to_owned).collect()
}

struct Reader<'a> {
    source: &'a mut Source,
    inside: Vec<String>,
}

impl Reader<'_> {
    fn walk(&mut self, tokens: TokenStream) {
        let tokens: Vec<_> = tokens.into_iter().collect();
        let mut at = 0;
        while at < tokens.len() {
            at = self.step(&tokens, at);
        }
    }

    /// Reads what starts at `at`, and tells where to go on.
    fn step(&mut self, tokens: &[TokenTree], at: usize) -> usize {
        match &tokens[at] {
            TokenTree::Punct(hash) if hash.as_char() == '#' => self.attribute(tokens, at),
            TokenTree::Ident(word) if *word == "use" => self.use_tree(tokens, at + 1, &[]),
            TokenTree::Ident(word) if *word == "mod" => self.module(tokens, at),
            TokenTree::Ident(_) => self.path(tokens, at),
            TokenTree::Group(group) if !is_visibility(group) => {
                self.walk(group.stream());
                at + 1
            }
            TokenTree::Literal(text) => {
                self.source.words.push((text.to_string(), text.span().start().line));
                at + 1
            }
            _ => at + 1,
        }
    }

    /// Passes over documentation, and over whole items that exist for tests alone.
    fn attribute(&mut self, tokens: &[TokenTree], at: usize) -> usize {
        let inner = usize::from(is_punct(tokens.get(at + 1), '!'));
        let Some(TokenTree::Group(group)) = tokens.get(at + 1 + inner) else { return at + 1 };
        let end = at + 2 + inner;
        let text = group.stream().to_string().replace(' ', "");
        if text == "cfg(test)" {
            return if inner == 1 { tokens.len() } else { end_of_item(tokens, end) };
        }
        if !text.starts_with("doc=") {
            self.walk(group.stream());
        }
        end
    }

    fn module(&mut self, tokens: &[TokenTree], at: usize) -> usize {
        if let (Some(TokenTree::Ident(name)), Some(TokenTree::Group(body))) =
            (tokens.get(at + 1), tokens.get(at + 2))
        {
            self.inside.push(name.to_string());
            self.walk(body.stream());
            self.inside.pop();
            return at + 3;
        }
        at + 2
    }

    /// One path in the code, `super::ids::TeamId` or a single name.
    fn path(&mut self, tokens: &[TokenTree], at: usize) -> usize {
        let (segments, end) = segments(tokens, at);
        self.mention(segments, tokens, at);
        end
    }

    /// A `use` tree or a branch of one; each of its leaves is a path.
    fn use_tree(&mut self, tokens: &[TokenTree], at: usize, stem: &[String]) -> usize {
        let at = if is_path_separator(tokens, at) { at + 2 } else { at };
        let (own, end) = segments(tokens, at);
        let whole = [stem, &own].concat();
        match tokens.get(end) {
            Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Brace => {
                let branches: Vec<_> = group.stream().into_iter().collect();
                let is_comma = |token: &TokenTree| is_punct(Some(token), ',');
                for branch in branches.split(is_comma).filter(|branch| !branch.is_empty()) {
                    self.use_tree(branch, 0, &whole);
                }
                end + 1
            }
            _ => {
                self.mention(whole, tokens, at.min(tokens.len() - 1));
                end.max(at + 1)
            }
        }
    }

    fn mention(&mut self, segments: Vec<String>, tokens: &[TokenTree], at: usize) {
        let line = tokens[at].span().start().line;
        self.source.words.extend(segments.iter().map(|word| (word.clone(), line)));
        self.source.paths.push(Mention { segments, inside: self.inside.clone(), line });
    }
}

/// The names joined by `::` from `at` on, and where they end.
fn segments(tokens: &[TokenTree], at: usize) -> (Vec<String>, usize) {
    let (mut names, mut at) = (Vec::new(), at);
    while let Some(TokenTree::Ident(name)) = tokens.get(at) {
        names.push(name.to_string());
        at += 1;
        if !is_path_separator(tokens, at) {
            break;
        }
        at += 2;
    }
    (names, at)
}

fn is_path_separator(tokens: &[TokenTree], at: usize) -> bool {
    is_punct(tokens.get(at), ':')
        && matches!(&tokens[at], TokenTree::Punct(colon) if colon.spacing() == Spacing::Joint)
        && is_punct(tokens.get(at + 1), ':')
}

fn is_punct(token: Option<&TokenTree>, sign: char) -> bool {
    matches!(token, Some(TokenTree::Punct(punct)) if punct.as_char() == sign)
}

/// Whether this is the `(in crate::domain)` of a visibility, which imports nothing.
fn is_visibility(group: &proc_macro2::Group) -> bool {
    let first = group.stream().into_iter().next();
    group.delimiter() == Delimiter::Parenthesis
        && matches!(first, Some(TokenTree::Ident(word)) if word == "in")
}

/// Where the item ends that starts at `at`: behind its braces or its semicolon.
fn end_of_item(tokens: &[TokenTree], at: usize) -> usize {
    let ends = |token: &TokenTree| match token {
        TokenTree::Group(group) => group.delimiter() == Delimiter::Brace,
        token => is_punct(Some(token), ';'),
    };
    let rest = tokens.get(at..).unwrap_or_default();
    at + rest.iter().position(ends).map_or(rest.len(), |length| length + 1)
}

/// The words of a name or text, in lower case: `SlackApi` and `slack_api` both hold `slack`.
pub fn words_of(text: &str) -> BTreeSet<String> {
    let mut spaced = String::new();
    for letter in text.chars() {
        if letter.is_uppercase() || !letter.is_alphanumeric() {
            spaced.push(' ');
        }
        spaced.extend(letter.to_lowercase());
    }
    let is_edge = |letter: char| !letter.is_alphanumeric();
    spaced.split(is_edge).filter(|word| !word.is_empty()).map(str::to_owned).collect()
}
