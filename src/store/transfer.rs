//! Exports a store as JSON lines, and imports such a file into an empty store.
//!
//! The first line is a header, then comes every record in the order of keys, then a line with
//! their count and the SHA-256 of all lines before it. The store's own bookkeeping (its id, its
//! sums) is not exported; the header carries what a copy must know of it. So a file imported and
//! exported again is the same, byte for byte.

use std::io::{BufRead, Seek, SeekFrom, Write};

use super::codec;
pub use super::export_file::TransferError;
use super::export_file::{FORMAT, Hashed, Header, Line, Reader, check_file, is_own};
use super::keys;
use super::kv::{Batch, Kv, MAX_OPS, Op, Outcome, StoreError};
use super::meta::{SCHEMA, StoreMeta, meta_key};
use super::plan;
use super::records::Table;
use super::verify::each_row;

/// Writes every record; returns how many. The caller makes the file durable.
///
/// Commits made meanwhile may be in the file or not, so stop the bot or give a copy for a file of
/// one moment.
///
/// # Errors
/// The first record that cannot be read, or a file that cannot be written.
pub fn export(kv: &dyn Kv, table: &Table, out: impl Write) -> Result<u64, TransferError> {
    let mut out = Hashed::new(out);
    out.line(&header_of(kv)?)?;
    let mut count = 0;
    let mut failed = None;
    each_row(kv, |key, value| {
        if failed.is_none() && !is_own(key) {
            count += 1;
            failed = export_row(key, value, table, &mut out).err();
        }
    })
    .map_err(|(_, error)| error)?;
    if let Some(error) = failed {
        return Err(error);
    }
    out.finish(count)?;
    Ok(count)
}

/// Checks a whole export and writes nothing; returns how many records it has.
///
/// # Errors
/// A file that is not a whole export.
pub fn check(table: &Table, input: impl BufRead) -> Result<u64, TransferError> {
    check_file(input, table).map(|(_, count)| count)
}

/// Reads an export into an empty store; returns how many records it has.
///
/// The whole file is checked before the first record is written. If the writing itself breaks
/// off, the store stays marked as half imported and is refused when it is opened.
///
/// # Errors
/// A file that is not a whole export, a store that is not empty or refuses.
pub async fn import<R: BufRead + Seek>(
    kv: &dyn Kv,
    table: &Table,
    mut input: R,
) -> Result<u64, TransferError> {
    refuse_filled(kv)?;
    let (header, count) = check_file(&mut input, table)?;
    let meta = meta_of(kv)?;
    write_meta(kv, StoreMeta { importing: true, ..meta.clone() }, None).await?;
    input.seek(SeekFrom::Start(0))?;
    let mut importer = Importer { kv, ops: Vec::new() };
    let mut reader = Reader::new(&mut input);
    reader.header()?;
    while let Some(op) = reader.record(table)? {
        importer.add(op).await?;
    }
    importer.flush().await?;
    let done = StoreMeta { importing: false, origin: header.store, ..meta };
    write_meta(kv, done, Some(header.next)).await?;
    Ok(count)
}

fn header_of(kv: &dyn Kv) -> Result<Header, TransferError> {
    let next = plan::next_number(kv.get(&plan::counter_key())?.as_deref())?;
    let store = meta_of(kv)?.origin;
    Ok(Header { format: FORMAT.to_owned(), schema: SCHEMA, store, next })
}

fn meta_of(kv: &dyn Kv) -> Result<StoreMeta, StoreError> {
    let none = StoreMeta {
        id: "memory".to_owned(),
        origin: "memory".to_owned(),
        schema: SCHEMA,
        importing: false,
    };
    let stored = kv.get(&meta_key())?;
    stored.map_or(Ok(none), |bytes| codec::decode(&meta_key(), &bytes))
}

fn export_row<W: Write>(
    key: &[u8],
    value: &[u8],
    table: &Table,
    out: &mut Hashed<W>,
) -> Result<(), TransferError> {
    let unreadable = |cause: String| TransferError::Record { key: keys::readable(key), cause };
    let frame = codec::unframe(value).map_err(|cause| unreadable(cause.to_owned()))?;
    let (kind, value) = table.to_json(frame).map_err(unreadable)?;
    let (key, kind) = (keys::hex(key), kind.to_owned());
    out.line(&Line { key, kind, version: frame.version, value })
}

fn refuse_filled(kv: &dyn Kv) -> Result<(), TransferError> {
    // A new store holds at most its own three rows: what it knows of itself, and two sums.
    let rows = kv.range(&[], &keys::prefix_end(&[]), 16)?;
    let filled = rows.iter().any(|(key, _)| !is_own(key) || *key == plan::counter_key());
    if filled { Err(TransferError::NotEmpty) } else { Ok(()) }
}

async fn write_meta(kv: &dyn Kv, meta: StoreMeta, next: Option<u64>) -> Result<(), TransferError> {
    let mut ops = vec![Op::Put(meta_key(), codec::encode(&meta_key(), &meta)?)];
    // A counter that never counted is not written, so that a copy is like its original.
    if let Some(next) = next.filter(|next| *next > 1) {
        ops.push(Op::Put(plan::counter_key(), plan::counter_bytes(next)));
    }
    commit(kv, ops).await
}

