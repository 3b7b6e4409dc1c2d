//! A unit of work: reads and writes of one decision, made into one conditional batch.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::Arc;

use super::codec::{self, Record};
use super::keys;
use super::kv::{Batch, Expect, Key, Kv, Op, StoreError, range_hash, value_hash};

/// Reads through to the store, remembers what it read, and holds its writes back.
///
/// It sees its own puts and deletes, also in scans; an append has no key before the commit and is
/// not seen. Methods take `&self`, so that a decision can hand one unit of work to many helpers.
pub struct Tx<'a> {
    kv: &'a dyn Kv,
    /// Whether what is read becomes a condition of the commit.
    binds: bool,
    /// [`Kv::groups`] before anything was read.
    since: Option<u64>,
    work: RefCell<Work>,
}

/// Records with their keys, and what is wrong with others.
pub type Apart<R> = (Vec<(Key, R)>, Vec<StoreError>);

/// Keys and values in order.
type Rows = Arc<[(Key, Vec<u8>)]>;

#[derive(Default)]
struct Work {
    /// What single reads saw; a second read of the same key sees the same.
    seen: BTreeMap<Key, Option<Vec<u8>>>,
    /// What scans saw; a second scan of the same range sees the same.
    ranges: Vec<Scanned>,
    writes: BTreeMap<Key, Option<Vec<u8>>>,
    appends: Vec<Op>,
}

/// A range that was read, up to a number of rows.
#[derive(Clone)]
struct Scanned {
    start: Key,
    end: Key,
    page: usize,
    rows: Rows,
}

impl Scanned {
    /// The first key behind what was read: behind the last row of a full page, others may come
    /// and go.
    fn covered(&self) -> Key {
        match self.rows.last() {
            Some((last, _)) if self.rows.len() == self.page => after(last),
            _ => self.end.clone(),
        }
    }

    fn into_expect(self) -> Expect {
        let seen = range_hash(self.rows.iter().map(|(key, value)| (key, value)));
        Expect::Range { end: self.covered(), start: self.start, seen }
    }
}

impl<'a> Tx<'a> {
    /// An empty unit of work.
    #[must_use]
    pub fn new(kv: &'a dyn Kv) -> Self {
        Self { kv, binds: true, since: kv.groups(), work: RefCell::default() }
    }

    /// A look around: what it reads is remembered nowhere and is no condition of anything.
    #[must_use]
    pub fn glance(kv: &'a dyn Kv) -> Self {
        Self { binds: false, ..Self::new(kv) }
    }

    /// The record under a key.
    ///
    /// # Errors
    /// A store that cannot be read, or a damaged record.
    pub fn get<R: Record>(&self, key: &[u8]) -> Result<Option<R>, StoreError> {
        self.bytes(key)?.map(|bytes| codec::decode(key, &bytes)).transpose()
    }

    /// Whether there is a record under a key.
    ///
    /// # Errors
    /// A store that cannot be read.
    pub fn exists(&self, key: &[u8]) -> Result<bool, StoreError> {
        Ok(self.bytes(key)?.is_some())
    }

    /// Writes a record.
    ///
    /// # Errors
    /// A record that is too large.
    pub fn put<R: Record>(&self, key: Key, record: &R) -> Result<(), StoreError> {
        let bytes = codec::encode(&key, record)?;
        self.work.borrow_mut().writes.insert(key, Some(bytes));
        Ok(())
    }

    /// Removes a record, if there is one.
    pub fn delete(&self, key: Key) {
        self.work.borrow_mut().writes.insert(key, None);
    }

    /// Writes a record under a number that the store gives at the commit.
    ///
    /// # Errors
    /// A record that is too large.
    pub fn append<R: Record>(&self, prefix: Key, record: &R) -> Result<(), StoreError> {
        let value = codec::encode(&prefix, record)?;
        self.work.borrow_mut().appends.push(Op::Append { prefix, value });
        Ok(())
    }

    /// All records whose keys begin with `prefix`, in order.
    ///
    /// # Errors
    /// A store that cannot be read, or a damaged record.
    pub fn scan<R: Record>(&self, prefix: &[u8]) -> Result<Vec<(Key, R)>, StoreError> {
        self.scan_range(prefix, &keys::prefix_end(prefix), usize::MAX)
    }

    /// The first records whose keys begin with `prefix`, at most `limit`, in order, and what is
    /// wrong with those among them that cannot be read.
    ///
    /// # Errors
    /// A store that cannot be read.
    pub fn scan_apart<R: Record>(
        &self,
        prefix: &[u8],
        limit: usize,
    ) -> Result<Apart<R>, StoreError> {
        self.scan_apart_from(prefix, &keys::prefix_end(prefix), limit)
    }

