//! What people read: tables, questions, failures; and what programs read instead.

use clap::CommandFactory as _;
use hongyan_proto::{
    json::json_text,
    pb::{
        exchange::v1::Organization,
        office::v1::{GetStatusResponse, StoreHealth, Words},
    },
};
use tonic::{Code, Status};
use tonic_types::{ErrorDetails, StatusExt as _};

use super::paper;
use crate::cli::{
    Failure,
    args::Cli,
    lang::Lang,
    options, prompt,
    session::{fields, table},
    table::paint,
};

/// Columns a terminal gives the text: two for Chinese.
fn columns(text: &str) -> usize {
    text.chars()
        .map(|char| {
            if ('\u{2e80}'..='\u{ffef}').contains(&char) {
                2
            } else {
                1
            }
        })
        .sum()
}

#[test]
fn chinese_columns_line_up() {
    let mut rows = table(
        Lang::Both,
        &[("姓名", "name"), ("所在支部", "unit"), ("条数", "size")],
    );
    rows.row(["王小明".to_owned(), "东街支部".to_owned(), "1".to_owned()]);
    rows.row(["Ann".to_owned(), "B".to_owned(), "23456".to_owned()]);
    let text = rows.render(Lang::Both);
    let widths: Vec<usize> = text.lines().map(columns).collect();
    assert!(widths.len() >= 6, "{text}");
    assert!(
        widths.iter().all(|width| *width == widths[0]),
        "{widths:?}\n{text}"
    );
}

#[test]
fn an_empty_table_says_so() {
    assert_eq!(table(Lang::En, &[("甲", "a")]).render(Lang::En), "(none)");
    assert_eq!(table(Lang::Zh, &[("甲", "a")]).render(Lang::Zh), "(无)");
}

#[test]
fn labels_follow_the_language_and_empty_values_are_left_out() {
    let text = |lang| {
        fields(lang)
            .add("区划", "region", "320200")
            .add("空", "none", "")
            .render()
    };
    assert_eq!(text(Lang::Zh).trim(), "区划  320200");
    assert_eq!(text(Lang::En).trim(), "region  320200");
    assert_eq!(text(Lang::Both).trim(), "区划 region  320200");
}

#[test]
fn words_in_one_language_only_stand_alone() {
    let words = Words {
        zh: "好".to_owned(),
        en: String::new(),
    };
    assert_eq!(Lang::Both.words(Some(&words)), "好");
    assert_eq!(Lang::Both.words(None), "");
}

#[test]
fn colour_is_put_on_marks_only() {
    assert_eq!(paint("plain 文字"), "plain 文字");
    let painted = paint("✓ good");
    assert!(
        painted.starts_with("\u{1b}[") && painted.ends_with(" good"),
        "{painted:?}"
    );
}

fn refusal() -> Status {
    let mut details = ErrorDetails::new();
    details
        .set_error_info(
            "TRANSITION",
            "hongyan.office.v1",
            [("remedy".to_owned(), "先接收 accept it first".to_owned())],
        )
        .add_bad_request_violation("place.unit", "不能为空 must not be empty");
    Status::with_error_details(
        Code::FailedPrecondition,
        "案卷尚未接收 the case is not accepted yet",
        details,
    )
}

#[test]
fn a_refusal_says_what_why_and_what_next() {
    let failure = Failure::from(refusal());
    assert_eq!(
        failure.to_text(Lang::Both),
        "✗ 案卷尚未接收 the case is not accepted yet\n  place.unit: 不能为空 must not be empty\n→ 先接收 accept it first\n  [FAILED_PRECONDITION TRANSITION]"
    );
    assert_eq!(
        failure.to_json(),
        serde_json::json!({
            "code": "FAILED_PRECONDITION",
            "reason": "TRANSITION",
            "message": "案卷尚未接收 the case is not accepted yet",
            "remedy": "先接收 accept it first",
            "fields": [{ "field": "place.unit", "problem": "不能为空 must not be empty" }],
        })
    );
}

#[test]
fn a_wrong_field_names_the_option_it_is_given_by() {
    let mut command = Cli::command();
    let line = ["hongyan-node", "flow", "place", "A1", "--unit", "一支部"];
    let matches = command.try_get_matches_from_mut(line).unwrap();
    let options = options(&command, &matches);
    let text = Failure::from(refusal()).with_options(&options);
    let text = text.to_text(Lang::Zh);
    assert!(text.contains("\n  选项: --unit\n→"), "{text}");
    // One of several values, and one that the command calls otherwise.
    for (field, option) in [("votes[1].person", "vote"), ("tenths", "hours")] {
        let mut details = ErrorDetails::new();
        details.add_bad_request_violation(field, "不在名册 is not on the roster");
        let status = Status::with_error_details(Code::InvalidArgument, "不对 is wrong", details);
        let failure = Failure::from(status).with_options(&[option.to_owned()]);
        assert_eq!(failure.fields[0].option.as_deref(), Some(option));
    }
    // A command without such an option: the person gave the field in another way.
    let other = Failure::from(refusal()).with_options(&["reason".to_owned()]);
    assert_eq!(other, Failure::from(refusal()));
}

