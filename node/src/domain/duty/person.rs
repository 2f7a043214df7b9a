//! What each person owes: lectures, talks, reports, training, the role played, dues.

use hongyan_proto::time::Day;

use super::{
    Subject,
    activity::planned,
    draft::Draft,
    facts::{Entry, Held, Kept, Person, UnitKind, UnitName, Who},
    term::{Scene, Term, words},
};
use crate::domain::policy::{Between, Exempt, Period, Post, Rule, Timing, Window, Word as _};

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

/// The unit in which a person owes something for a whole period: they belong here at both its ends, or until today, and are not the
/// host's to manage. Who came, left or went away within it owes nothing for it here.
fn owes<'a>(person: &'a Person, window: &Window, today: Day) -> Option<&'a UnitName> {
    let last = window.until.min(today).max(window.from);
    let here = |day| person.stay(day).filter(|_| !person.is_away(day));
    let whole = |day: Day| person.joined.is_none_or(|joined| joined <= day);
    here(window.from).filter(|_| whole(window.from))?;
    here(last).map(|stay| &stay.unit)
}

/// A duty of one person about which `done` says when and by what it was fulfilled.
fn add<'a, T>(
    scene: &mut Scene<'a>,
    term: &Term<'a, T>,
    (person, unit): (&'a Person, &UnitName),
    what: (String, String),
    (done, evidence): (Option<Day>, Vec<Entry>),
) {
    let branch = scene.index.branch(unit).map_or(unit, |branch| &branch.name);
    scene.add(Draft {
        subject: Subject::Person(person.who),
        unit: Some(branch.clone()),
        who: person.name.clone(),
        done,
        evidence,
        ..Draft::of(term, words(what.0, what.1))
    });
}

/// The first `times` of dated entries in a window, and the day on which the last of them fell.
fn counted(list: Option<&Vec<(Day, &Entry)>>, window: &Window) -> (Option<Day>, Vec<Entry>) {
    let times = usize::from(window.times);
    let found: Vec<_> = list
        .into_iter()
        .flatten()
        .filter(|(day, _)| window.contains(*day))
        .take(times)
        .collect();
    let done = found.get(times.saturating_sub(1)).map(|(day, _)| *day);
    (
        done,
        found
            .into_iter()
            .map(|(_, entry)| (*entry).clone())
            .collect(),
    )
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
    at(window.from).find(|unit| at(last).any(|held| held == *unit))
}

/// Who owes something as the holder of a post, and where.
fn holders<'a>(
    scene: &Scene<'a>,
    (post, of): (Post, Of),
    window: Window,
) -> Vec<(&'a Person, &'a UnitName)> {
    let exempt = |person: &&'a Person| {
        let index = scene.index;
        index.is_exempt(person.who, Exempt::Attendance, window.until)
    };
    let people = scene.facts.people.iter();
    people
        .filter(|person| !exempt(person))
        .filter_map(|person| {
            let unit = owes(person, &window, scene.today)?;
            let held = match post {
                Post::Member => Some(unit),
                post => held_through(scene, (person, post, of), &window),
            };
            Some((person, held?))
        })
        .collect()
}

fn lectures(scene: &mut Scene<'_>) {
    let terms = scene.terms(|rule| match rule {
        Rule::Lecture { by, timing } => Some((*by, timing)),
        _ => None,
    });
    for term in terms {
        for (person, unit) in holders(scene, (term.asks, Of::Branches), term.window) {
            let done = counted(scene.index.lectures.get(&person.who), &term.window);
            let times = term.window.times;
            let what = (
                format!("讲党课 {times} 次"),
                format!("lecture, times: {times}"),
            );
            add(scene, &term, (person, unit), what, done);
        }
    }
}

fn reports(scene: &mut Scene<'_>) {
    let terms = scene.terms(|rule| match rule {
        Rule::StudyReport { by, timing } => Some((*by, timing)),
        _ => None,
    });
    for term in terms {
        for (person, unit) in holders(scene, (term.asks, Of::Branches), term.window) {
            let done = counted(scene.index.reports.get(&person.who), &term.window);
            let what = ("述学述做".to_owned(), "report on study and work".to_owned());
            add(scene, &term, (person, unit), what, done);
        }
    }
}

/// Whoever holds a post owes its hours and not those of members as well.
fn holds_more(person: &Person, post: Post, day: Day) -> bool {
    let more: &[Post] = match post {
        Post::Member => &[Post::Secretary, Post::CommitteeMember],
        Post::CommitteeMember => &[Post::Secretary],
        Post::Secretary | Post::Leader => &[],
    };
    more.iter()
        .any(|post| person.holds(*post, day).next().is_some())
}

