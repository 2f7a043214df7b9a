//! A person on a list as a closing keeps it.

use hongyan_proto::{id::Fen, letter::DuesListed};

use super::{Closed, Row};
use crate::domain::life::Who;

/// How a closing keeps a line.
pub fn keep(row: &Row) -> DuesListed {
    let (member_id, case_id) = match row.who {
        Who::Member(id) => (Some(id), None),
        Who::Hosted(id) => (None, Some(id)),
    };
    DuesListed {
        member_id,
        case_id,
        asked: row.asked,
        owed: row.owed,
        paid: row.paid,
        received: Fen(row.received.0.max(0)),
        returned: Fen((-row.received.0).max(0)),
        arrears: row.arrears,
        arrears_months: row.arrears_months,
        unknown_months: row.unknown_months,
        advance: row.advance,
        paid_until: row.paid_until,
        elsewhere: row.elsewhere,
        double: row.double.clone(),
        duplicate: row.duplicate,
        relieved: row.relieved,
        corrected: row.corrected,
    }
}

/// Whose line it is.
pub fn who(kept: &DuesListed) -> Option<Who> {
    let member = kept.member_id.map(Who::Member);
    member.or_else(|| kept.case_id.map(Who::Hosted))
}

/// The lines of a kept list, each with the name that its person has.
pub fn rows(closed: &Closed, name: impl Fn(Who) -> String) -> impl Iterator<Item = Row> {
    closed.entry.rows.iter().filter_map(move |kept| {
        let who = who(kept)?;
        Some(row(kept, who, name(who), closed.unit.clone()))
    })
}

fn row(kept: &DuesListed, who: Who, name: String, unit: String) -> Row {
    Row {
        who,
        name,
        unit: Some(unit),
        asked: kept.asked,
        owed: kept.owed,
        paid: kept.paid,
        received: Fen(kept.received.0 - kept.returned.0),
        arrears: kept.arrears,
        arrears_months: kept.arrears_months,
        unknown_months: kept.unknown_months,
        advance: kept.advance,
        paid_until: kept.paid_until,
        elsewhere: kept.elsewhere,
        double: kept.double.clone(),
        duplicate: kept.duplicate,
        relieved: kept.relieved,
        corrected: kept.corrected,
    }
}
