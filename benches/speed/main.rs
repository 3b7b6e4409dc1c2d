//! Measures what is promised about speed, and prints one table of ratios.
//!
//! Absolute times say more about the machine than about the bot, so every figure is a ratio within
//! one run, rivals and repetitions taking turns. `just bench` runs everything; a word behind it
//! (`just bench answers`) runs the parts whose name contains it. With `SPEED_LARGE=1` stores grow
//! to five million answers, and people answer for a minute without a pause.
#![expect(clippy::disallowed_methods, reason = "a measurement reads the machine's clock and waits")]
#![expect(clippy::unwrap_used, reason = "a measurement that cannot go on ends")]
#![expect(clippy::cast_precision_loss, reason = "figures are printed with two digits")]

mod answers;
mod child;
mod disk;
mod fan_out;
mod fill;
mod limits;
mod memory;
mod reports;
mod rivals;
mod sqlite_report;
mod stalls;
mod table;
mod world;

use table::Table;

/// A part of the run: its name, and what measures it.
type Part = (&'static str, fn(&mut Table));

const PARTS: [Part; 7] = [
    ("answers", answers::measure),
    ("stalls", stalls::measure),
    ("reports", reports::measure),
    ("memory", memory::measure),
    ("disk", disk::measure),
    ("fan-out", fan_out::measure),
    ("limits", limits::measure),
];

fn main() {
    if let Some(task) = std::env::var_os("SPEED_CHILD") {
        return child::run(&task.to_string_lossy());
    }
    let words: Vec<String> = std::env::args().skip(1).filter(|it| !it.starts_with('-')).collect();
    let wanted = |name: &str| words.is_empty() || words.iter().any(|word| name.contains(word));
    let mut table = Table::new();
    for (name, measure) in PARTS.into_iter().filter(|(name, _)| wanted(name)) {
        eprintln!("measuring {name} …");
        measure(&mut table);
    }
    table.print();
}
