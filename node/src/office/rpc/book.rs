//! `BookService`.

use hongyan_proto::{
    letter::{Payload, Text},
    log::Kind,
    pb::{
        exchange::v1::{self as exchange, payload::Content},
        office::v1::{self as pb, book_service_server::BookService},
    },
};
use tonic::{Request, Response, Status};

use super::{
    convert::{labels, written},
    payload::{checked, wire},
    request::{note, optional, request},
};
use crate::{
    domain::life::{
        Candidate, Who,
        book::{Line, Section, Tally, tally},
    },
    halves,
    office::{
        Office, OfficeError,
        book::{self, Fact, Right, Told, Year},
        error::At as _,
        happened::this_year_or,
        tell::Telling,
    },
};

type Answered<T> = Result<Response<T>, Status>;

fn fact(record: Option<exchange::BookRecord>) -> Result<Option<Fact>, OfficeError> {
    let Some(record) = record else {
        return Ok(None);
    };
    let content = match (record.award, record.role) {
        (None, None) => return Ok(None),
        (Some(award), None) => (Kind::Award, Content::Award(award)),
        (None, Some(role)) => (Kind::Role, Content::Role(role)),
        (Some(_), Some(_)) => {
            return Err(OfficeError::field(
                "record",
                "奖惩与发挥作用只填一项 give an award or a role, not both",
            ));
        }
    };
    Ok(match checked(content.0, Some(content.1))? {
        Payload::Award(award) => Some(Fact::Award(award)),
        Payload::Role(role) => Some(Fact::Role(role)),
        _ => None,
    })
}

fn stays(telling: &Telling) -> Option<pb::Words> {
    let first = telling.not_told.first()?;
    Some(labels(halves::split(&first.why)))
}

const fn section(section: Section) -> pb::BookSection {
    match section {
        Section::OrganizationalLife => pb::BookSection::OrganizationalLife,
        Section::Dues => pb::BookSection::Dues,
        Section::Awards => pb::BookSection::Awards,
        Section::Role => pb::BookSection::Role,
    }
}

fn line(line: &Line) -> pb::BookLine {
    pb::BookLine {
        record: line.record,
        section: section(line.section).into(),
        day: line.day.to_string(),
        content: Some(wire(&line.content)),
        confirmed_ms: line
            .confirmed
            .map_or(0, hongyan_proto::time::Timestamp::millis),
        exempt: line.exempt,
    }
}

fn told(one: &Told) -> pb::ToldLine {
    pb::ToldLine {
        section: section(one.section).into(),
        day: one.day.to_string(),
        content: Some(wire(&one.content)),
        partner: one.partner.clone(),
        sequence: one.sequence,
        own: one.own,
    }
}

const fn counted(tally: Tally) -> pb::BookTally {
    pb::BookTally {
        expected: tally.expected,
        attended: tally.attended,
        dues: tally.dues,
        awards: tally.awards,
        penalties: tally.penalties,
        roles: tally.roles,
        confirmed: tally.confirmed,
        unconfirmed: tally.unconfirmed,
        exempt: tally.exempt,
    }
}

fn year(year: &Year) -> pb::BookYear {
    pb::BookYear {
        year: u32::from(year.number),
        tally: Some(counted(tally(&year.lines))),
        lines: year.lines.iter().map(line).collect(),
        told: year.told.iter().map(told).collect(),
    }
}

fn name(person: &Candidate) -> String {
    person.names.first().cloned().unwrap_or_default()
}

const fn hosted(person: &Candidate) -> bool {
    matches!(person.who, Who::Hosted(_))
}

fn sum(total: Tally, tally: Tally) -> Tally {
    Tally {
        expected: total.expected + tally.expected,
        attended: total.attended + tally.attended,
        dues: total.dues + tally.dues,
        awards: total.awards + tally.awards,
        penalties: total.penalties + tally.penalties,
        roles: total.roles + tally.roles,
        confirmed: total.confirmed + tally.confirmed,
        unconfirmed: total.unconfirmed + tally.unconfirmed,
        exempt: total.exempt + tally.exempt,
    }
}

