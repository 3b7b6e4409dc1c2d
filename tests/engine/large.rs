//! Teams and banks so large that nothing fits into one commit.

use chrono::TimeDelta;
use maturity_bot::domain::ids::RoundId;
use maturity_bot::domain::message::{Destination, Message};
use maturity_bot::domain::round::State;
use maturity_bot::domain::team::Settings;
use maturity_bot::engine::Rules;
use maturity_bot::platform::What;
use maturity_bot::store::keyring::Keyring;
use maturity_bot::store::kv::Kv;
use maturity_bot::store::layout;
use maturity_bot::text::content::Content;

use crate::house::{House, always, members, person};

const PLACE: &str = "chat:large";

#[tokio::test]
async fn five_hundred_people_are_asked_answer_and_hear_the_summary() {
    let house = House::new();
    let settings = Settings { early: true, ..always() };
    let team = house.team(PLACE, 500, settings).await;
    assert_eq!(house.tx().members(team).unwrap().len(), 500);
    house.say(0, "/maturity start quick").await;
    house.settle().await;
    let round = house.round(team);
    assert_eq!((round.state, round.members), (State::Open, 500));
    let asked = house.posts().into_iter().filter(|(to, _)| matches!(to, Destination::Person(_)));
    assert_eq!(asked.count(), 499);

    // Everybody answers the first questions, and a few join and answer as well.
    house.handle(members(PLACE, 0..560)).await;
    for who in 540..560 {
        house.press(who, round.id, round.questions[0].as_str(), "?").await;
    }
    house.handle(members(PLACE, 300..560)).await;
    house.say(559, "/maturity forget me yes").await;
    let closed = house.say(0, "/maturity close").await;
    assert!(!closed.is_empty());
    house.settle().await;
}

#[tokio::test]
async fn an_early_report_on_every_question_of_the_bank_can_be_shown_and_closed() {
    let house = House::new();
    let settings = Settings { early: true, ..always() };
    let team = house.team(PLACE, 60, settings).await;
    house.say(0, "/maturity start full").await;
    house.settle().await;
    let round = house.round(team);
    fill(&house, round.id, 60).await;
    assert!(house.say(0, "/maturity report").await.contains("60 of 60"));
    house.say(1, "/maturity forget me yes").await;
    house.say(0, "/maturity close").await;
    house.settle().await;
    assert_eq!(house.round(team).state, State::Closed);
    assert!(house.tx().published(round.id).unwrap().is_empty());
    assert!(house.say(0, "/maturity report").await.contains("60"));
}

#[tokio::test]
async fn thousands_of_events_are_forgotten_after_two_weeks_and_later_ones_known() {
    let house = House::new();
    house.team(PLACE, 3, always()).await;
    let today = u32::try_from(house.clock.now().timestamp() / 86_400).unwrap();
    for hundred in 0..30_u8 {
        let tx = house.tx();
        for number in 0..60 {
            let mut digest = [number; 16];
            digest[1] = hundred;
            tx.note_handled(&digest, today - 1).unwrap();
        }
        house.kv.commit(tx.into_batch()).await.unwrap();
    }
    let wish = What::Said { person: person(1), place: None, text: "snooze 1 day".to_owned() };
    let event = house.event(wish);
    assert!(house.engine.handle(&event).await.unwrap().is_some());
    house.later(TimeDelta::days(13)).await;
    assert_eq!(house.engine.handle(&event).await.unwrap(), None);
    assert!(handled(&house) > 1_800);
    house.later(TimeDelta::days(1)).await;
    house.settle().await;
    assert!((1..10).contains(&handled(&house)), "{}", handled(&house));
    assert_eq!(house.engine.handle(&event).await.unwrap(), None);
    house.later(TimeDelta::days(1)).await;
    assert_eq!(handled(&house), 0);
}

fn handled(house: &House) -> usize {
    house.tx().keys(&layout::all_handled()).unwrap().len()
}

