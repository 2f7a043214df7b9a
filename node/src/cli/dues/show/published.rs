//! What is published.

use hongyan_proto::pb::office::v1::PublishDuesResponse;

use super::{span, spans, unit_names, whose};
use crate::cli::{
    lang::Lang,
    session::{fields, table},
    table::WARN,
    values::show_fen,
};

pub(in crate::cli::dues) fn published(answer: &PublishDuesResponse, lang: Lang) -> String {
    let mut rows = table(
        lang,
        &[
            ("姓名", "name"),
            ("单位", "unit"),
            ("交纳 (元)", "yuan"),
            ("所属月份", "months"),
        ],
    );
    for person in &answer.people {
        rows.row([
            person.name.clone(),
            person.unit.clone(),
            show_fen(person.fen),
            spans(&person.months),
        ]);
    }
    let title = lang.say("党费收缴公示", "Dues received");
    let total = fields(lang).add("合计 (元)", "total, yuan", show_fen(answer.total));
    let open = if answer.open_units.is_empty() {
        String::new()
    } else {
        let says = lang.say("未结账, 金额还会变", "not closed, amounts may change");
        format!(" {WARN} {says}: {}", unit_names(&answer.open_units, lang))
    };
    format!(
        "{} {title} {}{open}\n{}\n{}",
        whose(&answer.unit, lang),
        span(&answer.from, &answer.until),
        rows.render(lang),
        total.render()
    )
}
