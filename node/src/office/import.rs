//! Reading a roster file: XLSX, or CSV in UTF-8, with the column titles and the spellings that offices use.

use std::io::Cursor;

use calamine::{Data, Reader as _, Xlsx};
use hongyan_proto::{
    id::CertificateNumber,
    letter::{Disclosed, IdNumber, MemberClass, Sex, Text},
    time::{Day, Month},
};

use super::OfficeError;

/// A file may have this many bytes.
const FILE_MAX: usize = 16 * 1024 * 1024;
/// And this many rows.
const ROWS_MAX: usize = 100_000;
/// The header is looked for in this many rows.
const HEADER_WITHIN: usize = 20;

/// What is wrong in a row, and in which column.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Problem {
    pub(super) column: String,
    pub(super) problem: String,
}

/// One person in the file.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Row {
    /// As the spreadsheet counts.
    pub(super) number: u32,
    pub(super) name: String,
    pub(super) details: Disclosed,
    pub(super) unit: Option<Text<100>>,
    pub(super) problems: Vec<Problem>,
}

/// A roster file, read.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Roster {
    pub(super) rows: Vec<Row>,
    pub(super) ignored: Vec<String>,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Column {
    Name,
    Sex,
    Birth,
    IdNumber,
    Phone,
    Address,
    Joined,
    ProbationaryUntil,
    Class,
    Certificate,
    Unit,
}

/// The titles in use, without spaces and brackets.
const TITLES: &[(Column, &[&str])] = &[
    (Column::Name, &["姓名", "党员姓名", "name"]),
    (Column::Sex, &["性别", "sex"]),
    (
        Column::Birth,
        &["出生年月", "出生日期", "出生时间", "生日", "birthmonth"],
    ),
    (
        Column::IdNumber,
        &[
            "公民身份号码",
            "身份证号",
            "身份证号码",
            "身份证",
            "idnumber",
        ],
    ),
    (
        Column::Phone,
        &[
            "联系电话",
            "手机",
            "手机号",
            "手机号码",
            "电话",
            "联系方式",
            "phone",
        ],
    ),
    (
        Column::Address,
        &["住址", "家庭住址", "现居住地", "地址", "address"],
    ),
    (
        Column::Joined,
        &[
            "入党时间",
            "入党日期",
            "入党年月",
            "加入党组织日期",
            "joined",
        ],
    ),
    (
        Column::ProbationaryUntil,
        &["预备期满", "预备期满日期", "预备期至", "probationaryuntil"],
    ),
    (Column::Class, &["类别", "人员类别", "党员类别", "class"]),
    (
        Column::Certificate,
        &[
            "活动证号",
            "活动证编号",
            "流动党员活动证号",
            "流动党员活动证编号",
            "certificate",
        ],
    ),
    (
        Column::Unit,
        &[
            "所在支部",
            "党支部",
            "所在党支部",
            "所属支部",
            "支部",
            "党小组",
            "unit",
        ],
    ),
];

/// How many rows a roster file has. Reads it whole and writes nothing.
pub fn roster_rows(content: &[u8], filename: &str) -> Result<usize, OfficeError> {
    read(content, filename).map(|roster| roster.rows.len())
}

/// Reads a file; the format is told by its content.
pub(super) fn read(content: &[u8], filename: &str) -> Result<Roster, OfficeError> {
    if content.len() > FILE_MAX {
        return Err(OfficeError::UnreadableFile(
            "文件大于 16 MiB larger than 16 MiB".to_owned(),
        ));
    }
    let table = if content.starts_with(b"PK") {
        spreadsheet(content)?
    } else {
        let text = std::str::from_utf8(content).map_err(|_| {
            OfficeError::UnreadableFile(format!(
                "{filename}: 不是 XLSX, 也不是 UTF-8 文本 neither XLSX nor UTF-8"
            ))
        })?;
        csv(text.trim_start_matches('\u{feff}'))
    };
    if table.len() > ROWS_MAX + HEADER_WITHIN {
        return Err(OfficeError::UnreadableFile(
            "超过 100000 行 more than 100,000 rows".to_owned(),
        ));
    }
    roster(&table)
}

