//! Stories of the store: what is confirmed stays, what is not confirmed is not seen, and damage has a name.

use std::{
    collections::BTreeMap,
    fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    sync::mpsc,
};

use age::secrecy::SecretString;
use hongyan_proto::{
    id::{Epoch, LogOrigin},
    identity::IdentityKey,
    log::{Entry, Frame, Kind, NewHeader, SignedCheckpoint, Tree, VerifiedFrame, body, proof},
    time::Timestamp,
};
use proptest::prelude::*;
use tempfile::TempDir;

use super::*;

#[path = "forged_tests.rs"]
mod forged;
#[path = "recovery_tests.rs"]
mod recovery;
#[path = "version_tests.rs"]
mod version;

type Outcome<T> = Result<T, StoreError>;
type Work = Box<dyn FnOnce(&mut Draft<'_>) -> Outcome<u64> + Send>;

/// A folder for a store, and its key file beside it.
struct Place {
    folder: TempDir,
}

impl Place {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self { folder }
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    fn unlock(&self) -> Unlock {
        Unlock::KeyFile(self.folder.path().join("node.key"))
    }

    fn create(&self) -> Store {
        Store::create(&self.data(), &self.unlock(), [1; 32]).unwrap()
    }

    fn open(&self) -> Outcome<(Store, OpenReport)> {
        Store::open(&self.data(), &self.unlock(), [2; 32])
    }

    fn reopen(&self) -> Store {
        let (store, report) = self.open().unwrap();
        assert_eq!(report.damage, vec![]);
        store
    }

    fn database(&self) -> PathBuf {
        self.data().join("database").join("db")
    }
}

fn identity(seed: u8) -> IdentityKey {
    IdentityKey::from_seed([seed; 32])
}

fn origin(author: u8, audience: u8) -> LogOrigin {
    LogOrigin {
        author: identity(author).public().key_id(),
        audience: identity(audience).public().key_id(),
        epoch: Epoch::from_bytes([7; 16]),
    }
}

fn contact(payload: &[u8]) -> NewEntry {
    NewEntry {
        seen: 0,
        time: Timestamp::from_millis(1_790_000_000_000),
        kind: Kind::Contact,
        case_id: None,
        agreement: None,
        payload: payload.to_vec(),
    }
}

fn own_log(store: &Store) -> LogNo {
    store
        .commit_blocking(|draft| draft.create_log(origin(1, 2), identity(1).public(), true))
        .unwrap()
}

fn append(store: &Store, no: LogNo, count: u64) {
    store
        .commit_blocking(move |draft| -> Outcome<()> {
            let key = identity(1);
            for _ in 0..count {
                let next = draft.log(no)?.size();
                draft.append(no, contact(format!("visit {next}").as_bytes()))?;
            }
            let log = draft.log(no)?;
            let signed = SignedCheckpoint::sign(&key, &log.origin, log.size(), log.root()).unwrap();
            draft.set_checkpoint(no, signed)
        })
        .unwrap();
}

/// Entries as the author `author` would write them, signed at the end.
struct Author {
    origin: LogOrigin,
    key: IdentityKey,
    tree: Tree,
    word: &'static str,
}

impl Author {
    fn new(author: u8, audience: u8) -> Self {
        Self {
            origin: origin(author, audience),
            key: identity(author),
            tree: Tree::new(),
            word: "letter",
        }
    }

    fn frame(&mut self, count: u64, follow: &LogRecord) -> VerifiedFrame {
        let first = self.tree.size();
        let entries: Vec<_> = (first..first + count)
            .map(|sequence| {
                let body = body::seal([9; 16], format!("{} {sequence}", self.word).as_bytes());
                let header = NewHeader {
                    log_id: self.origin.log_id(),
                    sequence,
                    seen: 0,
                    time: Timestamp::from_millis(1_790_000_000_000),
                    kind: Kind::Contact,
                    case_id: None,
                    agreement: None,
                    body_hash: body::body_hash(&body),
                };
                Entry::join(header.encode(), body).unwrap()
            })
            .collect();
        for entry in &entries {
            self.tree.append(entry.header().leaf_hash());
        }
        let signed =
            SignedCheckpoint::sign(&self.key, &self.origin, self.tree.size(), self.tree.root());
        let frame = Frame::new(
            self.origin.log_id(),
            first,
            &entries,
            &signed.unwrap(),
            vec![],
        );
        follow.follow(0).verify(frame).unwrap()
    }
}

fn mirror(store: &Store, no: LogNo, author: &mut Author, count: u64, refused: &[u64]) {
    let frame = author.frame(count, &store.log(no).unwrap());
    let refused = refused.to_vec();
    store
        .commit_blocking(move |draft| draft.mirror(no, &frame, &refused))
        .unwrap();
}

fn partner_log(store: &Store) -> LogNo {
    store
        .commit_blocking(|draft| draft.create_log(origin(2, 1), identity(2).public(), false))
        .unwrap()
}

fn quiet(_: u64) {}

#[test]
fn what_was_confirmed_is_there_after_a_drop_and_every_entry_verifies() {
    let place = Place::new();
    let store = place.create();
    let no = own_log(&store);
    for count in [1, 2, 252, 1, 300, 700, 3] {
        append(&store, no, count);
    }
    let before = store.log(no).unwrap();
    drop(store);
    let store = place.reopen();
    let log = store.log(no).unwrap();
    assert_eq!(*log, *before);
    assert_eq!(log.size(), 1259);
    let verified = store.verify_log(no, &quiet).unwrap();
    assert_eq!((verified.size, verified.signed), (1259, Some(1259)));
    for (sequence, entry) in (250..600).zip(store.entries(no, 250..600).unwrap()) {
        let entry = entry.unwrap();
        assert_eq!(entry.header().sequence, sequence);
        assert_eq!(entry.payload().unwrap(), format!("visit {sequence}"));
    }
    assert_eq!(store.entries(no, 1250..9999).unwrap().count(), 9);
    assert!(matches!(
        store.entry(no, 1259),
        Err(StoreError::UnknownEntry { sequence: 1259, .. })
    ));
}

#[test]
fn a_frame_of_another_history_is_not_put_on_top_of_this_one() {
    let place = Place::new();
    let store = place.create();
    let no = partner_log(&store);
    let empty = store.log(no).unwrap();
    let mut other = Author::new(2, 1);
    other.word = "another letter";
    let mut held = (*empty).clone();
    held.tree = other.frame(100, &empty).tree().clone();
    let next = other.frame(100, &held);
    mirror(&store, no, &mut Author::new(2, 1), 100, &[]);
    let refused = store.commit_blocking(move |draft| draft.mirror(no, &next, &[]));
    assert!(matches!(refused, Err(StoreError::Entry(_))), "{refused:?}");
    assert_eq!(store.log(no).unwrap().size(), 100);
    assert!(store.verify_log(no, &quiet).is_ok());
}

#[test]
fn a_mirrored_log_keeps_headers_of_refused_letters_and_proves_every_place() {
    let place = Place::new();
    let store = place.create();
    let no = partner_log(&store);
    let mut author = Author::new(2, 1);
    for count in [100, 512, 512, 60, 512] {
        let first = author.tree.size();
        mirror(&store, no, &mut author, count, &[first + 3]);
    }
    let log = store.log(no).unwrap();
    assert_eq!(log.tree, author.tree);
    assert_eq!(store.entry(no, 103).unwrap().payload(), None);
    assert_eq!(
        store.entry(no, 104).unwrap().payload().unwrap(),
        "letter 104"
    );
    assert_eq!(store.verify_log(no, &quiet).unwrap().without_body, 5);
    let reader = store.hash_reader(no).unwrap();
    for sequence in [0, 255, 256, 1000, 1695] {
        let proof = proof::prove_inclusion(&reader, log.size(), sequence).unwrap();
        let leaf = store.entry(no, sequence).unwrap().header().leaf_hash();
        proof::verify_inclusion(&proof, log.size(), log.root(), sequence, leaf).unwrap();
    }
    for size in [1, 255, 256, 612, 1024, 1696] {
        let older = store.tree_at(no, size).unwrap();
        assert_eq!(older.size(), size);
        let proof = proof::prove_consistency(&reader, log.size(), size).unwrap();
        proof::verify_consistency(&proof, log.size(), log.root(), size, older.root()).unwrap();
    }
}

#[test]
fn a_frame_that_does_not_continue_the_log_is_refused_by_name() {
    let place = Place::new();
    let store = place.create();
    let no = partner_log(&store);
    let frame = Author::new(2, 1).frame(4, &store.log(no).unwrap());
    let again = frame.clone();
    store
        .commit_blocking(move |draft| draft.mirror(no, &frame, &[]))
        .unwrap();
    let error = store
        .commit_blocking(move |draft| draft.mirror(no, &again, &[]))
        .unwrap_err();
    assert!(
        matches!(
            error,
            StoreError::OutOfOrder {
                expected: 4,
                found: 0,
                ..
            }
        ),
        "{error}"
    );
    let error = store
        .commit_blocking(move |draft| draft.append(no, contact(b"not mine")))
        .unwrap_err();
    assert!(matches!(error, StoreError::WrongSide(_)), "{error}");
}

#[test]
fn commits_of_one_group_see_each_other_and_an_error_rolls_back_only_its_own() {
    let place = Place::new();
    let store = place.create();
    let no = own_log(&store);
    let (start, gate) = mpsc::channel::<()>();
    let (answers, results) = mpsc::channel();
    let run = |number: u8, work: Work| {
        let answers = answers.clone();
        store
            .submit(work, move |result| answers.send((number, result)).unwrap())
            .unwrap();
    };
    // The first commit waits until the others are in the queue, so that all four are one group.
    run(
        0,
        Box::new(move |draft| {
            gate.recv().unwrap();
            draft.append(no, contact(b"first"))
        }),
    );
    run(
        1,
        Box::new(move |draft| {
            draft.put_view(View::Case, b"doomed", "x")?;
            draft.append(no, contact(b"doomed"))?;
            Err(StoreError::UnknownLog(LogNo(99)))
        }),
    );
    run(
        2,
        Box::new(move |_| panic!("a defect in one commit's work (expected in this test)")),
    );
    run(
        3,
        Box::new(move |draft| {
            assert_eq!(draft.log(no)?.size(), 1);
            assert_eq!(draft.view(View::Case, b"doomed")?, None);
            draft.append(no, contact(b"second"))
        }),
    );
    let groups = *store.subscribe().borrow();
    assert_eq!(store.log(no).unwrap().size(), 0);
    assert!(
        results.try_recv().is_err(),
        "nothing may be answered before it is durable"
    );
    start.send(()).unwrap();
    let mut got: Vec<_> = (0..3).map(|_| results.recv().unwrap()).collect();
    got.sort_by_key(|(number, _)| *number);
    assert!(matches!(got[0], (0, Ok(0))));
    assert!(matches!(
        got[1],
        (1, Err(StoreError::UnknownLog(LogNo(99))))
    ));
    assert!(matches!(got[2], (3, Ok(1))));
    assert_eq!(*store.subscribe().borrow(), groups + 1);
    assert_eq!(store.log(no).unwrap().size(), 2);
    assert_eq!(store.view(View::Case, b"doomed").unwrap(), None);
    let panicked = store.commit_blocking(|_| -> Outcome<()> { panic!("expected in this test") });
    assert!(matches!(panicked, Err(StoreError::WorkPanicked)));
}

#[tokio::test]
async fn a_waiter_is_woken_by_the_counter_of_durable_groups() {
    let place = Place::new();
    let store = place.create();
    let mut moved = store.subscribe();
    let waiting = tokio::spawn(async move { moved.changed().await.is_ok() });
    let work = |draft: &mut Draft<'_>| draft.put_view(View::Setting, b"a", "b");
    store.commit(work).await.unwrap();
    assert!(waiting.await.unwrap());
}

#[test]
fn an_erased_body_is_gone_and_the_log_still_verifies() {
    let place = Place::new();
    let store = place.create();
    let no = own_log(&store);
    append(&store, no, 300);
    append(&store, no, 5);
    store
        .commit_blocking(move |draft| -> Outcome<()> {
            for sequence in [7, 299, 302] {
                draft.erase_body(no, sequence)?;
            }
            Ok(())
        })
        .unwrap();
    let has_body = |sequence| store.entry(no, sequence).unwrap().body().is_some();
    assert_eq!(
        [6, 7, 299, 301, 302, 303].map(has_body),
        [true, false, false, true, false, true]
    );
    append(&store, no, 250);
    assert_eq!([301, 302, 303].map(has_body), [true, false, true]);
    assert_eq!(store.verify_log(no, &quiet).unwrap().without_body, 3);
}

#[test]
fn a_frozen_log_takes_nothing_more() {
    let place = Place::new();
    let store = place.create();
    let no = own_log(&store);
    store
        .commit_blocking(move |draft| draft.freeze(no))
        .unwrap();
    drop(store);
    let store = place.reopen();
    let error = store.commit_blocking(move |draft| draft.append(no, contact(b"late")));
    assert!(matches!(error, Err(StoreError::Frozen(_))));
}

#[test]
fn after_a_failed_sync_nobody_is_told_of_success_and_the_store_stops() {
    let place = Place::new();
    let store = place.create();
    let no = own_log(&store);
    append(&store, no, 3);
    // Without this folder the engine's sync cannot do its work.
    let blobs = place.data().join("database").join("blobs");
    fs::remove_dir(&blobs).unwrap();
    let moved = *store.subscribe().borrow();
    let failed = store.commit_blocking(move |draft| draft.append(no, contact(b"unsure")));
    assert!(matches!(failed, Err(StoreError::Io { .. })), "{failed:?}");
    let after = store.commit_blocking(move |draft| draft.append(no, contact(b"too late")));
    assert!(matches!(after, Err(StoreError::Stopped(_))), "{after:?}");
    assert!(store.stopped().is_some());
    assert_eq!(
        (store.log(no).unwrap().size(), *store.subscribe().borrow()),
        (3, moved)
    );
    drop(store);
    let store = place.reopen();
    assert!((3..=4).contains(&store.log(no).unwrap().size()));
    append(&store, no, 1);
}

#[test]
fn a_letter_writes_the_head_of_its_own_log_only() {
    let place = Place::new();
    let store = place.create();
    let no = own_log(&store);
    let empty = partner_log(&store);
    append(&store, no, 1);
    let heads = || fs::read(place.data().join("heads")).unwrap();
    let before = heads();
    append(&store, no, 1);
    let after = heads();
    assert_eq!(
        (store.log(empty).unwrap().size(), before.len()),
        (0, after.len())
    );
    // 64 bytes are one record.
    let records = before.chunks(64).zip(after.chunks(64));
    assert_eq!(records.filter(|(one, other)| one != other).count(), 1);
}

#[test]
fn large_values_stay_inside_the_synced_file() {
    let place = Place::new();
    let store = place.create();
    let no = own_log(&store);
    let big = |number: u64| vec![u8::try_from(number % 251).unwrap(); 60_000];
    for _ in 0..3 {
        store
            .commit_blocking(move |draft| -> Outcome<()> {
                for number in 0..100 {
                    draft.append(no, contact(&big(number)))?;
                    draft.put_view(View::Case, &number.to_be_bytes(), big(number))?;
                }
                Ok(())
            })
            .unwrap();
    }
    for number in 0..100_u64 {
        let size = usize::try_from(number * 70).unwrap();
        store
            .commit_blocking(move |draft| {
                draft.put_view(View::Case, &number.to_be_bytes(), vec![5; size])
            })
            .unwrap();
    }
    let blobs = place.data().join("database").join("blobs");
    assert_eq!(
        fs::read_dir(blobs).unwrap().count(),
        0,
        "a page outgrew its limit"
    );
    let found = store.scan_view(View::Case, b"", usize::MAX).unwrap();
    assert_eq!(found.len(), 100);
    assert!(
        found
            .iter()
            .enumerate()
            .all(|(number, (_, value))| value.len() == number * 70)
    );
    assert_eq!(store.verify_log(no, &quiet).unwrap().size, 300);
}

#[test]
fn no_file_of_the_folder_shows_what_is_in_it() {
    const CANARY: &str = "CANARY-张三-110101199003077571";
    let place = Place::new();
    let store = place.create();
    let no = own_log(&store);
    store
        .commit_blocking(move |draft| -> Outcome<()> {
            for _ in 0..300 {
                draft.append(no, contact(CANARY.as_bytes()))?;
            }
            let blind = draft.blind(CANARY.as_bytes());
            draft.put_view(View::MemberOfCertificate, &blind, CANARY)?;
            draft.put_secret("identity", CANARY.as_bytes())
        })
        .unwrap();
    assert_eq!(store.secret("identity").unwrap().unwrap(), CANARY);
    let blind = store.blind(CANARY.as_bytes());
    assert_eq!(
        store
            .view(View::MemberOfCertificate, &blind)
            .unwrap()
            .unwrap(),
        CANARY
    );
    drop(store);
    let mut files = 0;
    let mut open = vec![place.data()];
    while let Some(folder) = open.pop() {
        for item in fs::read_dir(folder).unwrap() {
            let path = item.unwrap().path();
            if path.is_dir() {
                open.push(path);
                continue;
            }
            files += 1;
            let bytes = fs::read(&path).unwrap();
            for part in ["CANARY", "张三", "110101199003077571"] {
                let shown = bytes
                    .windows(part.len())
                    .any(|window| window == part.as_bytes());
                assert!(!shown, "{part} in {}", path.display());
            }
        }
    }
    assert!(files >= 4, "the folder was not looked into");
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&place.data()), 0o700);
    assert_eq!(mode(&place.data().join("data.key")), 0o600);
}

