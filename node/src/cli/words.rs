//! Closed lists: how each value is typed on the command line and shown, in both languages. One table per list, used for both.

use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use hongyan_proto::pb::{exchange::v1 as exchange, office::v1 as office, report::v1 as report};

use super::lang::Lang;
pub(super) use super::roster_words::{
    CERTIFICATE_FINDINGS, CERTIFICATE_KINDS, CERTIFICATE_STATES, EXITS, FORM_KINDS, FORM_SIGNERS,
    FORM_STANDINGS, OFFICER_ROLES, REPLACEMENTS,
    SIGNERS, UNIT_KINDS, UNIT_PLACES,
};

/// One value of a closed list.
#[derive(Debug)]
pub(super) struct Choice {
    /// As it is typed.
    key: &'static str,
    /// As it travels.
    value: i32,
    zh: &'static str,
    en: &'static str,
}

/// A closed list.
pub(super) type Choices = [Choice];

pub(super) const fn choice(key: &'static str, value: i32, zh: &'static str, en: &'static str) -> Choice {
    Choice { key, value, zh, en }
}

/// Reads one of the list's keys or its Chinese words; the help lists the keys with their meaning.
pub(super) fn parser(choices: &'static Choices) -> impl TypedValueParser<Value = i32> {
    PossibleValuesParser::new(choices.iter().map(|choice| {
        let meaning = format!("{} {}", choice.zh, choice.en);
        PossibleValue::new(choice.key).alias(choice.zh).help(meaning)
    }))
    // The parser above lets only words of this list through; 0 is "unspecified" in every list.
    .map(move |text| value(choices, &text).unwrap_or_default())
}

/// The value of a key or of its Chinese words, as files have them.
pub(super) fn value(choices: &Choices, text: &str) -> Option<i32> {
    let fits = |choice: &&Choice| choice.key == text || choice.zh == text;
    choices.iter().find(fits).map(|choice| choice.value)
}

/// The keys of a list, for telling what was expected.
pub(super) fn keys(choices: &Choices) -> String {
    let keys: Vec<_> = choices.iter().map(|choice| choice.key).collect();
    keys.join(", ")
}

/// The value in words; nothing for "unspecified", the number for a value of a later version.
pub(super) fn show(choices: &Choices, value: i32, lang: Lang) -> String {
    match choices.iter().find(|choice| choice.value == value) {
        Some(choice) => lang.say(choice.zh, choice.en),
        None if value == 0 => String::new(),
        None => value.to_string(),
    }
}

/// Why a member leaves.
pub(super) static REASONS: &Choices = &[
    choice("work", exchange::DepartureReason::Work as i32, "务工", "work"),
    choice("business", exchange::DepartureReason::Business as i32, "经商", "business"),
    choice("study", exchange::DepartureReason::Study as i32, "学习", "study"),
    choice("family", exchange::DepartureReason::Family as i32, "随亲属居住", "family"),
    choice("retirement", exchange::DepartureReason::Retirement as i32, "离退休", "retirement"),
    choice("other", exchange::DepartureReason::Other as i32, "其他", "other"),
];

/// Whether the certificate was checked.
pub(super) static CERTIFICATE_CHECKS: &Choices = &[
    choice("seen", exchange::CertificateCheck::Seen as i32, "已查验原件", "seen"),
    choice("copy", exchange::CertificateCheck::Copy as i32, "已查验复印件", "copy seen"),
    choice("not-shown", exchange::CertificateCheck::NotShown as i32, "未出示", "not shown"),
];

/// Why a notice is not accepted: the list is closed (W §四).
pub(super) static DECLINES: &Choices = &[
    choice("not-arrived", exchange::DeclineReason::NotArrived as i32, "尚未到达", "not arrived"),
    choice("not-found", exchange::DeclineReason::NotFound as i32, "查无此人", "not found"),
    choice("other-district", exchange::DeclineReason::OtherDistrict as i32, "属其他辖区", "other district"),
    choice("certificate-invalid", exchange::DeclineReason::CertificateInvalid as i32, "活动证无效", "certificate invalid"),
    choice("duplicate", exchange::DeclineReason::Duplicate as i32, "重复", "duplicate"),
];

