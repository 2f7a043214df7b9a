//! Decisions about probation that were kept because no host could be told, told once one may hear them: the case is active by then and the agreement
//! names them.

use hongyan_proto::{
    id::{CaseId, MemberId},
    letter::{Disclosure, Payload, ProbationDecided, ProbationDecision, Replacement},
    log::Kind,
    time::Day,
};

use super::{
    Office, OfficeError,
    desk::{Desk, writable},
    find, flow,
};
use crate::{
    book::{self, AtHome, CaseFile, EventRecord, Partner, Shelf},
    domain::case::{self, Side, Step},
    store::Store,
};

impl Office {
    /// Tells hosts what they may hear by now, in the name of whoever entered it. What cannot be told now waits for the next time, and holds up
    /// nothing else.
    pub async fn tell_what_was_kept(&self) {
        if let Err(error) = self.tell_all().await {
            tracing::error!(%error, "what was kept at home could not be told");
        }
    }

    async fn tell_all(&self) -> Result<(), OfficeError> {
        for (member, kept) in book::decisions_at_home(&self.store)? {
            let Some(last) = kept.last() else { continue };
            if waiting(&self.store, member, self.today())?.is_empty() {
                continue;
            }
            let actor = last.said.actor.clone();
            let store = self.store.clone();
            self.at_desk(actor, move |desk| tell(desk, &store, member))
                .await?;
        }
        Ok(())
    }
}

/// Tells the host of a member's case what waits, in a commit under way.
pub(super) fn tell(
    desk: &mut Desk<'_, '_>,
    store: &Store,
    member: MemberId,
) -> Result<(), OfficeError> {
    let actor = desk.actor.clone();
    for (case, kept) in waiting(store, member, desk.today)? {
        let (file, Some(partner)) = find::case_by_id(desk.draft, case)? else {
            continue;
        };
        // It may have been taken back or told in a commit that is not durable yet.
        let stands = book::at_home(desk.draft, kept.sequence)?.is_some();
        if !stands || told(desk.draft, (&file, &partner), &kept.said)?.is_some() {
            continue;
        }
        desk.actor = kept.said.actor.clone();
        flow::put(desk, &case.to_string(), letter(&kept.said))?;
    }
    desk.actor = actor;
    Ok(())
}

fn letter(decided: &ProbationDecided) -> Payload {
    Payload::ProbationDecision(ProbationDecision {
        day: decided.day,
        outcome: decided.outcome,
        extended_until: decided.extended_until,
    })
}

/// What was decided since the host was told who the member is, and may be told now, each with its case.
fn waiting(
    store: &Store,
    member: MemberId,
    today: Day,
) -> Result<Vec<(CaseId, AtHome<ProbationDecided>)>, OfficeError> {
    let mut waiting = Vec::new();
    let kept = book::decisions_at_home_of(store, member)?;
    if kept.is_empty() {
        return Ok(waiting);
    }
    for id in book::cases_of_member(store, member)? {
        let (file, partner) = find::case_by_id(store, id)?;
        let asked = case::check(&file.case, Side::Outflow, Kind::ProbationDecision);
        let Some(partner) = partner.filter(|_| asked.is_ok()) else {
            continue;
        };
        if !may_hear(store, &partner, today)? {
            continue;
        }
        let Some(file) = book::case_with_facts(store, Some(&partner), id)? else {
            continue;
        };
        // Its notice says what the roster said then.
        let introduced = |step: &&Step| matches!(step.event.kind, Kind::Notice | Kind::Confirm);
        let mut steps = file.case.history().iter().rev();
        let introduced = steps.find(introduced).map(|step| step.event.time);
        let since = kept.iter().filter(|one| introduced <= Some(one.time));
        for one in since {
            if told(store, (&file, &partner), &one.said)?.is_none() && !decided_since(&file, one) {
                waiting.push((id, one.clone()));
            }
        }
    }
    Ok(waiting)
}

fn may_hear(shelf: &impl Shelf, partner: &Partner, today: Day) -> Result<bool, OfficeError> {
    if writable(partner).is_err() {
        return Ok(false);
    }
    let agreement = book::in_force(shelf, partner, today)?;
    let scope = agreement.map(|agreement| agreement.scope(partner.own.key_id()));
    Ok(scope.is_some_and(|scope| scope.contains(Disclosure::Probation)))
}

/// The letter of a case that says it.
fn told(
    shelf: &impl Shelf,
    (file, partner): (&CaseFile, &Partner),
    decided: &ProbationDecided,
) -> Result<Option<u64>, OfficeError> {
    let said = book::said(shelf, partner.out, file.id, &letter(decided))?;
    Ok(said.first().map(|(_, by)| *by))
}

/// Has a letter decided since? Then this one was told by it, or before it; what became of that letter is its own story.
fn decided_since(file: &CaseFile, kept: &AtHome<ProbationDecided>) -> bool {
    let decides = |record: &EventRecord| match record.payload.as_ref() {
        _ if record.kind == Kind::ProbationDecision.code() => true,
        Some(bytes) if record.kind == Kind::Correction.code() => matches!(
            Payload::decode(Kind::Correction, bytes),
            Ok(Payload::Correction(one))
                if matches!(one.replacement, Some(Replacement::ProbationDecision(_)))
        ),
        _ => false,
    };
    let mut since = file.records.iter();
    since.any(|record| record.time_ms >= kept.time.millis() && decides(record))
}

/// What a host was told is corrected by letter, and not only here.
pub(super) fn not_told(desk: &Desk<'_, '_>, decided: &ProbationDecided) -> Result<(), OfficeError> {
    for id in book::cases_of_member(desk.draft, decided.member_id)? {
        let (file, Some(partner)) = find::case_by_id(desk.draft, id)? else {
            continue;
        };
        if let Some(sequence) = told(desk.draft, (&file, &partner), decided)? {
            return Err(OfficeError::field(
                "record",
                format!(
                    "已告知对方 (案卷 {id} 第 {sequence} 条), 请用 record correct 更正那一条, 这里随之更正 the host was told: correct entry {sequence} of case {id} with record correct, and this one follows"
                ),
            ));
        }
    }
    Ok(())
}
