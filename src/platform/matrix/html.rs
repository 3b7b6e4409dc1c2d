//! Our Markdown as the two bodies that a Matrix message has: plain text, and HTML.
//!
//! The HTML uses nothing beyond what the specification lists for `org.matrix.custom.html`.

use crate::platform::signs::swap;

/// The text without its signs, for notifications and for clients that show no HTML.
#[must_use]
pub fn plain(markdown: &str) -> String {
    let line = |line: &str| render(line, &PLAIN);
    markdown.lines().map(line).collect::<Vec<_>>().join("\n")
}

/// The text as HTML: paragraphs, lists, bold, italic, code, links.
#[must_use]
pub fn html(markdown: &str) -> String {
    let mut out = String::new();
    let mut list: Option<List> = None;
    let mut next = 0;
    let mut text: Vec<String> = Vec::new();
    for line in markdown.lines() {
        match item(line) {
            Some((kind, words)) => {
                paragraph(&mut out, &mut text);
                // A client counts on from the first number, so a gap begins another list.
                if list != Some(kind) || number(line).is_some_and(|number| number != next) {
                    close(&mut out, list.take());
                    open(&mut out, kind, line);
                    list = Some(kind);
                }
                next = number(line).unwrap_or_default() + 1;
                out.extend(["<li>", &render(words, &HTML), "</li>"]);
            }
            None if line.trim().is_empty() => {
                close(&mut out, list.take());
                paragraph(&mut out, &mut text);
            }
            // A line below an item belongs to it.
            None if list.is_some() && line.starts_with("  ") => {
                let end = out.len() - "</li>".len();
                out.insert_str(end, &format!("<br>{}", render(line.trim(), &HTML)));
            }
            None => {
                close(&mut out, list.take());
                text.push(render(line, &HTML));
            }
        }
    }
    close(&mut out, list);
    paragraph(&mut out, &mut text);
    out
}

/// The two kinds of lists.
#[derive(Clone, Copy, PartialEq, Eq)]
enum List {
    Dotted,
    Numbered,
}

/// A list item without its sign.
fn item(line: &str) -> Option<(List, &str)> {
    if let Some(words) = line.strip_prefix("- ") {
        return Some((List::Dotted, words));
    }
    let (number, words) = line.split_once(". ")?;
    let is_number = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then_some((List::Numbered, words))
}

/// The number that a numbered item stands under.
fn number(line: &str) -> Option<u32> {
    line.split_once(". ")?.0.parse().ok()
}

fn open(out: &mut String, list: List, first: &str) {
    match list {
        List::Dotted => out.push_str("<ul>"),
        List::Numbered => {
            let number = first.split_once(". ").map_or("1", |(number, _)| number);
            out.extend(["<ol start=\"", number, "\">"]);
        }
    }
}

fn close(out: &mut String, list: Option<List>) {
    match list {
        Some(List::Dotted) => out.push_str("</ul>"),
        Some(List::Numbered) => out.push_str("</ol>"),
        None => {}
    }
}

fn paragraph(out: &mut String, lines: &mut Vec<String>) {
    if !lines.is_empty() {
        out.extend(["<p>", &lines.join("<br>"), "</p>"]);
        lines.clear();
    }
}

/// What stands around marked words, and whether letters are escaped.
struct Ink {
    bold: (&'static str, &'static str),
    italic: (&'static str, &'static str),
    code: (&'static str, &'static str),
    is_html: bool,
}

const PLAIN: Ink = Ink { bold: ("", ""), italic: ("", ""), code: ("", ""), is_html: false };

const HTML: Ink = Ink {
    bold: ("<strong>", "</strong>"),
    italic: ("<em>", "</em>"),
    code: ("<code>", "</code>"),
    is_html: true,
};

/// Stands for a stretch of code while the signs around it are read; what people write is rid of it.
const CODE: char = '\u{e000}';

