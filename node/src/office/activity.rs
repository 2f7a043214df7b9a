//! Activities held (活动记录): written once, corrected by a later entry, and told to the partners of hosted members in the same commit.

use std::collections::BTreeSet;

use hongyan_proto::{
    letter::{
        Activity, ActivityKind, Attendee, ExemptionFrom, FormHandedUp, LocalReplacement, Payload,
        Presence, Text, UnitKind,
    },
    log::Kind,
    time::Day,
};
use prost::Message as _;

use super::{
    Answer, Office, OfficeError, Request, Violation,
    assessment::changed,
    desk::Desk,
    exemption::exempted,
    find,
    happened::{calendar, happened},
    lived,
    plan::{Passed, latest, planned_days},
    policy, roster,
    tell::{Telling, correct as correct_letter, tell},
};
use crate::{
    book::{self, Shelf},
    domain::{
        life::{
            Candidate, Exempted, Gist, Line, Named, Record, Who,
            ledger::line,
            roll::{self, Problems},
        },
        policy::{Policy, Rule, Words},
        unit::{Called, Unit, Units},
    },
};

const ACTIVITY: (&str, &str) = ("活动记录", "activity");

/// Who was there, as somebody wrote it.
#[derive(Clone, Debug, Default)]
pub(super) struct Roll {
    /// How everyone else of the unit took part.
    pub(super) everyone: Option<Presence>,
    pub(super) people: Vec<Named>,
}

/// A change of an activity's record.
#[derive(Clone, Debug)]
pub(super) struct Change {
    /// The record as it was when the change was made up.
    pub(super) seen: Record,
    pub(super) reason: Text<500>,
    /// The right content, its attendees as they were; none: the record is void.
    pub(super) right: Option<Activity>,
    pub(super) people: Vec<Named>,
    pub(super) not_expected: Vec<String>,
}

fn violations(problems: Problems) -> OfficeError {
    let violations = problems.into_iter().map(|(at, problem)| Violation {
        field: at.map_or_else(|| "people".to_owned(), |at| format!("people[{at}]")),
        problem: problem.to_string(),
    });
    OfficeError::Invalid(violations.collect())
}

fn answer(desk: &mut Desk<'_, '_>, activity: &Activity, telling: Telling) -> Answer {
    // The record is what was asked for; the letters were written before it, so that it can name them.
    desk.written.rotate_right(1);
    let count = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
    let telling = Telling {
        expected: count(activity.attendees.len()),
        present: count(activity.present()),
        ..telling
    };
    Answer {
        extra: telling.encode_to_vec().into(),
        ..Answer::default()
    }
}

/// What an answer of this room says beside where the entries went.
pub(super) fn telling(answer: &Answer) -> Result<Telling, OfficeError> {
    Telling::decode(answer.extra.clone())
        .map_err(|_| OfficeError::Damaged("请求记录 request record".to_owned()))
}

/// An activity was held.
pub(super) async fn hold(
    office: &Office,
    request: Request,
    activity: Activity,
    roll: Roll,
) -> Result<(Telling, Answer), OfficeError> {
    let answer = office
        .write(request, move |desk| {
            happened(activity.day, desk.today, "activity.day")?;
            let activity = Activity {
                unit: roster::unit(desk.draft, activity.unit.as_str())?,
                ..activity
            };
            recorded_before(desk.draft, &activity)?;
            may_hold(&book::units(desk.draft)?, &activity)?;
            let unit = activity.unit.as_str();
            let mut candidates = roster::candidates_on(desk.draft, unit, activity.day)?;
            roster::require(&candidates, unit)?;
            excuse(&mut candidates, &exempted(desk.draft)?, activity.day);
            let attendees =
                roll::call(&candidates, roll.everyone, &roll.people).map_err(violations)?;
            was_expected(&candidates, &attendees, activity.day)?;
            let activity = Activity {
                attendees,
                actor: desk.actor.clone(),
                ..activity
            };
            let mut told = Telling::default();
            let activity = tell_all(desk, activity, &mut told)?;
            desk.enter(&activity.clone().into(), None)?;
            Ok(answer(desk, &activity, told))
        })
        .await?;
    Ok((telling(&answer)?, answer))
}

