//! `DutyService`.

use hongyan_proto::{
    letter::{AbsenceMeasure, InspectionKind, Text},
    pb::office::v1::{self as pb, duty_service_server::DutyService},
};
use tonic::{Request, Response, Status};

use super::{
    convert::{self, written},
    page::Place,
    policy::{day_or, optional},
    request::{note, request},
};
use crate::{
    domain::duty::{Counts, Duty, Found, Listed, State, Subject, Wanted, coming, feed},
    office::{
        Answer, Office, OfficeError,
        duty::{self, Filter},
        recording, roster,
    },
    store::StoreError,
};

type Answered<T> = Result<Response<T>, Status>;

const fn state(state: &State) -> pb::DutyState {
    match state {
        State::Upcoming => pb::DutyState::Upcoming,
        State::Due => pb::DutyState::Due,
        State::Overdue => pb::DutyState::Overdue,
        State::Done(_) => pb::DutyState::Done,
        State::DoneLate(_) => pb::DutyState::DoneLate,
        State::Excused { .. } => pb::DutyState::Excused,
        State::WaitingForPartner => pb::DutyState::WaitingForPartner,
    }
}

fn item(duty: &Duty) -> pb::DutyItem {
    let (reason, person) = match &duty.state {
        State::Excused { reason, person } => (reason.clone(), person.clone()),
        _ => Default::default(),
    };
    let done = match duty.state {
        State::Done(day) | State::DoneLate(day) => day.to_string(),
        _ => String::new(),
    };
    let holder = match duty.subject {
        Subject::Committee => pb::DutyHolder::Committee,
        Subject::Unit(_) => pb::DutyHolder::Unit,
        Subject::Person(_) => pb::DutyHolder::Person,
    };
    pb::DutyItem {
        id: duty.id().to_string(),
        state: state(&duty.state).into(),
        holder: holder.into(),
        unit: duty.unit.as_deref().unwrap_or(roster::COMMITTEE).to_owned(),
        about: duty.who.clone(),
        what: Some(convert::words((duty.what.zh.clone(), duty.what.en.clone()))),
        clause: duty.clause.clone(),
        rule: duty.rule.clone(),
        policy: duty.policy.clone(),
        from: duty.from.to_string(),
        due: duty.due.to_string(),
        done,
        provisional: duty.provisional,
        evidence: duty
            .evidence
            .iter()
            .map(|entry| pb::DutyEvidence {
                log: entry.log.to_string(),
                sequence: entry.sequence,
            })
            .collect(),
        reason,
        person,
    }
}

/// What [`State::rank`] counts, in its order.
const STATES: [pb::DutyState; State::RANKS] = [
    pb::DutyState::Overdue,
    pb::DutyState::Due,
    pb::DutyState::WaitingForPartner,
    pb::DutyState::Upcoming,
    pb::DutyState::Excused,
    pb::DutyState::DoneLate,
    pb::DutyState::Done,
];

fn counts(counts: Counts) -> Vec<pb::DutyCount> {
    let found = STATES.into_iter().zip(counts);
    let found = found.filter(|(_, count)| *count > 0);
    let mut counts: Vec<_> = found
        .map(|(state, count)| pb::DutyCount {
            state: state.into(),
            count,
        })
        .collect();
    counts.sort_by_key(|count| count.state);
    counts
}

/// The duties that are taken, at most so many, and the policy's name. A large committee's take a while: beside the runtime, or other calls
/// would wait.
async fn derived(
    office: &Office,
    takes: impl Fn(&Found<'_>) -> bool + Send + Sync + 'static,
    most: usize,
) -> Result<(Listed, Option<String>), OfficeError> {
    beside(office, move |office| {
        let takes = &takes;
        duty::list(office, Wanted { takes, most })
    })
    .await
}

/// What a recording closed.
async fn closed(office: &Office, answer: Answer) -> Vec<pb::DutyItem> {
    let found = beside(office, move |office| Ok(recording::closed(office, &answer))).await;
    let found = found.unwrap_or_default();
    found.iter().map(item).collect()
}

async fn beside<T: Send + 'static>(
    office: &Office,
    derive: impl FnOnce(&Office) -> Result<T, OfficeError> + Send + 'static,
) -> Result<T, OfficeError> {
    let office = office.clone();
    let deriving = tokio::task::spawn_blocking(move || derive(&office));
    deriving
        .await
        .unwrap_or_else(|_| Err(StoreError::WorkPanicked.into()))
}