#[test]
fn a_sealed_value_does_not_open_at_another_place_or_changed() {
    let data_key = unlock::DataKey::new([3; 32]);
    let sealer = seal::Sealer::new(&data_key);
    let mut rng = <rand::rngs::StdRng as rand::SeedableRng>::from_seed([4; 32]);
    let text = sealer.seal(&mut rng, b"\x10here", b"secret");
    assert_eq!(sealer.open(b"\x10here", text.clone()).unwrap(), "secret");
    assert!(sealer.open(b"\x10there", text.clone()).is_err());
    for at in 0..text.len() {
        let mut changed = text.clone();
        changed[at] ^= 1;
        assert!(sealer.open(b"\x10here", changed).is_err(), "byte {at}");
    }
    assert!(sealer.open(b"\x10here", text[..20].to_vec()).is_err());
    let other = seal::Sealer::new(&unlock::DataKey::new([5; 32]));
    assert!(other.open(b"\x10here", text).is_err());
}

#[test]
fn a_second_opening_is_refused_and_names_the_process() {
    let place = Place::new();
    let store = place.create();
    let error = place.open().unwrap_err();
    let StoreError::Locked { pid, .. } = &error else {
        panic!("{error}");
    };
    assert_eq!(*pid, std::process::id().to_string());
    drop(store);
    place.reopen();
}

