//! Our Markdown as Slack's own, `mrkdwn`, with everything escaped that Slack would act upon.
//!
//! "Formatting text with mrkdwn": only `&`, `<` and `>` are escaped. After that no text of ours
//! can mention anybody, since every mention begins with `<`.

use super::commands::as_typed;

/// The three signs by which Slack recognises mentions and links, made harmless.
#[must_use]
pub fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// Words that Slack escaped on their way here, with mentions such as `<@U1|ann>` as `@U1`.
#[must_use]
pub fn unescape(text: &str) -> String {
    let mut parts = text.split('<');
    let mut plain = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        match part.split_once('>') {
            Some((inside, rest)) => {
                plain.push_str(&mentioned(inside));
                plain.push_str(rest);
            }
            None => plain.push_str(part),
        }
    }
    plain.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
}

/// What stands between `<` and `>`: a person, a group, a channel, a link.
fn mentioned(inside: &str) -> String {
    let (target, label) = inside.split_once('|').unwrap_or((inside, ""));
    if let Some(group) = target.strip_prefix("!subteam^") {
        return format!("@{group}");
    }
    match target.chars().next() {
        Some('#') if !label.is_empty() => format!("#{label}"),
        Some('!') => format!("@{}", &target[1..]),
        _ => target.to_owned(),
    }
}

/// Our Markdown as Slack's, with commands as they are typed there.
#[must_use]
pub fn from_markdown(markdown: &str) -> String {
    markdown.lines().map(line).collect::<Vec<_>>().join("\n")
}

fn line(line: &str) -> String {
    let bare = line.trim_start();
    let indent = &line[..line.len() - bare.len()];
    match bare.strip_prefix("- ") {
        Some(item) => format!("{indent}• {}", inline(item)),
        None => format!("{indent}{}", inline(bare)),
    }
}

/// The signs of our Markdown, longest first, with Slack's.
const SIGNS: [(&str, &str); 3] = [("**", "*"), ("*", "_"), ("`", "`")];

fn inline(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(next) = rest.chars().next() {
        let span = SIGNS.iter().find_map(|(ours, theirs)| span(rest, ours).map(|it| (it, theirs)));
        if let Some(((inside, after), theirs)) = span {
            let inner = match *theirs {
                "*" => inline(inside),
                "`" => escape(&as_typed(inside)),
                _ => escape(inside),
            };
            out.extend([*theirs, &inner, theirs]);
            rest = after;
        } else {
            out.push_str(&escape(&rest[..next.len_utf8()]));
            rest = &rest[next.len_utf8()..];
        }
    }
    out
}

/// What stands between two equal signs at the beginning of a text, and what follows. Signs that
/// stand alone, as in `5 * 3`, are none.
fn span<'a>(text: &'a str, sign: &str) -> Option<(&'a str, &'a str)> {
    let rest = text.strip_prefix(sign)?;
    let (inside, after) = rest.split_at(rest.find(sign)?);
    let alone = sign == "*" && inside.starts_with('*');
    let tight = !inside.is_empty() && inside.trim() == inside && !alone;
    tight.then(|| (inside, &after[sign.len()..]))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("**bold** and *thin*", "*bold* and _thin_")]
    #[case("- **Skills:** 2", "• *Skills:* 2")]
    #[case("  - nested", "  • nested")]
    #[case("say `a < b` & go", "say `a &lt; b` &amp; go")]
    #[case("5 * 3 * 2", "5 * 3 * 2")]
    #[case("<!channel> <@U1>", "&lt;!channel&gt; &lt;@U1&gt;")]
    #[case("**a *b* c**", "*a _b_ c*")]
    #[case("`**not bold**`", "`**not bold**`")]
    #[case("one\n\ntwo", "one\n\ntwo")]
    #[case("- **Help:** `report`, `?`", "• *Help:* `/maturity report`, `?`")]
    fn our_markdown_reads_as_slacks(#[case] ours: &str, #[case] theirs: &str) {
        assert_eq!(from_markdown(ours), theirs);
    }

    #[rstest]
    #[case("nominate <@U1A|ann> for tooling", "nominate @U1A for tooling")]
    #[case("lead <!subteam^S1|@ops>", "lead @S1")]
    #[case("in <#C1|general>", "in #general")]
    #[case("a &lt; b &amp;&amp; c", "a < b && c")]
    #[case("<https://x.org|x>", "https://x.org")]
    #[case("<!channel>", "@channel")]
    fn words_come_back_as_they_were_typed(#[case] theirs: &str, #[case] plain: &str) {
        assert_eq!(unescape(theirs), plain);
    }

    proptest! {
        #[test]
        fn no_sign_of_slacks_survives(text in "[a-z*`&<>!@|\u{5d0}-\u{5ea}😀 \n-]{0,200}") {
            let shown = from_markdown(&text);
            prop_assert!(!shown.contains('<') && !shown.contains('>'), "{}", shown);
        }
    }
}