/// What people should look at in an activity that is about to be entered: headings that the policy of its month has not, and a day on which
/// there was no such unit yet. An import founds units on the first of January, so that is no refusal.
pub(super) fn remarks(office: &Office, activity: &Activity) -> Result<Vec<Words>, OfficeError> {
    let mut remarks = Vec::new();
    if activity.kind == ActivityKind::ActivityDay {
        let history = policy::history(&book::policies(&office.store)?);
        // As duties: a month belongs to the policy of its first day.
        let adopted = history.adopted_by(activity.day.month().first_day());
        if let Some(adopted) = adopted {
            let headings: Vec<&str> = activity.headings.iter().map(Text::as_str).collect();
            remarks.extend(adopted.policy.remarks_on(&headings));
            let days = days_of(office, &adopted.policy, activity)?;
            remarks.extend(adopted.policy.remarks_on_record(activity, &days));
        }
    }
    let units = book::units(&office.store)?;
    let unit = find::unit(&units, activity.unit.as_str()).ok();
    if let Some(unit) = unit.filter(|unit| activity.day < unit.founded_on()) {
        let founded = unit.founded_on();
        remarks.push(Words {
            zh: format!(
                "{} 自 {founded} 起设立, 活动日期早于该日, 请核对",
                unit.name()
            ),
            en: format!(
                "{} was founded on {founded}, later than that day: check it",
                unit.name()
            ),
        });
    }
    Ok(remarks)
}

/// The activity days of a month: as the plan has them, else as the policy's rule gives them.
fn days_of(office: &Office, policy: &Policy, activity: &Activity) -> Result<Vec<Day>, OfficeError> {
    let month = activity.day.month();
    let planned = planned_days(&office.store, activity.unit.as_str(), month)?;
    if !planned.is_empty() {
        return Ok(planned);
    }
    let calendar = &book::policies(&office.store)?.calendar;
    let rules = policy.pick(|rule| match rule {
        Rule::ActivityDay { day, shift, .. } => Some((day, *shift)),
        _ => None,
    });
    let days = rules.flat_map(|(_, (day, shift))| calendar.activity_days(day, shift, month));
    Ok(days.map(|day| day.held).collect())
}

/// A talk has two sides; with one member on its record it closes nothing, whoever came as a guest.
pub(super) fn alone(activity: &Activity, there: u32) -> Option<Words> {
    let talk = activity.kind == ActivityKind::Talk;
    (talk && there < 2).then(|| Words {
        zh: "谈话记录上只有一名党员, 不计入谈心谈话; 请用 activity correct 补记另一方".to_owned(),
        en: "only one member is on the record of this talk, so it counts for none: add the other with activity correct".to_owned(),
    })
}

/// Meetings of a branch are not held by a group, and those of groups not by a branch that has some.
fn may_hold(units: &Units, activity: &Activity) -> Result<(), OfficeError> {
    let Some(unit) = units.unit_of(None, Some(activity.unit.as_str())) else {
        return Ok(());
    };
    let refuse = |problem: String| Err(OfficeError::field("activity.unit", problem));
    let of_branch = matches!(
        activity.kind,
        ActivityKind::BranchAssembly | ActivityKind::BranchCommittee | ActivityKind::Appraisal
    );
    if of_branch && unit.kind == UnitKind::Group {
        return refuse(format!(
            "{} 是党小组, {}由支部召开, 请写明支部 a group: the branch holds it, name that",
            activity.unit,
            activity.kind.label().0
        ));
    }
    let groups = units.below(Some(unit.id));
    let there =
        |below: &&&Unit| below.kind == UnitKind::Group && below.founded_on() <= activity.day;
    let group = groups.iter().find(there);
    match group.filter(|_| activity.kind == ActivityKind::GroupMeeting) {
        Some(group) => refuse(format!(
            "党小组会由党小组召开, 请写明小组, 如 {} its groups hold it: name one of them",
            units.path(group.id)
        )),
        None => Ok(()),
    }
}

