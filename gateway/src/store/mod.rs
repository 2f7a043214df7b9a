//! What the gateway keeps: organizations, the latest reports, invitations, callers, evidence. The only place that says sled.
//!
//! One writer at a time; a change is on disk before its caller hears of it, and readers see it only then. Rules are not here:
//! `domain` decides, this room writes what was decided.

mod engine;
mod error;
mod key;
mod record;

use std::{
    path::Path,
    sync::{Arc, Mutex, PoisonError, RwLock},
};

use hongyan_proto::{
    id::{Hash, KeyId, OrganizationCode as Code},
    identity::{PublicKey, Succession},
    report::{Organization, SignedReport},
    time::Timestamp,
};

pub use error::{StoreError, WriteError};

use crate::domain::{
    access::Grant,
    admission::{self, Admitted, EnrolRefusal, Issued, ReportRefusal},
    organization::{Enrolled, LogHead},
    register::{Department, Kept, Register},
};
use engine::{Engine, Write};
use record::Evidence;

/// Pieces of evidence kept per organization. The first ones prove it; more would let a broken node fill the disk.
pub const MAX_EVIDENCE: usize = 16;

/// What the gateway answers to a report that it took.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Taken {
    /// Exactly these bytes counted before.
    pub repeated: bool,
    /// When they first came.
    pub received: Timestamp,
}

/// The open store.
#[derive(Debug)]
pub struct Store {
    engine: Mutex<Engine>,
    register: RwLock<Arc<Register>>,
}

impl Store {
    /// Opens or creates it below `folder`, checks every kept report against its hash, and loads what is counted.
    pub fn open(folder: &Path, department: Department) -> Result<Self, StoreError> {
        let engine = Engine::open(folder)?;
        let register = record::load(&engine, Register::new(department))?;
        Ok(Self {
            engine: Mutex::new(engine),
            register: RwLock::new(Arc::new(register)),
        })
    }

