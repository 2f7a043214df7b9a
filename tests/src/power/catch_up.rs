//! A long catch-up cut in half. It comes in commits of megabytes, many times what an officer writes at once: after a cut at any point the
//! store must open, verify, and go on to the end.

use std::{
    fs,
    ops::Range,
    path::{Path, PathBuf},
};

use rand::{Rng, SeedableRng as _, rngs::StdRng};
use tokio::time::Instant;

use super::{CODE, Disk, HOST, PATIENCE, PAUSE, REGION, copy};
use crate::{
    bench,
    town::{Id, Node, Town, TownError},
};

/// Facts that the partner has to tell, with payloads of so many bytes.
const FACTS: u64 = 40_000;
const PAYLOAD: usize = 300;

/// The cut comes when the store has grown by so many bytes: early and late in the catch-up, on a slow machine as on a fast one. In the end
/// it has grown by some twenty million.
const GROWN: Range<u64> = 2 * 1024 * 1024..12 * 1024 * 1024;

/// Begins the same catch-up on copies of a disk, cuts the power of each in the middle, and opens what the cut left. Says what was found.
///
/// # Errors
/// As soon as a store cannot be opened, a log does not verify, or the catch-up does not end.
pub(super) async fn cuts(
    program: &Path,
    (disk, town, host): (&Disk, &mut Town, Id),
    case: &str,
    (rounds, seed): (usize, u64),
) -> Result<String, TownError> {
    town.desk(host).contact(case, "2026-02-01").await?;
    town.at(host).stop().await?;
    let folder = town.folder_of(host).to_owned();
    let filled =
        tokio::task::spawn_blocking(move || bench::fill_folder(&folder, FACTS, PAYLOAD)).await;
    filled
        .map_err(|error| TownError::Process(error.to_string()))?
        .map_err(|error| TownError::Process(error.to_string()))?;
    town.at(host).start_passive().await?;
    let mut rng = StdRng::seed_from_u64(seed.wrapping_add(2));
    let mut caught = 0;
    for round in 0..rounds {
        let image = disk.image.with_file_name(format!("catch-up-{round}.img"));
        copy(&disk.image, &image).await?;
        let live = Disk::mount(&image).await?;
        let grown = rng.gen_range(GROWN);
        let cut = catch_up_and_cut(program, &live, grown).await?;
        let place = format!("catch-up {round}, cut at {grown} bytes");
        let left = Disk::mount(&cut).await?;
        caught += usize::from(goes_on(program, &left, &place).await?);
        fs::remove_file(&image)?;
        fs::remove_file(&cut)?;
    }
    let report = format!(
        "{rounds} catch-ups of {FACTS} facts cut, {caught} in the middle, and all went on to the end"
    );
    if caught * 2 < rounds {
        return Err(TownError::Unsettled(format!(
            "the cuts come at the wrong time: {report}"
        )));
    }
    Ok(report)
}

/// Begins the catch-up and cuts the power when the store has grown by so many bytes.
async fn catch_up_and_cut(program: &Path, disk: &Disk, grown: u64) -> Result<PathBuf, TownError> {
    let mut node = Node::over(program, &disk.node(), CODE, REGION).await?;
    node.start_passive().await?;
    let database = disk.node().join("database").join("db");
    let size = || fs::metadata(&database).map_or(0, |db| db.len());
    let before = size();
    let office = node.desk();
    let syncing = tokio::spawn(async move { office.sync(HOST).await });
    let since = Instant::now();
    while size() < before + grown {
        if syncing.is_finished() || since.elapsed() > PATIENCE {
            return Err(TownError::Unsettled(
                "the catch-up was over before it could be cut".to_owned(),
            ));
        }
        tokio::time::sleep(PAUSE).await;
    }
    if let Some(process) = node.process() {
        process.freeze().await?;
    }
    let image = disk.image.with_extension("cut.img");
    copy(&disk.image, &image).await?;
    node.kill().await?;
    let _ = syncing.await;
    Ok(image)
}

/// Opens what was left; then the catch-up ends. True when some of it was there and some was not.
async fn goes_on(program: &Path, disk: &Disk, place: &str) -> Result<bool, TownError> {
    let wrong = |what: String| TownError::Unsettled(format!("{place}: {what}"));
    let mut node = Node::over(program, &disk.node(), CODE, REGION).await?;
    node.start_passive()
        .await
        .map_err(|error| wrong(error.to_string()))?;
    let office = node.desk();
    let problems = office.verify_logs().await?;
    if !problems.is_empty() {
        return Err(wrong(format!("{problems:?}")));
    }
    let outcome = office.sync(HOST).await?;
    if !outcome.complete {
        return Err(wrong(format!("{outcome:?}")));
    }
    let problems = office.verify_logs().await?;
    if !problems.is_empty() {
        return Err(wrong(format!("at the end: {problems:?}")));
    }
    node.stop().await?;
    Ok((1..FACTS).contains(&outcome.received))
}
