//! Wiring: gives the office its ways to the network, which are the link's. Values only change their clothes here.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use hongyan_proto::{
    channel::ChannelError,
    id::{KeyId, OrganizationCode},
    identity::{Endpoint, Invitation},
    letter::GatewayEnrolled,
};
use tokio::sync::mpsc;

use crate::{
    book,
    link::{
        Caller, Check, CheckName, CheckState, End, Identity, LetterFailure, Link, LinkError,
        Outcome, Progress, Reason, Redeem, Standing,
    },
    office::{
        Carrier, CheckStep, Introduction, Letter, Meeting, Office, OfficeError, Organization,
        SyncOutcome, SyncPhase, SyncProgress, Wanted,
    },
    sync::letter::LetterError,
};

/// How far a session is is told at most ten times a second.
const PROGRESS_EVERY: Duration = Duration::from_millis(100);

const DIALLING: SyncPhase = SyncPhase(1);
const HELLO: SyncPhase = SyncPhase(2);
const FRAMES: SyncPhase = SyncPhase(3);

/// The office's ways to the network.
pub(crate) fn carrier(link: &Link) -> Carrier {
    let links = || link.clone();
    let (introducing, checking, syncing, exporting) = (links(), links(), links(), links());
    let (importing, enrolling, submitting, changed) = (links(), links(), links(), links());
    let (renewing, showing) = (links(), links());
    let trying = links();
    Carrier {
        meet: Box::new(move |invitation| {
            let link = introducing.clone();
            Box::pin(async move { meet(&link, invitation).await })
        }),
        check: Box::new(move |key| {
            let link = checking.clone();
            Box::pin(async move {
                let steps = link.check(key).await.unwrap_or_default();
                steps.into_iter().map(check_step).collect()
            })
        }),
        sync: Box::new(move |(key, progress)| {
            let link = syncing.clone();
            Box::pin(async move { sync(&link, key, progress).await })
        }),
        export: Box::new(move |(key, wanted)| {
            let link = exporting.clone();
            Box::pin(async move { export(&link, key, wanted).await })
        }),
        import: Box::new(move |bytes| {
            let link = importing.clone();
            Box::pin(async move {
                let start = Instant::now();
                let read = link
                    .import_letter(bytes)
                    .await
                    .map_err(|failure| letter_error(failure, "信件作者 the letter's author"))?;
                Ok(sync_outcome(read.partner, read.outcome, start))
            })
        }),
        enroll: Box::new(move |(invitation, own, superior)| {
            let link = enrolling.clone();
            Box::pin(async move { enroll(&link, &invitation, &own, superior.as_ref()).await })
        }),
        submit: Box::new(move |(gateway, report)| {
            let link = submitting.clone();
            Box::pin(async move { submit(&link, &gateway, report).await })
        }),
        next_try: Box::new(move |key| trying.next_try(&key)),
        partners_changed: Box::new(move || {
            if let Err(error) = changed.refresh_pins() {
                tracing::error!(%error, "the pins could not be made what the book says");
            }
        }),
        renew_tls: Box::new(move || {
            renewing
                .renew_tls()
                .map_err(|error| OfficeError::Damaged(error.to_string()))
        }),
        shown_tls: Box::new(move || {
            let shown = showing.tls().current();
            (shown.not_after(), shown.peer().spki_hash)
        }),
    }
}

/// How the exchange port redeems an invitation: by the office.
pub(crate) fn redeem(office: Office) -> Redeem {
    Arc::new(move |caller: Caller| {
        let office = office.clone();
        Box::pin(async move {
            let introduction = Introduction {
                key: caller.key,
                succession: caller.succession,
                organization: organization(caller.identity),
                epoch: caller.epoch,
                held: caller.held,
            };
            let answer = office
                .redeem(caller.secret, introduction)
                .await
                .map_err(|error| {
                    let reason = match error {
                        OfficeError::InvitationUnknown => Reason::InvitationUnknown,
                        OfficeError::InvitationExpired => Reason::InvitationExpired,
                        OfficeError::InvitationUsed => Reason::InvitationUsed,
                        OfficeError::AlreadyPartner(_) => Reason::AlreadyPartner,
                        OfficeError::Store(_) | OfficeError::Damaged(_) => Reason::Store,
                        _ => Reason::Malformed,
                    };
                    tracing::warn!(%error, "an invitation was not redeemed");
                    reason
                })?;
            Ok((identity(&answer.organization)?, answer.epoch))
        })
    })
}

fn organization(identity: Identity) -> Organization {
    Organization {
        code: identity.code,
        name: identity.name,
        region: identity.region,
        endpoint: identity
            .endpoint
            .map(|endpoint| endpoint.to_string())
            .unwrap_or_default(),
    }
}

