//! The two-sided duties: screening, quarterly contact, the steps of a case, statements, probation.
//!
//! What the partner must do is shown as waiting for it and never as a breach of ours.

use std::sync::Arc;

use hongyan_proto::time::{Day, Quarter};

use super::{
    draft::Draft,
    facts::{CaseFacts, CaseStep, Entry, Kept, PROBATION_EARLY_DAYS, Probation, QuarterFacts, Who},
    folk::Folk,
    term::{Scene, dated, words},
};
use crate::domain::{
    case::{Closing, Side, State},
    policy::{FlowStep, Policy, Rule, Ruled, Word as _, Words},
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
        certificate(scene, case);
        probation(scene, case);
    }
    for quarter in &scene.facts.quarters {
        statements(scene, quarter);
    }
}

/// What single people bring.
pub(super) fn of_people(scene: &mut Scene<'_>) {
    if scene.keeps(Kept::Flow) {
        for folk in scene.people {
            own_probation(scene, folk);
        }
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
        let what = words(
            format!("{year} 年流动党员排查"),
            format!("screening of {year}: who is where"),
        );
        scene.add(Draft::of(&term, what).closed(made.map(dated)));
    }
}

impl CaseFacts {
    /// The state at the end of a day.
    fn state_on(&self, day: Day) -> Option<State> {
        let step = self.steps.iter().rev().find(|step| step.on <= day);
        step.map(|step| step.to)
    }
}

/// Home speaks with each member at least once a quarter, from the departure on, whether or not a host has them yet. The quarter in which they
/// left counts as one in which they met, and whoever is not away at its end is owed none.
fn contacts(scene: &mut Scene<'_>) {
    let terms = scene.terms(|rule| match rule {
        Rule::Contact(timing) => Some(((), timing)),
        _ => None,
    });
    for term in terms {
        let last = term.window.until.min(scene.today);
        for case in &scene.facts.cases {
            // By the days that the letters name: who is entered late was away all the same.
            let opened = case.since.or(case.steps.first().map(|step| step.day));
            let owed = opened.is_some_and(|opened| opened < term.window.from)
                && term.window.from <= scene.today
                && keeps_contact(scene, case, last);
            if !owed {
                continue;
            }
            let made = case
                .contacts
                .iter()
                .find(|(day, _)| term.window.contains(*day));
            let when = Quarter::of(term.window.from);
            let what = words(
                format!("{when} 与外出党员联系"),
                format!("{when}: contact with the member who is away"),
            );
            let draft = Draft {
                about: case.id.to_string(),
                who: &case.name,
                ..Draft::of(&term, what)
            };
            let branch = case.unit.as_ref();
            scene.add(draft.by_branch(branch).closed(made.map(dated)));
        }
    }
}

/// Is the member away on that day, by home's own word, and contact not lost? After a move the next case says so.
fn keeps_contact(scene: &Scene<'_>, case: &CaseFacts, day: Day) -> bool {
    let void = case.steps.last().is_some_and(|step| step.to.is_void());
    let mut steps = case.steps.iter().rev();
    let Some(step) = steps.find(|step| step.on <= day) else {
        return false;
    };
    case.side == Side::Outflow
        && !void
        && step.to.keeps_contact()
        && follower(scene, case, step.to, step.day).is_none()
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
            .map(|next| (next.day, &next.entry))
            .or_else(|| follower(scene, case, step.to, step.day));
        // What the partner did is its own record; only what we wait for is shown. What follows a move may be a third's case, of which the
        // host is not told: it waits for nothing.
        if !ours && (next.is_some() || flow_step == FlowStep::Follow) {
            continue;
        }
        let (zh, en) = flow_step.label();
        let what = if next.is_none() && !case.agreed {
            words(
                format!("{zh} (协议已终止: 另签协议, 或由流出地结案)"),
                format!("{en} (the agreement is over: sign another, or home ends the case)"),
            )
        } else {
            words(zh, en)
        };
        let waiting = Waiting {
            step: flow_step,
            since: departed(scene, case, step).unwrap_or(step.day),
            about: format!("{}/{at}", case.id),
            waits: !ours,
            done: next,
        };
        add(scene, case, waiting, what, vec![&step.entry]);
    }
}

