//! A partner by its key whose program lies: each lie is refused by name, says whose turn it is, leaves everything as it was, and an honest
//! sync right after completes.

use std::time::{Duration, Instant};

use hongyan_proto::{
    id::{AgreementHash, Epoch},
    log::{Kind, SignedCheckpoint},
    message::{Message, StopReason},
    pb::{exchange::v1 as x, office::v1 as o},
    time::Timestamp,
};
use hongyan_tests::town::{Desk, Id, Rogue, Town};
use prost::Message as _;

use x::RefusalReason;

use crate::{
    HOME, HOST, alike,
    lies::{case_id, event, frames, manners, payload},
    stay, two,
};

/// The host's place is taken by a program of its own; home dials nobody by itself, so that its last word is about what came in.
async fn taken_over(town: &mut Town, home: Id, host: Id) -> Rogue {
    town.settle(home, host).await.unwrap();
    town.at(host).stop().await.unwrap();
    town.at(home).stop().await.unwrap();
    town.at(home).start_passive().await.unwrap();
    let now = town.desk(home).status().await.unwrap().time_ms;
    Rogue::of(town.folder_of(host), HOME, Timestamp::from_millis(now)).unwrap()
}

fn logs(status: &o::GetStatusResponse) -> Vec<(String, u64, String)> {
    let logs = status.logs.iter();
    logs.map(|log| (log.log_id.clone(), log.size, log.root.clone()))
        .collect()
}

/// Far beyond what a busy machine takes to record how a session ended.
const PATIENCE: Duration = Duration::from_mins(1);

