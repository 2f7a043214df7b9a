//! The way to the upper department's gateway: enrolling, and handing in a signed report. Counts only.

use bytes::Bytes;
use hongyan_proto::{
    channel::connect,
    id::{Hash, IdError, OrganizationCode, RegionCode},
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

impl Enrolled {
    /// Reads the answer of the gateway that was dialled. What is wrong is said in words.
    pub fn from_wire(
        key: PublicKey,
        endpoint: Endpoint,
        wire: &pb::EnrollResponse,
    ) -> Result<Self, String> {
        let text = |error: IdError| error.to_string();
        Ok(Self {
            key,
            endpoint,
            code: OrganizationCode::parse(&wire.code).map_err(text)?,
            name: OrganizationName::parse(&wire.name).map_err(text)?,
            region: RegionCode::parse(&wire.region).map_err(text)?,
        })
    }
}

impl Submitted {
    /// Reads a gateway's answer. What is wrong is said in words.
    pub fn from_wire(wire: pb::SubmitResponse) -> Result<Self, String> {
        Ok(Self {
            period: wire.period,
            revision: wire.revision,
            report_hash: Hash::from_slice(&wire.report_hash).map_err(|error| error.to_string())?,
            received: Timestamp::from_millis(wire.received_ms),
            repeated: wire.repeated,
        })
    }
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
        Enrolled::from_wire(invitation.key, endpoint, &answer).map_err(LinkError::Answer)
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
        Submitted::from_wire(answer).map_err(LinkError::Answer)
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
