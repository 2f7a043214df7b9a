//! Power cuts: a node writes on a loop-mounted file system; its backing file is copied mid-write, which keeps what was synced and
//! drops what was only in memory; the node must go on from the copy with everything it had acknowledged.

mod catch_up;
mod import;
mod series;

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
    time::Duration,
};

use rand::{Rng, SeedableRng, rngs::StdRng};

use crate::{
    mount::{Mount, run, text},
    roster::Person,
    town::{Desk, Id, Node, Town, TownError},
};

const IMAGE_MIB: usize = 192;

/// Bytes of the file that nobody syncs.
const UNSYNCED_BYTES: usize = 64 * 1024;

/// The node that is cut.
const CODE: &str = "320200-001";
const REGION: &str = "320200";

/// Of so many cuts of a node that writes and syncs, one more falls into a long catch-up and one into a roster import.
const CUTS_FOR_ONE_MORE: usize = 5;

/// Between two looks for the beginning of what is to be cut.
const PAUSE: Duration = Duration::from_millis(1);

/// Far beyond what beginning takes on a busy machine.
const PATIENCE: Duration = Duration::from_mins(2);

/// Sessions that must be enough for both sides to have acknowledged everything.
const SETTLING_SESSIONS: usize = 8;

/// The partner's code; it lives on an ordinary disk.
pub(crate) const HOST: &str = "341700-001";

/// The disk as it is after so many cuts.
struct Disk {
    image: PathBuf,
    mount: Mount,
}

fn image(folder: &Path, cuts: usize) -> PathBuf {
    folder.join(format!("disk-{cuts}.img"))
}

impl Disk {
    async fn make(folder: &Path) -> Result<Self, TownError> {
        let size = format!("{IMAGE_MIB}M");
        let image = text(&image(folder, 0));
        run("truncate", &["-s", &size, &image]).await?;
        run("mkfs.ext4", &["-q", "-F", &image]).await?;
        Self::mount(&self::image(folder, 0)).await
    }

    async fn mount(image: &Path) -> Result<Self, TownError> {
        let mount = Mount::image(image, image.with_extension("mount")).await?;
        let image = image.to_owned();
        Ok(Self { image, mount })
    }

    fn node(&self) -> PathBuf {
        self.mount.join("node")
    }

    /// The file that nobody syncs before this cut. It has a name of its own each time: ext4 writes a file that was there
    /// before, was emptied and is filled again to the disk as soon as it is closed, and no cut would lose it.
    fn unsynced(&self, cut: usize) -> PathBuf {
        self.mount.join(&format!("unsynced-{cut}"))
    }

    fn has_unsynced(&self, cut: usize) -> bool {
        fs::read(self.unsynced(cut))
            .is_ok_and(|bytes| bytes.len() == UNSYNCED_BYTES && bytes.iter().all(|b| *b == b'x'))
    }
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
    let mut disk = Disk::make(folder.path()).await?;
    let mut town = Town::new(seed, program)?;
    let host = town.node(HOST, "341700").await?;
    let mut home = Node::make(program, &disk.node(), CODE, REGION).await?;
    home.start().await?;
    let case = open_stay(&town, host, &home, seed).await?;
    let (mut acknowledged, mut dropped) = (contacts(&home.desk(), &case).await?, 0);
    for cut in 0..rounds {
        let copy = image(folder.path(), cut + 1);
        acknowledged += write_and_cut(&mut home, &disk, &copy, cut, &case, &mut rng).await?;
        fs::remove_file(&disk.image)?;
        disk = Disk::mount(&copy).await?;
        dropped += usize::from(!disk.has_unsynced(cut));
        home = home.moved_to(&disk.node());
        home.start().await?;
        let found = contacts(&home.desk(), &case).await?;
        if found < acknowledged {
            return Err(TownError::Unsettled(format!(
                "cut {cut}: {acknowledged} acknowledged, {found} found"
            )));
        }
        acknowledged = found;
        let problems = home.desk().verify_logs().await?;
        if !problems.is_empty() {
            return Err(TownError::Unsettled(format!("cut {cut}: {problems:?}")));
        }
        let outcome = home.desk().sync(HOST).await?;
        if !outcome.complete {
            return Err(TownError::Unsettled(format!("cut {cut}: {outcome:?}")));
        }
    }
    both_have_all(&town, host, &home, (&case, acknowledged)).await?;
    let report = format!(
        "{rounds} cuts, {acknowledged} acknowledged entries all there and at the partner; in {dropped} cuts an unsynced file was lost"
    );
    home.stop().await?;
    if dropped * 10 < rounds * 9 {
        // Cuts that drop nothing would prove nothing. One in ten may meet the kernel writing by itself.
        return Err(TownError::Unsettled(format!(
            "the cuts are not cuts: {report}"
        )));
    }
    let more = rounds.div_ceil(CUTS_FOR_ONE_MORE);
    let partners = (&disk, &mut town, host);
    let catch_ups = catch_up::cuts(program, partners, &case, (more, seed)).await?;
    town.at(host).stop().await?;
    // Nobody writes to it any more.
    let base = disk.image.clone();
    drop(disk);
    let imports = import::cuts(program, &base, more, seed).await?;
    let series = series::cuts(program, &base, more, seed).await?;
    Ok(format!("{report}\n{catch_ups}\n{imports}\n{series}"))
}

