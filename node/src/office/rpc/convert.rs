//! The nouns that several services show.

use bytes::Bytes;
use hongyan_proto::{
    letter::Destination,
    pb::{exchange::v1 as exchange, office::v1 as pb},
};

use super::payload;
use crate::{
    book::{Author, PartnerState},
    domain::case::{Closing, Side, State},
    office::{
        Answer, Organization, Written,
        letters::{CaseLetter, Reached},
        status::PartnerView,
        view::CaseView,
    },
};

pub(super) fn words((zh, en): (String, String)) -> pb::Words {
    pb::Words { zh, en }
}

pub(super) fn labels((zh, en): (impl Into<String>, impl Into<String>)) -> pb::Words {
    pb::Words {
        zh: zh.into(),
        en: en.into(),
    }
}

pub(super) fn written(answer: &Answer) -> Option<pb::Written> {
    answer
        .written
        .first()
        .map(|first| one_written(first, answer.repeated))
}

pub(super) fn one_written(written: &Written, repeated: bool) -> pb::Written {
    pb::Written {
        log_id: hex::encode(&written.log_id),
        sequence: written.sequence,
        time_ms: written.time_ms,
        repeated,
    }
}

pub(super) fn organization(organization: &Organization) -> exchange::Organization {
    exchange::Organization {
        code: organization.code.to_string(),
        name: organization.name.to_string(),
        region: organization.region.to_string(),
        endpoint: organization.endpoint.clone(),
    }
}

pub(super) fn side(side: Option<Side>) -> i32 {
    (match side {
        None => pb::Side::Unspecified,
        Some(Side::Outflow) => pb::Side::Outflow,
        Some(Side::Inflow) => pb::Side::Inflow,
    })
    .into()
}

/// Whose turn it is.
fn turn(who: &[Side]) -> i32 {
    match who {
        [] => side(None),
        [one] => side(Some(*one)),
        _ => pb::Side::Both.into(),
    }
}

pub(super) fn author(author: Option<Author>) -> i32 {
    (match author {
        None => pb::Author::Unspecified,
        Some(Author::Own) => pb::Author::Own,
        Some(Author::Partner) => pb::Author::Partner,
    })
    .into()
}

pub(super) fn state(state: Option<State>) -> pb::CaseState {
    match state {
        None => pb::CaseState::Unspecified,
        Some(State::Departed) => pb::CaseState::Departed,
        Some(State::Notified) => pb::CaseState::Notified,
        Some(State::Claimed) => pb::CaseState::Claimed,
        Some(State::Declined) => pb::CaseState::Declined,
        Some(State::Accepted) => pb::CaseState::Accepted,
        Some(State::Active) => pb::CaseState::Active,
        Some(State::Moved) => pb::CaseState::Moved,
        Some(State::LostContact) => pb::CaseState::LostContact,
        Some(State::Closed(_)) => pb::CaseState::Closed,
    }
}

fn closing(state: Option<State>) -> pb::CaseClosing {
    match state {
        Some(State::Closed(closing)) => match closing {
            Closing::Returned => pb::CaseClosing::Returned,
            Closing::Transferred => pb::CaseClosing::Transferred,
            // The reason was erased with its entry: registered in error says least.
            Closing::RegisteredInError | Closing::Withdrawn => pb::CaseClosing::RegisteredInError,
            Closing::RemovedFromMembership => pb::CaseClosing::RemovedFromMembership,
            Closing::Deceased => pb::CaseClosing::Deceased,
            Closing::Disowned => pb::CaseClosing::Disowned,
            Closing::Duplicate => pb::CaseClosing::Duplicate,
        },
        _ => pb::CaseClosing::Unspecified,
    }
}

fn destination(destination: &Destination) -> exchange::Destination {
    exchange::Destination {
        region: destination.region.to_string(),
        description: destination
            .description
            .as_ref()
            .map(ToString::to_string)
            .unwrap_or_default(),
    }
}

fn text(value: Option<impl ToString>) -> String {
    value.map(|value| value.to_string()).unwrap_or_default()
}

