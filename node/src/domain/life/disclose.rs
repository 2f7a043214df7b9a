//! From local to partner: what a record says about a hosted member, as a letter into that member's case. Nobody enters it twice.

use hongyan_proto::{
    id::CaseId,
    letter::{Activity, ActivityKind, Attendance, DisclosureSet, Dues, DuesPayment, Payload, Text},
};

use crate::domain::scope;

/// What a local record tells the partner about one case under an agreement's scope. `None`: nothing of it may be told, or the record
/// says nothing about the case.
pub fn disclose(fact: &Payload, about: CaseId, scope: DisclosureSet) -> Option<Payload> {
    let letter = match fact {
        Payload::Activity(activity) => attendance(activity, about)?.into(),
        Payload::BookRecord(record) if record.case_id == Some(about) => {
            match (&record.award, &record.role) {
                (Some(award), _) => award.clone().into(),
                (None, Some(role)) => role.clone().into(),
                (None, None) => return None,
            }
        }
        Payload::DuesPayment(payment) if payment.case_id.is_none_or(|case| case == about) => {
            dues(payment)?.into()
        }
        _ => return None,
    };
    scope::outgoing(&letter, scope)
}

/// A payment as a letter. One of a member of the roster is about the case that the member is away in: whoever asks knows which.
pub(super) fn dues(payment: &DuesPayment) -> Option<Dues> {
    Some(Dues {
        month: payment.month,
        months: payment.months,
        fen: payment.fen,
        paid_on: payment.paid_on,
        receipt: Text::parse(&payment.receipt()).ok()?,
    })
}

fn attendance(activity: &Activity, about: CaseId) -> Option<Attendance> {
    // That somebody was talked to, or reported to the branch, belongs to no class of an agreement.
    if matches!(
        activity.kind,
        ActivityKind::Talk | ActivityKind::StudyReport
    ) {
        return None;
    }
    let line = activity
        .attendees
        .iter()
        .find(|attendee| attendee.case_id == Some(about))?;
    Some(Attendance {
        day: activity.day,
        activity: activity.kind,
        theme: Some(activity.theme.clone()),
        presence: line.presence,
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use hongyan_proto::letter::{Attendee, Disclosure, Presence};

    use super::*;

    fn activity(kind: ActivityKind) -> Payload {
        let text = |text| Text::parse(text).unwrap();
        let line = |member: Option<u8>, case: Option<u8>, presence| Attendee {
            member_id: member.map(|id| hongyan_proto::id::MemberId::from_bytes([id; 16])),
            case_id: case.map(|id| CaseId::from_bytes([id; 16])),
            presence,
            reason: None,
            told: None,
        };
        Payload::Activity(Activity {
            unit: Text::parse("东街支部").unwrap(),
            kind,
            day: "2026-07-10".parse().unwrap(),
            begins: None,
            ends: None,
            place: text("会议室"),
            theme: text("学习党章"),
            headings: vec![],
            content: Some(Text::parse("只在本支部").unwrap()),
            form: None,
            lecturer: None,
            minutes: None,
            attendees: vec![
                line(Some(1), None, Presence::Present),
                line(None, Some(8), Presence::Remote),
                line(None, Some(9), Presence::Absent),
            ],
            guests: vec![],
            planned_day: None,
            moved_because: None,
            attachments: vec![],
            actor: Text::parse("王书记").unwrap(),
        })
    }

    #[test]
    fn each_case_is_told_its_own_line_and_nothing_else() {
        let scope: DisclosureSet = [Disclosure::Attendance].into_iter().collect();
        let fact = activity(ActivityKind::ActivityDay);
        for (case, presence) in [(8, Presence::Remote), (9, Presence::Absent)] {
            let told = disclose(&fact, CaseId::from_bytes([case; 16]), scope).unwrap();
            assert_eq!(
                told,
                Payload::Attendance(Attendance {
                    day: "2026-07-10".parse().unwrap(),
                    activity: ActivityKind::ActivityDay,
                    theme: Some(Text::parse("学习党章").unwrap()),
                    presence,
                })
            );
        }
    }

    #[test]
    fn what_no_class_lets_through_stays() {
        let case = CaseId::from_bytes([8; 16]);
        let all = DisclosureSet::all();
        let without: DisclosureSet = Disclosure::ALL
            .iter()
            .copied()
            .filter(|class| *class != Disclosure::Attendance)
            .collect();
        let held = activity(ActivityKind::BranchAssembly);
        assert!(disclose(&held, case, all).is_some());
        assert_eq!(disclose(&held, case, without), None);
        assert_eq!(disclose(&held, CaseId::from_bytes([1; 16]), all), None);
        for kind in [ActivityKind::Talk, ActivityKind::StudyReport] {
            assert_eq!(disclose(&activity(kind), case, all), None);
        }
    }
}
