//! Two nodes meet over an invitation: one asks, one redeems, both pin the other.

use hongyan_proto::{
    id::Epoch,
    identity::{Invitation, InvitationSecret, PublicKey, Purpose, Succession},
    letter::{InvitationIssued, Text},
};

use super::{
    introduction::{Introduction, added, find_met, met},
    invitation::{Secret, check_secret, epoch_of},
};
use crate::{
    book::{self, Partner},
    office::{
        Answer, Office, OfficeError, Request,
        desk::{self, Desk},
    },
};

impl Office {
    /// The inviting side: someone redeems a secret. Once, before it expires; the same key may ask again when it lost the answer.
    pub async fn redeem(
        &self,
        secret: InvitationSecret,
        caller: Introduction,
    ) -> Result<Introduction, OfficeError> {
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
            succession: Succession::NONE,
            organization,
            epoch,
            held: None,
        })
    }
}

/// How the invited side introduces itself: when the two met before, by the log that there is, and by the one it holds.
pub(in crate::office) fn own_introduction(
    office: &Office,
    invitation: &Invitation,
    (key, succession): (PublicKey, &Succession),
) -> Result<Introduction, OfficeError> {
    let store = &office.store;
    let known = find_met(store, key, succession)?;
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
        succession: Succession::NONE,
        organization: office.organization().clone(),
        epoch,
        held: held.filter(|_| sizes.any(|size| size > 0)),
    })
}

/// The invited side: dials, redeems, pins.
pub(in crate::office) async fn accept(
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
    let (key, succession) = (met.key, met.succession);
    let own = own_introduction(office, &invitation, (key, &succession))?;
    let epoch = own.epoch;
    let reply = (met.introduce)(own).await?;
    let answer = adopt(office, request, reply, epoch).await?;
    let partner = find_met(&office.store, key, &succession)?
        .ok_or_else(|| OfficeError::not_found(("结对党组织", "partner"), key.to_string()))?;
    office.partners_changed();
    Ok((partner, answer))
}

/// Pins whoever answered to the invitation.
pub(in crate::office) async fn adopt(
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
