//! Bad input, case by case: the refusal names the place and says what to do, and no log has changed by one entry.

use std::{fmt::Write as _, io::Write as _, sync::Arc};

use hongyan_proto::{
    id::Hash,
    letter::{ActivityKind, Disclosure, DuesMonths, Presence},
};
use rust_xlsxwriter::{Formula, Workbook};
use zip::{ZipWriter, write::SimpleFileOptions};

use super::{
    dues::{base, pay, paying},
    duties::adopt,
    life::{activity, all, hold},
    pair::{Pair, Town},
    stories::{agree, day, import as people, ready},
    units::tree,
};
use crate::{
    office::{
        OfficeError,
        dues::Paying,
        import::{Imported, Outcome, Source, import},
        policy::{self, Wanted},
        recording,
        roster_file::bad_tests::edited,
        unit,
    },
    store::LogNo,
};

/// Every log of a node: where it ends, and everything before that.
pub(in crate::office) fn heads(town: &Town) -> Vec<(LogNo, u64, Hash)> {
    let logs = town.office.store().logs();
    logs.iter()
        .map(|log| (log.no, log.size(), log.root()))
        .collect()
}

/// A refusal that names all of these and has a remedy.
fn says(error: &OfficeError, parts: &[&str]) {
    let text = format!("{error} {}", error.remedy());
    for part in parts {
        assert!(text.contains(part), "{part}: {text}");
    }
    assert!(!error.remedy().is_empty(), "{text}");
}

async fn read(town: &Town, content: Vec<u8>, name: &str) -> Result<Imported, OfficeError> {
    let source = Source {
        content: content.into(),
        filename: name.to_owned(),
        dry_run: false,
        strict: false,
        found_units: true,
    };
    let quiet = Arc::new(|_, _, _| {});
    import(&town.office, town.request(), source, quiet)
        .await
        .map(|(imported, _)| imported)
}

/// The only row is refused for one column.
fn row(imported: &Imported, number: u32, column: &str, parts: &[&str]) {
    assert_eq!(imported.count(Outcome::Added), 0, "{imported:?}");
    let found = imported.rows.iter().find(|row| row.row == number).unwrap();
    assert_eq!(found.outcome, Outcome::Refused as i32, "{found:?}");
    let problem = found.problems.iter().find(|one| one.column == column);
    let problem = problem.unwrap_or_else(|| panic!("{found:?}"));
    for part in parts {
        assert!(problem.text.contains(part), "{part}: {problem:?}");
    }
}

