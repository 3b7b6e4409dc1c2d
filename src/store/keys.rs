//! Builds keys out of segments, so that order, prefixes and readable names all hold.
//!
//! Every segment begins with a byte that tells its type; numbers are big-endian; text ends with a
//! zero byte, a zero inside it being written as `00 FF`. So segments sort as their values do, and
//! a key that ends after a segment is a prefix of exactly the keys that continue it: the prefix of
//! `team/7` never catches `team/70`.

use crate::domain::ids::{Pseudonym, RoundId, TeamId};

/// The name of one value in the store.
pub type Key = Vec<u8>;

const TEXT: u8 = 0x02;
const U32: u8 = 0x04;
const U64: u8 = 0x08;
const LABEL: u8 = 0x10;

/// First segment of the store's own sums; nobody else may write under it.
pub const SUM: &str = "sum";
/// First segment of what the store knows of itself: its id, schema and append counter.
pub const META: &str = "meta";

/// A key, or the prefix of keys, under construction.
#[derive(Clone, Debug)]
#[must_use]
pub struct KeyBuilder(Key);

/// One part of a key, read back.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Segment {
    /// A name, or an id that is text.
    Text(String),
    /// A team, round or other small number.
    U32(u32),
    /// An instant in milliseconds, or a number given by the store.
    U64(u64),
    /// A pseudonym or another eight-byte label.
    Label([u8; 8]),
}

/// Begins a key with the name of its table.
pub fn key(table: &str) -> KeyBuilder {
    KeyBuilder(Vec::new()).text(table)
}

impl KeyBuilder {
    /// Adds a text segment.
    pub fn text(mut self, text: &str) -> Self {
        self.0.push(TEXT);
        for byte in text.bytes() {
            self.0.push(byte);
            if byte == 0 {
                self.0.push(0xFF);
            }
        }
        self.0.push(0);
        self
    }

    /// Adds a 32-bit number.
    pub fn u32(self, number: u32) -> Self {
        self.fixed(U32, &number.to_be_bytes())
    }

    /// Adds a 64-bit number.
    pub fn u64(self, number: u64) -> Self {
        self.fixed(U64, &number.to_be_bytes())
    }

    /// Adds a team.
    pub fn team(self, team: TeamId) -> Self {
        self.u32(team.0)
    }

    /// Adds a round: its team, then its number.
    pub fn round(self, round: RoundId) -> Self {
        self.team(round.team).u32(round.number)
    }

    /// Adds a pseudonym.
    pub fn pseudonym(self, pseudonym: Pseudonym) -> Self {
        self.fixed(LABEL, &pseudonym.0)
    }

    /// The finished key or prefix.
    #[must_use]
    pub fn done(self) -> Key {
        self.0
    }

    fn fixed(mut self, tag: u8, bytes: &[u8]) -> Self {
        self.0.push(tag);
        self.0.extend_from_slice(bytes);
        self
    }
}

/// The key under which the store writes an append: the prefix and the number it gave.
#[must_use]
pub fn appended(prefix: &[u8], number: u64) -> Key {
    KeyBuilder(prefix.to_vec()).u64(number).done()
}

/// The first key behind all keys that begin with `prefix`.
///
/// The prefix of nothing, or of `FF` bytes alone, has no such key; our keys never begin with
/// `FF`, so a single `FF` stands behind all of them.
#[must_use]
pub fn prefix_end(prefix: &[u8]) -> Key {
    let mut end = prefix.to_vec();
    while let Some(last) = end.pop() {
        if last < 0xFF {
            end.push(last + 1);
            return end;
        }
    }
    vec![0xFF]
}

/// Reads a key's segments back; nothing if it was not made by [`KeyBuilder`].
#[must_use]
pub fn segments(key: &[u8]) -> Option<Vec<Segment>> {
    let mut rest = key;
    let mut found = Vec::new();
    while !rest.is_empty() {
        let (segment, behind) = next_segment(rest)?;
        found.push(segment);
        rest = behind;
    }
    Some(found)
}

/// The key for messages: `answer/7/3/skills.linux/~00112233aabbccdd`, or escaped bytes if the key
/// is not one of ours.
#[must_use]
pub fn readable(key: &[u8]) -> String {
    let Some(segments) = segments(key) else { return key.escape_ascii().to_string() };
    let words: Vec<String> = segments.iter().map(Segment::readable).collect();
    words.join("/")
}

/// The part of the store whose records are counted together: the table, and the team if the key
/// names one right behind it.
#[must_use]
pub fn bucket(key: &[u8]) -> &[u8] {
    let Some((Segment::Text(_), rest)) = next_segment(key) else { return &[] };
    let rest = match next_segment(rest) {
        Some((Segment::U32(_), behind)) => behind,
        _ => rest,
    };
    &key[..key.len() - rest.len()]
}

/// Where the sum of a bucket is stored; the sum over all sums has the empty bucket.
#[must_use]
pub fn sum_key(bucket: &[u8]) -> Key {
    let mut sum = key(SUM).done();
    sum.extend_from_slice(bucket);
    sum
}

