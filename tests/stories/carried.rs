//! Letters carried by hand, backups restored: the same result as over a wire.

use hongyan_proto::pb::office::v1::CaseState as S;

use crate::{HOST, alike, stay, two};

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
    // To the wrong reader, cut short, altered, or no letter at all: it says so, and nothing of it is taken in.
    let bytes = std::fs::read(file).unwrap();
    let mut altered = bytes.clone();
    let middle = altered.len() / 2;
    altered[middle] ^= 1;
    let held = sizes(town.desk(host).status().await.unwrap().logs);
    for (name, content, words) in [
        ("short", &bytes[..bytes.len() - 20], "cut short or altered"),
        ("half", &bytes[..bytes.len() / 2], "cut short or altered"),
        ("altered", altered.as_slice(), "cut short or altered"),
        ("none", b"hello".as_slice(), "not a sealed letter"),
        ("empty", b"".as_slice(), "cut short or altered"),
    ] {
        let spoilt = folder.path().join(name);
        std::fs::write(&spoilt, content).unwrap();
        let spoilt = spoilt.to_str().unwrap();
        let refused = town.at(host).command(&["letter", "import", spoilt]).await;
        let refused = refused.unwrap_err().to_string();
        assert!(refused.contains(words), "{name}: {refused}");
    }
    let refused = town.at(home).command(&["letter", "import", file]).await;
    let refused = refused.unwrap_err().to_string();
    assert!(refused.contains("for someone else"), "{refused}");
    assert_eq!(sizes(town.desk(host).status().await.unwrap().logs), held);
    alike(&town, home, host).await;
}

#[tokio::test]
async fn a_node_restored_from_an_old_backup_takes_its_own_entries_back() {
    let (mut town, home, host, people) = two(32, 2).await;
    let first = stay(&town, home, host, &people[0]).await;
    let backup = town.folder_of(home).with_extension("backup");
    town.at(home).backup(&backup).await.unwrap();
    let second = stay(&town, home, host, &people[1]).await;
    town.at(home).restore(&backup).await.unwrap();
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
