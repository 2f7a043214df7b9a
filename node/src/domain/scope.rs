//! What may leave and what may enter: default deny, field by field, judged alike on both sides.
//!
//! Our side leaves out what the agreement in force does not disclose; the partner's side refuses a body that carries it. An entry is judged by
//! the agreements its author could know when it wrote, on the day in its header, never by what has arrived since.

use hongyan_proto::{
    id::AgreementHash,
    letter::{DisclosureSet, Payload, RefusalReason},
    log::Kind,
    time::Day,
};
use thiserror::Error;

use super::{agreement::Book, order::Position};

/// What leaves: the payload without the fields that are out of scope, or `None` when nothing of it may leave.
pub fn outgoing(payload: &Payload, scope: DisclosureSet) -> Option<Payload> {
    if !payload.kind().travels() {
        return None;
    }
    payload.restrict(&scope)
}

/// An incoming body that is not kept. The receipt names it to its author, whose turn it then is.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
#[error("{reason} ({field})")]
pub struct Refused {
    /// Why.
    pub reason: RefusalReason,
    /// The field that broke the rule, as a dotted path, or empty.
    pub field: String,
}

/// What a header says about its entry, as far as scope is concerned.
#[derive(Clone, Copy, Debug)]
pub struct Incoming {
    /// Where the entry stands; who wrote it and what it had seen.
    pub position: Position,
    /// The day in the header.
    pub day: Day,
    /// The header's kind.
    pub kind: Kind,
    /// The agreement the header names.
    pub agreement: Option<AgreementHash>,
}

/// What enters: may a body with this content be kept? `book` holds all agreements of the correspondence, those in the frame that is being
/// checked included. The end of a case that tells nothing of any class needs no agreement.
pub fn incoming(header: &Incoming, payload: &Payload, book: &Book) -> Result<(), Refused> {
    let refuse = |reason, field: &str| {
        Err(Refused {
            reason,
            field: field.to_owned(),
        })
    };
    if payload.kind() != header.kind || !header.kind.travels() {
        return refuse(RefusalReason::WrongKind, "");
    }
    if !header.kind.needs_agreement() {
        return Ok(());
    }
    let Some(named) = header.agreement else {
        let says_nothing = payload.check_scope(&DisclosureSet::EMPTY).is_ok();
        return if header.kind.ends_case() && says_nothing {
            Ok(())
        } else {
            refuse(RefusalReason::NoAgreement, "")
        };
    };
    let known;
    // Almost every entry was written long after the last agreement; only the others need a book cut to what they knew.
    let book = if book.is_known_at(&header.position) {
        book
    } else {
        known = book.known_at(&header.position);
        &known
    };
    match book.in_force(header.day) {
        Some(agreement) if agreement.hash == named => {
            let scope = agreement.scope(header.position.author());
            match payload.check_scope(&scope) {
                Ok(()) => Ok(()),
                Err((field, _)) => refuse(RefusalReason::OutOfScope, field),
            }
        }
        _ => refuse(RefusalReason::NoAgreement, ""),
    }
}
