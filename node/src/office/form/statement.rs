//! A quarter's statements of both sides, and what comparing them gave.

use std::collections::BTreeMap;

use hongyan_proto::{
    id::{CaseId, Fen, KeyId},
    letter::{ContactState, InflowLine, LineAnswer, OutflowLine},
    time::{Month, Quarter},
};

use super::{
    super::{
        Office, OfficeError, find,
        reconcile::{QuarterFile, file},
        statement::{OUR, Repeated, given_back, months, names},
    },
    Drawn,
    words::{count, date, row, yuan},
};
use crate::{
    domain::{
        case::Side,
        statement::{Cause, Reconciliation, answer::Line, quarter::Issued},
    },
    form::{
        Form, Row, StatementDifference, StatementDirection, StatementForm, StatementLine,
        StatementSide,
    },
};

type Names = BTreeMap<CaseId, String>;
type GivenBack = BTreeMap<CaseId, Vec<Month>>;
/// A statement, and the months that its author gives back.
type Told<'a> = (&'a Issued, &'a GivenBack);

pub(super) fn draw(
    office: &Office,
    partner: KeyId,
    quarter: Quarter,
) -> Result<Drawn, OfficeError> {
    let partner = find::partner(&office.store, &partner.to_string())?;
    let file = file(office, &partner, quarter)?;
    let (ours, theirs) = (&file.view.ours, &file.view.theirs);
    if ours.is_none() && theirs.is_none() {
        return Err(OfficeError::statement_missing(OUR, quarter));
    }
    let stated = [ours, theirs].into_iter().flatten();
    let cases = stated.flat_map(|issued| {
        let statement = &issued.statement;
        let inflow = statement.inflow_lines.iter().map(|line| line.case_id);
        let outflow = statement.outflow_lines.iter().map(|line| line.case_id);
        inflow.chain(outflow).collect::<Vec<_>>()
    });
    let names = names(office, &partner, cases)?;
    let mut repeated = [BTreeMap::new(), BTreeMap::new()];
    for (repeated, issued) in repeated.iter_mut().zip([ours, theirs]) {
        if let Some(issued) = issued {
            *repeated = given_back(&office.store, (&partner, quarter), &issued.statement)?;
        }
    }
    let [our_back, their_back] = &repeated;
    let (we, they) = (
        ours.as_ref().map(|issued| (issued, our_back)),
        theirs.as_ref().map(|issued| (issued, their_back)),
    );
    let own = office.organization().name.to_string();
    let away = format!("我方外出党员（在{}）", partner.name);
    let here = format!("我方接收的流入党员（来自{}）", partner.name);
    let directions = vec![
        direction(&file, (we, they), &names, (&away, "our members away")),
        direction(&file, (they, we), &names, (&here, "members hosted here")),
    ];
    let all: usize = directions
        .iter()
        .map(|direction| direction.lines.len())
        .sum();
    let counts = file
        .view
        .settlement
        .as_ref()
        .map(|settlement| settlement.counts);
    let form = StatementForm {
        quarter: quarter.to_string(),
        quarter_zh: words(quarter),
        partner: partner.name.clone(),
        about: about(&file, &own),
        directions,
        differences: file
            .lines()
            .iter()
            .map(|line| difference(line, &names, &file.repeated))
            .collect(),
        no_differences: if file.view.settlement.is_some() {
            "双方通报逐人一致，没有差异 both statements agree"
        } else {
            "双方尚未都通报，未对账 not both have stated: nothing was compared yet"
        }
        .to_owned(),
        sides: sides(&file, &own),
        counts: (counts.map_or(0, |counts| counts.agreed), count(all)),
    };
    Ok(Drawn {
        persons: count(names.len()),
        // Letters lie in the logs of the correspondence, not in the local one.
        entries: Vec::new(),
        void: false,
        form: Form::Statement(form),
    })
}

