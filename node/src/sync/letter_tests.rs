//! Letters that come late, twice, out of order or after a loss.

#![allow(clippy::unwrap_used)]

use bytes::Bytes;
use hongyan_proto::{
    id::{Epoch, LogOrigin},
    identity::{IdentityKey, Succession},
    log::{Entry, Kind, NewHeader, Tree, body},
    time::Timestamp,
};
use proptest::prelude::*;

use super::*;
use crate::sync::cut;

pub(in crate::sync) fn home() -> IdentityKey {
    IdentityKey::from_seed([1; 32])
}

pub(in crate::sync) fn host() -> IdentityKey {
    IdentityKey::from_seed([2; 32])
}

fn origin(author: &IdentityKey, audience: &IdentityKey) -> LogOrigin {
    LogOrigin {
        author: author.public().key_id(),
        audience: audience.public().key_id(),
        epoch: Epoch::from_bytes([7; 16]),
    }
}

/// One side's log, written out.
pub(in crate::sync) struct Log {
    origin: LogOrigin,
    key: IdentityKey,
    entries: Vec<Entry>,
}

impl Log {
    pub(in crate::sync) fn new(
        author: IdentityKey,
        audience: &IdentityKey,
        size: u64,
        seen: u64,
    ) -> Self {
        let origin = origin(&author, audience);
        let entries = (0..size).map(|sequence| {
            let body = body::seal([9; 16], &sequence.to_be_bytes());
            let header = NewHeader {
                log_id: origin.log_id(),
                sequence,
                seen,
                time: Timestamp::from_millis(0),
                kind: Kind::Contact,
                case_id: None,
                agreement: None,
                body_hash: body::body_hash(&body),
            };
            Entry::join(header.encode(), body).unwrap()
        });
        Self {
            origin,
            entries: entries.collect(),
            key: author,
        }
    }

    pub(in crate::sync) fn tree(&self, size: u64) -> Tree {
        let mut tree = Tree::new();
        for entry in &self.entries[..usize::try_from(size).unwrap()] {
            tree.append(entry.header().leaf_hash());
        }
        tree
    }

    pub(in crate::sync) fn note(&self, size: u64) -> SignedCheckpoint {
        SignedCheckpoint::sign(&self.key, &self.origin, size, self.tree(size).root()).unwrap()
    }

    pub(in crate::sync) fn follow(&self, size: u64) -> Follow {
        Follow {
            origin: self.origin,
            signers: self.key.public().into(),
            tree: self.tree(size),
            last_seen: 0,
            seen_limit: 0,
        }
    }

    pub(in crate::sync) fn frame(&self, range: Range<u64>) -> Frame {
        let mut tree = self.tree(range.start);
        let first = usize::try_from(range.start).unwrap();
        let end = usize::try_from(range.end).unwrap();
        let entries = self.entries[first..end].iter().cloned();
        cut(
            self.origin.log_id(),
            &mut tree,
            entries.map(Ok::<_, ()>),
            |tree| Ok((self.note(tree.size()), Vec::new())),
        )
        .unwrap()
        .unwrap()
    }
}

/// The home has written `own` entries here, `mirror` of the host's are here; the letter says what the host had.
fn begin(
    own: (&Log, u64),
    mirror: (&Log, u64),
    there: (u64, Option<u64>),
) -> Result<Reading, LetterError> {
    let hello = Hello {
        protocol: PROTOCOL,
        own: mirror.0.note(there.0).note().clone(),
        held: there.1.map(|size| own.0.note(size).note().clone()),
        time: Timestamp::from_millis(0),
        agreements: Vec::new(),
        reset: None,
        rotations: Succession::NONE,
        held_rotations: Succession::NONE,
    };
    let (own_follow, mirror_follow) = (own.0.follow(own.1), mirror.0.follow(mirror.1));
    let greeting = Greeting::read(&hello, &own_follow, &mirror_follow)?;
    let (held, theirs) = greeting.sizes();
    let roots = Roots {
        own_at_held: held
            .filter(|size| *size <= own.1)
            .map(|size| own.0.tree(size).root()),
        mirror_at_own: Some(theirs)
            .filter(|size| *size <= mirror.1)
            .map(|size| mirror.0.tree(size).root()),
    };
    Reading::begin((own_follow, 0), mirror_follow, None, &greeting, roots)
}

