//! `log`: verifying the signed logs and proving what is in them.

use std::path::PathBuf;

use clap::Subcommand;
use hongyan_proto::{
    json::json_text,
    pb::office::v1::{
        GetCheckpointRequest, ListLogsRequest, ProveConsistencyRequest, ProveEntryRequest,
        VerifyLogRequest, VerifyResult, verify_log_response::Event,
    },
};

use super::{
    Failure,
    lang::Lang,
    partial::Partial,
    progress::Bar,
    session::{Ended, Session, client, fields},
    status,
    table::{BAD, GOOD},
    values::show_micros,
};

/// What to do with logs.
#[derive(Debug, Subcommand)]
pub(super) enum LogVerb {
    /// 列出日志 List logs
    #[command(after_help = "例 Example:\n  hongyan-node log list")]
    List,
    /// 从磁盘重新核验整个日志 Verify a whole log again from disk
    #[command(
        after_help = "例 Example:\n  hongyan-node log verify in:340800-002\n  hongyan-node log verify --all"
    )]
    Verify {
        /// local、out:对方、in:对方 或日志编号前缀 local, out:PARTNER, in:PARTNER or a log id prefix
        #[arg(default_value = "local")]
        log: String,
        /// 所有日志 Every log
        #[arg(long)]
        all: bool,
    },
    /// 签名检查点 (C2SP) 与核验公钥 The signed checkpoint (C2SP) and its verifier key
    #[command(after_help = "例 Example:\n  hongyan-node log checkpoint out:340800-002")]
    Checkpoint {
        /// 日志 Log
        #[arg(default_value = "local")]
        log: String,
    },
    /// 证明某条在日志中, 或日志由旧到新连续 Prove that an entry is in a log, or that a log continues
    #[command(
        after_help = "例 Example:\n  hongyan-node log prove out:340800-002 57 --header entry57.header\n  hongyan-node log prove out:340800-002 --old-size 40"
    )]
    Prove {
        /// 日志 Log
        log: String,
        /// 序号 Sequence
        #[arg(required_unless_present = "old_size", conflicts_with = "old_size")]
        sequence: Option<u64>,
        /// 把条目头的准确字节写入文件 File for the entry's exact header bytes
        #[arg(long, value_name = "FILE")]
        header: Option<PathBuf>,
        /// 连续性证明: 从此大小 Consistency: from this size
        #[arg(long)]
        old_size: Option<u64>,
        /// 到此大小; 缺省最新 To this size; default: the latest
        #[arg(long, default_value_t = 0, requires = "old_size")]
        new_size: u64,
    },
}

pub(super) async fn run(verb: LogVerb, session: &mut Session<'_>) -> Result<Ended, Failure> {
    match verb {
        LogVerb::List => {
            let answer = client!(session, log_service_client::LogServiceClient)
                .list_logs(ListLogsRequest {})
                .await?
                .into_inner();
            session.show(&answer, |answer, lang| status::logs(&answer.logs, lang))?;
        }
        LogVerb::Verify { log, all } => return verify(log, all, session).await,
        LogVerb::Checkpoint { log } => {
            let answer = client!(session, log_service_client::LogServiceClient)
                .get_checkpoint(GetCheckpointRequest { log })
                .await?
                .into_inner();
            session.show(&answer, |answer, lang| {
                let key = lang.say("核验公钥", "verifier key");
                format!("{}\n{key}: {}", answer.note, answer.verifier_key)
            })?;
        }
        LogVerb::Prove {
            log,
            sequence: Some(sequence),
            header,
            ..
        } => entry(log, sequence, header, session).await?,
        LogVerb::Prove {
            log,
            old_size,
            new_size,
            ..
        } => continues(log, old_size.unwrap_or_default(), new_size, session).await?,
    }
    Ok(Ended::Well)
}

async fn verify(log: String, all: bool, session: &mut Session<'_>) -> Result<Ended, Failure> {
    let logs = if all {
        client!(session, log_service_client::LogServiceClient)
            .list_logs(ListLogsRequest {})
            .await?
            .into_inner()
            .logs
            .into_iter()
            .map(|log| log.log_id)
            .collect()
    } else {
        vec![log]
    };
    let mut good = true;
    for log in logs {
        good &= verify_one(log, session).await?;
    }
    Ok(Ended::well_if(good))
}

