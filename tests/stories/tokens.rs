//! A source text cut into words and signs, as far as reading its imports needs it.

/// Words, `::` and single signs of a text, without comments, strings and characters.
pub(crate) fn tokens(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let len = match first {
            '/' if rest.starts_with("//") => rest.find('\n').unwrap_or(rest.len()),
            '/' if rest.starts_with("/*") => rest.find("*/").map_or(rest.len(), |end| end + 2),
            '"' => quoted(rest, '"'),
            '\'' => character(rest),
            'r' if raw(rest).is_some() => raw(rest).unwrap_or(1),
            _ if word(first) => rest.find(|sign| !word(sign)).unwrap_or(rest.len()),
            ':' if rest.starts_with("::") => 2,
            _ => first.len_utf8(),
        };
        let (token, behind) = rest.split_at(len);
        if !(first.is_whitespace() || token.len() > 1 && !word(first) && token != "::")
            && raw(rest).is_none()
        {
            found.push(token.to_owned());
        }
        rest = behind;
    }
    found
}

fn word(sign: char) -> bool {
    sign.is_alphanumeric() || sign == '_'
}

/// Up to and with the sign that closes what the text begins with.
fn quoted(text: &str, close: char) -> usize {
    let mut escaped = false;
    for (at, sign) in text.char_indices().skip(1) {
        match sign {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            _ if sign == close => return at + sign.len_utf8(),
            _ => {}
        }
    }
    text.len()
}

/// A character, or only the sign before the name of a lifetime.
fn character(text: &str) -> usize {
    let mut signs = text.chars().skip(1);
    match (signs.next(), signs.next()) {
        (Some('\\'), _) | (_, Some('\'')) => quoted(text, '\''),
        _ => 1,
    }
}

/// A string in which nothing is escaped.
fn raw(text: &str) -> Option<usize> {
    let behind = text.strip_prefix('r')?;
    let inside = behind.trim_start_matches('#');
    let close = format!("\"{}", "#".repeat(behind.len() - inside.len()));
    let begin = text.len() - inside.len() + 1;
    let end = inside.strip_prefix('"')?.find(&close)?;
    Some(begin + end + close.len())
}
