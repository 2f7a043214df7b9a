//! What is typed, or written in a file, about one activity, and the messages it becomes.

use std::{
    fmt::Display,
    path::{Path, PathBuf},
    str::FromStr,
};

use clap::Args;
use hongyan_proto::{
    pb::{exchange::v1 as exchange, office::v1 as office},
    time::{Day, TimeOfDay},
};
use serde::{Deserialize, Deserializer, de::Error as _};

use super::attachment;
use crate::cli::{Failure, session::Session, words};

/// Stands for everyone of the unit who is not named elsewhere.
const ALL: &str = "all";
const ALL_ZH: &str = "全体";

/// One activity. A file has the same names, with underscores.
#[derive(Args, Clone, Debug, Default, Deserialize, PartialEq)]
#[serde(default, deny_unknown_fields)]
pub(in crate::cli) struct Record {
    /// 支部或党小组 Branch or group
    #[arg(long)]
    unit: Option<String>,
    /// 活动类别 Kind
    #[arg(long, value_parser = words::parser(words::ACTIVITIES))]
    #[serde(deserialize_with = "kind")]
    kind: Option<i32>,
    /// 日期, 缺省今天 Day; default: today
    #[arg(long)]
    #[serde(deserialize_with = "parsed")]
    day: Option<Day>,
    /// 开始时间 Begins
    #[arg(long, value_name = "HH:MM")]
    #[serde(deserialize_with = "parsed")]
    begins: Option<TimeOfDay>,
    /// 结束时间 Ends
    #[arg(long, value_name = "HH:MM")]
    #[serde(deserialize_with = "parsed")]
    ends: Option<TimeOfDay>,
    /// 地点 Place
    #[arg(long)]
    place: Option<String>,
    /// 主题 Theme
    #[arg(long)]
    theme: Option<String>,
    /// 内容类别, 可多项 Headings of content, several allowed
    #[arg(long = "heading", value_delimiter = ',')]
    headings: Vec<String>,
    /// 活动内容 What was done
    #[arg(long)]
    content: Option<String>,
    /// 形式 Form
    #[arg(long)]
    form: Option<String>,
    /// 主讲人 (党课必填) Lecturer, needed for a party lecture
    #[arg(long)]
    lecturer: Option<String>,
    /// 会议记录 Minutes
    #[arg(long)]
    minutes: Option<String>,
    /// 到会: all 指其余全体, 或逐一列名 Present: all for everyone else, or names
    #[arg(long, value_delimiter = ',', value_name = "all|NAME")]
    present: Vec<String>,
    /// 线上参加 Took part remotely
    #[arg(long, value_delimiter = ',', value_name = "NAME")]
    remote: Vec<String>,
    /// 缺席; 请假写“姓名=事由” Absent; with a reason as NAME=REASON
    #[arg(long, value_delimiter = ',', value_name = "NAME[=REASON]")]
    absent: Vec<String>,
    /// 列席人员 Guests
    #[arg(long = "guest", value_delimiter = ',')]
    guests: Vec<String>,
    /// 原定日期 (改期时) The day it was planned for, when moved
    #[arg(long)]
    #[serde(deserialize_with = "parsed")]
    planned_day: Option<Day>,
    /// 改期原因 Why it was moved
    #[arg(long)]
    moved_because: Option<String>,
    /// 附件, 至多 20 个, 每个至多 64 MiB: 只登记文件的哈希、名称和大小 Attached file, at most 20 of at most 64 MiB: only its hash, name and size are kept
    #[arg(long = "attach", value_name = "FILE", value_delimiter = ',')]
    attachments: Vec<PathBuf>,
}

fn parsed<'de, D: Deserializer<'de>, T: FromStr<Err: Display>>(
    deserializer: D,
) -> Result<Option<T>, D::Error> {
    let text = String::deserialize(deserializer)?;
    text.parse().map(Some).map_err(D::Error::custom)
}

fn kind<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<i32>, D::Error> {
    let text = String::deserialize(deserializer)?;
    let found = words::value(words::ACTIVITIES, &text);
    found.map(Some).ok_or_else(|| {
        let keys = words::keys(words::ACTIVITIES);
        D::Error::custom(format!("kind: 应为下列之一 must be one of: {keys}"))
    })
}

