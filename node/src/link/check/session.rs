//! What a session with the partner tells: its clock, its version, the agreements it knows, whether it takes this node.

use hongyan_proto::message::{Hello, PROTOCOL};

use super::verdict::{CheckState, Verdict, Words, bad, ok};
use super::way::{wrong_key, wrong_key_or_cut};

use crate::book::Partner;
use crate::link::{End, LinkError, Outcome, Reason};

/// Two clocks that differ by more than this are named.
pub(super) const SKEW_LIMIT_MS: i64 = 5 * 60_000;

/// Did the partner take this side's key?
pub(super) fn accepted(partner: &Partner, session: &Result<Outcome, LinkError>) -> Verdict {
    let fine = || {
        let spoken = partner.signer.key_id().spoken();
        let Some(change) = partner.rotations.last() else {
            return ok(
                format!("密钥相符: {spoken}"),
                format!("the key is the pinned one: {spoken}"),
            );
        };
        let day = change.since.day();
        ok(
            format!("密钥相符: {spoken} (对方于 {day} 更换密钥, 声明由旧密钥签署)"),
            format!(
                "the key follows from the pinned one: {spoken} (changed on {day}, the statement is signed by the old key)"
            ),
        )
    };
    match session {
        Ok(Outcome {
            end: End::Cut(words),
            hello: None,
            ..
        }) => wrong_key_or_cut(words),
        Ok(_) | Err(LinkError::Refused(Reason::Busy | Reason::Fork)) => fine(),
        Err(error) => wrong_key(error),
    }
}

pub(super) fn clock(skew_ms: i64) -> Verdict {
    // Tenths of a second, without leaving the integers.
    let tenths = skew_ms / 100;
    let sign = if tenths < 0 { '-' } else { '+' };
    let seconds = format!("{sign}{}.{}", tenths.abs() / 10, tenths.abs() % 10);
    let found = Words::new(
        format!("对方时钟与本机相差 {seconds} 秒"),
        format!("the partner's clock is {seconds}s from this one"),
    );
    if skew_ms.abs() <= SKEW_LIMIT_MS {
        return (CheckState::Ok, found, Words::default());
    }
    bad(
        CheckState::Warn,
        found,
        "两边各自与标准时间核对",
        "both compare their clocks with the standard time",
    )
}

pub(super) fn version(hello: &Hello) -> Verdict {
    let (theirs, ours) = (hello.protocol, PROTOCOL);
    let found = Words::new(
        format!(
            "对方协议版本 {}–{}, 本方 {}–{}",
            theirs.0, theirs.1, ours.0, ours.1
        ),
        format!(
            "they speak {}–{}, this side {}–{}",
            theirs.0, theirs.1, ours.0, ours.1
        ),
    );
    if theirs.0 <= ours.1 && ours.0 <= theirs.1 {
        return (CheckState::Ok, found, Words::default());
    }
    if theirs.1 < ours.0 {
        return bad(
            CheckState::Failed,
            found,
            "请对方升级程序",
            "ask them to upgrade",
        );
    }
    bad(
        CheckState::Failed,
        found,
        "请升级本程序",
        "upgrade this program",
    )
}

pub(super) fn agreement(here: &[hongyan_proto::id::AgreementHash], hello: &Hello) -> Verdict {
    let short = |hashes: &[hongyan_proto::id::AgreementHash]| {
        let hashes = hashes.iter().map(|hash| hash.to_string()[..8].to_owned());
        hashes.collect::<Vec<_>>().join(", ")
    };
    let mut theirs = hello.agreements.clone();
    let mut here = here.to_vec();
    theirs.sort_unstable();
    here.sort_unstable();
    let (ours_text, theirs_text) = (short(&here), short(&theirs));
    if here != theirs {
        let found = Words::new(
            format!("双方所见生效协议不同: 本方 [{ours_text}], 对方 [{theirs_text}]"),
            format!(
                "the sides see different agreements in force: here [{ours_text}], there [{theirs_text}]"
            ),
        );
        return bad(
            CheckState::Warn,
            found,
            "同步后再检查; 仍不同则核对协议是否双方均已签署",
            "synchronize and check again; then see whether both have signed",
        );
    }
    if here.is_empty() {
        let found = Words::new("双方没有生效的共管协议", "no agreement is in force");
        return bad(
            CheckState::Warn,
            found,
            "提出协议并由双方签署",
            "propose an agreement and let both sign it",
        );
    }
    ok(
        format!("双方所见生效协议一致: {ours_text}"),
        format!("both see the same agreement in force: {ours_text}"),
    )
}
