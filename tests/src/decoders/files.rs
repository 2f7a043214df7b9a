//! Files that an officer gives to a command.

use std::path::Path;

use hongyan_node::{
    book,
    cli::{activity_people, plan_items},
    domain::{agreement::text::parts, calendar::Calendar, policy::Policy},
    office::{holiday_notice, policy_file, roster_rows},
};
use hongyan_proto::letter::Terms;

fn roster(content: &[u8], filename: &str) -> bool {
    let Ok(today) = "2026-11-22".parse() else {
        return false;
    };
    roster_rows(content, filename, today).is_ok_and(|rows| rows > 0)
}

pub(super) fn roster_csv(bytes: &[u8]) -> bool {
    roster(bytes, "名册.csv")
}

pub(super) fn roster_xlsx(bytes: &[u8]) -> bool {
    let mut content = b"PK".to_vec();
    content.extend_from_slice(bytes.strip_prefix(b"PK").unwrap_or(bytes));
    roster(&content, "名册.xlsx")
}

/// An agreement's exact terms, as `agreement draft` wrote them or somebody else's program did.
pub(super) fn terms(bytes: &[u8]) -> bool {
    match Terms::parse(bytes) {
        Ok(terms) => {
            assert_eq!(terms.encode(), bytes, "one agreement has one hash");
            let said = parts(&terms);
            assert!(said.iter().all(|part| !part.is_empty()));
            true
        }
        Err(_) => false,
    }
}

/// A committee's own policy.
pub(super) fn policy(bytes: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return false;
    };
    match policy_file("本委.toml", text) {
        Ok((policy, texts)) => {
            let again = book::policy_of(&texts);
            assert_eq!(again, Some(Ok(policy)), "what is adopted can be read again");
            assert!(
                Policy::of_file("本委.toml", text).is_ok(),
                "what is adopted passes the check"
            );
            true
        }
        Err(_) => false,
    }
}

/// A yearly notice of holidays.
pub(super) fn calendar(bytes: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return false;
    };
    match holiday_notice(text) {
        Ok((years, kept)) => {
            let again = Calendar::parse(kept.as_str());
            let again = again.map(|calendar| calendar.years().collect::<Vec<_>>());
            assert_eq!(again, Ok(years), "what is entered can be read again");
            true
        }
        Err(_) => false,
    }
}

fn by_hand(bytes: &[u8], read: impl Fn(&Path, &str) -> bool) -> bool {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return false;
    };
    let name = if text.starts_with('{') {
        "文件.json"
    } else {
        "文件.toml"
    };
    read(Path::new(name), text)
}

/// A year's plan of activities, TOML or JSON.
pub(super) fn plan(bytes: &[u8]) -> bool {
    by_hand(bytes, |path, text| plan_items(path, text).is_ok())
}

/// The record of an activity, TOML or JSON.
pub(super) fn activity(bytes: &[u8]) -> bool {
    by_hand(bytes, |path, text| activity_people(path, text).is_ok())
}
