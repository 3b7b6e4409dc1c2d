//! What chats with forms, groups and buttons in channels rely on.

use std::collections::BTreeMap;

use maturity_bot::domain::ids::{PersonId, RoundId, TeamId};
use maturity_bot::domain::message::{Destination, Form, Input, Message, Press};
use maturity_bot::domain::outgoing::Purpose;
use maturity_bot::domain::team::{Mode, Settings};
use maturity_bot::engine::{InPlace, Rules, TeamPlan};
use maturity_bot::platform::{Facts, Profile, What};
use maturity_bot::text::content::Content;

use crate::house::{House, always, members, person, profile};

async fn open(house: &House, settings: Settings, preset: &str) -> RoundId {
    let team = house.team("chat:crew", 3, settings).await;
    house.say(0, &format!("start {preset}")).await;
    house.settle().await;
    RoundId { team, number: 1 }
}

async fn page(house: &House, who: usize, round: RoundId, page: u32) -> Form {
    let token = Press::Page(round, page).token();
    match house.handle(What::Chose { person: person(who), place: None, token }).await {
        Some(Message::Form(form)) => form,
        other => panic!("no form but {other:?}"),
    }
}

async fn send(house: &House, who: usize, form: &str, values: &[(&str, &str)]) -> Message {
    let values = values.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    let what = What::Submitted {
        person: person(who),
        place: Some("chat:crew".into()),
        form: form.to_owned(),
        values: values.collect(),
    };
    house.handle(what).await.unwrap()
}

fn form_of(message: Message) -> Form {
    match message {
        Message::Form(form) => form,
        other => panic!("no form but {other:?}"),
    }
}

#[tokio::test]
async fn a_round_is_answered_page_by_page_and_goes_on_where_it_was_left() {
    let house = House::new();
    let round = open(&house, always(), "quick").await;
    let first = page(&house, 1, round, 0).await;
    assert_eq!(first.fields.len(), 6, "five questions and a remark");
    assert!(first.choices.is_empty(), "nothing lies before the first page");
    let names: Vec<String> = first.fields.iter().map(|field| field.name.clone()).collect();
    let values: Vec<(&str, &str)> = names[..5].iter().map(|name| (name.as_str(), "?")).collect();

    let second = form_of(send(&house, 1, &first.name, &values).await);
    assert_eq!(second.name, Press::Page(round, 2).token());
    assert_eq!(second.choices[0].press, Press::Page(round, 1));
    assert_eq!(page(&house, 1, round, 0).await.name, second.name, "goes on where it was left");
    let again = page(&house, 1, round, 1).await;
    assert!(again.fields[..5].iter().all(|field| field.value == "?"), "shows what was said");

    let names: Vec<String> = second.fields.iter().map(|field| field.name.clone()).collect();
    let values: Vec<(&str, &str)> = names[..3].iter().map(|name| (name.as_str(), "?")).collect();
    let thanks = send(&house, 1, &second.name, &values).await;
    assert!(thanks.body().contains("All 8 answered"), "{}", thanks.body());
}

#[tokio::test]
async fn a_page_is_kept_as_a_whole_or_comes_back_as_it_was() {
    let house = House::new();
    let round = open(&house, always(), "quick").await;
    let form = page(&house, 1, round, 1).await;
    let names: Vec<String> = form.fields.iter().map(|field| field.name.clone()).collect();
    let values = [(names[0].as_str(), "?"), (names[1].as_str(), "ninety-nine")];
    let back = form_of(send(&house, 1, &form.name, &values).await);
    assert_eq!(back.name, form.name);
    assert_eq!(back.fields[0].value, "?");
    assert_eq!((back.fields[0].error.as_ref(), back.fields[1].error.is_some()), (None, true));
    assert_eq!(back.fields[1].value, "ninety-nine", "what was typed is not lost");
    assert!(house.tx().answers(round).unwrap().is_empty(), "nothing is kept of it");
}

