//! A receipt.

use hongyan_proto::pb::office::v1::GetDuesReceiptResponse;

use super::super::words;
use super::span;
use crate::cli::{lang::Lang, session::fields, values::show_fen, words::show};

pub(in crate::cli::dues) fn receipt(answer: &GetDuesReceiptResponse, lang: Lang) -> String {
    let state = if answer.void {
        lang.say("已作废", "void")
    } else if answer.corrected {
        lang.say("已更正", "corrected")
    } else {
        String::new()
    };
    fields(lang)
        .add("党费收据", "dues receipt", format!("{:08}", answer.number))
        .add("状态", "state", state)
        .add("纸质收据号", "paper", &answer.paper)
        .add("党委", "committee", &answer.organization)
        .add("支部", "unit", &answer.unit)
        .add("交纳人", "paid by", &answer.name)
        .add(
            "所属月份",
            "months",
            span(&answer.month, &answer.last_month),
        )
        .add("金额 (元)", "yuan", show_fen(answer.fen))
        .add("大写", "in words", &answer.capitals)
        .add("方式", "how", show(words::WAYS, answer.way, lang))
        .add("日期", "day", &answer.paid_on)
        .add("经收人", "received by", &answer.received_by)
        .add("记录序号", "entry", answer.sequence)
        .render()
}
