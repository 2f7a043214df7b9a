//! Agreements: what may be told to a partner.

use hongyan_proto::pb::{exchange::v1 as x, office::v1 as o};
use o::agreement_service_client::AgreementServiceClient;

use super::Desk;
use crate::town::TownError;

impl Desk {
    /// Every class of fields.
    pub fn everything() -> Vec<x::Disclosure> {
        use x::Disclosure as D;
        vec![
            D::Identity,
            D::Contact,
            D::Membership,
            D::Certificate,
            D::Attendance,
            D::Dues,
            D::Awards,
            D::Role,
            D::Conduct,
            D::Probation,
        ]
    }

    /// Proposes an agreement in which both sides disclose `classes`, and returns its hash.
    pub async fn propose(
        &self,
        partner: &str,
        classes: &[x::Disclosure],
    ) -> Result<String, TownError> {
        let classes: Vec<i32> = classes.iter().map(|class| *class as i32).collect();
        let draft = o::AgreementDraft {
            partner: partner.to_owned(),
            valid_from: "2025-01-01".to_owned(),
            valid_until: "2030-12-31".to_owned(),
            goals: "确保每一名流动党员始终处于党组织的有效管理之中".to_owned(),
            cadence: x::Cadence::Quarterly as i32,
            own_discloses: classes.clone(),
            partner_discloses: classes,
            own_signatory: "张书记".to_owned(),
            own_contact: "0510-80000000".to_owned(),
            partner_signatory: "李书记".to_owned(),
            partner_contact: "0566-20000000".to_owned(),
            ..Default::default()
        };
        let proposed = act!(
            self,
            AgreementServiceClient,
            propose_agreement,
            ProposeAgreementRequest {
                content: Some(o::propose_agreement_request::Content::Draft(draft)),
            }
        )?;
        Ok(proposed.agreement.unwrap_or_default().hash)
    }

    /// Signs an agreement.
    pub async fn sign(&self, hash: &str) -> Result<(), TownError> {
        act!(
            self,
            AgreementServiceClient,
            sign_agreement,
            SignAgreementRequest {
                agreement: hash.to_owned(),
                signatory: "张书记".to_owned(),
            }
        )?;
        Ok(())
    }

    /// Fails unless an agreement with this partner is in force.
    pub async fn require_agreement(&self, partner: &str) -> Result<(), TownError> {
        let found = ask!(
            self,
            AgreementServiceClient,
            list_agreements,
            ListAgreementsRequest {
                partner: partner.to_owned(),
                status: o::AgreementStatus::InForce as i32,
            }
        )?;
        match found.agreements.len() {
            1 => Ok(()),
            many => Err(TownError::Unsettled(format!(
                "{many} agreements with {partner} are in force"
            ))),
        }
    }
}
