//! Spans of time as people type them: `90m`, `36h`, `7d`, `2 weeks`, `1h 30m`.

use chrono::TimeDelta;
use thiserror::Error;

/// Why a typed span is not taken, and what to type instead.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum SpanError {
    /// It reads as no span.
    #[error("`{0}` is no span I know; try `90m`, `36h`, `7d` or `2 weeks`")]
    NotASpan(String),
    /// A span of zero or of more than ten years.
    #[error("`{0}` is too short or too long; a span runs from a minute to ten years")]
    OutOfRange(String),
}

/// The longest span of [`parse_span`]: ten years.
const LONGEST: TimeDelta = TimeDelta::days(3660);

/// A typed span. Its days stand apart, since by them people mean dates, and a day with a clock
/// change has 23 or 25 hours.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Span {
    /// Days, those of weeks and months (30 days) included.
    pub days: u32,
    /// Minutes, those of hours included.
    pub minutes: u32,
}

impl Span {
    /// Its length where every day has 24 hours.
    #[must_use]
    pub fn length(self) -> TimeDelta {
        TimeDelta::days(self.days.into()) + TimeDelta::minutes(self.minutes.into())
    }

    /// With so many of a unit added; numbers beyond all limits stay beyond them.
    fn plus(self, count: u32, unit: &str) -> Option<Self> {
        let Self { days, minutes } = self;
        let add = |sum: u32, each: u32| sum.saturating_add(count.saturating_mul(each));
        Some(match unit {
            "m" | "min" | "mins" | "minute" | "minutes" => Self { days, minutes: add(minutes, 1) },
            "h" | "hr" | "hrs" | "hour" | "hours" => Self { days, minutes: add(minutes, 60) },
            "d" | "day" | "days" => Self { days: add(days, 1), minutes },
            "w" | "wk" | "wks" | "week" | "weeks" => Self { days: add(days, 7), minutes },
            "month" | "months" => Self { days: add(days, 30), minutes },
            _ => return None,
        })
    }
}

/// The sum of pairs of a number and a unit in lower case, with or without blanks between; `None`
/// for any other words.
#[must_use]
pub fn span_of(words: &[&str]) -> Option<Span> {
    let parts: Vec<&str> = words.iter().flat_map(|word| numbers_and_units(word)).collect();
    let (pairs, []) = parts.as_chunks() else { return None };
    if pairs.is_empty() {
        return None;
    }
    pairs.iter().try_fold(Span::default(), |sum, [number, unit]| sum.plus(count(number)?, unit))
}

/// Reads a span such as `90m`, `36h`, `7d`, `2 weeks` or `1h 30m`, up to ten years.
///
/// # Errors
///
/// A [`SpanError`] when it reads as no span, is zero, or is longer than ten years.
pub fn parse_span(text: &str) -> Result<TimeDelta, SpanError> {
    let quoted = || text.trim().to_owned();
    let lower = text.to_lowercase();
    let words: Vec<&str> = lower.split_whitespace().collect();
    let length = span_of(&words).ok_or_else(|| SpanError::NotASpan(quoted()))?.length();
    let fits = length > TimeDelta::zero() && length <= LONGEST;
    if fits { Ok(length) } else { Err(SpanError::OutOfRange(quoted())) }
}

/// A word cut where digits meet anything else: `1h30m` into `1`, `h`, `30`, `m`.
fn numbers_and_units(word: &str) -> impl Iterator<Item = &str> {
    let mut rest = word;
    std::iter::from_fn(move || {
        let digits = rest.chars().next()?.is_ascii_digit();
        let end = rest.find(|c: char| c.is_ascii_digit() != digits).unwrap_or(rest.len());
        let (part, after) = rest.split_at(end);
        rest = after;
        Some(part)
    })
}

/// The number that digits stand for, at most [`u32::MAX`].
fn count(digits: &str) -> Option<u32> {
    let all_digits = digits.bytes().all(|byte| byte.is_ascii_digit());
    all_digits.then(|| digits.parse().unwrap_or(u32::MAX))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("7d", TimeDelta::days(7))]
    #[case("36h", TimeDelta::hours(36))]
    #[case("2 weeks", TimeDelta::weeks(2))]
    #[case("2 months", TimeDelta::days(60))]
    #[case("90m", TimeDelta::minutes(90))]
    #[case(" 1 Day ", TimeDelta::days(1))]
    #[case("1h30m", TimeDelta::minutes(90))]
    #[case("1d 1 h", TimeDelta::hours(25))]
    #[case("10w", TimeDelta::weeks(10))]
    fn spans_are_read(#[case] text: &str, #[case] span: TimeDelta) {
        assert_eq!(parse_span(text), Ok(span));
    }

    #[rstest]
    #[case("", SpanError::NotASpan)]
    #[case("7", SpanError::NotASpan)]
    #[case("d7", SpanError::NotASpan)]
    #[case("1 2d", SpanError::NotASpan)]
    #[case("-1d", SpanError::NotASpan)]
    #[case("7 years", SpanError::NotASpan)]
    #[case("0h", SpanError::OutOfRange)]
    #[case("11000d", SpanError::OutOfRange)]
    #[case("9223372036854775807w", SpanError::OutOfRange)]
    fn other_spans_are_refused(#[case] text: &str, #[case] error: fn(String) -> SpanError) {
        assert_eq!(parse_span(text), Err(error(text.to_owned())));
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..Default::default() })]

        #[test]
        fn whatever_is_typed_gives_a_span_within_ten_years_or_an_error(
            text in "([0-9]{1,20}|[a-zé]{1,4})[ :.-]?([0-9]{0,12}|[dhmw]|weeks)[ -]?[0-9]{0,9}[hd]?"
        ) {
            if let Ok(span) = parse_span(&text) {
                prop_assert!(span > TimeDelta::zero() && span <= LONGEST);
            }
        }
    }
}
