//! An opened office: the store, who this node is, and the clock.

use std::{path::Path, sync::Arc};

use hongyan_proto::{
    id::{KeyId, OrganizationCode, RegionCode},
    identity::{IdentityKey, Keyring, OrganizationName, PublicKey},
    log::SignedCheckpoint,
    time::{Day, Timestamp},
};
use prost::Message;

use super::{Carrier, OfficeError, earlier};
use crate::{
    book,
    store::{Damage, Draft, Harm, LogNo, OpenReport, Store, StoreError, Unlock, View},
};

/// Gives the instant it is. Wired to the system's clock by `lib.rs`, to a hand-turned one by tests.
pub type Clock = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// The name under which the identity key's seed is kept.
pub(super) const IDENTITY: &str = "identity";
/// The setting that says who this node is.
pub(super) const ORGANIZATION: &[u8] = b"organization";

/// Who this node is, in words. The key is what partners pin.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Organization {
    /// Code.
    pub code: OrganizationCode,
    /// Name.
    pub name: OrganizationName,
    /// GB/T 2260.
    pub region: RegionCode,
    /// host:port where partners dial, or empty.
    pub endpoint: String,
}

/// As it is stored.
#[derive(Clone, PartialEq, Message)]
pub(super) struct OrganizationRecord {
    #[prost(string, tag = "1")]
    code: String,
    #[prost(string, tag = "2")]
    name: String,
    #[prost(string, tag = "3")]
    region: String,
    #[prost(string, tag = "4")]
    endpoint: String,
}

impl From<&Organization> for OrganizationRecord {
    fn from(organization: &Organization) -> Self {
        Self {
            code: organization.code.to_string(),
            name: organization.name.to_string(),
            region: organization.region.to_string(),
            endpoint: organization.endpoint.clone(),
        }
    }
}

impl OrganizationRecord {
    fn checked(self) -> Option<Organization> {
        Some(Organization {
            code: OrganizationCode::parse(&self.code).ok()?,
            name: OrganizationName::parse(&self.name).ok()?,
            region: RegionCode::parse(&self.region).ok()?,
            endpoint: self.endpoint,
        })
    }
}

/// One organization's office. Clones are handles to the same one.
#[derive(Clone)]
pub struct Office {
    pub(super) store: Store,
    pub(super) keys: Keyring,
    pub(super) organization: Arc<Organization>,
    pub(super) clock: Clock,
    pub(super) carrier: Option<Arc<Carrier>>,
    pub(super) report: Arc<OpenReport>,
    pub(super) listening: Option<String>,
    pub(super) unlock: Option<Arc<Unlock>>,
}

impl Office {
    /// Opens the office of a data folder. `seed` must be fresh random bytes. After an upgrade or a loss the views are made again from the logs:
    /// `progress` hears how many entries of how many are done.
    pub fn open(
        folder: &Path,
        unlock: &Unlock,
        seed: [u8; 32],
        clock: Clock,
        progress: &dyn Fn(u64, u64),
    ) -> Result<Self, OfficeError> {
        let (store, report) = Store::open(folder, unlock, seed)?;
        let lost = |damage: &Damage| matches!(damage.what, Harm::Missing { .. });
        // A disk that forgot entries may have kept what was made of them.
        if !report.cleared_views.is_empty() || report.damage.iter().any(lost) {
            book::rebuild(&store, progress)?;
        }
        let mut office = Self::over(store, clock, report)?;
        office.unlock = Some(Arc::new(unlock.clone()));
        Ok(office)
    }

