//! The bot is killed again and again while a team answers: every answer is there once, and every
//! message is in its room once.

use std::time::Duration;

use crate::bot;
use crate::scene::{FIVE, Scene, said_by_bot};
use crate::script::{TEAM, figure_lines, sitting};
use crate::session::{bank, quick, reports_at_a_terminal, typed_round};
use crate::world::{Event, Wanted, World, user};

/// Kills unless the environment says otherwise.
const KILLS: usize = 5;

/// When the bot is killed, counted from when the homeserver has what a person wrote.
#[derive(Clone, Copy)]
enum Moment {
    /// This many milliseconds later: it may be reading, writing to its disk, or answering.
    After(u64),
    /// When its answer was read.
    Answered,
}

/// The moments come round, so that each is met with many kinds of lines.
fn moment(kill: usize) -> Moment {
    match kill % 4 {
        0 => Moment::Answered,
        turn => Moment::After([0, 25, 60][turn - 1] + (kill as u64 * 7) % 20),
    }
}

/// Says a line with a kill on the way, and waits for what comes of it.
fn say_and_die(scene: &mut Scene<'_>, person: usize, line: &str, moment: Moment) {
    scene.people[person].says(&scene.direct[person], line);
    match moment {
        Moment::Answered => {
            scene.hear(person);
            scene.bot.die_and_run();
        }
        Moment::After(pause) => {
            std::thread::park_timeout(Duration::from_millis(pause));
            scene.bot.die_and_run();
            scene.hear(person);
        }
    }
}

/// Some of the five answer; `kill` says at which of their lines the bot is killed, and when.
fn play_round(
    scene: &mut Scene<'_>,
    sitters: usize,
    mut kill: impl FnMut() -> Option<Moment>,
) -> [usize; FIVE.len()] {
    let bank = bank();
    let asked = quick(&bank);
    let mut said = [0; FIVE.len()];
    for (person, said) in said.iter_mut().enumerate().take(sitters) {
        let lines = sitting(&asked, person, 0).lines;
        for line in ["answer".to_owned()].iter().chain(&lines) {
            *said += 1;
            match kill() {
                Some(moment) => say_and_die(scene, person, line, moment),
                None => drop(scene.say(person, line)),
            }
        }
    }
    said
}

/// Each line had one answer, and the questions came to each of the five once.
fn assert_said_once(scene: &Scene<'_>, lines: [usize; FIVE.len()]) {
    for (person, lines) in lines.into_iter().enumerate() {
        let told = said_by_bot(&scene.people[person].saw(&scene.direct[person]));
        let words: Vec<&str> = told.iter().map(Event::words).collect();
        let invited = words.iter().filter(|it| it.contains("asks how you work")).count();
        assert!(invited >= 1, "{} was not asked", FIVE[person]);
        assert_eq!(words.len(), lines + 1, "{}: {words:#?}", FIVE[person]);
    }
}

#[test]
fn torture_a_team_answers_while_the_bot_is_killed() {
    let wished = std::env::var("MATURITY_TORTURE_ROUNDS").ok().and_then(|it| it.parse().ok());
    let kills: usize = wished.unwrap_or(KILLS);
    // In the short form only as many answer as a figure needs.
    let sitters = if wished.is_some() { FIVE.len() } else { 3 };
    let typed = typed_round(&bank(), 0, false).into_iter();
    let typed = typed.take_while(|line| {
        Some(line.as_str()) != TEAM.get(sitters).map(|it| format!("as {it}")).as_deref()
    });
    let expected = reports_at_a_terminal(vec![typed.collect()]);
    let mut done = 0;
    while done < kills {
        let world = World::quick();
        let mut scene = Scene::of_five(&world, "unlimited = true", "");
        scene.starts_first_round();
        let mut line = 0;
        let lines = play_round(&mut scene, sitters, || {
            line += 1;
            let wanted = done < kills && (wished.is_some() || line % 7 == 5);
            wanted.then(|| {
                done += 1;
                moment(done)
            })
        });
        assert_said_once(&scene, lines);
        scene.expect(0, "close", "is closed");
        let summary = Wanted::words("the results of").from(&user(bot::NAME));
        scene.people[0].hears(&scene.room, summary);
        let report = scene.say(0, "report").words().to_owned();
        assert_eq!(figure_lines(&report), figure_lines(&expected[0]), "{report}");
        scene.assert_trusted();
    }
}
