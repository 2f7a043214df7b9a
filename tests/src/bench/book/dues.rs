//! Dues of a large committee: the list of a month, who owes, and what is published of two years.

use std::{path::Path, time::Instant};

use hongyan_proto::{
    id::{Fen, MemberId},
    letter::{DuesBase, DuesClass},
    pb::office::v1 as o,
    time::{Day, Month},
};
use o::dues_service_client::DuesServiceClient;

use super::{
    Figure, ROUNDS,
    entry::{Event, actor, payment},
    fill, median,
};
use crate::{bench::BenchError, town::Node};

/// Months that were paid for, the present one included.
const MONTHS: u32 = 24;
/// Of so many members one did not pay in a month.
const UNPAID: usize = 20;
/// A list is asked for by somebody who waits for it, in milliseconds.
const MOST_MS: f64 = 300.0;

fn base(member: MemberId, from: Month) -> Event {
    let base = DuesBase {
        member_id: Some(member),
        case_id: None,
        from,
        class: DuesClass::Salaried,
        income: Some(Fen(420_000)),
        amount: None,
        counts_on: from.first_day(),
        actor: actor(),
    };
    Event::on(from.first_day(), base)
}

/// Everybody's base, and month by month the payments of all but a few.
pub(super) fn events(members: &[MemberId], (from, today): (Month, Day)) -> Vec<Event> {
    let mut events: Vec<Event> = members.iter().map(|member| base(*member, from)).collect();
    let mut number = 0;
    for passed in 0..MONTHS {
        let month = from.plus_months(passed);
        let on = month.first_day().plus_days(9).min(today);
        for (at, member) in members.iter().enumerate() {
            if (at + usize::try_from(passed).unwrap_or_default()) % UNPAID > 0 {
                number += 1;
                events.push(payment(*member, (month, 1, 4_200), (on, number)));
            }
        }
    }
    events
}

/// The first month that was paid for.
pub(super) fn first(today: Day) -> Month {
    // Two years back and a month on.
    let (year, month) = (today.date().year(), today.date().month());
    let before = Day::new(year - 2, month, 1).unwrap_or(today);
    before.month().plus_months(1)
}

pub(super) async fn measure(
    program: &Path,
    folder: &Path,
    members: usize,
    today: Day,
) -> Result<Vec<Figure>, BenchError> {
    let data = folder.join("dues");
    let filled = data.clone();
    let filling = tokio::task::spawn_blocking(move || fill::with_dues(&filled, members, today));
    filling
        .await
        .map_err(|error| BenchError::Tool(error.to_string()))??;
    let mut node = Node::over(program, &data, fill::CODE, fill::REGION).await?;
    node.start_passive().await?;
    let mut client = DuesServiceClient::new(node.desk().channel());
    let (mut list, mut arrears, mut publish) = (Vec::new(), Vec::new(), Vec::new());
    let said = |error: tonic::Status| BenchError::Tool(error.to_string());
    for _ in 0..ROUNDS {
        let begin = Instant::now();
        let asked = o::ListDuesRequest::default();
        client.list_dues(asked).await.map_err(said)?;
        list.push(millis(begin));
        let begin = Instant::now();
        let asked = o::ListDuesArrearsRequest::default();
        client.list_dues_arrears(asked).await.map_err(said)?;
        arrears.push(millis(begin));
        let begin = Instant::now();
        let asked = o::PublishDuesRequest {
            from: first(today).to_string(),
            until: today.month().to_string(),
            ..o::PublishDuesRequest::default()
        };
        client.publish_dues(asked).await.map_err(said)?;
        publish.push(millis(begin));
    }
    node.stop().await?;
    Ok(vec![
        Figure::new("dues, list of a month, ms", median(list), MOST_MS),
        Figure::new("dues, arrears, ms", median(arrears), MOST_MS),
        Figure::new(
            "dues, publication of two years, ms",
            median(publish),
            MOST_MS,
        ),
    ])
}

fn millis(begin: Instant) -> f64 {
    begin.elapsed().as_secs_f64() * 1000.0
}
