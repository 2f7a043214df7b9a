//! What a co-management agreement says (共管协议, W §三.1): the text that both parties hash and sign.

use bytes::Bytes;
use prost::Message;
use sha2::{Digest, Sha256};

use super::{
    class::DisclosureSet,
    error::{At, PayloadError, ValueError},
    number::Within,
    record::{closed, record},
    text::Text,
    wire::{Slot, Wire},
};
use crate::{
    id::{AgreementHash, KeyId, OrganizationCode, RegionCode},
    pb::exchange::v1 as pb,
    time::Day,
};

const HASH_DOMAIN: &[u8] = b"hongyan/agreement/v1\n";

/// The only version of terms there is.
const FORMAT_VERSION: u32 = 1;

/// Most duties in one agreement.
pub const MAX_DUTIES: usize = 64;

/// Days the receiver keeps what it was told after a case is closed; 0 means as its own archive rules say. At most 100 years.
pub type RetentionDays = Within<0, 36_525>;

/// What an agreement says. A changed term is another agreement that names the one it supersedes.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Terms {
    /// Both parties, ordered by key fingerprint, so that both sides print and hash the same text.
    pub parties: [Party; 2],
    /// First day in force.
    pub valid_from: Day,
    /// Last day in force.
    pub valid_until: Day,
    /// What the parties want to reach.
    pub goals: Option<Text<2000>>,
    /// Clauses each side binds itself to.
    pub duties: Vec<Duty>,
    /// How often both sides state and reconcile.
    pub cadence: Cadence,
    /// For how long the receiver keeps what it was told.
    pub retention_days: RetentionDays,
    /// The agreement this one replaces.
    pub supersedes: Option<AgreementHash>,
    /// Random, so that two agreements with equal text differ.
    pub nonce: [u8; 16],
}

record! {
    /// One organization that signs.
    Party "party" {
        /// Ed25519 public key.
        key: [u8; 32] [],
        /// Organization code.
        code: OrganizationCode [],
        /// Organization name.
        name: Text<100> [],
        /// Region by GB/T 2260.
        region: RegionCode [],
        /// What this party discloses to the other. What is not listed does not leave its node.
        discloses: DisclosureSet [],
        /// Who signs for it.
        signatory: Text<60> [],
        /// Whom to call.
        contact: Text<200> [],
    }
}

impl Party {
    /// The fingerprint of its key.
    pub fn key_id(&self) -> KeyId {
        KeyId::from_bytes(Sha256::digest(self.key).into())
    }
}

record! {
    /// A duty and the clause it comes from.
    Duty "duty" {
        /// Index into the parties.
        party: Within<0, 1> [],
        /// For example "W §二(二)2".
        clause: Text<60> [],
        /// In words.
        text: Text<500> [],
    }
}

closed! {
    /// How often both sides state and reconcile.
    Cadence {
        Monthly "每月" "monthly",
        Quarterly "每季度" "quarterly",
        Yearly "每年" "yearly",
    }
}

impl Terms {
    /// Puts the parties in order and the duties' indices with them, then checks every rule.
    pub fn arrange(mut self) -> Result<Self, PayloadError> {
        if self.parties[0].key_id() > self.parties[1].key_id() {
            self.parties.swap(0, 1);
            for duty in &mut self.duties {
                // Of two parties the other one is 1 − index.
                duty.party = Within::new(1 - duty.party.get()).unwrap_or(duty.party);
            }
        }
        Self::parse(&self.encode())
    }

    /// Reads terms. Bytes that this program would not write itself are refused, so that text and hash cannot part.
    pub fn parse(bytes: &[u8]) -> Result<Self, PayloadError> {
        Self::parse_at(bytes, &At::root("terms"))
    }

    fn parse_at(bytes: &[u8], at: &At<'_>) -> Result<Self, PayloadError> {
        let wire = pb::AgreementTerms::decode(bytes).map_err(PayloadError::Unreadable)?;
        let terms = Self::checked(wire, at)?;
        if terms.encode() != bytes {
            return Err(PayloadError::NotCanonical);
        }
        Ok(terms)
    }

