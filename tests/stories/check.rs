//! `partner check`: what is wrong with a connection, in words, for each way in which it can be wrong.

use hongyan_proto::{
    message::{Hello, Message},
    pb::office::v1 as o,
    time::Timestamp,
};
use hongyan_tests::town::{Id, Rogue, Town};
use o::{CheckName as N, CheckState as S};
use tokio::{io::AsyncWriteExt as _, net::TcpListener};

use crate::{HOME, HOST, stay, two};

/// Checks from home and expects this step to end like this, every step before it well, and words where it is not.
async fn expect(town: &Town, home: Id, step: N, state: S, part: &str) {
    let answer = town.desk(home).check(HOST).await.unwrap();
    let found = answer
        .steps
        .iter()
        .find(|found| found.name() == step)
        .unwrap();
    assert_eq!(found.state(), state, "{step:?}: {answer:#?}");
    let (words, remedy) = (found.found.clone().unwrap(), found.remedy.clone().unwrap());
    assert!(
        words.en.contains(part) || words.zh.contains(part),
        "{words:?}"
    );
    assert!(!words.zh.is_empty() && !remedy.zh.is_empty() && !remedy.en.is_empty());
    let before = answer.steps.iter().take_while(|found| found.name() != step);
    for earlier in before {
        assert_eq!(earlier.state(), S::Ok, "{step:?}: {earlier:?}");
    }
    assert_eq!(answer.healthy, state != S::Failed, "{answer:?}");
}

#[tokio::test]
async fn a_wrong_name_and_no_agreement_are_named() {
    let mut town = Town::new(81, env!("CARGO_BIN_EXE_hongyan-demo")).unwrap();
    let home = town.node(HOME, "320200").await.unwrap();
    let host = town
        .node_at(HOST, "341700", "nobody.invalid:7420")
        .await
        .unwrap();
    town.introduce(home, host).await.unwrap();
    expect(&town, home, N::Name, S::Failed, "nobody.invalid").await;
    // The other way the line is good; only nothing was signed yet.
    let answer = town.desk(host).check(HOME).await.unwrap();
    let agreement = answer
        .steps
        .iter()
        .find(|step| step.name() == N::Agreement)
        .unwrap();
    assert_eq!(agreement.state(), S::Warn, "{answer:?}");
    assert!(agreement.remedy.clone().unwrap().en.contains("sign"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn port_tls_key_clock_and_version_are_named_one_by_one() {
    let (mut town, home, host, people) = two(82, 1).await;
    stay(&town, home, host, &people[0]).await;
    let other = town.node("330100-001", "330100").await.unwrap();
    let elsewhere = town.at(other).listening().await;
    town.at(host).stop().await.unwrap();
    let now = Timestamp::from_millis(town.desk(home).status().await.unwrap().time_ms);
    let rogue = Rogue::of(town.folder_of(host), HOME, now).unwrap();

    // Something answers there that is no node.
    let plain = TcpListener::bind("127.0.0.1:0").await.unwrap();
    town.at(host).wire().lead_to(plain.local_addr().unwrap());
    let talker = tokio::spawn(async move {
        while let Ok((mut stream, _)) = plain.accept().await {
            // Whoever asks may be gone before the answer; that is its business.
            let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").await;
        }
    });
    expect(&town, home, N::Tls, S::Failed, "TLS").await;
    talker.abort();

    // Another node's key.
    town.at(host).wire().lead_to(elsewhere);
    expect(&town, home, N::Key, S::Failed, "指纹").await;

    // The right key, a clock an hour ahead, and then a program that is too old.
    let Message::Hello(hello) = rogue.hello(&rogue.log) else {
        unreachable!("a hello");
    };
    let ahead = Hello {
        time: now.plus_millis(3_600_000),
        ..hello.clone()
    };
    let done = Message::Done {
        size: rogue.log.entries.len() as u64,
    };
    let lines = vec![Message::Hello(ahead), done];
    let at = rogue.answer(lines).await.unwrap();
    town.at(host).wire().lead_to(at);
    expect(&town, home, N::Clock, S::Warn, "+3").await;
    let old = Hello {
        protocol: (0, 0),
        ..hello
    };
    let at = rogue.answer(vec![Message::Hello(old)]).await.unwrap();
    town.at(host).wire().lead_to(at);
    expect(&town, home, N::Version, S::Failed, "0–0").await;

    // The true host again: all is well, and what waited was delivered by the check itself.
    town.at(host).start().await.unwrap();
    town.settle(home, host).await.unwrap();
    let answer = town.desk(home).check(HOST).await.unwrap();
    assert!(
        answer.healthy && answer.steps.iter().all(|step| step.state() == S::Ok),
        "{answer:?}"
    );
}

#[tokio::test]
async fn a_closed_port_shows_the_backlog_and_a_lost_pin_says_whom_to_ask() {
    let (mut town, home, host, people) = two(83, 1).await;
    town.at(host).stop().await.unwrap();
    town.at(host).wire().close().await;
    town.desk(home)
        .notice(HOST, &people[0], "2025-10-08", "341700")
        .await
        .unwrap();
    let answer = town.desk(home).check(HOST).await.unwrap();
    let step = |name| {
        answer
            .steps
            .iter()
            .find(|step| step.name() == name)
            .unwrap()
    };
    assert_eq!(step(N::Port).state(), S::Failed, "{answer:?}");
    assert_eq!(step(N::Key).state(), S::Skipped);
    assert_eq!(step(N::Backlog).state(), S::Warn);
    assert!(
        step(N::Backlog)
            .found
            .clone()
            .unwrap()
            .en
            .contains("1 entries not delivered"),
        "{answer:?}"
    );
    // The other way: home has revoked the host.
    town.at(home)
        .command(&["partner", "revoke", HOST, "--reason", "协议终止"])
        .await
        .unwrap();
    town.at(host).start().await.unwrap();
    let answer = town.desk(host).check(HOME).await.unwrap();
    let key = answer
        .steps
        .iter()
        .find(|step| step.name() == N::Key)
        .unwrap();
    assert_eq!(key.state(), S::Failed, "{answer:?}");
    assert!(!key.remedy.clone().unwrap().zh.is_empty());
}
