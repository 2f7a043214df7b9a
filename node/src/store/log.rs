//! A log's record: whose it is, how far it goes, what its author signed, and whether it may be written.

use std::{collections::BTreeMap, fmt, sync::Arc};

use bytes::Bytes;
use hongyan_proto::{
    id::{AgreementHash, CaseId, Epoch, Hash, KeyId, LogId, LogOrigin},
    identity::{Keyring, PublicKey, Succession},
    log::{CheckpointError, Follow, Kind, SignedCheckpoint, Signers, Tree},
    time::Timestamp,
};

use super::{
    damage::{Damage, Harm, Source},
    error::StoreError,
    turn,
};

/// A log's small number in this store, given in the order of creation. It never leaves the node.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct LogNo(pub u32);

impl LogNo {
    /// The node's own local log, the first one made.
    pub const LOCAL: Self = Self(0);
}

impl fmt::Display for LogNo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// May the log be written?
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum LogState {
    /// Yes.
    Live,
    /// No more: it forked, or another epoch took its place.
    Frozen,
    /// No more by this node: its author's key was replaced and the new one is not here.
    KeyLost,
    /// Not before the entries up to `until` were taken back: the node had them, and its partner may still.
    Recovering {
        /// One past the last entry known to have existed.
        until: u64,
    },
}

impl LogState {
    /// `until` of a log that must hear the partner first: the node was restored, and nobody here knows what was written since.
    pub const UNKNOWN: u64 = u64::MAX;

    /// Not to be written before the partner's hello.
    pub const UNCONFIRMED: Self = Self::Recovering {
        until: Self::UNKNOWN,
    };
}

/// What is known of a log.
#[derive(Clone, Debug, PartialEq)]
pub struct LogRecord {
    /// Its number here.
    pub no: LogNo,
    /// Who writes it, for whom, since when.
    pub origin: LogOrigin,
    /// Whose keys sign its checkpoints.
    pub signers: Signers,
    /// The last checkpoint of each key that was replaced: at exactly the size where its time ended. Kept, because nobody can sign for
    /// what came before it any more.
    pub turns: Vec<SignedCheckpoint>,
    /// Does this node write it?
    pub own: bool,
    /// Its tree, and with it its size and root.
    pub tree: Tree,
    /// `seen` of its last entry.
    pub last_seen: u64,
    /// The newest checkpoint its author signed. With a frame from the middle of a transfer it may cover more than is here.
    pub checkpoint: Option<SignedCheckpoint>,
    /// May it be written?
    pub state: LogState,
}

/// Every log by its number.
pub(super) type LogTable = BTreeMap<LogNo, Arc<LogRecord>>;

/// An entry to write at the end of one's own log.
#[derive(Clone, Debug)]
pub struct NewEntry {
    /// Entries of the other side's log that have been applied here.
    pub seen: u64,
    /// Now.
    pub time: Timestamp,
    /// What the payload is.
    pub kind: Kind,
    /// The case it is about.
    pub case_id: Option<CaseId>,
    /// The agreement it is disclosed under.
    pub agreement: Option<AgreementHash>,
    /// The encoded payload.
    pub payload: Vec<u8>,
}

/// A record of a log whose author never replaced its key.
const VERSION: u8 = 1;
/// The same with rotations, and the checkpoints at them.
const VERSION_ROTATED: u8 = 2;
const FIXED: usize = 1 + 32 + 32 + 16 + 32 + 1 + 1 + 8 + 8 + 4;

impl LogRecord {
    /// How many entries it has.
    pub fn size(&self) -> u64 {
        self.tree.size()
    }

    /// The root of its tree.
    pub fn root(&self) -> Hash {
        self.tree.root()
    }

    /// The log's identity.
    pub fn log_id(&self) -> LogId {
        self.origin.log_id()
    }

    /// Is it the node's own, for nobody else?
    pub fn is_local(&self) -> bool {
        self.origin.author == self.origin.audience
    }

    /// The state that the log's next frame must continue. `seen_limit` is the size of the log that its author reads.
    pub fn follow(&self, seen_limit: u64) -> Follow {
        Follow {
            origin: self.origin,
            signers: self.signers.clone(),
            tree: self.tree.clone(),
            last_seen: self.last_seen,
            seen_limit,
        }
    }

    /// The signed checkpoint that a frame ending at this size is closed with, when it was signed before: the last one of the key that
    /// was valid then, or what its author signed since. None: the own key must sign one.
    pub fn closing(&self, end: u64) -> Option<&SignedCheckpoint> {
        let mut turns = self.turns.iter();
        turns
            .find(|turn| end <= turn.size())
            .or_else(|| self.checkpoint.as_ref().filter(|_| !self.own))
    }