pub(super) fn case(view: &CaseView) -> pb::Case {
    pb::Case {
        id: view.file.id.to_string(),
        partner: view.partner.clone().unwrap_or_default(),
        side: side(view.side),
        state: state(view.state).into(),
        closing: closing(view.state).into(),
        disputed: view.disputed,
        person: payload::disclosed(&view.person),
        member_id: text(view.file.member),
        since: text(view.since),
        reason: view
            .reason
            .map_or(0, hongyan_proto::letter::DepartureReason::code),
        destination: view.destination.as_ref().map(destination),
        unit: view.unit.clone().unwrap_or_default(),
        previous_case: text(view.previous),
        next_case: text(view.next),
        must_act: turn(view.must_act),
        due: text(view.due),
        overdue: view.overdue,
        updated_ms: view.updated.millis(),
    }
}

pub(super) fn event(letter: &CaseLetter) -> pb::CaseEvent {
    let (reached, refusal) = match &letter.reached {
        Reached::Local => (pb::LetterState::Local, None),
        Reached::StoredHere => (pb::LetterState::StoredHere, None),
        Reached::ReceivedThere => (pb::LetterState::ReceivedThere, None),
        Reached::AppliedThere => (pb::LetterState::AppliedThere, None),
        Reached::Answered => (pb::LetterState::Answered, None),
        Reached::RefusedThere(refused) => (
            pb::LetterState::RefusedThere,
            Some(exchange::Refusal {
                sequence: refused.sequence,
                reason: refused.reason.code(),
                field: refused.field.clone(),
            }),
        ),
    };
    let superseded = letter.superseded;
    pb::CaseEvent {
        log_id: letter.log_id.to_string(),
        sequence: letter.sequence,
        author: author(Some(letter.author)),
        side: side(letter.side),
        time_ms: letter.time.millis(),
        kind: letter.kind.code(),
        payload: letter.payload.as_ref().map(payload::wire),
        superseded: superseded.is_some(),
        superseded_why: superseded.map(|(reason, _)| labels(reason.label())),
        superseded_must_act: side(superseded.and_then(|(_, act)| act)),
        state_after: state(letter.state_after).into(),
        letter: reached.into(),
        refusal,
        corrected_by_plus_one: letter.corrected_by.map_or(0, |sequence| sequence + 1),
        actor: letter.actor.clone().unwrap_or_default(),
    }
}

pub(super) fn partner(view: &PartnerView) -> pb::Partner {
    let partner = &view.partner;
    let state = match partner.state {
        PartnerState::Active if view.rotating => pb::PartnerState::Rotating,
        PartnerState::Active => pb::PartnerState::Pinned,
        PartnerState::Revoked => pb::PartnerState::Revoked,
        PartnerState::Frozen => pb::PartnerState::Forked,
        PartnerState::AwaitingEpoch => pb::PartnerState::EpochProposed,
    };
    pb::Partner {
        organization: Some(exchange::Organization {
            code: partner.code.to_string(),
            name: partner.name.clone(),
            region: partner.region.to_string(),
            endpoint: partner.endpoint.clone(),
        }),
        fingerprint: partner.signer.key_id().to_string(),
        spoken: partner.signer.key_id().spoken(),
        state: state.into(),
        agreement: view
            .agreement
            .as_ref()
            .map(|(hash, _)| hash.clone())
            .unwrap_or_default(),
        agreement_until: text(view.agreement.as_ref().map(|(_, until)| *until)),
        unacknowledged: view.own_size.saturating_sub(partner.contact.acked),
        unapplied: view.unapplied,
        last_sync_ms: partner
            .contact
            .last_sync
            .map_or(0, hongyan_proto::time::Timestamp::millis),
        next_due: text(view.next_due),
        overdue: view.overdue,
        open_cases: view.open_cases,
        notice: view.notice.clone().map(words),
        key_changed_ms: partner
            .rotations
            .last()
            .map_or(0, |change| change.since.millis()),
        old_key_until_ms: partner
            .rotations
            .last()
            .map_or(0, |change| change.until.millis()),
    }
}

pub(super) fn hash(
    text: &str,
    field: &str,
) -> Result<Option<hongyan_proto::id::Hash>, crate::office::OfficeError> {
    match text {
        "" => Ok(None),
        text => text
            .parse()
            .map(Some)
            .map_err(|error| crate::office::OfficeError::field(field, error)),
    }
}

/// Bytes out of a list of numbers that the message carries as bytes.
pub(super) fn bytes(slice: &[u8]) -> Bytes {
    Bytes::copy_from_slice(slice)
}
