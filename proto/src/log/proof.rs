//! Inclusion and consistency proofs: RFC 6962 §2.1.1 and §2.1.2, over whatever can name a subtree's root.

use thiserror::Error;
use tlog_tiles::HashReader;

use super::limits::MAX_PROOF_HASHES;
use crate::id::Hash;

/// A proof that could not be made or does not hold.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
pub enum ProofError {
    /// The log cannot give the hashes, or the range asked for is not in it.
    #[error("无法出具证明 the proof cannot be made: {0}")]
    Unavailable(String),
    /// The proof does not lead to the root.
    #[error("证明不成立: 与签名的根不符 the proof does not hold against the signed root")]
    Invalid,
}

fn unavailable(error: impl std::fmt::Debug) -> ProofError {
    ProofError::Unavailable(format!("{error:?}"))
}

fn to_tlog(proof: &[Hash]) -> Result<Vec<tlog_tiles::Hash>, ProofError> {
    if proof.len() > MAX_PROOF_HASHES {
        return Err(ProofError::Invalid);
    }
    Ok(proof.iter().map(|hash| (*hash).into()).collect())
}

/// Proves that the entry with `leaf` at `sequence` is in the tree of `size` entries.
pub fn prove_inclusion(
    reader: &impl HashReader,
    size: u64,
    sequence: u64,
) -> Result<Vec<Hash>, ProofError> {
    let proof = tlog_tiles::prove_record(size, sequence, reader).map_err(unavailable)?;
    Ok(proof.into_iter().map(Hash::from).collect())
}

/// Checks such a proof against a root.
pub fn verify_inclusion(
    proof: &[Hash],
    size: u64,
    root: Hash,
    sequence: u64,
    leaf: Hash,
) -> Result<(), ProofError> {
    if sequence >= size {
        return Err(ProofError::Invalid);
    }
    tlog_tiles::check_record(&to_tlog(proof)?, size, root.into(), sequence, leaf.into())
        .map_err(|_| ProofError::Invalid)
}

/// Proves that the tree of `size` entries begins with the tree of `older` entries.
pub fn prove_consistency(
    reader: &impl HashReader,
    size: u64,
    older: u64,
) -> Result<Vec<Hash>, ProofError> {
    if older == 0 || older == size {
        return Ok(Vec::new());
    }
    let proof = tlog_tiles::prove_tree(size, older, reader).map_err(unavailable)?;
    Ok(proof.into_iter().map(Hash::from).collect())
}

/// Checks such a proof against both roots.
pub fn verify_consistency(
    proof: &[Hash],
    size: u64,
    root: Hash,
    older: u64,
    older_root: Hash,
) -> Result<(), ProofError> {
    match older {
        _ if older > size => Err(ProofError::Invalid),
        // The empty tree begins every tree; a tree begins itself.
        0 if proof.is_empty() => Ok(()),
        _ if older == size => {
            if proof.is_empty() && root == older_root {
                Ok(())
            } else {
                Err(ProofError::Invalid)
            }
        }
        0 => Err(ProofError::Invalid),
        _ => tlog_tiles::check_tree(
            &to_tlog(proof)?,
            size,
            root.into(),
            older,
            older_root.into(),
        )
        .map_err(|_| ProofError::Invalid),
    }
}