    /// The office over an open store.
    pub fn over(store: Store, clock: Clock, report: OpenReport) -> Result<Self, OfficeError> {
        let damaged = |what: &'static str| {
            OfficeError::Damaged(format!(
                "{what} 无法读取; 请从备份恢复 cannot be read: restore a backup"
            ))
        };
        let seed = store
            .secret(IDENTITY)?
            .ok_or_else(|| damaged("身份密钥 identity key"))?;
        let seed: [u8; 32] = seed
            .as_ref()
            .try_into()
            .map_err(|_| damaged("身份密钥 identity key"))?;
        let organization = store
            .view(View::Setting, ORGANIZATION)?
            .and_then(|bytes| OrganizationRecord::decode(bytes).ok())
            .and_then(OrganizationRecord::checked)
            .ok_or_else(|| damaged("组织信息 organization"))?;
        let key = IdentityKey::from_seed(seed);
        let local = store.log(LogNo::LOCAL);
        if local.is_none_or(|local| *local.signers.current() != key.public()) {
            return Err(damaged("身份密钥 identity key"));
        }
        let replaced = earlier::held(&store, clock())?;
        Ok(Self {
            store,
            keys: Keyring::new(Arc::new(key), replaced),
            organization: Arc::new(organization),
            clock,
            carrier: None,
            report: Arc::new(report),
            listening: None,
            unlock: None,
        })
    }

    /// The same office with a way to the network.
    #[must_use]
    pub fn with_carrier(mut self, carrier: Carrier, listening: Option<String>) -> Self {
        self.carrier = Some(Arc::new(carrier));
        self.listening = listening;
        self
    }

    /// Does a node process answer, or the in-process office of one command?
    pub(super) fn is_serving(&self) -> bool {
        self.listening.is_some()
    }

    /// host:port where partners reach it while serving.
    pub(super) fn listening(&self) -> &str {
        self.listening.as_deref().unwrap_or_default()
    }

    /// The store.
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// The identity key that is valid now.
    pub fn key(&self) -> Arc<IdentityKey> {
        self.keys.current()
    }

    /// The identity keys this node holds.
    pub fn keys(&self) -> &Keyring {
        &self.keys
    }

    /// Its public half.
    pub fn public(&self) -> PublicKey {
        self.keys.current().public()
    }

    /// Its fingerprint.
    pub fn key_id(&self) -> KeyId {
        self.public().key_id()
    }

    /// Who this node is.
    pub fn organization(&self) -> &Organization {
        &self.organization
    }

    /// The instant it is.
    pub fn now(&self) -> Timestamp {
        (self.clock)()
    }

    /// The day it is.
    pub fn today(&self) -> Day {
        self.now().day()
    }

    pub(super) fn carrier(&self) -> Result<&Arc<Carrier>, OfficeError> {
        self.carrier.as_ref().ok_or(OfficeError::NoCarrier)
    }

    /// Signs the durable end of an own log, or gives the checkpoint that was signed for it before.
    pub fn checkpoint(&self, no: LogNo) -> Result<SignedCheckpoint, OfficeError> {
        let record = self.store.log(no).ok_or(StoreError::UnknownLog(no))?;
        let known = record
            .checkpoint
            .as_ref()
            .filter(|known| !record.own || known.size() == record.size());
        if let Some(known) = known {
            return Ok(known.clone());
        }
        if !record.own {
            return Err(OfficeError::not_found(
                ("检查点", "checkpoint"),
                record.origin.to_string(),
            ));
        }
        Ok(record.sign(&self.keys, record.size(), record.root())?)
    }

    /// Signs an own log's end and keeps it, so that it can be shown again.
    pub async fn keep_checkpoint(&self, no: LogNo) -> Result<SignedCheckpoint, OfficeError> {
        let checkpoint = self.checkpoint(no)?;
        let kept = checkpoint.clone();
        self.store
            .commit(move |draft: &mut Draft<'_>| {
                let record = draft.log(no)?;
                // The log may have grown meanwhile; the older signature stays true but is not the newest end.
                if record.own && record.size() == kept.size() {
                    draft.set_checkpoint(no, kept)?;
                }
                Ok::<_, OfficeError>(())
            })
            .await?;
        Ok(checkpoint)
    }
}
