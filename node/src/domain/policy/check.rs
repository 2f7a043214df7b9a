//! Rules that contradict each other: the same thing asked for twice, so that nobody could say which applies.

use std::collections::BTreeMap;

use super::{
    Ruled,
    error::PolicyError,
    rule::{Field, Rule},
    timing::Timing,
    word::Word as _,
};

/// Refuses the later of two rules about the same thing.
pub(super) fn check(rules: &[Ruled]) -> Result<(), PolicyError> {
    let mut known: BTreeMap<String, &Ruled> = BTreeMap::new();
    for ruled in rules {
        for subject in subjects(&ruled.rule) {
            let Some(other) = known.insert(subject, ruled) else {
                continue;
            };
            return Err(PolicyError {
                file: ruled.file.clone(),
                line: ruled.line,
                column: 1,
                zh: format!(
                    "规则 {} 与 {} 第 {} 行的规则 {} 规定同一件事; 请删去一条, 或以同名规则替换",
                    ruled.id, other.file, other.line, other.id
                ),
                en: format!(
                    "the rules {} and {} ({}, line {}) settle the same thing: take one away, or replace it by a rule of the same name",
                    ruled.id, other.id, other.file, other.line
                ),
                further: Vec::new(),
            });
        }
    }
    Ok(())
}

/// What a rule settles, so that no other may.
fn subjects(rule: &Rule) -> Vec<String> {
    let kind = rule.kind();
    let one = |what: &str| vec![format!("{kind}/{what}")];
    match rule {
        Rule::Meeting {
            meeting,
            fields,
            timing,
            ..
        } => {
            let fields = if fields.is_empty() {
                Field::ALL
            } else {
                fields
            };
            // A festival's lecture comes on top of the monthly ones; two frequencies do not.
            let way = match timing {
                Timing::Times(..) => "times",
                Timing::Months(_) => "months",
                Timing::Between(..) => "between",
            };
            fields
                .iter()
                .map(|field| format!("{kind}/{}/{way}/{}", meeting.name(), field.name()))
                .collect()
        }
        Rule::Lecture { by, .. } | Rule::StudyReport { by, .. } => one(by.name()),
        Rule::Absence { count, .. } => one(count.name()),
        Rule::Talk { between, .. } => one(between.name()),
        Rule::Training { of, .. } => one(of.name()),
        Rule::PointsTable { branch, .. } => one(if *branch { "branch" } else { "member" }),
        Rule::Exemption { from, .. } => from
            .iter()
            .map(|from| format!("{kind}/{}", from.name()))
            .collect(),
        Rule::Inspection { by, of, .. } => one(&format!("{}/{}", by.name(), of.name())),
        Rule::FlowTerm { step, .. } => one(step.name()),
        Rule::ActivityDay { .. }
        | Rule::Contents(_)
        | Rule::RecordForm { .. }
        | Rule::Plan { .. }
        | Rule::Lapse { .. }
        | Rule::RecordBook { .. }
        | Rule::Dues
        | Rule::FlowLife(_)
        | Rule::Screening(_)
        | Rule::Contact(_) => one(""),
        Rule::Told => Vec::new(),
    }
}
