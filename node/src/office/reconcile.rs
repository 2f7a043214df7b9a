//! Reconciliation (对账): both statements compared, answered line by line, the result signed by both.

use std::collections::{BTreeMap, BTreeSet};

use hongyan_proto::{
    id::{CaseId, Hash},
    letter::{
        Answer as LetterAnswer, AnswerKind, Cadence, DisclosureSet, LineAnswer, Payload, Text,
    },
    time::{Day, Quarter},
};

use super::{
    Answer, Office, OfficeError, Request,
    desk::{Cut, Desk},
    find,
    statement::{OUR, PARTNERS, Repeated, names, repeated},
};
use crate::{
    book::{self, Author, Partner, PartnerState},
    domain::{
        agreement::Book as Agreements,
        statement::{QuarterView, Settlement, Status, answer::Line, quarter::due_on},
    },
};

/// A quarter of a correspondence ready to be shown.
#[derive(Clone, Debug)]
pub(super) struct QuarterFile {
    pub(super) partner: Partner,
    pub(super) quarter: Quarter,
    pub(super) view: QuarterView,
    pub(super) status: Status,
    pub(super) due: Option<Day>,
    /// Is an agreement in force today? Without one nothing is stated, answered or closed.
    pub(super) in_force: bool,
    pub(super) names: BTreeMap<CaseId, String>,
    pub(super) outflow_is_own: BTreeMap<CaseId, bool>,
    /// Of the cases whose dues were paid twice.
    pub(super) repeated: Repeated,
}

impl QuarterFile {
    /// What both closings carry, when both have stated.
    pub(super) fn hash(&self) -> Option<Hash> {
        self.view.settlement.as_ref().map(Settlement::hash)
    }

    /// Every difference with its answers.
    pub(super) fn lines(&self) -> &[Line] {
        self.view
            .settlement
            .as_ref()
            .map_or(&[], |settlement| &settlement.lines)
    }

    /// Whose turn it is.
    pub(super) fn must_act(&self) -> Option<Author> {
        match self.status {
            Status::NotDue | Status::Closed => None,
            Status::Due(_) | Status::IssuedByPartner(_) | Status::ClosedByPartner => {
                Some(Author::Own)
            }
            Status::IssuedByUs(_) | Status::ClosedByUs => Some(Author::Partner),
            Status::Reconciled { ours, theirs } => {
                let waiting = ours == 0 && theirs > 0;
                Some(if waiting {
                    Author::Partner
                } else {
                    Author::Own
                })
            }
        }
    }
}

/// A quarter is asked for by the agreement that was in force in it, whatever was agreed since.
fn agreed(agreements: &Agreements, quarter: Quarter) -> Option<Cadence> {
    let agreement = agreements.last_in_force(quarter.first_day(), quarter.last_day())?;
    Some(agreement.terms.cadence)
}

/// One quarter as it stands.
pub(super) fn file(
    office: &Office,
    partner: &Partner,
    quarter: Quarter,
) -> Result<QuarterFile, OfficeError> {
    let agreements = book::agreements(&office.store, partner)?;
    of_agreements(office, (partner, &agreements), quarter)
}

fn of_agreements(
    office: &Office,
    (partner, agreements): (&Partner, &Agreements),
    quarter: Quarter,
) -> Result<QuarterFile, OfficeError> {
    let store = &office.store;
    let own = partner.own.key_id();
    let (view, _) = book::quarter(store, partner, quarter)?;
    let cadence = agreed(agreements, quarter).unwrap_or(Cadence::Quarterly);
    let status = view.status(own, partner.key_id, cadence, office.today());
    let lines = view
        .settlement
        .as_ref()
        .map_or(&[][..], |settlement| &settlement.lines);
    let ids: Vec<_> = lines.iter().map(|line| line.difference.case).collect();
    let outflow_is_own = lines
        .iter()
        .map(|line| (line.difference.case, line.outflow == own))
        .collect();
    let twice = lines
        .iter()
        .filter(|line| line.difference.cause.is_paid_twice())
        .map(|line| line.difference.case);
    Ok(QuarterFile {
        repeated: repeated(store, (partner, quarter), twice)?,
        names: names(office, partner, ids.into_iter())?,
        partner: partner.clone(),
        quarter,
        status,
        due: due_on(quarter, cadence),
        in_force: agreements.in_force(office.today()).is_some(),
        outflow_is_own,
        view,
    })
}

/// The comparison of both latest statements.
pub(super) fn show(
    office: &Office,
    partner: &str,
    quarter: Quarter,
) -> Result<QuarterFile, OfficeError> {
    let partner = find::partner(&office.store, partner)?;
    let file = file(office, &partner, quarter)?;
    stated(&file.view, quarter)?;
    Ok(file)
}

fn stated(view: &QuarterView, quarter: Quarter) -> Result<&Settlement, OfficeError> {
    let whose = match (&view.ours, &view.theirs) {
        (None, _) => OUR,
        (_, None) => PARTNERS,
        _ => ("可比的", "a comparable"),
    };
    view.settlement
        .as_ref()
        .ok_or_else(|| OfficeError::statement_missing(whose, quarter))
}

fn closed(view: &QuarterView) -> bool {
    view.our_closing
        .as_ref()
        .zip(view.their_closing.as_ref())
        .is_some_and(|(ours, theirs)| ours.result_hash == theirs.result_hash)
}

