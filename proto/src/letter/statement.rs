//! The quarter statement (季度通报): what one partner states to the other at the close of a quarter.

use super::{
    conduct::ConductGrade,
    error::{At, PayloadError},
    number::Within,
    record::{closed, record},
    text::Text,
};
use crate::{
    id::{CaseId, Fen},
    time::Quarter,
};

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
    }
    rules ascending
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
    }
}

closed! {
    /// Whether a member is in contact.
    ContactState {
        InContact "保持联系" "in contact",
        Lost "失去联系" "lost",
    }
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
    statement
}

#[cfg(test)]
fn attended_at_most_held(mut line: InflowLine) -> InflowLine {
    if let (Some(held), Some(attended)) = (line.activities_held, line.activities_attended) {
        line.activities_held = Some(held.max(attended));
    }
    line
}
