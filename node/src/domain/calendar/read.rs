//! Reading the table of holidays: every error names its line and column.

use std::collections::btree_map::Entry;

use hongyan_proto::time::Day;
use thiserror::Error;

use super::{Calendar, Row};

/// Most bytes of a table: a century of notices is far below it.
const MOST_BYTES: usize = 256 * 1024;
/// Most days one row may span: the longest holidays so far had ten.
const MOST_DAYS: i32 = 31;
/// The first line that is no remark.
const HEADER: &str = "year,from,to,kind,name";
/// Most characters of a festival's name.
const MOST_NAME: usize = 20;

/// What is wrong with a table, and where.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
#[error("第 {line} 行第 {column} 列: {zh}  line {line}, column {column}: {en}")]
pub struct CalendarError {
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
    /// What is wrong and what to do, in Chinese.
    pub zh: String,
    /// The same in English.
    pub en: String,
}

impl Calendar {
    /// Reads a table. Empty lines and lines that begin with `#` are remarks.
    pub fn parse(text: &str) -> Result<Self, CalendarError> {
        if text.len() > MOST_BYTES {
            return Err(Line::new(1, "").wrong(
                0,
                "文件太大, 至多 256 KiB",
                "the file is too large: at most 256 KiB",
            ));
        }
        let mut calendar = Self::default();
        let mut lines = text
            .trim_start_matches('\u{feff}')
            .lines()
            .enumerate()
            .map(|(index, text)| Line::new(index + 1, text.trim_end()))
            .filter(|line| !line.text.is_empty() && !line.text.starts_with('#'));
        let header = lines.next().unwrap_or(Line::new(1, ""));
        if header.text != HEADER {
            return Err(header.wrong(
                0,
                &format!("首行应为 {HEADER}"),
                &format!("the first line must be {HEADER}"),
            ));
        }
        for line in lines {
            line.add(&mut calendar)?;
        }
        Ok(calendar)
    }
}

#[derive(Clone, Copy)]
struct Line<'a> {
    number: usize,
    text: &'a str,
}

impl<'a> Line<'a> {
    const fn new(number: usize, text: &'a str) -> Self {
        Self { number, text }
    }

    /// An error at a field, counted from 0.
    fn wrong(self, field: usize, zh: &str, en: &str) -> CalendarError {
        let before: usize = self
            .text
            .split(',')
            .take(field)
            .map(|text| text.chars().count() + 1)
            .sum();
        CalendarError {
            line: self.number,
            column: before + 1,
            zh: zh.to_owned(),
            en: en.to_owned(),
        }
    }

    fn day(self, field: usize, text: &str) -> Result<Day, CalendarError> {
        text.parse().map_err(|_| {
            self.wrong(
                field,
                "日期应写成如 2026-10-01 的样子",
                "a day must look like 2026-10-01",
            )
        })
    }

    fn add(self, calendar: &mut Calendar) -> Result<(), CalendarError> {
        let fields: Vec<&'a str> = self.text.split(',').map(str::trim).collect();
        let [year, from, to, kind, name] = fields[..] else {
            return Err(self.wrong(
                0,
                "应有五列: 年份,起,止,休或班,节日",
                "five columns are wanted: year, from, to, 休 or 班, name",
            ));
        };
        let year: i16 = year
            .parse()
            .ok()
            .filter(|year| (1949..=9999).contains(year))
            .ok_or_else(|| {
                self.wrong(0, "年份应写成如 2026 的样子", "a year must look like 2026")
            })?;
        let (first, last) = (self.day(1, from)?, self.day(2, to)?);
        if last < first || last > first.plus_days(MOST_DAYS) {
            return Err(self.wrong(
                2,
                "止日不得早于起日, 且至多相隔 31 天",
                "the last day must not be before the first, nor more than 31 days after it",
            ));
        }
        // A notice may join the last days of December to New Year.
        let near = |day: Day| {
            let (found, month) = (day.date().year(), day.date().month());
            found == year || (found == year - 1 && month == 12)
        };
        if !near(first) || !near(last) {
            return Err(self.wrong(
                1,
                "日期应在该年之内 (或上一年 12 月)",
                "the days must lie in that year, or in December before it",
            ));
        }
        let off = match kind {
            "休" => true,
            "班" => false,
            _ => {
                return Err(self.wrong(3, "应写 休 或 班", "write 休 (off) or 班 (working)"));
            }
        };
        if name.is_empty() || name.chars().count() > MOST_NAME {
            return Err(self.wrong(
                4,
                "节日名称应有 1 至 20 字",
                "the festival's name must have 1 to 20 characters",
            ));
        }
        let mut day = first;
        while day <= last {
            let Entry::Vacant(free) = calendar.days.entry(day) else {
                return Err(self.wrong(
                    1,
                    &format!("{day} 已在上面的行中"),
                    &format!("{day} is in a line above already"),
                ));
            };
            free.insert(Row {
                year,
                off,
                name: name.to_owned(),
            });
            day = day.plus_days(1);
        }
        calendar.years.insert(year);
        Ok(())
    }
}
