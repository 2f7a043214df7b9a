//! Frames: consecutive entries of one log, closed by a signed checkpoint. A frame is believed only after it was verified
//! against the tree that is already held, so that one signature covers every entry in it.

use bytes::Bytes;
use thiserror::Error;

use super::{
    CheckpointError, Entry, EntryError, SignedCheckpoint, Signers, Tree,
    limits::{MAX_FRAME_BYTES, MAX_FRAME_ENTRIES, MAX_PROOF_HASHES},
    proof::{self, ProofError},
};
use crate::{
    id::{Hash, IdError, LogId, LogOrigin},
    identity::{RotationError, Succession},
    pb::exchange::v1 as pb,
};

/// A frame that cannot be accepted. Nothing of it is stored; the correspondence stays as it was.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
pub enum FrameError {
    /// More than the limits allow.
    #[error(
        "数据帧超限: {0} 条 / {1} 字节 frame over its limits: {0} entries, {1} bytes (at most {MAX_FRAME_ENTRIES} and {MAX_FRAME_BYTES})"
    )]
    TooLarge(usize, usize),
    /// Without entries, or without any that are not already held.
    #[error("数据帧没有新条目 the frame has no new entries")]
    Empty,
    /// A field that is not what it should be.
    #[error("数据帧字段 frame field {0}: {1}")]
    Field(&'static str, IdError),
    /// Of another log: another author, audience or epoch. A replay.
    #[error(
        "第 {sequence} 条属于另一日志 (作者、读者或纪元不同) entry {sequence} belongs to another log (author, audience or epoch differ)"
    )]
    OtherLog {
        /// Which entry.
        sequence: u64,
    },
    /// Not the next entries.
    #[error(
        "数据帧不连续: 应从 {expected} 开始, 实为 {found}  gap: expected entry {expected}, found {found}"
    )]
    Gap {
        /// The next entry that is missing here.
        expected: u64,
        /// What came instead.
        found: u64,
    },
    /// The author claims to have seen more of the other log than there is, or less than before.
    #[error(
        "第 {sequence} 条声称已见 {seen} 条, 应在 {least} 与 {most} 之间 entry {sequence} claims to have seen {seen}, must be {least} to {most}"
    )]
    Seen {
        /// Which entry.
        sequence: u64,
        /// What it claims.
        seen: u64,
        /// What an earlier entry claimed.
        least: u64,
        /// What there is.
        most: u64,
    },
    /// A header or a body.
    #[error("第 {sequence} 条 entry {sequence}: {error}")]
    Entry {
        /// Which entry.
        sequence: u64,
        /// What is wrong with it.
        error: EntryError,
    },
    /// A rotation of the author's key that must not be followed.
    #[error("第 {sequence} 条 entry {sequence}: {error}")]
    Rotation {
        /// Which entry.
        sequence: u64,
        /// What is wrong with it.
        error: RotationError,
    },
    /// Entries behind a rotation, which are another key's to sign.
    #[error(
        "第 {0} 条更换了密钥, 其后的条目须另成一帧 entry {0} replaces the key: what follows belongs into a frame of its own"
    )]
    BehindRotation(u64),
    /// The checkpoint.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
    /// The checkpoint is of another log or ends before the frame does.
    #[error(
        "检查点与数据帧不符: 检查点 {checkpoint} 条, 数据帧止于 {frame} 条 the checkpoint covers {checkpoint} entries, the frame ends at {frame}"
    )]
    Uncovered {
        /// Entries under the checkpoint.
        checkpoint: u64,
        /// Entries with this frame.
        frame: u64,
    },
    /// The entries do not lead to the signed root.
    #[error(
        "数据帧与签名的根不符 (至第 {0} 条) the entries up to {0} do not lead to the signed root"
    )]
    Root(u64),
}

/// A frame with checked sizes, not yet verified.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Frame {
    /// The log it says its entries are of.
    pub log_id: LogId,
    /// Sequence of the first.
    pub first: u64,
    /// The entries.
    pub entries: Vec<pb::Entry>,
    /// The signed note.
    pub checkpoint: Bytes,
    /// From the end of this frame to the checkpoint.
    pub consistency: Vec<Hash>,
}

impl Frame {
    /// A frame to send.
    pub fn new(
        log_id: LogId,
        first: u64,
        entries: &[Entry],
        checkpoint: &SignedCheckpoint,
        consistency: Vec<Hash>,
    ) -> Self {
        let entries = entries.iter().map(Entry::to_wire).collect();
        Self {
            log_id,
            first,
            entries,
            checkpoint: checkpoint.note().clone(),
            consistency,
        }
    }

