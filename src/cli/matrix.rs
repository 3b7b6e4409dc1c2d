//! `maturity-bot matrix`: the bot's account on Matrix.

use std::io::{IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;

use anyhow::{Context, bail};
use clap::{Args, Subcommand};

use super::paper::{out, outln};
use super::prompts;
use crate::clock::Clock;
use crate::config::{self, Config, Secret};
use crate::engine::{Drawer, Engine};
use crate::platform::Platform;
use crate::platform::matrix::{Folder, Matrix, PLATFORM, Proof, log_in, write_whole};

/// The bot's account on Matrix.
#[derive(Debug, Args)]
pub struct Arguments {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    Login(Login),
}

/// Log in once: makes the session, the keys, and the recovery.
///
/// Without --password-file and --token-file it asks for the password.
#[derive(Debug, Args)]
struct Login {
    /// The config file, with homeserver and user below [matrix].
    #[arg(long, value_name = "FILE")]
    config: PathBuf,
    /// The file that holds the password; `-` reads it from the input.
    #[arg(long, value_name = "FILE", conflicts_with = "token_file")]
    password_file: Option<PathBuf>,
    /// The file that holds an access token, made for this bot by an identity service.
    #[arg(long, value_name = "FILE", requires = "device")]
    token_file: Option<PathBuf>,
    /// The device that the token belongs to; it must never have been used.
    #[arg(long, value_name = "ID", requires = "token_file")]
    device: Option<String>,
    /// The recovery key: read from this file where it exists, written to it where it does not.
    /// Without it, a new key is printed once.
    #[arg(long, value_name = "FILE")]
    recovery_key_file: Option<PathBuf>,
}

/// Runs the subcommand.
///
/// # Errors
///
/// A config with defects, or an account that cannot be used, each with its mend.
pub fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let Action::Login(arguments) = &arguments.action;
    let loaded = config::load(&arguments.config).map_err(|defects| {
        anyhow::anyhow!("the config cannot be used:\n{}", prompts::lines(&defects))
    })?;
    let Some(settings) = &loaded.config.matrix else {
        bail!("Matrix takes no part; set `enabled = true` below [matrix]");
    };
    let key_file = arguments.recovery_key_file.as_deref();
    let recovery_key = key_file.filter(|path| path.exists()).map(secret).transpose()?;
    let recovers = recovery_key.is_some();
    let proof = proof(arguments, &settings.user)?;
    std::fs::create_dir_all(&loaded.config.data_dir)
        .with_context(|| format!("{} cannot be made", loaded.config.data_dir.display()))?;
    let folder = Folder::below(&loaded.config.data_dir);
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let mut kept = Ok(());
    let hand_out = |key: &Secret| kept = hand_out(key_file, key);
    let account = runtime.block_on(log_in(settings, &folder, proof, recovery_key, hand_out))?;
    outln!("{} is logged in as device {}.", settings.user, account.device);
    outln!("Its fingerprint is {}", account.fingerprint);
    if recovers {
        outln!("The account's identity was recovered.");
    }
    kept?;
    outln!("Next: maturity-bot run --config {}", arguments.config.display());
    Ok(())
}

/// Gives the operator the key of an identity that was just made.
fn hand_out(file: Option<&Path>, key: &Secret) -> anyhow::Result<()> {
    let Some(path) = file else {
        outln!("Recovery key, shown only now; keep it apart:\n{}", key.reveal());
        return Ok(());
    };
    keep(path, key)?;
    outln!("The recovery key was written to {}; keep it apart.", path.display());
    Ok(())
}

/// A key that cannot be written must not be lost: it is shown then.
fn keep(path: &Path, key: &Secret) -> anyhow::Result<()> {
    let line = format!("{}\n", key.reveal());
    if let Err(error) = write_whole(path, line.as_bytes()) {
        outln!("Recovery key, shown only now; keep it apart:\n{}", key.reveal());
        return Err(error);
    }
    Ok(())
}

fn proof(arguments: &Login, user: &str) -> anyhow::Result<Proof> {
    if let (Some(path), Some(device)) = (&arguments.token_file, &arguments.device) {
        return Ok(Proof::Token { token: secret(path)?, device: device.clone() });
    }
    Ok(Proof::Password(match &arguments.password_file {
        Some(path) if path.as_os_str() == "-" => line_of_input()?,
        Some(path) => secret(path)?,
        None => asked(user)?,
    }))
}

fn secret(path: &Path) -> anyhow::Result<Secret> {
    let text = std::fs::read_to_string(path)
        .with_context(|| format!("{} cannot be read", path.display()))?;
    match text.trim() {
        "" => bail!("{} is empty; put the secret into it", path.display()),
        secret => Ok(Secret::new(secret)),
    }
}

/// Asks for the password without showing it.
fn asked(user: &str) -> anyhow::Result<Secret> {
    if !std::io::stdin().is_terminal() {
        bail!("there is no terminal to ask for the password; give it with `--password-file`");
    }
    out!("Password of {user}: ");
    std::io::stdout().flush()?;
    let hidden = echo("-echo");
    let line = line_of_input();
    if hidden {
        echo("echo");
        outln!("");
    }
    line
}

/// Switches the terminal's echo; gives whether that worked.
fn echo(word: &str) -> bool {
    let done = Command::new("stty").arg(word).stdin(Stdio::inherit()).status();
    done.is_ok_and(|status| status.success())
}

fn line_of_input() -> anyhow::Result<Secret> {
    let mut line = String::new();
    std::io::stdin().read_line(&mut line)?;
    match line.trim_end_matches(['\n', '\r']) {
        "" => bail!("the password is empty"),
        password => Ok(Secret::new(password)),
    }
}

/// The platform as `run` needs it.
///
/// # Errors
///
/// The bot is not logged in, or its folder cannot be used.
pub async fn platform(
    settings: &config::Matrix,
    config: &Config,
    engine: &Arc<Engine>,
    clock: &Clock,
) -> anyhow::Result<Arc<dyn Platform>> {
    let memory = Arc::new(Drawer::new(Arc::clone(engine), PLATFORM));
    let voice = (engine.text(), clock.clone());
    let (settings, admins) = (settings.clone(), config.admins.clone());
    let platform = Matrix::resume(settings, admins, &config.data_dir, memory, voice).await?;
    Ok(Arc::new(platform))
}
