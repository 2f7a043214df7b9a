//! Writing logs: one's own by appending, the partner's by mirroring verified frames.

use std::sync::Arc;

use hongyan_proto::{
    id::{Hash, LogOrigin},
    identity::{IdentityKey, KeyRotation, PublicKey},
    log::{
        Entry, Header, Kind, NewHeader, SignedCheckpoint, Tree, VerifiedFrame, body,
        limits::{MAX_PAYLOAD_BYTES, SALT_BYTES},
    },
};
use rand::RngCore;

use super::{
    bundle::{BUNDLE_ENTRIES, Bundle, Stored},
    draft::{Draft, limit},
    entries::{read_bundle, tail_keys},
    error::StoreError,
    hashes::finished_nodes,
    key,
    log::{LogNo, LogRecord, LogState, NewEntry},
};

impl Draft<'_> {
    /// Makes a new log. The first one is the node's own local log.
    pub fn create_log(
        &mut self,
        origin: LogOrigin,
        author: PublicKey,
        own: bool,
    ) -> Result<LogNo, StoreError> {
        let logs = self.logs();
        if let Some(log) = logs.iter().find(|log| log.origin == origin) {
            return Err(StoreError::LogExists(log.no));
        }
        if author.key_id() != origin.author {
            return Err(StoreError::Entry(Arc::from(
                "作者公钥与日志来源不符 the author's key is not the origin's",
            )));
        }
        let no = LogNo(logs.last().map_or(0, |last| last.no.0 + 1));
        self.set_log(LogRecord {
            no,
            origin,
            signers: author.into(),
            turns: Vec::new(),
            own,
            tree: Tree::new(),
            last_seen: 0,
            checkpoint: None,
            state: LogState::Live,
        });
        Ok(no)
    }

    /// Writes an entry at the end of one's own log. Returns its sequence.
    pub fn append(&mut self, no: LogNo, new: NewEntry) -> Result<u64, StoreError> {
        self.append_entry(no, new).map(|header| header.sequence)
    }

    /// Writes an entry at the end of one's own log. Returns its header: to read it back would read the log's whole unfinished tail.
    pub fn append_entry(&mut self, no: LogNo, new: NewEntry) -> Result<Header, StoreError> {
        if new.kind == Kind::KeyRotated {
            return Err(StoreError::Entry(Arc::from(
                "换钥须与签名一同写入 a rotation is written together with its signatures only",
            )));
        }
        self.append_any(no, new)
    }

    /// Writes the rotation of the own key, whose payload is in `new`, at the end of one's own log. The old key signs the log up to
    /// and including it, in this same commit; from then on only the new key signs.
    pub fn rotate(
        &mut self,
        no: LogNo,
        new: NewEntry,
        (rotation, old): (&KeyRotation, &IdentityKey),
    ) -> Result<Header, StoreError> {
        let header = self.append_any(no, new)?;
        let mut record = self.log(no)?.clone();
        let size = record.size();
        let bad = |error: &dyn std::fmt::Display| StoreError::Entry(Arc::from(error.to_string()));
        record
            .signers
            .push(size, rotation.clone())
            .map_err(|error| bad(&error))?;
        let turn = SignedCheckpoint::sign(old, &record.origin, size, record.root());
        record.turns.push(turn.map_err(|error| bad(&error))?);
        self.set_log(record);
        Ok(header)
    }

    fn append_any(&mut self, no: LogNo, new: NewEntry) -> Result<Header, StoreError> {
        let NewEntry {
            seen,
            time,
            kind,
            case_id,
            agreement,
            payload,
        } = new;
        let mut record = self.log(no)?.clone();
        match record.state {
            _ if !record.own => return Err(StoreError::WrongSide(no)),
            LogState::Live => {}
            LogState::Frozen => return Err(StoreError::Frozen(no)),
            LogState::KeyLost => return Err(StoreError::KeyLost(no)),
            LogState::Recovering { until } => {
                return Err(StoreError::MustRecover {
                    log: no,
                    from: record.size(),
                    to: until,
                });
            }
        }
        limit("信件内容 payload", payload.len(), MAX_PAYLOAD_BYTES)?;
        if seen < record.last_seen {
            return Err(StoreError::SeenLess {
                log: no,
                seen,
                last: record.last_seen,
            });
        }
        let sequence = record.size();
        let mut salt = [0; SALT_BYTES];
        self.rng.fill_bytes(&mut salt);
        let body = body::seal(salt, &payload);
        let header = NewHeader {
            log_id: record.log_id(),
            sequence,
            seen,
            time,
            kind,
            case_id,
            agreement,
            body_hash: body::body_hash(&body),
        }
        .encode();
        let leaf = header.leaf_hash();
        let stored = Stored {
            header: header.bytes().clone(),
            body: Some(body),
        };
        let mut tree = record.tree.clone();
        let tile = tree.append_to_tile(leaf);
        self.store_entries(&record, vec![stored], tile)?;
        record.tree = tree;
        record.last_seen = seen;
        self.set_log(record);
        Ok(header)
    }

    /// Keeps a frame of the partner's log, without the bodies of the entries that were `refused`.
    pub fn mirror(
        &mut self,
        no: LogNo,
        frame: &VerifiedFrame,
        refused: &[u64],
    ) -> Result<(), StoreError> {
        if self.log(no)?.own {
            return Err(StoreError::WrongSide(no));
        }
        self.store_frame(no, frame, refused)
    }

    /// Takes back entries of one's own log that were lost here and that the partner still had.
    pub fn recover(&mut self, no: LogNo, frame: &VerifiedFrame) -> Result<(), StoreError> {
        if !self.log(no)?.own {
            return Err(StoreError::WrongSide(no));
        }
        self.store_frame(no, frame, &[])
    }

    /// Erases an entry's body. Its header stays, so the log is as provable as before; the old ciphertext stays in the
    /// database file until the engine reuses its place.
    pub fn erase_body(&mut self, no: LogNo, sequence: u64) -> Result<(), StoreError> {
        let record = self.log(no)?.clone();
        if sequence >= record.size() {
            return Err(StoreError::UnknownEntry { log: no, sequence });
        }
        let changes = record.signers.changes();
        if changes.iter().any(|change| change.size == sequence + 1) {
            return Err(StoreError::Entry(Arc::from(
                "换钥条目不可擦除 a rotation's body is never erased: without it nobody can tell who signs",
            )));
        }
        let number = sequence / BUNDLE_ENTRIES;
        let mut first = number * BUNDLE_ENTRIES;
        let mut place = key::bundle(no, number);
        if record.size() - first < BUNDLE_ENTRIES {
            let runs = tail_keys(self.sight(), &record, first)?;
            let run = runs.into_iter().rev().find_map(|run| {
                Some((key::run_first(&run)?, run)).filter(|(at, _)| *at <= sequence)
            });
            (first, place) =
                run.ok_or_else(|| record.bad_entry(sequence, "条目缺失 the entry is missing"))?;
        }
        let missing = || record.bad_entry(sequence, "条目缺失 the entry is missing");
        let bytes = self.sight().get(&place)?.ok_or_else(missing)?;
        let mut bundle = Bundle::decode(&bytes)?;
        if sequence - first >= bundle.len() {
            return Err(missing());
        }
        bundle.erase(usize::try_from(sequence - first).unwrap_or(usize::MAX));
        self.own.put(place, bundle.encode());
        Ok(())
    }

    /// The partner holds the own log up to `until`: nothing is appended before it was taken back. Only ever raises what must
    /// be taken back. No-op for a log that is as long, or frozen.
    pub fn must_recover(&mut self, no: LogNo, until: u64) -> Result<(), StoreError> {
        let mut record = self.own_log(no)?;
        let known = match record.state {
            LogState::Frozen | LogState::KeyLost => return Ok(()),
            LogState::Live => 0,
            LogState::Recovering { until } => until,
        };
        if record.size() < until && known < until {
            record.state = LogState::Recovering { until };
            self.set_log(record);
        }
        Ok(())
    }

    /// The partner has shown that it holds nothing of the own log that is not here: ends a recovery of unknown length. Entries
    /// known to be lost stay to be taken back.
    pub fn confirmed(&mut self, no: LogNo) -> Result<(), StoreError> {
        let mut record = self.own_log(no)?;
        if record.state == LogState::UNCONFIRMED {
            record.state = LogState::Live;
            self.set_log(record);
        }
        Ok(())
    }

    fn own_log(&self, no: LogNo) -> Result<LogRecord, StoreError> {
        let record = self.log(no)?;
        if record.own {
            Ok(record.clone())
        } else {
            Err(StoreError::WrongSide(no))
        }
    }

    /// The own log was taken back with a rotation to a key that is not here: this node writes it no more.
    pub fn key_lost(&mut self, no: LogNo) -> Result<(), StoreError> {
        let mut record = self.own_log(no)?;
        record.state = LogState::KeyLost;
        self.set_log(record);
        Ok(())
    }

    /// Nothing more is written to this log.
    pub fn freeze(&mut self, no: LogNo) -> Result<(), StoreError> {
        let mut record = self.log(no)?.clone();
        record.state = LogState::Frozen;
        self.set_log(record);
        Ok(())
    }

    /// Keeps the newest signed checkpoint of a log.
    pub fn set_checkpoint(
        &mut self,
        no: LogNo,
        checkpoint: SignedCheckpoint,
    ) -> Result<(), StoreError> {
        let mut record = self.log(no)?.clone();
        let fits = *checkpoint.origin() == record.origin
            && (checkpoint.size() != record.size() || checkpoint.root() == record.root());
        if !fits {
            return Err(StoreError::Entry(Arc::from(
                "检查点与日志不符 the checkpoint does not fit the log",
            )));
        }
        record.checkpoint = Some(checkpoint);
        self.set_log(record);
        Ok(())
    }

    /// An entry, this commit's own included.
    pub fn entry(&self, no: LogNo, sequence: u64) -> Result<Entry, StoreError> {
        let record = self.log(no)?;
        let unknown = StoreError::UnknownEntry { log: no, sequence };
        if sequence >= record.size() {
            return Err(unknown);
        }
        let bundle = read_bundle(self.sight(), record, sequence)?;
        let index = usize::try_from(sequence % BUNDLE_ENTRIES).unwrap_or(usize::MAX);
        let stored = bundle.entries().get(index).cloned().ok_or(unknown)?;
        stored
            .into_entry()
            .map_err(|detail| record.bad_entry(sequence, detail))
    }

    pub(super) fn set_log(&mut self, record: LogRecord) {
        self.own.logs.insert(record.no, Arc::new(record));
    }

    fn store_frame(
        &mut self,
        no: LogNo,
        frame: &VerifiedFrame,
        refused: &[u64],
    ) -> Result<(), StoreError> {
        let mut record = self.log(no)?.clone();
        if record.state == LogState::Frozen {
            return Err(StoreError::Frozen(no));
        }
        if frame.log_id() != record.log_id() {
            return Err(StoreError::WrongSide(no));
        }
        if frame.first() != record.size() {
            return Err(StoreError::OutOfOrder {
                log: no,
                expected: record.size(),
                found: frame.first(),
            });
        }
        if frame.base() != record.root() {
            return Err(StoreError::Entry(Arc::from(
                "数据帧接续的是另一段历史 the frame continues another history than the one that is held",
            )));
        }
        let entries = (frame.first()..)
            .zip(frame.entries())
            .map(|(sequence, entry)| {
                let mut stored = Stored::from(entry);
                if refused.contains(&sequence) {
                    stored.body = None;
                }
                stored
            })
            .collect();
        self.store_entries(&record, entries, frame.tiles().iter().copied())?;
        record.tree = frame.tree().clone();
        record.last_seen = frame.last_seen();
        if frame.signers().changes().len() > record.signers.changes().len() {
            record.signers = frame.signers().clone();
            // Without the note at the rotation itself nothing is lost but the proof for who is behind it.
            let turn = Some(frame.checkpoint()).filter(|note| note.size() == record.size());
            record.turns.extend(turn.cloned());
        }
        record.checkpoint = Some(frame.checkpoint().clone());
        if let LogState::Recovering { until } = record.state
            && record.size() >= until
        {
            record.state = LogState::Live;
        }
        self.set_log(record);
        Ok(())
    }

    /// Puts entries behind the last one: full bundles as such, the rest as a run of the tail. `tiles` are the roots of the bundles
    /// that they fill.
    pub(super) fn store_entries(
        &mut self,
        record: &LogRecord,
        new: Vec<Stored>,
        tiles: impl IntoIterator<Item = Hash>,
    ) -> Result<(), StoreError> {
        let no = record.no;
        let mut tiles = tiles.into_iter();
        let in_tail = record.size() % BUNDLE_ENTRIES;
        let mut first = record.size();
        let mut entries = new;
        if in_tail > 0 && in_tail + entries.len() as u64 >= BUNDLE_ENTRIES {
            first -= in_tail;
            let mut tail = read_bundle(self.sight(), record, first)?.into_entries();
            for run in tail_keys(self.sight(), record, first)? {
                self.own.delete(run);
            }
            tail.append(&mut entries);
            entries = tail;
        }
        let mut entries = entries.into_iter().peekable();
        while entries.peek().is_some() {
            let room = BUNDLE_ENTRIES - first % BUNDLE_ENTRIES;
            let taken: Vec<_> = entries
                .by_ref()
                .take(usize::try_from(room).unwrap_or(usize::MAX))
                .collect();
            let bundle = Bundle::new(taken);
            if bundle.len() == BUNDLE_ENTRIES {
                // Whoever hashed the entries into the tree saw every tile filled.
                let filled = tiles.next().expect("a full bundle has a root");
                self.store_bundle(record, first / BUNDLE_ENTRIES, &bundle, filled)?;
            } else {
                self.own.put_fresh(key::run(no, first), bundle.encode());
            }
            first += bundle.len();
        }
        Ok(())
    }

    fn store_bundle(
        &mut self,
        record: &LogRecord,
        number: u64,
        bundle: &Bundle,
        root: Hash,
    ) -> Result<(), StoreError> {
        self.own
            .put_fresh(key::bundle(record.no, number), bundle.encode());
        for (tier, number, hash) in finished_nodes(self.sight(), record, number, root)? {
            self.own
                .put_fresh(key::node(record.no, tier, number), hash.to_field());
        }
        Ok(())
    }
}
