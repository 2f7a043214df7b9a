//! Dues as the rules of duty read them: months that were paid or waived here, and those that letters say were paid on the other side.

use std::collections::HashSet;

use super::entry;
use crate::{
    book,
    domain::{
        case::Side,
        dues::Account,
        duty::{
            Horizon,
            facts::{DuesPaid, Facts, Kept, Who},
        },
    },
    office::{Office, OfficeError},
};

/// Adds the months of the horizon and of the year before it: rows of months without dues may begin there.
pub(super) fn add(office: &Office, horizon: Horizon, facts: &mut Facts) -> Result<(), OfficeError> {
    /// Days in a year and one.
    const YEAR: i32 = 366;
    facts.kept.insert(Kept::Dues);
    let period = (horizon.from.plus_days(-YEAR).month(), horizon.until.month());
    let settled = book::dues_settled(&office.store, period)?;
    facts.dues.reserve_exact(settled.len());
    for settled in settled {
        facts.dues.push(DuesPaid {
            who: settled.who,
            month: settled.month,
            day: settled.day,
            entry: entry(settled.sequence),
        });
    }
    for case in &facts.cases {
        let who = match (case.side, case.member) {
            (Side::Inflow, _) => Who::Hosted(case.id),
            (Side::Outflow, Some(member)) => Who::Member(member),
            (Side::Outflow, None) => continue,
        };
        let letters = case.dues.iter();
        facts
            .dues
            .extend(letters.map(|(month, day, entry)| DuesPaid {
                who,
                month: *month,
                day: *day,
                entry: entry.clone(),
            }));
    }
    asked_from(office, facts)
}

/// Of so many the accounts are read one by one; of more it is faster to read all.
const FEW: usize = 256;

/// Of whom nothing is known to have been paid it is looked up since when anything was asked: without a base nothing is owed.
fn asked_from(office: &Office, facts: &mut Facts) -> Result<(), OfficeError> {
    let today = office.today();
    let paid: HashSet<Who> = facts.dues.iter().map(|paid| paid.who).collect();
    let people = facts.people.iter().map(|person| person.who);
    let unpaid: Vec<Who> = people.filter(|who| !paid.contains(who)).collect();
    let first = |account: &Account| {
        let bases = account.bases.iter();
        let count = bases.filter(|noted| !account.is_void(noted.sequence, today));
        count.map(|noted| noted.entry.from).min()
    };
    let store = &office.store;
    if unpaid.len() > FEW {
        let all = book::dues_accounts(store)?;
        let from = |who: Who| (who, all.get(&who).and_then(first));
        facts.asked_from.extend(unpaid.into_iter().map(from));
        return Ok(());
    }
    for who in unpaid {
        let from = first(&book::dues_account(store, who)?);
        facts.asked_from.insert(who, from);
    }
    Ok(())
}
