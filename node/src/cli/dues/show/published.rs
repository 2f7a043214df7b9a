//! What is published.

use hongyan_proto::pb::office::v1::PublishDuesResponse;

use super::{span, whose};
use crate::cli::{
    lang::Lang,
    session::{fields, table},
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
            span(&person.from, &person.until),
        ]);
    }
    let title = lang.say("党费收缴公示", "Dues received");
    let total = fields(lang).add("合计 (元)", "total, yuan", show_fen(answer.total));
    format!(
        "{} {title} {}\n{}\n{}",
        whose(&answer.unit, lang),
        span(&answer.from, &answer.until),
        rows.render(lang),
        total.render()
    )
}
