//! Who an organization is: its Ed25519 key, the fingerprint people compare by telephone, the invitation with which trust
//! begins and the statement with which a key is replaced.
//!
//! What the key signs besides a rotation lives with the signed thing (checkpoints in `log`, certificates in `channel`).
//! How keys are kept on disk does not belong here.

mod endpoint;
mod fingerprint;
mod invitation;
mod key;
mod keyring;
mod rotation;
mod succession;

pub use endpoint::{Endpoint, EndpointError};
pub use invitation::{Invitation, InvitationError, InvitationSecret, OrganizationName, Purpose};
pub use key::{BadSignature, IdentityKey, KeyError, PublicKey};
pub use keyring::Keyring;
pub use rotation::{KeyRotation, RotationError};
pub use succession::{MAX_ROTATIONS, Succession};
