//! Training hours (学时).

use hongyan_proto::{
    id::MemberId,
    letter::{LocalReplacement, Payload, StudyTenths, Text, Training},
    time::Day,
};

use super::{
    Answer, Office, OfficeError, Request,
    assessment::{changed, leave, members, not_again, one, same_year},
    happened::happened,
    roster,
};
use crate::{book, domain::life::Who};

/// What is entered about a training, without those who were trained.
#[derive(Clone, Debug)]
pub(super) struct Course {
    pub(super) day: Option<Day>,
    pub(super) tenths: StudyTenths,
    pub(super) title: Text<200>,
    pub(super) organizer: Option<Text<100>>,
}

/// Members were trained: those named, and everyone of a unit when it is not empty.
pub(super) async fn train(
    office: &Office,
    request: Request,
    people: Vec<String>,
    unit: String,
    course: Course,
) -> Result<Answer, OfficeError> {
    office
        .write(request, move |desk| {
            let day = course.day.unwrap_or(desk.today);
            happened(day, desk.today, "day")?;
            let unit = roster::named(desk.draft, &unit)?;
            let candidates = roster::candidates_on(desk.draft, &unit, day)?;
            let mut member_ids = Vec::new();
            if !unit.is_empty() {
                roster::require(&candidates, &unit)?;
                member_ids.extend(
                    candidates
                        .iter()
                        .filter(|one| one.belongs)
                        .filter_map(|one| match one.who {
                            Who::Member(id) => Some(id),
                            Who::Hosted(_) => None,
                        }),
                );
            }
            let everyone = roster::everyone(desk.draft)?;
            let named = members(&everyone, people.iter().map(String::as_str), "people")?;
            member_ids.extend(named);
            let next = "其中有人已记; 补记他人用 training correct --member, 如确是另一次, 请在名称中写明区别 it is recorded already for one of them: add others with training correct --member, or say in its title that it was another time";
            not_again(desk.draft, day, next, |known| match known {
                Payload::Training(known) => {
                    let same = (known.day, known.tenths, &known.title, &known.organizer)
                        == (day, course.tenths, &course.title, &course.organizer);
                    same && known.member_ids.iter().any(|id| member_ids.contains(id))
                }
                _ => false,
            })?;
            let count = u32::try_from(member_ids.len()).unwrap_or(u32::MAX);
            let training = Training {
                member_ids,
                day,
                tenths: course.tenths,
                title: course.title,
                organizer: course.organizer,
                actor: desk.actor.clone(),
            };
            desk.enter(&training.into(), None)?;
            Ok(Answer {
                extra: count.to_be_bytes().to_vec().into(),
                ..Answer::default()
            })
        })
        .await
}

/// What is right about a training; none and empty: as it was.
#[derive(Clone, Debug)]
pub(super) struct Righted {
    pub(super) day: Option<Day>,
    pub(super) tenths: Option<StudyTenths>,
    pub(super) title: Option<Text<200>>,
    pub(super) organizer: Option<Text<100>>,
    pub(super) people: Vec<String>,
    pub(super) not_trained: Vec<String>,
}

/// A training was wrong: its hours, its day within the year, what it was called, or who was there.
pub(super) async fn correct(
    office: &Office,
    request: Request,
    sequence: u64,
    reason: Text<500>,
    right: Righted,
) -> Result<Answer, OfficeError> {
    office
        .write(request, move |desk| {
            let before = one(desk.draft, sequence, |payload| match payload {
                Payload::Training(training) => Some(training),
                _ => None,
            })?;
            let day = right.day.unwrap_or(before.day);
            happened(day, desk.today, "day")?;
            same_year(before.day, day)?;
            let everyone = roster::everyone(desk.draft)?;
            let named = right.people.iter().map(String::as_str);
            let mut member_ids = before.member_ids.clone();
            member_ids.extend(members(&everyone, named, "people")?);
            let gone = right.not_trained.iter().map(String::as_str);
            let gone = members(&everyone, gone, "not_trained")?;
            leave(&mut member_ids, &gone, |id| *id, "not_trained")?;
            let after = Training {
                member_ids,
                day,
                tenths: right.tenths.unwrap_or(before.tenths),
                title: right.title.unwrap_or_else(|| before.title.clone()),
                organizer: right.organizer.or_else(|| before.organizer.clone()),
                actor: before.actor.clone(),
            };
            changed(&before, &after)?;
            let actor = desk.actor.clone();
            let after = LocalReplacement::Training(Training { actor, ..after });
            desk.correct(sequence, reason, Some(after))?;
            Ok(Answer::default())
        })
        .await
}

/// A year's trainings that count, oldest first.
pub(super) fn trainings(office: &Office, year: u16) -> Result<Vec<(u64, Training)>, OfficeError> {
    let records = book::life_of_year(&office.store, year)?;
    let mut found: Vec<_> = records
        .into_iter()
        .filter(|record| !record.void)
        .filter_map(|record| match record.payload {
            Payload::Training(training) => Some((record.sequence, training)),
            _ => None,
        })
        .collect();
    found.sort_by_key(|(sequence, training)| (training.day, *sequence));
    Ok(found)
}

/// A unit's year of training. Who was trained counts where they belonged that day.
#[derive(Clone, Debug)]
pub(super) struct Year {
    /// Oldest first, each with how many of the unit were there.
    pub(super) trainings: Vec<(u64, Training, usize)>,
    /// Everyone who was of the unit that year, by name then id, with the tenths of an hour that they had as one of it.
    pub(super) people: Vec<(MemberId, String, u32)>,
}

/// A unit's year: who moved away or left the roster since keeps their hours there.
pub(super) fn year_of(office: &Office, unit: &str, year: u16) -> Result<Year, OfficeError> {
    let unit = &*roster::named(&office.store, unit)?;
    let mut trainings: Vec<_> = trainings(office, year)?
        .into_iter()
        .map(|(sequence, training)| (sequence, training, 0))
        .collect();
    let mut people = Vec::new();
    for (person, spans) in roster::over(&office.store, unit, year)? {
        let Who::Member(id) = person.who else {
            continue;
        };
        let mut tenths = 0;
        for (_, training, persons) in &mut trainings {
            if training.member_ids.contains(&id) && spans.covers(training.day) {
                tenths += training.tenths.get();
                *persons += 1;
            }
        }
        let name = person.names.into_iter().next().unwrap_or_default();
        people.push((id, name, tenths));
    }
    trainings.retain(|(_, _, persons)| *persons > 0);
    Ok(Year { trainings, people })
}
