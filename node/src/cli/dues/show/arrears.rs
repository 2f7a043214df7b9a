//! Who owes something.

use hongyan_proto::pb::office::v1::ListDuesArrearsResponse;

use super::{list::remark, some, whose};
use crate::cli::{
    lang::Lang,
    session::{fields, table},
    table::short,
    values::show_fen,
};

pub(in crate::cli::dues) fn arrears(answer: &ListDuesArrearsResponse, lang: Lang) -> String {
    let mut rows = table(
        lang,
        &[
            ("姓名", "name"),
            ("编号", "id"),
            ("单位", "unit"),
            ("欠交", "arrears"),
            ("月份", "months"),
            ("说明", "remark"),
        ],
    );
    for person in &answer.people {
        let Some(row) = &person.row else { continue };
        let owing = person.months.iter().filter(|month| month.arrears > 0);
        let months: Vec<_> = owing.map(|month| month.month.as_str()).collect();
        rows.row([
            row.name.clone(),
            short(&row.id),
            row.unit.clone(),
            some(row.arrears),
            if months.is_empty() && row.arrears_months > 0 {
                let count = row.arrears_months;
                lang.say(&format!("{count} 个月"), &format!("{count} months"))
            } else {
                months.join(", ")
            },
            remark(row, lang),
        ]);
    }
    let total = fields(lang).add(
        "欠交合计 (元)",
        "arrears in all, yuan",
        show_fen(answer.total),
    );
    let closed = if answer.is_closed {
        lang.say("已结账", "closed")
    } else {
        lang.say("未结账", "not closed")
    };
    let title = lang.say("截至", "until the end of");
    format!(
        "{} {title} {} {closed}\n{}\n{}",
        whose(&answer.unit, lang),
        answer.month,
        rows.render(lang),
        total.render()
    )
}