#[test]
fn the_wrong_key_the_wrong_folder_and_a_used_folder_are_named() {
    let place = Place::new();
    drop(place.create());
    let wrong = Unlock::Passphrase(SecretString::from("guess"));
    let error = Store::open(&place.data(), &wrong, [0; 32]).unwrap_err();
    assert!(matches!(error, StoreError::WrongKey(_)), "{error}");
    let missing = Unlock::KeyFile(place.folder.path().join("nowhere"));
    let error = Store::open(&place.data(), &missing, [0; 32]).unwrap_err();
    assert!(matches!(error, StoreError::KeyFileMissing(_)), "{error}");
    let error = Store::open(&place.folder.path().join("empty"), &wrong, [0; 32]).unwrap_err();
    assert!(matches!(error, StoreError::NotAStore(_)), "{error}");
    let error = Store::create(&place.data(), &place.unlock(), [0; 32]).unwrap_err();
    assert!(matches!(error, StoreError::NotEmpty(_)), "{error}");
}

#[test]
fn a_passphrase_can_be_changed_and_the_old_one_no_longer_opens() {
    let place = Place::new();
    let store = place.create();
    let no = own_log(&store);
    append(&store, no, 3);
    drop(store);
    let passphrase = Unlock::Passphrase(SecretString::from("鸿雁传书"));
    Store::change_unlock(&place.data(), &place.unlock(), &passphrase).unwrap();
    assert!(matches!(place.open(), Err(StoreError::WrongKey(_))));
    let (store, _) = Store::open(&place.data(), &passphrase, [6; 32]).unwrap();
    assert_eq!(store.log(no).unwrap().size(), 3);
}

