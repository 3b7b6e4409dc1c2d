//! A scheduler that is stopped, restarted and handed a jumping clock accounts for every slot.

use std::collections::BTreeMap;

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use super::*;

const RUNS: u32 = 2000;

/// What happens between two looks at the clock.
#[derive(Clone, Copy, Debug)]
enum Step {
    /// Time passes, in seconds.
    Wait(i64),
    /// Somebody sets the clock, in seconds.
    Jump(i64),
    /// The process dies before its look is written down.
    Crash,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        12 => (1i64..4000).prop_map(Step::Wait),
        2 => (4000i64..200_000).prop_map(Step::Wait),
        1 => Just(Step::Jump(20_000)),
        2 => Just(Step::Jump(-4000)),
        2 => Just(Step::Crash),
    ];
    proptest::collection::vec(step, 1..40)
}

fn schedules() -> impl Strategy<Value = Schedule> {
    let expr = ["*/30 * * * *", "0 9 * * MON-FRI", "30 2 * * *", "0 */6 * * *", "15 9 * * TUE#2"];
    let zone = ["UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe"];
    (proptest::sample::select(expr.to_vec()), proptest::sample::select(zone.to_vec())).prop_map(
        |(expr, zone)| Schedule { expr: expr.parse().unwrap(), zone: zone.parse().unwrap() },
    )
}

/// How often each slot was fired and skipped.
type Ledger = BTreeMap<DateTime<Utc>, (u32, u32)>;

fn note(ledger: &mut Ledger, schedule: &Schedule, caught: &CatchUp) {
    if let Some(slot) = caught.fire {
        ledger.entry(slot).or_default().0 += 1;
    }
    if let Some(skipped) = caught.skipped {
        let before = skipped.first - TimeDelta::nanoseconds(1);
        let slots: Vec<_> = schedule.due(before, skipped.last).collect();
        assert_eq!(slots.len(), usize::from(skipped.count));
        for slot in slots {
            ledger.entry(slot).or_default().1 += 1;
        }
    }
}

#[test]
fn every_slot_is_fired_or_skipped_exactly_once() {
    let fired = std::cell::Cell::new(0);
    let config = Config { cases: RUNS, failure_persistence: None, ..Config::default() };
    TestRunner::new(config)
        .run(&(schedules(), steps(), 0i64..366 * 86_400), |(schedule, steps, offset)| {
            let start = DateTime::from_timestamp(1_798_761_600 + offset, 0).unwrap();
            let (mut now, mut last, mut seen) = (start, start, start);
            let mut ledger = Ledger::new();
            for step in steps {
                if let Step::Wait(seconds) | Step::Jump(seconds) = step {
                    now += TimeDelta::seconds(seconds);
                }
                let caught = schedule.catch_up(last, now, TimeDelta::hours(24));
                prop_assert!(caught.last >= last);
                prop_assert!(caught.fire.is_none_or(|slot| now - slot <= TimeDelta::hours(24)));
                if !matches!(step, Step::Crash) {
                    note(&mut ledger, &schedule, &caught);
                    last = caught.last;
                    seen = seen.max(now);
                }
            }
            let expected: Vec<_> = schedule.due(start, seen).collect();
            let accounted: Vec<_> = ledger.keys().copied().collect();
            prop_assert_eq!(accounted, expected);
            for (slot, times) in &ledger {
                prop_assert!(matches!(times, (1, 0) | (0, 1)), "{} {:?}", slot, times);
            }
            fired.set(fired.get() + ledger.values().filter(|times| times.0 == 1).count());
            Ok(())
        })
        .unwrap();
    assert!(fired.get() > 2000, "the runs hardly fired: {}", fired.get());
}
