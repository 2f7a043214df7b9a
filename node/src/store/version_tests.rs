//! What is on disk was written by another program: a newer one's store is refused by name, an older one's views are cleared.

use super::*;
use crate::store::migrate::{SCHEMA, schema_key};

/// Everything behind the seal, without opening the store.
fn sealed(place: &Place) -> Vec<(Vec<u8>, Bytes)> {
    let folder = Folder::open(&place.data()).unwrap();
    let data_key = unlock::unwrap(&folder.data_key(), &place.unlock()).unwrap();
    let (vault, _) = Vault::open(&folder.database(), &data_key).unwrap();
    vault.scan(vec![], None).map(Result::unwrap).collect()
}

/// What opening says after the version record was made this.
fn opened_with(version: Option<Vec<u8>>) -> StoreError {
    let place = Place::new();
    let store = place.create();
    two_views(&store);
    // Another program would also have other views.
    store.forge_view_version(View::Dues, u8::MAX);
    store.forge_meta(schema_key(), version);
    drop(store);
    let before = sealed(&place);
    assert!(before.len() > View::ALL.len());
    let error = place.open().unwrap_err();
    assert_eq!(sealed(&place), before, "who cannot read it changes nothing");
    // The folder is not held on to.
    assert_eq!(place.open().unwrap_err().to_string(), error.to_string());
    error
}

#[test]
fn a_store_of_a_newer_program_is_refused_by_name() {
    for found in [SCHEMA + 1, SCHEMA + 7, u32::MAX] {
        let error = opened_with(Some(found.to_be_bytes().to_vec()));
        assert!(
            matches!(error, StoreError::NewerSchema { found: told, known: SCHEMA } if told == found),
            "{error}"
        );
        let words = error.to_string();
        assert!(words.contains(&found.to_string()), "{words}");
    }
}

/// Versions begin at 1 and every one since has its step, so what is below 1 or no number at all was never written by any program.
#[test]
fn a_version_that_no_program_wrote_is_damage() {
    for version in [
        Some(0_u32.to_be_bytes().to_vec()),
        Some(vec![1]),
        Some(vec![]),
        None,
    ] {
        let error = opened_with(version.clone());
        let words = error.to_string();
        assert!(
            matches!(error, StoreError::Malformed { .. }) && words.contains("version record"),
            "{version:?}: {words}"
        );
    }
}

#[test]
fn a_store_of_this_program_is_not_migrated() {
    let place = Place::new();
    drop(place.create());
    let (_store, report) = place.open().unwrap();
    assert_eq!((report.migrated_from, report.cleared_views), (None, vec![]));
}

fn two_views(store: &Store) {
    store
        .commit_blocking(|draft| -> Outcome<()> {
            for view in [View::Dues, View::Case, View::Setting] {
                draft.put_view(view, b"one", "1")?;
                draft.put_view(view, b"two", "2")?;
            }
            Ok(())
        })
        .unwrap();
}

fn keys_of(store: &Store, view: View) -> usize {
    store.scan_view(view, b"", usize::MAX).unwrap().len()
}

#[test]
fn a_view_of_another_version_is_cleared_until_it_was_filled_again() {
    for other in [View::Dues.version() - 1, View::Dues.version() + 1] {
        let place = Place::new();
        let store = place.create();
        two_views(&store);
        store.forge_view_version(View::Dues, other);
        drop(store);
        // Who cleared it may stop before it was filled: the next opening says it again, and what was half made goes too.
        for _ in 0..2 {
            let (store, report) = place.open().unwrap();
            assert_eq!(report.cleared_views, [View::Dues]);
            assert_eq!(keys_of(&store, View::Dues), 0);
            for kept in [View::Case, View::Setting] {
                assert_eq!(keys_of(&store, kept), 2, "{kept:?}");
            }
            let half = |draft: &mut Draft<'_>| draft.put_view(View::Dues, b"half", "made");
            store.commit_blocking(half).unwrap();
        }
        let (store, _) = place.open().unwrap();
        store
            .commit_blocking(|draft| -> Outcome<()> {
                draft.put_view(View::Dues, b"whole", "made")?;
                draft.mark_filled();
                Ok(())
            })
            .unwrap();
        drop(store);
        let (store, report) = place.open().unwrap();
        assert_eq!(report.cleared_views, vec![]);
        assert_eq!(keys_of(&store, View::Dues), 1);
    }
}

/// What no log says cannot be made again: it stays, whatever version its record names.
#[test]
fn what_cannot_be_made_again_is_never_cleared() {
    let place = Place::new();
    let store = place.create();
    two_views(&store);
    store.forge_view_version(View::Setting, View::Setting.version() + 1);
    drop(store);
    let (store, _) = place.open().unwrap();
    assert_eq!(keys_of(&store, View::Setting), 2);
    drop(store);
    assert_eq!(place.open().unwrap().1.cleared_views, vec![]);
}
