//! Sheets as offices really have them, read to people.

use hongyan_proto::letter::{MemberClass, Sex};
use rust_xlsxwriter::{ExcelDateTime, Format, Formula, Workbook, Worksheet};

use super::*;

fn today() -> Day {
    "2026-11-22".parse().unwrap()
}

fn csv(text: &str) -> Roster {
    read(text.as_bytes(), "名册.csv", today()).unwrap()
}

fn book(write: impl FnOnce(&mut Worksheet)) -> Roster {
    let mut workbook = Workbook::new();
    write(workbook.add_worksheet());
    read(&workbook.save_to_buffer().unwrap(), "名册.xlsx", today()).unwrap()
}

fn row(sheet: &mut Worksheet, line: u32, cells: &[&str]) {
    for (column, cell) in (0..).zip(cells) {
        if !cell.is_empty() {
            sheet.write(line, column, *cell).unwrap();
        }
    }
}

fn columns(problems: &[Problem]) -> Vec<&str> {
    problems
        .iter()
        .map(|problem| problem.column.as_str())
        .collect()
}

#[test]
fn a_csv_with_quotes_full_width_digits_and_other_columns() {
    let roster = csv(
        "\u{feff}序号,姓 名,性别,手机号码,入党时间,党支部\n1,\"张三\",男,１３８００００１１１１,1998.7,\"第一, 支部\"\n2,李四,中,,昨天,\n\n",
    );
    assert_eq!(roster.ignored, ["序号"]);
    let [good, bad] = roster.rows.as_slice() else {
        panic!("{roster:?}")
    };
    assert_eq!((good.number, good.name.as_str()), (2, "张三"));
    assert_eq!(good.details.phone.as_ref().unwrap().as_str(), "13800001111");
    assert_eq!(good.unit.as_ref().unwrap().as_str(), "第一,支部");
    assert!(good.problems.is_empty());
    assert_eq!(columns(&bad.problems), ["性别", "入党时间"]);
}

/// A workbook as the provincial form gives it: a title over the table, a running number, numbers as text and as numbers.
#[test]
fn a_workbook_with_a_title_row_and_a_running_number() {
    let roster = book(|sheet| {
        sheet.write(0, 0, "党员名册 (虚构数据)").unwrap();
        row(
            sheet,
            1,
            &[
                "序号",
                "姓名",
                "性别",
                "公民身份号码",
                "入党时间",
                "所在党支部",
                "手机号码",
                "活动证编号",
                "人员类别",
            ],
        );
        row(
            sheet,
            2,
            &[
                "1",
                "张三",
                "女",
                "11010519491231002X",
                "1975-07-01",
                "第1党支部",
                "13900000001",
                "340800100001",
                "农民工",
            ],
        );
        row(
            sheet,
            3,
            &["2", "李四", "女", "", "1998.7", "", "", "", "大中专毕业生"],
        );
        sheet.write(3, 6, 13_900_000_002_i64).unwrap();
        sheet.write(3, 7, 340_800_100_002_i64).unwrap();
    });
    assert_eq!(roster.ignored, ["序号"]);
    let [first, second] = roster.rows.as_slice() else {
        panic!("{roster:?}")
    };
    assert!(
        first.problems.is_empty() && second.problems.is_empty(),
        "{roster:?}"
    );
    assert!(first.remarks.is_empty(), "{first:?}");
    assert_eq!(
        (first.number, first.name.as_str(), second.number),
        (3, "张三", 4)
    );
    let details = &first.details;
    assert_eq!(details.sex, Some(Sex::Female));
    assert_eq!(
        details.id_number.as_ref().unwrap().as_str(),
        "11010519491231002X"
    );
    assert_eq!(details.joined.unwrap().to_string(), "1975-07-01");
    assert_eq!(first.unit.as_ref().unwrap().as_str(), "第1党支部");
    assert_eq!(details.member_class, Some(MemberClass::MigrantWorker));
    let details = &second.details;
    assert_eq!(details.phone.as_ref().unwrap().as_str(), "13900000002");
    assert_eq!(
        details.certificate.as_ref().unwrap().as_str(),
        "340800100002"
    );
}

