//! Cases: every transition of the table, with papers that are in order.

use hongyan_proto::pb::{exchange::v1 as x, office::v1 as o};
use o::flow_service_client::FlowServiceClient;

use super::Desk;
use crate::town::TownError;

fn destination(region: &str) -> x::Destination {
    x::Destination {
        region: region.to_owned(),
        description: "务工".to_owned(),
    }
}

/// A transition of a case that leaves nothing to say but its own paper.
macro_rules! transition {
    ($desk:expr, $call:ident, $request:ident, $case:expr, $field:ident: $paper:expr) => {
        act!(
            $desk,
            FlowServiceClient,
            $call,
            $request {
                case: $case.to_owned(),
                $field: Some($paper),
            }
        )
        .map(drop)
        .map_err(TownError::from)
    };
}

impl Desk {
    /// A notice of any kind; returns the case id.
    async fn tell(&self, notice: o::NoticeRequest) -> Result<String, TownError> {
        let told = act!(
            self,
            FlowServiceClient,
            notice,
            NoticeRequest {
                reason: x::DepartureReason::Work as i32,
                ..notice
            }
        )?;
        Ok(told.case.unwrap_or_default().id)
    }

    /// A notice about a member, by certificate number or name; returns the case id.
    pub async fn notice(
        &self,
        partner: &str,
        member: &str,
        since: &str,
        region: &str,
    ) -> Result<String, TownError> {
        self.notice_after(partner, member, since, region, "").await
    }

    /// A notice that continues an earlier case after a move; returns the new case's id.
    pub async fn notice_after(
        &self,
        partner: &str,
        member: &str,
        since: &str,
        region: &str,
        previous: &str,
    ) -> Result<String, TownError> {
        self.tell(o::NoticeRequest {
            partner: partner.to_owned(),
            subject: Some(o::notice_request::Subject::Member(member.to_owned())),
            since: since.to_owned(),
            destination: Some(destination(region)),
            previous_case: previous.to_owned(),
            ..Default::default()
        })
        .await
    }

    /// A member left for where there is no partner; continues the case they moved on from. Returns the case id.
    pub async fn depart(
        &self,
        member: &str,
        since: &str,
        region: &str,
    ) -> Result<String, TownError> {
        let departed = act!(
            self,
            FlowServiceClient,
            depart,
            DepartRequest {
                member: member.to_owned(),
                since: since.to_owned(),
                reason: x::DepartureReason::Work as i32,
                destination: Some(destination(region)),
                partner: String::new(),
                certificate: String::new(),
                previous_case: String::new(),
            }
        )?;
        Ok(departed.case.unwrap_or_default().id)
    }

    /// A declined notice again.
    pub async fn notice_again(
        &self,
        partner: &str,
        case: &str,
        since: &str,
        region: &str,
    ) -> Result<(), TownError> {
        self.tell(o::NoticeRequest {
            partner: partner.to_owned(),
            subject: Some(o::notice_request::Subject::Case(case.to_owned())),
            since: since.to_owned(),
            destination: Some(destination(region)),
            ..Default::default()
        })
        .await
        .map(drop)
    }

    /// Accepts a notice: the certificate was seen.
    pub async fn accept(&self, case: &str, day: &str) -> Result<(), TownError> {
        let accept = x::Accept {
            certificate_check: x::CertificateCheck::Seen as i32,
            arrived_on: day.to_owned(),
        };
        transition!(self, accept, AcceptRequest, case, accept: accept)
    }

    /// Declines a notice.
    pub async fn decline(&self, case: &str, reason: x::DeclineReason) -> Result<(), TownError> {
        let decline = x::Decline {
            reason: reason as i32,
            ..Default::default()
        };
        transition!(self, decline, DeclineRequest, case, decline: decline)
    }

