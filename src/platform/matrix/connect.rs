//! A client of the SDK over the folder's store, fresh or with the session that logging in left.

use anyhow::{Context, anyhow, bail};
use matrix_sdk::authentication::matrix::MatrixSession;
use matrix_sdk::config::RequestConfig;
use matrix_sdk::encryption::{BackupDownloadStrategy, EncryptionSettings};
use matrix_sdk::ruma::UserId;
use matrix_sdk::store::RoomLoadSettings;
use matrix_sdk::{Client, SessionMeta, SessionTokens, SqliteStoreConfig};

use super::folder::{Folder, Session};
use crate::config::Matrix;

/// A client that knows the homeserver and the store, and nobody yet. `backs_up` lets it make a backup
/// of keys as soon as it is signed in.
///
/// # Errors
///
/// A homeserver that cannot be found, a store that cannot be opened; each with its mend.
pub async fn client(homeserver: &str, folder: &Folder, backs_up: bool) -> anyhow::Result<Client> {
    let key = folder.key()?;
    let store = SqliteStoreConfig::new(folder.store()).key(Some(&key));
    let settings = EncryptionSettings {
        // Logging in makes the identity, and nothing else ever does: a bot that lost its keys
        // must not take new ones in silence.
        auto_enable_cross_signing: false,
        auto_enable_backups: backs_up,
        backup_download_strategy: BackupDownloadStrategy::AfterDecryptionFailure,
    };
    let builder = Client::builder()
        .sqlite_store_with_config_and_cache_path(store, None::<std::path::PathBuf>)
        .with_encryption_settings(settings)
        .handle_refresh_tokens()
        // The operator knows better than the homeserver how it is reached from here.
        .respect_login_well_known(false)
        // Whoever asks decides when to ask again; waiting inside would hold up what waits behind.
        .request_config(RequestConfig::new().disable_retry());
    let builder = if homeserver.contains("://") {
        builder.homeserver_url(homeserver)
    } else {
        builder.server_name_or_homeserver_url(homeserver)
    };
    builder.build().await.map_err(|error| unbuilt(&error, homeserver, folder))
}

fn unbuilt(
    error: &matrix_sdk::ClientBuildError,
    homeserver: &str,
    folder: &Folder,
) -> anyhow::Error {
    use matrix_sdk::ClientBuildError as Error;
    match error {
        Error::SqliteStore(cause) => anyhow!(
            "the store in {} does not open with the key beside it ({cause}); restore both from \
             one backup, or move the folder away and log in anew with the recovery key",
            folder.path().display()
        ),
        other => anyhow!(
            "the homeserver `{homeserver}` was not found ({other}); check `homeserver` below \
             `[matrix]` and the network"
        ),
    }
}

/// The client of the bot that is logged in, with its store known to be its own.
///
/// # Errors
///
/// Nobody is logged in, or session and store do not belong together; no key was touched.
pub async fn restored(settings: &Matrix, folder: &Folder) -> anyhow::Result<(Client, Session)> {
    let user = settings.user.as_str();
    let Some(session) = folder.session()? else {
        bail!("the bot is not logged in to Matrix; run `maturity-bot matrix login` first");
    };
    if session.user != user {
        bail!(
            "{} belongs to {}, and the config names {user}; use that account, or another data_dir",
            folder.path().display(),
            session.user
        );
    }
    if !folder.has_store() {
        bail!(
            "the session in {} has lost its store, and with new keys nobody would trust it; \
             restore the folder from a backup, or move it away and run `maturity-bot matrix \
             login --recovery-key-file FILE`",
            folder.path().display()
        );
    }
    // An address that was written down anew counts; a name need not be looked up again.
    let written = Some(settings.homeserver.as_str()).filter(|it| it.contains("://"));
    let client = client(written.unwrap_or(&session.homeserver), folder, true).await?;
    Ok((client, session))
}

/// Gives the client its session and compares the keys.
///
/// # Errors
///
/// The store belongs to another device.
pub async fn resume(client: &Client, session: &Session, folder: &Folder) -> anyhow::Result<()> {
    let matrix =
        MatrixSession { meta: meta(&session.user, &session.device)?, tokens: tokens(session) };
    let settings = RoomLoadSettings::default();
    client
        .matrix_auth()
        .restore_session(matrix, settings)
        .await
        .map_err(|error| foreign(folder, &error.to_string()))?;
    keep_refreshed(client, session, folder)?;
    let fingerprint = client.encryption().ed25519_key().await.unwrap_or_default();
    if fingerprint != session.fingerprint {
        return Err(foreign(folder, "its key is another"));
    }
    Ok(())
}

fn foreign(folder: &Folder, cause: &str) -> anyhow::Error {
    anyhow!(
        "the store in {} belongs to another device than the session ({cause}); restore both from \
         one backup, or move the folder away and log in anew with the recovery key",
        folder.path().display()
    )
}

/// Who a session is for.
///
/// # Errors
///
/// A user id that is none.
pub fn meta(user: &str, device: &str) -> anyhow::Result<SessionMeta> {
    let user_id = UserId::parse(user).with_context(|| format!("`{user}` is no user id"))?;
    Ok(SessionMeta { user_id, device_id: device.into() })
}

fn tokens(session: &Session) -> SessionTokens {
    let Session { access_token, refresh_token, .. } = session.clone();
    SessionTokens { access_token, refresh_token }
}

/// Keeps the tokens of the session whenever the homeserver gives new ones, before they are used:
/// the old ones hold until then (client-server API, "Refreshing access tokens").
fn keep_refreshed(client: &Client, session: &Session, folder: &Folder) -> anyhow::Result<()> {
    let (session, folder) = (session.clone(), folder.clone());
    let known = tokens(&session);
    let save = move |client: Client| {
        let Some(SessionTokens { access_token, refresh_token }) = client.session_tokens() else {
            return Ok(());
        };
        folder.keep_session(&Session { access_token, refresh_token, ..session.clone() })?;
        Ok(())
    };
    let reload = move |_| Ok(known.clone());
    client.set_session_callbacks(Box::new(reload), Box::new(save))?;
    Ok(())
}
