//! `reconcile`: what both statements say together, answering it, and closing the quarter.

use std::io::Write as _;

use clap::Subcommand;
use hongyan_proto::{
    pb::{
        exchange::v1::LineAnswer,
        office::v1::{
            AnswerReconciliationRequest, CloseQuarterRequest, GetReconciliationRequest,
            Reconciliation,
        },
    },
    time::Quarter,
};

use super::{
    Failure,
    lang::Lang,
    session::{Ended, Session, client, fields, table},
    statement::text,
    table::{GOOD, short},
    words,
};

/// What to do with the result.
#[derive(Debug, Subcommand)]
pub(super) enum ReconcileVerb {
    /// 查看对账结果 Show the result
    #[command(
        after_help = "例 Example:\n  hongyan-node reconcile show 320200-001 --quarter 2026-Q3"
    )]
    Show {
        /// 对方; 只有一个对方时可省 Partner; not needed with one partner
        #[arg(default_value = "", hide_default_value = true)]
        partner: String,
        /// 季度; 缺省为最近结束的 Quarter; default: the last one that ended
        #[arg(long)]
        quarter: Option<Quarter>,
    },
    /// 逐项答复差异 Answer a difference
    #[command(
        after_help = "例 Example:\n  hongyan-node reconcile answer 9c2f10aa dues_fen disputed --own-value 3600 --note 收据0031\n\n答复已更正 (corrected) 后, 记录也须更正, 双方重新 statement issue, 数值一致了差异才消失 after corrected, correct the record, and both issue the statement again: the difference is gone when the values meet"
    )]
    Answer {
        /// 案卷编号前缀 (至少 8 位) Case id prefix, at least 8 digits
        case: String,
        /// 差异字段 (见 reconcile show) The field that differs, as reconcile show names it
        field: String,
        /// 答复 Answer
        #[arg(value_parser = words::parser(words::ANSWERS))]
        answer: i32,
        /// 本方的值, 有异议时必填 One's own value; needed with disputed
        #[arg(long, default_value = "", hide_default_value = true)]
        own_value: String,
        /// 说明 Note
        #[arg(long, default_value = "", hide_default_value = true)]
        note: String,
        /// 对方 Partner
        #[arg(long, default_value = "", hide_default_value = true)]
        partner: String,
        /// 季度 Quarter
        #[arg(long)]
        quarter: Option<Quarter>,
    },
    /// 签认结果, 双方签认后该季度即结 (不可恢复) Sign the result; closed when both did (irreversible)
    #[command(
        after_help = "例 Example:\n  hongyan-node reconcile close 320200-001 --quarter 2026-Q3"
    )]
    Close {
        /// 对方 Partner
        #[arg(default_value = "", hide_default_value = true)]
        partner: String,
        /// 季度 Quarter
        #[arg(long)]
        quarter: Option<Quarter>,
        /// 只签认这个结果 (哈希); 缺省先显示再签认 Sign only this result; default: the one shown first
        #[arg(long, default_value = "", hide_default_value = true)]
        hash: String,
    },
}

pub(super) async fn run(verb: ReconcileVerb, session: &mut Session<'_>) -> Result<Ended, Failure> {
    match verb {
        ReconcileVerb::Show { partner, quarter } => {
            let request = GetReconciliationRequest {
                partner,
                quarter: text(quarter),
            };
            let answer = client!(session, statement_service_client::StatementServiceClient)
                .get_reconciliation(request)
                .await?
                .into_inner();
            session.show(&answer, |answer, lang| {
                result(answer.reconciliation.as_ref(), lang)
            })?;
        }
        ReconcileVerb::Answer {
            case,
            field,
            answer,
            own_value,
            note,
            partner,
            quarter,
        } => {
            let line = LineAnswer {
                field,
                answer,
                own_value,
                note,
                ..Default::default()
            };
            answer_line(&case, line, partner, text(quarter), session).await?;
        }
        ReconcileVerb::Close {
            partner,
            quarter,
            hash,
        } => close(partner, text(quarter), hash, session).await?,
    }
    Ok(Ended::Well)
}

/// The result that holds now.
async fn current(
    partner: &str,
    quarter: &str,
    session: &Session<'_>,
) -> Result<Reconciliation, Failure> {
    let request = GetReconciliationRequest {
        partner: partner.to_owned(),
        quarter: quarter.to_owned(),
    };
    client!(session, statement_service_client::StatementServiceClient)
        .get_reconciliation(request)
        .await?
        .into_inner()
        .reconciliation
        .ok_or_else(|| Failure::incomplete("reconciliation"))
}