#[tonic::async_trait]
impl BookService for Office {
    async fn add_book_record(
        &self,
        request_: Request<pb::AddBookRecordRequest>,
    ) -> Answered<pb::AddBookRecordResponse> {
        let message = request_.into_inner();
        let request = request(&message, &message.actor, &message.request_id)?;
        let fact = fact(message.record)?.ok_or_else(|| {
            OfficeError::field(
                "record",
                "须填奖惩或发挥作用 an award or a role is required",
            )
        })?;
        let (telling, answer) = book::add(self, request, message.person, fact).await?;
        Ok(Response::new(pb::AddBookRecordResponse {
            written: written(&answer),
            told: telling.told > 0,
            not_told: stays(&telling),
        }))
    }

    async fn correct_book_record(
        &self,
        request_: Request<pb::CorrectBookRecordRequest>,
    ) -> Answered<pb::CorrectBookRecordResponse> {
        let message = request_.into_inner();
        let request = request(&message, &message.actor, &message.request_id)?;
        let reason = Text::parse(&message.reason).at("reason")?;
        let right = Right {
            day: optional(&message.day, "day")?,
            penalty: message.penalty,
            title: optional(&message.title, "title")?,
            description: optional(&message.text, "text")?,
        };
        if message.void != (right == Right::default()) {
            return Err(OfficeError::field(
                "void",
                "要么写明正确内容, 要么作废 say what is right, or that it is void, and not both",
            )
            .into());
        }
        let right = Some(right).filter(|_| !message.void);
        let (telling, answer) = book::correct(self, request, message.record, reason, right).await?;
        Ok(Response::new(pb::CorrectBookRecordResponse {
            written: written(&answer),
            told: telling.told > 0,
            not_told: stays(&telling),
        }))
    }

    async fn issue_book_code(
        &self,
        request_: Request<pb::IssueBookCodeRequest>,
    ) -> Answered<pb::IssueBookCodeResponse> {
        let message = request_.into_inner();
        let request = request(&message, &message.actor, &message.request_id)?;
        let (given, answer) = book::give(self, request, message.person, message.year).await?;
        Ok(Response::new(pb::IssueBookCodeResponse {
            written: written(&answer),
            code: given.code,
            expires_ms: given.expires.millis(),
            unconfirmed: given.unconfirmed,
        }))
    }

    async fn confirm_book(
        &self,
        request_: Request<pb::ConfirmBookRequest>,
    ) -> Answered<pb::ConfirmBookResponse> {
        let message = request_.into_inner();
        let request = request(&message, &message.actor, &message.request_id)?;
        let (year, confirmed, answer) =
            book::confirm(self, request, message.person, message.code).await?;
        Ok(Response::new(pb::ConfirmBookResponse {
            written: written(&answer),
            year: u32::from(year),
            confirmed,
        }))
    }

    async fn get_book(
        &self,
        request_: Request<pb::GetBookRequest>,
    ) -> Answered<pb::GetBookResponse> {
        let message = request_.into_inner();
        let (person, years) = book::show(self, &message.person, message.year, message.archive)?;
        note(self, "查看党员记实 record book shown", 1).await?;
        Ok(Response::new(pb::GetBookResponse {
            id: person.who.id(),
            name: name(&person),
            hosted: hosted(&person),
            unit: person.unit.clone().unwrap_or_default(),
            years: years.iter().map(year).collect(),
        }))
    }

    async fn get_book_statistics(
        &self,
        request_: Request<pb::GetBookStatisticsRequest>,
    ) -> Answered<pb::GetBookStatisticsResponse> {
        let message = request_.into_inner();
        let year = this_year_or(self.today(), message.year)?;
        let people = book::stats(self, &message.unit, year)?;
        note(self, "查看记实统计 book statistics shown", people.len()).await?;
        let count = |wanted: &dyn Fn(&Tally) -> bool| {
            let kept = people.iter().filter(|one| !one.exempt);
            let found = kept.filter(|one| wanted(&one.tally)).count();
            u32::try_from(found).unwrap_or(u32::MAX)
        };
        let total = people
            .iter()
            .map(|one| one.tally)
            .fold(Tally::default(), sum);
        Ok(Response::new(pb::GetBookStatisticsResponse {
            year: u32::from(year),
            total: Some(counted(total)),
            to_confirm: count(&|tally| tally.unconfirmed > 0),
            without_role: count(&|tally| tally.roles == 0),
            people: people
                .iter()
                .map(|one| pb::BookPerson {
                    name: name(&one.person),
                    id: one.person.who.id(),
                    hosted: hosted(&one.person),
                    tally: Some(counted(one.tally)),
                    exempt: one.exempt,
                })
                .collect(),
            unit: message.unit,
        }))
    }
}
