//! A roster import cut in half. Its commit is larger than what goes to the engine at once: after a cut or a kill at any point all of it
//! must be there, or nothing.

use std::{
    fs,
    path::{Path, PathBuf},
    time::Duration,
};

use rand::{Rng, SeedableRng as _, rngs::StdRng};
use tokio::{task::JoinHandle, time::Instant};

use super::{CODE, Disk, PATIENCE, PAUSE, REGION, copy, roster};
use crate::{
    roster::Person,
    town::{Node, TownError},
};

/// Rows of the roster.
const ROWS: usize = 20_000;

/// How long after the commit has begun to be written the cut comes, at most. Applying it took 600 ms on two busy cores.
const LONGEST: Duration = Duration::from_millis(300);

type Import = JoinHandle<Result<(), TownError>>;

/// Begins the same import on copies of a disk, cuts the power of each in the middle and then kills the node, and opens what both left.
/// Says what was found.
///
/// # Errors
/// As soon as half an import is there, a log does not verify, or the import cannot be made again.
pub(super) async fn cuts(
    program: &Path,
    base: &Path,
    rounds: usize,
    seed: u64,
) -> Result<String, TownError> {
    let mut rng = StdRng::seed_from_u64(seed.wrapping_add(1));
    let people = roster(&mut rng, ROWS);
    let (mut caught, mut whole) = (0, 0);
    for round in 0..rounds {
        let image = base.with_file_name(format!("import-{round}.img"));
        copy(base, &image).await?;
        let live = Disk::mount(&image).await?;
        // The first one is cut as early as it can be.
        let wait = match round {
            0 => Duration::ZERO,
            _ => rng.gen_range(Duration::ZERO..LONGEST),
        };
        let cut = import_and_cut(program, &live, &people, wait).await?;
        caught += usize::from(cut.caught);
        let disks = [live, Disk::mount(&cut.image).await?];
        for (disk, how) in disks.into_iter().zip(["kill", "cut"]) {
            let place = format!("import {round}, {how} after {} ms", wait.as_millis());
            whole += usize::from(all_or_none(program, &disk, &people, &cut, &place).await?);
        }
        fs::remove_file(&image)?;
        fs::remove_file(&cut.image)?;
    }
    let report = format!(
        "{rounds} imports of {ROWS} rows cut and killed, {caught} of them while they were applied: of {} there were {whole} whole, and no half",
        rounds * 2
    );
    if caught * 2 < rounds {
        return Err(TownError::Unsettled(format!(
            "the cuts come at the wrong time: {report}"
        )));
    }
    Ok(report)
}

/// An import that was cut off.
struct Cut {
    /// The disk as the cut left it.
    image: PathBuf,
    /// Members before the import.
    before: usize,
    /// The import had been answered.
    acknowledged: bool,
    /// The commit was under way.
    caught: bool,
}

/// Begins the import and cuts the power so long after its commit began to be written; then kills.
async fn import_and_cut(
    program: &Path,
    disk: &Disk,
    people: &[Person],
    wait: Duration,
) -> Result<Cut, TownError> {
    let mut node = Node::over(program, &disk.node(), CODE, REGION).await?;
    node.start().await?;
    let before = members(&node).await?;
    let (office, rows) = (node.desk(), people.to_vec());
    let import: Import = tokio::spawn(async move { office.import(&rows).await.map(drop) });
    begun(disk, &import).await?;
    tokio::time::sleep(wait).await;
    if let Some(process) = node.process() {
        process.freeze().await?;
    }
    let caught = under_way(disk);
    let image = disk.image.with_extension("cut.img");
    copy(&disk.image, &image).await?;
    node.kill().await?;
    let ended = import.await;
    let ended = ended.map_err(|error| TownError::Process(error.to_string()))?;
    Ok(Cut {
        image,
        before,
        acknowledged: ended.is_ok(),
        caught,
    })
}

/// Is a large commit being written down, or applied?
pub(super) fn under_way(disk: &Disk) -> bool {
    let database = disk.node().join("database");
    ["journal.new", "journal"]
        .iter()
        .any(|name| database.join(name).exists())
}

/// Waits until the import's commit begins to be written.
async fn begun(disk: &Disk, import: &Import) -> Result<(), TownError> {
    let since = Instant::now();
    while !under_way(disk) {
        if import.is_finished() || since.elapsed() > PATIENCE {
            return Err(TownError::Unsettled(
                "the import was over before it could be cut".to_owned(),
            ));
        }
        tokio::time::sleep(PAUSE).await;
    }
    Ok(())
}

async fn members(node: &Node) -> Result<usize, TownError> {
    Ok(node.desk().status().await?.members as usize)
}

/// Opens what was left: nothing of the import, or all of it; then the same import completes. True when all of it was there.
async fn all_or_none(
    program: &Path,
    disk: &Disk,
    people: &[Person],
    cut: &Cut,
    place: &str,
) -> Result<bool, TownError> {
    let wrong = |what: String| TownError::Unsettled(format!("{place}: {what}"));
    let mut node = Node::over(program, &disk.node(), CODE, REGION).await?;
    node.start().await?;
    let found = members(&node).await?;
    let new = found.saturating_sub(cut.before);
    if ![0, ROWS].contains(&new) || (cut.acknowledged && new == 0) {
        return Err(wrong(format!(
            "{new} of {ROWS} rows, acknowledged: {}",
            cut.acknowledged
        )));
    }
    let office = node.desk();
    let again = office.import(people).await?;
    let (added, same) = (again.added as usize, again.unchanged as usize);
    if (added, same) != (ROWS - new, new) || members(&node).await? != cut.before + ROWS {
        return Err(wrong(format!(
            "again: {added} added, {same} unchanged, {new} there"
        )));
    }
    let problems = office.verify_logs().await?;
    if !problems.is_empty() {
        return Err(wrong(format!("{problems:?}")));
    }
    node.stop().await?;
    Ok(new == ROWS)
}
