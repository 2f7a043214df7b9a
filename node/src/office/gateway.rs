//! The way to the department's gateway: enrolled once, then reported to quarter by quarter.

use hongyan_proto::{
    id::Epoch,
    identity::{Invitation, Purpose},
    letter::{GatewayEnrolled, Payload, Text},
    log::Kind,
    report::SignedReport,
    time::Quarter,
};

use super::{Answer, Introduction, Office, OfficeError, Request, error::At, report};
use crate::{
    book::Shelf as _,
    store::{Draft, View},
};

/// The gateway this node reports to.
pub(super) fn enrolled(office: &Office) -> Result<GatewayEnrolled, OfficeError> {
    let bytes = office
        .store
        .get(View::Gateway, b"enrolled")?
        .ok_or(OfficeError::NotEnrolled)?;
    match Payload::decode(Kind::Gateway, &bytes) {
        Ok(Payload::Gateway(gateway)) => Ok(gateway),
        _ => Err(OfficeError::Damaged("视图 gateway view".to_owned())),
    }
}

/// Redeems a gateway's invitation and pins its key.
pub(super) async fn enroll(
    office: &Office,
    request: Request,
    text: &str,
) -> Result<(GatewayEnrolled, Answer), OfficeError> {
    let invitation = Invitation::parse(text)?;
    if invitation.purpose != Purpose::Report {
        return Err(OfficeError::InvitationWrongKind);
    }
    if invitation.expired(office.now()) {
        return Err(OfficeError::InvitationExpired);
    }
    let endpoint = invitation.endpoint.to_string();
    let key = invitation.key;
    // A gateway keeps no log for this node, so the epoch says nothing to it.
    let own = Introduction {
        key: office.public(),
        organization: office.organization().clone(),
        epoch: Epoch::from_bytes([0; 16]),
    };
    let reply = (office.carrier()?.enroll)((invitation, own)).await?;
    let answer = office
        .write(request, move |desk| {
            let enrolled = GatewayEnrolled {
                key: *key.as_bytes(),
                code: reply.organization.code.clone(),
                name: Text::parse(reply.organization.name.as_str()).at("name")?,
                endpoint: Text::parse(&endpoint).at("endpoint")?,
                actor: desk.actor.clone(),
            };
            desk.enter(&enrolled.into(), None)?;
            Ok(Answer::default())
        })
        .await?;
    office.partners_changed();
    Ok((enrolled(office)?, answer))
}

fn revision_key(quarter: Quarter) -> Vec<u8> {
    format!("revision/{quarter}").into_bytes()
}

fn last_revision(office: &Office, quarter: Quarter) -> Result<u32, OfficeError> {
    let bytes = office.store.get(View::Setting, &revision_key(quarter))?;
    Ok(bytes
        .and_then(|bytes| bytes.as_ref().try_into().ok())
        .map_or(0, u32::from_be_bytes))
}

/// What would go up, without sending it.
pub(super) fn preview(office: &Office, quarter: Quarter) -> Result<SignedReport, OfficeError> {
    report::compile(office, quarter, last_revision(office, quarter)? + 1)
}

/// What the gateway said to a report.
#[derive(Clone, Debug)]
pub(super) struct Submitted {
    pub(super) report: SignedReport,
    pub(super) revision: u32,
    pub(super) received_ms: i64,
    pub(super) repeated: bool,
}

/// Compiles, signs and sends the report. The revision is kept first: one that may have arrived is never used for other counts.
pub(super) async fn submit(office: &Office, quarter: Quarter) -> Result<Submitted, OfficeError> {
    enrolled(office)?;
    let carrier = office.carrier()?.clone();
    let revision = last_revision(office, quarter)? + 1;
    office
        .store
        .commit(move |draft: &mut Draft<'_>| {
            Ok::<_, OfficeError>(draft.put_view(
                View::Setting,
                &revision_key(quarter),
                revision.to_be_bytes().to_vec(),
            )?)
        })
        .await?;
    let signed = report::compile(office, quarter, revision)?;
    let sent = (signed.bytes().to_vec(), signed.signature().to_vec());
    let (revision, received_ms, repeated) = (carrier.submit)(sent).await?;
    Ok(Submitted {
        report: signed,
        revision,
        received_ms,
        repeated,
    })
}
