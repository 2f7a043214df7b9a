//! Who introduces itself, and what is known here of it: whether the two met before, by which key, in which logs.

use hongyan_proto::{
    id::Epoch,
    identity::{PublicKey, Succession},
    letter::{KeyRotated, PartnerAdded, Payload, Text},
};

use crate::{
    book::{self, Partner, PartnerState, Shelf},
    office::{OfficeError, Organization, error::At},
};

/// Who someone is, as said when two nodes meet.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Introduction {
    /// The identity key, as TLS proved it.
    pub key: PublicKey,
    /// How the key came to be, as its certificate shows.
    pub succession: Succession,
    /// Who it is, in words.
    pub organization: Organization,
    /// The epoch of the log it will write to the other.
    pub epoch: Epoch,
    /// The epoch of the other's log of which it holds entries; none: of no log.
    pub held: Option<Epoch>,
}

/// `key`: the one by which it is known here, if it is; what followed is written with it.
pub(super) fn added(
    introduction: &Introduction,
    key: PublicKey,
    out: Epoch,
    actor: Text<60>,
) -> Result<Payload, OfficeError> {
    let organization = &introduction.organization;
    let endpoint = match organization.endpoint.as_str() {
        "" => None,
        text => Some(Text::parse(text).at("endpoint")?),
    };
    let followed = introduction.succession.after(&key);
    Ok(PartnerAdded {
        key: *key.as_bytes(),
        code: organization.code.clone(),
        name: Text::parse(organization.name.as_str()).at("name")?,
        region: organization.region.clone(),
        endpoint,
        out_epoch: out,
        in_epoch: Some(introduction.epoch),
        actor,
        rotations: followed.iter().map(KeyRotated::from).collect(),
    }
    .into())
}

/// What this side knows of an organization that introduces itself once more.
pub(super) struct Met {
    /// The newest key of it that is known here.
    pub(super) signer: PublicKey,
    /// The epoch of the log written to it: both go on where they were.
    pub(super) out: Epoch,
    /// Is it pinned?
    pub(super) is_pinned: bool,
    /// Are its key and what it says of itself what is written of it?
    pub(super) is_unchanged: bool,
}

/// The partner that has or had one of these keys.
pub(super) fn find_met(
    shelf: &impl Shelf,
    key: PublicKey,
    succession: &Succession,
) -> Result<Option<Partner>, OfficeError> {
    let mut known = book::partners(shelf)?.into_iter();
    let shown = |known: PublicKey| known == key || succession.keys_before().any(|one| one == known);
    Ok(known.find(|partner| partner.keys().any(shown)))
}

/// Was the other side met before? Refuses one that says it begins another log than the one that is held: its letters, or ours, would be lost
/// without a word. Where nothing was received yet, there is nothing to lose.
pub(super) fn met(shelf: &impl Shelf, other: &Introduction) -> Result<Option<Met>, OfficeError> {
    let Some(partner) = find_met(shelf, other.key, &other.succession)? else {
        return Ok(None);
    };
    // Restored from before it replaced its key: what is known here of it would not be continued.
    let is_shown = |key| other.key == key || other.succession.keys_before().any(|one| one == key);
    if !is_shown(partner.signer) {
        return Err(OfficeError::AlreadyPartner(partner.code.to_string()));
    }
    let (out, incoming) = book::met(shelf, &partner)?;
    let same = incoming == Some(other.epoch);
    for log in &partner.incoming_logs {
        if !same && shelf.record(log.no)?.size() > 0 {
            return Err(OfficeError::AlreadyPartner(partner.code.to_string()));
        }
    }
    // It lost the answer to the first invitation and has another key since: logs named by the old one would be known to one side only.
    if !same && other.key != partner.signer {
        return Ok(None);
    }
    let said = &other.organization;
    let is_unchanged = partner.signer == other.key
        && partner.code == said.code
        && partner.name == said.name.as_str()
        && partner.region == said.region
        && partner.endpoint == said.endpoint;
    Ok(Some(Met {
        signer: partner.signer,
        out,
        is_pinned: partner.state != PartnerState::Revoked && same,
        is_unchanged,
    }))
}
