//! `backup`: an encrypted copy of everything, made while the node runs.

use std::{
    fs,
    path::{Path, PathBuf},
};

use clap::Args;
use hongyan_proto::pb::office::v1::{BackupRequest, backup_response::Part};

use super::{
    Failure,
    partial::Partial,
    progress::Bar,
    session::{Ended, Session, client, fields},
    values::show_time,
};

/// Where to.
#[derive(Args, Debug)]
#[command(
    after_help = "例 Example:\n  hongyan-node backup --out node.backup --backup-passphrase-file secret.txt\n\n备份含密钥, 口令是唯一的保护 keys are inside: the passphrase is all that guards it"
)]
pub(super) struct Backup {
    /// 写入的文件 File to write
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// 口令所在文件 (首行, 至少 12 个字符) File whose first line is the passphrase, at least 12 characters
    #[arg(long, value_name = "FILE")]
    backup_passphrase_file: PathBuf,
}

pub(super) async fn run(backup: Backup, session: &mut Session<'_>) -> Result<Ended, Failure> {
    let request = BackupRequest {
        actor: session.actor()?,
        passphrase: first_line(&backup.backup_passphrase_file)?,
    };
    let mut file = Partial::over(&backup.out, session).await?;
    let mut parts = client!(session, node_service_client::NodeServiceClient)
        .backup(request)
        .await?
        .into_inner();
    let bar = Bar::new(session.io);
    let what = session.lang.say("条目", "entries");
    while let Some(part) = parts.message().await? {
        match part.part {
            Some(Part::Chunk(chunk)) => file.write(&chunk).await?,
            Some(Part::Progress(progress)) => {
                bar.set(progress.entries, progress.all, &what);
            }
            Some(Part::Summary(summary)) => {
                drop(bar);
                file.finish().await?;
                session.show(&summary, |summary, lang| {
                    fields(lang)
                        .add("✓ 备份", "✓ backup", backup.out.display())
                        .add("条目", "entries", summary.entries)
                        .add("字节", "bytes", summary.bytes)
                        .add("SHA-256", "SHA-256", &summary.sha256)
                        .add("时间", "time", show_time(summary.time_ms))
                        .render()
                })?;
                return Ok(Ended::Well);
            }
            None => {}
        }
    }
    Err(Failure::incomplete("summary"))
}

/// A passphrase is never an argument: arguments are seen by everyone on the machine.
pub(super) fn first_line(path: &Path) -> Result<String, Failure> {
    let text = fs::read_to_string(path).map_err(|error| Failure::file(path, &error))?;
    text.lines()
        .next()
        .filter(|line| !line.is_empty())
        .map(str::to_owned)
        .ok_or_else(|| {
            Failure::new(
                "INVALID_ARGUMENT",
                "PASSPHRASE",
                format!(
                    "口令文件首行为空 the passphrase file's first line is empty: {}",
                    path.display()
                ),
                "把口令写在首行 put the passphrase on the first line",
            )
        })
}