#[test]
fn a_half_written_snapshot_is_removed_and_reported() {
    let place = Place::new();
    drop(place.create());
    let stray = place
        .data()
        .join("database")
        .join("snap.0000000000000042.generating");
    fs::write(&stray, b"half").unwrap();
    let (_store, report) = place.open().unwrap();
    assert_eq!(report.stray_removed, vec![stray.clone()]);
    assert!(!stray.exists());
}

#[test]
fn missing_or_broken_head_records_are_named_and_made_anew() {
    let place = Place::new();
    let store = place.create();
    let no = own_log(&store);
    append(&store, no, 9);
    drop(store);
    let path = place.data().join("heads");
    let good = fs::read(&path).unwrap();
    let mut torn = good.clone();
    torn[64..].iter_mut().for_each(|byte| *byte ^= 0x55);
    let cases = [
        (None, Harm::HeadsUnreadable),
        (Some(b"something else".to_vec()), Harm::HeadsUnreadable),
        (Some(torn), Harm::HeadUnreadable),
    ];
    for (content, expected) in cases {
        match content {
            Some(content) => fs::write(&path, content).unwrap(),
            None => fs::remove_file(&path).unwrap(),
        }
        let (store, report) = place.open().unwrap();
        assert_eq!(report.damage.len(), 1);
        assert_eq!(report.damage[0].what, expected);
        append(&store, no, 1);
        drop(store);
        place.reopen();
    }
}

