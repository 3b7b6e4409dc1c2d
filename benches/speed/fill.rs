//! Fills a store with the answers of years, past the pipeline.

use std::sync::atomic::Ordering;

use futures_util::stream::{self, StreamExt};
use maturity_bot::domain::answer::Value;
use maturity_bot::domain::ids::{PersonId, Pseudonym, QuestionId, RoundId, TeamId};
use maturity_bot::domain::round::Answer;
use maturity_bot::store::kv::{Batch, Kv, MAX_OPS};
use maturity_bot::store::tx::Tx;

use super::answers::Sitter;
use super::world::{World, undisturbed};

/// How many people a filled round has, and how many questions.
const PEOPLE: usize = 8;
const QUESTIONS: usize = 8;
/// Batches under way at once.
const UNDER_WAY: usize = 64;
/// Rounds of the team that is reported.
const ROUNDS: usize = 10;

/// Puts so many answers into other teams' rounds; gives their bytes, keys included.
pub async fn answers(world: &World, count: usize) -> u64 {
    let before = world.kv.bytes.load(Ordering::Relaxed);
    let batches = count.div_ceil(MAX_OPS);
    let teams = batches.div_ceil(ROUNDS);
    stream::iter(0..batches)
        .for_each_concurrent(UNDER_WAY, |number| async move {
            world.kv.commit(batch(world, number, teams)).await.unwrap();
        })
        .await;
    world.kv.bytes.load(Ordering::Relaxed) - before
}

/// One round of one team; all have had theirs before the next begins, as in life.
fn batch(world: &World, number: usize, teams: usize) -> Batch {
    let team = TeamId(1_000 + u32::try_from(number % teams).unwrap());
    let round = RoundId { team, number: u32::try_from(number / teams).unwrap() + 1 };
    let tx = Tx::new(world.kv.as_ref());
    for place in 0..PEOPLE * QUESTIONS {
        let (person, question) = (place / QUESTIONS, place % QUESTIONS);
        let who = Pseudonym(label(number * PEOPLE + person));
        let question = QuestionId(format!("skills.question-{question}"));
        let answer = Answer {
            value: Some(Value::Level(u8::try_from((number + place) % 6).unwrap())),
            before: None,
            comment: None,
            source: Pseudonym(label(number * MAX_OPS + place)),
        };
        tx.put_answer(round, who, &question, &answer).unwrap();
    }
    tx.into_batch()
}

/// Eight bytes that look drawn at random.
fn label(number: usize) -> [u8; 8] {
    (number as u64 + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15).to_be_bytes()
}

/// Makes a team with ten closed rounds, through the pipeline; gives its lead.
pub async fn reported_team(world: &World) -> PersonId {
    let people = world.team(0, PEOPLE, undisturbed()).await;
    let lead = people[0].clone();
    for _ in 0..ROUNDS {
        world.say(&lead, "/maturity start quick").await;
        for person in &people {
            for press in Sitter::of(world, person).presses() {
                world.tell(press).await;
            }
        }
        world.say(&lead, "/maturity close").await;
        world.clock.advance(chrono::TimeDelta::hours(2));
    }
    lead
}