fn spreadsheet(content: &[u8]) -> Result<Vec<Vec<String>>, OfficeError> {
    let unreadable = |error: &dyn std::fmt::Display| OfficeError::UnreadableFile(error.to_string());
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(content)).map_err(|error| unreadable(&error))?;
    let sheet = book
        .worksheet_range_at(0)
        .ok_or_else(|| unreadable(&"没有工作表 no sheet"))?
        .map_err(|error| unreadable(&error))?;
    let (first_row, first_column) = sheet.start().unwrap_or_default();
    // Rows count from the sheet's first one, so that people find them.
    let mut table = vec![Vec::new(); first_row as usize];
    for row in sheet.rows() {
        let mut cells = vec![String::new(); first_column as usize];
        cells.extend(row.iter().map(cell));
        table.push(cells);
    }
    Ok(table)
}

fn cell(data: &Data) -> String {
    match data {
        Data::DateTime(when) => serial(when.as_f64()).unwrap_or_default(),
        Data::Float(number) if number.fract() == 0.0 && number.abs() < 1e15 => {
            format!("{number:.0}")
        }
        Data::Empty | Data::Error(_) => String::new(),
        other => other.to_string(),
    }
}

/// A spreadsheet's day number as a day.
fn serial(number: f64) -> Option<String> {
    if !(1.0..200_000.0).contains(&number) {
        return None;
    }
    // Checked above: a small positive number.
    #[allow(clippy::cast_possible_truncation)]
    let days = number.trunc() as i32;
    Day::new(1899, 12, 30)
        .ok()
        .map(|zero| zero.plus_days(days).to_string())
}

/// Comma, semicolon or tab, with quotes.
fn csv(text: &str) -> Vec<Vec<String>> {
    let first = text.lines().next().unwrap_or_default();
    let separator = [',', '\t', ';', ',']
        .into_iter()
        .max_by_key(|separator| first.matches(*separator).count())
        .unwrap_or(',');
    let mut table = vec![vec![String::new()]];
    let mut quoted = false;
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        let row = table.last_mut();
        let Some(row) = row else { break };
        match character {
            '"' if quoted && characters.peek() == Some(&'"') => {
                characters.next();
                push(row, '"');
            }
            '"' => quoted = !quoted,
            other if other == separator && !quoted => row.push(String::new()),
            '\r' if !quoted => {}
            '\n' if !quoted => table.push(vec![String::new()]),
            other => push(row, other),
        }
    }
    table
}

fn push(row: &mut [String], character: char) {
    if let Some(last) = row.last_mut() {
        last.push(character);
    }
}

fn roster(table: &[Vec<String>]) -> Result<Roster, OfficeError> {
    let header = table
        .iter()
        .take(HEADER_WITHIN)
        .position(|row| row.iter().any(|title| column(title) == Some(Column::Name)))
        .ok_or_else(|| {
            OfficeError::UnreadableFile("没有含“姓名”的表头行 no header row with 姓名".to_owned())
        })?;
    let titles = &table[header];
    let columns: Vec<Option<Column>> = titles.iter().map(|title| column(title)).collect();
    let ignored = titles
        .iter()
        .zip(&columns)
        .filter(|(title, column)| column.is_none() && !title.trim().is_empty())
        .map(|(title, _)| title.trim().to_owned())
        .collect();
    let rows = table
        .iter()
        .enumerate()
        .skip(header + 1)
        .filter(|(_, cells)| cells.iter().any(|cell| !cell.trim().is_empty()))
        .map(|(at, cells)| {
            let number = u32::try_from(at + 1).unwrap_or(u32::MAX);
            row(number, titles, &columns, cells)
        })
        .collect();
    Ok(Roster { rows, ignored })
}

fn column(title: &str) -> Option<Column> {
    let title: String = narrow(title)
        .chars()
        .take_while(|character| !matches!(character, '(' | '/'))
        .filter(|character| !character.is_whitespace() && !matches!(character, '*' | '_' | ':'))
        .collect::<String>()
        .to_lowercase();
    TITLES
        .iter()
        .find(|(_, titles)| titles.contains(&title.as_str()))
        .map(|(column, _)| *column)
}

/// Full-width digits, letters and signs as narrow ones.
fn narrow(text: &str) -> String {
    text.chars()
        .map(|character| match character {
            '\u{ff01}'..='\u{ff5e}' => {
                char::from_u32(character as u32 - 0xfee0).unwrap_or(character)
            }
            '\u{3000}' => ' ',
            other => other,
        })
        .collect()
}

