//! `FlowService`.

use hongyan_proto::{
    id::{CertificateNumber, RegionCode},
    letter::{DepartureReason, Destination, Payload, Text},
    log::Kind,
    pb::{
        exchange::v1::{self as exchange, payload::Content},
        office::v1::{self as pb, flow_service_server::FlowService, notice_request},
    },
    region::somewhere,
};
use tonic::{Request, Response, Status};

use super::{
    convert::{self, words, written},
    page::page,
    payload::checked,
    request::{note, request},
};
use crate::office::{
    Answer, Office, OfficeError,
    flow::{self, Filter, Subject, Trip},
    letters,
};

type Answered<T> = Result<Response<T>, Status>;

fn parse<T>(text: &str, field: &str) -> Result<Option<T>, OfficeError>
where
    T: std::str::FromStr,
    T::Err: std::fmt::Display,
{
    match text {
        "" => Ok(None),
        text => text
            .parse()
            .map(Some)
            .map_err(|error: T::Err| OfficeError::field(field, error)),
    }
}

/// Where somebody goes.
fn region(text: &str) -> Result<RegionCode, OfficeError> {
    const FIELD: &str = "destination.region";
    if text.trim().is_empty() {
        return Err(OfficeError::field(FIELD, "此项必填 this field is required"));
    }
    somewhere(text.trim()).map_err(|error| OfficeError::field(FIELD, error))
}

fn trip(
    since: &str,
    reason: i32,
    destination: Option<&exchange::Destination>,
    certificate: &str,
    previous_case: String,
) -> Result<Trip, OfficeError> {
    let reason = match reason {
        0 => None,
        code => Some(
            DepartureReason::try_from(code).map_err(|error| OfficeError::field("reason", error))?,
        ),
    };
    let destination = match destination {
        None => None,
        Some(place) => Some(Destination {
            region: region(&place.region)?,
            description: parse::<Text<200>>(&place.description, "destination.description")?,
        }),
    };
    Ok(Trip {
        since: parse(since, "since")?,
        reason,
        destination,
        certificate: parse::<CertificateNumber>(certificate, "certificate")?,
        previous_case,
    })
}

/// The case as it stands after a write.
fn case_of(office: &Office, answer: &Answer) -> Result<Option<pb::Case>, OfficeError> {
    answer
        .case_id()
        .map(|id| flow::show(office, id).map(|view| convert::case(&view)))
        .transpose()
}

macro_rules! answer {
    ($office:expr, $answer:expr, $response:ident) => {{
        let answer = $answer;
        Ok(Response::new(pb::$response {
            written: written(&answer),
            case: case_of($office, &answer)?,
        }))
    }};
}

/// A transition whose content the request carries as it will be written.
macro_rules! transition {
    ($office:expr, $request:expr, $kind:ident, $field:ident, $response:ident) => {{
        let message = $request.into_inner();
        let request = request(&message, &message.actor, &message.request_id)?;
        let payload = checked(Kind::$kind, message.$field.map(Content::$kind))?;
        answer!(
            $office,
            flow::write($office, request, message.case, payload).await?,
            $response
        )
    }};
}

#[tonic::async_trait]
impl FlowService for Office {
    async fn depart(&self, request_: Request<pb::DepartRequest>) -> Answered<pb::DepartResponse> {
        let message = request_.into_inner();
        let request = request(&message, &message.actor, &message.request_id)?;
        let trip = trip(
            &message.since,
            message.reason,
            message.destination.as_ref(),
            &message.certificate,
            message.previous_case,
        )?;
        answer!(
            self,
            flow::depart(self, request, message.member, message.partner, trip).await?,
            DepartResponse
        )
    }

    async fn notice(&self, request_: Request<pb::NoticeRequest>) -> Answered<pb::NoticeResponse> {
        let message = request_.into_inner();
        let request = request(&message, &message.actor, &message.request_id)?;
        let trip = trip(
            &message.since,
            message.reason,
            message.destination.as_ref(),
            &message.certificate,
            message.previous_case,
        )?;
        let subject = match message.subject {
            Some(notice_request::Subject::Member(member)) => Subject::Member(member),
            Some(notice_request::Subject::Case(case)) => Subject::Case(case),
            None => {
                return Err(OfficeError::field(
                    "subject",
                    "请指明党员或案卷 name a member or a case",
                )
                .into());
            }
        };
        let answer = flow::notice(self, request, message.partner, subject, trip).await?;
        let id = answer.case_id();
        let view = id.map(|id| flow::show(self, id)).transpose()?;
        let remark = view.as_ref().and_then(flow::remark);
        Ok(Response::new(pb::NoticeResponse {
            written: written(&answer),
            case: view.as_ref().map(convert::case),
            remarks: remark.into_iter().map(words).collect(),
        }))
    }

