//! Separated text: comma, semicolon or tab, with quotes.

use super::{
    cell::Cell,
    table::{COLUMNS_MAX, Table},
    unreadable,
};
use crate::office::OfficeError;

/// One cell may have this many bytes: a quote that is never closed would swallow the file.
const CELL_MAX: usize = 4096;
/// The separator is looked for in this many lines: a title above the header has none.
const LOOK_AT: usize = 20;

fn separator(text: &str) -> char {
    let count = |sign: char| {
        text.lines()
            .take(LOOK_AT)
            .map(|line| line.matches(sign).count())
            .max()
            .unwrap_or_default()
    };
    [';', '\t', ',']
        .into_iter()
        .max_by_key(|sign| count(*sign))
        .unwrap_or(',')
}

/// Reads the lines. They are numbered by line breaks outside quotes, as a spreadsheet numbers its rows.
pub(super) fn read(text: &str) -> Result<Table, OfficeError> {
    let separator = separator(text);
    let mut table = Table::default();
    let mut number = 1;
    let mut column = 0;
    let mut cell = String::new();
    let mut quoted = false;
    let mut signs = text.chars().peekable();
    while let Some(sign) = signs.next() {
        match sign {
            '"' if quoted && signs.peek() == Some(&'"') => {
                signs.next();
                cell.push('"');
            }
            '"' if quoted => quoted = false,
            // A quote within a text is a quote.
            '"' if cell.trim().is_empty() || cell.trim() == "=" => {
                quoted = true;
                cell.clear();
            }
            other if quoted => cell.push(other),
            '\r' => {}
            '\n' => {
                table.push(number, column, end(&mut cell))?;
                number += 1;
                column = 0;
            }
            other if other == separator => {
                table.push(number, column, end(&mut cell))?;
                column += 1;
            }
            other => cell.push(other),
        }
        if cell.len() > CELL_MAX {
            return Err(unreadable(format!(
                "第 {number} 行有一格超过 {CELL_MAX} 字节, 可能缺少右引号 a cell is too long; a closing quote may be missing in line {number}"
            )));
        }
        if column >= COLUMNS_MAX {
            return Err(unreadable(format!(
                "第 {number} 行超过 {COLUMNS_MAX} 列 too many columns in line {number}"
            )));
        }
    }
    if quoted {
        return Err(unreadable(
            "文件末尾仍在引号之内, 可能缺少右引号或文件不完整 the file ends within quotes: a closing quote or the file's end is missing",
        ));
    }
    table.push(number, column, end(&mut cell))?;
    Ok(table)
}

fn end(cell: &mut String) -> Cell {
    let text = std::mem::take(cell);
    // The way spreadsheets keep a number a text.
    if let Some(kept) = text
        .strip_prefix("=\"")
        .and_then(|text| text.strip_suffix('"'))
    {
        return Cell::Text(kept.to_owned());
    }
    // A formula would have been computed by a spreadsheet; here nobody does.
    if text.starts_with('=') {
        return Cell::Fault("公式 formula".to_owned());
    }
    tenth(&text).unwrap_or(Cell::Text(text))
}

/// 1998.1: a spreadsheet that saved the number 1998.10 as CSV wrote it so, and nothing in the file tells it from January.
fn tenth(text: &str) -> Option<Cell> {
    let year = text.trim().strip_suffix(".1")?;
    let year: u16 = year.parse().ok().filter(|_| year.len() == 4)?;
    Some(Cell::Number(f64::from(year) + 0.1))
}
