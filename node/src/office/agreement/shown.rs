//! Agreements as they are shown.

use hongyan_proto::{
    id::AgreementHash,
    letter::Payload,
    time::{Day, Timestamp},
};

use crate::office::{Office, OfficeError, find};
use crate::{
    book::{self, Author, Partner, Shelf},
    domain::agreement::{Agreement, Book, Status, status::status},
    store::LogNo,
};

/// One agreement ready to be shown.
#[derive(Clone, Debug)]
pub(in crate::office) struct AgreementView {
    pub(in crate::office) agreement: Agreement,
    pub(in crate::office) partner: Partner,
    pub(in crate::office) status: Status,
    pub(in crate::office) proposed_by: Author,
    pub(in crate::office) signatures: Vec<(Author, String, Timestamp)>,
    pub(in crate::office) must_act: Option<Author>,
    pub(in crate::office) end: Option<(Day, String)>,
}

/// One agreement by its hash.
pub(in crate::office) fn show(
    office: &Office,
    hash: AgreementHash,
) -> Result<AgreementView, OfficeError> {
    let (hash, partner) = find::agreement(&office.store, &hash.to_string())?;
    let book = book::agreements(&office.store, &partner)?;
    let agreement = book
        .get(hash)
        .ok_or_else(|| OfficeError::not_found(("协议", "agreement"), hash.to_string()))?;
    view(office, &office.store, &partner, &book, agreement)
}

/// One agreement by the first digits of its hash.
pub(in crate::office) fn named(office: &Office, text: &str) -> Result<AgreementView, OfficeError> {
    show(office, find::agreement(&office.store, text)?.0)
}

/// All agreements, the newest proposal first.
pub(in crate::office) fn list(
    office: &Office,
    partner: &str,
) -> Result<Vec<AgreementView>, OfficeError> {
    let store = &office.store;
    let mut views = Vec::new();
    for partner in find::partners(store, partner)? {
        let book = book::agreements(store, &partner)?;
        for agreement in book.agreements().iter().rev() {
            views.push(view(office, store, &partner, &book, agreement)?);
        }
    }
    Ok(views)
}

fn view(
    office: &Office,
    shelf: &impl Shelf,
    partner: &Partner,
    book: &Book,
    agreement: &Agreement,
) -> Result<AgreementView, OfficeError> {
    let own = partner.own.key_id();
    let today = office.today();
    let status = status(book, agreement, today);
    let author = |key| {
        if key == own {
            Author::Own
        } else {
            Author::Partner
        }
    };
    let other = |author| {
        if author == Author::Own {
            Author::Partner
        } else {
            Author::Own
        }
    };
    let mut signatures = Vec::new();
    let mut end = None;
    for record in book::agreement_records(shelf, partner)? {
        let author = if shelf.record(LogNo(record.log))?.own {
            Author::Own
        } else {
            Author::Partner
        };
        match record.content()? {
            Some(Payload::AgreementSigned(signed)) if signed.agreement_hash == agreement.hash => {
                signatures.push((
                    author,
                    signed.signatory.to_string(),
                    Timestamp::from_millis(record.time_ms),
                ));
            }
            Some(Payload::AgreementEnded(ended)) if ended.agreement_hash == agreement.hash => {
                let reason = ended
                    .reason
                    .map(|reason| reason.to_string())
                    .unwrap_or_default();
                end = Some((agreement.last_day(), reason));
            }
            _ => {}
        }
    }
    let proposed_by = author(agreement.proposed.author());
    let must_act = match status {
        Status::Proposed { by } | Status::HalfSigned { by } => Some(other(author(by))),
        _ => None,
    };
    Ok(AgreementView {
        agreement: agreement.clone(),
        partner: partner.clone(),
        status,
        proposed_by,
        signatures,
        must_act,
        end,
    })
}
