//! A case that is read by itself is the case that is read with all others.

use hongyan_proto::{letter::Attendance, log::Kind};

use super::{
    pair::{Pair, Town},
    stories::{accept, attendance, digests, notice, place, ready, write},
};
use crate::{book, office::statement};

/// Enough to fill a bundle of the log and begin another.
const FACTS: u32 = 150;

/// One of many events of a day, told apart by their themes.
fn event(on: &str, number: u32) -> Attendance {
    Attendance {
        theme: Some(format!("第 {number} 次").parse().unwrap()),
        ..attendance(on)
    }
}

async fn busy() -> (Pair, [hongyan_proto::id::CaseId; 2]) {
    let pair = ready().await;
    let cases = [notice(&pair, "张三").await, notice(&pair, "李四").await];
    pair.sync().await;
    for case in cases {
        write(&pair.host, case, accept()).await.unwrap();
        write(&pair.host, case, place()).await.unwrap();
    }
    for number in 0..FACTS {
        for case in cases {
            write(&pair.host, case, event("2026-04-01", number))
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
        book::rebuild(town.office.store(), &|_, _| {}).unwrap();
        assert_eq!(digests(town), before);
    }
}

#[tokio::test]
async fn a_statement_is_issued_while_others_write() {
    let (pair, cases) = busy().await;
    pair.sync().await;
    pair.host.set_day("2026-07-01");
    let quarter = "2026-Q2".parse().unwrap();
    let issuing = statement::issue(
        &pair.host.office,
        pair.host.request(),
        String::new(),
        quarter,
    );
    let writing = async {
        for number in 0..20 {
            write(&pair.host, cases[0], event("2026-06-30", number))
                .await
                .unwrap();
        }
    };
    let (issued, ()) = tokio::join!(issuing, writing);
    let (statement, _) = issued.unwrap();
    // What it states is what the log held just before it.
    let partner = pair.host.partner();
    let store = pair.host.office.store();
    let before = |sequence: u64| {
        let entries = store.entries(partner.out, 0..sequence).unwrap();
        let of_case = entries.filter(|entry| {
            let header = entry.as_ref().unwrap().header().clone();
            header.kind == Kind::Attendance && header.case_id == Some(cases[0])
        });
        u32::try_from(of_case.count()).unwrap()
    };
    let entries = store.entries(partner.out, 0..u64::MAX).unwrap();
    let place = entries
        .map(|entry| entry.unwrap())
        .find(|entry| entry.header().kind == Kind::Statement)
        .unwrap();
    let line = statement
        .inflow_lines
        .iter()
        .find(|line| line.case_id == cases[0])
        .unwrap();
    assert_eq!(
        line.activities_attended,
        Some(before(place.header().sequence))
    );
}
