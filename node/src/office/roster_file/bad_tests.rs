//! Files that are no rosters, damaged ones and hostile ones: each is refused by name, in bounded time and space.

use std::{
    fmt::Write as _,
    io::{Cursor, Read as _, Write as _},
};

use rust_xlsxwriter::{Format, Formula, Workbook};
use zip::{ZipArchive, ZipWriter, write::SimpleFileOptions};

use super::*;

fn today() -> Day {
    "2026-11-22".parse().unwrap()
}

fn refused(content: &[u8]) -> String {
    match read(content, "名册.xlsx", today()) {
        Err(OfficeError::UnreadableFile(why)) => why,
        other => panic!("{other:?}"),
    }
}

/// A workbook with one part written otherwise.
pub(in crate::office) fn edited(
    content: &[u8],
    part: &str,
    edit: impl Fn(String) -> String,
) -> Vec<u8> {
    let mut archive = ZipArchive::new(Cursor::new(content)).unwrap();
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for at in 0..archive.len() {
        let mut file = archive.by_index(at).unwrap();
        let name = file.name().unwrap().into_owned();
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).unwrap();
        if name == part {
            bytes = edit(String::from_utf8(bytes).unwrap()).into_bytes();
        }
        writer
            .start_file(name, SimpleFileOptions::default())
            .unwrap();
        writer.write_all(&bytes).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

fn small() -> Vec<u8> {
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet();
    for (column, title) in (0..).zip(["姓名", "性别"]) {
        sheet.write(0, column, title).unwrap();
    }
    sheet.write(1, 0, "张三").unwrap();
    sheet.write(1, 1, "男").unwrap();
    workbook.save_to_buffer().unwrap()
}

#[test]
fn other_kinds_of_files_are_named() {
    let compound = [0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1];
    let old: Vec<u8> = [&compound[..], &[0; 512]].concat();
    assert!(refused(&old).contains(".xls"), "{}", refused(&old));
    let package: Vec<u8> = "EncryptedPackage"
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    let encrypted = [&compound[..], &[0; 512], &package].concat();
    assert!(refused(&encrypted).contains("已加密"));
    assert!(refused(b"<html><table><tr><td>1</td></tr></table>").contains("网页"));
    assert!(refused(b"%PDF-1.7\n\0\0\0").contains("不是文本"));
    assert!(refused(&[0xff, 0xff, 0xff, 0x41, 0x80]).contains("编码"));
    let (big5, _, _) = encoding_rs::BIG5.encode("姓名,性別,所在黨支部\n張三,男,東街支部\n");
    assert!(refused(&big5).contains("Big5"));
    assert!(refused(b"").contains("表头"));
    assert!(refused("序号,党支部\n1,第一支部\n".as_bytes()).contains("表头"));
    assert!(refused("姓名,性别,党员姓名\n张三,男,李四\n".as_bytes()).contains("党员姓名"));
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    writer
        .start_file("mimetype", SimpleFileOptions::default())
        .unwrap();
    writer
        .write_all(b"application/vnd.oasis.opendocument.spreadsheet")
        .unwrap();
    let other = writer.finish().unwrap().into_inner();
    assert!(refused(&other).contains("不是 XLSX"));
    assert!(refused(&vec![b'a'; FILE_MAX + 1]).contains("16 MiB"));
}

#[test]
fn a_workbook_cut_anywhere_is_refused_without_a_panic() {
    let whole = small();
    for end in 2..whole.len() {
        assert!(read(&whole[..end], "名册.xlsx", today()).is_err(), "{end}");
    }
}

#[test]
fn a_bomb_is_refused_before_it_is_unpacked() {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default();
    writer.start_file("xl/workbook.xml", options).unwrap();
    writer.write_all(b"<workbook/>").unwrap();
    writer
        .start_file("xl/worksheets/sheet1.xml", options)
        .unwrap();
    let nothing = vec![b' '; 1 << 20];
    for _ in 0..140 {
        writer.write_all(&nothing).unwrap();
    }
    let mut bomb = writer.finish().unwrap().into_inner();
    assert!(bomb.len() < 1 << 20);
    assert!(refused(&bomb).contains("128 MiB"));
    // A container that lies about its sizes, in the directory at its end and before each part.
    let lie = (140_u32 << 20).to_le_bytes();
    let places: Vec<usize> = (0..bomb.len() - 4)
        .filter(|at| bomb[*at..*at + 4] == lie)
        .collect();
    assert!(!places.is_empty());
    for place in places {
        bomb[place..place + 4].copy_from_slice(&100_u32.to_le_bytes());
    }
    assert!(read(&bomb, "名册.xlsx", today()).is_err());
}

#[test]
fn a_million_empty_rows_cost_nothing() {
    let content = edited(&small(), "xl/worksheets/sheet1.xml", |part| {
        let mut rows = String::new();
        for line in 3..=1_000_000 {
            write!(rows, "<row r=\"{line}\"/>").unwrap();
        }
        rows.push_str(
            "<row r=\"1048576\"><c r=\"A1048576\" t=\"inlineStr\"><is><t>李四</t></is></c></row>",
        );
        part.replace("</sheetData>", &format!("{rows}</sheetData>"))
    });
    let roster = read(&content, "名册.xlsx", today()).unwrap();
    let rows: Vec<_> = roster
        .rows
        .iter()
        .map(|row| (row.number, row.name.as_str()))
        .collect();
    assert_eq!(rows, [(2, "张三"), (1_048_576, "李四")]);
}

#[test]
fn a_cell_at_the_far_corner_and_a_merge_over_everything_cost_nothing() {
    let content = edited(&small(), "xl/worksheets/sheet1.xml", |part| {
        let far = "<row r=\"1048576\"><c r=\"XFD1048576\"><v>1</v></c></row></sheetData>";
        let merged = "<mergeCells count=\"1\"><mergeCell ref=\"A2:XFD1048576\"/></mergeCells>";
        part.replace("</sheetData>", &format!("{far}{merged}"))
    });
    let roster = read(&content, "名册.xlsx", today()).unwrap();
    assert_eq!(roster.rows.len(), 1);
}

#[test]
fn more_rows_than_any_committee_has_are_refused() {
    let mut text = "姓名,性别\n".to_owned();
    for _ in 0..=ROWS_MAX + 100 {
        text.push_str("张三,男\n");
    }
    assert!(refused(text.as_bytes()).contains("100000"));
}

#[test]
fn formulas_give_their_values_and_failed_ones_are_named() {
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet();
    for (column, title) in (0..).zip(["姓名", "性别", "手机", "入党时间"]) {
        sheet.write(0, column, title).unwrap();
    }
    sheet
        .write_formula(1, 0, Formula::new("=B9").set_result("张三"))
        .unwrap();
    sheet
        .write_formula(1, 1, Formula::new("=VLOOKUP(A1,B:C,2)").set_result("#N/A"))
        .unwrap();
    sheet
        .write_formula(1, 2, Formula::new("=#REF!").set_result("#REF!"))
        .unwrap();
    sheet
        .write_formula_with_format(
            1,
            3,
            Formula::new("=DATE(1998,7,1)").set_result("35977"),
            &Format::new(),
        )
        .unwrap();
    let roster = read(&workbook.save_to_buffer().unwrap(), "名册.xlsx", today()).unwrap();
    let row = &roster.rows[0];
    assert_eq!(row.name, "张三");
    assert_eq!(row.details.joined.unwrap().to_string(), "1998-07-01");
    let problems: Vec<_> = row
        .problems
        .iter()
        .map(|problem| (problem.column.as_str(), problem.problem.contains("公式")))
        .collect();
    assert_eq!(problems, [("性别", true), ("手机", true)]);
    assert!(row.problems[0].problem.contains("#N/A") && row.problems[1].problem.contains("#REF!"));
}

#[test]
fn a_csv_formula_is_never_taken_for_a_value() {
    let text = "姓名,手机,住址\n张三,\"=\"\"13900000001\"\"\",=cmd|' /C calc'!A0\n";
    let roster = read(text.as_bytes(), "名册.csv", today()).unwrap();
    let row = &roster.rows[0];
    let columns: Vec<_> = row.problems.iter().map(|it| it.column.as_str()).collect();
    assert_eq!(columns, ["住址"]);
    // The way spreadsheets keep a number a text.
    let roster = read(
        "姓名,手机\n张三,=\"13900000001\"\n".as_bytes(),
        "名册.csv",
        today(),
    )
    .unwrap();
    assert_eq!(
        roster.rows[0].details.phone.as_ref().unwrap().as_str(),
        "13900000001"
    );
}

#[test]
fn a_quote_that_never_ends_is_named() {
    assert!(refused("姓名,性别\n\"张三,男\n".as_bytes()).contains("引号"));
    let long = format!("姓名,性别\n\"{}", "字,".repeat(5000));
    assert!(refused(long.as_bytes()).contains("第 2 行"));
    let wide = format!("姓名,性别\n{}", ",".repeat(300));
    assert!(refused(wide.as_bytes()).contains("第 2 行"));
}

#[test]
fn a_damaged_number_says_what_happened_to_it() {
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet();
    for (column, title) in (0..).zip(["姓名", "身份证号"]) {
        sheet.write(0, column, title).unwrap();
    }
    sheet.write(1, 0, "张三").unwrap();
    sheet.write(1, 1, 1.101_051_949_123_1e17).unwrap();
    let roster = read(&workbook.save_to_buffer().unwrap(), "名册.xlsx", today()).unwrap();
    let problem = &roster.rows[0].problems[0];
    assert_eq!(problem.column, "身份证号");
    assert!(problem.problem.contains("数值") && problem.problem.contains("文本"));
    assert!(!problem.problem.contains("110105"));
}
