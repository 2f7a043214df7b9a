//! What is wrong with a connection, step by step and in words: each step says what was found and what to do next.

use std::time::{Duration, Instant};

use hongyan_proto::{
    channel::{CertificateError, ChannelError},
    id::KeyId,
    identity::Endpoint,
    message::{Hello, PROTOCOL, StopReason},
    time::Timestamp,
};
use tokio::{net::TcpStream, time::timeout};

use super::{End, Link, LinkError, Outcome, Reason};
use crate::book::{self, BookError, Partner, PartnerState};

/// Two clocks that differ by more than this are named.
const SKEW_LIMIT_MS: i64 = 5 * 60_000;

/// How long a name or a port is waited for.
const STEP_LIMIT: Duration = Duration::from_secs(5);

/// A step on the way to a partner, in order.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum CheckName {
    /// The host name resolves.
    Name,
    /// The port takes connections.
    Port,
    /// TLS 1.3 is spoken there, with a certificate in order.
    Tls,
    /// The key is the pinned one, and this side's is accepted there.
    Key,
    /// The two clocks agree.
    Clock,
    /// A protocol version in common.
    Version,
    /// Both sides name the same agreements in force.
    Agreement,
    /// Nothing waits to be delivered or applied.
    Backlog,
}

/// How a step ended.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum CheckState {
    /// In order.
    Ok,
    /// Works, but someone should look.
    Warn,
    /// Does not work.
    Failed,
    /// Not tried: an earlier step failed.
    Skipped,
}

/// The same words in both languages.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Words {
    /// Chinese.
    pub zh: String,
    /// English.
    pub en: String,
}

impl Words {
    fn new(zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self {
            zh: zh.into(),
            en: en.into(),
        }
    }
}

/// One step.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Check {
    /// Which.
    pub name: CheckName,
    /// How it ended.
    pub state: CheckState,
    /// What was found.
    pub found: Words,
    /// What to do next; empty when the step is in order.
    pub remedy: Words,
    /// How long it took.
    pub took: Duration,
}

type Verdict = (CheckState, Words, Words);

fn ok(zh: impl Into<String>, en: impl Into<String>) -> Verdict {
    (CheckState::Ok, Words::new(zh, en), Words::default())
}

fn bad(state: CheckState, found: Words, zh: &str, en: &str) -> Verdict {
    (state, found, Words::new(zh, en))
}

const STEPS: [CheckName; 8] = [
    CheckName::Name,
    CheckName::Port,
    CheckName::Tls,
    CheckName::Key,
    CheckName::Clock,
    CheckName::Version,
    CheckName::Agreement,
    CheckName::Backlog,
];

/// The steps so far; a failed one skips the rest of the way, but not the backlog, which is known without the partner.
#[derive(Debug, Default)]
struct Report {
    steps: Vec<Check>,
}

impl Report {
    /// True when the way goes on.
    fn add(&mut self, name: CheckName, (state, found, remedy): Verdict, since: Instant) -> bool {
        self.steps.push(Check {
            name,
            state,
            found,
            remedy,
            took: since.elapsed(),
        });
        state != CheckState::Failed
    }

    fn finish(mut self, backlog: &Verdict) -> Vec<Check> {
        for name in STEPS {
            if self.steps.iter().any(|step| step.name == name) {
                continue;
            }
            let (state, found, remedy) = if name == CheckName::Backlog {
                backlog.clone()
            } else {
                let found = Words::new(
                    "前面的步骤未通过, 未检查",
                    "not tried: an earlier step failed",
                );
                (CheckState::Skipped, found, Words::default())
            };
            self.steps.push(Check {
                name,
                state,
                found,
                remedy,
                took: Duration::ZERO,
            });
        }
        self.steps
    }
}

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
            let words = stop.to_string();
            let verdict = bad(
                CheckState::Failed,
                Words::new(
                    format!("同步中止: {words}"),
                    format!("the session stopped: {words}"),
                ),
                "按上述原因由相应一方处理后再同步",
                "the side named must act, then synchronize again",
            );
            report.add(CheckName::Backlog, verdict, since);
        }
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

fn address(partner: &Partner) -> Result<Endpoint, Verdict> {
    let failed = |found, zh, en| Err(bad(CheckState::Failed, found, zh, en));
    if partner.state == PartnerState::Revoked {
        let found = Words::new("本方已撤销该结对", "this side has revoked the partner");
        return failed(
            found,
            "如需恢复请重新邀请",
            "going on needs a new invitation",
        );
    }
    partner.endpoint.parse().or_else(|_| {
        let found = Words::new("对方没有可拨的地址", "the partner has no endpoint to dial");
        failed(
            found,
            "等待对方来连, 或用信件文件",
            "wait for it to dial, or carry a sealed letter",
        )
    })
}

