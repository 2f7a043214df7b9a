//! What each person owes: lectures, talks, reports, training, the role played, dues.

use std::{borrow::Cow, sync::Arc};

use hongyan_proto::time::Day;

use super::{
    Subject,
    activity::{by_plan, by_rule},
    draft::Draft,
    facts::{Entry, Held, Kept, Person, UnitKind, UnitName, Who},
    folk::{Folk, Records},
    term::{Scene, Term, words},
};
use crate::domain::policy::{
    Between, Exempt, Period, Post, Rule, Timing, Window, Word as _, Words,
};

pub(super) fn find(scene: &mut Scene<'_>) {
    if scene.keeps(Kept::Meetings) {
        lectures(scene);
    }
    if scene.keeps(Kept::Talks) {
        talks(scene);
    }
    if scene.keeps(Kept::Reports) {
        reports(scene);
    }
    if scene.keeps(Kept::Training) {
        training(scene);
    }
    if scene.keeps(Kept::Roles) {
        roles(scene);
    }
    if scene.keeps(Kept::Dues) {
        dues(scene);
    }
}

/// The branch in which a person owes something for a whole period: they belong here at both its ends, or until today, and are not the
/// host's to manage. Who came, left or went away within it owes nothing for it here.
fn owes<'a>(folk: &'a Folk<'a>, window: &Window, today: Day) -> Option<&'a UnitName> {
    let last = window.until.min(today).max(window.from);
    let joined = folk.person.joined;
    folk.here_on(window.from)
        .filter(|_| joined.is_none_or(|joined| joined <= window.from))?;
    folk.here_on(last)
}

/// When something was fulfilled, and what counts towards it.
type Fulfilled<'a> = (Option<Day>, Vec<&'a Entry>);

/// A duty of one person in a branch.
fn add<'a, T>(
    scene: &mut Scene<'a>,
    term: &Term<'a, T>,
    (person, branch): (&'a Person, &'a UnitName),
    what: Arc<Words>,
    (done, evidence): Fulfilled<'a>,
) {
    scene.add(Draft {
        subject: Subject::Person(person.who),
        unit: Some(branch),
        who: &person.name,
        done,
        evidence,
        ..Draft::of(term, what)
    });
}

/// The first `times` of dated entries in a window, and the day on which the last of them fell.
fn counted<'a>(list: &[(Day, &'a Entry)], window: &Window) -> Fulfilled<'a> {
    let times = usize::from(window.times);
    let mut done = None;
    let found = list.iter().filter(|(day, _)| window.contains(*day));
    let evidence = found.take(times).enumerate().map(|(at, (day, entry))| {
        done = Some(*day).filter(|_| at + 1 == times);
        *entry
    });
    let evidence = evidence.collect();
    (done, evidence)
}

/// Which units' officers a rule speaks of.
#[derive(Clone, Copy, Eq, PartialEq)]
enum Of {
    /// Those of branches and general branches.
    Branches,
    /// Those of the committee as well.
    All,
}

/// Where a person holds a post on a day, as far as a rule speaks of it.
fn posts<'a>(
    scene: &Scene<'a>,
    (person, post, of): (&'a Person, Post, Of),
    day: Day,
) -> impl Iterator<Item = &'a UnitName> {
    let index = scene.index;
    person.holds(post, day).filter(move |unit| {
        let kind = || index.unit(unit).map(|unit| unit.kind);
        // Leading cadres are the committee's own officers.
        of == Of::All || post == Post::Leader || kind() != Some(UnitKind::Committee)
    })
}

/// Where a post was held at both ends of a period, or until today. Whoever took it up or laid it down within the period owes nothing for it.
fn held_through<'a>(
    scene: &Scene<'a>,
    (person, post, of): (&'a Person, Post, Of),
    window: &Window,
) -> Option<&'a UnitName> {
    let last = window.until.min(scene.today).max(window.from);
    let at = |day| posts(scene, (person, post, of), day);
    let unit = at(window.from).find(|unit| at(last).any(|held| held == *unit))?;
    Some(scene.index.branch_or(unit))
}

