//! Numbers in spreadsheets: how they are written out, and what Excel does to long ones.

/// From here on a spreadsheet has lost digits: it keeps fifteen.
const EXACT: f64 = 1e15;

/// What is said of a number whose digits are gone.
pub(super) const DAMAGED: &str = "号码被表格软件当作数值, 第 15 位以后的数字已经丢失; 请把该列设为“文本”格式, 再照原件重新填写 the spreadsheet took it for a number and lost the digits after the fifteenth: format the column as text and enter it again";

/// A number without exponent; whole ones without decimals.
pub(super) fn plain(number: f64) -> String {
    if number.fract() == 0.0 && number.abs() < EXACT {
        format!("{number:.0}")
    } else {
        number.to_string()
    }
}

/// Was this number too long to be kept?
pub(super) fn is_damaged(number: f64) -> bool {
    number.abs() >= EXACT
}

/// 3.20102E+17: what a spreadsheet shows for a long number, and writes into a CSV.
pub(super) fn is_scientific(text: &str) -> bool {
    let Some((digits, exponent)) = text.split_once(['E', 'e']) else {
        return false;
    };
    let exponent = exponent.strip_prefix('+').unwrap_or(exponent);
    !exponent.is_empty()
        && exponent.len() <= 3
        && exponent.bytes().all(|byte| byte.is_ascii_digit())
        && !digits.is_empty()
        && digits
            .bytes()
            .all(|byte| byte.is_ascii_digit() || byte == b'.')
        && digits.contains('.')
}