    /// At most `limit` records from `start` up to, not including, `end`, in order, and what is
    /// wrong with those among them that cannot be read.
    ///
    /// # Errors
    /// A store that cannot be read.
    pub fn scan_apart_from<R: Record>(
        &self,
        start: &[u8],
        end: &[u8],
        limit: usize,
    ) -> Result<Apart<R>, StoreError> {
        let (mut sound, mut damaged) = (Vec::new(), Vec::new());
        for (key, bytes) in self.rows(start, end, limit)?.iter() {
            match codec::decode(key, bytes) {
                Ok(record) => sound.push((key.clone(), record)),
                Err(error) => damaged.push(error),
            }
        }
        Ok((sound, damaged))
    }

    /// At most `limit` records from `start` up to, not including, `end`, in order.
    ///
    /// # Errors
    /// A store that cannot be read, or a damaged record.
    pub fn scan_range<R: Record>(
        &self,
        start: &[u8],
        end: &[u8],
        limit: usize,
    ) -> Result<Vec<(Key, R)>, StoreError> {
        let rows = self.rows(start, end, limit)?;
        rows.iter().map(|(key, bytes)| Ok((key.clone(), codec::decode(key, bytes)?))).collect()
    }

    /// All keys that begin with `prefix`, in order.
    ///
    /// # Errors
    /// A store that cannot be read.
    pub fn keys(&self, prefix: &[u8]) -> Result<Vec<Key>, StoreError> {
        self.keys_range(prefix, &keys::prefix_end(prefix), usize::MAX)
    }

    /// At most `limit` keys from `start` up to, not including, `end`, in order.
    ///
    /// # Errors
    /// A store that cannot be read.
    pub fn keys_range(
        &self,
        start: &[u8],
        end: &[u8],
        limit: usize,
    ) -> Result<Vec<Key>, StoreError> {
        Ok(self.rows(start, end, limit)?.iter().map(|(key, _)| key.clone()).collect())
    }

    /// How many operations the batch will have; at most [`super::kv::MAX_OPS`] are taken.
    #[must_use]
    pub fn ops(&self) -> usize {
        let work = self.work.borrow();
        work.writes.len() + work.appends.len()
    }

    /// The batch: puts and deletes in key order, then appends in the order they were made, on
    /// condition that everything read is unchanged.
    #[must_use]
    pub fn into_batch(self) -> Batch {
        let work = self.work.into_inner();
        let values = work
            .seen
            .into_iter()
            .map(|(key, value)| Expect::Value { key, seen: value.as_deref().map(value_hash) });
        let writes = work.writes.into_iter().map(|(key, value)| match value {
            Some(value) => Op::Put(key, value),
            None => Op::Delete(key),
        });
        Batch {
            since: self.since,
            expects: values.chain(work.ranges.into_iter().map(Scanned::into_expect)).collect(),
            ops: writes.chain(work.appends).collect(),
        }
    }

    fn bytes(&self, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        let mut work = self.work.borrow_mut();
        if let Some(known) = work.writes.get(key).or_else(|| work.seen.get(key)) {
            return Ok(known.clone());
        }
        let value = self.kv.get(key)?;
        if self.binds {
            work.seen.insert(key.to_vec(), value.clone());
        }
        Ok(value)
    }

    /// What the store holds in a range, with our own writes laid over it. As many more rows are
    /// read as we may hide by deleting.
    fn rows(&self, start: &[u8], end: &[u8], limit: usize) -> Result<Rows, StoreError> {
        if start >= end || limit == 0 {
            return Ok(Rows::default());
        }
        let mut work = self.work.borrow_mut();
        let ours: Vec<_> = work.writes.range(start.to_vec()..end.to_vec()).map(cloned).collect();
        let hidden = ours.iter().filter(|(_, value)| value.is_none()).count();
        let page = limit.saturating_add(hidden);
        let scanned = self.scanned(&mut work, start, end, page)?;
        if ours.is_empty() {
            return Ok(scanned.rows);
        }
        Ok(overlaid(&scanned.rows, ours, &scanned.covered(), limit))
    }

    /// A range as the store holds it.
    fn scanned(
        &self,
        work: &mut Work,
        start: &[u8],
        end: &[u8],
        page: usize,
    ) -> Result<Scanned, StoreError> {
        let same = |it: &&Scanned| it.page == page && it.start == start && it.end == end;
        if let Some(known) = work.ranges.iter().find(same) {
            return Ok(known.clone());
        }
        let rows = self.kv.range(start, end, page)?.into();
        let scanned = Scanned { start: start.to_vec(), end: end.to_vec(), page, rows };
        if self.binds {
            work.ranges.push(scanned.clone());
        }
        Ok(scanned)
    }
}

fn cloned((key, value): (&Key, &Option<Vec<u8>>)) -> (Key, Option<Vec<u8>>) {
    (key.clone(), value.clone())
}

/// The first key behind `key`.
fn after(key: &[u8]) -> Key {
    [key, &[0]].concat()
}

/// Lays writes over stored rows. Writes behind the last row read wait for a later page.
fn overlaid(
    stored: &[(Key, Vec<u8>)],
    ours: Vec<(Key, Option<Vec<u8>>)>,
    covered: &Key,
    limit: usize,
) -> Rows {
    let mut rows: BTreeMap<Key, Vec<u8>> = stored.iter().cloned().collect();
    for (key, value) in ours.into_iter().filter(|(key, _)| key < covered) {
        match value {
            Some(value) => rows.insert(key, value),
            None => rows.remove(&key),
        };
    }
    rows.into_iter().take(limit).collect()
}

