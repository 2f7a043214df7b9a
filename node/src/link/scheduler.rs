//! When to dial whom: a pure state machine over events and a clock. An idle partner costs one entry in a map and, at most, one
//! place in a queue; nothing here wakes up for it.

use std::{
    collections::{BTreeMap, BTreeSet, btree_map::Entry},
    time::Duration,
};

use hongyan_proto::id::KeyId;
use rand::Rng;

/// The wait after a first failure. Each further failure doubles it.
pub const FIRST_RETRY: Duration = Duration::from_secs(1);

/// The longest wait between two tries.
pub const LAST_RETRY: Duration = Duration::from_mins(15);

/// The wait after the partner said that it is busy with another session between the two.
pub const BUSY_RETRY: Duration = Duration::from_millis(50);

/// A partner that nothing has happened with is still dialled this often: it may have been unable to dial itself.
pub const IDLE_SYNC: Duration = Duration::from_hours(6);

/// When a node starts, it spreads its first calls over this time.
pub const START_SPREAD: Duration = Duration::from_secs(2);

/// Time since the scheduler was started. Monotonic: a clock that is set does not move it.
pub type Moment = Duration;

/// What the scheduler is told.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Event {
    /// A partner that can be dialled is there: introduced just now, or known when the node started.
    Known(KeyId),
    /// A partner must not be dialled any more.
    Gone(KeyId),
    /// There is something new to say to a partner.
    Changed(KeyId),
    /// A person wants to try now, whatever happened before.
    Asked(KeyId),
    /// A session ended, begun by whomever, in which nobody said that people must act: what was waited for is done.
    Heard(KeyId),
    /// A session ended.
    Ended(KeyId, Ended),
}

/// How a session ended, as far as the next one depends on it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Ended {
    /// Both sides have everything.
    Settled,
    /// Lost entries went back to their author: another session for the rest, at once.
    Again,
    /// The partner has another session with this side under way.
    Busy,
    /// It may be better next time: no answer, a cut, a full disk.
    Failed,
    /// People must act first: a fork, another epoch, a revoked pin. Tried again only when asked.
    NeedsPeople,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Phase {
    /// Nothing to say; dialled when the moment comes.
    Waiting(Moment),
    /// A session is under way. Since it began something new came up, or a person decided something.
    Running { changed: bool, asked: bool },
    /// Waits for people.
    Parked,
}

#[derive(Clone, Copy, Debug)]
struct Partner {
    phase: Phase,
    /// Failures in a row.
    failures: u32,
}

/// Who is dialled when.
#[derive(Debug, Default)]
pub struct Scheduler {
    partners: BTreeMap<KeyId, Partner>,
    queue: BTreeSet<(Moment, KeyId)>,
}

/// How long to wait after so many failures in a row: between half of the doubled first wait and all of it, so that partners
/// which failed together do not come back together.
pub fn backoff(failures: u32, rng: &mut impl Rng) -> Duration {
    let doubled = FIRST_RETRY.saturating_mul(1_u32 << failures.saturating_sub(1).min(16));
    let most = doubled.min(LAST_RETRY);
    rng.gen_range(most / 2..=most)
}

impl Scheduler {
    /// Tells what happened.
    pub fn handle(&mut self, event: Event, now: Moment, rng: &mut impl Rng) {
        match event {
            Event::Known(key) => {
                if let Entry::Vacant(place) = self.partners.entry(key) {
                    place.insert(Partner {
                        phase: Phase::Parked,
                        failures: 0,
                    });
                    self.wait(key, now + rng.gen_range(Duration::ZERO..=START_SPREAD));
                }
            }
            Event::Gone(key) => {
                self.leave_queue(key);
                self.partners.remove(&key);
            }
            Event::Changed(key) => self.changed(key, now),
            Event::Asked(key) => {
                if let Some(partner) = self.partners.get_mut(&key) {
                    partner.failures = 0;
                    match &mut partner.phase {
                        Phase::Running { asked, .. } => *asked = true,
                        Phase::Waiting(_) | Phase::Parked => self.wait(key, now),
                    }
                }
            }
            Event::Heard(key) => {
                if let Some(partner) = self.partners.get_mut(&key)
                    && partner.phase == Phase::Parked
                {
                    partner.failures = 0;
                    self.wait(key, now + rng.gen_range(IDLE_SYNC / 2..=IDLE_SYNC));
                }
            }
            Event::Ended(key, how) => self.ended(key, how, now, rng),
        }
    }

    /// Whom to dial now. Each is running from here on, until its [`Event::Ended`].
    pub fn due(&mut self, now: Moment) -> Vec<KeyId> {
        let mut due = Vec::new();
        while let Some((moment, key)) = self.queue.first().copied()
            && moment <= now
        {
            self.queue.pop_first();
            if let Some(partner) = self.partners.get_mut(&key) {
                partner.phase = Phase::Running {
                    changed: false,
                    asked: false,
                };
                due.push(key);
            }
        }
        due
    }

    /// When to call [`Scheduler::due`] next, if nothing happens before.
    pub fn next(&self) -> Option<Moment> {
        self.queue.first().map(|(moment, _)| *moment)
    }

