//! `GatewayLinkService`.

use hongyan_proto::{
    identity::PublicKey,
    pb::{
        exchange::v1 as exchange,
        office::v1::{self as pb, gateway_link_service_server::GatewayLinkService},
        report::v1 as report,
    },
    report::SignedReport,
};
use prost::Message as _;
use tonic::{Request, Response, Status};

use super::{convert::written, request::request};
use crate::office::{Office, gateway, statement::quarter_or_last};

type Answered<T> = Result<Response<T>, Status>;

/// The canonical bytes as the message they encode.
fn shown(report: &SignedReport) -> Option<report::Report> {
    report::Report::decode(report.bytes().as_ref()).ok()
}

#[tonic::async_trait]
impl GatewayLinkService for Office {
    async fn enroll_gateway(
        &self,
        request_: Request<pb::EnrollGatewayRequest>,
    ) -> Answered<pb::EnrollGatewayResponse> {
        let message = request_.into_inner();
        let request = request(&message, &message.actor, &message.request_id)?;
        let (gateway, answer) = gateway::enroll(self, request, &message.text).await?;
        let key = PublicKey::from_slice(&gateway.key)
            .ok()
            .map(|key| key.key_id());
        Ok(Response::new(pb::EnrollGatewayResponse {
            written: written(&answer),
            gateway: Some(exchange::Organization {
                code: gateway.code.to_string(),
                name: gateway.name.to_string(),
                region: String::new(),
                endpoint: gateway.endpoint.to_string(),
            }),
            fingerprint: key.map(|key| key.to_string()).unwrap_or_default(),
            spoken: key.map(|key| key.spoken()).unwrap_or_default(),
        }))
    }

    async fn preview_report(
        &self,
        request_: Request<pb::PreviewReportRequest>,
    ) -> Answered<pb::PreviewReportResponse> {
        let quarter = quarter_or_last(self, &request_.into_inner().quarter)?;
        Ok(Response::new(pb::PreviewReportResponse {
            report: shown(&gateway::preview(self, quarter)?),
        }))
    }

    async fn submit_report(
        &self,
        request_: Request<pb::SubmitReportRequest>,
    ) -> Answered<pb::SubmitReportResponse> {
        let message = request_.into_inner();
        request(&message, &message.actor, &message.request_id)?;
        let quarter = quarter_or_last(self, &message.quarter)?;
        let submitted = gateway::submit(self, quarter).await?;
        Ok(Response::new(pb::SubmitReportResponse {
            report: shown(&submitted.report),
            revision: submitted.revision,
            received_ms: submitted.received_ms,
            repeated: submitted.repeated,
        }))
    }
}
