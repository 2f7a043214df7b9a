//! The identity key replaced at the office: once per request, for all logs or none, and the old one forgotten in time.

use hongyan_proto::{letter::Disclosure, time::Timestamp};

use super::{
    pair::{Pair, Town, session},
    stories::agree,
};
use crate::{
    book,
    office::{Office, OfficeError, rotation},
    store::{LogNo, LogState, OpenReport},
};

/// The office as another start of the program would find it.
fn found_again(town: &Town) -> Office {
    let store = town.office.store().clone();
    Office::over(store, town.clock(), OpenReport::default()).unwrap()
}

#[tokio::test]
async fn a_rotation_is_answered_once_and_the_old_key_is_forgotten_after_the_overlap() {
    let pair = Pair::met().await;
    let home = &pair.home;
    let before = home.office.public();
    let request = home.request();
    let rotate = |request| rotation::rotate(&home.office, request, 1);
    let (first, _) = rotate(request.clone()).await.unwrap();
    let (again, answer) = rotate(request).await.unwrap();
    assert_eq!(first, again);
    assert!(answer.repeated);
    assert_eq!(home.office.public(), first.key);
    let found = found_again(home);
    assert_eq!(found.public(), first.key);
    assert!(found.keys().find(&before).is_some());
    let (since, previous) = rotation::history(&home.office).unwrap();
    assert_eq!(since, Some(home.office.now()));
    assert_eq!((previous.len(), previous[0].key), (1, before));
    // In time it is still there, after it not any more, in memory and on disk.
    home.office.forget_earlier_keys().await.unwrap();
    assert!(home.office.keys().find(&before).is_some());
    pair.set_day("2026-04-03");
    home.office.forget_earlier_keys().await.unwrap();
    assert!(home.office.keys().find(&before).is_none());
    // A clock that is set back brings no erased key back.
    pair.set_day("2026-04-01");
    assert!(found_again(home).keys().find(&before).is_none());
}

#[tokio::test]
async fn a_log_that_may_lack_entries_keeps_the_key_as_it_is() {
    let pair = Pair::met().await;
    let home = &pair.home;
    let (out, key) = (home.partner().out, home.office.public());
    let sizes = || [home.size(LogNo::LOCAL), home.size(out)];
    let before = sizes();
    let locked = home
        .office
        .store()
        .commit(move |draft| draft.must_recover(out, LogState::UNKNOWN));
    locked.await.unwrap();
    let refused = rotation::rotate(&home.office, home.request(), 0).await;
    assert!(matches!(refused, Err(OfficeError::LostEntries(_))));
    let too_long = rotation::rotate(&home.office, home.request(), 91).await;
    assert!(matches!(too_long, Err(OfficeError::Invalid(_))));
    assert_eq!((home.office.public(), sizes()), (key, before));
}

#[tokio::test]
async fn views_are_the_same_when_they_are_made_again_from_rotated_logs() {
    let pair = Pair::met().await;
    let (home, host) = (&pair.home, &pair.host);
    rotation::rotate(&home.office, home.request(), 0)
        .await
        .unwrap();
    agree(&pair, Disclosure::ALL).await;
    for town in [host, home] {
        rotation::rotate(&town.office, town.request(), 0)
            .await
            .unwrap();
    }
    session(home, host).await.unwrap();
    session(host, home).await.unwrap();
    for (town, other) in [(home, host), (host, home)] {
        let before = town.partner();
        assert_eq!(before.signer, other.office.public());
        assert!(before.rotating(town.office.now()).is_some());
        let long_after = Timestamp::from_millis(i64::MAX);
        assert!(before.rotating(long_after).is_none());
        let agreed = book::agreements(town.office.store(), &before).unwrap();
        assert!(agreed.in_force(town.office.today()).is_some());
        book::rebuild(town.office.store(), &|_, _| {}).unwrap();
        assert_eq!(town.partner(), before);
        let again = book::agreements(town.office.store(), &before).unwrap();
        assert_eq!(again, agreed);
        for log in town.office.store().logs() {
            town.office.store().verify_log(log.no, &|_| {}).unwrap();
        }
    }
}
