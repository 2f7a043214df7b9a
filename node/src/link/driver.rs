//! Drives one session over a pair of streams: reads what it wants to send, stores what it verified, keeps the time limits.
//!
//! Verifying a frame is a millisecond of hashing, so a session runs on a thread of its own and leaves the runtime's threads to
//! the streams. While one group of frames is being made durable, the store works on the next and more are verified.

use std::{
    collections::VecDeque,
    future::Future,
    pin::Pin,
    sync::{Arc, Mutex},
    time::Duration,
};

use hongyan_proto::{
    id::KeyId,
    log::{Kind, VerifiedFrame},
    message::{Hello, Message, Stop, StopReason},
    pb::exchange::v1 as pb,
};
use tokio::{
    sync::mpsc,
    time::{Instant, sleep_until, timeout},
};
use tokio_stream::{Stream, StreamExt as _};
use tonic::Code;

use super::{
    Link,
    feed::Feed,
    keep::{Stored, Write, start},
    outcome::{End, Outcome, Progress, Sizes, Standing, blank},
};
use crate::{
    book::{Intake, OpenFrame, Partner, PartnerState},
    store::{Draft, LogNo, LogState, StoreError},
    sync::{Action, Roots, Session, WINDOW_BYTES, WINDOW_FRAMES},
};

/// Time limits of a session. Tests shorten them.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Until the other side's hello.
    pub hello: Duration,
    /// Between two messages, while something is under way.
    pub silence: Duration,
    /// Until the receipt for what was sent; without it the session ends all the same, and the receipt comes with the next.
    pub receipt: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            hello: Duration::from_secs(10),
            silence: Duration::from_mins(1),
            receipt: Duration::from_secs(5),
        }
    }
}

/// Messages waiting to go out. An honest partner never lets more pile up than a window of frames and one of acknowledgements; one that
/// acknowledges what it does not read is left after this many frames, a MiB each.
pub(super) const OUTGOING_MESSAGES: usize = 3 * WINDOW_FRAMES;

/// Commits that may be under way: while the disk takes one, the store works on the next.
const COMMITS_UNDER_WAY: usize = 2;

/// Frames of more bytes than this wait for the next commit. With one frame more it is still less than may be unsynced in databases of the second
/// size, and two are in new ones; and what is in the processor's cache from one step is cheaper to take up in the next.
const COMMIT_BYTES: usize = 384 * 1024;

/// How long the other side's end of a stream is waited for.
const PARTING: Duration = Duration::from_secs(2);

/// Which side dialled: it decides when a session that has nothing more to say ends.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Role {
    Dialled,
    Answered,
}

/// The two directions of a stream, and how a message is wrapped for it.
pub(super) struct Line<I, O> {
    pub(super) incoming: I,
    pub(super) outgoing: mpsc::Sender<O>,
    pub(super) wrap: fn(pb::SyncMessage) -> O,
}

type Commit = Pin<Box<dyn Future<Output = Result<Option<Stored>, Stop>> + Send>>;

struct Drive<O> {
    link: Link,
    partner: KeyId,
    own: LogNo,
    mirror: LogNo,
    /// The correspondence has stopped for a fork: nothing but a new epoch is heard.
    frozen: Option<Partner>,
    session: Session,
    intake: Arc<Mutex<Intake>>,
    feed: Feed,
    outgoing: mpsc::Sender<O>,
    wrap: fn(pb::SyncMessage) -> O,
    role: Role,
    /// Verified frames that wait for the commit under way.
    waiting: VecDeque<Write>,
    /// Bytes of all of them.
    waiting_bytes: usize,
    /// Everything under way is durable on both sides; whether another session must follow.
    settled: Option<bool>,
    /// The receipt that may be owed was written.
    receipted: bool,
    /// A receipt is expected for what was sent.
    expecting: bool,
    /// Own entries the session knows of.
    own_size: u64,
    greeted: bool,
    sizes: Sizes,
    progress: Progress,
    outcome: Outcome,
    end: Option<End>,
}