/// The branch in which a person owes something as the holder of a post. Whoever is exempt from activities still reports, learns and, in
/// office, lectures: the papers let the old and the ill take part in another way (C 二3, Z 二(二)), and free nobody of what they do themselves.
fn held<'a>(
    scene: &Scene<'a>,
    folk: &'a Folk<'a>,
    (post, of): (Post, Of),
    window: &Window,
) -> Option<&'a UnitName> {
    let held = match post {
        Post::Member => None,
        post => Some(held_through(scene, (folk.person, post, of), window)?),
    };
    let branch = owes(folk, window, scene.today)?;
    Some(held.unwrap_or(branch))
}

// Of each person all periods are gone through before the next person: what is recorded of one lies together.

fn lectures(scene: &mut Scene<'_>) {
    let terms = scene.terms(|rule| match rule {
        Rule::Lecture { by, timing } => Some((*by, timing)),
        _ => None,
    });
    let terms = with_words(terms, |term| {
        let times = term.window.times;
        words(
            format!("讲党课 {times} 次"),
            format!("lecture, times: {times}"),
        )
    });
    for folk in scene.people {
        let records = scene.index.people.records(folk);
        for (term, what) in &terms {
            let post = (term.asks, Of::Branches);
            if let Some(branch) = held(scene, folk, post, &term.window) {
                let done = counted(&records.lectures, &term.window);
                add(scene, term, (folk.person, branch), what.clone(), done);
            }
        }
    }
}

fn reports(scene: &mut Scene<'_>) {
    let terms = scene.terms(|rule| match rule {
        Rule::StudyReport { by, timing } => Some((*by, timing)),
        _ => None,
    });
    let terms = with_words(terms, |term| match term.asks {
        Post::Secretary => words(
            "代表支部述学述做",
            "report on study and work for the branch",
        ),
        _ => words("述学述做", "report on study and work"),
    });
    let mut terms = terms;
    // Those for the branch first: what was given for it was not given for oneself as well.
    terms.sort_by_key(|(term, _)| term.asks != Post::Secretary);
    for folk in scene.people {
        let records = scene.index.people.records(folk);
        let mut own = Cow::Borrowed(&records.reports);
        for (term, what) in &terms {
            let post = (term.asks, Of::Branches);
            let Some(branch) = held(scene, folk, post, &term.window) else {
                continue;
            };
            let done = if term.asks == Post::Secretary {
                let done = counted(&records.reports, &term.window);
                own.to_mut().retain(|(_, entry)| !done.1.contains(entry));
                done
            } else {
                counted(&own, &term.window)
            };
            add(scene, term, (folk.person, branch), what.clone(), done);
        }
    }
}

/// Each period with what people read about it.
fn with_words<'a, T>(
    terms: Vec<Term<'a, T>>,
    what: impl Fn(&Term<'a, T>) -> Arc<Words>,
) -> Vec<(Term<'a, T>, Arc<Words>)> {
    let terms = terms.into_iter();
    terms
        .map(|term| {
            let what = what(&term);
            (term, what)
        })
        .collect()
}

/// Whoever holds one of these owes its hours, and not those of the post as well.
const fn more_than(post: Post) -> &'static [Post] {
    match post {
        Post::Member => &[Post::Secretary, Post::CommitteeMember],
        Post::CommitteeMember => &[Post::Secretary],
        Post::Secretary | Post::Leader => &[],
    }
}

fn holds_more(person: &Person, post: Post, day: Day) -> bool {
    let mut more = more_than(post).iter();
    more.any(|post| person.holds(*post, day).next().is_some())
}

fn training(scene: &mut Scene<'_>) {
    let yearly = Timing::Times(1, Period::Year);
    let terms = scene.terms_of(|rule, year| match rule {
        Rule::Training { of, hours } => Some(((*of, *hours), yearly.windows(year))),
        _ => None,
    });
    for folk in scene.people {
        let records = scene.index.people.records(folk);
        for term in &terms {
            let (post, hours) = term.asks;
            let person = folk.person;
            // Who held a post for a part of the year owes its hours no more, and those of members still.
            let by = |post: &Post| held(scene, folk, (*post, Of::All), &term.window);
            let branch =
                by(&post).filter(|_| !more_than(post).iter().any(|more| by(more).is_some()));
            if let Some(branch) = branch {
                let (what, done) = hours_of(records, hours, &term.window);
                add(scene, term, (person, branch), what, done);
            }
        }
    }
}

