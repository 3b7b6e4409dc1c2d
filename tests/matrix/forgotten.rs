//! A homeserver forgets which messages it took; the bot looks in the room then.

use crate::bot;
use crate::gate::Gate;
use crate::scene::{MESSAGE, Scene, said_by_bot};
use crate::session::POLL;
use crate::synapse::{Database, Limits};
use crate::world::{Wanted, World, user};

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
    let settings = "unlimited = true\npolls = true";
    let mut scene = Scene::of_five_at(&gate.url(), &world, settings, "");
    scene.expect(0, "status", "no round is open");
    // Some of ten pass: a question and its poll go out one after the other.
    gate.lets_messages_pass(Some(4));
    scene.people[0].says(&scene.direct[0], "start quick");
    gate.waits_for_refusal();
    scene.bot.die();
    world.synapse.stop();
    forget_transactions(&world);
    world.synapse.start_again();
    gate.lets_messages_pass(None);
    scene.bot.run();
    scene.hear(0);
    scene.hear_in_room("Open until");
    for person in 1..scene.people.len() {
        let (human, room) = (&scene.people[person], &scene.direct[person]);
        let question = Wanted::words("asks how you work").from(&user(bot::NAME)).within(60_000);
        human.hears(room, question);
        let seen = human.saw(room);
        assert_eq!(seen.iter().filter(|it| it.kind == POLL).count(), 1, "{}", human.name());
        assert_eq!(said_by_bot(&seen).len(), 1);
    }
    assert_eq!(said_by_bot(&scene.people[0].saw(&scene.direct[0])).len(), 2);
    let opened = scene.people[0].saw(&scene.room);
    let opened = said_by_bot(&opened).into_iter().filter(|it| it.kind == MESSAGE);
    assert_eq!(opened.count(), 1);
}
