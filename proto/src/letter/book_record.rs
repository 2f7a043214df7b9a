//! The record book (党员记实): facts that no other entry holds, and the member's confirmation. Never leaves the node as such.

use super::{
    activity::Told,
    award::{Award, Role},
    error::{At, PayloadError},
    number::Within,
    record::record,
    text::Text,
};
use crate::{
    id::{CaseId, Hash, MemberId},
    time::Timestamp,
};

/// Lines one confirmation may name.
const MAX_LINES: usize = 2000;

record! {
    /// An award, a penalty or a role played.
    BookRecord "book_record" {
        /// A member of this node's roster.
        member_id: Option<MemberId> [],
        /// A flow member hosted here.
        case_id: Option<CaseId> [],
        /// An award or a penalty.
        award: Option<Award> [],
        /// A role played.
        role: Option<Role> [],
        /// The letter that told the partner.
        told: Option<Told> [],
        /// Who entered it.
        actor: Text<60> [],
    }
    rules one_fact
    arranged arrange
}

record! {
    /// A one-time code was given to a member.
    BookCode "book_code" {
        /// A member of this node's roster.
        member_id: Option<MemberId> [],
        /// A flow member hosted here.
        case_id: Option<CaseId> [],
        /// The year of the book.
        year: Within<1900, 2999> [],
        /// SHA-256 that the code must have.
        code_hash: Hash [],
        /// Not taken from this instant on.
        expires_ms: Timestamp [],
        /// Who gave it.
        actor: Text<60> [],
    }
    rules one_holder
    arranged arrange_code
}

record! {
    /// The member confirmed lines of a year.
    BookConfirmed "book_confirmed" {
        /// A member of this node's roster.
        member_id: Option<MemberId> [],
        /// A flow member hosted here.
        case_id: Option<CaseId> [],
        /// The year of the book.
        year: Within<1900, 2999> [],
        /// Sequence of the code's entry.
        code: u64 [],
        /// What was confirmed.
        lines: Vec<ConfirmedLine> [],
        /// Who entered it.
        actor: Text<60> [],
    }
    rules something_confirmed
    arranged arrange_confirmed
}

record! {
    /// One line that was confirmed.
    ConfirmedLine "book_confirmed.lines" {
        /// Sequence of the record's first entry.
        record: u64 [],
        /// SHA-256 of what the line said.
        digest: Hash [],
    }
}

fn one(member: Option<MemberId>, case: Option<CaseId>, at: &At<'_>) -> Result<(), PayloadError> {
    if member.is_some() == case.is_some() {
        return Err(at.rule(
            "须写明本单位党员或流入党员之一",
            "exactly one of member_id and case_id must be set",
        ));
    }
    Ok(())
}

fn one_fact(record: &BookRecord, at: &At<'_>) -> Result<(), PayloadError> {
    one(record.member_id, record.case_id, at)?;
    if record.award.is_some() == record.role.is_some() {
        return Err(at.rule(
            "奖惩与发挥作用须填且只填一项",
            "exactly one of award and role must be set",
        ));
    }
    if record.told.is_some() && record.case_id.is_none() {
        return Err(at.field("told").rule(
            "只有流入党员的情况告知对方",
            "only what is about a hosted member is told",
        ));
    }
    Ok(())
}

fn one_holder(code: &BookCode, at: &At<'_>) -> Result<(), PayloadError> {
    one(code.member_id, code.case_id, at)
}

fn something_confirmed(confirmed: &BookConfirmed, at: &At<'_>) -> Result<(), PayloadError> {
    one(confirmed.member_id, confirmed.case_id, at)?;
    if confirmed.lines.is_empty() || confirmed.lines.len() > MAX_LINES {
        return Err(at.field("lines").rule(
            "确认的记录应为 1–2000 条",
            "1 to 2,000 lines must be confirmed",
        ));
    }
    Ok(())
}

#[cfg(test)]
fn holder(member: Option<MemberId>, case: Option<CaseId>) -> (Option<MemberId>, Option<CaseId>) {
    match (member, case) {
        (None, None) => (Some(MemberId::from_bytes([1; 16])), None),
        (Some(member), _) => (Some(member), None),
        other => other,
    }
}

#[cfg(test)]
fn arrange(record: BookRecord) -> BookRecord {
    let (member_id, case_id) = holder(record.member_id, record.case_id);
    let award = record.award.or_else(|| {
        record.role.is_none().then(|| Award {
            day: Timestamp::from_millis(0).day(),
            penalty: false,
            title: Text::parse("优秀党员").unwrap_or_else(|_| unreachable!()),
        })
    });
    BookRecord {
        member_id,
        case_id,
        role: record.role.filter(|_| award.is_none()),
        award,
        told: record.told.filter(|_| case_id.is_some()),
        ..record
    }
}

#[cfg(test)]
fn arrange_code(code: BookCode) -> BookCode {
    let (member_id, case_id) = holder(code.member_id, code.case_id);
    BookCode {
        member_id,
        case_id,
        ..code
    }
}

#[cfg(test)]
fn arrange_confirmed(confirmed: BookConfirmed) -> BookConfirmed {
    let (member_id, case_id) = holder(confirmed.member_id, confirmed.case_id);
    let mut lines = confirmed.lines;
    lines.truncate(3);
    BookConfirmed {
        member_id,
        case_id,
        lines,
        ..confirmed
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::{super::Payload, *};

    #[test]
    fn golden_bytes_of_a_confirmation() {
        let confirmed = BookConfirmed {
            member_id: Some(MemberId::from_bytes([1; 16])),
            case_id: None,
            year: Within::new(2026).unwrap(),
            code: 7,
            lines: vec![ConfirmedLine {
                record: 120,
                digest: Hash::from_bytes([5; 32]),
            }],
            actor: Text::parse("王书记").unwrap(),
        };
        assert_eq!(
            hex::encode(Payload::from(confirmed).encode()),
            concat!(
                "da06480a100101010101010101010101010101010118ea0f20072a24087812200505050505050505050505050505050505050505050505050505050505050505",
                "3209e78e8be4b9a6e8aeb0"
            )
        );
    }
}
