//! Signing in, and everything that an operator can get wrong with it: each time the bot ends, says
//! the mend, and has harmed no keys.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Output;

use crate::bot::{self, Bot, PASSWORD};
use crate::world::{Person, Wanted, World, user};

fn said(output: &Output) -> String {
    let both = [output.stdout.clone(), output.stderr.clone()].concat();
    String::from_utf8(both).expect("text")
}

/// It did not work, and says what to do.
fn assert_refused(output: &Output, mend: &str) {
    let said = said(output);
    assert!(!output.status.success(), "it was content: {said}");
    assert!(said.contains(mend), "no mend in: {said}");
    assert!(!said.contains(PASSWORD), "the password in: {said}");
}

/// The ids of the bot's devices as somebody's client knows them; each is signed by its owner.
fn devices(person: &Person<'_>) -> Vec<String> {
    let all = person.devices_of(&user(bot::NAME));
    assert!(all.iter().all(|(_, signed)| *signed), "an unsigned device: {all:?}");
    all.into_iter().map(|(id, _)| id).collect()
}

/// Files below a folder that hold an access token.
fn with_token(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).expect("readable") {
        let path = entry.expect("readable").path();
        if path.is_dir() {
            found.extend(with_token(&path));
        } else if std::fs::read(&path).is_ok_and(|it| it.windows(4).any(|part| part == b"syt_")) {
            found.push(path);
        }
    }
    found
}

fn answers(person: &Person<'_>, room: &str) {
    person.says(room, "help");
    person.hears(room, Wanted::words("Answering").from(&user(bot::NAME)));
}

#[test]
fn a_device_is_made_once_and_outlives_restarts_mistakes_and_a_lost_store() {
    let world = World::quick();
    let ann = world.careful_person("ann");
    let folder = world.folder().join("bot");
    let mut bot = Bot::configure(&folder, &world.synapse.url(), "", &[]);

    let refused = bot.run_to_its_end();
    assert_refused(&refused, "matrix login");
    assert_refused(&bot.log_in("wrong"), "password");
    let done = bot.log_in(PASSWORD);
    assert!(done.status.success(), "{}", said(&done));
    let key = bot::recovery_key(&done);
    assert_refused(&bot.log_in(PASSWORD), "logged in already");

    for file in with_token(bot.folder()) {
        let mode = file.metadata().expect("there").permissions().mode();
        assert_eq!(mode & 0o077, 0, "others can read {}", file.display());
    }
    bot.run();
    let room = ann.opens_direct_room(bot::NAME);
    answers(&ann, &room);
    ann.verifies(&room, bot::NAME);
    assert_refused(&bot.run_to_its_end(), "another process");
    bot.stop();
    bot.run();
    answers(&ann, &room);
    let first = devices(&ann);
    assert_eq!(first.len(), 1);
    bot.die();

    // The session without its store would come back with other keys under the same device.
    let (account, store) = (folder.join("data/matrix"), folder.join("data/matrix/store"));
    std::fs::rename(&store, folder.join("store-elsewhere")).expect("movable");
    assert_refused(&bot.run_to_its_end(), "recovery-key-file");
    // The store under another key.
    std::fs::rename(folder.join("store-elsewhere"), &store).expect("movable");
    let key_file = account.join("store.key");
    let right = std::fs::read(&key_file).expect("readable");
    std::fs::write(&key_file, [7; 32]).expect("writable");
    assert_refused(&bot.run_to_its_end(), "from one backup");
    std::fs::write(&key_file, right).expect("writable");
    assert_eq!(devices(&ann), first);

    // All is lost but the recovery key: a new device, under the same identity.
    std::fs::rename(&account, folder.join("account-lost")).expect("movable");
    assert_refused(&bot.log_in(PASSWORD), "recovery-key-file");
    assert_refused(&bot.log_in_with_key(PASSWORD, "EsTx nope nope nope"), "recovery key");
    let done = bot.log_in_with_key(PASSWORD, &key);
    assert!(done.status.success(), "{}", said(&done));
    bot.run();
    answers(&ann, &room);
    assert!(devices(&ann).len() > 1 || devices(&ann) != first);
    for event in ann.saw(&room).iter().filter(|it| it.from == user(bot::NAME) && it.encrypted) {
        assert_eq!(event.shield.as_deref(), Some("none"), "beside {}", event.words());
    }

    // The homeserver takes the token back.
    world.humans.try_to(bot::NAME, "sign_out_everywhere", serde_json::json!({})).expect("possible");
    assert!(!bot.ends(), "it was content:\n{}", bot.log());
    assert!(bot.log().contains("matrix login"), "no mend in:\n{}", bot.log());
    assert!(!bot.log().contains("syt_"), "a token in:\n{}", bot.log());
}
