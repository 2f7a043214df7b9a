//! Days and years of what is entered: nothing is recorded before it happened, nor from before there was a Party.

use hongyan_proto::{
    letter::{Disclosed, IdNumber},
    time::Day,
};

use super::OfficeError;
use crate::domain::case::dates::before_the_party;

/// Refuses a day that has not come, and one before the Party was founded.
pub(super) fn happened(day: Day, today: Day, field: &str) -> Result<(), OfficeError> {
    if day > today {
        return Err(OfficeError::field(
            field,
            format!(
                "日期 {day} 尚未到来 (今天是 {today}), 请在发生之后记录 the day has not come yet: record it when it has happened"
            ),
        ));
    }
    if before_the_party(day) {
        return Err(OfficeError::field(
            field,
            format!("日期 {day} 早于 1921 年 7 月, 请核对 is before July 1921: check it"),
        ));
    }
    Ok(())
}

/// Refuses a day before the month in which the member was born, where that is known.
pub(super) fn since_birth(day: Day, details: &Disclosed, field: &str) -> Result<(), OfficeError> {
    let by_number = details.id_number.as_ref().and_then(IdNumber::birth);
    let born = details.birth_month.or(by_number.map(Day::month));
    match born.filter(|born| day.month() < *born) {
        None => Ok(()),
        Some(born) => Err(OfficeError::field(
            field,
            format!(
                "日期 {day} 早于本人出生年月 {born}, 请核对 is before the member was born: check it"
            ),
        )),
    }
}

/// A year as the book files it.
pub(super) fn calendar(year: u32) -> Result<u16, OfficeError> {
    u16::try_from(year)
        .ok()
        .filter(|year| (1921..3000).contains(year))
        .ok_or_else(|| OfficeError::field("year", "应为 1921–2999  must be 1921 to 2999"))
}

/// The year asked for, or this one; not one to come.
pub(super) fn this_year_or(today: Day, year: u32) -> Result<u16, OfficeError> {
    let this = u16::try_from(today.date().year()).unwrap_or_default();
    let year = match year {
        0 => this,
        year => calendar(year)?,
    };
    if year > this {
        return Err(OfficeError::field(
            "year",
            format!("{year} 年尚未到来 that year has not come"),
        ));
    }
    Ok(year)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn what_is_entered_happened_in_a_year_there_was() {
        let today: Day = "2026-11-22".parse().unwrap();
        let at = |day: &str| happened(day.parse().unwrap(), today, "day").is_ok();
        assert!(at("2026-11-22") && at("1921-07-01"));
        assert!(!at("2026-11-23") && !at("1921-06-30"));
        let year = |year| this_year_or(today, year).ok();
        assert_eq!([year(0), year(1990)], [Some(2026), Some(1990)]);
        assert_eq!([year(2027), year(1920), year(70_000)], [None; 3]);
        let details = Disclosed {
            birth_month: Some("1990-05".parse().unwrap()),
            ..Disclosed::default()
        };
        let at = |day: &str| since_birth(day.parse().unwrap(), &details, "day").is_ok();
        assert_eq!([at("1990-05-01"), at("1990-04-30")], [true, false]);
    }
}
