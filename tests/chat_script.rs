//! A whole team at one pipe, through two rounds: the report says what the model computes, nothing
//! is said twice and nothing is lost, also when the process is killed after any reply.

#[path = "support/report.rs"]
mod report;
#[path = "support/script.rs"]
mod script;
#[path = "support/terminal.rs"]
mod terminal;

use std::collections::BTreeMap;

use maturity_bot::domain::bank::Bank;
use report::{QUICK, bank, figures, report_of};
use script::{Sitting, TEAM, figure_lines, questions, round_json, sitting};
use serde_json::{Value, json};
use terminal::{Played, Terminal, play};

/// The lines of a session, and the figures after each of its two rounds.
struct Session {
    lines: Vec<String>,
    figures: [Value; 2],
}

/// Two rounds of a preset, with an action done and a champion found between them.
fn session(bank: &Bank, preset: &str, ids: Option<&[&str]>) -> Session {
    let asked = questions(bank, ids);
    let sittings = |shift| (0..TEAM.len()).map(|person| sitting(&asked, person, shift)).collect();
    let (first, second): (Vec<Sitting>, Vec<Sitting>) = (sittings(0), sittings(1));
    let rounds = [round_json("r1", preset, &first), round_json("r2", preset, &second)];
    let before = figures(&json!({"team": "Try-out", "rounds": [rounds[0]]}));
    let done = before["next_actions"][0]["id"].clone();
    let champion = json!({"pillar": "tooling", "person": "Bob", "status": "accepted"});
    let after = figures(&json!({
        "team": "Try-out", "rounds": rounds, "done": [done], "champions": [champion],
    }));

    let mut lines: Vec<String> = TEAM.iter().map(|name| format!("as {name}")).collect();
    let mut say = |line: &str| lines.push(line.to_owned());
    say("as Ann");
    say(&format!("/maturity start {preset}"));
    play_round(&mut say, &first, "later 2d");
    say("as Ann");
    say("/maturity close");
    say("/maturity report");
    say("/maturity action done 1");
    say("as Bob");
    say("/maturity champion volunteer tooling");
    say("as Ann");
    say("later 20d");
    say(&format!("/maturity start {preset}"));
    play_round(&mut say, &second, "later 3d");
    say("as Ann");
    say("/maturity close");
    say("/maturity report");
    say("/maturity trend");
    Session { lines, figures: [before, after] }
}

fn play_round(say: &mut impl FnMut(&str), sittings: &[Sitting], pause: &str) {
    for (name, sitting) in TEAM.iter().zip(sittings) {
        say(&format!("as {name}"));
        sitting.lines.iter().for_each(|line| say(line));
        if *name == "Cem" {
            say(pause);
        }
    }
}

fn quick(bank: &Bank) -> Session {
    session(bank, "quick", Some(&QUICK))
}

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().expect("a folder")
}

/// The replies to `report`, the day in their headings left out: a run may last past midnight.
fn reports(session: &Session, played: &Played) -> Vec<String> {
    let asked = session.lines.iter().zip(&played.replies);
    let reports = asked.filter(|(line, _)| *line == "/maturity report").map(|(_, reply)| reply);
    let heading = |line: &&str| !line.starts_with("Try-out, ");
    reports.map(|reply| reply.lines().filter(heading).collect::<Vec<_>>().join("\n")).collect()
}

fn assert_reports(bank: &Bank, session: &Session, played: &Played) {
    let found = reports(session, played);
    let [before, after] = &session.figures;
    let done = &before["next_actions"][0]["id"];
    let sorted = |mut lines: Vec<String>| {
        lines.sort();
        lines
    };
    // Sections may be reordered by whoever words the report; within one, order is checked below.
    for (reply, figures, done) in [(&found[0], before, None), (&found[1], after, Some(done))] {
        let expected = report_of(bank, figures, done);
        assert_eq!(sorted(figure_lines(reply)), sorted(expected.clone()), "in:\n{reply}");
        for kind in ["- Answers lie", "1. ", "2. ", "3. ", "   First"] {
            let of = |lines: Vec<String>| {
                lines.into_iter().filter(|line| line.starts_with(kind)).collect::<Vec<_>>()
            };
            assert_eq!(of(figure_lines(reply)), of(expected.clone()));
        }
    }
}

/// What was said to whom. The starter of a round gets their questions with the reply or, where
/// the members must be looked up first, as a delivery: once in either case.
fn told(played: &Played) -> Vec<String> {
    let starter = |it: &String| !(it.starts_with("Ann") && it.contains("asks how you work"));
    played.deliveries().into_iter().filter(starter).collect()
}

fn assert_same(session: &Session, killed: &Played, whole: &Played) {
    assert_eq!(reports(session, killed), reports(session, whole));
    assert_eq!(told(killed), told(whole));
}

