//! The quarter statement (季度通报): what one partner states to the other at the close of a quarter.

use prost::{Message, length_delimiter_len};

use super::{
    conduct::ConductGrade,
    error::{At, PayloadError},
    number::Within,
    payload::Payload,
    record::{closed, record},
    text::Text,
    wire::Wire,
};
use crate::{
    id::{CaseId, Fen},
    log::limits::MAX_PAYLOAD_BYTES,
    pb::exchange::v1 as pb,
    time::Quarter,
};

/// Entries that one statement may be issued in. With that of a single payload it limits a statement to 2 MiB: some 50,000 lines without remarks.
pub const MAX_STATEMENT_PARTS: u32 = 32;

/// Bytes of an entry's payload that are left for lines: quarter, revision, numbers of the part and what encloses them take less than the rest.
const LINES_BYTES: usize = MAX_PAYLOAD_BYTES - 64;

/// 1 for the first issue of a quarter's statement.
pub type Revision = Within<1, { u32::MAX }>;

record! {
    /// Covers both roles its author plays in the correspondence. Lines are ascending by case, each case once per role.
    Statement "statement" {
        /// The quarter it is about.
        quarter: Quarter [],
        /// A later issue for the same quarter replaces the earlier.
        revision: Revision [],
        /// Cases the author hosts.
        inflow_lines: Vec<InflowLine> [*],
        /// Cases whose members are the author's.
        outflow_lines: Vec<OutflowLine> [*],
        /// Which part this is, from 1 on; 0: the whole.
        part: u32 [],
        /// How many parts there are; 0: the whole.
        parts: u32 [],
    }
    rules sound
    arranged arranged
}

record! {
    /// Inflow → outflow, per case.
    InflowLine "statement.inflow_lines" {
        /// The case.
        case_id: CaseId [],
        /// Activities the member was invited to.
        activities_held: Option<u32> [Attendance],
        /// Activities the member took part in.
        activities_attended: Option<u32> [Attendance],
        /// Months paid for at the host in the quarter.
        dues_months: Option<u32> [Dues],
        /// Paid at the host in the quarter.
        dues_fen: Option<Fen> [Dues],
        /// Conduct in the quarter.
        conduct_grade: Option<ConductGrade> [Conduct],
        /// In words.
        conduct_remark: Option<Text<2000>> [Conduct],
        /// Awards in the quarter.
        awards: Option<u32> [Awards],
        /// Penalties in the quarter.
        penalties: Option<u32> [Awards],
        /// Is the member in contact at the quarter's end?
        contact_state: Option<ContactState> [Contact],
        /// Of the months of dues, those for which home's payment counts.
        dues_duplicate_months: Option<u32> [Dues],
        /// Paid at home in the quarter, by the letters that the author had; none: nothing, or the author is from before this field.
        home_dues_fen: Option<Fen> [Dues],
    }
    rules attended_of_held
    arranged attended_at_most_held
}

record! {
    /// Outflow → inflow, per case.
    OutflowLine "statement.outflow_lines" {
        /// The case.
        case_id: CaseId [],
        /// Contacts made with the member in the quarter.
        contacts_made: Option<u32> [Contact],
        /// Important matters passed on in the quarter.
        matters_notified: Option<u32> [Contact],
        /// Months paid for at home in the quarter.
        dues_months: Option<u32> [Dues],
        /// Paid at home in the quarter.
        dues_fen: Option<Fen> [Dues],
        /// Is the member in contact at the quarter's end?
        contact_state: Option<ContactState> [Contact],
        /// Of the months of dues, those for which the host's payment counts.
        dues_duplicate_months: Option<u32> [Dues],
        /// Paid at the host in the quarter, by the letters that the author had; none: nothing, or the author is from before this field.
        host_dues_fen: Option<Fen> [Dues],
    }
}

closed! {
    /// Whether a member is in contact.
    ContactState {
        InContact "保持联系" "in contact",
        Lost "失去联系" "lost",
    }
}