fn bomb() -> Vec<u8> {
    let mut writer = ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default();
    writer.start_file("xl/workbook.xml", options).unwrap();
    writer.write_all(b"<workbook/>").unwrap();
    let sheet = "xl/worksheets/sheet1.xml";
    writer.start_file(sheet, options).unwrap();
    let nothing = vec![b' '; 1 << 20];
    for _ in 0..140 {
        writer.write_all(&nothing).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

fn workbook(row: impl Fn(&mut rust_xlsxwriter::Worksheet)) -> Vec<u8> {
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet();
    for (column, title) in (0..).zip(["姓名", "性别", "入党时间"]) {
        sheet.write(0, column, title).unwrap();
    }
    row(sheet);
    workbook.save_to_buffer().unwrap()
}

#[tokio::test]
async fn hostile_spreadsheets_change_nothing() {
    let pair = Pair::met().await;
    let town = &pair.home;
    let before = heads(town);
    let refused = read(town, bomb(), "名册.xlsx").await.unwrap_err();
    says(&refused, &["128 MiB"]);
    let wrong = read(town, vec![0xff, 0xff, 0xff, 0x41, 0x80], "名册.csv").await;
    says(&wrong.unwrap_err(), &["编码"]);
    let formula = workbook(|sheet| {
        let failed = Formula::new("=VLOOKUP(A1,B:C,2)").set_result("#N/A");
        sheet.write(1, 0, "张三").unwrap();
        sheet.write_formula(1, 1, failed).unwrap();
    });
    let formula = read(town, formula, "名册.xlsx").await.unwrap();
    row(&formula, 2, "性别", &["公式", "#N/A"]);
    // A million rows with nothing in them, and nobody behind them.
    let empty = edited(&workbook(|_| ()), "xl/worksheets/sheet1.xml", |part| {
        let mut rows = String::new();
        for line in 2..=1_000_000 {
            write!(rows, "<row r=\"{line}\"/>").unwrap();
        }
        let part = part.replace("<sheetData/>", "<sheetData></sheetData>");
        part.replace("</sheetData>", &format!("{rows}</sheetData>"))
    });
    let empty = read(town, empty, "名册.xlsx").await.unwrap();
    assert!(empty.rows.is_empty(), "{empty:?}");
    assert_eq!(heads(town), before);
}

#[tokio::test]
async fn impossible_rows_change_nothing() {
    let pair = Pair::met().await;
    let town = &pair.home;
    let before = heads(town);
    for (cell, part) in [("2026-02-30", "没有这一天"), ("2999-01-01", "今天之后")] {
        let file = format!("姓名,入党时间\n张三,{cell}\n");
        let imported = read(town, file.into_bytes(), "名册.csv").await.unwrap();
        row(&imported, 2, "入党时间", &[part]);
    }
    let twice =
        "姓名,身份证号,所在支部\n张三,11010519491231002X,一支部\n张三,11010519491231002X,二支部\n";
    let imported = read(town, twice.as_bytes().to_vec(), "名册.csv")
        .await
        .unwrap();
    row(&imported, 2, "所在党支部", &["两个支部", "第 3 行"]);
    row(&imported, 3, "所在党支部", &["两个支部", "第 2 行"]);
    assert_eq!(heads(town), before);
}

#[tokio::test]
async fn a_date_in_the_future_changes_nothing() {
    let pair = ready().await;
    let home = &pair.home;
    tree(home).await;
    base(home, "李四", 3000, "2026-04").await.unwrap();
    let before = heads(home);
    let held = activity("第一支部", ActivityKind::ActivityDay, "2026-04-02");
    let refused = hold(home, held, all(&[])).await.unwrap_err();
    says(&refused, &["activity.day", "2026-04-02"]);
    let ahead = Paying {
        paid_on: Some(day("2026-04-02")),
        ..paying("2026-04", 1)
    };
    let refused = pay(home, "李四", ahead).await.unwrap_err();
    says(&refused, &["paid_on", "2026-04-02"]);
    let request = home.request();
    let (unit, who) = ("第二支部".to_owned(), vec!["李四".to_owned()]);
    let refused = unit::assign(&home.office, request, unit, who, day("2026-04-02")).await;
    says(&refused.unwrap_err(), &["2026-04-02", "尚未到来"]);
    let tomorrow = (
        hongyan_proto::letter::AbsenceMeasure::Remind,
        day("2026-04-02"),
    );
    let request = home.request();
    let refused =
        recording::measure(&home.office, request, "李四".to_owned(), tomorrow, None).await;
    says(&refused.unwrap_err(), &["day"]);
    let refused = recording::screen(&home.office, home.request(), day("2026-04-02"), None).await;
    says(&refused.unwrap_err(), &["day"]);
    assert_eq!(heads(home), before);
}

#[tokio::test]
async fn a_payment_twice_changes_nothing() {
    let pair = ready().await;
    let home = &pair.home;
    base(home, "李四", 3000, "2026-04").await.unwrap();
    let (_, answer) = pay(home, "李四", paying("2026-04", 3)).await.unwrap();
    let payment = answer.written[0].sequence.to_string();
    let before = heads(home);
    for (first, months) in [("2026-04", 1), ("2026-06", 1), ("2026-03", 2)] {
        let refused = pay(home, "李四", paying(first, months)).await.unwrap_err();
        says(&refused, &["month", "收据", &payment, "dues correct"]);
    }
    let thirteen = DuesMonths::new(10_000);
    assert!(thirteen.is_err(), "more months than anybody pays ahead");
    assert_eq!(heads(home), before);
}

#[tokio::test]
async fn an_activity_outside_its_unit_changes_nothing() {
    let pair = Pair::met().await;
    people(&pair.home).await;
    agree(&pair, Disclosure::ALL).await;
    let home = &pair.home;
    tree(home).await;
    let before = heads(home);
    let nowhere = activity("第九支部", ActivityKind::ActivityDay, "2026-04-01");
    says(
        &hold(home, nowhere, all(&[])).await.unwrap_err(),
        &["第九支部"],
    );
    // 金丝雀 belongs to the second branch.
    let stranger = activity("第一支部", ActivityKind::ActivityDay, "2026-04-01");
    let named = all(&[("金丝雀", Presence::Present)]);
    let refused = hold(home, stranger, named).await.unwrap_err();
    says(&refused, &["金丝雀", "第二支部"]);
    assert_eq!(heads(home), before);
}

#[tokio::test]
async fn a_wrong_policy_changes_nothing() {
    let pair = ready().await;
    let home = &pair.home;
    adopt(home, "wuxi", "2026-01-01").await.unwrap();
    let before = heads(home);
    let head =
        "format = 1\nname = \"own\"\nbased-on = \"wuxi\"\n[source]\nzh = \"本委\"\nen = \"own\"\n";
    let rule = |id: &str, body: &str| {
        format!("[rule.{id}]\nclause = \"本委 1\"\nzh = \"规则\"\nen = \"rule\"\n{body}\n")
    };
    for (rules, parts) in [
        // A kind of rule that nobody knows.
        (
            rule("wish", "kind = \"wish\""),
            ["line 11", "unknown kind of rule"],
        ),
        // A field that the kind does not have.
        (
            rule(
                "dues",
                "kind = \"dues\"\nrate = \"national\"\nper-month = 3",
            ),
            ["line 13", "per-month"],
        ),
        // Two frequencies of the same meeting: nobody could say which applies.
        (
            rule(
                "more",
                "kind = \"meeting\"\nmeeting = \"organizational-life\"\ntimes = 2\nper = \"year\"",
            ),
            ["more", "organizational-life"],
        ),
        // A day that no month has.
        (
            rule(
                "activity-day",
                "kind = \"activity-day\"\nday = 32\nshift = \"later\"",
            ),
            ["line 12", "from 1 to 31"],
        ),
    ] {
        let wanted = Wanted::File("own.toml".to_owned(), format!("{head}{rules}"));
        let adopted = policy::adopt(
            &home.office,
            home.request(),
            wanted,
            day("2026-06-01"),
            None,
        );
        let refused = adopted.await.unwrap_err();
        let place: Vec<&str> = ["own.toml"].into_iter().chain(parts).collect();
        says(&refused, &place);
    }
    assert_eq!(heads(home), before);
}
