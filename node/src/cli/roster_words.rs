//! Closed lists of units, officers and certificates, as [`super::words`] keeps them.

use hongyan_proto::pb::{exchange::v1 as exchange, office::v1 as office};

#[cfg(test)]
use super::words::Compared;
use super::words::{Choices, choice};

/// What a unit is.
pub(super) static UNIT_KINDS: &Choices = &[
    choice("general-branch", exchange::UnitKind::GeneralBranch as i32, "党总支", "general branch"),
    choice("branch", exchange::UnitKind::Branch as i32, "党支部", "branch"),
    choice("group", exchange::UnitKind::Group as i32, "党小组", "group"),
];

/// Where a unit has its seat.
pub(super) static UNIT_PLACES: &Choices = &[
    choice("office", exchange::UnitPlace::Office as i32, "机关", "office"),
    choice("village", exchange::UnitPlace::Village as i32, "村", "village"),
    choice("community", exchange::UnitPlace::Community as i32, "社区", "community"),
    choice("state-enterprise", exchange::UnitPlace::StateEnterprise as i32, "国有企业", "state enterprise"),
    choice("private-enterprise", exchange::UnitPlace::PrivateEnterprise as i32, "非公企业", "private enterprise"),
    choice("school", exchange::UnitPlace::School as i32, "学校", "school"),
    choice("hospital", exchange::UnitPlace::Hospital as i32, "医院", "hospital"),
    choice("social-organization", exchange::UnitPlace::SocialOrganization as i32, "社会组织", "social organization"),
    choice("public-institution", exchange::UnitPlace::PublicInstitution as i32, "事业单位", "public institution"),
    choice("other", exchange::UnitPlace::Other as i32, "其他", "other"),
];

/// Why a member left the roster.
pub(super) static EXITS: &Choices = &[
    choice("transferred", exchange::MemberExit::Transferred as i32, "组织关系转出", "transferred"),
    choice("deceased", exchange::MemberExit::Deceased as i32, "去世", "deceased"),
    choice("expelled", exchange::MemberExit::Expelled as i32, "出党", "expelled"),
    choice("mistaken", exchange::MemberExit::Mistaken as i32, "误登", "mistaken"),
];

/// What an officer does.
pub(super) static OFFICER_ROLES: &Choices = &[
    choice("secretary", exchange::OfficerRole::Secretary as i32, "书记", "secretary"),
    choice("deputy-secretary", exchange::OfficerRole::DeputySecretary as i32, "副书记", "deputy secretary"),
    choice("organization", exchange::OfficerRole::Organization as i32, "组织委员", "organization"),
    choice("publicity", exchange::OfficerRole::Publicity as i32, "宣传委员", "publicity"),
    choice("discipline", exchange::OfficerRole::Discipline as i32, "纪检委员", "discipline"),
    choice("committee-member", exchange::OfficerRole::CommitteeMember as i32, "委员", "committee member"),
    choice("group-leader", exchange::OfficerRole::GroupLeader as i32, "组长", "group leader"),
];

/// Which certificate.
pub(super) static CERTIFICATE_KINDS: &Choices = &[
    choice("flow", exchange::CertificateKind::Flow as i32, "流动党员活动证", "flow"),
    choice("member", exchange::CertificateKind::Member as i32, "党员活动证", "member"),
];

/// What a look at a certificate found.
pub(super) static CERTIFICATE_FINDINGS: &Choices = &[
    choice("good", exchange::CertificateFinding::Good as i32, "完好有效", "good"),
    choice("damaged", exchange::CertificateFinding::Damaged as i32, "破损", "damaged"),
    choice("another-person", exchange::CertificateFinding::AnotherPerson as i32, "与本人不符", "another person"),
    choice("not-shown", exchange::CertificateFinding::NotShown as i32, "未出示", "not shown"),
];

/// Why a certificate is replaced.
pub(super) static REPLACEMENTS: &Choices = &[
    choice("lost", exchange::ReplacementReason::Lost as i32, "遗失", "lost"),
    choice("damaged", exchange::ReplacementReason::Damaged as i32, "破损", "damaged"),
    choice("full", exchange::ReplacementReason::Full as i32, "记满", "full"),
    choice("wrong", exchange::ReplacementReason::Wrong as i32, "登记有误", "wrong"),
];

/// How a certificate stands.
pub(super) static CERTIFICATE_STATES: &Choices = &[
    choice("held", office::CertificateState::Held as i32, "持有", "held"),
    choice("replaced", office::CertificateState::Replaced as i32, "已补换", "replaced"),
    choice("handed-in", office::CertificateState::HandedIn as i32, "已交回", "handed in"),
];

