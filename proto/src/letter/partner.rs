//! Whom this node knows: partners, invitations to them, its gateway. Local log only.

use super::{record::record, rotation::KeyRotated, text::Text};
use crate::{
    id::{Epoch, Hash, OrganizationCode, RegionCode},
    time::Timestamp,
};

record! {
    /// A partner was introduced and pinned.
    PartnerAdded "partner_added" {
        /// Ed25519 public key.
        key: [u8; 32] [],
        /// Organization code.
        code: OrganizationCode [],
        /// Organization name.
        name: Text<100> [],
        /// Region by GB/T 2260.
        region: RegionCode [],
        /// host:port, when the partner can be dialled.
        endpoint: Option<Text<255>> [],
        /// This node's epoch for the log it writes to the partner.
        out_epoch: Epoch [],
        /// The partner's epoch for the log it writes to this node; unknown until the first hello.
        in_epoch: Option<Epoch> [],
        /// Who did it.
        actor: Text<60> [],
        /// How the key, known from an earlier meeting, was replaced since.
        rotations: Vec<KeyRotated> [],
    }
}

record! {
    /// A partner's pin was taken away.
    PartnerRevoked "partner_revoked" {
        /// Ed25519 public key.
        key: [u8; 32] [],
        /// Why.
        reason: Text<500> [],
        /// Who did it.
        actor: Text<60> [],
    }
}

record! {
    /// An invitation was written. The secret itself is never stored.
    InvitationIssued "invitation" {
        /// SHA-256 of the one-time secret.
        secret_hash: Hash [],
        /// Until when it can be redeemed.
        expires_ms: Timestamp [],
        /// Who did it.
        actor: Text<60> [],
    }
}

record! {
    /// This node reports to a gateway.
    GatewayEnrolled "gateway" {
        /// Ed25519 public key.
        key: [u8; 32] [],
        /// The department's code.
        code: OrganizationCode [],
        /// The department's name.
        name: Text<100> [],
        /// host:port.
        endpoint: Text<255> [],
        /// Who did it.
        actor: Text<60> [],
        /// The organization above this one in that gateway's tree; none: directly under its department.
        superior: Option<OrganizationCode> [],
    }
}
