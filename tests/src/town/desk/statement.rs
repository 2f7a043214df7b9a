//! The quarter: statements, reconciliation, answers, closing.

use hongyan_proto::pb::{exchange::v1 as x, office::v1 as o};
use o::statement_service_client::StatementServiceClient;

use super::Desk;
use crate::town::TownError;

/// How often a result that changes under one's hands is looked at again.
const LOOKS: usize = 10;

/// Was a signature refused because the result is another by now?
fn has_changed<T>(signed: Result<T, tonic::Status>) -> Result<bool, TownError> {
    match signed {
        Ok(_) => Ok(false),
        Err(status)
            if status
                .details()
                .windows(14)
                .any(|bytes| bytes == b"RESULT_CHANGED") =>
        {
            Ok(true)
        }
        Err(status) => Err(status.into()),
    }
}

fn restless(quarter: &str) -> TownError {
    TownError::Unsettled(format!("the result of {quarter} changed {LOOKS} times"))
}

impl Desk {
    /// States a quarter to a partner.
    pub async fn issue_statement(
        &self,
        partner: &str,
        quarter: &str,
    ) -> Result<x::Statement, TownError> {
        let issued = act!(
            self,
            StatementServiceClient,
            issue_statement,
            IssueStatementRequest {
                partner: partner.to_owned(),
                quarter: quarter.to_owned(),
            }
        )?;
        Ok(issued.statement.unwrap_or_default())
    }

    /// The reconciliation of a quarter, as this node computes it.
    pub async fn reconciliation(
        &self,
        partner: &str,
        quarter: &str,
    ) -> Result<o::Reconciliation, TownError> {
        let found = ask!(
            self,
            StatementServiceClient,
            get_reconciliation,
            GetReconciliationRequest {
                partner: partner.to_owned(),
                quarter: quarter.to_owned(),
            }
        )?;
        Ok(found.reconciliation.unwrap_or_default())
    }

    /// Answers every line of a quarter's reconciliation. What the partner wrote in the meantime changes the result: then it is looked at again.
    pub async fn answer(
        &self,
        partner: &str,
        quarter: &str,
        answer: fn(&o::Difference) -> x::LineAnswer,
    ) -> Result<(), TownError> {
        for _ in 0..LOOKS {
            let result = self.reconciliation(partner, quarter).await?;
            let lines: Vec<x::LineAnswer> = result.differences.iter().map(answer).collect();
            if lines.is_empty() {
                return Ok(());
            }
            let answered = act!(
                self,
                StatementServiceClient,
                answer_reconciliation,
                AnswerReconciliationRequest {
                    partner: result.partner,
                    quarter: result.quarter,
                    hash: result.hash,
                    lines,
                }
            );
            if !has_changed(answered)? {
                return Ok(());
            }
        }
        Err(restless(quarter))
    }

    /// Closes a quarter with the result as it now stands.
    pub async fn close_quarter(&self, partner: &str, quarter: &str) -> Result<(), TownError> {
        for _ in 0..LOOKS {
            let result = self.reconciliation(partner, quarter).await?;
            let closed = act!(
                self,
                StatementServiceClient,
                close_quarter,
                CloseQuarterRequest {
                    partner: partner.to_owned(),
                    quarter: quarter.to_owned(),
                    hash: result.hash,
                }
            );
            if !has_changed(closed)? {
                return Ok(());
            }
        }
        Err(restless(quarter))
    }
}
