//! A draft to start from: the duties W §二 gives to each side, in the clauses' order. People change what they agree otherwise.

use hongyan_proto::{
    id::AgreementHash,
    letter::{Cadence, Disclosure, DisclosureSet, Duty, Party, PayloadError, Terms, Text, Within},
    time::Day,
};

/// W §一: what co-management is for.
const GOALS: &str = "坚持流入地党组织管理为主、流出地党组织配合, 严格落实协同配合、有机衔接的工作制度, 确保每一名流动党员始终处于党组织的有效管理之中, 接受经常性教育, 发挥先锋模范作用。";

const GOALS_ENGLISH: &str = "The host leads and home assists; both cooperate closely and without gaps, so that every flow member is at all times in a party organization's hands, is taught regularly and sets an example.";

/// What a party owes for members of its own that live with the other (W §二(一)).
const AS_OUTFLOW: &[(&str, &str, &str)] = &[
    (
        "W §二(一)1",
        "作为流出地: 每年组织一次流动党员排查, 更新流动党员资料, 主动提供流动党员情况, 定期联系通报。",
        "As home: screen once a year who is away, keep what is known of them up to date, tell the host of them unasked and stay in touch.",
    ),
    (
        "W §二(一)2",
        "作为流出地: 加强外出流动党员行前教育, 登记发放《流动党员活动证》, 及时通知流入地党组织。",
        "As home: brief members before they leave, register and issue the certificate of flow members, and tell the host promptly.",
    ),
    (
        "W §二(一)2",
        "作为流出地: 每季度至少与外出流动党员联系沟通 1 次, 通报重要事项, 通知其按规定参加党内选举等重要活动。",
        "As home: speak with each member who is away at least once a quarter, pass on what matters, and call them to elections and other important events as the rules provide.",
    ),
    (
        "W §二(一)2",
        "作为流出地: 党员返回后查验《活动证》等材料, 了解外出期间的表现和参加组织生活情况。",
        "As home: after a return look at the certificate, and learn how the member did and took part while away.",
    ),
    (
        "W §二(一)2",
        "作为流出地: 主动征求流入地党支部意见, 按规定做好预备党员转正工作。",
        "As home: ask for the host branch's opinion and decide on the conversion of probationary members as the rules provide.",
    ),
];

/// What a party owes for the other's members that live with it (W §二(二)).
const AS_INFLOW: &[(&str, &str, &str)] = &[
    (
        "W §二(二)1",
        "作为流入地: 明确专人接收, 认真查验《活动证》, 及时将流动党员编入党的一个组织, 建立管理台账。",
        "As host: name a person who receives members, look at the certificate, place the member in a unit promptly and keep a ledger.",
    ),
    (
        "W §四",
        "作为流入地: 不以任何借口拒绝接收持有《活动证》的流动党员; 退回须写明约定范围内的原因。",
        "As host: refuse no holder of a certificate under any pretext; whoever declines names one of the agreed reasons.",
    ),
    (
        "W §二(二)2",
        "作为流入地: 通知流动党员参加组织生活和其他重要党内活动, 参加情况、交纳党费情况即时记录。",
        "As host: invite flow members to organizational life and other important events, and record attendance and dues at once.",
    ),
    (
        "W §二(二)2",
        "作为流入地: 关爱流动党员, 帮助解决实际困难; 工作生活地点变动或发生重大情况, 及时向流出地党组织通报。",
        "As host: care for flow members and help in hardship; tell home promptly of a change of place and of major events.",
    ),
    (
        "W §二(二)2",
        "作为流入地: 预备期满后及时书面反馈预备党员的表现, 提出能否按期转正的意见。",
        "As host: at the end of probation write promptly how the member did and whether to convert on time.",
    ),
];

/// Both, at every quarter's end.
const AS_PARTNER: &[(&str, &str, &str)] = &[(
    "W §三3",
    "定期互通信息: 按本协议周期保持互通; 每季度末 (周期为每年的在年末) 出具通报, 逐人对账, 对差异逐条答复, 不一致的如实保留。",
    "Exchange information regularly: keep in touch at the agreed cadence; state at the end of each quarter (with a yearly cadence, of the year), reconcile case by case, answer each difference, and keep what stays different as it is.",
)];

/// The English of a text of the standard draft; none: people wrote it themselves, in the language they have.
pub(super) fn english(text: &str) -> Option<&'static str> {
    if text == GOALS {
        return Some(GOALS_ENGLISH);
    }
    let duties = [AS_OUTFLOW, AS_INFLOW, AS_PARTNER].into_iter().flatten();
    let mut known = duties.filter(|(_, chinese, _)| *chinese == text);
    known.next().map(|(.., english)| *english)
}

/// What the two agree on besides who they are.
#[derive(Clone, Copy, Debug)]
pub struct Frame {
    /// First day in force.
    pub valid_from: Day,
    /// Last day in force.
    pub valid_until: Day,
    /// How often both state and reconcile.
    pub cadence: Cadence,
    /// Days the receiver keeps a closed case; 0: as its own archive rules say.
    pub retention_days: u32,
    /// The agreement this one amends.
    pub supersedes: Option<AgreementHash>,
    /// 16 random bytes.
    pub nonce: [u8; 16],
}

/// The standard draft between two parties, given in any order.
pub fn draft(parties: [Party; 2], frame: &Frame) -> Result<Terms, PayloadError> {
    let duties = [0, 1]
        .into_iter()
        .flat_map(|party| {
            [AS_OUTFLOW, AS_INFLOW, AS_PARTNER]
                .concat()
                .into_iter()
                .map(move |duty| (party, duty))
        })
        // The constants are within the limits, which a test checks.
        .filter_map(|(party, (clause, text, _))| {
            Some(Duty {
                party: Within::new(party).ok()?,
                clause: Text::parse(clause).ok()?,
                text: Text::parse(text).ok()?,
            })
        })
        .collect();
    Terms {
        parties,
        valid_from: frame.valid_from,
        valid_until: frame.valid_until,
        goals: Text::parse(GOALS).ok(),
        duties,
        cadence: frame.cadence,
        retention_days: Within::new(frame.retention_days)
            .or_else(|_| Within::new(0))
            .map_err(|_| PayloadError::NotCanonical)?,
        supersedes: frame.supersedes,
        nonce: frame.nonce,
    }
    .arrange()
}

/// What the standard draft lets each party disclose: everything the mechanism lives on. The full ID number is a matter of what is
/// filled in: a masked one is of the same class.
pub fn standard_disclosure() -> DisclosureSet {
    Disclosure::ALL.iter().copied().collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn every_standard_duty_is_within_its_limits() {
        for (clause, text, english) in [AS_OUTFLOW, AS_INFLOW, AS_PARTNER].concat() {
            assert!(english.is_ascii() && english.ends_with('.'), "{english}");
            Text::<60>::parse(clause).unwrap();
            Text::<500>::parse(text).unwrap();
        }
        Text::<2000>::parse(GOALS).unwrap();
    }
}
