//! A unit's ledger (活动管理台账) as a table for people and as CSV for spreadsheets.

use hongyan_proto::pb::office::v1::{GetLedgerResponse, LedgerLine};

use crate::cli::{
    lang::Lang,
    session::{fields, table},
    table::GOOD,
    words,
};

/// The lines of a list of activities.
pub(super) fn lines(lines: &[LedgerLine], lang: Lang) -> String {
    let mut rows = table(
        lang,
        &[
            ("序号", "no."),
            ("日期", "day"),
            ("支部", "unit"),
            ("类别", "kind"),
            ("主题", "theme"),
            ("实到/应到", "present/expected"),
            ("请假", "excused"),
            ("缺席", "absent"),
            ("报送", "form up"),
        ],
    );
    for line in lines {
        let mark = match (line.void, line.corrected) {
            (true, _) => lang.say(" (作废)", "(void)"),
            (_, true) => lang.say(" (已更正)", "(corrected)"),
            _ => String::new(),
        };
        rows.row([
            line.sequence.to_string(),
            line.day.clone(),
            line.unit.clone(),
            words::show(words::ACTIVITIES, line.kind, lang),
            format!("{}{mark}", line.theme),
            format!("{}/{}", line.present + line.remote, line.expected),
            line.absent_with_reason.to_string(),
            line.absent.to_string(),
            line.form_handed_up.clone(),
        ]);
    }
    rows.render(lang)
}

/// The ledger for people.
pub(super) fn text(ledger: &GetLedgerResponse, lang: Lang) -> String {
    let planned = match ledger.planned {
        0 => lang.say("无", "none"),
        planned => format!("{}/{planned}", ledger.planned_held),
    };
    let head = fields(lang)
        .add("支部", "unit", &ledger.unit)
        .add("年度", "year", ledger.year)
        .add("计划完成", "planned and held", planned)
        .add("计划备案", "plan filed", &ledger.plan_filed)
        .render();
    let mut people = table(
        lang,
        &[
            ("姓名", "name"),
            ("流入", "hosted"),
            ("应到", "expected"),
            ("参加", "took part"),
            ("请假", "excused"),
            ("缺席", "absent"),
            ("免予", "exempt"),
        ],
    );
    for person in &ledger.people {
        people.row([
            person.name.clone(),
            if person.hosted { GOOD } else { "" }.to_owned(),
            person.expected.to_string(),
            person.present.to_string(),
            person.absent_with_reason.to_string(),
            person.absent.to_string(),
            match person.exempt {
                0 => String::new(),
                times => times.to_string(),
            },
        ]);
    }
    format!(
        "{head}\n{}\n{}",
        lines(&ledger.lines, lang),
        people.render(lang)
    )
}

/// One cell: quoted where it must be, and never taken for a formula by a spreadsheet.
fn cell(text: &str) -> String {
    let text = if text.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        format!("'{text}")
    } else {
        text.to_owned()
    };
    if text.contains([',', '"', '\n', '\r']) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text
    }
}

const HEADINGS: [&str; 15] = [
    "序号",
    "日期",
    "原定日期",
    "类别",
    "主题",
    "形式",
    "地点",
    "应到",
    "到场",
    "线上",
    "请假",
    "缺席",
    "其中流入党员",
    "记录表报送",
    "已更正",
];

/// The ledger's lines as CSV, with the byte order mark that spreadsheets need to see UTF-8.
pub(super) fn csv(ledger: &GetLedgerResponse) -> String {
    let mut text = format!("\u{feff}{}\r\n", HEADINGS.join(","));
    for line in &ledger.lines {
        let row = [
            line.sequence.to_string(),
            line.day.clone(),
            line.planned_day.clone(),
            words::show(words::ACTIVITIES, line.kind, Lang::Zh),
            cell(&line.theme),
            cell(&line.form),
            cell(&line.place),
            line.expected.to_string(),
            line.present.to_string(),
            line.remote.to_string(),
            line.absent_with_reason.to_string(),
            line.absent.to_string(),
            line.hosted.to_string(),
            line.form_handed_up.clone(),
            if line.corrected { "是" } else { "" }.to_owned(),
        ];
        text.push_str(&row.join(","));
        text.push_str("\r\n");
    }
    text
}

#[cfg(test)]
mod tests;
