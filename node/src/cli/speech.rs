//! Help and refusals in the chosen language. Every text is written once, Chinese first and English beside it; here one half is taken
//! out of it, line by line.

use std::{error::Error as _, ffi::OsString};

use clap::{
    Arg, ArgAction, Command, ValueEnum as _,
    builder::StyledStr,
    error::{ContextKind, ContextValue, ErrorKind},
};

use super::lang::Lang;
use crate::halves;

/// Where the language is chosen without the command line.
const VARIABLE: &str = "HONGYAN_LANG";

/// The language that the arguments or the environment choose. Found before anything is parsed: help and errors need it.
pub(super) fn chosen(args: &[OsString], variable: Option<OsString>) -> Lang {
    let mut words = args.iter().filter_map(|word| word.to_str());
    let mut found = variable.and_then(|value| value.into_string().ok());
    while let Some(word) = words.next() {
        match word.strip_prefix("--lang") {
            Some("") => found = words.next().map(str::to_owned),
            Some(value) => found = value.strip_prefix('=').map(str::to_owned).or(found),
            None => {}
        }
    }
    found
        .and_then(|value| Lang::from_str(&value, false).ok())
        .unwrap_or_default()
}

/// The variable's value in this process.
pub(super) fn variable() -> Option<OsString> {
    std::env::var_os(VARIABLE)
}

/// Something to type is the same in every language.
fn is_command(line: &str) -> bool {
    let line = line.trim_start();
    line.starts_with("hongyan-") || line.starts_with("node ")
}

fn line(lang: Lang, line: &str) -> String {
    let (zh, en) = halves::split(line);
    // What is written in one language only is shown in it.
    if zh.is_empty() || is_command(line) {
        return line.to_owned();
    }
    let indent = &line[..line.len() - line.trim_start().len()];
    match lang {
        Lang::Zh => format!("{indent}{zh}"),
        Lang::En if en.chars().any(char::is_alphabetic) => format!("{indent}{en}"),
        Lang::En | Lang::Both => line.to_owned(),
    }
}

/// One language of a text that holds both in every line.
pub(super) fn one(lang: Lang, text: &str) -> String {
    let lines: Vec<String> = text.split('\n').map(|part| line(lang, part)).collect();
    lines.join("\n")
}

fn styled(lang: Lang, text: &StyledStr) -> String {
    one(lang, &text.to_string())
}

/// The command line's help in one language.
pub(super) fn command(command: Command, lang: Lang) -> Command {
    if lang == Lang::Both {
        return command;
    }
    let about = command.get_about().map(|text| styled(lang, text));
    let full = command.get_long_about().map(|text| styled(lang, text));
    let after = command.get_after_help().map(|text| styled(lang, text));
    let mut command = command.mut_args(|argument| {
        let help = argument.get_help().map(|text| styled(lang, text));
        let full = argument.get_long_help().map(|text| styled(lang, text));
        let heading = match argument.get_help_heading() {
            Some(heading) => Some(one(lang, heading)),
            None if lang == Lang::Zh && argument.is_positional() => Some("参数".to_owned()),
            None if lang == Lang::Zh => Some("选项".to_owned()),
            None => None,
        };
        // Help is made once a run, and the parser keeps headings for ever.
        let heading = heading.map(|heading| &*Box::leak(heading.into_boxed_str()));
        let argument = argument.help_heading(heading);
        let argument = match help {
            Some(help) => argument.help(help),
            None => argument,
        };
        match full {
            Some(full) => argument.long_help(full),
            None => argument,
        }
    });
    if let Some(about) = about {
        command = command.about(about);
    }
    if let Some(full) = full {
        command = command.long_about(full);
    }
    if let Some(after) = after {
        command = command.after_help(after);
    }
    if lang == Lang::Zh {
        // The parser's own flag explains itself in English.
        let help = Arg::new("help").short('h').long("help");
        let help = help.action(ArgAction::Help).help("显示帮助");
        command = command
            .disable_help_flag(true)
            .arg(help.help_heading("选项"))
            .subcommand_help_heading("命令")
            .help_template("{about-with-newline}\n用法: {usage}\n\n{all-args}{after-help}");
    }
    command.mut_subcommands(|verb| self::command(verb, lang))
}

/// What is wrong with a command line, in Chinese: the parser itself speaks English only.
fn usage_words(kind: ErrorKind) -> &'static str {
    match kind {
        ErrorKind::UnknownArgument => "不认识的参数",
        ErrorKind::InvalidSubcommand | ErrorKind::MissingSubcommand => {
            "没有这个命令, 或缺少下级命令"
        }
        ErrorKind::InvalidValue | ErrorKind::ValueValidation | ErrorKind::InvalidUtf8 => {
            "参数的取值无效"
        }
        ErrorKind::MissingRequiredArgument => "缺少必需的参数",
        ErrorKind::ArgumentConflict => "这些参数不能同时使用",
        ErrorKind::TooManyValues
        | ErrorKind::TooFewValues
        | ErrorKind::WrongNumberOfValues
        | ErrorKind::NoEquals => "参数的个数或写法不对",
        _ => "命令有误",
    }
}

/// What the value must be: as its parser says, or which there are; empty when nobody says.
fn wanted(error: &clap::Error) -> String {
    if let Some(ContextValue::Strings(words)) = error.get(ContextKind::ValidValue) {
        return format!("应为 {} 之一", words.join(", "));
    }
    let reason = error.source().map(ToString::to_string).unwrap_or_default();
    match reason.split_once(" is not in ") {
        Some((_, range)) => format!("应在 {} 之间", range.replace("..=", "–")),
        None => halves::split(&reason).0,
    }
}

/// A usage error in the chosen language; none for what is no error (help, version).
pub(super) fn usage(error: &clap::Error, lang: Lang) -> Option<String> {
    if !error.use_stderr() {
        return None;
    }
    if lang == Lang::En {
        let reason = error.source()?.to_string();
        let (_, en) = halves::split(&reason);
        return Some(error.render().to_string().replace(&reason, &en));
    }
    let named = [
        ContextKind::InvalidArg,
        ContextKind::InvalidSubcommand,
        ContextKind::InvalidValue,
    ]
    .into_iter()
    .filter_map(|kind| error.get(kind))
    .map(ToString::to_string)
    .filter(|value| !value.is_empty())
    .collect::<Vec<_>>()
    .join(" ");
    let words = usage_words(error.kind());
    let first = format!("✗ {words}: {named}: {}", wanted(error));
    let first = first.trim_end_matches([' ', ':']);
    Some(match lang {
        Lang::Zh => format!("{first}\n→ 加 --help 查看用法\n"),
        _ => format!("{first}\n{}", error.render()),
    })
}

#[cfg(test)]
mod tests;
