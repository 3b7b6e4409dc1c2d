//! One field of a cron expression, read into the numbers it stands for.

use super::error::CronError;

/// A set of numbers up to 59: one bit for each.
pub(super) type Numbers = u64;

/// What one of the five fields may hold.
pub(super) struct Field {
    name: &'static str,
    min: u8,
    /// The highest number of the ring, at which ranges wrap around.
    max: u8,
    /// The highest number people may write; a Sunday is also 7.
    highest: u8,
    /// Full names in order from `min`; their first three letters will do.
    names: &'static [&'static str],
}

pub(super) const MINUTE: Field = Field { name: "minute", min: 0, max: 59, highest: 59, names: &[] };

pub(super) const HOUR: Field = Field { name: "hour", min: 0, max: 23, highest: 23, names: &[] };

pub(super) const DAY_OF_MONTH: Field =
    Field { name: "day of month", min: 1, max: 31, highest: 31, names: &[] };

pub(super) const MONTH: Field = Field {
    name: "month",
    min: 1,
    max: 12,
    highest: 12,
    names: &[
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ],
};

pub(super) const DAY_OF_WEEK: Field = Field {
    name: "day of week",
    min: 0,
    max: 6,
    highest: 7,
    names: &["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"],
};

impl Field {
    /// All numbers that a comma-separated list stands for.
    pub(super) fn parse(&self, text: &str) -> Result<Numbers, CronError> {
        let mut numbers = 0;
        for part in text.split(',') {
            numbers |= self.expand(part)?.into_iter().fold(0, |all, number| all | 1 << number);
        }
        Ok(numbers)
    }

    /// The numbers of one part: `*`, a value or a range, the latter two perhaps with a step.
    pub(super) fn expand(&self, part: &str) -> Result<Vec<u8>, CronError> {
        let (range, step) = match part.split_once('/') {
            Some((range, step)) => (range, Some(step)),
            None => (part, None),
        };
        let run = match range.split_once('-') {
            _ if range == "*" => self.run(self.min, self.max),
            Some((low, high)) => self.run(self.value(low, part)?, self.value(high, part)?),
            None => self.single(range, step, part)?,
        };
        let step = step.map_or(Ok(1), |step| self.step(step, run.len(), part))?;
        Ok(run.into_iter().step_by(step).collect())
    }

    /// The number behind a numeral or a name; `part` is quoted when it is none.
    pub(super) fn value(&self, text: &str, part: &str) -> Result<u8, CronError> {
        let number = numeral(text).and_then(|number| u8::try_from(number).ok());
        number
            .filter(|number| (self.min..=self.highest).contains(number))
            .or_else(|| self.named(text))
            .ok_or_else(|| self.error(part, &self.value_mend(part)))
    }

    pub(super) fn error(&self, part: &str, mend: &str) -> CronError {
        CronError::Part { field: self.name, part: part.to_owned(), mend: mend.to_owned() }
    }

    fn named(&self, text: &str) -> Option<u8> {
        let is =
            |name: &&str| text.eq_ignore_ascii_case(name) || text.eq_ignore_ascii_case(&name[..3]);
        (self.min..).zip(self.names).find_map(|(number, name)| is(name).then_some(number))
    }

    /// From `low` to `high`, around the end of the ring when `low` is the greater.
    fn run(&self, low: u8, high: u8) -> Vec<u8> {
        let size = self.max - self.min + 1;
        let on_ring = |value: u8| if value > self.max { value - size } else { value };
        if low <= high {
            (low..=high).map(on_ring).collect()
        } else {
            (low..=self.max).chain(self.min..=high).collect()
        }
    }

    fn single(&self, text: &str, step: Option<&str>, part: &str) -> Result<Vec<u8>, CronError> {
        let value = self.value(text, part)?;
        match step {
            Some(step) => {
                let mend = format!(
                    "steps from a single value; write a range such as `{text}-{}/{step}`",
                    self.max
                );
                Err(self.error(part, &mend))
            }
            None => Ok(self.run(value, value)),
        }
    }

    /// A step must reach a second value: `*/90` minutes would quietly mean once an hour.
    fn step(&self, text: &str, run: usize, part: &str) -> Result<usize, CronError> {
        let most = run.saturating_sub(1).max(1);
        numeral(text).filter(|step| (1..=most).contains(step)).ok_or_else(|| {
            self.error(part, &format!("has no step that fits; its step must be from 1 to {most}"))
        })
    }

    fn value_mend(&self, part: &str) -> String {
        let range = match self.names {
            [] => format!("{} to {}", self.min, self.highest),
            [first, .., last] if self.highest > self.max => {
                format!(
                    "{} to {} (0 and 7 are {first}) or {} to {}",
                    self.min,
                    self.highest,
                    upper(first),
                    upper(last)
                )
            }
            [first, .., last] | [first @ last] => {
                format!("{} to {} or {} to {}", self.min, self.highest, upper(first), upper(last))
            }
        };
        if part.contains('?') {
            return "is not Unix cron; write `*`".to_owned();
        }
        if part.contains(['L', 'W', '#']) && self.named(part).is_none() {
            return format!(
                "is not understood; `L` and `W` do not exist here and `#` goes with one weekday, \
                 as in `MON#1`; values are {range}"
            );
        }
        format!("is not understood; values are {range}")
    }
}

fn upper(name: &str) -> String {
    name[..3].to_ascii_uppercase()
}

/// Digits only, since the standard parser would also take a sign.
fn numeral(text: &str) -> Option<usize> {
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok()).flatten()
}