#[tokio::test]
async fn a_remark_too_long_is_refused_as_often_as_it_is_sent_and_nothing_is_saved() {
    let house = House::new();
    let round = open(&house, always(), "quick").await;
    let form = page(&house, 1, round, 1).await;
    let (question, longer) = (form.fields[0].name.clone(), "x".repeat(501));
    assert_eq!(form.fields[5].input, Input::Paragraph(500));
    let values = [(question.as_str(), "?"), ("remark", longer.as_str())];
    let values = values.map(|(name, value)| (name.to_owned(), value.to_owned()));
    let what = What::Submitted {
        person: person(1),
        place: Some("chat:crew".into()),
        form: form.name.clone(),
        values: values.into(),
    };
    let event = house.event(what);
    for _ in 0..2 {
        let back = form_of(house.engine.handle(&event).await.unwrap().unwrap());
        assert!(back.fields[5].error.as_ref().unwrap().contains("nothing was saved"));
        assert_eq!((&*back.fields[0].value, &back.fields[5].value), ("?", &longer));
    }
    assert!(house.tx().answers(round).unwrap().is_empty(), "the words are true");

    let values = [(question.as_str(), "?"), ("remark", &longer[..500])];
    assert_eq!(form_of(send(&house, 1, &form.name, &values).await).name, "page 1.1 2");
    assert_eq!(house.tx().answers(round).unwrap()[0].2.comment.as_deref(), Some(&longer[..500]));
}

#[tokio::test]
async fn an_empty_page_leaves_no_trace_and_a_remark_needs_an_answer() {
    let house = House::new();
    let round = open(&house, always(), "quick").await;
    let form = page(&house, 1, round, 1).await;
    send(&house, 1, &form.name, &[]).await;
    assert!(house.tx().answers(round).unwrap().is_empty());
    let back = form_of(send(&house, 1, &form.name, &[("remark", "Nobody knows.")]).await);
    assert!(back.fields.last().unwrap().error.is_some());
    let question = form.fields[2].name.clone();
    send(&house, 1, &form.name, &[(&question, "?"), ("remark", "Nobody knows.")]).await;
    let answers = house.tx().answers(round).unwrap();
    assert_eq!(answers.len(), 1);
    assert_eq!(answers[0].2.comment.as_deref(), Some("Nobody knows."));
}

#[tokio::test]
async fn a_page_of_a_closed_round_says_that_it_is_too_late() {
    let house = House::new();
    let round = open(&house, always(), "quick").await;
    let form = page(&house, 1, round, 1).await;
    house.say(0, "close").await;
    let said = send(&house, 1, &form.name, &[(&form.fields[0].name, "?")]).await;
    assert!(said.body().contains("has closed"), "{}", said.body());
}

#[tokio::test]
async fn a_team_is_made_in_plain_choices_and_wrong_ones_come_back() {
    let house = House::new();
    let asked = What::Said {
        person: person(0),
        place: Some("chat:crew".into()),
        text: "/maturity setup".to_owned(),
    };
    let form = form_of(house.handle(asked).await.unwrap());
    let usual: BTreeMap<&str, &str> =
        form.fields.iter().map(|field| (field.name.as_str(), field.value.as_str())).collect();
    let with = |changes: &[(&'static str, &'static str)]| {
        let mut values = usual.clone();
        values.extend(changes.iter().copied());
        values.into_iter().collect::<Vec<_>>()
    };
    let back = with(&[("name", "Crew"), ("zone", "Atlantis"), ("quiet", "never ever")]);
    let back = form_of(send(&house, 0, "setup", &back).await);
    let wrong = back.fields.iter().filter(|field| field.error.is_some());
    assert_eq!(wrong.map(|field| field.name.as_str()).collect::<Vec<_>>(), ["zone", "quiet"]);
    assert_eq!(back.fields[0].value, "Crew", "what was typed is not lost");

    let values = with(&[
        ("name", "Crew"),
        ("rhythm", "weekly"),
        ("weekday", "WED"),
        ("hour", "14"),
        ("leads", "person-0002"),
    ]);
    let said = send(&house, 0, "setup", &values).await.body();
    assert!(said.contains("Crew is ready"), "{said}");
    let team = house.tx().team_at(&"chat:crew".into()).unwrap().unwrap();
    assert_eq!(team.settings.schedules[0].times.as_str(), "0 14 * * WED");
    assert_eq!(team.leads, [person(0), person(2)]);
}

#[tokio::test]
async fn a_channel_hears_that_a_team_was_made_of_it_once_it_is_known_who_is_there() {
    let house = House::new();
    let place = "chat:crew";
    house.chat.members.lock().unwrap().insert(place.into(), vec![profile(&person(0))]);
    house.chat.dead.lock().unwrap().insert(place.into(), "strangers read there".to_owned());
    let setup = r#"/maturity setup name=Crew schedule="0 14 * * WED" minimum=4"#;
    house.say_in(place, 0, setup).await;
    house.settle().await;
    assert_eq!(house.told(place).len(), 0);
    house.chat.dead.lock().unwrap().clear();
    house.say_in(place, 0, "/maturity resume").await;
    house.settle().await;
    let told = house.told(place);
    assert_eq!(told.len(), 1, "{told:?}");
    for words in ["Crew", "person-0000", "every Wednesday at 14:00", "fewer than 4", "help"] {
        assert!(told[0].contains(words), "{words}: {told:?}");
    }
}

