//! The shape of the command line: nouns, verbs, help, values.

use std::fmt::Write as _;

use clap::{Command, CommandFactory as _, Parser as _, error::ErrorKind};
use proptest::prelude::*;

use super::Cli;
use crate::cli::{dues, lang::Lang, roster_words, speech, tour, values, words};

#[test]
fn the_definition_is_sound() {
    Cli::command().debug_assert();
}

/// A noun or verb that appears, goes or changes its name is a change that programs notice.
#[test]
fn nouns_and_verbs_are_as_promised() {
    let mut found = String::new();
    for noun in Cli::command().get_subcommands() {
        let verbs: Vec<&str> = noun.get_subcommands().map(Command::get_name).collect();
        writeln!(found, "{} {}", noun.get_name(), verbs.join("|")).unwrap();
    }
    let promised = "\
init 
serve 
status 
key show|rotate|renew-tls
member import|export|list|show|remove|restore
unit add|rename|move|close|list|show|assign|officer
certificate range|issue|check|replace|hand-in|void|list|show|verify
plan set|amend|file|show
activity hold|correct|hand-up|show|attachments|list|ledger
book award|role|correct|code|confirm|show|stats
dues base|waive|pay|correct|close|list|arrears|publish|receipt|show
appraisal record|correct|void|show
training record|correct|void|list
exemption grant|correct|void|list
points member|branch
partner invite|accept|list|check|revoke|reset-epoch|accept-epoch
agreement draft|propose|counter|amend|sign|end|list|show
flow depart|notice|accept|decline|place|claim|confirm|disown|move|lost|found|return|transfer|withdraw|list|show
record attendance|dues|award|role|conduct|change|event|contact|matter|opinion|decision|correct|list
statement issue|show|list
reconcile show|answer|close
form print|verify|list
policy list|show|check|adopt|calendar
duties excuse|measure|inspect|void|screen
sync 
letter export|import
log list|verify|checkpoint|prove
gateway enroll|list|report
backup 
restore 
export 
completion 
";
    assert_eq!(found, promised);
}

fn leaves(command: &Command, path: &str, seen: &mut Vec<(String, Command)>) {
    if !command.has_subcommands() {
        seen.push((path.to_owned(), command.clone()));
    }
    for verb in command.get_subcommands() {
        leaves(verb, &format!("{path} {}", verb.get_name()), seen);
    }
}

fn is_chinese(text: &str) -> bool {
    text.chars()
        .any(|char| ('\u{4e00}'..='\u{9fff}').contains(&char))
}

#[test]
fn every_command_teaches_in_both_languages_with_an_example_that_parses() {
    let mut seen = Vec::new();
    leaves(&Cli::command(), "hongyan-node", &mut seen);
    assert!(seen.len() > 60, "{}", seen.len());
    for (path, command) in seen {
        let about = command.get_about().unwrap().to_string();
        assert!(is_chinese(&about), "{path}: {about}");
        assert!(
            about.bytes().any(|byte| byte.is_ascii_lowercase()),
            "{path}: {about}"
        );
        for arg in command.get_arguments().filter(|arg| arg.get_id() != "help") {
            let help = arg
                .get_help()
                .unwrap_or_else(|| panic!("{path} {}", arg.get_id()))
                .to_string();
            assert!(is_chinese(&help), "{path} {}: {help}", arg.get_id());
        }
        let help = command
            .get_after_help()
            .unwrap_or_else(|| panic!("{path}"))
            .to_string();
        let examples: Vec<&str> = help
            .lines()
            .filter_map(|line| line.trim().strip_prefix("hongyan-node "))
            .collect();
        assert!(!examples.is_empty(), "{path}");
        for example in examples {
            // What stands after a redirection is the shell's.
            let words = example.split(['<', '>']).next().unwrap().split_whitespace();
            let line = std::iter::once("hongyan-node").chain(words);
            assert!(
                Cli::try_parse_from(line.clone()).is_ok(),
                "{path}: {example}: {}",
                Cli::try_parse_from(line).unwrap_err()
            );
        }
    }
}

/// Whoever asks for help on a noun of the local book sees in which order it is used.
#[test]
fn a_noun_shows_how_it_is_used_for_the_first_time() {
    let mut all = Cli::command();
    for (noun, tour) in tour::ALL {
        let help = all.find_subcommand_mut(noun).unwrap().get_after_help();
        assert_eq!(help.unwrap().to_string(), tour, "{noun}");
        let (words, examples) = tour.split_once('\n').unwrap();
        assert!(is_chinese(words) && words.ends_with(':'), "{noun}: {words}");
        for example in examples.lines() {
            let line = example.split_whitespace();
            assert_eq!(line.clone().nth(1), Some(noun), "{example}");
            let parsed = Cli::try_parse_from(line);
            assert!(parsed.is_ok(), "{example}: {}", parsed.unwrap_err());
        }
    }
}

/// People type the words they know; the keys are for programs.
#[test]
fn a_choice_is_typed_in_chinese_too() {
    let told = |kind: &str| {
        let line = ["hongyan-node", "activity", "list", "--kind", kind];
        Cli::try_parse_from(line).map(|cli| format!("{cli:?}"))
    };
    assert_eq!(told("党课").unwrap(), told("party-lecture").unwrap());
    assert!(told("课").is_err());
}