/// The same twice is a slip of the hand; two of a kind on one day differ in when they began. People are talked to one after the other.
fn recorded_before(shelf: &impl Shelf, activity: &Activity) -> Result<(), OfficeError> {
    if matches!(
        activity.kind,
        ActivityKind::Talk | ActivityKind::StudyReport
    ) {
        return Ok(());
    }
    let year = u16::try_from(activity.day.date().year()).unwrap_or_default();
    let units = book::units(shelf)?;
    let called = Called::of(&units);
    let records = book::life_in_brief(shelf, year)?;
    let same = records.iter().find(|record| match &record.what {
        Gist::Activity(held) => {
            (held.kind, held.day, held.begins) == (activity.kind, activity.day, activity.begins)
                && called.now(&held.unit, Some(held.day)) == activity.unit.as_str()
        }
        Gist::Record(_) => false,
    });
    match same {
        None => Ok(()),
        Some(record) => Err(OfficeError::field(
            "activity",
            format!(
                "这次活动已有记录 (序号 {}); 更正用 activity correct, 同日另有一次请写明不同的开始时间 it is recorded already: correct that, or say when the other one began",
                record.sequence
            ),
        )),
    }
}

/// Nobody is absent from what was held before they joined the Party, or before the host placed them.
fn was_expected(
    candidates: &[Candidate],
    attendees: &[Attendee],
    day: Day,
) -> Result<(), OfficeError> {
    let later = |one: &&Candidate| one.since.is_some_and(|since| day < since);
    let absent = |one: &&Candidate| {
        let mut lines = attendees.iter();
        lines.any(|line| Who::of(line) == Some(one.who) && !line.presence.was_there())
    };
    match candidates.iter().filter(later).find(absent) {
        None => Ok(()),
        Some(one) => {
            let name = one.names.first().map_or("", String::as_str);
            let since = one.since.unwrap_or(day);
            Err(OfficeError::field(
                "people",
                format!(
                    "{name} 自 {since} 起入党或编入, {day} 不计缺席 joined the Party or was placed here on {since}: not absent on {day}"
                ),
            ))
        }
    }
}

/// Who is exempt from activities on the day, or was not here yet, is expected only when named.
fn excuse(candidates: &mut [Candidate], exempted: &Exempted, day: Day) {
    for candidate in candidates {
        candidate.expected &= candidate.since.is_none_or(|since| since <= day);
        candidate.expected &= !exempted.is(candidate.who, ExemptionFrom::Attendance, day);
    }
}

/// Tells each hosted attendee's partner who was not told yet.
fn tell_all(
    desk: &mut Desk<'_, '_>,
    mut activity: Activity,
    telling: &mut Telling,
) -> Result<Activity, OfficeError> {
    let fact = Payload::Activity(activity.clone());
    for attendee in &mut activity.attendees {
        if let (Some(case), None) = (attendee.case_id, &attendee.told) {
            attendee.told = tell(desk, &fact, case, Kind::Attendance, telling)?;
        }
    }
    Ok(activity)
}

/// A record was wrong: another takes its place, or it is void. The letters it told follow.
pub(super) async fn correct(
    office: &Office,
    request: Request,
    change: Change,
) -> Result<(Telling, Answer), OfficeError> {
    let answer = office
        .write(request, move |desk| {
            let old = one(desk.draft, change.seen.sequence)?;
            if old.version != change.seen.version {
                return Err(OfficeError::Moved);
            }
            let Some(before) = old.held() else {
                return Err(OfficeError::field(
                    "activity",
                    "该记录已作废, 请另记一次活动 the record is void: record another activity",
                ));
            };
            let mut told = Telling::default();
            let after = match &change.right {
                None => None,
                Some(right) => Some(righted(desk, before, right, &change)?),
            };
            correct_letters(desk, before, after.as_ref(), &change.reason, &mut told)?;
            let after = match after {
                None => None,
                Some(after) => Some(tell_all(desk, after, &mut told)?),
            };
            let right = after.clone().map(LocalReplacement::Activity);
            desk.correct(old.sequence, change.reason.clone(), right)?;
            Ok(answer(desk, after.as_ref().unwrap_or(before), told))
        })
        .await?;
    Ok((telling(&answer)?, answer))
}