/// Two sheets of instructions first, a title merged over all columns, a header of two lines, the branch merged down, dates as dates,
/// as day numbers and as text, and notes at the end.
// One sheet is one story.
#[allow(clippy::too_many_lines)]
#[test]
fn a_sheet_as_a_township_office_has_it() {
    let mut workbook = Workbook::new();
    let notes = workbook.add_worksheet();
    notes.set_name("填表说明").unwrap();
    notes.write(0, 0, "1. 姓名须与身份证一致").unwrap();
    let sheet = workbook.add_worksheet();
    sheet.set_name("流动党员").unwrap();
    let plain = Format::new();
    let date = Format::new().set_num_format("yyyy\"年\"m\"月\"d\"日\"");
    sheet
        .merge_range(0, 0, 0, 6, "某镇流动党员花名册", &plain)
        .unwrap();
    sheet.write(1, 0, "填报单位: 某镇党委").unwrap();
    sheet.merge_range(2, 0, 3, 0, "姓  名", &plain).unwrap();
    sheet
        .merge_range(2, 1, 3, 1, "所在党支部(党小组)", &plain)
        .unwrap();
    sheet.merge_range(2, 2, 2, 4, "党内情况", &plain).unwrap();
    row(
        sheet,
        3,
        &["", "", "入党时间*", "预备期满", "流动党员\n活动证号"],
    );
    sheet
        .merge_range(2, 5, 3, 5, "联系方式\n(手机)", &plain)
        .unwrap();
    sheet.merge_range(2, 6, 3, 6, "备注", &plain).unwrap();
    sheet
        .merge_range(4, 1, 6, 1, "东街村党支部", &plain)
        .unwrap();
    row(sheet, 4, &["张 三", "", "", "", "ｗｘ-0001"]);
    sheet
        .write_with_format(4, 2, ExcelDateTime::from_ymd(1998, 7, 1).unwrap(), &date)
        .unwrap();
    row(
        sheet,
        5,
        &["李　四", "", "2025年3月5日", "", "无", "138 0000 1111"],
    );
    sheet
        .write_with_format(5, 3, ExcelDateTime::from_ymd(2026, 12, 5).unwrap(), &date)
        .unwrap();
    row(sheet, 6, &["王五"]);
    sheet.write(6, 2, 35_977).unwrap();
    sheet
        .write_formula(6, 5, Formula::new("=A1").set_result("13900000003"))
        .unwrap();
    row(sheet, 8, &["赵六", "西街村党支部", "1998-07", "", "/"]);
    row(sheet, 10, &["", "填表人: 某某"]);
    let roster = read(&workbook.save_to_buffer().unwrap(), "名册.xlsx", today()).unwrap();
    assert_eq!(roster.ignored, ["备注", "工作表“填表说明”", "第 11 行"]);
    let seen: Vec<_> = roster
        .rows
        .iter()
        .map(|row| {
            let joined = row
                .details
                .joined
                .map(|day| day.to_string())
                .unwrap_or_default();
            let unit = row
                .unit
                .as_ref()
                .map(ToString::to_string)
                .unwrap_or_default();
            (
                row.number,
                row.name.as_str(),
                joined,
                unit,
                row.problems.len(),
            )
        })
        .collect();
    let expected = [
        (5, "张三", "1998-07-01", "东街村党支部", 0),
        (6, "李四", "2025-03-05", "东街村党支部", 0),
        (7, "王五", "1998-07-01", "东街村党支部", 0),
        (9, "赵六", "1998-07-01", "西街村党支部", 0),
    ];
    let expected = expected.map(|(number, name, day, unit, problems)| {
        (number, name, day.to_owned(), unit.to_owned(), problems)
    });
    assert_eq!(seen, expected);
    assert_eq!(
        roster.rows[0]
            .details
            .certificate
            .as_ref()
            .unwrap()
            .as_str(),
        "WX-0001"
    );
    assert_eq!(roster.rows[1].details.certificate, None);
    assert_eq!(
        roster.rows[1]
            .details
            .probationary_until
            .unwrap()
            .to_string(),
        "2026-12-05"
    );
    assert_eq!(
        roster.rows[2].details.phone.as_ref().unwrap().as_str(),
        "13900000003"
    );
}