fn training(scene: &mut Scene<'_>) {
    let yearly = Timing::Times(1, Period::Year);
    let terms = scene.terms_of(|rule, year| match rule {
        Rule::Training { of, hours } => Some(((*of, *hours), yearly.windows(year))),
        _ => None,
    });
    for term in terms {
        let (post, hours) = term.asks;
        for (person, unit) in holders(scene, (post, Of::All), term.window) {
            if holds_more(person, post, term.window.from) {
                continue;
            }
            let mut sum = 0_u32;
            let mut done = None;
            let mut evidence = Vec::new();
            let mut had: Vec<_> = scene
                .index
                .training
                .get(&person.who)
                .into_iter()
                .flatten()
                .filter(|one| term.window.contains(one.day))
                .collect();
            had.sort_by_key(|one| one.day);
            for one in had {
                sum += u32::from(one.what);
                evidence.push(one.entry.clone());
                if sum >= 10 * u32::from(hours) && done.is_none() {
                    done = Some(one.day);
                }
            }
            let what = (
                format!("集中培训 {hours} 学时 (已 {})", tenths(sum)),
                format!("{hours} hours of training, {} so far", tenths(sum)),
            );
            add(scene, &term, (person, unit), what, (done, evidence));
        }
    }
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
    let today = scene.today;
    for term in terms {
        for person in &scene.facts.people {
            let Some(unit) = owes(person, &term.window, today) else {
                continue;
            };
            if scene
                .index
                .is_exempt(person.who, Exempt::Records, term.window.until)
            {
                continue;
            }
            let done = counted(scene.index.roles.get(&person.who), &term.window);
            let what = (
                "记录发挥作用情况".to_owned(),
                "record the role played".to_owned(),
            );
            add(scene, &term, (person, unit), what, done);
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
    for term in terms {
        let month = term.window.from.month();
        for person in &scene.facts.people {
            let first = person
                .joined
                .filter(|joined| joined.month() == month)
                .unwrap_or(term.window.from);
            if person.joined.is_some_and(|joined| joined > first) || person.is_away(first) {
                continue;
            }
            let Some(stay) = person.stay(first) else {
                continue;
            };
            let paid = scene
                .index
                .dues
                .get(&person.who)
                .and_then(|months| months.get(&month));
            let done = (
                paid.map(|paid| paid.day),
                paid.map(|paid| paid.entry.clone()).into_iter().collect(),
            );
            let what = (format!("交纳 {month} 党费"), format!("dues of {month}"));
            add(scene, &term, (person, &stay.unit), what, done);
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
        for person in &scene.facts.people {
            let Some(unit) = talked_to(scene, person, between, &window) else {
                continue;
            };
            let until = if before {
                day_before(scene, unit, &window)
            } else {
                window.until
            };
            // What happened after the activity day is late, and still closes the duty.
            let mut had: Vec<_> = scene
                .index
                .talks
                .get(&person.who)
                .into_iter()
                .flatten()
                .filter(|talk| window.contains(talk.day))
                .filter(|talk| {
                    talk.with
                        .iter()
                        .any(|who| speaks(scene, between, (person, *who), (unit, talk.day)))
                })
                .map(|talk| (talk.day, &talk.entry))
                .collect();
            had.sort();
            let done = counted(Some(&had), &window);
            term.window.until = until;
            let (zh, en) = between.label();
            let what = (format!("谈心谈话 ({zh})"), format!("talk: {en}"));
            add(scene, &term, (person, unit), what, done);
        }
    }
}

/// Whom a talk is owed to, and in which unit.
fn talked_to<'a>(
    scene: &Scene<'a>,
    person: &'a Person,
    between: Between,
    window: &Window,
) -> Option<&'a UnitName> {
    let day = window.from;
    let post = |post, of| held_through(scene, (person, post, of), window);
    match between {
        Between::SecretaryAndCommittee => post(Post::CommitteeMember, Of::Branches)
            .filter(|_| post(Post::Secretary, Of::Branches).is_none()),
        Between::CommitteeMembers => post(Post::CommitteeMember, Of::All),
        Between::CommitteeAndMembers => {
            owes(person, window, scene.today).filter(|_| !holds_more(person, Post::Member, day))
        }
        Between::FlowMembers => {
            let stay = person.stay(day).filter(|_| person.is_away(day))?;
            Some(&stay.unit)
        }
    }
}

/// Is this the other person whom the talk must be with: one who leads the same branch?
fn speaks<'a>(
    scene: &Scene<'a>,
    between: Between,
    (person, other): (&'a Person, Who),
    (unit, day): (&'a UnitName, Day),
) -> bool {
    // A member who moved since then was talked to in the branch of that day.
    let unit = match between {
        Between::CommitteeAndMembers => person.stay(day).map_or(unit, |stay| &stay.unit),
        _ => unit,
    };
    let branch = |unit: &'a UnitName| scene.index.branch(unit).map_or(unit, |branch| &branch.name);
    let holds = |post| {
        let other = scene.index.person(other);
        let mut held = other.into_iter().flat_map(|other| other.holds(post, day));
        held.any(|held| branch(held) == branch(unit))
    };
    let other_than = other != person.who;
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
fn day_before(scene: &Scene<'_>, unit: &UnitName, window: &Window) -> Day {
    let rule = scene.rule_on(window.from, |rule| match rule {
        Rule::ActivityDay {
            day, shift, joint, ..
        } => Some((day, *shift, joint.as_slice())),
        _ => None,
    });
    let Some((_, _, (day, shift, joint))) = rule else {
        return window.until;
    };
    let branch = scene.index.branch(unit).map_or(unit, |branch| &branch.name);
    let held = scene
        .index
        .held(branch, Held::ActivityDay, joint)
        .find(|one| window.contains(one.day))
        .map(|one| one.day);
    let named = planned(scene, (day, shift), window.from.month()).map(|day| day.held);
    match held.or(named) {
        Some(day) => day.plus_days(-1).max(window.from),
        None => window.until,
    }
}
