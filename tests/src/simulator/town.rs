//! The town: two nodes, the wire between them, and the seed that decides what happens next.

use std::{collections::VecDeque, iter::Sum};

use hongyan_proto::{
    log::Entry,
    message::{Message, Stop, StopReason},
};
use rand::{Rng, SeedableRng, rngs::StdRng};

use super::{
    case,
    node::{Effects, Node, UNKNOWN},
};

/// Steps of trouble before the wire is healed.
const STEPS: usize = 120;

/// A step takes each side so long at most, in milliseconds.
const STEP_MS: i64 = 600_000;

/// How far a clock that is set jumps at most, in milliseconds: a month forward or back.
const JUMP_MS: i64 = 30 * 86_400_000;

/// Sessions that must be enough to settle once the wire is healed.
const HEALING_SESSIONS: usize = 4;

/// What a schedule came to, for totals over many seeds.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Outcome {
    /// Entries written by both sides.
    pub entries: u64,
    /// Sessions opened.
    pub sessions: u64,
    /// Sessions that ended badly.
    pub stops: u64,
    /// Messages that were lost on their way.
    pub losses: u64,
    /// Messages that another one overtook.
    pub reorders: u64,
    /// Messages that came twice.
    pub duplicates: u64,
    /// Cuts of a wire over which two were speaking.
    pub cuts: u64,
    /// Crashes.
    pub crashes: u64,
    /// Clocks that jumped forward.
    pub jumps_forward: u64,
    /// Clocks that jumped back.
    pub jumps_back: u64,
    /// Entries that bear an earlier time than the one before them.
    pub earlier_times: u64,
    /// Restores from an older backup.
    pub restores: u64,
    /// Entries a restored side took back from its partner.
    pub taken_back: u64,
    /// Cases that were opened.
    pub cases: u64,
    /// Of these, closed.
    pub closed: u64,
    /// Entries that stay in the logs and are not applied.
    pub superseded: u64,
    /// Claims that crossed a notice.
    pub crossed: u64,
}

impl Sum for Outcome {
    fn sum<I: Iterator<Item = Self>>(outcomes: I) -> Self {
        outcomes.fold(Self::default(), |total, one| Self {
            entries: total.entries + one.entries,
            sessions: total.sessions + one.sessions,
            stops: total.stops + one.stops,
            losses: total.losses + one.losses,
            reorders: total.reorders + one.reorders,
            duplicates: total.duplicates + one.duplicates,
            cuts: total.cuts + one.cuts,
            crashes: total.crashes + one.crashes,
            jumps_forward: total.jumps_forward + one.jumps_forward,
            jumps_back: total.jumps_back + one.jumps_back,
            earlier_times: total.earlier_times + one.earlier_times,
            restores: total.restores + one.restores,
            taken_back: total.taken_back + one.taken_back,
            cases: total.cases + one.cases,
            closed: total.closed + one.closed,
            superseded: total.superseded + one.superseded,
            crossed: total.crossed + one.crossed,
        })
    }
}

struct Town {
    rng: StdRng,
    nodes: [Node; 2],
    /// Messages on their way to each node.
    wires: [VecDeque<Message>; 2],
    /// Own entries of each node that its partner acknowledged.
    acknowledged: [Vec<Entry>; 2],
    outcome: Outcome,
    /// The side that may be restored: when both go back in time at once, no one has what was lost.
    restorable: usize,
}

