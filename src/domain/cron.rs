//! Cron expressions as Unix means them, on a timeline without a zone.
//!
//! The `cron` crate does the matching; its own syntax has seconds, counts Sunday as 1 and joins
//! the two day fields with "and". So every field is read here, written out as plain lists, and
//! only then handed to it. Zones and clock changes belong to [`super::schedule`].

use std::fmt;
use std::str::FromStr;
use std::sync::OnceLock;

use chrono::{DateTime, Datelike, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

mod error;
mod field;

pub use error::CronError;
use field::{DAY_OF_MONTH, DAY_OF_WEEK, HOUR, MINUTE, MONTH, Numbers};

/// A five-field cron expression in Unix meaning, with `MON#1` for the first Monday of a month.
///
/// It is stored and compared as its text.
#[derive(Clone, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct CronExpr {
    text: String,
    /// The fields but for the days of the week.
    fields: [Numbers; 4],
    weeks: Weeks,
    /// Made when it is first asked: every team that is read has expressions, and few are matched.
    matcher: OnceLock<Option<cron::Schedule>>,
}

/// For each weekday from Sunday, one bit for each week of a month in which it counts.
type Weeks = [u8; 7];

const EVERY_WEEK: u8 = 0b1_1111;

/// The names that the matcher understands, which unlike its numbers are not off by one.
const MATCHER_DAYS: [&str; 7] = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];

/// An expression must come up within these many days from both of [`NEVER_FROM`].
const NEVER_DAYS: i64 = 5 * 366;

/// Two starts five years apart: a 29 February that falls on one given weekday comes once in 28
/// years, and must not pass because one of the starts lies just before it.
const NEVER_FROM: [i32; 2] = [2024, 2029];

impl CronExpr {
    /// Reads a five-field expression.
    ///
    /// Fields hold `*`, numbers, names of months and weekdays in any case, ranges that may wrap
    /// around (`FRI-MON`), lists and steps; Sunday is 0 or 7.
    ///
    /// # Errors
    ///
    /// A [`CronError`] that says what is wrong and how to mend it.
    pub fn parse(text: &str) -> Result<Self, CronError> {
        Self::read(text)?.if_it_comes_up()
    }

    fn read(text: &str) -> Result<Self, CronError> {
        let parts = five_fields(text)?;
        let [minute, hour, day, month, week] = parts;
        if day != "*" && week != "*" {
            return Err(CronError::BothDays { month: day.to_owned(), week: week.to_owned() });
        }
        let weeks = weeks_of(week)?;
        let fields = [
            MINUTE.parse(minute)?,
            HOUR.parse(hour)?,
            DAY_OF_MONTH.parse(day)?,
            MONTH.parse(month)?,
        ];
        Ok(Self { text: parts.join(" "), fields, weeks, matcher: OnceLock::new() })
    }

    /// It reads any lists within range, so a refusal can only mean "never".
    fn matcher(&self) -> Option<&cron::Schedule> {
        let source = || {
            let [minute, hour, day, month] = self.fields.map(listed);
            format!("0 {minute} {hour} {day} {month} {}", matcher_days(self.weeks))
        };
        self.matcher.get_or_init(|| cron::Schedule::from_str(&source()).ok()).as_ref()
    }

    /// The expression, with single blanks between its fields.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The first matching local time strictly after `local`; `None` when the calendar of the
    /// matcher (1970 to 2100) has no more.
    #[must_use]
    pub fn next_after(&self, local: NaiveDateTime) -> Option<NaiveDateTime> {
        let mut from = local;
        loop {
            let found = self.matcher()?.after(&from.and_utc()).next()?.naive_utc();
            if self.right_week(found.date()) {
                return Some(found);
            }
            from = end_of_day(found.date());
        }
    }

    /// The last matching local time strictly before `local`, in the same calendar.
    #[must_use]
    pub fn previous_before(&self, local: NaiveDateTime) -> Option<NaiveDateTime> {
        let mut to = local;
        loop {
            let found: DateTime<Utc> = self.matcher()?.after(&to.and_utc()).next_back()?;
            let found = found.naive_utc();
            if self.right_week(found.date()) {
                return Some(found);
            }
            to = found.date().and_time(NaiveTime::MIN);
        }
    }

    fn right_week(&self, date: NaiveDate) -> bool {
        let weekday = date.weekday().num_days_from_sunday() as usize;
        self.weeks[weekday] & (1 << (date.day0() / 7)) != 0
    }

