//! The roster from files into the log and out again.

use std::sync::{Arc, Mutex};

use hongyan_proto::letter::OfficerRole;
use rust_xlsxwriter::Workbook;

use super::pair::{Pair, Town};
use crate::{
    book,
    office::{
        OfficeError,
        import::{Imported, Outcome, Source, Stage, import},
        officer::{self, Post},
        roster_sheet,
        unit::{self, Changing},
    },
    store::LogNo,
};

fn source(content: &[u8], filename: &str) -> Source {
    Source {
        content: content.to_vec().into(),
        filename: filename.to_owned(),
        dry_run: false,
        strict: false,
        found_units: false,
    }
}

async fn imported(town: &Town, source: Source) -> Result<Imported, OfficeError> {
    let quiet = Arc::new(|_, _, _| {});
    import(&town.office, town.request(), source, quiet)
        .await
        .map(|(imported, _)| imported)
}

fn counts(imported: &Imported) -> [u32; 4] {
    use Outcome::{Added, Changed, Refused, Unchanged};
    [Added, Changed, Unchanged, Refused].map(|outcome| imported.count(outcome))
}

const FILE: &str = "姓名,性别,身份证号,入党时间,所在党支部,活动证号,手机,住址,类别\n\
    张三,女,11010519491231002X,1975.7,东街村党支部,A1,13900000001,东街 1 号,农民工\n\
    李四,男,,1998年7月1日,东街村党支部/第一党小组,A2,0510-81234567,,离退休\n\
    王五,女,,2026-01-05,西街村党支部,,,,其他\n";

#[tokio::test]
async fn what_is_exported_is_imported_without_a_change() {
    let pair = Pair::met().await;
    let town = &pair.home;
    let found = Source {
        found_units: true,
        ..source(FILE.as_bytes(), "a.csv")
    };
    let dry = Source {
        dry_run: true,
        ..found.clone()
    };
    let before = town.size(LogNo::LOCAL);
    let tried = imported(town, dry).await.unwrap();
    assert!(tried.undone && town.size(LogNo::LOCAL) == before);
    let done = imported(town, found.clone()).await.unwrap();
    assert_eq!(counts(&done), [3, 0, 0, 0]);
    assert_eq!(counts(&done), counts(&tried));
    // Three units and three members, in one commit.
    assert_eq!(town.size(LogNo::LOCAL), before + 6);
    assert_eq!(counts(&imported(town, found).await.unwrap()), [0, 0, 3, 0]);
    let (content, members) = roster_sheet::export(
        &town.office,
        "王书记".parse().unwrap(),
        "年度核对".parse().unwrap(),
        false,
    )
    .await
    .unwrap();
    assert_eq!(members, 3);
    let size = town.size(LogNo::LOCAL);
    let again = imported(town, source(&content, "名册.xlsx")).await.unwrap();
    assert_eq!(counts(&again), [0, 0, 3, 0], "{again:?}");
    assert_eq!(town.size(LogNo::LOCAL), size);
    // The units and members are derived from the log alone.
    let store = town.office.store();
    let (members, units) = (book::members(store).unwrap(), book::units(store).unwrap());
    book::rebuild(store, &|_, _| {}).unwrap();
    assert_eq!(book::members(store).unwrap(), members);
    assert_eq!(book::units(store).unwrap(), units);
    assert_eq!(units.open().count(), 3);
}

#[tokio::test]
async fn the_access_is_written_down_before_anything_leaves() {
    let pair = Pair::met().await;
    let town = &pair.home;
    let before = town.size(LogNo::LOCAL);
    roster_sheet::export(
        &town.office,
        "王书记".parse().unwrap(),
        "核对".parse().unwrap(),
        false,
    )
    .await
    .unwrap();
    let entry = town.office.store().entry(LogNo::LOCAL, before).unwrap();
    let payload = hongyan_proto::letter::Payload::decode(
        hongyan_proto::log::Kind::Access,
        &entry.payload().unwrap(),
    );
    assert!(format!("{payload:?}").contains("核对"));
}

#[tokio::test]
async fn strict_writes_all_or_nothing() {
    let pair = Pair::met().await;
    let town = &pair.home;
    let file = format!("{FILE}赵六,中,,,,,,,\n");
    let strict = Source {
        strict: true,
        ..source(file.as_bytes(), "a.csv")
    };
    let before = town.size(LogNo::LOCAL);
    let refused = imported(town, strict).await.unwrap();
    assert_eq!((refused.undone, counts(&refused)), (true, [3, 0, 0, 1]));
    assert_eq!(town.size(LogNo::LOCAL), before);
    let loose = imported(town, source(file.as_bytes(), "a.csv"))
        .await
        .unwrap();
    assert_eq!((loose.undone, counts(&loose)), (false, [3, 0, 0, 1]));
    assert_eq!(town.size(LogNo::LOCAL), before + 3);
}