/// One line in an ink. Between backticks no other sign counts, and signs may stand around them.
fn render(line: &str, ink: &Ink) -> String {
    let (mut bare, mut codes) = (String::new(), Vec::new());
    let line = line.replace(CODE, "");
    let mut rest = line.as_str();
    while let Some((before, after)) = rest.split_once('`') {
        let Some((code, behind)) = after.split_once('`') else { break };
        bare.extend([before, CODE.encode_utf8(&mut [0; 4])]);
        codes.push(format!("{}{}{}", ink.code.0, escaped(code, ink), ink.code.1));
        rest = behind;
    }
    bare.push_str(rest);
    let inked = words(&bare, ink);
    let mut pieces = inked.split(CODE);
    let mut line = pieces.next().unwrap_or_default().to_owned();
    for (code, piece) in codes.iter().zip(pieces) {
        line.extend([code.as_str(), piece]);
    }
    line
}

fn words(line: &str, ink: &Ink) -> String {
    let text = escaped(line, ink);
    let text = swap(&text, "**", ink.bold);
    let text = swap(&text, "*", ink.italic);
    if ink.is_html { linked(&text) } else { text }
}

/// Addresses become links; the bot's own messages hold none but its own.
fn linked(line: &str) -> String {
    let word = |word: &str| {
        if word.starts_with("https://") {
            format!("<a href=\"{word}\">{word}</a>")
        } else {
            word.to_owned()
        }
    };
    line.split(' ').map(word).collect::<Vec<_>>().join(" ")
}

fn escaped(text: &str, ink: &Ink) -> String {
    if !ink.is_html {
        return text.to_owned();
    }
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case(
        "**Level 2.** Say `why *x*`",
        "<p><strong>Level 2.</strong> Say <code>why *x*</code></p>"
    )]
    #[case("a\nb\n\nc", "<p>a<br>b</p><p>c</p>")]
    #[case(
        "See:\n- one\n- *two*\nEnd",
        "<p>See:</p><ul><li>one</li><li><em>two</em></li></ul><p>End</p>"
    )]
    #[case("2. b\n   First: c\n3. d", "<ol start=\"2\"><li>b<br>First: c</li><li>d</li></ol>")]
    #[case("1. a\n3. b", "<ol start=\"1\"><li>a</li></ol><ol start=\"3\"><li>b</li></ol>")]
    #[case("5 * 3 < 16 & \"so\"", "<p>5 * 3 &lt; 16 &amp; &quot;so&quot;</p>")]
    #[case(
        "at https://m.to/#/@b:x",
        "<p>at <a href=\"https://m.to/#/@b:x\">https://m.to/#/@b:x</a></p>"
    )]
    #[case("*as `0,2`.*", "<p><em>as <code>0,2</code>.</em></p>")]
    #[case("A\u{e000}nn: `2` of 8", "<p>Ann: <code>2</code> of 8</p>")]
    #[case("a `lone sign", "<p>a `lone sign</p>")]
    fn markdown_becomes_html(#[case] markdown: &str, #[case] expected: &str) {
        assert_eq!(html(markdown), expected);
    }

    #[test]
    fn plain_text_bears_no_signs() {
        assert_eq!(plain("**a** *b* `c`\n- d\n1. e"), "a b c\n- d\n1. e");
        assert_eq!(plain("*Such as `0`, or `*`.*"), "Such as 0, or *.");
    }

    #[test]
    fn every_message_of_ours_is_well_formed() {
        for (area, title, words) in crate::text::words::reading::all() {
            let html = html(&words);
            for tag in ["p", "ul", "strong", "em", "code", "li", "a"] {
                let opened = html.matches(&format!("<{tag}>")).count()
                    + html.matches(&format!("<{tag} ")).count();
                let closed = html.matches(&format!("</{tag}>")).count();
                assert_eq!(opened, closed, "{area}/{title}: {html}");
            }
            assert!(!plain(&words).contains("**"), "{area}/{title}");
        }
    }
}
