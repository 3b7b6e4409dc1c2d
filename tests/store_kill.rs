//! A process killed at any moment loses nothing that it acknowledged, and tears no batch.
//!
//! The test starts itself again as the writer, kills it, and looks. `just torture` runs its long
//! form, by setting `MATURITY_TORTURE_ROUNDS`.

use std::env;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use maturity_bot::domain::ids::TeamId;
use maturity_bot::random::below;
use maturity_bot::store::codec;
use maturity_bot::store::keys::{Segment, key, prefix_end, segments};
use maturity_bot::store::kv::{Batch, Key, Kv, Op};
use maturity_bot::store::marker::StoreKind;
use maturity_bot::store::records::Table;
use maturity_bot::store::sled::{Options, SledKv};
use maturity_bot::store::verify::verify;

/// Kills unless the environment says otherwise.
const ROUNDS: u32 = 50;
/// Kills before a fresh store takes over: every check reads a store as a whole.
const ROUNDS_OF_A_STORE: u32 = 100;
const WRITERS: u32 = 16;
/// What a writer says before it opens the store.
const OPENING: &str = "opening";
/// Within how many microseconds an opening is killed; usually it takes longer.
const OPENED: u64 = 12_000;
/// Names the data folder to the writing child.
const FOLDER: &str = "STORE_KILL_FOLDER";
const RECORD: u8 = 200;

fn open(folder: &Path) -> SledKv {
    let options = Options { cache_bytes: 4 << 20, ..Options::new(StoreKind::Real) };
    SledKv::open(folder, &options).expect("a killed store opens again")
}

/// One of the three records of a batch.
fn part(table: &str, writer: u32, number: u32) -> Key {
    key(table).team(TeamId(writer)).u32(number).done()
}

fn batch(writer: u32, number: u32) -> Batch {
    let value = codec::frame(RECORD, 1, format!("{writer} {number}").as_bytes());
    let put = |table| Op::Put(part(table, writer, number), value.clone());
    let prefix = key("log").team(TeamId(writer)).done();
    let log = Op::Append { prefix, value: value.clone() };
    Batch::of(vec![put("left"), put("right"), log])
}

/// Writes until it is killed; tells of every commit once it is acknowledged.
async fn write_forever(folder: &Path) {
    eprintln!("{OPENING}");
    let kv = Arc::new(open(folder));
    let run = std::process::id();
    let writers: Vec<_> = (0..WRITERS)
        .map(|writer| {
            let kv = kv.clone();
            tokio::spawn(async move {
                let start = next_number(&kv, writer);
                for number in start.. {
                    kv.commit(batch(writer, number)).await.expect("the disk works");
                    let line = format!("{run} {writer} {number}\n");
                    std::io::stderr().write_all(line.as_bytes()).expect("the parent listens");
                }
            })
        })
        .collect();
    for writer in writers {
        writer.await.expect("a writer ends only with its process");
    }
}

fn next_number(kv: &SledKv, writer: u32) -> u32 {
    let prefix = key("left").team(TeamId(writer)).done();
    let rows = kv.range(&prefix, &prefix_end(&prefix), usize::MAX).expect("readable");
    match rows.last().and_then(|(key, _)| segments(key)?.pop()) {
        Some(Segment::U32(last)) => last + 1,
        _ => 0,
    }
}

fn start_writer(folder: &Path) -> Child {
    Command::new(env::current_exe().expect("a test knows its file"))
        .args(["--exact", "torture_by_kills_loses_nothing_acknowledged", "--nocapture"])
        .env(FOLDER, folder)
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the writer starts")
}

