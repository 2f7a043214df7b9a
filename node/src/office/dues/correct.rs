//! Corrections of payments, bases and reliefs. A list that was closed stays as it was: the first open month takes the correction up.

use std::iter;

use hongyan_proto::{
    id::Fen,
    letter::{
        Correction, DuesCorrection, DuesMonths, DuesPayment, DuesWay, Payload, ProbationDecision,
        Replacement, Text,
    },
    log::Kind,
    time::{Day, Month},
};

use super::{
    Loaded, Outcome,
    amount::{amount, without},
    answer, case_to_tell, load, outcome,
    pay::{Paying, case_of},
};
use crate::{
    book::{self, Partner, Shelf as _, Standing},
    domain::dues::open_from,
    office::{
        Answer, Office, OfficeError, Request,
        assessment::changed,
        desk::Desk,
        find, flow,
        happened::happened,
        kept, probation,
        record::{check, of_what_stands},
        tell::{Telling, correct as correct_told, tell},
    },
    store::{Store, StoreError},
};

const ENTRY: (&str, &str) = ("党费记录", "entry about dues");

/// What is right of a payment; what is left out stays as it was.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(in crate::office) struct Right {
    pub(in crate::office) month: Option<Month>,
    pub(in crate::office) months: Option<DuesMonths>,
    pub(in crate::office) fen: Option<Fen>,
    pub(in crate::office) paid_on: Option<Day>,
    pub(in crate::office) way: Option<DuesWay>,
    pub(in crate::office) paper: Option<Text<60>>,
}

/// An entry was wrong: of a payment something else is right, or the entry is void.
pub(in crate::office) async fn correct(
    office: &Office,
    request: Request,
    sequence: u64,
    reason: Text<500>,
    right: Option<Right>,
) -> Result<(Outcome, Answer), OfficeError> {
    let store = office.store.clone();
    let answer = office
        .write(request, move |desk| {
            let answer = change(desk, &store, sequence, reason, right)?;
            // The correction is what was asked for; a letter was written before it.
            desk.written.rotate_right(1);
            Ok(answer)
        })
        .await?;
    Ok((outcome(&answer)?, answer))
}

/// What a letter says of the end of probation, if it is about that.
fn decision_of(
    desk: &Desk<'_, '_>,
    partner: Option<&Partner>,
    sequence: u64,
) -> Result<Option<ProbationDecision>, OfficeError> {
    let Some(partner) = partner else {
        return Ok(None);
    };
    let entry = match desk.draft.one(partner.out, sequence) {
        // The check that follows says so.
        Err(StoreError::UnknownEntry { .. }) => return Ok(None),
        entry => entry?,
    };
    let says = match book::standing(desk.draft, partner.out, sequence)? {
        Standing::Corrected(_, right) => Some(*right),
        Standing::AsWritten => book::payload_of(&entry),
        Standing::Void(_) => None,
    };
    Ok(match says {
        Some(Payload::ProbationDecision(decision)) => Some(decision),
        _ => None,
    })
}

/// A letter about dues is corrected through the payment that it tells of, a decision about probation on the roster too; any other letter by itself.
pub(in crate::office) async fn correct_letter(
    office: &Office,
    request: Request,
    case: String,
    correction: Correction,
) -> Result<Answer, OfficeError> {
    Payload::Correction(correction.clone()).check()?;
    let store = office.store.clone();
    office
        .write(request, move |desk| {
            let (file, partner) = find::case(desk.draft, &case)?;
            let about = (&file, partner.as_ref());
            if let Some(kept) = kept::of(desk, about, correction.corrects)? {
                return kept::correct(desk, about, &kept, correction);
            }
            let correction = match &partner {
                Some(partner) => of_what_stands(desk, partner, correction)?,
                None => correction,
            };
            let payload = Payload::Correction(correction.clone());
            let payment = match &partner {
                Some(partner) => {
                    let log = desk.draft.log(partner.out)?.log_id();
                    book::payment_told(desk.draft, &log, correction.corrects)?
                }
                None => None,
            };
            let decided = decision_of(desk, partner.as_ref(), correction.corrects)?;
            let (Some(sequence), Some(partner)) = (payment, partner) else {
                let answer = flow::put(desk, &case, payload)?;
                if let Some(wrong) = decided {
                    let right = match &correction.replacement {
                        Some(Replacement::ProbationDecision(right)) => Some(right),
                        _ => None,
                    };
                    let reason = Text::parse("随通报更正 as the letter to the host was corrected")?;
                    probation::corrected(desk, file.member, &wrong, (reason, right))?;
                }
                return Ok(answer);
            };
            // The same refusals as for any letter, before anything is written.
            check(desk, &partner, &file, &payload)?;
            let right = match correction.replacement {
                None => None,
                Some(Replacement::Dues(dues)) => Some(Right {
                    month: Some(dues.month),
                    months: Some(dues.months),
                    fen: Some(dues.fen),
                    paid_on: Some(dues.paid_on),
                    way: None,
                    paper: Some(dues.receipt),
                }),
                Some(_) => {
                    return Err(OfficeError::NotCorrectable {
                        case: file.id,
                        sequence: correction.corrects,
                    });
                }
            };
            let reason = correction.reason.map_or_else(|| Text::parse("更正"), Ok)?;
            let answer = change(desk, &store, sequence, reason, right)?;
            // A letter was asked for: if none may go, nothing is written.
            let telling = outcome(&answer)?.telling.unwrap_or_default();
            if let Some(stays) = telling.not_told.first() {
                return Err(OfficeError::field("correction", &stays.why));
            }
            Ok(Answer::about(file.id))
        })
        .await
}

