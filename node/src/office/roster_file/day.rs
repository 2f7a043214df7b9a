//! Days and months as offices write them, and as spreadsheets keep them.

use hongyan_proto::time::Day;

use super::{
    cell::{Cell, narrow},
    number,
    table::Epoch,
};

/// Between the two ways of counting, in days.
const EPOCHS_APART: f64 = 1462.0;
/// Excel believes in 29 February 1900; before it every number is one off, and nobody on a roster is that old.
const FIRST_SERIAL: f64 = 61.0;
/// 31 December 9999.
const LAST_SERIAL: f64 = 2_958_465.0;

const RULE: &str =
    "应为日期, 如 1998-07-01、1998.7 或 1998年7月1日 must be a day such as 1998-07-01";
const SHORT_YEAR: &str = "年份应写四位, 如 1998 年 the year must have four digits, such as 1998";
const YEAR_ONLY: &str = "只有年份, 还应写月份 the month is missing";
const TENTH: &str = "“1998.1”分不清 1 月还是 10 月 (表格会丢掉末尾的 0); 请写作 1998-01 或 1998-10 的样子, 在表格中先把该列设为“文本”格式  .1 may be January or October, for spreadsheets drop a last 0: write 1998-01 or 1998-10, in a spreadsheet after formatting the column as text";
const NO_SUCH: &str = "没有这一天, 请核对年月日 there is no such day: check year, month and day";

/// A day that was read.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Read {
    /// The first of the month when the file knows the month only.
    pub(super) day: Day,
    /// What a person should look at.
    pub(super) remark: Option<String>,
}

fn plain(day: Day) -> Read {
    Read { day, remark: None }
}

/// Reads a day, or a month for its first day.
pub(super) fn read(cell: &Cell, epoch: Epoch) -> Result<Read, String> {
    match cell {
        Cell::Serial(number) => serial(*number, epoch).map(plain),
        Cell::Number(number) => numeric(*number, epoch),
        Cell::Text(text) => written(text),
        Cell::Fault(_) | Cell::Empty => Err(RULE.to_owned()),
    }
}

fn serial(number: f64, epoch: Epoch) -> Result<Day, String> {
    let number = match epoch {
        Epoch::Year1900 => number,
        Epoch::Year1904 => number + EPOCHS_APART,
    };
    if !(FIRST_SERIAL..=LAST_SERIAL).contains(&number) {
        return Err(RULE.to_owned());
    }
    // Checked above: a small positive number.
    #[allow(clippy::cast_possible_truncation)]
    let days = number.trunc() as i32;
    let zero = Day::new(1899, 12, 30).map_err(|_| RULE)?;
    Ok(zero.plus_days(days))
}

/// 19980701, 199807, 1998.7, or a day number in a column that was not formatted as one.
fn numeric(number: f64, epoch: Epoch) -> Result<Read, String> {
    if number.fract() != 0.0 && (1900.0..2101.0).contains(&number) {
        // Two decimals at most, or it is no month.
        let hundredths = (number * 100.0).round();
        if (hundredths / 100.0 - number).abs() > 1e-9 {
            return Err(RULE.to_owned());
        }
        let text = number.to_string();
        if is_tenth(&text) {
            return Err(TENTH.to_owned());
        }
        return written(&text);
    }
    let text = number::plain(number.trunc());
    match text.len() {
        6 | 8 if number.fract() == 0.0 => written(&text),
        4 if (1900.0..2101.0).contains(&number) => Err(YEAR_ONLY.to_owned()),
        _ => serial(number, epoch).map(plain),
    }
}

/// 1998.1, which may have been 1998.10.
fn is_tenth(text: &str) -> bool {
    matches!(text.rsplit_once('.'), Some((_, "1")))
}

