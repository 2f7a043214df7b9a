//! One letter of each kind that partners write into a case, for the tests of every crate. Behind the feature `samples`: no program
//! carries them.

use super::{
    Accept, ActivityKind, Attendance, Award, CertificateCheck, Change, Claim, Conduct,
    ConductGrade, Confirm, Contact, Correction, Decline, DeclineReason, DepartureReason,
    Destination, Disclosed, Disown, DisownReason, Dues, Found, LostContact, MajorEvent,
    MatterNotified, Moved, Notice, Payload, Place, Presence, ProbationDecision, ProbationOpinion,
    ProbationOutcome, Returned, Role, Text, Transferred, Withdraw, WithdrawReason, Within,
};
use crate::{
    id::{CertificateNumber, Fen, RegionCode},
    log::Kind,
    time::{Day, Quarter},
};

fn text<const MAX: usize>(text: &str) -> Text<MAX> {
    Text::parse(text).expect("a valid text")
}

/// A member by name and certificate.
pub fn disclosed(certificate: &CertificateNumber) -> Disclosed {
    Disclosed {
        name: Some(text("张建国")),
        certificate: Some(certificate.clone()),
        ..Disclosed::default()
    }
}

/// A district.
pub fn destination() -> Destination {
    Destination {
        region: RegionCode::parse("320213").expect("a valid region"),
        description: None,
    }
}

/// A letter of this kind; none for a kind that belongs into no case.
#[allow(clippy::too_many_lines)] // A list: one record a kind.
pub fn payload(kind: Kind, certificate: &CertificateNumber, on: Day) -> Option<Payload> {
    let payload = match kind {
        Kind::Notice => Notice {
            disclosed: disclosed(certificate),
            since: on,
            reason: DepartureReason::Work,
            destination: destination(),
            previous_case: None,
        }
        .into(),
        Kind::Claim => Claim {
            disclosed: disclosed(certificate),
            shown_on: on,
        }
        .into(),
        Kind::Confirm => Confirm {
            disclosed: disclosed(certificate),
        }
        .into(),
        Kind::Disown => Disown {
            reason: DisownReason::UnknownPerson,
            note: None,
        }
        .into(),
        Kind::Accept => Accept {
            certificate_check: Some(CertificateCheck::Seen),
            arrived_on: on,
        }
        .into(),
        Kind::Decline => Decline {
            reason: DeclineReason::NotFound,
            suggested_region: None,
            note: None,
        }
        .into(),
        Kind::Place => Place {
            unit: text("第一党支部"),
            placed_on: on,
        }
        .into(),
        Kind::Moved => Moved {
            moved_on: on,
            destination: None,
            organization_code: None,
        }
        .into(),
        Kind::LostContact => LostContact {
            last_contact_on: on,
            note: None,
        }
        .into(),
        Kind::Found => Found {
            found_on: on,
            note: None,
        }
        .into(),
        Kind::Returned => Returned {
            returned_on: on,
            certificate_check: Some(CertificateCheck::Seen),
            member_account: Some(text("表现良好")),
            host_account: Some(text("表现良好")),
        }
        .into(),
        Kind::Transferred => Transferred {
            transferred_on: on,
            letter_number: None,
        }
        .into(),
        Kind::Withdraw => Withdraw {
            reason: WithdrawReason::RegisteredInError,
            note: None,
        }
        .into(),
        Kind::Attendance => Attendance {
            day: on,
            activity: ActivityKind::ActivityDay,
            theme: None,
            presence: Presence::Present,
        }
        .into(),
        Kind::Dues => Dues {
            month: on.month(),
            months: Within::new(1).expect("within its limits"),
            fen: Fen(500),
            paid_on: on,
            receipt: text("R-1"),
        }
        .into(),
        Kind::Award => Award {
            day: on,
            penalty: false,
            title: text("优秀党员"),
        }
        .into(),
        Kind::Role => Role {
            day: on,
            description: text("志愿服务"),
        }
        .into(),
        Kind::Conduct => Conduct {
            quarter: Quarter::of(on),
            grade: ConductGrade::Good,
            remark: None,
        }
        .into(),
        Kind::Change => Change {
            day: on,
            phone: Some(text("0510-12345678")),
            employer: None,
            address: None,
            certificate: None,
        }
        .into(),
        Kind::MajorEvent => MajorEvent {
            day: on,
            description: text("工伤"),
        }
        .into(),
        Kind::Contact => Contact {
            day: on,
            means: text("电话"),
            summary: None,
        }
        .into(),
        Kind::MatterNotified => MatterNotified {
            day: on,
            matter: text("换届选举"),
        }
        .into(),
        Kind::ProbationOpinion => ProbationOpinion {
            day: on,
            convert_on_time: true,
            opinion: text("同意按期转正"),
        }
        .into(),
        Kind::ProbationDecision => ProbationDecision {
            day: on,
            outcome: ProbationOutcome::Converted,
            extended_until: None,
        }
        .into(),
        Kind::Correction => Correction {
            corrects: 0,
            reason: None,
            replacement: None,
        }
        .into(),
        _ => return None,
    };
    Some(payload)
}