async fn resolve(endpoint: &Endpoint) -> Verdict {
    let looked_up = tokio::net::lookup_host((endpoint.host(), endpoint.port()));
    let addresses: Vec<String> = match timeout(STEP_LIMIT, looked_up).await {
        Ok(Ok(addresses)) => addresses.map(|address| address.ip().to_string()).collect(),
        Ok(Err(_)) | Err(_) => Vec::new(),
    };
    let host = endpoint.host();
    if addresses.is_empty() {
        let found = Words::new(format!("{host} 无法解析"), format!("{host} has no address"));
        return bad(
            CheckState::Failed,
            found,
            "核对主机名或本机 DNS",
            "check the host name and this machine's DNS",
        );
    }
    let list = addresses.join(", ");
    ok(format!("{host} 解析为 {list}"), format!("{host} is {list}"))
}

async fn knock(endpoint: &Endpoint) -> Verdict {
    let connecting = TcpStream::connect((endpoint.host(), endpoint.port()));
    let why = match timeout(STEP_LIMIT, connecting).await {
        Ok(Ok(_)) => {
            return ok(
                format!("{endpoint} 可连接"),
                format!("{endpoint} takes connections"),
            );
        }
        Ok(Err(error)) => error.to_string(),
        Err(_) => "timed out".to_owned(),
    };
    let found = Words::new(
        format!("{endpoint} 连不上: {why}"),
        format!("{endpoint} does not answer: {why}"),
    );
    bad(
        CheckState::Failed,
        found,
        "请对方确认节点已启动, 并核对端口与防火墙",
        "ask them whether the node runs; check port and firewall",
    )
}

fn both(words: &str) -> Words {
    Words::new(words, words)
}

/// Is TLS itself in order? Whose key answers is the next step's question.
fn tls(connected: &Result<(), LinkError>) -> Verdict {
    let key_trouble = |error: &ChannelError| {
        matches!(
            error,
            ChannelError::Certificate(
                CertificateError::WrongKey { .. }
                    | CertificateError::NotPinned(_)
                    | CertificateError::Retired { .. }
            ) | ChannelError::RefusedByPeer
        )
    };
    match connected {
        Err(LinkError::Channel(error)) if !key_trouble(error) => bad(
            CheckState::Failed,
            both(&error.to_string()),
            "按上述说明由相应一方处理",
            "the side named must act",
        ),
        _ => ok(
            "TLS 1.3 正常, 证书有效",
            "TLS 1.3, the certificate is in order",
        ),
    }
}

fn wrong_key(error: &LinkError) -> Verdict {
    bad(
        CheckState::Failed,
        both(&error.to_string()),
        "用电话核对双方指纹; 若一方更换了密钥而无旧密钥签署的声明, 请重新邀请",
        "compare both fingerprints by telephone; if a key was replaced and nothing signed by the old one says so, invite again",
    )
}

/// Did the partner take this side's key?
fn accepted(partner: &Partner, session: &Result<Outcome, LinkError>) -> Verdict {
    let fine = || {
        let spoken = partner.signer.key_id().spoken();
        let Some(change) = partner.rotations.last() else {
            return ok(
                format!("密钥相符: {spoken}"),
                format!("the key is the pinned one: {spoken}"),
            );
        };
        let day = change.since.day();
        ok(
            format!("密钥相符: {spoken} (对方于 {day} 更换密钥, 声明由旧密钥签署)"),
            format!(
                "the key follows from the pinned one: {spoken} (changed on {day}, the statement is signed by the old key)"
            ),
        )
    };
    match session {
        Ok(Outcome {
            end: End::Cut(words),
            hello: None,
            ..
        }) => wrong_key_or_cut(words),
        Ok(_) | Err(LinkError::Refused(Reason::Busy | Reason::Fork)) => fine(),
        Err(error) => wrong_key(error),
    }
}

fn wrong_key_or_cut(words: &str) -> Verdict {
    bad(
        CheckState::Failed,
        both(words),
        "请对方核对是否仍登记本方密钥, 并查看其日志",
        "ask them whether our key is still pinned, and what their log says",
    )
}

fn clock(skew_ms: i64) -> Verdict {
    // Tenths of a second, without leaving the integers.
    let tenths = skew_ms / 100;
    let sign = if tenths < 0 { '-' } else { '+' };
    let seconds = format!("{sign}{}.{}", tenths.abs() / 10, tenths.abs() % 10);
    let found = Words::new(
        format!("对方时钟与本机相差 {seconds} 秒"),
        format!("the partner's clock is {seconds}s from this one"),
    );
    if skew_ms.abs() <= SKEW_LIMIT_MS {
        return (CheckState::Ok, found, Words::default());
    }
    bad(
        CheckState::Warn,
        found,
        "两边各自与标准时间核对",
        "both compare their clocks with the standard time",
    )
}

fn version(hello: &Hello) -> Verdict {
    let (theirs, ours) = (hello.protocol, PROTOCOL);
    let found = Words::new(
        format!(
            "对方协议版本 {}–{}, 本方 {}–{}",
            theirs.0, theirs.1, ours.0, ours.1
        ),
        format!(
            "they speak {}–{}, this side {}–{}",
            theirs.0, theirs.1, ours.0, ours.1
        ),
    );
    if theirs.0 <= ours.1 && ours.0 <= theirs.1 {
        return (CheckState::Ok, found, Words::default());
    }
    if theirs.1 < ours.0 {
        return bad(
            CheckState::Failed,
            found,
            "请对方升级程序",
            "ask them to upgrade",
        );
    }
    bad(
        CheckState::Failed,
        found,
        "请升级本程序",
        "upgrade this program",
    )
}

