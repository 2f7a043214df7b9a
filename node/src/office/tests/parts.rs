//! A statement that no single entry has room for.

use std::fmt::Write as _;

use hongyan_proto::{
    letter::{Conduct, ConductGrade, Disclosure, Payload, Text},
    log::Kind,
    time::Quarter,
};

use super::{
    pair::{Pair, Town},
    stories::{accept, agree, import_rows, notice, place, write},
};
use crate::{
    book::{self, Author},
    domain::statement::Status,
    office::{reconcile, statement},
    store::LogNo,
};

/// Members with a remark of the greatest length each: ten lines fill an entry.
const MEMBERS: usize = 24;

/// One for each member: a name has no digits.
const GIVEN: &str = "甲乙丙丁戊己庚辛壬癸子丑寅卯辰巳午未申酉戌亥春秋";

async fn hosted() -> Pair {
    let pair = Pair::met().await;
    let mut rows = "姓名,活动证号\n".to_owned();
    let names: Vec<_> = GIVEN.chars().map(|given| format!("王{given}")).collect();
    assert_eq!(names.len(), MEMBERS);
    for (name, number) in names.iter().zip(34_0800_2026_0001_u64..) {
        writeln!(rows, "{name},{number}").unwrap();
    }
    import_rows(&pair.home, &rows).await;
    agree(&pair, Disclosure::ALL).await;
    for name in &names {
        notice(&pair, name).await;
    }
    pair.sync().await;
    for file in book::all_cases(pair.host.office.store(), None).unwrap() {
        write(&pair.host, file.id, accept()).await.unwrap();
        write(&pair.host, file.id, place()).await.unwrap();
        let conduct = Conduct {
            quarter: quarter(),
            grade: ConductGrade::Good,
            remark: Some(Text::parse(&"好".repeat(2000)).unwrap()),
        };
        write(&pair.host, file.id, conduct).await.unwrap();
    }
    pair.sync().await;
    pair.set_day("2026-07-02");
    pair
}

fn quarter() -> Quarter {
    "2026-Q2".parse().unwrap()
}

/// The statements in a log, as parts of how many.
fn entries(town: &Town, log: LogNo) -> Vec<(u32, u32)> {
    let store = town.office.store();
    let size = store.log(log).unwrap().size();
    let found = store.entries(log, 0..size).unwrap().map(Result::unwrap);
    found
        .filter(|entry| entry.header().kind == Kind::Statement)
        .map(
            |entry| match Payload::decode(Kind::Statement, &entry.payload().unwrap()) {
                Ok(Payload::Statement(part)) => (part.part, part.parts),
                other => panic!("{other:?}"),
            },
        )
        .collect()
}

#[tokio::test]
async fn a_long_statement_goes_in_parts_and_is_reconciled_as_one() {
    let pair = hosted().await;
    let (home, host) = (&pair.home, &pair.host);
    let (issued, answer) = statement::issue(&host.office, host.request(), String::new(), quarter())
        .await
        .unwrap();
    assert_eq!((issued.inflow_lines.len(), issued.parts), (MEMBERS, 0));
    assert_eq!(answer.written.len(), 3, "one commit, three entries");
    assert_eq!(entries(host, host.partner().out), [(1, 3), (2, 3), (3, 3)]);
    let (small, _) = statement::issue(&home.office, home.request(), String::new(), quarter())
        .await
        .unwrap();
    assert_eq!(small.outflow_lines.len(), MEMBERS);
    assert_eq!(entries(home, home.partner().out), [(0, 0)], "as ever");
    pair.sync().await;
    let shown = statement::show(&home.office, "", quarter(), Author::Partner, 0).unwrap();
    assert_eq!(shown.statement, issued);
    let results = [home, host].map(|town| reconcile::show(&town.office, "", quarter()).unwrap());
    let hash = results[0].hash().unwrap();
    assert_eq!(results[1].hash(), Some(hash));
    let counts = results[0].view.settlement.as_ref().unwrap().counts;
    assert_eq!(counts.agreed as usize, MEMBERS);
    // Issued again it is another revision, again in parts, and the earlier is still shown.
    let (again, _) = statement::issue(&host.office, host.request(), String::new(), quarter())
        .await
        .unwrap();
    assert_eq!(again.revision.get(), 2);
    pair.sync().await;
    let old = statement::show(&home.office, "", quarter(), Author::Partner, 1).unwrap();
    assert_eq!(old.statement, issued);
    let now = [home, host].map(|town| reconcile::show(&town.office, "", quarter()).unwrap());
    let hash = now[0].hash().unwrap();
    assert_eq!(now[1].hash(), Some(hash));
    for town in [home, host] {
        reconcile::close(&town.office, town.request(), String::new(), quarter(), hash)
            .await
            .unwrap();
    }
    pair.sync().await;
    for town in [home, host] {
        let listed = reconcile::list(&town.office, "").unwrap();
        assert!(
            matches!(listed[0].status, Status::Closed),
            "{:?}",
            listed[0].status
        );
    }
}
