//! What an agreement is on a day.

use std::fmt;

use hongyan_proto::{
    id::{AgreementHash, KeyId},
    time::Day,
};

use super::book::{Agreement, Book};

/// What an agreement is on a day.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Status {
    /// Nobody has signed; the other party signs or counter-proposes.
    Proposed {
        /// Who proposed.
        by: KeyId,
    },
    /// Answered by other terms.
    CounterProposed {
        /// The proposal that answers it.
        with: AgreementHash,
    },
    /// One party has signed, the other's turn.
    HalfSigned {
        /// Who has signed.
        by: KeyId,
    },
    /// Signed by both, its first day has not come.
    NotYetValid {
        /// The first day.
        from: Day,
    },
    /// In force.
    Active,
    /// Replaced by another; or proposed only, and another was signed for its days.
    Superseded {
        /// By which.
        by: AgreementHash,
    },
    /// Ended before its time.
    Ended {
        /// Its last day.
        last_day: Day,
    },
    /// Its last day is over.
    Expired,
}

/// What this agreement is on a day.
pub fn status(book: &Book, agreement: &Agreement, day: Day) -> Status {
    if agreement.completed().is_none() {
        return unsigned(book, agreement, day);
    }
    if let Some(successor) = book.successor(agreement, day) {
        return Status::Superseded { by: successor.hash };
    }
    let last_day = agreement.last_day();
    if day > last_day {
        return if last_day < agreement.terms.valid_until {
            Status::Ended { last_day }
        } else {
            Status::Expired
        };
    }
    if day < agreement.terms.valid_from {
        return Status::NotYetValid {
            from: agreement.terms.valid_from,
        };
    }
    match book.in_force(day) {
        Some(other) if other.hash != agreement.hash => Status::Superseded { by: other.hash },
        _ => Status::Active,
    }
}

/// A proposal that nobody can sign any more is nobody's turn: another was signed for its days, or they are over.
fn unsigned(book: &Book, agreement: &Agreement, day: Day) -> Status {
    if let Some(answer) = book.answer_to(agreement.hash) {
        return Status::CounterProposed { with: answer.hash };
    }
    if let Some(rival) = book.rival(&agreement.terms) {
        return Status::Superseded { by: rival.hash };
    }
    if day > agreement.terms.valid_until {
        return Status::Expired;
    }
    match agreement.signed.first() {
        Some(signature) => Status::HalfSigned {
            by: signature.author(),
        },
        None => Status::Proposed {
            by: agreement.proposed.author(),
        },
    }
}

impl Status {
    /// What people read: Chinese, English.
    pub const fn label(self) -> (&'static str, &'static str) {
        match self {
            Self::Proposed { .. } => ("已提出", "proposed"),
            Self::CounterProposed { .. } => ("对方已另提方案", "counter-proposed"),
            Self::HalfSigned { .. } => ("一方已签署", "signed by one party"),
            Self::NotYetValid { .. } => ("已签署, 未生效", "signed, not yet valid"),
            Self::Active => ("有效", "active"),
            Self::Superseded { .. } => ("已被取代", "superseded"),
            Self::Ended { .. } => ("已提前终止", "ended early"),
            Self::Expired => ("已到期", "expired"),
        }
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (zh, en) = self.label();
        write!(f, "{zh} {en}")
    }
}