fn agreement(here: &[hongyan_proto::id::AgreementHash], hello: &Hello) -> Verdict {
    let short = |hashes: &[hongyan_proto::id::AgreementHash]| {
        let hashes = hashes.iter().map(|hash| hash.to_string()[..8].to_owned());
        hashes.collect::<Vec<_>>().join(", ")
    };
    let mut theirs = hello.agreements.clone();
    let mut here = here.to_vec();
    theirs.sort_unstable();
    here.sort_unstable();
    let (ours_text, theirs_text) = (short(&here), short(&theirs));
    if here != theirs {
        let found = Words::new(
            format!("双方所见生效协议不同: 本方 [{ours_text}], 对方 [{theirs_text}]"),
            format!(
                "the sides see different agreements in force: here [{ours_text}], there [{theirs_text}]"
            ),
        );
        return bad(
            CheckState::Warn,
            found,
            "同步后再检查; 仍不同则核对协议是否双方均已签署",
            "synchronize and check again; then see whether both have signed",
        );
    }
    if here.is_empty() {
        let found = Words::new("双方没有生效的共管协议", "no agreement is in force");
        return bad(
            CheckState::Warn,
            found,
            "提出协议并由双方签署",
            "propose an agreement and let both sign it",
        );
    }
    ok(
        format!("双方所见生效协议一致: {ours_text}"),
        format!("both see the same agreement in force: {ours_text}"),
    )
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use hongyan_proto::{id::AgreementHash, identity::Succession, time::Timestamp};

    use super::*;

    fn hello(protocol: (u32, u32), agreements: Vec<AgreementHash>) -> Hello {
        Hello {
            protocol,
            own: Bytes::new(),
            held: None,
            time: Timestamp::default(),
            agreements,
            reset: None,
            rotations: Succession::NONE,
            held_rotations: Succession::NONE,
        }
    }

    #[test]
    fn clocks_are_named_when_they_differ_by_more_than_five_minutes() {
        for (skew, state) in [
            (0, CheckState::Ok),
            (SKEW_LIMIT_MS, CheckState::Ok),
            (-SKEW_LIMIT_MS - 1, CheckState::Warn),
            (3_600_000, CheckState::Warn),
        ] {
            let (found, words, remedy) = clock(skew);
            assert_eq!(found, state, "{words:?}");
            assert_eq!(remedy == Words::default(), state == CheckState::Ok);
        }
        assert!(clock(-400_000).1.en.contains("-400.0s"));
    }

    #[test]
    fn the_older_side_is_told_to_upgrade() {
        assert_eq!(version(&hello((1, 3), vec![])).0, CheckState::Ok);
        assert_eq!(version(&hello((2, 3), vec![])).2.en, "upgrade this program");
        assert_eq!(version(&hello((0, 0), vec![])).2.en, "ask them to upgrade");
    }

    #[test]
    fn agreements_are_compared() {
        let (a, b) = (
            AgreementHash::from_bytes([1; 32]),
            AgreementHash::from_bytes([2; 32]),
        );
        assert_eq!(
            agreement(&[a, b], &hello((1, 1), vec![b, a])).0,
            CheckState::Ok
        );
        assert_eq!(agreement(&[a], &hello((1, 1), vec![b])).0, CheckState::Warn);
        assert_eq!(agreement(&[], &hello((1, 1), vec![])).0, CheckState::Warn);
    }

    #[test]
    fn a_wrong_key_shows_both_fingerprints_and_tls_itself_is_well() {
        let (expected, found) = (KeyId::from_bytes([1; 32]), KeyId::from_bytes([2; 32]));
        let error = CertificateError::WrongKey { expected, found };
        let error = LinkError::Channel(ChannelError::Certificate(error));
        let (_, words, remedy) = wrong_key(&error);
        assert!(words.zh.contains(&expected.spoken()) && words.zh.contains(&found.spoken()));
        assert!(remedy.zh.contains("电话"));
        assert_eq!(tls(&Err(error)).0, CheckState::Ok);
        assert_eq!(
            tls(&Err(LinkError::Channel(ChannelError::NotTls))).0,
            CheckState::Failed
        );
    }

    #[test]
    fn after_a_failed_step_the_rest_is_skipped_but_the_backlog_is_known() {
        use CheckState::{Failed, Ok, Skipped};
        let mut report = Report::default();
        let since = Instant::now();
        assert!(report.add(CheckName::Name, ok("", ""), since));
        let failed = bad(Failed, Words::default(), "", "");
        assert!(!report.add(CheckName::Port, failed, since));
        let steps = report.finish(&ok("无", "none"));
        assert!(steps.iter().map(|step| step.name).eq(STEPS));
        let states: Vec<_> = steps.iter().map(|step| step.state).collect();
        assert_eq!(
            states,
            [Ok, Failed, Skipped, Skipped, Skipped, Skipped, Skipped, Ok]
        );
    }
}
