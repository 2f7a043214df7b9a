//! One-time invitations: written, and asked for their secret.

use hongyan_proto::{
    id::{Epoch, Hash},
    identity::{Endpoint, IdentityKey, Invitation, InvitationSecret, PublicKey, Purpose},
    letter::InvitationIssued,
    time::Timestamp,
};
use sha2::{Digest, Sha256};

use crate::{
    book,
    office::{Answer, Office, OfficeError, Request, error::At},
    store::Draft,
};

const HOUR_MS: i64 = 3_600_000;
/// How long an invitation works when nobody says otherwise, in hours.
const INVITATION_HOURS: u32 = 72;
const INVITATION_HOURS_MAX: u32 = 720;

/// Writes a one-time invitation. The secret follows from the identity key and the request's number, so that a repeated request
/// gives the same text though the secret is stored nowhere.
pub(in crate::office) async fn invite(
    office: &Office,
    request: Request,
    endpoint: &str,
    hours: u32,
) -> Result<(Invitation, Answer), OfficeError> {
    let endpoint = if endpoint.is_empty() {
        &office.organization.endpoint
    } else {
        endpoint
    };
    let endpoint: Endpoint = endpoint
        .parse()
        .map_err(|error| OfficeError::field("endpoint", error))?;
    let hours = if hours == 0 { INVITATION_HOURS } else { hours };
    if hours > INVITATION_HOURS_MAX {
        return Err(OfficeError::field(
            "valid_hours",
            "应为 1–720  must be 1 to 720",
        ));
    }
    let secret = secret_of(&office.key(), &request)?;
    let hash = secret.hash();
    let expires = office.now().plus_millis(i64::from(hours) * HOUR_MS);
    let answer = office
        .write(request, move |desk| {
            let issued = InvitationIssued {
                secret_hash: hash,
                expires_ms: expires,
                actor: desk.actor.clone(),
            };
            desk.enter(&issued.into(), None)?;
            Ok(Answer {
                extra: expires.millis().to_be_bytes().to_vec().into(),
                ..Answer::default()
            })
        })
        .await?;
    // From now on a stranger may knock.
    office.partners_changed();
    // A repeated request keeps the first one's expiry.
    let expires = answer.extra.as_ref().try_into().map_or(expires, |bytes| {
        Timestamp::from_millis(i64::from_be_bytes(bytes))
    });
    let organization = office.organization();
    let invitation = Invitation {
        endpoint,
        code: organization.code.clone(),
        name: organization.name.clone(),
        region: organization.region.clone(),
        key: office.public(),
        secret,
        expires,
        purpose: Purpose::Partner,
    };
    Ok((invitation, answer))
}

fn derive(key: &IdentityKey, purpose: &[u8], parts: &[&[u8]]) -> [u8; 16] {
    let mut hasher = Sha256::new();
    hasher.update(purpose);
    hasher.update(key.seed().as_slice());
    for part in parts {
        hasher.update(part);
    }
    let digest = hasher.finalize();
    let mut short = [0; 16];
    short.copy_from_slice(&digest[..16]);
    short
}

fn secret_of(key: &IdentityKey, request: &Request) -> Result<InvitationSecret, OfficeError> {
    InvitationSecret::from_slice(&derive(
        key,
        b"hongyan/invitation-secret-of-request/v1\n",
        &[&request.id, &request.digest],
    ))
    .at("request_id")
}

/// The epoch of the log to a new partner. It follows from the invitation, so that a node that lost the answer and tries again is the
/// same correspondence.
pub(super) fn epoch_of(key: &IdentityKey, partner: &PublicKey, secret: &InvitationSecret) -> Epoch {
    Epoch::from_bytes(derive(
        key,
        b"hongyan/epoch-of-invitation/v1\n",
        &[partner.as_bytes(), secret.hash().as_bytes()],
    ))
}

/// How an invitation's secret stands.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Secret {
    Open,
    Used,
}

/// `again`: whoever asks is pinned, and may have lost the answer.
pub(super) fn check_secret(
    draft: &Draft<'_>,
    hash: Hash,
    again: bool,
    now: Timestamp,
) -> Result<Secret, OfficeError> {
    let Some((expires, used)) = book::invitation(draft, hash)? else {
        return Err(OfficeError::InvitationUnknown);
    };
    match (used, again) {
        (true, false) => Err(OfficeError::InvitationUsed),
        (true, true) => Ok(Secret::Used),
        (false, _) if now >= expires => Err(OfficeError::InvitationExpired),
        (false, _) => Ok(Secret::Open),
    }
}
