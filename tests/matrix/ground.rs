//! What the other tests stand on holds by itself: people read each other.

use crate::world::{Wanted, World, user};

#[test]
fn people_talk_in_an_encrypted_room() {
    let world = World::quick();
    let (ann, ben) = (world.person("ann"), world.careful_person("ben"));
    let room = ann.creates_room("Payments", &["ben"]);
    assert_eq!(ben.accepts_invitation_of("ann"), room);
    ann.sees_in(&room, "ben");
    let question = ann.says(&room, "Who is on call?");
    let heard = ben.hears(&room, Wanted::words("on call").from(&user("ann")));
    assert!(heard.encrypted && heard.id == question);
    assert_eq!(heard.shield.as_deref(), Some("none"));
    let answer = ben.says_in_thread(&room, &question, "Nobody");
    ann.hears(&room, Wanted::words("Nobody").thread(&question));
    ben.edits(&room, &answer, "I am");
    ann.hears(&room, Wanted::words("I am").replaces(&answer));
    ann.reacts(&room, &answer, "👍");
    ben.hears(&room, Wanted::any().kind("m.reaction"));
    assert!(ben.saw(&room).len() > 5);
}
