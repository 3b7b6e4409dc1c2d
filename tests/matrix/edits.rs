//! Messages that are changed, and changes that are taken back.

use maturity_bot::domain::bank::Kind;

use crate::gate::Gate;
use crate::scene::Lead;
use crate::session::{bank, quick};
use crate::world::World;

#[test]
fn a_change_that_is_taken_back_gives_way_to_what_was_said_before() {
    let bank = bank();
    let Kind::Level(options) = &quick(&bank)[0].kind else { panic!("it has no levels") };
    let world = World::quick();
    let gate = Gate::before(&world.synapse.url());
    let lead = Lead::with_bot_at(&gate.url(), &world);
    let (ann, direct) = (&lead.ann, &lead.direct);
    lead.starts_round();
    lead.expect("answer", "1 of 8");
    let answer = ann.says(direct, "2");
    lead.hears_in(direct, &options[2]);
    let is_changed_to = |option: usize| {
        lead.hears_in(direct, "was changed");
        let shown = lead.expect("answer 1", "so far").words().to_owned();
        assert!(shown.contains(&format!("so far: {option}, {}", options[option])), "{shown}");
    };
    let first = ann.edits(direct, &answer, "4");
    is_changed_to(4);
    let second = ann.edits(direct, &answer, "1");
    is_changed_to(1);
    ann.redacts(direct, &second);
    is_changed_to(4);
    // The homeserver cannot tell at once what the message says now.
    gate.fails_at(&["/event/", &answer]);
    ann.redacts(direct, &first);
    gate.waits_for_failures(1);
    assert!(lead.expect("answer 1", "so far").words().contains("so far: 4,"));
    gate.is_well();
    is_changed_to(2);
    ann.redacts(direct, &answer);
    lead.hears_in(direct, "was taken back");
}