/// More rows than an answer keeps: the first answer has all, a repeated one the counts.
#[tokio::test]
async fn a_long_import_tells_how_far_it_is_and_is_remembered_by_its_counts() {
    const ROWS: u32 = 3000;
    let pair = Pair::met().await;
    let town = &pair.home;
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet();
    sheet.write(0, 0, "姓名").unwrap();
    sheet.write(0, 1, "活动证号").unwrap();
    for row in 1..=ROWS {
        sheet.write(row, 0, "张三").unwrap();
        sheet.write(row, 1, format!("A{row:05}")).unwrap();
    }
    let source = source(&workbook.save_to_buffer().unwrap(), "名册.xlsx");
    let told = Arc::new(Mutex::new(Vec::new()));
    let hear = Arc::clone(&told);
    let progress =
        Arc::new(move |stage, done, rows| hear.lock().unwrap().push((stage, done, rows)));
    let request = town.request();
    let (first, answer) = import(&town.office, request.clone(), source.clone(), progress)
        .await
        .unwrap();
    assert_eq!((first.rows.len(), first.left_out()), (ROWS as usize, 0));
    assert!(!answer.repeated);
    let told = told.lock().unwrap().clone();
    assert!(
        told.iter()
            .any(|(stage, done, _)| *stage == Stage::Writing && *done > 0)
    );
    assert_eq!(
        told.last(),
        Some(&(Stage::Writing, ROWS as usize, ROWS as usize))
    );
    let quiet = Arc::new(|_, _, _| {});
    let (again, answer) = import(&town.office, request, source, quiet).await.unwrap();
    assert!(answer.repeated);
    assert_eq!(counts(&again), counts(&first));
    assert_eq!(again.rows.len() + again.left_out() as usize, ROWS as usize);
}

#[tokio::test]
async fn an_unreadable_file_changes_nothing_and_says_what_to_do() {
    let pair = Pair::met().await;
    let town = &pair.home;
    let before = town.size(LogNo::LOCAL);
    for content in [
        &b"PK\x03\x04"[..],
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
        b"a,b\n1,2\n",
    ] {
        let refused = imported(town, source(content, "名册.xls"))
            .await
            .unwrap_err();
        assert_eq!(refused.reason(), "UNREADABLE_FILE");
        assert!(!refused.remedy().is_empty());
    }
    assert_eq!(town.size(LogNo::LOCAL), before);
}

/// The tree and the roster keep each other true.
#[tokio::test]
async fn a_unit_is_closed_when_its_members_have_moved() {
    let pair = Pair::met().await;
    let town = &pair.home;
    let found = Source {
        found_units: true,
        ..source(FILE.as_bytes(), "a.csv")
    };
    imported(town, found).await.unwrap();
    let today = town.office.today();
    let close = || {
        unit::close(
            &town.office,
            town.request(),
            "西街村支部".to_owned(),
            today,
            None,
        )
    };
    let refused = close().await.unwrap_err();
    assert_eq!(refused.reason(), "UNIT");
    let assign = |unit: &str, members: &[&str]| {
        let members = members.iter().map(ToString::to_string).collect();
        unit::assign(
            &town.office,
            town.request(),
            unit.to_owned(),
            members,
            today,
        )
    };
    // All or none.
    let before = town.size(LogNo::LOCAL);
    let wrong = assign("东街村党支部", &["王五", "没有此人"])
        .await
        .unwrap_err();
    assert_eq!(
        (wrong.reason(), town.size(LogNo::LOCAL)),
        ("NOT_FOUND", before)
    );
    let answer = assign("东街村党支部", &["王五", "张三"]).await.unwrap();
    assert_eq!(answer.written.len(), 1);
    close().await.unwrap();
    let tree = unit::tree(&town.office).unwrap();
    assert_eq!((tree.units.open().count(), tree.without_unit), (2, 0));
    // A renamed unit keeps its members, and the roster file's old name no longer finds it.
    let changing = Changing {
        unit: "东街村党支部".to_owned(),
        name: Some("东街社区党支部".parse().unwrap()),
        place: None,
        above: None,
        on: today,
        reason: None,
    };
    unit::change(&town.office, town.request(), changing)
        .await
        .unwrap();
    let tree = unit::tree(&town.office).unwrap();
    let branch = tree.units.named("东街社区支部")[0].id;
    assert_eq!(tree.members_of(branch), 2);
}

#[tokio::test]
async fn officers_come_and_go_with_their_terms() {
    let pair = Pair::met().await;
    let town = &pair.home;
    let found = Source {
        found_units: true,
        ..source(FILE.as_bytes(), "a.csv")
    };
    imported(town, found).await.unwrap();
    let post = |member: &str| Post {
        unit: "东街村党支部".to_owned(),
        member: member.to_owned(),
        role: OfficerRole::Secretary,
    };
    let from = "2023-01-01".parse().unwrap();
    let until = Some("2025-12-31".parse().unwrap());
    officer::appoint(&town.office, town.request(), post("张三"), from, until)
        .await
        .unwrap();
    let second = officer::appoint(&town.office, town.request(), post("王五"), from, None).await;
    assert_eq!(second.unwrap_err().reason(), "UNIT");
    let units = book::units(town.office.store()).unwrap();
    let officers = officer::list(&town.office, &units, "", false).unwrap();
    assert!(officers.len() == 1 && officers[0].is_overdue(town.office.today()));
    let today = town.office.today();
    officer::end(&town.office, town.request(), post("张三"), today, None)
        .await
        .unwrap();
    let tomorrow = today.plus_days(1);
    let future = officer::appoint(&town.office, town.request(), post("王五"), tomorrow, None).await;
    assert_eq!(future.unwrap_err().reason(), "UNIT");
    officer::appoint(&town.office, town.request(), post("王五"), today, None)
        .await
        .unwrap();
    let units = book::units(town.office.store()).unwrap();
    assert_eq!(
        officer::list(&town.office, &units, "", true).unwrap().len(),
        2
    );
    book::rebuild(town.office.store(), &|_, _| {}).unwrap();
    assert_eq!(book::units(town.office.store()).unwrap(), units);
}