    /// Signs the own log's state at a size behind every rotation; at a rotation it is the note that was signed then.
    pub fn sign(
        &self,
        keys: &Keyring,
        size: u64,
        root: Hash,
    ) -> Result<SignedCheckpoint, StoreError> {
        if let Some(turn) = self.turns.iter().find(|turn| turn.size() == size) {
            return Ok(turn.clone());
        }
        let key = keys.find(self.signers.at(size));
        let key = key.ok_or(StoreError::KeyLost(self.no))?;
        SignedCheckpoint::sign(&key, &self.origin, size, root)
            .map_err(|error: CheckpointError| StoreError::Entry(Arc::from(error.to_string())))
    }

    /// Who else has this log's entries.
    pub(super) fn source(&self) -> Source {
        if self.is_local() {
            Source::Backup
        } else {
            Source::Partner
        }
    }

    pub(super) fn damage(&self, what: Harm) -> Damage {
        Damage {
            log: Some(self.no),
            what,
            take_from: self.source(),
        }
    }

    pub(super) fn bad_entry(&self, sequence: u64, detail: &'static str) -> StoreError {
        self.damage(Harm::Entry { sequence, detail }).into()
    }

    pub(super) fn encode(&self) -> Vec<u8> {
        let rotated = !self.signers.changes().is_empty();
        let mut bytes = vec![if rotated { VERSION_ROTATED } else { VERSION }];
        bytes.extend_from_slice(self.origin.author.as_bytes());
        bytes.extend_from_slice(self.origin.audience.as_bytes());
        bytes.extend_from_slice(self.origin.epoch.as_bytes());
        bytes.extend_from_slice(self.signers.first().as_bytes());
        bytes.push(u8::from(self.own));
        let (state, until) = match self.state {
            LogState::Live => (0, 0),
            LogState::Frozen => (1, 0),
            LogState::Recovering { until } => (2, until),
            LogState::KeyLost => (3, 0),
        };
        bytes.push(state);
        bytes.extend_from_slice(&until.to_be_bytes());
        bytes.extend_from_slice(&self.last_seen.to_be_bytes());
        let tree = self.tree.to_bytes();
        // 8 bytes and at most 64 hashes.
        let len = u32::try_from(tree.len()).expect("a tree's edge is short");
        bytes.extend_from_slice(&len.to_be_bytes());
        bytes.extend_from_slice(&tree);
        if rotated {
            turn::encode(&self.signers, &self.turns, &mut bytes);
        }
        if let Some(checkpoint) = &self.checkpoint {
            bytes.extend_from_slice(checkpoint.note());
        }
        bytes
    }

    pub(super) fn decode(no: LogNo, bytes: &Bytes) -> Result<Self, StoreError> {
        if bytes.len() < FIXED || ![VERSION, VERSION_ROTATED].contains(&bytes[0]) {
            return Err(malformed());
        }
        let rotated = bytes[0] == VERSION_ROTATED;
        let mut at = 1;
        let mut take = |len: usize| {
            at += len;
            bytes.slice(at - len..at)
        };
        let id = |_| malformed();
        let origin = LogOrigin {
            author: KeyId::from_slice(&take(32)).map_err(id)?,
            audience: KeyId::from_slice(&take(32)).map_err(id)?,
            epoch: Epoch::from_slice(&take(16)).map_err(id)?,
        };
        let author = PublicKey::from_slice(&take(32)).map_err(|_| malformed())?;
        let own = take(1)[0] == 1;
        let state = take(1)[0];
        let number = |bytes: Bytes| {
            bytes
                .iter()
                .fold(0, |sum, byte| sum << 8 | u64::from(*byte))
        };
        let until = number(take(8));
        let last_seen = number(take(8));
        let tree_len = usize::try_from(number(take(4))).map_err(|_| malformed())?;
        let rest = take(bytes.len() - FIXED);
        let tree = rest.get(..tree_len).ok_or_else(malformed)?;
        let mut note = rest.slice(tree_len..);
        let (mut signers, mut turns) = (Signers::from(author), Vec::new());
        if rotated {
            turns = turn::decode(&mut note, &mut signers).ok_or_else(malformed)?;
        }
        // What the note covers beyond the entries that are here was shown when it came: the newest key signed it.
        let verify = |note: &Bytes| signers.verify(note, u64::MAX, &Succession::NONE);
        let checkpoint = if note.is_empty() {
            None
        } else {
            Some(verify(&note).map_err(|_| malformed())?)
        };
        Ok(Self {
            no,
            origin,
            signers,
            turns,
            own,
            tree: Tree::from_bytes(tree).map_err(|_| malformed())?,
            last_seen,
            checkpoint,
            state: match state {
                0 => LogState::Live,
                1 => LogState::Frozen,
                2 => LogState::Recovering { until },
                3 => LogState::KeyLost,
                _ => return Err(malformed()),
            },
        })
    }
}