/// Whether a key lies among the store's own sums.
#[must_use]
pub fn is_sum(key: &[u8]) -> bool {
    key.starts_with(&sum_key(&[]))
}

impl Segment {
    fn readable(&self) -> String {
        match self {
            Self::Text(text) => text.escape_default().to_string(),
            Self::U32(number) => number.to_string(),
            Self::U64(number) => number.to_string(),
            Self::Label(bytes) => format!("~{}", hex(bytes)),
        }
    }
}

/// Bytes as lower-case hexadecimal digits.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    let digit = |nibble: u8| char::from_digit(u32::from(nibble), 16).unwrap_or_default();
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

/// Bytes of hexadecimal digits; nothing if they are not.
#[must_use]
pub fn unhex(digits: &str) -> Option<Vec<u8>> {
    let digits = digits.as_bytes();
    let pair = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok();
    digits.chunks(2).map(|two| (two.len() == 2).then(|| pair(two)).flatten()).collect()
}

fn next_segment(bytes: &[u8]) -> Option<(Segment, &[u8])> {
    let (tag, rest) = bytes.split_first()?;
    match *tag {
        TEXT => next_text(rest),
        U32 => {
            rest.split_first_chunk().map(|(n, rest)| (Segment::U32(u32::from_be_bytes(*n)), rest))
        }
        U64 => {
            rest.split_first_chunk().map(|(n, rest)| (Segment::U64(u64::from_be_bytes(*n)), rest))
        }
        LABEL => rest.split_first_chunk().map(|(label, rest)| (Segment::Label(*label), rest)),
        _ => None,
    }
}

fn next_text(bytes: &[u8]) -> Option<(Segment, &[u8])> {
    let mut text = Vec::new();
    let mut rest = bytes;
    loop {
        let (byte, behind) = rest.split_first()?;
        rest = behind;
        if *byte == 0 {
            match rest.split_first() {
                Some((0xFF, behind)) => rest = behind,
                _ => break,
            }
        }
        text.push(*byte);
    }
    Some((Segment::Text(String::from_utf8(text).ok()?), rest))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_key_reads_as_a_path() {
        let round = RoundId { team: TeamId(7), number: 3 };
        let made = key("answer").round(round).text("skills.linux").pseudonym(Pseudonym([0xAB; 8]));
        assert_eq!(readable(&made.done()), "answer/7/3/skills.linux/~abababababababab");
        assert_eq!(readable(b"\xFFraw"), "\\xffraw");
    }

    #[test]
    fn a_prefix_catches_only_its_own_keys() {
        let seven = key("team").text("7").done();
        let seventy = key("team").text("70").done();
        assert!(!seventy.starts_with(&seven));
        assert!(seventy >= prefix_end(&seven));
        assert_eq!(prefix_end(&[1, 0xFF]), vec![2]);
        assert_eq!(prefix_end(&[]), vec![0xFF]);
    }

    #[test]
    fn the_bucket_is_the_table_and_the_team_right_behind_it() {
        let team = key("answer").u32(7).done();
        assert_eq!(bucket(&key("answer").u32(7).u32(3).text("q").done()), team);
        assert_eq!(bucket(&key("due").u64(5).u32(7).done()), key("due").done());
        assert_eq!(bucket(&key("seen").text("x").u32(7).done()), key("seen").done());
        assert_eq!(bucket(b"not ours"), b"");
    }

    #[test]
    fn hexadecimal_digits_come_back_as_bytes() {
        assert_eq!(unhex(&hex(&[0, 15, 255])), Some(vec![0, 15, 255]));
        assert_eq!(unhex("abc"), None);
        assert_eq!(unhex("zz"), None);
    }

    fn parts() -> impl Strategy<Value = (String, u32, u64, [u8; 8])> {
        (".{0,6}", any::<u32>(), any::<u64>(), any::<[u8; 8]>())
    }

    fn build((text, small, large, label): &(String, u32, u64, [u8; 8])) -> Key {
        key("t").text(text).u32(*small).u64(*large).pseudonym(Pseudonym(*label)).done()
    }

    proptest! {
        #[test]
        fn keys_sort_as_their_segments_and_come_back(a in parts(), b in parts()) {
            prop_assert_eq!(build(&a).cmp(&build(&b)), a.cmp(&b));
            let expected = vec![
                Segment::Text("t".into()), Segment::Text(a.0.clone()), Segment::U32(a.1),
                Segment::U64(a.2), Segment::Label(a.3),
            ];
            prop_assert_eq!(segments(&build(&a)), Some(expected));
        }

        #[test]
        fn any_bytes_are_readable_and_have_a_bucket(
            bytes in proptest::collection::vec(any::<u8>(), 0..40),
        ) {
            prop_assert!(readable(&bytes).is_ascii());
            prop_assert!(bytes.starts_with(bucket(&bytes)));
        }
    }
}