/// The right content with its attendees. Unit and year stay: the record is filed under them.
fn righted(
    desk: &Desk<'_, '_>,
    before: &Activity,
    right: &Activity,
    change: &Change,
) -> Result<Activity, OfficeError> {
    happened(right.day, desk.today, "changes.day")?;
    if right.unit != before.unit || right.day.date().year() != before.day.date().year() {
        return Err(OfficeError::field(
            "changes",
            "支部和年度不能更正, 请将该记录作废后另记 unit and year cannot be corrected: void the record and record another",
        ));
    }
    let unit = roster::named(desk.draft, before.unit.as_str())?;
    if right.kind != before.kind {
        may_hold(&book::units(desk.draft)?, right)?;
    }
    let mut candidates = roster::candidates_on(desk.draft, &unit, right.day)?;
    was_there(desk.draft, &mut candidates, &before.attendees)?;
    let attendees = roll::amend(
        &before.attendees,
        &candidates,
        &change.people,
        &change.not_expected,
    )
    .map_err(violations)?;
    was_expected(&candidates, &attendees, right.day)?;
    let after = Activity {
        attendees,
        actor: before.actor.clone(),
        ..right.clone()
    };
    // What a hindrance kept here the first time may go now: that is a change, though the record says what it said.
    let untold = |line: &Attendee| line.case_id.is_some() && line.told.is_none();
    if !after.attendees.iter().any(untold) {
        changed(before, &after)?;
    }
    let actor = desk.actor.clone();
    Ok(Activity { actor, ..after })
}

/// Who was in the record may be named in its correction, even when the person has left the unit since.
fn was_there(
    shelf: &impl Shelf,
    candidates: &mut Vec<Candidate>,
    attendees: &[Attendee],
) -> Result<(), OfficeError> {
    let was = |candidate: &Candidate| {
        let mut lines = attendees.iter();
        lines.any(|attendee| Who::of(attendee) == Some(candidate.who))
    };
    for candidate in candidates.iter_mut() {
        candidate.belongs |= was(candidate);
    }
    let known: BTreeSet<Who> = candidates.iter().map(|one| one.who).collect();
    let missing = |line: &Attendee| Who::of(line).is_some_and(|who| !known.contains(&who));
    if attendees.iter().any(missing) {
        let others = roster::everyone(shelf)?.into_iter();
        let others = others.filter(|one| was(one) && !known.contains(&one.who));
        candidates.extend(others.map(|one| Candidate {
            belongs: true,
            expected: false,
            ..one
        }));
    }
    Ok(())
}

fn correct_letters(
    desk: &mut Desk<'_, '_>,
    before: &Activity,
    after: Option<&Activity>,
    reason: &Text<500>,
    telling: &mut Telling,
) -> Result<(), OfficeError> {
    let old = Payload::Activity(before.clone());
    let new = after.map(|after| Payload::Activity(after.clone()));
    for attendee in &before.attendees {
        let (Some(case), Some(told)) = (attendee.case_id, &attendee.told) else {
            continue;
        };
        let stays = after.is_some_and(|after| {
            let mut lines = after.attendees.iter();
            lines.any(|line| line.case_id == Some(case))
        });
        let now = new.as_ref().filter(|_| stays);
        correct_letter(desk, (&old, now), (case, told), reason, telling)?;
    }
    Ok(())
}

/// The record form of an activity was handed up.
pub(super) async fn hand_up(
    office: &Office,
    request: Request,
    activity: u64,
    day: Option<Day>,
    superior: Option<Text<100>>,
) -> Result<Answer, OfficeError> {
    office
        .write(request, move |desk| {
            let record = one(desk.draft, activity)?;
            let Some(held) = record.held() else {
                return Err(OfficeError::field(
                    "activity",
                    "该记录已作废, 不必报送 the record is void: nothing is handed up",
                ));
            };
            let day = day.unwrap_or(desk.today);
            handed_up_on(day, Some(held.day), desk.today)?;
            let records = year_with(desk.draft, held)?;
            if let Some((before, last)) = latest(&records, |payload| form_of(payload, activity)) {
                // What was corrected since is another form, and goes up again.
                if record.version < before {
                    return Err(OfficeError::field(
                        "activity",
                        format!(
                            "记录表已于 {} 报送 (序号 {before}), 登记有误请用 activity hand-up {activity} --correct 原因 更正 it was handed up then: correct that entry when it is wrong",
                            last.day
                        ),
                    ));
                }
                if day < last.day {
                    return Err(OfficeError::field(
                        "day",
                        format!(
                            "不能早于上次报送日期 {} not before the day it was handed up last",
                            last.day
                        ),
                    ));
                }
            }
            let form = FormHandedUp {
                activity,
                day,
                superior,
                actor: desk.actor.clone(),
            };
            desk.enter(&form.into(), None)?;
            Ok(Answer::default())
        })
        .await
}

