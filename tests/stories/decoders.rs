//! Every decoder of bytes from outside on every input that the fuzzer kept: anything may be refused, nothing breaks.

use std::{fs, path::Path};

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
        // Each alteration of a spreadsheet unzips it anew.
        let rounds = if *decoder == "roster_xlsx" {
            8
        } else {
            ALTERED
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
