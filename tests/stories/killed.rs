//! kill -9 at random points of a writing and syncing node: what was acknowledged is there, and both sides come together.

use std::{
    fs,
    path::{Path, PathBuf},
    time::Duration,
};

use hongyan_tests::town::{Desk, Id, Node, Town};
use rand::{Rng, SeedableRng, rngs::StdRng};

use crate::{HOST, stay, two};

const ROUNDS: usize = 50;

/// The longest a node lives before it is killed.
const LONGEST_LIFE: Duration = Duration::from_millis(120);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fifty_kills_lose_nothing_that_was_acknowledged() {
    let (mut town, home, host, people) = two(41, 1).await;
    let case = stay(&town, home, host, &people[0]).await;
    let mut rng = StdRng::seed_from_u64(41);
    let mut acknowledged = 0;
    for round in 0..ROUNDS {
        // Each in turn: the one that writes and the one that receives.
        let victim = if round % 3 == 2 { host } else { home };
        acknowledged +=
            write_until_killed(&mut town, home, victim, &case, rng.gen_range(5..120)).await;
        town.at(victim).start().await.unwrap();
        let found = contacts(&town.desk(home), &case).await;
        assert!(
            found >= acknowledged,
            "round {round}: {acknowledged} acknowledged, {found} found"
        );
        acknowledged = found;
        assert_eq!(
            town.desk(victim).verify_logs().await.unwrap(),
            Vec::<String>::new(),
            "round {round}"
        );
    }
    town.settle(home, host).await.unwrap();
    assert_eq!(
        contacts(&town.desk(home), &case).await,
        contacts(&town.desk(host), &case).await
    );
    assert!(
        acknowledged >= ROUNDS,
        "the writer must have written: {acknowledged}"
    );
    println!("{ROUNDS} kills, {acknowledged} acknowledged entries");
}

/// Writes and syncs until `victim` is killed, `life` milliseconds after the first write; returns how many writes were acknowledged. Counted
/// from then on, a slow machine is killed at as many points as a fast one.
async fn write_until_killed(town: &mut Town, home: Id, victim: Id, case: &str, life: u64) -> usize {
    let desk = town.desk(home);
    let case = case.to_owned();
    let (stop, stopped) = tokio::sync::watch::channel(false);
    let (first, mut wrote) = tokio::sync::watch::channel(false);
    let writer = tokio::spawn(async move {
        let mut written = 0;
        while !*stopped.borrow() && desk.contact(&case, "2026-02-01").await.is_ok() {
            written += 1;
            first.send_replace(true);
            if written % 4 == 0 && desk.sync(HOST).await.is_err() {
                break;
            }
        }
        written
    });
    // A writer that was refused at once has ended, and does not begin.
    let _ = wrote.wait_for(|wrote| *wrote).await;
    tokio::time::sleep(Duration::from_millis(life).min(LONGEST_LIFE)).await;
    town.at(victim).kill().await.unwrap();
    stop.send_replace(true);
    writer.await.unwrap()
}

async fn contacts(desk: &Desk, case: &str) -> usize {
    let kind = hongyan_proto::pb::exchange::v1::Kind::Contact as i32;
    desk.case(case)
        .await
        .unwrap()
        .events
        .iter()
        .filter(|event| event.kind == kind)
        .count()
}

/// More than a whole transfer has in its first moments, so that a kill falls into the middle of it.
const MEMBERS: usize = 1_500;

/// A machine may hold the killer up until the command has ended: then it is tried again.
const TRIES: usize = 200;

fn bytes(path: &Path) -> Option<u64> {
    fs::metadata(path).ok().map(|found| found.len())
}

/// Kills -9 a command as soon as `begun` is there. True when it was not yet through by then.
async fn kill_when(node: &Node, arguments: &[&str], begun: &Path, through: &Path) -> bool {
    let mut child = node.begin(arguments).unwrap();
    while !begun.exists() && child.try_wait().unwrap().is_none() {
        tokio::task::yield_now().await;
    }
    // It may have ended by itself.
    let _ = child.start_kill();
    child.wait().await.unwrap();
    !through.exists()
}