#[cfg(test)]
mod tests {
    use super::super::keys::key;
    use super::super::kv::Outcome;
    use super::super::memory::MemoryKv;
    use super::super::testing::{Note, commit, note, note_key, open, put};
    use super::*;

    async fn three() -> MemoryKv {
        let kv = MemoryKv::new();
        fill(&kv).await;
        kv
    }

    async fn fill(kv: &dyn Kv) {
        commit(kv, (1..=3).map(|n| put(note_key(1, n), &n.to_string())).collect()).await;
    }

    fn texts(rows: Vec<(Key, Note)>) -> String {
        rows.into_iter().map(|(_, note)| note.text).collect::<Vec<_>>().join(" ")
    }

    fn team() -> Key {
        key("note").u32(1).done()
    }

    #[tokio::test]
    async fn it_sees_its_own_writes_and_the_store_does_not() {
        let kv = three().await;
        let tx = Tx::new(&kv);
        tx.put(note_key(1, 2), &note("two")).unwrap();
        tx.put(note_key(1, 9), &note("nine")).unwrap();
        tx.delete(note_key(1, 1));
        tx.append(team(), &note("later")).unwrap();
        assert_eq!(tx.get::<Note>(&note_key(1, 1)).unwrap(), None);
        assert_eq!(tx.get(&note_key(1, 9)).unwrap(), Some(note("nine")));
        assert_eq!(texts(tx.scan(&team()).unwrap()), "two 3 nine");
        assert_eq!(tx.keys(&team()).unwrap(), [2, 3, 9].map(|n| note_key(1, n)));
        assert_eq!(tx.ops(), 4);
        assert_eq!(texts(Tx::new(&kv).scan(&team()).unwrap()), "1 2 3");
        kv.commit(tx.into_batch()).await.unwrap();
        assert_eq!(texts(Tx::new(&kv).scan(&team()).unwrap()), "two 3 nine later");
    }

    #[tokio::test]
    async fn a_page_is_full_although_its_first_rows_are_deleted() {
        let kv = three().await;
        let tx = Tx::new(&kv);
        tx.delete(note_key(1, 1));
        tx.put(note_key(1, 8), &note("eight")).unwrap();
        let page =
            |limit| texts(tx.scan_range(&team(), &keys::prefix_end(&team()), limit).unwrap());
        assert_eq!(page(0), "");
        assert_eq!(page(1), "2");
        assert_eq!(page(2), "2 3");
        assert_eq!(page(3), "2 3 eight");
        assert_eq!(page(9), "2 3 eight");
    }

    #[tokio::test]
    async fn it_conflicts_with_changes_to_what_it_read_and_with_no_others() {
        type Read = fn(&Tx<'_>);
        let get: Read = |tx| drop(tx.get::<Note>(&note_key(1, 1)).unwrap());
        let absent: Read = |tx| drop(tx.get::<Note>(&note_key(1, 9)).unwrap());
        let scan: Read = |tx| drop(tx.scan::<Note>(&team()).unwrap());
        let first: Read = |tx| drop(tx.keys_range(&team(), &keys::prefix_end(&team()), 1).unwrap());
        for (read, change, conflict) in [
            (get, note_key(1, 1), true),
            (get, note_key(1, 2), false),
            (absent, note_key(1, 9), true),
            (scan, note_key(1, 2), true),
            (scan, note_key(1, 7), true),
            (scan, note_key(2, 1), false),
            (first, note_key(1, 0), true),
            (first, note_key(1, 2), false),
        ] {
            let folder = tempfile::tempdir().unwrap();
            let stores: [&dyn Kv; 2] = [&MemoryKv::new(), &open(folder.path())];
            for kv in stores {
                fill(kv).await;
                let tx = Tx::new(kv);
                read(&tx);
                commit(kv, vec![put(change.clone(), "changed")]).await;
                let outcome = kv.commit(tx.into_batch()).await.unwrap();
                assert_eq!(outcome == Outcome::Conflict, conflict, "{}", keys::readable(&change));
            }
        }
    }

    #[tokio::test]
    async fn a_look_around_is_no_condition() {
        let kv = three().await;
        let tx = Tx::glance(&kv);
        tx.get::<Note>(&note_key(1, 1)).unwrap();
        assert_eq!(texts(tx.scan(&team()).unwrap()), "1 2 3");
        assert_eq!(tx.into_batch(), Batch::default());
    }

    #[tokio::test]
    async fn a_second_read_sees_what_the_first_saw() {
        let kv = three().await;
        let tx = Tx::new(&kv);
        let before: Option<Note> = tx.get(&note_key(1, 1)).unwrap();
        commit(&kv, vec![put(note_key(1, 1), "changed")]).await;
        assert_eq!(tx.get(&note_key(1, 1)).unwrap(), before);
    }
}
