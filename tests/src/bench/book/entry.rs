//! Single entries of an officer's year.

use hongyan_proto::{
    id::{Fen, Hash, MemberId, UnitId},
    letter::{
        Access, ActivityKind, ActivityPlan, Award, BookCode, BookConfirmed, BookRecord,
        ConfirmedLine, DuesPayment, DuesWay, Exemption, ExemptionFrom, FormHandedUp,
        OfficerAppointed, OfficerRole, Payload, PlanFiled, PlanItem, Role, Screened, Text,
        Training, Within,
    },
    time::{Day, Month, TimeOfDay},
};
use rand::{Rng, rngs::StdRng};

use super::committee::TERM;

/// An entry to be written on a day. Some name an entry before them, whose place is known only once it is written.
pub(super) struct Event {
    pub(super) day: Day,
    pub(super) payload: Payload,
    /// The index of the event of the same year that it names.
    pub(super) names: Option<usize>,
}

impl Event {
    pub(super) fn on(day: Day, payload: impl Into<Payload>) -> Self {
        Self {
            day,
            payload: payload.into(),
            names: None,
        }
    }

    pub(super) fn naming(self, event: usize) -> Self {
        Self {
            names: Some(event),
            ..self
        }
    }
}

pub(super) fn text<const MAX: usize>(text: &str) -> Text<MAX> {
    #[allow(clippy::expect_used)]
    Text::parse(text).expect("texts made up here are in order")
}

pub(super) fn within<const MIN: u32, const MAX: u32>(number: u32) -> Within<MIN, MAX> {
    #[allow(clippy::expect_used)]
    Within::new(number).expect("numbers made up here are in range")
}

pub(super) fn actor() -> Text<60> {
    text("李书记")
}

pub(super) fn day(year: i16, month: i8, day: i8) -> Day {
    #[allow(clippy::expect_used)]
    Day::new(year, month, day).expect("days made up here exist")
}

pub(super) fn year_number(year: i16) -> Within<1900, 2999> {
    within(u32::from(year.unsigned_abs()))
}

pub(super) fn time(hour: u8) -> Option<TimeOfDay> {
    TimeOfDay::new(hour, 0).ok()
}

pub(super) fn plan(unit: &str, year: i16, events: &mut Vec<Event>) {
    let items = (1..=12).map(|month| PlanItem {
        day: day(year, month, 5),
        kind: ActivityKind::ActivityDay,
        theme: text("学习党章党规"),
    });
    let plan = ActivityPlan {
        unit: text(unit),
        year: year_number(year),
        from_month: within(1),
        items: items.collect(),
        reason: None,
        actor: actor(),
    };
    let filed = PlanFiled {
        unit: text(unit),
        year: year_number(year),
        plan: 0,
        day: day(year, 1, 4),
        superior: Some(text("街道党工委")),
        actor: actor(),
    };
    events.push(Event::on(day(year, 1, 3), plan));
    events.push(Event::on(day(year, 1, 4), filed).naming(events.len() - 1));
}

pub(super) fn officers(unit: UnitId, members: &[MemberId], year: i16) -> Vec<Event> {
    let roles = [
        OfficerRole::Secretary,
        OfficerRole::Organization,
        OfficerRole::Publicity,
    ];
    roles
        .into_iter()
        .zip(members)
        .map(|(role, member)| {
            let appointed = OfficerAppointed {
                unit_id: Some(unit),
                member_id: *member,
                role,
                from: day(year, 1, 2),
                until: Some(day(year + TERM, 1, 1)),
                actor: actor(),
            };
            Event::on(day(year, 1, 2), appointed)
        })
        .collect()
}

pub(super) fn book_record(member: MemberId, on: Day, award: Option<&str>) -> Event {
    let record = BookRecord {
        member_id: Some(member),
        case_id: None,
        award: award.map(|title| Award {
            day: on,
            penalty: false,
            title: text(title),
        }),
        role: award.is_none().then(|| Role {
            day: on,
            description: text("参加社区防汛值守和困难群众走访"),
        }),
        told: None,
        actor: actor(),
    };
    Event::on(on, record)
}

pub(super) fn exemption(member: MemberId, year: i16) -> Event {
    let on = day(year, 2, 1);
    let exemption = Exemption {
        member_id: member,
        from: vec![ExemptionFrom::Records, ExemptionFrom::Attendance],
        since: on,
        until: Some(day(year, 12, 31)),
        reason: text("年老体弱"),
        applied_on: on,
        approved_on: on,
        approved_by: text("党委会"),
        actor: actor(),
    };
    Event::on(on, exemption)
}

/// A member pays the dues of some months, from the first on, at once.
pub(super) fn payment(
    member: MemberId,
    (month, months, fen): (Month, u32, i64),
    (on, number): (Day, u32),
) -> Event {
    let payment = DuesPayment {
        member_id: Some(member),
        case_id: None,
        month,
        months: within(months),
        fen: Fen(fen),
        paid_on: on,
        way: DuesWay::Transfer,
        number: within(number),
        paper: None,
        unit: None,
        part: false,
        told: None,
        actor: actor(),
    };
    Event::on(on, payment)
}

/// Hours of study for all members of a branch.
pub(super) fn training(members: &[MemberId], on: Day) -> Event {
    let training = Training {
        member_ids: members.to_vec(),
        day: on,
        tenths: within(160),
        title: text("党员集中培训班"),
        organizer: Some(text("区委党校")),
        actor: actor(),
    };
    Event::on(on, training)
}

/// A form that goes up; the activity is named later.
pub(super) fn form(on: Day) -> Event {
    let form = FormHandedUp {
        activity: 0,
        day: on,
        superior: Some(text("街道党工委")),
        actor: actor(),
    };
    Event::on(on, form)
}

/// Somebody looked something up.
pub(super) fn access(on: Day) -> Event {
    let access = Access {
        actor: actor(),
        action: text("查看应办事项 duties listed"),
        persons: 100,
        purpose: None,
    };
    Event::on(on, access)
}

/// The yearly screening.
pub(super) fn screened(on: Day, members: usize) -> Event {
    let screened = Screened {
        day: on,
        members: u32::try_from(members).unwrap_or(u32::MAX),
        away: 0,
        hosted: 0,
        lost: 0,
        note: None,
        actor: actor(),
    };
    Event::on(on, screened)
}

/// A member is given a code, and confirms lines of the book with it.
pub(super) fn confirmation(rng: &mut StdRng, member: MemberId, on: Day, events: &mut Vec<Event>) {
    let year = year_number(on.date().year());
    let code = BookCode {
        member_id: Some(member),
        case_id: None,
        year,
        code_hash: Hash::from_bytes(rng.r#gen()),
        expires_ms: on.plus_days(7).start(),
        actor: actor(),
    };
    let lines = (0..4).map(|record| ConfirmedLine {
        record,
        digest: Hash::from_bytes(rng.r#gen()),
    });
    let confirmed = BookConfirmed {
        member_id: Some(member),
        case_id: None,
        year,
        code: 0,
        lines: lines.collect(),
        actor: actor(),
    };
    events.push(Event::on(on, code));
    events.push(Event::on(on, confirmed).naming(events.len() - 1));
}
