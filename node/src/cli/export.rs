//! `export`: everything as plain JSON Lines.

use std::path::PathBuf;

use clap::Args;
use hongyan_proto::pb::office::v1::ExportEntriesRequest;

use super::{
    Failure,
    partial::Partial,
    progress::Bar,
    session::{Ended, Session, client},
};

/// What to export.
#[derive(Args, Debug)]
#[command(
    after_help = "例 Example:\n  hongyan-node export --purpose 年度归档 --out 2026.jsonl\n  hongyan-node export --log out:340800-002 --purpose 核对"
)]
pub(super) struct Export {
    /// 哪个日志; 缺省全部 Which log; default: all
    #[arg(long, default_value = "", hide_default_value = true)]
    log: String,
    /// 用途, 记入查阅记录 Why, kept in the record of access
    #[arg(long)]
    purpose: String,
    /// 写入的文件; 缺省标准输出 File to write; default: standard output
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

pub(super) async fn run(export: Export, session: &mut Session<'_>) -> Result<Ended, Failure> {
    let request = ExportEntriesRequest {
        actor: session.actor()?,
        log: export.log,
        purpose: export.purpose,
    };
    let mut file = match &export.out {
        Some(out) => Some(Partial::over(out, session).await?),
        None => None,
    };
    let mut lines = client!(session, node_service_client::NodeServiceClient)
        .export_entries(request)
        .await?
        .into_inner();
    // Lines that go to the screen themselves are progress enough.
    let bar = file.as_ref().map(|_| Bar::new(session.io));
    let what = session.lang.say("条目", "entries");
    let (mut count, mut all) = (0_u64, 0);
    while let Some(answer) = lines.message().await? {
        let line = answer.line + "\n";
        match &mut file {
            Some(file) => file.write(line.as_bytes()).await?,
            None => session.io.bytes(line.as_bytes())?,
        }
        count += 1;
        all = all.max(answer.all);
        if let Some(bar) = &bar {
            bar.set(count, all, &what);
        }
    }
    drop(bar);
    if let Some(file) = file {
        file.finish().await?;
        let text = if session.io.json {
            serde_json::json!({ "entries": count }).to_string()
        } else {
            session
                .lang
                .say(&format!("✓ {count} 条"), &format!("{count} entries"))
        };
        session.io.line(&text)?;
    }
    Ok(Ended::Well)
}
