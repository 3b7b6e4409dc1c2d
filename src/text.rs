//! Every sentence a person reads: templates of `prompts/messages`, checked when they are loaded.
//!
//! Decides nothing. A message is a struct of [`words`] that names its template and lists what the
//! template may use; the template turns it into Markdown.

pub mod content;
pub mod defect;
pub mod templates;
pub mod words;

use std::path::Path;

use minijinja::syntax::SyntaxConfig;
use minijinja::value::Serde;
use minijinja::{Environment, UndefinedBehavior, Value, context};

use crate::domain::level::shown;
use defect::Defect;
pub use words::Words;

/// The loaded templates.
#[derive(Debug)]
pub struct Text {
    own: Environment<'static>,
    built_in: Environment<'static>,
}

impl Text {
    /// The templates that come with the program.
    ///
    /// # Panics
    ///
    /// Never in a build that passed its tests: they load and render all of them.
    #[must_use]
    pub fn embedded() -> Self {
        let built_in = environment_of(&templates::embedded()).0;
        Self { own: built_in.clone(), built_in }
    }

    /// The templates of a folder; sections that it leaves out come from the built-in set.
    ///
    /// # Errors
    ///
    /// All defects at once: unreadable files, unknown sections, templates that do not parse, or
    /// that use what their message does not offer.
    pub fn from_dir(messages: &Path) -> Result<Self, Vec<Defect>> {
        let built_in = templates::embedded();
        let mut sections = templates::from_dir(messages, &built_in)?;
        let own: Vec<String> = sections.iter().map(|section| section.name.clone()).collect();
        sections.extend(built_in.iter().filter(|section| !own.contains(&section.name)).cloned());
        let (environment, mut defects) = environment_of(&sections);
        defects.extend(words::unrendered(&environment, &sections));
        if defects.is_empty() {
            Ok(Self { own: environment, built_in: environment_of(&built_in).0 })
        } else {
            Err(defects)
        }
    }

    /// The words of one message.
    ///
    /// A template of the user's own that fails on values the check did not foresee gives way to
    /// the built-in one, so that nobody is left without an answer.
    pub fn say<W: Words>(&self, words: &W) -> String {
        render(&self.own, W::NAME, words)
            .or_else(|_| render(&self.built_in, W::NAME, words))
            .unwrap_or_else(|_| W::NAME.to_owned())
    }
}

fn environment_of(sections: &[templates::Template]) -> (Environment<'static>, Vec<Defect>) {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    let blocks = SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build();
    environment.set_syntax(blocks.unwrap_or_default());
    environment.set_auto_escape_callback(|_| minijinja::AutoEscape::None);
    environment.add_filter("score", |score: f64| shown(score));
    environment.add_filter("signed", |delta: f64| match shown(delta.abs()) {
        nothing if nothing == shown(0.0) => nothing,
        size => format!("{}{size}", if delta < 0.0 { "−" } else { "+" }),
    });
    environment.add_filter("date", |state: &minijinja::State, when: Value| {
        trimmed(state, "dates/date", &when)
    });
    environment.add_filter("moment", |state: &minijinja::State, when: Value| {
        trimmed(state, "dates/moment", &when)
    });
    let mut defects = Vec::new();
    for section in sections {
        let added = environment.add_template_owned(section.name.clone(), section.source.clone());
        defects.extend(added.err().map(|error| section.defect(&error)));
    }
    (environment, defects)
}

fn render<W: Words>(
    environment: &Environment<'_>,
    name: &str,
    words: &W,
) -> Result<String, minijinja::Error> {
    Ok(tidy(&environment.get_template(name)?.render(Serde(words))?))
}

fn trimmed(state: &minijinja::State, name: &str, when: &Value) -> Result<String, minijinja::Error> {
    let text = state.env().get_template(name)?.render(context! { when })?;
    Ok(text.trim().to_owned())
}

/// Conditions in templates leave blank lines behind; people see at most one in a row.
fn tidy(text: &str) -> String {
    let mut lines: Vec<&str> = Vec::new();
    for line in text.trim().lines().map(str::trim_end) {
        if !line.is_empty() || lines.last().is_some_and(|last| !last.is_empty()) {
            lines.push(line);
        }
    }
    lines.join("\n")
}
