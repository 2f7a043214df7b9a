//! `ActivityService`.

use hongyan_proto::{
    letter::{Activity, ActivityKind, ActivityPlan, Payload, Presence, Text, Within},
    log::Kind,
    pb::{
        exchange::v1::{self as exchange, payload::Content},
        office::v1::{self as pb, activity_service_server::ActivityService},
    },
};
use tonic::{Request, Response, Status};

use super::{
    convert::{labels, words, written},
    page::page,
    payload::{checked, wire},
    request::{note, optional, request},
};
use crate::{
    domain::life::{Ledger, Line, Named, Who},
    halves,
    office::{
        Office, OfficeError,
        activity::{self, Change, Roll},
        error::At as _,
        plan::{self, Passed},
        roster,
        tell::NotTold,
    },
};

type Answered<T> = Result<Response<T>, Status>;

fn count(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

pub(super) fn not_told(stays: &[NotTold]) -> Vec<pb::NotTold> {
    stays
        .iter()
        .map(|one| pb::NotTold {
            case_id: hex::encode(&one.case),
            why: Some(labels(halves::split(&one.why))),
        })
        .collect()
}

/// What is right about something that went up; none: it did not.
fn passed(void: bool, on: &str, superior: &str) -> Result<Option<Passed>, OfficeError> {
    if void {
        return Ok(None);
    }
    let right = Passed {
        day: optional(on, "day")?,
        superior: optional(superior, "superior")?,
    };
    if right.day.is_none() && right.superior.is_none() {
        return Err(OfficeError::field(
            "day",
            "请写明正确的日期或上级, 或者作废 say the right day or superior, or that it is void",
        ));
    }
    Ok(Some(right))
}

fn people(people: Vec<pb::PersonPresence>) -> Result<Vec<Named>, OfficeError> {
    people
        .into_iter()
        .enumerate()
        .map(|(at, line)| {
            let field = |name: &str| format!("people[{at}].{name}");
            let presence = Presence::try_from(line.presence).at(&field("presence"))?;
            let reason = optional(&line.reason, &field("reason"))?;
            if (presence == Presence::AbsentWithReason) != reason.is_some() {
                return Err(OfficeError::field(
                    field("reason"),
                    "请假须写明事由, 其他情况不写 an absence with reason needs the reason, and nothing else has one",
                ));
            }
            Ok(Named {
                person: line.person,
                presence,
                reason,
            })
        })
        .collect()
}

/// The record as the caller wrote it, without those who were there.
fn record(wanted: Option<exchange::Activity>, actor: &str) -> Result<Activity, OfficeError> {
    let wanted = wanted.unwrap_or_default();
    if !wanted.attendees.is_empty() {
        return Err(OfficeError::field(
            "activity.attendees",
            "到会情况写在 people 中 who was there is said in people",
        ));
    }
    let wanted = exchange::Activity {
        actor: actor.to_owned(),
        ..wanted
    };
    match checked(Kind::Activity, Some(Content::Activity(wanted)))? {
        Payload::Activity(activity) => Ok(activity),
        _ => Err(OfficeError::field(
            "activity",
            "此项必填 this field is required",
        )),
    }
}

fn shown(activity: &Activity) -> Option<exchange::Activity> {
    match wire(&Payload::Activity(activity.clone())).content {
        Some(Content::Activity(activity)) => Some(activity),
        _ => None,
    }
}

/// The record with the changes: what is left empty stays as it was.
fn merged(old: exchange::Activity, new: exchange::Activity) -> exchange::Activity {
    fn text(new: String, old: String) -> String {
        if new.is_empty() { old } else { new }
    }
    fn list<T>(new: Vec<T>, old: Vec<T>) -> Vec<T> {
        if new.is_empty() { old } else { new }
    }
    exchange::Activity {
        unit: text(new.unit, old.unit),
        kind: if new.kind == 0 { old.kind } else { new.kind },
        day: text(new.day, old.day),
        begins: text(new.begins, old.begins),
        ends: text(new.ends, old.ends),
        place: text(new.place, old.place),
        theme: text(new.theme, old.theme),
        headings: list(new.headings, old.headings),
        content: text(new.content, old.content),
        form: text(new.form, old.form),
        lecturer: text(new.lecturer, old.lecturer),
        minutes: text(new.minutes, old.minutes),
        attendees: old.attendees,
        guests: list(new.guests, old.guests),
        planned_day: text(new.planned_day, old.planned_day),
        moved_because: text(new.moved_because, old.moved_because),
        attachments: list(new.attachments, old.attachments),
        actor: old.actor,
    }
}

fn plan_of(
    wanted: Option<exchange::ActivityPlan>,
    actor: &str,
) -> Result<ActivityPlan, OfficeError> {
    let wanted = exchange::ActivityPlan {
        actor: actor.to_owned(),
        ..wanted.unwrap_or_default()
    };
    match checked(Kind::ActivityPlan, Some(Content::ActivityPlan(wanted)))? {
        Payload::ActivityPlan(plan) => Ok(plan),
        _ => Err(OfficeError::field(
            "plan",
            "此项必填 this field is required",
        )),
    }
}

fn ledger_line(line: &Line) -> pb::LedgerLine {
    let activity = &line.activity;
    let text = |text: Option<String>| text.unwrap_or_default();
    pb::LedgerLine {
        sequence: line.record.sequence,
        unit: activity.unit.to_string(),
        day: activity.day.to_string(),
        kind: activity.kind.code(),
        theme: activity.theme.to_string(),
        place: activity.place.to_string(),
        form: text(activity.form.as_ref().map(ToString::to_string)),
        expected: line.counts.expected,
        present: line.counts.present,
        remote: line.counts.remote,
        absent_with_reason: line.counts.absent_with_reason,
        absent: line.counts.absent,
        hosted: line.counts.hosted,
        planned_day: text(activity.planned_day.map(|day| day.to_string())),
        form_handed_up: text(line.forms.first().map(|form| form.day.to_string())),
        void: line.record.void,
        corrected: !line.record.corrections.is_empty(),
    }
}

fn filings(ledger: &Ledger) -> Vec<exchange::PlanFiled> {
    ledger
        .filings
        .iter()
        .filter_map(
            |filed| match wire(&Payload::PlanFiled(filed.clone())).content {
                Some(Content::PlanFiled(filed)) => Some(filed),
                _ => None,
            },
        )
        .collect()
}

fn form(form: &hongyan_proto::letter::FormHandedUp) -> Option<exchange::FormHandedUp> {
    match wire(&Payload::FormHandedUp(form.clone())).content {
        Some(Content::FormHandedUp(form)) => Some(form),
        _ => None,
    }
}

/// What should be looked at in an activity that is on record: a remark keeps nothing from being entered.
fn remarks(office: &Office, sequence: u64, names: bool) -> Vec<pb::Words> {
    let remarks = activity::on_record(office, sequence, names).unwrap_or_default();
    let shown = remarks.into_iter().map(|one| words((one.zh, one.en)));
    shown.collect()
}

#[tonic::async_trait]
impl ActivityService for Office {
    async fn set_plan(
        &self,
        request_: Request<pb::SetPlanRequest>,
    ) -> Answered<pb::SetPlanResponse> {
        let message = request_.into_inner();
        let request = request(&message, &message.actor, &message.request_id)?;
        let plan = plan_of(message.plan, &message.actor)?;
        let answer = plan::set(self, request, plan).await?;
        Ok(Response::new(pb::SetPlanResponse {
            written: written(&answer),
        }))
    }

    async fn file_plan(
        &self,
        request_: Request<pb::FilePlanRequest>,
    ) -> Answered<pb::FilePlanResponse> {
        let message = request_.into_inner();
        let request = request(&message, &message.actor, &message.request_id)?;
        let unit = Text::parse(&message.unit).at("unit")?;
        let year = Within::new(message.year).at("year")?;
        let superior = optional(&message.superior, "superior")?;
        let answer = plan::file(
            self,
            request,
            unit,
            year,
            optional(&message.day, "day")?,
            superior,
        )
        .await?;
        Ok(Response::new(pb::FilePlanResponse {
            written: written(&answer),
        }))
    }

    async fn correct_filing(
        &self,
        request_: Request<pb::CorrectFilingRequest>,
    ) -> Answered<pb::CorrectFilingResponse> {
        let message = request_.into_inner();
        let request = request(&message, &message.actor, &message.request_id)?;
        let about = (
            Text::parse(&message.unit).at("unit")?,
            Within::new(message.year).at("year")?,
        );
        let reason = Text::parse(&message.reason).at("reason")?;
        let right = passed(message.void, &message.day, &message.superior)?;
        let answer = plan::correct_filing(self, request, about, reason, right).await?;
        Ok(Response::new(pb::CorrectFilingResponse {
            written: written(&answer),
        }))
    }

    async fn get_plan(
        &self,
        request_: Request<pb::GetPlanRequest>,
    ) -> Answered<pb::GetPlanResponse> {
        let message = request_.into_inner();
        let ledger = plan::year(self, &message.unit, message.year)?;
        let Some((sequence, newest)) = &ledger.plan else {
            let year = match message.year {
                0 => self.today().date().year().to_string(),
                year => year.to_string(),
            };
            let name = format!("{} {year}", message.unit);
            return Err(OfficeError::not_found(("年度计划", "plan of the year"), name).into());
        };
        let plan = match wire(&Payload::ActivityPlan(newest.clone())).content {
            Some(Content::ActivityPlan(plan)) => Some(plan),
            _ => None,
        };
        let wires = plan.as_ref().map_or(&[][..], |plan| &plan.items);
        let items = wires.iter().zip(&ledger.items);
        let items = items
            .map(|(item, (_, held))| pb::PlannedItem {
                item: Some(item.clone()),
                held_plus_one: held.map_or(0, |held| held + 1),
                held_by: held
                    .and_then(|held| ledger.joint.get(&held))
                    .map(|above| above.by.to_string())
                    .unwrap_or_default(),
            })
            .collect();
        Ok(Response::new(pb::GetPlanResponse {
            sequence: *sequence,
            versions: ledger.plans,
            items,
            filings: filings(&ledger),
            plan,
        }))
    }

    async fn hold_activity(
        &self,
        request_: Request<pb::HoldActivityRequest>,
    ) -> Answered<pb::HoldActivityResponse> {
        let message = request_.into_inner();
        let request = request(&message, &message.actor, &message.request_id)?;
        let wanted = record(message.activity, &message.actor)?;
        let everyone = match message.everyone {
            0 => None,
            code => Some(Presence::try_from(code).at("everyone")?),
        };
        let people = people(message.people)?;
        let roll = Roll { everyone, people };
        let (telling, answer) = activity::hold(self, request, wanted, roll).await?;
        let held = answer.written.first().map(|written| written.sequence);
        let remarks = held.map(|held| remarks(self, held, everyone.is_none()));
        Ok(Response::new(pb::HoldActivityResponse {
            remarks: remarks.unwrap_or_default(),
            written: written(&answer),
            expected: telling.expected,
            present: telling.present,
            told: telling.told,
            not_told: not_told(&telling.not_told),
        }))
    }

    async fn correct_activity(
        &self,
        request_: Request<pb::CorrectActivityRequest>,
    ) -> Answered<pb::CorrectActivityResponse> {
        let message = request_.into_inner();
        let request = request(&message, &message.actor, &message.request_id)?;
        let reason = Text::parse(&message.reason).at("reason")?;
        let seen = activity::one(&self.store, message.activity)?;
        let right = if message.void {
            None
        } else {
            let old = seen.activity().and_then(shown).unwrap_or_default();
            let new = message.changes.unwrap_or_default();
            let merged = merged(old, new);
            match checked(Kind::Activity, Some(Content::Activity(merged)))? {
                Payload::Activity(activity) => Some(activity),
                _ => None,
            }
        };
        let change = Change {
            seen,
            reason,
            right,
            people: people(message.people)?,
            not_expected: message.not_expected,
        };
        // Whoever says who was not expected has the whole list in mind.
        let names = !change.people.is_empty() && change.not_expected.is_empty();
        let (telling, answer) = activity::correct(self, request, change).await?;
        Ok(Response::new(pb::CorrectActivityResponse {
            remarks: remarks(self, message.activity, names),
            written: written(&answer),
            told: telling.told,
            not_told: not_told(&telling.not_told),
        }))
    }

    async fn hand_up_form(
        &self,
        request_: Request<pb::HandUpFormRequest>,
    ) -> Answered<pb::HandUpFormResponse> {
        let message = request_.into_inner();
        let request = request(&message, &message.actor, &message.request_id)?;
        let superior = optional(&message.superior, "superior")?;
        let day = optional(&message.day, "day")?;
        let answer = activity::hand_up(self, request, message.activity, day, superior).await?;
        Ok(Response::new(pb::HandUpFormResponse {
            written: written(&answer),
        }))
    }

    async fn correct_form(
        &self,
        request_: Request<pb::CorrectFormRequest>,
    ) -> Answered<pb::CorrectFormResponse> {
        let message = request_.into_inner();
        let request = request(&message, &message.actor, &message.request_id)?;
        let reason = Text::parse(&message.reason).at("reason")?;
        let right = passed(message.void, &message.day, &message.superior)?;
        let answer = activity::correct_form(self, request, message.activity, reason, right).await?;
        Ok(Response::new(pb::CorrectFormResponse {
            written: written(&answer),
        }))
    }

    async fn get_activity(
        &self,
        request_: Request<pb::GetActivityRequest>,
    ) -> Answered<pb::GetActivityResponse> {
        let (line, names) = activity::show(self, request_.into_inner().activity)?;
        note(self, "查看活动记录 activity shown", names.len()).await?;
        Ok(Response::new(pb::GetActivityResponse {
            record: Some(pb::ActivityRecord {
                sequence: line.record.sequence,
                activity: shown(&line.activity),
                names,
                expected: line.counts.expected,
                present: count(line.activity.present()),
                void: line.record.void,
                corrections: line.record.corrections.clone(),
                forms: line.forms.iter().filter_map(form).collect(),
                recorded_ms: line.record.time.millis(),
            }),
        }))
    }

    async fn list_activities(
        &self,
        request_: Request<pb::ListActivitiesRequest>,
    ) -> Answered<pb::ListActivitiesResponse> {
        let message = request_.into_inner();
        let kinds = message
            .kinds
            .iter()
            .map(|code| ActivityKind::try_from(*code).at("kinds"))
            .collect::<Result<Vec<_>, _>>()?;
        let lines = activity::list(self, &message.unit, message.year, &kinds, message.void)?;
        let unpaged = pb::ListActivitiesRequest {
            page_size: 0,
            page_token: String::new(),
            ..message.clone()
        };
        let page = page(lines, &unpaged, message.page_size, &message.page_token)?;
        Ok(Response::new(pb::ListActivitiesResponse {
            activities: page.items.iter().map(ledger_line).collect(),
            next_page_token: page.next,
            total: page.total,
        }))
    }

    async fn get_ledger(
        &self,
        request_: Request<pb::GetLedgerRequest>,
    ) -> Answered<pb::GetLedgerResponse> {
        let message = request_.into_inner();
        let ledger = plan::year(self, &message.unit, message.year)?;
        let names = roster::names_of(&self.store, ledger.people.keys().copied())?;
        note(self, "查看活动台账 ledger shown", ledger.people.len()).await?;
        let people = ledger.people.iter().map(|(who, person)| pb::LedgerPerson {
            name: names.get(who).cloned().unwrap_or_default(),
            id: who.id(),
            hosted: matches!(who, Who::Hosted(_)),
            expected: person.expected,
            present: person.present + person.remote,
            absent_with_reason: person.absent_with_reason,
            absent: person.absent,
            exempt: person.exempt,
        });
        let year = match message.year {
            0 => u32::try_from(self.today().date().year()).unwrap_or_default(),
            year => year,
        };
        Ok(Response::new(pb::GetLedgerResponse {
            unit: message.unit,
            year,
            lines: ledger.lines.iter().map(ledger_line).collect(),
            planned: count(ledger.items.len()),
            planned_held: count(ledger.planned_held()),
            plan_filed: ledger
                .filed()
                .map(|day| day.to_string())
                .unwrap_or_default(),
            people: people.collect(),
        }))
    }
}