    /// A frame to send, of headers and bodies as they are stored; an empty body stands for one that was erased or refused.
    pub fn from_bytes(
        log_id: LogId,
        first: u64,
        entries: Vec<(Bytes, Bytes)>,
        checkpoint: &SignedCheckpoint,
        consistency: Vec<Hash>,
    ) -> Self {
        let entries = entries
            .into_iter()
            .map(|(header, body)| pb::Entry { header, body });
        Self {
            log_id,
            first,
            entries: entries.collect(),
            checkpoint: checkpoint.note().clone(),
            consistency,
        }
    }

    /// One past the sequence of its last entry, as it says. From outside, so it may lie at the end of all numbers.
    pub fn end(&self) -> u64 {
        self.first.saturating_add(self.entries.len() as u64)
    }

    /// Bytes of its headers and bodies.
    pub fn bytes(&self) -> usize {
        bytes(&self.entries)
    }

    /// As it travels.
    pub fn into_wire(self) -> pb::Frame {
        pb::Frame {
            log_id: self.log_id.to_field(),
            first: self.first,
            entries: self.entries,
            checkpoint: self.checkpoint,
            consistency: self.consistency.into_iter().map(Hash::to_field).collect(),
        }
    }

    /// Reads a frame that travelled and checks its limits.
    pub fn from_wire(wire: pb::Frame) -> Result<Self, FrameError> {
        let bytes = bytes(&wire.entries);
        if wire.entries.len() > MAX_FRAME_ENTRIES || bytes > MAX_FRAME_BYTES {
            return Err(FrameError::TooLarge(wire.entries.len(), bytes));
        }
        if wire.entries.is_empty() {
            return Err(FrameError::Empty);
        }
        if wire.consistency.len() > MAX_PROOF_HASHES {
            return Err(FrameError::TooLarge(
                wire.entries.len(),
                wire.consistency.len() * 32,
            ));
        }
        Ok(Self {
            log_id: LogId::from_slice(&wire.log_id)
                .map_err(|error| FrameError::Field("log_id", error))?,
            first: wire.first,
            entries: wire.entries,
            checkpoint: wire.checkpoint,
            consistency: wire
                .consistency
                .iter()
                .map(|hash| Hash::from_slice(hash))
                .collect::<Result<_, _>>()
                .map_err(|error| FrameError::Field("consistency", error))?,
        })
    }
}

fn bytes(entries: &[pb::Entry]) -> usize {
    entries
        .iter()
        .map(|entry| entry.header.len() + entry.body.len())
        .sum()
}

/// What is held of a log: the state its next frame must continue.
#[derive(Clone, Debug)]
pub struct Follow {
    /// Which log.
    pub origin: LogOrigin,
    /// Whose keys sign its checkpoints, as far as it is held.
    pub signers: Signers,
    /// What is held.
    pub tree: Tree,
    /// `seen` of the last entry held.
    pub last_seen: u64,
    /// Size of the log the author reads: no entry can have seen more.
    pub seen_limit: u64,
}

/// Entries that continue a log, proven by their author's signature.
#[derive(Clone, Debug)]
pub struct VerifiedFrame {
    log_id: LogId,
    first: u64,
    base: Hash,
    entries: Vec<Entry>,
    tree: Tree,
    tiles: Vec<Hash>,
    signers: Signers,
    last_seen: u64,
    checkpoint: SignedCheckpoint,
}

impl Follow {
    /// Goes on behind a verified frame.
    pub fn advance(&mut self, frame: &VerifiedFrame) {
        self.tree = frame.tree.clone();
        self.signers = frame.signers.clone();
        self.last_seen = frame.last_seen;
    }

    /// Reads a note of this log, which may be of more than is held: `shown` is how its author says its key was replaced.
    pub fn note(
        &self,
        note: &Bytes,
        shown: &Succession,
    ) -> Result<SignedCheckpoint, CheckpointError> {
        self.signers.verify(note, self.tree.size(), shown)
    }

