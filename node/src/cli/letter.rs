//! `letter`: sealed files for where no network goes.

use std::path::{Path, PathBuf};

use clap::Subcommand;
use hongyan_proto::{
    json::json_text,
    pb::office::v1::{ExportLetterRequest, ImportLetterRequest, export_letter_response::Part},
};
use tokio::{fs, io::AsyncReadExt as _};

use super::{
    Failure,
    partial::Partial,
    session::{Ended, Session, client, fields},
    sync,
};

/// Bytes in one message.
const CHUNK_BYTES: usize = 1 << 20;
/// Chunks read ahead of what the office has taken.
const CHUNKS_AHEAD: usize = 4;

/// What to do with sealed files.
#[derive(Debug, Subcommand)]
pub(super) enum LetterVerb {
    /// 把对方还没有的内容密封成文件 Seal what the partner lacks into a file
    #[command(
        after_help = "例 Example:\n  hongyan-node letter export 340800-002 --out 给池州.hongyan"
    )]
    Export {
        /// 对方; 只有一个对方时可省 Partner; not needed with one partner
        #[arg(default_value = "", hide_default_value = true)]
        partner: String,
        /// 写入的文件 File to write
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
        /// 从第几条起 (上一份丢失时) First entry, when an earlier file was lost
        #[arg(long)]
        from: Option<u64>,
        /// 不带条目, 只询问对方存有本方多少条目 (恢复备份后用) No entries: ask what the partner holds, after a restore
        #[arg(long, conflicts_with = "from")]
        ask: bool,
    },
    /// 收下对方的密封文件 Take in a partner's sealed file
    #[command(
        after_help = "例 Example:\n  hongyan-node letter import 来自无锡.hongyan\n\n重复收下无妨 taking it in twice does no harm"
    )]
    Import {
        /// 密封文件 Sealed file
        file: PathBuf,
    },
}

pub(super) async fn run(verb: LetterVerb, session: &mut Session<'_>) -> Result<Ended, Failure> {
    match verb {
        LetterVerb::Export {
            partner,
            out,
            from,
            ask,
        } => {
            let request = ExportLetterRequest {
                actor: session.actor()?,
                partner,
                from,
                ask,
            };
            export(request, &out, session).await
        }
        LetterVerb::Import { file } => import(&file, session).await,
    }
}

async fn export(
    request: ExportLetterRequest,
    out: &Path,
    session: &mut Session<'_>,
) -> Result<Ended, Failure> {
    let mut file = Partial::over(out, session).await?;
    let mut parts = client!(session, sync_service_client::SyncServiceClient)
        .export_letter(request)
        .await?
        .into_inner();
    while let Some(part) = parts.message().await? {
        match part.part {
            Some(Part::Chunk(chunk)) => file.write(&chunk).await?,
            Some(Part::Summary(summary)) => {
                file.finish().await?;
                session.show(&summary, |summary, lang| {
                    fields(lang)
                        .add("收信方", "for", &summary.partner)
                        .add(
                            "条目",
                            "entries",
                            format!("{}..{}", summary.from, summary.until),
                        )
                        .add("字节", "bytes", summary.bytes)
                        .add("文件", "file", out.display())
                        .render()
                })?;
                return Ok(Ended::Well);
            }
            None => {}
        }
    }
    Err(Failure::incomplete("summary"))
}

async fn import(path: &Path, session: &mut Session<'_>) -> Result<Ended, Failure> {
    let mut file = fs::File::open(path)
        .await
        .map_err(|error| Failure::file(path, &error))?;
    let actor = session.actor()?;
    let (sender, receiver) = tokio::sync::mpsc::channel(CHUNKS_AHEAD);
    let reading = tokio::spawn(async move {
        loop {
            let mut chunk = Vec::with_capacity(CHUNK_BYTES);
            if (&mut file)
                .take(CHUNK_BYTES as u64)
                .read_to_end(&mut chunk)
                .await?
                == 0
            {
                return Ok::<(), std::io::Error>(());
            }
            let message = ImportLetterRequest {
                actor: actor.clone(),
                chunk: chunk.into(),
            };
            if sender.send(message).await.is_err() {
                // The office has refused the file already: its answer says why.
                return Ok(());
            }
        }
    });
    let answer = client!(session, sync_service_client::SyncServiceClient)
        .import_letter(tokio_stream::wrappers::ReceiverStream::new(receiver))
        .await?
        .into_inner();
    // A file that could not be read to its end was refused as cut short; the disk's own words are better.
    if let Ok(Err(error)) = reading.await {
        return Err(Failure::file(path, &error));
    }
    if session.io.json {
        session.io.line(&json_text(&answer))?;
    } else {
        let text = answer
            .outcome
            .as_ref()
            .map_or_else(String::new, |end| sync::outcome(end, session.lang));
        session.io.line(&text)?;
    }
    Ok(Ended::well_if(
        answer.outcome.is_some_and(|outcome| outcome.complete),
    ))
}
