//! Entries as they are kept: up to 256 in one value. A full bundle is one; the unfinished tail is in shorter runs.
//!
//! Layout: version, count, then for every entry the length of its header and of its body plus one (0: there is none), then
//! all headers, then all bodies. Numbers are big endian.

use bytes::Bytes;
use hongyan_proto::{
    id::Hash,
    log::{Entry, Header, TILE_LEVEL, Tree, leaf_hash},
};

use super::error::StoreError;

/// Entries in a full bundle, as in C2SP tlog-tiles. A log's entries lie together on disk in so many.
pub const BUNDLE_ENTRIES: u64 = 1 << TILE_LEVEL;
const VERSION: u8 = 1;
const HEAD: usize = 3;
const LENGTHS: usize = 6;

/// One entry's bytes.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Stored {
    pub(super) header: Bytes,
    pub(super) body: Option<Bytes>,
}

impl From<&Entry> for Stored {
    fn from(entry: &Entry) -> Self {
        Self {
            header: entry.header().bytes().clone(),
            body: entry.body().cloned(),
        }
    }
}

impl Stored {
    /// Checks the entry again on its way out of the disk.
    pub(super) fn into_entry(self) -> Result<Entry, &'static str> {
        let header = Header::parse(self.header).map_err(|_| "信头无法解读 unreadable header")?;
        Entry::join(header, self.body.unwrap_or_default())
            .map_err(|_| "信体与哈希不符 the body does not match its hash")
    }
}

/// Consecutive entries.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(super) struct Bundle {
    entries: Vec<Stored>,
}

impl Bundle {
    /// A bundle of these.
    ///
    /// # Panics
    /// With more than 256: the caller has lost count.
    pub(super) fn new(entries: Vec<Stored>) -> Self {
        assert!(
            entries.len() as u64 <= BUNDLE_ENTRIES,
            "a bundle has at most 256 entries"
        );
        Self { entries }
    }

    pub(super) fn entries(&self) -> &[Stored] {
        &self.entries
    }

    pub(super) fn into_entries(self) -> Vec<Stored> {
        self.entries
    }

    pub(super) fn len(&self) -> u64 {
        self.entries.len() as u64
    }

    /// Drops a body. The header stays and proves the entry's place.
    pub(super) fn erase(&mut self, index: usize) {
        self.entries[index].body = None;
    }

    /// The leaves of its entries in the log's tree.
    pub(super) fn leaves(&self) -> impl Iterator<Item = Hash> + '_ {
        self.entries.iter().map(|entry| leaf_hash(&entry.header))
    }

    pub(super) fn encode(&self) -> Bytes {
        let body_len = |entry: &Stored| entry.body.as_ref().map_or(0, Bytes::len);
        let content: usize = self
            .entries
            .iter()
            .map(|entry| entry.header.len() + body_len(entry))
            .sum();
        let mut bytes = Vec::with_capacity(HEAD + self.entries.len() * LENGTHS + content);
        bytes.push(VERSION);
        // At most 256 entries, headers of 512 bytes and bodies of 64 KiB: the limits of proto, checked before.
        let count = u16::try_from(self.entries.len()).expect("at most 256 entries");
        bytes.extend_from_slice(&count.to_be_bytes());
        for entry in &self.entries {
            let header = u16::try_from(entry.header.len()).expect("a header is at most 512 bytes");
            let body = entry.body.as_ref().map_or(0, |body| body.len() + 1);
            let body = u32::try_from(body).expect("a body is at most 64 KiB and its salt");
            bytes.extend_from_slice(&header.to_be_bytes());
            bytes.extend_from_slice(&body.to_be_bytes());
        }
        for entry in &self.entries {
            bytes.extend_from_slice(&entry.header);
        }
        for entry in &self.entries {
            bytes.extend_from_slice(entry.body.as_deref().unwrap_or_default());
        }
        bytes.into()
    }

    /// Reads what [`Self::encode`] wrote. The entries share the given bytes.
    pub(super) fn decode(bytes: &Bytes) -> Result<Self, StoreError> {
        parse(bytes)
            .map(|entries| Self { entries })
            .ok_or(StoreError::Malformed {
                what: "条目束 entry bundle",
            })
    }
}

fn parse(bytes: &Bytes) -> Option<Vec<Stored>> {
    let (head, _) = bytes.split_at_checked(HEAD)?;
    let count = u16::from_be_bytes([head[1], head[2]]);
    if head[0] != VERSION || u64::from(count) > BUNDLE_ENTRIES {
        return None;
    }
    let table = bytes.get(HEAD..HEAD + usize::from(count) * LENGTHS)?;
    let lengths = || {
        table.chunks_exact(LENGTHS).map(|row| {
            let header = usize::from(u16::from_be_bytes([row[0], row[1]]));
            let body = u32::from_be_bytes([row[2], row[3], row[4], row[5]]) as usize;
            (header, body)
        })
    };
    let mut header_at = HEAD + table.len();
    let mut body_at = header_at + lengths().map(|(header, _)| header).sum::<usize>();
    let bodies: usize = lengths().map(|(_, body)| body.saturating_sub(1)).sum();
    if body_at + bodies != bytes.len() {
        return None;
    }
    let mut entries = Vec::with_capacity(usize::from(count));
    for (header_len, body) in lengths() {
        let header = bytes.slice(header_at..header_at + header_len);
        header_at += header_len;
        let body = body.checked_sub(1).map(|len| {
            let at = body_at;
            body_at += len;
            bytes.slice(at..at + len)
        });
        entries.push(Stored { header, body });
    }
    Some(entries)
}

/// The root of the perfect subtree over these hashes, whose number is a power of two.
pub(super) fn subtree_root(hashes: impl IntoIterator<Item = Hash>) -> Hash {
    let mut tree = Tree::new();
    hashes.into_iter().for_each(|hash| tree.append(hash));
    tree.root()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn stored() -> impl Strategy<Value = Stored> {
        let body = proptest::option::of(proptest::collection::vec(any::<u8>(), 0..400));
        (proptest::collection::vec(any::<u8>(), 0..300), body).prop_map(|(header, body)| Stored {
            header: header.into(),
            body: body.map(Bytes::from),
        })
    }

    #[test]
    fn the_bytes_of_a_bundle_are_fixed() {
        let bundle = Bundle::new(vec![
            Stored {
                header: Bytes::from_static(b"head"),
                body: Some(Bytes::from_static(b"body!")),
            },
            Stored {
                header: Bytes::from_static(b"h2"),
                body: None,
            },
            Stored {
                header: Bytes::from_static(b"h3"),
                body: Some(Bytes::new()),
            },
        ]);
        assert_eq!(
            hex::encode(bundle.encode()),
            "010003".to_owned()
                + "000400000006"
                + "000200000000"
                + "000200000001"
                + &hex::encode("headh2h3body!")
        );
    }

    proptest! {
        #[test]
        fn every_bundle_comes_back(entries in proptest::collection::vec(stored(), 0..=256)) {
            let bundle = Bundle::new(entries);
            let bytes = bundle.encode();
            prop_assert_eq!(Bundle::decode(&bytes).unwrap(), bundle);
            prop_assert!(Bundle::decode(&bytes.slice(..bytes.len() - 1)).is_err());
        }

        #[test]
        fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            if let Ok(bundle) = Bundle::decode(&Bytes::from(bytes.clone())) {
                prop_assert_eq!(&bundle.encode()[..], &bytes[..]);
            }
        }
    }
}
