//! Reads everything in a store and says what is damaged, missing or surplus.

use std::collections::BTreeMap;
use std::fmt;

use super::codec;
use super::keys;
use super::kv::{Key, Kv, StoreError};
use super::meta::{StoreMeta, meta_key};
use super::plan::{self, Sum};
use super::records::Table;

/// Rows read at a time.
const PAGE: usize = 1_000;

/// What a check of a whole store found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// Records read, sums not counted.
    pub records: u64,
    /// Everything that is wrong; empty if the store is whole.
    pub damage: Vec<Damage>,
}

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Damage {
    /// The record's key, or the bucket (table and team) it concerns, in readable form.
    pub place: String,
    /// What is wrong there.
    pub finding: String,
}

impl fmt::Display for Damage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.finding)
    }
}

impl Report {
    /// Whether nothing is wrong.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.damage.is_empty()
    }

    /// What to do about damage.
    #[must_use]
    pub fn remedy(&self) -> &'static str {
        "Keep a copy of the data folder. Then put it back from a backup, or import the last \
         export into an empty folder. What can still be read, `export --incomplete` writes"
    }

    fn add(&mut self, place: &[u8], finding: impl Into<String>) {
        self.damage.push(Damage { place: keys::readable(place), finding: finding.into() });
    }
}

/// Checks every record against its header and its type, and every bucket against its sum.
#[must_use]
pub fn verify(kv: &dyn Kv, table: &Table) -> Report {
    let mut report = Report::default();
    let mut found: BTreeMap<Key, Sum> = BTreeMap::new();
    let mut sums: BTreeMap<Key, Vec<u8>> = BTreeMap::new();
    let read = each_row(kv, |key, value| {
        if keys::is_sum(key) {
            sums.insert(key.to_vec(), value.to_vec());
            return;
        }
        report.records += 1;
        found.entry(keys::sum_key(keys::bucket(key))).or_default().add(key, value);
        if let Err(finding) = check_record(key, value, table) {
            report.add(key, finding);
        }
    });
    match read {
        Ok(()) => check_sums(&mut report, &found, &sums),
        // Without all rows the sums say nothing more.
        Err((near, error)) => report.add(&near, error.to_string()),
    }
    report
}

/// Hands over every row in order, a page at a time.
///
/// # Errors
/// The first key of the page that could not be read, and why.
pub fn each_row(kv: &dyn Kv, mut visit: impl FnMut(&[u8], &[u8])) -> Result<(), (Key, StoreError)> {
    let end = keys::prefix_end(&[]);
    let mut start = Key::new();
    loop {
        let rows = match kv.range(&start, &end, PAGE) {
            Ok(rows) => rows,
            Err(error) => return Err((start, error)),
        };
        for (key, value) in &rows {
            visit(key, value);
        }
        match rows.last() {
            Some((last, _)) if rows.len() == PAGE => start = [last, &[0][..]].concat(),
            _ => return Ok(()),
        }
    }
}

fn check_record(key: &[u8], value: &[u8], table: &Table) -> Result<(), String> {
    let frame = codec::unframe(value)?;
    // The store's own records are in no table but its own.
    if key == plan::counter_key() {
        return plan::next_number(Some(value)).map(drop).map_err(|error| error.to_string());
    }
    if key == meta_key() {
        let meta = codec::decode::<StoreMeta>(key, value);
        return meta.map(drop).map_err(|error| error.to_string());
    }
    table.to_json(frame).map(drop)
}

fn check_sums(report: &mut Report, found: &BTreeMap<Key, Sum>, sums: &BTreeMap<Key, Vec<u8>>) {
    let root_key = keys::sum_key(&[]);
    let mut root = Sum::default();
    for (key, value) in sums.iter().filter(|(key, _)| **key != root_key) {
        root.add(key, value);
        let counted = found.get(key).copied().unwrap_or_default();
        compare(report, key, value, counted);
    }
    for (key, counted) in found.iter().filter(|(key, _)| !sums.contains_key(*key)) {
        report.add(bucket_of(key), format!("{} records, and their sum is missing", counted.count));
    }
    match sums.get(&root_key) {
        Some(value) => compare(report, &root_key, value, root),
        None if found.is_empty() && sums.is_empty() => {}
        None => report.add(&root_key, "the sum of all sums is missing"),
    }
}

fn compare(report: &mut Report, key: &[u8], value: &[u8], counted: Sum) {
    let place = if bucket_of(key).is_empty() { key } else { bucket_of(key) };
    let noted = match Sum::from_bytes(key, value) {
        Ok(sum) => sum,
        Err(error) => return report.add(place, error.to_string()),
    };
    if (noted.count, noted.hash) != (counted.count, counted.hash) {
        report.add(place, mismatch(noted.count, counted.count));
    }
}

fn mismatch(noted: u64, counted: u64) -> String {
    match counted.cmp(&noted) {
        std::cmp::Ordering::Less => {
            format!("records are missing: {counted} of {noted} are here")
        }
        std::cmp::Ordering::Greater => {
            format!("records are surplus: {counted} are here, {noted} were written")
        }
        std::cmp::Ordering::Equal => format!("among {noted} records, some are not as written"),
    }
}

/// A sum's key without the table of sums in front.
fn bucket_of(sum_key: &[u8]) -> &[u8] {
    sum_key.strip_prefix(&keys::sum_key(&[])[..]).unwrap_or(sum_key)
}
