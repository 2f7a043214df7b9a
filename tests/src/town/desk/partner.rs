//! Partners, gateways, the roster: whom the node knows and how far the exchange with them is.

use hongyan_proto::pb::office::v1 as o;
use o::{
    gateway_link_service_client::GatewayLinkServiceClient,
    member_service_client::MemberServiceClient, partner_service_client::PartnerServiceClient,
    sync_service_client::SyncServiceClient,
};

use super::Desk;
use crate::{
    roster::{self, Person},
    town::TownError,
};

impl Desk {
    /// Writes people into the roster from a generated spreadsheet.
    pub async fn import(&self, people: &[Person]) -> Result<o::ImportMembersResponse, TownError> {
        let content =
            roster::spreadsheet(people).map_err(|error| TownError::Process(error.to_string()))?;
        let response = act!(
            self,
            MemberServiceClient,
            import_members,
            ImportMembersRequest {
                content: content.into(),
                filename: "名册.xlsx".to_owned(),
                dry_run: false,
                strict: false,
                found_units: false,
            }
        )?;
        if response.refused > 0 {
            return Err(TownError::Unsettled(format!(
                "the roster was refused: {:?}",
                response.rows
            )));
        }
        Ok(response)
    }

    /// An invitation's text.
    pub async fn invite(&self) -> Result<String, TownError> {
        let invitation = act!(
            self,
            PartnerServiceClient,
            create_invitation,
            CreateInvitationRequest {
                endpoint: String::new(),
                valid_hours: 24,
            }
        )?;
        Ok(invitation.text)
    }

    /// Accepts an invitation.
    pub async fn accept_invitation(&self, text: &str) -> Result<(), TownError> {
        act!(
            self,
            PartnerServiceClient,
            accept_invitation,
            AcceptInvitationRequest {
                text: text.to_owned(),
            }
        )?;
        Ok(())
    }

    /// Partners, revoked ones too.
    pub async fn partners(&self) -> Result<Vec<o::Partner>, TownError> {
        Ok(ask!(
            self,
            PartnerServiceClient,
            list_partners,
            ListPartnersRequest { revoked: true }
        )?
        .partners)
    }

    /// One partner.
    pub async fn partner(&self, code: &str) -> Result<o::Partner, TownError> {
        let partners = self.partners().await?;
        partners
            .into_iter()
            .find(|one| one.organization.as_ref().is_some_and(|it| it.code == code))
            .ok_or_else(|| TownError::Unsettled(format!("no partner {code}")))
    }

    /// The way to a partner, step by step.
    pub async fn check(&self, partner: &str) -> Result<o::CheckPartnerResponse, TownError> {
        Ok(ask!(
            self,
            PartnerServiceClient,
            check_partner,
            CheckPartnerRequest {
                partner: partner.to_owned(),
            }
        )?)
    }

    /// Starts a new epoch of the log to a partner.
    pub async fn reset_epoch(&self, partner: &str) -> Result<o::ResetEpochResponse, TownError> {
        Ok(act!(
            self,
            PartnerServiceClient,
            reset_epoch,
            ResetEpochRequest {
                partner: partner.to_owned(),
                reason: "磁盘损坏, 双方均无留存".to_owned(),
            }
        )?)
    }

    /// Agrees to a partner's new epoch.
    pub async fn accept_epoch(&self, partner: &str) -> Result<o::AcceptEpochResponse, TownError> {
        Ok(act!(
            self,
            PartnerServiceClient,
            accept_epoch,
            AcceptEpochRequest {
                partner: partner.to_owned(),
            }
        )?)
    }

    /// Syncs with a partner, to the end.
    pub async fn sync(&self, partner: &str) -> Result<o::SyncOutcome, TownError> {
        let mut events = ask!(
            self,
            SyncServiceClient,
            sync_partner,
            SyncPartnerRequest {
                actor: self.actor(),
                partner: partner.to_owned(),
            }
        )?;
        let mut outcome = None;
        while let Some(event) = events.message().await? {
            if let Some(o::sync_partner_response::Event::Outcome(last)) = event.event {
                outcome = Some(last);
            }
        }
        outcome.ok_or_else(|| TownError::Unsettled("a sync ended without an outcome".to_owned()))
    }

    /// How the correspondence with a partner stands, without dialling.
    pub async fn sync_status(&self, partner: &str) -> Result<o::PartnerSync, TownError> {
        let partner = partner.to_owned();
        let status = ask!(
            self,
            SyncServiceClient,
            sync_status,
            SyncStatusRequest { partner }
        )?;
        Ok(status.partners.into_iter().next().unwrap_or_default())
    }

    /// How many own entries the partner has not acknowledged.
    pub async fn unacknowledged(&self, partner: &str) -> Result<u64, TownError> {
        Ok(self.partner(partner).await?.unacknowledged)
    }

    /// Has the partner everything of this node's log, applied?
    pub async fn nothing_open(&self, partner: &str) -> Result<bool, TownError> {
        let found = self.partner(partner).await?;
        Ok(found.unacknowledged == 0 && found.unapplied == 0)
    }

    /// Enrolls at a gateway.
    pub async fn enroll(&self, invitation: &str) -> Result<(), TownError> {
        act!(
            self,
            GatewayLinkServiceClient,
            enroll_gateway,
            EnrollGatewayRequest {
                text: invitation.to_owned(),
                superior: String::new(),
            }
        )?;
        Ok(())
    }

    /// Reports a quarter to the gateway.
    pub async fn report(&self, quarter: &str) -> Result<o::SubmitReportResponse, TownError> {
        Ok(act!(
            self,
            GatewayLinkServiceClient,
            submit_report,
            SubmitReportRequest {
                quarter: quarter.to_owned(),
                gateway: String::new(),
            }
        )?)
    }
}