/// The host looks at the certificate of whoever it accepts, and home at that of whoever is back, if there is one. What the host looked at before
/// it accepted counts; on the way back only what was seen since.
fn certificate<'a>(scene: &mut Scene<'a>, case: &'a CaseFacts) {
    for step in &case.steps {
        let (flow_step, seen_from) = match (case.side, step.to) {
            (Side::Inflow, State::Accepted) => (FlowStep::Check, None),
            (Side::Outflow, State::Closed(Closing::Returned)) if case.has_certificate => {
                (FlowStep::CheckBack, Some(step.on))
            }
            _ => continue,
        };
        let mut looks = case.looks.iter();
        let look = looks.find(|(day, _)| seen_from.is_none_or(|from| from <= *day));
        let (zh, en) = flow_step.label();
        let waiting = Waiting {
            step: flow_step,
            since: step.day,
            about: format!("{}/{}", case.id, flow_step.name()),
            waits: false,
            done: look.map(dated),
        };
        add(scene, case, waiting, words(zh, en), vec![&step.entry]);
    }
}

/// The day from which a notice is due: a term from the departure does not wait for somebody to write that down. What was before this node kept
/// any book, or before a policy asked, was nobody's neglect here.
fn departed(scene: &Scene<'_>, case: &CaseFacts, step: &CaseStep) -> Option<Day> {
    let since = case.since.filter(|_| step.to == State::Departed)?;
    let since = since.max(scene.horizon.from).min(step.day);
    term_on(scene, since, FlowStep::Notice).map(|_| since)
}

/// A moved case is followed by the next case of the same member.
fn follower<'a>(
    scene: &Scene<'a>,
    case: &CaseFacts,
    state: State,
    day: Day,
) -> Option<(Day, &'a Entry)> {
    let member = case.member.filter(|_| state == State::Moved)?;
    scene
        .facts
        .cases
        .iter()
        .filter(|other| other.id != case.id && other.member == Some(member))
        .filter_map(|other| other.steps.first())
        .filter(|first| first.day >= day)
        .map(|first| (first.day, &first.entry))
        .min_by_key(|(day, _)| *day)
}

struct Waiting<'a> {
    step: FlowStep,
    since: Day,
    about: String,
    waits: bool,
    done: Option<(Day, &'a Entry)>,
}

fn add<'a>(
    scene: &mut Scene<'a>,
    case: &'a CaseFacts,
    waiting: Waiting<'a>,
    what: Arc<Words>,
    evidence: Vec<&'a Entry>,
) {
    let Some((policy, ruled, days)) = term_on(scene, waiting.since, waiting.step) else {
        return;
    };
    let term = (waiting.since, waiting.since.plus_days(i32::from(days)));
    let draft = Draft {
        about: waiting.about,
        who: &case.name,
        evidence,
        waits: waiting.waits,
        ..Draft::new((policy, ruled), term, what)
    };
    scene.add(draft.by_branch(case.unit.as_ref()).closed(waiting.done));
}

/// The host writes its opinion when probation ends; home then decides, whether or not the host wrote.
fn probation<'a>(scene: &mut Scene<'a>, case: &'a CaseFacts) {
    let mut begun = None;
    let times = case.probation.iter();
    for time in times.filter(|time| !time.is_corrected()) {
        its_end(scene, case, (time, begun));
        begun = time.decided.as_ref().map(|(day, _)| *day);
    }
}

