//! Runs the scheduler: turns what happens in the store and at the port into its events, and its answers into sessions.

use std::collections::HashMap;

use hongyan_proto::id::KeyId;
use rand::{SeedableRng as _, rngs::StdRng};
use tokio::{
    task::JoinSet,
    time::{Instant, sleep_until},
};

use super::{
    End, Link, LinkError, Outcome, Reason, Wishes,
    client::CHANNEL_IDLE,
    outcome::needs_people,
    scheduler::{Ended, Event, Scheduler},
};
use crate::{
    book,
    store::{LogNo, LogRecord},
};

/// Dials partners until the link closes, then waits for the sessions under way. `seed` spreads the waits.
pub async fn schedule(link: Link, mut wishes: Wishes, seed: [u8; 32]) {
    let mut running = Running {
        scheduler: Scheduler::default(),
        rng: StdRng::from_seed(seed),
        start: Instant::now(),
        sessions: JoinSet::new(),
        sizes: HashMap::new(),
        link: link.clone(),
    };
    running.look_for_new();
    let mut moved = link.store().subscribe();
    let mut closing = link.closing();
    let mut sweep: Option<Instant> = None;
    while !*closing.borrow_and_update() {
        running.dial();
        let next = running
            .scheduler
            .next()
            .map(|moment| running.start + moment);
        let wake = [next, sweep].into_iter().flatten().min();
        tokio::select! {
            Some(event) = wishes.0.recv() => running.handle(event),
            Some(ended) = running.sessions.join_next() => {
                if let Ok((key, how)) = ended {
                    running.handle(Event::Ended(key, how));
                }
                sweep.get_or_insert_with(|| Instant::now() + CHANNEL_IDLE);
            }
            _ = moved.changed() => running.look_for_new(),
            _ = closing.changed() => {}
            () = sleep_until(wake.unwrap_or_else(Instant::now)), if wake.is_some() => {
                if sweep.is_some_and(|at| at <= Instant::now()) {
                    sweep = link.close_idle_channels().then(|| Instant::now() + CHANNEL_IDLE);
                }
            }
        }
    }
    // Each of them hears that the link closes.
    while running.sessions.join_next().await.is_some() {}
}

struct Running {
    scheduler: Scheduler,
    rng: StdRng,
    start: Instant,
    sessions: JoinSet<(KeyId, Ended)>,
    /// Logs as they were when they were last looked at.
    sizes: HashMap<LogNo, u64>,
    link: Link,
}

impl Running {
    fn handle(&mut self, event: Event) {
        self.scheduler
            .handle(event, self.start.elapsed(), &mut self.rng);
        let (Event::Known(key)
        | Event::Gone(key)
        | Event::Changed(key)
        | Event::Asked(key)
        | Event::Heard(key)
        | Event::Ended(key, _)) = event;
        self.publish(key);
    }

    /// People see when the next try is.
    fn publish(&self, key: KeyId) {
        let next = self.scheduler.retry_at(&key).map(|moment| {
            let wait = moment.saturating_sub(self.start.elapsed()).as_millis();
            let wait = i64::try_from(wait).unwrap_or(i64::MAX);
            self.link.now().plus_millis(wait)
        });
        let mut tries = self.link.tries();
        match next {
            Some(next) => tries.insert(key, next),
            None => tries.remove(&key),
        };
    }

    fn dial(&mut self) {
        for key in self.scheduler.due(self.start.elapsed()) {
            self.publish(key);
            let link = self.link.clone();
            self.sessions
                .spawn(async move { (key, ended(&link.sync_if_free(key).await)) });
        }
    }

    /// Which own logs have grown: their readers are to be told. A session under way tells them by itself. A log that was not there before was
    /// begun or agreed to by people: whoever waited for them need not wait any more.
    fn look_for_new(&mut self) {
        let starting = self.sizes.is_empty();
        for log in self.link.store().logs() {
            if log.is_local() {
                continue;
            }
            let before = self.sizes.insert(log.no, log.size());
            if before.is_none() && !starting {
                let shared = book::partner_of_log(self.link.store(), log.no);
                if let Ok(Some((partner, _))) = shared {
                    self.handle(Event::Asked(partner.key_id));
                }
                continue;
            }
            if !log.own || log.size() == before.unwrap_or(0) {
                continue;
            }
            let reader = self.reader(&log);
            if let Some(reader) = reader.filter(|reader| !self.link.0.slots.is_taken(reader)) {
                self.handle(Event::Changed(reader));
            }
        }
    }

    /// The partner a log is written to. A log that was begun after the partner replaced its key is named by the later one.
    fn reader(&self, log: &LogRecord) -> Option<KeyId> {
        let store = self.link.store();
        let named = log.origin.audience;
        if book::partner(store, named).is_ok() {
            return Some(named);
        }
        let found = book::partner_of_log(store, log.no).ok()?;
        found.map(|(partner, _)| partner.key_id)
    }
}

/// What a session's end means for the next one.
fn ended(result: &Result<Outcome, LinkError>) -> Ended {
    match result {
        Ok(outcome) => match &outcome.end {
            End::Settled => Ended::Settled,
            End::Again => Ended::Again,
            End::Stopped(stop) if needs_people(stop.reason) => Ended::NeedsPeople,
            End::Stopped(_) | End::Cut(_) | End::Closing => Ended::Failed,
        },
        Err(LinkError::Refused(Reason::Busy)) => Ended::Busy,
        Err(LinkError::Refused(Reason::Fork) | LinkError::RevokedHere | LinkError::NoEndpoint) => {
            Ended::NeedsPeople
        }
        // A refused pin may be pinned again, and costs one handshake to find out.
        Err(_) => Ended::Failed,
    }
}
