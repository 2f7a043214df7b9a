//! Entries altered behind a valid seal: only reading the log again finds them, and the first bad one is named by its number.

use hongyan_proto::log::Header;

use super::*;
use crate::store::bundle::Stored;

/// Three full bundles, and a tail in runs of its own.
const SIZE: u64 = 1000;
const TAIL: u64 = 768;

const BODY: &str = "the body does not match its hash";
const PLACE: &str = "the entry belongs to another place or log";
const HEADER: &str = "unreadable header";
const ROOT: &str = "the bundle has another root";
const GONE: &str = "the bundle is missing";
const CUT: &str = "the bundle is too short";
const UNREADABLE: &str = "the bundle cannot be read";

/// A partner's log of so many entries, behind a local one.
fn written(place: &Place) -> (Store, LogNo) {
    let store = place.create();
    let local =
        store.commit_blocking(|draft| draft.create_log(origin(1, 1), identity(1).public(), true));
    append(&store, local.unwrap(), 3);
    let no = partner_log(&store);
    let mut author = Author::new(2, 1);
    for count in [300, 468, 182, 50] {
        mirror(&store, no, &mut author, count, &[]);
    }
    assert_eq!(store.verify_log(no, &quiet).unwrap().size, SIZE);
    (store, no)
}

/// Verifies a log after it was forged, also when it is opened anew.
fn found(forge: impl FnOnce(&Store, LogNo)) -> Damage {
    let place = Place::new();
    let (store, no) = written(&place);
    forge(&store, no);
    let named = |store: &Store| match store.verify_log(no, &quiet) {
        Err(StoreError::Log(damage)) => damage,
        other => panic!("{other:?}"),
    };
    let damage = named(&store);
    assert_eq!(store.verify_log(LogNo::LOCAL, &quiet).unwrap().size, 3);
    drop(store);
    let (store, _) = place.open().unwrap();
    assert_eq!(named(&store), damage);
    damage
}

/// The number that is named, once it is sure that it is named for this reason.
fn first_bad(why: &str, forge: impl FnOnce(&Store, LogNo)) -> u64 {
    let damage = found(forge);
    assert_eq!(damage.take_from, Source::Partner, "{damage}");
    let Harm::Entry { sequence, detail } = damage.what else {
        panic!("{damage}");
    };
    assert!(detail.contains(why), "{detail}");
    sequence
}

#[test]
fn a_body_that_is_another_is_named_by_its_number() {
    for sequence in [0, 255, 256, 300, TAIL - 1, TAIL, 949, 950, SIZE - 1] {
        let forged = |store: &Store, no| store.forge_body(no, sequence);
        assert_eq!(first_bad(BODY, forged), sequence);
    }
}

#[test]
fn of_several_bad_entries_the_first_is_named() {
    // The two halves of the log are read at once, and the second is bad too.
    let forged = |store: &Store, no| {
        for sequence in [990, 513, 400, 300, 770] {
            store.forge_body(no, sequence);
        }
    };
    assert_eq!(first_bad(BODY, forged), 300);
}

#[test]
fn a_header_that_says_another_place_is_named_by_its_number() {
    for sequence in [257, 800] {
        let swapped = |store: &Store, no| {
            store.forge_entries(no, sequence, |entries, index| {
                entries.swap(index, index + 1);
            });
        };
        assert_eq!(first_bad(PLACE, swapped), sequence);
    }
    let foreign = |store: &Store, no| {
        let local = store.entry(LogNo::LOCAL, 2).unwrap();
        store.forge_entries(no, 2, move |entries, index| {
            entries[index] = Stored::from(&local);
        });
    };
    assert_eq!(first_bad(PLACE, foreign), 2, "of another log");
}

#[test]
fn a_header_that_cannot_be_read_is_named_by_its_number() {
    for sequence in [511, 999] {
        let torn = |store: &Store, no| {
            store.forge_entries(no, sequence, |entries, index| {
                let header = &mut entries[index].header;
                *header = header.slice(1..);
            });
        };
        assert_eq!(first_bad(HEADER, torn), sequence);
    }
}

/// The same entry, written a second later: nothing in it contradicts itself.
fn later(entries: &mut [Stored], index: usize) {
    let header = Header::parse(entries[index].header.clone()).unwrap();
    let header = NewHeader {
        log_id: header.log_id,
        sequence: header.sequence,
        seen: header.seen,
        time: Timestamp::from_millis(header.time.millis() + 1000),
        kind: header.kind,
        case_id: header.case_id,
        agreement: header.agreement,
        body_hash: header.body_hash,
    };
    entries[index].header = header.encode().bytes().clone();
}

#[test]
fn a_header_that_only_the_tree_contradicts_is_named_by_its_bundle_and_in_the_tail_by_the_root() {
    let forged = |store: &Store, no| {
        store.forge_entries(no, 300, |entries, index| later(entries, index));
    };
    assert_eq!(first_bad(ROOT, forged), 256);
    // The tail has no root of its own: what was signed is all that contradicts it.
    let damage = found(|store, no| {
        store.forge_entries(no, 900, |entries, index| later(entries, index));
    });
    assert_eq!(damage.what, Harm::Root { size: SIZE });
}

#[test]
fn what_is_gone_is_named_by_the_first_number_that_is_gone() {
    let removed = |sequence| move |store: &Store, no| store.forge_value(no, sequence, |_, _| None);
    assert_eq!(first_bad(GONE, removed(600)), 512);
    // The last run of the tail begins where the last frame did.
    assert_eq!(first_bad(GONE, removed(SIZE - 1)), 950);
    let cut = |sequence| {
        move |store: &Store, no| {
            store.forge_entries(no, sequence, Vec::truncate);
        }
    };
    assert_eq!(first_bad(CUT, cut(300)), 300);
    assert_eq!(first_bad(GONE, cut(900)), 900);
    let torn = |sequence| {
        move |store: &Store, no| {
            store.forge_value(no, sequence, |value, _| Some(value.slice(1..)));
        }
    };
    assert_eq!(first_bad(UNREADABLE, torn(300)), 256);
    assert_eq!(first_bad(UNREADABLE, torn(SIZE - 1)), 950);
}