fn malformed() -> StoreError {
    StoreError::Malformed {
        what: "日志记录 log record",
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use hongyan_proto::identity::{IdentityKey, KeyRotation};

    use super::*;

    #[test]
    fn the_bytes_of_a_record_are_fixed_and_come_back() {
        let key = IdentityKey::from_seed([1; 32]);
        let origin = LogOrigin {
            author: key.public().key_id(),
            audience: KeyId::from_bytes([2; 32]),
            epoch: Epoch::from_bytes([3; 16]),
        };
        let mut tree = Tree::new();
        tree.append(Hash::from_bytes([4; 32]));
        let note = SignedCheckpoint::sign(&key, &origin, 1, tree.root()).unwrap();
        let record = LogRecord {
            no: LogNo(5),
            origin,
            signers: key.public().into(),
            turns: Vec::new(),
            own: true,
            tree,
            last_seen: 6,
            checkpoint: Some(note.clone()),
            state: LogState::Recovering { until: 9 },
        };
        let expected = [
            "01".to_owned(),
            origin.author.to_string(),
            "02".repeat(32),
            "03".repeat(16),
            hex::encode(key.public().as_bytes()),
            "0102".to_owned(),
            "0000000000000009".to_owned(),
            "0000000000000006".to_owned(),
            "00000028".to_owned(),
            "0000000000000001".to_owned() + &"04".repeat(32),
            hex::encode(note.note()),
        ];
        let bytes = Bytes::from(record.encode());
        assert_eq!(hex::encode(&bytes), expected.concat());
        assert_eq!(LogRecord::decode(LogNo(5), &bytes).unwrap(), record);
        for len in 0..bytes.len() {
            let cut = LogRecord::decode(LogNo(5), &bytes.slice(..len));
            // Without the note it is the record of a log that has no checkpoint yet.
            let unsigned = cut.as_ref().is_ok_and(|log| log.checkpoint.is_none());
            assert_eq!(cut.is_ok(), unsigned, "{len} bytes");
            assert_eq!(unsigned, len == FIXED + 40, "{len} bytes");
        }
    }

    #[test]
    fn a_record_keeps_its_rotations_and_the_notes_at_them() {
        let [old, new] = [1, 2].map(|seed| IdentityKey::from_seed([seed; 32]));
        let origin = LogOrigin {
            author: old.public().key_id(),
            audience: KeyId::from_bytes([2; 32]),
            epoch: Epoch::from_bytes([3; 16]),
        };
        let mut tree = Tree::new();
        tree.append(Hash::from_bytes([4; 32]));
        let turn = SignedCheckpoint::sign(&old, &origin, 1, tree.root()).unwrap();
        tree.append(Hash::from_bytes([5; 32]));
        let note = SignedCheckpoint::sign(&new, &origin, 2, tree.root()).unwrap();
        let mut signers = Signers::from(old.public());
        let until = Timestamp::from_millis(1_800_000_000_000);
        signers
            .push(1, KeyRotation::sign(&old, &new, until).unwrap())
            .unwrap();
        let record = LogRecord {
            no: LogNo(5),
            origin,
            signers,
            turns: vec![turn.clone()],
            own: true,
            tree: tree.clone(),
            last_seen: 0,
            checkpoint: Some(note.clone()),
            state: LogState::Live,
        };
        let bytes = Bytes::from(record.encode());
        insta::assert_snapshot!(hex::encode(&bytes));
        assert_eq!(LogRecord::decode(LogNo(5), &bytes).unwrap(), record);
        let fixed = FIXED + 8 + 32;
        for len in (0..bytes.len()).filter(|len| *len != bytes.len() - note.note().len()) {
            assert!(
                LogRecord::decode(LogNo(5), &bytes.slice(..len)).is_err(),
                "{len} bytes of {fixed} and more"
            );
        }
        let ring = Keyring::new(Arc::new(new), vec![Arc::new(old)]);
        assert_eq!(record.sign(&ring, 1, turn.root()).unwrap(), turn);
        assert_eq!(record.sign(&ring, 2, tree.root()).unwrap(), note);
        assert_eq!(record.closing(1), Some(&turn));
        assert_eq!(record.closing(2), None);
        let stale = Keyring::from(Arc::new(IdentityKey::from_seed([1; 32])));
        assert!(matches!(
            record.sign(&stale, 2, tree.root()),
            Err(StoreError::KeyLost(_))
        ));
    }
}
