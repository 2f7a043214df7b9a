//! Records of organizational life under the names that units have now: a unit that was renamed or moved keeps its records.

use hongyan_proto::{
    letter::{Payload, Text},
    time::Day,
};

use super::OfficeError;
use crate::{
    book::{self, Shelf},
    domain::{life::Record, unit::Called},
};

/// A year's records in the order they were first written, each under the name its unit has now. What a text meant is settled by the day it
/// speaks of.
pub(super) fn of_year(shelf: &impl Shelf, year: u16) -> Result<Vec<Record>, OfficeError> {
    named_now(shelf, book::life_of_year(shelf, year)?)
}

/// The same of records that were read.
pub(super) fn named_now(
    shelf: &impl Shelf,
    mut records: Vec<Record>,
) -> Result<Vec<Record>, OfficeError> {
    let units = book::units(shelf)?;
    let called = Called::of(&units);
    for record in &mut records {
        let written = record.time.day();
        let (unit, day): (&mut Text<100>, Day) = match &mut record.payload {
            Payload::Activity(activity) => (&mut activity.unit, activity.day),
            Payload::ActivityPlan(plan) => (&mut plan.unit, written),
            Payload::PlanFiled(filed) => (&mut filed.unit, filed.day),
            Payload::Appraisal(appraisal) => (&mut appraisal.unit, appraisal.day),
            _ => continue,
        };
        // A name that does not fit stays as it was written.
        if let Ok(now) = Text::new(called.now(unit.as_str(), Some(day))) {
            *unit = now;
        }
    }
    Ok(records)
}
