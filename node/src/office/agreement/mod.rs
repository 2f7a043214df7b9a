//! Co-management agreements: drafted, proposed, answered, signed, ended.

mod drafted;
mod left;
mod shown;

use hongyan_proto::{
    id::AgreementHash,
    letter::{
        AgreementEnded, AgreementProposed, AgreementSigned, Terms, Text,
        agreement::signature_message,
    },
    time::Day,
};

use super::{
    Answer, Office, OfficeError, Request,
    desk::{Cut, Desk, writable},
    error::At,
    find,
};
use drafted::compose;

use crate::{
    book::{self, Partner},
    domain::agreement::{
        Agreement, Book, Status,
        check::{self, Refusal},
    },
};

pub(super) use drafted::{Draft, draft};
pub(super) use left::{is_unsettled, is_waiting, left_open};
pub(super) use shown::{AgreementView, list, named, show};

/// Why terms are sent.
#[derive(Clone, Debug)]
pub(super) enum Proposal {
    /// A first word, or exactly these terms.
    Terms(Box<Terms>),
    /// A first word from a draft.
    Draft(Box<Draft>),
    /// Other terms than the partner's proposal.
    Counter(String, Box<Draft>),
    /// Terms that supersede an agreement in force.
    Amend(String, Box<Draft>),
}

/// Sends terms to the partner. Returns their hash.
pub(super) async fn propose(
    office: &Office,
    request: Request,
    proposal: Proposal,
) -> Result<(AgreementHash, Answer), OfficeError> {
    let handle = office.clone();
    let answer = office
        .write(request, move |desk| {
            let mut nonce = [0; 16];
            rand::RngCore::fill_bytes(desk.draft.rng(), &mut nonce);
            let (partner, terms, answers) = write_out(&handle, desk, proposal, nonce)?;
            writable(&partner)?;
            let book = book::agreements(desk.draft, &partner)?;
            let own = partner.own.key_id();
            overlaps(&book, &terms)?;
            let proposed = AgreementProposed { terms, answers };
            check::check_propose(&book, own, partner.key_id, &proposed, desk.today)
                .map_err(|refusal| refused(refusal, &partner))?;
            let hash = proposed.terms.hash();
            desk.send(&partner, proposed.into(), None, Cut::Refuse)?;
            Ok(Answer {
                extra: hash.to_field(),
                ..Answer::default()
            })
        })
        .await?;
    hash_of(&answer).map(|hash| (hash, answer))
}

fn hash_of(answer: &Answer) -> Result<AgreementHash, OfficeError> {
    AgreementHash::from_slice(&answer.extra).at("request_id")
}

type WrittenOut = (Partner, Terms, Option<AgreementHash>);

fn write_out(
    office: &Office,
    desk: &Desk<'_, '_>,
    proposal: Proposal,
    nonce: [u8; 16],
) -> Result<WrittenOut, OfficeError> {
    let named = |text: &str| -> Result<(Agreement, Partner), OfficeError> {
        let (hash, partner) = find::agreement(desk.draft, text)?;
        let book = book::agreements(desk.draft, &partner)?;
        let agreement = book.get(hash).cloned();
        Ok((
            agreement.ok_or_else(|| OfficeError::not_found(("协议", "agreement"), text))?,
            partner,
        ))
    };
    match proposal {
        Proposal::Terms(terms) => {
            let both = |partner: &Partner| {
                let parties = [partner.own.key_id(), partner.key_id];
                parties.iter().all(|key| terms.party(*key).is_some())
            };
            let mut partners = book::partners(desk.draft)?.into_iter();
            let other = partners.find(both).ok_or_else(|| {
                OfficeError::field("terms", "协议须有对方 the terms must name the partner")
            })?;
            Ok((other, *terms, None))
        }
        Proposal::Draft(draft) => {
            let partner = find::partner(desk.draft, &draft.partner)?;
            let terms = match draft.based_on.as_str() {
                "" => compose(office, &partner, &draft, None, None, nonce)?,
                text => compose(
                    office,
                    &partner,
                    &draft,
                    Some(&named(text)?.0.terms),
                    None,
                    nonce,
                )?,
            };
            Ok((partner, terms, None))
        }
        Proposal::Counter(text, draft) => {
            let (agreement, partner) = named(&text)?;
            let base = &agreement.terms;
            let terms = compose(office, &partner, &draft, Some(base), base.supersedes, nonce)?;
            Ok((partner, terms, Some(agreement.hash)))
        }
        Proposal::Amend(text, draft) => {
            let (agreement, partner) = named(&text)?;
            let in_force = book::in_force(desk.draft, &partner, desk.today)?;
            if in_force.is_none_or(|in_force| in_force.hash != agreement.hash) {
                return Err(OfficeError::NotInForce(partner.code.to_string()));
            }
            let terms = compose(
                office,
                &partner,
                &draft,
                Some(&agreement.terms),
                Some(agreement.hash),
                nonce,
            )?;
            Ok((partner, terms, None))
        }
    }
}

