//! Long texts in parts that fit into an event.

use serde_json::Value;

/// The most bytes of Markdown in one message.
pub const LONGEST: usize = 12_000;

/// The most bytes of an event's content. An event may have 65,536 bytes (specification, "Size
/// limits"), and encryption adds a third.
pub const MOST: usize = 45_000;

/// The contents that a text is written as, each small enough: the text stands in them more than
/// once, and signs that people write may take many bytes there.
#[must_use]
pub fn contents(text: &str, longest: usize, write: &impl Fn(&str) -> Value) -> Vec<Value> {
    let one = |part: &String| {
        let content = write(part);
        if part.len() < LEAST || content.to_string().len() <= MOST {
            return vec![content];
        }
        contents(part, part.len() / 2, write)
    };
    parts(text, longest).iter().flat_map(one).collect()
}

/// A text of fewer bytes fits whatever it holds.
const LEAST: usize = 100;

/// Cuts a text into parts of at most `longest` bytes: between paragraphs where that is possible,
/// else between lines, else between words, else anywhere.
#[must_use]
pub fn parts(text: &str, longest: usize) -> Vec<String> {
    let mut parts = Vec::new();
    let mut rest = text.trim_end();
    while rest.len() > longest {
        let at = cut(rest, longest);
        parts.push(rest[..at].trim_end().to_owned());
        rest = rest[at..].trim_start_matches(['\n', ' ']);
    }
    parts.push(rest.to_owned());
    parts
}

fn cut(text: &str, longest: usize) -> usize {
    let mut end = longest;
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let head = &text[..end];
    let at = ["\n\n", "\n", " "].iter().find_map(|gap| head.rfind(gap).filter(|at| *at > 0));
    at.unwrap_or(end)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_text_is_cut_where_it_pauses() {
        assert_eq!(parts("one\n\ntwo\nthree four", 12), ["one", "two", "three four"]);
        assert_eq!(parts("short", 12), ["short"]);
        assert_eq!(parts("ääää", 5), ["ää", "ää"]);
    }

    proptest! {
        #[test]
        fn nothing_but_gaps_is_lost(text in "[a-zä \n]{0,200}", longest in 4usize..40) {
            let parts = parts(&text, longest);
            let letters = |text: &str| text.replace([' ', '\n'], "");
            prop_assert_eq!(letters(&parts.concat()), letters(&text));
            prop_assert!(parts.iter().all(|part| part.len() <= longest));
        }
    }
}