    /// Verifies that a frame continues this log: order, replay, every body hash, the root and the one signature.
    pub fn verify(&self, frame: Frame) -> Result<VerifiedFrame, FrameError> {
        let log_id = self.origin.log_id();
        if frame.log_id != log_id {
            return Err(FrameError::OtherLog {
                sequence: frame.first,
            });
        }
        if frame.first > self.tree.size() {
            return Err(FrameError::Gap {
                expected: self.tree.size(),
                found: frame.first,
            });
        }
        let first = self.tree.size();
        let mut tree = self.tree.clone();
        let mut signers = self.signers.clone();
        let mut rotated = None;
        let mut last_seen = self.last_seen;
        let mut entries = Vec::with_capacity(frame.entries.len());
        let mut tiles = Vec::new();
        // Entries that are already held (a letter carried twice) are not looked at again: the root below covers them.
        let held = usize::try_from(first - frame.first).unwrap_or(usize::MAX);
        for wire in frame.entries.into_iter().skip(held) {
            let sequence = tree.size();
            if let Some(rotation) = rotated {
                return Err(FrameError::BehindRotation(rotation));
            }
            let entry =
                Entry::from_wire(wire).map_err(|error| FrameError::Entry { sequence, error })?;
            self.check_place(&entry, log_id, sequence, last_seen)?;
            let followed = signers.follow(&entry);
            let followed = followed.map_err(|error| FrameError::Rotation { sequence, error })?;
            rotated = followed.then_some(sequence);
            last_seen = entry.header().seen;
            tiles.extend(tree.append_to_tile(entry.header().leaf_hash()));
            entries.push(entry);
        }
        if entries.is_empty() {
            return Err(FrameError::Empty);
        }
        // A later checkpoint is the next rotation's at most, so the key valid at the frame's end signed it.
        let checkpoint = signers.verify(&frame.checkpoint, tree.size(), &Succession::NONE)?;
        self.check_root(&checkpoint, &tree, &frame.consistency)?;
        Ok(VerifiedFrame {
            log_id,
            first,
            base: self.tree.root(),
            entries,
            tree,
            tiles,
            signers,
            last_seen,
            checkpoint,
        })
    }

    fn check_place(
        &self,
        entry: &Entry,
        log_id: LogId,
        sequence: u64,
        last_seen: u64,
    ) -> Result<(), FrameError> {
        let header = entry.header();
        if header.log_id != log_id {
            return Err(FrameError::OtherLog { sequence });
        }
        if header.sequence != sequence {
            return Err(FrameError::Gap {
                expected: sequence,
                found: header.sequence,
            });
        }
        if header.seen < last_seen || header.seen > self.seen_limit {
            return Err(FrameError::Seen {
                sequence,
                seen: header.seen,
                least: last_seen,
                most: self.seen_limit,
            });
        }
        Ok(())
    }

    fn check_root(
        &self,
        checkpoint: &SignedCheckpoint,
        tree: &Tree,
        consistency: &[Hash],
    ) -> Result<(), FrameError> {
        if *checkpoint.origin() != self.origin {
            return Err(FrameError::OtherLog {
                sequence: self.tree.size(),
            });
        }
        if checkpoint.size() < tree.size() {
            return Err(FrameError::Uncovered {
                checkpoint: checkpoint.size(),
                frame: tree.size(),
            });
        }
        proof::verify_consistency(
            consistency,
            checkpoint.size(),
            checkpoint.root(),
            tree.size(),
            tree.root(),
        )
        .map_err(|_: ProofError| FrameError::Root(tree.size()))
    }
}

impl VerifiedFrame {
    /// The log it continues.
    pub fn log_id(&self) -> LogId {
        self.log_id
    }

    /// Sequence of the first entry.
    pub fn first(&self) -> u64 {
        self.first
    }

    /// The root of the log that it continues: what is held must have the same, or the two are of different histories.
    pub fn base(&self) -> Hash {
        self.base
    }

    /// The entries, each with the body its header names.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The log's tree with this frame.
    pub fn tree(&self) -> &Tree {
        &self.tree
    }

    /// The roots of the full tiles that its entries complete, in order.
    pub fn tiles(&self) -> &[Hash] {
        &self.tiles
    }

    /// Whose keys sign the log's checkpoints, with this frame.
    pub fn signers(&self) -> &Signers {
        &self.signers
    }

    /// Bytes of its headers and bodies.
    pub fn bytes(&self) -> usize {
        self.entries.iter().map(Entry::len).sum()
    }

    /// `seen` of the last entry.
    pub fn last_seen(&self) -> u64 {
        self.last_seen
    }

    /// The checkpoint that closed it; it may cover more than this frame.
    pub fn checkpoint(&self) -> &SignedCheckpoint {
        &self.checkpoint
    }
}