/// After the last cut the partner has every contact and the same logs, entry for entry.
async fn both_have_all(
    town: &Town,
    host: Id,
    home: &Node,
    (case, acknowledged): (&str, usize),
) -> Result<(), TownError> {
    let wrong = |what: String| Err(TownError::Unsettled(format!("after the last cut: {what}")));
    let (at_home, at_host) = (home.desk(), town.desk(host));
    for _ in 0..SETTLING_SESSIONS {
        if at_home.nothing_open(HOST).await? && at_host.nothing_open(CODE).await? {
            break;
        }
        let outcome = at_home.sync(HOST).await?;
        if !outcome.complete {
            return wrong(format!("{outcome:?}"));
        }
    }
    let shown = [
        contacts(&at_home, case).await?,
        contacts(&at_host, case).await?,
    ];
    if shown != [acknowledged; 2] {
        return wrong(format!(
            "{acknowledged} acknowledged, {shown:?} on both sides"
        ));
    }
    let problems = at_host.verify_logs().await?;
    if !problems.is_empty() {
        return wrong(format!("at the host: {problems:?}"));
    }
    let logs = [shared(&at_home).await?, shared(&at_host).await?];
    if logs[0] != logs[1] || logs[0].len() != 2 {
        return wrong(format!("{logs:?}"));
    }
    Ok(())
}

/// The logs that a partner has too, by their names: how many entries, and the root of their tree.
async fn shared(desk: &Desk) -> Result<BTreeMap<String, (u64, String)>, TownError> {
    let logs = desk.status().await?.logs.into_iter();
    Ok(logs
        .filter(|log| !log.partner.is_empty())
        .map(|log| (log.log_id, (log.size, log.root)))
        .collect())
}

/// Rows of one person each, others than who is on the roster already: of so many invented ones some have the same ID number.
fn roster(rng: &mut StdRng, rows: usize) -> Vec<Person> {
    let mut numbers = BTreeSet::new();
    let mut people = Person::invent(rng, REGION, "320200-002", rows + rows / 10);
    people.retain(|person| numbers.insert(person.id_number.clone()));
    people.truncate(rows);
    people
}

/// Makes partners of a node of the town and one outside it, with a member of ours there.
pub(crate) async fn open_stay(
    town: &Town,
    host: Id,
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
    let people = Person::invent(&mut rng, REGION, CODE, 1);
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
    disk: &Disk,
    copy: &Path,
    cut: usize,
    case: &str,
    rng: &mut StdRng,
) -> Result<usize, TownError> {
    let at_home = home.desk();
    let case = case.to_owned();
    let writer = tokio::spawn(async move {
        let mut written = 0;
        while at_home.contact(&case, "2026-02-01").await.is_ok() {
            written += 1;
        }
        written
    });
    tokio::time::sleep(Duration::from_millis(rng.gen_range(50..400))).await;
    // Something that nobody syncs while the node syncs its own: it shows whether the cut is one.
    fs::write(disk.unsynced(cut), vec![b'x'; UNSYNCED_BYTES])?;
    if let Some(process) = home.process() {
        process.freeze().await?;
    }
    self::copy(&disk.image, copy).await?;
    home.kill().await?;
    writer
        .await
        .map_err(|error| TownError::Process(error.to_string()))
}

async fn copy(from: &Path, to: &Path) -> Result<(), TownError> {
    let copied = ["--sparse=always", &text(from), &text(to)];
    run("cp", &copied).await.map(drop)
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
