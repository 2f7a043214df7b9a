//! Which faces stand behind which door.

use hongyan_proto::{
    pb::{
        DESCRIPTORS,
        report::v1::{
            department_service_server::DepartmentServiceServer,
            report_service_server::ReportServiceServer,
        },
        statistics::v1::statistics_service_server::StatisticsServiceServer,
    },
    report::limits::MAX_REPORT_BYTES,
};
use tonic::service::{Routes, RoutesBuilder, interceptor::InterceptedService};

use super::{
    Gateway,
    department::DepartmentApi,
    door::{Door, KnownOnly},
    report::ReportApi,
    statistics::StatisticsApi,
};

/// Bytes of a message: a full report, its signature and framing.
const MAX_MESSAGE_BYTES: usize = MAX_REPORT_BYTES + 64 * 1024;
/// Bytes of an answer: as many rows as one may have.
const MAX_ANSWER_BYTES: usize = 16 * 1024 * 1024;

/// What nodes, other departments and tools reach over mutual TLS.
pub async fn network_routes(gateway: &Gateway) -> Result<Routes, tonic_reflection::server::Error> {
    let known = KnownOnly(gateway.clone());
    let (reporter, health) = tonic_health::server::health_reporter();
    reporter
        .set_serving::<ReportServiceServer<ReportApi>>()
        .await;
    reporter
        .set_serving::<StatisticsServiceServer<StatisticsApi>>()
        .await;
    let reflection = tonic_reflection::server::Builder::configure()
        .register_encoded_file_descriptor_set(DESCRIPTORS)
        .register_encoded_file_descriptor_set(tonic_health::pb::FILE_DESCRIPTOR_SET)
        .build_v1()?;
    let mut routes = RoutesBuilder::default();
    routes
        .add_service(
            ReportServiceServer::new(ReportApi(gateway.clone()))
                .max_decoding_message_size(MAX_MESSAGE_BYTES),
        )
        .add_service(InterceptedService::new(
            statistics(gateway, Door::Network),
            known.clone(),
        ))
        .add_service(InterceptedService::new(health, known.clone()))
        .add_service(InterceptedService::new(reflection, known));
    Ok(routes.routes())
}

/// What the operator reaches on the Unix socket, or within the process when no gateway runs.
pub fn local_routes(gateway: &Gateway) -> Routes {
    let mut routes = RoutesBuilder::default();
    routes
        .add_service(DepartmentServiceServer::new(DepartmentApi(gateway.clone())))
        .add_service(statistics(gateway, Door::Local));
    routes.routes()
}

fn statistics(gateway: &Gateway, door: Door) -> StatisticsServiceServer<StatisticsApi> {
    let api = StatisticsApi {
        gateway: gateway.clone(),
        door,
    };
    StatisticsServiceServer::new(api).max_encoding_message_size(MAX_ANSWER_BYTES)
}
