//! One row: a person, and what is wrong or worth a look in it, column by column.

use hongyan_proto::{
    letter::{Disclosed, IdNumber, Sex, Text},
    time::Day,
};

use super::{
    cell::Cell,
    day,
    header::{Column, Header},
    id_number,
    table::{Epoch, Line},
    value::{self, Class},
};
use crate::domain::case::dates::before_the_party;

/// Years of age at which one may join (Party constitution, article 1).
const AGE: i16 = 18;

/// What offices write where nothing is known.
const NOTHING: &[&str] = &[
    "无", "暂无", "没有", "不详", "/", "\\", "-", "--", "—", "——", "N/A", "n/a", "未知",
];

/// What is wrong or worth a look in a row, and in which column.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(in crate::office) struct Problem {
    pub(in crate::office) column: String,
    pub(in crate::office) problem: String,
}

/// One person in the file.
#[derive(Clone, Debug, Default, PartialEq)]
pub(in crate::office) struct Row {
    /// As the spreadsheet counts.
    pub(in crate::office) number: u32,
    pub(in crate::office) name: String,
    pub(in crate::office) details: Disclosed,
    pub(in crate::office) unit: Option<Text<100>>,
    /// Any of these refuses the row.
    pub(in crate::office) problems: Vec<Problem>,
    /// These do not.
    pub(in crate::office) remarks: Vec<Problem>,
}

/// Reads a line below the header.
pub(super) fn read(line: &Line, header: &Header, epoch: Epoch, today: Day) -> Row {
    let mut row = Row {
        number: line.number,
        ..Row::default()
    };
    let mut class = None;
    for (at, title, column) in header.known() {
        let Some(cell) = line.cells.get(at).filter(|cell| !cell.is_empty()) else {
            continue;
        };
        if column != Column::Name && NOTHING.contains(&cell.text().as_str()) {
            continue;
        }
        let said = match cell {
            cell if cell.is_ditto() => Err(format!(
                "“{}”之上没有可沿用的内容, 或此列各人不同; 请写明 there is nothing above that this could repeat, or everybody has their own: write it out",
                cell.text()
            )),
            Cell::Fault(name) => Err(format!(
                "单元格是公式错误或没有结果 ({}); 请改为固定值 the cell's formula failed or has no result: enter the value itself",
                name.split(' ').next().unwrap_or_default()
            )),
            cell => set(&mut row, column, cell, epoch, &mut class),
        };
        match said {
            Ok(None) => {}
            Ok(Some(remark)) => row.remarks.push(problem(title, remark)),
            Err(wrong) => row.problems.push(problem(title, wrong)),
        }
    }
    judge(&mut row, header, class, today);
    row
}

fn problem(column: &str, problem: impl Into<String>) -> Problem {
    Problem {
        column: column.to_owned(),
        problem: problem.into(),
    }
}

fn set(
    row: &mut Row,
    column: Column,
    cell: &Cell,
    epoch: Epoch,
    said: &mut Option<Class>,
) -> Result<Option<String>, String> {
    let details = &mut row.details;
    match column {
        Column::Name => {
            row.name = cell.text();
            let name = value::name(cell)?;
            row.name = name.to_string();
            details.name = Some(name);
        }
        Column::Sex => details.sex = Some(value::sex(cell)?),
        Column::Birth => {
            let read = day::read(cell, epoch)?;
            details.birth_month = Some(read.day.month());
            return Ok(read.remark);
        }
        Column::IdNumber => details.id_number = Some(id_number::read(cell)?),
        Column::Phone => details.phone = Some(value::phone(cell)?),
        Column::Address => details.address = Some(value::address(cell)?),
        Column::Joined => {
            let read = day::read(cell, epoch)?;
            details.joined = Some(read.day);
            return Ok(read.remark);
        }
        Column::ProbationaryUntil => {
            let read = day::read(cell, epoch)?;
            details.probationary_until = Some(read.day);
            return Ok(read.remark);
        }
        Column::Class => match value::class(cell)? {
            Class::Of(class) => details.member_class = Some(class),
            standing => *said = Some(standing),
        },
        Column::Certificate => details.certificate = Some(value::certificate(cell)?),
        Column::Unit => {
            let unit = value::unit(cell)?;
            // Branch and group in two columns are one path.
            row.unit = Some(match row.unit.take() {
                Some(above) if above != unit => {
                    Text::new(format!("{above}/{unit}")).map_err(|error| error.to_string())?
                }
                _ => unit,
            });
        }
    }
    Ok(None)
}

