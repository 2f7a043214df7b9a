//! The activity ledger of a unit and year.

use super::{
    super::{Office, OfficeError, plan, roster},
    Drawn,
    words::{count, date, text},
};
use crate::{
    domain::life::{Ledger, Line, Who},
    form::{Form, LedgerForm, LedgerItem, LedgerLine, LedgerPerson},
};

pub(super) fn draw(office: &Office, unit: &str, year: u32) -> Result<Drawn, OfficeError> {
    let ledger = plan::year(office, unit, year)?;
    let names = roster::names_of(&office.store, ledger.people.keys().copied())?;
    let people = ledger.people.iter().map(|(who, counts)| LedgerPerson {
        name: names.get(who).cloned().unwrap_or_else(|| who.id()),
        class: match who {
            Who::Member(_) => "本单位",
            Who::Hosted(_) => "流入",
        }
        .to_owned(),
        expected: counts.expected,
        present: counts.present,
        remote: counts.remote,
        excused: counts.absent_with_reason,
        absent: counts.absent,
        exempt: counts.exempt,
    });
    let mut people: Vec<_> = people.collect();
    people.sort_by(|a, b| a.name.cmp(&b.name));
    let plan = ledger.plan.as_ref().map(|(sequence, _)| *sequence);
    let lines = ledger.lines.iter();
    let entries = lines.flat_map(|line| {
        let forms = line.record.corrections.iter().copied();
        forms.chain([line.record.version])
    });
    let year_of = u16::try_from(year).unwrap_or_default();
    Ok(Drawn {
        persons: count(people.len()),
        entries: entries
            .chain(plan)
            .chain(ledger.joint.values().map(|above| above.version))
            .chain(ledger.taken_back.iter().copied())
            .collect(),
        void: false,
        form: Form::Ledger(LedgerForm {
            unit: unit.to_owned(),
            year: year_of,
            summary: summary(&ledger),
            lines: ledger.lines.iter().map(line).collect(),
            filed: filed(&ledger),
            items: items(&ledger),
            people,
        }),
    })
}

fn summary(ledger: &Ledger) -> String {
    let counts = |pick: fn(&Line) -> u32| ledger.lines.iter().map(pick).sum::<u32>();
    let expected = counts(|line| line.counts.expected);
    let there = counts(|line| line.counts.present + line.counts.remote);
    format!(
        "全年开展活动 {} 次，应到 {expected} 人次，实到 {there} 人次；计划 {} 项，落实 {} 项。",
        ledger.lines.iter().filter(|line| line.came()).count(),
        ledger.items.len(),
        ledger.planned_held(),
    )
}

fn filed(ledger: &Ledger) -> String {
    match (&ledger.plan, ledger.filed()) {
        (None, _) => String::new(),
        (Some(_), Some(day)) => format!(
            "第 {} 版计划，已于 {} 报上级备案。",
            ledger.plans,
            date(day)
        ),
        (Some(_), None) => format!("第 {} 版计划，尚未报上级备案。", ledger.plans),
    }
}

fn line(line: &Line) -> LedgerLine {
    let activity = &line.activity;
    let headings: Vec<_> = activity.headings.iter().map(ToString::to_string).collect();
    LedgerLine {
        day: activity.day.to_string(),
        kind: activity.kind.label().0.to_owned(),
        theme: activity.theme.to_string(),
        headings: headings.join("、"),
        place: activity.place.to_string(),
        expected: line.counts.expected,
        present: line.counts.present,
        remote: line.counts.remote,
        excused: line.counts.absent_with_reason,
        absent: line.counts.absent,
        hosted: line.counts.hosted,
        handed_up: text(line.forms.first().map(|form| form.day)),
    }
}

fn items(ledger: &Ledger) -> Vec<LedgerItem> {
    let held_on = |sequence: u64| {
        let mut lines = ledger.lines.iter();
        let found = lines.find(|line| line.record.sequence == sequence);
        match (found, ledger.joint.get(&sequence)) {
            (Some(line), _) => format!("已开展 {}", line.activity.day),
            (None, Some(above)) => format!("已由{}开展 {}", above.by, above.day),
            (None, None) => String::new(),
        }
    };
    let items = ledger.items.iter();
    items
        .map(|(item, held)| LedgerItem {
            day: item.day.to_string(),
            kind: item.kind.label().0.to_owned(),
            theme: item.theme.to_string(),
            held: held.map_or_else(|| "未开展".to_owned(), held_on),
        })
        .collect()
}
