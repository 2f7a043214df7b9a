//! What a source text reaches for from the root of its crate: every path that begins with `crate`, or with enough `super`s, however it is
//! nested, broken into lines or interrupted by comments.

use std::{collections::BTreeSet, iter::Peekable, vec::IntoIter};

use crate::tokens::tokens;

/// The names right below the root of the crate that a file of this module depth names. `*` and `self` mean the whole root.
///
/// The depth counts the modules above the file's own items: 1 for `office/mod.rs`, 2 for `office/error.rs`.
pub(crate) fn reached(text: &str, depth: usize) -> BTreeSet<String> {
    let mut tokens = tokens(text).into_iter().peekable();
    let mut found = BTreeSet::new();
    // What each open brace belongs to: a module written inline is one level deeper.
    let mut braces: Vec<bool> = Vec::new();
    let mut inline = false;
    while let Some(token) = tokens.next() {
        match token.as_str() {
            "mod" => inline = true,
            ";" => inline = false,
            "{" => braces.push(std::mem::take(&mut inline)),
            "}" => drop(braces.pop()),
            "crate" if taken(&mut tokens, "::") => tree(&mut tokens, &mut found),
            "super" if taken(&mut tokens, "::") => {
                let deep = depth + braces.iter().filter(|inline| **inline).count();
                climb(&mut tokens, deep - 1, &mut found);
            }
            _ => {}
        }
    }
    found
}

type Tokens = Peekable<IntoIter<String>>;

fn taken(tokens: &mut Tokens, wanted: &str) -> bool {
    tokens.next_if(|token| token == wanted).is_some()
}

/// Behind a `super::`, with so many modules still above.
fn climb(tokens: &mut Tokens, above: usize, found: &mut BTreeSet<String>) {
    if above == 0 {
        return tree(tokens, found);
    }
    if taken(tokens, "super") && taken(tokens, "::") {
        climb(tokens, above - 1, found);
    } else if taken(tokens, "{") {
        branches(tokens, |tokens| climb(tokens, above, found));
    }
}

/// One path below the root, or a group of them.
fn tree(tokens: &mut Tokens, found: &mut BTreeSet<String>) {
    if taken(tokens, "{") {
        branches(tokens, |tokens| tree(tokens, found));
    } else if let Some(name) = tokens.next() {
        found.insert(name);
    }
}

/// Every branch of an opened group, up to its end.
fn branches(tokens: &mut Tokens, mut branch: impl FnMut(&mut Tokens)) {
    while tokens.peek().is_some_and(|token| token != "}") {
        branch(tokens);
        // What lies deeper in the branch is not at the root any more.
        let mut open = 0_usize;
        while let Some(token) = tokens.next_if(|token| open > 0 || (token != "," && token != "}")) {
            open = match token.as_str() {
                "{" => open + 1,
                "}" => open - 1,
                _ => open,
            };
        }
        taken(tokens, ",");
    }
    taken(tokens, "}");
}

#[test]
fn every_way_to_name_a_room_is_seen() {
    let text = r##"
        //! In words: crate::words is no import.
        use std::{fmt, crates::none};
        use crate::{
            book::{self, Intake, deep::{link as other, office}}, // crate::remark
            domain /* in between */ ::
                calendar::{Avoid, Shift},
            store::LogNo as No, form as paper,
        };
        use super::super::office::{Office, find};
        use super::{beside::Beside, super::{sync, cli::Failure}};
        fn quoted<'a>(text: &'a str) -> char {
            let _ = ("crate::said \" crate::still", r#"crate::raw " crate::on"#, '"', '\'');
            crate::wiring::wiring();
            pub(crate) const HERE: () = ();
            '"'
        }
        #[cfg(test)]
        mod tests {
            use super::{one, super::super::serve};
            use super::super::within;
        }
    "##;
    let names = [
        "book", "cli", "domain", "form", "office", "serve", "store", "sync", "wiring",
    ];
    let found = reached(text, 2);
    assert_eq!(
        found.iter().collect::<Vec<_>>(),
        names,
        "of the second level"
    );
    assert!(reached("use crate::*; use crate::{self as all};", 1).contains("*"));
    assert!(reached("use crate::{self as all};", 1).contains("self"));
    assert!(reached("use super::link;", 1).contains("link"));
    assert!(reached("use super::link;", 2).is_empty());
}