impl Statement {
    /// The whole, or as few parts as entries have room for it. None when these would be more than [`MAX_STATEMENT_PARTS`].
    pub fn into_parts(self) -> Option<Vec<Self>> {
        if Payload::Statement(self.clone()).encode().len() <= MAX_PAYLOAD_BYTES {
            return Some(vec![self]);
        }
        let mut parts = vec![self.empty()];
        let mut used = 0;
        let mut place = |parts: &mut Vec<Self>, bytes: usize| {
            used += bytes;
            if used > LINES_BYTES {
                used = bytes;
                parts.push(self.empty());
            }
        };
        for line in &self.inflow_lines {
            place(&mut parts, field_bytes::<pb::InflowLine>(line));
            parts.last_mut()?.inflow_lines.push(line.clone());
        }
        for line in &self.outflow_lines {
            place(&mut parts, field_bytes::<pb::OutflowLine>(line));
            parts.last_mut()?.outflow_lines.push(line.clone());
        }
        let count = u32::try_from(parts.len()).ok()?;
        if count > MAX_STATEMENT_PARTS {
            return None;
        }
        for (part, number) in parts.iter_mut().zip(1..) {
            (part.part, part.parts) = (number, count);
        }
        Some(parts)
    }

    /// The whole out of all its parts in their order. None when their lines are not in order.
    pub fn join(parts: impl IntoIterator<Item = Self>) -> Option<Self> {
        let mut parts = parts.into_iter();
        let mut whole = Self {
            part: 0,
            parts: 0,
            ..parts.next()?
        };
        for part in parts {
            whole.inflow_lines.extend(part.inflow_lines);
            whole.outflow_lines.extend(part.outflow_lines);
        }
        ascending(&whole, &At::root("statement"))
            .ok()
            .map(|()| whole)
    }

    /// The same without any line.
    const fn empty(&self) -> Self {
        Self {
            quarter: self.quarter,
            revision: self.revision,
            inflow_lines: Vec::new(),
            outflow_lines: Vec::new(),
            part: 0,
            parts: 0,
        }
    }
}

/// A line as it lies in its statement: tag, length, content.
fn field_bytes<W: Message>(line: &impl Wire<W>) -> usize {
    let bytes = line.write().encoded_len();
    1 + length_delimiter_len(bytes) + bytes
}

fn sound(statement: &Statement, at: &At<'_>) -> Result<(), PayloadError> {
    let whole = (statement.part, statement.parts) == (0, 0);
    let numbered = (2..=MAX_STATEMENT_PARTS).contains(&statement.parts)
        && (1..=statement.parts).contains(&statement.part);
    if !whole && !numbered {
        return Err(at.field("part").rule(
            "应为第 1 至 parts 部分, 共 2–32 部分, 或两项都不填",
            "must be 1 to parts of 2 to 32 parts, or both must be empty",
        ));
    }
    ascending(statement, at)
}

fn ascending(statement: &Statement, at: &At<'_>) -> Result<(), PayloadError> {
    let lists = [
        (
            "inflow_lines",
            statement
                .inflow_lines
                .is_sorted_by(|a, b| a.case_id < b.case_id),
        ),
        (
            "outflow_lines",
            statement
                .outflow_lines
                .is_sorted_by(|a, b| a.case_id < b.case_id),
        ),
    ];
    for (list, sorted) in lists {
        if !sorted {
            return Err(at.field(list).rule(
                "各行须按案卷标识升序且不重复",
                "lines must be ascending by case id, each case once",
            ));
        }
    }
    Ok(())
}

