//! The walls between rooms, kept by reading the sources: imports run one way, one room says sled, files stay short.

use std::{
    fs,
    path::{Path, PathBuf},
};

/// A room of the node and the rooms it may import from.
const ROOMS: [(&str, &[&str]); 9] = [
    ("domain", &[]),
    ("store", &["domain"]),
    ("sync", &["domain"]),
    ("book", &["domain", "store"]),
    ("form", &[]),
    ("office", &["domain", "store", "book", "form"]),
    ("link", &["domain", "store", "book", "sync"]),
    ("cli", &[]),
    ("web", &["office"]),
];

/// Lines of one file; a longer one has more than one noun in it. Tests of one noun may be longer.
const MOST_LINES: usize = 600;
const MOST_TEST_LINES: usize = 1000;

fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .unwrap()
        .to_owned()
}

fn sources(folder: &Path) -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    let Ok(entries) = fs::read_dir(folder) else {
        return found;
    };
    for entry in entries.map(Result::unwrap) {
        let path = entry.path();
        if path.is_dir() {
            found.extend(sources(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push((path.clone(), fs::read_to_string(&path).unwrap()));
        }
    }
    found
}

#[test]
fn imports_run_one_way() {
    let mut problems = Vec::new();
    for (room, allowed) in ROOMS {
        for (path, text) in sources(&workspace().join("node/src").join(room)) {
            for (other, _) in ROOMS
                .iter()
                .filter(|(other, _)| *other != room && !allowed.contains(other))
            {
                if text.contains(&format!("crate::{other}::"))
                    || text.contains(&format!("crate::{{{other}"))
                {
                    problems.push(format!("{} imports {other}", path.display()));
                }
            }
        }
    }
    assert_eq!(problems, Vec::<String>::new());
}

#[test]
fn only_the_store_says_sled() {
    let workspace = workspace();
    for (room, store) in [
        ("node/src", "node/src/store"),
        ("gateway/src", "gateway/src/store"),
    ] {
        for (path, text) in sources(&workspace.join(room)) {
            let inside = path.starts_with(workspace.join(store));
            assert!(
                inside || !text.contains("sled::"),
                "{} says sled",
                path.display()
            );
        }
    }
}

#[test]
fn generated_types_stay_in_the_shells() {
    let workspace = workspace();
    let shells = ["link", "cli", "office/rpc"].map(|shell| workspace.join("node/src").join(shell));
    for (path, text) in sources(&workspace.join("node/src")) {
        let shell = shells.iter().any(|shell| path.starts_with(shell))
            || path.parent() == Some(&workspace.join("node/src"));
        assert!(
            shell || !text.contains("pb::"),
            "{} names a generated type",
            path.display()
        );
    }
}

#[test]
fn node_and_gateway_do_not_know_each_other() {
    let workspace = workspace();
    for (room, other) in [
        ("node", "hongyan_gateway"),
        ("gateway", "hongyan_node"),
        ("proto", "hongyan_node"),
        ("proto", "hongyan_gateway"),
    ] {
        for (path, text) in sources(&workspace.join(room).join("src")) {
            assert!(!text.contains(other), "{} knows {other}", path.display());
        }
    }
}

#[test]
fn files_stay_short_and_say_what_they_are() {
    let workspace = workspace();
    let mut lengths = Vec::new();
    for room in ["proto", "node", "gateway", "tests"] {
        for (path, text) in sources(&workspace.join(room)) {
            assert!(
                text.starts_with("//!"),
                "{} does not open by saying what it is",
                path.display()
            );
            let in_tests = path.components().any(|part| part.as_os_str() == "tests");
            let testing = in_tests
                || path
                    .file_name()
                    .is_some_and(|name| name.to_string_lossy().ends_with("tests.rs"));
            assert!(
                text.lines().count() <= if testing { MOST_TEST_LINES } else { MOST_LINES },
                "{} has {} lines",
                path.display(),
                text.lines().count()
            );
            lengths.push(text.lines().count());
        }
    }
    lengths.sort_unstable();
    let median = lengths[lengths.len() / 2];
    assert!(median <= 150, "the median file has {median} lines");
}
