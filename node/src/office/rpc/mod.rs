//! The face other programs see: the services of `hongyan.office.v1`, thin over the use cases. Conversions happen here and nowhere else;
//! no rule lives here.

mod activity;
mod agreement;
mod assessment;
#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod attachment_tests;
mod book;
mod certificate;
mod convert;
mod dues;
mod duty;
mod error;
mod export;
mod flow;
mod form;
mod gateway;
mod log;
#[cfg(test)]
mod log_tests;
mod member;
mod node;
mod page;
mod partner;
mod payload;
mod policy;
mod progress;
mod record;
#[cfg(test)]
mod remark_tests;
mod request;
mod statement;
mod sync;
mod unit;

use hongyan_proto::pb::{
    DESCRIPTORS,
    office::v1::{
        activity_service_server::ActivityServiceServer,
        agreement_service_server::AgreementServiceServer,
        assessment_service_server::AssessmentServiceServer, book_service_server::BookServiceServer,
        certificate_service_server::CertificateServiceServer,
        dues_service_server::DuesServiceServer, duty_service_server::DutyServiceServer,
        flow_service_server::FlowServiceServer, form_service_server::FormServiceServer,
        gateway_link_service_server::GatewayLinkServiceServer,
        log_service_server::LogServiceServer, member_service_server::MemberServiceServer,
        node_service_server::NodeServiceServer, partner_service_server::PartnerServiceServer,
        policy_service_server::PolicyServiceServer, record_service_server::RecordServiceServer,
        statement_service_server::StatementServiceServer, sync_service_server::SyncServiceServer,
        unit_service_server::UnitServiceServer,
    },
};
use tonic::service::Routes;

use super::Office;

/// The largest message of the office's own API, in bytes: a roster file and its frame.
pub const MESSAGE_MAX: usize = 24 * 1024 * 1024;

/// Every service over one office, with standard health and reflection. To be called inside a runtime.
pub fn routes(office: Office) -> Routes {
    let (health, health_service) = tonic_health::server::health_reporter();
    // The server as a whole is reported as serving at once; the name follows when the runtime comes to it.
    tokio::spawn(async move { health.set_serving::<NodeServiceServer<Office>>().await });
    let mut routes = Routes::default()
        .add_service(health_service)
        .add_service(NodeServiceServer::new(office.clone()))
        .add_service(
            MemberServiceServer::new(office.clone()).max_decoding_message_size(MESSAGE_MAX),
        )
        .add_service(UnitServiceServer::new(office.clone()))
        .add_service(CertificateServiceServer::new(office.clone()))
        .add_service(
            ActivityServiceServer::new(office.clone()).max_encoding_message_size(MESSAGE_MAX),
        )
        .add_service(BookServiceServer::new(office.clone()).max_encoding_message_size(MESSAGE_MAX))
        .add_service(AssessmentServiceServer::new(office.clone()))
        .add_service(DuesServiceServer::new(office.clone()).max_encoding_message_size(MESSAGE_MAX))
        .add_service(PartnerServiceServer::new(office.clone()))
        .add_service(AgreementServiceServer::new(office.clone()))
        .add_service(FlowServiceServer::new(office.clone()).max_encoding_message_size(MESSAGE_MAX))
        .add_service(
            RecordServiceServer::new(office.clone()).max_encoding_message_size(MESSAGE_MAX),
        )
        .add_service(
            StatementServiceServer::new(office.clone()).max_encoding_message_size(MESSAGE_MAX),
        )
        .add_service(PolicyServiceServer::new(office.clone()))
        .add_service(DutyServiceServer::new(office.clone()).max_encoding_message_size(MESSAGE_MAX))
        .add_service(
            FormServiceServer::new(office.clone())
                .max_decoding_message_size(MESSAGE_MAX)
                .max_encoding_message_size(MESSAGE_MAX),
        )
        .add_service(SyncServiceServer::new(office.clone()))
        .add_service(LogServiceServer::new(office.clone()))
        .add_service(GatewayLinkServiceServer::new(office));
    // The descriptors are this program's own; a failure would be a broken build, and the calls work without reflection.
    if let Ok(reflection) = tonic_reflection::server::Builder::configure()
        .register_encoded_file_descriptor_set(DESCRIPTORS)
        .build_v1()
    {
        routes = routes.add_service(reflection);
    }
    routes
}
