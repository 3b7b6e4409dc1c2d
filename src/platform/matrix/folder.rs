//! The folder of the Matrix account below the data folder: session, keys, and who may use them.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::Write;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use serde::{Deserialize, Serialize};

/// What logging in brought; without the store beside it, it is worthless.
#[derive(Clone, Serialize, Deserialize)]
pub struct Session {
    /// The address of the homeserver.
    pub homeserver: String,
    /// The bot's user id.
    pub user: String,
    /// The device that the keys belong to.
    pub device: String,
    /// What the homeserver knows the device by.
    pub access_token: String,
    /// What gets a new access token where they expire.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refresh_token: Option<String>,
    /// The public key of the device, by which a store is known to be its own.
    pub fingerprint: String,
}

/// Where everything of the account lies.
#[derive(Clone, Debug)]
pub struct Folder {
    root: PathBuf,
}

impl Folder {
    /// The folder below a data folder; nothing is made yet.
    #[must_use]
    pub fn below(data_dir: &Path) -> Self {
        Self { root: data_dir.join("matrix") }
    }

    /// Where it is, for messages.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.root
    }

    /// The folder of the store with the keys.
    #[must_use]
    pub fn store(&self) -> PathBuf {
        self.root.join("store")
    }

    fn session_file(&self) -> PathBuf {
        self.root.join("session.json")
    }

    fn key_file(&self) -> PathBuf {
        self.root.join("store.key")
    }

    /// Makes the folder, readable by the bot alone.
    ///
    /// # Errors
    ///
    /// A folder that cannot be made.
    pub fn make(&self) -> anyhow::Result<()> {
        let made = fs::DirBuilder::new().recursive(true).mode(0o700).create(&self.root);
        made.with_context(|| format!("{} cannot be made", self.root.display()))
    }

    /// Takes the folder for this process until the lock is dropped: two processes would spoil the
    /// keys.
    ///
    /// # Errors
    ///
    /// Another process has it, or it cannot be written.
    pub fn lock(&self) -> anyhow::Result<Lock> {
        let path = self.root.join("lock");
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(false).mode(0o600);
        let file =
            options.open(&path).with_context(|| format!("{} cannot be opened", path.display()))?;
        match file.try_lock() {
            Ok(()) => Ok(Lock(file)),
            Err(TryLockError::WouldBlock) => bail!(
                "another process uses {}; stop it first, or give this one a data_dir of its own",
                self.root.display()
            ),
            Err(TryLockError::Error(error)) => {
                Err(error).with_context(|| format!("{} cannot be locked", path.display()))
            }
        }
    }

    /// The session, if the bot is logged in.
    ///
    /// # Errors
    ///
    /// A file that cannot be read.
    pub fn session(&self) -> anyhow::Result<Option<Session>> {
        let path = self.session_file();
        let bytes = match fs::read(&path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(error) => {
                return Err(error).with_context(|| format!("{} cannot be read", path.display()));
            }
        };
        let session = serde_json::from_slice(&bytes).map_err(|_| {
            let mend = "restore the whole folder from a backup, or move it away and log in anew";
            anyhow::anyhow!("{} is damaged; {mend}", path.display())
        });
        session.map(Some)
    }

    /// Keeps the session: whole or not at all, readable by the bot alone.
    ///
    /// # Errors
    ///
    /// A file that cannot be written.
    pub fn keep_session(&self, session: &Session) -> anyhow::Result<()> {
        write_whole(&self.session_file(), &serde_json::to_vec_pretty(session)?)
    }

    /// The key of the store; draws it when there is none and no store either.
    ///
    /// # Errors
    ///
    /// A key that is missing or damaged beside a store.
    pub fn key(&self) -> anyhow::Result<[u8; 32]> {
        let path = self.key_file();
        match fs::read(&path) {
            Ok(bytes) => <[u8; 32]>::try_from(bytes.as_slice()).map_err(|_| {
                anyhow::anyhow!(
                    "{} is damaged; restore the folder from a backup, or move it away and log in \
                     anew with the recovery key",
                    path.display()
                )
            }),
            Err(_) if !self.has_store() => {
                let key = crate::random::bytes::<32>();
                write_whole(&path, &key)?;
                Ok(key)
            }
            Err(error) => Err(error).with_context(|| {
                format!(
                    "{} cannot be read, and without it the store is locked; restore it from a \
                     backup, or move the folder away and log in anew with the recovery key",
                    path.display()
                )
            }),
        }
    }

    /// Whether there is a store with keys.
    #[must_use]
    pub fn has_store(&self) -> bool {
        self.store().join("matrix-sdk-crypto.sqlite3").is_file()
    }

    /// Removes a store that was made just now and holds nothing yet.
    pub fn discard(&self) {
        // What stays is moved out of the way by the next login.
        let _ = fs::remove_dir_all(self.store());
        let _ = fs::remove_file(self.key_file());
    }

    /// Moves the remains of a login that did not come to its end out of the way.
    ///
    /// # Errors
    ///
    /// Files that cannot be moved.
    pub fn set_aside(&self) -> anyhow::Result<()> {
        let mark = crate::random::number();
        for path in [self.store(), self.key_file()] {
            if path.exists() {
                let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
                fs::rename(&path, path.with_file_name(format!("{name}.old-{mark:016x}")))
                    .with_context(|| format!("{} cannot be moved away", path.display()))?;
            }
        }
        Ok(())
    }
}

