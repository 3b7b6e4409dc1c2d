//! The life of champions, step by step and at random.

use proptest::prelude::*;

use super::*;

const P: Pillar = Pillar::Tooling;

fn day(days: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_800_000_000, 0).unwrap() + Duration::days(days)
}

fn who(name: &str) -> PersonId {
    PersonId::from(name)
}

fn with_champions(names: &[&str]) -> Champions {
    names.iter().fold(Champions::default(), |before, name| {
        volunteer(&before, &who(name), P, day(0)).unwrap().0
    })
}

fn nominated_by(names: &[&str], on: i64) -> Step {
    let nobody = (Champions::default(), Vec::new());
    names.iter().fold(nobody, |(before, _), by| {
        nominate(&before, &who(by), &who("ann"), P, day(on)).unwrap()
    })
}

#[test]
fn two_different_people_have_to_name_somebody_before_they_are_asked() {
    assert_eq!(nominated_by(&["bob"], 0).1, []);
    assert_eq!(nominated_by(&["bob", "bob"], 0).1, []);
    let (asked, effects) = nominated_by(&["bob", "cy"], 0);
    assert_eq!(effects, [Effect::AskPrivately(who("ann"), P)]);
    assert_eq!(asked.of(P).count(), 0);
    let kept = format!("{asked:?}");
    assert!(!kept.contains("\"bob\"") && !kept.contains("\"cy\""), "nominators are kept: {kept}");
}

#[test]
fn ones_own_name_never_counts() {
    let refused = nominate(&Champions::default(), &who("ann"), &who("ann"), P, day(0));
    assert_eq!(refused, Err(Refusal::YourOwnName));
}

#[test]
fn a_refusal_is_silent_and_holds_for_a_term() {
    let (asked, _) = nominated_by(&["bob", "cy"], 0);
    let (declined, effects) = decline(&asked, &who("ann"), P, day(1)).unwrap();
    assert_eq!(effects, []);
    let again = nominate(&declined, &who("dan"), &who("ann"), P, day(100)).unwrap();
    assert_eq!(again, (declined.clone(), vec![]));
    let (one, _) = nominate(&declined, &who("bob"), &who("ann"), P, day(200)).unwrap();
    let (_, effects) = nominate(&one, &who("cy"), &who("ann"), P, day(200)).unwrap();
    assert_eq!(effects, [Effect::AskPrivately(who("ann"), P)]);
}

#[test]
fn the_first_who_accepted_owns_the_pillar() {
    let (asked, _) = nominated_by(&["bob", "cy"], 0);
    let (before, _) = volunteer(&asked, &who("eve"), P, day(1)).unwrap();
    let (after, effects) = accept(&before, &who("ann"), P, day(2)).unwrap();
    assert_eq!(effects, [Effect::Announce(who("ann"), P)]);
    assert_eq!(after.of(P).collect::<Vec<_>>(), [&who("eve"), &who("ann")]);
    assert_eq!(after.owner(P), Some(&who("eve")));
}

#[test]
fn nobody_accepts_or_gives_up_what_they_do_not_have() {
    let none = Champions::default();
    assert_eq!(accept(&none, &who("ann"), P, day(0)), Err(Refusal::NotAsked));
    assert_eq!(decline(&none, &who("ann"), P, day(0)), Err(Refusal::NotAsked));
    assert_eq!(step_down(&none, &who("ann"), P, day(0)), Err(Refusal::NotChampion));
    // One nomination is nobody's to know, so accepting looks as if there were none.
    let (secret, _) = nominated_by(&["bob"], 0);
    assert_eq!(accept(&secret, &who("ann"), P, day(0)), Err(Refusal::NotAsked));
}

#[test]
fn a_second_pillar_warns_and_a_third_is_refused() {
    let one = with_champions(&["ann"]);
    let (two, effects) = volunteer(&one, &who("ann"), Pillar::Skills, day(0)).unwrap();
    assert!(effects.contains(&Effect::WarnOfLoad(who("ann"))));
    let third = volunteer(&two, &who("ann"), Pillar::Structure, day(0));
    assert_eq!(third, Err(Refusal::CarriesEnough));
}

#[test]
fn the_next_moves_up_when_the_first_goes() {
    let both = with_champions(&["ann", "bob"]);
    let told = |because| {
        let (gone, next) = (who("ann"), Some(who("bob")));
        vec![Effect::TellLead { gone, pillar: P, because, next }, Effect::HandOver(who("bob"), P)]
    };
    assert_eq!(leave(&both, &who("ann")).1, told(Departure::Left));
    let (after, effects) = step_down(&both, &who("ann"), P, day(1)).unwrap();
    assert_eq!(effects, told(Departure::SteppedDown));
    assert_eq!(after.owner(P), Some(&who("bob")));
}

#[test]
fn nobody_moves_up_when_another_than_the_first_goes() {
    let (after, effects) = leave(&with_champions(&["ann", "bob"]), &who("bob"));
    assert_eq!(after.owner(P), Some(&who("ann")));
    assert!(matches!(effects.as_slice(), [Effect::TellLead { .. }]));
}

#[test]
fn nothing_of_somebody_who_left_remains() {
    let (one, _) = nominated_by(&["bob"], 0);
    assert_eq!(leave(&one, &who("bob")).0, Champions::default());
    assert_eq!(leave(&one, &who("ann")), (Champions::default(), vec![]));
}

