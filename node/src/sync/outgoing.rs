//! The sending half of a session: which entries to read next, how many frames may be under way, what was acknowledged.

use hongyan_proto::{id::LogId, log::Frame, message::StopReason};

use super::session::{Action, WINDOW_BYTES, WINDOW_FRAMES};
use hongyan_proto::message::{Message, Stop};

#[derive(Debug)]
struct UnderWay {
    end: u64,
    bytes: usize,
}

/// What is being sent: this side's own log, or entries of the other side's log that it lost.
#[derive(Debug)]
pub(super) struct Outgoing {
    log_id: LogId,
    /// Entries that exist to be sent.
    size: u64,
    /// The next entry to read.
    next: u64,
    /// The receiver has everything before this durably.
    acked: u64,
    /// Frames under way, oldest first.
    under_way: std::collections::VecDeque<UnderWay>,
    /// Bytes of all of them.
    bytes: usize,
    /// A read was asked for and has not come back.
    reading: bool,
    /// The last size that was announced as the end.
    announced: Option<u64>,
}

impl Outgoing {
    pub(super) fn new(log_id: LogId, from: u64, size: u64) -> Self {
        Self {
            log_id,
            size,
            next: from,
            acked: from,
            under_way: std::collections::VecDeque::new(),
            bytes: 0,
            reading: false,
            announced: None,
        }
    }

    pub(super) fn log_id(&self) -> LogId {
        self.log_id
    }

    pub(super) fn acked(&self) -> u64 {
        self.acked
    }

    /// More entries became durable here.
    pub(super) fn grow(&mut self, size: u64) {
        self.size = self.size.max(size);
    }

    /// Everything there is was sent, announced and acknowledged.
    pub(super) fn settled(&self) -> bool {
        self.acked == self.size && self.announced == Some(self.size)
    }

    /// What to do next: read while the window has room, then say that this was all.
    pub(super) fn advance(&mut self, actions: &mut Vec<Action>) {
        if self.next < self.size {
            if !self.reading && self.under_way.len() < WINDOW_FRAMES && self.bytes < WINDOW_BYTES {
                self.reading = true;
                actions.push(Action::Read {
                    log_id: self.log_id,
                    from: self.next,
                    until: self.size,
                });
            }
        } else if self.announced != Some(self.size) {
            self.announced = Some(self.size);
            actions.push(Action::Send(Message::Done { size: self.size }));
        }
    }

    /// A frame was read and goes out.
    pub(super) fn read(&mut self, frame: Frame, actions: &mut Vec<Action>) {
        self.reading = false;
        if frame.log_id != self.log_id || frame.first != self.next {
            // A read that was asked for before the plan changed.
            return;
        }
        self.next = frame.end();
        let bytes = frame.bytes();
        self.bytes += bytes;
        self.under_way.push_back(UnderWay {
            end: self.next,
            bytes,
        });
        actions.push(Action::Send(Message::Frame(frame)));
    }

    /// The receiver has the log durably up to `size`. That may be more than was sent: its hello shows nothing while its note
    /// covers more than it holds, and an own log that was taken back is held there. What it has is not sent again.
    pub(super) fn acknowledge(&mut self, size: u64) -> Result<(), Stop> {
        if size < self.acked || size > self.size {
            let detail = format!("ack of {size}, expected {} to {}", self.acked, self.size);
            return Err(Stop::new(StopReason::Protocol, detail));
        }
        self.acked = size;
        // A read of entries before this place comes back too late, and is dropped.
        self.next = self.next.max(size);
        while let Some(arrived) = self.under_way.pop_front_if(|frame| frame.end <= size) {
            self.bytes -= arrived.bytes;
        }
        Ok(())
    }
}
