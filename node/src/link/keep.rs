//! What a session needs of the store besides frames to send: where both logs stand, and verified frames made durable.

use std::sync::{Arc, Mutex, PoisonError};

use hongyan_proto::{
    id::KeyId,
    identity::Succession,
    log::{Kind, Signers, VerifiedFrame},
    message::{Stop, StopReason},
};

use super::Link;
use crate::{
    book::{self, BookError, Intake, OpenFrame, Partner},
    store::{LogNo, StoreError},
    sync::Start,
};

/// Own entries looked at to find out whether a receipt is still owed; more than these surely want one.
const RECEIPTS_LOOKED_AT: u64 = 64;

/// What was made durable.
pub(super) struct Stored {
    pub(super) size: u64,
    pub(super) received: u64,
    pub(super) recovered: u64,
    pub(super) refused: u64,
}

pub(super) enum Write {
    Mirror(OpenFrame),
    TakeBack(VerifiedFrame),
}

impl Write {
    pub(super) fn bytes(&self) -> usize {
        match self {
            Self::Mirror(opened) => opened.frame().bytes(),
            Self::TakeBack(frame) => frame.bytes(),
        }
    }

    /// Does the partner replace its key in it?
    fn rotates(&self) -> bool {
        match self {
            Self::Mirror(opened) => opened
                .frame()
                .entries()
                .last()
                .is_some_and(|entry| entry.header().kind == Kind::KeyRotated),
            Self::TakeBack(_) => false,
        }
    }
}

fn store(error: impl ToString) -> Stop {
    Stop::new(StopReason::Store, error)
}

/// Both logs as they are durable here, and the size of the own one.
pub(super) fn start(link: &Link, partner: &Partner, mirror: LogNo) -> Result<(Start, u64), Stop> {
    let log = |no| link.store().log(no).ok_or_else(|| store("no such log"));
    let (own, mirror) = (log(partner.out)?, log(mirror)?);
    let note = own
        .sign(link.keys(), own.size(), own.root())
        .map_err(|error| match error {
            StoreError::KeyLost(_) => Stop::new(StopReason::Key, error),
            other => store(other),
        })?;
    let held_rotations = held_rotations(&mirror.signers);
    let now = link.now();
    let agreements = link.agreements(partner, now).map_err(store)?;
    let reset = book::beginning(link.store(), partner).map_err(store)?;
    let untaken = book::proposed_here(link.store(), partner).map_err(store)?;
    let start = Start {
        own: note,
        own_follow: own.follow(u64::MAX),
        mirror: mirror.follow(own.size()),
        held: mirror
            .checkpoint
            .clone()
            .filter(|held| held.size() == mirror.size()),
        // Where an epoch that is only proposed counts from is for its reader to say.
        own_base: match untaken {
            Some(_) => u64::MAX,
            None => partner.out_base,
        },
        now,
        agreements,
        reset,
        rotations: link.rotations(),
        held_rotations,
    };
    Ok((start, own.size()))
}

/// The partner's rotations as its own log tells them.
fn held_rotations(signers: &Signers) -> Succession {
    // What a verified log says is in a row.
    Succession::newest(&signers.rotations()).unwrap_or_default()
}

impl Link {
    /// Makes verified frames durable. Queued by the call: several may be under way, and are kept in the order of the calls. `intake` is the
    /// session's.
    pub(super) fn keep(
        &self,
        key: KeyId,
        writes: Vec<Write>,
        intake: &Arc<Mutex<Intake>>,
    ) -> impl Future<Output = Result<Stored, Stop>> + Send + use<> {
        let link = self.clone();
        let keys = self.keys().clone();
        let intake = Arc::clone(intake);
        let rotated = writes.iter().any(Write::rotates);
        let kept = self.store().commit(move |draft| {
            let mut stored = Stored {
                size: 0,
                received: 0,
                recovered: 0,
                refused: 0,
            };
            // The one writer alone takes it, commit after commit.
            let mut intake = intake.lock().unwrap_or_else(PoisonError::into_inner);
            for write in &writes {
                match write {
                    Write::Mirror(opened) => {
                        stored.size = opened.frame().tree().size();
                        stored.received += opened.frame().entries().len() as u64;
                        let received = intake.receive(draft, key, opened)?;
                        stored.refused += received.refused.len() as u64;
                    }
                    Write::TakeBack(frame) => {
                        // What comes back may be what the frames behind it are judged by.
                        *intake = Intake::default();
                        stored.size = frame.tree().size();
                        stored.recovered += frame.entries().len() as u64;
                        book::take_back(draft, key, frame, &keys)?;
                    }
                }
            }
            // Given back to where they were read: memory that one thread takes and another frees makes both wait for each other.
            Ok::<_, BookError>((stored, writes))
        });
        async move {
            let (stored, _read) = kept.await.map_err(|error| match error {
                BookError::Epoch { .. } => Stop::new(StopReason::Epoch, error),
                BookError::OtherHistory { ref notes, .. } => {
                    let mut stop = Stop::new(StopReason::BadFrame, &error);
                    stop.evidence.clone_from(notes);
                    stop
                }
                other => store(other),
            })?;
            if rotated {
                // The new key is pinned before anything else is said, and the old one ends with its overlap.
                link.refresh_pins().map_err(store)?;
            }
            Ok(stored)
        }
    }

    /// Does the partner still owe a receipt for something it holds? Receipts themselves have none.
    pub(super) fn awaits_receipt(&self, partner: &Partner, own_size: u64) -> bool {
        let unapplied = partner.applied..own_size;
        if own_size.saturating_sub(partner.applied) > RECEIPTS_LOOKED_AT {
            return true;
        }
        let entries = self.store().entries(partner.out, unapplied);
        entries.is_ok_and(|mut entries| {
            entries.any(|entry| entry.is_ok_and(|entry| entry.header().kind != Kind::Receipt))
        })
    }

    pub(super) async fn write_receipt(&self, key: KeyId) -> Result<(), Stop> {
        let now = self.now();
        let written = self
            .store()
            .commit(move |draft| book::acknowledge_receipt(draft, key, now));
        written.await.map(|_: bool| ()).map_err(store)
    }
}