    fn if_it_comes_up(self) -> Result<Self, CronError> {
        let comes_up = NEVER_FROM.iter().all(|&year| {
            NaiveDate::from_ymd_opt(year, 1, 1).is_some_and(|day| {
                let start = end_of_day(day - TimeDelta::days(1));
                self.next_after(start).is_some_and(|at| at - start < TimeDelta::days(NEVER_DAYS))
            })
        });
        if comes_up { Ok(self) } else { Err(CronError::Never(self.text)) }
    }
}

fn end_of_day(date: NaiveDate) -> NaiveDateTime {
    date.and_time(NaiveTime::MIN) + TimeDelta::seconds(24 * 3600 - 1)
}

fn five_fields(text: &str) -> Result<[&str; 5], CronError> {
    let fields: Vec<&str> = text.split_whitespace().collect();
    let first = fields.first().copied().unwrap_or_default();
    if first.starts_with('@') {
        return Err(nickname(first));
    }
    if first.contains('=') {
        return Err(CronError::ZoneInside(first.to_owned()));
    }
    <[&str; 5]>::try_from(fields.as_slice()).map_err(|_| CronError::FieldCount {
        text: text.trim().to_owned(),
        found: fields.len(),
        mend: field_count_mend(&fields),
    })
}

fn field_count_mend(fields: &[&str]) -> String {
    let torn = |part: &&str| part.starts_with([',', '-', '/']) || part.ends_with([',', '-', '/']);
    match fields {
        parts if parts.iter().any(torn) => "write lists without blanks, as in `MON,WED`".to_owned(),
        [_, five @ .., _] if five.len() == 5 => {
            format!("without seconds and year it is `{}`", five.join(" "))
        }
        [_, five @ ..] if five.len() == 5 => {
            format!("without seconds it is `{}`", five.join(" "))
        }
        _ => "for Mondays at nine write `0 9 * * MON`".to_owned(),
    }
}

fn nickname(text: &str) -> CronError {
    let five = match text.to_ascii_lowercase().as_str() {
        "@yearly" | "@annually" => "0 9 1 1 *",
        "@monthly" => "0 9 1 * *",
        "@weekly" => "0 9 * * MON",
        "@daily" | "@midnight" => "0 9 * * *",
        "@hourly" => "0 * * * *",
        _ => return nickname_error(text, "write five fields, such as `0 9 * * MON`".to_owned()),
    };
    nickname_error(text, format!("write five fields, for example `{five}`"))
}

fn nickname_error(text: &str, mend: String) -> CronError {
    CronError::Nickname { text: text.to_owned(), mend }
}

fn weeks_of(text: &str) -> Result<Weeks, CronError> {
    let mut weeks = Weeks::default();
    for part in text.split(',') {
        if let Some((day, nth)) = part.split_once('#') {
            let day = DAY_OF_WEEK.value(day, part)?;
            weeks[usize::from(day % 7)] |= 1 << (nth_week(nth, part)? - 1);
        } else {
            for day in DAY_OF_WEEK.expand(part)? {
                weeks[usize::from(day)] = EVERY_WEEK;
            }
        }
    }
    Ok(weeks)
}

fn nth_week(nth: &str, part: &str) -> Result<u8, CronError> {
    match nth.as_bytes() {
        [digit @ b'1'..=b'5'] => Ok(digit - b'0'),
        _ => Err(DAY_OF_WEEK.error(part, "needs a week from 1 to 5 after `#`, as in `MON#1`")),
    }
}

fn matcher_days(weeks: Weeks) -> String {
    let days: Vec<&str> = MATCHER_DAYS
        .into_iter()
        .zip(weeks)
        .filter_map(|(day, weeks)| (weeks != 0).then_some(day))
        .collect();
    days.join(",")
}

fn listed(numbers: Numbers) -> String {
    let numbers = (0..Numbers::BITS).filter(|number| numbers & (1 << number) != 0);
    numbers.map(|number| number.to_string()).collect::<Vec<_>>().join(",")
}

impl fmt::Debug for CronExpr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CronExpr({:?})", self.text)
    }
}

impl fmt::Display for CronExpr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl PartialEq for CronExpr {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for CronExpr {}

impl FromStr for CronExpr {
    type Err = CronError;

    fn from_str(text: &str) -> Result<Self, CronError> {
        Self::parse(text)
    }
}

impl TryFrom<String> for CronExpr {
    type Error = CronError;

    /// Reads a stored expression. That it comes up was seen when it was made, and takes long.
    fn try_from(text: String) -> Result<Self, CronError> {
        Self::read(&text)
    }
}

impl From<CronExpr> for String {
    fn from(expr: CronExpr) -> Self {
        expr.text
    }
}

#[cfg(test)]
mod tests;