#[tonic::async_trait]
impl DutyService for Office {
    async fn list_duties(
        &self,
        request_: Request<pb::ListDutiesRequest>,
    ) -> Answered<pb::ListDutiesResponse> {
        let message = request_.into_inner();
        let filter = Filter {
            unit: message.unit.clone(),
            member: message.member.clone(),
            all: message.all,
        };
        let unpaged = pb::ListDutiesRequest {
            page_size: 0,
            page_token: String::new(),
            ..message.clone()
        };
        let place = Place::of(&unpaged, message.page_size, &message.page_token)?;
        let takes = move |found: &Found<'_>| filter.takes(found);
        let (listed, policy) = derived(self, takes, place.end()).await?;
        let page = place.cut(listed.first, listed.total);
        note(self, "查看应办事项 duties listed", page.items.len()).await?;
        Ok(Response::new(pb::ListDutiesResponse {
            duties: page.items.iter().map(item).collect(),
            next_page_token: page.next,
            total: page.total,
            counts: counts(listed.counts),
            policy: policy.unwrap_or_default(),
        }))
    }

    async fn export_duties(
        &self,
        request_: Request<pb::ExportDutiesRequest>,
    ) -> Answered<pb::ExportDutiesResponse> {
        let message = request_.into_inner();
        let filter = Filter {
            unit: message.unit,
            member: message.member,
            all: true,
        };
        let takes = move |found: &Found<'_>| found.state.is_open() && filter.takes(found);
        let found = derived(self, takes, usize::MAX).await?.0.first;
        note(self, "导出应办日历 duties exported", found.len()).await?;
        let content = feed(&found, self.organization().code.as_str(), self.now());
        Ok(Response::new(pb::ExportDutiesResponse {
            content,
            events: u32::try_from(coming(&found, self.today()).count()).unwrap_or(u32::MAX),
        }))
    }

    async fn excuse_duty(
        &self,
        request_: Request<pb::ExcuseDutyRequest>,
    ) -> Answered<pb::ExcuseDutyResponse> {
        let message = request_.into_inner();
        let request = request(&message, &message.actor, &message.request_id)?;
        let reason = optional(&message.reason, "reason")?;
        let (duty, answer) = duty::excuse(self, request, &message.duty, reason).await?;
        Ok(Response::new(pb::ExcuseDutyResponse {
            written: written(&answer),
            duty: Some(item(&duty)),
        }))
    }

    async fn record_measure(
        &self,
        request_: Request<pb::RecordMeasureRequest>,
    ) -> Answered<pb::RecordMeasureResponse> {
        let message = request_.into_inner();
        let request = request(&message, &message.actor, &message.request_id)?;
        let day = day_or(&message.day, "day", Some(self.today()))?;
        let note = optional(&message.note, "note")?;
        let measure = AbsenceMeasure::try_from(message.measure)
            .map_err(|error| OfficeError::field("measure", error))?;
        let answer =
            recording::measure(self, request, message.member, (measure, day), note).await?;
        Ok(Response::new(pb::RecordMeasureResponse {
            written: written(&answer),
            closed: closed(self, answer).await,
        }))
    }

    async fn record_inspection(
        &self,
        request_: Request<pb::RecordInspectionRequest>,
    ) -> Answered<pb::RecordInspectionResponse> {
        let message = request_.into_inner();
        let request = request(&message, &message.actor, &message.request_id)?;
        let day = day_or(&message.day, "day", Some(self.today()))?;
        let findings = optional(&message.findings, "findings")?;
        let kind = InspectionKind::try_from(message.kind)
            .map_err(|error| OfficeError::field("kind", error))?;
        let answer = recording::inspect(self, request, message.unit, (kind, day), findings).await?;
        Ok(Response::new(pb::RecordInspectionResponse {
            written: written(&answer),
            closed: closed(self, answer).await,
        }))
    }

    async fn void_recording(
        &self,
        request_: Request<pb::VoidRecordingRequest>,
    ) -> Answered<pb::VoidRecordingResponse> {
        let message = request_.into_inner();
        let request = request(&message, &message.actor, &message.request_id)?;
        let reason =
            Text::parse(&message.reason).map_err(|error| OfficeError::field("reason", error))?;
        let answer = recording::void(self, request, message.record, reason).await?;
        Ok(Response::new(pb::VoidRecordingResponse {
            written: written(&answer),
        }))
    }

    async fn record_screening(
        &self,
        request_: Request<pb::RecordScreeningRequest>,
    ) -> Answered<pb::RecordScreeningResponse> {
        let message = request_.into_inner();
        let request = request(&message, &message.actor, &message.request_id)?;
        let day = day_or(&message.day, "day", Some(self.today()))?;
        let note = optional(&message.note, "note")?;
        let (screened, answer) = recording::screen(self, request, day, note).await?;
        Ok(Response::new(pb::RecordScreeningResponse {
            written: written(&answer),
            members: screened.members,
            away: screened.away,
            hosted: screened.hosted,
            lost: screened.lost,
        }))
    }
}
