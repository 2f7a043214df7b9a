//! The version of what is on disk, and the numbered steps from each version to the next.
//!
//! A step gets the open database and adds its changes to the opening commit, so a migration is done wholly or not at all.

use super::{error::StoreError, key, overlay::Overlay, vault::Vault};

/// The version this program writes.
pub(super) const SCHEMA: u32 = 1;

type Step = fn(&Vault, &mut Overlay) -> Result<(), StoreError>;

/// The step at index n leads from version n + 1 to n + 2. Steps are never changed once released.
const STEPS: [Step; SCHEMA as usize - 1] = [];

pub(super) fn schema_key() -> Vec<u8> {
    key::meta("schema")
}

/// Writes the version of a new store.
pub(super) fn mark(overlay: &mut Overlay) {
    overlay.put(schema_key(), SCHEMA.to_be_bytes().to_vec().into());
}

/// Brings a store to this program's version. Returns the version it had, when that was another.
pub(super) fn migrate(vault: &Vault, overlay: &mut Overlay) -> Result<Option<u32>, StoreError> {
    let found = vault
        .get(&schema_key())?
        .and_then(|bytes| Some(u32::from_be_bytes(bytes.as_ref().try_into().ok()?)))
        .filter(|version| *version > 0)
        // A database that lost its pages opens as an empty one.
        .ok_or(StoreError::Malformed {
            what: "版本记录 (数据库可能被截断或清空) version record, the database may have been cut short",
        })?;
    if found > SCHEMA {
        return Err(StoreError::NewerSchema {
            found,
            known: SCHEMA,
        });
    }
    if found == SCHEMA {
        return Ok(None);
    }
    for step in STEPS.iter().skip(found as usize - 1) {
        step(vault, overlay)?;
    }
    mark(overlay);
    Ok(Some(found))
}