/// Plays the schedule of one seed.
///
/// # Errors
/// In words, when the two sides did not come together or lost something.
pub fn run(seed: u64) -> Result<Outcome, String> {
    let mut rng = StdRng::seed_from_u64(seed);
    let skew = rng.gen_range(-86_400_000..86_400_000);
    let nodes = Node::pair([1_790_000_000_000, 1_790_000_000_000 + skew]);
    let restorable = usize::from(rng.r#gen::<bool>());
    let mut town = Town {
        rng,
        nodes,
        wires: Default::default(),
        acknowledged: Default::default(),
        outcome: Outcome::default(),
        restorable,
    };
    for _ in 0..STEPS {
        town.step()?;
    }
    town.heal()?;
    town.judge()?;
    town.compare_cases()?;
    Ok(town.outcome)
}

impl Town {
    fn step(&mut self) -> Result<(), String> {
        for side in [0, 1] {
            let passed = self.rng.gen_range(0..STEP_MS);
            self.nodes[side].pass(passed);
        }
        let side = usize::from(self.rng.r#gen::<bool>());
        match self.rng.gen_range(0..102) {
            0..20 => self.write(side),
            20..28 => self.connect(),
            28..72 => self.deliver(side),
            72..86 => {
                let effects = self.nodes[side].finish_write();
                self.absorb(side, effects)
            }
            86..88 => {
                self.duplicate(side);
                Ok(())
            }
            88..90 => {
                let lost = self.wires[side].pop_front();
                self.outcome.losses += u64::from(lost.is_some());
                Ok(())
            }
            90..92 => {
                self.reorder(side);
                Ok(())
            }
            92..94 => {
                let speaking = self.nodes.iter().any(|node| node.session.is_some());
                self.outcome.cuts += u64::from(speaking);
                self.cut();
                Ok(())
            }
            94..96 => {
                self.outcome.crashes += 1;
                self.nodes[side].crash();
                self.cut();
                Ok(())
            }
            96..98 => {
                self.nodes[side].backup = Some(self.nodes[side].disk.clone());
                Ok(())
            }
            98..100 => {
                self.restore();
                Ok(())
            }
            _ => {
                self.jump(side);
                Ok(())
            }
        }
    }

    /// Someone sets the clock.
    fn jump(&mut self, side: usize) {
        let by = self.rng.gen_range(-JUMP_MS..JUMP_MS);
        self.nodes[side].pass(by);
        self.outcome.jumps_forward += u64::from(by > 0);
        self.outcome.jumps_back += u64::from(by < 0);
    }

    fn write(&mut self, side: usize) -> Result<(), String> {
        if !self.nodes[side].may_write() {
            return Ok(());
        }
        let disk = &self.nodes[side].disk;
        let Some((case_id, payload)) = case::choose(&mut self.rng, disk, side) else {
            return Ok(());
        };
        let salt = self.rng.r#gen();
        self.outcome.entries += 1;
        let before = disk.out.entries.last().map(|entry| entry.header().time);
        let earlier = before.is_some_and(|before| self.nodes[side].clock < before);
        self.outcome.earlier_times += u64::from(earlier);
        let effects = self.nodes[side].write(case_id, &payload, salt);
        self.absorb(side, effects)
    }

    fn connect(&mut self) -> Result<(), String> {
        self.cut();
        self.outcome.sessions += 1;
        for side in [0, 1] {
            let effects = self.nodes[side].open();
            self.absorb(side, effects)?;
        }
        Ok(())
    }

    fn deliver(&mut self, side: usize) -> Result<(), String> {
        let Some(message) = self.wires[side].pop_front() else {
            return Ok(());
        };
        if let Message::Ack { log_id, size } = &message {
            let out = &self.nodes[side].disk.out;
            if out.origin.log_id() == *log_id && self.nodes[side].session.is_some() {
                let held = usize::try_from(*size)
                    .unwrap_or(usize::MAX)
                    .min(out.entries.len());
                if held > self.acknowledged[side].len() {
                    self.acknowledged[side] = out.entries[..held].to_vec();
                }
            }
        }
        let effects = self.nodes[side].receive(message);
        self.absorb(side, effects)
    }

    fn absorb(&mut self, side: usize, effects: Effects) -> Result<(), String> {
        self.wires[1 - side].extend(effects.sent);
        if let Some(stop) = effects.stopped {
            self.outcome.stops += 1;
            self.nodes[side].session = None;
            check_stop(&stop)?;
        }
        Ok(())
    }

    fn cut(&mut self) {
        for side in [0, 1] {
            self.wires[side].clear();
            self.nodes[side].session = None;
            // Frames already handed to the disk become durable or not, whatever the wire does.
            while self.rng.r#gen::<bool>() && !self.nodes[side].under_way.is_empty() {
                self.nodes[side].finish_write();
            }
            self.nodes[side].under_way.clear();
        }
    }

    fn duplicate(&mut self, side: usize) {
        if let Some(message) = self.wires[side].front().cloned() {
            self.wires[side].push_front(message);
            self.outcome.duplicates += 1;
        }
    }

    fn reorder(&mut self, side: usize) {
        if self.wires[side].len() > 1 {
            self.wires[side].swap(0, 1);
            self.outcome.reorders += 1;
        }
    }

    fn restore(&mut self) {
        let node = &mut self.nodes[self.restorable];
        let Some(backup) = node.backup.take() else {
            return;
        };
        node.disk = backup;
        // Either the store's own restore, which locks; or a folder copied back by hand, which knows nothing of it.
        if self.rng.r#gen() {
            node.disk.recovering = Some(UNKNOWN);
        } else {
            node.rolled_back = true;
        }
        node.crash();
        self.outcome.restores += 1;
        self.cut();
    }

    /// The wire is whole, the disks are quick: a few sessions must settle everything.
    fn heal(&mut self) -> Result<(), String> {
        for _ in 0..HEALING_SESSIONS {
            let before = self.nodes[self.restorable].disk.out.size();
            self.connect()?;
            loop {
                let busy = |node: &Node| !node.under_way.is_empty();
                if self.wires.iter().all(VecDeque::is_empty) && !self.nodes.iter().any(busy) {
                    break;
                }
                for side in [0, 1] {
                    let effects = self.nodes[side].finish_write();
                    self.absorb(side, effects)?;
                    self.deliver(side)?;
                }
            }
            self.outcome.taken_back += self.nodes[self.restorable].disk.out.size() - before;
        }
        if self.nodes.iter().any(|node| node.session.is_none()) {
            return Err("a session over a whole wire ended badly".to_owned());
        }
        Ok(())
    }

    /// Both derive from the same entries, each with its own log first.
    fn compare_cases(&mut self) -> Result<(), String> {
        let [here, there] = [0, 1].map(|side| case::derive(&self.nodes[side].disk));
        for (id, case) in &here {
            let other = &there[id];
            if case != other || case.digest() != other.digest() {
                return Err(format!(
                    "case {id}: {:?} on one side, {:?} on the other",
                    case.state(),
                    other.state()
                ));
            }
            let Some(state) = case.state() else { continue };
            self.outcome.cases += 1;
            self.outcome.closed += u64::from(state.is_closed());
            self.outcome.superseded += case.superseded().len() as u64;
            self.outcome.crossed += u64::from(case.crossing().is_some());
        }
        Ok(())
    }

    fn judge(&self) -> Result<(), String> {
        for side in [0, 1] {
            let (own, mirror) = (
                &self.nodes[side].disk.out,
                &self.nodes[1 - side].disk.mirror,
            );
            if own.entries != mirror.entries || own.tree != mirror.tree {
                return Err(format!(
                    "side {side}: own log has {} entries, its mirror {}",
                    own.size(),
                    mirror.size()
                ));
            }
            if !own.entries.starts_with(&self.acknowledged[side]) {
                return Err(format!("side {side}: an acknowledged entry is gone"));
            }
            if !self.nodes[side].may_write() {
                return Err(format!("side {side}: still locked after settling"));
            }
        }
        Ok(())
    }
}

/// Lost and reordered messages may end a session, a fork or a defect of the store may not happen here.
fn check_stop(stop: &Stop) -> Result<(), String> {
    match stop.reason {
        StopReason::Protocol | StopReason::BadFrame => Ok(()),
        _ => Err(format!("unexpected end: {stop}")),
    }
}
