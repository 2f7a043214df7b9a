//! Measures the store: mirroring a log in frames of 512 entries, reopening it, verifying it. Prints one figure a line.
//!
//! `cargo run --release -p hongyan-node --example store_bench -- [entries]`
#![allow(clippy::print_stdout, clippy::unwrap_used, clippy::cast_precision_loss)]

use std::time::{Duration, Instant};

use hongyan_node::store::{Draft, LogNo, LogRecord, Store, StoreError, Unlock};
use hongyan_proto::{
    id::{Epoch, LogOrigin},
    identity::IdentityKey,
    log::{Entry, Frame, Kind, NewHeader, SignedCheckpoint, VerifiedFrame, body},
    time::Timestamp,
};

const FRAME: u64 = 512;
const PAYLOAD: usize = 300;
/// Frames that a sender may have under way before the first is acknowledged.
const IN_FLIGHT: usize = 4;

fn main() {
    let count: u64 = std::env::args()
        .nth(1)
        .map_or(1_000_000, |text| text.parse().unwrap());
    let place = tempfile::tempdir().unwrap();
    let folder = place.path().join("data");
    let unlock = Unlock::KeyFile(place.path().join("node.key"));
    for (name, offset, in_flight) in [
        ("aligned", 0, 1),
        ("unaligned", 100, 1),
        ("in flight", 100, IN_FLIGHT),
    ] {
        let store = Store::create(&folder, &unlock, [1; 32]).unwrap();
        let (no, time, bytes) = fill(&store, count, offset, in_flight);
        let disk = size_of_folder(&folder);
        println!(
            "{name}: mirror {:.0} entries/s",
            count as f64 / time.as_secs_f64()
        );
        println!(
            "{name}: {:.2} bytes on disk per byte of header and body",
            disk as f64 / bytes as f64
        );
        println!("{name}: {} MiB resident at most", peak_mib());
        drop(store);
        let start = Instant::now();
        let (store, report) = Store::open(&folder, &unlock, [2; 32]).unwrap();
        assert!(report.damage.is_empty());
        println!("{name}: reopen {:?}", start.elapsed());
        let start = Instant::now();
        let read = store.entries(no, 0..u64::MAX).unwrap().flatten().count();
        println!("{name}: read {read} entries in {:?}", start.elapsed());
        let start = Instant::now();
        let verified = store.verify_log(no, &|_| {}).unwrap();
        println!(
            "{name}: verify {} entries in {:?}",
            verified.size,
            start.elapsed()
        );
        println!("{name}: {} MiB resident at most", peak_mib());
        drop(store);
        std::fs::remove_dir_all(&folder).unwrap();
    }
}

fn fill(store: &Store, count: u64, offset: u64, in_flight: usize) -> (LogNo, Duration, u64) {
    let key = IdentityKey::from_seed([2; 32]);
    let origin = LogOrigin {
        author: key.public().key_id(),
        audience: IdentityKey::from_seed([1; 32]).public().key_id(),
        epoch: Epoch::from_bytes([7; 16]),
    };
    let author = key.public();
    let no = store
        .commit_blocking(move |draft| draft.create_log(origin, author, false))
        .unwrap();
    let mut record = (*store.log(no).unwrap()).clone();
    let (mut time, mut bytes) = (Duration::ZERO, 0);
    let mut next = if offset > 0 { offset } else { FRAME };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    while record.size() < count {
        let mut frames = Vec::new();
        while frames.len() < in_flight && record.size() < count {
            let frame = frame(&key, next.min(count - record.size()), &record);
            record.tree = frame.tree().clone();
            bytes += frame
                .entries()
                .iter()
                .map(|entry| entry.len() as u64)
                .sum::<u64>();
            frames.push(frame);
            next = FRAME;
        }
        let start = Instant::now();
        runtime.block_on(async {
            let mut answers = tokio::task::JoinSet::new();
            for frame in frames {
                let store = store.clone();
                answers.spawn(async move {
                    let work = move |draft: &mut Draft<'_>| draft.mirror(no, &frame, &[]);
                    store.commit::<(), StoreError, _>(work).await.unwrap();
                });
            }
            while let Some(answer) = answers.join_next().await {
                answer.unwrap();
            }
        });
        time += start.elapsed();
    }
    (no, time, bytes)
}

fn frame(key: &IdentityKey, count: u64, record: &LogRecord) -> VerifiedFrame {
    let mut tree = record.tree.clone();
    let first = tree.size();
    let entries: Vec<_> = (first..first + count)
        .map(|sequence| {
            let body = body::seal([9; 16], &[u8::try_from(sequence % 251).unwrap(); PAYLOAD]);
            let header = NewHeader {
                log_id: record.log_id(),
                sequence,
                seen: 0,
                time: Timestamp::from_millis(1_790_000_000_000),
                kind: Kind::Contact,
                case_id: None,
                agreement: None,
                body_hash: body::body_hash(&body),
            };
            Entry::join(header.encode(), body).unwrap()
        })
        .collect();
    for entry in &entries {
        tree.append(entry.header().leaf_hash());
    }
    let signed = SignedCheckpoint::sign(key, &record.origin, tree.size(), tree.root()).unwrap();
    let frame = Frame::new(record.log_id(), first, &entries, &signed, vec![]);
    record.follow(0).verify(frame).unwrap()
}

fn size_of_folder(folder: &std::path::Path) -> u64 {
    std::fs::read_dir(folder)
        .unwrap()
        .map(|item| {
            let path = item.unwrap().path();
            if path.is_dir() {
                size_of_folder(&path)
            } else {
                std::fs::metadata(&path).unwrap().len()
            }
        })
        .sum()
}

fn peak_mib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status
        .lines()
        .find(|line| line.starts_with("VmHWM"))
        .unwrap_or_default();
    line.split_whitespace()
        .nth(1)
        .and_then(|kib| kib.parse::<u64>().ok())
        .unwrap_or(0)
        / 1024
}
