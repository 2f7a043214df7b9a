//! The text people sign, in Chinese and English, printed from the terms alone: whoever has the same bytes prints the same text.

use std::fmt::Write as _;

use super::terms;
use hongyan_proto::{
    id::KeyId,
    letter::{DisclosureSet, Party, Terms},
    region,
};

const ORDINALS: [&str; 2] = ["甲方", "乙方"];
const LETTERS: [&str; 2] = ["Party A", "Party B"];

/// The whole text: Chinese, then English, then what both can compare by eye.
pub fn text(terms: &Terms) -> String {
    parts(terms).join("\n")
}

/// Its three parts.
pub fn parts(terms: &Terms) -> [String; 3] {
    let mut parts = [const { String::new() }; 3];
    chinese(&mut parts[0], terms);
    english(&mut parts[1], terms);
    proof(&mut parts[2], terms);
    parts
}

// Writing into a String cannot fail; `line!` keeps that in one place.
macro_rules! line {
    ($page:expr) => { $page.push('\n') };
    ($page:expr, $($part:tt)*) => {{ let _ = writeln!($page, $($part)*); }};
}

fn chinese(page: &mut String, terms: &Terms) {
    line!(page, "流动党员双向共管协议");
    line!(page);
    for (index, party) in terms.parties.iter().enumerate() {
        line!(
            page,
            "{}: {} (组织代码 {})",
            ORDINALS[index],
            party.name,
            party.code
        );
        line!(page, "      所在地: {}", region::describe(&party.region));
        line!(page, "      联系方式: {}", party.contact);
    }
    line!(page);
    line!(
        page,
        "为落实流入地党组织管理为主、流出地党组织配合的双向共管责任, 双方协商一致, 签订本协议。"
    );
    line!(page);
    line!(page, "第一条 有效期");
    line!(
        page,
        "  自 {} 起至 {} 止 (含首尾两日)。到期自行终止。",
        terms.valid_from,
        terms.valid_until
    );
    if let Some(replaced) = terms.supersedes {
        line!(page, "  自生效之日起取代协议 {replaced}。");
    }
    line!(page);
    line!(page, "第二条 目标");
    line!(
        page,
        "  {}",
        terms
            .goals
            .as_ref()
            .map_or("双方未另行约定。", |goals| goals.as_str())
    );
    line!(page);
    line!(page, "第三条 职责");
    for (index, title) in ORDINALS.iter().enumerate() {
        line!(page, "  {title}:");
        for (number, duty) in duties(terms, index).enumerate() {
            line!(page, "    {}. {} 〔{}〕", number + 1, duty.0, duty.1);
        }
    }
    line!(page);
    chinese_scope_and_end(page, terms);
}

fn chinese_scope_and_end(page: &mut String, terms: &Terms) {
    line!(page, "第四条 披露范围");
    line!(page, "  未列入的信息不离开本组织, 收到也不予保存。");
    for (index, party) in terms.parties.iter().enumerate() {
        line!(
            page,
            "  {}向{}披露: {}。",
            ORDINALS[index],
            ORDINALS[1 - index],
            classes(party.discloses, "、", true)
        );
    }
    line!(page);
    line!(page, "第五条 通报与对账");
    line!(
        page,
        "  互通周期: {}。每季度末 (周期为每年的在年末) 双方各自出具通报, 逐人对账; 不一致的如实保留并说明。",
        terms.cadence.label().0
    );
    line!(page);
    line!(page, "第六条 保存期限");
    match terms.retention_days.get() {
        0 => line!(page, "  案卷结案后, 接收方按本组织档案规定保存。"),
        days => line!(page, "  案卷结案后, 接收方保存所获信息 {days} 日。"),
    }
    line!(page);
    line!(page, "第七条 变更与终止");
    line!(
        page,
        "  变更须由双方签署新协议并写明所取代的协议; 任何一方可书面提前终止, 终止日期不早于通知之日。"
    );
    line!(page);
    for (index, party) in terms.parties.iter().enumerate() {
        line!(page, "{}签署人: {}", ORDINALS[index], party.signatory);
    }
}

