//! `AssessmentService`.

use hongyan_proto::{
    id::MemberId,
    letter::{
        AppraisalGrade, AppraisalLine, Exemption, ExemptionFrom, StudyTenths, Text, ValueError,
        Within,
    },
    log::Kind,
    pb::office::v1::{self as pb, assessment_service_server::AssessmentService},
    time::Day,
};
use tonic::{Request, Response, Status};

use super::{
    convert::{labels, written},
    request::{note, optional, request},
};
use crate::{
    domain::{
        life::{Who, points::total},
        policy::Word as _,
    },
    office::{
        Office, OfficeError,
        appraisal::{self, Recount},
        assessment,
        error::At as _,
        exemption,
        happened::this_year_or,
        points,
        training::{self, Course},
    },
};

type Answered<T> = Result<Response<T>, Status>;

fn required(text: &str, field: &str) -> Result<Day, OfficeError> {
    optional(text, field)?.ok_or_else(|| OfficeError::field(field, ValueError::Missing))
}

fn freed(mut codes: Vec<i32>) -> Result<Vec<ExemptionFrom>, OfficeError> {
    codes.sort_unstable();
    codes.dedup();
    codes
        .into_iter()
        .map(|code| ExemptionFrom::try_from(code).at("from"))
        .collect()
}

/// People count hours; an entry has tenths of them.
fn hours(tenths: u32) -> Result<StudyTenths, OfficeError> {
    let wrong = |_| OfficeError::field("tenths", "学时应在 0.1–240 之间 hours must be 0.1 to 240");
    StudyTenths::new(tenths).map_err(wrong)
}

/// The line takes its member's id where the name is looked up.
const NOBODY: MemberId = MemberId::from_bytes([0; 16]);

fn vote(at: usize, vote: pb::AppraisalVote) -> Result<(String, AppraisalLine), OfficeError> {
    let field = |name: &str| format!("votes[{at}].{name}");
    let line = AppraisalLine {
        member_id: NOBODY,
        grade: AppraisalGrade::try_from(vote.grade).at(&field("grade"))?,
        excellent: vote.excellent,
        qualified: vote.qualified,
        unqualified: vote.unqualified,
        note: optional(&vote.note, &field("note"))?,
    };
    Ok((vote.person, line))
}

fn shown(text: Option<impl ToString>) -> String {
    text.map(|text| text.to_string()).unwrap_or_default()
}

