//! The desk: where one commit of the office is written. It knows the day, the person and the agreement, and puts every entry into its
//! log and into the book at once.

use std::sync::Arc;

use hongyan_proto::{
    id::CaseId,
    identity::{IdentityKey, KeyRotation, Keyring},
    letter::{
        Access, Disclosure, DisclosureSet, KeyRotated, LocalCorrection, LocalReplacement, Payload,
        Text,
    },
    log::Kind,
    time::{Day, Timestamp},
};

use super::{Answer, Office, OfficeError, Request, Written, request};
use crate::{
    book::{self, Author, Hindrance, Partner, Place, Shelf as _},
    store::{Draft, LogNo, NewEntry, StoreError},
};

/// One commit under way.
pub(super) struct Desk<'a, 'd> {
    pub(super) draft: &'a mut Draft<'d>,
    pub(super) now: Timestamp,
    pub(super) today: Day,
    pub(super) actor: Text<60>,
    pub(super) key: Arc<IdentityKey>,
    /// What was written so far, in order.
    pub(super) written: Vec<Written>,
}

/// How a payload is brought into the agreement's scope.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Cut {
    /// Fields outside it are left out: the payload was filled in from the roster.
    Restrict,
    /// A field outside it is refused: someone entered it on purpose.
    Refuse,
}

impl Office {
    /// Runs a write: once for a request id, in one commit, durable when it answers.
    pub(super) async fn write(
        &self,
        request: Request,
        work: impl FnOnce(&mut Desk<'_, '_>) -> Result<Answer, OfficeError> + Send + 'static,
    ) -> Result<Answer, OfficeError> {
        let now = self.now();
        let keys = self.keys.clone();
        let old = request::forgettable(&self.store, now)?;
        self.store
            .commit(move |draft| {
                if let Some(answer) = request::recall(draft, &request)? {
                    return Ok(answer);
                }
                let key = valid(draft, &keys)?;
                let mut desk = Desk {
                    draft,
                    now,
                    today: now.day(),
                    actor: request.actor.clone(),
                    key,
                    written: Vec::new(),
                };
                let answer = work(&mut desk)?;
                let answer = Answer {
                    written: std::mem::take(&mut desk.written),
                    ..answer
                };
                request::remember(desk.draft, &request, &answer, now, &old)?;
                Ok(answer)
            })
            .await
    }

    /// Writes down that personal data were shown or taken out.
    pub(super) async fn note_access(
        &self,
        actor: Text<60>,
        action: &'static str,
        persons: u32,
        purpose: Option<Text<500>>,
    ) -> Result<(), OfficeError> {
        self.at_desk(actor.clone(), move |desk| {
            let access = Access {
                actor,
                action: Text::parse(action)?,
                persons,
                purpose,
            };
            desk.local(&access.into(), None).map(drop)
        })
        .await
    }

    /// One commit in somebody's name that nobody asks for a second time.
    pub(super) async fn at_desk(
        &self,
        actor: Text<60>,
        work: impl FnOnce(&mut Desk<'_, '_>) -> Result<(), OfficeError> + Send + 'static,
    ) -> Result<(), OfficeError> {
        let now = self.now();
        let keys = self.keys.clone();
        self.store
            .commit(move |draft| {
                let key = valid(draft, &keys)?;
                work(&mut Desk {
                    draft,
                    now,
                    today: now.day(),
                    actor,
                    key,
                    written: Vec::new(),
                })
            })
            .await
    }
}

impl From<hongyan_proto::letter::ValueError> for OfficeError {
    fn from(error: hongyan_proto::letter::ValueError) -> Self {
        Self::field("value", error)
    }
}

impl Desk<'_, '_> {
    /// Writes that a record of the local log was wrong, and what is right; none: it never was.
    pub(super) fn correct(
        &mut self,
        corrects: u64,
        reason: Text<500>,
        replacement: Option<LocalReplacement>,
    ) -> Result<(), OfficeError> {
        let correction = LocalCorrection {
            corrects,
            reason,
            replacement,
            actor: self.actor.clone(),
        };
        self.enter(&correction.into(), None).map(drop)
    }

