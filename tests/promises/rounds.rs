//! The life of a round, as people at both of its ends see it.

use std::sync::Arc;

use chrono::TimeDelta;
use maturity_bot::domain::ids::{RoundId, TeamId};
use maturity_bot::domain::level::Pillar;
use maturity_bot::domain::round::State;
use maturity_bot::domain::team::Settings;
use maturity_bot::engine::{Engine, Rules, TeamPlan};
use maturity_bot::platform::What;
use maturity_bot::store::keyring::Keyring;
use maturity_bot::store::kv::Kv;
use maturity_bot::store::memory::MemoryKv;
use maturity_bot::text::Text;
use maturity_bot::text::content::Content;

use super::house::{House, calm, id, said, words};

const TEAM: [&str; 4] = ["Ann", "Bob", "Cem", "Dia"];

fn house() -> House {
    House::over(Arc::new(MemoryKv::new()), Keyring::in_memory())
}

/// The first question of a quick round is answered by each of these.
async fn answer(house: &House, replies: &[(&str, &str)]) {
    for (name, reply) in replies {
        house.says(name, &["answer 1", reply]).await;
    }
}

fn count(house: &House, team: TeamId, number: u32) -> usize {
    let answers = house.look().answers(RoundId { team, number }).unwrap();
    answers.iter().filter(|(.., answer)| answer.value.is_some()).count()
}

#[tokio::test]
async fn it_closes_at_its_deadline_and_an_extension_moves_that() {
    let house = house();
    let team = house.team("crew", &TEAM, calm()).await;
    house.say("Ann", "/maturity start quick").await;
    let first = house.round(team, 1).closes;
    house.posts();
    house.say("Ann", "/maturity extend 2 days").await;
    assert_eq!(house.round(team, 1).closes, first + TimeDelta::days(2));
    assert_eq!(house.posts_to("#crew").len(), 1, "an extension is announced");
    house.later(first - house.clock.now() + TimeDelta::hours(47)).await;
    assert!(house.round(team, 1).is_open());
    house.later(TimeDelta::hours(1)).await;
    assert_eq!(house.round(team, 1).state, State::Closed);
    assert_eq!(house.team_of(team).current, None);
}

#[tokio::test]
async fn a_date_before_the_present_end_is_told_apart_from_the_past() {
    let house = house();
    house.team("crew", &TEAM, calm()).await;
    house.says("Ann", &["/maturity start quick", "/maturity extend 20 days"]).await;
    let reply = house.say("Ann", "/maturity extend until monday").await;
    assert!(reply.contains("closes later than that already"), "{reply}");
    assert!(reply.contains("Friday 27 November"), "{reply}");
    let reply = house.say("Ann", "/maturity extend until 2026-11-01").await;
    assert!(!reply.contains("closes later"), "{reply}");
}

#[tokio::test]
async fn a_team_smaller_than_its_minimum_group_is_told_so() {
    let house = house();
    house.team("pair", &TEAM[..2], calm()).await;
    for line in ["/maturity start quick", "/maturity status"] {
        let reply = house.say("Ann", line).await;
        let says = "Figures need 3 people to answer, and the team has 2";
        assert!(reply.contains(says) && !reply.contains("fewer than"), "{line}: {reply}");
    }
}

#[tokio::test]
async fn whoever_has_had_enough_of_their_own_questions_ends_nobodys_round() {
    let house = house();
    let team = house.team("crew", &TEAM, calm()).await;
    house.say("Ann", "/maturity start quick").await;
    house.posts();
    for word in ["cancel", "discard", "/maturity abort", "end", "finish"] {
        let heard = house.say("Ann", word).await;
        assert!(heard.contains("`cancel") || heard.contains("`close`"), "{word}: {heard}");
        assert_eq!(house.round(team, 1).state, State::Open, "{word}");
    }
    answer(&house, &[("Ann", "3"), ("Bob", "3"), ("Cem", "3")]).await;
    let heard = house.happens(said("Ann", "cancel")).await.unwrap();
    assert!(heard.body().contains("3 people have answered"), "{heard:?}");
    let [cancel] = &heard.choices()[..] else { panic!("{heard:?}") };
    let token = cancel.press.token();
    assert!(house.posts().is_empty());
    house.happens(What::Chose { person: id("Ann"), place: None, token }).await;
    assert_eq!(house.round(team, 1).state, State::Cancelled);
}

