//! Where a text that holds Chinese first and English beside it is cut in two. What people read says both, here and behind the API.

/// The Chinese half and the English one, without the signs between them; what has no Chinese is English alone.
pub(crate) fn split(text: &str) -> (&str, &str) {
    let Some(at) = seam(text) else {
        let text = text.trim();
        return if text.contains(is_chinese) {
            (text, "")
        } else {
            ("", text)
        };
    };
    let (zh, en) = text.split_at(at);
    let between = [' ', ';', ':', ',', '.', ')'];
    (zh.trim(), en.trim_start_matches(between).trim_end())
}

/// Where the English half begins. Names of people and units are Chinese in both halves, so it is not simply behind the last sign: it is behind the first
/// Chinese words after which only such follow as were there before.
fn seam(line: &str) -> Option<usize> {
    let ends = line.char_indices().filter_map(|(at, character)| {
        let end = at + character.len_utf8();
        let goes_on = line[end..].chars().next().is_some_and(is_chinese);
        (is_chinese(character) && !goes_on).then_some(end)
    });
    ends.map(|end| end + closing(&line[end..])).find(|at| {
        let (zh, en) = line.split_at(*at);
        let mut words = en.split(|character| !is_chinese(character));
        let english = en.split(is_chinese).next().unwrap_or_default();
        // One sign alone is a measure word of the same sentence rather than a name.
        let is_name = |word: &str| word.chars().count() > 1 && zh.contains(word);
        english.contains(char::is_alphabetic) && words.all(|word| word.is_empty() || is_name(word))
    })
}

/// Bytes of what still belongs to the Chinese half: signs that close what was opened in it, with the words before them.
fn closing(rest: &str) -> usize {
    let bracket = rest.find(')').filter(|at| !rest[..*at].contains('('));
    let signs = |text: &str| text.len() - text.trim_start_matches(['”', '’', ')']).len();
    let begin = bracket.map_or(0, |at| at + 1);
    begin + signs(&rest[begin..])
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
            ("结对已撤销", "the partner was revoked")
        );
        assert_eq!(
            split("只能是农民工, 其他 must be one of 农民工, 其他"),
            ("只能是农民工, 其他", "must be one of 农民工, 其他")
        );
        assert_eq!(split("plain"), ("", "plain"));
        assert_eq!(split("只有中文"), ("只有中文", ""));
        assert_eq!(split("以上 2%"), ("以上 2%", ""));
    }
}