fn open(
    desk: &Desk<'_, '_>,
    partner: &Partner,
    quarter: Quarter,
    shown: Option<Hash>,
) -> Result<QuarterView, OfficeError> {
    let (view, _) = book::quarter(desk.draft, partner, quarter)?;
    if closed(&view) {
        return Err(OfficeError::QuarterClosed(quarter));
    }
    let settlement = stated(&view, quarter)?;
    if shown.is_some_and(|shown| shown != settlement.hash()) {
        return Err(OfficeError::ResultChanged);
    }
    Ok(view)
}

/// May the line be answered like this? Whoever disputes a value says its own, where the agreement lets it.
fn check_line(
    settlement: &Settlement,
    line: &LineAnswer,
    scope: DisclosureSet,
) -> Result<(), OfficeError> {
    let known = settlement
        .lines
        .iter()
        .any(|known| known.difference.case == line.case_id && known.difference.field == line.field);
    if !known {
        return Err(OfficeError::field(
            "lines",
            format!(
                "{} {}: 对账结果中没有这一行 no such line in the result",
                line.case_id, line.field
            ),
        ));
    }
    let is_digits = |value: &Text<200>| value.as_str().bytes().all(|byte| byte.is_ascii_digit());
    if let Some(value) = line.own_value.as_ref().filter(|value| !is_digits(value))
        && line.field.is_number()
    {
        return Err(OfficeError::field(
            "lines.own_value",
            format!(
                "{}: 本方的值须为阿拉伯数字写的整数, 党费以分计 (如 3600), 不能是“{value}” one's own value is a whole number in digits, money in fen",
                line.field
            ),
        ));
    }
    // The presence of a case has no class, and no value.
    let has_value = line
        .field
        .class()
        .is_some_and(|class| scope.contains(class));
    if line.answer == AnswerKind::Disputed && line.own_value.is_none() && has_value {
        return Err(OfficeError::field(
            "lines.own_value",
            format!(
                "{}: 答复有异议须写明本方的值, 请用 --own-value 写明  who disputes a value states its own: give it with --own-value",
                line.field
            ),
        ));
    }
    Ok(())
}

/// Answers lines of the result that was shown.
pub(super) async fn answer(
    office: &Office,
    request: Request,
    partner: String,
    quarter: Quarter,
    shown: Option<Hash>,
    lines: Vec<LineAnswer>,
) -> Result<Answer, OfficeError> {
    office
        .write(request, move |desk| {
            let partner = find::partner(desk.draft, &partner)?;
            let view = open(desk, &partner, quarter, shown)?;
            let settlement = stated(&view, quarter)?;
            let scope = book::in_force(desk.draft, &partner, desk.today)?
                .map_or(DisclosureSet::EMPTY, |in_force| {
                    in_force.scope(partner.own.key_id())
                });
            for line in &lines {
                check_line(settlement, line, scope)?;
            }
            let answer = LetterAnswer {
                quarter,
                reconciliation_hash: settlement.reconciliation,
                lines,
            };
            desk.send(&partner, Payload::Answer(answer), None, Cut::Refuse)?;
            Ok(Answer::default())
        })
        .await
}

/// Signs the result that was shown.
pub(super) async fn close(
    office: &Office,
    request: Request,
    partner: String,
    quarter: Quarter,
    shown: Hash,
) -> Result<Answer, OfficeError> {
    office
        .write(request, move |desk| {
            let partner = find::partner(desk.draft, &partner)?;
            let view = open(desk, &partner, quarter, Some(shown))?;
            let settlement = stated(&view, quarter)?;
            settlement
                .check_close(desk.today)
                .map_err(|early| OfficeError::TooEarly(early.to_string()))?;
            desk.send(
                &partner,
                Payload::Closing(settlement.closing()),
                None,
                Cut::Refuse,
            )?;
            Ok(Answer::default())
        })
        .await
}

/// Every quarter that has entries, and every one that ended and in which an agreement was in force; newest first, then by partner.
pub(super) fn list(office: &Office, partner: &str) -> Result<Vec<QuarterFile>, OfficeError> {
    let store = &office.store;
    let mut files = Vec::new();
    for partner in find::partners(store, partner)? {
        let agreements = book::agreements(store, &partner)?;
        let mut quarters: BTreeSet<Quarter> = book::quarters(store, &partner)?
            .into_iter()
            .map(|(quarter, _)| quarter)
            .collect();
        quarters.extend(ended(&partner, &agreements, office.today()));
        for quarter in quarters {
            files.push(of_agreements(office, (&partner, &agreements), quarter)?);
        }
    }
    files.sort_by(|a, b| (b.quarter, &a.partner.code).cmp(&(a.quarter, &b.partner.code)));
    Ok(files)
}

/// The quarters that ended and in which an agreement was in force: each stays due until it is stated. Nothing is asked of who is revoked.
fn ended<'a>(
    partner: &Partner,
    agreements: &'a Agreements,
    today: Day,
) -> impl Iterator<Item = Quarter> + use<'a> {
    let first = agreements
        .first_day()
        .filter(|_| partner.state != PartnerState::Revoked);
    std::iter::successors(first.map(Quarter::of), |quarter| Some(quarter.next()))
        .take_while(move |quarter| quarter.last_day() < today)
        .filter(|quarter| agreed(agreements, *quarter).is_some())
}
