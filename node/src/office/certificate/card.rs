//! The electronic form of a certificate: the card that its holder shows, and whose key signed one.

use hongyan_proto::{
    id::{KeyId, OrganizationCode},
    letter::{Card, CertificateCardContent, Text},
};

use crate::{
    book::{self, Member, PartnerState, Shelf as _},
    domain::certificate::{Certificate, State},
    office::{Office, OfficeError},
    store::LogNo,
};

/// The signed card of a certificate that is held and was issued here.
pub(in crate::office) fn card(
    office: &Office,
    certificate: &Certificate,
    holder: Option<&Member>,
) -> Result<Option<Card>, OfficeError> {
    let name = holder.and_then(|member| member.details.name.clone());
    let (State::Held, Some(issued_on), Some(kind), Some(name)) = (
        &certificate.state,
        certificate.issued_on,
        certificate.kind,
        name,
    ) else {
        return Ok(None);
    };
    let content = CertificateCardContent {
        number: certificate.number.clone(),
        kind,
        name,
        organization_code: office.organization().code.clone(),
        organization_name: Text::parse(office.organization().name.as_str())?,
        issued_on,
        key: *office.public().as_bytes(),
    };
    Ok(Some(Card::sign(&office.key(), content)))
}

/// Who signed a card, as far as this node knows.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(in crate::office) enum Signer {
    Own,
    Partner(String),
    Former(String),
    Unknown,
}

/// Reads a card and finds its signer among the pinned keys. Needs no network.
pub(in crate::office) fn verify(
    office: &Office,
    text: &str,
) -> Result<(Card, Signer), OfficeError> {
    let card = Card::parse(text)?;
    let code = &card.content().organization_code;
    let signer = signer(office, card.key_id(), code)?;
    Ok((card, signer))
}

/// Whose key signed something that names this organization.
pub(in crate::office) fn signer(
    office: &Office,
    key: KeyId,
    organization: &OrganizationCode,
) -> Result<Signer, OfficeError> {
    let local = office.store.record(LogNo::LOCAL)?;
    if local.signers.keys().any(|own| own.key_id() == key) {
        return Ok(Signer::Own);
    }
    for partner in book::partners(&office.store)? {
        if !partner.keys().any(|known| known.key_id() == key) {
            continue;
        }
        let code = partner.code.to_string();
        let current = partner.signer.key_id() == key && partner.state != PartnerState::Revoked;
        // Whoever holds a partner's key may not speak for another organization.
        if partner.code != *organization {
            return Ok(Signer::Unknown);
        }
        return Ok(if current {
            Signer::Partner(code)
        } else {
            Signer::Former(code)
        });
    }
    Ok(Signer::Unknown)
}
