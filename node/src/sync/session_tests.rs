//! The order in which a session asks for things, and what it makes of a partner that lost, hides or invents something.

#![allow(clippy::unwrap_used)]

use hongyan_proto::time::Timestamp;

use super::*;
use crate::sync::letter::tests::{Log, home, host};

/// The home has written 5 entries of which `here` are here, and mirrors 2 of the host's 4.
struct Desk {
    own: Log,
    theirs: Log,
    here: u64,
}

impl Desk {
    fn new(here: u64) -> Self {
        Self {
            own: Log::new(home(), &host(), 5, 0),
            theirs: Log::new(host(), &home(), 4, 0),
            here,
        }
    }

    /// A session that has heard a hello: the host holds `held` of the home's entries, and has `theirs` of its own.
    fn greeted(&self, held: Option<u64>, theirs: &Bytes) -> (Session, Vec<Action>) {
        let (mut session, _) = Session::open(Start {
            own: self.own.note(self.here),
            own_follow: self.own.follow(self.here),
            own_base: 0,
            mirror: self.theirs.follow(2),
            held: Some(self.theirs.note(2)),
            now: Timestamp::from_millis(0),
            agreements: Vec::new(),
            reset: None,
            rotations: Succession::NONE,
            held_rotations: Succession::NONE,
        });
        let hello = Hello {
            protocol: PROTOCOL,
            own: theirs.clone(),
            held: held.map(|size| self.own.note(size).note().clone()),
            time: Timestamp::from_millis(0),
            agreements: Vec::new(),
            reset: None,
            rotations: Succession::NONE,
            held_rotations: Succession::NONE,
        };
        let roots = Roots {
            own_at_held: held
                .filter(|size| *size <= self.here)
                .map(|size| self.own.tree(size).root()),
            mirror_at_own: Some(self.theirs.tree(2).root()),
        };
        let actions = session.receive(Message::Hello(hello), roots);
        (session, actions)
    }

    fn ack(&self, session: &mut Session, size: u64) -> Vec<Action> {
        let log_id = self.own.follow(0).origin.log_id();
        session.receive(Message::Ack { log_id, size }, Roots::default())
    }
}

#[test]
fn a_loss_locks_the_own_log_before_anything_else_is_done() {
    let desk = Desk::new(3);
    let (_, actions) = desk.greeted(Some(5), desk.theirs.note(4).note());
    assert!(
        matches!(actions[0], Action::MustRecover { until: 5 }),
        "{actions:?}"
    );
    // The proof is this side's own signature: it counts, whatever else the hello says.
    let (_, actions) = desk.greeted(Some(5), &Bytes::from_static(b"no note"));
    assert!(
        matches!(
            actions[..],
            [
                Action::MustRecover { until: 5 },
                Action::Send(_),
                Action::Stopped(_)
            ]
        ),
        "{actions:?}"
    );
}

#[test]
fn a_hello_that_shows_no_loss_confirms_before_anything_else_is_done() {
    let desk = Desk::new(3);
    for held in [1, 3] {
        let (_, actions) = desk.greeted(Some(held), desk.theirs.note(4).note());
        assert!(matches!(actions[0], Action::Confirmed), "{actions:?}");
    }
}

#[test]
fn a_receiver_that_holds_more_than_was_sent_is_sent_only_the_rest() {
    let desk = Desk::new(5);
    let (mut session, actions) = desk.greeted(None, desk.theirs.note(2).note());
    assert!(
        matches!(actions[..], [Action::Read { from: 0, .. }]),
        "what it holds is not known yet: {actions:?}"
    );
    session.read(desk.own.frame(0..1));
    let actions = desk.ack(&mut session, 4);
    assert!(actions.is_empty(), "a read is under way: {actions:?}");
    let actions = session.read(desk.own.frame(1..3));
    assert!(
        matches!(actions[..], [Action::Read { from: 4, .. }]),
        "{actions:?}"
    );
    session.read(desk.own.frame(4..5));
    desk.ack(&mut session, 5);
    let actions = session.receive(Message::Done { size: 2 }, Roots::default());
    assert!(
        matches!(
            actions[..],
            [Action::Confirmed, Action::Settled { again: false }]
        ),
        "{actions:?}"
    );
}

#[test]
fn an_acknowledgement_of_what_does_not_exist_ends_the_session() {
    let desk = Desk::new(3);
    let (mut session, _) = desk.greeted(None, desk.theirs.note(2).note());
    let actions = desk.ack(&mut session, 4);
    assert!(
        matches!(actions.last(), Some(Action::Stopped(stop)) if stop.reason == StopReason::Protocol),
        "{actions:?}"
    );
}

#[test]
fn a_frame_at_the_end_of_all_numbers_is_refused() {
    let desk = Desk::new(3);
    let (mut session, _) = desk.greeted(Some(3), desk.theirs.note(4).note());
    let mut frame = desk.theirs.frame(2..4);
    frame.first = u64::MAX;
    let actions = session.receive(Message::Frame(frame), Roots::default());
    assert!(
        matches!(actions.last(), Some(Action::Stopped(stop)) if stop.reason == StopReason::BadFrame),
        "{actions:?}"
    );
}

#[test]
fn a_longer_branch_leaves_the_held_note_and_its_own_as_evidence() {
    let desk = Desk::new(3);
    // The same author, and other entries from the first one on.
    let branch = Log::new(host(), &home(), 4, 1);
    let (mut session, _) = desk.greeted(Some(3), branch.note(4).note());
    let actions = session.receive(Message::Frame(branch.frame(2..4)), Roots::default());
    let Some(Action::Stopped(stop)) = actions.last() else {
        panic!("{actions:?}");
    };
    assert_eq!(stop.reason, StopReason::BadFrame);
    let notes = [desk.theirs.note(2), branch.note(4)].map(|note| note.note().clone());
    assert_eq!(stop.evidence, notes);
}

#[test]
fn a_peer_that_only_repeats_itself_is_ended() {
    let desk = Desk::new(5);
    let (mut session, _) = desk.greeted(Some(4), desk.theirs.note(2).note());
    let mut ended = None;
    for count in 0..=2 * IDLE_MESSAGES {
        let actions = desk.ack(&mut session, 4);
        if let [Action::Send(Message::Stop(_)), Action::Stopped(stop)] = actions.as_slice() {
            ended = Some((count, stop.reason));
            break;
        }
    }
    let (count, reason) = ended.unwrap();
    assert_eq!(reason, StopReason::Protocol);
    assert!(
        count >= IDLE_MESSAGES,
        "a few repeated ones are nobody's fault"
    );
}
