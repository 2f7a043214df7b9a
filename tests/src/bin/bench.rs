//! Prints the table of figures. `cargo run --release --package hongyan-tests --bin hongyan-bench`
#![allow(clippy::print_stdout)]

use hongyan_tests::bench::{BenchError, postgres};

fn main() -> Result<(), BenchError> {
    let folder = tempfile::tempdir()?;
    for (rows, per) in [(200_000, 1000), (50_000, 1)] {
        println!(
            "postgres {rows} rows, {per} a transaction: {:.0} rows/s",
            postgres::catch_up(folder.path(), rows, per, 300)?
        );
    }
    Ok(())
}
