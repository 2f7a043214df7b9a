//! An officer's desk: the node's own API, with the words a story needs.

use std::{
    io,
    path::{Path, PathBuf},
    sync::Arc,
};

use hongyan_proto::pb::{exchange::v1 as x, office::v1 as o};
use hyper_util::rt::TokioIo;
use o::{
    agreement_service_client::AgreementServiceClient, flow_service_client::FlowServiceClient,
    gateway_link_service_client::GatewayLinkServiceClient, log_service_client::LogServiceClient,
    member_service_client::MemberServiceClient, node_service_client::NodeServiceClient,
    partner_service_client::PartnerServiceClient, record_service_client::RecordServiceClient,
    statement_service_client::StatementServiceClient, sync_service_client::SyncServiceClient,
};
use rand::{RngCore, SeedableRng, rngs::StdRng};
use tokio::{net::UnixStream, sync::Mutex};
use tonic::transport::{Channel, Endpoint};
use tower::service_fn;

use super::TownError;
use crate::roster::{self, Person};

/// Which side of a case a node plays.
pub type Role = o::Side;

/// A connection to one node's own API. Clones share it.
#[derive(Clone)]
pub struct Desk {
    channel: Channel,
    actor: String,
    rng: Arc<Mutex<StdRng>>,
}

/// Bytes of one answer: a whole year's list of cases.
const MAX_ANSWER_BYTES: usize = 64 * 1024 * 1024;

/// How often a result that changes under one's hands is looked at again.
const LOOKS: usize = 10;

/// Was a signature refused because the result is another by now?
fn has_changed(signed: Result<(), tonic::Status>) -> Result<bool, TownError> {
    match signed {
        Ok(()) => Ok(false),
        Err(status)
            if status
                .details()
                .windows(14)
                .any(|bytes| bytes == b"RESULT_CHANGED") =>
        {
            Ok(true)
        }
        Err(status) => Err(status.into()),
    }
}

impl Desk {
    /// Connects to the socket of a running node.
    pub async fn open(socket: &Path, actor: &str) -> Result<Self, TownError> {
        let socket: PathBuf = socket.to_owned();
        let connect = service_fn(move |_| {
            let socket = socket.clone();
            async move { Ok::<_, io::Error>(TokioIo::new(UnixStream::connect(socket).await?)) }
        });
        let channel = Endpoint::from_static("http://office")
            .connect_with_connector(connect)
            .await?;
        Ok(Self {
            channel,
            actor: actor.to_owned(),
            rng: Arc::new(Mutex::new(StdRng::from_entropy())),
        })
    }

    /// The channel, for calls that have no word here.
    pub fn channel(&self) -> Channel {
        self.channel.clone()
    }

    /// Who acts.
    pub fn actor(&self) -> String {
        self.actor.clone()
    }

    /// A request's own id.
    pub async fn request_id(&self) -> bytes::Bytes {
        let mut id = vec![0; 16];
        self.rng.lock().await.fill_bytes(&mut id);
        id.into()
    }

    /// Who the node is and how it does.
    pub async fn status(&self) -> Result<o::GetStatusResponse, TownError> {
        let mut client = NodeServiceClient::new(self.channel());
        Ok(client
            .get_status(o::GetStatusRequest {})
            .await?
            .into_inner())
    }

    /// Writes people into the roster from a generated spreadsheet.
    pub async fn import(&self, people: &[Person]) -> Result<o::ImportMembersResponse, TownError> {
        let content =
            roster::spreadsheet(people).map_err(|error| TownError::Process(error.to_string()))?;
        let request = o::ImportMembersRequest {
            actor: self.actor(),
            request_id: self.request_id().await,
            content: content.into(),
            filename: "名册.xlsx".to_owned(),
            dry_run: false,
        };
        let mut client =
            MemberServiceClient::new(self.channel()).max_encoding_message_size(MAX_ANSWER_BYTES);
        let response = client.import_members(request).await?.into_inner();
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
        let mut client = PartnerServiceClient::new(self.channel());
        let request = o::CreateInvitationRequest {
            actor: self.actor(),
            request_id: self.request_id().await,
            valid_hours: 24,
            ..Default::default()
        };
        Ok(client.create_invitation(request).await?.into_inner().text)
    }