    /// When a partner is dialled next; none while a session runs, or when it waits for people.
    pub fn retry_at(&self, key: &KeyId) -> Option<Moment> {
        match self.partners.get(key)?.phase {
            Phase::Waiting(moment) => Some(moment),
            Phase::Running { .. } | Phase::Parked => None,
        }
    }

    fn changed(&mut self, key: KeyId, now: Moment) {
        let Some(partner) = self.partners.get_mut(&key) else {
            return;
        };
        match &mut partner.phase {
            Phase::Running { changed, .. } => *changed = true,
            // A partner that failed is not dialled more often because more is written.
            Phase::Waiting(_) if partner.failures == 0 => self.wait(key, now),
            Phase::Waiting(_) | Phase::Parked => {}
        }
    }

    fn ended(&mut self, key: KeyId, how: Ended, now: Moment, rng: &mut impl Rng) {
        let Some(partner) = self.partners.get_mut(&key) else {
            return;
        };
        let (changed, asked) = match partner.phase {
            Phase::Running { changed, asked } => (changed || asked, asked),
            Phase::Waiting(_) | Phase::Parked => (false, false),
        };
        let wait = match how {
            Ended::Settled | Ended::Again => {
                partner.failures = 0;
                if changed || how == Ended::Again {
                    Duration::ZERO
                } else {
                    rng.gen_range(IDLE_SYNC / 2..=IDLE_SYNC)
                }
            }
            Ended::Busy => rng.gen_range(BUSY_RETRY / 2..=BUSY_RETRY),
            Ended::Failed => {
                partner.failures = partner.failures.saturating_add(1);
                backoff(partner.failures, rng)
            }
            // What this session met was decided while it ran.
            Ended::NeedsPeople if asked => Duration::ZERO,
            Ended::NeedsPeople => {
                partner.failures = partner.failures.saturating_add(1);
                partner.phase = Phase::Parked;
                self.leave_queue(key);
                return;
            }
        };
        self.wait(key, now + wait);
    }

    fn wait(&mut self, key: KeyId, until: Moment) {
        self.leave_queue(key);
        if let Some(partner) = self.partners.get_mut(&key) {
            partner.phase = Phase::Waiting(until);
            self.queue.insert((until, key));
        }
    }