fn change(
    desk: &mut Desk<'_, '_>,
    store: &Store,
    sequence: u64,
    reason: Text<500>,
    right: Option<Right>,
) -> Result<Answer, OfficeError> {
    let missing = || OfficeError::not_found(ENTRY, sequence.to_string());
    let who = book::dues_person(desk.draft, sequence)?.ok_or_else(missing)?;
    let mut loaded = load(desk.draft, store, who)?;
    if loaded.account.is_void(sequence, desk.today) {
        return Err(OfficeError::field(
            "record",
            "该记录已作废, 请另记 the entry is void: enter another",
        ));
    }
    let payment = loaded.account.payment(sequence, desk.today);
    let Some(before) = payment.and_then(|(payment, _)| payment).cloned() else {
        return void_other(desk, &loaded, sequence, reason, right.is_some());
    };
    let after = match right {
        None => None,
        Some(right) => Some(righted(desk, &mut loaded, (sequence, &before), right)?),
    };
    if let Some(after) = &after
        && (before.told.is_some() || before.case_id.is_none())
    {
        let actor = before.actor.clone();
        let same = DuesPayment {
            actor,
            ..after.clone()
        };
        changed(&before, &same)?;
    }
    let mut telling = Telling::default();
    let after = told(desk, who, (&before, after), &reason, &mut telling)?;
    let counts_on = counts_on(desk, &loaded, (sequence, &before), after.as_ref())?;
    let shown = after.as_ref().unwrap_or(&before);
    let outcome = Outcome {
        number: shown.number.get(),
        fen: shown.fen.0,
        part: shown.part,
        month: shown.month.to_string(),
        months: shown.months.get(),
        counts_on: counts_on.to_string(),
        telling: Some(telling),
        ..Outcome::default()
    };
    enter(desk, sequence, reason, after, counts_on)?;
    Ok(answer(&outcome))
}

fn enter(
    desk: &mut Desk<'_, '_>,
    corrects: u64,
    reason: Text<500>,
    payment: Option<DuesPayment>,
    counts_on: Day,
) -> Result<(), OfficeError> {
    let correction = DuesCorrection {
        corrects,
        reason,
        payment,
        counts_on,
        actor: desk.actor.clone(),
    };
    desk.enter(&correction.into(), None).map(drop)
}

/// A base or a relief is taken back; what is right is a new one.
fn void_other(
    desk: &mut Desk<'_, '_>,
    loaded: &Loaded,
    sequence: u64,
    reason: Text<500>,
    replaced: bool,
) -> Result<Answer, OfficeError> {
    let base = loaded.account.bases.iter();
    let base = base.map(|noted| (noted.sequence, noted.entry.from));
    let relief = loaded.account.reliefs.iter();
    let relief = relief.map(|noted| (noted.sequence, noted.entry.from));
    let found = base.chain(relief).find(|(known, _)| *known == sequence);
    let Some((_, from)) = found else {
        return Err(OfficeError::not_found(ENTRY, sequence.to_string()));
    };
    if replaced {
        return Err(OfficeError::field(
            "right",
            "基数和减免只能作废 (--void), 再用 dues base 或 dues waive 重新登记 a base and a relief can only be voided: then enter the right one",
        ));
    }
    let counts_on = super::counts_on(desk, &loaded.person, from, true)?;
    enter(desk, sequence, reason, None, counts_on)?;
    Ok(answer(&Outcome {
        counts_on: counts_on.to_string(),
        ..Outcome::default()
    }))
}

