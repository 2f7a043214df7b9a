//! A case as people look at it: who, since when, where, whose turn.

use hongyan_proto::{
    id::CaseId,
    letter::{DepartureReason, Destination, Disclosed, Payload},
    log::Kind,
    time::{Day, Timestamp},
};

use super::{OfficeError, due::due};
use crate::{
    book::{self, Author, CaseFile, Partner, Shelf},
    domain::case::{Side, State, link::Links},
};

/// A case ready to be shown.
#[derive(Clone, Debug)]
pub(super) struct CaseView {
    pub(super) file: CaseFile,
    pub(super) partner: Option<String>,
    pub(super) side: Option<Side>,
    pub(super) state: Option<State>,
    pub(super) disputed: bool,
    pub(super) person: Disclosed,
    pub(super) since: Option<Day>,
    pub(super) reason: Option<DepartureReason>,
    pub(super) destination: Option<Destination>,
    pub(super) unit: Option<String>,
    pub(super) previous: Option<CaseId>,
    pub(super) next: Option<CaseId>,
    pub(super) must_act: Option<Side>,
    pub(super) due: Option<Day>,
    pub(super) overdue: bool,
    pub(super) updated: Timestamp,
}

/// The person as this node may see it: its own roster as home, what was disclosed as host.
pub(super) fn person(shelf: &impl Shelf, file: &CaseFile) -> Result<Disclosed, OfficeError> {
    if let Some(id) = file.member
        && let Some(member) = book::member(shelf, id)?
    {
        return Ok(member.details);
    }
    now(shelf, file)
}

/// The person as the letters of the case tell: as disclosed, with what changed since. Which certificate it is, home alone says.
fn now(shelf: &impl Shelf, file: &CaseFile) -> Result<Disclosed, OfficeError> {
    let home = match file.side() {
        Some(Side::Outflow) => Author::Own,
        _ => Author::Partner,
    };
    let mut told = disclosed(file);
    for (author, change) in book::changed(shelf, file)? {
        let certificate = change.certificate.filter(|_| author == home);
        told = Disclosed {
            phone: change.phone,
            address: change.address,
            certificate,
            ..Disclosed::default()
        }
        .or(told);
    }
    Ok(told)
}

/// What the entries of the case disclose; the latest word counts.
pub(super) fn disclosed(file: &CaseFile) -> Disclosed {
    file.case
        .history()
        .iter()
        .filter_map(|step| step.event.payload.as_ref().and_then(Payload::disclosed))
        .fold(Disclosed::default(), |earlier, later| {
            later.clone().or(earlier)
        })
}

/// Puts a case together for showing.
pub(super) fn view(
    shelf: &impl Shelf,
    file: CaseFile,
    partner: Option<&Partner>,
    links: &Links,
    today: Day,
) -> Result<CaseView, OfficeError> {
    let person = person(shelf, &file)?;
    let next = links.following(file.id);
    let turn = due(&file.case, next.is_some());
    let state = file.case.state();
    let mut since = None;
    let mut reason = None;
    let mut destination = None;
    let mut unit = None;
    // Local first: a notice says the same or something newer.
    for step in file.case.local().iter().chain(file.case.history()) {
        match &step.event.payload {
            Some(Payload::Departed(departed)) => {
                (since, reason) = (Some(departed.since), Some(departed.reason));
                destination.clone_from(&departed.destination);
            }
            Some(Payload::Notice(notice)) => {
                (since, reason) = (Some(notice.since), Some(notice.reason));
                destination = Some(notice.destination.clone());
            }
            Some(Payload::Claim(claim)) => since = since.or(Some(claim.shown_on)),
            Some(Payload::Place(place)) => unit = Some(place.unit.as_str().to_owned()),
            Some(Payload::Moved(moved)) if moved.destination.is_some() => {
                destination.clone_from(&moved.destination);
            }
            _ => {}
        }
    }
    let updated = file
        .records
        .iter()
        .map(|record| record.time_ms)
        .max()
        .unwrap_or_default();
    let disputed = state.is_some_and(State::is_disputed)
        || file.case.superseded().iter().any(|late| late.act.is_some());
    Ok(CaseView {
        partner: partner.map(|partner| partner.code.to_string()),
        side: file.side(),
        state,
        disputed,
        person,
        since,
        reason,
        destination,
        unit,
        previous: file.case.previous_case(),
        next,
        must_act: turn.who,
        due: turn.by,
        overdue: turn.by.is_some_and(|by| by < today),
        updated: Timestamp::from_millis(updated),
        file,
    })
}

/// The last applied content of a kind.
pub(super) fn latest(file: &CaseFile, kind: Kind) -> Option<&Payload> {
    file.case
        .steps_of(kind)
        .next_back()
        .and_then(|step| step.event.payload.as_ref())
}
