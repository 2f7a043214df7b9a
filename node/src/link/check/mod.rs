//! What is wrong with a connection, step by step and in words: each step says what was found and what to do next.

mod session;
#[cfg(test)]
mod tests;
mod verdict;
mod way;

use std::time::Instant;

use hongyan_proto::{id::KeyId, message::StopReason, time::Timestamp};

use super::{End, Link, Outcome};
use session::{accepted, agreement, clock, version};
use verdict::{Report, Verdict, bad, both};
use way::{address, knock, resolve, tls, wrong_key};

use crate::book::{self, BookError, Partner};

pub use verdict::{Check, CheckName, CheckState, Words};

impl Link {
    /// Tries the way to a partner step by step. Ends with a session, so what waited is delivered when all is well.
    pub async fn check(&self, key: KeyId) -> Result<Vec<Check>, BookError> {
        let partner = book::partner(self.store(), key)?;
        let mut report = Report::default();
        self.walk(&partner, &mut report).await;
        let partner = book::partner(self.store(), key)?;
        Ok(report.finish(&self.backlog(&partner)))
    }

    async fn walk(&self, partner: &Partner, report: &mut Report) {
        let since = Instant::now();
        let endpoint = match address(partner) {
            Ok(endpoint) => endpoint,
            Err(verdict) => {
                report.add(CheckName::Name, verdict, since);
                return;
            }
        };
        if !report.add(CheckName::Name, resolve(&endpoint).await, since) {
            return;
        }
        let since = Instant::now();
        if !report.add(CheckName::Port, knock(&endpoint).await, since) {
            return;
        }
        let since = Instant::now();
        // A new connection: one that is kept would hide what a new one meets.
        self.forget_channel(&partner.key_id);
        let connected = self.channel(partner).await.map(|_| ());
        if !report.add(CheckName::Tls, tls(&connected), since) {
            return;
        }
        if let Err(error) = &connected {
            report.add(CheckName::Key, wrong_key(error), since);
            return;
        }
        let since = Instant::now();
        let session = self.sync(partner.key_id, |_| {}).await;
        // The session may have brought the news of another key.
        let now = book::partner(self.store(), partner.key_id);
        let known = now.as_ref().unwrap_or(partner);
        if !report.add(CheckName::Key, accepted(known, &session), since) {
            return;
        }
        if let Ok(outcome) = &session {
            self.judge(partner, outcome, report);
        }
    }

    /// What the session's hello says.
    fn judge(&self, partner: &Partner, outcome: &Outcome, report: &mut Report) {
        let since = Instant::now();
        let Some(hello) = &outcome.hello else {
            return;
        };
        report.add(CheckName::Clock, clock(outcome.skew_ms.unwrap_or(0)), since);
        if report.add(CheckName::Version, version(hello), since) {
            let here = self.agreements(partner, self.now()).unwrap_or_default();
            report.add(CheckName::Agreement, agreement(&here, hello), since);
        }
        if let End::Stopped(stop) = &outcome.end
            && stop.reason != StopReason::Version
        {
            let words = both(&stop.to_string());
            let (zh, en) = self.pending(partner).unwrap_or_else(|| {
                (
                    "按上述原因由相应一方处理后再同步".to_owned(),
                    "the side named must act, then synchronize again".to_owned(),
                )
            });
            let found = Words::new(
                format!("同步中止: {}", words.zh),
                format!("the session stopped: {}", words.en),
            );
            let verdict = bad(CheckState::Failed, found, &zh, &en);
            report.add(CheckName::Backlog, verdict, since);
        }
    }

    /// Who must do what about a new epoch that waits for people; the session may have brought the news of it.
    fn pending(&self, partner: &Partner) -> Option<(String, String)> {
        let partner = book::partner(self.store(), partner.key_id).ok()?;
        let pending = book::pending_epoch(self.store(), &partner).ok()??;
        Some(pending.words(partner.code.as_str()))
    }

    /// What waits each way, and when the last session ended well.
    fn backlog(&self, partner: &Partner) -> Verdict {
        let size = self.store().log(partner.out).map_or(0, |log| log.size());
        let undelivered = size.saturating_sub(partner.contact.acked);
        let unapplied = size.saturating_sub(partner.applied);
        let last = partner
            .contact
            .last_sync
            .map_or_else(|| "-".to_owned(), Timestamp::in_china);
        let found = Words::new(
            format!("未送达 {undelivered} 条, 对方未处理 {unapplied} 条, 上次同步 {last}"),
            format!(
                "{undelivered} entries not delivered, {unapplied} not applied there, last sync {last}"
            ),
        );
        if let Some((zh, en)) = self.pending(partner) {
            return bad(CheckState::Warn, found, &zh, &en);
        }
        match (undelivered, partner.owes_receipt) {
            (0, false) => (CheckState::Ok, found, Words::default()),
            (0, true) => bad(
                CheckState::Warn,
                found,
                "下次同步时自动回执",
                "the receipt goes out with the next sync",
            ),
            _ => bad(
                CheckState::Warn,
                found,
                "连通后自动送达, 或导出信件文件",
                "it is delivered once the way is free; or carry a sealed letter",
            ),
        }
    }
}
