//! Who somebody is: invitations and fingerprints that people hand over, addresses, and the certificate of a connection.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use hongyan_proto::{
    channel::PeerIdentity,
    id::KeyId,
    identity::{Endpoint, Invitation},
    time::Timestamp,
};
use sha2::{Digest as _, Sha256};

pub(super) fn invitation(bytes: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return false;
    };
    match Invitation::parse(text) {
        Ok(invitation) => {
            let again = Invitation::parse(&invitation.to_text());
            assert!(
                again.is_ok_and(|again| again.to_text() == invitation.to_text()),
                "an invitation has one spelling"
            );
            true
        }
        Err(_) => false,
    }
}

/// What an invitation's text holds, with its checksum made right.
pub(super) fn invitation_message(bytes: &[u8]) -> bool {
    let mut whole = vec![1];
    whole.extend_from_slice(bytes);
    let checksum = Sha256::digest(&whole);
    whole.extend_from_slice(&checksum[..4]);
    let text = format!("hongyan1:{}", URL_SAFE_NO_PAD.encode(whole));
    invitation(text.as_bytes())
}

pub(super) fn certificate(bytes: &[u8]) -> bool {
    PeerIdentity::verify(bytes, Timestamp::from_millis(1_790_000_000_000)).is_ok()
}

pub(super) fn endpoint(bytes: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return false;
    };
    match text.parse::<Endpoint>() {
        Ok(endpoint) => {
            assert_eq!(
                endpoint.to_string().parse::<Endpoint>().ok(),
                Some(endpoint)
            );
            true
        }
        Err(_) => false,
    }
}

/// The fingerprint of whoever may ask a gateway, as an officer types it.
pub(super) fn fingerprint(bytes: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return false;
    };
    match text.parse::<KeyId>() {
        Ok(key) => {
            assert_eq!(key.to_string().parse(), Ok(key));
            true
        }
        Err(_) => false,
    }
}
