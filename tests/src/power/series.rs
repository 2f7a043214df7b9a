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
};

use rand::{Rng, SeedableRng as _, rngs::StdRng};

use tokio::time::Instant;

use super::{CODE, Disk, PATIENCE, PAUSE, REGION, copy, import, roster};
use crate::{
    bench,
    roster::Person,
    town::{Node, Process, TownError},
};

/// Rows of one import: as many as go to the engine at once, and no more.
const ROWS: usize = 900;
/// Imports that are ready; more than a cut lets through.
const IMPORTS: usize = 24;
/// The cut comes in the import after so many answered ones,
const AFTER: Range<usize> = 1..8;
/// when so many more bytes were written. A whole import writes some megabytes.
const WRITTEN: Range<u64> = 64 * 1024..2 * 1024 * 1024;

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
    let (mut answered, mut caught, mut under_way) = (0, 0, 0);
    for round in 0..rounds {
        let image = base.with_file_name(format!("series-{round}.img"));
        copy(base, &image).await?;
        let live = Disk::mount(&image).await?;
        let moment = (rng.gen_range(AFTER), rng.gen_range(WRITTEN));
        let cut = import_and_cut(program, &live, &people, moment).await?;
        answered += cut.answered;
        caught += usize::from(cut.answered == moment.0);
        let disks = [live, Disk::mount(&cut.image).await?];
        for (disk, how) in disks.into_iter().zip(["kill", "cut"]) {
            let place = format!("series {round}, {how} at {moment:?}");
            let whole = whole(program, &disk, &people, &cut, &place).await?;
            under_way += usize::from(whole > cut.answered);
        }
        fs::remove_file(&image)?;
        fs::remove_file(&cut.image)?;
    }
    let report = format!(
        "{rounds} series of imports of {ROWS} rows cut and killed, {caught} of them within an import: {answered} answered ones all there, of {} others {under_way}, and no half",
        rounds * 2
    );
    if caught * 2 < rounds {
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
    (after, bytes): (usize, u64),
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
    let written = || {
        let pid = node.process().and_then(Process::pid).unwrap_or_default();
        bench::written(pid).map_err(|error| TownError::Process(error.to_string()))
    };
    let (since, mut enough) = (Instant::now(), None);
    while enough.is_none_or(|enough| written().is_ok_and(|now| now < enough)) {
        if importing.is_finished() || since.elapsed() > PATIENCE {
            return Err(TownError::Unsettled(
                "the imports were over before they could be cut".to_owned(),
            ));
        }
        if enough.is_none() && answered.load(Ordering::SeqCst) >= after {
            enough = Some(written()? + bytes);
        }
        tokio::time::sleep(PAUSE).await;
    }
    if let Some(process) = node.process() {
        process.freeze().await?;
    }
    if import::under_way(disk) {
        return Err(TownError::Unsettled(format!(
            "{ROWS} rows go to the engine in pieces: this cuts the wrong thing"
        )));
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
