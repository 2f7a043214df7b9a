//! Before a proposal, a signature or an ending is written: is it this side's turn?

use hongyan_proto::{
    id::{AgreementHash, KeyId},
    letter::{AgreementEnded, AgreementProposed},
    time::Day,
};
use thiserror::Error;

use super::{
    book::Book,
    status::{Status, status},
};

/// An entry about an agreement that may not be written now.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
pub enum Refusal {
    /// No such agreement.
    #[error(
        "没有这份协议 no such agreement: {0}; 用 `hongyan-node agreement list` 查看 see the list"
    )]
    Unknown(AgreementHash),
    /// The terms do not name both partners.
    #[error(
        "协议当事双方须为本组织与对方党组织 the parties of the terms must be this organization and the partner: draft them anew with `hongyan-node agreement draft`"
    )]
    OtherParties,
    /// The terms are proposed already.
    #[error(
        "同样的条款已提出 these terms are proposed already ({0}): sign them with `hongyan-node agreement sign`"
    )]
    Repeated(AgreementHash),
    /// The named agreement is not in a state in which this can be done.
    #[error(
        "协议 {hash} 的状态为“{status}”, 现在不能{what}  the agreement is {status}: it cannot be {what} now"
    )]
    NotNow {
        /// Which.
        hash: AgreementHash,
        /// Its status.
        status: Status,
        /// What was wanted.
        what: &'static str,
    },
    /// We have signed; the partner must.
    #[error("我方已签署, 轮到对方签署 we have signed {0}: it is the partner's turn")]
    SignedAlready(AgreementHash),
    /// An ending in the past.
    #[error(
        "终止日期 {last_day} 不得早于今天 {today}  an agreement cannot end before today, {today}: choose today or later"
    )]
    Backwards {
        /// The day found.
        last_day: Day,
        /// Today.
        today: Day,
    },
    /// An ending after the agreement is over by itself, or after it was ended for already.
    #[error(
        "协议到 {until} 为止, 终止日期 {last_day} 应早于或等于该日; 要延长请用 agreement amend  the agreement is over on {until}, and cannot be ended on {last_day}: choose a day up to then, or make it longer with agreement amend"
    )]
    TooLate {
        /// The day found.
        last_day: Day,
        /// Its last day as it is.
        until: Day,
    },
}

/// May these terms be proposed? A counter-proposal must answer one that is still open and was made by the partner; an amendment must
/// name an agreement that both have signed.
pub fn check_propose(
    book: &Book,
    own: KeyId,
    partner: KeyId,
    proposed: &AgreementProposed,
    today: Day,
) -> Result<(), Refusal> {
    let terms = &proposed.terms;
    if terms.party(own).is_none() || terms.party(partner).is_none() {
        return Err(Refusal::OtherParties);
    }
    let hash = terms.hash();
    if book.get(hash).is_some() {
        return Err(Refusal::Repeated(hash));
    }
    if let Some(answered) = proposed.answers {
        let agreement = book.get(answered).ok_or(Refusal::Unknown(answered))?;
        match status(book, agreement, today) {
            Status::Proposed { by } | Status::HalfSigned { by } if by == partner => {}
            status => return Err(not_now(answered, status, "另提方案 (countered)")),
        }
    }
    if let Some(replaced) = terms.supersedes {
        let agreement = book.get(replaced).ok_or(Refusal::Unknown(replaced))?;
        if agreement.completed().is_none() {
            return Err(not_now(
                replaced,
                status(book, agreement, today),
                "修订 (amended)",
            ));
        }
    }
    Ok(())
}

/// May we sign it?
pub fn check_sign(book: &Book, own: KeyId, hash: AgreementHash, today: Day) -> Result<(), Refusal> {
    let agreement = book.get(hash).ok_or(Refusal::Unknown(hash))?;
    if agreement.completed().is_none() && agreement.is_signed_by(own) {
        return Err(Refusal::SignedAlready(hash));
    }
    let now = status(book, agreement, today);
    match now {
        Status::Proposed { .. } | Status::HalfSigned { .. } => Ok(()),
        now => Err(not_now(hash, now, "签署 (signed)")),
    }
}

/// May we end it? Either party may, with notice, from today on.
pub fn check_end(book: &Book, ended: &AgreementEnded, today: Day) -> Result<(), Refusal> {
    let hash = ended.agreement_hash;
    let agreement = book.get(hash).ok_or(Refusal::Unknown(hash))?;
    let now = status(book, agreement, today);
    if !matches!(now, Status::Active | Status::NotYetValid { .. }) {
        return Err(not_now(hash, now, "终止 (ended)"));
    }
    if ended.last_day < today {
        return Err(Refusal::Backwards {
            last_day: ended.last_day,
            today,
        });
    }
    let until = agreement.last_day();
    if ended.last_day > until {
        return Err(Refusal::TooLate {
            last_day: ended.last_day,
            until,
        });
    }
    Ok(())
}

const fn not_now(hash: AgreementHash, status: Status, what: &'static str) -> Refusal {
    Refusal::NotNow { hash, status, what }
}