/// Runs a session to its end.
pub(super) async fn run<I, O>(
    link: &Link,
    partner: &Partner,
    stream: Line<I, O>,
    role: Role,
    progress: impl Fn(Progress) + Send + 'static,
) -> Outcome
where
    I: Stream<Item = Result<pb::SyncMessage, tonic::Status>> + Send + Unpin + 'static,
    O: Send + 'static,
{
    let Line {
        incoming,
        outgoing,
        wrap,
    } = stream;
    let telling = outgoing.clone();
    let (mut drive, actions) = match Drive::open(link, partner, (outgoing, wrap), role) {
        Ok(opened) => opened,
        Err(stop) => {
            // The other side hears why, unless it has gone.
            let message = wrap(Message::Stop(stop.clone()).into_wire());
            let _ = telling.try_send(message);
            return blank(End::Stopped(stop));
        }
    };
    // The stream ends with its last sender.
    drop(telling);
    let runtime = tokio::runtime::Handle::current();
    let thread = tokio::task::spawn_blocking(move || {
        drive.perform(actions);
        runtime.block_on(drive.turn(incoming, progress))
    });
    thread
        .await
        .unwrap_or_else(|_| blank(End::Cut("会话异常终止 the session broke down".to_owned())))
}

fn store(error: impl ToString) -> Stop {
    Stop::new(StopReason::Store, error)
}

