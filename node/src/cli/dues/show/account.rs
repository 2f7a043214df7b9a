//! One person.

use hongyan_proto::pb::{
    exchange::v1::DuesAsked,
    office::v1::{DuesMonth, GetDuesResponse},
};

use super::super::words;
use super::{amount, some, span, twice};
use crate::cli::{
    lang::Lang,
    session::{fields, table},
    table::short,
    values::show_fen,
    words::show,
};

fn bases(answer: &GetDuesResponse, lang: Lang) -> String {
    let mut rows = table(
        lang,
        &[
            ("序号", "no."),
            ("自", "from"),
            ("类别", "class"),
            ("月收入", "income"),
            ("比例", "rate"),
            ("每月应交", "a month"),
            ("依据", "clause"),
            ("", ""),
        ],
    );
    for base in &answer.bases {
        let rate = match base.per_mille {
            0 => String::new(),
            rate => format!("{}.{}%", rate / 10, rate % 10),
        };
        rows.row([
            base.sequence.to_string(),
            base.from.clone(),
            show(words::CLASSES, base.class, lang),
            base.income.map(show_fen).unwrap_or_default(),
            rate,
            show_fen(base.monthly),
            base.clause.clone(),
            if base.void {
                lang.say("作废", "void")
            } else {
                String::new()
            },
        ]);
    }
    rows.render(lang)
}

fn reliefs(answer: &GetDuesResponse, lang: Lang) -> String {
    let mut rows = table(
        lang,
        &[
            ("序号", "no."),
            ("减免月份", "relief"),
            ("每月", "a month"),
            ("事由", "reason"),
            ("批准", "approved"),
            ("", ""),
        ],
    );
    for relief in &answer.reliefs {
        rows.row([
            relief.sequence.to_string(),
            span(&relief.from, &relief.until),
            show_fen(relief.fen),
            relief.reason.clone(),
            format!("{} {}", relief.approved_on, relief.approved_by),
            if relief.void {
                lang.say("作废", "void")
            } else {
                String::new()
            },
        ]);
    }
    rows.render(lang)
}

fn payments(answer: &GetDuesResponse, lang: Lang) -> String {
    let mut rows = table(
        lang,
        &[
            ("序号", "no."),
            ("收据", "receipt"),
            ("月份", "month"),
            ("月数", "months"),
            ("金额", "yuan"),
            ("日期", "day"),
            ("方式", "how"),
            ("信函", "letter"),
            ("", ""),
        ],
    );
    for payment in &answer.payments {
        let state = if payment.void {
            lang.say("作废", "void")
        } else if payment.corrected {
            lang.say("已更正", "corrected")
        } else if payment.own_letter {
            lang.say(
                "本方收取, 备份之后, 凭信函",
                "taken here after the backup, by our letter",
            )
        } else if payment.sequence == 0 {
            lang.say("对方收取", "other side")
        } else {
            String::new()
        };
        let letter = match payment.letter.split_once('/') {
            Some((log, sequence)) if payment.sequence != 0 => {
                format!("{}/{sequence}", short(log))
            }
            _ => payment.letter.clone(),
        };
        rows.row([
            match payment.sequence {
                0 => String::new(),
                sequence => sequence.to_string(),
            },
            payment.receipt.clone(),
            payment.month.clone(),
            payment.months.to_string(),
            show_fen(payment.fen),
            payment.paid_on.clone(),
            show(words::WAYS, payment.way, lang),
            letter,
            state,
        ]);
    }
    rows.render(lang)
}

fn month(month: &DuesMonth, lang: Lang) -> [String; 6] {
    let mut remarks = Vec::new();
    if month.relieved {
        remarks.push(lang.say("减免", "reduced"));
    }
    if month.double {
        remarks.push(twice(month.duplicate, lang));
    }
    if !month.elsewhere.is_empty() {
        remarks.push(format!(
            "{} {}",
            lang.say("在对方交纳", "paid on the other side"),
            month.elsewhere.join(", ")
        ));
    } else if month.asked != DuesAsked::Here as i32 {
        remarks.push(show(words::ASKED, month.asked, lang));
    }
    [
        month.month.clone(),
        amount(month.owed, lang),
        some(month.paid),
        some(month.arrears),
        some(month.extra),
        remarks.join("; "),
    ]
}

pub(in crate::cli::dues) fn account(answer: &GetDuesResponse, lang: Lang) -> String {
    let mut rows = table(
        lang,
        &[
            ("月份", "month"),
            ("应交", "owed"),
            ("已交", "paid"),
            ("欠交", "arrears"),
            ("多交", "more"),
            ("说明", "remark"),
        ],
    );
    for line in &answer.months {
        rows.row(month(line, lang));
    }
    let who = fields(lang)
        .add("姓名", "name", &answer.name)
        .add("编号", "id", short(&answer.id))
        .add(
            "欠交合计 (元)",
            "arrears in all, yuan",
            show_fen(answer.arrears),
        );
    [
        who.render(),
        bases(answer, lang),
        reliefs(answer, lang),
        payments(answer, lang),
        rows.render(lang),
    ]
    .join("\n")
}
