//! The way to each platform, without faults: order, pace, pauses, and nobody waits for another.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use maturity_bot::app::{self, Courier};
use maturity_bot::clock::Clock;
use maturity_bot::domain::ids::{PersonId, PlaceId, TeamId};
use maturity_bot::domain::message::{Destination, Message, MessageRef};
use maturity_bot::domain::outgoing::{Errand, OutRow, Purpose};
use maturity_bot::engine::Engine;
use maturity_bot::platform::{Inbox, Pace, Parcel, Platform, PostError, Profile, Stop};
use maturity_bot::store::kv::{Kv, MAX_OPS};
use maturity_bot::store::tx::Tx;
use tokio::sync::{Notify, mpsc};

use crate::traffic::Traffic;
use crate::world::{Words, World, profile};

type When = DateTime<Utc>;

/// A platform that notes what comes and when, and does nothing wrong of its own accord.
struct Calm {
    name: &'static str,
    traffic: Traffic,
    pace: Pace,
    clock: Clock,
    posts: Mutex<Vec<(When, String, String)>>,
    arrived: mpsc::UnboundedSender<()>,
    /// Answers the next call with this.
    answer: Mutex<Option<PostError>>,
    /// Calls wait for this, where there is one.
    gate: Option<Notify>,
}

#[async_trait]
impl Platform for Calm {
    fn name(&self) -> &str {
        self.name
    }

    fn pace(&self) -> Pace {
        self.pace
    }

    async fn run(&self, _: Inbox, _: Stop) -> anyhow::Result<()> {
        Ok(())
    }

    async fn post(&self, parcel: &Parcel<'_>) -> Result<MessageRef, PostError> {
        let _on_its_way = self.traffic.call(&parcel.to.lane());
        if let Some(error) = self.answer.lock().unwrap().take() {
            return Err(error);
        }
        if let Some(gate) = &self.gate {
            gate.notified().await;
        }
        let post = (self.clock.now(), parcel.to.lane(), parcel.message.body());
        self.posts.lock().unwrap().push(post);
        let _ = self.arrived.send(());
        Ok(MessageRef(parcel.key.to_owned()))
    }

    async fn update(&self, _: &MessageRef, _: &Parcel<'_>) -> Result<(), PostError> {
        Ok(())
    }

    async fn members(&self, _: &PlaceId) -> Result<Vec<Profile>, PostError> {
        Ok(Vec::new())
    }

    async fn profile(&self, person: &PersonId) -> Result<Profile, PostError> {
        Ok(profile(person.as_str()))
    }
}

struct Post {
    world: World,
    engine: Arc<Engine>,
    keys: tempfile::TempDir,
}

impl Post {
    /// An office in which these rows wait: place, words, and why.
    async fn office(rows: &[(String, &str, Purpose)]) -> Self {
        let start = DateTime::from_timestamp(1_803_801_600, 0).unwrap();
        let world = World::at(start);
        for rows in rows.chunks(MAX_OPS) {
            let tx = Tx::new(world.kv.as_ref());
            for (place, words, purpose) in rows {
                let to = Destination::Place(PlaceId(place.clone()));
                let errand = Errand::Say(to, Message::Text((*words).to_owned()));
                tx.send(&OutRow::new(errand, *purpose, start, None)).unwrap();
            }
            world.kv.commit(tx.into_batch()).await.unwrap();
        }
        let keys = tempfile::tempdir().unwrap();
        let engine = Arc::new(Words::load().engine(&world, keys.path()));
        Self { world, engine, keys }
    }

    fn platform(&self, name: &'static str, pace: Pace) -> (Calm, mpsc::UnboundedReceiver<()>) {
        let (arrived, arrivals) = mpsc::unbounded_channel();
        let clock = self.world.clock.clone();
        let calm = Calm {
            name,
            traffic: Traffic::new(pace, clock.clone()),
            pace,
            clock,
            posts: Mutex::default(),
            arrived,
            answer: Mutex::default(),
            gate: None,
        };
        (calm, arrivals)
    }

    fn courier(&self, platforms: &[&Arc<Calm>]) -> Courier {
        let platforms = platforms.iter().map(|it| Arc::clone(it) as Arc<dyn Platform>).collect();
        Courier::new(Arc::clone(&self.engine), platforms)
    }

    /// Moves the clock to whatever is next until nothing is; gives how long that took.
    async fn see_through(&self, courier: &Courier) -> TimeDelta {
        let start = self.world.clock.now();
        loop {
            courier.settle().await.unwrap();
            let Some(next) = courier.next_due().unwrap() else { break };
            assert!(next > self.world.clock.now(), "something due was not delivered");
            self.world.clock.set(next);
        }
        self.world.clock.now() - start
    }
}

fn rows(platform: &str, rooms: usize, purpose: Purpose) -> Vec<(String, &'static str, Purpose)> {
    (0..rooms).map(|room| (format!("{platform}:{room}"), "words", purpose)).collect()
}

const NOTICE: Purpose = Purpose::Notice(TeamId(1));
const DIGEST: Purpose = Purpose::Digest(TeamId(1));

fn pace(burst: u32, refill: i64, lanes: usize) -> Pace {
    let (apart, refill) = (TimeDelta::seconds(3), TimeDelta::seconds(refill));
    Pace { apart, burst, refill, lanes }
}