fn logs() -> (Log, Log) {
    (
        Log::new(home(), &host(), 10, 0),
        Log::new(host(), &home(), 20, 5),
    )
}

#[test]
fn a_letter_brings_what_is_new_and_the_second_time_nothing() {
    let (own, theirs) = logs();
    let mut reading = begin((&own, 10), (&theirs, 4), (20, Some(10))).unwrap();
    for (range, new) in [(0..4, false), (2..12, true), (12..20, true), (0..20, false)] {
        let step = reading.frame(theirs.frame(range)).unwrap();
        assert_eq!(matches!(step, Step::Mirror(_)), new, "{step:?}");
        assert_eq!(matches!(step, Step::Held), !new);
    }
    assert_eq!(reading.held_there(), 10);
    reading.end().unwrap();
}

#[test]
fn an_old_letter_is_not_a_loss() {
    let (own, theirs) = logs();
    let mut reading = begin((&own, 10), (&theirs, 20), (3, Some(1))).unwrap();
    assert!(matches!(reading.frame(theirs.frame(0..3)), Ok(Step::Held)));
    assert_eq!((reading.size_there(), reading.held_there()), (3, 1));
    reading.end().unwrap();
}

#[test]
fn a_gap_says_from_where_to_export_again() {
    let (own, theirs) = logs();
    let mut reading = begin((&own, 10), (&theirs, 4), (20, None)).unwrap();
    let refused = reading.frame(theirs.frame(6..9)).unwrap_err();
    assert_eq!(
        refused,
        LetterError::Gap {
            expected: 4,
            found: 6
        }
    );
    assert!(refused.to_string().contains("letter export --from 4"));
}

#[test]
fn lost_entries_come_back_before_anything_else_is_believed() {
    let (own, theirs) = logs();
    let lost = LetterError::LostEntries { from: 2, until: 10 };
    let mut reading = begin((&own, 2), (&theirs, 0), (20, Some(10))).unwrap();
    assert_eq!(reading.end().unwrap_err(), lost);
    assert_eq!(reading.frame(theirs.frame(0..20)).unwrap_err(), lost);
    let step = reading.frame(own.frame(0..10)).unwrap();
    assert!(matches!(&step, Step::TakeBack(frame) if frame.first() == 2));
    let step = reading.frame(theirs.frame(0..20)).unwrap();
    assert!(matches!(step, Step::Mirror(_)));
    reading.end().unwrap();
}

#[test]
fn two_histories_another_epoch_and_a_newer_protocol_stop() {
    let (own, theirs) = logs();
    let other = Log::new(host(), &home(), 20, 4);
    let reason = |result: Result<Reading, LetterError>| match result {
        Err(LetterError::Stop(stop)) => stop.reason,
        other => panic!("{other:?}"),
    };
    let follow = (own.follow(10), theirs.follow(8));
    let hello = |protocol, note: Bytes| Hello {
        protocol,
        own: note,
        held: None,
        time: Timestamp::from_millis(0),
        agreements: Vec::new(),
        reset: None,
        rotations: Succession::NONE,
        held_rotations: Succession::NONE,
    };
    let read = |hello: &Hello| {
        let greeting = Greeting::read(hello, &follow.0, &follow.1)?;
        let roots = Roots {
            own_at_held: None,
            mirror_at_own: Some(theirs.tree(5).root()),
        };
        Reading::begin(
            (follow.0.clone(), 0),
            follow.1.clone(),
            None,
            &greeting,
            roots,
        )
    };
    let forked = read(&hello(PROTOCOL, other.note(5).note().clone()));
    assert_eq!(reason(forked), StopReason::Fork);
    let newer = read(&hello((9, 9), theirs.note(5).note().clone()));
    assert_eq!(reason(newer), StopReason::Version);
    let mut reset = Log::new(host(), &home(), 20, 5);
    reset.origin.epoch = Epoch::from_bytes([8; 16]);
    let reset = read(&hello(PROTOCOL, reset.note(5).note().clone()));
    assert_eq!(reason(reset), StopReason::Epoch);
    let unsigned = read(&hello(PROTOCOL, own.note(5).note().clone()));
    assert_eq!(reason(unsigned), StopReason::Protocol);
}