async fn answer_line(
    case: &str,
    mut line: LineAnswer,
    partner: String,
    quarter: String,
    session: &mut Session<'_>,
) -> Result<(), Failure> {
    let result_now = current(&partner, &quarter, session).await?;
    let mut ids: Vec<&str> = result_now
        .differences
        .iter()
        .map(|difference| difference.case_id.as_str())
        .filter(|id| case.len() >= 8 && id.starts_with(&case.to_lowercase()))
        .collect();
    ids.dedup();
    let [id] = ids.as_slice() else {
        return Err(Failure::new(
            "NOT_FOUND",
            "NOT_FOUND",
            format!(
                "差异中没有唯一的案卷 (编号前缀至少 8 位) no single case among the differences, by at least 8 digits: {case}"
            ),
            "用 `hongyan-node reconcile show` 查看 see the list",
        ));
    };
    line.case_id = hex::decode(id)
        .map_err(|_| Failure::incomplete("case_id"))?
        .into();
    let request = AnswerReconciliationRequest {
        actor: session.actor()?,
        request_id: session.request_id(),
        partner,
        quarter: result_now.quarter.clone(),
        hash: result_now.hash.clone(),
        lines: vec![line],
    };
    let answer = client!(session, statement_service_client::StatementServiceClient)
        .answer_reconciliation(request)
        .await?
        .into_inner();
    session.show(&answer, |answer, lang| {
        result(answer.reconciliation.as_ref(), lang)
    })
}

/// Shows what is signed before it is signed: the hash that goes out is the one that was shown.
async fn close(
    partner: String,
    quarter: String,
    hash: String,
    session: &mut Session<'_>,
) -> Result<(), Failure> {
    let shown = current(&partner, &quarter, session).await?;
    if session.io.can_ask {
        let text = result(Some(&shown), session.lang);
        writeln!(session.io.err, "{text}")?;
    }
    session.confirm(
        &format!(
            "签认 {} 的对账结果? 差异可以保留; 签认后不可更改。",
            shown.quarter
        ),
        &format!(
            "Sign the result of {}? Differences may stay; this cannot be undone.",
            shown.quarter
        ),
    )?;
    let request = CloseQuarterRequest {
        actor: session.actor()?,
        request_id: session.request_id(),
        partner,
        quarter: shown.quarter,
        hash: if hash.is_empty() { shown.hash } else { hash },
    };
    let answer = client!(session, statement_service_client::StatementServiceClient)
        .close_quarter(request)
        .await?
        .into_inner();
    session.show(&answer, |answer, lang| {
        result(answer.reconciliation.as_ref(), lang)
    })
}

fn result(result: Option<&Reconciliation>, lang: Lang) -> String {
    let Some(result) = result else {
        return String::new();
    };
    let mark = |signed: bool| if signed { GOOD } else { "" };
    let head = fields(lang)
        .add("季度", "quarter", &result.quarter)
        .add("对方", "partner", &result.partner)
        .add(
            "状态",
            "state",
            words::show(words::QUARTER_STATES, result.state, lang),
        )
        .add("一致", "agreed", result.agreed)
        .add("不同", "differing", result.differing)
        .add("仅流出地有", "only outflow", result.only_outflow)
        .add("仅流入地有", "only inflow", result.only_inflow)
        .add("我方已签", "signed by us", mark(result.own_closed))
        .add(
            "对方已签",
            "signed by the partner",
            mark(result.partner_closed),
        )
        .add("结果哈希", "hash", &result.hash)
        .render();
    let mut rows = table(
        lang,
        &[
            ("案卷", "case"),
            ("姓名", "name"),
            ("字段", "field"),
            ("流出地", "outflow"),
            ("流入地", "inflow"),
            ("原因", "cause"),
            ("轮到", "turn"),
            ("应办", "due"),
            ("我方答复", "our answer"),
            ("对方答复", "their answer"),
        ],
    );
    let answered = |line: Option<&LineAnswer>| {
        line.map_or_else(String::new, |line| {
            let kind = words::show(words::ANSWERS, line.answer, lang);
            format!("{kind} {} {}", line.own_value, line.note)
                .trim()
                .to_owned()
        })
    };
    for difference in &result.differences {
        rows.row([
            short(&difference.case_id),
            difference.name.clone(),
            difference.field.clone(),
            difference.outflow_value.clone(),
            difference.inflow_value.clone(),
            format!(
                "{} {}",
                words::show(words::CAUSES, difference.cause, lang),
                difference.months_repeated.join(" ")
            )
            .trim()
            .to_owned(),
            words::show(words::SIDES, difference.must_act, lang),
            difference.due.clone(),
            answered(difference.own_answer.as_ref()),
            answered(difference.partner_answer.as_ref()),
        ]);
    }
    format!("{head}\n{}", rows.render(lang))
}
