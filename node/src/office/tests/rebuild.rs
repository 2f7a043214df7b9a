//! The views are made again from the logs, in pieces.

use std::{cell::RefCell, sync::Arc};

use super::pair::{Pair, Town, unlock};
use crate::{
    book,
    office::{
        Office,
        import::{Outcome, Source, import},
    },
    store::View,
};

/// More than two pieces.
const PEOPLE: u32 = 2_500;

/// A committee whose whole roster came in one commit.
async fn crowd() -> Town {
    let town = Pair::met().await.home;
    let rows = (0..PEOPLE).map(|number| format!("王小明,东街村党支部,A{number}\n"));
    let content: String = ["姓名,所在党支部,活动证号\n".to_owned()]
        .into_iter()
        .chain(rows)
        .collect();
    let source = Source {
        content: content.into_bytes().into(),
        filename: "名册.csv".to_owned(),
        dry_run: false,
        strict: true,
        found_units: true,
    };
    let quiet = Arc::new(|_, _, _| {});
    let imported = import(&town.office, town.request(), source, quiet).await;
    assert_eq!(imported.unwrap().0.count(Outcome::Added), PEOPLE);
    town
}

#[tokio::test]
async fn many_pieces_make_the_same_views_and_tell_how_far_they_are() {
    let town = crowd().await;
    let store = town.office.store();
    let before = (book::members(store).unwrap(), book::units(store).unwrap());
    let heard = RefCell::new(Vec::new());
    book::rebuild(store, &|done, all| heard.borrow_mut().push((done, all))).unwrap();
    let after = (book::members(store).unwrap(), book::units(store).unwrap());
    assert_eq!(after, before);
    let all = store.logs().iter().map(|log| log.size()).sum();
    let heard = heard.into_inner();
    assert_eq!(heard[..2], [(1024, all), (2048, all)]);
    assert_eq!(heard.last(), Some(&(all, all)));
}

#[tokio::test]
async fn what_was_cut_off_begins_anew_at_the_next_opening() {
    let town = crowd().await;
    let before = book::members(town.office.store()).unwrap();
    let half = |draft: &mut crate::store::Draft<'_>| {
        draft.clear_view(View::Member)?;
        draft.put_view(View::Member, b"half", "made")
    };
    town.office.store().commit_blocking(half).unwrap();
    let time = town.clock();
    let Town { office, folder, .. } = town;
    drop(office);
    let data = folder.path().join("data");
    for again in [true, false] {
        let heard = RefCell::new(0);
        let tell = |done, _| *heard.borrow_mut() = done;
        let opened = Office::open(&data, &unlock(&data), [9; 32], time.clone(), &tell).unwrap();
        assert_eq!(book::members(opened.store()).unwrap(), before);
        assert_eq!(heard.into_inner() > 0, again);
    }
}

/// A program that reads a view in another way clears what an earlier one left, and makes it again from the logs.
#[tokio::test]
async fn a_view_of_an_older_version_is_made_again_at_the_opening() {
    let town = crowd().await;
    let before = book::members(town.office.store()).unwrap();
    let store = town.office.store();
    let stale = |draft: &mut crate::store::Draft<'_>| draft.put_view(View::Member, b"stale", "old");
    store.commit_blocking(stale).unwrap();
    store.forge_view_version(View::Member, View::Member.version() - 1);
    let time = town.clock();
    let Town { office, folder, .. } = town;
    drop(office);
    let data = folder.path().join("data");
    for again in [true, false] {
        let heard = RefCell::new(0);
        let tell = |done, _| *heard.borrow_mut() = done;
        let opened = Office::open(&data, &unlock(&data), [9; 32], time.clone(), &tell).unwrap();
        assert_eq!(book::members(opened.store()).unwrap(), before);
        assert_eq!(opened.store().view(View::Member, b"stale").unwrap(), None);
        assert_eq!(heard.into_inner() > 0, again);
    }
}