#[tokio::test]
async fn somebody_with_seventy_rounds_behind_them_is_forgotten() {
    let house = House::new();
    let team = house.team(PLACE, 3, always()).await;
    for _ in 0..70 {
        house.say(0, "/maturity start quick").await;
        house.settle().await;
        let round = house.round(team);
        house.press(1, round.id, round.questions[0].as_str(), "?").await;
        house.say(0, "/maturity close").await;
    }
    let heard = house.say(1, "/maturity forget me yes").await;
    assert!(heard.contains("deleted"), "{heard}");
    for number in 1..=70 {
        assert!(house.tx().answers(RoundId { team, number }).unwrap().is_empty());
    }
    assert!(house.tx().person(&person(1)).unwrap().is_some());
}

#[tokio::test]
async fn a_champion_of_fifty_teams_is_forgotten() {
    let folder = tempfile::tempdir().unwrap();
    let keyring = Keyring::open(folder.path()).unwrap();
    let house = House::keyed(Content::embedded().unwrap(), Rules::default(), keyring);
    let mut teams = Vec::new();
    for number in 0..50 {
        let place = format!("chat:place-{number}");
        let team = house.team(&place, 3, always()).await;
        house.say_in(&place, 1, "/maturity champion volunteer tooling").await;
        house.say_in(&place, 0, "/maturity start quick").await;
        house.settle().await;
        let round = house.round(team);
        house.press(1, round.id, round.questions[0].as_str(), "?").await;
        assert!(!house.tx().champions(team).unwrap().held_by(&person(1)).is_empty());
        teams.push(round);
    }
    let heard = house.say(1, "/maturity forget me yes").await;
    assert!(heard.contains("deleted"), "{heard}");
    let known = house.tx().person(&person(1)).unwrap().unwrap();
    let keyring = Keyring::copy_in_memory(folder.path()).unwrap();
    for round in &teams {
        assert!(house.tx().champions(round.id.team).unwrap().held_by(&person(1)).is_empty());
        assert!(house.tx().answers(round.id).unwrap().is_empty());
        let key = keyring.find_person_key(round.id.team, &person(1));
        assert!(key.unwrap().is_none() && known.sits_out.contains(&round.id));
    }
}

#[tokio::test]
async fn thirty_champions_whose_terms_end_on_one_day_all_hear_of_it() {
    let house = House::new();
    let team = house.team(PLACE, 31, always()).await;
    for who in 1..31 {
        house.say_in(PLACE, who, "/maturity champion volunteer tooling").await;
    }
    house.live_through(TimeDelta::days(180)).await;
    let asked = house.posts();
    house.live_through(TimeDelta::days(20)).await;
    assert!(house.tx().champions(team).unwrap().held_by(&person(1)).is_empty());
    let ended = house.posts();
    for who in 1..31 {
        let to = Destination::Person(person(who));
        let told = |posts: &[(Destination, Message)]| posts.iter().filter(|it| it.0 == to).count();
        assert_eq!((told(&asked), told(&ended)), (1, 1), "{who}: {asked:?}, then {ended:?}");
    }
}

/// Writes answers as they would be stored, for speed.
async fn fill(house: &House, round: RoundId, people: u32) {
    use maturity_bot::domain::answer::Value;
    use maturity_bot::domain::ids::Pseudonym;
    use maturity_bot::domain::round::Answer;
    use maturity_bot::store::kv::Kv;
    let questions = house.round(round.team).questions;
    for number in 0..people {
        let mut bytes = [0; 8];
        bytes[..4].copy_from_slice(&number.to_be_bytes());
        for chunk in questions.chunks(50) {
            let tx = house.tx();
            for question in chunk {
                let source = Pseudonym([0; 8]);
                let value = Some(Value::DontKnow);
                let answer = Answer { value, before: None, comment: None, source };
                tx.put_answer(round, Pseudonym(bytes), question, &answer).unwrap();
            }
            house.kv.commit(tx.into_batch()).await.unwrap();
        }
    }
}