/// Files are listed as names are: again and again, or with a comma.
#[test]
fn attached_files_are_listed_with_a_comma() {
    let told = |files: &[&str]| {
        let line = ["hongyan-node", "activity", "hold", "--unit", "一支部"];
        let files = files.iter().flat_map(|file| ["--attach", *file]);
        let line = line.into_iter().chain(files);
        Cli::try_parse_from(line)
            .map(|cli| format!("{cli:?}"))
            .unwrap()
    };
    assert_eq!(told(&["a.jpg,b.jpg"]), told(&["a.jpg", "b.jpg"]));
}

/// What `--lang LANG … --help` shows.
fn help(lang: Lang, path: &str) -> String {
    let line = path.split(' ').chain(["--help"]);
    let shown = speech::command(Cli::command(), lang).try_get_matches_from(line);
    let error = shown.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::DisplayHelp, "{path}");
    assert_eq!(speech::usage(&error, lang), None, "{path}");
    error.render().to_string()
}

#[test]
fn help_in_one_language_says_its_half_of_everything() {
    let (mut both, mut zh, mut en) = (vec![], vec![], vec![]);
    for (lang, seen) in [
        (Lang::Both, &mut both),
        (Lang::Zh, &mut zh),
        (Lang::En, &mut en),
    ] {
        leaves(&speech::command(Cli::command(), lang), "hongyan-node", seen);
    }
    for ((path, both), ((_, zh), (_, en))) in both.iter().zip(zh.iter().zip(&en)) {
        let abouts = [both, zh, en].map(|command| command.get_about().unwrap().to_string());
        let texts = both.get_arguments().map(|argument| {
            [both, zh, en].map(|command| {
                let mut arguments = command.get_arguments();
                let same = arguments.find(|known| known.get_id() == argument.get_id());
                same.and_then(|same| same.get_help())
                    .map(ToString::to_string)
                    .unwrap_or_default()
            })
        });
        for [both, zh, en] in std::iter::once(abouts).chain(texts) {
            assert!(
                both.starts_with(&zh) && both.ends_with(&en),
                "{path}: {both}: {zh}: {en}"
            );
            assert!(zh.is_empty() || is_chinese(&zh), "{path}: {zh}");
            assert!(!is_chinese(&en), "{path}: {en}");
        }
        let (chinese, english) = (help(Lang::Zh, path), help(Lang::En, path));
        assert!(
            chinese.contains("用法: ") && !chinese.contains("Usage:"),
            "{chinese}"
        );
        assert!(!chinese.contains("Options:"), "{chinese}");
        assert!(
            english.contains("Usage: ") && !english.contains("用法"),
            "{english}"
        );
    }
}

#[test]
fn closed_lists_name_exactly_what_the_api_has() {
    for (choices, api) in words::ALL
        .iter()
        .chain(roster_words::ALL)
        .chain(dues::words::ALL)
    {
        let typed: Vec<(String, i32)> = choices
            .iter()
            .map(|choice| (choice.pair().0.to_owned(), choice.pair().1))
            .collect();
        let prefix = api(0).unwrap().trim_end_matches("UNSPECIFIED");
        let mut names: Vec<(String, i32)> = (1..100)
            .filter_map(|number| {
                let name = api(number)?.strip_prefix(prefix)?;
                Some((name.to_lowercase().replace('_', "-"), number))
            })
            .collect();
        let mut typed_sorted = typed.clone();
        typed_sorted.sort_by_key(|(_, number)| *number);
        names.sort_by_key(|(_, number)| *number);
        assert_eq!(typed_sorted, names, "{prefix}");
    }
}

#[test]
fn usage_errors_are_told_before_anything_is_opened() {
    for line in [
        vec!["flow", "decline", "9c2f10aa", "--reason", "too-far-away"],
        vec!["flow", "notice", "--reason", "work"],
        vec![
            "flow",
            "accept",
            "9c2f10aa",
            "--check",
            "seen",
            "--on",
            "2026-02-30",
        ],
        vec![
            "record",
            "dues",
            "9c2f10aa",
            "--month",
            "2026-13",
            "--yuan",
            "1",
            "--receipt",
            "1",
        ],
        vec![
            "record",
            "dues",
            "9c2f10aa",
            "--month",
            "2026-07",
            "--yuan",
            "1.005",
            "--receipt",
            "1",
        ],
        vec!["--request-id", "abcd", "status"],
        vec![
            "init",
            "--code",
            "320200-001",
            "--name",
            "甲",
            "--region",
            "32",
        ],
    ] {
        let all = std::iter::once("hongyan-node").chain(line.iter().copied());
        let error = Cli::try_parse_from(all).expect_err(&line.join(" "));
        assert_eq!(error.exit_code(), 2, "{line:?}");
    }
}

proptest! {
    #[test]
    fn money_survives_the_way_through_yuan(fen in 0_i64..=i64::MAX / 2) {
        prop_assert_eq!(values::yuan(&values::show_fen(fen)), Ok(fen));
    }

    #[test]
    fn no_text_makes_the_money_parser_panic(text in "\\PC{0,30}") {
        if let Ok(fen) = values::yuan(&text) {
            prop_assert!(fen >= 0);
        }
    }
}

#[test]
fn money_is_exact() {
    for (text, fen) in [
        ("12.50", 1250),
        ("12.5", 1250),
        ("0.2", 20),
        ("0.02", 2),
        ("36", 3600),
    ] {
        assert_eq!(values::yuan(text), Ok(fen), "{text}");
    }
    for text in [
        "",
        ".",
        "1.",
        ".5",
        "-1",
        "1.234",
        "1e3",
        "１２",
        "99999999999999999999",
    ] {
        assert!(values::yuan(text).is_err(), "{text}");
    }
}
