//! The lines of an export file, and the checks that tell a whole file from a broken one.

use std::io::{self, BufRead, Write};

use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};
use thiserror::Error;

use super::keys;
use super::kv::{Batch, Key, Op, StoreError};
use super::meta::SCHEMA;
use super::records::Table;

/// What the header calls itself.
pub const FORMAT: &str = "maturity-bot export";
/// Lines longer than this are not ours: the largest record, as the longest JSON it can become.
const MAX_LINE: u64 = 1024 * 1024;

/// Why an export or import did not succeed.
#[derive(Debug, Error)]
pub enum TransferError {
    /// The store refused.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The file could not be read or written.
    #[error("the export file cannot be used: {0}. Check its path, its owner and free space")]
    Io(#[from] io::Error),
    /// A record has no JSON form.
    #[error("record {key} cannot be exported: {cause}. Run `verify`")]
    Record {
        /// The record's key, in readable form.
        key: String,
        /// What is wrong with it.
        cause: String,
    },
    /// The file is not a whole export. Nothing was imported.
    #[error("line {line} of the export file: {cause}. Nothing was imported; use a whole export")]
    File {
        /// The line, from 1.
        line: u64,
        /// What is wrong with it.
        cause: String,
    },
    /// There are records already. Nothing was imported.
    #[error("the store is not empty. Import into a new data folder")]
    NotEmpty,
    /// Somebody else wrote during the import.
    #[error("the store changed during the import. Remove the data folder and import again")]
    Disturbed,
}

/// The first line.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Header {
    /// [`FORMAT`].
    pub format: String,
    /// The layout of keys and records.
    pub schema: u32,
    /// Names the data, as [`super::meta::StoreMeta::origin`].
    pub store: String,
    /// The next append number, so that no number is ever given twice.
    pub next: u64,
}

/// One record.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Line {
    /// The key in hexadecimal digits.
    pub key: String,
    /// The name of the record's kind.
    pub kind: String,
    /// The version it is stored in.
    pub version: u8,
    /// The record.
    pub value: Value,
}

/// The last line.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Footer {
    count: u64,
    sha256: String,
}

/// Whether a row is the store's own bookkeeping.
pub fn is_own(key: &[u8]) -> bool {
    keys::is_sum(key) || key.starts_with(&keys::key(keys::META).done())
}

/// A writer that hashes what it writes.
pub struct Hashed<W> {
    out: W,
    hasher: Sha256,
}

impl<W: Write> Hashed<W> {
    /// A writer that has written nothing yet.
    pub fn new(out: W) -> Self {
        Self { out, hasher: Sha256::new() }
    }

    /// Writes a line.
    pub fn line(&mut self, line: &impl Serialize) -> Result<(), TransferError> {
        let mut text = serde_json::to_vec(line).map_err(io::Error::from)?;
        text.push(b'\n');
        self.hasher.update(&text);
        Ok(self.out.write_all(&text)?)
    }

    /// Writes the last line.
    pub fn finish(mut self, count: u64) -> Result<(), TransferError> {
        let sha256 = keys::hex(&self.hasher.clone().finalize());
        self.line(&Footer { count, sha256 })?;
        Ok(self.out.flush()?)
    }
}

/// Reads an export line by line and checks it on the way.
pub struct Reader<R> {
    input: R,
    hasher: Sha256,
    line: u64,
    count: u64,
    last: Key,
}

impl<R: BufRead> Reader<R> {
    /// A reader at the start of a file.
    pub fn new(input: R) -> Self {
        Self { input, hasher: Sha256::new(), line: 0, count: 0, last: Key::new() }
    }

    fn wrong(&self, cause: &impl ToString) -> TransferError {
        TransferError::File { line: self.line, cause: cause.to_string() }
    }

    /// The next line with its end; an error if the file stops before its footer.
    fn next(&mut self) -> Result<Vec<u8>, TransferError> {
        self.line += 1;
        let mut text = Vec::new();
        io::Read::take(&mut self.input, MAX_LINE).read_until(b'\n', &mut text)?;
        if text.last() == Some(&b'\n') { Ok(text) } else { Err(self.wrong(&"the file is cut off")) }
    }

    /// The first line, of a format and schema that are known.
    pub fn header(&mut self) -> Result<Header, TransferError> {
        let text = self.next()?;
        self.hasher.update(&text);
        let header: Header = serde_json::from_slice(&text).map_err(|error| self.wrong(&error))?;
        if header.format != FORMAT {
            return Err(self.wrong(&"this is not an export of maturity-bot"));
        }
        if header.schema > SCHEMA {
            return Err(self.wrong(&"a newer program wrote it; import with that one"));
        }
        Ok(header)
    }

    /// The next record; nothing behind the last, once count and hash are right.
    pub fn record(&mut self, table: &Table) -> Result<Option<Op>, TransferError> {
        let text = self.next()?;
        if let Ok(footer) = serde_json::from_slice::<Footer>(&text) {
            self.footer(&footer)?;
            return Ok(None);
        }
        self.hasher.update(&text);
        self.count += 1;
        let line: Line = serde_json::from_slice(&text).map_err(|error| self.wrong(&error))?;
        let key =
            keys::unhex(&line.key).ok_or_else(|| self.wrong(&"its key is not hexadecimal"))?;
        if is_own(&key) || key <= self.last {
            return Err(self.wrong(&"its key is out of order, or the store's own"));
        }
        let value = table
            .from_json(&line.kind, line.version, line.value)
            .map_err(|cause| self.wrong(&cause))?;
        let op = Op::Put(key.clone(), value);
        Batch::of(vec![op.clone()]).check()?;
        self.last = key;
        Ok(Some(op))
    }

    fn footer(&mut self, footer: &Footer) -> Result<(), TransferError> {
        if footer.count != self.count {
            return Err(self.wrong(&format!("{} records, {} expected", self.count, footer.count)));
        }
        if footer.sha256 != keys::hex(&self.hasher.clone().finalize()) {
            return Err(self.wrong(&"the file was changed: its hash does not match"));
        }
        if !self.input.fill_buf()?.is_empty() {
            return Err(self.wrong(&"there is more behind the last line"));
        }
        Ok(())
    }
}

/// Checks a whole file; returns its header and how many records it has.
pub fn check_file(input: impl BufRead, table: &Table) -> Result<(Header, u64), TransferError> {
    let mut reader = Reader::new(input);
    let header = reader.header()?;
    while let Some(op) = reader.record(table)? {
        Batch::of(vec![op]).check()?;
    }
    Ok((header, reader.count))
}
