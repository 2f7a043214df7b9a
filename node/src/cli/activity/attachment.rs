//! Files attached to a record: their digest, name and size are kept, their content stays where it is and can be checked later.

use std::{
    collections::BTreeMap,
    fmt::Write as _,
    fs::File,
    io::{self, Read as _},
    path::{Path, PathBuf},
};

use bytes::Bytes;
use hongyan_proto::{
    letter::{AttachmentBytes, MAX_ATTACHMENTS},
    pb::exchange::v1::Attachment,
};
use serde_json::json;
use sha2::{Digest as _, Sha256};

use crate::cli::{
    Failure,
    lang::Lang,
    session::{Ended, table},
    table::{GOOD, WARN},
};

/// How large a file may be.
const MAX_BYTES: u32 = AttachmentBytes::MAX;

fn refused(path: &Path, zh: &str, en: &str, hint: &str) -> Failure {
    let message = format!("附件 {} {zh}  the attachment {en}", path.display());
    Failure::new("INVALID_ARGUMENT", "ATTACHMENT", message, hint)
}

/// Digest, name and size of a file. One that is too large is not read to its end.
fn attachment(path: &Path) -> Result<Attachment, Failure> {
    let failed = |error| Failure::file(path, &error);
    let about = std::fs::metadata(path).map_err(failed)?;
    if about.is_dir() {
        let hint = "逐个写明其中的文件, 或先打包 name the files in it, or pack them first";
        return Err(refused(path, "是文件夹", "is a folder", hint));
    }
    if !about.is_file() {
        let hint = "附件须是普通文件 attach an ordinary file";
        return Err(refused(path, "不是普通文件", "is no ordinary file", hint));
    }
    let file = File::open(path).map_err(failed)?;
    let mut hasher = Sha256::new();
    let mut most = file.take(u64::from(MAX_BYTES) + 1);
    let bytes = io::copy(&mut most, &mut hasher).map_err(failed)?;
    if bytes == 0 {
        let hint = "核对是否选错文件或尚未写完 check whether it is the right file, and finished";
        return Err(refused(path, "是空文件", "is empty", hint));
    }
    let bytes = u32::try_from(bytes)
        .ok()
        .filter(|bytes| *bytes <= MAX_BYTES);
    let Some(bytes) = bytes else {
        let hint = "压缩或拆分后再附 make it smaller, or split it";
        let limit = MAX_BYTES >> 20;
        return Err(refused(
            path,
            &format!("有 {} 字节, 超过上限 {limit} MiB", about.len()),
            &format!("has {} bytes, more than {limit} MiB", about.len()),
            hint,
        ));
    };
    let name = path.file_name().unwrap_or(path.as_os_str());
    Ok(Attachment {
        sha256: Bytes::copy_from_slice(&hasher.finalize()),
        name: name.to_string_lossy().into_owned(),
        bytes,
    })
}

/// All files of a record, each content once.
pub(super) fn all(paths: &[PathBuf]) -> Result<Vec<Attachment>, Failure> {
    if paths.len() > MAX_ATTACHMENTS {
        return Err(Failure::new(
            "INVALID_ARGUMENT",
            "ATTACHMENT",
            format!(
                "附件有 {} 个, 上限 {MAX_ATTACHMENTS} 个 too many attachments: at most {MAX_ATTACHMENTS}",
                paths.len()
            ),
            "把几个文件打包成一个 pack several files into one",
        ));
    }
    let mut seen: BTreeMap<Bytes, &Path> = BTreeMap::new();
    let mut found = Vec::new();
    for path in paths {
        let file = attachment(path)?;
        if let Some(before) = seen.insert(file.sha256.clone(), path) {
            return Err(refused(
                path,
                &format!("与 {} 内容相同", before.display()),
                &format!("has the content of {}", before.display()),
                "同一文件只附一次 attach each file once",
            ));
        }
        found.push(file);
    }
    Ok(found)
}

/// What a file turned out to be.
enum Checked<'a> {
    /// The content of this attachment.
    Recorded(&'a Attachment),
    /// It has the name of this one, and another content.
    Changed(&'a Attachment),
    /// Nothing of the record.
    Unknown,
}

fn check<'a>(recorded: &'a [Attachment], file: &Attachment) -> Checked<'a> {
    let same = |one: &&Attachment| one.sha256 == file.sha256 && one.bytes == file.bytes;
    let called = |one: &&Attachment| one.name == file.name;
    match (recorded.iter().find(same), recorded.iter().find(called)) {
        (Some(one), _) => Checked::Recorded(one),
        (None, Some(one)) => Checked::Changed(one),
        (None, None) => Checked::Unknown,
    }
}