#[tokio::test]
async fn nobody_waits_for_a_platform_that_does_not_answer() {
    let post = Post::office(&[rows("slow", 2, NOTICE), rows("quick", 2, NOTICE)].concat()).await;
    let (slow, mut slow_arrivals) = post.platform("slow", Pace::free());
    let (slow, (quick, mut arrivals)) = (
        Arc::new(Calm { gate: Some(Notify::new()), ..slow }),
        post.platform("quick", Pace::free()),
    );
    let quick = Arc::new(quick);
    let courier = Arc::new(post.courier(&[&slow, &quick]));
    let (stop, stopped) = app::stop_signal();
    let engine = Arc::clone(&post.engine);
    let watching = tokio::spawn(app::watch_clock(engine, courier, stopped));
    for _ in 0..2 {
        arrivals.recv().await.unwrap();
    }
    assert!(slow.posts.lock().unwrap().is_empty());
    for _ in 0..2 {
        slow.gate.as_ref().unwrap().notify_one();
        slow_arrivals.recv().await.unwrap();
    }
    stop.send(true).unwrap();
    watching.await.unwrap().unwrap();
    assert!(Tx::new(post.world.kv.as_ref()).outbox().unwrap().is_empty());
}

#[tokio::test]
async fn a_platform_that_refuses_the_bot_is_left_alone_and_loses_nothing() {
    let post = Post::office(&[rows("shut", 3, NOTICE), rows("open", 3, NOTICE)].concat()).await;
    let (shut, open) =
        (post.platform("shut", Pace::free()).0, post.platform("open", Pace::free()).0);
    *shut.answer.lock().unwrap() = Some(PostError::DeadInstall("revoked".to_owned()));
    let (shut, open) = (Arc::new(shut), Arc::new(open));
    let courier = post.courier(&[&shut, &open]);
    assert_eq!(post.see_through(&courier).await, TimeDelta::zero());
    assert_eq!((shut.traffic.calls(), open.posts.lock().unwrap().len()), (1, 3));
    let again =
        Post { engine: Arc::new(Words::load().engine(&post.world, post.keys.path())), ..post };
    again.see_through(&again.courier(&[&shut, &open])).await;
    assert_eq!(shut.posts.lock().unwrap().len(), 3);
}

#[tokio::test]
async fn a_pause_is_kept_to_the_second_and_nothing_is_lost_or_doubled_or_late() {
    let waits = [("p:a", "1"), ("p:b", "1"), ("p:a", "2"), ("p:b", "2"), ("p:a", "3")]
        .map(|(place, words)| (place.to_owned(), words, NOTICE));
    let post = Post::office(&waits).await;
    let platform = Arc::new(post.platform("p", Pace { lanes: 4, ..Pace::free() }).0);
    *platform.answer.lock().unwrap() = Some(PostError::Limited { retry_after: 600 });
    let courier = post.courier(&[&platform]);
    let clock = &post.world.clock;
    let end = clock.now() + TimeDelta::seconds(600);
    courier.settle().await.unwrap();
    let before = platform.posts.lock().unwrap().len();
    assert_eq!(before, 0, "nothing goes through");
    assert_eq!(courier.next_due().unwrap(), Some(end));
    clock.advance(TimeDelta::seconds(599));
    courier.settle().await.unwrap();
    assert_eq!(platform.posts.lock().unwrap().len(), before);
    clock.set(end);
    courier.settle().await.unwrap();
    let posts = platform.posts.lock().unwrap();
    let told = |lane: &str| -> Vec<String> {
        posts.iter().filter(|it| it.1 == lane).map(|it| it.2.clone()).collect()
    };
    assert_eq!(
        (told("place p:a"), told("place p:b")),
        (["1", "2", "3"].map(str::to_owned).into(), ["1", "2"].map(str::to_owned).into(),)
    );
}

#[tokio::test]
async fn the_allowed_pace_is_used_and_never_exceeded() {
    let post = Post::office(&rows("p", 300, NOTICE)).await;
    let platform = Arc::new(post.platform("p", pace(4, 2, 3)).0);
    let took = post.see_through(&post.courier(&[&platform])).await;
    assert_eq!(platform.posts.lock().unwrap().len(), 300);
    // One room after the other may be written to every two seconds, the first after a rest.
    assert_eq!(took, TimeDelta::seconds(600));

    let post = Post::office(&vec![("p:only".to_owned(), "words", NOTICE); 20]).await;
    let platform = Arc::new(post.platform("p", pace(4, 2, 3)).0);
    let took = post.see_through(&post.courier(&[&platform])).await;
    assert_eq!(took, TimeDelta::seconds(60), "three seconds apart");
}

#[tokio::test]
async fn a_digest_to_many_rooms_is_spread_and_each_has_its_own_moment() {
    let moments = async |purpose: Purpose, pace: Pace| {
        let post = Post::office(&rows("p", 40, purpose)).await;
        let platform = Arc::new(post.platform("p", pace).0);
        let took = post.see_through(&post.courier(&[&platform])).await;
        (took, platform.posts.lock().unwrap().clone())
    };
    let brisk = Pace { apart: TimeDelta::zero(), ..pace(100, 1, 4) };
    let (took, posts) = moments(DIGEST, brisk).await;
    assert!(took > TimeDelta::seconds(45) && took <= TimeDelta::seconds(61), "{took}");
    assert_eq!(posts, moments(DIGEST, brisk).await.1, "the same moments every time");
    assert_eq!(moments(DIGEST, Pace::free()).await.0, TimeDelta::zero());
}
