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
        return "只应有数字, 末位可为 X  only digits, and X as the last".to_owned();
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
mod tests;
