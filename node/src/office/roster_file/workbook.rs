//! XLSX: the first sheet that has a roster's header. Read cell by cell, so that a sheet costs what it holds and not what it claims.

use std::io::{self, Cursor, Read as _};

use calamine::{DataRef, Reader as _, Xlsx, XlsxError};
use zip::ZipArchive;

use super::{
    cell::Cell,
    header,
    table::{Epoch, Merged, Table},
    unreadable,
};
use crate::office::OfficeError;

/// What a workbook may have unpacked, in bytes: four times what 100,000 people need.
const UNPACKED_MAX: u64 = 128 * 1024 * 1024;
/// Parts of a workbook.
const PARTS_MAX: usize = 2000;
/// Sheets that are looked at.
const SHEETS_MAX: usize = 20;
/// Cells that are looked at, empty ones included.
const CELLS_MAX: usize = 12_000_000;
/// Merged regions of a sheet.
const MERGED_MAX: usize = 200_000;

/// The table of the first sheet with a header, and the names of the sheets that were not read.
pub(super) fn read(content: &[u8]) -> Result<(Table, Vec<String>), OfficeError> {
    unpack(content)?;
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(content)).map_err(|error| damaged(&error))?;
    let names = book.sheet_names();
    if names.is_empty() {
        return Err(unreadable("没有工作表 no sheet"));
    }
    let mut best: Option<(usize, Table)> = None;
    let mut problem = None;
    for (at, name) in names.iter().take(SHEETS_MAX).enumerate() {
        match sheet(&mut book, name) {
            Ok(table) if header::find(&table).is_some() => {
                problem = None;
                best = Some((at, table));
                break;
            }
            Ok(table) => best = best.or(Some((at, table))),
            // A chart has no cells; another sheet may be the roster.
            Err(error) => problem = problem.or(Some(error)),
        }
    }
    if let Some(problem) = problem {
        return Err(problem);
    }
    let (read, table) = best.ok_or_else(|| unreadable("没有可读的工作表 no readable sheet"))?;
    let ignored = names
        .into_iter()
        .enumerate()
        .filter(|(at, _)| *at != read)
        .map(|(_, name)| format!("工作表“{name}”"))
        .collect();
    Ok((table, ignored))
}

/// Unpacks every part into nothing and counts: what the container says of its sizes may be a lie.
fn unpack(content: &[u8]) -> Result<(), OfficeError> {
    let broken = |_| {
        unreadable(
            "压缩包损坏或不完整; 请重新保存或重新传输文件 the container is damaged or cut short: save or copy the file again",
        )
    };
    let mut archive = ZipArchive::new(Cursor::new(content)).map_err(broken)?;
    if archive.len() > PARTS_MAX {
        return Err(unreadable("工作簿部件过多 the workbook has too many parts"));
    }
    if archive.index_for_name("xl/workbook.xml").is_none() {
        return Err(unreadable(
            "这是压缩包或其他格式的文档, 不是 XLSX 工作簿; 请用表格软件另存为 .xlsx  an archive or another kind of document, no XLSX workbook: save it as .xlsx",
        ));
    }
    let mut unpacked = 0;
    for at in 0..archive.len() {
        let part = archive.by_index(at).map_err(broken)?;
        let room = UNPACKED_MAX - unpacked;
        let mut bounded = part.take(room + 1);
        unpacked += io::copy(&mut bounded, &mut io::sink()).map_err(|_| {
            unreadable(
                "压缩包损坏或不完整; 请重新保存或重新传输文件 the container is damaged or cut short: save or copy the file again",
            )
        })?;
        if unpacked > UNPACKED_MAX {
            return Err(unreadable(
                "解压后超过 128 MiB, 不像名册, 已拒绝 more than 128 MiB unpacked: that is no roster, refused",
            ));
        }
    }
    Ok(())
}

fn damaged(error: &XlsxError) -> OfficeError {
    match error {
        XlsxError::Password => unreadable(
            "工作簿已加密; 请用口令打开, 取消密码后另存 the workbook is encrypted: take the password off and save it",
        ),
        other => unreadable(format!(
            "工作簿内容有误, 请用表格软件打开后另存 the workbook's content is damaged, open it and save it again: {other}"
        )),
    }
}

fn sheet(book: &mut Xlsx<Cursor<&[u8]>>, name: &str) -> Result<Table, OfficeError> {
    let mut table = Table {
        epoch: if book.has_1904_epoch() {
            Epoch::Year1904
        } else {
            Epoch::Year1900
        },
        ..Table::default()
    };
    let mut cells = book
        .worksheet_cells_reader(name)
        .map_err(|error| damaged(&error))?;
    let mut seen = 0;
    while let Some(found) = cells
        .next_cell_with_formula_metadata()
        .map_err(|error| damaged(&error))?
    {
        seen += 1;
        if seen > CELLS_MAX {
            return Err(unreadable("单元格过多 too many cells"));
        }
        let (line, column) = found.pos;
        let cell = cell(found.value, found.formula.is_some());
        table.push(line.saturating_add(1), column as usize, cell)?;
    }
    // The reader of cells holds the book.
    drop(cells);
    let regions = book
        .merge_cells_by_sheet_name(name)
        .map_err(|error| damaged(&error))?;
    if regions.len() > MERGED_MAX {
        return Err(unreadable("合并单元格过多 too many merged cells"));
    }
    let regions: Vec<Merged> = regions
        .iter()
        .map(|region| Merged {
            first_line: region.start.0.saturating_add(1),
            last_line: region.end.0.saturating_add(1),
            column: region.start.1 as usize,
        })
        .collect();
    table.fill(&regions)?;
    Ok(table)
}

fn cell(value: DataRef<'_>, formula: bool) -> Cell {
    match value {
        DataRef::Int(number) => {
            // Longer ones are lost in a spreadsheet anyway, and are named so.
            #[allow(clippy::cast_precision_loss)]
            Cell::Number(number as f64)
        }
        DataRef::Float(number) => Cell::Number(number),
        DataRef::String(text) | DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => {
            Cell::Text(text)
        }
        DataRef::SharedString(text) => Cell::Text(text.to_owned()),
        DataRef::Bool(truth) => Cell::Text(if truth { "是" } else { "否" }.to_owned()),
        DataRef::DateTime(when) => Cell::Serial(when.as_f64()),
        DataRef::Error(error) => Cell::Fault(error.to_string()),
        DataRef::Empty if formula => {
            Cell::Fault("未计算的公式 a formula without result".to_owned())
        }
        DataRef::Empty => Cell::Empty,
    }
}
