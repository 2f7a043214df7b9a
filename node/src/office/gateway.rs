//! The way to the departments' gateways: enrolled once at each, then reported to quarter by quarter.

use hongyan_proto::{
    id::OrganizationCode,
    identity::{Invitation, PublicKey, Purpose},
    letter::{GatewayEnrolled, Payload, Text},
    log::Kind,
    report::SignedReport,
    time::Quarter,
};

use super::{Answer, Office, OfficeError, Request, error::At, report};
use crate::{
    book::Shelf as _,
    store::{Draft, View},
};

/// The gateways this node reports to, by code.
pub(super) fn enrolled(office: &Office) -> Result<Vec<GatewayEnrolled>, OfficeError> {
    let mut gateways = Vec::new();
    for (_, bytes) in office.store.scan(View::Gateway, &[])? {
        match Payload::decode(Kind::Gateway, &bytes) {
            Ok(Payload::Gateway(gateway)) => gateways.push(gateway),
            _ => return Err(OfficeError::Damaged("视图 gateway view".to_owned())),
        }
    }
    gateways.sort_by(|a, b| (&a.code, a.key).cmp(&(&b.code, b.key)));
    Ok(gateways)
}

/// The gateways that a person means: all of them, or the one called so.
fn named(office: &Office, name: &str) -> Result<Vec<GatewayEnrolled>, OfficeError> {
    let mut gateways = enrolled(office)?;
    if gateways.is_empty() {
        return Err(OfficeError::NotEnrolled);
    }
    gateways.retain(|gateway| {
        let fingerprint = PublicKey::from_slice(&gateway.key).map(|key| key.key_id().to_string());
        name.is_empty()
            || gateway.code.as_str() == name
            || fingerprint.is_ok_and(|fingerprint| name.len() >= 8 && fingerprint.starts_with(name))
    });
    if gateways.is_empty() {
        return Err(OfficeError::not_found(("上级网关", "gateway"), name));
    }
    Ok(gateways)
}

/// Redeems a gateway's invitation and pins its key.
pub(super) async fn enroll(
    office: &Office,
    request: Request,
    text: &str,
    superior: &str,
) -> Result<(GatewayEnrolled, Answer), OfficeError> {
    let invitation = Invitation::parse(text)?;
    if invitation.purpose != Purpose::Report {
        return Err(OfficeError::InvitationWrongKind);
    }
    if invitation.expired(office.now()) {
        return Err(OfficeError::InvitationExpired);
    }
    let superior = match superior {
        "" => None,
        text => Some(OrganizationCode::parse(text).at("superior")?),
    };
    let endpoint = invitation.endpoint.to_string();
    let key = invitation.key;
    let own = office.organization().clone();
    let reply = (office.carrier()?.enroll)((invitation, own, superior.clone())).await?;
    let answer = office
        .write(request, move |desk| {
            let enrolled = GatewayEnrolled {
                key: *key.as_bytes(),
                code: reply.code.clone(),
                name: Text::parse(reply.name.as_str()).at("name")?,
                endpoint: Text::parse(&endpoint).at("endpoint")?,
                actor: desk.actor.clone(),
                superior,
            };
            desk.enter(&enrolled.into(), None)?;
            Ok(Answer::default())
        })
        .await?;
    office.partners_changed();
    let found = enrolled(office)?
        .into_iter()
        .find(|gateway| gateway.key == *key.as_bytes());
    found
        .map(|gateway| (gateway, answer))
        .ok_or(OfficeError::NotEnrolled)
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

/// What a gateway said it keeps of a quarter.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Reported {
    pub(super) quarter: Quarter,
    pub(super) revision: u32,
    pub(super) received_ms: i64,
}

fn reported_key(gateway: &[u8; 32], quarter: Option<Quarter>) -> Vec<u8> {
    let quarter = quarter.map(|quarter| quarter.to_string());
    [
        &b"reported/"[..],
        gateway,
        quarter.unwrap_or_default().as_bytes(),
    ]
    .concat()
}