#[tokio::test]
async fn a_team_made_in_chat_has_the_operators_defaults() {
    let defaults = Settings { min_respondents: 5, zone: chrono_tz::Asia::Tokyo, ..always() };
    let house = House::under(Content::embedded().unwrap(), Rules { defaults, ..Rules::default() });
    let place = || Some("chat:crew".into());
    let text = "/maturity setup".to_owned();
    let form = form_of(
        house.handle(What::Said { person: person(0), place: place(), text }).await.unwrap(),
    );
    let value =
        |name: &str| form.fields.iter().find(|field| field.name == name).unwrap().value.clone();
    assert_eq!([value("minimum"), value("quiet"), value("zone")], ["5", "off", "Asia/Tokyo"]);
    let text = "/maturity setup name=Crew".to_owned();
    house.handle(What::Said { person: person(0), place: place(), text }).await.unwrap();
    let team = house.tx().team_at(&"chat:crew".into()).unwrap().unwrap();
    assert_eq!(team.settings.min_respondents, 5);
    assert_eq!(team.settings.zone, chrono_tz::Asia::Tokyo);
    assert_eq!(team.settings.quiet, always().quiet);
}

/// Says something behind the prefix, in the channel.
async fn command(house: &House, who: usize, place: &str, words: &str) -> String {
    let text = format!("/maturity {words}");
    let what = What::Said { person: person(who), place: Some(place.into()), text };
    house.handle(what).await.map(|message| message.body()).unwrap_or_default()
}

#[tokio::test]
async fn words_about_the_question_in_front_work_behind_the_prefix_too() {
    let house = House::new();
    open(&house, always(), "quick").await;
    let says = |words: &'static str| command(&house, 1, "chat:crew", words);
    assert!(says("answer").await.contains("1 of 8"));
    assert!(says("2").await.contains("Saved (1 of 8): 2"));
    assert!(
        says("why").await.contains("Why we ask"),
        "a member may not ask where figures come from"
    );
    assert!(says("skip").await.contains("3 of 8"));
    assert!(says("back").await.contains("2 of 8"));
    assert!(says("comment by hand").await.contains("2 of 8"));
    assert!(says("undo").await.contains("Taken back"));
    assert!(says("snooze").await.contains("No direct messages"));
    assert!(says("back").await.contains("on again"), "who gets no messages wants them again");
    assert!(says("later").await.contains("Paused"));
}

#[tokio::test]
async fn in_another_teams_place_nothing_happens_to_ones_own() {
    let house = House::new();
    let own = house.team("chat:crew", 3, always()).await;
    let plan = TeamPlan {
        config_id: None,
        name: "Other".to_owned(),
        place: "chat:other".into(),
        leads: vec![person(1), person(7)],
        settings: always(),
    };
    let other = house.engine.make_team(&plan).await.unwrap();
    house.handle(members("chat:other", [1, 7].into_iter())).await;
    assert!(command(&house, 0, "chat:other", "start quick").await.contains("that you are not in"));
    assert_eq!(house.tx().team(own).unwrap().unwrap().current, None);
    assert!(command(&house, 2, "chat:crew", "start quick").await.contains("Only who leads crew"));
    let said = house.say(1, "start quick").await;
    assert!(!said.contains("Only who leads"), "the one of two that they lead: {said}");
    assert!(house.tx().team(other).unwrap().unwrap().current.is_some());
    assert_eq!(house.tx().team(own).unwrap().unwrap().current, None);
}

