//! Partners: invited, introduced, revoked, and what to do when a log cannot go on.

use hongyan_proto::{
    id::{Epoch, Hash, KeyId, LogOrigin},
    identity::{Endpoint, IdentityKey, Invitation, InvitationSecret, PublicKey, Purpose},
    letter::{
        EpochAccepted, EpochReset, InvitationIssued, PartnerAdded, PartnerRevoked, Payload, Text,
    },
    log::Kind,
    time::Timestamp,
};
use prost::Message;
use sha2::{Digest, Sha256};

use super::{
    Answer, Office, OfficeError, Organization, Request,
    desk::{self, Cut, Desk, writable},
    error::At,
    find,
};
use crate::{
    book::{self, Hindrance, Partner, PartnerState, Shelf},
    store::Draft,
};

const HOUR_MS: i64 = 3_600_000;
/// How long an invitation works when nobody says otherwise, in hours.
const INVITATION_HOURS: u32 = 72;
const INVITATION_HOURS_MAX: u32 = 720;

/// Who someone is, as said when two nodes meet.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Introduction {
    /// The identity key, as TLS proved it.
    pub key: PublicKey,
    /// The keys it had before, oldest first, as its certificate shows.
    pub before: Vec<PublicKey>,
    /// Who it is, in words.
    pub organization: Organization,
    /// The epoch of the log it will write to the other.
    pub epoch: Epoch,
    /// The epoch of the other's log of which it holds entries; none: of no log.
    pub held: Option<Epoch>,
}

/// What the inviting side answers.
pub type Redeemed = Introduction;

/// Writes a one-time invitation. The secret follows from the identity key and the request's number, so that a repeated request
/// gives the same text though the secret is stored nowhere.
pub(super) async fn invite(
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
            "应为 1–720 must be 1 to 720",
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
fn epoch_of(key: &IdentityKey, partner: &PublicKey, secret: &InvitationSecret) -> Epoch {
    Epoch::from_bytes(derive(
        key,
        b"hongyan/epoch-of-invitation/v1\n",
        &[partner.as_bytes(), secret.hash().as_bytes()],
    ))
}

/// `key`: the one that is pinned, which the pins follow to the one shown.
fn added(
    introduction: &Introduction,
    key: PublicKey,
    out: Epoch,
    actor: Text<60>,
) -> Result<Payload, OfficeError> {
    let organization = &introduction.organization;
    let endpoint = match organization.endpoint.as_str() {
        "" => None,
        text => Some(Text::parse(text).at("endpoint")?),
    };
    Ok(PartnerAdded {
        key: *key.as_bytes(),
        code: organization.code.clone(),
        name: Text::parse(organization.name.as_str()).at("name")?,
        region: organization.region.clone(),
        endpoint,
        out_epoch: out,
        in_epoch: Some(introduction.epoch),
        actor,
    }
    .into())
}

impl Office {
    /// The inviting side: someone redeems a secret. Once, before it expires; the same key may ask again when it lost the answer.
    pub async fn redeem(
        &self,
        secret: InvitationSecret,
        caller: Introduction,
    ) -> Result<Redeemed, OfficeError> {
        let now = self.now();
        let key = self.key();
        let (own, organization) = (self.public(), self.organization().clone());
        let fresh = epoch_of(&key, &caller.key, &secret);
        let keys = self.keys.clone();
        let epoch = self
            .store
            .commit(move |draft| {
                let hash = secret.hash();
                let met = met(draft, &caller)?;
                let epoch = met.as_ref().map_or(fresh, |met| met.out);
                // Whoever asks holds letters that this node does not know of any more: it was restored from before they met.
                if caller.held.is_some_and(|held| held != epoch) {
                    let code = caller.organization.code.to_string();
                    return Err(OfficeError::AlreadyPartner(code));
                }
                let again = met.as_ref().is_some_and(|met| met.is_pinned);
                let pinned = met.map_or(caller.key, |met| met.signer);
                if check_secret(draft, hash, again, now)? == Secret::Used {
                    return Ok(epoch);
                }
                if caller.key == own {
                    return Err(OfficeError::InvitationWrongKind);
                }
                let actor = Text::parse("邀请 invitation")?;
                let key = desk::valid(draft, &keys)?;
                if key.public() != own {
                    let words =
                        "密钥正在更换, 请重试 the key is being replaced this moment: try again";
                    return Err(OfficeError::Damaged(words.to_owned()));
                }
                let mut desk = Desk {
                    draft,
                    now,
                    today: now.day(),
                    actor: actor.clone(),
                    key,
                    written: Vec::new(),
                };
                let used = InvitationIssued {
                    secret_hash: hash,
                    expires_ms: now,
                    actor: actor.clone(),
                };
                desk.local(&used.into(), None)?;
                desk.local(&added(&caller, pinned, epoch, actor)?, None)?;
                Ok(epoch)
            })
            .await?;
        self.partners_changed();
        Ok(Introduction {
            key: own,
            before: Vec::new(),
            organization,
            epoch,
            held: None,
        })
    }

    pub(super) fn partners_changed(&self) {
        if let Some(carrier) = &self.carrier {
            (carrier.partners_changed)();
        }
    }
}

/// What this side knows of an organization that introduces itself once more.
struct Met {
    /// The newest key of it that is known here.
    signer: PublicKey,
    /// The epoch of the log written to it: both go on where they were.
    out: Epoch,
    /// Is it pinned?
    is_pinned: bool,
    /// Is what it says of itself what is written of it?
    is_unchanged: bool,
}

/// The partner that has or had one of these keys.
fn find_met(
    shelf: &impl Shelf,
    key: PublicKey,
    before: &[PublicKey],
) -> Result<Option<Partner>, OfficeError> {
    let mut known = book::partners(shelf)?.into_iter();
    let shown = |known: &PublicKey| *known == key || before.contains(known);
    Ok(known.find(|partner| partner.keys().any(|key| shown(&key))))
}

/// Was the other side met before? Refuses one that says it begins another log than the one that is held: its letters, or ours, would be lost
/// without a word. Where nothing was received yet, there is nothing to lose.
fn met(shelf: &impl Shelf, other: &Introduction) -> Result<Option<Met>, OfficeError> {
    let Some(partner) = find_met(shelf, other.key, &other.before)? else {
        return Ok(None);
    };
    // Restored from before it replaced its key: what is known here of it would not be continued.
    if other.key != partner.signer && !other.before.contains(&partner.signer) {
        return Err(OfficeError::AlreadyPartner(partner.code.to_string()));
    }
    let (out, incoming) = book::met(shelf, &partner)?;
    let same = incoming == Some(other.epoch);
    for log in &partner.incoming_logs {
        if !same && shelf.record(log.no)?.size() > 0 {
            return Err(OfficeError::AlreadyPartner(partner.code.to_string()));
        }
    }
    let said = &other.organization;
    let is_unchanged = partner.code == said.code
        && partner.name == said.name.as_str()
        && partner.region == said.region
        && partner.endpoint == said.endpoint;
    Ok(Some(Met {
        signer: partner.signer,
        out,
        is_pinned: partner.state != PartnerState::Revoked && same,
        is_unchanged,
    }))
}

/// How an invitation's secret stands.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Secret {
    Open,
    Used,
}