#[test]
fn a_lost_tail_is_named_must_be_taken_back_and_then_the_log_goes_on() {
    let place = Place::new();
    let store = place.create();
    let no = own_log(&store);
    append(&store, no, 5);
    drop(store);
    let early = place.folder.path().join("early");
    copy_folder(&place.data().join("database"), &early);
    let store = place.reopen();
    append(&store, no, 300);
    let held: Vec<Entry> = store
        .entries(no, 5..305)
        .unwrap()
        .map(Result::unwrap)
        .collect();
    let checkpoint = store.log(no).unwrap().checkpoint.clone().unwrap();
    drop(store);
    // The database of yesterday under the head records of today.
    fs::remove_dir_all(place.data().join("database")).unwrap();
    copy_folder(&early, &place.data().join("database"));
    for _ in 0..2 {
        let (store, report) = place.open().unwrap();
        assert_eq!(report.damage.len(), 1);
        assert_eq!(report.damage[0].what, Harm::Missing { from: 5, to: 305 });
        assert_eq!(report.damage[0].take_from, Source::Partner);
        let error = store.commit_blocking(move |draft| draft.append(no, contact(b"too early")));
        assert!(matches!(
            error,
            Err(StoreError::MustRecover {
                from: 5,
                to: 305,
                ..
            })
        ));
    }
    let (store, _) = place.open().unwrap();
    let log = store.log(no).unwrap();
    let frame = Frame::new(log.log_id(), 5, &held, &checkpoint, vec![]);
    let frame = log.follow(0).verify(frame).unwrap();
    store
        .commit_blocking(move |draft| draft.recover(no, &frame))
        .unwrap();
    append(&store, no, 1);
    assert_eq!(store.verify_log(no, &quiet).unwrap().size, 306);
    drop(store);
    place.reopen();
}