async fn verify_one(log: String, session: &mut Session<'_>) -> Result<bool, Failure> {
    let mut events = client!(session, log_service_client::LogServiceClient)
        .verify_log(VerifyLogRequest { log: log.clone() })
        .await?
        .into_inner();
    let bar = Bar::new(session.io);
    while let Some(event) = events.message().await? {
        if session.io.json {
            session.io.line(&json_text(&event))?;
        }
        match event.event {
            Some(Event::Progress(progress)) => bar.set(progress.verified, progress.size, &log),
            Some(Event::Result(result)) => {
                drop(bar);
                if !session.io.json {
                    let text = verified(&log, &result, session.lang);
                    session.io.line(&text)?;
                }
                return Ok(result.good);
            }
            None => {}
        }
    }
    Err(Failure::incomplete("result"))
}

fn verified(log: &str, result: &VerifyResult, lang: Lang) -> String {
    let head = if result.good {
        format!("{GOOD} {log}")
    } else {
        format!(
            "{BAD} {log} #{}: {} → {}",
            result.first_bad,
            lang.words(result.problem.as_ref()),
            lang.words(result.remedy.as_ref())
        )
    };
    fields(lang)
        .add("核验", "verified", head)
        .add("条数", "size", result.size)
        .add("无正文", "without body", result.without_body)
        .add("根", "root", &result.root)
        .add("用时", "took", show_micros(result.micros))
        .render()
}

async fn entry(
    log: String,
    sequence: u64,
    header: Option<PathBuf>,
    session: &mut Session<'_>,
) -> Result<(), Failure> {
    let answer = client!(session, log_service_client::LogServiceClient)
        .prove_entry(ProveEntryRequest { log, sequence })
        .await?
        .into_inner();
    if let Some(path) = header {
        let mut file = Partial::create(&path).await?;
        file.write(&answer.header).await?;
        file.finish().await?;
    }
    session.show(&answer, |answer, lang| {
        let about = fields(lang)
            .add("叶哈希", "leaf hash", &answer.leaf_hash)
            .add("条目头", "header", hex::encode(&answer.header))
            .add("核验公钥", "verifier key", &answer.verifier_key)
            .render();
        format!("{}\n{about}", answer.proof)
    })
}

async fn continues(
    log: String,
    old_size: u64,
    new_size: u64,
    session: &mut Session<'_>,
) -> Result<(), Failure> {
    let request = ProveConsistencyRequest {
        log,
        old_size,
        new_size,
    };
    let answer = client!(session, log_service_client::LogServiceClient)
        .prove_consistency(request)
        .await?
        .into_inner();
    session.show(&answer, |answer, lang| {
        fields(lang)
            .add(
                "旧",
                "old",
                format!("{} {}", answer.old_size, answer.old_root),
            )
            .add(
                "新",
                "new",
                format!("{} {}", answer.new_size, answer.new_root),
            )
            .add("证明", "proof", answer.hashes.join("\n"))
            .add("检查点", "checkpoint", &answer.note)
            .render()
    })
}

#[cfg(test)]
mod tests {
    use hongyan_proto::pb::office::v1::Words;

    use super::*;

    #[test]
    fn a_bad_log_is_shown_with_the_number_of_its_first_bad_entry() {
        let words = |zh: &str, en: &str| {
            Some(Words {
                zh: zh.to_owned(),
                en: en.to_owned(),
            })
        };
        let bad = VerifyResult {
            good: false,
            size: 900,
            first_bad: 571,
            problem: words("第 571 条损坏", "entry 571 is damaged"),
            remedy: words("请与对方同步取回", "synchronize"),
            ..VerifyResult::default()
        };
        let text = verified("out:320200-001", &bad, Lang::En);
        let expected = format!("{BAD} out:320200-001 #571: entry 571 is damaged → synchronize");
        assert!(text.contains(&expected), "{text}");
        let good = VerifyResult {
            good: true,
            size: 900,
            ..VerifyResult::default()
        };
        let text = verified("local", &good, Lang::En);
        assert!(
            text.contains(&format!("{GOOD} local")) && !text.contains('#'),
            "{text}"
        );
    }
}
