//! Which language people see. Both by default: Chinese first, English beside it.

use clap::ValueEnum;
use hongyan_proto::pb::office::v1::Words;

/// The language of tables and sentences.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, ValueEnum)]
pub(super) enum Lang {
    /// 中文 Chinese
    Zh,
    /// 英文 English
    En,
    /// 中英对照 both
    #[default]
    Both,
}

impl Lang {
    /// The chosen language of two texts that mean the same.
    pub(super) fn say(self, zh: &str, en: &str) -> String {
        match self {
            Self::Zh => zh.to_owned(),
            Self::En => en.to_owned(),
            Self::Both if zh.is_empty() || zh == en => en.to_owned(),
            Self::Both if en.is_empty() => zh.to_owned(),
            Self::Both => format!("{zh} {en}"),
        }
    }

    /// The same for words that came in an answer; nothing for none.
    pub(super) fn words(self, words: Option<&Words>) -> String {
        words.map_or_else(String::new, |words| self.say(&words.zh, &words.en))
    }

    /// Long text: both languages one after the other.
    pub(super) fn text(self, words: Option<&Words>) -> String {
        match (self, words) {
            (_, None) => String::new(),
            (Self::Both, Some(words)) => format!("{}\n\n{}", words.zh.trim_end(), words.en),
            (lang, Some(words)) => lang.say(&words.zh, &words.en),
        }
    }
}
