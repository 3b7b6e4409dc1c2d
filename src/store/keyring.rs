//! The secrets that join people to their answers, kept outside the store.
//!
//! Without its key a pseudonym says nothing, so destroying a key forgets the link everywhere, also
//! in bytes the engine has not yet used again. A key is on disk before anything is said under it.
//! Calls wait for the disk when a key is made or destroyed.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use sha2::{Digest, Sha256};
use thiserror::Error;

use super::files;
use super::keys::hex;
use crate::domain::ids::{EventId, PersonId, RoundId, TeamId};
use crate::random;

mod secret;

pub use secret::{SecretKey, event_digest, pseudonym};

/// Why a key was not had.
#[derive(Debug, Error)]
pub enum KeyError {
    /// The file system refused.
    #[error("key file {path} cannot be used: {cause}. Check its owner, its mode and free space")]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        cause: std::io::Error,
    },
    /// A key file does not hold a key.
    #[error("key file {path} holds {found} bytes, not 32. Put DATA/keys back from a backup")]
    Damaged {
        /// The file.
        path: PathBuf,
        /// Its length.
        found: usize,
    },
}

/// The keys of one data folder, or of memory alone.
#[derive(Debug, Default)]
pub struct Keyring {
    folder: Option<PathBuf>,
    known: Mutex<HashMap<String, SecretKey>>,
}

impl Keyring {
    /// The keys in a folder (`DATA/keys`), made with mode 0700 if it is missing.
    ///
    /// # Errors
    /// What the file system says.
    pub fn open(folder: &Path) -> Result<Self, KeyError> {
        files::make_folder(folder).map_err(io(folder))?;
        Ok(Self { folder: Some(folder.to_owned()), known: Mutex::default() })
    }

    /// Keys that end with the process: for tests and dry runs.
    #[must_use]
    pub fn in_memory() -> Self {
        Self::default()
    }

    /// The keys in a folder as they are now, in memory: what is made or destroyed in the copy
    /// stays there. A folder that is missing has no keys.
    ///
    /// # Errors
    /// See [`KeyError`].
    pub fn copy_in_memory(folder: &Path) -> Result<Self, KeyError> {
        let mut known = HashMap::new();
        let entries = match std::fs::read_dir(folder) {
            Ok(entries) => entries,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                return Ok(Self::default());
            }
            Err(error) => return Err(io(folder)(error)),
        };
        for entry in entries {
            let path = entry.map_err(io(folder))?.path();
            // A draft is a key that was never used.
            let Some(name) = path.file_name().filter(|_| path.extension().is_none()) else {
                continue;
            };
            if let Some(key) = read_key(&path)? {
                known.insert(name.to_string_lossy().into_owned(), key);
            }
        }
        Ok(Self { folder: None, known: Mutex::new(known) })
    }

    /// The key of an anonymous round, made if it is missing.
    ///
    /// # Errors
    /// See [`KeyError`].
    pub fn round_key(&self, round: RoundId) -> Result<SecretKey, KeyError> {
        self.find_or_make(&round_file(round))
    }

    /// The key of an anonymous round, if it was made and not destroyed.
    ///
    /// # Errors
    /// See [`KeyError`].
    pub fn find_round_key(&self, round: RoundId) -> Result<Option<SecretKey>, KeyError> {
        self.find(&mut self.known(), &round_file(round))
    }

    /// The key of a person in a team, made if it is missing.
    ///
    /// # Errors
    /// See [`KeyError`].
    pub fn person_key(&self, team: TeamId, person: &PersonId) -> Result<SecretKey, KeyError> {
        self.find_or_make(&person_file(team, person))
    }

    /// The key of a person in a team, if it was made and not destroyed.
    ///
    /// # Errors
    /// See [`KeyError`].
    pub fn find_person_key(
        &self,
        team: TeamId,
        person: &PersonId,
    ) -> Result<Option<SecretKey>, KeyError> {
        self.find(&mut self.known(), &person_file(team, person))
    }

    /// Forgets who is who in a round, for good; false if it was forgotten before.
    ///
    /// # Errors
    /// See [`KeyError`].
    pub fn destroy_round(&self, round: RoundId) -> Result<bool, KeyError> {
        self.destroy(&round_file(round))
    }

    /// Forgets which answers in a team are a person's, for good; false if there was no key.
    ///
    /// # Errors
    /// See [`KeyError`].
    pub fn destroy_person(&self, team: TeamId, person: &PersonId) -> Result<bool, KeyError> {
        self.destroy(&person_file(team, person))
    }

    /// What is stored of an event that was seen: a keyed hash, for platforms put people's names
    /// and times into their event ids.
    ///
    /// # Errors
    /// See [`KeyError`].
    pub fn event_digest(&self, event: &EventId) -> Result<[u8; 16], KeyError> {
        Ok(event_digest(&self.find_or_make("events")?, event))
    }

    fn find_or_make(&self, name: &str) -> Result<SecretKey, KeyError> {
        let mut known = self.known();
        if let Some(key) = self.find(&mut known, name)? {
            return Ok(key);
        }
        let key = SecretKey(random::bytes());
        if let Some(path) = self.path(name) {
            files::replace_file(&path, &key.0).map_err(io(&path))?;
        }
        known.insert(name.to_owned(), key.clone());
        Ok(key)
    }

    fn find(
        &self,
        known: &mut HashMap<String, SecretKey>,
        name: &str,
    ) -> Result<Option<SecretKey>, KeyError> {
        if let Some(key) = known.get(name) {
            return Ok(Some(key.clone()));
        }
        let Some(path) = self.path(name) else { return Ok(None) };
        let found = read_key(&path)?;
        if let Some(key) = &found {
            known.insert(name.to_owned(), key.clone());
        }
        Ok(found)
    }

    fn destroy(&self, name: &str) -> Result<bool, KeyError> {
        let mut known = self.known();
        let in_memory = known.remove(name).is_some();
        match self.path(name) {
            Some(path) => files::destroy_file(&path).map_err(io(&path)),
            None => Ok(in_memory),
        }
    }

    fn path(&self, name: &str) -> Option<PathBuf> {
        self.folder.as_ref().map(|folder| folder.join(name))
    }

    /// The map is whole between any two of its operations, so a poisoned lock is no danger.
    fn known(&self) -> MutexGuard<'_, HashMap<String, SecretKey>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn round_file(round: RoundId) -> String {
    file_name("round", &round.to_string())
}

