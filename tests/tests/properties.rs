//! What holds after every step of every sequence of inputs, whatever the rules of single cells say.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::FileFailurePersistence;

use emulator_core::{Context, Ids, Timestamp, step};

#[path = "properties/generate.rs"]
mod generate;
#[path = "properties/play.rs"]
mod play;

use generate::{Move, a_move, world};
use play::Play;

/// So many cases, unless `PROPTEST_CASES` asks for another number.
fn cases(usual: u32) -> u32 {
    std::env::var("PROPTEST_CASES").ok().and_then(|asked| asked.parse().ok()).unwrap_or(usual)
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: cases(512),
        failure_persistence: Some(Box::new(FileFailurePersistence::Direct(
            concat!(env!("CARGO_MANIFEST_DIR"), "/tests/properties.regressions"),
        ))),
        ..ProptestConfig::default()
    })]

    #[test]
    fn every_step_keeps_what_must_hold(world in world(), moves in vec(a_move(), 1..60)) {
        Play::new(world).play(&moves)?;
    }

    #[test]
    fn the_same_sequence_twice_is_the_same(world in world(), moves in vec(a_move(), 1..40)) {
        let (mut first, mut second) = (Play::new(world.clone()), Play::new(world));
        first.play(&moves)?;
        second.play(&moves)?;
        prop_assert_eq!(first.outcomes, second.outcomes);
        prop_assert_eq!(first.world, second.world);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(256), failure_persistence: None, ..ProptestConfig::default() })]

    /// Even a caller that forgets to fire deadlines, or turns time back, gets an answer.
    #[test]
    fn no_order_of_time_makes_a_step_panic(
        mut world in world(),
        steps in vec((a_move(), prop_oneof![Just(i64::MIN), Just(-1), Just(0), Just(i64::MAX), any::<i64>()]), 1..40),
    ) {
        let ids = Ids::new(7, "properties");
        for (one, now) in steps {
            if let Move::Input(input) = one {
                let _ = step(&mut world, input, &Context { now: Timestamp(now), ids: &ids });
            }
        }
    }
}
