//! Reading a roster file: XLSX, or CSV in the encodings offices have, with their column titles and their spellings.
//!
//! From bytes to checked people, and nothing else: what a row means for the roster is decided in `import`, and nothing here writes.
//! A file may be hostile: every size is bounded before it is believed.

mod cell;
mod csv;
mod day;
mod encoding;
mod header;
mod id_number;
mod number;
mod row;
mod table;
mod value;
mod workbook;

#[cfg(test)]
#[allow(clippy::unwrap_used)]
pub(super) mod bad_tests;
#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;

use hongyan_proto::time::Day;

pub(super) use header::Column;
pub(super) use row::{Problem, Row};

use super::OfficeError;
use header::Weight;
use table::{Line, Table};

/// A file may have this many bytes.
const FILE_MAX: usize = 16 * 1024 * 1024;
/// And this many rows with something in them.
const ROWS_MAX: usize = 100_000;

/// A roster file, read.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Roster {
    pub(super) rows: Vec<Row>,
    /// Titles of columns, and names of sheets, that were not read.
    pub(super) ignored: Vec<String>,
}

/// How many rows a roster file has. Reads it whole and writes nothing.
pub fn roster_rows(content: &[u8], filename: &str, today: Day) -> Result<usize, OfficeError> {
    read(content, filename, today).map(|roster| roster.rows.len())
}

/// Reads a file; the format is told by its content.
pub(super) fn read(content: &[u8], filename: &str, today: Day) -> Result<Roster, OfficeError> {
    if content.len() > FILE_MAX {
        return Err(unreadable("文件大于 16 MiB  larger than 16 MiB"));
    }
    if content.starts_with(b"PK") {
        let (table, ignored) = workbook::read(content)?;
        return roster(table, ignored, today);
    }
    let text = encoding::decode(content)
        .map_err(|problem| OfficeError::UnreadableFile(format!("{filename}: {problem}")))?;
    roster(csv::read(&text)?, Vec::new(), today).map_err(|error| {
        if encoding::is_big5(content) {
            return unreadable(format!(
                "{filename}: 文字编码是 Big5, 读不出表头; 请用表格软件打开后另存为 XLSX  it is written in Big5: open it and save it as XLSX"
            ));
        }
        error
    })
}

fn unreadable(problem: impl Into<String>) -> OfficeError {
    OfficeError::UnreadableFile(problem.into())
}

fn roster(table: Table, mut ignored: Vec<String>, today: Day) -> Result<Roster, OfficeError> {
    let header = header::find(&table).ok_or_else(|| {
        unreadable("没有含“姓名”的表头行 no header row with a column for the name")
    })?;
    if let Some(title) = header.repeated() {
        return Err(unreadable(format!(
            "“{title}”与另一列含义相同, 不知以哪一列为准; 请删去其中一列 two columns mean the same: leave one of them out"
        )));
    }
    ignored.splice(0..0, header.ignored());
    let epoch = table.epoch;
    let mut rows = Vec::new();
    let mut above = Line::default();
    for mut line in table
        .lines
        .into_iter()
        .skip_while(|line| line.number <= header.number)
    {
        header.repeat(&mut line, &above);
        match header.weigh(&line) {
            Weight::Empty => {}
            Weight::Note => ignored.push(format!("第 {} 行", line.number)),
            Weight::Person => {
                rows.push(row::read(&line, &header, epoch, today));
                above = line;
            }
        }
    }
    Ok(Roster { rows, ignored })
}