fn identity(organization: &Organization) -> Result<Identity, Reason> {
    let endpoint = Some(organization.endpoint.as_str()).filter(|text| !text.is_empty());
    let endpoint = endpoint.map(str::parse::<Endpoint>).transpose();
    Ok(Identity {
        code: organization.code.clone(),
        name: organization.name.clone(),
        region: organization.region.clone(),
        endpoint: endpoint.map_err(|_| Reason::Malformed)?,
    })
}

fn own_identity(own: &Organization) -> Result<Identity, OfficeError> {
    identity(own).map_err(|_| {
        let words = "应为 主机:端口 write it as host:port";
        OfficeError::field("endpoint", words)
    })
}

async fn meet(link: &Link, invitation: Invitation) -> Result<Meeting, OfficeError> {
    let error = |error, invitation: &Invitation| match error {
        LinkError::Channel(ChannelError::RefusedByPeer) => OfficeError::InvitationClosed,
        other => link_error(other, invitation.code.as_str()),
    };
    let met = link.meet(&invitation).await;
    let met = met.map_err(|failed| error(failed, &invitation))?;
    let (key, succession) = (met.key, met.succession.clone());
    Ok(Meeting {
        key,
        succession: succession.clone(),
        introduce: Box::new(move |own: Introduction| {
            Box::pin(async move {
                let who = own_identity(&own.organization)?;
                let said = met.introduce(&invitation.secret, &who, (own.epoch, own.held));
                let said = said.await.map_err(|failed| error(failed, &invitation))?;
                Ok(Introduction {
                    key,
                    succession,
                    organization: organization(said.identity),
                    epoch: said.epoch,
                    held: None,
                })
            })
        }),
    })
}

async fn enroll(
    link: &Link,
    invitation: &Invitation,
    own: &Organization,
    superior: Option<&OrganizationCode>,
) -> Result<Organization, OfficeError> {
    let superior = superior.map_or("", OrganizationCode::as_str);
    let enrolled = link
        .enroll(invitation, &own_identity(own)?, superior)
        .await
        .map_err(|error| gateway_error(error, invitation.code.as_str()))?;
    Ok(Organization {
        code: enrolled.code,
        name: enrolled.name,
        region: enrolled.region,
        endpoint: enrolled.endpoint.to_string(),
    })
}

async fn submit(
    link: &Link,
    gateway: &GatewayEnrolled,
    (report, signature): (Vec<u8>, Vec<u8>),
) -> Result<(u32, i64, bool), OfficeError> {
    let damaged = || OfficeError::Damaged("网关记录 gateway record".to_owned());
    let endpoint: Endpoint = gateway.endpoint.as_str().parse().map_err(|_| damaged())?;
    let key =
        hongyan_proto::identity::PublicKey::from_slice(&gateway.key).map_err(|_| damaged())?;
    let kept = link
        .submit(&endpoint, key, report.into(), signature.into())
        .await;
    let kept = kept.map_err(|error| gateway_error(error, gateway.code.as_str()))?;
    Ok((kept.revision, kept.received.millis(), kept.repeated))
}

/// What a gateway refuses it says in words of its own.
fn gateway_error(error: LinkError, whom: &str) -> OfficeError {
    match error {
        LinkError::Status(_, words) => OfficeError::GatewayRefused(words),
        other => link_error(other, whom),
    }
}

async fn sync(
    link: &Link,
    key: KeyId,
    progress: mpsc::Sender<SyncProgress>,
) -> Result<SyncOutcome, OfficeError> {
    let start = Instant::now();
    // Whoever watches may have gone away; the session goes on.
    let _ = progress.try_send(SyncProgress {
        phase: DIALLING,
        ..SyncProgress::default()
    });
    let last = Arc::new(Mutex::new(start));
    let outcome = link.sync(key, move |at| tell(&progress, &last, at)).await;
    Ok(sync_outcome(
        key,
        outcome.map_err(|error| link_error(error, &name(link, key)))?,
        start,
    ))
}

fn tell(progress: &mpsc::Sender<SyncProgress>, last: &Mutex<Instant>, at: Progress) {
    let mut last = last.lock().unwrap_or_else(PoisonError::into_inner);
    if last.elapsed() < PROGRESS_EVERY {
        return;
    }
    *last = Instant::now();
    let moving = at.sent + at.received > 0;
    let _ = progress.try_send(SyncProgress {
        phase: if moving { FRAMES } else { HELLO },
        sent: at.sent,
        to_send: at.to_send,
        received: at.received,
        to_receive: at.to_receive,
    });
}