fn copy_folder(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for item in fs::read_dir(from).unwrap() {
        let path = item.unwrap().path();
        let target = to.join(path.file_name().unwrap());
        if path.is_dir() {
            copy_folder(&path, &target);
        } else {
            fs::copy(&path, target).unwrap();
        }
    }
}

/// Opens a spoiled store and reads everything: either all is as it was, or the damage is named.
fn damage_is_named(place: &Place, no: LogNo, size: u64, what: &str) -> bool {
    let (store, report) = match place.open() {
        Ok(opened) => opened,
        Err(error) => {
            let named = matches!(
                error,
                StoreError::Damaged { .. }
                    | StoreError::Malformed { .. }
                    | StoreError::Unsealable { .. }
                    | StoreError::Log(_)
            );
            assert!(named, "{what}: {error}");
            return true;
        }
    };
    if !report.damage.is_empty() {
        return true;
    }
    let log = store
        .log(no)
        .unwrap_or_else(|| panic!("{what}: the log is gone in silence"));
    assert_eq!(log.size(), size, "{what}: entries are gone in silence");
    match store.verify_log(no, &quiet) {
        Ok(verified) => assert_eq!(verified.size, size, "{what}"),
        Err(error) => {
            assert!(!error.to_string().is_empty());
            return true;
        }
    }
    false
}

