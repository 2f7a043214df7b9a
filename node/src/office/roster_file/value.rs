//! The other values of a row: sex, class, telephone, certificate, texts.

use hongyan_proto::{
    id::CertificateNumber,
    letter::{MemberClass, Sex, Text},
};

use super::{cell::Cell, number};

/// Words for a class that rosters use beside its own.
const CLASSES: &[(MemberClass, &[&str])] = &[
    (
        MemberClass::MigrantWorker,
        &[
            "农民工党员",
            "务工",
            "外出务工",
            "外出务工人员",
            "进城务工人员",
            "务工人员",
        ],
    ),
    (
        MemberClass::Graduate,
        &[
            "毕业生",
            "高校毕业生",
            "大学毕业生",
            "未就业大中专毕业生",
            "大学生",
            "大中专毕业生党员",
        ],
    ),
    (
        MemberClass::Retired,
        &["退休", "离休", "离退休人员", "离退休党员", "退休人员"],
    ),
    (MemberClass::Other, &["其它", "其他人员", "其他党员"]),
];

/// What a column of classes may say.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Class {
    /// One of the groups that are counted apart.
    Of(MemberClass),
    /// Full member: says nothing about the class.
    Full,
    /// Probationary member: says nothing about the class.
    Probationary,
}

fn say(error: impl std::fmt::Display) -> String {
    error.to_string()
}

/// Words without the white space inside that aligns them: 张 三, 男　性. English words keep theirs.
pub(super) fn joined(text: &str) -> String {
    if text.is_ascii() {
        return text.split_whitespace().collect::<Vec<_>>().join(" ");
    }
    let signs: Vec<char> = text.chars().collect();
    let ascii = |at: Option<usize>| {
        at.and_then(|at| signs.get(at))
            .is_some_and(char::is_ascii_alphanumeric)
    };
    signs
        .iter()
        .enumerate()
        .filter(|(at, sign)| {
            // Between two Latin words a space parts them.
            !sign.is_whitespace() || (ascii(at.checked_sub(1)) && ascii(Some(at + 1)))
        })
        .map(|(_, sign)| *sign)
        .collect()
}

pub(super) fn name(cell: &Cell) -> Result<Text<60>, String> {
    let text = joined(&cell.text());
    if text.chars().any(|sign| sign.is_ascii_digit()) {
        return Err("姓名不应含数字 a name has no digits".to_owned());
    }
    Text::new(text).map_err(say)
}

pub(super) fn sex(cell: &Cell) -> Result<Sex, String> {
    let text = joined(&cell.text());
    match text.as_str() {
        "男性" | "M" | "m" | "1" => Ok(Sex::Male),
        "女性" | "F" | "f" | "2" => Ok(Sex::Female),
        other => other.parse().map_err(say),
    }
}

pub(super) fn class(cell: &Cell) -> Result<Class, String> {
    let text = joined(&cell.text());
    match text.as_str() {
        "正式党员" | "正式" => return Ok(Class::Full),
        "预备党员" | "预备" => return Ok(Class::Probationary),
        _ => {}
    }
    let known = CLASSES
        .iter()
        .find(|(_, words)| words.contains(&text.as_str()))
        .map(|(class, _)| *class);
    known
        .map_or_else(|| text.parse().map_err(say), Ok)
        .map(Class::Of)
}

fn long_number(cell: &Cell) -> Result<String, String> {
    if let Cell::Number(value) = cell
        && number::is_damaged(*value)
    {
        return Err(number::DAMAGED.to_owned());
    }
    let text = cell.text();
    let text = text.trim_start_matches(['\'', '‘', '’', '`']);
    if number::is_scientific(text) {
        return Err(number::DAMAGED.to_owned());
    }
    Ok(text.to_owned())
}

pub(super) fn phone(cell: &Cell) -> Result<Text<40>, String> {
    let text: String = long_number(cell)?
        .chars()
        .map(|sign| {
            if matches!(sign, '－' | '—' | '–') {
                '-'
            } else {
                sign
            }
        })
        .collect();
    let text = text.split_whitespace().collect::<Vec<_>>();
    // 139 0000 0001 is one number, "13900000001 0510-81234567" are two.
    let one = text.iter().all(|part| part.len() <= 4);
    let text = text.join(if one { "" } else { " " });
    let good = |sign: char| {
        sign.is_ascii_digit()
            || matches!(
                sign,
                '+' | '-' | '(' | ')' | ' ' | '/' | '、' | ',' | ';' | '转'
            )
    };
    if text.chars().filter(char::is_ascii_digit).count() < 5 || !text.chars().all(good) {
        return Err("应为电话号码 must be a telephone number".to_owned());
    }
    Text::new(text).map_err(say)
}