fn english(page: &mut String, terms: &Terms) {
    line!(page, "AGREEMENT ON THE CO-MANAGEMENT OF FLOW MEMBERS");
    line!(page);
    for (index, party) in terms.parties.iter().enumerate() {
        line!(
            page,
            "{}: {} (organization code {})",
            LETTERS[index],
            party.name,
            party.code
        );
        line!(page, "      Place: {}", region::describe(&party.region));
        line!(page, "      Contact: {}", party.contact);
    }
    line!(page);
    line!(
        page,
        "The parties agree to manage flow members together, the host leading and home assisting."
    );
    line!(page);
    line!(page, "1. Validity");
    line!(
        page,
        "  From {} to {}, both days included. It then ends by itself.",
        terms.valid_from,
        terms.valid_until
    );
    if let Some(replaced) = terms.supersedes {
        line!(
            page,
            "  From its first day it supersedes the agreement {replaced}."
        );
    }
    line!(page);
    line!(page, "2. Goals");
    line!(
        page,
        "  {}",
        terms.goals.as_ref().map_or("None were written.", |goals| {
            terms::english(goals.as_str()).unwrap_or(goals.as_str())
        })
    );
    line!(page);
    line!(page, "3. Duties");
    for (index, title) in LETTERS.iter().enumerate() {
        line!(page, "  {title}:");
        for (number, (text, clause)) in duties(terms, index).enumerate() {
            let text = terms::english(text).unwrap_or(text);
            line!(page, "    {}. {text} [{clause}]", number + 1);
        }
    }
    line!(page);
    english_scope_and_end(page, terms);
}

fn english_scope_and_end(page: &mut String, terms: &Terms) {
    line!(page, "4. Disclosure scope");
    line!(
        page,
        "  What is not listed does not leave its node; when received it is not kept."
    );
    for (index, party) in terms.parties.iter().enumerate() {
        line!(
            page,
            "  {} discloses to {}: {}.",
            LETTERS[index],
            LETTERS[1 - index],
            classes(party.discloses, ", ", false)
        );
    }
    line!(page);
    line!(page, "5. Statement and reconciliation");
    line!(
        page,
        "  Cadence: {}. At the end of each quarter (with a yearly cadence, of the year) both state, and reconcile case by case; what differs stays and is explained.",
        terms.cadence.label().1
    );
    line!(page);
    line!(page, "6. Retention");
    match terms.retention_days.get() {
        0 => line!(
            page,
            "  After a case is closed, as the receiver's own archive rules say."
        ),
        days => line!(
            page,
            "  After a case is closed the receiver keeps what it was told for {days} days."
        ),
    }
    line!(page);
    line!(page, "7. Change and end");
    line!(
        page,
        "  A change is a new agreement signed by both that names the one it supersedes. Either party may end this one early in writing, not before the day of the notice."
    );
    line!(page);
    for (index, party) in terms.parties.iter().enumerate() {
        line!(page, "Signatory of {}: {}", LETTERS[index], party.signatory);
    }
}

fn proof(page: &mut String, terms: &Terms) {
    line!(page, "核对 · To compare before signing");
    for (index, party) in terms.parties.iter().enumerate() {
        line!(
            page,
            "  {} {} 密钥指纹 key fingerprint: {}",
            ORDINALS[index],
            LETTERS[index],
            grouped(party.key_id())
        );
    }
    line!(page, "  协议哈希 agreement hash: {}", terms.hash());
}

/// A party's duties: text and clause.
fn duties(terms: &Terms, index: usize) -> impl Iterator<Item = (&str, &str)> {
    terms
        .duties
        .iter()
        .filter(move |duty| usize::try_from(duty.party.get()) == Ok(index))
        .map(|duty| (duty.text.as_str(), duty.clause.as_str()))
}

fn classes(set: DisclosureSet, separator: &str, chinese: bool) -> String {
    if set.is_empty() {
        return if chinese {
            "不披露任何信息"
        } else {
            "nothing"
        }
        .to_owned();
    }
    let label = |(zh, en): (&'static str, &'static str)| if chinese { zh } else { en };
    set.iter()
        .map(|class| label(class.label()))
        .collect::<Vec<_>>()
        .join(separator)
}

/// 64 hex digits in groups of eight: what an eye can compare.
fn grouped(key: KeyId) -> String {
    let hex = key.to_string();
    // Hex digits are ASCII, so every chunk is text.
    hex.as_bytes()
        .chunks(8)
        .map(String::from_utf8_lossy)
        .collect::<Vec<_>>()
        .join(" ")
}

/// One line about a party, for tables.
pub fn party_line(party: &Party) -> String {
    format!(
        "{} ({}, {})",
        party.name,
        party.code,
        region::describe(&party.region)
    )
}
