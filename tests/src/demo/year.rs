//! Four quarters: who comes, what happens, activity days, dues, contacts, statements and reconciliations.

use hongyan_proto::{
    pb::{exchange::v1 as x, office::v1 as o},
    time::Quarter,
};
use tokio::task::JoinSet;

use super::{
    carried::{Carried, Silence},
    county::{County, EAST, WEST},
    papers::{self, OFFLINE_QUARTER},
    story::Flow,
};
use crate::town::TownError;

/// Members whose papers are done at the same time.
const AT_ONCE: usize = 16;

/// Plays the year; says how the quarter without a line was caught up.
pub(super) async fn play(
    county: &mut County,
    flows: Vec<Flow>,
    quarters: &[Quarter],
) -> Result<Vec<Carried>, TownError> {
    let mut flows = begin(county, flows, quarters[0]).await?;
    let mut carried = Vec::new();
    for (number, quarter) in quarters.iter().copied().enumerate() {
        if number == OFFLINE_QUARTER {
            let silence = Silence::begin(county, quarter).await?;
            county.say(&format!(
                "{quarter}: 线路中断, 整季不通 the line is down, the whole quarter"
            ));
            flows = alone(county, flows, number, quarter).await?;
            carried.push(silence.end(county).await?);
            // Only now does home hear who moved on.
            flows = each(flows, move |flow| papers::follow(flow, number, quarter)).await?;
        } else {
            flows = together(county, flows, number, quarter).await?;
        }
        state_and_close(county, quarter).await?;
        county.say(&format!(
            "{quarter}: 通报、对账、签字 stated, reconciled, closed"
        ));
        county.report(quarter).await?;
    }
    Ok(carried)
}

/// Notices and claims, their answers, the first placements.
async fn begin(county: &County, flows: Vec<Flow>, first: Quarter) -> Result<Vec<Flow>, TownError> {
    county.on(first, 13)?;
    let flows = each(flows, move |flow| papers::depart(flow, first)).await?;
    county.settle().await?;
    county.on(first, 16)?;
    let flows = each(flows, move |flow| papers::arrive(flow, first)).await?;
    county.settle().await?;
    county.on(first, 21)?;
    let flows = each(flows, move |flow| papers::settle_in(flow, first)).await?;
    county.settle().await?;
    county.say("接收、编入支部 accepted and placed");
    Ok(flows)
}

/// A quarter in which the partners hear from each other as things happen.
async fn together(
    county: &County,
    flows: Vec<Flow>,
    number: usize,
    quarter: Quarter,
) -> Result<Vec<Flow>, TownError> {
    // In the first one the members have only just come.
    county.on(quarter, if number == 0 { 27 } else { 41 })?;
    let flows = each(flows, move |flow| papers::happen(flow, number, quarter)).await?;
    county.settle().await?;
    county.on(quarter, 42)?;
    let flows = each(flows, move |flow| papers::follow(flow, number, quarter)).await?;
    county.settle().await?;
    county.on(quarter, 43)?;
    let flows = each(flows, move |flow| papers::welcome(flow, number, quarter)).await?;
    county.after(quarter, 0)?;
    let flows = each(flows, move |flow| papers::record(flow, quarter)).await?;
    county.settle().await?;
    Ok(flows)
}

/// A quarter in which each side writes and hears nothing.
async fn alone(
    county: &County,
    flows: Vec<Flow>,
    number: usize,
    quarter: Quarter,
) -> Result<Vec<Flow>, TownError> {
    county.on(quarter, 41)?;
    let flows = each(flows, move |flow| papers::happen(flow, number, quarter)).await?;
    county.after(quarter, 0)?;
    let flows = each(flows, move |flow| papers::record(flow, quarter)).await?;
    county.after(quarter, 3)?;
    Ok(flows)
}

/// Does one thing for every flow, some at a time, and keeps their order.
async fn each<F>(flows: Vec<Flow>, act: impl Fn(Flow) -> F) -> Result<Vec<Flow>, TownError>
where
    F: Future<Output = Result<Flow, TownError>> + Send + 'static,
{
    let mut done = Vec::with_capacity(flows.len());
    for batch in flows.chunks(AT_ONCE) {
        let mut tasks = JoinSet::new();
        for (place, flow) in batch.iter().cloned().enumerate() {
            let act = act(flow);
            tasks.spawn(async move { act.await.map(|flow| (place, flow)) });
        }
        let mut finished = Vec::with_capacity(batch.len());
        while let Some(one) = tasks.join_next().await {
            finished.push(one.map_err(|error| TownError::Process(error.to_string()))??);
        }
        finished.sort_by_key(|(place, _)| *place);
        done.extend(finished.into_iter().map(|(_, flow)| flow));
    }
    Ok(done)
}

async fn state_and_close(county: &County, quarter: Quarter) -> Result<(), TownError> {
    let name = quarter.to_string();
    let [east, west] = county.desks();
    county.after(quarter, 5)?;
    east.issue_statement(WEST.0, &name).await?;
    west.issue_statement(EAST.0, &name).await?;
    county.settle().await?;
    county.after(quarter, 7)?;
    for (desk, partner) in [(&east, WEST.0), (&west, EAST.0)] {
        desk.answer(partner, &name, answer).await?;
    }
    county.settle().await?;
    county.after(quarter, 9)?;
    east.close_quarter(WEST.0, &name).await?;
    west.close_quarter(EAST.0, &name).await?;
    county.settle().await
}

/// Money paid twice is disputed by both: a difference that stays is a legitimate result. Everything else is accepted.
pub fn answer(line: &o::Difference) -> x::LineAnswer {
    let disputed = line.field.contains("dues");
    let kind = if disputed {
        x::AnswerKind::Disputed
    } else {
        x::AnswerKind::Accepted
    };
    x::LineAnswer {
        case_id: hex_bytes(&line.case_id),
        field: line.field.clone(),
        answer: kind as i32,
        own_value: if disputed {
            line.inflow_value.clone()
        } else {
            String::new()
        },
        note: if disputed {
            "收据在案".to_owned()
        } else {
            String::new()
        },
    }
}

fn hex_bytes(text: &str) -> bytes::Bytes {
    (0..text.len() / 2)
        .filter_map(|at| u8::from_str_radix(&text[at * 2..at * 2 + 2], 16).ok())
        .collect()
}
