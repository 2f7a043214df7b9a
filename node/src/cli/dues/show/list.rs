//! A month's list.

use hongyan_proto::pb::{
    exchange::v1::DuesAsked,
    office::v1::{DuesRow, ListDuesResponse},
};

use super::{amount, some, sums::summed, twice, unit_names, whose};
use crate::cli::{
    lang::Lang,
    session::table,
    table::{WARN, short},
};

/// What is to be said beside the figures.
pub(super) fn remark(row: &DuesRow, lang: Lang) -> String {
    let mut remarks = Vec::new();
    if !row.double.is_empty() {
        let months = row.double.join(", ");
        remarks.push(format!("{} {months}", twice(row.duplicate, lang)));
    }
    if row.asked == DuesAsked::Nobody as i32 && row.arrears > 0 {
        let says = lang.say(
            "已离开, 以前月份仍欠交",
            "left, and still owes earlier months",
        );
        remarks.push(format!("{WARN} {says}"));
    }
    if row.relieved {
        remarks.push(lang.say("减免", "reduced"));
    }
    if row.corrected {
        remarks.push(lang.say("含更正", "with a correction"));
    }
    if row.unknown_months > 0 {
        remarks.push(format!("{WARN} {}", lang.say("未登记基数", "no base set")));
    }
    if row.elsewhere {
        remarks.push(lang.say("已在对方交纳", "paid on the other side"));
    } else if row.asked == DuesAsked::Host as i32 {
        remarks.push(lang.say("由流入地收取", "the host collects"));
    }
    if row.hosted {
        remarks.push(lang.say("流入党员", "hosted"));
    }
    remarks.join("; ")
}

/// Is the list closed, and by what?
fn closing(answer: &ListDuesResponse, lang: Lang) -> String {
    let units = answer.sums.len().saturating_sub(1);
    match (answer.is_closed, answer.closed_by) {
        (true, _) if !answer.is_kept => lang.say(
            "已结账, 当时未留存该月名单",
            "closed, but no list was kept of the month",
        ),
        (true, 0) => lang.say("各单位均已结账", "every unit is closed"),
        (true, by) => format!("{} {by}", lang.say("已结账, 序号", "closed, no.")),
        (false, _) if answer.open_units.len() < units => {
            let says = lang.say("部分结账, 未结账的单位", "closed in part, open units");
            format!("{says}: {}", unit_names(&answer.open_units, lang))
        }
        (false, _) => lang.say("未结账", "not closed"),
    }
}

pub(in crate::cli::dues) fn list(answer: &ListDuesResponse, lang: Lang) -> String {
    let mut rows = table(
        lang,
        &[
            ("姓名", "name"),
            ("编号", "id"),
            ("单位", "unit"),
            ("应交", "owed"),
            ("本月已交", "paid for it"),
            ("实交", "received"),
            ("欠交", "arrears"),
            ("欠月数", "months"),
            ("预交", "advance"),
            ("已交至", "paid until"),
            ("说明", "remark"),
        ],
    );
    for row in &answer.rows {
        let months = row.arrears_months;
        rows.row([
            row.name.clone(),
            short(&row.id),
            row.unit.clone(),
            amount(row.owed, lang),
            some(row.paid),
            some(row.received),
            some(row.arrears),
            if months == 0 {
                String::new()
            } else {
                months.to_string()
            },
            some(row.advance),
            row.paid_until.clone(),
            remark(row, lang),
        ]);
    }
    format!(
        "{} {} {}\n{}\n{}",
        whose(&answer.unit, lang),
        answer.month,
        closing(answer, lang),
        rows.render(lang),
        summed(&answer.sums, lang)
    )
}