impl<O: Send + 'static> Drive<O> {
    fn open(
        link: &Link,
        partner: &Partner,
        (outgoing, wrap): (mpsc::Sender<O>, fn(pb::SyncMessage) -> O),
        role: Role,
    ) -> Result<(Self, Vec<Action>), Stop> {
        let mirror = partner
            .incoming
            .ok_or_else(|| store("the partner's epoch is not known"))?;
        let (start, own_size) = start(link, partner, mirror)?;
        let (session, actions) = Session::open(start);
        let drive = Self {
            feed: Feed::new(
                link.store().clone(),
                link.keys().clone(),
                partner.out,
                mirror,
            ),
            link: link.clone(),
            frozen: Some(partner.clone()).filter(|known| known.state == PartnerState::Frozen),
            partner: partner.key_id,
            own: partner.out,
            mirror,
            session,
            intake: Arc::default(),
            outgoing,
            wrap,
            role,
            waiting: VecDeque::new(),
            waiting_bytes: 0,
            settled: None,
            receipted: false,
            expecting: link.awaits_receipt(partner, own_size),
            own_size,
            greeted: false,
            sizes: Sizes::default(),
            progress: Progress::default(),
            outcome: blank(End::Settled),
            end: None,
        };
        Ok((drive, actions))
    }

    async fn turn<I>(mut self, mut incoming: I, progress: impl Fn(Progress)) -> Outcome
    where
        I: Stream<Item = Result<pb::SyncMessage, tonic::Status>> + Unpin,
    {
        let limits = self.link.limits();
        let mut commits: VecDeque<Commit> = VecDeque::new();
        let mut moved = self.link.store().subscribe();
        let mut pins = self.link.pins().changes();
        let mut closing = self.link.closing();
        if *closing.borrow_and_update() {
            return self.close(End::Closing);
        }
        let mut deadline = Instant::now() + limits.hello;
        loop {
            while self.end.is_none()
                && commits.len() < COMMITS_UNDER_WAY
                && let Some(commit) = self.next_commit()
            {
                commits.push_back(commit);
            }
            progress(self.progress);
            if let Some(end) = self.end.take() {
                // What is being stored is stored: the partner may count on no acknowledgement it has not read.
                for commit in commits {
                    self.stored(commit.await);
                }
                return self.part(end, incoming).await;
            }
            if self.done(!commits.is_empty()) {
                let again = self.settled == Some(true);
                let end = if again { End::Again } else { End::Settled };
                return self.part(end, incoming).await;
            }
            if self.settled == Some(false) && self.expecting {
                deadline = deadline.min(Instant::now() + limits.receipt);
            }
            // An honest partner keeps to the window by itself; another's frames wait in its own memory.
            let room = self.waiting.len() < WINDOW_FRAMES && self.waiting_bytes < WINDOW_BYTES;
            tokio::select! {
                stored = first(&mut commits), if !commits.is_empty() => {
                    commits.pop_front();
                    self.stored(stored);
                }
                message = incoming.next(), if room => {
                    deadline = Instant::now() + limits.silence;
                    self.arrived(message);
                }
                // The store lives as long as the link, so its word never fails to come.
                _ = moved.changed() => self.grow(),
                _ = pins.changed() => self.check_pin(),
                _ = closing.changed() => self.end = Some(End::Closing),
                () = sleep_until(deadline) => self.silence(),
            }
        }
    }

    /// Does everything a session asks for, and what comes of it.
    fn perform(&mut self, actions: Vec<Action>) {
        let mut queue = VecDeque::from(actions);
        while let Some(action) = queue.pop_front() {
            match action {
                Action::Send(message) => self.send(message),
                Action::Read {
                    log_id,
                    from,
                    until,
                } => match self.feed.read(log_id, from, until) {
                    Ok(read) => {
                        self.expecting |= read.wants_receipt;
                        self.outcome.sent += read.frame.entries.len() as u64;
                        self.progress.sent = self.outcome.sent;
                        queue.extend(self.session.read(read.frame));
                    }
                    Err(stop) => queue.extend(self.session.fail(stop)),
                },
                Action::MustRecover { until } => {
                    self.lock(&mut queue, move |draft, no| draft.must_recover(no, until));
                }
                // Nothing is in doubt: the writer is not asked, and a sync with nothing new waits for nobody.
                Action::Confirmed if !self.is_unconfirmed() => {}
                #[allow(
                    clippy::redundant_closure_for_method_calls,
                    reason = "the path has one lifetime too few"
                )]
                Action::Confirmed => self.lock(&mut queue, |draft, no| draft.confirmed(no)),
                Action::Mirror(frame) => self.mirror(frame),
                Action::TakeBack(frame) => self.keep(Write::TakeBack(frame)),
                Action::Settled { again } => self.settled = Some(again),
                Action::Stopped(stop) => self.end = Some(End::Stopped(stop)),
            }
        }
    }

    fn is_unconfirmed(&self) -> bool {
        let own = self.link.store().log(self.own);
        own.is_some_and(|own| own.state == LogState::UNCONFIRMED)
    }

    /// Changes whether the own log may be written, durably before anything else is done: an officer may be writing at this moment.
    fn lock(
        &mut self,
        queue: &mut VecDeque<Action>,
        change: impl FnOnce(&mut Draft<'_>, LogNo) -> Result<(), StoreError> + Send + 'static,
    ) {
        let own = self.own;
        let changed = self
            .link
            .store()
            .commit_blocking(move |draft| change(draft, own));
        if let Err(error) = changed {
            queue.clear();
            queue.extend(self.session.fail(store(error)));
        }
    }

    fn mirror(&mut self, frame: VerifiedFrame) {
        let entries = frame.entries().iter();
        if entries
            .rev()
            .any(|entry| entry.header().kind == Kind::Receipt)
        {
            self.expecting = false;
        }
        self.keep(Write::Mirror(OpenFrame::open(frame)));
    }

    fn keep(&mut self, write: Write) {
        self.settled = None;
        self.receipted = false;
        self.waiting_bytes += write.bytes();
        self.waiting.push_back(write);
    }

    fn send(&mut self, message: Message) {
        let message = (self.wrap)(message.into_wire());
        if let Err(mpsc::error::TrySendError::Full(_)) = self.outgoing.try_send(message) {
            // Whoever asks without reading the answers cannot be an honest partner.
            let stop = Stop::new(StopReason::Timeout, "the other side does not read");
            self.end.get_or_insert(End::Stopped(stop));
        }
    }

    fn arrived(&mut self, message: Option<Result<pb::SyncMessage, tonic::Status>>) {
        let message = match message {
            Some(Ok(message)) => message,
            // The side that dialled ends a session that has settled.
            None | Some(Err(_)) if self.settled.is_some() && self.role == Role::Answered => {
                let again = self.settled == Some(true);
                self.end
                    .get_or_insert(if again { End::Again } else { End::Settled });
                return;
            }
            // Too long, or with too many fields: refused before it was read.
            Some(Err(status))
                if matches!(status.code(), Code::ResourceExhausted | Code::OutOfRange) =>
            {
                let stop = Stop::new(StopReason::Protocol, status.message());
                let actions = self.session.fail(stop);
                return self.perform(actions);
            }
            None => {
                let words = "对方中途结束了连接 the other side ended the connection midway";
                self.end.get_or_insert(End::Cut(words.to_owned()));
                return;
            }
            Some(Err(status)) => {
                self.end
                    .get_or_insert(End::Cut(super::error::words(&status)));
                return;
            }
        };
        let message = match Message::from_wire(message) {
            Ok(message) => message,
            Err(error) => {
                let actions = self.session.fail(Stop::new(StopReason::Protocol, error));
                return self.perform(actions);
            }
        };
        let greeting = !self.greeted && matches!(message, Message::Hello(_));
        let roots = match &message {
            Message::Hello(hello) if greeting => self.greet(hello),
            _ => Ok(Roots::default()),
        };
        let actions = match roots {
            Ok(roots) => self.session.receive(message, roots),
            Err(stop) => self.session.fail(stop),
        };
        self.perform(actions);
        if greeting {
            // What was written between the session's opening and its hello was told to nobody yet.
            self.grow();
        }
    }

    /// Notes what the hello says, and finds the roots by which the session judges it.
    fn greet(&mut self, hello: &Hello) -> Result<Roots, Stop> {
        self.greeted = true;
        let now = self.link.now();
        self.outcome.hello = Some(hello.clone());
        self.outcome.skew_ms = Some(hello.time.millis().saturating_sub(now.millis()));
        if let Some(partner) = &self.frozen
            && self.link.proposed(partner, &self.outcome).is_none()
        {
            let what = "two histories of one log were shown, and no new epoch is proposed";
            return Err(Stop::new(StopReason::Fork, what));
        }
        let (held, theirs) = self.session.hello_sizes(hello);
        let mirror_here = self
            .link
            .store()
            .log(self.mirror)
            .map_or(0, |log| log.size());
        self.sizes = Sizes {
            own_here: self.own_size,
            own_there: held.unwrap_or(0),
            mirror_here,
            mirror_there: theirs.unwrap_or(mirror_here),
        };
        self.outcome.standing = self.sizes.standing();
        self.progress.to_send = self.sizes.own_here.saturating_sub(self.sizes.own_there);
        self.progress.to_receive = self.sizes.mirror_there.saturating_sub(mirror_here);
        Ok(Roots {
            own_at_held: self.link.root(self.own, held, self.own_size)?,
            mirror_at_own: self.link.root(self.mirror, theirs, mirror_here)?,
        })
    }

    /// What to make durable next: everything that waits, in one commit; then the receipt that is owed for it, when nothing waits
    /// to be judged any more.
    fn next_commit(&mut self) -> Option<Commit> {
        let (link, key) = (self.link.clone(), self.partner);
        if !self.waiting.is_empty() {
            let mut writes = Vec::new();
            let mut bytes = 0;
            while bytes < COMMIT_BYTES
                && let Some(write) = self.waiting.pop_front()
            {
                bytes += write.bytes();
                writes.push(write);
            }
            self.waiting_bytes -= bytes;
            let kept = link.keep(key, writes, &self.intake);
            return Some(Box::pin(async move { kept.await.map(Some) }));
        }
        if self.settled == Some(false) && !self.receipted && self.end.is_none() {
            self.receipted = true;
            return Some(Box::pin(async move {
                link.write_receipt(key).await.map(|()| None)
            }));
        }
        None
    }

    fn stored(&mut self, stored: Result<Option<Stored>, Stop>) {
        let actions = match stored {
            Ok(Some(stored)) => {
                self.outcome.received += stored.received;
                self.outcome.recovered += stored.recovered;
                self.outcome.refused += stored.refused;
                self.progress.received = self.outcome.received + self.outcome.recovered;
                self.session.stored(stored.size)
            }
            Ok(None) => return self.grow(),
            Err(stop) => self.session.fail(stop),
        };
        self.perform(actions);
    }

    /// More of the own log is durable: it goes out in this same session.
    fn grow(&mut self) {
        let size = self.link.store().log(self.own).map_or(0, |log| log.size());
        // Before the hello the session does not know yet what it is to send. What the partner gives back makes the log grow too,
        // and is nothing to tell it.
        let taking_back = self.sizes.own_there > self.sizes.own_here;
        if size > self.own_size && self.greeted && !taking_back && self.settled != Some(true) {
            self.own_size = size;
            self.settled = None;
            let actions = self.session.grown(size);
            self.perform(actions);
        }
    }

    fn check_pin(&mut self) {
        // By its name: the key it began with may have been given up.
        if self.link.pins().current(&self.partner).is_none() {
            let actions = self
                .session
                .fail(Stop::new(StopReason::Revoked, "unpinned"));
            self.perform(actions);
        }
    }

    fn silence(&mut self) {
        if let Some(again) = self.settled {
            // Only the receipt, or the other side's parting, did not come.
            self.end = Some(if again { End::Again } else { End::Settled });
            return;
        }
        let what = if self.greeted {
            "no message"
        } else {
            "no hello"
        };
        let actions = self.session.fail(Stop::new(StopReason::Timeout, what));
        self.perform(actions);
    }

    /// Nothing is left to say or to wait for: the side that dialled ends the session.
    fn done(&self, committing: bool) -> bool {
        let quiet = !committing && self.waiting.is_empty() && self.role == Role::Dialled;
        match self.settled {
            Some(true) => quiet,
            Some(false) => quiet && self.receipted && !self.expecting,
            None => false,
        }
    }

    /// Ends the own direction and lets the other side end its own: a stream that is dropped takes along what was not sent yet,
    /// the last acknowledgement or the word why.
    async fn part<I>(self, end: End, mut incoming: I) -> Outcome
    where
        I: Stream<Item = Result<pb::SyncMessage, tonic::Status>> + Unpin,
    {
        let (role, cut) = (self.role, matches!(end, End::Cut(_)));
        // Closing consumes the sender: the other side hears the end.
        let outcome = self.close(end);
        if role == Role::Dialled && !cut {
            let parting = async { while let Some(Ok(_)) = incoming.next().await {} };
            // Whoever does not part in time is left.
            let _ = timeout(PARTING, parting).await;
        }
        outcome
    }

    fn close(mut self, end: End) -> Outcome {
        if let End::Stopped(stop) = &end {
            self.outcome.standing = match stop.reason {
                StopReason::Fork => Standing::Fork,
                StopReason::Epoch => Standing::EpochChanged,
                StopReason::Version => Standing::Version,
                _ => self.outcome.standing,
            };
        }
        self.outcome.acknowledged = self.session.acknowledged();
        self.outcome.end = end;
        self.outcome
    }
}

async fn first(commits: &mut VecDeque<Commit>) -> Result<Option<Stored>, Stop> {
    match commits.front_mut() {
        Some(commit) => commit.await,
        None => std::future::pending().await,
    }
}
