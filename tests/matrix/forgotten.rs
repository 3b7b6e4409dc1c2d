//! What may have arrived is looked for in the room: where the homeserver forgot which messages it
//! took, and where the bot became another device, of whose messages it knows none.

use std::time::Duration;

use serde_json::json;

use crate::bot::{self, Bot, Team};
use crate::gate::Gate;
use crate::scene::{MESSAGE, Scene, said_by_bot};
use crate::session::POLL;
use crate::synapse::{Database, Limits};
use crate::world::{Wanted, World, user};

/// A round opens, some of whose messages arrive before the bot dies.
fn half_told<'w>(world: &'w World, gate: &Gate) -> Scene<'w> {
    let settings = "unlimited = true\npolls = true";
    let mut scene = Scene::of_five_at(&gate.url(), world, settings, "");
    scene.expect(0, "status", "no round is open");
    // Some of ten pass: a question and its poll go out one after the other.
    gate.lets_messages_pass(Some(4));
    scene.people[0].says(&scene.direct[0], "start quick");
    gate.waits_for_refusal();
    waits_for_backup(world);
    scene.bot.die();
    scene
}

/// Waits until the keys of six rooms are in the bot's backup, and the one that its lead wrote with.
/// What it says a moment before it dies, no other device of it can read.
fn waits_for_backup(world: &World) {
    let version = json!({"method": "GET", "path": "/_matrix/client/v3/room_keys/version"});
    for _ in 0..2400 {
        let backup = world.humans.try_to(bot::NAME, "ask", version.clone());
        if backup.is_ok_and(|backup| backup["count"].as_u64() >= Some(7)) {
            return;
        }
        std::thread::park_timeout(Duration::from_millis(50));
    }
    panic!("the keys are not in the backup");
}

/// Lets the bot go on, and sees that everybody is asked once.
fn goes_on(scene: &mut Scene<'_>, gate: &Gate) {
    gate.lets_messages_pass(None);
    scene.bot.run();
    scene.hear_in_room("Open until");
    for person in 1..scene.people.len() {
        let (human, room) = (&scene.people[person], &scene.direct[person]);
        human.hears(room, Wanted::words("asks how you work").from(&user(bot::NAME)));
        let seen = human.saw(room);
        assert_eq!(seen.iter().filter(|it| it.kind == POLL).count(), 1, "{}", human.name());
        assert_eq!(said_by_bot(&seen).len(), 1);
    }
    let opened = scene.people[0].saw(&scene.room);
    let opened = said_by_bot(&opened).into_iter().filter(|it| it.kind == MESSAGE);
    assert_eq!(opened.count(), 1);
}

/// Makes a homeserver forget, as it does after a day. See the table in Synapse's schema.
fn forget_transactions(world: &World) {
    let database = world.folder().join("homeserver/homeserver.db");
    let database = rusqlite::Connection::open(database).expect("a database");
    let gone = database.execute("DELETE FROM event_txn_id_device_id", ()).expect("its table");
    assert!(gone > 0, "there was nothing to forget");
}

#[test]
fn half_a_message_goes_on_after_the_homeserver_forgot_it() {
    let world = World::new(Database::File, Limits::None);
    let gate = Gate::before(&world.synapse.url());
    let mut scene = half_told(&world, &gate);
    world.synapse.stop();
    forget_transactions(&world);
    world.synapse.start_again();
    goes_on(&mut scene, &gate);
    // The answer that was owed came as well.
    scene.hear(0);
    assert_eq!(said_by_bot(&scene.people[0].saw(&scene.direct[0])).len(), 2);
}

#[test]
fn half_a_message_goes_on_after_the_bot_became_another_device() {
    let world = World::quick();
    let gate = Gate::before(&world.synapse.url());
    let mut scene = half_told(&world, &gate);
    scene.bot.becomes_another_device();
    goes_on(&mut scene, &gate);
}

#[test]
fn a_room_with_a_third_person_is_not_private_for_another_device_either() {
    let world = World::quick();
    let (ann, ben) = (world.person("ann"), world.person("ben"));
    let room = ann.creates_room("Payments", &[bot::NAME]);
    let team = Team { room: &room, lead: "ann", more: "" };
    let gate = Gate::before(&world.synapse.url());
    let mut bot = Bot::sign_in_at(&gate.url(), &world, &[team], "unlimited = true");
    bot.run();
    ann.sees_in(&room, bot::NAME);
    let words = |words: &str| Wanted::words(words).kind(MESSAGE).from(&user(bot::NAME));
    let shared = ann.opens_direct_room(bot::NAME);
    ann.says(&shared, "status");
    ann.hears(&shared, words("no round is open"));
    let path = format!("/_matrix/client/v3/rooms/{shared}/invite");
    ann.asks("POST", &path, &json!({"user_id": user("ben")}));
    ben.accepts_invitation_of("ann");
    // It heard of that, so that the other device will not.
    let own = ben.opens_direct_room(bot::NAME);
    gate.waits_until_told(&ben.says(&own, "help"));
    bot.die();
    bot.becomes_another_device();
    bot.run();
    ann.says(&room, "!maturity status");
    let private = ann.accepts_invitation_of(bot::NAME);
    ann.hears(&private, words("no round is open"));
    assert_eq!(said_by_bot(&ann.saw(&shared)).len(), 1);
}