/// Why a claimed person is not ours.
pub(super) static DISOWNS: &Choices = &[
    choice("unknown-person", exchange::DisownReason::UnknownPerson as i32, "无此党员", "unknown person"),
    choice("certificate-not-ours", exchange::DisownReason::CertificateNotOurs as i32, "活动证非本单位签发", "certificate not ours"),
    choice("certificate-withdrawn", exchange::DisownReason::CertificateWithdrawn as i32, "活动证已收回", "certificate withdrawn"),
];

/// Why a case ends for another reason.
pub(super) static WITHDRAWALS: &Choices = &[
    choice("registered-in-error", exchange::WithdrawReason::RegisteredInError as i32, "登记错误", "registered in error"),
    choice("removed-from-membership", exchange::WithdrawReason::RemovedFromMembership as i32, "已除名或出党", "removed from membership"),
    choice("deceased", exchange::WithdrawReason::Deceased as i32, "去世", "deceased"),
];

/// Sex.
pub(super) static SEXES: &Choices = &[
    choice("male", exchange::Sex::Male as i32, "男", "male"),
    choice("female", exchange::Sex::Female as i32, "女", "female"),
];

/// The groups that departments count apart.
pub(super) static CLASSES: &Choices = &[
    choice("migrant-worker", exchange::MemberClass::MigrantWorker as i32, "农民工", "migrant worker"),
    choice("graduate", exchange::MemberClass::Graduate as i32, "大中专毕业生", "graduate"),
    choice("retired", exchange::MemberClass::Retired as i32, "离退休", "retired"),
    choice("other", exchange::MemberClass::Other as i32, "其他", "other"),
];

/// Kinds of activity (三会一课).
pub(super) static ACTIVITIES: &Choices = &[
    choice("activity-day", exchange::ActivityKind::ActivityDay as i32, "党员活动日", "activity day"),
    choice("branch-assembly", exchange::ActivityKind::BranchAssembly as i32, "支部党员大会", "branch assembly"),
    choice("branch-committee", exchange::ActivityKind::BranchCommittee as i32, "支委会", "branch committee"),
    choice("group-meeting", exchange::ActivityKind::GroupMeeting as i32, "党小组会", "group meeting"),
    choice("party-lecture", exchange::ActivityKind::PartyLecture as i32, "党课", "party lecture"),
    choice("organizational-life", exchange::ActivityKind::OrganizationalLife as i32, "组织生活会", "organizational-life meeting"),
    choice("appraisal", exchange::ActivityKind::Appraisal as i32, "民主评议", "appraisal"),
    choice("democratic-life", exchange::ActivityKind::DemocraticLife as i32, "民主生活会", "democratic-life meeting"),
    choice("party-spirit-check", exchange::ActivityKind::PartySpiritCheck as i32, "党性体检", "party-spirit check"),
    choice("talk", exchange::ActivityKind::Talk as i32, "谈心谈话", "talk"),
    choice("study-report", exchange::ActivityKind::StudyReport as i32, "述学述做", "report of study and work"),
];

/// Kinds of record in a record book.
pub(super) static BOOK_SECTIONS: &Choices = &[
    choice("organizational-life", office::BookSection::OrganizationalLife as i32, "组织生活", "organizational life"),
    choice("dues", office::BookSection::Dues as i32, "交纳党费", "dues"),
    choice("awards", office::BookSection::Awards as i32, "奖惩", "awards and penalties"),
    choice("role", office::BookSection::Role as i32, "发挥作用", "role played"),
];

/// Results of an appraisal.
pub(super) static APPRAISALS: &Choices = &[
    choice("excellent", exchange::AppraisalGrade::Excellent as i32, "优秀", "excellent"),
    choice("qualified", exchange::AppraisalGrade::Qualified as i32, "合格", "qualified"),
    choice("unqualified", exchange::AppraisalGrade::Unqualified as i32, "不合格", "unqualified"),
];

/// What a member may be exempted from.
pub(super) static EXEMPTIONS: &Choices = &[
    choice("records", exchange::ExemptionFrom::Records as i32, "记实管理", "records"),
    choice("points", exchange::ExemptionFrom::Points as i32, "积分考核", "points"),
    choice("attendance", exchange::ExemptionFrom::Attendance as i32, "集中活动", "attendance"),
];