#[tokio::test]
async fn the_members_of_a_group_lead_where_the_team_or_the_rules_say_so() {
    let group = PersonId::from("chat:group");
    let rules = Rules { leading_groups: vec!["chat:moderators".into()], ..Rules::default() };
    let house = House::under(Content::embedded().unwrap(), rules);
    let team = house.team("chat:crew", 3, always()).await;
    let grouped = |number: usize, groups: &[&str]| Profile {
        groups: Some(groups.iter().map(|group| PersonId::from(*group)).collect()),
        ..profile(&person(number))
    };
    let members =
        vec![grouped(0, &[]), grouped(1, &["chat:moderators"]), grouped(2, &[group.as_str()])];
    house.handle(What::Facts(Facts::Members { place: "chat:crew".into(), members })).await;
    assert!(house.say(1, "trend").await.contains("no results"), "moderators lead by the rules");
    assert!(!house.say(2, "trend").await.contains("no results"), "a group that nobody named");
    let unknown = (0..3).map(|number| Profile { groups: None, ..grouped(number, &[]) }).collect();
    let members = Facts::Members { place: "chat:crew".into(), members: unknown };
    house.handle(What::Facts(members)).await;
    assert!(
        house.say(1, "trend").await.contains("no results"),
        "what is not known changes nothing"
    );
    let again = Profile { groups: None, ..grouped(1, &[]) };
    house.handle(What::Joined { place: "chat:crew".into(), profile: again }).await;
    assert!(house.say(1, "trend").await.contains("no results"), "nor when somebody comes again");
    let members = vec![grouped(0, &[]), grouped(1, &[]), grouped(2, &[])];
    house.handle(What::Facts(Facts::Members { place: "chat:crew".into(), members })).await;
    assert!(!house.say(1, "trend").await.contains("no results"), "no moderator any more");
    assert_eq!(team, TeamId(1));
}

#[tokio::test]
async fn the_bot_says_what_it_is_for_where_it_is_brought_and_no_team_lives() {
    let house = House::new();
    let arrived = || What::Arrived { place: "chat:crew".into(), by: Some(person(0)) };
    let hello = house.handle(arrived()).await.unwrap();
    assert_eq!(hello.choices()[0].press, Press::Say("/maturity setup".to_owned()));
    house.team("chat:crew", 3, always()).await;
    assert_eq!(house.handle(arrived()).await, None);
}

#[tokio::test]
async fn the_whole_home_view_offers_what_each_may_do() {
    let house = House::new();
    let round = open(&house, always(), "quick").await;
    let home = |who: usize| What::Opened { person: person(who), whole: true };
    let offers = |message: &Message, token: &str| {
        message.choices().iter().any(|choice| choice.press.token() == token)
    };
    let lead = house.handle(home(0)).await.unwrap();
    let member = house.handle(home(1)).await.unwrap();
    let (ask, close) = (Press::Ask(round).token(), "tell 1 close");
    assert!(offers(&lead, &ask) && offers(&member, &ask));
    assert!(offers(&lead, close) && !offers(&member, close));
    assert!(offers(&member, "tell 1 champion volunteer tooling"));
    assert!(!offers(&lead, "tell 1 start quick") && !offers(&lead, "tell 1 team"));
    let token = close.to_owned();
    let said = house.handle(What::Chose { person: person(1), place: None, token }).await.unwrap();
    assert!(said.body().contains("Only who leads"), "a made-up press: {}", said.body());
    let token = close.to_owned();
    house.handle(What::Chose { person: person(0), place: None, token }).await;
    assert!(!house.round(round.team).is_open());
    assert!(offers(&house.handle(home(0)).await.unwrap(), "tell 1 start quick"));
}

/// The first line of each part of somebody's home view.
async fn headings(house: &House, who: usize) -> Vec<String> {
    let what = What::Opened { person: person(who), whole: true };
    let Some(Message::Overview(parts)) = house.handle(what).await else { panic!("no home view") };
    parts.iter().map(|it| it.body.lines().next().unwrap_or_default().to_owned()).collect()
}

#[tokio::test]
async fn the_home_view_begins_with_what_waits_and_ends_with_ones_own_wishes() {
    let house = House::new();
    let round = open(&house, always(), "quick").await;
    let found = headings(&house, 0).await;
    let beginnings = [
        "Hello ",
        "**crew asks how you work:**",
        "**1 of 8**",
        "**crew**: no results yet. You lead it.",
        "**For leads of",
        "**Champions of",
        "**Direct messages and your data**",
    ];
    assert_eq!(found.len(), beginnings.len(), "{found:#?}");

    for (heading, beginning) in found.iter().zip(beginnings) {
        assert!(heading.starts_with(beginning), "{heading} is no {beginning}");
    }

    for who in 0..3 {
        for number in 1..=2 {
            let form = page(&house, who, round, number).await;
            let fields = form.fields.iter().map(|it| (it.name.as_str(), it.input.entries()));
            let lowest = fields.filter_map(|(name, all)| Some((name, &*all.first()?.value)));
            send(&house, who, &form.name, &lowest.collect::<Vec<_>>()).await;
        }
    }
    house.say(0, "close").await;
    for who in 0..2 {
        let found = headings(&house, who).await;
        assert!(found[0].ends_with(". Nothing waits for you."), "{found:#?}");
        assert!(found[1].contains(", level 0: Skills "), "{found:#?}");
        assert!(found[2].starts_with("**What") && found[2].contains("do next**"), "{found:#?}");
        let leads = found.iter().filter(|it| it.starts_with("**For leads of")).count();
        assert_eq!(leads, usize::from(who == 0), "{found:#?}");
    }
}

