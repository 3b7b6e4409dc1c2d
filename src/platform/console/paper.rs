//! Messages as terminal text: wrapped, with or without colour.

use unicode_width::UnicodeWidthStr;

use crate::domain::message::{Choice, Form, Message};
use crate::platform::Drawing;
use crate::platform::signs::swap;

/// How a terminal wants its text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Style {
    /// Columns to wrap at; `None` where lines are not wrapped.
    pub width: Option<usize>,
    /// Whether escape codes may be used.
    pub colour: bool,
    /// Whether blank lines may stand inside a block; a pipe has one only at its end.
    pub blank_lines: bool,
}

/// Columns a picture has where lines are not wrapped.
const PICTURE_WIDTH: usize = 72;

/// Escape codes around what can be typed.
const CODE: (&str, &str) = ("\x1b[36m", "\x1b[39m");

impl Style {
    /// A message, ending with a line break.
    #[must_use]
    pub fn message(&self, message: &Message, drawing: Option<&dyn Drawing>) -> String {
        let mut parts = Vec::new();
        if let Some(drawing) = drawing {
            parts.push(drawing.terminal(self.width.unwrap_or(PICTURE_WIDTH), self.colour));
        }
        match message {
            Message::Overview(sections) => {
                for section in sections {
                    parts.push(self.prose(&section.body));
                    parts.push(self.choices(&section.choices));
                }
            }
            Message::Form(form) => parts.push(self.form(form)),
            _ => {
                parts.push(self.prose(&message.body()));
                parts.push(self.choices(&message.choices()));
            }
        }
        parts.retain(|part| !part.trim().is_empty());
        let text = parts.iter().map(|part| part.trim_end_matches('\n')).collect::<Vec<_>>();
        let text = text.join(if self.blank_lines { "\n\n" } else { "\n" });
        self.spaced(&text)
    }

    /// A line that says where what follows goes.
    #[must_use]
    pub fn heading(&self, words: &str) -> String {
        let line =
            if self.colour { format!("\x1b[2m{words}\x1b[0m\n") } else { format!("{words}\n") };
        if self.blank_lines { format!("\n{line}") } else { line }
    }

    fn spaced(&self, text: &str) -> String {
        let keep = |line: &&str| self.blank_lines || !line.trim().is_empty();
        let lines: Vec<&str> = text.lines().filter(keep).collect();
        lines.join("\n") + "\n"
    }

    fn prose(&self, markdown: &str) -> String {
        // Inked first, as a pair of signs may stand on two lines once they are wrapped.
        let lines = markdown.lines().flat_map(|line| self.wrapped(&self.inked(line)));
        lines.collect::<Vec<_>>().join("\n")
    }

    fn choices(&self, choices: &[Choice]) -> String {
        let widest = choices.iter().map(|choice| choice.key.width()).max().unwrap_or(0);
        let line = |choice: &Choice| {
            let same = choice.key.eq_ignore_ascii_case(&choice.label);
            let label = if same { "" } else { choice.label.as_str() };
            let gap = " ".repeat(widest - choice.key.width());
            let hanging = " ".repeat(widest + 4);
            let text = self.hung(label, &hanging).join("\n");
            let key = self.bold(&choice.key);
            format!("  {key}{gap}  {}", text.trim_start()).trim_end().to_owned()
        };
        choices.iter().map(line).collect::<Vec<_>>().join("\n")
    }

    fn form(&self, form: &Form) -> String {
        let fields: Vec<String> = form.fields.iter().map(|field| field.line("")).collect();
        self.prose(&format!("**{}**\n{}\n{}", form.title, form.body, fields.join("\n")))
    }

    /// A line, wrapped; what belongs to a list item hangs below its first word.
    fn wrapped(&self, line: &str) -> Vec<String> {
        let indent = line.len() - line.trim_start().len();
        let rest = line.trim_start();
        let marker = if rest.starts_with("- ") {
            2
        } else if rest
            .split_once(". ")
            .is_some_and(|(n, _)| !n.is_empty() && n.bytes().all(|b| b.is_ascii_digit()))
        {
            rest.find(' ').map_or(0, |at| at + 1)
        } else {
            0
        };
        let hanging = " ".repeat(indent + marker);
        let mut lines = self.hung(rest, &hanging);
        if let Some(first) = lines.first_mut() {
            *first = format!("{}{}", " ".repeat(indent), first.trim_start());
        }
        lines
    }

    /// Words wrapped to lines that all begin with `hanging`.
    fn hung(&self, words: &str, hanging: &str) -> Vec<String> {
        let Some(width) = self.width else { return vec![format!("{hanging}{words}")] };
        let mut lines = Vec::new();
        let mut line = hanging.to_owned();
        for word in pieces(words, width / 2) {
            let begun = line.len() > hanging.len();
            let length = columns(&line) + columns(&word) + usize::from(begun);
            if begun && length > width {
                lines.push(std::mem::replace(&mut line, hanging.to_owned()));
            }
            if line.len() > hanging.len() {
                line.push(' ');
            }
            line.push_str(&word);
        }
        lines.push(line);
        lines
    }

