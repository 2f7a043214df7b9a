//! What one member's stay brings, paper by paper. Each function is one stage of the year and leaves alone whom it does not concern.

use hongyan_proto::{
    pb::exchange::v1 as x,
    time::{Day, Quarter},
};

use super::story::{Fate, Flow};
use crate::town::TownError;

/// In this quarter (counted from 0) the line between the partners is down.
pub(super) const OFFLINE_QUARTER: usize = 2;

/// In this quarter members move on within the host's city; the partners talk the whole time.
const MOVING_QUARTER: usize = 1;

/// 杭州市: there is no partner of ours.
const ELSEWHERE: &str = "330100";

/// Days after a quarter's first on which a member moves on.
const MOVING_DAY: i32 = 40;

/// Days after the first of a month on which everybody meets: the 28th is in every month.
const ACTIVITY_DAY: i32 = 27;

type Done = Result<Flow, TownError>;

fn on(quarter: Quarter, after: i32) -> Day {
    quarter.first_day().plus_days(after)
}

fn day(quarter: Quarter, after: i32) -> String {
    on(quarter, after).to_string()
}

/// The first word about a stay: a notice, or a claim where none came.
pub(super) async fn depart(mut flow: Flow, first: Quarter) -> Done {
    let person = &flow.person;
    let shown = day(first, 12);
    flow.case = match flow.fate {
        Fate::ClaimedFirst => {
            flow.host
                .claim(flow.home_code, &person.name, &person.certificate, &shown)
                .await?
        }
        Fate::Stranger => {
            let unknown = format!("{}X", person.certificate);
            flow.host
                .claim(flow.home_code, &person.name, &unknown, &shown)
                .await?
        }
        _ => {
            let since = day(first, 5);
            flow.home
                .notice(
                    flow.host_code,
                    &person.certificate,
                    &since,
                    flow.host_region,
                )
                .await?
        }
    };
    Ok(flow)
}

/// The answer to the first word.
pub(super) async fn arrive(flow: Flow, first: Quarter) -> Done {
    match flow.fate {
        Fate::ClaimedFirst => {
            let certificate = &flow.person.certificate;
            flow.home.confirm(&flow.case, certificate).await?;
        }
        Fate::Stranger => flow.home.disown(&flow.case).await?,
        Fate::ArrivesLate | Fate::NeverCame => {
            let reason = x::DeclineReason::NotArrived;
            flow.host.decline(&flow.case, reason).await?;
        }
        _ => flow.host.accept(&flow.case, &day(first, 15)).await?,
    }
    Ok(flow)
}

/// Placed where they were accepted; noticed again where the first notice came too early.
pub(super) async fn settle_in(mut flow: Flow, first: Quarter) -> Done {
    match flow.fate {
        Fate::Stranger | Fate::NeverCame => {}
        // The second notice must arrive before it can be accepted: see `happen`.
        Fate::ArrivesLate => {
            let since = day(first, 18);
            flow.home
                .notice_again(flow.host_code, &flow.case, &since, flow.host_region)
                .await?;
        }
        _ => place(&mut flow, "第一流动党员支部", on(first, 20)).await?,
    }
    Ok(flow)
}

async fn place(flow: &mut Flow, unit: &str, placed: Day) -> Result<(), TownError> {
    flow.host
        .place(&flow.case, unit, &placed.to_string())
        .await?;
    flow.placed = Some(placed);
    Ok(())
}

