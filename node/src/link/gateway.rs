//! The way to the upper department's gateway: enrolling, and handing in a signed report. Counts only.

use bytes::Bytes;
use hongyan_proto::{
    channel::connect,
    id::{Hash, OrganizationCode, RegionCode},
    identity::{Endpoint, Invitation, OrganizationName, PublicKey},
    pb::report::v1::{self as pb, report_service_client::ReportServiceClient},
    time::Timestamp,
};
use tonic::transport::Channel;

use super::{Identity, Link, LinkError, client::within};

/// A gateway that took this node in.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Enrolled {
    /// The department's key, as the invitation says and TLS proved.
    pub key: PublicKey,
    /// Where it is dialled.
    pub endpoint: Endpoint,
    /// The department's code.
    pub code: OrganizationCode,
    /// Its name.
    pub name: OrganizationName,
    /// GB/T 2260.
    pub region: RegionCode,
}

/// What the gateway keeps after a report.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Submitted {
    /// For example "2026-Q3".
    pub period: String,
    /// The revision it keeps.
    pub revision: u32,
    /// SHA-256 of the report it keeps.
    pub report_hash: Hash,
    /// When it was first received.
    pub received: Timestamp,
    /// Exactly these bytes had been received before.
    pub repeated: bool,
}

fn client(channel: Channel) -> ReportServiceClient<Channel> {
    ReportServiceClient::new(channel)
}

impl Link {
    /// Redeems a department's invitation. `superior` is the organization above this one, or empty.
    pub async fn enroll(
        &self,
        invitation: &Invitation,
        own: &Identity,
        superior: &str,
    ) -> Result<Enrolled, LinkError> {
        let endpoint = invitation.endpoint.clone();
        let channel = self.reach_gateway(&endpoint, invitation.key).await?;
        let request = pb::EnrollRequest {
            secret: Bytes::copy_from_slice(invitation.secret.as_bytes()),
            organization: Some(pb::ReportingOrganization {
                code: own.code.as_str().to_owned(),
                name: own.name.as_str().to_owned(),
                region: own.region.as_str().to_owned(),
                superior: superior.to_owned(),
            }),
        };
        let answer = within(client(channel).enroll(request)).await?;
        let malformed = |error: &dyn ToString| LinkError::Answer(error.to_string());
        Ok(Enrolled {
            key: invitation.key,
            endpoint,
            code: OrganizationCode::parse(&answer.code).map_err(|error| malformed(&error))?,
            name: OrganizationName::parse(&answer.name).map_err(|error| malformed(&error))?,
            region: RegionCode::parse(&answer.region).map_err(|error| malformed(&error))?,
        })
    }

    /// Hands in a report: its canonical bytes and their signature. The same report again has the same answer.
    pub async fn submit(
        &self,
        endpoint: &Endpoint,
        gateway: PublicKey,
        report: Bytes,
        signature: Bytes,
    ) -> Result<Submitted, LinkError> {
        let channel = self.reach_gateway(endpoint, gateway).await?;
        let request = pb::SubmitRequest { report, signature };
        let answer = within(client(channel).submit(request)).await?;
        Ok(Submitted {
            period: answer.period,
            revision: answer.revision,
            report_hash: Hash::from_slice(&answer.report_hash)
                .map_err(|error| LinkError::Answer(error.to_string()))?,
            received: Timestamp::from_millis(answer.received_ms),
            repeated: answer.repeated,
        })
    }

    async fn reach_gateway(
        &self,
        endpoint: &Endpoint,
        key: PublicKey,
    ) -> Result<Channel, LinkError> {
        let endpoint = endpoint.to_string();
        Ok(connect(&endpoint, key, self.tls(), self.clock().clone()).await?)
    }
}
