//! Logging in: session, store, cross-signed identity and recovery, all or nothing.

use std::time::Duration;

use anyhow::{Context, anyhow, bail};
use matrix_sdk::authentication::matrix::MatrixSession;
use matrix_sdk::encryption::recovery::{RecoveryError, RecoveryState};
use matrix_sdk::encryption::secret_storage::SecretStorageError;
use matrix_sdk::ruma::api::client::uiaa;
use matrix_sdk::ruma::api::error::ErrorKind;
use matrix_sdk::store::RoomLoadSettings;
use matrix_sdk::{Client, SessionTokens};

use super::folder::{Folder, Session};
use super::{connect, sync};
use crate::config::{Matrix, Secret};

/// How the bot shows that it is who it says.
pub enum Proof {
    /// The account's password.
    Password(Secret),
    /// An access token that an identity service made for this device.
    Token {
        /// The token.
        token: Secret,
        /// The device it belongs to; it must never have had keys.
        device: String,
    },
}

/// What logging in made.
pub struct Account {
    /// The device.
    pub device: String,
    /// The public key of the device, as other clients show it.
    pub fingerprint: String,
}

/// Logs in. With a recovery key the identity is the one that the account had before. Without it one
/// is made, and `hand_out` gets its key as soon as there is one: nothing else leads back to it.
///
/// # Errors
///
/// Each with its mend; what was begun is undone, except for an identity that was made.
pub async fn log_in(
    settings: &Matrix,
    folder: &Folder,
    proof: Proof,
    recovery_key: Option<Secret>,
    hand_out: impl FnOnce(&Secret),
) -> anyhow::Result<Account> {
    folder.make()?;
    let _lock = folder.lock()?;
    if let Some(known) = folder.session()? {
        bail!(
            "{} is logged in already, as device {}; to log in anew, stop the bot, move {} away \
             and come back with `--recovery-key-file`",
            known.user,
            known.device,
            folder.path().display()
        );
    }
    folder.set_aside()?;
    let client = entered(settings, folder, &proof).await.inspect_err(|_| folder.discard())?;
    match found(&client, settings, folder, &proof, (recovery_key, hand_out)).await {
        Ok(account) => Ok(account),
        Err(error) => {
            if matches!(proof, Proof::Password(_)) {
                let _ = client.matrix_auth().logout().await;
            }
            folder.discard();
            Err(error)
        }
    }
}

/// Everything behind the door: identity, recovery, and the session that says it is done.
async fn found(
    client: &Client,
    settings: &Matrix,
    folder: &Folder,
    proof: &Proof,
    (recovery_key, hand_out): (Option<Secret>, impl FnOnce(&Secret)),
) -> anyhow::Result<Account> {
    client.encryption().wait_for_e2ee_initialization_tasks().await;
    // The slowest step comes before the one that cannot be undone. Its filter is that of all later
    // syncs, as some things are told once.
    let first = sync::settings().timeout(Duration::ZERO);
    client.sync_once(first).await.context("the homeserver did not answer the first sync")?;
    match recovery_key {
        Some(key) => recover(client, &key).await?,
        None => hand_out(&establish(client, settings, proof).await?),
    }
    check_signature(client).await?;
    let session = client.matrix_auth().session().context("the session is gone")?;
    let fingerprint = client.encryption().ed25519_key().await.context("the device has no key")?;
    let device = session.meta.device_id.to_string();
    folder.keep_session(&Session {
        homeserver: client.homeserver().to_string(),
        user: session.meta.user_id.to_string(),
        device: device.clone(),
        access_token: session.tokens.access_token,
        refresh_token: session.tokens.refresh_token,
        fingerprint: fingerprint.clone(),
    })?;
    Ok(Account { device, fingerprint })
}

/// A client that is signed in. Where tokens do not last, it is signed in with one that can be
/// renewed; where they do, nothing has to be renewed, and a backup stays good.
async fn entered(settings: &Matrix, folder: &Folder, proof: &Proof) -> anyhow::Result<Client> {
    // The backup is made with the recovery, whose key opens it; one made before would be left behind
    // by a login that fails, and nobody could open it.
    let client = connect::client(&settings.homeserver, folder, false).await?;
    if enter(&client, settings, proof, false).await? {
        return Ok(client);
    }
    let _ = client.matrix_auth().logout().await;
    drop(client);
    folder.discard();
    let client = connect::client(&settings.homeserver, folder, false).await?;
    enter(&client, settings, proof, true).await?;
    Ok(client)
}