/// 2026-Q1 as 2026年第一季度.
fn words(quarter: Quarter) -> String {
    let text = quarter.to_string();
    let (year, number) = text.split_once("-Q").unwrap_or((&text, ""));
    let number = match number {
        "1" => "一",
        "2" => "二",
        "3" => "三",
        _ => "四",
    };
    format!("{year}年第{number}季度")
}

fn about(file: &QuarterFile, own: &str) -> Vec<Row> {
    let stated = |issued: &Option<Issued>| {
        issued.as_ref().map_or_else(
            || "尚未通报".to_owned(),
            |issued| {
                let revision = issued.statement.revision.get();
                format!("第 {revision} 版，{}", date(issued.on))
            },
        )
    };
    let counts = file
        .view
        .settlement
        .as_ref()
        .map(|settlement| settlement.counts);
    let counted = counts.map_or_else(
        || "未对账".to_owned(),
        |counts| {
            format!(
                "一致 {} 人，有差异 {} 人，仅流出地有 {} 人，仅流入地有 {} 人",
                counts.agreed, counts.differing, counts.only_outflow, counts.only_inflow
            )
        },
    );
    let hash = file
        .hash()
        .map_or_else(String::new, |hash| hash.to_string());
    vec![
        row("我方", "we", own),
        row("对方", "partner", &file.partner.name),
        row("我方通报", "our statement", stated(&file.view.ours)),
        row("对方通报", "the partner's", stated(&file.view.theirs)),
        row("对账结果", "result", counted),
        row("结果哈希", "result hash", hash),
    ]
}

const fn contact(state: Option<ContactState>) -> &'static str {
    match state {
        Some(state) => state.label().0,
        None => "",
    }
}

/// Two numbers of a cell; what is not stated stays a dash.
fn pair<A: ToString, B: ToString>(one: Option<A>, other: Option<B>) -> String {
    match (one, other) {
        (None, None) => String::new(),
        (one, other) => {
            let said = |value: Option<String>| value.unwrap_or_else(|| "–".to_owned());
            format!(
                "{} / {}",
                said(one.map(|value| value.to_string())),
                said(other.map(|value| value.to_string()))
            )
        }
    }
}

fn money(fen: Option<Fen>) -> Option<String> {
    fen.map(yuan)
}

/// Months and money, and which months were paid twice, where the statement says that any were.
fn dues(
    (months_paid, fen): (Option<u32>, Option<Fen>),
    twice: Option<u32>,
    which: Option<&Vec<Month>>,
) -> String {
    let paid = pair(months_paid, money(fen));
    match twice {
        None | Some(0) => paid,
        Some(count) => {
            let which = months(which.into_iter().flatten());
            format!("{paid}（重复 {count} 月 {which}）")
        }
    }
}

fn host(line: &InflowLine, back: &GivenBack, shown: &mut StatementLine) {
    shown.activities = pair(line.activities_held, line.activities_attended);
    let paid = (line.dues_months, line.dues_fen);
    shown.host_dues = dues(paid, line.dues_duplicate_months, back.get(&line.case_id));
    shown.awards = pair(line.awards, line.penalties);
    let grade = line.conduct_grade.map_or("", |grade| grade.label().0);
    let remark = line
        .conduct_remark
        .as_ref()
        .map_or("", |remark| remark.as_str());
    let said = [grade, remark];
    let said: Vec<&str> = said.into_iter().filter(|part| !part.is_empty()).collect();
    shown.conduct = said.join("；");
    contact(line.contact_state).clone_into(&mut shown.host_contact);
}

fn home(line: &OutflowLine, back: &GivenBack, shown: &mut StatementLine) {
    shown.contacts = pair(line.contacts_made, line.matters_notified);
    let paid = (line.dues_months, line.dues_fen);
    shown.home_dues = dues(paid, line.dues_duplicate_months, back.get(&line.case_id));
    contact(line.contact_state).clone_into(&mut shown.home_contact);
}