fn attended_of_held(line: &InflowLine, at: &At<'_>) -> Result<(), PayloadError> {
    match (line.activities_held, line.activities_attended) {
        (Some(held), Some(attended)) if attended > held => {
            Err(at.field("activities_attended").rule(
                "参加次数不得多于活动次数",
                "must not be more than the activities held",
            ))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
fn arranged(mut statement: Statement) -> Statement {
    statement.inflow_lines.truncate(4);
    statement.inflow_lines.sort_by_key(|line| line.case_id);
    statement.outflow_lines.truncate(4);
    statement.outflow_lines.sort_by_key(|line| line.case_id);
    if (1..=MAX_STATEMENT_PARTS).contains(&statement.part) {
        statement.parts = statement.part.max(2);
    } else {
        (statement.part, statement.parts) = (0, 0);
    }
    statement
}

#[cfg(test)]
fn attended_at_most_held(mut line: InflowLine) -> InflowLine {
    if let (Some(held), Some(attended)) = (line.activities_held, line.activities_attended) {
        line.activities_held = Some(held.max(attended));
    }
    line
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// A line with a remark of so many characters.
    fn line(number: u32, remark: usize) -> InflowLine {
        let mut id = [0; 16];
        id[..4].copy_from_slice(&number.to_be_bytes());
        InflowLine {
            case_id: CaseId::from_bytes(id),
            activities_held: Some(3),
            activities_attended: Some(2),
            dues_months: None,
            dues_fen: Some(Fen(600)),
            conduct_grade: None,
            conduct_remark: (remark > 0).then(|| Text::parse(&"好".repeat(remark)).unwrap()),
            awards: None,
            penalties: None,
            contact_state: Some(ContactState::InContact),
            dues_duplicate_months: None,
            home_dues_fen: None,
        }
    }

    fn home(number: u32) -> OutflowLine {
        OutflowLine {
            case_id: line(number, 0).case_id,
            contacts_made: Some(1),
            matters_notified: None,
            dues_months: None,
            dues_fen: None,
            contact_state: None,
            dues_duplicate_months: None,
            host_dues_fen: None,
        }
    }

    fn statement(inflow_lines: Vec<InflowLine>, outflow_lines: Vec<OutflowLine>) -> Statement {
        Statement {
            quarter: "2026-Q1".parse().unwrap(),
            revision: Revision::new(u32::MAX).unwrap(),
            inflow_lines,
            outflow_lines,
            part: 0,
            parts: 0,
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]
        #[test]
        fn parts_fit_into_entries_and_join_to_the_whole(
            remarks in prop::collection::vec(0_usize..2000, 0..60),
            outflow in 0_u32..4000,
        ) {
            let lines = remarks.iter().zip(1..).map(|(remark, number)| line(number, *remark));
            let whole = statement(lines.collect(), (0..outflow).map(home).collect());
            let parts = whole.clone().into_parts().unwrap();
            for part in &parts {
                let payload = Payload::Statement(part.clone());
                prop_assert!(payload.encode().len() <= MAX_PAYLOAD_BYTES);
                prop_assert!(payload.check().is_ok());
            }
            // What fits into one entry is said as ever.
            let bytes = Payload::Statement(whole.clone()).encode().len();
            let in_one = parts == std::slice::from_ref(&whole);
            prop_assert_eq!(bytes <= MAX_PAYLOAD_BYTES, in_one);
            prop_assert_eq!(Statement::join(parts), Some(whole));
        }
    }

    #[test]
    fn what_is_too_long_for_all_parts_is_not_cut() {
        let lines = |count| {
            statement(
                (0..count).map(|number| line(number, 2000)).collect(),
                vec![],
            )
        };
        // Ten lines with the longest remark to an entry.
        let most = lines(10 * MAX_STATEMENT_PARTS);
        assert_eq!(most.into_parts().unwrap().len(), 32);
        assert!(lines(10 * MAX_STATEMENT_PARTS + 1).into_parts().is_none());
    }

    #[test]
    fn parts_out_of_order_are_no_statement_and_their_numbers_are_checked() {
        let parts = statement((0..20).map(|number| line(number, 2000)).collect(), vec![])
            .into_parts()
            .unwrap();
        assert!(Statement::join(parts.iter().rev().cloned()).is_none());
        assert!(Statement::join([]).is_none());
        for (part, count) in [(0, 2), (3, 2), (1, 1), (1, 0), (1, 33)] {
            let wrong = Statement {
                part,
                parts: count,
                ..parts[0].clone()
            };
            let refused = Payload::Statement(wrong).check().unwrap_err();
            assert_eq!(refused.path(), Some("statement.part"), "{part} of {count}");
        }
    }
}
