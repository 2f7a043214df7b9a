//! `GatewayLinkService`.

use hongyan_proto::{
    id::OrganizationCode,
    identity::PublicKey,
    letter::GatewayEnrolled,
    pb::{
        exchange::v1 as exchange,
        office::v1::{self as pb, gateway_link_service_server::GatewayLinkService},
        report::v1 as report,
    },
    report::SignedReport,
};
use prost::Message as _;
use tonic::{Request, Response, Status};

use super::{
    convert::{labels, written},
    request::request,
};
use crate::halves;
use crate::office::{
    Office, OfficeError,
    gateway::{self, Submitted},
    statement::quarter_or_last,
};

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
        let (gateway, answer) =
            gateway::enroll(self, request, &message.text, &message.superior).await?;
        let link = link(self, &gateway)?;
        Ok(Response::new(pb::EnrollGatewayResponse {
            written: written(&answer),
            gateway: link.gateway,
            fingerprint: link.fingerprint,
            spoken: link.spoken,
        }))
    }

    async fn list_gateways(
        &self,
        _request: Request<pb::ListGatewaysRequest>,
    ) -> Answered<pb::ListGatewaysResponse> {
        let gateways = gateway::enrolled(self)?;
        let gateways = gateways.iter().map(|gateway| link(self, gateway));
        Ok(Response::new(pb::ListGatewaysResponse {
            gateways: gateways.collect::<Result<_, _>>()?,
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
        let receipts = gateway::submit(self, quarter, &message.gateway).await?;
        let first = receipts.iter().find_map(|(_, said)| said.as_ref().ok());
        Ok(Response::new(pb::SubmitReportResponse {
            report: first.and_then(|first| shown(&first.report)),
            revision: first.map_or(0, |first| first.revision),
            received_ms: first.map_or(0, |first| first.received_ms),
            repeated: first.is_some_and(|first| first.repeated),
            receipts: receipts.iter().map(receipt).collect(),
        }))
    }
}

fn receipt(
    (code, said): &(OrganizationCode, Result<Submitted, OfficeError>),
) -> pb::GatewayReceipt {
    let taken = said.as_ref().ok();
    let problem = said.as_ref().err();
    pb::GatewayReceipt {
        gateway: code.to_string(),
        revision: taken.map_or(0, |taken| taken.revision),
        received_ms: taken.map_or(0, |taken| taken.received_ms),
        repeated: taken.is_some_and(|taken| taken.repeated),
        problem: problem.map(|problem| labels(halves::split(&problem.to_string()))),
    }
}

fn link(office: &Office, gateway: &GatewayEnrolled) -> Result<pb::GatewayLink, OfficeError> {
    let key = PublicKey::from_slice(&gateway.key)
        .ok()
        .map(|key| key.key_id());
    let last = gateway::last_reported(office, gateway)?;
    let due = gateway::due(office, gateway)?;
    Ok(pb::GatewayLink {
        gateway: Some(exchange::Organization {
            code: gateway.code.to_string(),
            name: gateway.name.to_string(),
            region: String::new(),
            endpoint: gateway.endpoint.to_string(),
        }),
        fingerprint: key.map(|key| key.to_string()).unwrap_or_default(),
        spoken: key.map(|key| key.spoken()).unwrap_or_default(),
        superior: gateway
            .superior
            .as_ref()
            .map(ToString::to_string)
            .unwrap_or_default(),
        last_period: last
            .map(|last| last.quarter.to_string())
            .unwrap_or_default(),
        last_revision: last.map_or(0, |last| last.revision),
        last_received_ms: last.map_or(0, |last| last.received_ms),
        due_period: due.map(|due| due.to_string()).unwrap_or_default(),
    })
}