#[test]
fn what_the_message_says_of_a_field_is_not_said_twice() {
    let mut details = ErrorDetails::new();
    details
        .add_bad_request_violation("unit", "此项必填 this field is required")
        .add_bad_request_violation("day", "此项必填 this field is required");
    let message = "unit: 此项必填 this field is required";
    let status = Status::with_error_details(Code::InvalidArgument, message, details);
    let text = Failure::from(status).to_text(Lang::Both);
    assert_eq!(text.matches("unit:").count(), 1, "{text}");
    assert_eq!(text.matches("day:").count(), 1, "{text}");
}

#[test]
fn a_failure_without_details_still_advises() {
    let failure = Failure::from(Status::unavailable("stopping"));
    assert_eq!(
        (failure.code, failure.reason.as_str()),
        ("UNAVAILABLE", "UNEXPLAINED")
    );
    assert!(
        failure.remedy.contains("--request-id"),
        "{}",
        failure.remedy
    );
    // Details that cannot be read must not hide the message.
    let broken = Status::with_details(Code::Internal, "broken", vec![0xff, 0xff].into());
    assert_eq!(Failure::from(broken).message, "broken");
}

#[test]
fn programs_get_failures_as_one_json_object_on_stderr() {
    let (mut io, out, err) = paper("", false, true);
    io.failed(&Failure::from(refusal()), Lang::Both);
    let told: serde_json::Value = serde_json::from_str(&err.text()).unwrap();
    assert_eq!(told["reason"], "TRANSITION");
    assert_eq!(err.text().lines().count(), 1);
    assert_eq!(out.text(), "");
}

#[test]
fn questions_are_for_people() {
    let ask = |input: &str, can_ask: bool, yes: bool| {
        let (mut io, _, err) = paper(input, can_ask, false);
        let answer = prompt::confirm(&mut io, yes, "撤销? Revoke?");
        (answer.map_err(|failure| failure.reason), err.text())
    };
    assert_eq!(ask("", false, true), (Ok(()), String::new()));
    assert_eq!(ask("yes\n", false, false).0, Err("CONFIRMATION".to_owned()));
    assert_eq!(ask("yes\n", true, false).0, Ok(()));
    assert_eq!(ask("是\n", true, false).0, Ok(()));
    assert_eq!(ask("Y\n", true, false).0, Ok(()));
    for refused in ["no\n", "\n", "", "好\n嗯\nyep\n"] {
        assert_eq!(
            ask(refused, true, false).0,
            Err("NOT_CONFIRMED".to_owned()),
            "{refused:?}"
        );
    }
    // Something unclear is asked again.
    let (answer, asked) = ask("what\nyes\n", true, false);
    assert_eq!(answer, Ok(()));
    assert_eq!(asked.matches("Revoke?").count(), 2);
}

/// Programs rely on these names: a field may be added, none may go or change its name.
#[test]
fn the_json_of_a_status_is_as_promised() {
    let status = GetStatusResponse {
        version: "0.1.0".to_owned(),
        organization: Some(Organization {
            code: "320200-001".to_owned(),
            name: "某街道党委".to_owned(),
            region: "320200".to_owned(),
            endpoint: "node.example:7420".to_owned(),
        }),
        fingerprint: "ab".repeat(32),
        spoken: "12345 12345 12345 12345 12345 12345".to_owned(),
        store: Some(StoreHealth {
            healthy: true,
            bytes_on_disk: 4096,
            entries: 7,
            format_version: 1,
            ..Default::default()
        }),
        time_ms: 1_782_835_200_000,
        members: 3,
        serving: true,
        ..Default::default()
    };
    let fingerprint = "ab".repeat(32);
    let promised = format!(
        r#"{{"version":"0.1.0","organization":{{"code":"320200-001","name":"某街道党委","region":"320200","endpoint":"node.example:7420"}},"fingerprint":"{fingerprint}","spoken":"12345 12345 12345 12345 12345 12345","logs":[],"partners":[],"overdue":[],"store":{{"healthy":true,"damage":[],"bytesOnDisk":"4096","entries":"7","formatVersion":1}},"timeMs":"1782835200000","members":3,"openOutflow":0,"openInflow":0,"serving":true,"listening":""}}"#
    );
    assert_eq!(json_text(&status), promised);
}