    /// Places a member in a unit.
    pub async fn place(&self, case: &str, unit: &str, day: &str) -> Result<(), TownError> {
        let place = x::Place {
            unit: unit.to_owned(),
            placed_on: day.to_owned(),
        };
        transition!(self, place, PlaceRequest, case, place: place)
    }

    /// Claims a person who showed a certificate; returns the case id.
    pub async fn claim(
        &self,
        partner: &str,
        name: &str,
        certificate: &str,
        day: &str,
    ) -> Result<String, TownError> {
        let disclosed = x::Disclosed {
            name: name.to_owned(),
            certificate: certificate.to_owned(),
            ..Default::default()
        };
        let claimed = act!(
            self,
            FlowServiceClient,
            claim,
            ClaimRequest {
                partner: partner.to_owned(),
                claim: Some(x::Claim {
                    disclosed: Some(disclosed),
                    shown_on: day.to_owned(),
                }),
            }
        )?;
        Ok(claimed.case.unwrap_or_default().id)
    }

    /// Confirms that a claimed person is a member of ours.
    pub async fn confirm(&self, case: &str, member: &str) -> Result<(), TownError> {
        act!(
            self,
            FlowServiceClient,
            confirm,
            ConfirmRequest {
                case: case.to_owned(),
                member: member.to_owned(),
            }
        )?;
        Ok(())
    }

    /// The claimed person is not ours.
    pub async fn disown(&self, case: &str) -> Result<(), TownError> {
        let disown = x::Disown {
            reason: x::DisownReason::UnknownPerson as i32,
            note: "查无此人".to_owned(),
        };
        transition!(self, disown, DisownRequest, case, disown: disown)
    }

    /// The hosted member moved on.
    pub async fn moved(&self, case: &str, day: &str, region: &str) -> Result<(), TownError> {
        let moved = x::Moved {
            moved_on: day.to_owned(),
            destination: Some(destination(region)),
            organization_code: String::new(),
        };
        transition!(self, r#move, MoveRequest, case, moved: moved)
    }

    /// Contact is lost.
    pub async fn lost(&self, case: &str, day: &str) -> Result<(), TownError> {
        let lost = x::LostContact {
            last_contact_on: day.to_owned(),
            note: "电话停机".to_owned(),
        };
        transition!(self, mark_lost, MarkLostRequest, case, lost_contact: lost)
    }

    /// Found again.
    pub async fn found(&self, case: &str, day: &str) -> Result<(), TownError> {
        let found = x::Found {
            found_on: day.to_owned(),
            note: String::new(),
        };
        transition!(self, mark_found, MarkFoundRequest, case, found: found)
    }

    /// The member is back.
    pub async fn returned(&self, case: &str, day: &str) -> Result<(), TownError> {
        let returned = x::Returned {
            returned_on: day.to_owned(),
            certificate_check: x::CertificateCheck::Seen as i32,
            member_account: "按时参加组织生活".to_owned(),
            host_account: "表现良好".to_owned(),
        };
        transition!(self, r#return, ReturnRequest, case, returned: returned)
    }

    /// Formal membership was transferred to the host.
    pub async fn transferred(&self, case: &str, day: &str, letter: &str) -> Result<(), TownError> {
        let transferred = x::Transferred {
            transferred_on: day.to_owned(),
            letter_number: letter.to_owned(),
        };
        transition!(self, transfer, TransferRequest, case, transferred: transferred)
    }

    /// The case was registered in error.
    pub async fn withdraw(&self, case: &str) -> Result<(), TownError> {
        self.withdraw_for(case, x::WithdrawReason::RegisteredInError)
            .await
    }

    /// The case ends for one of the reasons that are neither return nor transfer.
    pub async fn withdraw_for(
        &self,
        case: &str,
        reason: x::WithdrawReason,
    ) -> Result<(), TownError> {
        let withdraw = x::Withdraw {
            reason: reason as i32,
            note: "经核实".to_owned(),
        };
        transition!(self, withdraw, WithdrawRequest, case, withdraw: withdraw)
    }
}