fn count(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

#[tonic::async_trait]
impl AssessmentService for Office {
    async fn record_appraisal(
        &self,
        request_: Request<pb::RecordAppraisalRequest>,
    ) -> Answered<pb::RecordAppraisalResponse> {
        let message = request_.into_inner();
        let request = request(&message, &message.actor, &message.request_id)?;
        let about = (
            Text::parse(&message.unit).at("unit")?,
            Within::new(message.year).at("year")?,
            optional(&message.day, "day")?,
        );
        let votes = message.votes.into_iter().enumerate();
        let votes = votes
            .map(|(at, one)| vote(at, one))
            .collect::<Result<Vec<_>, _>>()?;
        let answer = appraisal::appraise(self, request, about, votes).await?;
        let entry = answer.written.first().map_or(0, |entry| entry.sequence);
        let remarks = appraisal::remarks_of(self, entry);
        Ok(Response::new(pb::RecordAppraisalResponse {
            written: written(&answer),
            left_out: remarks.left_out,
            many_votes: remarks.many_votes,
            unlike_votes: remarks.unlike_votes,
        }))
    }

    async fn get_appraisal(
        &self,
        request_: Request<pb::GetAppraisalRequest>,
    ) -> Answered<pb::GetAppraisalResponse> {
        let message = request_.into_inner();
        let year = this_year_or(self.today(), message.year)?;
        let (sequence, appraisal, names) = appraisal::appraisal(self, &message.unit, year)?;
        note(self, "查看民主评议 appraisal shown", appraisal.lines.len()).await?;
        let remarks = appraisal::remarks(self, &appraisal)?;
        let votes = appraisal.lines.iter().map(|line| {
            let who = Who::Member(line.member_id);
            pb::AppraisalVote {
                person: names.get(&who).cloned().unwrap_or_else(|| who.id()),
                grade: line.grade.code(),
                excellent: line.excellent,
                qualified: line.qualified,
                unqualified: line.unqualified,
                note: shown(line.note.as_ref()),
            }
        });
        Ok(Response::new(pb::GetAppraisalResponse {
            sequence,
            unit: appraisal.unit.to_string(),
            year: appraisal.year.get(),
            day: appraisal.day.to_string(),
            left_out: remarks.left_out,
            many_votes: remarks.many_votes,
            unlike_votes: remarks.unlike_votes,
            votes: votes.collect(),
        }))
    }

    async fn record_training(
        &self,
        request_: Request<pb::RecordTrainingRequest>,
    ) -> Answered<pb::RecordTrainingResponse> {
        let message = request_.into_inner();
        let request = request(&message, &message.actor, &message.request_id)?;
        let course = Course {
            day: optional(&message.day, "day")?,
            tenths: hours(message.tenths)?,
            title: Text::parse(&message.title).at("title")?,
            organizer: optional(&message.organizer, "organizer")?,
        };
        let answer = training::train(self, request, message.people, message.unit, course).await?;
        let persons = <[u8; 4]>::try_from(answer.extra.as_ref()).map(u32::from_be_bytes);
        Ok(Response::new(pb::RecordTrainingResponse {
            written: written(&answer),
            persons: persons.unwrap_or_default(),
        }))
    }

    async fn list_training(
        &self,
        request_: Request<pb::ListTrainingRequest>,
    ) -> Answered<pb::ListTrainingResponse> {
        let message = request_.into_inner();
        let year = this_year_or(self.today(), message.year)?;
        let found = training::year_of(self, &message.unit, year)?;
        note(
            self,
            "查看培训学时 training hours shown",
            found.people.len(),
        )
        .await?;
        let lines = found.trainings.iter().map(|(sequence, training, persons)| {
            let organizer = shown(training.organizer.as_ref());
            pb::TrainingLine {
                sequence: *sequence,
                day: training.day.to_string(),
                title: training.title.to_string(),
                organizer,
                tenths: training.tenths.get(),
                persons: count(*persons),
            }
        });
        let persons = found
            .people
            .iter()
            .map(|(id, name, tenths)| pb::TrainedPerson {
                name: name.clone(),
                id: id.to_string(),
                tenths: *tenths,
            });
        Ok(Response::new(pb::ListTrainingResponse {
            trainings: lines.collect(),
            people: persons.collect(),
        }))
    }

    async fn grant_exemption(
        &self,
        request_: Request<pb::GrantExemptionRequest>,
    ) -> Answered<pb::GrantExemptionResponse> {
        let message = request_.into_inner();
        let request = request(&message, &message.actor, &message.request_id)?;
        let from = freed(message.from.clone())?;
        let approved_on = required(&message.approved_on, "approved_on")?;
        let exemption = Exemption {
            member_id: NOBODY,
            from,
            since: optional(&message.since, "since")?.unwrap_or(approved_on),
            until: optional(&message.until, "until")?,
            reason: Text::parse(&message.reason).at("reason")?,
            applied_on: required(&message.applied_on, "applied_on")?,
            approved_on,
            approved_by: Text::parse(&message.approved_by).at("approved_by")?,
            actor: request.actor.clone(),
        };
        let answer = exemption::exempt(self, request, message.person, exemption).await?;
        Ok(Response::new(pb::GrantExemptionResponse {
            written: written(&answer),
        }))
    }

    async fn list_exemptions(
        &self,
        request_: Request<pb::ListExemptionsRequest>,
    ) -> Answered<pb::ListExemptionsResponse> {
        let exemptions = exemption::exemptions(self, request_.into_inner().all)?;
        note(self, "查看免考名单 exemptions shown", exemptions.len()).await?;
        let lines = exemptions.iter().map(|(sequence, exemption, member)| {
            let details = member.as_ref().map(|member| &member.details);
            pb::ExemptionLine {
                sequence: *sequence,
                name: shown(details.and_then(|details| details.name.as_ref())),
                id: exemption.member_id.to_string(),
                unit: shown(member.as_ref().and_then(|member| member.unit.as_ref())),
                from: exemption.from.iter().map(|from| from.code()).collect(),
                since: exemption.since.to_string(),
                until: shown(exemption.until),
                reason: exemption.reason.to_string(),
                applied_on: exemption.applied_on.to_string(),
                approved_on: exemption.approved_on.to_string(),
                approved_by: exemption.approved_by.to_string(),
            }
        });
        Ok(Response::new(pb::ListExemptionsResponse {
            exemptions: lines.collect(),
        }))
    }

    async fn correct_appraisal(
        &self,
        request_: Request<pb::CorrectAppraisalRequest>,
    ) -> Answered<pb::CorrectAppraisalResponse> {
        let message = request_.into_inner();
        let request = request(&message, &message.actor, &message.request_id)?;
        let reason = Text::parse(&message.reason).at("reason")?;
        let votes = message.votes.into_iter().enumerate();
        let right = Recount {
            day: optional(&message.day, "day")?,
            votes: votes
                .map(|(at, one)| vote(at, one))
                .collect::<Result<_, _>>()?,
            not_appraised: message.not_appraised,
        };
        let answer = appraisal::correct(self, request, message.record, reason, right).await?;
        Ok(Response::new(pb::CorrectAppraisalResponse {
            written: written(&answer),
        }))
    }

    async fn correct_training(
        &self,
        request_: Request<pb::CorrectTrainingRequest>,
    ) -> Answered<pb::CorrectTrainingResponse> {
        let message = request_.into_inner();
        let request = request(&message, &message.actor, &message.request_id)?;
        let reason = Text::parse(&message.reason).at("reason")?;
        let right = training::Righted {
            day: optional(&message.day, "day")?,
            tenths: match message.tenths {
                0 => None,
                tenths => Some(hours(tenths)?),
            },
            title: optional(&message.title, "title")?,
            organizer: optional(&message.organizer, "organizer")?,
            people: message.people,
            not_trained: message.not_trained,
        };
        let answer = training::correct(self, request, message.record, reason, right).await?;
        Ok(Response::new(pb::CorrectTrainingResponse {
            written: written(&answer),
        }))
    }

    async fn correct_exemption(
        &self,
        request_: Request<pb::CorrectExemptionRequest>,
    ) -> Answered<pb::CorrectExemptionResponse> {
        let message = request_.into_inner();
        let request = request(&message, &message.actor, &message.request_id)?;
        let reason = Text::parse(&message.reason).at("reason")?;
        let until = optional(&message.until, "until")?;
        if message.open && until.is_some() {
            return Err(OfficeError::field(
                "until",
                "不定期的没有截止日期 without a last day, none is given",
            )
            .into());
        }
        let right = exemption::Righted {
            from: freed(message.from)?,
            since: optional(&message.since, "since")?,
            until: if message.open {
                Some(exemption::Until::Open)
            } else {
                until.map(exemption::Until::Day)
            },
            because: optional(&message.because, "because")?,
            applied_on: optional(&message.applied_on, "applied_on")?,
            approved_on: optional(&message.approved_on, "approved_on")?,
            approved_by: optional(&message.approved_by, "approved_by")?,
        };
        let answer = exemption::correct(self, request, message.record, reason, right).await?;
        Ok(Response::new(pb::CorrectExemptionResponse {
            written: written(&answer),
        }))
    }

    async fn void_assessment(
        &self,
        request_: Request<pb::VoidAssessmentRequest>,
    ) -> Answered<pb::VoidAssessmentResponse> {
        let message = request_.into_inner();
        let request = request(&message, &message.actor, &message.request_id)?;
        let reason = Text::parse(&message.reason).at("reason")?;
        let kind = match message.kind {
            0 => None,
            code => Some(Kind::try_from(code).map_err(|error| OfficeError::field("kind", error))?),
        };
        let answer = assessment::void(self, request, message.record, reason, kind).await?;
        Ok(Response::new(pb::VoidAssessmentResponse {
            written: written(&answer),
        }))
    }

    async fn get_points(
        &self,
        request_: Request<pb::GetPointsRequest>,
    ) -> Answered<pb::GetPointsResponse> {
        let message = request_.into_inner();
        let year = this_year_or(self.today(), message.year)?;
        let index = match &message.of {
            Some(pb::get_points_request::Of::Person(person)) => {
                points::member(self, person, year, &message.policy)?
            }
            Some(pb::get_points_request::Of::Unit(unit)) => {
                points::branch(self, unit, year, &message.policy)?
            }
            None => return Err(OfficeError::field("of", ValueError::Missing).into()),
        };
        note(
            self,
            "查看积分 points shown",
            usize::from(!index.id.is_empty()),
        )
        .await?;
        let lines = index.scores.iter().map(|score| pb::PointsLine {
            item: score.item.name().to_owned(),
            words: Some(labels(score.item.label())),
            most: u32::from(score.most),
            unknown: score.tenths.is_none(),
            tenths: score.tenths.unwrap_or_default(),
        });
        Ok(Response::new(pb::GetPointsResponse {
            lines: lines.collect(),
            total_tenths: total(&index.scores),
            name: index.name,
            id: index.id,
            exempt: index.exempt,
        }))
    }
}