fn righted(
    desk: &Desk<'_, '_>,
    loaded: &mut Loaded,
    (sequence, before): (u64, &DuesPayment),
    right: Right,
) -> Result<DuesPayment, OfficeError> {
    let paid_on = right.paid_on.unwrap_or(before.paid_on);
    happened(paid_on, desk.today, "right.paid_on")?;
    let paper = match right.paper {
        // A letter names the receipt by its own number where there is no paper.
        Some(paper) if paper.as_str() != before.receipt() => {
            let used = book::payment_of_paper(desk.draft, paper.as_str())?;
            if used.is_some_and(|used| used != sequence) {
                return Err(OfficeError::ReceiptUsed(paper.to_string()));
            }
            Some(paper)
        }
        _ => before.paper.clone(),
    };
    let paying = Paying {
        month: right.month.or(Some(before.month)),
        months: right.months.unwrap_or(before.months),
        fen: right.fen.or(Some(before.fen)),
        paid_on: Some(paid_on),
        way: right.way.unwrap_or(before.way),
        paper: None,
        any_amount: true,
        twice: false,
    };
    let month = paying.month.unwrap_or(before.month);
    // What was written down as paid twice stays so; a correction takes no further month twice.
    let covered: Vec<Month> = before.covered().collect();
    let mut months = (0..paying.months.get()).map(|more| month.plus_months(more));
    let paying = Paying {
        twice: months.all(|month| covered.contains(&month)),
        ..paying
    };
    let last = month.plus_months(paying.months.get() - 1);
    let lines = without(desk, loaded, sequence, last);
    let (fen, part) = amount(desk, loaded, &lines, month, &paying)?;
    Ok(DuesPayment {
        month,
        months: paying.months,
        fen,
        paid_on,
        way: paying.way,
        paper,
        part,
        actor: desk.actor.clone(),
        ..before.clone()
    })
}

/// The letter follows; and what a hindrance kept here the first time may go now.
fn told(
    desk: &mut Desk<'_, '_>,
    who: crate::domain::life::Who,
    (before, after): (&DuesPayment, Option<DuesPayment>),
    reason: &Text<500>,
    telling: &mut Telling,
) -> Result<Option<DuesPayment>, OfficeError> {
    if let Some(letter) = &before.told {
        if let Some(case) = case_of(desk, letter)? {
            let old = Payload::DuesPayment(before.clone());
            let new = after.clone().map(Payload::DuesPayment);
            correct_told(desk, (&old, new.as_ref()), (case, letter), reason, telling)?;
        }
        return Ok(after);
    }
    let (Some(mut after), Some(case)) = (after.clone(), case_to_tell(desk.draft, who)?) else {
        return Ok(after);
    };
    let fact = Payload::DuesPayment(after.clone());
    after.told = tell(desk, &fact, case, Kind::Dues, telling)?;
    Ok(Some(after))
}

/// From the earlier of both days on; where a list that either changes is closed, in the first month that is open. Never before an earlier
/// correction of the same entry: lists between the two would have neither.
fn counts_on(
    desk: &Desk<'_, '_>,
    loaded: &Loaded,
    (corrects, before): (u64, &DuesPayment),
    after: Option<&DuesPayment>,
) -> Result<Day, OfficeError> {
    let closings = book::dues_closings(desk.draft)?;
    let days = iter::once(before.paid_on).chain(after.map(|after| after.paid_on));
    let closed = days
        .clone()
        .filter_map(|day| closings.since(&loaded.person, day, desk.today));
    let open = closed.map(|(_, last)| open_from(last)).max();
    let earlier = loaded.account.corrections.iter();
    let earlier = earlier.filter(|noted| noted.entry.corrects == corrects);
    let earlier = earlier.map(|noted| noted.entry.counts_on).max();
    let from = open.or(days.min()).unwrap_or(desk.today);
    Ok(earlier.map_or(from, |earlier| from.max(earlier)))
}
