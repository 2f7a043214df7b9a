//! What closes a duty by being recorded here and nowhere else: measures about absences, inspections, the yearly screening.

use std::collections::BTreeSet;

use hongyan_proto::{
    letter::{
        AbsenceMeasure, InspectionKind, InspectionMade, MeasureTaken, Payload, Screened, Text,
    },
    log::Kind,
    time::Day,
};

use super::{
    Answer, Office, OfficeError, Request, assessment, duty, facts, find, kept, policy, roster,
};
use crate::{
    book::{self, CaseFile},
    domain::{
        case::{self, stay::covers},
        duty::{Duty, Wanted},
        policy::{Measure, Word as _},
    },
};

/// What happened must have happened, and within the two years that are looked at.
fn happened(day: Day, today: Day) -> Result<(), OfficeError> {
    if day > today || day < today.plus_days(-2 * 366) {
        return Err(OfficeError::field(
            "day",
            "日期应在今天或过去两年之内 the day must be today or within the past two years",
        ));
    }
    Ok(())
}

/// A measure that no policy up to its day knows would close nothing. What called for it may go back to a policy that another one followed.
fn called_for(
    shelf: &impl book::Shelf,
    measure: AbsenceMeasure,
    day: Day,
) -> Result<(), OfficeError> {
    let history = policy::history(&book::policies(shelf)?);
    let until = history
        .all()
        .take_while(|(from, _)| from.is_none_or(|from| from <= day));
    let known: BTreeSet<Measure> = until.flat_map(|(_, policy)| policy.measures()).collect();
    if known.contains(&facts::measure(measure)) {
        return Ok(());
    }
    let said = |known: &BTreeSet<Measure>,
                pick: fn((&'static str, &'static str)) -> &'static str| {
        known
            .iter()
            .map(|one| pick(one.label()))
            .collect::<Vec<_>>()
            .join(", ")
    };
    let problem = if known.is_empty() {
        format!(
            "至 {day} 执行过的政策没有规定措施, 请先采用政策 (policy adopt), 或记作谈心谈话 no policy up to that day knows any measure: adopt one, or record a talk"
        )
    } else {
        format!(
            "至 {day} 执行过的政策没有这项措施, 可用: {}  no policy up to that day has it, but {}",
            said(&known, |(zh, _)| zh),
            said(&known, |(_, en)| en)
        )
    };
    Err(OfficeError::field("measure", problem))
}

/// The duties of which what was just written is evidence. It is written: what is only said about it must not make an error of that.
pub(super) fn closed(office: &Office, answer: &Answer) -> Vec<Duty> {
    let Some(written) = answer.written.first() else {
        return Vec::new();
    };
    let entry = facts::entry(written.sequence);
    let wanted = Wanted {
        takes: &|found| found.rests_on(&entry),
        most: usize::MAX,
    };
    duty::list(office, wanted).map_or_else(|_| Vec::new(), |(listed, _)| listed.first)
}

/// Records what a branch did about a member's absences.
pub(super) async fn measure(
    office: &Office,
    request: Request,
    member: String,
    (measure, day): (AbsenceMeasure, Day),
    note: Option<Text<500>>,
) -> Result<Answer, OfficeError> {
    office
        .write(request, move |desk| {
            happened(day, desk.today)?;
            called_for(desk.draft, measure, day)?;
            let known = find::member(desk.draft, &member);
            let (member_id, case_id) = match known {
                Ok(member) => (Some(member.member_id), None),
                // Not on the roster: a member of others who is hosted here.
                Err(OfficeError::NotFound { .. }) => {
                    let (file, _) = find::case(desk.draft, &member)?;
                    (None, Some(file.id))
                }
                Err(error) => return Err(error),
            };
            let taken = MeasureTaken {
                member_id,
                case_id,
                measure,
                day,
                note,
                actor: desk.actor.clone(),
            };
            let same = |known: &MeasureTaken| {
                let actor = taken.actor.clone();
                let known = known.clone();
                MeasureTaken { actor, ..known } == taken
            };
            let known = book::policies(desk.draft)?.measures;
            if let Some((_, known)) = known.iter().find(|(known, _)| same(known)) {
                let next = "如确是另一次, 请在说明 (--note) 中写明区别 it is recorded already: if it was another time, say so in its note";
                return Err(assessment::again(*known, next));
            }
            desk.enter(&taken.into(), None)?;
            Ok(Answer::default())
        })
        .await
}