fn written(text: &str) -> Result<Read, String> {
    let narrow = narrow(text);
    let text: String = without_time(narrow.trim())
        .chars()
        .filter(|sign| !sign.is_whitespace())
        .collect();
    let text = text.trim_start_matches('\'');
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    if digits {
        return match text.len() {
            8 => date(&text[..4], &text[4..6], Some(&text[6..])).map(plain),
            6 => date(&text[..4], &text[4..6], None).map(plain),
            // A day number that became text.
            5 => {
                let number: f64 = text.parse().map_err(|_| RULE)?;
                serial(number, Epoch::Year1900).map(plain)
            }
            4 => Err(YEAR_ONLY.to_owned()),
            _ => Err(RULE.to_owned()),
        };
    }
    let parts: Vec<String> = text
        .split([
            '-', '.', '/', '年', '月', '日', '号', '、', '—', '–', '\\', ',',
        ])
        .filter(|part| !part.is_empty())
        .map(digits_of)
        .collect();
    let found = match parts.as_slice() {
        [year, month] => date(year, month, None)?,
        [year, month, day] => date(year, month, Some(day))?,
        [year] if year.len() == 4 => return Err(YEAR_ONLY.to_owned()),
        _ => return Err(RULE.to_owned()),
    };
    let tenth = text.len() == 6 && is_tenth(text);
    Ok(Read {
        day: found,
        remark: tenth.then(|| {
            format!(
                "按 1 月读入; 如原为 10 月请改写为 {0}-10  read as January: write {0}-10 if October was meant",
                &text[..4]
            )
        }),
    })
}

/// "1998-07-01 00:00:00" and "1998-07-01T00:00:00" without the time of day.
fn without_time(text: &str) -> &str {
    let Some((day, time)) = text.split_once([' ', 'T']) else {
        return text;
    };
    let is_time = time.contains(':')
        && time
            .bytes()
            .all(|byte| byte.is_ascii_digit() || matches!(byte, b':' | b'.' | b' ' | b'Z'));
    if is_time { day } else { text }
}

/// 一九九八 as 1998, 十二 as 12; other text as it is.
fn digits_of(part: &str) -> String {
    const DIGITS: &str = "〇一二三四五六七八九";
    let digit = |sign: char| {
        let sign = if matches!(sign, '零' | '○' | 'O') {
            '〇'
        } else {
            sign
        };
        DIGITS.chars().position(|known| known == sign)
    };
    let signs: Vec<char> = part.chars().collect();
    if signs.iter().all(char::is_ascii_digit) {
        return part.to_owned();
    }
    let value = |signs: &[char], default: usize| match signs {
        [] => Some(default),
        [one] => digit(*one),
        _ => None,
    };
    if let Some(ten) = signs.iter().position(|sign| *sign == '十') {
        let (tens, ones) = (value(&signs[..ten], 1), value(&signs[ten + 1..], 0));
        return match (tens, ones) {
            (Some(tens), Some(ones)) => (tens * 10 + ones).to_string(),
            _ => part.to_owned(),
        };
    }
    let read: Option<String> = signs
        .iter()
        .map(|sign| digit(*sign).map(|digit| digit.to_string()))
        .collect();
    read.unwrap_or_else(|| part.to_owned())
}