/// Whether the member was there.
pub(super) static PRESENCES: &Choices = &[
    choice("present", exchange::Presence::Present as i32, "到会", "present"),
    choice("remote", exchange::Presence::Remote as i32, "线上参加", "remote"),
    choice("absent-with-reason", exchange::Presence::AbsentWithReason as i32, "请假", "absent with reason"),
    choice("absent", exchange::Presence::Absent as i32, "缺席", "absent"),
];

/// Conduct (现实表现).
pub(super) static GRADES: &Choices = &[
    choice("good", exchange::ConductGrade::Good as i32, "好", "good"),
    choice("fair", exchange::ConductGrade::Fair as i32, "较好", "fair"),
    choice("ordinary", exchange::ConductGrade::Ordinary as i32, "一般", "ordinary"),
    choice("poor", exchange::ConductGrade::Poor as i32, "差", "poor"),
];

/// What was decided at the end of probation.
pub(super) static OUTCOMES: &Choices = &[
    choice("converted", exchange::ProbationOutcome::Converted as i32, "按期转正", "converted"),
    choice("extended", exchange::ProbationOutcome::Extended as i32, "延长预备期", "extended"),
    choice("revoked", exchange::ProbationOutcome::Revoked as i32, "取消预备党员资格", "revoked"),
];

/// How often both sides state and reconcile.
pub(super) static CADENCES: &Choices = &[
    choice("monthly", exchange::Cadence::Monthly as i32, "每月", "monthly"),
    choice("quarterly", exchange::Cadence::Quarterly as i32, "每季度", "quarterly"),
    choice("yearly", exchange::Cadence::Yearly as i32, "每年", "yearly"),
];

/// Classes of fields that an agreement may disclose.
pub(super) static DISCLOSURES: &Choices = &[
    choice("identity", exchange::Disclosure::Identity as i32, "身份", "identity"),
    choice("contact", exchange::Disclosure::Contact as i32, "联系方式", "contact"),
    choice("membership", exchange::Disclosure::Membership as i32, "党籍", "membership"),
    choice("certificate", exchange::Disclosure::Certificate as i32, "活动证", "certificate"),
    choice("attendance", exchange::Disclosure::Attendance as i32, "组织生活", "attendance"),
    choice("dues", exchange::Disclosure::Dues as i32, "党费", "dues"),
    choice("awards", exchange::Disclosure::Awards as i32, "奖惩", "awards"),
    choice("role", exchange::Disclosure::Role as i32, "发挥作用", "role"),
    choice("conduct", exchange::Disclosure::Conduct as i32, "现实表现", "conduct"),
    choice("probation", exchange::Disclosure::Probation as i32, "预备期", "probation"),
];

/// Whether there is contact.
pub(super) static CONTACT_STATES: &Choices = &[
    choice("in-contact", exchange::ContactState::InContact as i32, "有联系", "in contact"),
    choice("lost", exchange::ContactState::Lost as i32, "失联", "lost"),
];

/// How a line of a reconciliation is answered.
pub(super) static ANSWERS: &Choices = &[
    choice("accepted", exchange::AnswerKind::Accepted as i32, "认可", "accepted"),
    choice("disputed", exchange::AnswerKind::Disputed as i32, "有异议", "disputed"),
    choice("corrected", exchange::AnswerKind::Corrected as i32, "已更正", "corrected"),
];

/// States of a case.
pub(super) static CASE_STATES: &Choices = &[
    choice("departed", office::CaseState::Departed as i32, "已外出", "departed"),
    choice("notified", office::CaseState::Notified as i32, "已通知", "notified"),
    choice("claimed", office::CaseState::Claimed as i32, "已告知", "claimed"),
    choice("declined", office::CaseState::Declined as i32, "已退回", "declined"),
    choice("accepted", office::CaseState::Accepted as i32, "已接收", "accepted"),
    choice("active", office::CaseState::Active as i32, "在册管理", "active"),
    choice("moved", office::CaseState::Moved as i32, "已转往他处", "moved"),
    choice("lost-contact", office::CaseState::LostContact as i32, "失去联系", "lost contact"),
    choice("closed", office::CaseState::Closed as i32, "已结案", "closed"),
];