#[tokio::test]
async fn a_second_press_says_what_the_first_said() {
    let house = House::new();
    house.team("chat:crew", 3, always()).await;
    for press in ["volunteer", "step-down"] {
        let token = format!("tell 1 champion {press} tooling");
        let mut said = Vec::new();
        for _ in 0..2 {
            let what = What::Chose { person: person(1), place: None, token: token.clone() };
            said.push(house.handle(what).await.unwrap().body());
        }
        assert_eq!(said[0], said[1], "{press}");
        assert!(said[0].contains("Thank you"), "{said:?}");
    }
}

fn in_place(house: &House) -> Vec<Message> {
    let place = Destination::Place("chat:crew".into());
    house.posts().into_iter().filter(|(to, _)| *to == place).map(|(_, message)| message).collect()
}

fn rules(in_place: InPlace) -> Rules {
    Rules { in_place: BTreeMap::from([("chat".to_owned(), in_place)]), ..Rules::default() }
}

#[tokio::test]
async fn a_pulse_stands_in_the_channel_only_where_presses_are_hidden() {
    for (seen, expected) in [(InPlace::Hidden, true), (InPlace::Seen, false)] {
        let house = House::under(Content::embedded().unwrap(), rules(seen));
        open(&house, always(), "pulse").await;
        let posts = in_place(&house);
        let answers = posts.iter().flat_map(Message::choices);
        let answers = answers.filter(|it| matches!(it.press, Press::Answer(..))).count();
        assert_eq!(answers > 0, expected);
    }
}

#[tokio::test]
async fn a_team_that_answers_openly_gets_polls_and_a_tally_from_enough_answers() {
    let house = House::under(Content::embedded().unwrap(), rules(InPlace::Seen));
    let round = open(&house, Settings { mode: Mode::Open, ..always() }, "quick").await;
    let polls: Vec<Message> =
        in_place(&house).into_iter().filter(|it| matches!(it, Message::Poll { .. })).collect();
    assert!(!polls.is_empty());
    let choices = |poll: &Message| poll.choices();
    for who in 0..3 {
        let choice = choices(&polls[0]).remove(2);
        let place = Some("chat:crew".into());
        let token = choice.press.token();
        house.handle(What::Chose { person: person(who), place, token }).await;
    }
    let choice = choices(&polls[1]).remove(2);
    house.handle(What::Chose { person: person(1), place: None, token: choice.press.token() }).await;
    house.say(0, "close").await;
    house.settle().await;
    let updates = house.chat.updates.lock().unwrap().clone();
    assert_eq!(updates.len(), polls.len() + 1, "the opening post and each poll end");
    let (newest, older) = updates.split_last().unwrap();
    assert!(newest.1.body().contains("is over"), "{updates:?}");
    assert!(older.iter().all(|(_, message)| message.body() == "Closed."), "said once: {updates:?}");
    let tally = in_place(&house).pop().unwrap().body();
    assert!(tally.contains("3 ×") && !tally.contains("1 ×"), "{tally}");
    assert!(
        house
            .tx()
            .outbox()
            .unwrap()
            .iter()
            .all(|(_, row)| { row.purpose != Purpose::Question(round) })
    );
}

#[tokio::test]
async fn level_questions_are_filled_in_by_choosing_one_of_the_levels() {
    let house = House::new();
    let round = open(&house, always(), "quick").await;
    let form = page(&house, 1, round, 1).await;
    let Input::One(entries) = &form.fields[0].input else { panic!("{:?}", form.fields[0]) };
    let values: Vec<&str> = entries.iter().map(|entry| entry.value.as_str()).collect();
    assert_eq!(values, ["0", "1", "2", "3", "4", "5", "?"]);
}