/// Runs a command that writes `out`, once to its end and then until a kill left less than half of it; the rest under another name.
async fn cut_short(node: &Node, arguments: &[&str], out: &Path) -> PathBuf {
    node.command(arguments).await.unwrap();
    let whole = bytes(out).unwrap();
    let part = PathBuf::from(format!("{}.part", out.display()));
    assert!(!part.exists(), "a whole file stands alone");
    for _ in 0..TRIES {
        fs::remove_file(out).unwrap();
        let cut = kill_when(node, arguments, &part, out).await;
        if bytes(&part).is_some_and(|left| cut && left * 2 < whole) {
            return part;
        }
        // Ended, killed before it had begun, or as good as through: nothing to learn from.
        let _ = fs::remove_file(&part);
        fs::write(out, "older").unwrap();
    }
    panic!("{arguments:?} could not be killed in the middle");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_killed_command_left_is_never_taken_for_the_whole() {
    let (mut town, home, host, people) = two(42, MEMBERS).await;
    for person in &people[..3] {
        stay(&town, home, host, person).await;
    }
    let folder = town.folder_of(home).with_extension("out");
    fs::create_dir(&folder).unwrap();
    let secret = folder.join("secret");
    fs::write(&secret, "a long enough passphrase\n").unwrap();
    let at = |name: &str| folder.join(name).to_str().unwrap().to_owned();
    let (plain, roster, letter, backup) = (at("plain"), at("roster"), at("letter"), at("backup"));
    let secret = at("secret");
    let commands: [(&str, Vec<&str>); 4] = [
        (&plain, vec!["export", "--purpose", "查验", "--out", &plain]),
        (
            &roster,
            vec!["member", "export", "--purpose", "查验", &roster],
        ),
        (
            &letter,
            vec!["letter", "export", HOST, "--from", "0", "--out", &letter],
        ),
        (
            &backup,
            vec![
                "backup",
                "--backup-passphrase-file",
                &secret,
                "--out",
                &backup,
            ],
        ),
    ];
    for (out, arguments) in &commands {
        let node = town.at(home);
        let part = cut_short(node, arguments, Path::new(out)).await;
        assert!(!Path::new(out).exists(), "{arguments:?}");
        let name = part.to_str().unwrap();
        // The part is refused where the whole is taken.
        if *out == letter {
            let refused = town.at(host).command(&["letter", "import", name]).await;
            assert!(refused.is_err(), "{name}");
        } else if *out == backup {
            let other = node_elsewhere(&mut town, &folder, "half").await;
            let restore = ["restore", name, "--backup-passphrase-file", &secret];
            assert!(other.command(&restore).await.is_err(), "{name}");
            assert!(
                other.command(&["status"]).await.is_err(),
                "no store was made"
            );
        }
        // The next run takes no notice of it, and leaves nothing else.
        town.at(home).command(arguments).await.unwrap();
        assert!(Path::new(out).exists() && !part.exists(), "{arguments:?}");
    }
    town.at(host)
        .command(&["letter", "import", &letter])
        .await
        .unwrap();
    restored_after_a_kill(&mut town, &folder, &backup, &secret).await;
}

/// A node that is made by `restore` only: the same program on another folder.
async fn node_elsewhere(town: &mut Town, folder: &Path, name: &str) -> Node {
    town.spare("370100-001", "370100")
        .await
        .unwrap()
        .moved_to(&folder.join(name))
}

/// A restore that was killed leaves a folder that no command takes for a store, and that the next restore fills.
async fn restored_after_a_kill(town: &mut Town, folder: &Path, backup: &str, secret: &str) {
    let place = folder.join("restored");
    let node = node_elsewhere(town, folder, "restored").await;
    let restore = ["restore", backup, "--backup-passphrase-file", secret];
    let mut tries = 0;
    while !kill_when(
        &node,
        &restore,
        &place.join("database"),
        &place.join("data.key"),
    )
    .await
    {
        fs::remove_dir_all(&place).unwrap();
        tries += 1;
        assert!(
            tries < TRIES,
            "the restore could not be killed in the middle"
        );
    }
    let refused = node.command(&["status"]).await.unwrap_err().to_string();
    assert!(refused.contains("no store here"), "{refused}");
    node.command(&restore).await.unwrap();
    node.command(&["status"]).await.unwrap();
    let again = node.command(&restore).await.unwrap_err().to_string();
    assert!(again.contains("not empty"), "{again}");
}
