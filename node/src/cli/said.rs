//! What a fact about a member says, in one line for people.

use hongyan_proto::pb::exchange::v1::{
    Destination, Payload, correction::Replacement, payload::Content,
};

use super::{lang::Lang, values::show_fen, words};

/// The day and the words of a fact, or the days, places and reasons that a step of a case names.
pub(super) fn said(payload: &Payload, lang: Lang) -> String {
    parts(payload, lang).join(" ")
}

/// The same without the day, where that stands beside it.
pub(super) fn said_that_day(payload: &Payload, lang: Lang) -> String {
    parts(payload, lang).get(1..).unwrap_or_default().join(" ")
}

/// What is filled in of it, the day first.
fn parts(payload: &Payload, lang: Lang) -> Vec<String> {
    let content = payload.content.as_ref();
    let parts = content.map_or_else(Vec::new, |content| {
        fact(content, lang)
            .or_else(|| step(content, lang))
            .unwrap_or_default()
    });
    parts.into_iter().filter(|part| !part.is_empty()).collect()
}

/// A fact about a member.
fn fact(content: &Content, lang: Lang) -> Option<Vec<String>> {
    Some(match content {
        Content::Attendance(one) => vec![
            one.day.clone(),
            words::show(words::ACTIVITIES, one.activity, lang),
            one.theme.clone(),
            words::show(words::PRESENCES, one.presence, lang),
        ],
        Content::Dues(one) => vec![
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
        Content::Award(one) => vec![
            one.day.clone(),
            if one.penalty {
                lang.say("处分", "penalty")
            } else {
                lang.say("奖励", "award")
            },
            one.title.clone(),
        ],
        Content::Role(one) => vec![one.day.clone(), one.description.clone()],
        Content::Conduct(one) => vec![
            one.quarter.clone(),
            words::show(words::GRADES, one.grade, lang),
            one.remark.clone(),
        ],
        Content::MajorEvent(one) => vec![one.day.clone(), one.description.clone()],
        Content::Contact(one) => {
            vec![one.day.clone(), one.means.clone(), one.summary.clone()]
        }
        Content::MatterNotified(one) => vec![one.day.clone(), one.matter.clone()],
        Content::Change(one) => vec![
            one.day.clone(),
            one.phone.clone(),
            one.employer.clone(),
            one.address.clone(),
            one.certificate.clone(),
        ],
        Content::ProbationOpinion(one) => vec![
            one.day.clone(),
            if one.convert_on_time {
                lang.say("建议按期转正", "convert on time")
            } else {
                lang.say("不建议按期转正", "do not convert on time")
            },
            one.opinion.clone(),
        ],
        Content::ProbationDecision(one) => vec![
            one.day.clone(),
            words::show(words::OUTCOMES, one.outcome, lang),
            one.extended_until.clone(),
        ],
        Content::Correction(one) => {
            let right = one.replacement.clone().map(|right| Payload {
                content: Some(instead(right)),
            });
            let right = right.map(|right| said(&right, lang));
            let right = right.unwrap_or_else(|| lang.say("作废", "void"));
            let reason = Some(&one.reason).filter(|reason| !reason.is_empty());
            vec![
                right,
                reason.map_or_else(String::new, |reason| format!("({reason})")),
            ]
        }
        _ => return None,
    })
}

/// A step of a case.
fn step(content: &Content, lang: Lang) -> Option<Vec<String>> {
    Some(match content {
        Content::Notice(one) => vec![one.since.clone(), going(one.destination.as_ref())],
        Content::Departed(one) => vec![one.since.clone(), going(one.destination.as_ref())],
        Content::Claim(one) => vec![one.shown_on.clone()],
        Content::Accept(one) => vec![
            one.arrived_on.clone(),
            words::show(words::CERTIFICATE_CHECKS, one.certificate_check, lang),
        ],
        Content::Place(one) => vec![one.placed_on.clone(), one.unit.clone()],
        Content::Moved(one) => vec![one.moved_on.clone(), going(one.destination.as_ref())],
        Content::LostContact(one) => vec![one.last_contact_on.clone(), one.note.clone()],
        Content::Found(one) => vec![one.found_on.clone(), one.note.clone()],
        Content::Returned(one) => vec![
            one.returned_on.clone(),
            words::show(words::CERTIFICATE_CHECKS, one.certificate_check, lang),
            one.member_account.clone(),
            one.host_account.clone(),
        ],
        Content::Decline(one) => vec![
            words::show(words::DECLINES, one.reason, lang),
            one.suggested_region.clone(),
            one.note.clone(),
        ],
        Content::Disown(one) => {
            vec![
                words::show(words::DISOWNS, one.reason, lang),
                one.note.clone(),
            ]
        }
        Content::Withdraw(one) => {
            vec![
                words::show(words::WITHDRAWALS, one.reason, lang),
                one.note.clone(),
            ]
        }
        Content::Transferred(one) => {
            vec![one.transferred_on.clone(), one.letter_number.clone()]
        }
        _ => return None,
    })
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
fn instead(right: Replacement) -> Content {
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