    /// Accepts an invitation.
    pub async fn accept_invitation(&self, text: &str) -> Result<(), TownError> {
        let mut client = PartnerServiceClient::new(self.channel());
        let request = o::AcceptInvitationRequest {
            actor: self.actor(),
            request_id: self.request_id().await,
            text: text.to_owned(),
        };
        client.accept_invitation(request).await?;
        Ok(())
    }

    /// Partners.
    pub async fn partners(&self) -> Result<Vec<o::Partner>, TownError> {
        let mut client = PartnerServiceClient::new(self.channel());
        Ok(client
            .list_partners(o::ListPartnersRequest { revoked: true })
            .await?
            .into_inner()
            .partners)
    }

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
        let request = o::ProposeAgreementRequest {
            actor: self.actor(),
            request_id: self.request_id().await,
            content: Some(o::propose_agreement_request::Content::Draft(draft)),
        };
        let mut client = AgreementServiceClient::new(self.channel());
        let agreement = client
            .propose_agreement(request)
            .await?
            .into_inner()
            .agreement;
        Ok(agreement.unwrap_or_default().hash)
    }

    /// Signs an agreement.
    pub async fn sign(&self, hash: &str) -> Result<(), TownError> {
        let request = o::SignAgreementRequest {
            actor: self.actor(),
            request_id: self.request_id().await,
            agreement: hash.to_owned(),
            signatory: "张书记".to_owned(),
        };
        AgreementServiceClient::new(self.channel())
            .sign_agreement(request)
            .await?;
        Ok(())
    }

    /// Fails unless an agreement with this partner is in force.
    pub async fn require_agreement(&self, partner: &str) -> Result<(), TownError> {
        let request = o::ListAgreementsRequest {
            partner: partner.to_owned(),
            status: o::AgreementStatus::InForce as i32,
        };
        let found = AgreementServiceClient::new(self.channel())
            .list_agreements(request)
            .await?
            .into_inner()
            .agreements;
        if found.len() == 1 {
            return Ok(());
        }
        Err(TownError::Unsettled(format!(
            "{} agreements with {partner} are in force",
            found.len()
        )))
    }

    /// Syncs with a partner, to the end.
    pub async fn sync(&self, partner: &str) -> Result<o::SyncOutcome, TownError> {
        let request = o::SyncPartnerRequest {
            actor: self.actor(),
            partner: partner.to_owned(),
        };
        let mut events = SyncServiceClient::new(self.channel())
            .sync_partner(request)
            .await?
            .into_inner();
        let mut outcome = None;
        while let Some(event) = events.message().await? {
            if let Some(o::sync_partner_response::Event::Outcome(last)) = event.event {
                outcome = Some(last);
            }
        }
        outcome.ok_or_else(|| TownError::Unsettled("a sync ended without an outcome".to_owned()))
    }

    /// How many own entries the partner has not acknowledged.
    pub async fn unacknowledged(&self, partner: &str) -> Result<u64, TownError> {
        let partners = self.partners().await?;
        let found = partners.iter().find(|one| {
            one.organization
                .as_ref()
                .is_some_and(|it| it.code == partner)
        });
        found
            .map(|one| one.unacknowledged)
            .ok_or_else(|| TownError::Unsettled(format!("no partner {partner}")))
    }

    /// Has the partner everything of this node's log, applied?
    pub async fn nothing_open(&self, partner: &str) -> Result<bool, TownError> {
        let partners = self.partners().await?;
        let found = partners.iter().find(|one| {
            one.organization
                .as_ref()
                .is_some_and(|it| it.code == partner)
        });
        Ok(found.is_some_and(|one| one.unacknowledged == 0 && one.unapplied == 0))
    }

    /// A notice about a member, by certificate number or name; returns the case id.
    pub async fn notice(
        &self,
        partner: &str,
        member: &str,
        since: &str,
        region: &str,
    ) -> Result<String, TownError> {
        let request = o::NoticeRequest {
            actor: self.actor(),
            request_id: self.request_id().await,
            partner: partner.to_owned(),
            subject: Some(o::notice_request::Subject::Member(member.to_owned())),
            since: since.to_owned(),
            reason: x::DepartureReason::Work as i32,
            destination: Some(x::Destination {
                region: region.to_owned(),
                description: "务工".to_owned(),
            }),
            ..Default::default()
        };
        let response = FlowServiceClient::new(self.channel())
            .notice(request)
            .await?
            .into_inner();
        Ok(response.case.unwrap_or_default().id)
    }

    /// Accepts a notice: the certificate was seen.
    pub async fn accept(&self, case: &str, day: &str) -> Result<(), TownError> {
        let request = o::AcceptRequest {
            actor: self.actor(),
            request_id: self.request_id().await,
            case: case.to_owned(),
            accept: Some(x::Accept {
                certificate_check: x::CertificateCheck::Seen as i32,
                arrived_on: day.to_owned(),
            }),
        };
        FlowServiceClient::new(self.channel())
            .accept(request)
            .await?;
        Ok(())
    }

    /// Declines a notice.
    pub async fn decline(&self, case: &str, reason: x::DeclineReason) -> Result<(), TownError> {
        let request = o::DeclineRequest {
            actor: self.actor(),
            request_id: self.request_id().await,
            case: case.to_owned(),
            decline: Some(x::Decline {
                reason: reason as i32,
                ..Default::default()
            }),
        };
        FlowServiceClient::new(self.channel())
            .decline(request)
            .await?;
        Ok(())
    }

    /// Places a member in a unit.
    pub async fn place(&self, case: &str, unit: &str, day: &str) -> Result<(), TownError> {
        let request = o::PlaceRequest {
            actor: self.actor(),
            request_id: self.request_id().await,
            case: case.to_owned(),
            place: Some(x::Place {
                unit: unit.to_owned(),
                placed_on: day.to_owned(),
            }),
        };
        FlowServiceClient::new(self.channel())
            .place(request)
            .await?;
        Ok(())
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
        let request = o::ClaimRequest {
            actor: self.actor(),
            request_id: self.request_id().await,
            partner: partner.to_owned(),
            claim: Some(x::Claim {
                disclosed: Some(disclosed),
                shown_on: day.to_owned(),
            }),
        };
        let response = FlowServiceClient::new(self.channel())
            .claim(request)
            .await?
            .into_inner();
        Ok(response.case.unwrap_or_default().id)
    }

    /// Confirms that a claimed person is a member of ours.
    pub async fn confirm(&self, case: &str, member: &str) -> Result<(), TownError> {
        let request = o::ConfirmRequest {
            actor: self.actor(),
            request_id: self.request_id().await,
            case: case.to_owned(),
            member: member.to_owned(),
        };
        FlowServiceClient::new(self.channel())
            .confirm(request)
            .await?;
        Ok(())
    }

    /// The claimed person is not ours.
    pub async fn disown(&self, case: &str) -> Result<(), TownError> {
        let disown = x::Disown {
            reason: x::DisownReason::UnknownPerson as i32,
            note: "查无此人".to_owned(),
        };
        let request = o::DisownRequest {
            actor: self.actor(),
            request_id: self.request_id().await,
            case: case.to_owned(),
            disown: Some(disown),
        };
        FlowServiceClient::new(self.channel())
            .disown(request)
            .await?;
        Ok(())
    }

    /// A declined notice again.
    pub async fn notice_again(
        &self,
        partner: &str,
        case: &str,
        since: &str,
        region: &str,
    ) -> Result<(), TownError> {
        let request = o::NoticeRequest {
            actor: self.actor(),
            request_id: self.request_id().await,
            partner: partner.to_owned(),
            subject: Some(o::notice_request::Subject::Case(case.to_owned())),
            since: since.to_owned(),
            reason: x::DepartureReason::Work as i32,
            destination: Some(x::Destination {
                region: region.to_owned(),
                description: "务工".to_owned(),
            }),
            ..Default::default()
        };
        FlowServiceClient::new(self.channel())
            .notice(request)
            .await?;
        Ok(())
    }

    /// The hosted member moved on.
    pub async fn moved(&self, case: &str, day: &str, region: &str) -> Result<(), TownError> {
        let destination = Some(x::Destination {
            region: region.to_owned(),
            description: "换了单位".to_owned(),
        });
        let moved = x::Moved {
            moved_on: day.to_owned(),
            destination,
            organization_code: String::new(),
        };
        let request = o::MoveRequest {
            actor: self.actor(),
            request_id: self.request_id().await,
            case: case.to_owned(),
            moved: Some(moved),
        };
        FlowServiceClient::new(self.channel())
            .r#move(request)
            .await?;
        Ok(())
    }

    /// Contact is lost.
    pub async fn lost(&self, case: &str, day: &str) -> Result<(), TownError> {
        let lost = x::LostContact {
            last_contact_on: day.to_owned(),
            note: "电话停机".to_owned(),
        };
        let request = o::MarkLostRequest {
            actor: self.actor(),
            request_id: self.request_id().await,
            case: case.to_owned(),
            lost_contact: Some(lost),
        };
        FlowServiceClient::new(self.channel())
            .mark_lost(request)
            .await?;
        Ok(())
    }

    /// Found again.
    pub async fn found(&self, case: &str, day: &str) -> Result<(), TownError> {
        let found = x::Found {
            found_on: day.to_owned(),
            note: String::new(),
        };
        let request = o::MarkFoundRequest {
            actor: self.actor(),
            request_id: self.request_id().await,
            case: case.to_owned(),
            found: Some(found),
        };
        FlowServiceClient::new(self.channel())
            .mark_found(request)
            .await?;
        Ok(())
    }

    /// The member is back.
    pub async fn returned(&self, case: &str, day: &str) -> Result<(), TownError> {
        let returned = x::Returned {
            returned_on: day.to_owned(),
            certificate_check: x::CertificateCheck::Seen as i32,
            member_account: "按时参加组织生活".to_owned(),
            host_account: "表现良好".to_owned(),
        };
        let request = o::ReturnRequest {
            actor: self.actor(),
            request_id: self.request_id().await,
            case: case.to_owned(),
            returned: Some(returned),
        };
        FlowServiceClient::new(self.channel())
            .r#return(request)
            .await?;
        Ok(())
    }

    /// Formal membership was transferred to the host.
    pub async fn transferred(&self, case: &str, day: &str, letter: &str) -> Result<(), TownError> {
        let transferred = x::Transferred {
            transferred_on: day.to_owned(),
            letter_number: letter.to_owned(),
        };
        let request = o::TransferRequest {
            actor: self.actor(),
            request_id: self.request_id().await,
            case: case.to_owned(),
            transferred: Some(transferred),
        };
        FlowServiceClient::new(self.channel())
            .transfer(request)
            .await?;
        Ok(())
    }

    /// The case was registered in error.
    pub async fn withdraw(&self, case: &str) -> Result<(), TownError> {
        let withdraw = x::Withdraw {
            reason: x::WithdrawReason::RegisteredInError as i32,
            note: "登记有误".to_owned(),
        };
        let request = o::WithdrawRequest {
            actor: self.actor(),
            request_id: self.request_id().await,
            case: case.to_owned(),
            withdraw: Some(withdraw),
        };
        FlowServiceClient::new(self.channel())
            .withdraw(request)
            .await?;
        Ok(())
    }

    /// One case.
    pub async fn case(&self, case: &str) -> Result<o::GetCaseResponse, TownError> {
        let request = o::GetCaseRequest {
            case: case.to_owned(),
        };
        let mut client =
            FlowServiceClient::new(self.channel()).max_decoding_message_size(MAX_ANSWER_BYTES);
        Ok(client.get_case(request).await?.into_inner())
    }

    /// The state of one case.
    pub async fn state(&self, case: &str) -> Result<o::CaseState, TownError> {
        Ok(self.case(case).await?.case.unwrap_or_default().state())
    }

    /// Every case, open and closed, ordered by id.
    pub async fn cases(&self) -> Result<Vec<o::Case>, TownError> {
        let mut client =
            FlowServiceClient::new(self.channel()).max_decoding_message_size(MAX_ANSWER_BYTES);
        let mut cases = Vec::new();
        let mut page_token = String::new();
        loop {
            let request = o::ListCasesRequest {
                states: (1..=9).collect(),
                page_size: 500,
                page_token,
                ..Default::default()
            };
            let page = client.list_cases(request).await?.into_inner();
            cases.extend(page.cases);
            page_token = page.next_page_token;
            if page_token.is_empty() {
                break;
            }
        }
        cases.sort_by(|one, other| one.id.cmp(&other.id));
        Ok(cases)
    }

    /// Contact was made with a member of ours.
    pub async fn contact(&self, case: &str, day: &str) -> Result<(), TownError> {
        let contact = x::Contact {
            day: day.to_owned(),
            means: "电话".to_owned(),
            summary: "思想稳定, 就业正常".to_owned(),
        };
        let request = o::RecordContactRequest {
            actor: self.actor(),
            request_id: self.request_id().await,
            case: case.to_owned(),
            contact: Some(contact),
        };
        RecordServiceClient::new(self.channel())
            .record_contact(request)
            .await?;
        Ok(())
    }

    /// A hosted member took part in an activity, or not.
    pub async fn attendance(
        &self,
        case: &str,
        day: &str,
        presence: x::Presence,
    ) -> Result<(), TownError> {
        let attendance = x::Attendance {
            day: day.to_owned(),
            activity: x::ActivityKind::ActivityDay as i32,
            theme: "主题党日".to_owned(),
            presence: presence as i32,
        };
        let request = o::RecordAttendanceRequest {
            actor: self.actor(),
            request_id: self.request_id().await,
            case: case.to_owned(),
            attendance: Some(attendance),
        };
        RecordServiceClient::new(self.channel())
            .record_attendance(request)
            .await?;
        Ok(())
    }

    /// Dues were paid here for some months.
    pub async fn dues(
        &self,
        case: &str,
        month: &str,
        months: u32,
        fen: i64,
        paid_on: &str,
        receipt: &str,
    ) -> Result<(), TownError> {
        let dues = x::Dues {
            month: month.to_owned(),
            months,
            fen,
            paid_on: paid_on.to_owned(),
            receipt: receipt.to_owned(),
        };
        let request = o::RecordDuesRequest {
            actor: self.actor(),
            request_id: self.request_id().await,
            case: case.to_owned(),
            dues: Some(dues),
        };
        RecordServiceClient::new(self.channel())
            .record_dues(request)
            .await?;
        Ok(())
    }

    /// The quarter's word on a hosted member.
    pub async fn conduct(
        &self,
        case: &str,
        quarter: &str,
        grade: x::ConductGrade,
    ) -> Result<(), TownError> {
        let conduct = x::Conduct {
            quarter: quarter.to_owned(),
            grade: grade as i32,
            remark: String::new(),
        };
        let request = o::RecordConductRequest {
            actor: self.actor(),
            request_id: self.request_id().await,
            case: case.to_owned(),
            conduct: Some(conduct),
        };
        RecordServiceClient::new(self.channel())
            .record_conduct(request)
            .await?;
        Ok(())
    }

    /// States a quarter to a partner.
    pub async fn issue_statement(
        &self,
        partner: &str,
        quarter: &str,
    ) -> Result<x::Statement, TownError> {
        let request = o::IssueStatementRequest {
            actor: self.actor(),
            request_id: self.request_id().await,
            partner: partner.to_owned(),
            quarter: quarter.to_owned(),
        };
        let mut client =
            StatementServiceClient::new(self.channel()).max_decoding_message_size(MAX_ANSWER_BYTES);
        Ok(client
            .issue_statement(request)
            .await?
            .into_inner()
            .statement
            .unwrap_or_default())
    }

    /// The reconciliation of a quarter, as this node computes it.
    pub async fn reconciliation(
        &self,
        partner: &str,
        quarter: &str,
    ) -> Result<o::Reconciliation, TownError> {
        let request = o::GetReconciliationRequest {
            partner: partner.to_owned(),
            quarter: quarter.to_owned(),
        };
        let mut client =
            StatementServiceClient::new(self.channel()).max_decoding_message_size(MAX_ANSWER_BYTES);
        Ok(client
            .get_reconciliation(request)
            .await?
            .into_inner()
            .reconciliation
            .unwrap_or_default())
    }

    /// Answers every line of a quarter's reconciliation. What the partner wrote in the meantime changes the result: then it is looked at again.
    pub async fn answer(
        &self,
        partner: &str,
        quarter: &str,
        answer: fn(&o::Difference) -> x::LineAnswer,
    ) -> Result<(), TownError> {
        for _ in 0..LOOKS {
            let result = self.reconciliation(partner, quarter).await?;
            let lines: Vec<x::LineAnswer> = result.differences.iter().map(answer).collect();
            if lines.is_empty() {
                return Ok(());
            }
            let request = o::AnswerReconciliationRequest {
                actor: self.actor(),
                request_id: self.request_id().await,
                partner: result.partner,
                quarter: result.quarter,
                hash: result.hash,
                lines,
            };
            let mut client = StatementServiceClient::new(self.channel());
            if !has_changed(client.answer_reconciliation(request).await.map(|_| ()))? {
                return Ok(());
            }
        }
        Err(TownError::Unsettled(format!(
            "the result of {quarter} changed {LOOKS} times"
        )))
    }

    /// Closes a quarter with the result as it now stands.
    pub async fn close_quarter(&self, partner: &str, quarter: &str) -> Result<(), TownError> {
        for _ in 0..LOOKS {
            let result = self.reconciliation(partner, quarter).await?;
            let request = o::CloseQuarterRequest {
                actor: self.actor(),
                request_id: self.request_id().await,
                partner: partner.to_owned(),
                quarter: quarter.to_owned(),
                hash: result.hash,
            };
            let mut client = StatementServiceClient::new(self.channel());
            if !has_changed(client.close_quarter(request).await.map(|_| ()))? {
                return Ok(());
            }
        }
        Err(TownError::Unsettled(format!(
            "the result of {quarter} changed {LOOKS} times"
        )))
    }

    /// Verifies every log from disk; the problems found, in words.
    pub async fn verify_logs(&self) -> Result<Vec<String>, TownError> {
        let mut client = LogServiceClient::new(self.channel());
        let logs = client
            .list_logs(o::ListLogsRequest {})
            .await?
            .into_inner()
            .logs;
        let mut problems = Vec::new();
        for log in logs {
            let request = o::VerifyLogRequest {
                log: log.log_id.clone(),
            };
            let mut events = client.verify_log(request).await?.into_inner();
            let mut result = None;
            while let Some(event) = events.message().await? {
                if let Some(o::verify_log_response::Event::Result(last)) = event.event {
                    result = Some(last);
                }
            }
            match result {
                Some(result) if result.good && result.size == log.size => {}
                other => problems.push(format!("{}: {other:?}", log.origin)),
            }
        }
        Ok(problems)
    }

    /// Enrolls at a gateway.
    pub async fn enroll(&self, invitation: &str) -> Result<(), TownError> {
        let request = o::EnrollGatewayRequest {
            actor: self.actor(),
            request_id: self.request_id().await,
            text: invitation.to_owned(),
        };
        GatewayLinkServiceClient::new(self.channel())
            .enroll_gateway(request)
            .await?;
        Ok(())
    }

    /// Reports a quarter to the gateway.
    pub async fn report(&self, quarter: &str) -> Result<o::SubmitReportResponse, TownError> {
        let request = o::SubmitReportRequest {
            actor: self.actor(),
            request_id: self.request_id().await,
            quarter: quarter.to_owned(),
        };
        Ok(GatewayLinkServiceClient::new(self.channel())
            .submit_report(request)
            .await?
            .into_inner())
    }
}
