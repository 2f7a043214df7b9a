//! Fuzzes the decoder that the environment variable DECODER names.
#![no_main]

use std::sync::LazyLock;

use hongyan_tests::decoders::decode;
use libfuzzer_sys::fuzz_target;

static DECODER: LazyLock<String> =
    LazyLock::new(|| std::env::var("DECODER").expect("DECODER names a decoder"));

fuzz_target!(|bytes: &[u8]| {
    decode(&DECODER, bytes);
});
