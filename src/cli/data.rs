//! `export`, `import` and `verify`: the data folder as a whole.

use std::fs::{File, OpenOptions};
use std::io::{BufReader, BufWriter, ErrorKind, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, ensure};

use super::paper::{errln, outln};
use super::stored;
use crate::store::marker::{Places, StoreKind};
use crate::store::records::TABLE;
use crate::store::sled::{Options, SledKv};
use crate::store::transfer::TransferError;
use crate::store::{copy, transfer, verify};

/// Write everything stored as JSON lines, also while the bot runs.
///
/// Keys are not in an export. They are what joins people to their answers; in a file that is
/// copied and kept, a key would outlive every `forget me` and every anonymous round. To move a
/// bot to another machine, copy the folder `keys` of its data folder as well.
#[derive(Debug, clap::Args)]
pub struct Export {
    /// The data folder.
    #[arg(long, value_name = "DIR")]
    data: PathBuf,
    /// The file to write, readable by its owner alone; standard output if not given.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Write it although records are missing or surplus; one that cannot be read still ends it.
    #[arg(long)]
    incomplete: bool,
}

/// Read an export into a new data folder.
///
/// An export holds no keys. Without the folder `keys` of the old data folder, nobody's earlier
/// answers can be joined to them any more: figures and trends of teams stay, a person's own trend
/// begins anew. Close open rounds before the export, or copy `keys` before the first start.
#[derive(Debug, clap::Args)]
pub struct Import {
    /// The data folder; new, or without a record.
    #[arg(long, value_name = "DIR")]
    data: PathBuf,
    /// The export.
    #[arg(long = "in", value_name = "FILE")]
    input: PathBuf,
    /// Make the folder one for `try`; a folder that is there keeps its kind.
    #[arg(long)]
    try_out: bool,
}

/// Read and check every record; says what is damaged, missing or surplus.
///
/// The bot may be running, and the folder is not touched.
#[derive(Debug, clap::Args)]
pub struct Verify {
    /// The data folder.
    #[arg(long, value_name = "DIR")]
    data: PathBuf,
    /// Copy the store into this new folder, without the engine's own snapshots, and check the
    /// copy: where only a snapshot is damaged, the log brings everything back.
    #[arg(long, value_name = "NEW")]
    repair: Option<PathBuf>,
}

/// Writes an export.
///
/// # Errors
///
/// A folder without a store, a damaged record, or a file that cannot be written.
pub fn export(arguments: &Export) -> anyhow::Result<()> {
    let (_, kv) = stored::open(&arguments.data)?;
    if !arguments.incomplete {
        whole(&arguments.data, &verify::verify(&kv, &TABLE))?;
    }
    let Some(file) = &arguments.out else {
        return match transfer::export(&kv, &TABLE, BufWriter::new(std::io::stdout().lock())) {
            // Whoever reads may have read enough.
            Err(TransferError::Io(error)) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
            done => Ok(done.map(drop)?),
        };
    };
    let count = replace(file, |out| Ok(transfer::export(&kv, &TABLE, out)?))?;
    errln!("{count} records are in {}. Keys are not; `help export` says why.", file.display());
    Ok(())
}

/// Writes a file whole or not at all, so that a failed export leaves the one before it.
fn replace<T>(
    file: &Path,
    write: impl FnOnce(&mut BufWriter<File>) -> anyhow::Result<T>,
) -> anyhow::Result<T> {
    let place = || format!("{} cannot be written; check its folder and free space", file.display());
    let mut name = file.as_os_str().to_owned();
    name.push(".new");
    let draft = PathBuf::from(name);
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true).mode(0o600);
    let mut out = BufWriter::new(options.open(&draft).with_context(place)?);
    let written = write(&mut out).and_then(|value| {
        out.flush().with_context(place)?;
        out.get_ref().sync_all().with_context(place)?;
        std::fs::rename(&draft, file).with_context(place)?;
        Ok(value)
    });
    if written.is_err() {
        let _ = std::fs::remove_file(&draft);
    }
    written
}

/// Reads an export into a new folder.
///
/// # Errors
///
/// A file that is no whole export, or a folder that is not new.
pub fn import(arguments: &Import) -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let count = runtime.block_on(read_into(arguments))?;
    let data = arguments.data.display();
    errln!("{count} records are in {data} now. Keys are not; `help import` says what follows.");
    Ok(())
}

async fn read_into(arguments: &Import) -> anyhow::Result<u64> {
    let data = &arguments.data;
    let input = || {
        let file = arguments.input.display();
        let opened = File::open(&arguments.input).map(BufReader::new);
        opened.with_context(|| format!("{file} cannot be read; check the name and the rights"))
    };
    // A file that is not whole is found out before the folder is made.
    transfer::check(&TABLE, input()?)?;
    let kind = kind_for(data, arguments.try_out)?;
    let kv = SledKv::open(data, &Options::new(kind))?;
    Ok(transfer::import(&kv, &TABLE, input()?).await?)
}

/// What kind of folder to open: the one that is there, else the one wished for.
fn kind_for(data: &Path, try_out: bool) -> anyhow::Result<StoreKind> {
    let wished = if try_out { StoreKind::TryOut } else { StoreKind::Real };
    if let Some(kind) = crate::store::marker::kind(&Places::of(data))? {
        ensure!(
            kind == wished || !try_out,
            "{} holds a {} store; name another data folder",
            data.display(),
            kind.name()
        );
        return Ok(kind);
    }
    let entries = std::fs::read_dir(data).into_iter().flatten().flatten();
    // Keys may be put in place before the records.
    let mut others = entries.filter(|entry| entry.file_name() != "keys");
    ensure!(
        others.next().is_none(),
        "{} is not empty and no data folder; name a new folder",
        data.display()
    );
    Ok(wished)
}

/// Checks every record.
///
/// # Errors
///
/// A folder that cannot be opened, or damage, all of it.
pub fn verify(arguments: &Verify) -> anyhow::Result<()> {
    if let Some(new) = &arguments.repair {
        return repair(&arguments.data, new);
    }
    let (kind, kv) = stored::open(&arguments.data)?;
    let report = verify::verify(&kv, &TABLE);
    whole(&arguments.data, &report)?;
    let data = arguments.data.display();
    outln!("{data} is whole: {} records, {} data.", report.records, kind.name());
    Ok(())
}

fn whole(data: &Path, report: &verify::Report) -> anyhow::Result<()> {
    let damage: Vec<String> = report.damage.iter().map(|it| format!("\n  {it}")).collect();
    ensure!(
        report.is_whole(),
        "{} is damaged, {} of what is wrong:{}\n{}",
        data.display(),
        damage.len(),
        damage.concat(),
        report.remedy()
    );
    Ok(())
}

/// Copies a store without snapshots and checks the copy; the original is not touched.
fn repair(data: &Path, new: &Path) -> anyhow::Result<()> {
    let (old, at) = (data.display(), new.display());
    ensure!(!new.exists(), "{at} is there already; name a new folder for the copy");
    ensure!(!new.starts_with(data), "{at} lies in {old}; name a folder beside it");
    let aside = copy::without_snapshots(data, new)?;
    let (kind, kv) = stored::open(new).with_context(|| {
        format!("{old} cannot be repaired. Put it back from a backup, or import the last export")
    })?;
    let report = verify::verify(&kv, &TABLE);
    whole(new, &report)?;
    outln!(
        "{at} is whole: {} records, {} data; {aside} snapshots were left out.\n\
         Next: stop the bot, move {old} away, move {at} in its place, start the bot.",
        report.records,
        kind.name()
    );
    Ok(())
}