/// The hours of training in a window, and when they became enough.
fn hours_of<'a>(records: &Records<'a>, hours: u16, window: &Window) -> (Arc<Words>, Fulfilled<'a>) {
    let mut sum = 0_u32;
    let mut done = None;
    let mut evidence = Vec::new();
    let had = records.training.iter();
    let mut had: Vec<_> = had.filter(|one| window.contains(one.day)).collect();
    had.sort_by_key(|one| one.day);
    for one in had {
        sum += u32::from(one.what);
        evidence.push(&one.entry);
        if sum >= 10 * u32::from(hours) && done.is_none() {
            done = Some(one.day);
        }
    }
    let what = words(
        format!("集中培训 {hours} 学时 (已 {})", tenths(sum)),
        format!("{hours} hours of training, {} so far", tenths(sum)),
    );
    (what, (done, evidence))
}

/// 12.5, and 12 for a whole number.
fn tenths(sum: u32) -> String {
    match sum % 10 {
        0 => (sum / 10).to_string(),
        rest => format!("{}.{rest}", sum / 10),
    }
}

fn roles(scene: &mut Scene<'_>) {
    let terms = scene.terms(|rule| match rule {
        Rule::RecordBook { role, .. } => role.as_ref().map(|timing| ((), timing)),
        _ => None,
    });
    let what = words("记录发挥作用情况", "record the role played");
    for folk in scene.people {
        let records = scene.index.people.records(folk);
        for term in &terms {
            let owed = owes(folk, &term.window, scene.today);
            let done = counted(&records.roles, &term.window);
            // What was recorded all the same stays, with its evidence.
            let exempt = || records.is_exempt(Exempt::Records, term.window.until);
            if let Some(branch) = owed.filter(|_| done.0.is_some() || !exempt()) {
                add(scene, term, (folk.person, branch), what.clone(), done);
            }
        }
    }
}

/// Dues belong to the side that manages the member on the month's first day, so that a month is owed at exactly one of two nodes; a
/// probationary member owes the month of admission.
fn dues(scene: &mut Scene<'_>) {
    let monthly = Timing::Times(1, Period::Month);
    let terms = scene.terms_of(|rule, year| match rule {
        Rule::Dues => Some(((), monthly.windows(year))),
        _ => None,
    });
    let terms = with_words(terms, |term| {
        let month = term.window.from.month();
        words(format!("交纳 {month} 党费"), format!("dues of {month}"))
    });
    for folk in scene.people {
        let person = folk.person;
        let records = scene.index.people.records(folk);
        for (term, what) in &terms {
            let month = term.window.from.month();
            let first = person
                .joined
                .filter(|joined| joined.month() == month)
                .unwrap_or(term.window.from);
            if person.joined.is_some_and(|joined| joined > first) {
                continue;
            }
            let Some(branch) = folk.here_on(first) else {
                continue;
            };
            let paid = records.paid(month);
            let evidence = paid.map(|paid| &paid.entry).into_iter().collect();
            let done = (paid.map(|paid| paid.day), evidence);
            add(scene, term, (person, branch), what.clone(), done);
        }
    }
}

