//! Certificates (活动证): which numbers the county gave, which are handed out, to whom, and what became of them.

mod book;
mod refusal;

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;

pub use book::{Certificate, Certificates, State};
pub use refusal::CertificateRefusal;

use hongyan_proto::{
    id::CertificateNumber,
    letter::{
        CertificateChecked, CertificateHandedIn, CertificateIssued, CertificateRange,
        CertificateReplaced,
    },
};

/// One entry about a certificate or a range of numbers.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Event {
    /// The department gave numbers.
    Range(CertificateRange),
    /// One was handed to a member.
    Issued(CertificateIssued),
    /// One was looked at.
    Checked(CertificateChecked),
    /// One takes the place of another.
    Replaced(CertificateReplaced),
    /// One was given back.
    HandedIn(CertificateHandedIn),
}

impl Event {
    /// Does it name the number?
    pub fn is_of(&self, number: &CertificateNumber) -> bool {
        match self {
            Self::Range(_) => false,
            Self::Issued(issued) => issued.number == *number,
            Self::Checked(checked) => checked.number == *number,
            Self::Replaced(replaced) => {
                replaced.number == *number || replaced.replacement == *number
            }
            Self::HandedIn(handed) => handed.number == *number,
        }
    }
}
