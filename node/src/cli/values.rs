//! Values on the command line, parsed at once so that a wrong one never reaches the office.

use hongyan_proto::time::Timestamp;

/// 32 hex digits.
pub(super) fn request_id(text: &str) -> Result<[u8; 16], String> {
    hex::decode(text)
        .ok()
        .and_then(|bytes| bytes.try_into().ok())
        .ok_or_else(|| "应为 32 位十六进制数字 must be 32 hex digits".to_owned())
}

/// An amount in yuan with at most two decimals, as fen. Never through floating point: money is exact.
pub(super) fn yuan(text: &str) -> Result<i64, String> {
    let wrong = || "应为金额, 如 12.50  must be an amount such as 12.50".to_owned();
    let (whole, part) = text.split_once('.').unwrap_or((text, "0"));
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(whole) || !digits(part) || part.len() > 2 {
        return Err(wrong());
    }
    let fen: i64 = format!("{part:0<2}").parse().map_err(|_| wrong())?;
    let yuan: i64 = whole.parse().map_err(|_| wrong())?;
    yuan.checked_mul(100)
        .and_then(|whole| whole.checked_add(fen))
        .ok_or_else(wrong)
}

/// Fen as yuan with two decimals.
pub(super) fn show_fen(fen: i64) -> String {
    let sign = if fen < 0 { "-" } else { "" };
    let fen = fen.unsigned_abs();
    format!("{sign}{}.{:02}", fen / 100, fen % 100)
}

/// An instant for people, by the clock in China: nothing for "never".
pub(super) fn show_time(millis: i64) -> String {
    if millis == 0 {
        String::new()
    } else {
        Timestamp::from_millis(millis).in_china()
    }
}

/// A duration for people.
pub(super) fn show_micros(micros: u64) -> String {
    match micros {
        0 => String::new(),
        1..1_000 => format!("{micros} µs"),
        1_000..10_000_000 => format!("{} ms", micros / 1_000),
        _ => format!("{} s", micros / 1_000_000),
    }
}
