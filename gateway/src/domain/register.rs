//! Everything the gateway counts with: the organizations and the latest revision of each one's report per period.

use std::{collections::BTreeMap, sync::Arc};

use hongyan_proto::{
    id::{Hash, KeyId, OrganizationCode as Code, RegionCode},
    identity::OrganizationName,
    report::Report,
    time::{Quarter, Timestamp},
};

use super::{access::Grant, organization::Enrolled, tree::Tree};

/// The department whose gateway this is.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Department {
    /// Its code: the root of the tree.
    pub code: Code,
    /// Its name.
    pub name: OrganizationName,
    /// Where it is.
    pub region: RegionCode,
}

/// The report that counts for an organization and period.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Kept {
    /// What it says.
    pub report: Report,
    /// SHA-256 of its bytes.
    pub hash: Hash,
    /// When it came.
    pub received: Timestamp,
    /// Hashes of the revisions it replaced, so that a late repetition of one is known for what it is.
    pub replaced: BTreeMap<u32, Hash>,
}

impl Kept {
    /// Did it come since the organization was enrolled last?
    pub fn is_of(&self, enrolled: &Enrolled) -> bool {
        self.received >= enrolled.enrolled
    }
}

/// A consistent picture of all that is known. Cheap to clone: what does not change is shared.
#[derive(Clone, Debug)]
pub struct Register {
    /// Whose gateway.
    pub department: Department,
    /// By code; revoked ones too.
    pub organizations: BTreeMap<Code, Arc<Enrolled>>,
    /// The latest revision per period and organization.
    pub reports: BTreeMap<Quarter, BTreeMap<Code, Arc<Kept>>>,
    /// Who may ask.
    pub callers: BTreeMap<KeyId, Grant>,
}

impl Register {
    /// Nobody enrolled, nothing reported.
    pub fn new(department: Department) -> Self {
        Self {
            department,
            organizations: BTreeMap::new(),
            reports: BTreeMap::new(),
            callers: BTreeMap::new(),
        }
    }

    /// The organization tree.
    pub fn tree(&self) -> Tree {
        let organizations = self
            .organizations
            .values()
            .map(|enrolled| &enrolled.organization);
        let known =
            organizations.map(|organization| (&organization.code, organization.superior.as_ref()));
        Tree::new(&self.department.code, known)
    }

    /// The organization that has, or had, this key, unless revoked.
    pub fn reporter(&self, key: &KeyId) -> Option<&Arc<Enrolled>> {
        let mut organizations = self.organizations.values();
        organizations.find(|enrolled| {
            enrolled.revoked.is_none() && enrolled.keys().any(|known| known.key_id() == *key)
        })
    }

    /// What counts for an organization and period.
    pub fn kept(&self, period: Quarter, code: &Code) -> Option<&Arc<Kept>> {
        self.reports.get(&period)?.get(code)
    }
}
