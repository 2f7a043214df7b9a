//! Draws the table: a Mermaid state diagram and the rows as text, Chinese and English. `docs/case-states.md` is its output, and a
//! test keeps it so.

use std::{collections::BTreeMap, fmt::Write as _};

use hongyan_proto::log::KindGroup;

use super::{
    side::Side,
    state::{Closing, State},
    table::{Next, Row, TRANSITIONS},
    turn::turn,
};

const HEAD: &str = "# 流动案卷的状态 · States of a flow case

本页由代码中的唯一一张状态表 (`node/src/domain/case/table.rs`) 生成, 请勿手工修改。
Generated from the one table in the code; do not edit by hand. To write it anew:
`HONGYAN_WRITE_DOCS=1 cargo test -p hongyan-node --lib domain::case::diagram`.

O = 流出地党组织 outflow organization (home), I = 流入地党组织 inflow organization (host). W = 锡组发〔2017〕48号.
";

const SUPERSEDED: &str = "
## 同时书写 · When both act at once

表中没有的转换在书写前被拒绝, 并说明原因。双方离线时同时书写的记录按双方一致的顺序排列; 不再适用的一条留在日志中,
标为“未采用”, 双方看到相同的标记和应办的一方。因果在前的总排在前面; 真正同时的, 以密钥指纹定先后。
流入地在不知情时写下的事实 (例如返回当天的出席记录) 仍然有效。同一活动证的告知与通知相遇时, 通知的案卷继续, 告知的案卷以重复结案。

What the table does not have is refused before it is written, with the reason. Entries written at once, offline, are put into one
order that is the same on both sides; the one that no longer fits stays in the log, marked superseded, with whose turn it is.
Causes sort before effects; what is truly concurrent sorts by key fingerprint. A fact written in ignorance of a concurrent
transition still counts. When a claim crosses a notice of the same certificate, the notice's case goes on and the claim's
closes as duplicate.
";

/// The page.
pub fn page() -> String {
    let mut page = String::from(HEAD);
    // Writing into a String cannot fail.
    let _ = write!(page, "\n```mermaid\n{}```\n", mermaid());
    page.push_str("\n## 转换 · Transitions\n\n");
    rows(&mut page, KindGroup::Transition);
    page.push_str("\n## 事实 · Facts\n\n不改变状态。They change no state.\n\n");
    rows(&mut page, KindGroup::Fact);
    page.push_str("\n## 轮到谁 · Whose turn\n\n| 状态 state | 谁 who | 下一步 next | 条款 clause |\n|---|---|---|---|\n");
    for state in State::ALL {
        if let Some(turn) = turn(state) {
            let (zh, en) = turn.what;
            let _ = writeln!(
                page,
                "| {state} | {} | {zh}<br>{en} | {} |",
                letters(turn.who),
                turn.clause
            );
        }
    }
    page.push_str(SUPERSEDED);
    page
}

/// The state diagram alone.
pub fn mermaid() -> String {
    let mut text = String::from("stateDiagram-v2\n");
    for state in State::ALL {
        let (zh, en) = state.label();
        // Mermaid ends a description at a second colon.
        let words = format!("{zh}<br/>{en}").replace(": ", " ");
        let _ = writeln!(text, "    {}: {words}", state.name());
    }
    let mut arrows: BTreeMap<(usize, usize), Vec<String>> = BTreeMap::new();
    let index = |state: Option<State>| {
        state
            .and_then(|state| State::ALL.iter().position(|one| *one == state))
            .map_or(0, |at| at + 1)
    };
    for row in TRANSITIONS {
        for from in row.from {
            for to in targets(row) {
                let label = format!("{} {}", letters(row.by), row.kind.label().0);
                arrows
                    .entry((index(*from), index(Some(to))))
                    .or_default()
                    .push(label);
            }
        }
    }
    let claimed = index(Some(State::Claimed));
    let duplicate = index(Some(State::Closed(Closing::Duplicate)));
    arrows
        .entry((claimed, duplicate))
        .or_default()
        .push("通知相遇 crossing".to_owned());
    let name = |index: usize| {
        index
            .checked_sub(1)
            .map_or("[*]", |at| State::ALL[at].name())
    };
    for ((from, to), labels) in arrows {
        let _ = writeln!(
            text,
            "    {} --> {}: {}",
            name(from),
            name(to),
            labels.join("<br/>")
        );
    }
    for state in State::ALL.into_iter().filter(|state| state.is_closed()) {
        let _ = writeln!(text, "    {} --> [*]", state.name());
    }
    text
}

fn targets(row: &Row) -> Vec<State> {
    match row.to {
        Next::To(state) => vec![state],
        Next::Same => vec![],
        Next::ClosedByReason => vec![
            State::Closed(Closing::RegisteredInError),
            State::Closed(Closing::RemovedFromMembership),
            State::Closed(Closing::Deceased),
            State::Closed(Closing::Withdrawn),
        ],
    }
}

fn rows(page: &mut String, group: KindGroup) {
    page.push_str(
        "| 从 from | 记录 entry | 谁 by | 到 to | 条款 clause |\n|---|---|---|---|---|\n",
    );
    for row in TRANSITIONS.iter().filter(|row| row.kind.group() == group) {
        let from = row
            .from
            .iter()
            .map(|state| state.map_or("(无 none)".to_owned(), |state| state.to_string()));
        let to = match row.to {
            Next::To(state) => state.to_string(),
            Next::Same => "不变 same".to_owned(),
            Next::ClosedByReason => "按原因结案 closed, by reason".to_owned(),
        };
        let _ = writeln!(
            page,
            "| {} | {} | {} | {to} | {} |",
            from.collect::<Vec<_>>().join("<br>"),
            row.kind,
            letters(row.by),
            row.clause
        );
    }
}

fn letters(sides: &[Side]) -> &'static str {
    match sides {
        [Side::Outflow] => "O",
        [Side::Inflow] => "I",
        _ => "O, I",
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn the_page_in_docs_is_the_table() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/case-states.md");
        if std::env::var_os("HONGYAN_WRITE_DOCS").is_some() {
            std::fs::write(path, page()).unwrap();
        }
        let found = std::fs::read_to_string(path).unwrap();
        assert!(
            found == page(),
            "docs/case-states.md is not what the table says; it names the command that writes it anew"
        );
    }
}
