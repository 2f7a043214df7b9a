//! The office's own API as a third party meets it: standard health, reflection, and refusals that a program can read.

use hongyan_proto::pb::office::v1 as o;
use hongyan_tests::town::Town;
use o::{flow_service_client::FlowServiceClient, partner_service_client::PartnerServiceClient};
use tonic::Code;
use tonic_health::pb::{HealthCheckRequest, health_client::HealthClient};
use tonic_reflection::pb::v1::{
    ServerReflectionRequest, server_reflection_client::ServerReflectionClient,
    server_reflection_request::MessageRequest, server_reflection_response::MessageResponse,
};
use tonic_types::StatusExt as _;

use crate::{HOST, two};

#[tokio::test]
async fn health_and_reflection_are_standard() {
    let mut town = Town::new(111, env!("CARGO_BIN_EXE_hongyan-demo")).unwrap();
    let home = town.node(HOST, "341700").await.unwrap();
    let channel = town.desk(home).channel();
    for service in ["", "hongyan.office.v1.NodeService"] {
        let request = HealthCheckRequest {
            service: service.to_owned(),
        };
        let answer = HealthClient::new(channel.clone())
            .check(request)
            .await
            .unwrap();
        assert_eq!(answer.into_inner().status, 1, "{service:?} is serving");
    }
    let request = ServerReflectionRequest {
        host: String::new(),
        message_request: Some(MessageRequest::ListServices(String::new())),
    };
    let mut answers = ServerReflectionClient::new(channel)
        .server_reflection_info(tokio_stream::once(request))
        .await
        .unwrap()
        .into_inner();
    let answer = answers.message().await.unwrap().unwrap();
    let Some(MessageResponse::ListServicesResponse(list)) = answer.message_response else {
        panic!("not a list: {answer:?}");
    };
    let names: Vec<_> = list.service.into_iter().map(|one| one.name).collect();
    for service in ["FlowService", "PartnerService", "SyncService", "LogService"] {
        let name = format!("hongyan.office.v1.{service}");
        assert!(names.contains(&name), "{names:?}");
    }
}

#[tokio::test]
async fn a_refusal_names_its_reason_its_fields_and_what_to_do() {
    let (town, home, _, people) = two(112, 1).await;
    let desk = town.desk(home);
    let mut flows = FlowServiceClient::new(desk.channel());
    let request = o::NoticeRequest {
        actor: desk.actor(),
        request_id: desk.request_id().await,
        partner: HOST.to_owned(),
        subject: Some(o::notice_request::Subject::Member(people[0].clone())),
        since: "昨天".to_owned(),
        ..Default::default()
    };
    let refused = flows.notice(request.clone()).await.unwrap_err();
    assert_eq!(refused.code(), Code::InvalidArgument);
    let fields = refused.get_details_bad_request().unwrap();
    assert_eq!(fields.field_violations[0].field, "since");
    let info = refused.get_details_error_info().unwrap();
    assert_eq!(
        (info.reason.as_str(), info.domain.as_str()),
        ("INVALID", "hongyan.office.v1")
    );
    assert!(!info.metadata["remedy"].is_empty());

    let missing = o::GetCaseRequest {
        case: "0123456789abcdef".to_owned(),
    };
    let refused = flows.get_case(missing).await.unwrap_err();
    assert_eq!(refused.code(), Code::NotFound);
    assert_eq!(
        refused.get_details_error_info().unwrap().reason,
        "NOT_FOUND"
    );

    let again = o::AcceptInvitationRequest {
        actor: desk.actor(),
        request_id: desk.request_id().await,
        text: "hongyan1:这不是邀请".to_owned(),
    };
    let refused = PartnerServiceClient::new(desk.channel())
        .accept_invitation(again)
        .await
        .unwrap_err();
    assert_eq!(
        refused.get_details_error_info().unwrap().reason,
        "INVITATION_MALFORMED"
    );
    assert!(
        refused.message().contains(' '),
        "Chinese and English: {}",
        refused.message()
    );

    // The same request id again is the same answer, and nothing is written twice; for another request it is refused.
    let good = o::NoticeRequest {
        since: "2025-10-08".to_owned(),
        reason: 1,
        request_id: desk.request_id().await,
        ..request
    };
    let first = flows.notice(good.clone()).await.unwrap().into_inner();
    let second = flows.notice(good.clone()).await.unwrap().into_inner();
    let (first, second) = (first.written.unwrap(), second.written.unwrap());
    assert_eq!(first.sequence, second.sequence);
    assert!(second.repeated && !first.repeated);
    let other = o::NoticeRequest {
        since: "2025-10-09".to_owned(),
        ..good
    };
    let refused = flows.notice(other).await.unwrap_err();
    assert_eq!(
        refused.get_details_error_info().unwrap().reason,
        "REQUEST_ID_REUSED"
    );
}
