//! Dues as people read them.

use hongyan_proto::pb::office::v1::{
    CloseDuesMonthResponse, CorrectDuesResponse, DuesAsked, DuesMonth, DuesRow, DuesSums,
    GetDuesReceiptResponse, GetDuesResponse, ListDuesArrearsResponse, ListDuesResponse, NotTold,
    PayDuesResponse, PublishDuesResponse, SetDuesBaseResponse, WaiveDuesResponse, Written,
};

use super::words;
use crate::cli::{
    lang::Lang,
    session::{fields, table},
    table::{Fields, WARN, short},
    values::show_fen,
    words::show,
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

/// The amount; a word where nobody knows it.
fn amount(fen: Option<i64>, lang: Lang) -> String {
    fen.map_or_else(|| lang.say("无基数", "no base"), show_fen)
}

/// Nothing where nothing is.
fn some(fen: i64) -> String {
    if fen == 0 {
        String::new()
    } else {
        show_fen(fen)
    }
}

fn span(from: &str, until: &str) -> String {
    if from == until {
        from.to_owned()
    } else {
        format!("{from} — {until}")
    }
}

pub(super) fn based(answer: &SetDuesBaseResponse, lang: Lang) -> String {
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

pub(super) fn waived(answer: &WaiveDuesResponse, lang: Lang) -> String {
    done(lang, answer.written.as_ref())
        .add("计入名单自", "lists see it from", &answer.counts_on)
        .render()
}

fn stays(not_told: &[NotTold], lang: Lang) -> String {
    let lines: Vec<_> = not_told
        .iter()
        .map(|one| {
            let what = lang.say("未告知对方, 案卷", "partner not told, case");
            let why = lang.words(one.why.as_ref());
            format!("\n{WARN} {what} {}: {why}", short(&one.case_id))
        })
        .collect();
    lines.concat()
}

pub(super) fn paid(answer: &PayDuesResponse, lang: Lang) -> String {
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
    format!("{text}{}", stays(&answer.not_told, lang))
}

pub(super) fn corrected(answer: &CorrectDuesResponse, lang: Lang) -> String {
    let text = done(lang, answer.written.as_ref())
        .add("计入名单自", "lists see it from", &answer.counts_on)
        .add("同步更正的信函", "letters corrected with it", answer.told)
        .render();
    format!("{text}{}", stays(&answer.not_told, lang))
}

fn summed(sums: &[DuesSums], lang: Lang) -> String {
    let mut rows = table(
        lang,
        &[
            ("单位", "unit"),
            ("人数", "persons"),
            ("应交", "owed"),
            ("本月已交", "paid for it"),
            ("实交", "received"),
            ("欠交", "arrears"),
            ("预交", "advance"),
            ("无基数", "no base"),
            ("在对方交", "other side"),
            ("重复", "twice"),
            ("应退", "to return"),
        ],
    );
    for sum in sums {
        let unit = if sum.unit.is_empty() {
            lang.say("合计", "total")
        } else {
            sum.unit.clone()
        };
        rows.row([
            unit,
            sum.persons.to_string(),
            show_fen(sum.owed),
            show_fen(sum.paid),
            show_fen(sum.received),
            show_fen(sum.arrears),
            show_fen(sum.advance),
            sum.unknown.to_string(),
            sum.elsewhere.to_string(),
            sum.double.to_string(),
            some(sum.duplicate),
        ]);
    }
    rows.render(lang)
}

/// What closing would fix.
pub(super) fn to_close(answer: &CloseDuesMonthResponse, lang: Lang) -> String {
    summed(&answer.closed, lang)
}

pub(super) fn closed(answer: &CloseDuesMonthResponse, lang: Lang) -> String {
    let mut rows = table(
        lang,
        &[
            ("已结账单位", "closed unit"),
            ("人数", "persons"),
            ("应交", "owed"),
            ("实交", "received"),
            ("欠交", "arrears"),
            ("预交", "advance"),
        ],
    );
    for sum in &answer.closed {
        rows.row([
            sum.unit.clone(),
            sum.persons.to_string(),
            show_fen(sum.owed),
            show_fen(sum.received),
            show_fen(sum.arrears),
            show_fen(sum.advance),
        ]);
    }
    rows.render(lang)
}

/// Money that both sides took: one payment counts, and the other is given back.
fn twice(duplicate: i64, lang: Lang) -> String {
    if duplicate == 0 {
        let says = lang.say(
            "两地重复交纳, 计本方所收, 由对方退还并更正",
            "paid twice: ours counts, the other side gives its own back and corrects",
        );
        return format!("{WARN} {says}");
    }
    let fen = show_fen(duplicate);
    let says = lang.say(
        &format!("两地重复交纳, 计对方所收; 本方应退 {fen}, 退后用 dues correct --void 更正"),
        &format!("paid twice: the other side's counts; give back {fen}, then dues correct --void"),
    );
    format!("{WARN} {says}")
}

/// What is to be said beside the figures.
fn remark(row: &DuesRow, lang: Lang) -> String {
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

/// Whose list it is.
fn whose(unit: &str, lang: Lang) -> String {
    if unit.is_empty() {
        return lang.say("全委", "the committee");
    }
    unit.to_owned()
}

/// Is the list closed, and by what?
fn closing(answer: &ListDuesResponse, lang: Lang) -> String {
    let units = answer.sums.len().saturating_sub(1);
    match (answer.is_closed, answer.closed_by) {
        (true, 0) => lang.say("各单位均已结账", "every unit is closed"),
        (true, by) => format!("{} {by}", lang.say("已结账, 序号", "closed, no.")),
        (false, _) if answer.open_units.len() < units => {
            let none = lang.say("未编入支部", "without a unit");
            let name = |unit: &String| if unit.is_empty() { &none } else { unit }.clone();
            let open: Vec<String> = answer.open_units.iter().map(name).collect();
            let says = lang.say("部分结账, 未结账的单位", "closed in part, open units");
            format!("{says}: {}", open.join(", "))
        }
        (false, _) => lang.say("未结账", "not closed"),
    }
}

pub(super) fn list(answer: &ListDuesResponse, lang: Lang) -> String {
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

pub(super) fn arrears(answer: &ListDuesArrearsResponse, lang: Lang) -> String {
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
            months.join(", "),
            remark(row, lang),
        ]);
    }
    let total = fields(lang).add(
        "欠交合计 (元)",
        "arrears in all, yuan",
        show_fen(answer.total),
    );
    format!("{}\n{}", rows.render(lang), total.render())
}

pub(super) fn published(answer: &PublishDuesResponse, lang: Lang) -> String {
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

pub(super) fn receipt(answer: &GetDuesReceiptResponse, lang: Lang) -> String {
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

pub(super) fn account(answer: &GetDuesResponse, lang: Lang) -> String {
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