#[test]
fn a_database_cut_short_is_never_silent() {
    let place = Place::new();
    let store = place.create();
    let no = own_log(&store);
    for _ in 0..6 {
        append(&store, no, 500);
    }
    drop(store);
    let good = place.folder.path().join("good");
    copy_folder(&place.data(), &good);
    let len = fs::metadata(place.database()).unwrap().len();
    let mut named = 0;
    for tenth in 0..10 {
        fs::remove_dir_all(place.data()).unwrap();
        copy_folder(&good, &place.data());
        let file = fs::OpenOptions::new()
            .write(true)
            .open(place.database())
            .unwrap();
        file.set_len(len * tenth / 10).unwrap();
        named += u64::from(damage_is_named(
            &place,
            no,
            3000,
            &format!("cut at {tenth}/10"),
        ));
    }
    assert!(named >= 8, "only {named} of 10 cuts were noticed");
}

#[test]
fn a_flipped_bit_is_never_silent() {
    let place = Place::new();
    let store = place.create();
    let no = own_log(&store);
    for _ in 0..6 {
        append(&store, no, 500);
    }
    drop(store);
    let good = place.folder.path().join("good");
    copy_folder(&place.data(), &good);
    let bytes = fs::read(place.database()).unwrap();
    let mut named = 0;
    for step in 1..12 {
        fs::remove_dir_all(place.data()).unwrap();
        copy_folder(&good, &place.data());
        let mut spoiled = bytes.clone();
        let at = spoiled.len() * step / 12;
        spoiled[at] ^= 0x10;
        fs::write(place.database(), spoiled).unwrap();
        named += u32::from(damage_is_named(
            &place,
            no,
            3000,
            &format!("bit at byte {at}"),
        ));
    }
    // A bit in a place that the engine no longer reads does no harm.
    assert!(named >= 1, "no flipped bit was noticed");
}

#[derive(Clone, Debug)]
enum Step {
    Put(u8, Vec<u8>),
    Delete(u8),
    Clear,
    Append(u8),
    Commit,
    Fail,
    Reopen,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        6 => (0..12_u8, proptest::collection::vec(any::<u8>(), 0..40)).prop_map(|(key, value)| Step::Put(key, value)),
        1 => (0..12_u8, 5000..20_000_usize).prop_map(|(key, len)| Step::Put(key, vec![key; len])),
        3 => (0..12_u8).prop_map(Step::Delete),
        1 => Just(Step::Clear),
        3 => (1..90_u8).prop_map(Step::Append),
        3 => Just(Step::Commit),
        2 => Just(Step::Fail),
        1 => Just(Step::Reopen),
    ]
}

fn apply(draft: &mut Draft<'_>, steps: &[Step]) -> Outcome<()> {
    for step in steps {
        match step {
            Step::Put(key, value) => draft.put_view(View::Index, &[*key], value.clone())?,
            Step::Delete(key) => draft.delete_view(View::Index, &[*key]),
            Step::Clear => {
                draft.clear_view(View::Index)?;
                // What a later step puts there is all that belongs there.
                draft.mark_filled();
            }
            Step::Append(count) => {
                for _ in 0..*count {
                    draft.append(LogNo(0), contact(b"x"))?;
                }
            }
            Step::Commit | Step::Fail | Step::Reopen => {}
        }
    }
    Ok(())
}

type Model = (BTreeMap<u8, Vec<u8>>, u64);

fn apply_to_model(model: &mut Model, steps: &[Step]) {
    for step in steps {
        match step {
            Step::Put(key, value) => {
                model.0.insert(*key, value.clone());
            }
            Step::Delete(key) => {
                model.0.remove(key);
            }
            Step::Clear => model.0.clear(),
            Step::Append(count) => model.1 += u64::from(*count),
            Step::Commit | Step::Fail | Step::Reopen => {}
        }
    }
}

