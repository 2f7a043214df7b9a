//! The layout of keys on disk. Keys are not sealed, so they hold opaque numbers, random ids and blinded names only.
//!
//! The first byte is the space. A number once used for a space is never used for another.

use super::log::LogNo;

pub(super) const META: u8 = 0x00;
pub(super) const SECRET: u8 = 0x01;
pub(super) const LOG: u8 = 0x02;
pub(super) const BUNDLE: u8 = 0x03;
pub(super) const RUN: u8 = 0x04;
pub(super) const NODE: u8 = 0x05;
/// The further parts of values too long for one. Only the engine writes here.
pub(super) const PART: u8 = 0x06;
/// Views take the spaces from here on.
pub(super) const VIEW: u8 = 0x10;

/// A view's key may not be longer, in bytes: sled keeps keys in its index nodes.
pub(super) const KEY_MAX: usize = 512;

pub(super) fn meta(name: &str) -> Vec<u8> {
    join(META, name.as_bytes())
}

pub(super) fn secret(name: &str) -> Vec<u8> {
    join(SECRET, name.as_bytes())
}

pub(super) fn log(no: LogNo) -> Vec<u8> {
    join(LOG, &no.0.to_be_bytes())
}

/// A full bundle of 256 entries, numbered from 0.
pub(super) fn bundle(no: LogNo, number: u64) -> Vec<u8> {
    numbered(BUNDLE, no, number)
}

/// The key of the bundle behind this one; none when it is no bundle's.
pub(super) fn next_bundle(key: &[u8]) -> Option<Vec<u8>> {
    let (head, number) = key.split_last_chunk::<8>()?;
    let next = u64::from_be_bytes(*number).checked_add(1)?;
    (head.first() == Some(&BUNDLE)).then(|| [head, &next.to_be_bytes()].concat())
}

/// A run of entries of the unfinished tail, by its first entry.
pub(super) fn run(no: LogNo, first: u64) -> Vec<u8> {
    numbered(RUN, no, first)
}

/// The first entry of a run, out of its key.
pub(super) fn run_first(key: &[u8]) -> Option<u64> {
    Some(u64::from_be_bytes(key.get(5..)?.try_into().ok()?))
}

/// The root of a perfect subtree of 256^`tier` entries.
pub(super) fn node(no: LogNo, tier: u8, number: u64) -> Vec<u8> {
    let mut key = join(NODE, &no.0.to_be_bytes());
    key.push(tier);
    key.extend_from_slice(&number.to_be_bytes());
    key
}

pub(super) fn view(space: u8, key: &[u8]) -> Vec<u8> {
    join(space, key)
}

/// The first key behind all keys that start with `prefix`; none when they reach the end.
pub(super) fn after(prefix: &[u8]) -> Option<Vec<u8>> {
    let mut end = prefix.to_vec();
    while let Some(last) = end.pop() {
        if last < u8::MAX {
            end.push(last + 1);
            return Some(end);
        }
    }
    None
}

fn join(space: u8, rest: &[u8]) -> Vec<u8> {
    let mut key = Vec::with_capacity(1 + rest.len());
    key.push(space);
    key.extend_from_slice(rest);
    key
}

fn numbered(space: u8, no: LogNo, number: u64) -> Vec<u8> {
    let mut key = join(space, &no.0.to_be_bytes());
    key.extend_from_slice(&number.to_be_bytes());
    key
}
