//! Four quarters: departures, activity days, dues, contacts, what goes wrong, statements and reconciliations.

use hongyan_proto::{
    pb::{exchange::v1 as x, office::v1 as o},
    time::Quarter,
};
use tokio::task::JoinSet;

use super::{
    county::{County, EAST, WEST},
    story::{Fate, Flow},
};
use crate::town::TownError;

/// Members whose papers are done at the same time.
const AT_ONCE: usize = 16;

/// In this quarter (counted from 0) the line between the partners is down.
const OFFLINE_QUARTER: usize = 2;

pub(super) async fn play(
    county: &mut County,
    flows: Vec<Flow>,
    quarters: &[Quarter],
) -> Result<(), TownError> {
    let first = quarters[0];
    let flows = each(flows, move |flow| depart(flow, first)).await?;
    county.settle().await?;
    let flows = each(flows, move |flow| arrive(flow, first)).await?;
    county.settle().await?;
    let mut flows = each(flows, move |flow| settle_in(flow, first)).await?;
    county.settle().await?;
    county.say("接收、编入支部 accepted and placed");
    for (number, quarter) in quarters.iter().copied().enumerate() {
        let offline = number == OFFLINE_QUARTER;
        if offline {
            county.town.cut(county.east, county.west);
            county.say(&format!("{quarter}: 线路中断 the line is down"));
        }
        flows = each(flows, move |flow| happen(flow, number, quarter)).await?;
        exchange(county, offline).await?;
        flows = each(flows, move |flow| record(flow, quarter)).await?;
        exchange(county, offline).await?;
        state_and_close(county, quarter, offline).await?;
        if offline {
            county.town.heal(county.east, county.west);
            county.settle().await?;
        }
        county.say(&format!(
            "{quarter}: 通报、对账、签字 stated, reconciled, closed"
        ));
    }
    Ok(())
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

fn day(quarter: Quarter, after: i32) -> String {
    quarter.first_day().plus_days(after).to_string()
}

async fn depart(mut flow: Flow, first: Quarter) -> Result<Flow, TownError> {
    let person = &flow.person;
    flow.case = match flow.fate {
        Fate::ClaimedFirst => {
            flow.host
                .claim(
                    flow.home_code,
                    &person.name,
                    &person.certificate,
                    &day(first, 12),
                )
                .await?
        }
        Fate::Stranger => {
            let unknown = format!("{}X", person.certificate);
            flow.host
                .claim(flow.home_code, &person.name, &unknown, &day(first, 12))
                .await?
        }
        _ => {
            flow.home
                .notice(
                    flow.host_code,
                    &person.certificate,
                    &day(first, 5),
                    flow.host_region,
                )
                .await?
        }
    };
    Ok(flow)
}

async fn arrive(flow: Flow, first: Quarter) -> Result<Flow, TownError> {
    match flow.fate {
        Fate::ClaimedFirst => {
            flow.home
                .confirm(&flow.case, &flow.person.certificate)
                .await?;
        }
        Fate::Stranger => flow.home.disown(&flow.case).await?,
        Fate::ArrivesLate | Fate::NeverCame => {
            flow.host
                .decline(&flow.case, x::DeclineReason::NotArrived)
                .await?;
        }
        _ => flow.host.accept(&flow.case, &day(first, 15)).await?,
    }
    Ok(flow)
}

async fn settle_in(mut flow: Flow, first: Quarter) -> Result<Flow, TownError> {
    match flow.fate {
        Fate::Stranger => {}
        Fate::NeverCame => flow.home.withdraw(&flow.case).await?,
        // The second notice must arrive before it can be accepted: see `happen`.
        Fate::ArrivesLate => {
            flow.home
                .notice_again(
                    flow.host_code,
                    &flow.case,
                    &day(first, 18),
                    flow.host_region,
                )
                .await?;
        }
        _ => {
            flow.host
                .place(&flow.case, "第一流动党员支部", &day(first, 20))
                .await?;
            flow.active = true;
        }
    }
    Ok(flow)
}

/// What the quarter brings, by fate.
async fn happen(mut flow: Flow, number: usize, quarter: Quarter) -> Result<Flow, TownError> {
    match (flow.fate, number) {
        (Fate::ArrivesLate, 0) => {
            flow.host.accept(&flow.case, &day(quarter, 25)).await?;
            flow.host
                .place(&flow.case, "第二流动党员支部", &day(quarter, 26))
                .await?;
            flow.active = true;
        }
        (Fate::LostAndFound, 1) | (Fate::Lost, 2) => {
            flow.host.lost(&flow.case, &day(quarter, 2)).await?;
            flow.active = false;
        }
        (Fate::LostAndFound, 2) => {
            flow.home.found(&flow.case, &day(quarter, 30)).await?;
            flow.active = true;
        }
        (Fate::MovesOn, 2) => {
            flow.host
                .moved(&flow.case, &day(quarter, 40), "330100")
                .await?;
            flow.active = false;
        }
        (Fate::Returns, 3) => {
            flow.home.returned(&flow.case, &day(quarter, 30)).await?;
            flow.active = false;
        }
        (Fate::Transfers, 3) => {
            let letter = format!("介绍信 {}", flow.person.certificate);
            flow.home
                .transferred(&flow.case, &day(quarter, 30), &letter)
                .await?;
            flow.active = false;
        }
        _ => {}
    }
    Ok(flow)
}

/// The quarter's ordinary papers: activity days, dues, conduct at the host; a contact from home.
async fn record(flow: Flow, quarter: Quarter) -> Result<Flow, TownError> {
    if !flow.active {
        return Ok(flow);
    }
    let absent = flow.person.phone.ends_with('7');
    for (number, month) in quarter.months().into_iter().enumerate() {
        let presence = if absent && number == 1 {
            x::Presence::AbsentWithReason
        } else {
            x::Presence::Present
        };
        flow.host
            .attendance(&flow.case, &format!("{month}-28"), presence)
            .await?;
    }
    let first = quarter.months()[0].to_string();
    let receipt = format!("{quarter}-{}", flow.person.certificate);
    flow.host
        .dues(&flow.case, &first, 3, 1500, &day(quarter, 30), &receipt)
        .await?;
    if flow.fate == Fate::PaysTwice {
        flow.home
            .dues(&flow.case, &first, 3, 1500, &day(quarter, 31), &receipt)
            .await?;
    }
    flow.host
        .conduct(&flow.case, &quarter.to_string(), x::ConductGrade::Good)
        .await?;
    flow.home.contact(&flow.case, &day(quarter, 45)).await?;
    Ok(flow)
}

/// Both sides carry what they have to each other in sealed files.
async fn carry_letters(county: &mut County) -> Result<(), TownError> {
    let folder = county.folder().to_owned();
    // The first pair brings the entries, the second the receipts.
    for round in 0..2 {
        for (from, to, partner) in [
            (county.east, county.west, WEST.0),
            (county.west, county.east, EAST.0),
        ] {
            let file = folder.join(format!("{partner}-{round}.letter"));
            let file = file.to_string_lossy().into_owned();
            county
                .town
                .at(from)
                .command(&["letter", "export", partner, "--out", &file])
                .await?;
            county
                .town
                .at(to)
                .command(&["letter", "import", &file])
                .await?;
            std::fs::remove_file(&file)?;
        }
    }
    county.say("密封信件已由人带到 sealed letters were carried by hand");
    Ok(())
}

async fn exchange(county: &mut County, offline: bool) -> Result<(), TownError> {
    if offline {
        carry_letters(county).await
    } else {
        county.settle().await
    }
}

async fn state_and_close(
    county: &mut County,
    quarter: Quarter,
    offline: bool,
) -> Result<(), TownError> {
    let name = quarter.to_string();
    let [east, west] = county.desks();
    east.issue_statement(WEST.0, &name).await?;
    west.issue_statement(EAST.0, &name).await?;
    exchange(county, offline).await?;
    for (desk, partner) in [(&east, WEST.0), (&west, EAST.0)] {
        desk.answer(partner, &name, answer).await?;
    }
    exchange(county, offline).await?;
    east.close_quarter(WEST.0, &name).await?;
    west.close_quarter(EAST.0, &name).await?;
    exchange(county, offline).await
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
