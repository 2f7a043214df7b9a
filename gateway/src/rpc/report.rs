//! `ReportService`: nodes enrol and hand in reports.

use hongyan_proto::{
    identity::InvitationSecret,
    pb::report::v1::{
        EnrollRequest, EnrollResponse, SubmitRequest, SubmitResponse,
        report_service_server::ReportService,
    },
    report::{Organization, SignedReport},
};
use tonic::{Request, Response, Status};

use super::{Gateway, door::peer, refusal};

/// Who wants to be enrolled, and by which invitation's secret.
// The error is what the call answers, as everywhere in this room.
#[allow(clippy::result_large_err)]
pub fn enrolment(wire: &EnrollRequest) -> Result<(InvitationSecret, Organization), Status> {
    let malformed = |field: &str, words: String| refusal::malformed(refusal::REPORT, field, words);
    let secret = InvitationSecret::from_slice(&wire.secret)
        .map_err(|error| malformed("secret", error.to_string()))?;
    let organization = wire.organization.as_ref();
    let organization =
        organization.ok_or_else(|| malformed("organization", "缺失 missing".into()))?;
    let organization =
        Organization::from_wire(organization).map_err(|error| refusal::report(&error))?;
    Ok((secret, organization))
}

/// The face on the network.
pub(super) struct ReportApi(pub(super) Gateway);

#[tonic::async_trait]
impl ReportService for ReportApi {
    async fn enroll(
        &self,
        request: Request<EnrollRequest>,
    ) -> Result<Response<EnrollResponse>, Status> {
        let public = peer(request.extensions())?.key;
        let (secret, organization) = enrolment(request.get_ref())?;
        self.0
            .work(move |gateway| {
                let done = gateway
                    .store
                    .enrol(secret.hash(), &organization, public, gateway.now());
                done.map_err(|error| refusal::enrol(&error))?;
                gateway.pins.pin(public, None);
                tracing::info!(code = %organization.code, key = %public.key_id(), "enrolled");
                let register = gateway.store.register();
                Ok(Response::new(EnrollResponse {
                    code: register.department.code.to_string(),
                    name: register.department.name.to_string(),
                    region: register.department.region.to_string(),
                }))
            })
            .await
    }

    async fn submit(
        &self,
        request: Request<SubmitRequest>,
    ) -> Result<Response<SubmitResponse>, Status> {
        let peer = peer(request.extensions())?.clone();
        let request = request.into_inner();
        self.0
            .work(move |gateway| {
                let key = gateway.name(&peer, gateway.now());
                let followed = gateway.store.follow(&key, &peer.succession);
                followed.map_err(|error| refusal::store(&error))?;
                let enrolled = gateway.store.register().reporter(&key).cloned();
                let enrolled = enrolled.ok_or_else(refusal::not_enrolled)?;
                // The connection's key is the enrolled one or follows from it; it signs, and the log may be named by one before.
                let shown = peer.succession.keys_before();
                let earlier: Vec<_> = enrolled.keys().chain(shown).filter(|earlier| *earlier != peer.key).collect();
                let signed = SignedReport::verify(request.report, &request.signature, &peer.key, &earlier)
                    .map_err(|error| refusal::report(&error))?;
                let taken = gateway.store.submit(&key, &signed, gateway.now()).map_err(|error| {
                    tracing::warn!(code = %signed.report().organization.code, %error, "report refused");
                    refusal::submit(&error)
                })?;
                Ok(Response::new(SubmitResponse {
                    period: signed.report().period.to_string(),
                    revision: signed.report().revision,
                    report_hash: signed.hash().to_field(),
                    received_ms: taken.received.millis(),
                    repeated: taken.repeated,
                }))
            })
            .await
    }
}
