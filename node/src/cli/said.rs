//! What a fact about a member says, in one line for people.

use hongyan_proto::pb::exchange::v1::{
    Destination, Payload, correction::Replacement, payload::Content,
};

use super::{lang::Lang, values::show_fen, words};

/// The day and the words of a fact, or the days and places that a step of a case names; reasons of a decline or a withdrawal are not among them.
pub(super) fn said(payload: &Payload, lang: Lang) -> String {
    parts(payload, lang).join(" ")
}

/// The same without the day, where that stands beside it.
pub(super) fn said_that_day(payload: &Payload, lang: Lang) -> String {
    parts(payload, lang).get(1..).unwrap_or_default().join(" ")
}

/// What is filled in of it, the day first.
fn parts(payload: &Payload, lang: Lang) -> Vec<String> {
    let parts = match payload.content.as_ref() {
        Some(Content::Attendance(one)) => vec![
            one.day.clone(),
            words::show(words::ACTIVITIES, one.activity, lang),
            one.theme.clone(),
            words::show(words::PRESENCES, one.presence, lang),
        ],
        Some(Content::Dues(one)) => vec![
            one.paid_on.clone(),
            lang.say(
                &format!("{} 起 {} 个月", one.month, one.months),
                &format!("{} months from {}", one.months, one.month),
            ),
            lang.say(
                &format!("{} 元", show_fen(one.fen)),
                &format!("{} yuan", show_fen(one.fen)),
            ),
            one.receipt.clone(),
        ],
        Some(Content::Award(one)) => vec![
            one.day.clone(),
            if one.penalty {
                lang.say("处分", "penalty")
            } else {
                lang.say("奖励", "award")
            },
            one.title.clone(),
        ],
        Some(Content::Role(one)) => vec![one.day.clone(), one.description.clone()],
        Some(Content::Conduct(one)) => vec![
            one.quarter.clone(),
            words::show(words::GRADES, one.grade, lang),
            one.remark.clone(),
        ],
        Some(Content::MajorEvent(one)) => vec![one.day.clone(), one.description.clone()],
        Some(Content::Contact(one)) => {
            vec![one.day.clone(), one.means.clone(), one.summary.clone()]
        }
        Some(Content::MatterNotified(one)) => vec![one.day.clone(), one.matter.clone()],
        Some(Content::Change(one)) => vec![
            one.day.clone(),
            one.phone.clone(),
            one.employer.clone(),
            one.address.clone(),
        ],
        Some(Content::ProbationOpinion(one)) => vec![one.day.clone(), one.opinion.clone()],
        Some(Content::ProbationDecision(one)) => vec![
            one.day.clone(),
            words::show(words::OUTCOMES, one.outcome, lang),
            one.extended_until.clone(),
        ],
        Some(Content::Notice(one)) => vec![one.since.clone(), going(one.destination.as_ref())],
        Some(Content::Departed(one)) => vec![one.since.clone(), going(one.destination.as_ref())],
        Some(Content::Claim(one)) => vec![one.shown_on.clone()],
        Some(Content::Accept(one)) => vec![
            one.arrived_on.clone(),
            words::show(words::CERTIFICATE_CHECKS, one.certificate_check, lang),
        ],
        Some(Content::Place(one)) => vec![one.placed_on.clone(), one.unit.clone()],
        Some(Content::Moved(one)) => vec![one.moved_on.clone(), going(one.destination.as_ref())],
        Some(Content::LostContact(one)) => vec![one.last_contact_on.clone(), one.note.clone()],
        Some(Content::Found(one)) => vec![one.found_on.clone(), one.note.clone()],
        Some(Content::Returned(one)) => vec![
            one.returned_on.clone(),
            words::show(words::CERTIFICATE_CHECKS, one.certificate_check, lang),
        ],
        Some(Content::Transferred(one)) => {
            vec![one.transferred_on.clone(), one.letter_number.clone()]
        }
        Some(Content::Correction(one)) => {
            let right = one.replacement.clone().map(|right| Payload {
                content: Some(content(right)),
            });
            let right = right.map(|right| said(&right, lang));
            let right = right.unwrap_or_else(|| lang.say("作废", "void"));
            let reason = Some(&one.reason).filter(|reason| !reason.is_empty());
            vec![
                right,
                reason.map_or_else(String::new, |reason| format!("({reason})")),
            ]
        }
        _ => Vec::new(),
    };
    parts.into_iter().filter(|part| !part.is_empty()).collect()
}

/// Where somebody goes.
fn going(to: Option<&Destination>) -> String {
    to.map_or_else(String::new, |to| {
        format!("{} {}", to.region, to.description)
            .trim()
            .to_owned()
    })
}

/// What is right instead, as it would have been written at first.
fn content(right: Replacement) -> Content {
    match right {
        Replacement::Attendance(right) => Content::Attendance(right),
        Replacement::Dues(right) => Content::Dues(right),
        Replacement::Award(right) => Content::Award(right),
        Replacement::Role(right) => Content::Role(right),
        Replacement::Conduct(right) => Content::Conduct(right),
        Replacement::Change(right) => Content::Change(right),
        Replacement::MajorEvent(right) => Content::MajorEvent(right),
        Replacement::Contact(right) => Content::Contact(right),
        Replacement::MatterNotified(right) => Content::MatterNotified(right),
        Replacement::ProbationOpinion(right) => Content::ProbationOpinion(right),
        Replacement::ProbationDecision(right) => Content::ProbationDecision(right),
    }
}