/// Signs in; gives whether that lasts, or can be renewed.
async fn enter(
    client: &Client,
    settings: &Matrix,
    proof: &Proof,
    renewable: bool,
) -> anyhow::Result<bool> {
    match proof {
        Proof::Password(password) => {
            let login = client.matrix_auth();
            let login = login.login_username(&settings.user, password.reveal());
            let login = login.initial_device_display_name("maturity-bot");
            let login = if renewable { login.request_refresh_token() } else { login };
            let done = login.send().await.map_err(|error| refused(&error, settings))?;
            Ok(done.expires_in.is_none() || renewable)
        }
        Proof::Token { token, device } => {
            let meta = connect::meta(&settings.user, device)?;
            let access_token = token.reveal().to_owned();
            let tokens = SessionTokens { access_token, refresh_token: None };
            let session = MatrixSession { meta, tokens };
            let auth = client.matrix_auth();
            auth.restore_session(session, RoomLoadSettings::default()).await?;
            check_token(client, settings, device).await?;
            Ok(true)
        }
    }
}

/// Whether a token belongs to the user and device it was given for, before any key is made known.
async fn check_token(client: &Client, settings: &Matrix, device: &str) -> anyhow::Result<()> {
    let who = client.whoami().await.map_err(|error| match error.client_api_error_kind() {
        Some(ErrorKind::UnknownToken(_)) => {
            anyhow!("the homeserver does not know this token; have a new one made")
        }
        _ => anyhow!("the homeserver did not answer ({error}); check `homeserver` and the network"),
    })?;
    if who.user_id.as_str() != settings.user {
        bail!("this token is of {}, not of {}; have one made for it", who.user_id, settings.user);
    }
    if who.device_id.as_ref().is_some_and(|known| known.as_str() != device) {
        bail!("this token is of another device than {device}; name its own with `--device`");
    }
    Ok(())
}

fn refused(error: &matrix_sdk::Error, settings: &Matrix) -> anyhow::Error {
    match error.client_api_error_kind() {
        Some(ErrorKind::Forbidden) => {
            anyhow!("the homeserver refused {} with this password; check both", settings.user)
        }
        Some(ErrorKind::LimitExceeded(_)) => {
            anyhow!("the homeserver wants fewer logins; try again in some minutes")
        }
        Some(kind) => anyhow!(
            "the homeserver refused the login ({kind:?}); if it knows no passwords, use \
             `--token-file` and `--device`"
        ),
        None => anyhow!(
            "the homeserver `{}` did not answer ({error}); check `homeserver` and the network",
            settings.homeserver
        ),
    }
}

/// Makes the account's identity and its recovery; gives the key of the latter.
async fn establish(client: &Client, settings: &Matrix, proof: &Proof) -> anyhow::Result<Secret> {
    let encryption = client.encryption();
    if let Err(error) = encryption.bootstrap_cross_signing_if_needed(None).await {
        let (Some(wanted), Proof::Password(password)) = (error.as_uiaa_response(), proof) else {
            bail!(
                "the homeserver did not let the bot make its identity ({error}); with a token, \
                 allow cross-signing keys to be made for it once"
            );
        };
        let name =
            uiaa::UserIdentifier::Matrix(uiaa::MatrixUserIdentifier::new(settings.user.clone()));
        let mut auth = uiaa::Password::new(name, password.reveal().to_owned());
        auth.session.clone_from(&wanted.session);
        let auth = Some(uiaa::AuthData::Password(auth));
        let made = encryption.bootstrap_cross_signing(auth).await;
        made.context("the homeserver did not let the bot make its identity")?;
    }
    let known = || {
        anyhow!(
            "{} has an identity already, from an earlier login; come back with \
             `--recovery-key-file FILE`, or reset the identity of the account first",
            settings.user
        )
    };
    let complete = encryption.cross_signing_status().await.is_some_and(|it| it.is_complete());
    if !complete || encryption.recovery().state() == RecoveryState::Enabled {
        return Err(known());
    }
    let recovery = encryption.recovery();
    match recovery.enable().wait_for_backups_to_upload().await {
        Ok(key) => Ok(Secret::new(key)),
        Err(RecoveryError::BackupExistsOnServer) => Err(known()),
        Err(error) => Err(error).context("the recovery could not be made"),
    }
}

async fn recover(client: &Client, key: &Secret) -> anyhow::Result<()> {
    let recovery = client.encryption().recovery();
    match recovery.recover_and_fix_backup(key.reveal().trim()).await {
        Ok(()) => Ok(()),
        Err(RecoveryError::SecretStorage(
            SecretStorageError::SecretStorageKey(_) | SecretStorageError::MissingKeyInfo { .. },
        )) => {
            bail!("this recovery key does not open the account's secrets; find the right one")
        }
        Err(error) => Err(error).context("the account's secrets could not be recovered"),
    }
}

/// Whether others can see that the device is the account's own.
async fn check_signature(client: &Client) -> anyhow::Result<()> {
    let encryption = client.encryption();
    let own = client.user_id().context("nobody is logged in")?;
    // What the homeserver tells everybody counts, and not what this client believes it sent.
    let identity = encryption.request_user_identity(own).await;
    identity.context("the homeserver did not give the account's keys")?;
    let device = encryption.get_own_device().await?;
    if !device.is_some_and(|device| device.is_cross_signed_by_owner()) {
        bail!(
            "the device is not signed by the account's identity, so careful clients would not \
             trust it; try again, or come back with `--recovery-key-file`"
        )
    }
    Ok(())
}