/// What was said of the last time the form was handed up was wrong.
pub(super) async fn correct_form(
    office: &Office,
    request: Request,
    activity: u64,
    reason: Text<500>,
    right: Option<Passed>,
) -> Result<Answer, OfficeError> {
    office
        .write(request, move |desk| {
            let record = one(desk.draft, activity)?;
            let held = record.activity();
            let held_on = held.map(|held| held.day);
            let records = held.map(|held| year_with(desk.draft, held)).transpose()?;
            let records = records.unwrap_or_default();
            let latest = latest(&records, |payload| form_of(payload, activity));
            let (sequence, form) = latest.ok_or_else(|| {
                OfficeError::not_found(("记录表报送", "form handed up"), activity.to_string())
            })?;
            let right = match right {
                None => None,
                Some(right) => {
                    let day = right.day.unwrap_or(form.day);
                    handed_up_on(day, held_on, desk.today)?;
                    Some(LocalReplacement::FormHandedUp(FormHandedUp {
                        day,
                        superior: right.superior.or_else(|| form.superior.clone()),
                        actor: desk.actor.clone(),
                        ..form.clone()
                    }))
                }
            };
            desk.correct(sequence, reason, right)?;
            Ok(Answer::default())
        })
        .await
}

/// The records of the year that an activity belongs to, its forms among them.
fn year_with(shelf: &impl Shelf, held: &Activity) -> Result<Vec<Record>, OfficeError> {
    let year = u16::try_from(held.day.date().year()).unwrap_or_default();
    Ok(book::life_of_year(shelf, year)?)
}

const fn form_of(payload: &Payload, of: u64) -> Option<&FormHandedUp> {
    match payload {
        Payload::FormHandedUp(form) if form.activity == of => Some(form),
        _ => None,
    }
}

/// Not before the activity, and not before it happened.
fn handed_up_on(day: Day, held_on: Option<Day>, today: Day) -> Result<(), OfficeError> {
    happened(day, today, "day")?;
    match held_on {
        Some(held) if day < held => Err(OfficeError::field(
            "day",
            format!("不能早于活动日期 {held} not before the day of the activity"),
        )),
        _ => Ok(()),
    }
}

/// An activity's record by its sequence.
pub(super) fn one(shelf: &impl Shelf, sequence: u64) -> Result<Record, OfficeError> {
    book::life_record(shelf, sequence)?
        .filter(|record| record.activity().is_some())
        .ok_or_else(|| OfficeError::not_found(ACTIVITY, sequence.to_string()))
}

/// A record with its counts, its forms and the names of those in it.
pub(super) fn show(office: &Office, sequence: u64) -> Result<(Line, Vec<String>), OfficeError> {
    let record = one(&office.store, sequence)?;
    let year = record
        .activity()
        .and_then(|activity| u16::try_from(activity.day.date().year()).ok())
        .unwrap_or_default();
    let records = lived::of_year(&office.store, year)?;
    let line = line(&record, &records)
        .ok_or_else(|| OfficeError::not_found(ACTIVITY, sequence.to_string()))?;
    let people: Vec<_> = line.activity.attendees.iter().filter_map(Who::of).collect();
    let names = roster::names_of(&office.store, people.iter().copied())?;
    let names = people
        .iter()
        .map(|who| names.get(who).cloned().unwrap_or_else(|| who.id()))
        .collect();
    Ok((line, names))
}

/// A year's activities that fit, by day, then by sequence.
pub(super) fn list(
    office: &Office,
    unit: &str,
    year: u32,
    kinds: &[ActivityKind],
    void: bool,
) -> Result<Vec<Line>, OfficeError> {
    let year = match year {
        0 => u16::try_from(office.today().date().year()).unwrap_or_default(),
        year => calendar(year)?,
    };
    let unit = roster::named(&office.store, unit)?;
    let records = lived::of_year(&office.store, year)?;
    let mut lines: Vec<Line> = records
        .iter()
        .filter(|record| void || !record.void)
        .filter(|record| {
            record.activity().is_some_and(|activity| {
                (unit.is_empty() || activity.unit.as_str() == unit.as_str())
                    && (kinds.is_empty() || kinds.contains(&activity.kind))
            })
        })
        .filter_map(|record| line(record, &records))
        .collect();
    lines.sort_by_key(|line| (line.activity.day, line.record.sequence));
    Ok(lines)
}