#[test]
fn chinese_spreadsheets_write_their_own_encoding() {
    let text = "序号;党员姓名;性别;现居住地\r\n1;龚䶮;女;无锡市滨湖区𠮷祥路\r\n";
    let (gb, _, _) = encoding_rs::GB18030.encode(text);
    assert!(std::str::from_utf8(&gb).is_err());
    let utf16: Vec<u8> = [0xff, 0xfe]
        .into_iter()
        .chain(
            text.replace(';', "\t")
                .encode_utf16()
                .flat_map(u16::to_le_bytes),
        )
        .collect();
    for content in [gb.as_ref(), text.as_bytes(), utf16.as_slice()] {
        let roster = read(content, "名册.csv", today()).unwrap();
        assert_eq!(roster.rows[0].name, "龚䶮");
        let address = roster.rows[0].details.address.as_ref().unwrap();
        assert_eq!(address.as_str(), "无锡市滨湖区𠮷祥路");
    }
}

#[test]
fn the_titles_of_many_offices_mean_the_same() {
    for (title, value) in [
        ("身份证号码", "11010519491231002X"),
        ("居民身份证号(18位)", "11010519491231002x"),
        ("公民身份证号码", "'11010519491231002X"),
        (" 身 份 证 号 ", "１１０１０５１９４９１２３１００２Ｘ"),
        ("ID number", "110105 19491231 002X"),
    ] {
        let roster = csv(&format!("{title},姓名\n{value},张三\n"));
        let number = roster.rows[0].details.id_number.as_ref();
        assert_eq!(number.unwrap().as_str(), "11010519491231002X", "{title}");
    }
    // Branch and group in two columns are one path.
    let roster = csv("姓名,所在党支部,党小组\n张三,第一党支部,第二党小组\n李四,第一党支部,\n");
    let units: Vec<_> = roster
        .rows
        .iter()
        .map(|row| row.unit.as_ref().unwrap().as_str())
        .collect();
    assert_eq!(units, ["第一党支部/第二党小组", "第一党支部"]);
}

#[test]
fn what_contradicts_is_refused_and_what_is_odd_is_remarked() {
    let header = "姓名,性别,出生年月,身份证号,入党时间,预备期满,党员类别\n";
    for (line, problems, remarks) in [
        (
            "张三,女,1949-12,11010519491231002X,1975.7,,",
            vec![],
            vec![],
        ),
        (
            "张三,男,1950-12,11010519491231002X,1975.7,,",
            vec![],
            vec!["出生年月", "性别"],
        ),
        (
            "张三,女,,11010519491231002X,1965-07,,",
            vec![],
            vec!["入党时间"],
        ),
        (
            "张三,女,,11010519491231002X,1945-07,,",
            vec!["入党时间"],
            vec![],
        ),
        ("张三,女,,,1921-06-30,,", vec!["入党时间"], vec![]),
        ("张三,女,,,2026-11-23,,", vec!["入党时间"], vec![]),
        ("张三,女,2026-12,,,,", vec!["出生年月"], vec![]),
        ("张三,女,,,2026-01-05,2025-01-05,", vec!["预备期满"], vec![]),
        ("张三,女,,,2026-01-05,,预备党员", vec![], vec!["预备期满"]),
        ("张三,女,,,2026-01-05,2027-01-05,预备党员", vec![], vec![]),
        (
            "张三,女,,,2026-01-05,2027-01-05,正式党员",
            vec![],
            vec!["预备期满"],
        ),
        ("张三,女,,,2024-01-05,2025-01-05,正式党员", vec![], vec![]),
        ("张三,女,,,1998.1,,正式党员", vec!["入党时间"], vec![]),
        ("张三,女,,,1998.01,,正式党员", vec![], vec![]),
        ("张三,女,,,1998.10,,正式党员", vec![], vec![]),
        (",女,,11010519491231002X,,,", vec!["姓名"], vec![]),
        ("张三1,女,,,,,", vec!["姓名"], vec![]),
    ] {
        let roster = csv(&format!("{header}{line}\n"));
        let row = &roster.rows[0];
        assert_eq!(
            columns(&row.problems),
            problems,
            "{line} {:?}",
            row.problems
        );
        assert_eq!(columns(&row.remarks), remarks, "{line} {:?}", row.remarks);
    }
}

