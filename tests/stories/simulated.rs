//! Ten thousand schedules of trouble.

use std::panic::resume_unwind;

use hongyan_tests::simulator::{Outcome, run};

const SCHEDULES: u64 = 10_000;

#[test]
fn both_sides_come_together_after_any_schedule() {
    let workers = std::thread::available_parallelism().map_or(1, usize::from);
    let total = std::thread::scope(|scope| {
        let mine = |worker: u64| {
            (worker..SCHEDULES)
                .step_by(workers)
                .map(play)
                .sum::<Outcome>()
        };
        let threads: Vec<_> = (0..)
            .take(workers)
            .map(|worker| scope.spawn(move || mine(worker)))
            .collect();
        threads
            .into_iter()
            .map(|thread| thread.join().unwrap_or_else(|panic| resume_unwind(panic)))
            .sum::<Outcome>()
    });
    // A simulator in which nothing goes wrong proves nothing.
    for (what, times) in [
        ("messages were lost", total.losses),
        ("messages were overtaken", total.reorders),
        ("messages came twice", total.duplicates),
        ("wires were cut", total.cuts),
        ("nodes crashed", total.crashes),
        ("nodes were restored", total.restores),
        ("clocks jumped forward", total.jumps_forward),
        ("clocks jumped back", total.jumps_back),
        ("entries bear an earlier time", total.earlier_times),
        ("sessions ended badly", total.stops),
    ] {
        assert!(times > SCHEDULES / 10, "{times} {what}: {total:?}");
    }
    assert!(total.taken_back > 100, "{total:?}");
    assert!(
        total.cases > 2 * SCHEDULES
            && total.closed > SCHEDULES / 10
            && total.superseded > SCHEDULES / 2
            && total.crossed > 50,
        "{total:?}"
    );
    println!("{SCHEDULES} schedules: {total:?}");
}

fn play(seed: u64) -> Outcome {
    run(seed).unwrap_or_else(|problem| panic!("seed {seed}: {problem}"))
}