fn talks(scene: &mut Scene<'_>) {
    let terms = scene.terms(|rule| match rule {
        Rule::Talk {
            between,
            timing,
            before_activity_day,
        } => Some(((*between, *before_activity_day), timing)),
        _ => None,
    });
    for mut term in terms {
        let (between, before) = term.asks;
        let window = term.window;
        let (zh, en) = between.label();
        let what = words(format!("谈心谈话 ({zh})"), format!("talk: {en}"));
        for folk in scene.people {
            let Some(branch) = talked_to(scene, folk, between, &window) else {
                continue;
            };
            let until = if before {
                day_before(scene, branch, &window)
            } else {
                window.until
            };
            // What happened after the activity day is late, and still closes the duty.
            let had = scene.index.people.records(folk).talks.iter();
            let mut had: Vec<_> = had
                .filter(|talk| window.contains(talk.day))
                .filter(|talk| {
                    let mut with = talk.with.iter();
                    with.any(|who| speaks(scene, between, (folk, *who), (branch, talk.day)))
                })
                .map(|talk| (talk.day, &talk.entry))
                .collect();
            had.sort();
            let done = counted(&had, &window);
            term.window.until = until;
            add(scene, &term, (folk.person, branch), what.clone(), done);
        }
    }
}

/// Whom a talk is owed to, and in which branch.
fn talked_to<'a>(
    scene: &Scene<'a>,
    folk: &'a Folk<'a>,
    between: Between,
    window: &Window,
) -> Option<&'a UnitName> {
    let (person, day) = (folk.person, window.from);
    let post = |post, of| held_through(scene, (person, post, of), window);
    match between {
        Between::SecretaryAndCommittee => post(Post::CommitteeMember, Of::Branches)
            .filter(|_| post(Post::Secretary, Of::Branches).is_none()),
        Between::CommitteeMembers => post(Post::CommitteeMember, Of::All)
            .filter(|branch| has_colleague(scene, (folk.person, branch), window)),
        Between::CommitteeAndMembers => {
            owes(folk, window, scene.today).filter(|_| !holds_more(person, Post::Member, day))
        }
        Between::FlowMembers => folk.branch_on(day).filter(|_| person.is_away(day)),
    }
}

/// Was anybody else in office in the branch at some time of the period, so far? Of one alone there is nobody to talk to (J 一5: 班子成员之间).
fn has_colleague(
    scene: &Scene<'_>,
    (person, branch): (&Person, &UnitName),
    window: &Window,
) -> bool {
    let last = window.until.min(scene.today).max(window.from);
    let mut committee = scene.index.committee(branch).iter();
    committee.any(|(who, stay)| {
        *who != person.who
            && stay.from.is_none_or(|from| from <= last)
            && stay.until.is_none_or(|until| window.from <= until)
    })
}

/// Is this the other person whom the talk must be with: one who leads the same branch?
fn speaks<'a>(
    scene: &Scene<'a>,
    between: Between,
    (folk, other): (&'a Folk<'a>, Who),
    (branch, day): (&'a UnitName, Day),
) -> bool {
    // A member who moved since then was talked to in the branch of that day.
    let branch = match between {
        Between::CommitteeAndMembers => folk.branch_on(day).unwrap_or(branch),
        _ => branch,
    };
    let holds = |post| {
        let other = scene.index.people.person(other);
        let mut held = other.into_iter().flat_map(|other| other.holds(post, day));
        held.any(|held| scene.index.branch_or(held) == branch)
    };
    let other_than = other != folk.person.who;
    other_than
        && match between {
            Between::SecretaryAndCommittee => holds(Post::Secretary),
            Between::CommitteeMembers | Between::CommitteeAndMembers => {
                holds(Post::CommitteeMember) || holds(Post::Secretary)
            }
            Between::FlowMembers => true,
        }
}

/// The day before the month's activity day: as it was held, or as it is planned.
fn day_before<'a>(scene: &Scene<'a>, branch: &'a UnitName, window: &Window) -> Day {
    let rule = scene.rule_on(window.from, |rule| match rule {
        Rule::ActivityDay {
            day, shift, joint, ..
        } => Some((day, *shift, joint.as_slice())),
        _ => None,
    });
    let Some((_, _, (day, shift, joint))) = rule else {
        return window.until;
    };
    let held = scene
        .index
        .held_in(branch, Held::ActivityDay, joint, window)
        .next()
        .map(|one| one.day);
    let month = window.from.month();
    let named = || by_plan(scene, branch, month).or_else(|| by_rule(scene, (day, shift), month));
    match held.or_else(|| Some(named()?.held)) {
        Some(day) => day.plus_days(-1).max(window.from),
        None => window.until,
    }
}
