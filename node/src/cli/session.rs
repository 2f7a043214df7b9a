//! One command's conversation with the office: clients, the write's actor and request id, and showing the answer.

use std::env;

use bytes::Bytes;
use hongyan_proto::{
    json::json_text,
    time::{Day, Timestamp},
};
use prost::{Message, Name};
use rand::{RngCore as _, rngs::OsRng};
use tonic::transport::Channel;

use super::{
    Failure,
    args::Global,
    io::Io,
    lang::Lang,
    prompt,
    table::{Fields, Table},
};

/// Largest message taken from an answer: a page of 1,000 cases is far below it.
pub(super) const ANSWER_BYTES: usize = 64 << 20;

/// How a command that was carried out ended.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Ended {
    Well,
    /// Carried out, and what was found is not in order: exit code 1.
    Badly,
}

impl Ended {
    pub(super) const fn well_if(good: bool) -> Self {
        if good { Self::Well } else { Self::Badly }
    }
}

/// The conversation.
pub(super) struct Session<'a> {
    channel: Channel,
    pub(super) lang: Lang,
    actor: Option<String>,
    request_id: Option<[u8; 16]>,
    yes: bool,
    now: Timestamp,
    pub(super) io: &'a mut Io,
}

/// A client of one service of the office, ready for large answers.
macro_rules! client {
    ($session:expr, $module:ident :: $client:ident) => {
        hongyan_proto::pb::office::v1::$module::$client::new($session.channel())
            .max_decoding_message_size($crate::cli::session::ANSWER_BYTES)
    };
}
pub(super) use client;

impl<'a> Session<'a> {
    pub(super) fn new(channel: Channel, global: &Global, now: Timestamp, io: &'a mut Io) -> Self {
        Self {
            channel,
            lang: global.lang,
            actor: global.actor.clone(),
            request_id: global.request_id,
            yes: global.yes,
            now,
            io,
        }
    }

    pub(super) fn channel(&self) -> Channel {
        self.channel.clone()
    }

    /// Who does it: `--actor`, or the login name.
    pub(super) fn actor(&self) -> Result<String, Failure> {
        self.actor
            .clone()
            .or_else(|| env::var("USER").or_else(|_| env::var("LOGNAME")).ok())
            .filter(|actor| !actor.trim().is_empty())
            .ok_or_else(|| {
                Failure::new(
                    "INVALID_ARGUMENT",
                    "NO_ACTOR",
                    "不知道经办人是谁: 未给 --actor, 也没有登录名 (USER)  it is not known who does this: no --actor is given, and there is no login name (USER)",
                    "加上 --actor 姓名, 或把姓名写入环境变量 HONGYAN_ACTOR 之中 add --actor NAME, or set HONGYAN_ACTOR",
                )
            })
    }

    /// A new request id, or the one given to repeat a write.
    pub(super) fn request_id(&self) -> Bytes {
        let mut id = self.request_id.unwrap_or_default();
        if self.request_id.is_none() {
            OsRng.fill_bytes(&mut id);
        }
        Bytes::copy_from_slice(&id)
    }

    /// Was the number of a request given, to send it again?
    pub(super) const fn is_repeat(&self) -> bool {
        self.request_id.is_some()
    }

    pub(super) fn today(&self) -> Day {
        self.now.day()
    }

    /// The day given, or today.
    pub(super) fn day(&self, day: Option<Day>) -> String {
        day.unwrap_or_else(|| self.today()).to_string()
    }

    /// Asks before something that cannot be taken back.
    pub(super) fn confirm(&mut self, zh: &str, en: &str) -> Result<(), Failure> {
        let question = self.lang.say(zh, en);
        prompt::confirm(self.io, self.yes, &question)
    }

    /// Shows an answer: as JSON, or as `text` writes it.
    pub(super) fn show<M: Message + Name>(
        &mut self,
        answer: &M,
        text: impl FnOnce(&M, Lang) -> String,
    ) -> Result<(), Failure> {
        if self.io.json {
            self.io.line(&json_text(answer))
        } else {
            let text = text(answer, self.lang);
            self.io.line(text.trim_end())
        }
    }
}

/// A table with these headings, Chinese and English.
pub(super) fn table(lang: Lang, headings: &[(&str, &str)]) -> Table {
    Table::new(headings.iter().map(|(zh, en)| lang.say(zh, en)))
}

/// An empty list of labelled values.
pub(super) fn fields(lang: Lang) -> Fields {
    Fields::new(lang)
}
