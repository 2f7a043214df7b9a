//! What two hellos say about each other: a pure function with a table test. Every way in which two stores can differ has
//! a name here, and none is resolved silently.

use hongyan_proto::{
    id::{Hash, LogOrigin},
    log::SignedCheckpoint,
};

/// What one side knows of one log before the session: its identity, size and root.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct View {
    /// Which log.
    pub origin: LogOrigin,
    /// How many entries are durable here.
    pub size: u64,
    /// Their root.
    pub root: Hash,
}

/// Roots of this side's copies at the sizes that the other side's hello names; none when the copy is shorter than that.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Roots {
    /// Of this side's own log, at the size the other side holds.
    pub own_at_held: Option<Hash>,
    /// Of the mirror, at the size the other side says its log has.
    pub mirror_at_own: Option<Hash>,
}

/// How one log stands between its author and its reader.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Situation {
    /// Both hold the same entries.
    Equal,
    /// The reader lacks the author's entries from here on.
    ReaderBehind {
        /// First entry the reader lacks.
        from: u64,
    },
    /// The author lost entries that the reader still holds (a restored backup, a damaged disk).
    AuthorLost {
        /// First entry the author lacks.
        from: u64,
        /// How many entries the reader holds.
        until: u64,
    },
    /// Author and reader hold different entries at the same place.
    Fork {
        /// The size at which both roots are known and differ.
        size: u64,
    },
    /// The author writes, or the reader holds, another epoch than the one agreed on.
    EpochChanged,
}

/// How this side's own log stands, given what the other side holds of it.
pub(super) fn own(own: &View, held: Option<&SignedCheckpoint>, roots: Roots) -> Situation {
    let Some(held) = held else {
        return behind_or_equal(0, own.size);
    };
    if *held.origin() != own.origin {
        return Situation::EpochChanged;
    }
    if held.size() > own.size {
        return Situation::AuthorLost {
            from: own.size,
            until: held.size(),
        };
    }
    if roots.own_at_held != Some(held.root()) {
        return Situation::Fork { size: held.size() };
    }
    behind_or_equal(held.size(), own.size)
}

/// How the other side's log stands, given what this side holds of it.
pub(super) fn mirror(mirror: &View, own: &SignedCheckpoint, roots: Roots) -> Situation {
    if *own.origin() != mirror.origin {
        return Situation::EpochChanged;
    }
    if own.size() > mirror.size {
        // Whether the longer log begins with what is held here shows when its frames are verified.
        return Situation::ReaderBehind { from: mirror.size };
    }
    if roots.mirror_at_own != Some(own.root()) {
        return Situation::Fork { size: own.size() };
    }
    if own.size() < mirror.size {
        return Situation::AuthorLost {
            from: own.size(),
            until: mirror.size,
        };
    }
    Situation::Equal
}

fn behind_or_equal(from: u64, size: u64) -> Situation {
    if from == size {
        Situation::Equal
    } else {
        Situation::ReaderBehind { from }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use hongyan_proto::{id::Epoch, identity::IdentityKey};

    use super::*;

    fn key() -> IdentityKey {
        IdentityKey::from_seed([1; 32])
    }

    fn origin(epoch: u8) -> LogOrigin {
        let author = key().public().key_id();
        LogOrigin {
            author,
            audience: author,
            epoch: Epoch::from_bytes([epoch; 16]),
        }
    }

    fn root(of: u8) -> Hash {
        Hash::from_bytes([of; 32])
    }

    fn signed(epoch: u8, size: u64, of: u8) -> SignedCheckpoint {
        SignedCheckpoint::sign(&key(), &origin(epoch), size, root(of)).unwrap()
    }

    fn view(size: u64) -> View {
        View {
            origin: origin(1),
            size,
            root: root(1),
        }
    }

    #[test]
    fn every_row_of_the_own_log() {
        let same = Roots {
            own_at_held: Some(root(1)),
            ..Roots::default()
        };
        let other = Roots {
            own_at_held: Some(root(2)),
            ..Roots::default()
        };
        let rows = [
            (view(0), None, same, Situation::Equal),
            (view(5), None, same, Situation::ReaderBehind { from: 0 }),
            (view(5), Some(signed(1, 5, 1)), same, Situation::Equal),
            (
                view(5),
                Some(signed(1, 3, 1)),
                same,
                Situation::ReaderBehind { from: 3 },
            ),
            (
                view(5),
                Some(signed(1, 3, 1)),
                other,
                Situation::Fork { size: 3 },
            ),
            (
                view(5),
                Some(signed(1, 5, 1)),
                other,
                Situation::Fork { size: 5 },
            ),
            (
                view(5),
                Some(signed(1, 8, 1)),
                Roots::default(),
                Situation::AuthorLost { from: 5, until: 8 },
            ),
            (
                view(5),
                Some(signed(2, 5, 1)),
                same,
                Situation::EpochChanged,
            ),
        ];
        for (mine, held, roots, expected) in rows {
            assert_eq!(
                own(&mine, held.as_ref(), roots),
                expected,
                "{mine:?} {held:?}"
            );
        }
    }

    #[test]
    fn every_row_of_the_mirror() {
        let same = Roots {
            mirror_at_own: Some(root(1)),
            ..Roots::default()
        };
        let other = Roots {
            mirror_at_own: Some(root(2)),
            ..Roots::default()
        };
        let rows = [
            (view(5), signed(1, 5, 1), same, Situation::Equal),
            (view(5), signed(1, 5, 1), other, Situation::Fork { size: 5 }),
            (
                view(5),
                signed(1, 3, 1),
                same,
                Situation::AuthorLost { from: 3, until: 5 },
            ),
            (view(5), signed(1, 3, 1), other, Situation::Fork { size: 3 }),
            (
                view(5),
                signed(1, 9, 1),
                Roots::default(),
                Situation::ReaderBehind { from: 5 },
            ),
            (view(5), signed(2, 5, 1), same, Situation::EpochChanged),
        ];
        for (held, theirs, roots, expected) in rows {
            assert_eq!(
                mirror(&held, &theirs, roots),
                expected,
                "{held:?} {theirs:?}"
            );
        }
    }
}
