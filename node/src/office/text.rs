//! Words in both languages out of texts that hold Chinese first and English beside it.

/// Splits "中文 English" behind the last Chinese character; what has none is English alone.
pub(super) fn split(text: &str) -> (String, String) {
    let end = text
        .char_indices()
        .rfind(|(_, character)| is_chinese(*character))
        .map_or(0, |(at, character)| at + character.len_utf8());
    let (zh, en) = text.split_at(end);
    (
        zh.trim().to_owned(),
        en.trim_start_matches([';', ':', ',', '.', ')'])
            .trim()
            .to_owned(),
    )
}

const fn is_chinese(character: char) -> bool {
    matches!(character, '\u{4e00}'..='\u{9fff}' | '\u{3000}'..='\u{303f}' | '\u{ff00}'..='\u{ffef}')
}

#[cfg(test)]
mod tests {
    use super::split;

    #[test]
    fn chinese_first_english_beside_it() {
        assert_eq!(
            split("结对已撤销 the partner was revoked"),
            ("结对已撤销".into(), "the partner was revoked".into())
        );
        assert_eq!(split("plain"), (String::new(), "plain".into()));
        assert_eq!(split("只有中文"), ("只有中文".into(), String::new()));
    }
}