fn person_file(team: TeamId, person: &PersonId) -> String {
    file_name("person", &format!("{team}:{person}"))
}

/// File names hold no names of people.
fn file_name(kind: &str, label: &str) -> String {
    let digest = Sha256::digest(format!("{kind}:{label}"));
    format!("{kind}-{}", hex(&digest[..16]))
}

fn read_key(path: &Path) -> Result<Option<SecretKey>, KeyError> {
    match std::fs::read(path) {
        Ok(bytes) => match <[u8; 32]>::try_from(bytes.as_slice()) {
            // A crash between overwriting and removing leaves zeros: that key is destroyed.
            Ok([0, rest @ ..]) if rest == [0; 31] => Ok(None),
            Ok(key) => Ok(Some(SecretKey(key))),
            Err(_) => Err(KeyError::Damaged { path: path.to_owned(), found: bytes.len() }),
        },
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(io(path)(error)),
    }
}

fn io(path: &Path) -> impl FnOnce(std::io::Error) -> KeyError + '_ {
    move |cause| KeyError::Io { path: path.to_owned(), cause }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    const ROUND: RoundId = RoundId { team: TeamId(7), number: 3 };

    fn anna() -> PersonId {
        PersonId::from("slack:UANNA")
    }

    #[test]
    fn a_key_lasts_and_is_its_owners_alone() {
        let folder = tempfile::tempdir().unwrap();
        let ring = folder.path().join("keys");
        let made = Keyring::open(&ring).unwrap().person_key(TeamId(1), &anna()).unwrap();
        let found = Keyring::open(&ring).unwrap().find_person_key(TeamId(1), &anna()).unwrap();
        assert_eq!(found, Some(made));
        assert_eq!(ring.metadata().unwrap().permissions().mode() & 0o777, 0o700);
        for file in std::fs::read_dir(&ring).unwrap() {
            let file = file.unwrap();
            assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o600);
            assert!(!file.file_name().to_string_lossy().contains("ANNA"));
        }
    }

    #[test]
    fn a_destroyed_key_is_gone_from_memory_and_disk() {
        let folder = tempfile::tempdir().unwrap();
        let ring = Keyring::open(folder.path()).unwrap();
        let old = ring.round_key(ROUND).unwrap();
        assert!(ring.destroy_round(ROUND).unwrap());
        assert!(!ring.destroy_round(ROUND).unwrap());
        assert_eq!(ring.find_round_key(ROUND).unwrap(), None);
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
        assert_ne!(ring.round_key(ROUND).unwrap(), old);
    }

    #[test]
    fn a_key_whose_destruction_broke_off_is_destroyed() {
        let folder = tempfile::tempdir().unwrap();
        Keyring::open(folder.path()).unwrap().round_key(ROUND).unwrap();
        let file = std::fs::read_dir(folder.path()).unwrap().next().unwrap().unwrap().path();
        std::fs::write(&file, [0; 32]).unwrap();
        let ring = Keyring::open(folder.path()).unwrap();
        assert_eq!(ring.find_round_key(ROUND).unwrap(), None);
        assert_ne!(ring.round_key(ROUND).unwrap(), SecretKey([0; 32]));
    }

    #[test]
    fn keys_in_memory_behave_alike() {
        let ring = Keyring::in_memory();
        assert_eq!(ring.find_person_key(TeamId(1), &anna()).unwrap(), None);
        let key = ring.person_key(TeamId(1), &anna()).unwrap();
        assert_eq!(ring.person_key(TeamId(1), &anna()).unwrap(), key);
        assert_ne!(ring.person_key(TeamId(2), &anna()).unwrap(), key);
        assert!(ring.destroy_person(TeamId(1), &anna()).unwrap());
    }

    #[test]
    fn a_key_file_of_another_length_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        Keyring::open(folder.path()).unwrap().round_key(ROUND).unwrap();
        let file = std::fs::read_dir(folder.path()).unwrap().next().unwrap().unwrap().path();
        std::fs::write(&file, b"short").unwrap();
        let error = Keyring::open(folder.path()).unwrap().round_key(ROUND).unwrap_err();
        assert!(matches!(error, KeyError::Damaged { found: 5, .. }), "{error}");
    }

    #[test]
    fn a_pseudonym_depends_on_key_person_and_scope() {
        let (one, other) = (SecretKey([1; 32]), SecretKey([2; 32]));
        let name = pseudonym(&one, &anna(), "round 1");
        assert_eq!(pseudonym(&one, &anna(), "round 1"), name);
        assert_ne!(pseudonym(&other, &anna(), "round 1"), name);
        assert_ne!(pseudonym(&one, &anna(), "round 2"), name);
        assert_ne!(pseudonym(&one, &PersonId::from("slack:UBEN"), "round 1"), name);
        assert_ne!(pseudonym(&one, &PersonId::from("b"), "a"), pseudonym(&one, &"".into(), "ab"));
    }

    #[test]
    fn an_events_digest_survives_a_restart() {
        let folder = tempfile::tempdir().unwrap();
        let digest = |id: &str| Keyring::open(folder.path()).unwrap().event_digest(&id.into());
        assert_eq!(digest("Ev1").unwrap(), digest("Ev1").unwrap());
        assert_ne!(digest("Ev1").unwrap(), digest("Ev2").unwrap());
    }

    #[test]
    fn a_copy_in_memory_has_the_keys_and_leaves_the_originals_alone() {
        let folder = tempfile::tempdir().unwrap();
        let ring = Keyring::open(folder.path()).unwrap();
        let key = ring.round_key(ROUND).unwrap();
        let copy = Keyring::copy_in_memory(folder.path()).unwrap();
        assert_eq!(copy.find_round_key(ROUND).unwrap(), Some(key.clone()));
        assert!(copy.destroy_round(ROUND).unwrap());
        copy.person_key(TeamId(1), &anna()).unwrap();
        let ring = Keyring::open(folder.path()).unwrap();
        assert_eq!(ring.find_round_key(ROUND).unwrap(), Some(key));
        assert_eq!(ring.find_person_key(TeamId(1), &anna()).unwrap(), None);
        let none = Keyring::copy_in_memory(&folder.path().join("none")).unwrap();
        assert_eq!(none.find_round_key(ROUND).unwrap(), None);
    }

    #[test]
    fn a_key_shows_nothing_of_itself() {
        assert_eq!(format!("{:?}", SecretKey([7; 32])), "SecretKey(..)");
    }
}
