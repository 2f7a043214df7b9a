//! The RFC 6962 Merkle tree of a log, as the right edge that is enough to append and to know the root.

use sha2::{Digest, Sha256};
use thiserror::Error;

use crate::id::Hash;

/// A full tile, and a full bundle of entries, has 2 to this power leaves: C2SP tlog-tiles.
pub const TILE_LEVEL: u32 = 8;

/// The hash of a leaf: RFC 6962 §2.1, over the exact header bytes.
pub fn leaf_hash(header: &[u8]) -> Hash {
    let mut hasher = Sha256::new();
    hasher.update([0]);
    hasher.update(header);
    Hash::from_bytes(hasher.finalize().into())
}

fn node_hash(left: &Hash, right: &Hash) -> Hash {
    let mut hasher = Sha256::new();
    hasher.update([1]);
    hasher.update(left.as_bytes());
    hasher.update(right.as_bytes());
    Hash::from_bytes(hasher.finalize().into())
}

/// Stored bytes that are not a tree's right edge.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
#[error("日志树记录损坏 the record of the log's tree is damaged")]
pub struct TreeError;

/// A log's tree: its size and the roots of its perfect subtrees, largest first, one for every 1 bit of the size.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Tree {
    size: u64,
    edge: Vec<Hash>,
}

impl Tree {
    /// The tree without entries.
    pub fn new() -> Self {
        Self::default()
    }

    /// How many entries it has.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Adds one leaf at the end.
    pub fn append(&mut self, leaf: Hash) {
        self.append_to_tile(leaf);
    }

    /// Adds one leaf at the end. Gives the root of the full tile that it completes: that tile's 256 leaves are hashed together here in
    /// any case, and whoever keeps the root need not do it again.
    pub fn append_to_tile(&mut self, leaf: Hash) -> Option<Hash> {
        self.add(leaf, 0)
    }

    /// Adds a perfect subtree of 2^`level` leaves. The size must be a multiple of that.
    ///
    /// # Panics
    /// When the size is not such a multiple: the caller would build another tree than it thinks.
    pub fn append_subtree(&mut self, root: Hash, level: u32) {
        assert_eq!(
            self.size & ((1 << level) - 1),
            0,
            "a subtree goes on its own boundary"
        );
        self.add(root, level);
    }

    fn add(&mut self, root: Hash, level: u32) -> Option<Hash> {
        let (mut hash, mut height) = (root, level);
        let mut carry = self.size >> level;
        let mut tile = None;
        // Every trailing 1 bit is a subtree of the same height: it and the new one make the next height.
        while carry & 1 == 1 {
            let Some(left) = self.edge.pop() else { break };
            hash = node_hash(&left, &hash);
            carry >>= 1;
            height += 1;
            if height == TILE_LEVEL {
                tile = Some(hash);
            }
        }
        self.edge.push(hash);
        self.size += 1 << level;
        tile
    }

    /// The root of all entries: RFC 6962 §2.1.
    pub fn root(&self) -> Hash {
        let mut edge = self.edge.iter().rev();
        let Some(first) = edge.next() else {
            return Hash::from_bytes(Sha256::digest([]).into());
        };
        edge.fold(*first, |right, left| node_hash(left, &right))
    }

    /// Bytes to store: the size, big endian, and the edge.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = self.size.to_be_bytes().to_vec();
        for hash in &self.edge {
            bytes.extend_from_slice(hash.as_bytes());
        }
        bytes
    }

    /// Reads what [`Tree::to_bytes`] wrote.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, TreeError> {
        let (size, rest) = bytes.split_first_chunk::<8>().ok_or(TreeError)?;
        let size = u64::from_be_bytes(*size);
        if rest.len() != size.count_ones() as usize * 32 {
            return Err(TreeError);
        }
        let edge = rest
            .chunks(32)
            .map(Hash::from_slice)
            .collect::<Result<_, _>>()
            .map_err(|_| TreeError)?;
        Ok(Self { size, edge })
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;
