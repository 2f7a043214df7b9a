//! Tests of `speech`.

use super::*;

fn args(words: &[&str]) -> Vec<OsString> {
    words.iter().map(OsString::from).collect()
}

#[test]
fn the_command_line_chooses_before_the_environment() {
    let variable = || Some(OsString::from("zh"));
    assert_eq!(chosen(&args(&["n", "status"]), None), Lang::Both);
    assert_eq!(chosen(&args(&["n", "status"]), variable()), Lang::Zh);
    assert_eq!(chosen(&args(&["n", "--lang", "en"]), variable()), Lang::En);
    assert_eq!(
        chosen(&args(&["n", "--lang=en", "x"]), variable()),
        Lang::En
    );
    assert_eq!(chosen(&args(&["n", "--lang", "??"]), None), Lang::Both);
}

#[test]
fn one_half_of_every_line_is_taken() {
    let text = "结对已撤销 the partner was revoked\n  hongyan-node letter import 来自无锡.hongyan";
    assert_eq!(one(Lang::Both, text), text);
    assert_eq!(
        one(Lang::Zh, text),
        "结对已撤销\n  hongyan-node letter import 来自无锡.hongyan"
    );
    assert_eq!(
        one(Lang::En, text),
        "the partner was revoked\n  hongyan-node letter import 来自无锡.hongyan"
    );
    assert_eq!(one(Lang::En, "只有中文"), "只有中文");
    assert_eq!(one(Lang::Zh, "plain"), "plain");
    assert_eq!(
        one(
            Lang::Zh,
            "用 partner check 逐步检查 look at it step by step"
        ),
        "用 partner check 逐步检查"
    );
}
