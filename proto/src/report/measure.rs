//! Numbers of the period that do not split by cell, and which of them is part of which.

use std::{fmt, str::FromStr};

use super::word::{UnknownWord, words};
use crate::pb::report::v1 as pb;

words! {
    /// What is measured in the period. `report.proto` says what each counts.
    Measure, "指标 measure", pb::Measure;
    NoticesSent = NoticesSent, "notices_sent", "发出通知", "notices sent";
    NoticesSentAnswered = NoticesSentAnswered, "notices_sent_answered", "发出通知: 已答复", "notices sent: answered";
    NoticesSentAnsweredInTime = NoticesSentAnsweredInTime, "notices_sent_answered_in_time", "发出通知: 按时答复", "notices sent: answered in time";
    NoticesReceived = NoticesReceived, "notices_received", "收到通知", "notices received";
    NoticesReceivedAnswered = NoticesReceivedAnswered, "notices_received_answered", "收到通知: 已答复", "notices received: answered";
    NoticesReceivedAnsweredInTime = NoticesReceivedAnsweredInTime, "notices_received_answered_in_time", "收到通知: 按时答复", "notices received: answered in time";
    DeclinesNotArrived = DeclinesNotArrived, "declines_not_arrived", "退回: 未到", "declines: not arrived";
    DeclinesNotFound = DeclinesNotFound, "declines_not_found", "退回: 查无此人", "declines: not found";
    DeclinesOtherDistrict = DeclinesOtherDistrict, "declines_other_district", "退回: 属其他地区", "declines: other district";
    DeclinesCertificateInvalid = DeclinesCertificateInvalid, "declines_certificate_invalid", "退回: 活动证无效", "declines: certificate invalid";
    DeclinesDuplicate = DeclinesDuplicate, "declines_duplicate", "退回: 重复", "declines: duplicate";
    ContactMembers = ContactMembers, "contact_members", "应联系党员", "members to contact";
    ContactMembersContacted = ContactMembersContacted, "contact_members_contacted", "应联系党员: 已联系", "members to contact: contacted";
    AttendanceMembers = AttendanceMembers, "attendance_members", "应参加组织生活党员", "members to attend";
    AttendanceMembersPresent = AttendanceMembersPresent, "attendance_members_present", "应参加组织生活党员: 已参加", "members to attend: present";
    DuesMembers = DuesMembers, "dues_members", "应缴党费党员", "members to pay dues";
    DuesMembersPaid = DuesMembersPaid, "dues_members_paid", "应缴党费党员: 已缴清", "members to pay dues: paid";
    ContactLost = ContactLost, "contact_lost", "本季失联", "contact lost";
    ContactFound = ContactFound, "contact_found", "本季找回", "contact found";
    StatementsDue = StatementsDue, "statements_due", "应发通报", "statements due";
    StatementsIssued = StatementsIssued, "statements_issued", "应发通报: 已发", "statements issued";
    StatementsClosed = StatementsClosed, "statements_closed", "应发通报: 已对账结清", "statements closed";
    DifferencesOnlyOutflow = DifferencesOnlyOutflow, "differences_only_outflow", "差异: 仅流出地有", "differences: only outflow";
    DifferencesOnlyInflow = DifferencesOnlyInflow, "differences_only_inflow", "差异: 仅流入地有", "differences: only inflow";
    DifferencesState = DifferencesState, "differences_state", "差异: 状态", "differences: state";
    DifferencesAttendance = DifferencesAttendance, "differences_attendance", "差异: 组织生活", "differences: attendance";
    DifferencesDues = DifferencesDues, "differences_dues", "差异: 党费", "differences: dues";
    DifferencesConduct = DifferencesConduct, "differences_conduct", "差异: 现实表现", "differences: conduct";
    DifferencesAwards = DifferencesAwards, "differences_awards", "差异: 奖惩", "differences: awards";
    DifferencesContact = DifferencesContact, "differences_contact", "差异: 联系", "differences: contact";
    ActivityDaysPlanned = ActivityDaysPlanned, "activity_days_planned", "计划活动日", "activity days planned";
    ActivityDaysHeld = ActivityDaysHeld, "activity_days_held", "计划活动日: 已开展", "activity days held";
    ActivityDaysReportedInTime = ActivityDaysReportedInTime, "activity_days_reported_in_time", "计划活动日: 按时上报", "activity days reported in time";
}

/// (part, whole): the part may not exceed the whole. A report that breaks one contradicts itself and is refused.
pub const PARTS: &[(Measure, Measure)] = &[
    (Measure::NoticesSentAnswered, Measure::NoticesSent),
    (
        Measure::NoticesSentAnsweredInTime,
        Measure::NoticesSentAnswered,
    ),
    (Measure::NoticesReceivedAnswered, Measure::NoticesReceived),
    (
        Measure::NoticesReceivedAnsweredInTime,
        Measure::NoticesReceivedAnswered,
    ),
    (Measure::ContactMembersContacted, Measure::ContactMembers),
    (
        Measure::AttendanceMembersPresent,
        Measure::AttendanceMembers,
    ),
    (Measure::DuesMembersPaid, Measure::DuesMembers),
    (Measure::StatementsIssued, Measure::StatementsDue),
    (Measure::StatementsClosed, Measure::StatementsIssued),
    (Measure::ActivityDaysHeld, Measure::ActivityDaysPlanned),
    (
        Measure::ActivityDaysReportedInTime,
        Measure::ActivityDaysHeld,
    ),
];
