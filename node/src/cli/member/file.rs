//! `member import` and `member export`: the roster from and to a spreadsheet.

use std::path::Path;

use bytes::Bytes;
use hongyan_proto::pb::office::v1::{
    ExportMembersRequest, ImportMembersRequest, ImportMembersResponse, ImportOutcome,
    ImportProblem, ImportRosterRequest, ImportRow, ImportStage, import_roster_response::Event,
};

use crate::cli::{
    Failure,
    lang::Lang,
    partial::Partial,
    progress::Bar,
    session::{Ended, Session, client, fields, table},
    words,
};

/// The largest roster file, in bytes: what the office's API says.
const ROSTER_MAX: usize = 16 * 1024 * 1024;
/// Rows of each outcome that are shown without `--all`.
const SHOWN: usize = 200;

/// How an import is wanted.
#[derive(Clone, Copy, Debug)]
#[allow(clippy::struct_excessive_bools)]
pub(super) struct Wish {
    pub(super) dry_run: bool,
    pub(super) skip_refused: bool,
    pub(super) found_units: bool,
    pub(super) all: bool,
}

pub(super) async fn import(
    path: &Path,
    wish: Wish,
    session: &mut Session<'_>,
) -> Result<Ended, Failure> {
    let content = tokio::fs::read(path)
        .await
        .map_err(|error| Failure::file(path, &error))?;
    // Said here: a message of that size would not arrive.
    if content.len() > ROSTER_MAX {
        return Err(Failure::new(
            "INVALID_ARGUMENT",
            "INVALID",
            format!(
                "文件大于 16 MiB  the file is larger than 16 MiB: {}",
                path.display()
            ),
            "只保留名册的列, 另存为 XLSX, 或分成几个文件 keep the roster's columns, save as XLSX, or split it",
        ));
    }
    let filename = path
        .file_name()
        .map_or_else(String::new, |name| name.to_string_lossy().into_owned());
    let request = ImportMembersRequest {
        actor: session.actor()?,
        request_id: session.request_id(),
        content: Bytes::from(content),
        filename,
        dry_run: wish.dry_run,
        strict: !wish.skip_refused,
        found_units: wish.found_units,
    };
    let mut events = client!(session, member_service_client::MemberServiceClient)
        .import_roster(ImportRosterRequest {
            import: Some(request),
        })
        .await?
        .into_inner();
    let bar = Bar::new(session.io);
    while let Some(event) = events.message().await? {
        match event.event {
            Some(Event::Progress(progress)) => {
                let what = match progress.stage() {
                    ImportStage::Writing => session.lang.say("写入", "writing"),
                    _ => session.lang.say("读取", "reading"),
                };
                bar.set(progress.done.into(), progress.rows.into(), &what);
            }
            Some(Event::Result(answer)) => {
                drop(bar);
                let shown = if wish.all { usize::MAX } else { SHOWN };
                session.show(&answer, |answer, lang| imported(answer, lang, shown, wish))?;
                return Ok(Ended::well_if(answer.refused == 0));
            }
            None => {}
        }
    }
    Err(Failure::incomplete("result"))
}

pub(super) async fn export(
    path: &Path,
    purpose: String,
    removed: bool,
    session: &mut Session<'_>,
) -> Result<Ended, Failure> {
    let request = ExportMembersRequest {
        actor: session.actor()?,
        purpose,
        removed,
    };
    let mut file = Partial::over(path, session).await?;
    let mut parts = client!(session, member_service_client::MemberServiceClient)
        .export_members(request)
        .await?
        .into_inner();
    let mut members = 0;
    while let Some(part) = parts.message().await? {
        members += part.members;
        file.write(&part.content).await?;
    }
    file.finish().await?;
    let text = if session.io.json {
        serde_json::json!({ "members": members }).to_string()
    } else {
        session.lang.say(
            &format!("✓ {members} 名党员"),
            &format!("{members} members"),
        )
    };
    session.io.line(&text)?;
    Ok(Ended::Well)
}

fn imported(answer: &ImportMembersResponse, lang: Lang, shown: usize, wish: Wish) -> String {
    let founded = wish.found_units && !answer.dry_run;
    let mut rows = table(
        lang,
        &[
            ("行", "row"),
            ("姓名", "name"),
            ("结果", "result"),
            ("列", "column"),
            ("说明", "what"),
        ],
    );
    let mut left_out = answer.rows_left_out as usize;
    // What is refused comes first: that is what a person must act on.
    for outcome in [
        ImportOutcome::Refused,
        ImportOutcome::Changed,
        ImportOutcome::Added,
        ImportOutcome::Unchanged,
    ] {
        let of = answer.rows.iter().filter(|row| row.outcome() == outcome);
        for (at, row) in of.enumerate() {
            if at >= shown {
                left_out += 1;
                continue;
            }
            for line in lines(row, lang) {
                rows.row(line);
            }
        }
    }
    let more = if left_out == 0 {
        String::new()
    } else {
        lang.say(
            &format!("另有 {left_out} 行未列出 (--all 全部列出)"),
            &format!("{left_out} more rows (--all shows them)"),
        ) + "\n"
    };
    let units = answer.unknown_units.join(", ");
    let missing = if founded {
        ("一并设立的支部", "branches founded with it")
    } else {
        (
            "本节点没有的支部 (--found-units 一并设立)",
            "branches not in the tree (--found-units founds them)",
        )
    };
    let counts = fields(lang)
        .add("新增", "added", answer.added)
        .add("更新", "changed", answer.changed)
        .add("未变", "unchanged", answer.unchanged)
        .add("拒绝", "refused", answer.refused)
        .add(
            "未读取的列和工作表",
            "ignored columns and sheets",
            answer.ignored_columns.join(" "),
        )
        .add(missing.0, missing.1, units)
        .render();
    let unwritten = match (answer.dry_run, wish.dry_run) {
        (false, _) => String::new(),
        (true, true) => lang.say("试运行: 没有写入", "dry run: nothing was written"),
        (true, false) => lang.say(
            "有拒绝的行: 一行也没有写入; 改正后重新导入, 或用 --skip-refused 写入其余各行",
            "rows were refused, and none was written: correct them and import again, or write the others with --skip-refused",
        ),
    };
    let text = format!("{}\n{more}{counts}\n{unwritten}", rows.render(lang));
    text.trim_end().to_owned()
}

/// One line for each column that changes, is wrong or is worth a look; the row's own words in the first.
fn lines(row: &ImportRow, lang: Lang) -> Vec<Vec<String>> {
    let said = |mark: &str, problem: &ImportProblem| {
        (
            problem.column.clone(),
            format!("{mark}{}", lang.words(problem.problem.as_ref())),
        )
    };
    let mut columns: Vec<(String, String)> = row.problems.iter().map(|it| said("✗ ", it)).collect();
    columns.extend(row.changes.iter().map(|change| {
        let old = if change.old.is_empty() {
            "∅"
        } else {
            &change.old
        };
        (change.column.clone(), format!("{old} → {}", change.new))
    }));
    columns.extend(row.remarks.iter().map(|it| said("▲ ", it)));
    if columns.is_empty() {
        columns.push((String::new(), String::new()));
    }
    columns
        .into_iter()
        .enumerate()
        .map(|(at, (column, what))| {
            let head = if at == 0 {
                [
                    row.row.to_string(),
                    row.name.clone(),
                    words::show(words::IMPORTS, row.outcome, lang),
                ]
            } else {
                [const { String::new() }; 3]
            };
            head.into_iter().chain([column, what]).collect()
        })
        .collect()
}