/// Two agreements must not hold on one day, or nobody could say which scope counts.
fn overlaps(book: &Book, terms: &Terms) -> Result<(), OfficeError> {
    let clash = book.rival(terms);
    clash.map_or(Ok(()), |clash| Err(OfficeError::Overlap(clash.hash)))
}

fn refused(refusal: Refusal, partner: &Partner) -> OfficeError {
    match refusal {
        Refusal::Unknown(hash) => OfficeError::not_found(("协议", "agreement"), hash.to_string()),
        Refusal::SignedAlready(hash)
        | Refusal::NotNow {
            hash,
            status: Status::Active | Status::NotYetValid { .. },
            ..
        } => OfficeError::AlreadySigned(hash),
        Refusal::NotNow {
            hash,
            status: Status::Proposed { .. } | Status::HalfSigned { .. },
            ..
        } => OfficeError::NotSigned {
            partner: partner.code.to_string(),
            hash,
        },
        Refusal::NotNow { hash, .. } => OfficeError::AlreadyEnded(hash),
        Refusal::Backwards { .. } | Refusal::TooLate { .. } => {
            OfficeError::field("last_day", refusal)
        }
        other @ (Refusal::OtherParties | Refusal::Repeated(_)) => {
            OfficeError::field("agreement", other)
        }
    }
}

/// Signs the exact bytes of a proposal.
pub(super) async fn sign(
    office: &Office,
    request: Request,
    agreement: String,
    signatory: Option<Text<60>>,
) -> Result<(AgreementHash, Answer), OfficeError> {
    let answer = office
        .write(request, move |desk| {
            let (hash, partner) = find::agreement(desk.draft, &agreement)?;
            let own = partner.own.key_id();
            let book = book::agreements(desk.draft, &partner)?;
            check::check_sign(&book, own, hash, desk.today)
                .map_err(|refusal| refused(refusal, &partner))?;
            let terms = book.get(hash).map(|agreement| agreement.terms.clone());
            let terms =
                terms.ok_or_else(|| OfficeError::not_found(("协议", "agreement"), agreement))?;
            overlaps(&book, &terms)?;
            let party = terms
                .party(own)
                .ok_or_else(|| OfficeError::field("agreement", Refusal::OtherParties))?;
            let signed = AgreementSigned {
                agreement_hash: hash,
                signature: desk.key.sign(&signature_message(hash)),
                signatory: signatory.unwrap_or_else(|| party.signatory.clone()),
            };
            desk.send(&partner, signed.into(), None, Cut::Refuse)?;
            Ok(Answer {
                extra: hash.to_field(),
                ..Answer::default()
            })
        })
        .await?;
    hash_of(&answer).map(|hash| (hash, answer))
}

/// Ends an agreement before its time.
pub(super) async fn end(
    office: &Office,
    request: Request,
    agreement: String,
    last_day: Option<Day>,
    reason: Text<500>,
) -> Result<(AgreementHash, Answer), OfficeError> {
    let answer = office
        .write(request, move |desk| {
            let (hash, partner) = find::agreement(desk.draft, &agreement)?;
            let book = book::agreements(desk.draft, &partner)?;
            let ended = AgreementEnded {
                agreement_hash: hash,
                last_day: last_day.unwrap_or(desk.today),
                reason: Some(reason),
            };
            check::check_end(&book, &ended, desk.today)
                .map_err(|refusal| refused(refusal, &partner))?;
            desk.send(&partner, ended.into(), None, Cut::Refuse)?;
            Ok(Answer {
                extra: hash.to_field(),
                ..Answer::default()
            })
        })
        .await?;
    hash_of(&answer).map(|hash| (hash, answer))
}
