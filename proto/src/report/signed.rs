//! A report with its organization's signature: what travels and what the gateway keeps, byte for byte.

use bytes::Bytes;
use sha2::{Digest as _, Sha256};

use super::content::{Report, ReportError};
use crate::{
    id::Hash,
    identity::{IdentityKey, PublicKey},
    log::SignedCheckpoint,
};

/// Keeps this signature apart from every other use of the key.
const DOMAIN: &[u8] = b"hongyan/report/v1\n";

/// A report whose signature and checkpoint verified.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct SignedReport {
    report: Report,
    checkpoint: SignedCheckpoint,
    bytes: Bytes,
    signature: [u8; 64],
}

impl SignedReport {
    /// Signs a report. Fails when its checkpoint is not one of the key's own local log. `earlier`: the keys that this one replaced, as
    /// the local log is still named by the first of them.
    pub fn sign(
        report: Report,
        key: &IdentityKey,
        earlier: &[PublicKey],
    ) -> Result<Self, ReportError> {
        let checkpoint = local_checkpoint(&report, &key.public(), earlier)?;
        let bytes = report.encode();
        let signature = key.sign(&message(&bytes));
        Ok(Self {
            report,
            checkpoint,
            bytes,
            signature,
        })
    }

    /// Checks the signature over exactly these bytes, then reads them, then checks the checkpoint in them. `earlier`: the keys that
    /// the author's replaced.
    pub fn verify(
        bytes: Bytes,
        signature: &[u8],
        author: &PublicKey,
        earlier: &[PublicKey],
    ) -> Result<Self, ReportError> {
        if bytes.len() > super::limits::MAX_REPORT_BYTES {
            return Err(ReportError::TooLarge(bytes.len()));
        }
        let signature: [u8; 64] = signature.try_into().map_err(|_| ReportError::Signature)?;
        author
            .verify(&message(&bytes), &signature)
            .map_err(|_| ReportError::Signature)?;
        let report = Report::parse(&bytes)?;
        let checkpoint = local_checkpoint(&report, author, earlier)?;
        Ok(Self {
            report,
            checkpoint,
            bytes,
            signature,
        })
    }

    /// What it says.
    pub fn report(&self) -> &Report {
        &self.report
    }

    /// The organization's local log as it stood.
    pub fn checkpoint(&self) -> &SignedCheckpoint {
        &self.checkpoint
    }

    /// The exact bytes that are signed.
    pub fn bytes(&self) -> &Bytes {
        &self.bytes
    }

    /// Ed25519 over "hongyan/report/v1\n" ‖ bytes.
    pub fn signature(&self) -> &[u8; 64] {
        &self.signature
    }

    /// SHA-256 of the bytes: two reports with the same revision and another hash are an equivocation.
    pub fn hash(&self) -> Hash {
        Hash::from_bytes(Sha256::digest(&self.bytes).into())
    }
}

fn message(bytes: &[u8]) -> Vec<u8> {
    [DOMAIN, bytes].concat()
}

fn local_checkpoint(
    report: &Report,
    author: &PublicKey,
    earlier: &[PublicKey],
) -> Result<SignedCheckpoint, ReportError> {
    let keys = [&[*author], earlier].concat();
    let checkpoint = SignedCheckpoint::verify_by(&report.checkpoint, |origin, _| {
        // A log is named by a key its author had when it was made.
        let named = keys.iter().any(|key| key.key_id() == origin.author);
        if named { keys.clone() } else { Vec::new() }
    })?;
    // A local log has its author as its audience; a partner's log would say nothing about this node's own memory.
    if checkpoint.origin().audience != checkpoint.origin().author {
        return Err(ReportError::NotLocalLog(checkpoint.origin().to_string()));
    }
    Ok(checkpoint)
}
