//! The two-sided duties: screening, quarterly contact, the steps of a case, statements, probation.
//!
//! What the partner must do is shown as waiting for it and never as a breach of ours.

use std::sync::Arc;

use hongyan_proto::time::{Day, Quarter};

use super::{
    State as Standing, Subject,
    facts::{CaseFacts, Entry, Kept, QuarterFacts, UnitName},
    term::{Draft, Scene, words},
};
use crate::domain::{
    case::{Side, State},
    policy::{FlowStep, Policy, Rule, Ruled, Words},
};

pub(super) fn find(scene: &mut Scene<'_>) {
    if scene.keeps(Kept::Screenings) {
        screening(scene);
    }
    if !scene.keeps(Kept::Flow) {
        return;
    }
    contacts(scene);
    for case in &scene.facts.cases {
        steps(scene, case);
        probation(scene, case);
    }
    for quarter in &scene.facts.quarters {
        statements(scene, quarter);
    }
}

fn screening(scene: &mut Scene<'_>) {
    let terms = scene.terms(|rule| match rule {
        Rule::Screening(timing) => Some(((), timing)),
        _ => None,
    });
    for term in terms {
        let made = scene
            .facts
            .screenings
            .iter()
            .filter(|(day, _)| term.window.contains(*day))
            .min_by_key(|(day, _)| *day);
        let year = term.window.from.date().year();
        scene.add(Draft {
            policy: term.policy,
            ruled: term.ruled,
            subject: Subject::Committee,
            about: String::new(),
            unit: None,
            who: String::new(),
            what: words(
                format!("{year} 年流动党员排查"),
                format!("screening of {year}: who is where"),
            ),
            from: term.window.from,
            due: term.window.until,
            planned: false,
            provisional: false,
            done: made.map(|(day, _)| *day),
            evidence: made.map(|(_, entry)| entry.clone()).into_iter().collect(),
            waits: false,
        });
    }
}

impl CaseFacts {
    /// The state at the end of a day.
    fn state_on(&self, day: Day) -> Option<State> {
        let step = self.steps.iter().rev().find(|step| step.day <= day);
        step.map(|step| step.to)
    }

    /// The branch whose duty it is, or the committee's.
    fn branch(&self) -> (Subject, Option<UnitName>) {
        match &self.unit {
            Some(unit) => (Subject::Unit(unit.clone()), Some(unit.clone())),
            None => (Subject::Committee, None),
        }
    }
}

/// Home speaks with each member at least once a quarter. The quarter in which the case was opened counts as one in which they met, and a
/// case that is not active at its end owes none.
fn contacts(scene: &mut Scene<'_>) {
    let terms = scene.terms(|rule| match rule {
        Rule::Contact(timing) => Some(((), timing)),
        _ => None,
    });
    for term in terms {
        let last = term.window.until.min(scene.today);
        for case in &scene.facts.cases {
            let opened = case.steps.first().map(|step| step.day);
            let owed = case.side == Side::Outflow
                && opened.is_some_and(|opened| opened < term.window.from)
                && term.window.from <= scene.today
                && case.state_on(last) == Some(State::Active);
            if !owed {
                continue;
            }
            let made = case
                .contacts
                .iter()
                .find(|(day, _)| term.window.contains(*day));
            let (subject, unit) = case.branch();
            let when = Quarter::of(term.window.from);
            scene.add(Draft {
                policy: term.policy,
                ruled: term.ruled,
                subject,
                about: case.id.to_string(),
                unit,
                who: case.name.clone(),
                what: words(
                    format!("{when} 与外出党员联系"),
                    format!("{when}: contact with the member who is away"),
                ),
                from: term.window.from,
                due: term.window.until,
                planned: false,
                provisional: false,
                done: made.map(|(day, _)| *day),
                evidence: made.map(|(_, entry)| entry.clone()).into_iter().collect(),
                waits: false,
            });
        }
    }
}

/// What a state waits for, and which side must act; none: both.
const fn awaited(state: State) -> Option<(FlowStep, Option<Side>)> {
    match state {
        State::Departed => Some((FlowStep::Notice, Some(Side::Outflow))),
        State::Notified => Some((FlowStep::Answer, Some(Side::Inflow))),
        State::Claimed => Some((FlowStep::Confirm, Some(Side::Outflow))),
        State::Declined => Some((FlowStep::Correct, Some(Side::Outflow))),
        State::Accepted => Some((FlowStep::Place, Some(Side::Inflow))),
        State::LostContact => Some((FlowStep::Find, None)),
        State::Moved => Some((FlowStep::Follow, Some(Side::Outflow))),
        State::Active | State::Closed(_) => None,
    }
}

fn term_on<'a>(
    scene: &Scene<'a>,
    day: Day,
    step: FlowStep,
) -> Option<(&'a Policy, &'a Ruled, u16)> {
    scene.rule_on(day, |rule| match rule {
        Rule::FlowTerm { step: found, days } if *found == step => Some(*days),
        _ => None,
    })
}

fn steps<'a>(scene: &mut Scene<'a>, case: &'a CaseFacts) {
    for (at, step) in case.steps.iter().enumerate() {
        let Some((flow_step, side)) = awaited(step.to) else {
            continue;
        };
        let ours = side.is_none_or(|side| side == case.side);
        let next = case
            .steps
            .get(at + 1)
            .map(|next| (next.day, next.entry.clone()))
            .or_else(|| follower(scene, case, step.to, step.day));
        // What the partner did is its own record; only what we wait for is shown.
        if !ours && next.is_some() {
            continue;
        }
        let what = {
            use crate::domain::policy::Word as _;
            let (zh, en) = flow_step.label();
            words(zh, en)
        };
        let waiting = Waiting {
            step: flow_step,
            since: step.day,
            about: format!("{}/{at}", case.id),
            waits: !ours,
            done: next,
        };
        add(scene, case, waiting, what, vec![step.entry.clone()]);
    }
}

