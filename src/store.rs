//! Everything the bot remembers, on disk before anybody hears that it was received.
//!
//! From the bottom: [`kv`] is the one storage seam, ordered byte keys with conditional batches.
//! [`plan`] works out the [`changes`] of a group of batches, and two implementations share it:
//! [`memory`] for tests and dry runs, and [`sled`] with its [`committer`], [`marker`], [`lock`] and
//! [`seal`] for data that must last. [`codec`] and [`records`] turn typed records into bytes and
//! JSON, [`keys`] builds keys, and [`tx`] is the unit of work that decisions are written against.
//! [`keyring`] keeps the secrets that join people to pseudonyms, outside the store; [`transfer`]
//! exports and imports, and [`verify`] finds damage.

pub mod changes;
pub mod codec;
pub mod committer;
pub mod copy;
mod export_file;
mod files;
pub mod keyring;
pub mod keys;
pub mod kv;
pub mod lock;
pub mod marker;
pub mod memory;
pub mod meta;
pub mod open_error;
pub mod plan;
mod recent;
pub mod records;
pub mod seal;
pub mod sled;
pub mod transfer;
pub mod tx;
pub mod verify;

#[cfg(test)]
mod conformance;
#[cfg(test)]
mod damage_tests;
pub mod entries;
pub mod layout;
mod mishaps;
#[cfg(test)]
mod opening_tests;
pub mod queues;
pub mod rounds;
mod teams;
#[cfg(test)]
mod testing;
