//! What an entry's payload is. The number is the payload's field number in `payload.proto` and never changes its meaning.

use std::fmt;

use thiserror::Error;

use crate::pb::exchange::v1 as pb;

/// The header names a kind this program does not know.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
#[error(
    "未知的信函种类 unknown kind of entry: {0}; 请升级本程序或请对方核对 upgrade this program, or ask the partner to check"
)]
pub struct UnknownKind(pub i32);

/// The noun group of a kind: what it speaks about decides who may write it and where it may go.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum KindGroup {
    /// The correspondence itself: receipts, agreements, keys, epochs.
    Correspondence,
    /// Moves a case through its table (domain: 流动案卷).
    Transition,
    /// A fact of a case that changes no state.
    Fact,
    /// Statements, answers and closings of a quarter.
    Quarter,
    /// Lives in the node's own log only.
    Local,
}

macro_rules! kinds {
    ($($(#[$doc:meta])* $kind:ident $pb:ident $name:literal $zh:literal $en:literal $group:ident,)+) => {
        /// What an entry's payload is.
        #[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
        pub enum Kind {
            $($(#[$doc])* $kind,)+
        }

        impl Kind {
            /// Every kind, ascending by code.
            pub const ALL: &[Self] = &[$(Self::$kind,)+];

            /// The number in the header, equal to the payload's field number.
            pub const fn code(self) -> i32 {
                match self {
                    $(Self::$kind => pb::Kind::$pb as i32,)+
                }
            }

            /// The field's name in `payload.proto`; the first part of a field path.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$kind => $name,)+
                }
            }

            /// What people read: Chinese, English.
            pub const fn label(self) -> (&'static str, &'static str) {
                match self {
                    $(Self::$kind => ($zh, $en),)+
                }
            }

            /// Its noun group.
            pub const fn group(self) -> KindGroup {
                match self {
                    $(Self::$kind => KindGroup::$group,)+
                }
            }
        }

        impl TryFrom<i32> for Kind {
            type Error = UnknownKind;

            fn try_from(code: i32) -> Result<Self, UnknownKind> {
                match pb::Kind::try_from(code) {
                    $(Ok(pb::Kind::$pb) => Ok(Self::$kind),)+
                    Ok(pb::Kind::Unspecified) | Err(_) => Err(UnknownKind(code)),
                }
            }
        }
    };
}

kinds! {
    /// "Your log to size n is stored and applied here."
    Receipt Receipt "receipt" "回执" "receipt" Correspondence,
    /// Terms of an agreement, put forward.
    AgreementProposed AgreementProposed "agreement_proposed" "提出协议" "agreement proposed" Correspondence,
    /// Terms of an agreement, signed.
    AgreementSigned AgreementSigned "agreement_signed" "签署协议" "agreement signed" Correspondence,
    /// An agreement ends before its time.
    AgreementEnded AgreementEnded "agreement_ended" "提前终止协议" "agreement ended" Correspondence,
    /// The author replaces its identity key.
    KeyRotated KeyRotated "key_rotated" "更换密钥" "key rotated" Correspondence,
    /// First entry of a log that replaces one which cannot go on.
    EpochReset EpochReset "epoch_reset" "日志重新起始" "epoch reset" Correspondence,
    /// The partner agrees to the new epoch.
    EpochAccepted EpochAccepted "epoch_accepted" "同意日志重新起始" "epoch accepted" Correspondence,
    /// The member left, the destination organization is not known. Local log of the outflow node.
    Departed Departed "departed" "外出登记" "departed" Transition,
    /// A member of ours lives with you.
    Notice Notice "notice" "外出通知" "notice" Transition,
    /// A person showed us a certificate of yours.
    Claim Claim "claim" "持证报到告知" "claim" Transition,
    /// The claimed person is ours.
    Confirm Confirm "confirm" "确认" "confirm" Transition,
    /// The claimed person is not ours.
    Disown Disown "disown" "不予确认" "disown" Transition,
    /// The member arrived.
    Accept Accept "accept" "接收" "accept" Transition,
    /// The notice is not accepted.
    Decline Decline "decline" "退回" "decline" Transition,
    /// Placed in a branch or group.
    Place Place "place" "编入支部" "place" Transition,
    /// The member moved on.
    Moved Moved "moved" "转往他处" "moved" Transition,
    /// Contact is lost.
    LostContact LostContact "lost_contact" "失去联系" "lost contact" Transition,
    /// Found again.
    Found Found "found" "恢复联系" "found" Transition,
    /// The member is back.
    Returned Returned "returned" "返回" "returned" Transition,
    /// Formal membership was transferred to the host.
    Transferred Transferred "transferred" "转移组织关系" "transferred" Transition,
    /// The case ends for another reason.
    Withdraw Withdraw "withdraw" "撤销" "withdraw" Transition,
    /// One activity the member was invited to.
    Attendance Attendance "attendance" "参加组织生活" "attendance" Fact,
    /// Dues paid.
    Dues Dues "dues" "交纳党费" "dues" Fact,
    /// An award or a penalty.
    Award Award "award" "奖惩" "award or penalty" Fact,
    /// A role played.
    Role Role "role" "发挥作用" "role played" Fact,
    /// The host's periodic word on a member's conduct.
    Conduct Conduct "conduct" "现实表现" "conduct" Fact,
    /// Job or telephone changed.
    Change Change "change" "信息变更" "change" Fact,
    /// Something important happened to the member.
    MajorEvent MajorEvent "major_event" "重大事项" "major event" Fact,
    /// Contact was made with the member.
    Contact Contact "contact" "联系党员" "contact made" Fact,
    /// An important matter was passed on to the member.
    MatterNotified MatterNotified "matter_notified" "重要事项告知" "matter notified" Fact,
    /// The host's written opinion at the end of probation.
    ProbationOpinion ProbationOpinion "probation_opinion" "转正意见" "probation opinion" Fact,
    /// The home organization's decision on probation.
    ProbationDecision ProbationDecision "probation_decision" "转正决定" "probation decision" Fact,
    /// An earlier fact of the same author was wrong.
    Correction Correction "correction" "更正" "correction" Fact,
    /// What one partner states at the close of a quarter.
    Statement Statement "statement" "季度通报" "quarter statement" Quarter,
    /// A side answers lines of a reconciliation.
    Answer Answer "answer" "对账答复" "answer" Quarter,
    /// Signs the quarter's result.
    Closing Closing "closing" "季度结账" "closing" Quarter,
    /// A member of this node's roster.
    Member Member "member" "党员名册" "member" Local,
    /// A partner was introduced and pinned.
    PartnerAdded PartnerAdded "partner_added" "新增对方党组织" "partner added" Local,
    /// A partner's pin was taken away.
    PartnerRevoked PartnerRevoked "partner_revoked" "撤销对方党组织" "partner revoked" Local,
    /// An invitation was written.
    Invitation Invitation "invitation" "发出邀请" "invitation issued" Local,
    /// Someone looked at personal data.
    Access Access "access" "查阅记录" "access" Local,
    /// This node reports to a gateway.
    Gateway Gateway "gateway" "登记上级网关" "gateway enrolled" Local,
    /// A unit was founded.
    UnitFounded UnitFounded "unit_founded" "设立党组织" "unit founded" Local,
    /// A unit has another name, seat or place in the tree.
    UnitChanged UnitChanged "unit_changed" "调整党组织" "unit changed" Local,
    /// A unit is no more.
    UnitClosed UnitClosed "unit_closed" "撤销党组织" "unit closed" Local,
    /// A member takes up an office.
    OfficerAppointed OfficerAppointed "officer_appointed" "任职" "officer appointed" Local,
    /// A member holds an office no more.
    OfficerEnded OfficerEnded "officer_ended" "免职" "officer ended" Local,
    /// The department gave numbers for certificates.
    CertificateRange CertificateRange "certificate_range" "活动证号段" "certificate range" Local,
    /// A certificate was handed to a member.
    CertificateIssued CertificateIssued "certificate_issued" "发放活动证" "certificate issued" Local,
    /// A certificate was looked at.
    CertificateChecked CertificateChecked "certificate_checked" "查验活动证" "certificate checked" Local,
    /// A certificate takes the place of an earlier one.
    CertificateReplaced CertificateReplaced "certificate_replaced" "补换活动证" "certificate replaced" Local,
    /// A certificate was given back.
    CertificateHandedIn CertificateHandedIn "certificate_handed_in" "交回活动证" "certificate handed in" Local,
    /// A unit's yearly plan.
    ActivityPlan ActivityPlan "activity_plan" "年度活动计划" "activity plan" Local,
    /// A plan was filed up.
    PlanFiled PlanFiled "plan_filed" "计划备案" "plan filed" Local,
    /// An activity was held.
    Activity Activity "activity" "活动记录" "activity held" Local,
    /// An activity's record form was handed up.
    FormHandedUp FormHandedUp "form_handed_up" "报送记录表" "record form handed up" Local,
    /// An earlier record of the local log was wrong.
    LocalCorrection LocalCorrection "local_correction" "本地更正" "local correction" Local,
    /// A fact of a member's record book.
    BookRecord BookRecord "book_record" "党员记实" "book record" Local,
    /// A one-time code was given to a member.
    BookCode BookCode "book_code" "记实确认码" "book code" Local,
    /// A member confirmed lines of the record book.
    BookConfirmed BookConfirmed "book_confirmed" "记实确认" "book confirmed" Local,
    /// A member was exempted.
    Exemption Exemption "exemption" "免予考核" "exemption" Local,
    /// Members were appraised.
    Appraisal Appraisal "appraisal" "民主评议结果" "appraisal" Local,
    /// Members were trained.
    Training Training "training" "集中培训" "training" Local,
    /// A form was printed.
    FormIssued FormIssued "form_issued" "打印表格" "form printed" Local,
    /// The committee adopted a policy.
    PolicyAdopted PolicyAdopted "policy_adopted" "采用政策" "policy adopted" Local,
    /// A yearly notice of holidays was entered.
    CalendarAmended CalendarAmended "calendar_amended" "登记节假日通知" "calendar amended" Local,
    /// A duty is excused.
    Excused Excused "excused" "说明缘由" "duty excused" Local,
    /// The roster was gone through for who is where.
    Screened Screened "screened" "流动党员排查" "screening" Local,
    /// A branch did something about absences.
    MeasureTaken MeasureTaken "measure_taken" "批评教育处理" "measure taken" Local,
    /// The committee inspected a unit.
    InspectionMade InspectionMade "inspection_made" "督查" "inspection" Local,
    /// Home made contact with a member who is away, and may tell nobody.
    MemberContacted MemberContacted "member_contacted" "联系党员 (只记在本组织)" "contact made, kept here only" Local,
    /// Home decided at the end of probation, and may tell nobody.
    ProbationDecided ProbationDecided "probation_decided" "转正决定 (只记在本组织)" "probation decision, kept here only" Local,
    /// What a person's dues are computed from.
    DuesBase DuesBase "dues_base" "党费基数" "dues base" Local,
    /// Dues were reduced or waived.
    DuesRelief DuesRelief "dues_relief" "党费减免" "dues reduced or waived" Local,
    /// Dues were paid here.
    DuesPayment DuesPayment "dues_payment" "党费收款" "dues payment" Local,
    /// An earlier entry about dues was wrong.
    DuesCorrection DuesCorrection "dues_correction" "党费更正" "dues correction" Local,
    /// A unit closed a month of dues.
    DuesClosed DuesClosed "dues_closed" "党费月结" "dues month closed" Local,
}

impl Kind {
    /// May it be written into a log for a partner? A receiver refuses a body of a kind that does not travel.
    pub const fn travels(self) -> bool {
        !matches!(
            (self, self.group()),
            (Self::Departed, _) | (_, KindGroup::Local)
        )
    }

    /// Must the header name an agreement in force? The correspondence's own kinds come before any agreement exists, and
    /// what stays at home needs none. One exception: [`Kind::ends_case`].
    pub const fn needs_agreement(self) -> bool {
        self.travels() && !matches!(self.group(), KindGroup::Correspondence)
    }

    /// Does home end a case with it? Where it carries nothing of any class, it is told without an agreement too: what is over must not stay
    /// open because the agreement is over as well.
    pub const fn ends_case(self) -> bool {
        matches!(
            self,
            Self::Returned | Self::Transferred | Self::Withdraw | Self::Disown
        )
    }

    /// Must the header name a case? True for transitions and facts (a departure opens one, so it names one too).
    pub const fn needs_case(self) -> bool {
        matches!(self.group(), KindGroup::Transition | KindGroup::Fact)
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (zh, en) = self.label();
        write!(f, "{zh} {en}")
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn every_number_of_the_protocol_is_a_kind_and_no_other() {
        for code in -1..=200 {
            let known = pb::Kind::try_from(code).is_ok_and(|kind| kind != pb::Kind::Unspecified);
            assert_eq!(Kind::try_from(code).is_ok(), known, "{code}");
            if let Ok(kind) = Kind::try_from(code) {
                assert_eq!(kind.code(), code);
            }
        }
    }

    #[test]
    fn a_name_is_the_payload_field_with_the_same_number() {
        let pool = prost_reflect::DescriptorPool::decode(crate::pb::DESCRIPTORS).unwrap();
        let payload = pool
            .get_message_by_name("hongyan.exchange.v1.Payload")
            .unwrap();
        assert_eq!(payload.fields().count(), Kind::ALL.len());
        for kind in Kind::ALL {
            let number = u32::try_from(kind.code()).unwrap();
            assert_eq!(payload.get_field(number).unwrap().name(), kind.name());
        }
    }

    #[test]
    fn what_is_local_never_travels() {
        assert!(!Kind::Departed.travels());
        assert!(!Kind::Member.travels());
        assert!(Kind::Notice.travels() && Kind::Notice.needs_agreement());
        assert!(Kind::Receipt.travels() && !Kind::Receipt.needs_agreement());
        assert!(!Kind::Departed.needs_agreement());
    }
}
