//! `sync`: brings a correspondence up to date over a connection.

use clap::Args;
use hongyan_proto::{
    json::json_text,
    pb::office::v1::{
        ListPartnersRequest, PartnerState, SyncOutcome, SyncPartnerRequest, SyncStatusRequest,
        SyncStatusResponse, sync_partner_response::Event,
    },
};

use super::{
    Failure,
    lang::Lang,
    progress::Bar,
    session::{Ended, Session, client, fields, table},
    table::{BAD, GOOD},
    values::{show_micros, show_time},
    words,
};

/// With whom.
#[derive(Args, Debug)]
#[command(
    after_help = "例 Example:\n  hongyan-node sync 340800-002\n  hongyan-node sync --all\n  hongyan-node sync --status"
)]
pub(super) struct Sync {
    /// 对方; 只有一个对方时可省 Partner; not needed with one partner
    #[arg(default_value = "", hide_default_value = true)]
    partner: String,
    /// 逐一与所有对方 With every partner, one after the other
    #[arg(long, conflicts_with = "partner")]
    all: bool,
    /// 只看情况, 不连接 Only show how it stands, do not dial
    #[arg(long)]
    status: bool,
}

pub(super) async fn run(sync: Sync, session: &mut Session<'_>) -> Result<Ended, Failure> {
    if sync.status {
        let answer = client!(session, sync_service_client::SyncServiceClient)
            .sync_status(SyncStatusRequest {
                partner: sync.partner,
            })
            .await?
            .into_inner();
        session.show(&answer, status)?;
        return Ok(Ended::Well);
    }
    let partners = if sync.all {
        everyone(session).await?
    } else {
        vec![sync.partner]
    };
    let mut complete = true;
    for partner in partners {
        complete &= match one(partner, session).await {
            Ok(complete) => complete,
            // One partner that cannot be reached does not keep the others waiting.
            Err(failure) if sync.all => {
                session.io.failed(&failure, session.lang);
                false
            }
            Err(failure) => return Err(failure),
        };
    }
    Ok(Ended::well_if(complete))
}

async fn everyone(session: &Session<'_>) -> Result<Vec<String>, Failure> {
    let partners = client!(session, partner_service_client::PartnerServiceClient)
        .list_partners(ListPartnersRequest { revoked: false })
        .await?
        .into_inner()
        .partners;
    Ok(partners
        .into_iter()
        .filter(|partner| partner.state != PartnerState::Revoked as i32)
        .map(|partner| partner.fingerprint)
        .collect())
}

async fn one(partner: String, session: &mut Session<'_>) -> Result<bool, Failure> {
    let request = SyncPartnerRequest {
        actor: session.actor()?,
        partner,
    };
    let mut events = client!(session, sync_service_client::SyncServiceClient)
        .sync_partner(request)
        .await?
        .into_inner();
    let bar = Bar::new(session.io);
    while let Some(event) = events.message().await? {
        if session.io.json {
            session.io.line(&json_text(&event))?;
        }
        match event.event {
            Some(Event::Progress(progress)) => bar.set(
                progress.sent + progress.received,
                progress.to_send + progress.to_receive,
                &words::show(words::PHASES, progress.phase, session.lang),
            ),
            Some(Event::Outcome(end)) => {
                drop(bar);
                if !session.io.json {
                    let text = outcome(&end, session.lang);
                    session.io.line(&text)?;
                }
                return Ok(end.complete);
            }
            None => {}
        }
    }
    Err(Failure::incomplete("outcome"))
}

/// How a session ended, in words.
pub(super) fn outcome(outcome: &SyncOutcome, lang: Lang) -> String {
    let mark = if outcome.complete { GOOD } else { BAD };
    fields(lang)
        .add("互通", "sync", format!("{mark} {}", outcome.partner))
        .add(
            "情形",
            "situation",
            words::show(words::SITUATIONS, outcome.situation, lang),
        )
        .add("发出", "sent", outcome.sent)
        .add("收到", "received", outcome.received)
        .add("找回", "recovered", nonzero(outcome.recovered))
        .add("我方拒收", "refused here", nonzero(outcome.refused_here))
        .add("对方拒收", "refused there", nonzero(outcome.refused_there))
        .add("原因", "why", lang.words(outcome.why.as_ref()))
        .add("怎么办", "remedy", lang.words(outcome.remedy.as_ref()))
        .add("用时", "took", show_micros(outcome.micros))
        .render()
}

fn nonzero(count: u64) -> String {
    if count == 0 {
        String::new()
    } else {
        count.to_string()
    }
}

fn status(answer: &SyncStatusResponse, lang: Lang) -> String {
    let mut rows = table(
        lang,
        &[
            ("对方", "partner"),
            ("我方条数", "our entries"),
            ("对方已收", "received"),
            ("对方已入账", "applied"),
            ("对方条数", "their entries"),
            ("上次", "last"),
            ("结果", "outcome"),
            ("重试", "retry"),
        ],
    );
    for line in &answer.partners {
        let partner = line.partner.clone().unwrap_or_default();
        let last = line.last.as_ref().map_or_else(String::new, |last| {
            let mark = if last.complete { GOOD } else { BAD };
            format!("{mark} {}", lang.words(last.why.as_ref()))
                .trim()
                .to_owned()
        });
        rows.row([
            partner.organization.unwrap_or_default().code,
            line.own_size.to_string(),
            line.acknowledged.to_string(),
            line.applied.to_string(),
            line.held.to_string(),
            show_time(line.last_ms),
            last,
            show_time(line.retry_ms),
        ]);
    }
    rows.render(lang)
}
