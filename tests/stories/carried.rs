//! Letters carried by hand, backups restored: the same result as over a wire.

use hongyan_proto::pb::office::v1::CaseState as S;

use crate::{HOST, stay, two};

#[tokio::test]
async fn a_sealed_letter_brings_what_a_wire_would_have_brought() {
    let (mut town, home, host, people) = two(31, 1).await;
    town.cut(home, host);
    let case = town
        .desk(home)
        .notice(HOST, &people[0], "2025-10-08", "341700")
        .await
        .unwrap();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("a.letter");
    let file = file.to_str().unwrap();
    town.at(home)
        .command(&["letter", "export", HOST, "--out", file])
        .await
        .unwrap();
    town.at(host)
        .command(&["letter", "import", file])
        .await
        .unwrap();
    assert_eq!(town.desk(host).state(&case).await.unwrap(), S::Notified);
    // Twice changes nothing.
    let before = town.desk(host).status().await.unwrap().logs;
    town.at(host)
        .command(&["letter", "import", file])
        .await
        .unwrap();
    let sizes = |logs: Vec<hongyan_proto::pb::office::v1::LogSummary>| {
        logs.iter()
            .map(|log| (log.log_id.clone(), log.root.clone()))
            .collect::<Vec<_>>()
    };
    assert_eq!(
        sizes(town.desk(host).status().await.unwrap().logs),
        sizes(before)
    );
    // To the wrong reader, or cut short, it says so.
    assert!(
        town.at(home)
            .command(&["letter", "import", file])
            .await
            .is_err()
    );
    let bytes = std::fs::read(file).unwrap();
    let short = folder.path().join("short.letter");
    std::fs::write(&short, &bytes[..bytes.len() - 20]).unwrap();
    assert!(
        town.at(host)
            .command(&["letter", "import", short.to_str().unwrap()])
            .await
            .is_err()
    );
}

#[tokio::test]
async fn a_node_restored_from_an_old_backup_takes_its_own_entries_back() {
    let (mut town, home, host, people) = two(32, 2).await;
    let first = stay(&town, home, host, &people[0]).await;
    let folder = tempfile::tempdir().unwrap();
    let (backup, secret) = (
        folder.path().join("node.backup"),
        folder.path().join("secret"),
    );
    std::fs::write(&secret, "a long enough passphrase\n").unwrap();
    let (backup, secret) = (backup.to_str().unwrap(), secret.to_str().unwrap());
    town.at(home)
        .command(&[
            "backup",
            "--out",
            backup,
            "--backup-passphrase-file",
            secret,
        ])
        .await
        .unwrap();
    let second = stay(&town, home, host, &people[1]).await;
    town.at(home).stop().await.unwrap();
    std::fs::remove_dir_all(town.folder_of(home)).unwrap();
    town.at(home)
        .command(&["restore", backup, "--backup-passphrase-file", secret])
        .await
        .unwrap();
    town.at(home).start().await.unwrap();
    // Before it has heard what the partner holds it may not write: that would fork its log.
    town.settle(home, host).await.unwrap();
    for case in [&first, &second] {
        assert_eq!(town.desk(home).state(case).await.unwrap(), S::Active);
    }
    assert_eq!(
        town.desk(home).verify_logs().await.unwrap(),
        Vec::<String>::new()
    );
    town.desk(home)
        .contact(&second, "2026-02-01")
        .await
        .unwrap();
    town.settle(home, host).await.unwrap();
}
