//! A table out of a file: lines of cells, numbered as the spreadsheet numbers them.

use super::{ROWS_MAX, cell::Cell, unreadable};
use crate::office::OfficeError;

/// Columns beyond this are not looked at: a roster has a dozen.
pub(super) const COLUMNS_MAX: usize = 256;
/// Lines before and between the people: titles, headers, notes.
const LINES_MAX: usize = ROWS_MAX + 100;
/// Cells that merged regions may fill altogether.
const FILLED_MAX: usize = 2_000_000;

/// From which day a spreadsheet counts.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(super) enum Epoch {
    #[default]
    Year1900,
    /// Stated in the workbook: made on an old Macintosh.
    Year1904,
}

/// One line that has something in it.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Line {
    /// The first line of a sheet is 1.
    pub(super) number: u32,
    pub(super) cells: Vec<Cell>,
}

impl Line {
    fn set(&mut self, column: usize, cell: Cell) {
        if self.cells.len() <= column {
            self.cells.resize(column + 1, Cell::Empty);
        }
        self.cells[column] = cell;
    }
}

/// A region of cells that the spreadsheet shows as one; both ends belong to it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Merged {
    pub(super) first_line: u32,
    pub(super) last_line: u32,
    pub(super) column: usize,
}

/// The lines that have something in them, ascending.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Table {
    pub(super) lines: Vec<Line>,
    pub(super) epoch: Epoch,
}

impl Table {
    /// Puts a cell behind those that came before it. Lines without any cost nothing, however many a sheet claims to have.
    pub(super) fn push(
        &mut self,
        number: u32,
        column: usize,
        cell: Cell,
    ) -> Result<(), OfficeError> {
        if column >= COLUMNS_MAX || cell.is_empty() {
            return Ok(());
        }
        let at = match self.lines.last() {
            Some(last) if last.number == number => self.lines.len() - 1,
            Some(last) if last.number > number => {
                // Cells in another order than lines: nothing but a forged file has them.
                self.lines
                    .binary_search_by_key(&number, |line| line.number)
                    .map_err(|_| {
                        unreadable("工作表的行次序混乱 the sheet's lines are out of order")
                    })?
            }
            _ => {
                if self.lines.len() >= LINES_MAX {
                    return Err(unreadable("超过 100000 行 more than 100,000 rows"));
                }
                self.lines.push(Line {
                    number,
                    cells: Vec::new(),
                });
                self.lines.len() - 1
            }
        };
        self.lines[at].set(column, cell);
        Ok(())
    }

    /// Writes what stands at the top of each merged region into the empty cells below it, in lines that have something else.
    pub(super) fn fill(&mut self, regions: &[Merged]) -> Result<(), OfficeError> {
        let mut filled = 0;
        for region in regions {
            if region.column >= COLUMNS_MAX || region.last_line <= region.first_line {
                continue;
            }
            let find = |number: u32| self.lines.binary_search_by_key(&number, |line| line.number);
            let Ok(top) = find(region.first_line) else {
                continue;
            };
            let end = find(region.last_line.saturating_add(1)).unwrap_or_else(|end| end);
            let Some(cell) = self.lines[top].cells.get(region.column).cloned() else {
                continue;
            };
            filled += end.saturating_sub(top);
            if filled > FILLED_MAX {
                return Err(unreadable("合并单元格过多 too many merged cells"));
            }
            for line in self.lines.iter_mut().take(end).skip(top + 1) {
                if line.cells.get(region.column).is_none_or(Cell::is_empty) {
                    line.set(region.column, cell.clone());
                }
            }
        }
        Ok(())
    }
}
