//! Failures in words: what was refused, why, and what to do next. The same for programs as JSON.

use std::{fmt::Write as _, io};

use hongyan_proto::json::code_name;
use serde_json::{Value, json};
use tonic::{Code, Status};
use tonic_types::StatusExt as _;

use super::{lang::Lang, speech::one};

/// Why a command did not do what was asked.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Failure {
    /// The gRPC code's name, for example `FAILED_PRECONDITION`.
    pub code: &'static str,
    /// A stable word for programs, for example `TRANSITION`.
    pub reason: String,
    /// What happened, Chinese first.
    pub message: String,
    /// What to do next, or empty.
    pub remedy: String,
    /// Fields that are wrong.
    pub fields: Vec<WrongField>,
}

/// A field that is wrong.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct WrongField {
    /// Which, by its path in the request or the entry.
    pub name: String,
    /// What is wrong with it.
    pub problem: String,
    /// By which option of the command it is given, where that is known.
    pub option: Option<String>,
}

const BROKEN_PIPE: &str = "BROKEN_PIPE";

impl Failure {
    /// The same, and by which of the command's options a wrong field is given.
    pub(super) fn with_options(mut self, options: &[String]) -> Self {
        for wrong in &mut self.fields {
            wrong.option = option_of(&wrong.name, options);
        }
        self
    }

    /// A failure on this side of the API.
    pub fn new(
        code: &'static str,
        reason: &str,
        message: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Self {
        Self {
            code,
            reason: reason.to_owned(),
            message: message.into(),
            remedy: remedy.into(),
            fields: Vec::new(),
        }
    }

    /// An answer that lacks what the API promises.
    pub(super) fn incomplete(what: &str) -> Self {
        Self::new(
            "INTERNAL",
            "INCOMPLETE_ANSWER",
            format!("节点的回答不完整, 缺少 the node's answer lacks: {what}"),
            "核对节点与命令行的版本是否一致 check that node and command line are of one version",
        )
    }

    /// A file that cannot be read or written.
    pub(super) fn file(path: &std::path::Path, error: &io::Error) -> Self {
        if error.kind() == io::ErrorKind::InvalidData {
            return Self::new(
                "INVALID_ARGUMENT",
                "FILE",
                format!(
                    "文件不是 UTF-8 文本 the file is no UTF-8 text: {}",
                    path.display()
                ),
                "用编辑器另存为 UTF-8 后重试 save it as UTF-8 in an editor and try again",
            );
        }
        Self::new(
            "INVALID_ARGUMENT",
            "FILE",
            format!(
                "文件无法读写: {0} ({error})  cannot read or write {0}: {error}",
                path.display()
            ),
            "检查路径、权限和剩余空间 check the path, its permissions and free space",
        )
    }

    pub(super) fn is_broken_pipe(&self) -> bool {
        self.reason == BROKEN_PIPE
    }

    pub(super) fn to_json(&self) -> Value {
        let fields: Vec<Value> = self
            .fields
            .iter()
            .map(|wrong| {
                let mut shown = json!({ "field": wrong.name, "problem": wrong.problem });
                if let Some(option) = &wrong.option {
                    shown["option"] = json!(option);
                }
                shown
            })
            .collect();
        json!({
            "code": self.code,
            "reason": self.reason,
            "message": self.message,
            "remedy": self.remedy,
            "fields": fields,
        })
    }

    pub(super) fn to_text(&self, lang: Lang) -> String {
        let mut text = format!("✗ {}", one(lang, &self.message));
        for WrongField {
            name,
            problem,
            option,
        } in &self.fields
        {
            // What the message says already is not said twice. Writing to a String cannot fail.
            if !self.message.contains(&format!("{name}: {problem}")) {
                let _ = write!(text, "\n  {name}: {}", one(lang, problem));
            }
            if let Some(option) = option {
                let _ = write!(text, "\n  {}: --{option}", lang.say("选项", "option"));
            }
        }
        if !self.remedy.is_empty() {
            let _ = write!(text, "\n→ {}", one(lang, &self.remedy));
        }
        let _ = write!(text, "\n  [{} {}]", self.code, self.reason);
        text
    }
}

/// What the API calls otherwise than the command's options.
const CALLED: [(&str, &str); 5] = [
    ("tenths", "hours"),
    ("people", "member"),
    ("votes", "vote"),
    ("headings", "heading"),
    ("guests", "guest"),
];

/// The option by which a field is given, from its path: the innermost part that is one.
fn option_of(path: &str, options: &[String]) -> Option<String> {
    path.rsplit('.').find_map(|part| {
        let name = part.split('[').next().unwrap_or_default();
        let called = CALLED.iter().find(|(field, _)| *field == name);
        let option = called.map_or_else(
            || name.replace('_', "-"),
            |(_, option)| (*option).to_owned(),
        );
        options.contains(&option).then_some(option)
    })
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        let reason = if error.kind() == io::ErrorKind::BrokenPipe {
            BROKEN_PIPE
        } else {
            "IO"
        };
        Self::new(
            "INTERNAL",
            reason,
            format!("读写出错 ({error})  input/output: {error}"),
            "",
        )
    }
}

impl From<Status> for Failure {
    fn from(status: Status) -> Self {
        let details = status.get_error_details();
        let info = details.error_info();
        let fields = details.bad_request().map_or_else(Vec::new, |bad| {
            bad.field_violations
                .iter()
                .map(|violation| WrongField {
                    name: violation.field.clone(),
                    problem: violation.description.clone(),
                    option: None,
                })
                .collect()
        });
        let unexplained = info.is_none();
        let remedy = info
            .and_then(|info| info.metadata.get("remedy").cloned())
            .unwrap_or_else(|| general_remedy(status.code()).to_owned());
        let message = if unexplained && status.code() == Code::Unimplemented {
            "节点不认识这个请求 the node does not know this call".to_owned()
        } else {
            status.message().to_owned()
        };
        Self {
            code: code_name(status.code()),
            reason: info.map_or_else(|| "UNEXPLAINED".to_owned(), |info| info.reason.clone()),
            message,
            remedy,
            fields,
        }
    }
}

/// What to do when the other end gave no advice of its own.
const fn general_remedy(code: Code) -> &'static str {
    match code {
        Code::Unavailable | Code::Cancelled | Code::DeadlineExceeded => {
            "节点可能正在停止; 稍后用同一 --request-id 重试 the node may be stopping; try again with the same --request-id"
        }
        Code::Unimplemented => {
            "节点与命令行版本不同: 升级较旧的一方 node and command line differ: upgrade the older one"
        }
        _ => "用 `hongyan-node status` 查看节点情况 look at `hongyan-node status`",
    }
}
