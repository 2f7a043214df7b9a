//! The walls between rooms, kept by reading the sources: imports run one way, one room says sled, files stay short.

use std::{
    fs,
    path::{Path, PathBuf},
};

use crate::imports;

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

/// Modules beside the rooms that every room may use: they know no room.
const SHARED: [&str; 1] = ["halves"];

/// The names that a source text of a room may not reach for.
fn forbidden(room: &str, inside: &Path, text: &str) -> Vec<String> {
    let (_, allowed) = ROOMS
        .iter()
        .find(|(name, _)| *name == room)
        .expect("a room of the list");
    let named_after_folder = inside.file_name().is_some_and(|name| name == "mod.rs");
    // The room itself is the first module above.
    let depth = 1 + inside.components().count() - usize::from(named_after_folder);
    imports::reached(text, depth)
        .into_iter()
        .filter(|other| {
            let other = other.as_str();
            other != room && !allowed.contains(&other) && !SHARED.contains(&other)
        })
        .collect()
}

/// Only the files of a `tests` folder may set rooms side by side that do not know each other; tests inside a file or beside it may not.
#[test]
fn imports_run_one_way() {
    let mut problems = Vec::new();
    let mut seen = 0;
    for (room, _) in ROOMS {
        let folder = workspace().join("node/src").join(room);
        for (path, text) in sources(&folder) {
            let inside = path.strip_prefix(&folder).unwrap();
            if inside.components().any(|part| part.as_os_str() == "tests") {
                continue;
            }
            seen += 1;
            for other in forbidden(room, inside, &text) {
                problems.push(format!("{} imports {other}", path.display()));
            }
        }
    }
    assert_eq!(problems, Vec::<String>::new());
    assert!(seen > 300, "{seen} files read");
    for module in SHARED {
        let path = workspace().join(format!("node/src/{module}.rs"));
        let text = fs::read_to_string(path).unwrap();
        assert!(imports::reached(&text, 1).is_empty(), "{module}");
    }
}

#[test]
fn a_forbidden_import_is_found_however_it_is_nested() {
    let text = "use crate::{\n    domain::{\n        case::Side,\n    },\n    link::{self, Link},\n    store::LogNo,\n};\n";
    let found = |room, file| forbidden(room, Path::new(file), text);
    assert_eq!(found("office", "desk.rs"), ["link"]);
    assert_eq!(found("book", "mod.rs"), ["link"]);
    assert_eq!(found("domain", "case/mod.rs"), ["link", "store"]);
    assert_eq!(found("link", "mod.rs"), Vec::<String>::new());
    let above = "use super::{Office, super::{book, cli::words}};\n";
    let found = |file| forbidden("office", Path::new(file), above);
    assert_eq!(found("desk.rs"), ["cli"]);
    assert_eq!(found("rpc/desk.rs"), Vec::<String>::new());
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
