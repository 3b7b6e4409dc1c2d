//! The binary: arguments go to [`maturity_bot::cli`], its exit code comes back.

fn main() -> std::process::ExitCode {
    maturity_bot::cli::run()
}
