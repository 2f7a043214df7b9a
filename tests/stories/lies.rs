//! What a liar can say: every way in which a frame, or a session besides its frames, can be wrong.

use std::sync::Arc;

use hongyan_proto::{
    id::{CaseId, Epoch, KeyId, LogOrigin},
    identity::IdentityKey,
    log::Kind,
    message::{Message, StopReason},
    pb::exchange::v1 as x,
};
use hongyan_tests::town::{Forged, Rogue};

pub(crate) fn payload(content: x::payload::Content) -> x::Payload {
    x::Payload {
        content: Some(content),
    }
}

pub(crate) fn event(day: &str) -> x::Payload {
    payload(x::payload::Content::MajorEvent(x::MajorEvent {
        day: day.to_owned(),
        description: "见义勇为".to_owned(),
    }))
}

pub(crate) fn case_id(text: &str) -> CaseId {
    text.parse().unwrap()
}

/// What a liar says after its hello, how the session ends, and a part of the words.
pub(crate) type Lie = (&'static str, Vec<x::SyncMessage>, StopReason, &'static str);

fn wire(message: Message) -> x::SyncMessage {
    message.into_wire()
}

fn framed(frame: x::Frame) -> x::SyncMessage {
    x::SyncMessage {
        message: Some(x::sync_message::Message::Frame(frame)),
    }
}

/// Every way in which a frame can be wrong.
pub(crate) fn frames(rogue: &Rogue, case: CaseId) -> Vec<Lie> {
    let good = rogue.with(Some(case), Kind::MajorEvent, &event("2026-01-01"));
    let hello = wire(rogue.hello(&good));
    let size = rogue.log.entries.len();
    let frame = good.frame(size).into_wire();
    let told = |(name, lie, reason, part): (_, x::Frame, _, _)| {
        (name, vec![hello.clone(), framed(lie)], reason, part)
    };
    let lies = spoilt(rogue, case, &good, &frame).into_iter();
    lies.chain(misshapen(&good, &frame)).map(told).collect()
}

type Lying = (&'static str, x::Frame, StopReason, &'static str);

fn altered(frame: &x::Frame, change: impl FnOnce(&mut x::Frame)) -> x::Frame {
    let mut frame = frame.clone();
    change(&mut frame);
    frame
}

/// A frame whose parts do not belong together: `good` is what its note was signed for.
#[rustfmt::skip]
fn spoilt(rogue: &Rogue, case: CaseId, good: &Forged, frame: &x::Frame) -> Vec<Lying> {
    let size = rogue.log.entries.len();
    let other = rogue.with(Some(case), Kind::MajorEvent, &event("2026-01-02"));
    let stranger = Forged { signer: Arc::new(IdentityKey::from_seed([9; 32])), ..good.clone() };
    let elsewhere = |change: fn(&mut LogOrigin)| {
        let mut log = rogue.log.clone();
        change(&mut log.origin);
        log.append(rogue.now, Some(case), rogue.agreement, Kind::MajorEvent, &event("2026-01-01"));
        log.entries[size].header().bytes().clone()
    };
    let to_another = elsewhere(|origin| origin.audience = KeyId::from_bytes([5; 32]));
    let of_old = elsewhere(|origin| origin.epoch = Epoch::from_bytes([5; 16]));
    let (root, signature) = (other.note(size + 1), stranger.note(size + 1));
    let body = other.entries[size].body().unwrap().clone();
    let bad = StopReason::BadFrame;
    vec![
        ("a wrong root", altered(frame, |it| it.checkpoint = root.note().clone()), bad, "signed root"),
        ("a bad signature", altered(frame, |it| it.checkpoint = signature.note().clone()), bad, "signature"),
        ("another body", altered(frame, |it| it.entries[0].body = body), bad, "body does not match"),
        ("for another reader", altered(frame, |it| it.entries[0].header = to_another), bad, "belongs to another log"),
        ("of an old epoch", altered(frame, |it| it.entries[0].header = of_old), bad, "belongs to another log"),
    ]
}

/// A frame that is out of place or over its limits.
#[rustfmt::skip]
fn misshapen(good: &Forged, frame: &x::Frame) -> Vec<Lying> {
    let last = good.entries.last().unwrap().header().bytes();
    // A field that nobody knows, long enough to outgrow a header.
    let long = [&last[..], &[0xfa, 0x3f, 0xff, 0x03], &[0; 511]].concat();
    let none = bytes::Bytes::from_static(b"none");
    let (bad, protocol) = (StopReason::BadFrame, StopReason::Protocol);
    vec![
        ("a gap", altered(frame, |it| it.first += 1), bad, "gap"),
        ("a header over its limit", altered(frame, |it| it.entries[0].header = long.into()), bad, "header too long"),
        ("too many entries", altered(frame, |it| it.entries = vec![it.entries[0].clone(); 513]), protocol, "over its limits"),
        ("no entries", altered(frame, |it| it.entries.clear()), protocol, "no new entries"),
        ("a note that is none", altered(frame, |it| it.checkpoint = none), bad, "checkpoint"),
    ]
}

/// Every way in which a session can be wrong besides its frames.
pub(crate) fn manners(rogue: &Rogue, case: CaseId) -> Vec<Lie> {
    let size = rogue.log.entries.len();
    let good = rogue.with(Some(case), Kind::MajorEvent, &event("2026-01-01"));
    let hello = wire(rogue.hello(&rogue.log));
    let x::sync_message::Message::Hello(plain) = hello.message.clone().unwrap() else {
        unreachable!("a hello");
    };
    let greeting = |change: &dyn Fn(&mut x::Hello)| {
        let mut hello = plain.clone();
        change(&mut hello);
        vec![x::SyncMessage {
            message: Some(x::sync_message::Message::Hello(hello)),
        }]
    };
    let protocol = StopReason::Protocol;
    let ack = wire(Message::Ack {
        log_id: rogue.log.origin.log_id(),
        size: 9_999,
    });
    vec![
        (
            "no hello first",
            vec![wire(Message::Frame(good.frame(size)))],
            protocol,
            "frame out of order",
        ),
        (
            "two hellos",
            vec![hello.clone(), hello.clone()],
            protocol,
            "hello out of order",
        ),
        (
            "nothing at all",
            vec![x::SyncMessage::default()],
            protocol,
            "empty",
        ),
        (
            "too old",
            greeting(&|hello| (hello.protocol_min, hello.protocol_max) = (0, 0)),
            StopReason::Version,
            "(0, 0)",
        ),
        (
            "too new",
            greeting(&|hello| (hello.protocol_min, hello.protocol_max) = (8, 9)),
            StopReason::Version,
            "(8, 9)",
        ),
        (
            "a note of nobody",
            greeting(&|hello| hello.held = "x".into()),
            protocol,
            "checkpoint",
        ),
        (
            "a note too long",
            greeting(&|hello| hello.own = vec![0; 4_000].into()),
            protocol,
            "over its limit",
        ),
        (
            "an acknowledgement of what is not its own",
            vec![hello.clone(), ack],
            protocol,
            "ack out of order",
        ),
        (
            "done with more than there is",
            vec![hello.clone(), wire(Message::Done { size: 9_999 })],
            protocol,
            "9999",
        ),
    ]
}