fn date(year: &str, month: &str, day: Option<&str>) -> Result<Day, String> {
    let number = |text: &str| -> Result<i16, String> {
        let good = !text.is_empty() && text.len() <= 4 && text.bytes().all(|b| b.is_ascii_digit());
        if !good {
            return Err(RULE.to_owned());
        }
        text.parse().map_err(|_| RULE.to_owned())
    };
    let (year_number, month, day) = (
        number(year)?,
        number(month)?,
        // A month alone is what older rosters know: its first day stands for it.
        day.map_or(Ok(1), number)?,
    );
    if year.len() != 4 {
        return Err(SHORT_YEAR.to_owned());
    }
    let small = |number: i16| i8::try_from(number).map_err(|_| NO_SUCH.to_owned());
    Day::new(year_number, small(month)?, small(day)?).map_err(|_| NO_SUCH.to_owned())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn text(text: &str) -> Result<String, String> {
        read(&Cell::Text(text.to_owned()), Epoch::Year1900).map(|read| read.day.to_string())
    }

    fn number(number: f64) -> Result<String, String> {
        read(&Cell::Number(number), Epoch::Year1900).map(|read| read.day.to_string())
    }

    #[test]
    fn the_spellings_of_a_day() {
        for written in [
            "1998-7-1",
            "1998.07.01",
            "1998/7/1",
            "1998年7月1日",
            "1998年07月01号",
            "19980701",
            "1998-07-01 00:00:00",
            "1998-07-01T00:00:00",
            "35977",
            "１９９８．７．１",
            " 1998 年 7 月 1 日 ",
            "1998、7、1",
            "'1998-07-01",
            "一九九八年七月一日",
            "1998.7",
            "1998-07",
            "1998年7月",
            "199807",
            "1998/7",
        ] {
            assert_eq!(text(written).unwrap(), "1998-07-01", "{written}");
        }
        assert_eq!(text("二〇二一年十二月三十一日").unwrap(), "2021-12-31");
        assert_eq!(text("2021年十月二十日").unwrap(), "2021-10-20");
    }

    #[test]
    fn what_is_no_day_says_why() {
        for (written, says) in [
            ("去年", RULE),
            ("1998", YEAR_ONLY),
            ("1998年", YEAR_ONLY),
            ("98.7", SHORT_YEAR),
            ("98年7月1日", SHORT_YEAR),
            ("1998-13-01", NO_SUCH),
            ("1998-02-30", NO_SUCH),
            ("2023-02-29", NO_SUCH),
            ("19980230", NO_SUCH),
            ("1-2-3-4", RULE),
            ("-", RULE),
        ] {
            assert_eq!(text(written).unwrap_err(), says, "{written}");
        }
    }

    #[test]
    fn numbers_in_a_column_of_days() {
        assert_eq!(number(35_977.0).unwrap(), "1998-07-01");
        assert_eq!(number(35_977.75).unwrap(), "1998-07-01");
        assert_eq!(number(19_980_701.0).unwrap(), "1998-07-01");
        assert_eq!(number(199_807.0).unwrap(), "1998-07-01");
        assert_eq!(number(1998.7).unwrap(), "1998-07-01");
        assert_eq!(number(1998.12).unwrap(), "1998-12-01");
        assert_eq!(number(1998.01).unwrap(), "1998-01-01");
        assert_eq!(number(1998.1).unwrap_err(), TENTH);
        assert_eq!(number(1998.0).unwrap_err(), YEAR_ONLY);
        for bad in [
            0.0,
            1.0,
            60.0,
            -5.0,
            1998.123,
            1e18,
            f64::NAN,
            f64::INFINITY,
        ] {
            assert!(number(bad).is_err(), "{bad}");
        }
        assert_eq!(
            read(&Cell::Text("1998.1".to_owned()), Epoch::Year1900)
                .unwrap()
                .remark
                .as_deref(),
            Some(
                "按 1 月读入; 如原为 10 月请改写为 1998-10  read as January: write 1998-10 if October was meant"
            )
        );
    }

    #[test]
    fn the_other_epoch_is_four_years_off() {
        let day = |epoch| {
            read(&Cell::Serial(34_515.0), epoch)
                .unwrap()
                .day
                .to_string()
        };
        assert_eq!(day(Epoch::Year1904), "1998-07-01");
        assert_eq!(day(Epoch::Year1900), "1994-06-30");
    }

    proptest! {
        /// Every day from 1927 on, in every spelling, is read as itself.
        #[test]
        fn every_spelling_of_every_day_is_that_day(serial in 10_000..73_000_i32, pad in any::<bool>(), wide in any::<bool>()) {
            let day = Day::new(1899, 12, 30).unwrap().plus_days(serial);
            let date = day.date();
            let (y, m, d) = (date.year(), date.month(), date.day());
            let mut spellings = vec![
                day.to_string(),
                format!("{y}.{m}.{d}"),
                format!("{y}/{m:02}/{d}"),
                format!("{y}年{m}月{d}日"),
                format!("{y:04}{m:02}{d:02}"),
                format!("{day} 08:30:00"),
                serial.to_string(),
            ];
            if pad {
                spellings = spellings.iter().map(|text| format!("\u{3000}{text} ")).collect();
            }
            if wide {
                let widen = |text: &String| text.chars().map(|c| match c {
                    '!'..='~' => char::from_u32(c as u32 + 0xfee0).unwrap(),
                    other => other,
                }).collect();
                spellings = spellings.iter().filter(|text| !text.contains(':')).map(widen).collect();
            }
            for spelling in spellings {
                prop_assert_eq!(text(&spelling), Ok(day.to_string()), "{}", spelling);
            }
            let found = read(&Cell::Serial(serial.into()), Epoch::Year1900).unwrap();
            prop_assert_eq!(found.day, day);
            prop_assert_eq!(number(serial.into()), Ok(day.to_string()));
        }

        #[test]
        fn whatever_is_written_it_is_a_day_or_a_refusal(written in ".{0,24}", value in any::<f64>()) {
            let _ = text(&written);
            let _ = number(value);
            let _ = read(&Cell::Serial(value), Epoch::Year1904);
        }
    }
}