fn row(number: u32, titles: &[String], columns: &[Option<Column>], cells: &[String]) -> Row {
    let mut row = Row {
        number,
        ..Row::default()
    };
    for ((cell, column), title) in cells.iter().zip(columns).zip(titles) {
        let text = narrow(cell).trim().to_owned();
        let Some(column) = column else { continue };
        if text.is_empty() {
            continue;
        }
        if let Err(problem) = set(&mut row, *column, &text) {
            row.problems.push(Problem {
                column: title.trim().to_owned(),
                problem,
            });
        }
    }
    if row.details.name.is_none() && row.problems.is_empty() {
        row.problems.push(Problem {
            column: "姓名".to_owned(),
            problem: "此项必填 this field is required".to_owned(),
        });
    }
    if let (Some(joined), Some(until)) = (row.details.joined, row.details.probationary_until)
        && until < joined
    {
        row.problems.push(Problem {
            column: "预备期满".to_owned(),
            problem: "早于入党时间 before the day of joining".to_owned(),
        });
    }
    row
}

fn set(row: &mut Row, column: Column, text: &str) -> Result<(), String> {
    fn say(error: impl std::fmt::Display) -> String {
        error.to_string()
    }
    let details = &mut row.details;
    match column {
        Column::Name => {
            text.clone_into(&mut row.name);
            details.name = Some(Text::parse(text).map_err(say)?);
        }
        Column::Sex => details.sex = Some(text.parse::<Sex>().map_err(say)?),
        Column::Birth => details.birth_month = Some(month(text)?),
        Column::IdNumber => {
            details.id_number = Some(IdNumber::parse(&text.to_uppercase()).map_err(say)?);
        }
        Column::Phone => details.phone = Some(Text::parse(text).map_err(say)?),
        Column::Address => details.address = Some(Text::parse(text).map_err(say)?),
        Column::Joined => details.joined = Some(day(text)?),
        Column::ProbationaryUntil => details.probationary_until = Some(day(text)?),
        Column::Class => details.member_class = Some(text.parse::<MemberClass>().map_err(say)?),
        Column::Certificate => {
            details.certificate =
                Some(CertificateNumber::parse(&text.to_uppercase()).map_err(say)?);
        }
        Column::Unit => row.unit = Some(Text::parse(text).map_err(say)?),
    }
    Ok(())
}

const DAY_RULE: &str = "应为日期, 如 1998-07-01 must be a day such as 1998-07-01";

/// 1998-7-1, 1998.7.1, 1998/7, 1998年7月1日, 199807, 19980701, or a spreadsheet's day number.
fn parts(text: &str) -> Option<(i16, i8, Option<i8>)> {
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    if digits && matches!(text.len(), 6 | 8) {
        let day = text.get(6..8).map(str::parse).transpose().ok()?;
        return Some((
            text.get(..4)?.parse().ok()?,
            text.get(4..6)?.parse().ok()?,
            day,
        ));
    }
    if digits && text.len() == 5 {
        return parts(&serial(text.parse().ok()?)?);
    }
    // A time of day after the day says nothing here.
    let text = text.split([' ', 'T']).next().unwrap_or(text);
    let numbers: Vec<&str> = text
        .split(['-', '.', '/', '年', '月', '日'])
        .filter(|part| !part.is_empty())
        .collect();
    match numbers.as_slice() {
        [year, month] if year.len() == 4 => Some((year.parse().ok()?, month.parse().ok()?, None)),
        [year, month, day] if year.len() == 4 => Some((
            year.parse().ok()?,
            month.parse().ok()?,
            Some(day.parse().ok()?),
        )),
        _ => None,
    }
}

fn day(text: &str) -> Result<Day, String> {
    let (year, month, day) = parts(text).ok_or(DAY_RULE)?;
    // A month alone is what older rosters know: its first day stands for it.
    Day::new(year, month, day.unwrap_or(1)).map_err(|_| DAY_RULE.to_owned())
}