async fn export(link: &Link, key: KeyId, wanted: Wanted) -> Result<Letter, OfficeError> {
    let letter = match wanted {
        Wanted::New => link.export_letter(key, None).await,
        Wanted::From(from) => link.export_letter(key, Some(from)).await,
        Wanted::Question => link.export_question(key).await,
    };
    let letter = letter.map_err(|failure| letter_error(failure, &name(link, key)))?;
    let author = link.tls().current().peer().key_id.to_string();
    let range = &letter.own;
    Ok(Letter {
        filename: format!("hongyan-{}-{}-{}.age", &author[..8], range.start, range.end),
        from: range.start,
        until: range.end,
        bytes: letter.bytes,
    })
}

fn sync_outcome(partner: KeyId, outcome: Outcome, start: Instant) -> SyncOutcome {
    let complete = outcome.complete();
    let (stop, why) = match outcome.end {
        End::Settled | End::Again => (None, None),
        End::Stopped(stop) => (Some(stop), None),
        End::Cut(words) => (None, Some(words)),
        End::Closing => (None, Some("本节点正在关闭 this node is closing".to_owned())),
    };
    SyncOutcome {
        partner,
        situation: match outcome.standing {
            Standing::Unknown => 0,
            Standing::Equal => 1,
            Standing::Ahead => 2,
            Standing::Behind => 3,
            Standing::Both => 4,
            Standing::LostHere => 5,
            Standing::LostThere => 6,
            Standing::Fork => 7,
            Standing::EpochChanged => 8,
            Standing::Version => 9,
        },
        complete,
        sent: outcome.sent,
        received: outcome.received,
        recovered: outcome.recovered,
        refused_here: outcome.refused,
        stop,
        why,
        micros: u64::try_from(start.elapsed().as_micros()).unwrap_or(u64::MAX),
    }
}

fn check_step(check: Check) -> CheckStep {
    CheckStep {
        name: match check.name {
            CheckName::Name => 1,
            CheckName::Port => 2,
            CheckName::Tls => 3,
            CheckName::Key => 4,
            CheckName::Clock => 5,
            CheckName::Version => 6,
            CheckName::Agreement => 7,
            CheckName::Backlog => 8,
        },
        state: match check.state {
            CheckState::Ok => 1,
            CheckState::Warn => 2,
            CheckState::Failed => 3,
            CheckState::Skipped => 4,
        },
        found: (check.found.zh, check.found.en),
        remedy: (check.remedy.zh, check.remedy.en),
        micros: u64::try_from(check.took.as_micros()).unwrap_or(u64::MAX),
    }
}

/// What people call a partner.
fn name(link: &Link, key: KeyId) -> String {
    let partner = book::partner(link.store(), key);
    partner.map_or_else(|_| key.to_string(), |partner| partner.code.to_string())
}

fn link_error(error: LinkError, whom: &str) -> OfficeError {
    match error {
        LinkError::Refused(Reason::InvitationUnknown) => OfficeError::InvitationUnknown,
        LinkError::Refused(Reason::InvitationExpired) => OfficeError::InvitationExpired,
        LinkError::Refused(Reason::InvitationUsed) => OfficeError::InvitationUsed,
        LinkError::Refused(Reason::AlreadyPartner) => OfficeError::AlreadyPartner(whom.to_owned()),
        LinkError::Refused(Reason::Revoked) => OfficeError::RevokedThere(whom.to_owned()),
        LinkError::RevokedHere => OfficeError::Revoked(whom.to_owned()),
        LinkError::Refused(Reason::Fork) => OfficeError::Fork(whom.to_owned()),
        LinkError::Book(error) => error.into(),
        LinkError::Store(error) => error.into(),
        other => OfficeError::Unreachable(other.to_string()),
    }
}

fn letter_error(failure: LetterFailure, whom: &str) -> OfficeError {
    use hongyan_proto::sealed::SealedError;
    match failure {
        LetterFailure::Sealed(SealedError::NotForUs) => OfficeError::LetterNotForUs,
        LetterFailure::Letter(LetterError::Gap { expected, found }) => OfficeError::LetterGap {
            first: found,
            held: expected,
        },
        LetterFailure::Lost | LetterFailure::Letter(LetterError::LostEntries { .. }) => {
            OfficeError::LostEntries(whom.to_owned())
        }
        LetterFailure::Letter(LetterError::Stop(stop)) => OfficeError::Stopped(stop),
        LetterFailure::Revoked => OfficeError::Revoked(whom.to_owned()),
        LetterFailure::Forked => OfficeError::Fork(whom.to_owned()),
        LetterFailure::UnknownAuthor(key) => OfficeError::NotFound {
            what: "结对党组织",
            what_en: "partner",
            name: key.to_string(),
        },
        LetterFailure::Book(error) => error.into(),
        LetterFailure::Sealed(_) | LetterFailure::TooLong | LetterFailure::KeyRetired { .. } => {
            OfficeError::LetterMalformed(failure.to_string())
        }
    }
}
