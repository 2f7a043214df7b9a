//! `PolicyService`.

use hongyan_proto::{
    letter::Text,
    pb::office::v1::{self as pb, policy_service_server::PolicyService},
    time::Day,
};
use tonic::{Request, Response, Status};

use super::{
    convert::{self, written},
    request::request,
};
use crate::{
    domain::policy::{Policy, PolicyError, Words},
    office::{
        Office, OfficeError,
        policy::{self, Wanted},
    },
};

type Answered<T> = Result<Response<T>, Status>;

fn words(words: &Words) -> pb::Words {
    convert::words((words.zh.clone(), words.en.clone()))
}

fn number(value: usize) -> u32 {
    u32::try_from(value).unwrap_or(u32::MAX)
}

fn summary(policy: &Policy) -> pb::PolicySummary {
    pb::PolicySummary {
        name: policy.name.clone(),
        source: Some(words(&policy.source)),
        number: policy.number.clone().unwrap_or_default(),
        rules: number(policy.rules.len() + policy.told.len()),
    }
}

fn problem(error: &PolicyError) -> pb::PolicyProblem {
    pb::PolicyProblem {
        file: error.file.clone(),
        line: number(error.line),
        column: number(error.column),
        problem: Some(convert::words((error.zh.clone(), error.en.clone()))),
    }
}

/// A day of a request; empty: `default`.
pub(super) fn day_or(text: &str, field: &str, default: Option<Day>) -> Result<Day, OfficeError> {
    match (text, default) {
        ("", Some(day)) => Ok(day),
        (text, _) => text
            .parse()
            .map_err(|error| OfficeError::field(field, error)),
    }
}

/// An optional text of a request.
pub(super) fn optional<const MAX: usize>(
    text: &str,
    field: &str,
) -> Result<Option<Text<MAX>>, OfficeError> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(None);
    }
    Text::parse(text)
        .map(Some)
        .map_err(|error| OfficeError::field(field, error))
}

#[tonic::async_trait]
impl PolicyService for Office {
    async fn list_policies(
        &self,
        _: Request<pb::ListPoliciesRequest>,
    ) -> Answered<pb::ListPoliciesResponse> {
        let shipped = policy::all()?;
        let (history, applies) = policy::adopted(self)?;
        Ok(Response::new(pb::ListPoliciesResponse {
            shipped: shipped.iter().map(summary).collect(),
            adopted: history
                .adopted()
                .iter()
                .map(|one| pb::AdoptedPolicy {
                    from: one.from.to_string(),
                    policy: Some(summary(&one.policy)),
                    applies: Some(one.from) == applies,
                })
                .collect(),
        }))
    }

    async fn show_policy(
        &self,
        request_: Request<pb::ShowPolicyRequest>,
    ) -> Answered<pb::ShowPolicyResponse> {
        let message = request_.into_inner();
        let day = day_or(&message.day, "day", Some(self.today()))?;
        let shown = policy::show(self, &message.name, day)?;
        let rules = shown
            .policy
            .rules
            .iter()
            .chain(&shown.policy.told)
            .map(|ruled| pb::PolicyRule {
                id: ruled.id.clone(),
                kind: ruled.rule.kind().to_owned(),
                clause: ruled.clause.clone(),
                words: Some(words(&ruled.words)),
                figures: Some(words(&ruled.rule.in_words())),
                file: ruled.file.clone(),
                line: number(ruled.line),
            });
        Ok(Response::new(pb::ShowPolicyResponse {
            policy: Some(summary(&shown.policy)),
            from: shown.from.map(|day| day.to_string()).unwrap_or_default(),
            adopted: shown.adopted,
            rules: rules.collect(),
            activity_days: shown
                .activity_days
                .iter()
                .map(|day| pb::PlannedActivityDay {
                    named: day.named.to_string(),
                    held: day.held.to_string(),
                    provisional: day.provisional,
                })
                .collect(),
        }))
    }

    async fn check_policy(
        &self,
        request_: Request<pb::CheckPolicyRequest>,
    ) -> Answered<pb::CheckPolicyResponse> {
        let message = request_.into_inner();
        let read = Policy::of_file(&message.file, &message.content);
        Ok(Response::new(pb::CheckPolicyResponse {
            policy: read.as_ref().ok().map(summary),
            problem: read.as_ref().err().map(problem),
            further: read.as_ref().err().map_or_else(Vec::new, |error| {
                error.further.iter().map(problem).collect()
            }),
        }))
    }

    async fn adopt_policy(
        &self,
        request_: Request<pb::AdoptPolicyRequest>,
    ) -> Answered<pb::AdoptPolicyResponse> {
        let message = request_.into_inner();
        let request = request(&message, &message.actor, &message.request_id)?;
        let from = day_or(&message.from, "from", None)?;
        let basis = optional(&message.basis, "basis")?;
        let wanted = match (message.name.as_str(), message.content.as_str()) {
            ("", "") => {
                return Err(OfficeError::field(
                    "name",
                    "写明随附的政策名称, 或给出文件 name a policy or give a file",
                )
                .into());
            }
            ("", _) => Wanted::File(message.file, message.content),
            (_, "") => Wanted::Shipped(message.name),
            _ => {
                return Err(OfficeError::field(
                    "name",
                    "名称与文件只能给一个 a name or a file, not both",
                )
                .into());
            }
        };
        let (policy, answer) = policy::adopt(self, request, wanted, from, basis).await?;
        Ok(Response::new(pb::AdoptPolicyResponse {
            written: written(&answer),
            policy: Some(summary(&policy)),
        }))
    }

    async fn amend_calendar(
        &self,
        request_: Request<pb::AmendCalendarRequest>,
    ) -> Answered<pb::AmendCalendarResponse> {
        let message = request_.into_inner();
        let request = request(&message, &message.actor, &message.request_id)?;
        let (years, answer) = policy::amend_calendar(self, request, &message.content).await?;
        Ok(Response::new(pb::AmendCalendarResponse {
            written: written(&answer),
            years: years
                .into_iter()
                .filter_map(|year| u32::try_from(year).ok())
                .collect(),
        }))
    }
}