    fn bold(&self, words: &str) -> String {
        if self.colour { format!("\x1b[1m{words}\x1b[0m") } else { words.to_owned() }
    }

    /// Markdown signs become escape codes, or nothing.
    fn inked(&self, line: &str) -> String {
        let line = swap(line, "**", if self.colour { ("\x1b[1m", "\x1b[22m") } else { ("", "") });
        let line = swap(&line, "*", if self.colour { ("\x1b[3m", "\x1b[23m") } else { ("", "") });
        if self.colour { swap(&line, "`", CODE) } else { line }
    }
}

/// Words, with what stands between backticks kept together where it is short enough.
fn pieces(line: &str, longest: usize) -> Vec<String> {
    let mut pieces: Vec<String> = Vec::new();
    let mut parts = line.split(' ').peekable();
    while let Some(part) = parts.next() {
        let mut piece = part.to_owned();
        let rest: Vec<&str> = parts.clone().collect();
        if is_open(part)
            && let Some(end) = rest.iter().position(|part| is_open(part))
        {
            let whole = format!("{part} {}", rest[..=end].join(" "));
            if columns(&whole) <= longest {
                parts.nth(end);
                piece = whole;
            }
        }
        pieces.push(piece);
    }
    pieces
}

/// Whether a word opens or closes a stretch of code.
fn is_open(word: &str) -> bool {
    word.matches('`').count() % 2 == 1
        || word.matches(CODE.0).count() != word.matches(CODE.1).count()
}

/// Columns that a text takes, without escape codes.
fn columns(words: &str) -> usize {
    let mut parts = words.split('\x1b');
    let first = parts.next().map_or(0, UnicodeWidthStr::width);
    let behind = |part: &str| part.split_once('m').map_or(0, |(_, text)| text.width());
    first + parts.map(behind).sum::<usize>()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::message::{Field, Input, Press};

    const PLAIN: Style = Style { width: Some(30), colour: false, blank_lines: false };

    #[test]
    fn list_items_hang_below_their_first_word() {
        let message = Message::Text("- **Skills:** level 2 (2.2), target 4, up 0.4".to_owned());
        let text = PLAIN.message(&message, None);
        assert_eq!(text, "- Skills: level 2 (2.2),\n  target 4, up 0.4\n");
    }

    #[test]
    fn a_field_that_cannot_be_used_says_why() {
        let field = Field {
            name: "zone".to_owned(),
            label: "Time zone".to_owned(),
            help: String::new(),
            value: "Mars".to_owned(),
            input: Input::Line,
            optional: false,
            error: Some("No such zone.".to_owned()),
        };
        let form = Form {
            name: "setup".to_owned(),
            title: "New team".to_owned(),
            body: String::new(),
            fields: vec![field],
            submit: String::new(),
            choices: Vec::new(),
        };
        let wide = Style { width: None, ..PLAIN };
        let text = wide.message(&Message::Form(form), None);
        assert_eq!(text, "New team\n- zone: Mars Time zone No such zone.\n");
    }

    #[test]
    fn choices_are_lined_up_and_piped_blocks_have_no_blank_lines() {
        let choice = |key: &str, label: &str| Choice {
            key: key.to_owned(),
            label: label.to_owned(),
            press: Press::Say(String::new()),
        };
        let choices =
            vec![choice("0", "None so far"), choice("none", "None of these at all, really")];
        let text = PLAIN.message(&Message::Choices { body: "A\n\nB".to_owned(), choices }, None);
        assert_eq!(
            text,
            "A\nB\n  0     None so far\n  none  None of these at all,\n        really\n"
        );
    }

    #[test]
    fn no_message_is_wider_than_its_terminal() {
        let style = Style { width: Some(60), ..PLAIN };
        for (area, title, words) in crate::text::words::reading::all() {
            for line in style.message(&Message::Text(words), None).lines() {
                assert!(line.width() <= 60, "{area}/{title}: {line}");
                assert!(!line.contains("**"), "{area}/{title}: {line}");
            }
        }
    }

    #[test]
    fn bold_words_may_cross_a_line() {
        let message = Message::Text("**What is the hardest task you have done?** Hm".to_owned());
        let text = PLAIN.message(&message, None);
        assert_eq!(text, "What is the hardest task you\nhave done? Hm\n");
        let colour = Style { colour: true, ..PLAIN }.message(&message, None);
        assert_eq!(colour, "\x1b[1mWhat is the hardest task you\nhave done?\x1b[22m Hm\n");
    }

    #[test]
    fn short_code_is_not_broken() {
        let message = Message::Text("You can always say `action take 1` to begin".to_owned());
        let text = PLAIN.message(&message, None);
        assert_eq!(text, "You can always say\n`action take 1` to begin\n");
    }

    #[test]
    fn lone_signs_stay() {
        assert_eq!(PLAIN.inked("5 * 3 and `why`"), "5 * 3 and `why`");
        let colour = Style { colour: true, ..PLAIN };
        assert_eq!(colour.inked("**b**"), "\x1b[1mb\x1b[22m");
    }
}
