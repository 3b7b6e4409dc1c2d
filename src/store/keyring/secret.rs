//! One secret, and what is hashed under it.

use std::fmt;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::domain::ids::{EventId, PersonId, Pseudonym};

/// 32 random bytes that never appear in a message.
#[derive(Clone, PartialEq, Eq)]
pub struct SecretKey(pub(super) [u8; 32]);

impl SecretKey {
    /// A key that ends with the process, and of which nothing is written.
    #[must_use]
    pub fn of_this_life() -> Self {
        Self(crate::random::bytes())
    }
}

impl fmt::Debug for SecretKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretKey(..)")
    }
}

/// Stands for a person within a scope (a round, a team); only the key joins it to them.
#[must_use]
pub fn pseudonym(key: &SecretKey, person: &PersonId, scope: &str) -> Pseudonym {
    Pseudonym(first(keyed_hash(key, &["pseudonym", scope, person.as_str()])))
}

/// What is stored of an event that was seen; only the key joins it to the event.
#[must_use]
pub fn event_digest(key: &SecretKey, event: &EventId) -> [u8; 16] {
    first(keyed_hash(key, &["event", event.as_str()]))
}

/// HMAC-SHA256 over the parts, each behind its length so that no two lists hash alike.
pub(super) fn keyed_hash(key: &SecretKey, parts: &[&str]) -> [u8; 32] {
    let mut mac = <Hmac<Sha256> as KeyInit>::new(&block(key));
    for part in parts {
        mac.update(&(part.len() as u64).to_be_bytes());
        mac.update(part.as_bytes());
    }
    mac.finalize().into_bytes().into()
}

/// The key, padded with zeros to SHA-256's block of 64 bytes as HMAC prescribes (RFC 2104).
fn block(key: &SecretKey) -> hmac::digest::Key<Hmac<Sha256>> {
    let mut block = [0; 64];
    block[..32].copy_from_slice(&key.0);
    block.into()
}

/// The first `N` bytes of a digest.
pub(super) fn first<const N: usize>(digest: [u8; 32]) -> [u8; N] {
    std::array::from_fn(|at| digest[at])
}
