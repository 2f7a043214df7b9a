//! Compiles the .proto files without a `protoc` on the machine, and keeps the descriptors for reflection and JSON.

use std::{env, error::Error, fs, path::PathBuf};

use prost::Message as _;

const FILES: &[&str] = &[
    "hongyan/exchange/v1/carrier.proto",
    "hongyan/exchange/v1/exchange_service.proto",
    "hongyan/exchange/v1/payload.proto",
    "hongyan/office/v1/activity_service.proto",
    "hongyan/office/v1/agreement_service.proto",
    "hongyan/office/v1/assessment_service.proto",
    "hongyan/office/v1/book_service.proto",
    "hongyan/office/v1/certificate_service.proto",
    "hongyan/office/v1/dues_service.proto",
    "hongyan/office/v1/duty_service.proto",
    "hongyan/office/v1/flow_service.proto",
    "hongyan/office/v1/form_service.proto",
    "hongyan/office/v1/gateway_link_service.proto",
    "hongyan/office/v1/log_service.proto",
    "hongyan/office/v1/member_service.proto",
    "hongyan/office/v1/node_service.proto",
    "hongyan/office/v1/partner_service.proto",
    "hongyan/office/v1/policy_service.proto",
    "hongyan/office/v1/record_service.proto",
    "hongyan/office/v1/statement_service.proto",
    "hongyan/office/v1/sync_service.proto",
    "hongyan/office/v1/unit_service.proto",
    "hongyan/report/v1/department_service.proto",
    "hongyan/report/v1/report_service.proto",
    "hongyan/statistics/v1/statistics_service.proto",
];

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=hongyan");
    let descriptors = protox::compile(FILES, ["."])?;
    let out = PathBuf::from(env::var("OUT_DIR")?);
    fs::write(out.join("hongyan.bin"), descriptors.encode_to_vec())?;
    let mut config = tonic_prost_build::Config::new();
    config.enable_type_names().bytes(["."]);
    tonic_prost_build::configure()
        .codec_path("crate::codec::Counted")
        .compile_fds_with_config(descriptors, config)?;
    Ok(())
}
