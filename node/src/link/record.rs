//! What a session leaves behind in the book: how the last contact went, evidence of a fork, a new epoch to decide on.

use hongyan_proto::{
    id::{KeyId, LogOrigin},
    identity::PublicKey,
    letter::EpochReset,
    log::SignedCheckpoint,
    message::{Message, Stop, StopReason},
};
use prost::Message as _;

use super::{End, Link, Outcome, scheduler::Event};
use crate::{
    book::{self, BookError, Partner},
    store::{Draft, LogNo, View},
};

/// A new epoch that a partner's hello proposes.
pub(super) struct Proposed {
    origin: LogOrigin,
    /// The key with which it begins.
    author: PublicKey,
    reset: EpochReset,
}

impl Link {
    /// Notes how a session went. A failing store stops the node by itself: here it can only be said.
    pub(super) async fn record(&self, partner: &Partner, outcome: &Outcome) {
        let now = self.now();
        let (key, outcome) = (partner.key_id, outcome.clone());
        let (proposed, out) = (self.proposed(partner, &outcome), partner.out);
        let held = self.held(partner, &outcome);
        let vouched = match &outcome.end {
            End::Stopped(stop) => self.vouched(partner, stop),
            _ => false,
        };
        let recorded = self.store().commit(move |draft| {
            if let Some(held) = held {
                book::note_hello(draft, key, &held)?;
            }
            if let Some(acknowledged) = outcome.acknowledged {
                book::note_held(draft, key, out, acknowledged)?;
            }
            match &outcome.end {
                End::Settled => {
                    let skew = outcome.skew_ms.unwrap_or(0);
                    return book::note_sync(draft, key, skew, now);
                }
                End::Stopped(stop) if vouched => match stop.reason {
                    StopReason::Fork => {
                        keep_evidence(draft, key, stop)?;
                        book::set_forked(draft, key)?;
                    }
                    // Two histories perhaps, a spoiled frame perhaps: the notes are kept for the people who find out.
                    StopReason::BadFrame => keep_evidence(draft, key, stop)?,
                    _ => {}
                },
                End::Stopped(_) | End::Again | End::Cut(_) | End::Closing => {}
            }
            if let Some(proposed) = proposed {
                let Proposed {
                    origin,
                    author,
                    reset,
                } = proposed;
                book::propose_epoch(draft, key, (origin, author), &reset)?;
            }
            if let Some(problem) = outcome.problem() {
                book::note_problem(draft, key, &problem, now)?;
            }
            Ok(())
        });
        log_failure(recorded.await);
    }

    /// Notes that a session did not come about.
    pub(super) async fn record_problem(&self, key: KeyId, problem: String) {
        let now = self.now();
        let noted = self
            .store()
            .commit(move |draft| book::note_problem(draft, key, &problem, now));
        log_failure(noted.await);
    }

    /// What came up while a session ran, after its place was left, leads to another one.
    pub(super) fn after_session(&self, partner: &Partner, outcome: &Outcome) {
        let size = self.store().log(partner.out).map_or(0, |log| log.size());
        let behind = outcome
            .acknowledged
            .is_none_or(|acknowledged| acknowledged < size);
        // Whoever dialled may hang up before this side has noted the end: nobody said that people must act.
        let by_itself = matches!(outcome.end, End::Settled | End::Cut(_));
        if by_itself {
            self.tell(Event::Heard(partner.key_id));
        }
        if behind && by_itself {
            self.tell(Event::Changed(partner.key_id));
        }
    }

    /// The log the partner writes now, when it is not the one that was accepted here.
    pub(super) fn proposed(&self, partner: &Partner, outcome: &Outcome) -> Option<Proposed> {
        let hello = outcome.hello.as_ref()?;
        let later = hello.rotations.after(&partner.signer).iter();
        let later = later.map(|one| one.new_key);
        // It may be named by an earlier key; one that was given up signs nothing more.
        let valid: Vec<_> = std::iter::once(partner.signer).chain(later).collect();
        let note = SignedCheckpoint::verify_by(&hello.own, |_, _| valid.clone()).ok()?;
        let mut keys = partner.keys().chain(valid);
        let origin = *note.origin();
        let accepted = partner.incoming.and_then(|no| self.store().log(no))?.origin;
        let author = keys.find(|key| key.key_id() == origin.author)?;
        let to_us = self
            .own_keys()
            .iter()
            .any(|key| key.key_id() == origin.audience);
        let reset = hello.reset.clone()?;
        (to_us && origin != accepted).then_some(Proposed {
            origin,
            author,
            reset,
        })
    }

    /// Every key this node has had, the valid one last.
    fn own_keys(&self) -> Vec<PublicKey> {
        let local = self.store().log(LogNo::LOCAL);
        local.map_or_else(Vec::new, |local| local.signers.keys().copied().collect())
    }

    /// What the partner holds of the own log, as its hello shows it with a note this node signed.
    fn held(&self, partner: &Partner, outcome: &Outcome) -> Option<SignedCheckpoint> {
        let hello = outcome.hello.as_ref()?;
        let own = self.store().log(partner.out)?;
        let note = hello.held.as_ref()?;
        let held = own.signers.verify(note, own.size(), &hello.held_rotations);
        held.ok()
    }

    /// Is there a note of one of the two authors in the evidence? Without one, anyone's word would stop a correspondence.
    fn vouched(&self, partner: &Partner, stop: &Stop) -> bool {
        let (own, theirs) = (self.own_keys(), partner.keys().collect::<Vec<_>>());
        let names = |keys: &[PublicKey], id: &KeyId| keys.iter().any(|key| key.key_id() == *id);
        let author = |origin: &LogOrigin| {
            if names(&own, &origin.author) && names(&theirs, &origin.audience) {
                own.clone()
            } else if names(&theirs, &origin.author) && names(&own, &origin.audience) {
                theirs.clone()
            } else {
                Vec::new()
            }
        };
        let mut notes = stop.evidence.iter();
        notes.any(|note| SignedCheckpoint::verify_by(note, |origin, _| author(origin)).is_ok())
    }
}

fn log_failure(result: Result<(), BookError>) {
    if let Err(error) = result {
        tracing::warn!(%error, "a session's end was not recorded");
    }
}

/// Keeps both notes, as they were sent, under the partner's key: one record for each pair.
fn keep_evidence(draft: &mut Draft<'_>, key: KeyId, stop: &Stop) -> Result<(), BookError> {
    let bytes = Message::Stop(stop.clone()).into_wire().encode_to_vec();
    let name = hongyan_proto::log::leaf_hash(&bytes);
    let key = [&key.as_bytes()[..], &name.as_bytes()[..8]].concat();
    Ok(draft.put_view(View::Evidence, &key, bytes)?)
}
