//! `StatementService`.

use std::collections::BTreeSet;

use hongyan_proto::{
    id::CaseId,
    letter::{Answer as LetterAnswer, LineAnswer, Payload},
    log::Kind,
    pb::{
        exchange::v1::{self as exchange, payload::Content},
        office::v1::{self as pb, statement_service_server::StatementService},
    },
};
use tonic::{Request, Response, Status};

use super::{
    convert::{self, written},
    payload::{checked, wire},
    request::request,
};
use crate::{
    book::Author,
    domain::statement::{Cause, Status as QuarterStatus, answer::Line},
    office::{
        Office, OfficeError,
        reconcile::{self, QuarterFile},
        statement,
    },
};

type Answered<T> = Result<Response<T>, Status>;

fn statement_of(statement: &hongyan_proto::letter::Statement) -> Option<exchange::Statement> {
    match wire(&Payload::Statement(statement.clone())).content {
        Some(Content::Statement(statement)) => Some(statement),
        _ => None,
    }
}

fn line_of(
    quarter: hongyan_proto::time::Quarter,
    line: &LineAnswer,
) -> Option<exchange::LineAnswer> {
    let answer = LetterAnswer {
        quarter,
        reconciliation_hash: hongyan_proto::id::Hash::from_bytes([0; 32]),
        lines: vec![line.clone()],
    };
    match wire(&Payload::Answer(answer)).content {
        Some(Content::Answer(mut answer)) => answer.lines.pop(),
        _ => None,
    }
}

fn names_of(issued: &statement::Issued) -> Vec<pb::CaseName> {
    let ids: BTreeSet<_> = issued.names.keys().chain(issued.repeated.keys()).collect();
    let known = |id: &CaseId| pb::CaseName {
        case_id: id.to_string(),
        name: issued.names.get(id).cloned().unwrap_or_default(),
        months_repeated: issued
            .repeated
            .get(id)
            .into_iter()
            .flatten()
            .map(ToString::to_string)
            .collect(),
    };
    ids.into_iter().map(known).collect()
}

fn state(file: &QuarterFile) -> pb::QuarterState {
    match file.status {
        QuarterStatus::NotDue => pb::QuarterState::Open,
        QuarterStatus::Due(_)
        | QuarterStatus::IssuedByUs(_)
        | QuarterStatus::IssuedByPartner(_) => pb::QuarterState::Due,
        QuarterStatus::Reconciled { .. } => pb::QuarterState::Reconciling,
        QuarterStatus::ClosedByUs | QuarterStatus::ClosedByPartner => pb::QuarterState::HalfClosed,
        QuarterStatus::Closed => pb::QuarterState::Closed,
    }
}

fn difference(file: &QuarterFile, line: &Line) -> pb::Difference {
    let difference = &line.difference;
    let cause = match difference.cause {
        Cause::OnlyOutflowKnows => pb::DifferenceCause::OnlyOutflow,
        Cause::OnlyInflowKnows => pb::DifferenceCause::OnlyInflow,
        Cause::LostAtHost | Cause::LostAtHome => pb::DifferenceCause::Value,
        Cause::PaidTwice | Cause::PaidTwiceAtHost => pb::DifferenceCause::PaidTwice,
        Cause::HostDuesDiffer | Cause::HomeDuesDiffer => pb::DifferenceCause::NotYetSeen,
    };
    let is_home = file
        .outflow_is_own
        .get(&difference.case)
        .copied()
        .unwrap_or_default();
    let (own, theirs) = if is_home {
        (&line.outflow_answer, &line.inflow_answer)
    } else {
        (&line.inflow_answer, &line.outflow_answer)
    };
    let answer =
        |line: &Option<LineAnswer>| line.as_ref().and_then(|line| line_of(file.quarter, line));
    pb::Difference {
        case_id: difference.case.to_string(),
        name: file
            .names
            .get(&difference.case)
            .cloned()
            .unwrap_or_default(),
        field: difference.field.name().to_owned(),
        outflow_value: difference.outflow_value.clone().unwrap_or_default(),
        inflow_value: difference.inflow_value.clone().unwrap_or_default(),
        cause: cause.into(),
        must_act: convert::side(Some(difference.act)),
        due: difference.due.to_string(),
        months_repeated: difference
            .cause
            .is_paid_twice()
            .then(|| file.repeated.get(&difference.case))
            .flatten()
            .into_iter()
            .flat_map(|months| months.keys())
            .map(ToString::to_string)
            .collect(),
        own_answer: answer(own),
        partner_answer: answer(theirs),
    }
}

fn reconciliation(file: &QuarterFile) -> pb::Reconciliation {
    let counts = file
        .view
        .settlement
        .as_ref()
        .map(|settlement| settlement.counts)
        .unwrap_or_default();
    let hash = file.hash();
    let signed = |closing: &Option<hongyan_proto::letter::Closing>| {
        closing
            .as_ref()
            .is_some_and(|closing| Some(closing.result_hash) == hash)
    };
    let revision = |issued: &Option<crate::domain::statement::quarter::Issued>| {
        issued
            .as_ref()
            .map_or(0, |issued| issued.statement.revision.get())
    };
    pb::Reconciliation {
        partner: file.partner.code.to_string(),
        quarter: file.quarter.to_string(),
        hash: hash.map(|hash| hash.to_string()).unwrap_or_default(),
        state: state(file).into(),
        own_revision: revision(&file.view.ours),
        partner_revision: revision(&file.view.theirs),
        agreed: counts.agreed,
        differing: counts.differing,
        only_outflow: counts.only_outflow,
        only_inflow: counts.only_inflow,
        differences: file
            .lines()
            .iter()
            .map(|line| difference(file, line))
            .collect(),
        own_closed: signed(&file.view.our_closing),
        partner_closed: signed(&file.view.their_closing),
    }
}