#[test]
fn a_workbook_that_counts_from_1904_says_so() {
    // The writer has no such switch: the statement is put into its workbook part.
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet();
    row(sheet, 0, &["姓名", "入党时间"]);
    row(sheet, 1, &["张三"]);
    sheet.write(1, 1, 34_515).unwrap();
    let content = workbook.save_to_buffer().unwrap();
    let stated = bad_tests::edited(&content, "xl/workbook.xml", |part| {
        part.replace("<workbookPr", "<workbookPr date1904=\"1\"")
    });
    let roster = read(&stated, "名册.xlsx", today()).unwrap();
    assert_eq!(
        roster.rows[0].details.joined.unwrap().to_string(),
        "1998-07-01"
    );
}

#[test]
fn sums_and_signatures_are_nobody() {
    let rows = "姓名,所在支部,备注\n张三,东街支部,\n合计,5,\n 总 计 ：12人,,\n制表人：张某,,\n合计,6人,\n何继,东街支部,\n";
    let roster = read(rows.as_bytes(), "名册.csv", today()).unwrap();
    let names: Vec<_> = roster.rows.iter().map(|row| row.name.as_str()).collect();
    assert_eq!(names, ["张三", "何继"]);
    let skipped = ["备注", "第 3 行", "第 4 行", "第 5 行", "第 6 行"];
    assert_eq!(roster.ignored, skipped);
    let number = "姓名,所在支部\n张三,5\n";
    let roster = read(number.as_bytes(), "名册.csv", today()).unwrap();
    assert!(roster.rows[0].problems[0].problem.contains("只是数字"));
}

#[test]
fn a_sum_with_its_count_where_a_name_should_stand_is_nobody() {
    let rows = "序号,姓名,所在支部,手机\n1,张三,东街支部,13900000001\n,8人,合计,\n小 计,3,西街支部,13900000001\n,,合计（人）,5\n2,何继,东街支部,\n3,8人,东街支部,\n";
    let roster = csv(rows);
    let names: Vec<_> = roster.rows.iter().map(|row| row.name.as_str()).collect();
    assert_eq!(names, ["张三", "何继", "8人"]);
    assert_eq!(roster.ignored, ["序号", "第 3 行", "第 4 行", "第 5 行"]);
    // Where nothing says that it is a sum, it is a name with digits.
    assert_eq!(columns(&roster.rows[2].problems), ["姓名"]);
}

#[test]
fn ditto_marks_say_what_stands_above_or_are_refused() {
    let roster = csv(
        "姓名,性别,所在支部,手机,活动证号\n张三,男,东街支部,,A1\n李四,〃,〃,,\n王五,同上,″,〃,\n〃,女,同上,,\n赵六,女,,,〃\n",
    );
    let rows = &roster.rows;
    for row in &rows[1..4] {
        assert_eq!(row.unit.as_ref().unwrap().as_str(), "东街支部");
    }
    assert_eq!(rows[2].details.sex, Some(Sex::Male));
    assert!(rows[1].problems.is_empty() && rows[0].problems.is_empty());
    // Nothing stands above, or everybody has their own.
    let refused: Vec<_> = rows[2..].iter().map(|row| columns(&row.problems)).collect();
    assert_eq!(refused, [["手机"], ["姓名"], ["活动证号"]]);
}

#[test]
fn a_tenth_month_typed_as_text_is_january_with_a_remark() {
    let roster = book(|sheet| {
        row(sheet, 0, &["姓名", "入党时间"]);
        row(sheet, 1, &["张三", "1998.1"]);
    });
    let row = &roster.rows[0];
    assert_eq!(row.details.joined.unwrap().to_string(), "1998-01-01");
    assert_eq!(columns(&row.remarks), ["入党时间"]);
}
