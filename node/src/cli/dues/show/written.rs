//! What was entered, and what the partners were told of it.

use hongyan_proto::pb::office::v1::{
    CorrectDuesResponse, PayDuesResponse, SetDuesBaseResponse, WaiveDuesResponse, Written,
};

use crate::cli::{
    lang::Lang,
    session::fields,
    table::{Fields, WARN},
    told::stays,
    values::show_fen,
};

fn number(written: Option<&Written>) -> u64 {
    written.map_or(0, |written| written.sequence)
}

fn done(lang: Lang, written: Option<&Written>) -> Fields {
    let repeated = written.is_some_and(|written| written.repeated);
    fields(lang)
        .add("✓ 已记, 序号", "✓ recorded, no.", number(written))
        .add("重复请求", "repeated", if repeated { "✓" } else { "" })
}

pub(in crate::cli::dues) fn based(answer: &SetDuesBaseResponse, lang: Lang) -> String {
    done(lang, answer.written.as_ref())
        .add("自", "from", &answer.from)
        .add(
            "每月应交 (元)",
            "owed a month, yuan",
            show_fen(answer.monthly),
        )
        .add("计入名单自", "lists see it from", &answer.counts_on)
        .render()
}

pub(in crate::cli::dues) fn waived(answer: &WaiveDuesResponse, lang: Lang) -> String {
    let text = done(lang, answer.written.as_ref())
        .add("计入名单自", "lists see it from", &answer.counts_on)
        .render();
    let lines = answer.replaces.iter().map(|replaced| {
        let says = lang.say(
            &format!("与减免 {replaced} 的月份重叠, 重叠的月份以本次为准; 如系重复请用 dues correct --void 作废其一"),
            &format!("overlaps relief {replaced}: in the months of both this one counts; dues correct --void takes one back"),
        );
        format!("\n{WARN} {says}")
    });
    format!("{text}{}", lines.collect::<String>())
}

pub(in crate::cli::dues) fn paid(answer: &PayDuesResponse, lang: Lang) -> String {
    let part = lang.say("是, 其余仍欠", "yes, the rest is still owed");
    let text = done(lang, answer.written.as_ref())
        .add("收据号", "receipt", format!("{:08}", answer.number))
        .add("起始月份", "first month", &answer.month)
        .add("月数", "months", answer.months)
        .add("金额 (元)", "yuan", show_fen(answer.fen))
        .add(
            "部分交纳",
            "part only",
            if answer.part { &part } else { "" },
        )
        .add("已告知对方", "partners told", answer.told)
        .render();
    let other = Some(answer.not_asked.join(", ")).filter(|months| !months.is_empty());
    let other = other.map(|months| {
        let says = lang.say(
            &format!("{months} 不由本单位收取; 如系误收请用 dues correct --void 作废, 或与对方核对"),
            &format!("{months}: not this committee's to collect; dues correct --void takes a mistake back, or ask the other side"),
        );
        format!("\n{WARN} {says}")
    });
    let (other, stays) = (other.unwrap_or_default(), stays(&answer.not_told, lang));
    format!("{text}{other}{stays}")
}

pub(in crate::cli::dues) fn corrected(answer: &CorrectDuesResponse, lang: Lang) -> String {
    let text = done(lang, answer.written.as_ref())
        .add("计入名单自", "lists see it from", &answer.counts_on)
        .add("同步更正的信函", "letters corrected with it", answer.told)
        .render();
    format!("{text}{}", stays(&answer.not_told, lang))
}
