//! Where a text that holds Chinese first and English beside it is cut in two. What people read says both, here and behind the API.

/// Stands between the two halves where the Chinese one ends in Latin letters or digits, a limit or a command, so that nobody else could
/// tell where it ends.
const MARK: &str = "  ";

/// The Chinese half and the English one, without the signs between them; what has no Chinese is English alone. A text may go on, behind a
/// colon or a semicolon, with another one of two halves; a part of it in one language only, a field or a name, belongs to both.
pub(crate) fn split(text: &str) -> (String, String) {
    let Some(end) = continuation(text) else {
        let (zh, en) = halve(text);
        return (zh.to_owned(), en.to_owned());
    };
    let (first, sign) = (&text[..end], &text[end..end + SIGN_BYTES]);
    let first = both(halve(first));
    let (zh, en) = split(&text[end + SIGN_BYTES..]);
    let rest = both((&zh, &en));
    let joined = |first: &str, rest: &str| [first, sign, rest].concat();
    (joined(first.0, rest.0), joined(first.1, rest.1))
}

/// Bytes of the sign before a text that goes on, with the space behind it.
const SIGN_BYTES: usize = 2;

/// Where another text of two halves follows: behind a field's name, or behind an English sentence, with which the one before it ends.
fn continuation(text: &str) -> Option<usize> {
    let signs = text.match_indices([':', ';']).map(|(at, _)| at);
    signs
        .filter(|at| text[at + 1..].starts_with(' '))
        .find(|at| {
            let (before, after) = (&text[..*at], &text[at + SIGN_BYTES..]);
            let (zh, en) = halve(before);
            let ends = is_field(before) || (!zh.is_empty() && is_sentence(en));
            let begins = |text: &str| text.starts_with(|sign| is_chinese(sign) || sign == '“');
            let problem = after.split_once(": ").filter(|(field, _)| is_field(field));
            ends && begins(problem.map_or(after, |(_, problem)| problem))
        })
}

/// What is said in one language only stands in both.
fn both<'a>((zh, en): (&'a str, &'a str)) -> (&'a str, &'a str) {
    match (zh, en) {
        ("", en) => (en, en),
        (zh, "") => (zh, zh),
        halves => halves,
    }
}

/// A field's path, as errors name it.
fn is_field(text: &str) -> bool {
    let in_path =
        |sign: char| sign.is_ascii_lowercase() || sign.is_ascii_digit() || "_.".contains(sign);
    !text.is_empty() && text.chars().all(in_path)
}

/// Two plain words in a row, which no command's name and no unit has.
fn is_sentence(text: &str) -> bool {
    let is_word = |word: &str| word.chars().all(|sign| sign.is_ascii_lowercase());
    let words: Vec<&str> = text.split(' ').collect();
    words
        .windows(2)
        .any(|pair| pair.iter().all(|word| !word.is_empty() && is_word(word)))
}

/// The two halves of a text that does not go on.
fn halve(text: &str) -> (&str, &str) {
    let marked = text.split_once(MARK);
    if let Some((zh, en)) = marked.filter(|(zh, _)| zh.contains(is_chinese)) {
        return (zh.trim(), en.trim());
    }
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

    fn check(text: &str, zh: &str, en: &str) {
        assert_eq!(split(text), (zh.to_owned(), en.to_owned()));
    }

    #[test]
    fn chinese_first_english_beside_it() {
        check(
            "结对已撤销 the partner was revoked",
            "结对已撤销",
            "the partner was revoked",
        );
        check(
            "只能是农民工, 其他 must be one of 农民工, 其他",
            "只能是农民工, 其他",
            "must be one of 农民工, 其他",
        );
        check("plain", "", "plain");
        check("只有中文", "只有中文", "");
        check("以上 2%", "以上 2%", "");
    }

    #[test]
    fn a_mark_tells_where_latin_letters_of_the_chinese_half_end() {
        check(
            "超过上限 64 MiB  the attachment has 65 MiB",
            "超过上限 64 MiB",
            "the attachment has 65 MiB",
        );
        check(
            "网关邀请用 gateway enroll  use the other one",
            "网关邀请用 gateway enroll",
            "use the other one",
        );
    }

    #[test]
    fn a_text_that_goes_on_has_its_halves_joined() {
        check(
            "名册无法读取 the roster cannot be read: 表格损坏 the sheet is damaged",
            "名册无法读取: 表格损坏",
            "the roster cannot be read: the sheet is damaged",
        );
        check(
            "不能写“接收” the inflow may not write accept; 现在可写: 退回 may write: decline",
            "不能写“接收”; 现在可写: 退回",
            "the inflow may not write accept; may write: decline",
        );
        check(
            "day: 日期太晚 the day is too late; member.name: 未填 is missing",
            "day: 日期太晚; member.name: 未填",
            "day: the day is too late; member.name: is missing",
        );
        check(
            "可指多个党员 several are called so, be more precise: 张三, 张三丰",
            "可指多个党员: 张三, 张三丰",
            "several are called so, be more precise: 张三, 张三丰",
        );
    }
}
