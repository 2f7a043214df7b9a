//! Record books (党员记实): awards, penalties and roles are entered here; the rest of a book is derived; the member confirms with a
//! one-time code.

use std::collections::BTreeSet;

use hongyan_proto::{
    id::{CaseId, Hash, MemberId},
    letter::{
        Award, BookCode, BookConfirmed, BookRecord, ConfirmedLine, ExemptionFrom, LocalReplacement,
        Payload, Role, Text, Within,
    },
    log::Kind,
    time::{Day, Timestamp},
};
use prost::Message as _;
use sha2::{Digest as _, Sha256};

use super::{
    Answer, Office, OfficeError, Request,
    assessment::not_again,
    desk::Desk,
    dues,
    error::At as _,
    exemption::exempted,
    happened::{happened, this_year_or},
    roster::{self, COMMITTEE},
    tell::{Telling, correct as correct_letter, tell},
};
use crate::{
    book::{self, Shelf},
    domain::{
        life::{
            Candidate, Record, Who,
            book::{self as book_of, Line, Tally, lines_about, tally},
            roll::find_any,
            unit::belongs,
        },
        unit::Called,
    },
};

/// How long a code is taken, in milliseconds: a week, so that a member who is away can be reached.
const CODE_LIFE_MS: i64 = 7 * 86_400_000;
/// Bytes of chance in a code: eight characters of five bits.
const CODE_BYTES: usize = 5;
/// The characters of a code: without I, L, O and U, which are misread.
const CODE_DIGITS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/// What is hashed before a code.
const CODE_DOMAIN: &[u8] = b"hongyan book code\n";

const RECORD: (&str, &str) = ("记实记录", "record of a book");

/// An award or a role.
#[derive(Clone, Debug)]
pub(super) enum Fact {
    Award(Award),
    Role(Role),
}

/// A person's book of one year.
#[derive(Clone, Debug)]
pub(super) struct Year {
    pub(super) year: u16,
    pub(super) lines: Vec<Line>,
}

/// One person's standing in a unit.
#[derive(Clone, Debug)]
pub(super) struct Standing {
    pub(super) person: Candidate,
    pub(super) tally: Tally,
    /// No book is kept of the year: exempt when it ends (W 记实 §二).
    pub(super) exempt: bool,
}

/// Whoever the text names: of the roster, or hosted.
pub(super) fn person(shelf: &impl Shelf, text: &str) -> Result<Candidate, OfficeError> {
    find_any(&roster::everyone(shelf)?, text)
        .cloned()
        .map_err(|problem| OfficeError::field("person", problem))
}