    /// Writes into the local log.
    pub(super) fn local(
        &mut self,
        payload: &Payload,
        case: Option<CaseId>,
    ) -> Result<Written, OfficeError> {
        payload.check()?;
        self.append(&Place::LOCAL, payload, case, 0, None)
    }

    /// Writes into a partner's log, within what the agreement in force discloses, and notes who did it.
    pub(super) fn send(
        &mut self,
        partner: &Partner,
        payload: Payload,
        case: Option<CaseId>,
        cut: Cut,
    ) -> Result<Written, OfficeError> {
        writable(partner)?;
        let mut agreement = None;
        let mut payload = payload;
        if payload.kind().needs_agreement() {
            let in_force = book::in_force(self.draft, partner, self.today)?;
            // What is open can be ended after the agreement, with nothing said of the member.
            if in_force.is_none() && !payload.kind().ends_case() {
                return Err(OfficeError::NotInForce(partner.code.to_string()));
            }
            let scope = in_force.as_ref().map_or(DisclosureSet::EMPTY, |in_force| {
                in_force.scope(partner.own.key_id())
            });
            payload = within(payload, scope, cut)?;
            agreement = in_force.map(|in_force| in_force.hash);
        }
        payload.check()?;
        let seen = match partner.incoming {
            Some(log) => partner.incoming_base + self.draft.record(log)?.size(),
            None => 0,
        };
        let place = Place {
            log: partner.out,
            author: Author::Own,
            partner: Some((partner.key_id, partner.correspondence)),
        };
        let written = self.append(&place, &payload, case, seen, agreement)?;
        self.written.push(written.clone());
        self.note_actor(partner.out, written.sequence, payload.kind())?;
        Ok(written)
    }

    /// Replaces the key that signs a log: a partner's, or the local one. `new` follows from the desk's own key.
    pub(super) fn rotate(
        &mut self,
        partner: Option<&Partner>,
        rotation: &KeyRotation,
    ) -> Result<(), OfficeError> {
        let payload = Payload::from(KeyRotated::from(rotation));
        payload.check()?;
        let place = partner.map_or(Place::LOCAL, |partner| Place {
            log: partner.out,
            author: Author::Own,
            partner: Some((partner.key_id, partner.correspondence)),
        });
        let seen = match partner.and_then(|partner| partner.incoming.zip(Some(partner))) {
            Some((log, partner)) => partner.incoming_base + self.draft.record(log)?.size(),
            None => 0,
        };
        let new = NewEntry {
            seen,
            time: self.now,
            kind: payload.kind(),
            case_id: None,
            agreement: None,
            payload: payload.encode(),
        };
        let key = Arc::clone(&self.key);
        let header = self.draft.rotate(place.log, new, (rotation, &key))?;
        book::apply(self.draft, &place, &header, Some(&payload), false)?;
        if partner.is_some() {
            let written = Written::new(header.log_id, header.sequence, self.now);
            self.written.push(written);
            self.note_actor(place.log, header.sequence, payload.kind())?;
        }
        Ok(())
    }

    /// Writes the first entry of a new epoch's log.
    pub(super) fn begin(
        &mut self,
        partner: &Partner,
        log: LogNo,
        payload: &Payload,
    ) -> Result<Written, OfficeError> {
        payload.check()?;
        let seen = match partner.incoming {
            Some(log) => partner.incoming_base + self.draft.record(log)?.size(),
            None => 0,
        };
        let place = Place {
            log,
            author: Author::Own,
            partner: Some((partner.key_id, partner.correspondence)),
        };
        let written = self.append(&place, payload, None, seen, None)?;
        self.written.push(written.clone());
        self.note_actor(log, written.sequence, payload.kind())?;
        Ok(written)
    }

    /// Writes into the local log, and counts it as what the request asked for.
    pub(super) fn enter(
        &mut self,
        payload: &Payload,
        case: Option<CaseId>,
    ) -> Result<Written, OfficeError> {
        let written = self.local(payload, case)?;
        self.written.push(written.clone());
        Ok(written)
    }