#[test]
fn two_full_rounds_end_in_the_report_that_the_model_computes_killed_or_not() {
    let bank = bank();
    let session = session(&bank, "full", None);
    let (whole, killed) = (folder(), folder());
    let whole = play(whole.path(), &session.lines, |_| false);
    assert_reports(&bank, &session, &whole);
    let last = &reports(&session, &whole)[1];
    // Three wrote remarks and five wrote texts: leads read them, in an order that is nobody's.
    assert!(last.contains("Remark 7\n- Remark 8\n- Remark 9"), "{last}");
    assert!(last.contains("number 5\n- Words of nobody in particular, number 6"), "{last}");
    assert!(!last.contains("Ann") && !last.contains("Dia"), "{last}");
    assert!(last.contains("- Tooling: Bob"), "{last}");
    let killed = play(killed.path(), &session.lines, |number| number % 13 == 5);
    assert_same(&session, &killed, &whole);
}

#[test]
fn a_session_killed_after_every_reply_says_everything_once_and_reports_the_same() {
    let bank = bank();
    let session = quick(&bank);
    let (whole, killed) = (folder(), folder());
    let whole = play(whole.path(), &session.lines, |_| false);
    assert_reports(&bank, &session, &whole);
    let killed = play(killed.path(), &session.lines, |_| true);
    assert_same(&session, &killed, &whole);
    assert!(told(&whole).len() > 15, "{:?}", whole.deliveries());
}

/// One kill at a time, in sessions of their own. Without `MATURITY_TORTURE_ROUNDS` the short
/// session is killed once; with it, the long one that often, spread over all of its steps.
#[test]
fn torture_a_session_survives_a_kill_at_any_step() {
    let bank = bank();
    let wished = std::env::var("MATURITY_TORTURE_ROUNDS").ok().and_then(|it| it.parse().ok());
    let session = if wished.is_some() { session(&bank, "full", None) } else { quick(&bank) };
    let rounds: usize = wished.unwrap_or(1);
    let whole = folder();
    let whole = play(whole.path(), &session.lines, |_| false);
    for round in 0..rounds {
        // Half a step in, so that one kill alone falls into the middle.
        let step = (2 * round + 1) * session.lines.len() / (2 * rounds);
        let killed = folder();
        let killed = play(killed.path(), &session.lines, |number| number == step);
        assert_same(&session, &killed, &whole);
    }
}

/// Kills in the middle of a journey through time, at different moments of it, and goes on with
/// what is left of it.
#[test]
fn a_journey_that_is_killed_under_way_loses_and_repeats_nothing_but_what_was_cut_off() {
    let lines = |last: &[&str]| {
        let mut lines: Vec<String> = TEAM.iter().map(|name| format!("as {name}")).collect();
        lines.extend(["as Ann", "/maturity start quick"].map(ToOwned::to_owned));
        lines.extend(last.iter().map(|line| (*line).to_owned()));
        lines
    };
    let whole = folder();
    let whole = play(whole.path(), &lines(&["later 8d"]), |_| false).deliveries();
    for pause in [0, 15, 40, 80] {
        let (cut, mut doubled) = (folder(), 0);
        let cut = cut.path();
        let (before, cut_off) = play_and_cut(cut, &lines(&[]), "later 8d", pause);
        let (mut terminal, welcome) = Terminal::open(cut);
        let after = [welcome, terminal.say("later 8d"), terminal.close()];
        let (cut_off, told) =
            (deliveries_of(&[cut_off]), deliveries_of(&[before, after.into()].concat()));
        // The terminal cannot tell what it said already, so the one it was cut off in may come
        // again.
        let last = cut_off.len();
        let told = count([told, cut_off].concat());
        for (delivery, times) in count(whole.clone()) {
            let again = told.get(&delivery).copied().unwrap_or(0);
            assert!(again >= times, "lost after {pause} ms and {last} deliveries: {delivery}");
            doubled += again - times;
        }
        assert!(doubled <= 1, "{doubled} deliveries came twice after {pause} ms");
    }
}

fn deliveries_of(blocks: &[String]) -> Vec<String> {
    Played { blocks: blocks.to_vec(), ..Played::default() }.deliveries()
}

fn play_and_cut(
    folder: &std::path::Path,
    lines: &[String],
    last: &str,
    pause: u64,
) -> (Vec<String>, String) {
    let (mut terminal, welcome) = Terminal::open(folder);
    let mut blocks = vec![welcome];
    blocks.extend(lines.iter().map(|line| terminal.say(line)));
    let cut_off = terminal.say_and_die_after(last, std::time::Duration::from_millis(pause));
    (blocks, cut_off)
}

fn count(all: Vec<String>) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    for one in all {
        *counts.entry(one).or_default() += 1;
    }
    counts
}
