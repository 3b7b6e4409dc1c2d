//! Cuts what somebody typed into words, forgiving what keyboards and chat clients do to text.

/// Longer text than this is cut before it is read; no command comes near it, in characters.
const LONGEST: usize = 1_000;

/// One word, or several within double quotes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Word {
    /// As typed, without quotes; names are taken from here.
    pub raw: String,
    /// In lower case and without punctuation around it; commands are recognised by this.
    pub key: String,
}

/// The words of a text.
#[must_use]
pub fn words(text: &str) -> Vec<Word> {
    let mut found = Vec::new();
    let (mut current, mut quoted) = (String::new(), false);
    for c in text.chars().take(LONGEST).filter(|c| !is_invisible(*c)).map(plain) {
        match c {
            '"' => quoted = !quoted,
            c if c.is_whitespace() && !quoted => found.push(std::mem::take(&mut current)),
            c => current.push(c),
        }
    }
    found.push(current);
    found.into_iter().filter(|word| !word.trim().is_empty()).map(|raw| word(&raw)).collect()
}

fn word(raw: &str) -> Word {
    let bare = raw.trim_matches(|c: char| c.is_whitespace() || c == '\'');
    let key = bare
        .trim_start_matches(['/', '!', '*', '_', '`', '(', ',', '.'])
        .trim_end_matches(['.', ',', '!', '?', ';', ':', '…', '*', '_', '`', ')'])
        .to_lowercase();
    // A lone question mark asks for help; other lone punctuation says nothing.
    let key = if key.is_empty() && raw.contains('?') { "?".to_owned() } else { key };
    Word { raw: bare.to_owned(), key }
}

/// The keyboard's plain character for a typographic one.
fn plain(c: char) -> char {
    match c {
        '\u{201c}' | '\u{201d}' | '\u{201e}' | '\u{201f}' | '\u{ab}' | '\u{bb}' => '"',
        '\u{2018}' | '\u{2019}' | '\u{201a}' | '\u{201b}' => '\'',
        '\u{2010}'..='\u{2015}' | '\u{2212}' => '-',
        c if c.is_control() => ' ',
        c => c,
    }
}

/// Characters without width or with power over the direction of text, which carry no meaning here.
#[must_use]
pub fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{e0000}'..='\u{e0fff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(text: &str) -> Vec<String> {
        words(text).into_iter().map(|word| word.key).collect()
    }

    #[test]
    fn case_spaces_and_punctuation_do_not_matter() {
        assert_eq!(keys("  REPORT,\u{a0}\t tooling!! "), ["report", "tooling"]);
        assert_eq!(keys("*status*"), ["status"]);
        assert_eq!(keys("?"), ["?"]);
        assert!(keys(" \u{200b}\n").is_empty());
    }

    #[test]
    fn quotes_of_every_kind_hold_words_together() {
        for text in ["name “Core Platform”", "name \"Core Platform\"", "name „Core Platform“"]
        {
            assert_eq!(words(text)[1].raw, "Core Platform");
        }
        assert_eq!(words("name 'Core'")[1].raw, "Core");
        assert_eq!(words("quiet 18:00–09:00")[1].raw, "18:00-09:00");
    }
}
