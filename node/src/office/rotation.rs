//! The identity key replaced: one commit writes the statement into every log, signs each log's last state with the old key, and keeps
//! the new key. A crash leaves the old key everywhere or the new one everywhere.

use std::sync::Arc;

use hongyan_proto::{
    id::Hash,
    identity::{IdentityKey, KeyRotation, PublicKey},
    time::Timestamp,
};

use super::{Answer, Office, OfficeError, Request, desk::writable, earlier, opened::IDENTITY};
use crate::{
    book::{self, PartnerState, Shelf as _},
    store::{LogNo, LogState},
};

const DAY_MS: i64 = 86_400_000;
/// How long the old key stays accepted when nobody says otherwise, in days.
const OVERLAP_DAYS: u32 = 30;
const OVERLAP_DAYS_MAX: u32 = 90;

/// What a rotation put in place.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Rotated {
    /// The key from now on.
    pub(super) key: PublicKey,
    /// Until when the one before is still accepted.
    pub(super) until: Timestamp,
}

/// Replaces the identity key. Logs that are stopped are left out: they begin anew with the key of that day.
pub(super) async fn rotate(
    office: &Office,
    request: Request,
    overlap_days: u32,
) -> Result<(Rotated, Answer), OfficeError> {
    let days = match overlap_days {
        0 => OVERLAP_DAYS,
        days if days <= OVERLAP_DAYS_MAX => days,
        _ => {
            return Err(OfficeError::field(
                "overlap_days",
                "应为 1–90  must be 1 to 90",
            ));
        }
    };
    let until = office.now().plus_millis(i64::from(days) * DAY_MS);
    let keys = office.keys.clone();
    let answer = office
        .write(request, move |desk| {
            let new = Arc::new(IdentityKey::generate(desk.draft.rng()));
            let rotation = KeyRotation::sign(&desk.key, &new, until)
                .map_err(|error| OfficeError::Damaged(error.to_string()))?;
            for partner in book::partners(desk.draft)? {
                let goes_on = match partner.state {
                    PartnerState::Active | PartnerState::AwaitingEpoch => {
                        writable(&partner)?;
                        true
                    }
                    // Its pin may come back, when the old key is erased: the log must go on with one that is there.
                    PartnerState::Revoked => {
                        desk.draft.record(partner.out)?.state == LogState::Live
                    }
                    PartnerState::Frozen => false,
                };
                if goes_on {
                    desk.rotate(Some(&partner), &rotation)?;
                }
            }
            desk.rotate(None, &rotation)?;
            earlier::keep(desk.draft, &desk.key, until)?;
            desk.draft.put_secret(IDENTITY, new.seed().as_slice())?;
            // Held before the commit can be seen by anyone who signs by what the logs say.
            keys.prepare(Arc::clone(&new));
            let key = new.public();
            let extra = [&key.as_bytes()[..], &until.millis().to_be_bytes()];
            Ok(Answer {
                extra: extra.concat().into(),
                ..Answer::default()
            })
        })
        .await?;
    let rotated = decode(&answer.extra)
        .ok_or_else(|| OfficeError::Damaged("请求记录 request record".to_owned()))?;
    office.keys.promote(&rotated.key);
    if let Some(carrier) = &office.carrier
        && let Err(error) = (carrier.renew_tls)()
    {
        // The rotation stands; partners follow at the next start.
        tracing::error!(%error, "the new identity key could not be shown at handshakes yet");
    }
    Ok((rotated, answer))
}

fn decode(extra: &[u8]) -> Option<Rotated> {
    let (key, until) = extra.split_at_checked(32)?;
    Some(Rotated {
        key: PublicKey::from_slice(key).ok()?,
        until: Timestamp::from_millis(i64::from_be_bytes(until.try_into().ok()?)),
    })
}

/// A key this node had before.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Previous {
    /// Which.
    pub(super) key: PublicKey,
    /// When it was put in place; none: it is the first.
    pub(super) since: Option<Timestamp>,
    /// When it was replaced.
    pub(super) replaced: Timestamp,
    /// Until when it is still accepted.
    pub(super) until: Timestamp,
}

/// This node's keys: since when the valid one, and those before it, newest first.
pub(super) fn history(office: &Office) -> Result<(Option<Timestamp>, Vec<Previous>), OfficeError> {
    let local = office.store.log(LogNo::LOCAL);
    let changes = local.map(|local| local.signers.changes().to_vec());
    let mut since = None;
    let mut before = Vec::new();
    for change in changes.unwrap_or_default() {
        let entry = office.store.entry(LogNo::LOCAL, change.size - 1)?;
        let replaced = entry.header().time;
        before.push(Previous {
            key: change.rotation.old_key,
            since,
            replaced,
            until: change.rotation.overlap_until,
        });
        since = Some(replaced);
    }
    before.reverse();
    Ok((since, before))
}

/// A new TLS key and certificate for the same identity, shown from now on.
pub(super) fn renew_tls(office: &Office) -> Result<(Timestamp, Hash), OfficeError> {
    let carrier = office.carrier()?;
    (carrier.renew_tls)()?;
    Ok((carrier.shown_tls)())
}