const fn ids(who: Who) -> (Option<MemberId>, Option<CaseId>) {
    match who {
        Who::Member(id) => (Some(id), None),
        Who::Hosted(id) => (None, Some(id)),
    }
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
pub(super) struct Right {
    pub(super) day: Option<Day>,
    pub(super) penalty: Option<bool>,
    pub(super) title: Option<Text<200>>,
    pub(super) description: Option<Text<500>>,
}

impl Right {
    /// The whole content; none: it names something that a record of this kind has not.
    fn of(self, before: &BookRecord) -> Option<Fact> {
        let Self {
            day,
            penalty,
            title,
            description,
        } = self;
        match (&before.award, &before.role) {
            (Some(was), _) if description.is_none() => Some(Fact::Award(Award {
                day: day.unwrap_or(was.day),
                penalty: penalty.unwrap_or(was.penalty),
                title: title.unwrap_or_else(|| was.title.clone()),
            })),
            (_, Some(was)) if penalty.is_none() && title.is_none() => Some(Fact::Role(Role {
                day: day.unwrap_or(was.day),
                description: description.unwrap_or_else(|| was.description.clone()),
            })),
            _ => None,
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
pub(super) async fn add(
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

/// Such a record was wrong: another takes its place, or it is void.
pub(super) async fn correct(
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
    let same_year = |right: &Fact| was.is_some_and(|was| year(was) == year(right.day()));
    let Some(right) = right.of(before).filter(same_year) else {
        return Err(OfficeError::field(
            "right",
            "类别和年度不能更正, 请将该记录作废后另记 kind and year cannot be corrected: void the record and enter another",
        ));
    };
    happened(right.day(), desk.today, "day")?;
    let (award, role) = match right {
        Fact::Award(award) => (Some(award), None),
        Fact::Role(role) => (None, Some(role)),
    };
    Ok(BookRecord {
        award,
        role,
        actor: desk.actor.clone(),
        ..before.clone()
    })
}

/// The hash that a code must have. Spaces, hyphens and small letters are what people type.
fn code_hash(code: &str) -> Hash {
    let plain: String = code
        .chars()
        .filter(|character| !matches!(character, ' ' | '-'))
        .collect();
    let mut hasher = Sha256::new();
    hasher.update(CODE_DOMAIN);
    hasher.update(plain.to_ascii_uppercase());
    Hash::from_bytes(hasher.finalize().into())
}

/// Eight characters out of forty bits, in two groups.
fn spell(bytes: [u8; CODE_BYTES]) -> String {
    let bits = bytes
        .iter()
        .fold(0_u64, |bits, byte| bits << 8 | u64::from(*byte));
    let mut text = String::new();
    for at in (0..8).rev() {
        let digit = usize::try_from(bits >> (at * 5) & 31).unwrap_or_default();
        text.push(char::from(CODE_DIGITS[digit]));
        if at == 4 {
            text.push('-');
        }
    }
    text
}

/// The code of a request: the same when the request is repeated, kept nowhere, and nobody without the store's key can make it.
fn code_of(shelf: &impl Shelf, request: &[u8; 16], who: Who) -> String {
    let hidden = shelf.hide(&[CODE_DOMAIN, request, who.id().as_bytes()].concat());
    let mut bytes = [0; CODE_BYTES];
    bytes.copy_from_slice(&hidden[..CODE_BYTES]);
    spell(bytes)
}

/// A code that was given.
#[derive(Clone, Debug)]
pub(super) struct Given {
    pub(super) code: String,
    pub(super) expires: Timestamp,
    pub(super) unconfirmed: u32,
}

/// Gives a member a one-time code for a year.
pub(super) async fn give(
    office: &Office,
    request: Request,
    name: String,
    year: u32,
) -> Result<(Given, Answer), OfficeError> {
    let year = this_year_or(office.today(), year)?;
    let who = person(&office.store, &name)?.who;
    let id = request.id;
    let answer = office
        .write(request, move |desk| {
            let (member_id, case_id) = ids(who);
            let code = BookCode {
                member_id,
                case_id,
                year: within(year)?,
                code_hash: code_hash(&code_of(desk.draft, &id, who)),
                expires_ms: desk.now.plus_millis(CODE_LIFE_MS),
                actor: desk.actor.clone(),
            };
            desk.enter(&code.into(), None)?;
            Ok(Answer::default())
        })
        .await?;
    let written = answer.written.first().map_or(0, |written| written.time_ms);
    let lines = lines_of(&office.store, who, year)?;
    let given = Given {
        code: code_of(&office.store, &id, who),
        expires: Timestamp::from_millis(written).plus_millis(CODE_LIFE_MS),
        unconfirmed: tally(&lines).unconfirmed,
    };
    Ok((given, answer))
}

fn within(year: u16) -> Result<Within<1900, 2999>, OfficeError> {
    Ok(Within::new(u32::from(year))?)
}

/// The member confirms with the code: what the book of that year said when the code was given.
pub(super) async fn confirm(
    office: &Office,
    request: Request,
    name: String,
    code: String,
) -> Result<(u16, u32, Answer), OfficeError> {
    let answer = office
        .write(request, move |desk| {
            let who = person(desk.draft, &name)?.who;
            let wrong = |problem: &str| OfficeError::field("code", problem);
            let Some(given) = book::book_code(desk.draft, who)? else {
                return Err(wrong(
                    "没有发过确认码, 请先用 book code 发码 no code was given: give one with book code",
                ));
            };
            if given.used || given.hash != code_hash(&code) {
                return Err(wrong(
                    "确认码不对或已用过, 请核对或重新发码 the code is wrong or was used: check it, or give a new one",
                ));
            }
            if desk.now >= given.expires {
                return Err(wrong(
                    "确认码已过期, 请重新发码 the code is too old: give a new one",
                ));
            }
            let lines: Vec<_> = lines_of(desk.draft, who, given.year)?
                .into_iter()
                .filter(|line| line.confirmed.is_none() && line.version < given.sequence)
                .map(|line| ConfirmedLine {
                    record: line.record,
                    digest: line.digest,
                })
                .collect();
            if lines.is_empty() {
                return Err(OfficeError::field(
                    "person",
                    "发码时没有待确认的记录 nothing waited for confirmation when the code was given",
                ));
            }
            let (member_id, case_id) = ids(who);
            let confirmed = BookConfirmed {
                member_id,
                case_id,
                year: within(given.year)?,
                code: given.sequence,
                lines,
                actor: desk.actor.clone(),
            };
            let counts = [
                u32::from(given.year),
                u32::try_from(confirmed.lines.len()).unwrap_or(u32::MAX),
            ];
            desk.enter(&confirmed.into(), None)?;
            Ok(Answer {
                extra: counts.map(u32::to_be_bytes).concat().into(),
                ..Answer::default()
            })
        })
        .await?;
    let number = |at: usize| {
        let bytes = answer.extra.get(at..at + 4)?.try_into().ok()?;
        Some(u32::from_be_bytes(bytes))
    };
    let year = number(0).and_then(|year| u16::try_from(year).ok());
    Ok((
        year.unwrap_or_default(),
        number(4).unwrap_or_default(),
        answer,
    ))
}

fn lines_of(shelf: &impl Shelf, who: Who, year: u16) -> Result<Vec<Line>, OfficeError> {
    let confirmed = book::book_confirmed(shelf, who)?;
    let mut records = book::life_of_year(shelf, year)?;
    records.extend(dues::year_of(shelf, who, Some(year))?);
    Ok(lines_about(&records, who, &confirmed, &exempted(shelf)?))
}

/// The entries that took back what a person's year had said.
pub(super) fn taken_back(shelf: &impl Shelf, who: Who, year: u16) -> Result<Vec<u64>, OfficeError> {
    let records = book::life_of_year(shelf, year)?;
    let mut found: Vec<u64> = book_of::taken_back(&records, who).collect();
    let account = book::dues_account(shelf, who)?;
    let of_year = |corrects: u64| {
        let mut payments = account.payments.iter();
        let payment = payments.find(|noted| noted.sequence == corrects);
        let paid = payment.map(|noted| noted.entry.paid_on.date().year());
        paid.is_some_and(|paid| u16::try_from(paid) == Ok(year))
    };
    let void = account.corrections.iter();
    let void = void.filter(|noted| noted.entry.payment.is_none() && of_year(noted.entry.corrects));
    found.extend(void.map(|noted| noted.sequence));
    Ok(found)
}

/// A person's year, or every year there is.
pub(super) fn show(
    office: &Office,
    name: &str,
    year: u32,
    archive: bool,
) -> Result<(Candidate, Vec<Year>), OfficeError> {
    let person = person(&office.store, name)?;
    let years = if archive {
        let mut years = book::life_years(&office.store)?;
        let paid = dues::year_of(&office.store, person.who, None)?;
        years.extend(paid.iter().filter_map(dues::year));
        years
    } else {
        BTreeSet::from([this_year_or(office.today(), year)?])
    };
    let mut found = Vec::new();
    for year in years {
        let lines = lines_of(&office.store, person.who, year)?;
        if !archive || !lines.is_empty() {
            found.push(Year { year, lines });
        }
    }
    Ok((person, found))
}

/// The activities of a year that neither a unit held nor one above or inside it: who is of the unit was not expected there.
fn elsewhere(
    shelf: &impl Shelf,
    records: &[Record],
    unit: &str,
) -> Result<BTreeSet<u64>, OfficeError> {
    let units = book::units(shelf)?;
    let called = Called::of(&units);
    let other = |record: &&Record| {
        record.activity().is_some_and(|activity| {
            let held = called.now(activity.unit.as_str(), Some(activity.day));
            unit != COMMITTEE && held != COMMITTEE && !belongs(&held, unit) && !belongs(unit, &held)
        })
    };
    let other = records.iter().filter(other);
    Ok(other.map(|record| record.sequence).collect())
}

/// How the books of everyone who was in a unit that year stand: what was before somebody came, or after they moved on, counts elsewhere.
pub(super) fn stats(office: &Office, unit: &str, year: u16) -> Result<Vec<Standing>, OfficeError> {
    let store = &office.store;
    let unit = &*roster::named(store, unit)?;
    let number = i16::try_from(year).unwrap_or_default();
    let day = |month, day| Day::new(number, month, day).at("year");
    let (first, last) = (day(1, 1)?, day(12, 31)?);
    let people = roster::over(store, unit, (first, last))?;
    if people.is_empty() {
        roster::known_unit(store, unit)?;
    }
    let records = book::life_of_year(store, year)?;
    let exempted = exempted(store)?;
    let elsewhere = elsewhere(store, &records, unit)?;
    people
        .into_iter()
        .map(|(person, spans)| {
            let confirmed = book::book_confirmed(store, person.who)?;
            let mut lines = lines_about(&records, person.who, &confirmed, &exempted);
            let paid = dues::year_of(store, person.who, Some(year))?;
            lines.extend(lines_about(&paid, person.who, &confirmed, &exempted));
            lines.retain(|line| {
                let missed =
                    matches!(&line.content, Payload::Attendance(one) if !one.presence.was_there());
                spans.covers(line.day) && !(missed && elsewhere.contains(&line.record))
            });
            let tally = tally(&lines);
            Ok(Standing {
                exempt: exempted.is(person.who, ExemptionFrom::Records, last),
                person,
                tally,
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{code_hash, spell};

    #[test]
    fn a_code_is_read_as_people_type_it() {
        assert_eq!(spell([0; 5]), "0000-0000");
        assert_eq!(spell([0xff; 5]), "ZZZZ-ZZZZ");
        assert_eq!(spell([0x08, 0x42, 0x10, 0x84, 0x21]), "1111-1111");
        let hash = code_hash("AB12-CD34");
        assert_eq!(code_hash("ab12 cd34"), hash);
        assert_eq!(code_hash("AB12CD34"), hash);
        assert_ne!(code_hash("AB12-CD35"), hash);
    }
}
