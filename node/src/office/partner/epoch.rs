//! A new epoch of a log that cannot go on: begun by its author, agreed to by the partner.

use hongyan_proto::{
    id::{Epoch, KeyId, LogOrigin},
    letter::{EpochAccepted, EpochReset, Payload, Text},
    log::Kind,
};
use prost::Message;

use crate::{
    book::{self, Hindrance, Shelf as _},
    office::{
        Answer, Office, OfficeError, Request,
        desk::{Cut, writable},
        find,
    },
};

/// Starts a new epoch of the own log, because entries are lost that nobody has, or because it has two histories.
pub(in crate::office) async fn reset_epoch(
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
pub(in crate::office) async fn accept_epoch(
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
