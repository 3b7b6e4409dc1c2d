//! Durable answers a second through the whole pipeline: decide, commit, acknowledge.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use maturity_bot::domain::bank::Kind;
use maturity_bot::domain::ids::{PersonId, QuestionId};
use maturity_bot::domain::message::Press;
use maturity_bot::platform::What;
use tokio::task::JoinSet;

use super::rivals;
use super::table::{Table, Target, median};
use super::world::{Sync, World, folder, runtime, undisturbed};

/// How long one contender writes in one round.
const SPAN: Duration = Duration::from_millis(1500);
/// How often the contenders take turns.
const ROUNDS: usize = 3;
/// How many people are in one team.
const TEAM: usize = 8;

/// A person and the presses by which they answer, over and over.
pub struct Sitter {
    person: PersonId,
    tokens: Vec<String>,
    next: AtomicUsize,
}

impl Sitter {
    /// A person in front of an open round.
    pub fn of(world: &World, person: &PersonId) -> Self {
        let progress = world.engine.progress(person).unwrap().unwrap();
        let reply = |id: &QuestionId| match world.content.bank.question(id).map(|it| &it.kind) {
            Some(Kind::YesNo) => "yes",
            Some(Kind::Checklist(_)) => "1",
            Some(Kind::Text) => "words",
            _ => "3",
        };
        let token = |id: &QuestionId| {
            Press::Answer(progress.round, id.clone(), reply(id).to_owned()).token()
        };
        let tokens = progress.questions.iter().map(token).collect();
        Self { person: person.clone(), tokens, next: AtomicUsize::new(0) }
    }

    /// Presses one answer to each question.
    pub fn presses(&self) -> Vec<What> {
        self.tokens.iter().map(|_| self.press()).collect()
    }

    /// Presses the next answer.
    pub fn press(&self) -> What {
        let turn = self.next.fetch_add(1, Ordering::Relaxed);
        let token = self.tokens[turn % self.tokens.len()].clone();
        What::Chose { person: self.person.clone(), place: None, token }
    }
}

/// Opens rounds for so many people.
pub async fn sitters(world: &World, people: usize) -> Vec<Arc<Sitter>> {
    let mut sitters = Vec::new();
    for number in 0..people.div_ceil(TEAM) {
        let members = world.team(number, TEAM.min(people), undisturbed()).await;
        world.say(&members[0], "/maturity start quick").await;
        sitters.extend(members.iter().map(|person| Arc::new(Sitter::of(world, person))));
    }
    sitters.truncate(people);
    sitters
}

/// Lets people act, each again once the last was acknowledged; gives the acts a second.
pub async fn rate<F>(
    people: usize,
    span: Duration,
    act: impl Fn(usize) -> F + Send + std::marker::Sync + 'static,
) -> f64
where
    F: Future<Output = ()> + Send + 'static,
{
    let act = Arc::new(act);
    let start = Instant::now();
    let acting = (0..people).map(|who| {
        let act = Arc::clone(&act);
        async move {
            let mut done = 0_u64;
            while start.elapsed() < span {
                act(who).await;
                done += 1;
            }
            done
        }
    });
    let done: u64 = acting.collect::<JoinSet<_>>().join_all().await.into_iter().sum();
    done as f64 / start.elapsed().as_secs_f64()
}

/// One run of the pipeline.
struct Run {
    rate: f64,
    /// Answers that share one sync.
    group: f64,
    /// Batches handed in for each answer.
    tries: f64,
    /// Answers a second of a bare file that wrote the same groups.
    raw: f64,
    /// The same of sled alone.
    sled: f64,
    /// Bytes that one answer writes.
    size: usize,
}

fn pipeline(people: usize, sync: Sync, alone: bool) -> Run {
    let folder = folder();
    let run = runtime().block_on(async {
        let world = Arc::new(World::open(folder.path(), sync, alone));
        let sitters = sitters(&world, people).await;
        // With their first answer in a team people get a key, once and for all.
        for sitter in &sitters {
            world.tell(sitter.press()).await;
        }
        let syncs = world.syncs.count.load(Ordering::Relaxed);
        let bytes = world.kv.bytes.load(Ordering::Relaxed);
        let batches = world.kv.batches.load(Ordering::Relaxed);
        let shared = Arc::clone(&world);
        let rate = rate(people, SPAN, move |who| {
            let (world, sitter) = (Arc::clone(&shared), Arc::clone(&sitters[who]));
            async move {
                world.tell(sitter.press()).await;
            }
        })
        .await;
        let syncs = world.syncs.count.load(Ordering::Relaxed) - syncs;
        let bytes = world.kv.bytes.load(Ordering::Relaxed) - bytes;
        let batches = world.kv.batches.load(Ordering::Relaxed) - batches;
        (rate, syncs, bytes, batches)
    });
    let (rate, syncs, bytes, batches) = run;
    let answers = rate * SPAN.as_secs_f64();
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a count of answers"
    )]
    let count = answers as usize;
    let raw = answers / rivals::raw_replay(syncs, bytes, sync);
    let sled = answers / rivals::sled_replay(syncs, count, bytes, sync);
    let (group, tries) = (answers / syncs as f64, batches as f64 / answers);
    Run { group, tries, rate, raw, sled, size: usize::try_from(bytes).unwrap() / count.max(1) }
}

/// Ratios of one setting.
#[derive(Default)]
struct Ratios {
    replay: Vec<f64>,
    engine: Vec<f64>,
    raw: Vec<f64>,
    sqlite: Vec<f64>,
    alone: Vec<f64>,
    rate: Vec<f64>,
    group: Vec<f64>,
    tries: Vec<f64>,
}

fn ratios(people: usize, sync: Sync) -> Ratios {
    let mut ratios = Ratios::default();
    for _ in 0..ROUNDS {
        let ours = pipeline(people, sync, false);
        ratios.rate.push(ours.rate);
        ratios.group.push(ours.group);
        ratios.tries.push(ours.tries);
        ratios.replay.push(ours.rate / ours.raw);
        ratios.engine.push(ours.sled / ours.raw);
        ratios.raw.push(ours.rate / rivals::raw(people, ours.size, sync, SPAN));
        ratios.sqlite.push(ours.rate / rivals::sqlite(people, ours.size, sync, SPAN));
        if people == 64 {
            ratios.alone.push(ours.rate / pipeline(people, sync, true).rate);
        }
    }
    ratios
}

pub fn measure(table: &mut Table) {
    for sync in [Sync::Padded, Sync::Real] {
        for (people, least) in [(1, 0.9), (64, 0.75), (256, 0.5)] {
            let padded = sync == Sync::Padded;
            let how = if padded { "sync + 2 ms" } else { "real sync" };
            let target = if padded { Target::AtLeast(least) } else { Target::None };
            let found = ratios(people, sync);
            let name = |what: &str| format!("{people} answering, {how}: {what}");
            table.add(name("of raw, same groups"), median(found.replay), "×", target);
            let bound = median(found.engine);
            table.add(name("sled alone of raw, same groups"), bound, "×", Target::None);
            table.add(name("of raw, its own groups"), median(found.raw), "×", target);
            table.add(name("of SQLite WAL FULL"), median(found.sqlite), "×", Target::None);
            table.add(name("answers"), median(found.rate), "a second", Target::None);
            table.add(name("answers for each sync"), median(found.group), "", Target::None);
            table.add(name("batches for each answer"), median(found.tries), "", Target::None);
            if people == 64 {
                let target = if padded { Target::AtLeast(20.0) } else { Target::None };
                table.add(name("of a flush per answer"), median(found.alone), "×", target);
            }
        }
    }
}
