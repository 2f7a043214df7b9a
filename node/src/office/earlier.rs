//! Replaced identity keys, kept under seal until their overlap ends: a letter on its way may be sealed to one.

use std::sync::Arc;

use hongyan_proto::{identity::IdentityKey, time::Timestamp};
use prost::Message;
use zeroize::Zeroizing;

use super::{Office, OfficeError};
use crate::store::{Draft, Store};

/// The name under which replaced keys are kept until their overlap ends.
const EARLIER: &str = "identity-earlier";

/// A replaced key, kept for letters that are on their way.
#[derive(Clone, PartialEq, Message)]
struct EarlierKey {
    #[prost(bytes = "vec", tag = "1")]
    seed: Vec<u8>,
    #[prost(sint64, tag = "2")]
    until_ms: i64,
}

impl EarlierKey {
    fn key(&self) -> Result<IdentityKey, OfficeError> {
        let seed = self.seed.as_slice().try_into().map_err(|_| damaged())?;
        Ok(IdentityKey::from_seed(seed))
    }
}

#[derive(Clone, PartialEq, Message)]
struct EarlierKeys {
    #[prost(message, repeated, tag = "1")]
    keys: Vec<EarlierKey>,
}

fn damaged() -> OfficeError {
    OfficeError::Damaged("旧身份密钥 earlier identity keys".to_owned())
}

fn read(bytes: Option<bytes::Bytes>) -> Result<EarlierKeys, OfficeError> {
    EarlierKeys::decode(bytes.unwrap_or_default()).map_err(|_| damaged())
}

/// The replaced keys whose overlap has not ended.
pub(super) fn held(store: &Store, now: Timestamp) -> Result<Vec<Arc<IdentityKey>>, OfficeError> {
    let kept = read(store.secret(EARLIER)?)?;
    let valid = kept.keys.iter().filter(|key| now.millis() < key.until_ms);
    valid.map(|key| key.key().map(Arc::new)).collect()
}

/// Keeps a key that is replaced in this commit.
pub(super) fn keep(
    draft: &mut Draft<'_>,
    old: &IdentityKey,
    until: Timestamp,
) -> Result<(), OfficeError> {
    let mut kept = read(draft.secret(EARLIER)?)?;
    kept.keys.push(EarlierKey {
        seed: old.seed().to_vec(),
        until_ms: until.millis(),
    });
    draft.put_secret(EARLIER, &Zeroizing::new(kept.encode_to_vec()))?;
    Ok(())
}

impl Office {
    /// Erases the replaced keys whose overlap has ended: what is sealed to them now is not opened any more.
    pub async fn forget_earlier_keys(&self) -> Result<(), OfficeError> {
        let now = self.now();
        let kept = read(self.store.secret(EARLIER)?)?;
        let over = kept.keys.iter().filter(|key| key.until_ms <= now.millis());
        let over = over.map(|key| key.key().map(|key| key.public()));
        let over = over.collect::<Result<Vec<_>, _>>()?;
        if over.is_empty() {
            return Ok(());
        }
        self.store
            .commit(move |draft| {
                let mut kept = read(draft.secret(EARLIER)?)?;
                kept.keys.retain(|key| now.millis() < key.until_ms);
                draft.put_secret(EARLIER, &Zeroizing::new(kept.encode_to_vec()))?;
                Ok::<_, OfficeError>(())
            })
            .await?;
        // These and no others: a rotation of this moment may have prepared its key already.
        self.keys.retain(|key| !over.contains(key));
        Ok(())
    }
}