    fn append(
        &mut self,
        place: &Place,
        payload: &Payload,
        case_id: Option<CaseId>,
        seen: u64,
        agreement: Option<hongyan_proto::id::AgreementHash>,
    ) -> Result<Written, OfficeError> {
        let new = NewEntry {
            seen,
            time: self.now,
            kind: payload.kind(),
            case_id,
            agreement,
            payload: payload.encode(),
        };
        let header = self.draft.append_entry(place.log, new)?;
        book::apply(self.draft, place, &header, Some(payload), false)?;
        Ok(Written::new(header.log_id, header.sequence, self.now))
    }

    fn note_actor(&mut self, log: LogNo, sequence: u64, kind: Kind) -> Result<(), OfficeError> {
        let log_id = self.draft.record(log)?.log_id();
        let access = Access {
            actor: self.actor.clone(),
            action: Text::parse(&format!("书写 wrote {}", kind.name()))?,
            persons: 0,
            purpose: Some(Text::parse(&format!("entry {log_id}/{sequence}"))?),
        };
        self.local(&access.into(), None).map(drop)
    }
}

/// The key that signs what this commit writes: a rotation before it in the same group is in the log already.
pub(super) fn valid(draft: &Draft<'_>, keys: &Keyring) -> Result<Arc<IdentityKey>, StoreError> {
    let local = draft.log(LogNo::LOCAL)?;
    keys.find(local.signers.current())
        .ok_or(StoreError::KeyLost(LogNo::LOCAL))
}

/// May anything be written to this partner now?
pub(super) fn writable(partner: &Partner) -> Result<(), OfficeError> {
    partner.may_write().map_err(|hindrance| {
        let code = partner.code.to_string();
        match hindrance {
            Hindrance::Revoked => OfficeError::Revoked(code),
            Hindrance::Forked => OfficeError::Fork(code),
            Hindrance::Unconfirmed | Hindrance::Lost { .. } => OfficeError::LostEntries(code),
            Hindrance::KeyLost => OfficeError::KeyLost(code),
        }
    })
}

/// Where the agreement names certificates, whoever takes a member over or back says how theirs was looked at; where it names conduct, home
/// attaches both accounts of the stay to a return (W 双向共管 二(一)2, 二(二)1).
fn looked_at(payload: &Payload, scope: DisclosureSet) -> Result<(), OfficeError> {
    if let Payload::Returned(returned) = payload
        && scope.contains(Disclosure::Conduct)
    {
        for (field, account) in [
            ("member_account", &returned.member_account),
            ("host_account", &returned.host_account),
        ] {
            if account.is_none() {
                return Err(OfficeError::field(
                    field,
                    "协议披露现实表现, 返回须附本人和流入地两方面的情况 (--member-account, --host-account); 一方未提供的如实写明 the agreement names conduct: a return has both accounts of the stay; where one was not given, say so",
                ));
            }
        }
    }
    let check = match payload {
        Payload::Accept(accept) => accept.certificate_check,
        Payload::Returned(returned) => returned.certificate_check,
        _ => return Ok(()),
    };
    if check.is_some() || !scope.contains(Disclosure::Certificate) {
        return Ok(());
    }
    Err(OfficeError::field(
        "certificate_check",
        "协议披露活动证, 请写明查验情况 (--check)  the agreement names certificates: say how it was looked at",
    ))
}

fn within(payload: Payload, scope: DisclosureSet, cut: Cut) -> Result<Payload, OfficeError> {
    looked_at(&payload, scope)?;
    match cut {
        Cut::Refuse => match payload.check_scope(&scope) {
            Ok(()) => Ok(payload),
            Err((path, class)) => Err(OfficeError::OutOfScope(format!(
                "{path} ({})",
                class.label().0
            ))),
        },
        Cut::Restrict => payload
            .restrict(&scope)
            .ok_or_else(|| OfficeError::OutOfScope(payload.kind().name().to_owned())),
    }
}