/// How a case ended.
pub(super) static CLOSINGS: &Choices = &[
    choice("returned", office::CaseClosing::Returned as i32, "返回", "returned"),
    choice("transferred", office::CaseClosing::Transferred as i32, "转出组织关系", "transferred"),
    choice("registered-in-error", office::CaseClosing::RegisteredInError as i32, "登记错误", "registered in error"),
    choice("removed-from-membership", office::CaseClosing::RemovedFromMembership as i32, "除名或出党", "removed from membership"),
    choice("deceased", office::CaseClosing::Deceased as i32, "去世", "deceased"),
    choice("disowned", office::CaseClosing::Disowned as i32, "否认", "disowned"),
    choice("duplicate", office::CaseClosing::Duplicate as i32, "重复", "duplicate"),
];

/// The two roles in a case, and both where it is the turn of both.
pub(super) static SIDES: &Choices = &[
    choice("outflow", office::Side::Outflow as i32, "流出地", "outflow"),
    choice("inflow", office::Side::Inflow as i32, "流入地", "inflow"),
    choice("both", office::Side::Both as i32, "双方", "both"),
];

/// Who, seen from here; both as above.
pub(super) static AUTHORS: &Choices = &[
    choice("own", office::Author::Own as i32, "我方", "own"),
    choice("partner", office::Author::Partner as i32, "对方", "partner"),
    choice("both", office::Author::Both as i32, "双方", "both"),
];

/// How many of those two lists can be asked for: one side.
pub(super) const ONE_SIDE: usize = 2;

/// What is done about absences.
pub(super) static MEASURES: &Choices = &[
    choice("criticize", exchange::AbsenceMeasure::Criticize as i32, "批评教育帮助", "criticize and help"),
    choice("remind", exchange::AbsenceMeasure::Remind as i32, "提醒", "remind"),
    choice("warn", exchange::AbsenceMeasure::Warn as i32, "告诫", "warn"),
    choice("talk-and-term", exchange::AbsenceMeasure::TalkAndTerm as i32, "谈话提醒、限期整改", "talk, and set a term to correct"),
    choice("unqualified", exchange::AbsenceMeasure::Unqualified as i32, "作为确定不合格党员的依据", "basis for \"unqualified\""),
    choice("removal", exchange::AbsenceMeasure::Removal as i32, "按自行脱党研究处理", "removal procedure"),
];

/// What an inspection looks at.
pub(super) static INSPECTIONS: &Choices = &[
    choice("life", exchange::InspectionKind::Life as i32, "组织生活督查", "organizational life"),
    choice("visit", exchange::InspectionKind::Visit as i32, "派员参加活动日", "visit to an activity day"),
    choice("health-check", exchange::InspectionKind::HealthCheck as i32, "健康体检", "health check"),
    choice("rating", exchange::InspectionKind::Rating as i32, "评星定级", "star rating"),
];

/// How a duty stands.
pub(super) static DUTY_STATES: &Choices = &[
    choice("upcoming", office::DutyState::Upcoming as i32, "未到期", "upcoming"),
    choice("due", office::DutyState::Due as i32, "应办", "due"),
    choice("overdue", office::DutyState::Overdue as i32, "逾期", "overdue"),
    choice("done", office::DutyState::Done as i32, "已办", "done"),
    choice("done-late", office::DutyState::DoneLate as i32, "逾期已办", "done late"),
    choice("excused", office::DutyState::Excused as i32, "已说明缘由", "excused"),
    choice("waiting-for-partner", office::DutyState::WaitingForPartner as i32, "等待对方", "waiting for partner"),
];

/// How far a letter is.
pub(super) static LETTERS: &Choices = &[
    choice("stored-here", office::LetterState::StoredHere as i32, "已存本地", "stored here"),
    choice("received-there", office::LetterState::ReceivedThere as i32, "对方已收", "received there"),
    choice("applied-there", office::LetterState::AppliedThere as i32, "对方已入账", "applied there"),
    choice("answered", office::LetterState::Answered as i32, "对方已答复", "answered"),
    choice("refused-there", office::LetterState::RefusedThere as i32, "✗ 对方拒收", "refused there"),
    choice("local", office::LetterState::Local as i32, "仅本地", "local"),
];

