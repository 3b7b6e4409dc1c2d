//! Which rooms the bot comes to, what it hears there, and where it follows.

use serde_json::json;

use crate::bot::{self, Bot, Team};
use crate::gate::Gate;
use crate::scene::{MESSAGE, lets_in, starts_round};
use crate::world::{Person, Wanted, World, user};

fn words(words: &str) -> Wanted {
    Wanted::words(words).kind(MESSAGE).from(&user(bot::NAME))
}

/// Everything the bot wrote in a room that somebody sees.
fn heard(person: &Person<'_>, room: &str) -> Vec<String> {
    let bot = user(bot::NAME);
    let events = person.saw(room).into_iter();
    events
        .filter(|it| it.from == bot && it.kind == MESSAGE)
        .map(|it| it.words().to_owned())
        .collect()
}

#[test]
fn it_comes_where_it_may_follows_upgrades_and_leaves_the_past_alone() {
    let world = World::quick();
    let (ann, ben, eve) = (world.person("ann"), world.person("ben"), world.person("eve"));
    // In version 12 whoever makes a room stands above its power levels.
    let room = ann.creates_room_of_version("12", "Payments", &["ben", bot::NAME]);
    ben.accepts_invitation_of("ann");
    ann.says(&room, "!maturity help");
    ann.says(&room, "!maturity start quick");
    let team = Team { room: &room, lead: "ann", more: "" };
    let invites = format!("invites = [\"{}\", \"{}\"]", user("ann"), user("ben"));
    let mut bot = Bot::sign_in(&world, &[team], &format!("unlimited = true\n{invites}"));
    bot.run();
    ann.sees_in(&room, bot::NAME);

    // A stranger is refused.
    let strange = eve.creates_room("Strange", &[bot::NAME]);
    eve.sees_gone_from(&strange, bot::NAME);

    // What was said before it came is history: nothing but the question of now is answered.
    ann.says(&room, "!maturity status");
    let direct = ann.accepts_invitation_of(bot::NAME);
    ann.hears(&direct, words("no round is open"));
    assert_eq!(heard(&ann, &direct).len(), 1, "{:?}", heard(&ann, &direct));

    // The room is replaced; the open round and the team follow.
    starts_round(&ann, &direct, &direct);
    ann.hears(&room, words("Open until"));
    let successor = ann.upgrades(&room);
    lets_in(&ann, &successor, "ben");
    lets_in(&ann, &successor, bot::NAME);
    ann.sees_in(&successor, bot::NAME);
    ben.accepts_invitation_of("ann");
    ann.says(&direct, "extend 3 days");
    ann.hears(&direct, words("stays open until"));
    ann.hears(&successor, words("stays open until"));

    // The config file names the old room still, and another life of the bot reads it.
    bot.die_and_run();
    ann.says(&successor, "!maturity extend 2 days");
    ann.hears(&direct, words("stays open until"));
    ann.hears(&successor, words("stays open until"));

    // Thrown out, it says so to the lead, and comes back when it is asked to.
    ann.asks(
        "POST",
        &format!("/_matrix/client/v3/rooms/{successor}/kick"),
        &json!({"user_id": user(bot::NAME)}),
    );
    ann.hears(&direct, words("cannot"));
    lets_in(&ann, &successor, bot::NAME);
    ann.sees_in(&successor, bot::NAME);
    ann.says(&direct, "status");
    ann.hears(&direct, words("open until"));
    ann.says(&direct, "team list");
    let teams = ann.hears(&direct, words("Try-out"));
    assert!(!teams.words().contains("paused"), "{}", teams.words());
    assert!(!bot.log().contains("Payments"), "a name in:\n{}", bot.log());
}

#[test]
fn what_was_said_before_it_came_is_history_in_every_life() {
    let world = World::quick();
    let ann = world.person("ann");
    let plain = json!({"name": "Plain", "encrypted": false, "invite": [user(bot::NAME)]});
    let room = ann.does("create_room", plain);
    let room = room.as_str().expect("a room").to_owned();
    ann.says(&room, "!maturity start quick");
    let team = Team { room: &room, lead: "ann", more: "" };
    let gate = Gate::before(&world.synapse.url());
    let mut bot = Bot::sign_in_at(&gate.url(), &world, &[team], "unlimited = true");
    bot.run();
    gate.waits_until_told("!maturity start quick");
    bot.die_and_run();
    ann.says(&room, "!maturity status");
    let direct = ann.accepts_invitation_of(bot::NAME);
    ann.hears(&direct, words("no round is open"));
    assert_eq!(heard(&ann, &direct).len(), 1, "{:?}", heard(&ann, &direct));
}