    /// A consistent picture of what is on disk.
    pub fn register(&self) -> Arc<Register> {
        self.register
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// Remembers an invitation by its secret's hash.
    pub fn issue(&self, secret: Hash, invitation: &Issued) -> Result<(), StoreError> {
        self.change(|_, _| {
            Ok::<_, StoreError>((
                (),
                vec![Write::put(
                    key::invitation(secret),
                    record::invitation(invitation),
                )],
            ))
        })
    }

    /// Enrols an organization under the key that TLS proved.
    pub fn enrol(
        &self,
        secret: Hash,
        organization: &Organization,
        public: PublicKey,
        now: Timestamp,
    ) -> Result<(), WriteError<EnrolRefusal>> {
        self.change(|engine, register| {
            let stored = engine.get(&key::invitation(secret))?;
            let invitation = stored
                .map(|bytes| record::read_invitation(&bytes))
                .transpose()?;
            let repeated = admission::enrol(
                register,
                invitation.as_ref(),
                organization,
                public.key_id(),
                now,
            )
            .map_err(WriteError::Refused)?;
            let Some(invitation) = invitation.filter(|_| !repeated) else {
                return Ok(((), Vec::new()));
            };
            let enrolled = Enrolled {
                organization: organization.clone(),
                key: public,
                rotations: Vec::new(),
                enrolled: now,
                revoked: None,
                log: None,
                // Whom the department invites anew begins without marks. The evidence of what was seen before stays.
                log_went_back: false,
                equivocated: false,
            };
            let used = Issued {
                used: Some((public.key_id(), organization.code.clone())),
                ..invitation
            };
            let writes = vec![
                Write::put(key::invitation(secret), record::invitation(&used)),
                Write::put(
                    key::organization(&organization.code),
                    record::organization(&enrolled),
                ),
            ];
            register
                .organizations
                .insert(organization.code.clone(), Arc::new(enrolled));
            Ok(((), writes))
        })
    }

    /// Remembers how an organization replaced its key, as its certificate showed. What it reported stays its own.
    pub fn follow(&self, of: &KeyId, succession: &Succession) -> Result<(), StoreError> {
        self.change(|_, register| {
            let Some(enrolled) = register.reporter(of).cloned() else {
                return Ok(((), Vec::new()));
            };
            let later = succession.after(&enrolled.current());
            if later.is_empty() {
                return Ok(((), Vec::new()));
            }
            let mut followed = Enrolled::clone(&enrolled);
            followed.rotations.extend_from_slice(later);
            let code = followed.organization.code.clone();
            let writes = vec![Write::put(
                key::organization(&code),
                record::organization(&followed),
            )];
            register.organizations.insert(code, Arc::new(followed));
            Ok(((), writes))
        })
    }

    /// Takes a report whose signature and checkpoint verified under `from`, or refuses it; evidence is on disk before the refusal.
    pub fn submit(
        &self,
        from: &KeyId,
        signed: &SignedReport,
        now: Timestamp,
    ) -> Result<Taken, WriteError<SubmitRefusal>> {
        let outcome = self.change::<_, WriteError<SubmitRefusal>>(|engine, register| {
            let enrolled = register
                .reporter(from)
                .cloned()
                .ok_or(WriteError::Refused(SubmitRefusal::NotEnrolled))?;
            let (period, code) = (signed.report().period, enrolled.organization.code.clone());
            let kept = register.kept(period, &code).cloned();
            match admission::admit(&enrolled, kept.as_deref(), signed, now) {
                Ok(Admitted::Repeated) => {
                    let received = kept.map_or(now, |kept| kept.received);
                    Ok((
                        Ok(Taken {
                            repeated: true,
                            received,
                        }),
                        Vec::new(),
                    ))
                }
                Ok(Admitted::New) => {
                    let writes = take(register, &enrolled, kept.as_deref(), signed, now);
                    Ok((
                        Ok(Taken {
                            repeated: false,
                            received: now,
                        }),
                        writes,
                    ))
                }
                Err(refusal) if refusal.is_evidence() => {
                    let writes = keep_evidence(engine, register, &enrolled, &refusal, signed, now)?;
                    Ok((Err(refusal), writes))
                }
                Err(refusal) => Ok((Err(refusal), Vec::new())),
            }
        })?;
        outcome.map_err(|refusal| WriteError::Refused(SubmitRefusal::Refused(refusal)))
    }

    /// Takes an organization's pin away. `None`: no such organization. What it reported stays.
    pub fn revoke(&self, code: &Code, now: Timestamp) -> Result<Option<PublicKey>, StoreError> {
        self.change(|_, register| {
            let Some(enrolled) = register.organizations.get(code) else {
                return Ok((None, Vec::new()));
            };
            let revoked = Enrolled {
                revoked: enrolled.revoked.or(Some(now)),
                ..Enrolled::clone(enrolled)
            };
            let public = revoked.key;
            let writes = vec![Write::put(
                key::organization(code),
                record::organization(&revoked),
            )];
            register
                .organizations
                .insert(code.clone(), Arc::new(revoked));
            Ok((Some(public), writes))
        })
    }

    /// Lets a key ask.
    pub fn grant(&self, caller: KeyId, grant: &Grant) -> Result<(), StoreError> {
        self.change(|_, register| {
            register.callers.insert(caller, grant.clone());
            Ok((
                (),
                vec![Write::put(key::caller(&caller), record::grant(grant))],
            ))
        })
    }

    /// Lets a key ask no more; was it allowed to?
    pub fn withdraw(&self, caller: &KeyId) -> Result<bool, StoreError> {
        self.change(|_, register| match register.callers.remove(caller) {
            Some(_) => Ok((true, vec![Write::delete(key::caller(caller))])),
            None => Ok((false, Vec::new())),
        })
    }

    /// The pieces of evidence about an organization: the signed reports that were refused, as they came.
    pub fn evidence(&self, code: &Code) -> Result<Vec<Vec<u8>>, StoreError> {
        let engine = self.engine.lock().unwrap_or_else(PoisonError::into_inner);
        let found = engine.scan(&key::evidence_of(code))?;
        found
            .into_iter()
            .map(|(_, bytes)| record::read_evidence(&bytes))
            .collect()
    }

    /// One change: decided on a copy, written, synced, then shown to readers.
    fn change<T, E: From<StoreError>>(
        &self,
        decide: impl FnOnce(&Engine, &mut Register) -> Result<(T, Vec<Write>), E>,
    ) -> Result<T, E> {
        let mut engine = self.engine.lock().unwrap_or_else(PoisonError::into_inner);
        let mut next = Register::clone(&self.register());
        let (answer, writes) = decide(&engine, &mut next)?;
        if !writes.is_empty() {
            engine.commit(writes)?;
            *self
                .register
                .write()
                .unwrap_or_else(PoisonError::into_inner) = Arc::new(next);
        }
        Ok(answer)
    }
}

/// A report that the store did not take.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum SubmitRefusal {
    /// No enrolled organization has this key, or it was revoked.
    #[error(
        "该密钥未登记或已撤销; 请联系组织部 this key is not enrolled, or was revoked; ask the department for an invitation"
    )]
    NotEnrolled,
    /// By the rules.
    #[error(transparent)]
    Refused(#[from] ReportRefusal),
}