/// Lets a writer run for some acknowledgements, kills it, and returns all it acknowledged.
fn run_and_kill(folder: &Path, enough: u32) -> Vec<(u32, u32)> {
    let mut child = start_writer(folder);
    let mut lines = BufReader::new(child.stderr.take().expect("piped")).lines();
    let mut acknowledged = Vec::new();
    let mine = child.id().to_string();
    let mut read = |lines: &mut dyn Iterator<Item = std::io::Result<String>>| {
        for line in lines {
            let line = line.expect("text");
            let words: Vec<&str> = line.split(' ').collect();
            if let [run, writer, number] = words[..]
                && run == mine
                && let (Ok(writer), Ok(number)) = (writer.parse(), number.parse())
            {
                acknowledged.push((writer, number));
                if acknowledged.len() == enough as usize {
                    return;
                }
            }
        }
    };
    read(&mut lines);
    child.kill().expect("the writer was running");
    read(&mut lines);
    child.wait().expect("the writer ends");
    assert!(acknowledged.len() >= enough as usize, "the writer ended by itself");
    acknowledged
}

/// Kills a writer while it opens the store, at a moment that is drawn; tells whether that was
/// before it wrote anything.
#[expect(clippy::disallowed_methods, reason = "nothing is waited for; any moment will do")]
fn open_and_kill(folder: &Path) -> bool {
    let mut child = start_writer(folder);
    let mut lines = BufReader::new(child.stderr.take().expect("piped")).lines();
    let begun = lines.by_ref().map_while(Result::ok).find(|line| line == OPENING);
    assert!(begun.is_some(), "the writer ended by itself");
    std::thread::sleep(Duration::from_micros(below(OPENED)));
    child.kill().expect("the writer was running");
    child.wait().expect("the writer ends");
    lines.next().is_none()
}

fn check(kv: &SledKv, acknowledged: &[(u32, u32)]) {
    for &(writer, number) in acknowledged {
        let found = kv.get(&part("left", writer, number)).expect("readable");
        assert!(found.is_some(), "acknowledged and lost: {writer} {number}");
    }
    let rows = |table: &str, writer: u32| {
        let prefix = key(table).team(TeamId(writer)).done();
        kv.range(&prefix, &prefix_end(&prefix), usize::MAX).expect("readable")
    };
    for writer in 0..WRITERS {
        let values = |table| rows(table, writer).into_iter().map(|(_, value)| value);
        let left: Vec<_> = values("left").collect();
        assert!(left.iter().cloned().eq(values("right")), "a batch of {writer} is torn");
        assert!(left.iter().cloned().eq(values("log")), "a batch of {writer} is torn");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn torture_by_kills_loses_nothing_acknowledged() {
    if let Some(folder) = env::var_os(FOLDER) {
        return write_forever(Path::new(&folder)).await;
    }
    let wished = env::var("MATURITY_TORTURE_ROUNDS").map(|rounds| rounds.parse());
    let rounds: u32 = wished.map_or(ROUNDS, |rounds| rounds.expect("a number of rounds"));
    for done in (0..rounds).step_by(ROUNDS_OF_A_STORE as usize) {
        kill_again_and_again(ROUNDS_OF_A_STORE.min(rounds - done));
    }
}

fn kill_again_and_again(rounds: u32) {
    let folder = tempfile::tempdir().expect("a folder");
    let (mut acknowledged, mut hit) = (Vec::new(), 0);
    for round in 0..rounds {
        acknowledged.extend(run_and_kill(folder.path(), 1 + round * 7 % 97));
        // What the writer left is opened by others that are killed at it.
        for _ in 0..round % 3 {
            hit += u32::from(open_and_kill(folder.path()));
        }
        check(&open(folder.path()), &acknowledged);
    }
    assert!(acknowledged.len() >= rounds as usize);
    eprintln!("{rounds} kills in service, {hit} in an opening");
    assert!(hit > rounds / 10, "openings are too fast to be met by a kill");
    // The table of this test is empty, so only the sums can be found to disagree.
    let report = verify(&open(folder.path()), &Table { entries: &[] });
    assert!(report.damage.iter().all(|damage| damage.finding.contains("is not known")));
}