fn view_of(found: Vec<(Vec<u8>, Bytes)>) -> BTreeMap<u8, Vec<u8>> {
    found
        .into_iter()
        .map(|(key, value)| (key[0], value.to_vec()))
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn the_store_is_a_map_and_a_counter(steps in proptest::collection::vec(step(), 1..60)) {
        let place = Place::new();
        let mut store = place.create();
        own_log(&store);
        let mut model: Model = (BTreeMap::new(), 0);
        let mut pending = Vec::new();
        for step in steps {
            let keep = match step {
                Step::Commit | Step::Reopen => true,
                Step::Fail => false,
                other => {
                    pending.push(other);
                    continue;
                }
            };
            let work = std::mem::take(&mut pending);
            let mut after = model.clone();
            apply_to_model(&mut after, &work);
            let result = store.commit_blocking(move |draft| {
                apply(draft, &work)?;
                let seen = (view_of(draft.scan_view(View::Index, b"")?), draft.log(LogNo(0))?.size());
                if keep { Ok(seen) } else { Err(StoreError::UnknownLog(LogNo(7))) }
            });
            match result {
                Ok(seen) => {
                    prop_assert_eq!(&seen, &after);
                    model = after;
                }
                Err(error) => prop_assert!(!keep, "{}", error),
            }
            if matches!(step, Step::Reopen) {
                drop(store);
                store = place.reopen();
            }
            let found = view_of(store.scan_view(View::Index, b"", usize::MAX).unwrap());
            prop_assert_eq!(&found, &model.0);
            prop_assert_eq!(store.log(LogNo(0)).unwrap().size(), model.1);
        }
        prop_assert_eq!(store.verify_log(LogNo(0), &quiet).unwrap().size, model.1);
    }
}

fn filled(place: &Place) -> (Store, LogNo, LogNo) {
    let store = place.create();
    let (own, partner) = (own_log(&store), partner_log(&store));
    append(&store, own, 300);
    let mut author = Author::new(2, 1);
    for count in [512, 40] {
        mirror(&store, partner, &mut author, count, &[513]);
    }
    store
        .commit_blocking(|draft| {
            draft.put_view(View::Setting, b"kept", "yes")?;
            draft.put_view(View::Case, b"derived", "no")?;
            draft.put_secret("identity", b"seed")
        })
        .unwrap();
    (store, own, partner)
}

#[test]
fn a_backup_of_a_running_node_is_restored_and_verified() {
    let place = Place::new();
    let (store, own, partner) = filled(&place);
    let mut backup = Vec::new();
    let report = store
        .backup(&mut backup, &place.unlock(), &place.unlock(), &|_, _| {})
        .unwrap();
    assert_eq!(
        report,
        BackupReport {
            logs: 2,
            entries: 852
        }
    );
    append(&store, own, 1);
    let fresh = Place::new();
    let restore = |opens: &Unlock, backup: &[u8]| {
        Store::restore(
            &fresh.data(),
            backup,
            opens,
            &fresh.unlock(),
            [8; 32],
            &|_, _| {},
        )
    };
    let (restored, report) = restore(&place.unlock(), &backup).unwrap();
    assert!(report.cleared_views.contains(&View::Case));
    assert_eq!(restored.log(partner), store.log(partner));
    assert_eq!(restored.log(own).unwrap().size(), 300);
    assert_eq!(restored.secret("identity").unwrap().unwrap(), "seed");
    assert_eq!(
        restored.view(View::Setting, b"kept").unwrap().unwrap(),
        "yes"
    );
    assert_eq!(restored.view(View::Case, b"derived").unwrap(), None);
    assert_eq!(restored.blind(b"name"), store.blind(b"name"));
    assert_eq!(restored.entry(partner, 513).unwrap().body(), None);
    drop(restored);
    let reopened = fresh.reopen();
    assert_eq!(reopened.verify_log(own, &quiet).unwrap().size, 300);
    let refused = restore(&place.unlock(), &backup).unwrap_err();
    assert!(matches!(refused, StoreError::NotEmpty(_)), "{refused}");
}
