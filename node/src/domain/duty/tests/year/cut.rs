//! Only what was recorded until a day.

use hongyan_proto::time::Day;

use crate::domain::duty::facts::{Facts, Stay};

/// Ends that have not come are not known.
fn begun(stay: &mut Stay, today: Day) -> bool {
    stay.until = stay.until.filter(|until| *until < today);
    stay.from.is_none_or(|from| from <= today)
}

/// The facts as they were known at the end of a day.
pub(super) fn as_of(facts: &Facts, today: Day) -> Facts {
    let mut known = facts.clone();
    let came = |day: Day| day <= today;
    known.units.retain(|unit| unit.since.is_none_or(came));
    for unit in &mut known.units {
        unit.until = unit.until.filter(|until| *until < today);
        unit.stages.retain(|stage| stage.from.is_none_or(came));
    }
    for person in &mut known.people {
        person.stays.retain_mut(|stay| begun(stay, today));
        person.posts.retain_mut(|(_, stay)| begun(stay, today));
        person.away.retain(|(from, _)| came(*from));
        for (_, until) in &mut person.away {
            *until = until.filter(|until| *until < today);
        }
        for probation in &mut person.probation {
            probation.decided = probation.decided.take().filter(|(day, _)| came(*day));
        }
    }
    known.people.retain(|person| !person.stays.is_empty());
    known.activities.retain(|one| came(one.day));
    for activity in &mut known.activities {
        activity.form_up = activity.form_up.take().filter(|(day, _)| came(*day));
    }
    known.plans.retain(|one| came(one.filed));
    known.measures.retain(|one| came(one.day));
    known.talks.retain(|one| came(one.day));
    known.reports.retain(|one| came(one.day));
    known.training.retain(|one| came(one.day));
    known.roles.retain(|one| came(one.day));
    known.refusals.retain(|one| came(one.day));
    known.dues.retain(|one| came(one.day));
    known.inspections.retain(|one| came(one.day));
    known.screenings.retain(|(day, _)| came(*day));
    for case in &mut known.cases {
        case.steps.retain(|step| came(step.day));
        let stay = case.managed.take().filter(|(from, _)| came(*from));
        case.managed = stay.map(|(from, until)| (from, until.filter(|day| came(*day))));
        for list in [
            &mut case.contacts,
            &mut case.opinions,
            &mut case.decisions,
            &mut case.looks,
        ] {
            list.retain(|(day, _)| came(*day));
        }
    }
    known.cases.retain(|case| !case.steps.is_empty());
    for quarter in &mut known.quarters {
        for date in [
            &mut quarter.ours,
            &mut quarter.theirs,
            &mut quarter.closed_on,
        ] {
            *date = date.take().filter(|(day, _)| came(*day));
        }
    }
    known
}