impl Record {
    /// The record without those who were there. In a correction the day is not filled in.
    pub(super) fn message(
        &self,
        default_day: Option<String>,
    ) -> Result<exchange::Activity, Failure> {
        let text = |text: &Option<String>| text.clone().unwrap_or_default();
        Ok(exchange::Activity {
            unit: text(&self.unit),
            kind: self.kind.unwrap_or_default(),
            day: shown(self.day).or(default_day).unwrap_or_default(),
            begins: shown(self.begins).unwrap_or_default(),
            ends: shown(self.ends).unwrap_or_default(),
            place: text(&self.place),
            theme: text(&self.theme),
            headings: self.headings.clone(),
            content: text(&self.content),
            form: text(&self.form),
            lecturer: text(&self.lecturer),
            minutes: text(&self.minutes),
            guests: self.guests.clone(),
            planned_day: shown(self.planned_day).unwrap_or_default(),
            moved_because: text(&self.moved_because),
            attachments: attachment::all(&self.attachments)?,
            ..Default::default()
        })
    }

    /// How everyone who is not named took part; unspecified when only those named were expected.
    pub(super) fn everyone(&self) -> i32 {
        if self.present.iter().any(|name| is_all(name)) {
            exchange::Presence::Present.into()
        } else {
            exchange::Presence::Unspecified.into()
        }
    }

    /// Those who are named.
    pub(super) fn people(&self) -> Vec<office::PersonPresence> {
        let line =
            |person: &str, presence: exchange::Presence, reason: &str| office::PersonPresence {
                person: person.trim().to_owned(),
                presence: presence.into(),
                reason: reason.trim().to_owned(),
            };
        let present = self.present.iter().filter(|name| !is_all(name));
        let absent = self.absent.iter().map(|name| match name.split_once('=') {
            Some((name, reason)) => line(name, exchange::Presence::AbsentWithReason, reason),
            None => line(name, exchange::Presence::Absent, ""),
        });
        present
            .map(|name| line(name, exchange::Presence::Present, ""))
            .chain(
                self.remote
                    .iter()
                    .map(|name| line(name, exchange::Presence::Remote, "")),
            )
            .chain(absent)
            .collect()
    }

    /// The record of a file, or what was typed; not both.
    pub(super) fn of(self, file: Option<PathBuf>) -> Result<Self, Failure> {
        match file {
            None => Ok(self),
            Some(_) if self != Self::default() => Err(Failure::new(
                "INVALID_ARGUMENT",
                "INVALID",
                "--file 与其他各项只能用一种 give either --file or the other fields",
                "把各项都写进文件 write all fields into the file",
            )),
            Some(path) => {
                let record: Self = crate::cli::file::read(&path)?;
                // What a file names lies beside the file, wherever the command is run.
                let beside = path.parent().unwrap_or(Path::new(""));
                let attachments = record.attachments.iter();
                Ok(Self {
                    attachments: attachments.map(|name| beside.join(name)).collect(),
                    ..record
                })
            }
        }
    }
}

/// How many persons the file of an activity names. Reads it whole and writes nothing.
pub fn activity_people(path: &Path, text: &str) -> Result<usize, Failure> {
    let record = crate::cli::file::parse::<Record>(path, text)?;
    Ok(record.people().len())
}

fn shown(value: Option<impl ToString>) -> Option<String> {
    value.map(|value| value.to_string())
}

fn is_all(name: &str) -> bool {
    name == ALL || name == ALL_ZH
}

/// What a correction changes.
#[derive(Args, Clone, Debug)]
pub(in crate::cli) struct Change {
    #[command(flatten)]
    pub(super) right: Record,
    /// 实际不在应到之列的人 Persons who were not expected after all
    #[arg(long, value_delimiter = ',', value_name = "NAME")]
    pub(super) not_expected: Vec<String>,
}

impl Change {
    pub(super) fn message(
        &self,
        session: &Session<'_>,
        (activity, reason, void): (u64, String, bool),
    ) -> Result<office::CorrectActivityRequest, Failure> {
        Ok(office::CorrectActivityRequest {
            actor: session.actor()?,
            request_id: session.request_id(),
            activity,
            reason,
            void,
            changes: Some(self.right.message(None)?),
            people: self.right.people(),
            not_expected: self.not_expected.clone(),
        })
    }
}
