//! Secrets: given by value, by the name of an environment variable, or by a file.

use std::fmt;

use super::reading::{Section, Wrong};
use super::values;

/// Something that must never reach a log, an error or a metric.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Hides a value.
    #[must_use]
    pub fn new(value: impl Into<String>) -> Self {
        Self(value.into())
    }

    /// The value itself, for the one call that needs it.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// The three keys that a secret can be given by: its own, that with `_env`, that with `_file`.
pub type Keys = [&'static str; 3];

/// Reads a secret that is given by at most one of its keys.
pub fn read(section: &Section<'_>, keys: Keys) -> Option<Secret> {
    let given: Vec<&str> = keys.into_iter().filter(|key| section.has(key)).collect();
    if let [first, second, ..] = given[..] {
        let mend = format!("keep one of `{first}` and `{second}`");
        let wrong = Wrong::new(format!("is given twice, as `{first}` too"), mend);
        section.wrong(second, section.at(second).unwrap_or_default(), wrong);
        return None;
    }
    let [value, variable, file] = keys;
    section
        .get(value, values::text)
        .or_else(|| section.get(variable, |it| from_environment(&values::text(it)?)))
        .or_else(|| section.get(file, |it| from_file(&values::text(it)?)))
        .map(Secret)
}

/// The secret in an environment variable, where that is set.
#[must_use]
pub fn of_variable(name: &str) -> Option<Secret> {
    from_environment(name).ok().map(Secret)
}

fn from_environment(name: &str) -> Result<String, Wrong> {
    let value = std::env::var(name).unwrap_or_default();
    let mend = "set the variable before the bot starts";
    not_empty(&value, || Wrong::new(format!("names the variable {name}, which is not set"), mend))
}

fn from_file(path: &str) -> Result<String, Wrong> {
    let wrong =
        |what: String| Wrong::new(what, "put the secret into it, readable by the bot alone");
    let value = std::fs::read_to_string(path)
        .map_err(|error| wrong(format!("names {path}, which cannot be read ({error})")))?;
    not_empty(&value, || wrong(format!("names {path}, which is empty")))
}

fn not_empty(value: &str, otherwise: impl Fn() -> Wrong) -> Result<String, Wrong> {
    let value = value.trim();
    if value.is_empty() { Err(otherwise()) } else { Ok(value.to_owned()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_not_shown() {
        assert_eq!(format!("{:?}", Secret::new("xoxb-1")), "Secret(…)");
    }

    #[test]
    fn a_secret_comes_from_a_file_without_its_line_break() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("token");
        std::fs::write(&path, "xoxb-1\n").unwrap();
        assert_eq!(from_file(path.to_str().unwrap()).unwrap(), "xoxb-1");
        std::fs::write(&path, "\n").unwrap();
        assert!(from_file(path.to_str().unwrap()).unwrap_err().what.contains("which is empty"));
    }

    #[test]
    fn a_variable_that_is_not_set_is_named() {
        let wrong = from_environment("MATURITY_NO_SUCH_VARIABLE").unwrap_err();
        assert!(wrong.what.contains("MATURITY_NO_SUCH_VARIABLE"), "{wrong:?}");
    }
}
