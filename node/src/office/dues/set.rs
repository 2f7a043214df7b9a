//! What a person's dues are computed from, and reductions of them.

use std::collections::BTreeSet;

use hongyan_proto::{
    id::Fen,
    letter::{DuesBase, DuesClass, DuesRelief, Text},
    time::{Day, Month},
};

use super::{Outcome, answer, counts_on, ids, load, outcome};
use crate::office::{
    Answer, Office, OfficeError, Request, book::person as named, happened::happened,
};

/// A base as somebody sets it.
#[derive(Clone, Debug)]
pub(in crate::office) struct Basis {
    /// None: this month.
    pub(in crate::office) from: Option<Month>,
    pub(in crate::office) class: DuesClass,
    pub(in crate::office) income: Option<Fen>,
    pub(in crate::office) amount: Option<Fen>,
    pub(in crate::office) in_open_month: bool,
}

/// A relief as somebody enters it.
#[derive(Clone, Debug)]
pub(in crate::office) struct Waiver {
    pub(in crate::office) from: Month,
    pub(in crate::office) until: Month,
    pub(in crate::office) fen: Fen,
    pub(in crate::office) reason: Text<200>,
    pub(in crate::office) approved_by: Text<100>,
    pub(in crate::office) approved_on: Day,
    pub(in crate::office) in_open_month: bool,
}

/// Sets what a person's dues are computed from, from a month on. The outcome says what is owed a month.
pub(in crate::office) async fn set_base(
    office: &Office,
    request: Request,
    name: String,
    basis: Basis,
) -> Result<(Outcome, Answer), OfficeError> {
    let store = office.store.clone();
    let answer = office
        .write(request, move |desk| {
            let who = named(desk.draft, &name)?.who;
            let loaded = load(desk.draft, &store, who)?;
            let from = basis.from.unwrap_or(desk.today.month());
            let counts_on = counts_on(desk, &loaded.person, from, basis.in_open_month)?;
            let (member_id, case_id) = ids(who);
            let base = DuesBase {
                member_id,
                case_id,
                from,
                class: basis.class,
                income: basis.income,
                amount: basis.amount,
                counts_on,
                actor: desk.actor.clone(),
            };
            desk.enter(&base.clone().into(), None)?;
            Ok(answer(&Outcome {
                fen: crate::domain::dues::rate::monthly(&base).0,
                month: from.to_string(),
                counts_on: counts_on.to_string(),
                ..Outcome::default()
            }))
        })
        .await?;
    Ok((outcome(&answer)?, answer))
}

/// Dues were reduced or waived on approval.
pub(in crate::office) async fn waive(
    office: &Office,
    request: Request,
    name: String,
    waiver: Waiver,
) -> Result<(Outcome, Answer), OfficeError> {
    let store = office.store.clone();
    let answer = office
        .write(request, move |desk| {
            happened(waiver.approved_on, desk.today, "approved_on")?;
            let who = named(desk.draft, &name)?.who;
            let loaded = load(desk.draft, &store, who)?;
            let base = loaded.account.base(waiver.from, desk.today);
            let whole = base.map(|(_, base)| crate::domain::dues::rate::monthly(base));
            if let Some(whole) = whole.filter(|whole| *whole <= waiver.fen) {
                return Err(OfficeError::field(
                    "fen",
                    format!(
                        "减交后应低于每月应交的 {whole} 元 less than the {whole} yuan that are owed a month"
                    ),
                ));
            }
            let counts_on = counts_on(desk, &loaded.person, waiver.from, waiver.in_open_month)?;
            let months = waiver.from.through(waiver.until);
            let known = months.filter_map(|month| loaded.account.relief(month, desk.today));
            let replaces: BTreeSet<u64> = known.map(|(sequence, _)| sequence).collect();
            let (member_id, case_id) = ids(who);
            let relief = DuesRelief {
                member_id,
                case_id,
                from: waiver.from,
                until: waiver.until,
                fen: waiver.fen,
                reason: waiver.reason,
                approved_by: waiver.approved_by,
                approved_on: waiver.approved_on,
                counts_on,
                actor: desk.actor.clone(),
            };
            desk.enter(&relief.into(), None)?;
            Ok(answer(&Outcome {
                fen: waiver.fen.0,
                month: waiver.from.to_string(),
                counts_on: counts_on.to_string(),
                replaces: replaces.into_iter().collect(),
                ..Outcome::default()
            }))
        })
        .await?;
    Ok((outcome(&answer)?, answer))
}
