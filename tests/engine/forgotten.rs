//! Who is forgotten, or answers alone, and what others may read of it; many who go at once.

use std::collections::BTreeSet;

use chrono::TimeDelta;
use maturity_bot::domain::team::Settings;
use maturity_bot::engine::{TeamPlan, reconcile};
use maturity_bot::platform::What;

use crate::house::{House, always, person, profile};

const ROOM: &str = "chat:room";

#[tokio::test]
async fn whoever_is_forgotten_goes_on_counting_as_one() {
    let house = House::new();
    let team = house.team(ROOM, 4, Settings { early: true, ..always() }).await;
    house.say(0, "/maturity start full").await;
    house.settle().await;
    let round = house.round(team);
    assert!(round.questions.len() > 45, "more than one commit can relabel");
    for number in 0..4 {
        for question in &round.questions {
            for reply in ["3", "yes"] {
                house.press(number, round.id, question.as_str(), reply).await;
            }
        }
    }
    house.say(0, "/maturity report").await;
    let labels = || -> BTreeSet<_> {
        let sets = house.tx().published(round.id).unwrap().into_values();
        sets.flat_map(|set| set.into_keys().collect::<Vec<_>>()).collect()
    };
    let before = labels();
    assert_eq!(before.len(), 4);
    house.say(3, "/maturity forget me for good").await;
    let after = labels();
    assert_eq!(after.len(), 4, "one of them is new");
    assert_eq!(after.difference(&before).count(), 1);
}

#[tokio::test]
async fn a_single_remark_is_not_shown_beside_more_than_two() {
    for joins in [false, true] {
        let house = House::new();
        let team = house.team(ROOM, 2, Settings { small_team: true, ..always() }).await;
        house.say(0, "/maturity start quick").await;
        house.settle().await;
        let round = house.round(team);
        assert_eq!(round.terms.min_group, 1);
        let who = if joins { 2 } else { 1 };
        if joins {
            let profile = profile(&person(2));
            house.handle(What::Joined { place: ROOM.into(), profile }).await;
        }
        house.press(who, round.id, round.questions[0].as_str(), "3").await;
        house.say(who, "comment a remark of one").await;
        house.say(0, "/maturity close").await;
        let report = house.say(0, "/maturity report").await;
        assert_eq!(report.contains("a remark of one"), !joins, "{report}");
    }
}

#[tokio::test]
async fn many_terms_that_end_at_once_end() {
    let house = House::new();
    let people = (0..17).map(|number| profile(&person(number))).collect();
    house.chat.members.lock().unwrap().insert(ROOM.into(), people);
    let plan = TeamPlan {
        config_id: Some("room".to_owned()),
        name: "room".to_owned(),
        place: ROOM.into(),
        leads: (0..5).map(person).collect(),
        settings: always(),
    };
    reconcile(&house.engine, &[plan]).await.unwrap();
    house.settle().await;
    let team = house.tx().team_at(&ROOM.into()).unwrap().unwrap().id;
    for number in 5..17 {
        house.say(number, "/maturity champion volunteer tooling").await;
    }
    assert_eq!(house.tx().champions(team).unwrap().0.len(), 12);
    house.later(TimeDelta::days(400)).await;
    assert!(house.tx().champions(team).unwrap().0.is_empty());
}