#[test]
fn a_term_is_renewed_on_request_and_keeps_its_place() {
    let both = with_champions(&["ann", "bob"]);
    let ends = term_after(day(0));
    assert_eq!(tick(&both, ends - Duration::days(15)), (both.clone(), vec![]));
    let (reminded, effects) = tick(&both, ends - Duration::days(14));
    assert_eq!(effects[0], Effect::AskRenewal(who("ann"), P, ends));
    assert_eq!(tick(&reminded, ends - Duration::days(13)).1, []);
    assert_eq!(reminded.asked_of(&who("ann")), [P]);
    let (renewed, _) = accept(&reminded, &who("ann"), P, ends - Duration::days(1)).unwrap();
    assert_eq!(renewed.owner(P), Some(&who("ann")));
    let (after, effects) = tick(&renewed, ends);
    assert_eq!(after.of(P).collect::<Vec<_>>(), [&who("ann")]);
    assert_eq!(effects.len(), 1);
}

#[test]
fn who_declines_another_term_serves_this_one_and_then_rests() {
    let ends = term_after(day(0));
    let (reminded, _) = tick(&with_champions(&["ann"]), ends - Duration::days(3));
    let (declined, effects) = decline(&reminded, &who("ann"), P, ends).unwrap();
    assert_eq!((declined.owner(P), effects), (Some(&who("ann")), vec![]));
    assert_eq!(declined.asked_of(&who("ann")), []);
    let (mut after, _) = tick(&declined, ends);
    for by in ["bob", "cy"] {
        let (next, effects) = nominate(&after, &who(by), &who("ann"), P, ends).unwrap();
        assert_eq!(effects, []);
        after = next;
    }
}

#[test]
fn champions_whose_terms_end_together_hand_over_to_nobody() {
    let (after, effects) = tick(&with_champions(&["ann", "bob"]), day(400));
    assert_eq!(after, Champions::default());
    assert_eq!(effects.len(), 2);
    assert!(effects.iter().all(|effect| matches!(effect, Effect::TellLead { next: None, .. })));
}

#[test]
fn a_question_left_open_is_a_silent_no() {
    let (asked, _) = nominated_by(&["bob", "cy"], 0);
    let (after, effects) = tick(&asked, day(30));
    assert_eq!(effects, []);
    assert_eq!(accept(&after, &who("ann"), P, day(31)), Err(Refusal::NotAsked));
    assert_eq!(tick(&after, day(400)).0, Champions::default());
}

#[test]
fn champions_survive_the_store() {
    let (champions, _) = nominated_by(&["bob"], 0);
    let (champions, _) = volunteer(&champions, &who("eve"), P, day(1)).unwrap();
    let bytes = postcard::to_stdvec(&champions).unwrap();
    assert_eq!(postcard::from_bytes::<Champions>(&bytes).unwrap(), champions);
}

#[derive(Clone, Debug)]
struct Move {
    kind: u8,
    by: u8,
    of: u8,
    pillar: usize,
    days: i64,
}

fn moves() -> impl Strategy<Value = Vec<Move>> {
    let one = (0..8u8, 0..4u8, 0..4u8, 0..4usize, 0..40i64)
        .prop_map(|(kind, by, of, pillar, days)| Move { kind, by, of, pillar, days });
    prop::collection::vec(one, 0..80)
}

/// The champions after a move; a refused move changes nothing.
fn play(before: &Champions, step: &Move, now: DateTime<Utc>) -> Step {
    let (by, of) = (who(&format!("p{}", step.by)), who(&format!("p{}", step.of)));
    let pillar = Pillar::ALL[step.pillar];
    let made = match step.kind {
        0..=2 => nominate(before, &by, &of, pillar, now),
        3 => volunteer(before, &by, pillar, now),
        4 => accept(before, &by, pillar, now),
        5 => decline(before, &by, pillar, now),
        6 => step_down(before, &by, pillar, now),
        _ if step.days == 0 => Ok(leave(before, &by)),
        _ => Ok(tick(before, now)),
    };
    made.unwrap_or_else(|_| (before.clone(), Vec::new()))
}

proptest! {
    #[test]
    fn the_rules_hold_whatever_people_do(moves in moves()) {
        let (mut champions, mut now) = (Champions::default(), day(0));
        let mut declined = std::collections::HashMap::new();
        for step in &moves {
            now += Duration::days(step.days);
            let (after, effects) = play(&champions, step, now);
            for (at, entry) in after.0.iter().enumerate() {
                prop_assert!(!after.0[..at].iter().any(|c| c.is(&entry.person, entry.pillar)));
                prop_assert!(after.held_by(&entry.person).len() <= MOST_PILLARS);
                if let Stage::Nominated { by, .. } = &entry.stage {
                    prop_assert!(!by.contains(&entry.person) && by.len() < NOMINATORS);
                }
            }
            for effect in &effects {
                if let Effect::AskPrivately(person, pillar) = effect {
                    let rests = declined.get(&(person.clone(), *pillar)).is_some_and(|until| now < *until);
                    prop_assert!(!rests, "asked again within the term");
                }
                if let Effect::Announce(person, pillar) = effect {
                    prop_assert!(after.of(*pillar).any(|champion| champion == person));
                }
            }
            // Kept apart from the champions, so that a forgotten refusal is noticed.
            let (by, pillar) = (who(&format!("p{}", step.by)), Pillar::ALL[step.pillar]);
            let asked = matches!(champions.stage(&by, pillar), Some(Stage::Asked { .. }));
            match step.kind {
                5 if asked => drop(declined.insert((by, pillar), term_after(now))),
                // An own offer ends a refusal; of those who left, nothing is remembered.
                3 => drop(declined.remove(&(by, pillar))),
                7 if step.days == 0 => declined.retain(|(person, _), _| *person != by),
                _ => {}
            }
            champions = after;
        }
    }
}