    fn leave_queue(&mut self, key: KeyId) {
        if let Some(Phase::Waiting(moment)) = self.partners.get(&key).map(|partner| partner.phase) {
            self.queue.remove(&(moment, key));
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rand::{SeedableRng, rngs::StdRng};

    use super::*;

    fn key(number: u8) -> KeyId {
        KeyId::from_bytes([number; 32])
    }

    fn rng() -> StdRng {
        StdRng::seed_from_u64(7)
    }

    const SECOND: Duration = Duration::from_secs(1);

    /// One known partner whose first call settled.
    fn settled() -> Scheduler {
        let mut scheduler = Scheduler::default();
        scheduler.handle(Event::Known(key(1)), Duration::ZERO, &mut rng());
        assert_eq!(scheduler.due(START_SPREAD), [key(1)]);
        let ended = Event::Ended(key(1), Ended::Settled);
        scheduler.handle(ended, START_SPREAD, &mut rng());
        scheduler
    }

    #[test]
    fn what_is_new_goes_out_at_once() {
        let mut scheduler = settled();
        let now = 10 * SECOND;
        assert!(scheduler.due(now).is_empty());
        scheduler.handle(Event::Changed(key(1)), now, &mut rng());
        assert_eq!(scheduler.next(), Some(now));
        assert_eq!(scheduler.due(now), [key(1)]);
        assert!(scheduler.due(now).is_empty());
    }

    #[test]
    fn what_comes_up_during_a_session_leads_to_another() {
        let mut scheduler = settled();
        let now = 10 * SECOND;
        scheduler.handle(Event::Changed(key(1)), now, &mut rng());
        assert_eq!(scheduler.due(now), [key(1)]);
        scheduler.handle(Event::Changed(key(1)), now, &mut rng());
        assert!(scheduler.due(now).is_empty());
        let ended = Event::Ended(key(1), Ended::Settled);
        scheduler.handle(ended, now, &mut rng());
        assert_eq!(scheduler.due(now), [key(1)]);
    }

    #[test]
    fn lost_entries_lead_to_another_session_at_once_and_busy_to_one_soon() {
        for (how, wait) in [(Ended::Again, Duration::ZERO), (Ended::Busy, BUSY_RETRY)] {
            let mut scheduler = settled();
            let now = 10 * SECOND;
            scheduler.handle(Event::Asked(key(1)), now, &mut rng());
            assert_eq!(scheduler.due(now), [key(1)]);
            scheduler.handle(Event::Ended(key(1), how), now, &mut rng());
            assert_eq!(scheduler.due(now + wait), [key(1)], "{how:?}");
        }
    }

    #[test]
    fn a_partner_that_fails_is_not_dialled_for_every_new_entry() {
        let mut scheduler = settled();
        let now = 10 * SECOND;
        scheduler.handle(Event::Changed(key(1)), now, &mut rng());
        assert_eq!(scheduler.due(now), [key(1)]);
        scheduler.handle(Event::Ended(key(1), Ended::Failed), now, &mut rng());
        scheduler.handle(Event::Changed(key(1)), now, &mut rng());
        assert!(scheduler.due(now).is_empty());
        assert_eq!(scheduler.due(now + FIRST_RETRY), [key(1)]);
    }

    #[test]
    fn what_needs_people_waits_for_people() {
        let mut scheduler = settled();
        let now = 10 * SECOND;
        scheduler.handle(Event::Asked(key(1)), now, &mut rng());
        assert_eq!(scheduler.due(now), [key(1)]);
        let ended = Event::Ended(key(1), Ended::NeedsPeople);
        scheduler.handle(ended, now, &mut rng());
        scheduler.handle(Event::Changed(key(1)), now, &mut rng());
        assert_eq!(scheduler.next(), None);
        scheduler.handle(Event::Asked(key(1)), now, &mut rng());
        assert_eq!(scheduler.due(now), [key(1)]);
    }

    #[test]
    fn what_people_decided_ends_the_wait_for_them_whenever_it_is_heard_of() {
        let parked = |meanwhile: Option<Event>| {
            let mut scheduler = settled();
            scheduler.handle(Event::Asked(key(1)), SECOND, &mut rng());
            assert_eq!(scheduler.due(SECOND), [key(1)]);
            if let Some(event) = meanwhile {
                scheduler.handle(event, SECOND, &mut rng());
            }
            let ended = Event::Ended(key(1), Ended::NeedsPeople);
            scheduler.handle(ended, SECOND, &mut rng());
            scheduler
        };
        let mut decided = parked(Some(Event::Asked(key(1))));
        assert_eq!(decided.due(SECOND), [key(1)]);
        // The partner called, and both have everything: from then on what is new goes out again.
        let mut heard = parked(None);
        heard.handle(Event::Heard(key(1)), SECOND, &mut rng());
        assert!(heard.due(SECOND).is_empty());
        heard.handle(Event::Changed(key(1)), 2 * SECOND, &mut rng());
        assert_eq!(heard.due(2 * SECOND), [key(1)]);
    }

    #[test]
    fn a_partner_that_is_gone_is_not_dialled() {
        let mut scheduler = settled();
        scheduler.handle(Event::Changed(key(1)), SECOND, &mut rng());
        scheduler.handle(Event::Gone(key(1)), SECOND, &mut rng());
        assert_eq!(scheduler.next(), None);
        let ended = Event::Ended(key(1), Ended::Failed);
        scheduler.handle(ended, SECOND, &mut rng());
        assert_eq!(scheduler.next(), None);
    }

    fn event() -> impl Strategy<Value = Event> {
        let key = (0_u8..3).prop_map(key);
        let how = prop_oneof![
            Just(Ended::Settled),
            Just(Ended::Again),
            Just(Ended::Busy),
            Just(Ended::Failed),
            Just(Ended::NeedsPeople)
        ];
        (key, how, 0..6).prop_map(|(key, how, which)| match which {
            0 => Event::Known(key),
            1 => Event::Gone(key),
            2 => Event::Changed(key),
            3 => Event::Asked(key),
            4 => Event::Heard(key),
            _ => Event::Ended(key, how),
        })
    }

    proptest! {
        #[test]
        fn waits_grow_and_stay_bounded(failures in 1_u32..=u32::MAX, seed: u64) {
            let wait = backoff(failures, &mut StdRng::seed_from_u64(seed));
            prop_assert!(wait >= FIRST_RETRY / 2 && wait <= LAST_RETRY, "{wait:?}");
            if failures < 8 {
                let most = FIRST_RETRY * 2_u32.pow(failures - 1);
                prop_assert!(wait >= most / 2 && wait <= most, "{wait:?}");
            }
        }

        /// No partner has two sessions at once, none is forgotten, and the queue names exactly those that wait.
        #[test]
        fn whatever_happens(events in proptest::collection::vec((event(), 0_u64..100_000), 0..60), seed: u64) {
            let mut rng = StdRng::seed_from_u64(seed);
            let mut scheduler = Scheduler::default();
            let mut running = BTreeSet::new();
            let mut now = Duration::ZERO;
            for (event, millis) in events {
                now += Duration::from_millis(millis);
                match event {
                    // Only what runs can end.
                    Event::Ended(key, _) if !running.remove(&key) => continue,
                    Event::Gone(key) => { running.remove(&key); }
                    _ => {}
                }
                scheduler.handle(event, now, &mut rng);
                for key in scheduler.due(now) {
                    prop_assert!(running.insert(key), "two sessions at once");
                }
                for (key, partner) in &scheduler.partners {
                    let queued = scheduler.queue.iter().filter(|(_, queued)| queued == key).count();
                    let waiting = matches!(partner.phase, Phase::Waiting(_));
                    prop_assert_eq!(queued, usize::from(waiting));
                    prop_assert_eq!(running.contains(key), matches!(partner.phase, Phase::Running { .. }));
                }
                prop_assert_eq!(scheduler.next().is_none_or(|next| next > now), true);
            }
        }
    }
}
