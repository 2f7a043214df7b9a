//! The receipt (回执): "your log to size n is stored, verified and applied here", and what was refused.

use super::{
    error::{At, PayloadError},
    record::{closed, record},
    text::Text,
};
use crate::id::{Hash, LogId};

record! {
    /// Written by a receiver into its own log after applying. Not itself answered by a receipt.
    Receipt "receipt" {
        /// The log that was received.
        log_id: LogId [],
        /// How many of its entries are stored, verified and applied.
        size: u64 [],
        /// The RFC 6962 root of those entries.
        root: Hash [],
        /// Entries among them whose body was refused; ascending, each once.
        refusals: Vec<Refusal> [],
    }
    rules ascending
    arranged arranged
}

record! {
    /// One entry whose body the receiver refused.
    Refusal "receipt.refusals" {
        /// Its place in the log.
        sequence: u64 [],
        /// Why.
        reason: RefusalReason [],
        /// The field that broke the rule, as a dotted path.
        field: Option<Text<120>> [],
    }
}

fn ascending(receipt: &Receipt, at: &At<'_>) -> Result<(), PayloadError> {
    let sorted = receipt
        .refusals
        .windows(2)
        .all(|pair| pair[0].sequence < pair[1].sequence);
    let inside = receipt
        .refusals
        .last()
        .is_none_or(|last| last.sequence < receipt.size);
    if sorted && inside {
        return Ok(());
    }
    Err(at.field("refusals").rule(
        "须按序号升序, 不重复, 且小于 size",
        "must be ascending by sequence, each once, and below size",
    ))
}

closed! {
    /// Why a body was refused. The sender must correct it and send it again under a new sequence.
    RefusalReason {
        OutOfScope "超出协议披露范围" "out of scope",
        NoAgreement "无有效协议" "no agreement",
        Malformed "内容不规范" "malformed",
        WrongKind "种类不符" "wrong kind",
    }
}

#[cfg(test)]
fn arranged(mut receipt: Receipt) -> Receipt {
    receipt.refusals.truncate(4);
    for (place, refusal) in (0_u64..).zip(&mut receipt.refusals) {
        refusal.sequence = place * 7;
    }
    receipt.size = receipt.size.max(28);
    receipt
}
