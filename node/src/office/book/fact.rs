//! Awards, penalties and roles: entered, told to the partner of a hosted member, corrected.

use hongyan_proto::{
    letter::{Award, BookRecord, LocalReplacement, Payload, Role, Text},
    log::Kind,
    time::Day,
};
use prost::Message as _;

use super::{
    super::{
        Answer, Office, OfficeError, Request,
        assessment::{changed, not_again},
        desk::Desk,
        happened::{happened, since_birth},
        tell::{Telling, correct as correct_letter, tell},
    },
    ids, person,
};
use crate::{
    book::{self, Shelf},
    domain::life::{Record, Who},
};

const RECORD: (&str, &str) = ("记实记录", "record of a book");

/// An award or a role.
#[derive(Clone, Debug)]
pub(in crate::office) enum Fact {
    Award(Award),
    Role(Role),
}

fn record_of(fact: Fact, who: Who, actor: Text<60>) -> BookRecord {
    let (member_id, case_id) = ids(who);
    let (award, role) = match fact {
        Fact::Award(award) => (Some(award), None),
        Fact::Role(role) => (None, Some(role)),
    };
    BookRecord {
        member_id,
        case_id,
        award,
        role,
        told: None,
        actor,
    }
}

impl Fact {
    const fn day(&self) -> Day {
        match self {
            Self::Award(award) => award.day,
            Self::Role(role) => role.day,
        }
    }

    const fn kind(&self) -> Kind {
        match self {
            Self::Award(_) => Kind::Award,
            Self::Role(_) => Kind::Role,
        }
    }
}

/// What is right about an award, a penalty or a role; what is left out stays as it was.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(in crate::office) struct Right {
    pub(in crate::office) day: Option<Day>,
    pub(in crate::office) penalty: Option<bool>,
    pub(in crate::office) title: Option<Text<200>>,
    pub(in crate::office) description: Option<Text<500>>,
}

impl Right {
    /// The whole content. What a record of this kind has not cannot be right about it.
    fn of(self, before: &BookRecord) -> Result<Fact, OfficeError> {
        let Self {
            day,
            penalty,
            title,
            description,
        } = self;
        let refuse = |field: &str, why: &str| Err(OfficeError::field(field, why));
        match (&before.award, &before.role) {
            (Some(_), _) if description.is_some() => refuse(
                "description",
                "奖惩记录只有名称 (title), 没有情况说明 an award has a title and no description",
            ),
            (Some(was), _) => Ok(Fact::Award(Award {
                day: day.unwrap_or(was.day),
                penalty: penalty.unwrap_or(was.penalty),
                title: title.unwrap_or_else(|| was.title.clone()),
            })),
            (None, _) if title.is_some() => refuse(
                "title",
                "发挥作用记录只有情况说明 (description), 没有名称 a role has a description and no title",
            ),
            (None, _) if penalty.is_some() => refuse(
                "penalty",
                "发挥作用记录不是奖惩 a role is no award or penalty",
            ),
            (None, Some(was)) => Ok(Fact::Role(Role {
                day: day.unwrap_or(was.day),
                description: description.unwrap_or_else(|| was.description.clone()),
            })),
            // A record is one of the two: the border checks it.
            (None, None) => Err(OfficeError::Damaged("记实记录 record of a book".to_owned())),
        }
    }
}

/// What an answer of this room tells beside where the entries went.
fn told(answer: &Answer) -> Result<Telling, OfficeError> {
    Telling::decode(answer.extra.clone())
        .map_err(|_| OfficeError::Damaged("请求记录 request record".to_owned()))
}

fn finished(desk: &mut Desk<'_, '_>, telling: &Telling) -> Answer {
    // The record is what was asked for; a letter was written before it, so that it can name it.
    desk.written.rotate_right(1);
    Answer {
        extra: telling.encode_to_vec().into(),
        ..Answer::default()
    }
}

/// An award, a penalty or a role played.
pub(in crate::office) async fn add(
    office: &Office,
    request: Request,
    name: String,
    fact: Fact,
) -> Result<(Telling, Answer), OfficeError> {
    let answer = office
        .write(request, move |desk| {
            happened(fact.day(), desk.today, "record.day")?;
            let who = person(desk.draft, &name)?.who;
            let kind = fact.kind();
            let day = fact.day();
            born(desk.draft, who, day, "record.day")?;
            let mut record = record_of(fact, who, desk.actor.clone());
            let next = "如确是另一次, 请在文字中写明区别 it is recorded already: if it was another time, say so in its words";
            not_again(desk.draft, day, next, |known| match known {
                Payload::BookRecord(known) => {
                    (known.member_id, known.case_id, &known.award, &known.role)
                        == (
                            record.member_id,
                            record.case_id,
                            &record.award,
                            &record.role,
                        )
                }
                _ => false,
            })?;
            let mut telling = Telling::default();
            if let Who::Hosted(case) = who {
                record.told = tell(desk, &record.clone().into(), case, kind, &mut telling)?;
            }
            desk.enter(&record.into(), None)?;
            Ok(finished(desk, &telling))
        })
        .await?;
    Ok((told(&answer)?, answer))
}