/// Who signed an electronic certificate.
pub(super) static SIGNERS: &Choices = &[
    choice("own", office::CardSigner::Own as i32, "✓ 本节点签发", "✓ this node"),
    choice("partner", office::CardSigner::Partner as i32, "✓ 结对党组织签发", "✓ a partner"),
    choice("former", office::CardSigner::Former as i32, "▲ 结对党组织的旧密钥", "▲ a partner's former key"),
    choice("unknown", office::CardSigner::Unknown as i32, "✗ 签发者未知", "✗ nobody known here"),
];

/// Printed forms.
pub(super) static FORM_KINDS: &Choices = &[
    choice("activity", exchange::FormKind::Activity as i32, "活动记录表", "activity record"),
    choice("certificate", exchange::FormKind::Certificate as i32, "流动党员活动证", "certificate"),
    choice("book", exchange::FormKind::Book as i32, "党员记实册", "record book"),
    choice("receipt", exchange::FormKind::Receipt as i32, "党费收据", "dues receipt"),
    choice("agreement", exchange::FormKind::Agreement as i32, "双向共管协议", "agreement"),
    choice("statement", exchange::FormKind::Statement as i32, "季度通报", "quarter statement"),
    choice("ledger", exchange::FormKind::Ledger as i32, "活动管理台账", "activity ledger"),
];

/// Whose form it is.
pub(super) static FORM_SIGNERS: &Choices = &[
    choice("own", office::FormSigner::Own as i32, "✓ 本节点打印, 日志中有记录", "✓ this node's, and in its log"),
    choice("partner", office::FormSigner::Partner as i32, "✓ 结对党组织签发", "✓ a partner's"),
    choice("former", office::FormSigner::Former as i32, "▲ 结对党组织的旧密钥", "▲ a partner's former key"),
    choice("unknown", office::FormSigner::Unknown as i32, "✗ 签发者未知", "✗ nobody known here"),
    choice("unrecorded", office::FormSigner::Unrecorded as i32, "✗ 签名是本节点的, 但日志中没有记录", "✗ this node's key, but not in its log"),
];

/// What is recorded now, compared with what was printed.
pub(super) static FORM_STANDINGS: &Choices = &[
    choice("unchanged", office::FormStanding::Unchanged as i32, "✓ 打印后没有变化", "✓ unchanged since it was printed"),
    choice("changed", office::FormStanding::Changed as i32, "▲ 打印后记录有更正或增补", "▲ corrected or continued since it was printed"),
    choice("void", office::FormStanding::Void as i32, "✗ 所指的记录已作废", "✗ what it is about is void"),
];

/// These lists, for the test that compares them with the API.
#[cfg(test)]
pub(super) static ALL: &[Compared] = &[
    (UNIT_KINDS, |n| {
        exchange::UnitKind::try_from(n)
            .ok()
            .map(|value| value.as_str_name())
    }),
    (UNIT_PLACES, |n| {
        exchange::UnitPlace::try_from(n)
            .ok()
            .map(|value| value.as_str_name())
    }),
    (EXITS, |n| {
        exchange::MemberExit::try_from(n)
            .ok()
            .map(|value| value.as_str_name())
    }),
    (OFFICER_ROLES, |n| {
        exchange::OfficerRole::try_from(n)
            .ok()
            .map(|value| value.as_str_name())
    }),
    (CERTIFICATE_KINDS, |n| {
        exchange::CertificateKind::try_from(n)
            .ok()
            .map(|value| value.as_str_name())
    }),
    (CERTIFICATE_FINDINGS, |n| {
        exchange::CertificateFinding::try_from(n)
            .ok()
            .map(|value| value.as_str_name())
    }),
    (REPLACEMENTS, |n| {
        exchange::ReplacementReason::try_from(n)
            .ok()
            .map(|value| value.as_str_name())
    }),
    (CERTIFICATE_STATES, |n| {
        office::CertificateState::try_from(n)
            .ok()
            .map(|value| value.as_str_name())
    }),
    (FORM_KINDS, |n| {
        exchange::FormKind::try_from(n)
            .ok()
            .map(|value| value.as_str_name())
    }),
    (FORM_SIGNERS, |n| {
        office::FormSigner::try_from(n)
            .ok()
            .map(|value| value.as_str_name())
    }),
    (FORM_STANDINGS, |n| {
        office::FormStanding::try_from(n)
            .ok()
            .map(|value| value.as_str_name())
    }),
    (SIGNERS, |n| {
        office::CardSigner::try_from(n)
            .ok()
            .map(|value| value.as_str_name())
    }),
];