/// How an agreement stands.
pub(super) static AGREEMENT_STATES: &Choices = &[
    choice("proposed", office::AgreementStatus::Proposed as i32, "已提出", "proposed"),
    choice("half-signed", office::AgreementStatus::HalfSigned as i32, "一方已签", "half signed"),
    choice("signed", office::AgreementStatus::Signed as i32, "双方已签", "signed"),
    choice("in-force", office::AgreementStatus::InForce as i32, "✓ 生效中", "in force"),
    choice("superseded", office::AgreementStatus::Superseded as i32, "已被取代", "superseded"),
    choice("ended", office::AgreementStatus::Ended as i32, "已终止", "ended"),
    choice("expired", office::AgreementStatus::Expired as i32, "已到期", "expired"),
];

/// How a partner stands.
pub(super) static PARTNER_STATES: &Choices = &[
    choice("pinned", office::PartnerState::Pinned as i32, "✓ 已互信", "pinned"),
    choice("rotating", office::PartnerState::Rotating as i32, "换钥中", "rotating"),
    choice("revoked", office::PartnerState::Revoked as i32, "✗ 已撤销", "revoked"),
    choice("forked", office::PartnerState::Forked as i32, "✗ 日志分叉", "forked"),
    choice("epoch-proposed", office::PartnerState::EpochProposed as i32, "▲ 对方提出新纪元", "epoch proposed"),
];

/// Steps of the way to a partner.
pub(super) static CHECKS: &Choices = &[
    choice("name", office::CheckName::Name as i32, "域名", "name"),
    choice("port", office::CheckName::Port as i32, "端口", "port"),
    choice("tls", office::CheckName::Tls as i32, "加密通道", "TLS"),
    choice("key", office::CheckName::Key as i32, "密钥", "key"),
    choice("clock", office::CheckName::Clock as i32, "时钟", "clock"),
    choice("version", office::CheckName::Version as i32, "版本", "version"),
    choice("agreement", office::CheckName::Agreement as i32, "协议", "agreement"),
    choice("backlog", office::CheckName::Backlog as i32, "积压", "backlog"),
];

/// How a step went.
pub(super) static CHECK_STATES: &Choices = &[
    choice("ok", office::CheckState::Ok as i32, "✓ 正常", "ok"),
    choice("warn", office::CheckState::Warn as i32, "▲ 注意", "warn"),
    choice("failed", office::CheckState::Failed as i32, "✗ 不通", "failed"),
    choice("skipped", office::CheckState::Skipped as i32, "· 未试", "skipped"),
];

/// What became of a row.
pub(super) static IMPORTS: &Choices = &[
    choice("added", office::ImportOutcome::Added as i32, "✓ 新增", "added"),
    choice("changed", office::ImportOutcome::Changed as i32, "✓ 更新", "changed"),
    choice("unchanged", office::ImportOutcome::Unchanged as i32, "· 未变", "unchanged"),
    choice("refused", office::ImportOutcome::Refused as i32, "✗ 拒绝", "refused"),
];

/// What is overdue.
pub(super) static OVERDUES: &Choices = &[
    choice("sync", office::OverdueKind::Sync as i32, "互通", "sync"),
    choice("answer", office::OverdueKind::Answer as i32, "答复", "answer"),
    choice("contact", office::OverdueKind::Contact as i32, "联系党员", "contact"),
    choice("statement", office::OverdueKind::Statement as i32, "季度通报", "statement"),
    choice("closing", office::OverdueKind::Closing as i32, "对账", "closing"),
    choice("agreement", office::OverdueKind::Agreement as i32, "协议", "agreement"),
    choice("report", office::OverdueKind::Report as i32, "上报", "report"),
];