/// `again`: whoever asks is pinned, and may have lost the answer.
fn check_secret(
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

/// How the invited side introduces itself: when the two met before, by the log that there is, and by the one it holds.
pub(super) fn own_introduction(
    office: &Office,
    invitation: &Invitation,
    (key, before): (PublicKey, &[PublicKey]),
) -> Result<Introduction, OfficeError> {
    let store = &office.store;
    let known = find_met(store, key, before)?;
    let (epoch, held) = if let Some(partner) = &known {
        book::met(store, partner)?
    } else {
        let fresh = epoch_of(&office.key(), &invitation.key, &invitation.secret);
        (fresh, None)
    };
    let logs = known.iter().flat_map(|partner| &partner.incoming_logs);
    let mut sizes = logs.map(|log| store.log(log.no).map_or(0, |log| log.size()));
    Ok(Introduction {
        key: office.public(),
        before: Vec::new(),
        organization: office.organization().clone(),
        epoch,
        held: held.filter(|_| sizes.any(|size| size > 0)),
    })
}

/// The invited side: dials, redeems, pins.
pub(super) async fn accept(
    office: &Office,
    request: Request,
    text: &str,
) -> Result<(Partner, Answer), OfficeError> {
    let invitation = Invitation::parse(text)?;
    if invitation.purpose != Purpose::Partner || invitation.key == office.public() {
        return Err(OfficeError::InvitationWrongKind);
    }
    if invitation.expired(office.now()) {
        return Err(OfficeError::InvitationExpired);
    }
    // The link lets nobody answer but the invitation's key, or one that shows how it follows from that.
    let met = (office.carrier()?.meet)(invitation.clone()).await?;
    let (key, before) = (met.key, met.before);
    let own = own_introduction(office, &invitation, (key, &before))?;
    let epoch = own.epoch;
    let reply = (met.introduce)(own).await?;
    let answer = adopt(office, request, reply, epoch).await?;
    let partner = find_met(&office.store, key, &before)?
        .ok_or_else(|| OfficeError::not_found(("结对党组织", "partner"), key.to_string()))?;
    office.partners_changed();
    Ok((partner, answer))
}

/// Pins whoever answered to the invitation.
pub(super) async fn adopt(
    office: &Office,
    request: Request,
    reply: Introduction,
    epoch: Epoch,
) -> Result<Answer, OfficeError> {
    office
        .write(request, move |desk| {
            let met = met(desk.draft, &reply)?;
            if met
                .as_ref()
                .is_some_and(|met| met.is_pinned && met.is_unchanged)
            {
                return Ok(Answer::default());
            }
            let pinned = met.map_or(reply.key, |met| met.signer);
            let actor = desk.actor.clone();
            desk.enter(&added(&reply, pinned, epoch, actor)?, None)?;
            Ok(Answer::default())
        })
        .await
}

/// Removes the pin.
pub(super) async fn revoke(
    office: &Office,
    request: Request,
    partner: String,
    reason: Text<500>,
) -> Result<(Answer, KeyId), OfficeError> {
    let key = find::partner(&office.store, &partner)?.key_id;
    let answer = office
        .write(request, move |desk| {
            let partner = book::partner(desk.draft, key)?;
            if partner.state == PartnerState::Revoked {
                return Err(OfficeError::Revoked(partner.code.to_string()));
            }
            let revoked = PartnerRevoked {
                key: *partner.key.as_bytes(),
                reason,
                actor: desk.actor.clone(),
            };
            desk.enter(&revoked.into(), None)?;
            Ok(Answer::default())
        })
        .await?;
    office.partners_changed();
    Ok((answer, key))
}

/// Starts a new epoch of the own log, because entries are lost that nobody has, or because it has two histories.
pub(super) async fn reset_epoch(
    office: &Office,
    request: Request,
    partner: String,
    reason: Text<500>,
) -> Result<(Answer, KeyId), OfficeError> {
    let partner = find::partner(&office.store, &partner)?;
    let key = partner.key_id;
    // What the partner wrote by now is enough: a receipt that comes this moment could only raise the base.
    let receipts = book::receipts(&office.store, &partner)?;
    let answer = office
        .write(request, move |desk| {
            let partner = book::partner(desk.draft, key)?;
            match partner.may_write() {
                // While the log can be written, nothing is lost; but a proposal that was not taken can be made again.
                Ok(()) if book::proposed_here(desk.draft, &partner)?.is_none() => {
                    return Err(OfficeError::EpochNotNeeded);
                }
                // A log begun with a key that was given up would be believed by nobody.
                Err(Hindrance::Revoked | Hindrance::KeyLost) => {
                    return writable(&partner).map(|()| Answer::default());
                }
                Ok(())
                | Err(Hindrance::Forked | Hindrance::Unconfirmed | Hindrance::Lost { .. }) => {}
            }
            let ground = book::ground(desk.draft, &partner, &receipts)?;
            let old = desk.draft.record(ground.old)?;
            let epoch = Epoch::random(desk.draft.rng());
            let own = desk.key.public();
            let origin = LogOrigin {
                author: own.key_id(),
                audience: partner.signer.key_id(),
                epoch,
            };
            desk.draft.freeze(old.no)?;
            desk.draft.freeze(partner.out)?;
            let new = desk.draft.create_log(origin, own, true)?;
            let reset = EpochReset {
                old_log_id: old.log_id(),
                base: ground.base,
                base_root: ground.root,
                reason,
            };
            desk.begin(&partner, new, &reset.into())?;
            book::begin_anew(desk.draft, key)?;
            Ok(Answer::default())
        })
        .await?;
    Ok((answer, key))
}

/// What a repeated acceptance answers once more.
#[derive(Clone, PartialEq, Message)]
struct Remembered {
    #[prost(bytes = "vec", tag = "1")]
    accepted: Vec<u8>,
    #[prost(string, tag = "2")]
    reason: String,
}

/// Agrees to the partner's new epoch. Also says why the partner began it, in its operator's words.
pub(super) async fn accept_epoch(
    office: &Office,
    request: Request,
    partner: String,
) -> Result<(Answer, EpochAccepted, String), OfficeError> {
    let key = find::partner(&office.store, &partner)?.key_id;
    let answer = office
        .write(request, move |desk| {
            let (accepted, reset) =
                book::accept_epoch(desk.draft, key)?.ok_or(OfficeError::EpochNotProposed)?;
            let partner = book::partner(desk.draft, key)?;
            let seen = Remembered {
                accepted: Payload::from(accepted.clone()).encode(),
                reason: reset.reason.to_string(),
            };
            desk.send(&partner, accepted.into(), None, Cut::Refuse)?;
            Ok(Answer {
                extra: seen.encode_to_vec().into(),
                ..Answer::default()
            })
        })
        .await?;
    let damaged = || OfficeError::Damaged("请求记录 request record".to_owned());
    let Remembered { accepted, reason } =
        Remembered::decode(answer.extra.clone()).map_err(|_| damaged())?;
    match Payload::decode(Kind::EpochAccepted, &accepted) {
        Ok(Payload::EpochAccepted(accepted)) => Ok((answer, accepted, reason)),
        _ => Err(damaged()),
    }
}
