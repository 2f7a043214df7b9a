//! Cases as the node derives them.

use hongyan_proto::pb::office::v1 as o;
use o::flow_service_client::FlowServiceClient;

use super::Desk;
use crate::town::TownError;

impl Desk {
    /// One case.
    pub async fn case(&self, case: &str) -> Result<o::GetCaseResponse, TownError> {
        let case = case.to_owned();
        Ok(ask!(
            self,
            FlowServiceClient,
            get_case,
            GetCaseRequest { case }
        )?)
    }

    /// The state of one case.
    pub async fn state(&self, case: &str) -> Result<o::CaseState, TownError> {
        Ok(self.case(case).await?.case.unwrap_or_default().state())
    }

    /// Every case, open and closed, ordered by id.
    pub async fn cases(&self) -> Result<Vec<o::Case>, TownError> {
        let mut cases = Vec::new();
        let mut page_token = String::new();
        loop {
            let page = ask!(
                self,
                FlowServiceClient,
                list_cases,
                ListCasesRequest {
                    states: (1..=9).collect(),
                    page_size: 500,
                    page_token,
                    ..Default::default()
                }
            )?;
            cases.extend(page.cases);
            page_token = page.next_page_token;
            if page_token.is_empty() {
                break;
            }
        }
        cases.sort_by(|one, other| one.id.cmp(&other.id));
        Ok(cases)
    }
}