/// What both hellos said together.
pub(super) static SITUATIONS: &Choices = &[
    choice("equal", office::SyncSituation::Equal as i32, "一致", "equal"),
    choice("ahead", office::SyncSituation::Ahead as i32, "我方较新", "ahead"),
    choice("behind", office::SyncSituation::Behind as i32, "对方较新", "behind"),
    choice("both", office::SyncSituation::Both as i32, "双方各有新内容", "both"),
    choice("lost-here", office::SyncSituation::LostHere as i32, "本地缺失", "lost here"),
    choice("lost-there", office::SyncSituation::LostThere as i32, "对方缺失", "lost there"),
    choice("fork", office::SyncSituation::Fork as i32, "✗ 分叉", "fork"),
    choice("epoch-changed", office::SyncSituation::EpochChanged as i32, "▲ 纪元已换", "epoch changed"),
    choice("version", office::SyncSituation::Version as i32, "✗ 版本不合", "version"),
];

/// Where a session is.
pub(super) static PHASES: &Choices = &[
    choice("dialling", office::SyncPhase::Dialling as i32, "连接", "dialling"),
    choice("hello", office::SyncPhase::Hello as i32, "问候", "hello"),
    choice("frames", office::SyncPhase::Frames as i32, "传信", "letters"),
    choice("receipts", office::SyncPhase::Receipts as i32, "回执", "receipts"),
];

/// How a quarter stands.
pub(super) static QUARTER_STATES: &Choices = &[
    choice("open", office::QuarterState::Open as i32, "进行中", "open"),
    choice("due", office::QuarterState::Due as i32, "▲ 待通报", "due"),
    choice("reconciling", office::QuarterState::Reconciling as i32, "对账中", "reconciling"),
    choice("half-closed", office::QuarterState::HalfClosed as i32, "一方已签", "half closed"),
    choice("closed", office::QuarterState::Closed as i32, "✓ 已结", "closed"),
];

/// Why two statements differ.
pub(super) static CAUSES: &Choices = &[
    choice("only-outflow", office::DifferenceCause::OnlyOutflow as i32, "仅流出地有", "only outflow"),
    choice("only-inflow", office::DifferenceCause::OnlyInflow as i32, "仅流入地有", "only inflow"),
    choice("value", office::DifferenceCause::Value as i32, "数值不同", "value"),
    choice("not-yet-seen", office::DifferenceCause::NotYetSeen as i32, "通报时未收到对方来信", "not yet seen"),
    choice("paid-twice", office::DifferenceCause::PaidTwice as i32, "重复交纳", "paid twice"),
];

/// Which way a member went.
pub(super) static DIRECTIONS: &Choices = &[
    choice("out", report::Direction::Out as i32, "流出", "out"),
    choice("in", report::Direction::In as i32, "流入", "in"),
];

/// A list, and the API's own name of a number.
#[cfg(test)]
pub(super) type Compared = (&'static Choices, fn(i32) -> Option<&'static str>);