#[tonic::async_trait]
impl StatementService for Office {
    async fn issue_statement(
        &self,
        request_: Request<pb::IssueStatementRequest>,
    ) -> Answered<pb::IssueStatementResponse> {
        let message = request_.into_inner();
        let request = request(&message, &message.actor, &message.request_id)?;
        let quarter = statement::quarter_or_last(self, &message.quarter)?;
        let (statement, answer) = statement::issue(self, request, message.partner, quarter).await?;
        Ok(Response::new(pb::IssueStatementResponse {
            written: written(&answer),
            statement: statement_of(&statement),
        }))
    }

    async fn get_statement(
        &self,
        request_: Request<pb::GetStatementRequest>,
    ) -> Answered<pb::GetStatementResponse> {
        let message = request_.into_inner();
        let quarter = statement::quarter_or_last(self, &message.quarter)?;
        let author = match message.author() {
            pb::Author::Partner => Author::Partner,
            pb::Author::Own | pb::Author::Unspecified => Author::Own,
            pb::Author::Both => {
                let problem = "只能查看一方的通报 one side's statement at a time: own or partner";
                return Err(OfficeError::field("author", problem).into());
            }
        };
        let issued = statement::show(self, &message.partner, quarter, author, message.revision)?;
        Ok(Response::new(pb::GetStatementResponse {
            statement: statement_of(&issued.statement),
            author: convert::author(Some(issued.author)),
            seen: issued.seen,
            time_ms: issued.time.millis(),
            names: names_of(&issued),
        }))
    }

    async fn get_reconciliation(
        &self,
        request_: Request<pb::GetReconciliationRequest>,
    ) -> Answered<pb::GetReconciliationResponse> {
        let message = request_.into_inner();
        let quarter = statement::quarter_or_last(self, &message.quarter)?;
        let file = reconcile::show(self, &message.partner, quarter)?;
        Ok(Response::new(pb::GetReconciliationResponse {
            reconciliation: Some(reconciliation(&file)),
        }))
    }

    async fn answer_reconciliation(
        &self,
        request_: Request<pb::AnswerReconciliationRequest>,
    ) -> Answered<pb::AnswerReconciliationResponse> {
        let message = request_.into_inner();
        let request = request(&message, &message.actor, &message.request_id)?;
        let quarter = statement::quarter_or_last(self, &message.quarter)?;
        let shown = convert::hash(&message.hash, "hash")?;
        // The lines are checked as the letter they will be written in.
        let letter = exchange::Answer {
            quarter: quarter.to_string(),
            reconciliation_hash: convert::bytes(&[0; 32]),
            lines: message.lines,
        };
        let Payload::Answer(letter) = checked(Kind::Answer, Some(Content::Answer(letter)))? else {
            return Err(OfficeError::field("lines", "此项必填 this field is required").into());
        };
        let partner = message.partner.clone();
        let answer =
            reconcile::answer(self, request, message.partner, quarter, shown, letter.lines).await?;
        let file = reconcile::show(self, &partner, quarter)?;
        Ok(Response::new(pb::AnswerReconciliationResponse {
            written: written(&answer),
            reconciliation: Some(reconciliation(&file)),
        }))
    }

    async fn close_quarter(
        &self,
        request_: Request<pb::CloseQuarterRequest>,
    ) -> Answered<pb::CloseQuarterResponse> {
        let message = request_.into_inner();
        let request = request(&message, &message.actor, &message.request_id)?;
        let quarter = statement::quarter_or_last(self, &message.quarter)?;
        let shown = convert::hash(&message.hash, "hash")?.ok_or_else(|| {
            OfficeError::field(
                "hash",
                "须写明所签结果的哈希 name the result that is signed",
            )
        })?;
        let partner = message.partner.clone();
        let answer = reconcile::close(self, request, message.partner, quarter, shown).await?;
        let file = reconcile::show(self, &partner, quarter)?;
        Ok(Response::new(pb::CloseQuarterResponse {
            written: written(&answer),
            reconciliation: Some(reconciliation(&file)),
        }))
    }

    async fn list_quarters(
        &self,
        request_: Request<pb::ListQuartersRequest>,
    ) -> Answered<pb::ListQuartersResponse> {
        let files = reconcile::list(self, &request_.into_inner().partner)?;
        let today = self.today();
        let quarters = files
            .iter()
            .map(|file| {
                let shown = reconciliation(file);
                let open = !matches!(file.status, QuarterStatus::Closed | QuarterStatus::NotDue);
                pb::QuarterSummary {
                    partner: shown.partner,
                    quarter: shown.quarter,
                    state: shown.state,
                    own_revision: shown.own_revision,
                    partner_revision: shown.partner_revision,
                    agreed: shown.agreed,
                    differing: shown.differing,
                    only_outflow: shown.only_outflow,
                    only_inflow: shown.only_inflow,
                    must_act: convert::author(file.must_act()),
                    due: file.due.map(|due| due.to_string()).unwrap_or_default(),
                    overdue: open && file.due.is_some_and(|due| due < today),
                }
            })
            .collect();
        Ok(Response::new(pb::ListQuartersResponse { quarters }))
    }
}
