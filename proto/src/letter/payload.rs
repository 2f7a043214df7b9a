//! The content of an entry as one checked value: reading, writing, and what of it may be disclosed.

use prost::Message;

use super::{
    access::Access,
    activity::{Activity, FormHandedUp},
    agreement::{AgreementEnded, AgreementProposed, AgreementSigned},
    answer::Answer,
    appraisal::Appraisal,
    arrival::{Accept, Decline, Place},
    at_home::{MemberContacted, ProbationDecided},
    attendance::Attendance,
    award::{Award, Role},
    book_record::{BookCode, BookConfirmed, BookRecord},
    certificate::{
        CertificateChecked, CertificateHandedIn, CertificateIssued, CertificateRange,
        CertificateReplaced,
    },
    claim::{Claim, Confirm, Disown},
    class::{Classed, Disclosure, DisclosureSet},
    closing::Closing,
    conduct::{Conduct, MajorEvent},
    contact::{Change, Contact, MatterNotified},
    correction::Correction,
    departure::Departed,
    disclosed::Disclosed,
    dues::Dues,
    dues_book::{DuesBase, DuesCorrection, DuesPayment, DuesRelief},
    dues_closed::DuesClosed,
    ending::{Returned, Transferred, Withdraw},
    epoch::{EpochAccepted, EpochReset},
    error::{At, PayloadError},
    exemption::Exemption,
    form::FormIssued,
    local_correction::LocalCorrection,
    measure::{InspectionMade, MeasureTaken},
    member::Member,
    notice::Notice,
    officer::{OfficerAppointed, OfficerEnded},
    partner::{GatewayEnrolled, InvitationIssued, PartnerAdded, PartnerRevoked},
    plan::{ActivityPlan, PlanFiled},
    policy::{CalendarAmended, Excused, PolicyAdopted, Screened},
    probation::{ProbationDecision, ProbationOpinion},
    receipt::Receipt,
    rotation::KeyRotated,
    statement::Statement,
    stay::{Found, LostContact, Moved},
    training::Training,
    unit::{UnitChanged, UnitClosed, UnitFounded},
    wire::Wire,
};
use crate::{
    log::Kind,
    pb::exchange::v1::{self as pb, payload::Content},
};

