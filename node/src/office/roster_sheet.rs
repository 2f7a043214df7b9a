//! The roster as a workbook, in the layout that an import reads: what goes out comes in again unchanged.

use hongyan_proto::{letter::Text, time::Day};
use rust_xlsxwriter::{Format, FormatAlign, FormatBorder, Workbook, XlsxError};

use super::{Office, OfficeError, import, roster_file::Column, unit};
use crate::book::{self, Member};

/// Widths of the columns, in characters.
const WIDTH: f64 = 18.0;

/// The workbook and how many members it has, after the access was written down.
pub(super) async fn export(
    office: &Office,
    actor: Text<60>,
    purpose: Text<500>,
    removed: bool,
) -> Result<(Vec<u8>, u32), OfficeError> {
    let units = book::units(&office.store)?;
    let mut members: Vec<Member> = book::members(&office.store)?
        .into_iter()
        .filter(|member| removed || !member.removed)
        .map(|member| unit::called_now(&units, member))
        .collect();
    members.sort_by(|one, other| {
        let other = (&other.unit, &other.details.name, other.member_id);
        (&one.unit, &one.details.name, one.member_id).cmp(&other)
    });
    let count = u32::try_from(members.len()).unwrap_or(u32::MAX);
    office
        .note_access(actor, "导出名册 export of the roster", count, Some(purpose))
        .await?;
    let title = format!("{} 党员名册", office.organization().name);
    let today = office.today();
    let workbook = tokio::task::spawn_blocking(move || sheet(&title, today, &members)).await;
    let content = workbook
        .map_err(|_| OfficeError::Damaged("导出中断 the export broke off".to_owned()))?
        .map_err(|error| {
            OfficeError::Damaged(format!(
                "无法写出工作簿 the workbook cannot be written: {error}"
            ))
        })?;
    Ok((content, count))
}

fn sheet(title: &str, today: Day, members: &[Member]) -> Result<Vec<u8>, XlsxError> {
    let mut workbook = Workbook::new();
    // As text: a spreadsheet would take long numbers for numbers and lose their ends.
    let text = Format::new().set_num_format("@");
    let head = Format::new()
        .set_bold()
        .set_align(FormatAlign::Center)
        .set_border_bottom(FormatBorder::Thin);
    let large = Format::new()
        .set_bold()
        .set_font_size(16)
        .set_align(FormatAlign::Center);
    let sheet = workbook.add_worksheet();
    sheet.set_name("党员名册")?;
    let columns = Column::ALL;
    let last = u16::try_from(columns.len()).unwrap_or(u16::MAX);
    sheet.merge_range(0, 0, 0, last, &format!("{title} ({today})"), &large)?;
    sheet.write_with_format(1, 0, "序号", &head)?;
    for (at, column) in (1..).zip(columns) {
        sheet.set_column_width(at, WIDTH)?;
        sheet.set_column_format(at, &text)?;
        sheet.write_with_format(1, at, column.title(), &head)?;
    }
    for (line, member) in (2_u32..).zip(members) {
        sheet.write_number(line, 0, f64::from(line - 1))?;
        for (at, column) in (1..).zip(columns) {
            let value = import::said(&member.details, member.unit.as_ref(), column);
            if !value.is_empty() {
                sheet.write_string_with_format(line, at, value, &text)?;
            }
        }
    }
    sheet.set_freeze_panes(2, 2)?;
    sheet.autofilter(
        1,
        0,
        u32::try_from(members.len()).unwrap_or_default() + 1,
        last,
    )?;
    workbook.save_to_buffer()
}