fn take(
    register: &mut Register,
    from: &Enrolled,
    kept: Option<&Kept>,
    signed: &SignedReport,
    now: Timestamp,
) -> Vec<Write> {
    let report = signed.report();
    let code = &from.organization.code;
    let kept = kept.filter(|kept| kept.is_of(from));
    let mut replaced = kept.map(|kept| kept.replaced.clone()).unwrap_or_default();
    if let Some(kept) = kept {
        replaced.insert(kept.report.revision, kept.hash);
    }
    let kept = Kept {
        report: report.clone(),
        hash: signed.hash(),
        received: now,
        replaced,
    };
    let head = LogHead::new(signed.checkpoint(), report.compiled);
    let enrolled = Enrolled {
        log: Some(head),
        ..from.clone()
    };
    let writes = vec![
        Write::put(
            key::report(report.period, code),
            record::report(&kept, signed),
        ),
        Write::put(key::organization(code), record::organization(&enrolled)),
    ];
    register
        .organizations
        .insert(code.clone(), Arc::new(enrolled));
    register
        .reports
        .entry(report.period)
        .or_default()
        .insert(code.clone(), Arc::new(kept));
    writes
}

fn keep_evidence(
    engine: &Engine,
    register: &mut Register,
    from: &Enrolled,
    refusal: &ReportRefusal,
    signed: &SignedReport,
    now: Timestamp,
) -> Result<Vec<Write>, StoreError> {
    let code = &from.organization.code;
    let equivocated = matches!(refusal, ReportRefusal::Equivocation { .. });
    let marked = Enrolled {
        equivocated: from.equivocated || equivocated,
        log_went_back: from.log_went_back || !equivocated,
        ..from.clone()
    };
    let mut writes = vec![Write::put(
        key::organization(code),
        record::organization(&marked),
    )];
    let place = key::evidence(code, signed.hash());
    let known = engine.scan(&key::evidence_of(code))?;
    if known.len() < MAX_EVIDENCE && known.iter().all(|(key, _)| *key != place) {
        let before = from
            .log
            .as_ref()
            .map(|head| head.note.clone())
            .unwrap_or_default();
        let evidence = Evidence {
            why: refusal.to_string(),
            received: now,
            before,
        };
        writes.push(Write::put(place, record::evidence(&evidence, signed)));
    }
    register
        .organizations
        .insert(code.clone(), Arc::new(marked));
    Ok(writes)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;
