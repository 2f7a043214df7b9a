//! Compiles the .proto files without a `protoc` on the machine, and keeps the descriptors for reflection and JSON.

use std::{env, error::Error, fs, path::PathBuf};

use prost::Message as _;

const FILES: &[&str] = &[
    "hongyan/exchange/v1/carrier.proto",
    "hongyan/exchange/v1/exchange_service.proto",
    "hongyan/exchange/v1/payload.proto",
    "hongyan/office/v1/office.proto",
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
    tonic_prost_build::configure().compile_fds_with_config(descriptors, config)?;
    Ok(())
}
