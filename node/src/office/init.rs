//! Makes a node: its folder, its keys, its name, and the local log.

use std::path::Path;

use hongyan_proto::{
    id::{Epoch, LogOrigin},
    identity::IdentityKey,
};
use rand::{CryptoRng, RngCore};

use super::{
    OfficeError, Organization,
    opened::{IDENTITY, ORGANIZATION, OrganizationRecord},
};
use crate::{
    book::put,
    store::{Store, Unlock, View},
};

/// What a new node is.
#[derive(Clone, Debug)]
pub struct NewNode {
    /// Who it is.
    pub organization: Organization,
    /// What opens it.
    pub unlock: Unlock,
}

/// Makes the store, the identity key and the local log. The folder must be new or empty. The store is closed again.
pub fn init(
    folder: &Path,
    node: &NewNode,
    rng: &mut (impl RngCore + CryptoRng),
) -> Result<(), OfficeError> {
    let mut seed = [0; 32];
    rng.fill_bytes(&mut seed);
    let store = Store::create(folder, &node.unlock, seed)?;
    let key = IdentityKey::generate(rng);
    let epoch = Epoch::random(rng);
    let record = OrganizationRecord::from(&node.organization);
    store.commit_blocking(move |draft| {
        let id = key.public().key_id();
        draft.put_secret(IDENTITY, key.seed().as_slice())?;
        put(draft, View::Setting, ORGANIZATION, &record)?;
        draft.create_log(
            LogOrigin {
                author: id,
                audience: id,
                epoch,
            },
            key.public(),
            true,
        )?;
        Ok::<_, OfficeError>(())
    })
}
