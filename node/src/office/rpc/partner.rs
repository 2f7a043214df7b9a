//! `PartnerService`.

use hongyan_proto::{
    identity::Purpose,
    pb::{
        exchange::v1::InvitationPurpose,
        office::v1::{self as pb, partner_service_server::PartnerService},
    },
};
use tonic::{Request, Response, Status};

use super::{
    convert::{self, words, written},
    request::request,
};
use crate::{
    book::{self, PartnerState},
    office::{Office, OfficeError, find, partner, status},
};

type Answered<T> = Result<Response<T>, Status>;

fn reason(text: &str) -> Result<hongyan_proto::letter::Text<500>, OfficeError> {
    text.parse()
        .map_err(|error: hongyan_proto::letter::ValueError| OfficeError::field("reason", error))
}

fn shown(
    office: &Office,
    key: hongyan_proto::id::KeyId,
) -> Result<Option<pb::Partner>, OfficeError> {
    let partner = book::partner(&office.store, key)?;
    Ok(Some(convert::partner(&status::partner(office, &partner)?)))
}

#[tonic::async_trait]
impl PartnerService for Office {
    async fn create_invitation(
        &self,
        request_: Request<pb::CreateInvitationRequest>,
    ) -> Answered<pb::CreateInvitationResponse> {
        let message = request_.into_inner();
        let request = request(&message, &message.actor, &message.request_id)?;
        let (invitation, _) =
            partner::invite(self, request, &message.endpoint, message.valid_hours).await?;
        let purpose = match invitation.purpose {
            Purpose::Partner => InvitationPurpose::Partner,
            Purpose::Report => InvitationPurpose::Report,
        };
        Ok(Response::new(pb::CreateInvitationResponse {
            text: invitation.to_text(),
            purpose: purpose.into(),
            fingerprint: self.key_id().to_string(),
            spoken: self.key_id().spoken(),
            endpoint: invitation.endpoint.to_string(),
            expires_ms: invitation.expires.millis(),
        }))
    }

    async fn accept_invitation(
        &self,
        request_: Request<pb::AcceptInvitationRequest>,
    ) -> Answered<pb::AcceptInvitationResponse> {
        let message = request_.into_inner();
        let request = request(&message, &message.actor, &message.request_id)?;
        let (partner, _) = partner::accept(self, request, &message.text).await?;
        Ok(Response::new(pb::AcceptInvitationResponse {
            partner: shown(self, partner.key_id)?,
        }))
    }

    async fn list_partners(
        &self,
        request_: Request<pb::ListPartnersRequest>,
    ) -> Answered<pb::ListPartnersResponse> {
        let revoked = request_.into_inner().revoked;
        let partners = status::partners(self)?;
        let wanted = partners
            .iter()
            .filter(|view| revoked || view.partner.state != PartnerState::Revoked);
        Ok(Response::new(pb::ListPartnersResponse {
            partners: wanted.map(convert::partner).collect(),
        }))
    }

    async fn check_partner(
        &self,
        request_: Request<pb::CheckPartnerRequest>,
    ) -> Answered<pb::CheckPartnerResponse> {
        let partner = find::partner(&self.store, &request_.into_inner().partner)?;
        let steps = (self.carrier()?.check)(partner.key_id).await;
        let failed = pb::CheckState::Failed as i32;
        Ok(Response::new(pb::CheckPartnerResponse {
            healthy: steps.iter().all(|step| step.state != failed),
            steps: steps
                .into_iter()
                .map(|step| pb::CheckStep {
                    name: step.name,
                    state: step.state,
                    found: Some(words(step.found)),
                    remedy: Some(words(step.remedy)),
                    micros: step.micros,
                })
                .collect(),
            partner: shown(self, partner.key_id)?,
        }))
    }

    async fn revoke_partner(
        &self,
        request_: Request<pb::RevokePartnerRequest>,
    ) -> Answered<pb::RevokePartnerResponse> {
        let message = request_.into_inner();
        let request = request(&message, &message.actor, &message.request_id)?;
        let reason = reason(&message.reason)?;
        let (answer, key) = partner::revoke(self, request, message.partner, reason).await?;
        Ok(Response::new(pb::RevokePartnerResponse {
            written: written(&answer),
            partner: shown(self, key)?,
        }))
    }

    async fn reset_epoch(
        &self,
        request_: Request<pb::ResetEpochRequest>,
    ) -> Answered<pb::ResetEpochResponse> {
        let message = request_.into_inner();
        let request = request(&message, &message.actor, &message.request_id)?;
        let reason = reason(&message.reason)?;
        let (answer, key) = partner::reset_epoch(self, request, message.partner, reason).await?;
        let partner = book::partner(&self.store, key).map_err(OfficeError::from)?;
        let ids: Vec<String> = partner
            .out_logs
            .iter()
            .rev()
            .filter_map(|log| self.store.log(log.no))
            .map(|log| log.log_id().to_string())
            .collect();
        Ok(Response::new(pb::ResetEpochResponse {
            written: written(&answer),
            old_log_id: ids.get(1).cloned().unwrap_or_default(),
            new_log_id: ids.first().cloned().unwrap_or_default(),
            base: partner.out_base,
        }))
    }

    async fn accept_epoch(
        &self,
        request_: Request<pb::AcceptEpochRequest>,
    ) -> Answered<pb::AcceptEpochResponse> {
        let message = request_.into_inner();
        let request = request(&message, &message.actor, &message.request_id)?;
        let (answer, accepted, reason) =
            partner::accept_epoch(self, request, message.partner).await?;
        Ok(Response::new(pb::AcceptEpochResponse {
            written: written(&answer),
            old_log_id: accepted.old_log_id.to_string(),
            new_log_id: accepted.new_log_id.to_string(),
            base: accepted.base,
            reason,
        }))
    }
}
