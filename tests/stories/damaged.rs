//! A store cut short, with a flipped bit, with a stray file, held by another process: named in words, and healed from the partner.

use std::fs;

use hongyan_proto::pb::office::v1 as o;
use hongyan_tests::town::{Id, Town, copy_folder};
use o::CaseState as S;

use crate::{HOST, alike, stay, two};

const DATABASE: &str = "database";

/// What the node says of its own store, in both languages.
async fn damage(town: &Town, side: Id) -> Vec<String> {
    let health = town.desk(side).status().await.unwrap().store.unwrap();
    let both = |words: Option<o::Words>| words.map(|it| it.zh + " " + &it.en).unwrap_or_default();
    health
        .damage
        .into_iter()
        .map(|damage| {
            format!(
                "{}..{} {} {}",
                damage.from,
                damage.until,
                both(damage.what),
                both(damage.remedy)
            )
        })
        .collect()
}

#[tokio::test]
async fn a_stray_snapshot_is_no_matter() {
    let (mut town, home, host, people) = two(91, 1).await;
    let case = stay(&town, home, host, &people[0]).await;
    town.at(home).stop().await.unwrap();
    let stray = town
        .folder_of(home)
        .join(DATABASE)
        .join("snap.0000000000000042.generating");
    fs::write(&stray, b"half").unwrap();
    town.at(home).start().await.unwrap();
    assert!(!stray.exists());
    assert_eq!(damage(&town, home).await, Vec::<String>::new());
    town.desk(home).contact(&case, "2026-01-20").await.unwrap();
    town.settle(home, host).await.unwrap();
    alike(&town, home, host).await;
}

#[tokio::test]
async fn a_second_process_is_told_who_holds_the_folder() {
    let mut town = Town::new(92, env!("CARGO_BIN_EXE_hongyan-demo")).unwrap();
    let home = town.node(HOST, "341700").await.unwrap();
    let pid = town.at(home).process().unwrap().pid().unwrap().to_string();
    let refused = town
        .at(home)
        .command(&["serve", "--listen", "127.0.0.1:0"])
        .await
        .unwrap_err()
        .to_string();
    assert!(
        refused.contains(&pid) && refused.contains("stop it first"),
        "{refused}"
    );
    // Nobody was disturbed.
    town.desk(home).status().await.unwrap();
}

/// Home has told the partner of a stay, and has then forgotten it. Returns both cases.
async fn forgetful(town: &mut Town, home: Id, host: Id, people: &[String]) -> [String; 2] {
    let first = stay(town, home, host, &people[0]).await;
    town.at(home).stop().await.unwrap();
    let early = town.folder_of(home).with_extension("early");
    copy_folder(&town.folder_of(home).join(DATABASE), &early).unwrap();
    town.at(home).start().await.unwrap();
    let second = stay(town, home, host, &people[1]).await;
    town.at(home).stop().await.unwrap();
    // An earlier database under the head records of today: a disk that forgot what it was told.
    town.at(home).put_back(&early, DATABASE).unwrap();
    [first, second]
}

#[tokio::test]
async fn what_a_disk_forgot_is_named_and_taken_back_from_the_partner() {
    let (mut town, home, host, people) = two(93, 2).await;
    let cases = forgetful(&mut town, home, host, &people).await;
    // Nobody may dial before the words were read: a session would mend it.
    town.cut(home, host);
    town.at(home).start().await.unwrap();
    let words = damage(&town, home).await;
    assert!(
        words
            .iter()
            .any(|words| words.contains("synchronize: the partner has it")),
        "{words:?}"
    );
    let refused = town
        .desk(home)
        .contact(&cases[0], "2026-02-01")
        .await
        .unwrap_err()
        .to_string();
    assert!(refused.contains("可能缺少"), "{refused}");
    town.heal(home, host);
    mended(&mut town, home, host, &cases).await;
    town.desk(home)
        .contact(&cases[1], "2026-02-01")
        .await
        .unwrap();
    town.settle(home, host).await.unwrap();
    alike(&town, home, host).await;
}

/// The partner gives back what it has. What only this node knew came back from nobody: it goes on without, by a backup of what is left.
async fn mended(town: &mut Town, home: Id, host: Id, cases: &[String]) {
    town.settle(home, host).await.unwrap();
    let backup = town.folder_of(home).with_extension("left");
    town.at(home).backup(&backup).await.unwrap();
    town.at(home).restore(&backup).await.unwrap();
    town.settle(home, host).await.unwrap();
    for case in cases {
        assert_eq!(town.desk(home).state(case).await.unwrap(), S::Active);
    }
    alike(town, home, host).await;
    assert_eq!(damage(town, home).await, Vec::<String>::new());
}

#[tokio::test]
async fn a_flipped_bit_and_a_cut_are_named_and_an_old_backup_and_the_partner_heal_them() {
    let (mut town, home, host, people) = two(94, 2).await;
    let first = stay(&town, home, host, &people[0]).await;
    let backup = town.folder_of(home).with_extension("backup");
    town.at(home).backup(&backup).await.unwrap();
    let second = stay(&town, home, host, &people[1]).await;
    town.at(home).stop().await.unwrap();
    let good = town.folder_of(home).with_extension("good");
    copy_folder(town.folder_of(home), &good).unwrap();
    let database = town.folder_of(home).join(DATABASE).join("db");
    let bytes = fs::read(&database).unwrap();
    // The file is laid out in segments; behind the last byte written nothing is read.
    let used = bytes.iter().rposition(|byte| *byte != 0).unwrap();
    let mut outcomes = Vec::new();
    for eighth in 0..8 {
        let mut spoiled = bytes.clone();
        let at = used * eighth / 8;
        if eighth % 2 == 0 {
            spoiled.truncate(at.max(1));
        } else {
            spoiled[at] ^= 0x10;
        }
        town.at(home).put_back(&good, "").unwrap();
        fs::write(&database, spoiled).unwrap();
        outcomes.push(spoilt(&mut town, home, eighth).await);
        if eighth >= 6 {
            // The end is gone, the rest is whole: the partner is enough.
            town.at(home).start().await.unwrap();
            mended(&mut town, home, host, &[first.clone(), second.clone()]).await;
            town.at(home).stop().await.unwrap();
        }
    }
    println!("{outcomes:#?}");
    let named = outcomes
        .iter()
        .filter(|outcome| !outcome.is_empty())
        .count();
    assert!(named >= 7, "{outcomes:?}");
    town.at(home).restore(&backup).await.unwrap();
    town.settle(home, host).await.unwrap();
    for case in [&first, &second] {
        assert_eq!(town.desk(home).state(case).await.unwrap(), S::Active);
    }
    alike(&town, home, host).await;
}

/// What a node says on a spoilt database: refused to open, or opened and said what is missing, or nothing because no harm was done.
async fn spoilt(town: &mut Town, home: Id, which: usize) -> String {
    town.at(home).wire().cut();
    if let Err(error) = town.at(home).start_passive().await {
        let words = error.to_string();
        assert!(
            words.contains("备份") && words.contains("backup"),
            "{which}: {words}"
        );
        return words;
    }
    let mut words = damage(town, home).await;
    words.extend(town.desk(home).verify_logs().await.unwrap());
    town.at(home).kill().await.unwrap();
    town.at(home).wire().heal();
    words.join("; ")
}