#[test]
fn a_letter_holds_what_is_not_known_to_be_there() {
    let known = Known {
        own: 10,
        held_there: 4,
        mirror: 20,
        ..Known::default()
    };
    let none = 20..20;
    assert_eq!(
        contents(&known),
        Contents {
            give_back: none.clone(),
            own: 4..10
        }
    );
    let again = Known {
        from: Some(1),
        ..known
    };
    assert_eq!(contents(&again).own, 1..10);
    let beyond = Known {
        from: Some(99),
        ..known
    };
    assert_eq!(contents(&beyond).own, 10..10);
    let lost = Known {
        lost_there: Some(7),
        ..known
    };
    assert_eq!(
        contents(&lost),
        Contents {
            give_back: 7..20,
            own: 4..10
        }
    );
}

proptest! {
    /// Letters lost, repeated and in any order: what is taken in is always a beginning of the log, never with a hole.
    #[test]
    fn any_pile_of_letters_leaves_a_beginning(pile in proptest::collection::vec((0_u64..20, 1_u64..20), 0..12)) {
        let (own, theirs) = logs();
        let mut size = 0;
        for (first, length) in pile {
            let end = (first + length).min(20);
            let mut reading = begin((&own, 10), (&theirs, size), (end, None)).unwrap();
            match reading.frame(theirs.frame(first..end)) {
                Ok(Step::Mirror(frame)) => {
                    prop_assert!(first <= size && end > size);
                    prop_assert_eq!(frame.first(), size);
                    size = frame.tree().size();
                    prop_assert_eq!(frame.tree().root(), theirs.tree(size).root());
                }
                Ok(Step::Held) => prop_assert!(end <= size),
                Ok(Step::TakeBack(_)) => prop_assert!(false, "nothing was lost"),
                Err(error) => prop_assert_eq!(error, LetterError::Gap { expected: size, found: first }),
            }
        }
    }
}

#[test]
fn entries_that_lead_to_another_signed_root_leave_both_notes_as_evidence() {
    let (own, theirs) = logs();
    let other = Log::new(host(), &home(), 20, 6);
    let mirror = theirs.follow(4);
    let greeting = Greeting {
        theirs: other.note(20),
        held: Some(own.note(10)),
    };
    let roots = Roots {
        own_at_held: Some(own.tree(10).root()),
        ..Roots::default()
    };
    let held = theirs.note(4);
    let begun = Reading::begin((own.follow(10), 0), mirror, Some(&held), &greeting, roots);
    let refused = begun.unwrap().frame(other.frame(4..20)).unwrap_err();
    let LetterError::Stop(stop) = refused else {
        panic!("{refused}");
    };
    assert_eq!(stop.reason, StopReason::BadFrame);
    assert_eq!(
        stop.evidence,
        [held.note().clone(), other.note(20).note().clone()]
    );
}

#[test]
fn a_letter_that_shows_a_loss_says_what_to_lock() {
    let (own, theirs) = logs();
    let begun = |here, held| begin((&own, here), (&theirs, 0), (20, held)).unwrap();
    assert_eq!(begun(2, Some(10)).must_recover(), Some(10));
    assert_eq!(begun(10, Some(3)).must_recover(), None);
}