async fn commit(kv: &dyn Kv, ops: Vec<Op>) -> Result<(), TransferError> {
    match kv.commit(Batch::of(ops)).await? {
        Outcome::Committed { .. } => Ok(()),
        Outcome::Conflict => Err(TransferError::Disturbed),
    }
}

/// Collects records into batches of the largest size.
struct Importer<'a> {
    kv: &'a dyn Kv,
    ops: Vec<Op>,
}

impl Importer<'_> {
    async fn add(&mut self, op: Op) -> Result<(), TransferError> {
        self.ops.push(op);
        if self.ops.len() < MAX_OPS { Ok(()) } else { self.flush().await }
    }

    async fn flush(&mut self) -> Result<(), TransferError> {
        commit(self.kv, std::mem::take(&mut self.ops)).await
    }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::super::keys::{appended, key};
    use super::super::memory::MemoryKv;
    use super::super::open_error::OpenError;
    use super::super::sled::SledKv;
    use super::super::testing::{NOTES, commit, dump, note_bytes, note_key, open, options, put};
    use super::super::verify::verify;
    use super::*;

    async fn original() -> MemoryKv {
        let kv = MemoryKv::new();
        let old = codec::frame(200, 1, &postcard::to_stdvec("written long ago").unwrap());
        commit(&kv, vec![Op::Put(note_key(9, 9), old)]).await;
        for team in 0..5_u32 {
            commit(&kv, (0..40).map(|n| put(note_key(team, n), "ä \u{1F600} \0")).collect()).await;
        }
        let prefix = key("out").text("room").done();
        let append = Op::Append { prefix: prefix.clone(), value: note_bytes("x") };
        let numbers = commit(&kv, vec![append.clone(), append]).await;
        commit(&kv, vec![Op::Delete(appended(&prefix, numbers[1]))]).await;
        kv
    }

    fn text_of(kv: &dyn Kv) -> Vec<u8> {
        let mut text = Vec::new();
        export(kv, &NOTES, &mut text).unwrap();
        text
    }

    #[tokio::test]
    async fn an_export_comes_back_byte_for_byte() {
        let text = text_of(&original().await);
        let folder = tempfile::tempdir().unwrap();
        let copy = open(folder.path());
        assert_eq!(import(&copy, &NOTES, Cursor::new(&text)).await.unwrap(), 202);
        assert_eq!(text_of(&copy), text);
        assert_eq!(verify(&copy, &NOTES).damage, vec![]);
        drop(copy);
        let copy = open(folder.path());
        assert_eq!(text_of(&copy), text);
        let append = Op::Append { prefix: key("out").done(), value: note_bytes("x") };
        assert_eq!(commit(&copy, vec![append]).await, [3], "a deleted number is not given again");
    }

    #[tokio::test]
    async fn an_export_reads_as_lines_of_json() {
        let kv = MemoryKv::new();
        commit(&kv, vec![put(note_key(1, 2), "hello")]).await;
        let text = String::from_utf8(text_of(&kv)).unwrap();
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(
            lines[..2],
            [
                r#"{"format":"maturity-bot export","schema":1,"store":"memory","next":1}"#,
                concat!(
                    r#"{"key":"026e6f7465000400000001040000000"#,
                    r#"2","kind":"note","version":2,"value":{"share":0.1,"text":"hello"}}"#
                ),
            ]
        );
        assert!(lines[2].starts_with(r#"{"count":1,"sha256":""#));
        assert_eq!(lines.len(), 3);
    }

    #[tokio::test]
    async fn a_file_that_is_not_whole_is_refused_and_nothing_imported() {
        let text = String::from_utf8(text_of(&original().await)).unwrap();
        let lines: Vec<&str> = text.split_inclusive('\n').collect();
        let without = |line: usize| [&lines[..line], &lines[line + 1..]].concat().concat();
        let mut swapped = lines.clone();
        swapped.swap(3, 4);
        let bad = [
            String::new(),
            text[..text.len() / 2].to_owned(),
            lines[..lines.len() - 1].concat(),
            without(0),
            without(5),
            swapped.concat(),
            text.replacen("0.1", "0.2", 1),
            text.replacen("note", "nose", 1),
            text.replacen(r#""schema":1"#, r#""schema":2"#, 1),
            format!("{text}\n"),
        ];
        for bad in bad {
            let kv = MemoryKv::new();
            let error = import(&kv, &NOTES, Cursor::new(&bad)).await.unwrap_err();
            assert!(matches!(error, TransferError::File { .. }), "{error}");
            assert_eq!(dump(&kv), vec![]);
        }
    }

    #[tokio::test]
    async fn a_store_with_records_takes_no_import() {
        let kv = original().await;
        let text = text_of(&kv);
        let error = import(&kv, &NOTES, Cursor::new(&text)).await.unwrap_err();
        assert!(matches!(error, TransferError::NotEmpty));
    }

    #[tokio::test]
    async fn a_store_whose_import_broke_off_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let kv = open(folder.path());
        let meta = StoreMeta { importing: true, ..meta_of(&kv).unwrap() };
        write_meta(&kv, meta, None).await.unwrap();
        drop(kv);
        let error = SledKv::open(folder.path(), &options()).err().unwrap();
        assert!(matches!(error, OpenError::HalfImported { .. }), "{error}");
    }
}
