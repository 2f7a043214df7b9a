//! The citizen's identity number as rosters have it, and what spreadsheets do to it. No text here repeats a number.

use hongyan_proto::letter::IdNumber;

use super::{
    cell::{Cell, narrow},
    number,
};

/// Before 1999 numbers had fifteen digits.
const OLD: &str = "是 15 位旧号码, 应为 18 位; 请照现用身份证填写 an old number of 15 digits: enter the 18 digits of the present card";
const TRUNCATED: &str = "末三位是 000 且校验码不符, 很可能被表格软件当作数值而丢失了末尾数字; 请把该列设为“文本”格式, 再照身份证重新填写 it ends with 000 and the check digit is wrong: the spreadsheet seems to have lost its last digits; format the column as text and enter it again";
const CHECK: &str = "校验码不符 (GB 11643), 有数字写错; 请照身份证核对 the check digit is wrong, so some digit is: compare with the card";
const BIRTH: &str = "第 7–14 位不是真实的出生日期; 请照身份证核对 digits 7 to 14 are no real day of birth: compare with the card";

/// Reads a number.
pub(super) fn read(cell: &Cell) -> Result<IdNumber, String> {
    let text = match cell {
        Cell::Number(value) | Cell::Serial(value) => {
            if number::is_damaged(*value) {
                return Err(number::DAMAGED.to_owned());
            }
            number::plain(*value)
        }
        other => compact(&other.text()),
    };
    if number::is_scientific(&text) {
        return Err(number::DAMAGED.to_owned());
    }
    IdNumber::parse(&text).map_err(|_| why(&text))
}

/// Without spaces, hyphens and a leading apostrophe; letters that look like X as X.
fn compact(text: &str) -> String {
    narrow(text)
        .trim_start_matches(['\'', '‘', '’', '`'])
        .chars()
        .filter(|sign| !sign.is_whitespace() && *sign != '-')
        .map(|sign| match sign {
            'x' | '×' | 'Х' | 'х' | '✕' => 'X',
            other => other.to_ascii_uppercase(),
        })
        .collect()
}

fn why(text: &str) -> String {
    let count = text.chars().count();
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    if count == 15 && digits == 15 {
        return OLD.to_owned();
    }
    if count != 18 {
        return format!("应为 18 位, 现有 {count} 位 must have 18 characters, found {count}");
    }
    if digits < 17 {
        return "只应有数字, 末位可为 X only digits, and X as the last".to_owned();
    }
    let born = format!("{}-{}-{}", &text[6..10], &text[10..12], &text[12..14]);
    if born.parse::<hongyan_proto::time::Day>().is_err() {
        return BIRTH.to_owned();
    }
    if text.ends_with("000") {
        TRUNCATED
    } else {
        CHECK
    }
    .to_owned()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    // The worked example of GB 11643 itself.
    const EXAMPLE: &str = "11010519491231002X";

    fn text(text: &str) -> Result<String, String> {
        read(&Cell::Text(text.to_owned())).map(|number| number.as_str().to_owned())
    }

    #[test]
    fn the_same_number_however_it_is_typed() {
        for written in [
            EXAMPLE,
            "11010519491231002x",
            "１１０１０５１９４９１２３１００２Ｘ",
            " 110105 19491231 002X ",
            "'11010519491231002X",
            "110105-19491231-002X",
            "11010519491231002×",
            "11010519491231002Х",
            "\u{200b}11010519491231002X\u{feff}",
        ] {
            assert_eq!(text(written).unwrap(), EXAMPLE, "{written}");
        }
    }

    #[test]
    fn damage_is_named() {
        let number = |value: f64| read(&Cell::Number(value)).unwrap_err();
        assert_eq!(number(1.101_051_949_123_1e17), number::DAMAGED);
        for written in ["1.10105E+17", "3.20102E+17", "3.20102e17", "３.20102Ｅ＋17"] {
            assert_eq!(text(written).unwrap_err(), number::DAMAGED, "{written}");
        }
        assert_eq!(text("110105194912310000").unwrap_err(), TRUNCATED);
        assert_eq!(text("110105194912310021").unwrap_err(), CHECK);
        assert_eq!(text("110105491231002").unwrap_err(), OLD);
        assert_eq!(number(110_105_491_231_002.0), OLD);
        assert_eq!(text("11010519491331002X").unwrap_err(), BIRTH);
        assert!(text("1101051949123100").unwrap_err().contains("16"));
        assert!(text("无").is_err());
    }

    #[test]
    fn no_refusal_repeats_the_number() {
        for written in [
            "110105194912310021",
            "110105194912310000",
            "1101051949123",
            "11010519491331002X",
        ] {
            assert!(!text(written).unwrap_err().contains("110105"), "{written}");
        }
    }

    proptest! {
        #[test]
        fn a_good_number_survives_typing_and_a_wrong_digit_never(stem in "[1-6][0-9]{5}(19[3-9][0-9]|200[0-5])(0[1-9]|1[0-2])(0[1-9]|1[0-9]|2[0-8])[0-9]{3}", place in 0..17_usize, wrong in 0..10_u8) {
            let weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
            let sum: u32 = stem.bytes().zip(weights).map(|(digit, weight)| u32::from(digit - b'0') * weight).sum();
            let number = format!("{stem}{}", ["1", "0", "X", "9", "8", "7", "6", "5", "4", "3", "2"][(sum % 11) as usize]);
            prop_assert_eq!(text(&number), Ok(number.clone()));
            prop_assert_eq!(text(&format!(" {} {}", &number[..6], number[6..].to_lowercase())), Ok(number.clone()));
            let digit = char::from(b'0' + wrong).to_string();
            if number[place..=place] != digit {
                let mut altered = number.clone();
                altered.replace_range(place..=place, &digit);
                prop_assert!(text(&altered).is_err());
            }
            // What a spreadsheet makes of it.
            let value: f64 = stem.parse::<f64>().unwrap() * 10.0;
            let damaged = read(&Cell::Number(value)).unwrap_err();
            prop_assert_eq!(damaged, number::DAMAGED);
            let shown = format!("{value:E}").replace('E', "E+");
            prop_assert!(number::is_scientific(&shown));
        }

        #[test]
        fn whatever_is_written_nothing_panics(written in ".{0,24}", value in any::<f64>()) {
            let _ = text(&written);
            let _ = read(&Cell::Number(value));
        }
    }
}