macro_rules! payload {
    ($($kind:ident $record:ident,)+) => {
        /// The content of an entry. One variant per [`Kind`].
        // A payload lives for one entry's reading or writing; boxing the larger ones would cost more than it saves.
        #[allow(clippy::large_enum_variant)]
        #[derive(Clone, Debug, Eq, PartialEq)]
        pub enum Payload {
            $(#[doc = concat!("See [`", stringify!($record), "`].")] $kind($record),)+
        }

        impl Payload {
            /// What the entry's header says it is.
            pub const fn kind(&self) -> Kind {
                match self {
                    $(Self::$kind(_) => Kind::$kind,)+
                }
            }

            fn visit(&self, found: &mut dyn FnMut(&'static str, Disclosure)) {
                match self {
                    $(Self::$kind(record) => record.visit(Kind::$kind.name(), found),)+
                }
            }

            fn narrow(&mut self, scope: DisclosureSet) {
                match self {
                    $(Self::$kind(record) => record.narrow(scope),)+
                }
            }
        }

        const fn kind_of(content: &Content) -> Kind {
            match content {
                $(Content::$kind(_) => Kind::$kind,)+
            }
        }

        impl Wire<Content> for Payload {
            fn read(wire: Content, at: &At<'_>) -> Result<Self, PayloadError> {
                match wire {
                    $(Content::$kind(record) => $record::read(record, at).map(Self::$kind),)+
                }
            }

            fn write(&self) -> Content {
                match self {
                    $(Self::$kind(record) => Content::$kind(record.write()),)+
                }
            }
        }

        $(impl From<$record> for Payload {
            fn from(record: $record) -> Self {
                Self::$kind(record)
            }
        })+

        /// The paths of a kind's fields and their classes; no class for the skeleton every case has. What an agreement's
        /// printed text and `docs/protocol.md` list.
        pub fn classes(kind: Kind) -> Vec<(&'static str, Option<Disclosure>)> {
            match kind {
                $(Kind::$kind => <$record as Classed>::classes(Kind::$kind.name()),)+
            }
        }

        #[cfg(test)]
        impl Payload {
            /// Any payload of a kind.
            pub(crate) fn any(kind: Kind) -> proptest::strategy::BoxedStrategy<Self> {
                use proptest::prelude::*;
                match kind {
                    $(Kind::$kind => any::<$record>().prop_map(Self::$kind).boxed(),)+
                }
            }
        }
    };
}

payload! {
    Receipt Receipt,
    AgreementProposed AgreementProposed,
    AgreementSigned AgreementSigned,
    AgreementEnded AgreementEnded,
    KeyRotated KeyRotated,
    EpochReset EpochReset,
    EpochAccepted EpochAccepted,
    Departed Departed,
    Notice Notice,
    Claim Claim,
    Confirm Confirm,
    Disown Disown,
    Accept Accept,
    Decline Decline,
    Place Place,
    Moved Moved,
    LostContact LostContact,
    Found Found,
    Returned Returned,
    Transferred Transferred,
    Withdraw Withdraw,
    Attendance Attendance,
    Dues Dues,
    Award Award,
    Role Role,
    Conduct Conduct,
    Change Change,
    MajorEvent MajorEvent,
    Contact Contact,
    MatterNotified MatterNotified,
    ProbationOpinion ProbationOpinion,
    ProbationDecision ProbationDecision,
    Correction Correction,
    Statement Statement,
    Answer Answer,
    Closing Closing,
    Member Member,
    PartnerAdded PartnerAdded,
    PartnerRevoked PartnerRevoked,
    Invitation InvitationIssued,
    Access Access,
    Gateway GatewayEnrolled,
    UnitFounded UnitFounded,
    UnitChanged UnitChanged,
    UnitClosed UnitClosed,
    OfficerAppointed OfficerAppointed,
    OfficerEnded OfficerEnded,
    CertificateRange CertificateRange,
    CertificateIssued CertificateIssued,
    CertificateChecked CertificateChecked,
    CertificateReplaced CertificateReplaced,
    CertificateHandedIn CertificateHandedIn,
    ActivityPlan ActivityPlan,
    PlanFiled PlanFiled,
    Activity Activity,
    FormHandedUp FormHandedUp,
    LocalCorrection LocalCorrection,
    BookRecord BookRecord,
    BookCode BookCode,
    BookConfirmed BookConfirmed,
    Exemption Exemption,
    Appraisal Appraisal,
    Training Training,
    FormIssued FormIssued,
    PolicyAdopted PolicyAdopted,
    CalendarAmended CalendarAmended,
    Excused Excused,
    Screened Screened,
    MeasureTaken MeasureTaken,
    InspectionMade InspectionMade,
    MemberContacted MemberContacted,
    ProbationDecided ProbationDecided,
    DuesBase DuesBase,
    DuesRelief DuesRelief,
    DuesPayment DuesPayment,
    DuesCorrection DuesCorrection,
    DuesClosed DuesClosed,
}

impl Payload {
    /// Reads an entry's payload. Refuses a kind other than the header's, unknown fields, second spellings, and every
    /// value outside its limits; the error names the field.
    pub fn decode(kind: Kind, bytes: &[u8]) -> Result<Self, PayloadError> {
        let wire = pb::Payload::decode(bytes).map_err(PayloadError::Unreadable)?;
        let found = wire.content.as_ref().map(kind_of);
        // The message spelled again shows every unknown field and every second spelling but those within a field, which
        // its own reading refuses ([`Wire::read`]).
        let canonical = wire.encode_to_vec() == bytes;
        let Some(content) = wire.content.filter(|_| found == Some(kind)) else {
            return Err(PayloadError::WrongKind {
                expected: kind,
                found,
            });
        };
        let payload = Self::read(content, &At::root(kind.name()))?;
        if !canonical {
            return Err(PayloadError::NotCanonical);
        }
        debug_assert_eq!(
            payload.encode(),
            bytes,
            "a {kind} was read from two spellings"
        );
        Ok(payload)
    }

    /// The bytes that an entry's body carries after its salt.
    pub fn encode(&self) -> Vec<u8> {
        pb::Payload {
            content: Some(self.write()),
        }
        .encode_to_vec()
    }

    /// Would a receiver read it? To be asked before writing: rules between fields are checked here, not by the types.
    pub fn check(&self) -> Result<(), PayloadError> {
        Self::decode(self.kind(), &self.encode()).map(drop)
    }

    /// What it tells about a person, where it is a notice, a claim or a confirmation.
    pub const fn disclosed(&self) -> Option<&Disclosed> {
        match self {
            Self::Notice(notice) => Some(&notice.disclosed),
            Self::Claim(claim) => Some(&claim.disclosed),
            Self::Confirm(confirm) => Some(&confirm.disclosed),
            _ => None,
        }
    }

    /// Every set field that belongs to a class, by its dotted path. Lines of a list share one path.
    pub fn disclosed_fields(&self) -> Vec<(&'static str, Disclosure)> {
        let mut fields = Vec::new();
        self.visit(&mut |path, class| fields.push((path, class)));
        fields
    }

    /// Refuses the first set field whose class is outside the scope.
    pub fn check_scope(&self, scope: &DisclosureSet) -> Result<(), (&'static str, Disclosure)> {
        let mut outside = None;
        self.visit(&mut |path, class| {
            if outside.is_none() && !scope.contains(class) {
                outside = Some((path, class));
            }
        });
        outside.map_or(Ok(()), Err)
    }

    /// The same without the fields outside the scope; `None` when nothing may be told, because a required field's class
    /// is outside.
    pub fn restrict(&self, scope: &DisclosureSet) -> Option<Self> {
        let mut payload = self.clone();
        payload.narrow(*scope);
        payload.check_scope(scope).ok()?;
        // A change of telephone without the telephone says nothing: what is left must still be readable.
        payload.check().ok()?;
        Some(payload)
    }
}
