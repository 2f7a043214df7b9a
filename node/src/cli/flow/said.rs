//! What a fact about a member says, in one line for people.

use hongyan_proto::pb::exchange::v1::{Payload, payload::Content};

use crate::cli::{lang::Lang, values::show_fen, words};

/// The day and the words of a fact; nothing of the steps of a case, which say enough by their names.
pub(super) fn said(payload: &Payload, lang: Lang) -> String {
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
        Some(Content::Correction(one)) if one.replacement.is_none() => {
            vec![lang.say("作废", "void"), one.reason.clone()]
        }
        Some(Content::Correction(one)) => vec![one.reason.clone()],
        _ => Vec::new(),
    };
    let parts: Vec<String> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    parts.join(" ")
}
