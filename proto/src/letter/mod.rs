//! Letters: what entries say, as checked values. One file per noun; a value that exists has been found good.
//!
//! Here live the limits of every field, the closed lists with the words people read, and the disclosure class of every
//! field about a member. Who may say what in which state of a case does not live here: that is the node's domain.

mod access;
mod activity;
pub mod agreement;
mod answer;
mod appraisal;
mod arrival;
mod at_home;
mod attendance;
mod award;
mod book_record;
mod card;
mod carried;
mod certificate;
mod claim;
mod class;
mod closing;
mod conduct;
mod contact;
mod correction;
mod departure;
mod disclosed;
mod dues;
mod dues_book;
mod dues_closed;
mod ending;
mod epoch;
mod error;
mod exemption;
mod form;
mod form_code;
mod id_number;
mod line_field;
mod local_correction;
mod measure;
mod member;
mod notice;
mod number;
mod officer;
mod partner;
mod payload;
mod plan;
mod policy;
mod probation;
mod receipt;
mod record;
mod rotation;
mod slip;
mod statement;
mod stay;
mod terms;
mod text;
mod training;
mod unit;
mod wire;

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod activity_tests;
#[cfg(test)]
mod arbitrary;
#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::panic)]
mod dues_tests;
#[cfg(feature = "samples")]
pub mod sample;
#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;

pub use access::Access;
pub use activity::{
    Activity, Attachment, AttachmentBytes, Attendee, FormHandedUp, MAX_ATTACHMENTS, Told,
};
pub use agreement::{AgreementEnded, AgreementProposed, AgreementSigned};
pub use answer::{Answer, AnswerKind, LineAnswer, MAX_ANSWER_LINES};
pub use appraisal::{Appraisal, AppraisalGrade, AppraisalLine};
pub use arrival::{Accept, CertificateCheck, Decline, DeclineReason, Place};
pub use at_home::{MemberContacted, ProbationDecided};
pub use attendance::{ActivityKind, Attendance, Presence};
pub use award::{Award, Role};
pub use book_record::{BookCode, BookConfirmed, BookRecord, ConfirmedLine};
pub use card::{Card, CardError, CertificateCardContent};
pub use certificate::{
    CertificateChecked, CertificateFinding, CertificateHandedIn, CertificateIssued,
    CertificateKind, CertificateRange, CertificateReplaced, ReplacementReason, serial,
};
pub use claim::{Claim, Confirm, Disown, DisownReason};
pub use class::{Disclosure, DisclosureSet};
pub use closing::Closing;
pub use conduct::{Conduct, ConductGrade, MajorEvent};
pub use contact::{Change, Contact, MatterNotified};
pub use correction::{Correction, Replacement};
pub use departure::{Departed, DepartureReason, Destination};
pub use disclosed::{Disclosed, MemberClass, Sex};
pub use dues::{Dues, DuesMonths};
pub use dues_book::{
    DuesBase, DuesClass, DuesCorrection, DuesNumber, DuesPayment, DuesRelief, DuesWay,
    number_of_receipt,
};
pub use dues_closed::{DuesAsked, DuesClosed, DuesListed};
pub use ending::{Returned, Transferred, Withdraw, WithdrawReason};
pub use epoch::{EpochAccepted, EpochReset};
pub use error::{PayloadError, ValueError};
pub use exemption::{Exemption, ExemptionFrom};
pub use form::{FormIssued, FormKind, FormTarget};
pub use form_code::{FormCode, FormCodeError};
pub use id_number::IdNumber;
pub use line_field::LineField;
pub use local_correction::{LocalCorrection, LocalReplacement};
pub use measure::{AbsenceMeasure, InspectionKind, InspectionMade, MeasureTaken};
pub use member::{Member, MemberExit};
pub use notice::Notice;
pub use number::Within;
pub use officer::{OfficerAppointed, OfficerEnded, OfficerRole};
pub use partner::{GatewayEnrolled, InvitationIssued, PartnerAdded, PartnerRevoked};
pub use payload::{Payload, classes};
pub use plan::{ActivityPlan, PlanFiled, PlanItem};
pub use policy::{CalendarAmended, Excused, PolicyAdopted, PolicyText, Screened};
pub use probation::{ProbationDecision, ProbationOpinion, ProbationOutcome};
pub use receipt::{Receipt, Refusal, RefusalReason};
pub use rotation::KeyRotated;
pub use slip::{FormSlip, FormSlipContent, SLIP_PREFIX, SlipError};
pub use statement::{
    ContactState, InflowLine, MAX_STATEMENT_PARTS, OutflowLine, Revision, Statement,
};
pub use stay::{Found, LostContact, Moved};
pub use terms::{Cadence, Duty, MAX_DUTIES, Party, RetentionDays, Terms};
pub use text::Text;
pub use training::{StudyTenths, Training};
pub use unit::{UnitChanged, UnitClosed, UnitFounded, UnitKind, UnitPlace};
