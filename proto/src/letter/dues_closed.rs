//! A closed month of dues (党费月结): the list itself, as it stood. Never leaves the node.

#[cfg(test)]
use super::dues_book::arrange_person;
use super::{
    dues_book::one_person,
    error::{At, PayloadError},
    record::{closed, record},
    text::Text,
};
use crate::{
    id::{CaseId, Fen, MemberId, UnitId},
    time::Month,
};

closed! {
    /// Whose a month is to collect.
    DuesAsked {
        Here "本单位" "here",
        Host "流入地" "host",
        Nobody "不需交" "nobody",
    }
}

record! {
    /// A unit's list of a month, or a part of it, as it stood when it was closed.
    DuesClosed "dues_closed" {
        /// The unit as it was named then, without the units inside it.
        unit: Text<100> [],
        /// Which one it is; none: the tree had no such unit.
        unit_id: Option<UnitId> [],
        /// The month.
        month: Month [],
        /// One for each person.
        rows: Vec<DuesListed> [],
        /// Who entered it.
        actor: Text<60> [],
    }
    rules not_empty
    arranged arrange_closed
}

record! {
    /// A person on a list.
    DuesListed "dues_closed.rows" {
        /// The member; none: a hosted one.
        member_id: Option<MemberId> [],
        /// The hosted member's case.
        case_id: Option<CaseId> [],
        /// Whose the month was to collect.
        asked: DuesAsked [],
        /// Owed for the month; none: nobody knew how much.
        owed: Option<Fen> [],
        /// Paid for the month until its end.
        paid: Fen [],
        /// Received in the month more than given back.
        received: Fen [],
        /// Given back in the month more than received.
        returned: Fen [],
        /// Owed and not paid at its end.
        arrears: Fen [],
        /// How many months that is.
        arrears_months: u32 [],
        /// Months without a base that nobody paid for.
        unknown_months: u32 [],
        /// Paid at its end for later months.
        advance: Fen [],
        /// The last month that was paid for, with nothing owed before it.
        paid_until: Option<Month> [],
        /// Paid on the other side.
        elsewhere: bool [],
        /// Months that were paid here and on the other side.
        double: Vec<Month> [],
        /// Of what was paid here, what counts on the other side.
        duplicate: Fen [],
        /// Less was owed for the month than the base says, on approval.
        relieved: bool [],
        /// A correction of an earlier month counted in it.
        corrected: bool [],
    }
    rules listed
    arranged arrange_listed
}

fn not_empty(closed: &DuesClosed, at: &At<'_>) -> Result<(), PayloadError> {
    if closed.rows.is_empty() {
        return Err(at.field("rows").rule("至少一人", "at least one person"));
    }
    Ok(())
}

fn listed(row: &DuesListed, at: &At<'_>) -> Result<(), PayloadError> {
    one_person(row.member_id, row.case_id, at)?;
    if row.received.0 > 0 && row.returned.0 > 0 {
        return Err(at.field("returned").rule(
            "实收与净退只写一项",
            "only one of received and returned is more than nothing",
        ));
    }
    Ok(())
}

#[cfg(test)]
fn arrange_closed(mut closed: DuesClosed) -> DuesClosed {
    if closed.rows.is_empty() {
        closed.rows.push(arrange_listed(DuesListed {
            member_id: None,
            case_id: None,
            asked: DuesAsked::Here,
            owed: None,
            paid: Fen(0),
            received: Fen(0),
            returned: Fen(0),
            arrears: Fen(0),
            arrears_months: 0,
            unknown_months: 0,
            advance: Fen(0),
            paid_until: None,
            elsewhere: false,
            double: Vec::new(),
            duplicate: Fen(0),
            relieved: false,
            corrected: false,
        }));
    }
    closed
}

#[cfg(test)]
fn arrange_listed(row: DuesListed) -> DuesListed {
    let (member_id, case_id) = arrange_person(row.member_id, row.case_id);
    let only = if row.received.0 > 0 {
        0
    } else {
        row.returned.0
    };
    DuesListed {
        member_id,
        case_id,
        returned: Fen(only),
        ..row
    }
}
