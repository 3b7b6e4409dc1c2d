//! Tasks for a process of their own, so that nothing else is in its memory.

use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::time::Instant;

use futures_util::stream::{self, StreamExt};

use super::answers::sitters;
use super::world::{Sync, World, runtime};

/// What a child found.
pub struct Found {
    /// Seconds from opening the store until the engine would take events.
    pub ready: f64,
    /// Resident memory in MiB.
    pub resident: f64,
}

/// Opens the store in a folder, handles so many answers, and tells what it cost.
pub fn open(folder: &Path, handled: usize) -> Found {
    let output = Command::new(std::env::current_exe().unwrap())
        .env("SPEED_CHILD", format!("{handled} {}", folder.display()))
        .output()
        .unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let mut figures = text.split_whitespace().map(|figure| figure.parse().unwrap());
    Found { ready: figures.next().unwrap(), resident: figures.next().unwrap() }
}

pub fn run(task: &str) {
    let (handled, folder) = task.split_once(' ').unwrap();
    let start = Instant::now();
    let runtime = runtime();
    runtime.block_on(async {
        let world = World::open(Path::new(folder), Sync::Never, false);
        world.engine.shred().await.unwrap();
        world.engine.next_wake().unwrap();
        let ready = start.elapsed().as_secs_f64();
        handle(&world, handled.parse().unwrap()).await;
        println!("{ready} {}", resident());
    });
}

async fn handle(world: &World, answers: usize) {
    if answers == 0 {
        return;
    }
    let sitters = sitters(world, 64).await;
    let sitters: &[Arc<_>] = &sitters;
    stream::iter(0..answers)
        .for_each_concurrent(64, |number| async move {
            world.tell(sitters[number % sitters.len()].press()).await;
        })
        .await;
}

fn resident() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap();
    let kib: f64 = line.split_whitespace().nth(1).unwrap().parse().unwrap();
    kib / 1024.0
}