/// Every list, for the test that compares them with the API.
#[cfg(test)]
pub(super) static ALL: &[Compared] = &[
    (REASONS, |n| {
        exchange::DepartureReason::try_from(n)
            .ok()
            .map(|value| value.as_str_name())
    }),
    (CERTIFICATE_CHECKS, |n| {
        exchange::CertificateCheck::try_from(n)
            .ok()
            .map(|value| value.as_str_name())
    }),
    (DECLINES, |n| {
        exchange::DeclineReason::try_from(n)
            .ok()
            .map(|value| value.as_str_name())
    }),
    (DISOWNS, |n| {
        exchange::DisownReason::try_from(n)
            .ok()
            .map(|value| value.as_str_name())
    }),
    (WITHDRAWALS, |n| {
        exchange::WithdrawReason::try_from(n)
            .ok()
            .map(|value| value.as_str_name())
    }),
    (SEXES, |n| {
        exchange::Sex::try_from(n)
            .ok()
            .map(|value| value.as_str_name())
    }),
    (CLASSES, |n| {
        exchange::MemberClass::try_from(n)
            .ok()
            .map(|value| value.as_str_name())
    }),
    (ACTIVITIES, |n| {
        exchange::ActivityKind::try_from(n)
            .ok()
            .map(|value| value.as_str_name())
    }),
    (BOOK_SECTIONS, |n| {
        office::BookSection::try_from(n)
            .ok()
            .map(|value| value.as_str_name())
    }),
    (APPRAISALS, |n| {
        exchange::AppraisalGrade::try_from(n)
            .ok()
            .map(|value| value.as_str_name())
    }),
    (EXEMPTIONS, |n| {
        exchange::ExemptionFrom::try_from(n)
            .ok()
            .map(|value| value.as_str_name())
    }),
    (PRESENCES, |n| {
        exchange::Presence::try_from(n)
            .ok()
            .map(|value| value.as_str_name())
    }),
    (GRADES, |n| {
        exchange::ConductGrade::try_from(n)
            .ok()
            .map(|value| value.as_str_name())
    }),
    (OUTCOMES, |n| {
        exchange::ProbationOutcome::try_from(n)
            .ok()
            .map(|value| value.as_str_name())
    }),
    (CADENCES, |n| {
        exchange::Cadence::try_from(n)
            .ok()
            .map(|value| value.as_str_name())
    }),
    (DISCLOSURES, |n| {
        exchange::Disclosure::try_from(n)
            .ok()
            .map(|value| value.as_str_name())
    }),
    (CONTACT_STATES, |n| {
        exchange::ContactState::try_from(n)
            .ok()
            .map(|value| value.as_str_name())
    }),
    (ANSWERS, |n| {
        exchange::AnswerKind::try_from(n)
            .ok()
            .map(|value| value.as_str_name())
    }),
    (CASE_STATES, |n| {
        office::CaseState::try_from(n)
            .ok()
            .map(|value| value.as_str_name())
    }),
    (CLOSINGS, |n| {
        office::CaseClosing::try_from(n)
            .ok()
            .map(|value| value.as_str_name())
    }),
    (SIDES, |n| {
        office::Side::try_from(n)
            .ok()
            .map(|value| value.as_str_name())
    }),
    (AUTHORS, |n| {
        office::Author::try_from(n)
            .ok()
            .map(|value| value.as_str_name())
    }),
    (MEASURES, |n| {
        exchange::AbsenceMeasure::try_from(n)
            .ok()
            .map(|value| value.as_str_name())
    }),
    (INSPECTIONS, |n| {
        exchange::InspectionKind::try_from(n)
            .ok()
            .map(|value| value.as_str_name())
    }),
    (DUTY_STATES, |n| {
        office::DutyState::try_from(n)
            .ok()
            .map(|value| value.as_str_name())
    }),
    (LETTERS, |n| {
        office::LetterState::try_from(n)
            .ok()
            .map(|value| value.as_str_name())
    }),
    (AGREEMENT_STATES, |n| {
        office::AgreementStatus::try_from(n)
            .ok()
            .map(|value| value.as_str_name())
    }),
    (PARTNER_STATES, |n| {
        office::PartnerState::try_from(n)
            .ok()
            .map(|value| value.as_str_name())
    }),
    (CHECKS, |n| {
        office::CheckName::try_from(n)
            .ok()
            .map(|value| value.as_str_name())
    }),
    (CHECK_STATES, |n| {
        office::CheckState::try_from(n)
            .ok()
            .map(|value| value.as_str_name())
    }),
    (IMPORTS, |n| {
        office::ImportOutcome::try_from(n)
            .ok()
            .map(|value| value.as_str_name())
    }),
    (OVERDUES, |n| {
        office::OverdueKind::try_from(n)
            .ok()
            .map(|value| value.as_str_name())
    }),
    (SITUATIONS, |n| {
        office::SyncSituation::try_from(n)
            .ok()
            .map(|value| value.as_str_name())
    }),
    (PHASES, |n| {
        office::SyncPhase::try_from(n)
            .ok()
            .map(|value| value.as_str_name())
    }),
    (QUARTER_STATES, |n| {
        office::QuarterState::try_from(n)
            .ok()
            .map(|value| value.as_str_name())
    }),
    (CAUSES, |n| {
        office::DifferenceCause::try_from(n)
            .ok()
            .map(|value| value.as_str_name())
    }),
    (DIRECTIONS, |n| {
        report::Direction::try_from(n)
            .ok()
            .map(|value| value.as_str_name())
    }),
];

#[cfg(test)]
impl Choice {
    /// The key and the number.
    pub(super) fn pair(&self) -> (&'static str, i32) {
        (self.key, self.value)
    }
}