/// Records that the committee inspected a unit.
pub(super) async fn inspect(
    office: &Office,
    request: Request,
    unit: String,
    (kind, day): (InspectionKind, Day),
    findings: Option<Text<2000>>,
) -> Result<Answer, OfficeError> {
    office
        .write(request, move |desk| {
            happened(day, desk.today)?;
            let unit = roster::unit(desk.draft, &unit)?;
            let made = InspectionMade {
                unit,
                kind,
                day,
                findings,
                actor: desk.actor.clone(),
            };
            desk.enter(&made.into(), None)?;
            Ok(Answer::default())
        })
        .await
}

/// Records that the committee went through its roster; the counts are taken in the same commit.
pub(super) async fn screen(
    office: &Office,
    request: Request,
    day: Day,
    note: Option<Text<500>>,
) -> Result<(Screened, Answer), OfficeError> {
    let answer = office
        .write(request, move |desk| {
            if day > desk.today || day < desk.today.plus_days(-366) {
                return Err(OfficeError::field(
                    "day",
                    "排查日期应在今天或过去一年之内 the day must be today or within the past year",
                ));
            }
            let again = book::policies(desk.draft)?.screened;
            if let Some((_, known)) = again.iter().find(|(known, _)| known.day == day) {
                let next = "有误请用 duties void 作废后重记 it is recorded already: void it first";
                return Err(assessment::again(*known, next));
            }
            // As it was on that day, which may lie back.
            let members = roster::members_on(desk.draft, day)?;
            let cases = book::all_cases(desk.draft, None)?;
            let of = |side| cases.iter().filter(move |file| file.side() == Some(side));
            let is_away = |file: &&CaseFile| file.case.away().is_some_and(|stay| covers(stay, day));
            let is_here =
                |file: &&CaseFile| file.case.managed().is_some_and(|stay| covers(stay, day));
            let away = of(case::Side::Outflow).filter(is_away);
            let hosted = of(case::Side::Inflow).filter(is_here);
            let lost = away.clone().chain(hosted.clone());
            let lost = lost.filter(|file| file.case.is_lost(day)).count();
            let screened = Screened {
                day,
                members: count(members),
                away: count(away.count()),
                hosted: count(hosted.count()),
                lost: count(lost),
                note,
                actor: desk.actor.clone(),
            };
            let screened = Payload::from(screened);
            desk.enter(&screened, None)?;
            // Kept with the request: a repeated one is answered alike, also when the screening was voided since.
            Ok(Answer {
                extra: screened.encode().into(),
                ..Answer::default()
            })
        })
        .await?;
    match Payload::decode(Kind::Screened, &answer.extra) {
        Ok(Payload::Screened(screened)) => Ok((screened, answer)),
        _ => Err(OfficeError::Damaged("请求记录 request record".to_owned())),
    }
}

/// A measure, an inspection or a screening never was; nor a contact or a decision about probation that was kept here only.
pub(super) async fn void(
    office: &Office,
    request: Request,
    record: u64,
    reason: Text<500>,
) -> Result<Answer, OfficeError> {
    office
        .write(request, move |desk| {
            let at_home = book::at_home(desk.draft, record)?;
            if at_home.is_none() && !book::is_recording(desk.draft, record)? {
                return Err(OfficeError::not_found(
                    (
                        "措施、督查、排查记录或只记在本组织的联系、转正决定",
                        "measure, inspection or screening, nor a contact or a decision that was kept here only",
                    ),
                    record.to_string(),
                ));
            }
            match at_home {
                Some(at_home) => kept::void(desk, (record, &at_home), reason)?,
                None => desk.correct(record, reason, None)?,
            }
            Ok(Answer::default())
        })
        .await
}

fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}
