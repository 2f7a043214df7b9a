//! A case that is read by itself is the case that is read with all others.

use super::{
    pair::{Pair, Town},
    stories::{accept, attendance, digests, notice, place, ready, write},
};
use crate::book;

/// Enough to fill a bundle of the log and begin another.
const FACTS: u32 = 150;

async fn busy() -> (Pair, [hongyan_proto::id::CaseId; 2]) {
    let pair = ready().await;
    let cases = [notice(&pair, "张三").await, notice(&pair, "李四").await];
    pair.sync().await;
    for case in cases {
        write(&pair.host, case, accept()).await.unwrap();
        write(&pair.host, case, place()).await.unwrap();
    }
    for _ in 0..FACTS {
        for case in cases {
            write(&pair.host, case, attendance("2026-04-01"))
                .await
                .unwrap();
        }
    }
    (pair, cases)
}

fn facts(town: &Town, case: hongyan_proto::id::CaseId) -> usize {
    let partner = town.partner();
    let file = book::case_with_facts(town.office.store(), Some(&partner), case).unwrap();
    file.unwrap().case.facts().len()
}

#[tokio::test]
async fn each_case_finds_its_own_facts_in_a_shared_log() {
    let (pair, cases) = busy().await;
    for case in cases {
        assert_eq!(facts(&pair.host, case), FACTS as usize);
        assert_eq!(facts(&pair.home, case), 0);
    }
    pair.sync().await;
    // The digests are taken of each case alone and of all together.
    let before = digests(&pair.host);
    assert_eq!(digests(&pair.home), before);
    for town in [&pair.home, &pair.host] {
        assert_eq!(facts(town, cases[1]), FACTS as usize);
        book::rebuild(town.office.store()).unwrap();
        assert_eq!(digests(town), before);
    }
}