fn month(text: &str) -> Result<Month, String> {
    day(text)
        .map(Day::month)
        .map_err(|_| "应为年月, 如 1998-07 must be a month such as 1998-07".to_owned())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn the_spellings_of_a_day() {
        for text in [
            "1998-7-1",
            "1998.07.01",
            "1998/7/1",
            "1998年7月1日",
            "19980701",
            "1998-07-01 00:00:00",
            "35977",
        ] {
            assert_eq!(day(text).unwrap().to_string(), "1998-07-01", "{text}");
        }
        assert_eq!(month("1998.7").unwrap().to_string(), "1998-07");
        assert!(day("去年").is_err() && day("1998-13-01").is_err());
    }

    #[test]
    fn a_csv_with_quotes_full_width_digits_and_other_columns() {
        let file = "\u{feff}序号,姓 名,性别,手机号码,入党时间,党支部\n1,\"张\"\"三\",男,13800001111,1998.7,\"第一, 支部\"\n2,李四,中,,昨天,\n\n";
        let roster = read(file.as_bytes(), "a.csv").unwrap();
        assert_eq!(roster.ignored, ["序号"]);
        let [good, bad] = roster.rows.as_slice() else {
            panic!("{roster:?}")
        };
        assert_eq!((good.number, good.name.as_str()), (2, "张\"三"));
        assert_eq!(good.details.phone.as_ref().unwrap().as_str(), "13800001111");
        assert_eq!(good.unit.as_ref().unwrap().as_str(), "第一, 支部");
        assert!(good.problems.is_empty());
        let columns: Vec<_> = bad
            .problems
            .iter()
            .map(|problem| problem.column.as_str())
            .collect();
        assert_eq!(columns, ["性别", "入党时间"]);
    }

    /// A workbook as the provincial form gives it: a title over the table, a running number, numbers as text and as numbers.
    #[test]
    fn a_workbook_with_a_title_row_and_a_running_number() {
        let mut workbook = rust_xlsxwriter::Workbook::new();
        let sheet = workbook.add_worksheet();
        sheet.write(0, 0, "党员名册 (虚构数据)").unwrap();
        let headers = [
            "序号",
            "姓名",
            "性别",
            "公民身份号码",
            "入党时间",
            "所在党支部",
            "手机号码",
            "活动证编号",
            "人员类别",
        ];
        for (column, header) in (0..).zip(headers) {
            sheet.write(1, column, header).unwrap();
        }
        sheet.write(2, 0, 1).unwrap();
        let cells = [
            "张三",
            "男",
            "11010519491231002X",
            "1975-07-01",
            "第1党支部",
            "13900000001",
            "340800100001",
            "农民工",
        ];
        for (column, cell) in (1..).zip(cells) {
            sheet.write(2, column, cell).unwrap();
        }
        // The telephone and the number of the certificate as numbers, as spreadsheets make them.
        for (column, cell) in [(1, "李四"), (2, "女"), (4, "1998.7"), (8, "大中专毕业生")]
        {
            sheet.write(3, column, cell).unwrap();
        }
        sheet.write(3, 0, 2).unwrap();
        sheet.write(3, 6, 13_900_000_002_i64).unwrap();
        sheet.write(3, 7, 340_800_100_002_i64).unwrap();
        let roster = read(&workbook.save_to_buffer().unwrap(), "名册.xlsx").unwrap();
        assert_eq!(roster.ignored, ["序号"]);
        let [first, second] = roster.rows.as_slice() else {
            panic!("{roster:?}")
        };
        assert!(
            first.problems.is_empty() && second.problems.is_empty(),
            "{roster:?}"
        );
        assert_eq!(
            (first.number, first.name.as_str(), second.number),
            (3, "张三", 4)
        );
        let details = &first.details;
        assert_eq!(details.sex, Some(Sex::Male));
        assert_eq!(
            details.id_number.as_ref().unwrap().as_str(),
            "11010519491231002X"
        );
        assert_eq!(details.joined.unwrap().to_string(), "1975-07-01");
        assert_eq!(first.unit.as_ref().unwrap().as_str(), "第1党支部");
        assert_eq!(details.phone.as_ref().unwrap().as_str(), "13900000001");
        assert_eq!(
            details.certificate.as_ref().unwrap().as_str(),
            "340800100001"
        );
        assert_eq!(details.member_class, Some(MemberClass::MigrantWorker));
        assert_eq!(
            second.details.phone.as_ref().unwrap().as_str(),
            "13900000002"
        );
        assert_eq!(
            second.details.certificate.as_ref().unwrap().as_str(),
            "340800100002"
        );
    }

    #[test]
    fn without_a_header_it_is_no_roster() {
        assert!(matches!(
            read(b"a,b\n1,2\n", "x.csv"),
            Err(OfficeError::UnreadableFile(_))
        ));
        assert!(matches!(
            read(&[0xff, 0xfe], "x.csv"),
            Err(OfficeError::UnreadableFile(_))
        ));
    }
}
