//! Facts about a member away: any of them, and those that every story needs in few words.

use hongyan_proto::pb::{exchange::v1 as x, office::v1 as o};
use o::record_service_client::RecordServiceClient;
use x::correction::Replacement as Fact;

use super::Desk;
use crate::town::TownError;

/// One kind of fact, by its own call.
macro_rules! fact {
    ($desk:expr, $case:expr, $call:ident, $request:ident, $field:ident) => {
        act!(
            $desk,
            RecordServiceClient,
            $call,
            $request {
                case: $case.to_owned(),
                $field: Some($field),
            }
        )
        .map(|done| done.written)
    };
}

impl Desk {
    /// Records a fact; returns its place in this node's log.
    pub async fn record(&self, case: &str, fact: Fact) -> Result<u64, TownError> {
        let written = match fact {
            Fact::Attendance(attendance) => {
                fact!(
                    self,
                    case,
                    record_attendance,
                    RecordAttendanceRequest,
                    attendance
                )
            }
            // A story says what happened, also when both sides took the money.
            Fact::Dues(dues) => act!(
                self,
                RecordServiceClient,
                record_dues,
                RecordDuesRequest {
                    case: case.to_owned(),
                    dues: Some(dues),
                    twice: true,
                }
            )
            .map(|done| done.written),
            Fact::Award(award) => fact!(self, case, record_award, RecordAwardRequest, award),
            Fact::Role(role) => fact!(self, case, record_role, RecordRoleRequest, role),
            Fact::Conduct(conduct) => {
                fact!(self, case, record_conduct, RecordConductRequest, conduct)
            }
            Fact::Change(change) => fact!(self, case, record_change, RecordChangeRequest, change),
            Fact::MajorEvent(major_event) => {
                fact!(
                    self,
                    case,
                    record_major_event,
                    RecordMajorEventRequest,
                    major_event
                )
            }
            Fact::Contact(contact) => {
                fact!(self, case, record_contact, RecordContactRequest, contact)
            }
            Fact::MatterNotified(matter_notified) => {
                fact!(
                    self,
                    case,
                    record_matter,
                    RecordMatterRequest,
                    matter_notified
                )
            }
            Fact::ProbationOpinion(probation_opinion) => fact!(
                self,
                case,
                record_probation_opinion,
                RecordProbationOpinionRequest,
                probation_opinion
            ),
            Fact::ProbationDecision(probation_decision) => fact!(
                self,
                case,
                record_probation_decision,
                RecordProbationDecisionRequest,
                probation_decision
            ),
        };
        Ok(written?.unwrap_or_default().sequence)
    }

    /// Corrects an earlier fact of this node, or voids it.
    pub async fn correct(
        &self,
        case: &str,
        sequence: u64,
        replacement: Option<Fact>,
    ) -> Result<(), TownError> {
        let correction = x::Correction {
            corrects: sequence,
            reason: "笔误".to_owned(),
            replacement,
        };
        fact!(self, case, correct_record, CorrectRecordRequest, correction)?;
        Ok(())
    }

    /// Contact was made with a member of ours.
    pub async fn contact(&self, case: &str, day: &str) -> Result<(), TownError> {
        // The same words twice are refused, and stories make contact again and again on one day.
        let summary = format!(
            "思想稳定, 就业正常 {:x}",
            self.request_id().await.slice(..4)
        );
        let contact = x::Contact {
            day: day.to_owned(),
            means: "电话".to_owned(),
            summary,
        };
        self.record(case, Fact::Contact(contact)).await.map(drop)
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
        self.record(case, Fact::Attendance(attendance))
            .await
            .map(drop)
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
        self.record(case, Fact::Dues(dues)).await.map(drop)
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
        self.record(case, Fact::Conduct(conduct)).await.map(drop)
    }
}