/// The rules between columns, and those about today.
fn judge(row: &mut Row, header: &Header, class: Option<Class>, today: Day) {
    let details = &row.details;
    let mut wrong = Vec::new();
    let mut remarks = Vec::new();
    let mut refuse = |column: Column, text: &str| wrong.push(problem(header.title(column), text));
    let mut remark = |column: Column, text: &str| remarks.push(problem(header.title(column), text));
    let no_name = row
        .problems
        .iter()
        .all(|found| found.column != header.title(Column::Name));
    if details.name.is_none() && no_name {
        refuse(Column::Name, "此项必填 this field is required");
    }
    if let Some(joined) = details.joined {
        if joined > today {
            refuse(Column::Joined, "在今天之后 is in the future");
        } else if before_the_party(joined) {
            refuse(Column::Joined, "早于 1921 年 7 月 is before July 1921");
        }
    }
    if details
        .birth_month
        .is_some_and(|month| month > today.month())
    {
        refuse(Column::Birth, "在今天之后 is in the future");
    }
    let number = details.id_number.as_ref().and_then(IdNumber::birth);
    if number.is_some_and(|birth| birth > today) {
        refuse(
            Column::IdNumber,
            "出生日期在今天之后 the day of birth is in the future",
        );
    }
    let born = details.birth_month.or(number.map(Day::month));
    if let (Some(joined), Some(born)) = (details.joined, born) {
        let years = joined.date().year() - born.first_day().date().year();
        if joined.month() < born {
            refuse(Column::Joined, "早于出生年月 is before the month of birth");
        } else if years < AGE {
            remark(
                Column::Joined,
                "入党时不满 18 岁, 请核对 under 18 when joining: check it",
            );
        }
    }
    if let (Some(joined), Some(until)) = (details.joined, details.probationary_until)
        && until < joined
    {
        refuse(
            Column::ProbationaryUntil,
            "早于入党时间 is before the day of joining",
        );
    }
    if let (Some(month), Some(birth)) = (details.birth_month, number)
        && month != birth.month()
    {
        remark(
            Column::Birth,
            "与身份证号不一致, 请核对档案 differs from the ID number: check the file",
        );
    }
    if let (Some(sex), Some(of_number)) = (details.sex, details.id_number.as_ref().and_then(sex_of))
        && sex != of_number
    {
        remark(
            Column::Sex,
            "与身份证号不一致, 请核对 differs from the ID number: check it",
        );
    }
    match (class, details.probationary_until) {
        (Some(Class::Probationary), None) => remark(
            Column::ProbationaryUntil,
            "预备党员应填预备期满日期 a probationary member needs the last day of probation",
        ),
        (Some(Class::Full), Some(until)) if until >= today => remark(
            Column::ProbationaryUntil,
            "正式党员的预备期不应未满, 请核对 a full member's probation is over: check it",
        ),
        _ => {}
    }
    row.problems.append(&mut wrong);
    row.remarks.append(&mut remarks);
}

/// The seventeenth digit is odd for men.
fn sex_of(number: &IdNumber) -> Option<Sex> {
    let digit = number.as_str().as_bytes().get(16)?;
    Some(if digit % 2 == 1 {
        Sex::Male
    } else {
        Sex::Female
    })
}
