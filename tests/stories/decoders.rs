//! Every decoder of bytes from outside on every input that the fuzzer kept: anything may be refused, nothing breaks.

use std::{collections::BTreeSet, fs, path::Path};

use hongyan_proto::log::Kind;
use hongyan_tests::decoders::{DECODERS, decode};
use rand::{Rng, SeedableRng, rngs::StdRng};

/// How often each good input is altered.
const ALTERED: usize = 64;

fn corpus(decoder: &str) -> Vec<(String, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("fuzz/corpus")
        .join(decoder);
    let mut inputs: Vec<_> = fs::read_dir(&folder)
        .unwrap_or_else(|error| panic!("{}: {error}", folder.display()))
        .map(|file| {
            let path = file.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            (name, fs::read(path).unwrap())
        })
        .collect();
    inputs.sort();
    inputs
}

#[test]
fn every_stored_input_is_taken_or_refused() {
    for (decoder, _) in DECODERS {
        let mut good = 0;
        for (name, bytes) in corpus(decoder) {
            let taken = decode(decoder, &bytes);
            if name.starts_with("good-") {
                assert!(taken, "{decoder}/{name} is refused");
                good += 1;
            }
        }
        assert!(good > 0, "{decoder} has no good input");
    }
}

#[test]
fn a_good_input_that_was_altered_breaks_nothing() {
    let mut rng = StdRng::seed_from_u64(7);
    for (decoder, _) in DECODERS {
        // Each alteration of a spreadsheet unzips it anew, each of a backup fills a folder.
        let rounds = match *decoder {
            "roster_xlsx" | "backup" | "backup_records" => 8,
            _ => ALTERED,
        };
        for (_, bytes) in corpus(decoder)
            .iter()
            .filter(|(name, _)| name.starts_with("good-"))
        {
            for _ in 0..rounds {
                let mut altered = bytes.clone();
                let at = rng.gen_range(0..altered.len());
                match rng.gen_range(0..3) {
                    0 => altered[at] ^= 1 << rng.gen_range(0..8),
                    1 => altered.truncate(at),
                    _ => altered.insert(at, rng.r#gen()),
                }
                decode(decoder, &altered);
            }
        }
    }
}

#[test]
fn every_kind_of_payload_has_a_good_input() {
    let stored = corpus("payload");
    for kind in Kind::ALL {
        let name = format!("good-{}", kind.name());
        let found = stored.iter().find(|(known, _)| *known == name);
        let (_, bytes) = found.unwrap_or_else(|| panic!("payload/{name} is missing"));
        let chosen = Kind::ALL.get(usize::from(bytes[0]));
        assert_eq!(chosen, Some(kind), "the first byte of payload/{name}");
    }
}

/// The table above the decoders: what stands between backquotes in its left and its right column.
fn table() -> (BTreeSet<&'static str>, BTreeSet<&'static str>) {
    let lines = include_str!("../src/decoders/mod.rs").lines();
    let rows = lines.filter_map(|line| line.strip_prefix("//! | ")?.split_once(" | "));
    let (left, right): (Vec<_>, Vec<_>) = rows.unzip();
    let quoted = |cells: Vec<&'static str>| {
        let cells = cells.into_iter();
        cells
            .flat_map(|cell| cell.split('`').skip(1).step_by(2))
            .collect()
    };
    (quoted(left), quoted(right))
}

#[test]
fn every_decoder_has_its_inputs_and_stands_in_the_table() {
    let (_, named) = table();
    let known: BTreeSet<_> = DECODERS.iter().map(|(name, _)| *name).collect();
    assert_eq!(named, known);
    let folders = fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus")).unwrap();
    let folders: BTreeSet<_> = folders
        .map(|folder| folder.unwrap().file_name().into_string().unwrap())
        .collect();
    assert!(folders.iter().map(String::as_str).eq(known));
}

#[test]
fn every_call_from_the_network_stands_in_the_table() {
    let (calls, _) = table();
    let services = [
        include_str!("../../proto/hongyan/exchange/v1/exchange_service.proto"),
        include_str!("../../proto/hongyan/report/v1/report_service.proto"),
        include_str!("../../proto/hongyan/statistics/v1/statistics_service.proto"),
    ];
    let mut seen = 0;
    for line in services.into_iter().flat_map(str::lines) {
        let rpc = line.trim().strip_prefix("rpc ");
        let Some((call, _)) = rpc.and_then(|rest| rest.split_once('(')) else {
            continue;
        };
        seen += 1;
        let mut last = calls.iter().filter_map(|cell| cell.rsplit('.').next());
        assert!(last.any(|known| known == call), "{call} is missing");
    }
    assert_eq!(seen, 7);
}

#[test]
fn a_policy_that_could_not_be_read_again_is_refused_before_it_is_kept() {
    // What is kept ends with a line end more than its file: one that is as long as may be has no room for it.
    let (_, policy) = &corpus("policy")[0];
    let padded = |bytes: usize| {
        let text = String::from_utf8(policy.clone()).unwrap();
        let remark = "#".repeat(bytes - text.len());
        decode("policy", (text + &remark).as_bytes())
    };
    assert!(padded(32 * 1024 - 1));
    assert!(!padded(32 * 1024));
}
