//! What holds on every day of every year.

use std::collections::BTreeMap;

use hongyan_proto::time::Day;

use super::{
    super::{super::DutyId, Duty, State},
    Year,
};

/// Nothing that was done is undone, nothing closes without evidence, every duty names the clause of its rule.
pub(super) fn keeps(
    year: &Year,
    today: Day,
    all: &[Duty],
    done: &mut BTreeMap<(DutyId, String), Day>,
) -> Vec<String> {
    let mut broken = Vec::new();
    for duty in all {
        let rule = year.policies.all().find_map(|(_, policy)| {
            policy
                .rule(&duty.rule)
                .filter(|_| policy.name == duty.policy)
        });
        if rule.is_none_or(|rule| rule.clause != duty.clause) {
            broken.push(format!("{today}: another clause: {duty:?}"));
        }
        let closed = match duty.state {
            State::Done(day) | State::DoneLate(day) => Some(day),
            _ => None,
        };
        if closed.is_some() && duty.evidence.is_empty() {
            broken.push(format!("{today}: closed by nothing: {duty:?}"));
        }
        // Each case has a committee of its own, and there is one.
        let id = (duty.id(), duty.who.clone());
        match (closed, done.get(&id)) {
            (None, Some(_)) if duty.state.is_open() => {
                broken.push(format!("{today}: undone: {duty:?}"));
            }
            (Some(on), Some(before)) if on != *before => {
                broken.push(format!("{today}: done again on {on}, {before}: {duty:?}"));
            }
            (Some(on), _) => {
                done.insert(id, on);
            }
            _ => {}
        }
    }
    broken
}
