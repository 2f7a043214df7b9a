//! `RecordService`.

use hongyan_proto::{
    letter::{Payload, ValueError},
    log::Kind,
    pb::{
        exchange::v1::payload::Content,
        office::v1::{self as pb, record_service_server::RecordService},
    },
};
use tonic::{Request, Response, Status};

use super::{
    convert::{self, written},
    dues::letter,
    payload::checked,
    request::request,
};
use crate::office::{Answer, Office, OfficeError, contact, dues, flow, probation, record};

type Answered<T> = Result<Response<T>, Status>;

macro_rules! fact {
    ($office:expr, $request:expr, $kind:ident, $field:ident, $response:ident) => {{
        let message = $request.into_inner();
        let request = request(&message, &message.actor, &message.request_id)?;
        let payload = checked(Kind::$kind, message.$field.map(Content::$kind))?;
        let answer = flow::write($office, request, message.case, payload).await?;
        Ok(Response::new(pb::$response {
            written: written(&answer),
            case_id: case_id(&answer),
        }))
    }};
}

fn case_id(answer: &Answer) -> String {
    answer
        .case_id()
        .map(|id| id.to_string())
        .unwrap_or_default()
}

#[tonic::async_trait]
impl RecordService for Office {
    async fn record_attendance(
        &self,
        request_: Request<pb::RecordAttendanceRequest>,
    ) -> Answered<pb::RecordAttendanceResponse> {
        fact!(
            self,
            request_,
            Attendance,
            attendance,
            RecordAttendanceResponse
        )
    }

    async fn record_dues(
        &self,
        request_: Request<pb::RecordDuesRequest>,
    ) -> Answered<pb::RecordDuesResponse> {
        let message = request_.into_inner();
        let request = request(&message, &message.actor, &message.request_id)?;
        let dues = letter(message.dues)?;
        // The letter and the payment are one fact: it is entered once, from whichever end.
        let answer = dues::record(self, request, message.case, dues, message.twice).await?;
        Ok(Response::new(pb::RecordDuesResponse {
            written: written(&answer),
            case_id: case_id(&answer),
        }))
    }

    async fn record_award(
        &self,
        request_: Request<pb::RecordAwardRequest>,
    ) -> Answered<pb::RecordAwardResponse> {
        fact!(self, request_, Award, award, RecordAwardResponse)
    }

    async fn record_role(
        &self,
        request_: Request<pb::RecordRoleRequest>,
    ) -> Answered<pb::RecordRoleResponse> {
        fact!(self, request_, Role, role, RecordRoleResponse)
    }

    async fn record_conduct(
        &self,
        request_: Request<pb::RecordConductRequest>,
    ) -> Answered<pb::RecordConductResponse> {
        fact!(self, request_, Conduct, conduct, RecordConductResponse)
    }

    async fn record_change(
        &self,
        request_: Request<pb::RecordChangeRequest>,
    ) -> Answered<pb::RecordChangeResponse> {
        fact!(self, request_, Change, change, RecordChangeResponse)
    }

    async fn record_major_event(
        &self,
        request_: Request<pb::RecordMajorEventRequest>,
    ) -> Answered<pb::RecordMajorEventResponse> {
        fact!(
            self,
            request_,
            MajorEvent,
            major_event,
            RecordMajorEventResponse
        )
    }

    async fn record_contact(
        &self,
        request_: Request<pb::RecordContactRequest>,
    ) -> Answered<pb::RecordContactResponse> {
        let message = request_.into_inner();
        let request = request(&message, &message.actor, &message.request_id)?;
        let content = message.contact.map(Content::Contact);
        let Payload::Contact(made) = checked(Kind::Contact, content)? else {
            return Err(OfficeError::field("contact", ValueError::Missing).into());
        };
        let answer = contact::record(self, request, message.case, made).await?;
        Ok(Response::new(pb::RecordContactResponse {
            written: written(&answer),
            case_id: case_id(&answer),
            told: answer.extra.first() == Some(&1),
        }))
    }

    async fn record_matter(
        &self,
        request_: Request<pb::RecordMatterRequest>,
    ) -> Answered<pb::RecordMatterResponse> {
        fact!(
            self,
            request_,
            MatterNotified,
            matter_notified,
            RecordMatterResponse
        )
    }

    async fn record_probation_opinion(
        &self,
        request_: Request<pb::RecordProbationOpinionRequest>,
    ) -> Answered<pb::RecordProbationOpinionResponse> {
        fact!(
            self,
            request_,
            ProbationOpinion,
            probation_opinion,
            RecordProbationOpinionResponse
        )
    }

    async fn record_probation_decision(
        &self,
        request_: Request<pb::RecordProbationDecisionRequest>,
    ) -> Answered<pb::RecordProbationDecisionResponse> {
        let message = request_.into_inner();
        let request = request(&message, &message.actor, &message.request_id)?;
        let content = message.probation_decision.map(Content::ProbationDecision);
        let Payload::ProbationDecision(decision) = checked(Kind::ProbationDecision, content)?
        else {
            return Err(OfficeError::field("probation_decision", ValueError::Missing).into());
        };
        let answer = probation::decide(self, request, message.case, decision).await?;
        Ok(Response::new(pb::RecordProbationDecisionResponse {
            written: written(&answer),
            case_id: case_id(&answer),
            told: answer.extra.first() == Some(&1),
        }))
    }

    async fn correct_record(
        &self,
        request_: Request<pb::CorrectRecordRequest>,
    ) -> Answered<pb::CorrectRecordResponse> {
        let message = request_.into_inner();
        let request = request(&message, &message.actor, &message.request_id)?;
        let content = message.correction.map(Content::Correction);
        let Payload::Correction(correction) = checked(Kind::Correction, content)? else {
            return Err(OfficeError::field("correction", ValueError::Missing).into());
        };
        let answer = dues::correct_letter(self, request, message.case, correction).await?;
        Ok(Response::new(pb::CorrectRecordResponse {
            written: written(&answer),
            case_id: case_id(&answer),
        }))
    }

    async fn list_records(
        &self,
        request_: Request<pb::ListRecordsRequest>,
    ) -> Answered<pb::ListRecordsResponse> {
        let message = request_.into_inner();
        let kinds = message
            .kinds
            .iter()
            .map(|code| Kind::try_from(*code).map_err(|error| OfficeError::field("kinds", error)))
            .collect::<Result<Vec<_>, _>>()?;
        let (file, records) = record::list(self, &message.case, &kinds, message.corrected)?;
        Ok(Response::new(pb::ListRecordsResponse {
            case_id: file.id.to_string(),
            records: records.iter().map(convert::event).collect(),
        }))
    }
}