/// The attachments of a record, and how each file compares with them; badly when one does not.
pub(super) fn verify(
    recorded: &[Attachment],
    files: &[PathBuf],
    (json, lang): (bool, Lang),
) -> Result<(String, Ended), Failure> {
    let mut well = true;
    let mut lines = Vec::new();
    for path in files {
        let file = attachment(path)?;
        let (outcome, of) = match check(recorded, &file) {
            Checked::Recorded(one) => ("recorded", one.name.as_str()),
            Checked::Changed(one) => ("changed", one.name.as_str()),
            Checked::Unknown => ("unknown", ""),
        };
        well &= outcome == "recorded";
        lines.push((path.display().to_string(), file, outcome, of.to_owned()));
    }
    let text = if json {
        let known = recorded.iter().map(|one| {
            json!({ "name": one.name, "bytes": one.bytes, "sha256": hex::encode(&one.sha256) })
        });
        let checked = lines.iter().map(|(path, file, outcome, of)| {
            json!({ "file": path, "sha256": hex::encode(&file.sha256), "outcome": outcome, "attachment": of })
        });
        json!({ "attachments": known.collect::<Vec<_>>(), "files": checked.collect::<Vec<_>>() })
            .to_string()
    } else {
        shown(recorded, &lines, lang)
    };
    Ok((text, Ended::well_if(well)))
}

fn shown(
    recorded: &[Attachment],
    lines: &[(String, Attachment, &str, String)],
    lang: Lang,
) -> String {
    let columns = [
        ("附件", "attachment"),
        ("字节", "bytes"),
        ("SHA-256", "SHA-256"),
    ];
    let mut rows = table(lang, &columns);
    for one in recorded {
        rows.row([
            one.name.clone(),
            one.bytes.to_string(),
            hex::encode(&one.sha256),
        ]);
    }
    let mut text = rows.render(lang);
    for (path, _, outcome, of) in lines {
        let said = match *outcome {
            "recorded" => lang.say(
                &format!("与所登记的附件 {of} 一致"),
                &format!("is the attachment {of} as it was recorded"),
            ),
            "changed" => lang.say(
                &format!("与登记时的 {of} 不一致, 内容已改动"),
                &format!("is not the {of} that was recorded: its content has changed"),
            ),
            _ => lang.say("不是这条记录的附件", "is no attachment of this record"),
        };
        let mark = if *outcome == "recorded" { GOOD } else { WARN };
        let _ = write!(text, "\n{mark} {path}: {said}");
    }
    text
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_attached_is_named_with_its_limit() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        let why = |paths: &[PathBuf]| all(paths).unwrap_err().message;
        std::fs::write(at("a"), "一样").unwrap();
        std::fs::write(at("b"), "一样").unwrap();
        std::fs::write(at("空"), "").unwrap();
        let large = File::create(at("大")).unwrap();
        large.set_len(u64::from(MAX_BYTES) + 1).unwrap();
        let missing = why(&[at("a"), at("无")]);
        assert!(missing.contains("无"), "{missing}");
        let is_folder = why(&[folder.path().to_owned()]);
        assert!(is_folder.contains("is a folder"), "{is_folder}");
        let empty = why(&[at("空")]);
        assert!(empty.contains("空 是空文件"), "{empty}");
        let too_large = why(&[at("大")]);
        let parts = ["大 有 67108865 字节", "64 MiB"];
        assert!(
            parts.iter().all(|part| too_large.contains(part)),
            "{too_large}"
        );
        let twice = why(&[at("a"), at("b")]);
        assert!(
            twice.contains("b 与") && twice.contains("has the content of"),
            "{twice}"
        );
        let many = why(&vec![at("a"); MAX_ATTACHMENTS + 1]);
        assert!(many.contains("21") && many.contains("20"), "{many}");
        // The limit itself is allowed.
        large.set_len(u64::from(MAX_BYTES)).unwrap();
        assert_eq!(all(&[at("大")]).unwrap()[0].bytes, MAX_BYTES);
    }

    #[test]
    fn a_file_is_checked_against_what_was_recorded() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("照片.jpg");
        std::fs::write(&path, "像素").unwrap();
        let recorded = all(std::slice::from_ref(&path)).unwrap();
        let check = |path: &PathBuf| {
            verify(&recorded, std::slice::from_ref(path), (false, Lang::Both)).unwrap()
        };
        let (text, ended) = check(&path);
        assert_eq!(ended, Ended::Well);
        assert!(text.contains("一致") && text.contains(&hex::encode(&recorded[0].sha256)));
        let copy = folder.path().join("另存.jpg");
        std::fs::copy(&path, &copy).unwrap();
        assert_eq!(
            check(&copy).1,
            Ended::Well,
            "the content counts, not the name"
        );
        std::fs::write(&path, "像素改").unwrap();
        let (text, ended) = check(&path);
        assert_eq!(ended, Ended::Badly);
        assert!(text.contains("内容已改动"), "{text}");
        std::fs::write(&copy, "别的").unwrap();
        assert!(check(&copy).0.contains("no attachment of this record"));
    }
}