    fn checked(wire: pb::AgreementTerms, at: &At<'_>) -> Result<Self, PayloadError> {
        if wire.format_version != FORMAT_VERSION {
            return Err(at.field("format_version").refuse(ValueError::Range {
                min: FORMAT_VERSION.into(),
                max: FORMAT_VERSION.into(),
                found: wire.format_version.into(),
            }));
        }
        let parties: Vec<Party> = Wire::read(wire.parties, &at.field("parties"))?;
        let parties: [Party; 2] = parties.try_into().map_err(|_| {
            at.field("parties")
                .rule("应恰为两方", "there must be exactly two parties")
        })?;
        let terms = Self {
            parties,
            valid_from: Wire::read(wire.valid_from, &at.field("valid_from"))?,
            valid_until: Wire::read(wire.valid_until, &at.field("valid_until"))?,
            goals: Wire::read(wire.goals, &at.field("goals"))?,
            duties: Wire::read(wire.duties, &at.field("duties"))?,
            cadence: Wire::read(wire.cadence, &at.field("cadence"))?,
            retention_days: Wire::read(wire.retention_days, &at.field("retention_days"))?,
            supersedes: Wire::read(wire.supersedes, &at.field("supersedes"))?,
            nonce: Wire::read(wire.nonce, &at.field("nonce"))?,
        };
        terms.rules(at)?;
        Ok(terms)
    }

    fn rules(&self, at: &At<'_>) -> Result<(), PayloadError> {
        if self.parties[0].key_id() >= self.parties[1].key_id() {
            return Err(at.field("parties").rule(
                "两方须按密钥指纹排序且不得相同",
                "parties must be distinct and ordered by key fingerprint",
            ));
        }
        if self.parties[0].code == self.parties[1].code {
            return Err(at.field("parties").rule(
                "两方的组织代码不得相同",
                "parties must have different organization codes",
            ));
        }
        if self.valid_until < self.valid_from {
            return Err(at.field("valid_until").rule(
                "终止日期不得早于生效日期",
                "the last day must not be before the first",
            ));
        }
        if self.duties.len() > MAX_DUTIES {
            return Err(at
                .field("duties")
                .rule("至多 64 条", "there may be at most 64 duties"));
        }
        Ok(())
    }

    /// The bytes that are hashed and signed.
    pub fn encode(&self) -> Vec<u8> {
        pb::AgreementTerms {
            format_version: FORMAT_VERSION,
            parties: self.parties.iter().map(Wire::write).collect(),
            valid_from: self.valid_from.write(),
            valid_until: self.valid_until.write(),
            goals: self.goals.write(),
            duties: self.duties.write(),
            cadence: self.cadence.write(),
            retention_days: self.retention_days.write(),
            supersedes: self.supersedes.write(),
            nonce: self.nonce.write(),
        }
        .encode_to_vec()
    }

    /// The agreement's identity: SHA-256("hongyan/agreement/v1\n" ‖ the bytes).
    pub fn hash(&self) -> AgreementHash {
        let mut hasher = Sha256::new();
        hasher.update(HASH_DOMAIN);
        hasher.update(self.encode());
        AgreementHash::from_bytes(hasher.finalize().into())
    }

    /// The party with this key, if it is one of the two.
    pub fn party(&self, key: KeyId) -> Option<&Party> {
        self.parties.iter().find(|party| party.key_id() == key)
    }

    /// Is the day within the agreement's term?
    pub fn covers(&self, day: Day) -> bool {
        (self.valid_from..=self.valid_until).contains(&day)
    }
}

impl Wire<Bytes> for Terms {
    fn read(wire: Bytes, at: &At<'_>) -> Result<Self, PayloadError> {
        Self::parse_at(&wire, at)
    }

    fn write(&self) -> Bytes {
        self.encode().into()
    }
}

impl Slot for Terms {}

#[cfg(test)]
impl proptest::arbitrary::Arbitrary for Terms {
    type Parameters = ();
    type Strategy = proptest::strategy::BoxedStrategy<Self>;

    fn arbitrary_with((): ()) -> Self::Strategy {
        use proptest::prelude::*;
        (
            any::<[Party; 2]>(),
            any::<[Day; 2]>(),
            any::<Option<Text<2000>>>(),
            proptest::collection::vec(any::<Duty>(), 0..4),
            any::<Cadence>(),
            any::<RetentionDays>(),
            any::<Option<AgreementHash>>(),
            any::<[u8; 16]>(),
        )
            .prop_filter_map("rules between fields", |parts| {
                let (parties, mut days, goals, duties, cadence, retention_days, supersedes, nonce) =
                    parts;
                days.sort();
                Self {
                    parties,
                    valid_from: days[0],
                    valid_until: days[1],
                    goals,
                    duties,
                    cadence,
                    retention_days,
                    supersedes,
                    nonce,
                }
                .arrange()
                .ok()
            })
            .boxed()
    }
}
