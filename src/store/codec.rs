//! Records as bytes: a header that tells what they are and guards them, then postcard.
//!
//! Header: kind (1 byte), version (1 byte), CRC-32 over kind, version and body (4 bytes,
//! big-endian). A record that does not match its header is an error, never a default.

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::keys;
use super::kv::{MAX_VALUE, StoreError};

/// Bytes in front of every record.
pub const HEADER: usize = 6;

/// A type that is stored. Implemented by the table in [`super::records`], never by hand.
pub trait Record: Serialize + DeserializeOwned {
    /// The number of the kind in the header; never given to another type.
    const KIND: u8;
    /// The version that is written.
    const VERSION: u8;
    /// The kind's name in exports and messages.
    const NAME: &'static str;

    /// Reads a body of any version that is still known; nothing if the version is not.
    #[must_use]
    fn from_version(version: u8, body: &[u8]) -> Option<Result<Self, postcard::Error>> {
        (version == Self::VERSION).then(|| body_from(body))
    }
}

/// A stored record, checked against its header but not yet read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Frame<'a> {
    /// The number of the kind.
    pub kind: u8,
    /// The version it was written in.
    pub version: u8,
    /// The record in postcard.
    pub body: &'a [u8],
}

/// Writes a record with its header; `key` names it in errors.
///
/// # Errors
/// [`StoreError::TooLarge`] past [`MAX_VALUE`], [`StoreError::Damaged`] if it has no byte form.
pub fn encode<R: Record>(key: &[u8], record: &R) -> Result<Vec<u8>, StoreError> {
    let body =
        postcard::to_stdvec(record).map_err(|cause| damaged::<R>(key, &cause.to_string()))?;
    let bytes = frame(R::KIND, R::VERSION, &body);
    if bytes.len() > MAX_VALUE {
        return Err(StoreError::TooLarge { key: keys::readable(key), size: bytes.len() });
    }
    Ok(bytes)
}

/// Reads a record; one of an older, still known version is upgraded.
///
/// # Errors
/// [`StoreError::Damaged`] naming key and kind: short, bad checksum, another kind, unknown version.
pub fn decode<R: Record>(key: &[u8], bytes: &[u8]) -> Result<R, StoreError> {
    let frame = unframe(bytes).map_err(|cause| damaged::<R>(key, cause))?;
    if frame.kind != R::KIND {
        return Err(damaged::<R>(key, &format!("it is of kind {}, not {}", frame.kind, R::KIND)));
    }
    match R::from_version(frame.version, frame.body) {
        Some(Ok(record)) => Ok(record),
        Some(Err(cause)) => Err(damaged::<R>(key, &cause.to_string())),
        None => Err(damaged::<R>(key, &format!("version {} is not known here", frame.version))),
    }
}

/// Puts the header in front of a body.
#[must_use]
pub fn frame(kind: u8, version: u8, body: &[u8]) -> Vec<u8> {
    let mut bytes = vec![kind, version];
    bytes.extend_from_slice(&checksum(kind, version, body).to_be_bytes());
    bytes.extend_from_slice(body);
    bytes
}

/// Takes the header off and checks it.
///
/// # Errors
/// What is wrong, in words.
pub fn unframe(bytes: &[u8]) -> Result<Frame<'_>, &'static str> {
    let Some(([kind, version, sum @ ..], body)) = bytes.split_first_chunk::<HEADER>() else {
        return Err("it is shorter than its header");
    };
    if u32::from_be_bytes(*sum) != checksum(*kind, *version, body) {
        return Err("its checksum does not match");
    }
    Ok(Frame { kind: *kind, version: *version, body })
}

/// Reads a whole body; left-over bytes are an error.
///
/// # Errors
/// What postcard says.
pub fn body_from<T: DeserializeOwned>(body: &[u8]) -> Result<T, postcard::Error> {
    match postcard::take_from_bytes(body)? {
        (value, []) => Ok(value),
        _ => Err(postcard::Error::DeserializeBadEncoding),
    }
}

fn checksum(kind: u8, version: u8, body: &[u8]) -> u32 {
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(&[kind, version]);
    hasher.update(body);
    hasher.finalize()
}

fn damaged<R: Record>(key: &[u8], cause: &str) -> StoreError {
    StoreError::Damaged {
        key: keys::readable(key),
        kind: R::NAME.to_owned(),
        cause: cause.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::testing::{Note, NoteV1, Tally, note};
    use super::*;

    const KEY: &[u8] = b"\x02note\x00\x04\x00\x00\x00\x07";

    #[test]
    fn the_bytes_of_a_record_never_change() {
        let bytes = encode(KEY, &Tally(300)).unwrap();
        assert_eq!(bytes, [201, 1, 0xC7, 0x7F, 0x86, 0x6E, 0xAC, 0x02]);
        assert_eq!(decode::<Tally>(KEY, &bytes), Ok(Tally(300)));
    }

    #[test]
    fn an_old_version_is_upgraded() {
        let body = postcard::to_stdvec(&NoteV1 { text: "old".into() }).unwrap();
        let read: Note = decode(KEY, &frame(200, 1, &body)).unwrap();
        assert_eq!(read, Note { text: "old".into(), share: 1.0 });
    }

    #[test]
    fn what_is_not_understood_is_an_error_that_names_kind_and_key() {
        let good = encode(KEY, &note("a")).unwrap();
        let body = good[HEADER..].to_vec();
        let long = frame(200, 2, &[&body[..], &[0]].concat());
        for bad in [&good[..3], &frame(200, 9, &body), &frame(202, 2, &body), &long, &[]] {
            let error = decode::<Note>(KEY, bad).unwrap_err();
            assert!(
                error.to_string().starts_with("record note/7 (note) cannot be read"),
                "{error}"
            );
        }
    }

    #[test]
    fn a_record_past_the_limit_is_refused() {
        let error = encode(KEY, &note(&"x".repeat(MAX_VALUE))).unwrap_err();
        assert!(matches!(error, StoreError::TooLarge { .. }), "{error}");
        assert!(encode(KEY, &note(&"x".repeat(MAX_VALUE - HEADER - 8 - 3))).is_ok());
    }

    proptest! {
        #[test]
        fn no_flipped_bit_goes_unseen(text in ".{0,60}", at in any::<prop::sample::Index>()) {
            let mut bytes = encode(KEY, &note(&text)).unwrap();
            let bit = at.index(bytes.len() * 8);
            bytes[bit / 8] ^= 1 << (bit % 8);
            prop_assert!(decode::<Note>(KEY, &bytes).is_err());
        }

        #[test]
        fn random_bytes_are_never_a_record(bytes in prop::collection::vec(any::<u8>(), 0..80)) {
            prop_assert!(decode::<Note>(KEY, &bytes).is_err());
        }
    }
}
