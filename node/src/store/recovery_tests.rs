//! Restoring: nobody continues a log of which the partner may hold more, and a backup that is damaged is none.

use super::*;

#[test]
fn a_restored_log_is_not_written_before_its_partner_was_heard() {
    let place = Place::new();
    let (store, own, _) = filled(&place);
    let local = store
        .commit_blocking(|draft| draft.create_log(origin(1, 1), identity(1).public(), true))
        .unwrap();
    let mut backup = Vec::new();
    let heard = std::cell::RefCell::new(Vec::new());
    let progress = |done, all| heard.borrow_mut().push((done, all));
    store
        .backup(&mut backup, &place.unlock(), &place.unlock(), &progress)
        .unwrap();
    // Two logs of 300 and 552 entries, bundle by bundle.
    assert_eq!(
        heard.into_inner(),
        [256, 300, 556, 812, 852].map(|done| (done, 852))
    );
    let fresh = Place::new();
    let (opens, unlock) = (place.unlock(), fresh.unlock());
    let restored = Store::restore(
        &fresh.data(),
        backup.as_slice(),
        &opens,
        &unlock,
        [8; 32],
        &|_, _| {},
    );
    let (restored, _) = restored.unwrap();
    let write = |store: &Store| {
        store.commit_blocking(move |draft| draft.append(own, contact(b"too early")))
    };
    let locked = |store: &Store, until| {
        let refused = write(store).unwrap_err();
        assert!(
            matches!(refused, StoreError::MustRecover { from: 300, to, .. } if to == until),
            "{refused}"
        );
    };
    locked(&restored, LogState::UNKNOWN);
    // The process ends before anybody rebuilt a view or noted that there was a restore.
    restored
        .commit_blocking(|draft| draft.put_view(View::Case, b"half", "built"))
        .unwrap();
    drop(restored);
    for _ in 0..2 {
        let (store, report) = fresh.open().unwrap();
        assert_eq!(report.damage, vec![]);
        assert!(report.cleared_views.contains(&View::Case));
        assert_eq!(store.view(View::Case, b"half").unwrap(), None);
        locked(&store, LogState::UNKNOWN);
    }
    let (store, _) = fresh.open().unwrap();
    store
        .commit_blocking(move |draft| {
            draft.mark_filled();
            // What the partner was heard to hold does not say that it holds no more.
            draft.must_recover(own, 310)
        })
        .unwrap();
    locked(&store, LogState::UNKNOWN);
    append(&store, local, 1);
    store
        .commit_blocking(move |draft| draft.confirmed(own))
        .unwrap();
    append(&store, own, 1);
    drop(store);
    let (_, report) = fresh.open().unwrap();
    assert_eq!(report.cleared_views, vec![]);
}

#[test]
fn a_local_log_that_lost_its_end_goes_on_after_a_backup_of_what_is_left() {
    let place = Place::new();
    let store = place.create();
    let local = store
        .commit_blocking(|draft| draft.create_log(origin(1, 1), identity(1).public(), true))
        .unwrap();
    append(&store, local, 3);
    store
        .commit_blocking(move |draft| draft.must_recover(local, 5))
        .unwrap();
    let refused = store
        .commit_blocking(move |draft| draft.append(local, contact(b"no")))
        .unwrap_err();
    assert!(
        refused.to_string().contains("no partner has it"),
        "{refused}"
    );
    let mut left = Vec::new();
    store
        .backup(&mut left, &place.unlock(), &place.unlock(), &|_, _| {})
        .unwrap();
    let fresh = Place::new();
    let (opens, unlock) = (place.unlock(), fresh.unlock());
    let restored = Store::restore(
        &fresh.data(),
        left.as_slice(),
        &opens,
        &unlock,
        [8; 32],
        &|_, _| {},
    );
    append(&restored.unwrap().0, local, 1);
    let (_, report) = fresh.open().unwrap();
    assert_eq!(report.damage, vec![]);
}

#[test]
fn a_log_whose_partner_holds_more_is_locked_until_all_of_it_was_taken_back() {
    let place = Place::new();
    let store = place.create();
    let (own, theirs) = (own_log(&store), partner_log(&store));
    let mut author = Author::new(1, 2);
    let take_back = |author: &mut Author, count| {
        let frame = author.frame(count, &store.log(own).unwrap());
        let taken = store.commit_blocking(move |draft| draft.recover(own, &frame));
        taken.unwrap();
    };
    let must = |no, until| store.commit_blocking(move |draft| draft.must_recover(no, until));
    let state = || store.log(own).unwrap().state;
    take_back(&mut author, 3);
    must(own, 3).unwrap();
    assert_eq!(state(), LogState::Live);
    // A smaller word never takes back a larger one, nor does a confirmation.
    for until in [10, 12, 5] {
        must(own, until).unwrap();
    }
    store
        .commit_blocking(move |draft| draft.confirmed(own))
        .unwrap();
    assert_eq!(state(), LogState::Recovering { until: 12 });
    take_back(&mut author, 7);
    assert_eq!(state(), LogState::Recovering { until: 12 });
    take_back(&mut author, 2);
    assert_eq!(state(), LogState::Live);
    assert!(matches!(must(theirs, 9), Err(StoreError::WrongSide(_))));
    store
        .commit_blocking(move |draft| {
            draft.freeze(own)?;
            draft.must_recover(own, 20)
        })
        .unwrap();
    assert_eq!(state(), LogState::Frozen);
}

#[test]
fn a_damaged_or_cut_backup_is_refused_and_leaves_the_folder_empty() {
    let place = Place::new();
    let (store, ..) = filled(&place);
    let mut backup = Vec::new();
    store
        .backup(&mut backup, &place.unlock(), &place.unlock(), &|_, _| {})
        .unwrap();
    for eighth in 0..16 {
        let at = backup.len() * (eighth % 8) / 8;
        let mut spoiled = backup.clone();
        if eighth < 8 {
            spoiled.truncate(at);
        } else {
            spoiled[at] ^= 4;
        }
        let fresh = Place::new();
        let result = Store::restore(
            &fresh.data(),
            spoiled.as_slice(),
            &place.unlock(),
            &fresh.unlock(),
            [8; 32],
            &|_, _| {},
        );
        let error = result.unwrap_err();
        let named = matches!(
            error,
            StoreError::Backup(_) | StoreError::WrongKey(_) | StoreError::NotEncrypted(_)
        );
        assert!(named, "{eighth}: {error}");
        let left = fs::read_dir(fresh.data()).map_or(0, Iterator::count);
        assert_eq!(left, 0, "{eighth}");
    }
}
