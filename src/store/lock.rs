//! One process to a data folder.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read, Seek, SeekFrom, Write};
use std::os::unix::fs::OpenOptionsExt;

use super::marker::Places;
use super::open_error::OpenError;

/// The data folder is ours until this is dropped, or the process ends in any way.
#[derive(Debug)]
pub struct DataLock(File);

impl Drop for DataLock {
    fn drop(&mut self) {
        // Closing alone would leave it to a child process that is just being started. If this
        // fails, the end of the process frees the folder.
        let _ = self.0.unlock();
    }
}

impl DataLock {
    /// Takes the data folder and writes our process id into the lock file.
    ///
    /// # Errors
    /// [`OpenError::InUse`] with the id of the process that has it.
    pub fn take(places: &Places) -> Result<Self, OpenError> {
        let io = || OpenError::io(&places.lock);
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(false).mode(0o600);
        let mut file = options.open(&places.lock).map_err(io())?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(in_use(places, &mut file)),
            Err(TryLockError::Error(error)) => return Err(io()(error)),
        }
        note_process(&mut file).map_err(io())?;
        Ok(Self(file))
    }
}

fn note_process(file: &mut File) -> std::io::Result<()> {
    file.set_len(0)?;
    file.seek(SeekFrom::Start(0))?;
    writeln!(file, "{}", std::process::id())
}

fn in_use(places: &Places, file: &mut File) -> OpenError {
    let mut text = String::new();
    let holder = match file.read_to_string(&mut text) {
        Ok(_) if !text.trim().is_empty() => format!("process {}", text.trim()),
        _ => "of unknown number".to_owned(),
    };
    OpenError::InUse { folder: places.folder.clone(), holder }
}
