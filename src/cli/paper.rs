//! Words on standard output and standard error, for people and pipes.
//!
//! Whoever reads may have read enough, as `head` has; what cannot be written then is dropped, and
//! the command does the rest of its work.

use std::fmt::Arguments;
use std::io::Write;

/// Writes words to standard output.
pub(super) fn to_output(words: Arguments<'_>) {
    let done = std::io::stdout().lock().write_fmt(words);
    if let Err(error) = done
        && error.kind() != std::io::ErrorKind::BrokenPipe
    {
        to_error(format_args!("error: standard output cannot be written: {error}\n"));
    }
}

/// Writes words to standard error.
pub(super) fn to_error(words: Arguments<'_>) {
    let _ = std::io::stderr().lock().write_fmt(words);
}

/// Prints to standard output, as `print!` does, and never panics.
macro_rules! out {
    ($($words:tt)*) => { $crate::cli::paper::to_output(format_args!($($words)*)) };
}

/// Prints a line to standard output, as `println!` does, and never panics.
macro_rules! outln {
    ($($words:tt)*) => {
        $crate::cli::paper::to_output(format_args!("{}\n", format_args!($($words)*)))
    };
}

/// Prints a line to standard error, as `eprintln!` does, and never panics.
macro_rules! errln {
    ($($words:tt)*) => {
        $crate::cli::paper::to_error(format_args!("{}\n", format_args!($($words)*)))
    };
}

pub(super) use {errln, out, outln};