/// Nobody was honoured or punished before birth; of a hosted member the months are the home organization's to know.
fn born(shelf: &impl Shelf, who: Who, day: Day, field: &str) -> Result<(), OfficeError> {
    let Who::Member(id) = who else {
        return Ok(());
    };
    match book::member(shelf, id)? {
        Some(member) => since_birth(day, &member.details, field),
        None => Ok(()),
    }
}

/// Such a record was wrong: another takes its place, or it is void.
pub(in crate::office) async fn correct(
    office: &Office,
    request: Request,
    sequence: u64,
    reason: Text<500>,
    right: Option<Right>,
) -> Result<(Telling, Answer), OfficeError> {
    let answer = office
        .write(request, move |desk| {
            let (old, before) = one(desk.draft, sequence)?;
            let mut telling = Telling::default();
            let mut after = match right {
                None => None,
                Some(right) => Some(righted(desk, &before, right)?),
            };
            match (before.case_id, &before.told, &mut after) {
                (Some(case), Some(told), after) => {
                    let now = after.clone().map(Payload::from);
                    let change = (&Payload::from(before.clone()), now.as_ref());
                    correct_letter(desk, change, (case, told), &reason, &mut telling)?;
                }
                // What a hindrance kept here the first time may go now.
                (Some(case), None, Some(after)) => {
                    let kind = after.award.as_ref().map_or(Kind::Role, |_| Kind::Award);
                    let now = Payload::from(after.clone());
                    after.told = tell(desk, &now, case, kind, &mut telling)?;
                }
                _ => {}
            }
            entered(desk, old.sequence, reason, after, &telling)
        })
        .await?;
    Ok((told(&answer)?, answer))
}

fn entered(
    desk: &mut Desk<'_, '_>,
    corrects: u64,
    reason: Text<500>,
    after: Option<BookRecord>,
    telling: &Telling,
) -> Result<Answer, OfficeError> {
    desk.correct(corrects, reason, after.map(LocalReplacement::BookRecord))?;
    Ok(finished(desk, telling))
}

fn one(shelf: &impl Shelf, sequence: u64) -> Result<(Record, BookRecord), OfficeError> {
    let missing = || OfficeError::not_found(RECORD, sequence.to_string());
    let old = book::life_record(shelf, sequence)?.ok_or_else(missing)?;
    let Payload::BookRecord(record) = &old.payload else {
        return Err(missing());
    };
    if old.void {
        return Err(OfficeError::field(
            "record",
            "该记录已作废, 请另记 the record is void: enter another",
        ));
    }
    let record = record.clone();
    Ok((old, record))
}

/// The right content about the same person, of the same kind and year: the record is filed under its year.
fn righted(
    desk: &Desk<'_, '_>,
    before: &BookRecord,
    right: Right,
) -> Result<BookRecord, OfficeError> {
    let award = before.award.as_ref().map(|award| award.day);
    let was = award.or(before.role.as_ref().map(|role| role.day));
    let year = |day: Day| day.date().year();
    let right = right.of(before)?;
    if was.is_none_or(|was| year(was) != year(right.day())) {
        return Err(OfficeError::field(
            "day",
            "年度不能更正, 请将该记录作废后另记 the year cannot be corrected: void the record and enter another",
        ));
    }
    happened(right.day(), desk.today, "day")?;
    if let Some(id) = before.member_id.filter(|_| was != Some(right.day())) {
        born(desk.draft, Who::Member(id), right.day(), "day")?;
    }
    let (award, role) = match right {
        Fact::Award(award) => (Some(award), None),
        Fact::Role(role) => (None, Some(role)),
    };
    let after = BookRecord {
        award,
        role,
        ..before.clone()
    };
    // What a hindrance kept here the first time may go now: that is a change, though the record says what it said.
    if before.case_id.is_none() || before.told.is_some() {
        changed(before, &after)?;
    }
    let actor = desk.actor.clone();
    Ok(BookRecord { actor, ..after })
}