/// What the quarter brings, by fate.
pub(super) async fn happen(mut flow: Flow, number: usize, quarter: Quarter) -> Done {
    match (flow.fate, number) {
        (Fate::ArrivesLate, 0) => {
            flow.host.accept(&flow.case, &day(quarter, 25)).await?;
            place(&mut flow, "第二流动党员支部", on(quarter, 26)).await?;
        }
        (Fate::NeverCame, 1) => flow.home.withdraw(&flow.case).await?,
        (Fate::LostAndFound, 1) => {
            flow.host.lost(&flow.case, &day(quarter, 2)).await?;
            flow.placed = None;
        }
        (Fate::LostAndFound, 2) => {
            // The host finds them: home does not hear of it before the line is mended, and the host must write on at once.
            flow.host.found(&flow.case, &day(quarter, 30)).await?;
            flow.placed = Some(on(quarter, 30));
        }
        (Fate::Lost, OFFLINE_QUARTER) => {
            // Both find out, and neither knows that the other has: one of the two entries will be superseded.
            flow.host.lost(&flow.case, &day(quarter, 2)).await?;
            flow.home.lost(&flow.case, &day(quarter, 3)).await?;
            flow.placed = None;
        }
        (Fate::MovesWithin, MOVING_QUARTER) | (Fate::MovesAway, OFFLINE_QUARTER) => {
            move_on(&mut flow, quarter).await?;
        }
        (Fate::Returns, 3) => {
            flow.home.returned(&flow.case, &day(quarter, 30)).await?;
            flow.placed = None;
        }
        (Fate::Transfers, 3) => {
            let letter = format!("介绍信 {}", flow.person.certificate);
            let transferred = day(quarter, 30);
            flow.home
                .transferred(&flow.case, &transferred, &letter)
                .await?;
            flow.placed = None;
        }
        _ => {}
    }
    Ok(flow)
}

async fn move_on(flow: &mut Flow, quarter: Quarter) -> Result<(), TownError> {
    let region = match flow.fate {
        Fate::MovesWithin => flow.host_district,
        _ => ELSEWHERE,
    };
    let moved = day(quarter, MOVING_DAY);
    flow.host.moved(&flow.case, &moved, region).await?;
    flow.placed = None;
    Ok(())
}

/// Home has heard that a member moved on, and opens the case that follows: with the partner when its city is still the place, else
/// alone until a committee there is known.
pub(super) async fn follow(mut flow: Flow, number: usize, quarter: Quarter) -> Done {
    let (certificate, since) = (&flow.person.certificate, day(quarter, MOVING_DAY));
    match (flow.fate, number) {
        (Fate::MovesWithin, MOVING_QUARTER) => {
            flow.case = flow
                .home
                .notice_after(
                    flow.host_code,
                    certificate,
                    &since,
                    flow.host_district,
                    &flow.case,
                )
                .await?;
        }
        (Fate::MovesAway, OFFLINE_QUARTER) => {
            flow.case = flow.home.depart(certificate, &since, ELSEWHERE).await?;
        }
        _ => {}
    }
    Ok(flow)
}

/// The host takes in who moved within its city.
pub(super) async fn welcome(mut flow: Flow, number: usize, quarter: Quarter) -> Done {
    if (flow.fate, number) == (Fate::MovesWithin, MOVING_QUARTER) {
        let arrived = on(quarter, MOVING_DAY + 2);
        flow.host.accept(&flow.case, &arrived.to_string()).await?;
        place(&mut flow, "第三流动党员支部", arrived).await?;
    }
    Ok(flow)
}

/// The quarter's ordinary papers, from the placement on: activity days, dues, conduct at the host; a contact from home.
pub(super) async fn record(flow: Flow, quarter: Quarter) -> Done {
    let Some(placed) = flow.placed else {
        return Ok(flow);
    };
    let absent = flow.person.phone.ends_with('7');
    let mut months = 0;
    let mut from = None;
    for (number, month) in quarter.months().into_iter().enumerate() {
        let held = month.first_day().plus_days(ACTIVITY_DAY);
        if held < placed {
            continue;
        }
        let presence = if absent && number == 1 {
            x::Presence::AbsentWithReason
        } else {
            x::Presence::Present
        };
        flow.host
            .attendance(&flow.case, &held.to_string(), presence)
            .await?;
        months += 1;
        from = from.or(Some(month.to_string()));
    }
    let from = from.unwrap_or_default();
    let receipt = format!("{quarter}-{}", flow.person.certificate);
    let fen = 500 * i64::from(months);
    flow.host
        .dues(&flow.case, &from, months, fen, &day(quarter, 60), &receipt)
        .await?;
    if flow.fate == Fate::PaysTwice {
        flow.home
            .dues(&flow.case, &from, months, fen, &day(quarter, 61), &receipt)
            .await?;
    }
    let grade = x::ConductGrade::Good;
    flow.host
        .conduct(&flow.case, &quarter.to_string(), grade)
        .await?;
    flow.home.contact(&flow.case, &day(quarter, 60)).await?;
    Ok(flow)
}
