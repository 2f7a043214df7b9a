//! `restore`: writes a backup into an empty data folder. What the partners got since then comes back at the next sync.

use std::path::PathBuf;

use clap::Args;

use super::{
    Failure, Place,
    args::{Command, Global},
    backup,
    io::Io,
    progress, prompt,
    session::Ended,
    speak,
    wiring::Wiring,
};

/// What to restore.
#[derive(Args, Clone, Debug)]
#[command(
    after_help = "例 Example:\n  hongyan-node --data ./restored restore node.backup --backup-passphrase-file secret.txt\n\n恢复后先 sync: 备份之后写下的内容从对方取回 sync first: what was written after the backup comes back from the partners"
)]
pub struct Restore {
    /// 备份文件 Backup file
    pub file: PathBuf,
    /// 备份口令所在文件 (首行) File whose first line is the backup's passphrase
    #[arg(long, value_name = "FILE")]
    pub backup_passphrase_file: PathBuf,
    /// The passphrase. Filled from the file.
    #[arg(skip)]
    pub passphrase: String,
    /// Where to restore to. Filled from the options that every command takes.
    #[arg(skip)]
    pub place: Place,
}

pub(super) async fn run(
    mut restore: Restore,
    global: &Global,
    wiring: &Wiring,
    io: &mut Io,
) -> Result<Ended, Failure> {
    restore.place = global.place();
    restore.passphrase = backup::first_line(&restore.backup_passphrase_file)?;
    prompt::confirm(
        io,
        global.yes,
        &global.lang.say(
            "原节点必须已停用: 同一密钥的两个节点会使日志分叉。继续?",
            "The old node must be gone: two nodes with one key fork its logs. Go on?",
        ),
    )?;
    let what = global.lang.say("恢复", "Restoring");
    (wiring.restore)((restore, progress::told(io, what))).await?;
    speak(Command::Status, global, wiring, io).await
}