/// Members of `home_side` who live at the other: every case that one of both states.
fn direction(
    file: &QuarterFile,
    (home_side, host_side): (Option<Told<'_>>, Option<Told<'_>>),
    names: &Names,
    (title, title_en): (&str, &str),
) -> StatementDirection {
    let mut shown: BTreeMap<CaseId, StatementLine> = BTreeMap::new();
    if let Some((issued, back)) = home_side {
        for line in &issued.statement.outflow_lines {
            home(line, back, shown.entry(line.case_id).or_default());
        }
    }
    if let Some((issued, back)) = host_side {
        for line in &issued.statement.inflow_lines {
            host(line, back, shown.entry(line.case_id).or_default());
        }
    }
    let lines = shown.into_iter().map(|(case, line)| StatementLine {
        name: called(names, case),
        result: result(file.view.reconciliation.as_ref(), case).to_owned(),
        ..line
    });
    StatementDirection {
        title: title.to_owned(),
        title_en: title_en.to_owned(),
        lines: lines.collect(),
    }
}

/// The name, or the first digits of the case where it is not known here.
fn called(names: &Names, case: CaseId) -> String {
    names
        .get(&case)
        .cloned()
        .unwrap_or_else(|| case.to_string().chars().take(8).collect())
}

fn result(reconciliation: Option<&Reconciliation>, case: CaseId) -> &'static str {
    let Some(reconciliation) = reconciliation else {
        return "待对账";
    };
    let mut differences = reconciliation.differences();
    match differences.find(|(_, difference)| difference.case == case) {
        None => "一致",
        Some((_, difference)) => match difference.cause {
            Cause::OnlyOutflowKnows => "仅流出地有",
            Cause::OnlyInflowKnows => "仅流入地有",
            _ => "有差异",
        },
    }
}

fn difference(line: &Line, names: &Names, repeated: &Repeated) -> StatementDifference {
    let difference = &line.difference;
    let twice = repeated.get(&difference.case);
    let twice = twice.filter(|months| difference.cause.is_paid_twice() && !months.is_empty());
    let twice = twice.map_or_else(String::new, |twice| format!("：{}", months(twice.keys())));
    let value = |value: &Option<String>| match value.as_deref() {
        None => "–".to_owned(),
        Some("known") => "有".to_owned(),
        Some("in_contact") => ContactState::InContact.label().0.to_owned(),
        Some("lost") => ContactState::Lost.label().0.to_owned(),
        Some(other) => other.to_owned(),
    };
    let act = match difference.act {
        Side::Outflow => "流出地",
        Side::Inflow => "流入地",
    };
    let answer = |side: &str, answer: &Option<LineAnswer>| {
        answer.as_ref().map(|answer| {
            let note = answer.note.as_ref().map_or("", |note| note.as_str());
            format!("{side}：{} {note}", answer.answer.label().0)
        })
    };
    let answers: Vec<_> = [
        answer("流出地", &line.outflow_answer),
        answer("流入地", &line.inflow_answer),
    ]
    .into_iter()
    .flatten()
    .collect();
    StatementDifference {
        name: called(names, difference.case),
        field: difference.field.label().0.to_owned(),
        home: value(&difference.outflow_value),
        host: value(&difference.inflow_value),
        cause: format!(
            "{}{twice}（由{act}于 {} 前办理）",
            difference.cause.label().0,
            difference.due
        ),
        answers: answers.join("；"),
        outcome: line.outcome.label().0.to_owned(),
    }
}

fn sides(file: &QuarterFile, own: &str) -> Vec<StatementSide> {
    let hash = file.hash();
    let closed = |closing: &Option<hongyan_proto::letter::Closing>| {
        let signed = closing
            .as_ref()
            .is_some_and(|closing| Some(closing.result_hash) == hash);
        if signed {
            "已电子签署本结果 has signed this result"
        } else {
            "尚未签署本结果 has not signed this result"
        }
        .to_owned()
    };
    vec![
        StatementSide {
            name: own.to_owned(),
            closed: closed(&file.view.our_closing),
        },
        StatementSide {
            name: file.partner.name.clone(),
            closed: closed(&file.view.their_closing),
        },
    ]
}
