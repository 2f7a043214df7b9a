//! Some content of each kind that a partner writes into a case.

use hongyan_proto::{
    id::{CertificateNumber, Fen, RegionCode},
    letter::{
        Accept, ActivityKind, Attendance, Award, CertificateCheck, Change, Claim, Conduct,
        ConductGrade, Confirm, Contact, Correction, Decline, DeclineReason, DepartureReason,
        Destination, Disclosed, Disown, DisownReason, Dues, Found, LostContact, MajorEvent,
        MatterNotified, Moved, Notice, Payload, Place, Presence, ProbationDecision,
        ProbationOpinion, ProbationOutcome, Returned, Role, Text, Transferred, Withdraw,
        WithdrawReason, Within,
    },
    log::Kind,
    time::Day,
};
use rand::{Rng, rngs::StdRng};

fn text<const MAX: usize>(text: &str) -> Text<MAX> {
    Text::parse(text).expect("a valid text")
}

fn transition(kind: Kind, certificate: &CertificateNumber, on: Day, rng: &mut StdRng) -> Payload {
    let disclosed = || Disclosed {
        name: Some(text("张建国")),
        certificate: Some(certificate.clone()),
        ..Disclosed::default()
    };
    match kind {
        Kind::Notice => Notice {
            disclosed: disclosed(),
            since: on,
            reason: DepartureReason::Work,
            destination: Destination {
                region: RegionCode::parse("320213").expect("a valid region"),
                description: None,
            },
            previous_case: None,
        }
        .into(),
        Kind::Claim => Claim {
            disclosed: disclosed(),
            shown_on: on,
        }
        .into(),
        Kind::Confirm => Confirm {
            disclosed: disclosed(),
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
            host_account: None,
        }
        .into(),
        Kind::Transferred => Transferred {
            transferred_on: on,
            letter_number: None,
        }
        .into(),
        _ => {
            let reasons = [WithdrawReason::RegisteredInError, WithdrawReason::Deceased];
            let reason = reasons[rng.gen_range(0..reasons.len())];
            Withdraw { reason, note: None }.into()
        }
    }
}

/// Content of this kind; a withdrawal for whatever belongs into no case.
pub(super) fn sample(kind: Kind, certificate: &CertificateNumber, rng: &mut StdRng) -> Payload {
    let on = Day::new(2026, 7, rng.gen_range(1..=28)).expect("a valid day");
    match kind {
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
            fen: Fen(rng.gen_range(1..10_000)),
            paid_on: on,
            receipt: text(&format!("R-{}", rng.r#gen::<u32>())),
        }
        .into(),
        Kind::Award => Award {
            day: on,
            penalty: rng.r#gen(),
            title: text("优秀党员"),
        }
        .into(),
        Kind::Role => Role {
            day: on,
            description: text("志愿服务"),
        }
        .into(),
        Kind::Conduct => Conduct {
            quarter: "2026-Q3".parse().expect("a valid quarter"),
            grade: ConductGrade::Good,
            remark: None,
        }
        .into(),
        Kind::Change => Change {
            day: on,
            phone: Some(text("0510-12345678")),
            employer: None,
            address: None,
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
            corrects: rng.gen_range(0..20),
            reason: None,
            replacement: None,
        }
        .into(),
        other => transition(other, certificate, on, rng),
    }
}
