//! Words in both languages out of texts that hold Chinese first and English beside it.

use crate::halves::seam;

/// Splits "中文 English" at its seam; what has no Chinese is English alone.
pub(super) fn split(text: &str) -> (String, String) {
    let (zh, en) = text.split_at(seam(text).unwrap_or_default());
    (
        zh.trim().to_owned(),
        en.trim_start_matches([';', ':', ',', '.', ')'])
            .trim()
            .to_owned(),
    )
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
        assert_eq!(
            split("只能是农民工, 其他 must be one of 农民工, 其他"),
            (
                "只能是农民工, 其他".into(),
                "must be one of 农民工, 其他".into()
            )
        );
        assert_eq!(split("plain"), (String::new(), "plain".into()));
        assert_eq!(split("只有中文"), ("只有中文".into(), String::new()));
    }
}
