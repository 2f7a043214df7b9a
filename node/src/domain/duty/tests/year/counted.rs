//! Are there as many duties as the table says?

use std::collections::BTreeMap;

use super::{
    super::{Duty, State},
    life::class,
    table::{Row, TABLES},
};

/// The number of duties is what the table says, and the diligent have done them all.
pub(super) fn counted(all: &[Duty], of: i16, policy: &[(&str, &str)]) -> Vec<String> {
    let [(_, name)] = policy else {
        return Vec::new();
    };
    let Some((_, rows)) = TABLES.iter().find(|(table, _)| table == name) else {
        return vec![format!("{name} has no table")];
    };
    // The cases' own branches and people stand beside the twenty.
    let own = |duty: &&Duty| !duty.who.contains('·') && duty.due.date().year() == of;
    let mut found: BTreeMap<(&str, &str), [usize; 3]> = BTreeMap::new();
    for duty in all.iter().filter(own) {
        let whose = if duty.who.is_empty() {
            "committee"
        } else {
            class(&duty.who)
        };
        let count = found.entry((duty.rule.as_str(), whose)).or_default();
        count[0] += 1;
        match duty.state {
            State::Done(_) => count[1] += 1,
            State::DoneLate(_) => count[2] += 1,
            _ => {}
        }
    }
    let mut failed = Vec::new();
    // How many are absent the dice say; each absence was answered in time.
    let mut counted = 0;
    for whose in ["member", "hosted"] {
        let [duties, done, _] = found.remove(&("absence", whose)).unwrap_or_default();
        counted += duties;
        if duties != done {
            failed.push(format!("{name} absence of {whose}: {done} of {duties}"));
        }
    }
    let ladder = |duty: &super::super::Policy| duty.rules.iter().any(|ruled| ruled.id == "absence");
    if ladder(&super::super::policy(name)) && counted == 0 {
        failed.push(format!("{name}: nobody was absent often enough"));
    }
    for Row {
        rule,
        whose,
        clause,
        duties,
        done,
        late,
        why,
    } in rows.iter().copied().flatten()
    {
        let count = found.remove(&(*rule, *whose)).unwrap_or_default();
        if count != [*duties, *done, *late] {
            failed.push(format!(
                "{name} {rule} of {whose} ({clause}: {why}): {count:?}, not {:?}",
                [duties, done, late]
            ));
        }
        let clauses = all.iter().filter(|duty| duty.rule == *rule);
        if clauses.into_iter().any(|duty| duty.clause != *clause) {
            failed.push(format!("{name} {rule}: another clause than {clause}"));
        }
    }
    for (row, count) in found {
        failed.push(format!("{name} {row:?}: {count:?} is in no table"));
    }
    failed
}
