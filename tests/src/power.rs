//! Power cuts: a node writes on a loop-mounted file system; its backing file is copied mid-write, which keeps what was synced and
//! drops what was only in memory; the node must go on from the copy with everything it had acknowledged.

use std::{
    fs,
    path::{Path, PathBuf},
    time::Duration,
};

use rand::{Rng, SeedableRng, rngs::StdRng};
use tokio::process::Command;

use crate::{
    roster::Person,
    town::{Desk, Node, Town, TownError},
};

const IMAGE_MIB: usize = 192;

/// The partner's code; it lives on an ordinary disk.
pub(crate) const HOST: &str = "341700-001";

struct Mount {
    image: PathBuf,
    at: PathBuf,
}

impl Mount {
    async fn new(image: PathBuf, at: PathBuf) -> Result<Self, TownError> {
        fs::create_dir_all(&at)?;
        run("mount", &["-o", "loop", &text(&image), &text(&at)]).await?;
        Ok(Self { image, at })
    }

    async fn end(self) -> Result<(), TownError> {
        run("umount", &[&text(&self.at)]).await
    }
}

fn text(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}

async fn run(tool: &str, arguments: &[&str]) -> Result<(), TownError> {
    let output = Command::new(tool).args(arguments).output().await?;
    if output.status.success() {
        return Ok(());
    }
    Err(TownError::Process(format!(
        "{tool} {arguments:?}: {}",
        String::from_utf8_lossy(&output.stderr)
    )))
}

/// Cuts the power `rounds` times.
///
/// # Errors
/// In words, as soon as something acknowledged is missing or does not verify.
pub async fn cuts(program: &Path, rounds: usize, seed: u64) -> Result<String, TownError> {
    let mut rng = StdRng::seed_from_u64(seed);
    let folder = tempfile::Builder::new()
        .prefix("hongyan-power-")
        .tempdir()?;
    let image = folder.path().join("disk-0.img");
    run("truncate", &["-s", &format!("{IMAGE_MIB}M"), &text(&image)]).await?;
    run("mkfs.ext4", &["-q", "-F", &text(&image)]).await?;
    let mut mount = Mount::new(image, folder.path().join("mount-0")).await?;
    let mut town = Town::new(seed, program)?;
    let host = town.node(HOST, "341700").await?;
    let mut home = Node::make(program, &mount.at.join("node"), "320200-001", "320200").await?;
    home.start().await?;
    let case = open_stay(&town, host, &home, seed).await?;
    let (mut acknowledged, mut dropped) = (contacts(&home.desk(), &case).await?, 0);
    for round in 0..rounds {
        acknowledged +=
            write_and_cut(&mut home, &mount, folder.path(), round, &case, &mut rng).await?;
        let next = Mount::new(
            folder.path().join(format!("disk-{}.img", round + 1)),
            folder.path().join(format!("mount-{}", round + 1)),
        )
        .await?;
        dropped += usize::from(!unsynced_survived(&next));
        let old = std::mem::replace(&mut mount, next);
        let image = old.image.clone();
        old.end().await?;
        fs::remove_file(image)?;
        home = home.moved_to(&mount.at.join("node"));
        home.start().await?;
        let found = contacts(&home.desk(), &case).await?;
        if found < acknowledged {
            return Err(TownError::Unsettled(format!(
                "cut {round}: {acknowledged} acknowledged, {found} found"
            )));
        }
        acknowledged = found;
        let problems = home.desk().verify_logs().await?;
        if !problems.is_empty() {
            return Err(TownError::Unsettled(format!("cut {round}: {problems:?}")));
        }
        home.desk().sync(HOST).await?;
    }
    let report = format!(
        "{rounds} cuts, {acknowledged} acknowledged entries all there; in {dropped} cuts an unsynced file was lost"
    );
    home.stop().await?;
    town.at(host).stop().await?;
    mount.end().await?;
    if dropped * 2 < rounds {
        // Cuts that drop nothing would prove nothing.
        return Err(TownError::Unsettled(format!(
            "the cuts are not cuts: {report}"
        )));
    }
    Ok(report)
}

/// Makes partners of a node of the town and one outside it, with a member of ours there.
pub(crate) async fn open_stay(
    town: &Town,
    host: crate::town::Id,
    home: &Node,
    seed: u64,
) -> Result<String, TownError> {
    let (at_home, at_host) = (home.desk(), town.desk(host));
    let invitation = at_host.invite().await?;
    at_home.accept_invitation(&invitation).await?;
    let hash = at_home.propose(HOST, &Desk::everything()).await?;
    at_home.sign(&hash).await?;
    at_home.sync(HOST).await?;
    at_host.sign(&hash).await?;
    at_home.sync(HOST).await?;
    let mut rng = StdRng::seed_from_u64(seed);
    let people = Person::invent(&mut rng, "320200", "320200-001", 1);
    at_home.import(&people).await?;
    let case = at_home
        .notice(HOST, &people[0].certificate, "2025-10-08", "341700")
        .await?;
    at_home.sync(HOST).await?;
    at_host.accept(&case, "2025-10-12").await?;
    at_host.place(&case, "第一支部", "2025-10-15").await?;
    at_home.sync(HOST).await?;
    Ok(case)
}

/// Writes for a while, then cuts: stops the process in its tracks, copies the disk as it is, kills.
async fn write_and_cut(
    home: &mut Node,
    mount: &Mount,
    folder: &Path,
    round: usize,
    case: &str,
    rng: &mut StdRng,
) -> Result<usize, TownError> {
    let desk = home.desk();
    let case = case.to_owned();
    let writer = tokio::spawn(async move {
        let mut written = 0;
        while desk.contact(&case, "2026-02-01").await.is_ok() {
            written += 1;
        }
        written
    });
    tokio::time::sleep(Duration::from_millis(rng.gen_range(50..400))).await;
    // Something that nobody syncs: it shows whether the cut is one.
    fs::write(mount.at.join("unsynced"), vec![b'x'; 64 * 1024])?;
    let pid = home
        .process()
        .and_then(crate::town::Process::pid)
        .map(|pid| pid.to_string())
        .unwrap_or_default();
    run("kill", &["-STOP", &pid]).await?;
    let copy = folder.join(format!("disk-{}.img", round + 1));
    run(
        "cp",
        &["--sparse=always", &text(&mount.image), &text(&copy)],
    )
    .await?;
    home.kill().await?;
    writer
        .await
        .map_err(|error| TownError::Process(error.to_string()))
}

fn unsynced_survived(mount: &Mount) -> bool {
    fs::read(mount.at.join("unsynced"))
        .is_ok_and(|bytes| bytes.len() == 64 * 1024 && bytes.iter().all(|byte| *byte == b'x'))
}

/// How many contacts a case shows.
pub(crate) async fn contacts(desk: &Desk, case: &str) -> Result<usize, TownError> {
    let kind = hongyan_proto::pb::exchange::v1::Kind::Contact as i32;
    Ok(desk
        .case(case)
        .await?
        .events
        .iter()
        .filter(|event| event.kind == kind)
        .count())
}
