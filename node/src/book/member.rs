//! The roster (党员名册): the latest entry for a member counts.

use hongyan_proto::{
    id::{CertificateNumber, MemberId},
    letter::{self, Payload},
    log::Kind,
};

use super::{BookError, Shelf};
use crate::store::{Draft, View};

/// A member as the roster has it.
pub type Member = letter::Member;

fn certificate_key(blind: [u8; 16], id: Option<MemberId>) -> Vec<u8> {
    let id = id.as_ref().map_or(&[][..], |id| id.as_bytes().as_slice());
    [&blind[..], id].concat()
}

fn checked(bytes: &[u8]) -> Result<Member, BookError> {
    match Payload::decode(Kind::Member, bytes) {
        Ok(Payload::Member(member)) => Ok(member),
        _ => Err(BookError::View("member")),
    }
}

pub(super) fn keep(
    draft: &mut Draft<'_>,
    new: &Member,
    payload: &Payload,
) -> Result<(), BookError> {
    let old = member(draft, new.member_id)?.and_then(|old| old.details.certificate);
    if let Some(old) = old.filter(|old| Some(old) != new.details.certificate.as_ref()) {
        let key = certificate_key(draft.blind(old.as_str().as_bytes()), Some(new.member_id));
        draft.delete_view(View::MemberOfCertificate, &key);
    }
    if let Some(certificate) = &new.details.certificate {
        let key = certificate_key(
            draft.blind(certificate.as_str().as_bytes()),
            Some(new.member_id),
        );
        draft.put_view(View::MemberOfCertificate, &key, Vec::new())?;
    }
    Ok(draft.put_view(View::Member, new.member_id.as_bytes(), payload.encode())?)
}

/// A member by id.
pub fn member(shelf: &impl Shelf, id: MemberId) -> Result<Option<Member>, BookError> {
    shelf
        .get(View::Member, id.as_bytes())?
        .map(|bytes| checked(&bytes))
        .transpose()
}

/// The whole roster, those who left it included, by member id.
pub fn members(shelf: &impl Shelf) -> Result<Vec<Member>, BookError> {
    shelf
        .scan(View::Member, &[])?
        .iter()
        .map(|(_, bytes)| checked(bytes))
        .collect()
}

/// The members that hold a certificate. More than one is an error of the roster that people must see.
pub fn members_of_certificate(
    shelf: &impl Shelf,
    certificate: &CertificateNumber,
) -> Result<Vec<MemberId>, BookError> {
    let prefix = certificate_key(shelf.hide(certificate.as_str().as_bytes()), None);
    shelf
        .scan(View::MemberOfCertificate, &prefix)?
        .iter()
        .map(|(key, _)| {
            MemberId::from_slice(&key[prefix.len()..]).map_err(|_| BookError::View("member"))
        })
        .collect()
}