#[tokio::test]
async fn a_cancelled_round_publishes_nothing() {
    let house = house();
    let team = house.team("crew", &TEAM, calm()).await;
    house.say("Ann", "/maturity start quick").await;
    answer(&house, &[("Ann", "3"), ("Bob", "3"), ("Cem", "3")]).await;
    house.posts();
    house.say("Ann", "/maturity cancel yes").await;
    let posts = house.posts();
    assert_eq!(posts.len(), 1, "{posts:?}");
    assert!(!posts[0].body.contains("evel"), "{posts:?}");
    for question in ["/maturity report", "/maturity trend", "/maturity why skills"] {
        assert!(house.say("Ann", question).await.contains("no results"), "{question}");
    }
    assert_eq!(house.look().result(RoundId { team, number: 1 }).unwrap(), None);
    assert_eq!(house.round(team, 1).state, State::Cancelled);
}

#[tokio::test]
async fn an_answer_after_the_deadline_is_refused_with_the_next_date() {
    let house = house();
    let team = house.team("crew", &TEAM, calm()).await;
    house.say("Ann", "/maturity schedule quick 0 10 1 * *").await;
    house.say("Ann", "/maturity start quick").await;
    let shown = house.happens(said("Bob", "answer")).await.unwrap();
    let token = shown.choices()[3].press.token();
    let closes = house.round(team, 1).closes;
    let chose = || What::Chose { person: id("Bob"), place: None, token: token.clone() };
    // Sent too late, though the bot has not closed the round yet.
    let late = house.sent("late", closes, chose()).await.unwrap();
    assert!(
        words(&late).contains("not counted") && words(&late).contains("1 December"),
        "{late:?}"
    );
    house.later(TimeDelta::days(9)).await;
    let late = house.happens(chose()).await.unwrap();
    assert!(
        words(&late).contains("not counted") && words(&late).contains("1 December"),
        "{late:?}"
    );
    assert_eq!(count(&house, team, 1), 0);
}

#[tokio::test]
async fn joiners_count_once_they_answer_and_leavers_stay_counted() {
    let house = house();
    let team = house.team("crew", &TEAM, calm()).await;
    house.say("Ann", "/maturity start quick").await;
    answer(&house, &[("Ann", "3"), ("Bob", "3"), ("Dia", "2")]).await;
    house.joins("Eli", "crew").await;
    house.joins("Fay", "crew").await;
    answer(&house, &[("Eli", "5")]).await;
    house.leaves("Dia", "crew").await;
    house.say("Dia", "4").await;
    house.say("Ann", "/maturity close").await;
    let result = house.look().result(RoundId { team, number: 1 }).unwrap().unwrap();
    assert_eq!((result.members, result.participants), (5, 4));
    assert_eq!(result.questions[0].respondents, 4, "what the leaver answered before counts");
}

#[tokio::test]
async fn an_open_round_shows_no_figures_unless_the_team_wanted_that() {
    for early in [false, true] {
        let house = house();
        house.team("crew", &TEAM, Settings { early, ..calm() }).await;
        house.say("Ann", "/maturity start quick").await;
        answer(&house, &[("Ann", "3"), ("Bob", "3"), ("Cem", "3"), ("Dia", "3")]).await;
        for question in
            ["/maturity report", "/maturity why skills", "/maturity why skills.kubernetes"]
        {
            let reply = house.say("Ann", question).await;
            assert_eq!(reply.contains("3.0"), early, "{question}: {reply}");
        }
        let reply = house.say("Bob", "/maturity report").await;
        assert!(!reply.contains("3.0"), "members wait for the closing: {reply}");
    }
}

#[tokio::test]
async fn a_team_of_two_that_opted_in_sees_figures_until_a_round_is_larger() {
    let house = house();
    let team = house.team("pair", &["Ann", "Bob"], Settings { small_team: true, ..calm() }).await;
    house.say("Ann", "/maturity start quick").await;
    assert_eq!(house.round(team, 1).terms.min_group, 1);
    answer(&house, &[("Ann", "3")]).await;
    house.say("Ann", "/maturity close").await;
    assert!(house.say("Ann", "/maturity report").await.contains("3.0"));
    for name in ["Cem", "Dia"] {
        house.joins(name, "pair").await;
    }
    house.say("Ann", "/maturity start quick").await;
    assert_eq!(house.round(team, 2).terms.min_group, 3);
    answer(&house, &[("Ann", "2"), ("Bob", "2"), ("Cem", "2")]).await;
    house.say("Ann", "/maturity close").await;
    let trend = house.say("Ann", "/maturity report").await;
    assert!(trend.contains("2.0"), "{trend}");
    assert!(
        !trend.contains("down") && !trend.contains("1.0"),
        "the old figure is withheld: {trend}"
    );
}

