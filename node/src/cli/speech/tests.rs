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

#[test]
fn names_are_chinese_in_both_halves() {
    let cases = [
        (
            "李四 当日属 东街支部, 不属 第一党小组 this person belonged to 东街支部 on that day and not to 第一党小组",
            "李四 当日属 东街支部, 不属 第一党小组",
            "this person belonged to 东街支部 on that day and not to 第一党小组",
        ),
        (
            "缺席; 有理由的写作 “张三:病假” Absent; with a reason as “张三:病假”",
            "缺席; 有理由的写作 “张三:病假”",
            "Absent; with a reason as “张三:病假”",
        ),
        (
            "党支部 branch不能设在党支部 branch之下 a unit of this kind cannot stand there",
            "党支部 branch不能设在党支部 branch之下",
            "a unit of this kind cannot stand there",
        ),
        (
            "只能是农民工, 其他 must be one of 农民工, 其他",
            "只能是农民工, 其他",
            "must be one of 农民工, 其他",
        ),
        (
            "要更正的编号 (见 activity list) Number of what is corrected",
            "要更正的编号 (见 activity list)",
            "Number of what is corrected",
        ),
    ];
    for (text, zh, en) in cases {
        assert_eq!(one(Lang::Zh, text), zh);
        assert_eq!(one(Lang::En, text), en);
    }
}

#[test]
fn a_value_that_is_wrong_is_told_what_it_must_be() {
    let amount: fn(&str) -> Result<u32, String> =
        |_| Err("应为金额, 如 12.50  must be an amount such as 12.50".to_owned());
    let command = || {
        Command::new("n")
            .arg(
                Arg::new("hours")
                    .long("hours")
                    .value_parser(clap::value_parser!(u32).range(1..=720)),
            )
            .arg(Arg::new("yuan").long("yuan").value_parser(amount))
            .arg(
                Arg::new("kind")
                    .long("kind")
                    .value_parser(["work", "study"]),
            )
    };
    for (option, value, zh, en) in [
        ("--hours", "721", "应在 1–720 之间", "1..=720"),
        (
            "--yuan",
            "x",
            "应为金额, 如 12.50\n",
            "must be an amount such as 12.50\n",
        ),
        ("--kind", "x", "应为 work, study 之一", "work, study"),
    ] {
        let error = command()
            .try_get_matches_from(["n", option, value])
            .expect_err("refused");
        let said = |lang| usage(&error, lang).unwrap_or_else(|| error.render().to_string());
        assert!(said(Lang::Zh).contains(zh), "{}", said(Lang::Zh));
        assert!(said(Lang::En).contains(en), "{}", said(Lang::En));
        assert!(!said(Lang::En).contains("应"), "{}", said(Lang::En));
        assert!(said(Lang::Both).contains(zh.trim()), "{}", said(Lang::Both));
    }
}