/// What was said before the time of probation began, or began it, is not about its end.
fn its_end<'a>(
    scene: &mut Scene<'a>,
    case: &'a CaseFacts,
    (time, begun): (&'a Probation, Option<Day>),
) {
    let until = time.until;
    if !matches!(
        case.state_on(until),
        Some(State::Active | State::LostContact)
    ) {
        return;
    }
    let first = |list: &'a [(Day, Entry)]| {
        let early = until.plus_days(-PROBATION_EARLY_DAYS);
        let about = |day: Day| day >= early && begun.is_none_or(|begun| begun < day);
        list.iter().find(|(day, _)| about(*day)).map(dated)
    };
    let opinion = first(&case.opinions);
    let decision = first(&case.decisions).or(time.decided.as_ref().map(dated));
    let host = case.side == Side::Inflow;
    // Once home has decided, an opinion is no longer waited for, on either side.
    if (host && opinion.is_some()) || (opinion.is_none() && decision.is_none()) {
        let waiting = Waiting {
            step: FlowStep::Opinion,
            since: until,
            about: case.id.to_string(),
            waits: !host,
            done: opinion,
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

/// Home decides about its own members who are here when probation ends; about those who are away the case says what is due.
fn own_probation<'a>(scene: &mut Scene<'a>, folk: &'a Folk<'a>) {
    let person = folk.person;
    let Who::Member(_) = person.who else { return };
    let times = person.probation.iter();
    for probation in times.filter(|time| !time.is_corrected()) {
        let until = probation.until;
        let (Some(branch), Some((policy, ruled, days))) = (
            folk.here_on(until),
            term_on(scene, until, FlowStep::Decision),
        ) else {
            continue;
        };
        let term = (until, until.plus_days(i32::from(days)));
        if probation.decided.is_none() && person.left_before(term.1) {
            continue;
        }
        let what = words("预备期满, 讨论转正", "probation ends: decide on conversion");
        let draft = Draft {
            about: format!("{:?}", person.who),
            who: &person.name,
            ..Draft::new((policy, ruled), term, what)
        };
        let draft = draft.by_branch(Some(branch));
        scene.add(draft.closed(probation.decided.as_ref().map(dated)));
    }
}

fn statements<'a>(scene: &mut Scene<'a>, quarter: &'a QuarterFacts) {
    let from = quarter.quarter.last_day().plus_days(1);
    if !quarter.stated {
        return;
    }
    // What is not told before another agreement is signed says so.
    let over = if quarter.agreed || quarter.closed_on.is_some() {
        ("", "")
    } else {
        (
            " (协议已终止, 须另签协议)",
            " (the agreement is over: sign another)",
        )
    };
    let partner: &Arc<str> = &quarter.partner;
    let about = format!("{partner}/{}", quarter.quarter);
    let mut due = from;
    if let Some((policy, ruled, days)) = term_on(scene, from, FlowStep::Statement) {
        due = from.plus_days(i32::from(days) - 1);
        let mut one = |what: Arc<Words>, waits, done, about: String| {
            scene.add(Draft {
                about,
                who: partner,
                waits,
                ..Draft::new((policy, ruled), (from, due), what).closed(done)
            });
        };
        let zh = format!("{} 季度通报", quarter.quarter);
        let en = format!("statement of {}", quarter.quarter);
        let ours = quarter.ours.as_ref().map(dated);
        let (own_zh, own_en) = if ours.is_none() { over } else { ("", "") };
        let own = words(format!("{zh}{own_zh}"), format!("{en}{own_en}"));
        one(own, false, ours, format!("{about}/own"));
        if quarter.theirs.is_none() {
            let (over_zh, over_en) = over;
            let what = words(
                format!("对方的 {zh}{over_zh}"),
                format!("the partner's {en}{over_en}"),
            );
            one(what, true, None, format!("{about}/partner"));
        }
    }
    let both = quarter.ours.as_ref().zip(quarter.theirs.as_ref());
    let (Some((ours, theirs)), Some((policy, ruled, days))) =
        (both, term_on(scene, from, FlowStep::Closing))
    else {
        return;
    };
    let both = ours.0.max(theirs.0);
    let term = (both, due.max(both).plus_days(i32::from(days)));
    let what = words(
        format!("{} 季度对账结账{}", quarter.quarter, over.0),
        format!("reconcile and close {}{}", quarter.quarter, over.1),
    );
    let draft = Draft {
        about: format!("{about}/closing"),
        who: partner,
        evidence: vec![&ours.1, &theirs.1],
        waits: !quarter.our_turn,
        ..Draft::new((policy, ruled), term, what)
    };
    scene.add(draft.closed(quarter.closed_on.as_ref().map(dated)));
}