#[tokio::test]
async fn a_question_with_a_new_meaning_leaves_its_pillar_without_a_change() {
    let kv: Arc<dyn Kv> = Arc::new(MemoryKv::new());
    let mut house = House::over(Arc::clone(&kv), Keyring::in_memory());
    let team = house.team("crew", &TEAM, calm()).await;
    play(&house, "3").await;
    let mut content = Content::embedded().unwrap();
    let reworded =
        content.bank.questions.iter_mut().find(|it| it.id.as_str() == "skills.kubernetes");
    reworded.unwrap().version += 1;
    let text = Arc::new(Text::embedded());
    let engine =
        Engine::new(kv, Keyring::in_memory(), text, content, house.clock.clone(), Rules::default());
    house.engine = Arc::new(engine);
    play(&house, "2").await;
    let team_now = house.team_of(team);
    let tx = house.look();
    let report = maturity_bot::report::of_last_closed(&tx, &team_now).unwrap().unwrap();
    assert!(report.is_reworded());
    assert_eq!(report.change(Pillar::Skills), None);
    assert!(report.change(Pillar::Tooling).is_some());
}

/// A round in which everybody gives the same reply wherever it fits.
async fn play(house: &House, reply: &str) {
    house.say("Ann", "/maturity start quick").await;
    for name in TEAM {
        house.say(name, "answer").await;
        for _ in 0..8 {
            if house.say(name, reply).await.contains("could not read") {
                house.say(name, "yes").await;
            }
        }
    }
    house.say("Ann", "/maturity close").await;
}

#[tokio::test]
async fn a_done_action_shows_in_the_next_round_what_became_of_its_pillar() {
    let house = house();
    house.team("crew", &TEAM, calm()).await;
    play(&house, "1").await;
    house.say("Bob", "/maturity action done 1").await;
    let before = house.say("Ann", "/maturity actions").await;
    assert!(before.contains("the next round will show"), "{before}");
    play(&house, "3").await;
    let after = house.say("Ann", "/maturity report").await;
    assert!(after.contains("went up by 2.0 since"), "{after}");
    play(&house, "3").await;
    let later = house.say("Ann", "/maturity report").await;
    assert!(!later.contains("What became of it"), "{later}");
}

#[tokio::test]
async fn somebody_who_joined_and_answered_is_counted_also_after_leaving() {
    let house = house();
    let team = house.team("crew", &TEAM, calm()).await;
    house.say("Ann", "/maturity start quick").await;
    house.joins("Eli", "crew").await;
    answer(&house, &[("Bob", "3"), ("Cem", "3"), ("Dia", "3"), ("Eli", "3")]).await;
    house.leaves("Eli", "crew").await;
    house.say("Ann", "/maturity close").await;
    let result = house.look().result(RoundId { team, number: 1 }).unwrap().unwrap();
    assert_eq!((result.participants, result.members), (4, 5));
}

#[tokio::test]
async fn a_reminder_midway_between_milliseconds_is_not_lost() {
    let house = house();
    house.team("crew", &TEAM, calm()).await;
    house.clock.advance(TimeDelta::milliseconds(123));
    house.say("Ann", "/maturity start quick").await;
    house.say("Ann", "/maturity extend until 2026-11-10").await;
    house.posts();
    house.later(TimeDelta::days(8)).await;
    assert_eq!(house.posts_to("dia").len(), 2, "one midway, one a day before the end");
}

#[tokio::test]
async fn targets_of_the_config_file_are_not_changed_in_chat() {
    let house = house();
    let team = house.team("crew", &TEAM, calm()).await;
    let crew = house.team_of(team);
    let plan = TeamPlan {
        config_id: Some("crew".to_owned()),
        name: crew.name,
        place: crew.place,
        leads: crew.leads,
        settings: crew.settings,
    };
    house.engine.make_team(&plan).await.unwrap();
    let refused = house.say("Ann", "/maturity target tooling 2").await;
    assert!(refused.contains("managed in the config file"), "{refused}");
    assert_eq!(house.team_of(team).settings.target(Pillar::Tooling), 4);
}
