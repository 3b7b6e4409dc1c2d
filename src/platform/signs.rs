//! The signs of our Markdown, put into another form.

/// Replaces pairs of a sign; a sign without a partner, or before a blank, stays.
#[must_use]
pub fn swap(line: &str, sign: &str, (open, close): (&str, &str)) -> String {
    let mut out = String::new();
    let mut rest = line;
    while let Some((before, after)) = rest.split_once(sign) {
        let starts = after.starts_with(|next: char| !next.is_whitespace());
        if let Some((inner, behind)) =
            after.split_once(sign).filter(|(inner, _)| starts && !inner.is_empty())
        {
            out.extend([before, open, inner, close]);
            rest = behind;
        } else {
            out.extend([before, sign]);
            rest = after;
        }
    }
    out + rest
}
