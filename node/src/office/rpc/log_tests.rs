//! The logs as such, over the office's own API: what a verification names, and what a proof of continuation is good for.
#![allow(clippy::unwrap_used)]

use hongyan_proto::{
    id::Hash,
    identity::PublicKey,
    letter::Attendance,
    log::{SignedCheckpoint, proof},
    pb::office::v1::{self as pb, log_service_server::LogService as _, verify_log_response::Event},
};
use tokio_stream::StreamExt as _;
use tonic::{Code, Request};

use crate::office::{
    log,
    tests::{
        pair::{Pair, Town},
        stories::{accept, attendance, notice, place, ready, write},
    },
};

/// What the office says of a log that it has read again.
async fn verified(town: &Town, log: &str) -> pb::VerifyResult {
    let named = log::named(&town.office, log).unwrap().log_id().to_string();
    let log = log.to_owned();
    let asked = Request::new(pb::VerifyLogRequest { log });
    let mut events = town.office.verify_log(asked).await.unwrap().into_inner();
    let mut result = None;
    while let Some(event) = events.next().await {
        let event = event.unwrap();
        assert_eq!(event.log_id, named);
        if let Some(Event::Result(last)) = event.event {
            result = Some(last);
        }
    }
    result.unwrap()
}

/// Two partners, some days into a stay.
async fn stay() -> Pair {
    let pair = ready().await;
    let case = notice(&pair, "张三").await;
    pair.sync().await;
    write(&pair.host, case, accept()).await.unwrap();
    write(&pair.host, case, place()).await.unwrap();
    for number in 1..=9 {
        let event = Attendance {
            theme: Some(format!("第 {number} 次").parse().unwrap()),
            ..attendance("2026-04-01")
        };
        write(&pair.host, case, event).await.unwrap();
    }
    pair.sync().await;
    pair
}

#[tokio::test]
async fn a_verification_names_the_first_bad_entry() {
    let pair = stay().await;
    let home = &pair.home;
    let (out, incoming) = (
        format!("out:{}", home.partner().code),
        format!("in:{}", home.partner().code),
    );
    let good = verified(home, &incoming).await;
    assert!(good.good && good.size > 9, "{good:?}");
    assert!(good.problem.is_none() && good.remedy.is_none(), "{good:?}");
    let log = home.partner().incoming.unwrap();
    for sequence in [good.size - 1, good.size - 4] {
        home.office.store().forge_body(log, sequence);
        let bad = verified(home, &incoming).await;
        assert!(!bad.good, "{bad:?}");
        assert_eq!(bad.first_bad, sequence);
        let (problem, remedy) = (bad.problem.unwrap(), bad.remedy.unwrap());
        assert_eq!(
            (problem.zh, problem.en),
            (
                format!("第 {sequence} 条损坏: 信体与哈希不符"),
                format!("entry {sequence} is damaged: the body does not match its hash")
            )
        );
        assert!(remedy.en.contains("the partner has it"), "{remedy:?}");
    }
    // The other logs are as they were.
    for log in [out.as_str(), "local"] {
        assert!(verified(home, log).await.good, "{log}");
    }
}

async fn continues(
    town: &Town,
    log: &str,
    old_size: u64,
    new_size: u64,
) -> Result<pb::ProveConsistencyResponse, tonic::Status> {
    let asked = pb::ProveConsistencyRequest {
        log: log.to_owned(),
        old_size,
        new_size,
    };
    let answer = town.office.prove_consistency(Request::new(asked)).await?;
    Ok(answer.into_inner())
}

/// Does the proof hold for these sizes and roots?
fn holds(answer: &pb::ProveConsistencyResponse, hashes: &[Hash]) -> bool {
    let root = |text: &str| text.parse::<Hash>().unwrap();
    proof::verify_consistency(
        hashes,
        answer.new_size,
        root(&answer.new_root),
        answer.old_size,
        root(&answer.old_root),
    )
    .is_ok()
}

/// Every earlier size of a log is proven, against a root that its author signed.
async fn all_sizes(town: &Town, log: &str, author: &PublicKey) {
    let size = verified(town, log).await.size;
    assert!(size > 3, "{log} has {size} entries");
    for old in 0..=size {
        let answer = continues(town, log, old, 0).await.unwrap();
        assert_eq!((answer.old_size, answer.new_size), (old, size), "{log}");
        let note = SignedCheckpoint::verify(&answer.note.clone().into(), author).unwrap();
        assert_eq!(note.size(), size);
        assert_eq!(note.root().to_string(), answer.new_root);
        let hashes: Vec<Hash> = answer.hashes.iter().map(|it| it.parse().unwrap()).collect();
        assert!(holds(&answer, &hashes), "{log} from {old}");
        assert_eq!(
            hashes.is_empty(),
            old == 0 || old == size,
            "{log} from {old}"
        );
        refuses_what_is_altered(&answer, &hashes);
        // What is proven of an earlier end is the same root that is proven of a later beginning. No size means the latest one.
        let until = continues(town, log, old.min(1), old).await.unwrap();
        let end = if old == 0 {
            &answer.new_root
        } else {
            &answer.old_root
        };
        assert_eq!(&until.new_root, end, "{log} until {old}");
    }
}

fn refuses_what_is_altered(answer: &pb::ProveConsistencyResponse, hashes: &[Hash]) {
    for at in 0..hashes.len() {
        let mut altered = hashes.to_vec();
        altered[at] = Hash::from_bytes([7; 32]);
        assert!(!holds(answer, &altered));
        altered.remove(at);
        assert!(!holds(answer, &altered));
    }
    if answer.old_size == 0 {
        return;
    }
    let other = Hash::from_bytes([7; 32]).to_string();
    let older = pb::ProveConsistencyResponse {
        old_root: other.clone(),
        ..answer.clone()
    };
    let newer = pb::ProveConsistencyResponse {
        new_root: other,
        ..answer.clone()
    };
    let shorter = pb::ProveConsistencyResponse {
        old_size: answer.old_size - 1,
        ..answer.clone()
    };
    for altered in [older, newer] {
        assert!(!holds(&altered, hashes), "{altered:?}");
    }
    // The empty log begins every other, whatever root is named for it, but with no hash.
    if shorter.old_size > 0 || !hashes.is_empty() {
        assert!(!holds(&shorter, hashes), "{shorter:?}");
    }
}

#[tokio::test]
async fn that_a_log_continues_is_proven_for_every_size_and_log() {
    let pair = stay().await;
    let home = &pair.home;
    let code = home.partner().code;
    let (own, partner) = (home.office.public(), pair.host.office.public());
    for (log, author) in [
        ("local".to_owned(), own),
        (format!("out:{code}"), own),
        (format!("in:{code}"), partner),
    ] {
        all_sizes(home, &log, &author).await;
    }
}

#[tokio::test]
async fn sizes_that_the_log_does_not_have_are_refused_by_field() {
    let pair = stay().await;
    let size = verified(&pair.home, "local").await.size;
    for (old, new) in [
        (size + 1, 0),
        (size, size - 1),
        (1, size + 1),
        (u64::MAX, 0),
    ] {
        let refused = continues(&pair.home, "local", old, new).await.unwrap_err();
        assert_eq!(
            refused.code(),
            Code::InvalidArgument,
            "{old}..{new}: {refused}"
        );
        assert!(refused.message().contains("old_size"), "{refused}");
    }
    let refused = continues(&pair.home, "out:999999-999", 1, 0).await;
    assert_eq!(refused.unwrap_err().code(), Code::NotFound);
}