    async fn accept(&self, request_: Request<pb::AcceptRequest>) -> Answered<pb::AcceptResponse> {
        transition!(self, request_, Accept, accept, AcceptResponse)
    }

    async fn decline(
        &self,
        request_: Request<pb::DeclineRequest>,
    ) -> Answered<pb::DeclineResponse> {
        transition!(self, request_, Decline, decline, DeclineResponse)
    }

    async fn place(&self, request_: Request<pb::PlaceRequest>) -> Answered<pb::PlaceResponse> {
        transition!(self, request_, Place, place, PlaceResponse)
    }

    async fn claim(&self, request_: Request<pb::ClaimRequest>) -> Answered<pb::ClaimResponse> {
        let message = request_.into_inner();
        let request = request(&message, &message.actor, &message.request_id)?;
        let Payload::Claim(claim) = checked(Kind::Claim, message.claim.map(Content::Claim))? else {
            return Err(OfficeError::field("claim", "此项必填 this field is required").into());
        };
        answer!(
            self,
            flow::claim(self, request, message.partner, claim).await?,
            ClaimResponse
        )
    }

    async fn confirm(
        &self,
        request_: Request<pb::ConfirmRequest>,
    ) -> Answered<pb::ConfirmResponse> {
        let message = request_.into_inner();
        let request = request(&message, &message.actor, &message.request_id)?;
        answer!(
            self,
            flow::confirm(self, request, message.case, message.member).await?,
            ConfirmResponse
        )
    }

    async fn disown(&self, request_: Request<pb::DisownRequest>) -> Answered<pb::DisownResponse> {
        transition!(self, request_, Disown, disown, DisownResponse)
    }

    async fn r#move(&self, request_: Request<pb::MoveRequest>) -> Answered<pb::MoveResponse> {
        transition!(self, request_, Moved, moved, MoveResponse)
    }

    async fn mark_lost(
        &self,
        request_: Request<pb::MarkLostRequest>,
    ) -> Answered<pb::MarkLostResponse> {
        transition!(self, request_, LostContact, lost_contact, MarkLostResponse)
    }

    async fn mark_found(
        &self,
        request_: Request<pb::MarkFoundRequest>,
    ) -> Answered<pb::MarkFoundResponse> {
        transition!(self, request_, Found, found, MarkFoundResponse)
    }

    async fn r#return(&self, request_: Request<pb::ReturnRequest>) -> Answered<pb::ReturnResponse> {
        transition!(self, request_, Returned, returned, ReturnResponse)
    }

    async fn transfer(
        &self,
        request_: Request<pb::TransferRequest>,
    ) -> Answered<pb::TransferResponse> {
        transition!(self, request_, Transferred, transferred, TransferResponse)
    }

    async fn withdraw(
        &self,
        request_: Request<pb::WithdrawRequest>,
    ) -> Answered<pb::WithdrawResponse> {
        transition!(self, request_, Withdraw, withdraw, WithdrawResponse)
    }

    async fn list_cases(
        &self,
        request_: Request<pb::ListCasesRequest>,
    ) -> Answered<pb::ListCasesResponse> {
        let message = request_.into_inner();
        let filter = Filter {
            partner: message.partner.clone(),
            side: match message.side() {
                pb::Side::Unspecified | pb::Side::Both => None,
                pb::Side::Outflow => Some(crate::domain::case::Side::Outflow),
                pb::Side::Inflow => Some(crate::domain::case::Side::Inflow),
            },
            overdue: message.overdue,
            search: message.search.clone(),
        };
        let wanted = |state: crate::domain::case::State| {
            if message.states.is_empty() {
                !state.is_closed()
            } else {
                message
                    .states
                    .contains(&(convert::state(Some(state)) as i32))
            }
        };
        let views = flow::list(self, &filter, wanted)?;
        let unpaged = pb::ListCasesRequest {
            page_size: 0,
            page_token: String::new(),
            ..message.clone()
        };
        let page = page(views, &unpaged, message.page_size, &message.page_token)?;
        note(self, "查看案卷列表 cases listed", page.items.len()).await?;
        Ok(Response::new(pb::ListCasesResponse {
            cases: page.items.iter().map(convert::case).collect(),
            next_page_token: page.next,
            total: page.total,
        }))
    }

    async fn get_case(
        &self,
        request_: Request<pb::GetCaseRequest>,
    ) -> Answered<pb::GetCaseResponse> {
        let (file, events) = letters::show(self, &request_.into_inner().case)?;
        note(self, "查看案卷 case shown", 1).await?;
        Ok(Response::new(pb::GetCaseResponse {
            case: Some(convert::case(&flow::show(self, file.id)?)),
            events: events.iter().map(convert::event).collect(),
        }))
    }
}