/// A moved case is followed by the next case of the same member.
fn follower(scene: &Scene<'_>, case: &CaseFacts, state: State, day: Day) -> Option<(Day, Entry)> {
    let member = case.member.filter(|_| state == State::Moved)?;
    scene
        .facts
        .cases
        .iter()
        .filter(|other| other.id != case.id && other.member == Some(member))
        .filter_map(|other| other.steps.first())
        .filter(|first| first.day >= day)
        .map(|first| (first.day, first.entry.clone()))
        .min_by_key(|(day, _)| *day)
}

struct Waiting {
    step: FlowStep,
    since: Day,
    about: String,
    waits: bool,
    done: Option<(Day, Entry)>,
}

fn add<'a>(
    scene: &mut Scene<'a>,
    case: &'a CaseFacts,
    waiting: Waiting,
    what: Words,
    mut evidence: Vec<Entry>,
) {
    let Some((policy, ruled, days)) = term_on(scene, waiting.since, waiting.step) else {
        return;
    };
    let (subject, unit) = case.branch();
    let done = waiting.done.as_ref().map(|(day, _)| *day);
    evidence.extend(waiting.done.map(|(_, entry)| entry));
    scene.add(Draft {
        policy,
        ruled,
        subject,
        about: waiting.about,
        unit,
        who: case.name.clone(),
        what,
        from: waiting.since,
        due: waiting.since.plus_days(i32::from(days)),
        planned: false,
        provisional: false,
        done,
        evidence,
        waits: waiting.waits,
    });
}

/// Days before the end of probation from which an opinion or a decision is about that end.
const EARLY_DAYS: i32 = 60;

/// The host writes its opinion when probation ends; home then decides, whether or not the host wrote.
fn probation<'a>(scene: &mut Scene<'a>, case: &'a CaseFacts) {
    let Some(until) = case.probation_until else {
        return;
    };
    if !matches!(
        case.state_on(until),
        Some(State::Active | State::LostContact)
    ) {
        return;
    }
    let first = |list: &[(Day, Entry)]| {
        let early = until.plus_days(-EARLY_DAYS);
        list.iter().find(|(day, _)| *day >= early).cloned()
    };
    let (opinion, decision) = (first(&case.opinions), first(&case.decisions));
    let host = case.side == Side::Inflow;
    // Once home has decided, an opinion is no longer waited for.
    if host || (opinion.is_none() && decision.is_none()) {
        let waiting = Waiting {
            step: FlowStep::Opinion,
            since: until,
            about: case.id.to_string(),
            waits: !host,
            done: opinion.clone(),
        };
        let what = words(
            "预备期满, 书面反馈表现和能否按期转正的意见",
            "probation ends: write how the member did and whether to convert",
        );
        add(scene, case, waiting, what, Vec::new());
    }
    if !host {
        let waiting = Waiting {
            step: FlowStep::Decision,
            since: until,
            about: case.id.to_string(),
            waits: false,
            done: decision,
        };
        let what = words("讨论预备党员转正", "decide on conversion");
        let asked = opinion.map(|(_, entry)| entry).into_iter().collect();
        add(scene, case, waiting, what, asked);
    }
}

fn statements<'a>(scene: &mut Scene<'a>, quarter: &'a QuarterFacts) {
    let from = quarter.quarter.last_day().plus_days(1);
    if !quarter.stated {
        return;
    }
    let partner: &Arc<str> = &quarter.partner;
    let about = format!("{partner}/{}", quarter.quarter);
    let mut due = from;
    if let Some((policy, ruled, days)) = term_on(scene, from, FlowStep::Statement) {
        due = from.plus_days(i32::from(days) - 1);
        let mut one = |what: Words, waits, done, about: String| {
            scene.add(Draft {
                policy,
                ruled,
                subject: Subject::Committee,
                about,
                unit: None,
                who: partner.to_string(),
                what,
                from,
                due,
                planned: false,
                provisional: false,
                done,
                evidence: Vec::new(),
                waits,
            });
        };
        let zh = format!("{} 季度通报", quarter.quarter);
        let en = format!("statement of {}", quarter.quarter);
        one(words(&zh, &en), false, quarter.ours, format!("{about}/own"));
        if quarter.theirs.is_none() {
            let what = words(format!("对方的 {zh}"), format!("the partner's {en}"));
            one(what, true, None, format!("{about}/partner"));
        }
    }
    let both = quarter.ours.zip(quarter.theirs);
    let (Some((ours, theirs)), Some((policy, ruled, days))) =
        (both, term_on(scene, from, FlowStep::Closing))
    else {
        return;
    };
    scene.add(Draft {
        policy,
        ruled,
        subject: Subject::Committee,
        about: format!("{about}/closing"),
        unit: None,
        who: partner.to_string(),
        what: words(
            format!("{} 季度对账结账", quarter.quarter),
            format!("reconcile and close {}", quarter.quarter),
        ),
        from: ours.max(theirs),
        due: due.max(ours).max(theirs).plus_days(i32::from(days)),
        planned: false,
        provisional: false,
        done: quarter.closed_on,
        evidence: Vec::new(),
        waits: !quarter.our_turn,
    });
}

impl Standing {
    /// How urgent it is for people here: the smaller the sooner.
    pub const fn rank(&self) -> u8 {
        match self {
            Self::Overdue => 0,
            Self::Due => 1,
            Self::WaitingForPartner => 2,
            Self::Upcoming => 3,
            Self::Excused { .. } => 4,
            Self::DoneLate(_) => 5,
            Self::Done(_) => 6,
        }
    }
}
