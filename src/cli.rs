//! The command line: one subcommand per thing an operator can do.

use std::process::ExitCode;

use clap::{Parser, Subcommand};

pub mod check;
pub mod data;
#[cfg(feature = "slack")]
pub mod doctor;
#[cfg(feature = "matrix")]
pub mod matrix;
pub mod next;
mod paper;
mod prompts;
pub mod report;
pub mod run;
pub mod score;
#[cfg(feature = "slack")]
pub mod slack;
mod stored;
pub mod terminal;
pub mod try_out;

/// The arguments of the binary.
#[derive(Debug, Parser)]
#[command(name = "maturity-bot", version, about)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    #[command(name = "try")]
    Try(try_out::Arguments),
    Run(run::Arguments),
    /// Compute the figures of teams from their answers, without any chat.
    Score(score::Arguments),
    Check(check::Arguments),
    Next(next::Arguments),
    Report(report::Arguments),
    Export(data::Export),
    Import(data::Import),
    Verify(data::Verify),
    #[cfg(feature = "matrix")]
    Matrix(matrix::Arguments),
    #[cfg(feature = "slack")]
    Slack(slack::Arguments),
    #[cfg(feature = "slack")]
    Doctor(doctor::Arguments),
}

/// Runs what the arguments ask for. Exit codes: 0 done, 1 it failed, 2 the arguments make no sense.
#[must_use]
pub fn run() -> ExitCode {
    let done = match Arguments::parse().command {
        Command::Try(arguments) => try_out::run(&arguments),
        Command::Run(arguments) => run::run(&arguments),
        Command::Score(arguments) => score::run(&arguments),
        Command::Check(arguments) => check::run(&arguments),
        Command::Next(arguments) => next::run(&arguments),
        Command::Report(arguments) => report::run(&arguments),
        Command::Export(arguments) => data::export(&arguments),
        Command::Import(arguments) => data::import(&arguments),
        Command::Verify(arguments) => data::verify(&arguments),
        #[cfg(feature = "matrix")]
        Command::Matrix(arguments) => matrix::run(&arguments),
        #[cfg(feature = "slack")]
        Command::Slack(arguments) => slack::run(&arguments),
        #[cfg(feature = "slack")]
        Command::Doctor(arguments) => doctor::run(&arguments),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            paper::errln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}