/// The last quarter a gateway has. Quarters sort as their text does.
pub(super) fn last_reported(
    office: &Office,
    gateway: &GatewayEnrolled,
) -> Result<Option<Reported>, OfficeError> {
    let damaged = || OfficeError::Damaged("上报记录 report record".to_owned());
    let prefix = reported_key(&gateway.key, None);
    let Some((key, value)) = office.store.scan(View::Setting, &prefix)?.pop() else {
        return Ok(None);
    };
    let quarter = std::str::from_utf8(&key[prefix.len()..]).map_err(|_| damaged())?;
    let (revision, received) = value.split_at_checked(4).ok_or_else(damaged)?;
    Ok(Some(Reported {
        quarter: quarter.parse().map_err(|_| damaged())?,
        revision: u32::from_be_bytes(revision.try_into().map_err(|_| damaged())?),
        received_ms: i64::from_be_bytes(received.try_into().map_err(|_| damaged())?),
    }))
}

/// The quarter that ended last, unless a gateway has it: each gateway has its own state.
pub(super) fn due(
    office: &Office,
    gateway: &GatewayEnrolled,
) -> Result<Option<Quarter>, OfficeError> {
    let ended = Quarter::of(office.today()).previous();
    Ok(match last_reported(office, gateway)? {
        Some(last) if last.quarter >= ended => None,
        Some(last) => Some(last.quarter.next()),
        None => Some(ended),
    })
}

/// What would go up, without sending it: as the first gateway would have it.
pub(super) fn preview(office: &Office, quarter: Quarter) -> Result<SignedReport, OfficeError> {
    let gateways = enrolled(office)?;
    let superior = gateways
        .first()
        .and_then(|gateway| gateway.superior.as_ref());
    report::compile(
        office,
        quarter,
        last_revision(office, quarter)? + 1,
        superior,
    )
}

/// What a gateway said to a report.
#[derive(Clone, Debug)]
pub(super) struct Submitted {
    pub(super) report: SignedReport,
    pub(super) revision: u32,
    pub(super) received_ms: i64,
    pub(super) repeated: bool,
}

/// What each gateway said, by code.
pub(super) type Receipts = Vec<(OrganizationCode, Result<Submitted, OfficeError>)>;

/// Compiles, signs and sends the report to each gateway. The revision is kept first: one that may have arrived is never used for
/// other counts.
pub(super) async fn submit(
    office: &Office,
    quarter: Quarter,
    gateway: &str,
) -> Result<Receipts, OfficeError> {
    let gateways = named(office, gateway)?;
    // A report of a quarter that still runs would be taken for its final one, which then nobody asks for.
    if office.today() <= quarter.last_day() {
        return Err(OfficeError::QuarterOpen(quarter));
    }
    office.carrier()?;
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
    let mut receipts = Receipts::new();
    for gateway in gateways {
        let said = submit_to(office, &gateway, (quarter, revision)).await;
        receipts.push((gateway.code, said));
    }
    if receipts.iter().all(|(_, said)| said.is_err())
        && let Some((_, Err(error))) = receipts.first()
    {
        return Err(error.clone());
    }
    Ok(receipts)
}

async fn submit_to(
    office: &Office,
    gateway: &GatewayEnrolled,
    (quarter, revision): (Quarter, u32),
) -> Result<Submitted, OfficeError> {
    let signed = report::compile(office, quarter, revision, gateway.superior.as_ref())?;
    let sent = (signed.bytes().to_vec(), signed.signature().to_vec());
    let (revision, received_ms, repeated) =
        (office.carrier()?.submit)((gateway.clone(), sent)).await?;
    let key = reported_key(&gateway.key, Some(quarter));
    let value = [&revision.to_be_bytes()[..], &received_ms.to_be_bytes()].concat();
    office
        .store
        .commit(move |draft: &mut Draft<'_>| {
            Ok::<_, OfficeError>(draft.put_view(View::Setting, &key, value)?)
        })
        .await?;
    Ok(Submitted {
        report: signed,
        revision,
        received_ms,
        repeated,
    })
}