/// Home's last word on its partner, once it has recorded one that contains `part`; else what it says in the end.
async fn last_word(desk: &Desk, part: &str) -> String {
    let since = Instant::now();
    loop {
        let last = desk.sync_status(HOST).await.unwrap().last;
        let why = last.and_then(|last| last.why).unwrap_or_default();
        let words = format!("{} {}", why.zh, why.en);
        if words.contains(part) || since.elapsed() > PATIENCE {
            return words;
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_lie_is_refused_by_name_and_an_honest_sync_follows() {
    let (mut town, home, host, people) = two(51, 1).await;
    let case = stay(&town, home, host, &people[0]).await;
    let rogue = taken_over(&mut town, home, host).await;
    let address = town.at(home).wire().address().to_string();
    let desk = town.desk(home);
    let before = logs(&desk.status().await.unwrap());
    let case_ = case_id(&case);
    let lies = frames(&rogue, case_)
        .into_iter()
        .chain(manners(&rogue, case_));
    for (name, messages, reason, part) in lies {
        let mut call = rogue.call(&address).await.unwrap();
        for message in messages {
            call.say_raw(message).await;
        }
        let stop = call
            .stop()
            .await
            .unwrap_or_else(|| panic!("{name}: no stop"));
        assert_eq!(stop.reason, reason, "{name}: {stop}");
        assert!(stop.detail.contains(part), "{name}: {stop}");
        let words = last_word(&desk, part).await;
        assert!(words.contains(part), "{name}: home says {words:?}");
        let status = desk.status().await.unwrap();
        assert_eq!(logs(&status), before, "{name}");
    }
    honest(&mut town, home, host, &case).await;
}

/// The true host is back: both sides come together and go on.
async fn honest(town: &mut Town, home: Id, host: Id, case: &str) {
    town.at(host).start().await.unwrap();
    town.settle(home, host).await.unwrap();
    let desk = town.desk(host);
    desk.attendance(case, "2026-01-05", x::Presence::Present)
        .await
        .unwrap();
    town.settle(home, host).await.unwrap();
    alike(town, home, host).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_field_out_of_scope_is_refused_alone_and_named_to_its_author() {
    let mut town = Town::new(52, env!("CARGO_BIN_EXE_hongyan-demo")).unwrap();
    let home = town.node(HOME, "320200").await.unwrap();
    let host = town.node(HOST, "341700").await.unwrap();
    let told = [x::Disclosure::Identity, x::Disclosure::Certificate];
    town.pair_under(home, host, &told).await.unwrap();
    let people = town.members(home, 1).await.unwrap();
    let case = stay(&town, home, host, &people[0].certificate).await;
    let rogue = taken_over(&mut town, home, host).await;
    let size = rogue.log.entries.len();
    let mut log = rogue.with(Some(case_id(&case)), Kind::MajorEvent, &event("2026-01-01"));
    let canary = payload(x::payload::Content::Change(x::Change {
        day: "2026-01-02".to_owned(),
        phone: "13912345678".to_owned(),
        ..Default::default()
    }));
    log.append(
        rogue.now,
        Some(case_id(&case)),
        rogue.agreement,
        Kind::Change,
        &canary,
    );
    let none = Some(AgreementHash::from_bytes([4; 32]));
    log.append(
        rogue.now,
        Some(case_id(&case)),
        none,
        Kind::Found,
        &payload(x::payload::Content::Found(x::Found {
            found_on: "2026-01-03".to_owned(),
            note: String::new(),
        })),
    );
    log.append(rogue.now, None, rogue.agreement, Kind::Notice, &canary);
    let mut call = rogue
        .call(&town.at(home).wire().address().to_string())
        .await
        .unwrap();
    call.say(rogue.hello(&log)).await;
    call.say(Message::Frame(log.frame(size))).await;
    call.say(Message::Done {
        size: log.entries.len() as u64,
    })
    .await;
    let receipt = receipt(&mut call).await;
    let reasons: Vec<_> = receipt
        .refusals
        .iter()
        .map(|refusal| (refusal.sequence - size as u64, refusal.reason()))
        .collect();
    assert_eq!(
        reasons,
        [
            (0, RefusalReason::OutOfScope),
            (1, RefusalReason::OutOfScope),
            (2, RefusalReason::NoAgreement),
            (3, RefusalReason::WrongKind)
        ],
        "{receipt:?}"
    );
    drop(call);
    // The refused bodies are nowhere at home: not in the case, not in what an export shows.
    let shown = town.desk(home).case(&case).await.unwrap();
    assert!(!format!("{shown:?}").contains("13912345678"));
    let exported = town.folder_of(home).join("out");
    let exported = exported.to_str().unwrap();
    town.at(home)
        .command(&["export", "--out", exported, "--purpose", "查验"])
        .await
        .unwrap();
    let exported = std::fs::read_to_string(exported).unwrap();
    let lines: Vec<serde_json::Value> = exported
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    // Every entry of the rogue's log is a line of its own: those before with what they say, the refused ones with their headers alone.
    let log_id = log.origin.log_id().to_string();
    let told: Vec<bool> = lines
        .iter()
        .filter(|line| line["log"] == log_id.as_str())
        .map(|line| !line["payload"].is_null())
        .collect();
    assert_eq!(told[..size], vec![true; size], "what was taken in");
    assert_eq!(told[size..], [false; 4], "what was refused");
    assert!(
        exported.contains(&people[0].name),
        "home's own roster is there"
    );
    for refused in ["13912345678", "2026-01-02", "2026-01-03"] {
        assert!(!exported.contains(refused), "{refused}");
    }
    // The honest host never wrote them. Home holds more of its log than it does: it takes them back, as refused letters.
    honest_without_attendance(&mut town, home, host).await;
}

/// The receipt that home writes into its own log for what came in.
async fn receipt(call: &mut hongyan_tests::town::Call) -> x::Receipt {
    loop {
        let message = call.hear().await.expect("a receipt comes before the end");
        let Message::Frame(frame) = message else {
            continue;
        };
        for entry in frame.entries {
            let body = entry.body.slice(16..);
            if let Some(x::payload::Content::Receipt(receipt)) =
                x::Payload::decode(body).unwrap().content
            {
                return receipt;
            }
        }
    }
}

async fn honest_without_attendance(town: &mut Town, home: Id, host: Id) {
    town.at(host).start().await.unwrap();
    town.settle(home, host).await.unwrap();
    alike(town, home, host).await;
    for side in [home, host] {
        assert_eq!(
            town.desk(side).verify_logs().await.unwrap(),
            Vec::<String>::new()
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_log_of_another_epoch_waits_for_people_and_the_true_one_goes_on() {
    let (mut town, home, host, people) = two(53, 1).await;
    let case = stay(&town, home, host, &people[0]).await;
    let rogue = taken_over(&mut town, home, host).await;
    let mut older = rogue.log.clone();
    older.origin.epoch = Epoch::from_bytes([5; 16]);
    let mut call = rogue
        .call(&town.at(home).wire().address().to_string())
        .await
        .unwrap();
    call.say(rogue.hello(&older)).await;
    assert_eq!(call.stop().await.unwrap().reason, StopReason::Epoch);
    let words = last_word(&town.desk(home), "epoch").await;
    assert!(words.contains("operator must accept"), "{words}");
    honest(&mut town, home, host, &case).await;
}

/// Both sessions begin by what home holds, and each history is in itself in order: only the second one's frame shows that there are two.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_histories_told_at_once_the_second_is_refused_with_both_notes() {
    let (mut town, home, host, people) = two(55, 1).await;
    let case = stay(&town, home, host, &people[0]).await;
    let rogue = taken_over(&mut town, home, host).await;
    let address = town.at(home).wire().address().to_string();
    let size = rogue.log.entries.len();
    let histories = ["2026-01-01", "2026-01-02"]
        .map(|day| rogue.with(Some(case_id(&case)), Kind::MajorEvent, &event(day)));
    let mut calls = Vec::new();
    for history in &histories {
        let mut call = rogue.call(&address).await.unwrap();
        call.say(rogue.hello(history)).await;
        call.greeting(&rogue.partner).await.unwrap();
        calls.push(call);
    }
    let [first, second] = &mut calls[..] else {
        unreachable!("two histories")
    };
    first.say(Message::Frame(histories[0].frame(size))).await;
    acknowledged(first, size as u64 + 1).await;
    second.say(Message::Frame(histories[1].frame(size))).await;
    let stop = second.stop().await.expect("a word before the end");
    assert_eq!(stop.reason, StopReason::BadFrame, "{stop}");
    assert!(stop.detail.contains("two histories"), "{stop}");
    let author = rogue.key.public();
    let notes: Vec<_> = stop
        .evidence
        .iter()
        .map(|note| SignedCheckpoint::verify(note, &author).unwrap())
        .collect();
    let shown = histories.each_ref().map(|history| {
        let note = history.note(size + 1);
        (note.size(), note.root())
    });
    let kept: Vec<_> = notes
        .iter()
        .map(|note| (note.size(), note.root()))
        .collect();
    assert_eq!(kept, shown, "both notes, what is held first");
    // Before the first session ends, which is another word.
    let desk = town.desk(home);
    let words = last_word(&desk, "two histories").await;
    assert!(words.contains("two histories"), "{words}");
    drop(calls);
    // What was held stays, the correspondence goes on, and only the first history is in the case.
    let state = desk.partner(HOST).await.unwrap().state();
    assert_eq!(state, o::PartnerState::Pinned);
    honest_without_attendance(&mut town, home, host).await;
    for side in [home, host] {
        let told = town.desk(side).case(&case).await.unwrap();
        let kind = x::Kind::MajorEvent;
        let events = told.events.iter().filter(|event| event.kind() == kind);
        assert_eq!(events.count(), 1, "{told:?}");
    }
}

/// Home has made so many entries durable.
async fn acknowledged(call: &mut hongyan_tests::town::Call, wanted: u64) {
    loop {
        let message = call.hear().await.expect("an acknowledgement comes");
        if matches!(message, Message::Ack { size, .. } if size == wanted) {
            return;
        }
    }
}

/// More than any honest partner repeats.
const ACKNOWLEDGEMENTS: usize = 10_000;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_silent_peer_and_one_that_only_repeats_itself_are_left() {
    let (mut town, home, host, people) = two(54, 1).await;
    let case = stay(&town, home, host, &people[0]).await;
    let rogue = taken_over(&mut town, home, host).await;
    let address = town.at(home).wire().address().to_string();
    let mut silent = rogue.call(&address).await.unwrap();
    let mut repeating = rogue.call(&address).await.unwrap();
    repeating.say(rogue.hello(&rogue.log)).await;
    let shown = repeating.greeting(&rogue.partner).await.unwrap();
    let ack = Message::Ack {
        log_id: shown.origin().log_id(),
        size: shown.size(),
    };
    for _ in 0..ACKNOWLEDGEMENTS {
        if !repeating.say(ack.clone()).await {
            break;
        }
    }
    let stop = repeating.stop().await.expect("a word before the end");
    assert_eq!(stop.reason, StopReason::Protocol, "{stop}");
    assert!(stop.detail.contains("bring nothing new"), "{stop}");
    let stop = silent.stop().await.expect("a word before the end");
    assert_eq!(stop.reason, StopReason::Timeout);
    honest(&mut town, home, host, &case).await;
}
