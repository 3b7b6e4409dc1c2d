//! Two rounds of five people in encrypted rooms end in the report that a terminal gives for the
//! same answers, whatever people do on the way.

use crate::scene::Scene;
use crate::script::figure_lines;
use crate::session::{bank, play_round, reports_at_a_terminal, typed_round};
use crate::world::World;

/// Closes the round; gives the report, and the chart that the room got.
fn close(scene: &Scene<'_>) -> (String, Vec<u8>) {
    scene.expect(0, "close", "is closed");
    let summary = scene.hear_in_room("the results of");
    let chart = scene.people[0].fetches_picture(&scene.room, &summary.id);
    assert_eq!(&chart[..8], b"\x89PNG\r\n\x1a\n");
    assert_eq!(chart, scene.bot.draws_report(), "the room shows another picture");
    let info = &summary.content["info"];
    assert_eq!(info["size"], chart.len());
    assert_eq!(info["w"], u32::from_be_bytes(chart[16..20].try_into().expect("four bytes")));
    let report = scene.say(0, "report").words().to_owned();
    (report, chart)
}

#[test]
fn five_people_in_encrypted_rooms_get_the_report_of_the_terminal() {
    let world = World::quick();
    let scene = Scene::of_five(&world, "unlimited = true\npolls = true", "");
    let bank = bank();
    let typed = (0..2).map(|shift| typed_round(&bank, shift, true)).collect();
    for (shift, expected) in reports_at_a_terminal(typed).iter().enumerate() {
        match shift {
            0 => _ = scene.starts_first_round(),
            // Whoever was written to today is not disturbed again.
            _ => drop(scene.expect(0, "start quick", "is open until")),
        }
        scene.hear_in_room("Open until");
        play_round(&scene, &bank, shift);
        // Eli took his last answer back; its question is before him when the round closes.
        scene.say(4, "answer");
        let (report, _chart) = close(&scene);
        assert_eq!(figure_lines(&report), figure_lines(expected), "{report}\n{expected}");
        assert!(figure_lines(&report).len() > 8, "{report}");
    }
    scene.expect(4, "3", "has closed, so your answer was not counted");
    scene.assert_trusted();
}