pub(super) fn certificate(cell: &Cell) -> Result<CertificateNumber, String> {
    let text: String = long_number(cell)?
        .chars()
        .filter(|sign| !sign.is_whitespace())
        .map(|sign| {
            if matches!(sign, '—' | '–') {
                '-'
            } else {
                sign.to_ascii_uppercase()
            }
        })
        .collect();
    CertificateNumber::parse(&text).map_err(say)
}

pub(super) fn address(cell: &Cell) -> Result<Text<200>, String> {
    Text::new(cell.text().split_whitespace().collect::<Vec<_>>().join(" ")).map_err(say)
}

pub(super) fn unit(cell: &Cell) -> Result<Text<100>, String> {
    let name = joined(&cell.text());
    if !name.is_empty() && name.chars().all(|sign| sign.is_ascii_digit()) {
        return Err(format!(
            "支部名称不能只是数字“{name}”  a unit is not called by a number alone"
        ));
    }
    Text::new(name).map_err(say)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn text(text: &str) -> Cell {
        Cell::Text(text.to_owned())
    }

    #[test]
    fn names_lose_their_padding_only() {
        for (written, read) in [
            ("张三", "张三"),
            ("张 三", "张三"),
            ("张　三", "张三"),
            (" 欧阳 明 ", "欧阳明"),
            ("阿卜杜拉·买买提", "阿卜杜拉·买买提"),
            ("John  Smith", "John Smith"),
            ("李\n四", "李四"),
        ] {
            assert_eq!(name(&text(written)).unwrap().as_str(), read, "{written}");
        }
        assert!(name(&text("张三2")).is_err() && name(&Cell::Number(3.0)).is_err());
    }

    #[test]
    fn words_of_closed_lists() {
        assert_eq!(sex(&text("男 性")), Ok(Sex::Male));
        assert_eq!(sex(&text("女")), Ok(Sex::Female));
        assert!(sex(&text("中")).is_err());
        assert_eq!(
            class(&text("外出务工")),
            Ok(Class::Of(MemberClass::MigrantWorker))
        );
        assert_eq!(class(&text("离退休")), Ok(Class::Of(MemberClass::Retired)));
        assert_eq!(class(&text("正式党员")), Ok(Class::Full));
        assert_eq!(class(&text("预备党员")), Ok(Class::Probationary));
        assert!(class(&text("干部")).is_err());
    }

    #[test]
    fn telephones_and_certificates_as_texts_and_numbers() {
        for (cell, read) in [
            (Cell::Number(13_900_000_002.0), "13900000002"),
            (text("139 0000 0001"), "13900000001"),
            (text("１３９００００００００１"), "139000000001"),
            (text("0510－81234567"), "0510-81234567"),
            (text("'13900000001"), "13900000001"),
            (
                text("13900000001 0510-81234567"),
                "13900000001 0510-81234567",
            ),
        ] {
            assert_eq!(phone(&cell).unwrap().as_str(), read, "{cell:?}");
        }
        assert!(phone(&text("无")).is_err());
        assert_eq!(phone(&text("1.39E+10")).unwrap_err(), number::DAMAGED);
        let number = |cell: &Cell| certificate(cell).map(|number| number.to_string());
        assert_eq!(
            number(&Cell::Number(340_800_100_002.0)).unwrap(),
            "340800100002"
        );
        assert_eq!(number(&text("ｗｘ－0001")).unwrap(), "WX-0001");
        assert_eq!(number(&text("wx 0001")).unwrap(), "WX0001");
        assert_eq!(
            number(&Cell::Number(3.208e17)).unwrap_err(),
            number::DAMAGED
        );
        assert!(number(&text("无")).is_err());
    }

    proptest! {
        #[test]
        fn whatever_is_written_nothing_panics_and_what_is_read_reads_again(written in ".{0,24}") {
            let cell = text(&written);
            let _ = (sex(&cell), class(&cell), phone(&cell));
            if let Ok(read) = name(&cell) {
                prop_assert_eq!(name(&text(read.as_str())), Ok(read));
            }
            if let Ok(read) = unit(&cell) {
                prop_assert_eq!(unit(&text(read.as_str())), Ok(read));
            }
            if let Ok(read) = address(&cell) {
                prop_assert_eq!(address(&text(read.as_str())), Ok(read));
            }
            if let Ok(read) = certificate(&cell) {
                prop_assert_eq!(certificate(&text(read.as_str())), Ok(read));
            }
            if let Ok(read) = phone(&cell) {
                prop_assert_eq!(phone(&text(read.as_str())), Ok(read));
            }
        }
    }
}
