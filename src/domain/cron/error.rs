//! Why a cron expression is not taken, and what to write instead.

use thiserror::Error;

/// Why a text is not a schedule that we run, and how to mend it.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum CronError {
    /// `@weekly` and its like, which hide the hour at which people are disturbed.
    #[error("`{text}` does not say when in the day; {mend}")]
    Nickname {
        /// The nickname as given.
        text: String,
        /// The five-field form to write instead.
        mend: String,
    },
    /// A zone in front of the fields.
    #[error("`{0}` does not belong into the expression; set the time zone of the team instead")]
    ZoneInside(String),
    /// Not exactly five fields.
    #[error(
        "a schedule has five fields (minute, hour, day of month, month, day of week), \
         but `{text}` has {found}; {mend}"
    )]
    FieldCount {
        /// The expression as given.
        text: String,
        /// How many fields it has.
        found: usize,
        /// What to do about it.
        mend: String,
    },
    /// One part of one field cannot be read.
    #[error("{field}: `{part}` {mend}")]
    Part {
        /// The field's name, such as `day of week`.
        field: &'static str,
        /// The part of the field between commas.
        part: String,
        /// What is wrong with it and what to write instead.
        mend: String,
    },
    /// Day of month and day of week are both given; programs disagree on what that means.
    #[error(
        "day of month `{month}` and day of week `{week}` are both given, which some programs read \
         as \"or\" and some as \"and\"; write `*` in one of them, or a numbered weekday such as \
         `MON#1` for the first Monday of the month"
    )]
    BothDays {
        /// The third field.
        month: String,
        /// The fifth field.
        week: String,
    },
    /// No date within five years fits.
    #[error("`{0}` does not come up within five years; choose a day that its months have")]
    Never(String),
}
