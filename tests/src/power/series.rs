//! A roster that comes branch by branch. Each import goes to the engine at once, and they follow one another as fast as they can: after a
//! cut or a kill at any point every import that was answered is there, and the one under way is there or is not.

use std::{
    fs,
    ops::Range,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use rand::{Rng, SeedableRng as _, rngs::StdRng};

use super::{CODE, Disk, REGION, copy, roster};
use crate::{
    roster::Person,
    town::{Node, TownError},
};

/// Rows of one import: as many as go to the engine at once, and no more.
const ROWS: usize = 900;
/// Imports that are ready; more than a cut lets through.
const IMPORTS: usize = 24;
/// How long after the first import has begun the cut comes, in milliseconds.
const WAIT: Range<u64> = 300..2_500;

/// Begins the same imports on copies of a disk, cuts the power of each and then kills the node, and opens what both left. Says what was
/// found.
///
/// # Errors
/// As soon as a store cannot be opened, a part of an import is there, an answered one is not, or a log does not verify.
pub(super) async fn cuts(
    program: &Path,
    base: &Path,
    rounds: usize,
    seed: u64,
) -> Result<String, TownError> {
    let mut rng = StdRng::seed_from_u64(seed.wrapping_add(3));
    let people: Arc<[Person]> = roster(&mut rng, ROWS * IMPORTS).into();
    let (mut answered, mut under_way) = (0, 0);
    for round in 0..rounds {
        let image = base.with_file_name(format!("series-{round}.img"));
        copy(base, &image).await?;
        let live = Disk::mount(&image).await?;
        let wait = Duration::from_millis(rng.gen_range(WAIT));
        let cut = import_and_cut(program, &live, &people, wait).await?;
        answered += cut.answered;
        let disks = [live, Disk::mount(&cut.image).await?];
        for (disk, how) in disks.into_iter().zip(["kill", "cut"]) {
            let place = format!("series {round}, {how} after {} ms", wait.as_millis());
            let whole = whole(program, &disk, &people, &cut, &place).await?;
            under_way += usize::from(whole > cut.answered);
        }
        fs::remove_file(&image)?;
        fs::remove_file(&cut.image)?;
    }
    let report = format!(
        "{rounds} series of imports of {ROWS} rows cut and killed: {answered} answered ones all there, of {} under way {under_way}, and no half",
        rounds * 2
    );
    if answered < rounds {
        return Err(TownError::Unsettled(format!(
            "the cuts come at the wrong time: {report}"
        )));
    }
    Ok(report)
}

/// A series that was cut off.
struct Cut {
    /// The disk as the cut left it.
    image: PathBuf,
    /// Members before the first import.
    before: usize,
    /// Imports that had been answered.
    answered: usize,
}

async fn import_and_cut(
    program: &Path,
    disk: &Disk,
    people: &Arc<[Person]>,
    wait: Duration,
) -> Result<Cut, TownError> {
    let mut node = Node::over(program, &disk.node(), CODE, REGION).await?;
    node.start().await?;
    let before = members(&node).await?;
    let answered = Arc::new(AtomicUsize::new(0));
    let (office, rows, count) = (node.desk(), Arc::clone(people), Arc::clone(&answered));
    let importing = tokio::spawn(async move {
        for rows in rows.chunks(ROWS) {
            if office.import(rows).await.is_err() {
                break;
            }
            count.fetch_add(1, Ordering::SeqCst);
        }
    });
    tokio::time::sleep(wait).await;
    if let Some(process) = node.process() {
        process.freeze().await?;
    }
    let image = disk.image.with_extension("cut.img");
    copy(&disk.image, &image).await?;
    node.kill().await?;
    importing
        .await
        .map_err(|error| TownError::Process(error.to_string()))?;
    Ok(Cut {
        image,
        before,
        answered: answered.load(Ordering::SeqCst),
    })
}

async fn members(node: &Node) -> Result<usize, TownError> {
    Ok(node.desk().status().await?.members as usize)
}

/// Opens what was left: whole imports only, and every one that was answered; then the series goes on. How many were there.
async fn whole(
    program: &Path,
    disk: &Disk,
    people: &[Person],
    cut: &Cut,
    place: &str,
) -> Result<usize, TownError> {
    let wrong = |what: String| TownError::Unsettled(format!("{place}: {what}"));
    let mut node = Node::over(program, &disk.node(), CODE, REGION).await?;
    let started = node.start().await;
    started.map_err(|error| wrong(error.to_string()))?;
    let new = members(&node).await?.saturating_sub(cut.before);
    let whole = new / ROWS;
    if new % ROWS != 0 || !(cut.answered..=cut.answered + 1).contains(&whole) {
        let answered = cut.answered;
        return Err(wrong(format!(
            "{new} rows there, {answered} imports answered"
        )));
    }
    let office = node.desk();
    // All that is there once more, and the next one.
    for (number, rows) in people.chunks(ROWS).take(whole + 1).enumerate() {
        let again = office.import(rows).await?;
        if (again.added as usize, again.unchanged as usize)
            != if number < whole { (0, ROWS) } else { (ROWS, 0) }
        {
            return Err(wrong(format!("import {number} again: {again:?}")));
        }
    }
    let problems = office.verify_logs().await?;
    if !problems.is_empty() {
        return Err(wrong(format!("{problems:?}")));
    }
    node.stop().await?;
    Ok(whole)
}