/// The folder is ours until this is dropped, or the process ends in any way.
#[derive(Debug)]
pub struct Lock(File);

impl Drop for Lock {
    fn drop(&mut self) {
        // If this fails, the end of the process frees the folder.
        let _ = self.0.unlock();
    }
}

/// Writes a file readable by its owner alone, so that it is whole whenever somebody looks.
///
/// # Errors
///
/// A file that cannot be written.
pub fn write_whole(path: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    let part = path.with_extension("part");
    let write = || -> std::io::Result<()> {
        let mut options = OpenOptions::new();
        let mut file = options.write(true).create(true).truncate(true).mode(0o600).open(&part)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::rename(&part, path)?;
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
        File::open(folder.unwrap_or(Path::new(".")))?.sync_all()
    };
    write().with_context(|| format!("{} cannot be written", path.display()))
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    fn folder() -> (tempfile::TempDir, Folder) {
        let data = tempfile::tempdir().unwrap();
        let folder = Folder::below(data.path());
        folder.make().unwrap();
        (data, folder)
    }

    #[test]
    fn a_session_comes_back_and_only_its_owner_reads_it() {
        let (_data, folder) = folder();
        assert!(folder.session().unwrap().is_none());
        let session = Session {
            homeserver: "http://localhost".to_owned(),
            user: "@bot:x".to_owned(),
            device: "D".to_owned(),
            access_token: "secret".to_owned(),
            refresh_token: None,
            fingerprint: "F".to_owned(),
        };
        folder.keep_session(&session).unwrap();
        assert_eq!(folder.session().unwrap().unwrap().device, "D");
        let mode = fs::metadata(folder.session_file()).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }

    #[test]
    fn a_key_is_drawn_once_and_never_beside_a_store() {
        let (_data, folder) = folder();
        let key = folder.key().unwrap();
        assert_eq!(folder.key().unwrap(), key);
        fs::remove_file(folder.key_file()).unwrap();
        fs::create_dir(folder.store()).unwrap();
        fs::write(folder.store().join("matrix-sdk-crypto.sqlite3"), "").unwrap();
        assert!(folder.key().unwrap_err().to_string().contains("recovery key"));
    }

    #[test]
    fn one_process_at_a_time() {
        let (_data, folder) = folder();
        let lock = folder.lock().unwrap();
        assert!(folder.lock().unwrap_err().to_string().contains("another process"));
        drop(lock);
        folder.lock().unwrap();
    }
}
