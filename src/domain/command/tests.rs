//! The grammar as tables.

use proptest::prelude::*;
use rstest::rstest;

use super::*;
use crate::domain::level::Pillar;
use crate::domain::team::Mode;

fn argument_of(text: &str) -> Option<(Verb, Wanted)> {
    match parse(text) {
        Err(Misunderstood::Argument { verb, wanted, .. }) => Some((verb, wanted)),
        _ => None,
    }
}

fn suggestion_for(text: &str) -> Option<&'static str> {
    match parse(text) {
        Err(
            Misunderstood::Word { suggestion, .. } | Misunderstood::Argument { suggestion, .. },
        ) => suggestion,
        Ok(_) => None,
    }
}

fn mention(text: &str) -> Mention {
    Mention(text.to_owned())
}

fn set(setting: Setting) -> Command {
    Command::Team(TeamWord::Set(setting))
}

fn clock(text: &str) -> chrono::NaiveTime {
    text.parse().unwrap()
}

#[rstest]
#[case("", Command::Help(None))]
#[case("  \n", Command::Help(None))]
#[case("?", Command::Help(None))]
#[case("help results", Command::Help(Some(Topic::Group(Group::Results))))]
#[case("help Begin", Command::Help(Some(Topic::Verb(Verb::Start))))]
#[case("help volunteer", Command::Help(Some(Topic::Verb(Verb::Champion))))]
#[case("  START   Quick ", Command::Start(Some("quick".into())))]
#[case("begin", Command::Start(None))]
#[case("close", Command::Close(Confirmation::Given))]
#[case("finish please", Command::Close(Confirmation::Missing))]
#[case("cancel", Command::Cancel(Confirmation::Missing))]
#[case("discard", Command::Cancel(Confirmation::Missing))]
#[case("cancel yes", Command::Cancel(Confirmation::Given))]
#[case("extend 3", Command::Extend(Some(Until::Days(3))))]
#[case("extend 2 weeks", Command::Extend(Some(Until::Days(14))))]
#[case("answer", Command::Answer(None))]
#[case("answer 3", Command::Answer(Some(Pick::Number(3))))]
#[case("answer #3", Command::Answer(Some(Pick::Number(3))))]
#[case("answer Skills.Linux", Command::Answer(Some(Pick::Id("skills.linux".into()))))]
#[case("report", Command::Report { team: None, pillar: None })]
#[case("results tools!", Command::Report { team: None, pillar: Some(Pillar::Tooling) })]
#[case(
    "report Core Payments skills",
    Command::Report { team: Some("Core Payments".into()), pillar: Some(Pillar::Skills) }
)]
#[case("report “Core”", Command::Report { team: Some("Core".into()), pillar: None })]
#[case("report why tooling", Command::Why(Some(Subject::Pillar(Pillar::Tooling))))]
#[case("why skills.linux", Command::Why(Some(Subject::Question("skills.linux".into()))))]
#[case("why?", Command::Why(None))]
#[case("todo", Command::Actions)]
#[case("action done 2", Command::Action(ActionStep::Done, Pick::Number(2)))]
#[case("action 2 done", Command::Action(ActionStep::Done, Pick::Number(2)))]
#[case(
    "dismiss tooling.delivery.script-it",
    Command::Action(ActionStep::Dismiss, Pick::Id("tooling.delivery.script-it".into()))
)]
#[case("champions", Command::Who(None))]
#[case("who is the champion for process?", Command::Who(Some(Pillar::Processes)))]
#[case("volunteer skills", Command::Champion(ChampionStep::Volunteer(Pillar::Skills)))]
#[case(
    "champion nominate @Ann:example.org for tooling",
    Command::Champion(ChampionStep::Nominate(Pillar::Tooling, mention("@Ann:example.org")))
)]
#[case(
    "nominate tooling Ann Lee",
    Command::Champion(ChampionStep::Nominate(Pillar::Tooling, mention("Ann Lee")))
)]
#[case(
    "nominate <@U1A> as structure champion",
    Command::Champion(ChampionStep::Nominate(Pillar::Structure, mention("<@U1A>")))
)]
#[case("accept", Command::Champion(ChampionStep::Accept(None)))]
#[case("decline tooling", Command::Champion(ChampionStep::Decline(Some(Pillar::Tooling))))]
#[case("step down", Command::Champion(ChampionStep::StepDown(None)))]
#[case(
    "champion step-down skills",
    Command::Champion(ChampionStep::StepDown(Some(Pillar::Skills)))
)]
#[case("target", Command::Targets)]
#[case("target tooling 4", Command::Target(Pillar::Tooling, 4))]
#[case("target 4 tooling", Command::Target(Pillar::Tooling, 4))]
#[case("goal skills=0", Command::Target(Pillar::Skills, 0))]
#[case("pause", Command::Snooze(None))]
#[case("vacation until 2026-12-24", Command::Away(Some(Until::Date("2026-12-24".parse().unwrap()))))]
#[case("unsubscribe.", Command::Stop)]
#[case("privacy", Command::Me)]
#[case("forget", Command::Forget(Confirmation::Missing))]
#[case("forget me", Command::Forget(Confirmation::Missing))]
#[case("delete me!", Command::Forget(Confirmation::Missing))]
#[case("Forget me YES", Command::Forget(Confirmation::Given))]
#[case("forget me for good.", Command::Forget(Confirmation::Given))]
#[case("mode", Command::Mode(None))]
#[case("mode Anonymous", Command::Mode(Some(Mode::Anonymous)))]
#[case("schedule", Command::Schedule(None))]
#[case("schedule choose", Command::ChooseSchedule)]
#[case("schedule off", Command::Schedule(Some(ScheduleWish::Off)))]
#[case("schedule 0 9 * * 1-5", Command::Schedule(Some(ScheduleWish::Words("0 9 * * 1-5".into()))))]
#[case("schedule “0 9 * * 1”", Command::Schedule(Some(ScheduleWish::Words("0 9 * * 1".into()))))]
#[case("team", Command::Team(TeamWord::Show(None)))]
#[case("team Core", Command::Team(TeamWord::Show(Some("Core".into()))))]
#[case("teams list", Command::Team(TeamWord::List))]
#[case("team name Acme Inc.", set(Setting::Name("Acme Inc.".into())))]
#[case("team zone europe/berlin", set(Setting::Zone(chrono_tz::Europe::Berlin)))]
#[case("team minimum 4", set(Setting::Minimum(4)))]
#[case("team quiet 18:00–09:00", set(Setting::Quiet(Some((clock("18:00:00"), clock("09:00:00"))))))]
#[case("team quiet 18 - 9", set(Setting::Quiet(Some((clock("18:00:00"), clock("09:00:00"))))))]
#[case("team quiet off", set(Setting::Quiet(None)))]
#[case("team early on", set(Setting::Early(true)))]
#[case("team small off", set(Setting::Small(false)))]
#[case("team lead add @ann", Command::Team(TeamWord::AddLead(mention("@ann"))))]
#[case("team lead remove @ann", Command::Team(TeamWord::RemoveLead(mention("@ann"))))]
#[case("setup", Command::Setup(vec![]))]
#[case(
    "setup Core zone=UTC schedule=\"0 9 1 * *\" early=on",
    Command::Setup(vec![
        Setting::Name("Core".into()),
        Setting::Zone(chrono_tz::UTC),
        Setting::Schedule(ScheduleWish::Words("0 9 1 * *".into())),
        Setting::Early(true),
    ])
)]
fn commands_are_understood(#[case] text: &str, #[case] command: Command) {
    assert_eq!(parse(text), Ok(command), "{text}");
}

#[rstest]
#[case("close now", Verb::Close, Wanted::Nothing)]
#[case("help dancing", Verb::Help, Wanted::Topic)]
#[case("start quick full", Verb::Start, Wanted::Preset)]
#[case("start 🎉", Verb::Start, Wanted::Preset)]
#[case("extend soon", Verb::Extend, Wanted::Until)]
#[case("away until never", Verb::Away, Wanted::Until)]
#[case("answer 0", Verb::Answer, Wanted::Question)]
#[case("answer linux", Verb::Answer, Wanted::Question)]
#[case("answer garden.roses", Verb::Answer, Wanted::Question)]
#[case("why not", Verb::Why, Wanted::Subject)]
#[case("why 3", Verb::Why, Wanted::Subject)]
#[case("action", Verb::Action, Wanted::ActionStep)]
#[case("action explode 3", Verb::Action, Wanted::ActionStep)]
#[case("action done", Verb::Action, Wanted::Action)]
#[case("done everything", Verb::Action, Wanted::Action)]
#[case("who cares", Verb::Who, Wanted::Pillar)]
#[case("champion", Verb::Champion, Wanted::ChampionStep)]
#[case("volunteer", Verb::Champion, Wanted::Pillar)]
#[case("nominate @ann", Verb::Champion, Wanted::PillarAndPerson)]
#[case("nominate tooling", Verb::Champion, Wanted::PillarAndPerson)]
#[case("target tooling 6", Verb::Target, Wanted::PillarAndLevel)]
#[case("target tooling", Verb::Target, Wanted::PillarAndLevel)]
#[case("forget me yes please do", Verb::Forget, Wanted::Confirmation)]
#[case("forget yes", Verb::Forget, Wanted::Confirmation)]
#[case("forget me yes?", Verb::Forget, Wanted::Confirmation)]
#[case("forget me y", Verb::Forget, Wanted::Confirmation)]
#[case("delete me yes", Verb::Forget, Wanted::Confirmation)]
#[case("forget it", Verb::Forget, Wanted::Confirmation)]
#[case("mode secret", Verb::Mode, Wanted::Mode)]
#[case("team name", Verb::Team, Wanted::Name)]
#[case("team zone Mars/Base", Verb::Team, Wanted::Zone)]
#[case("team minimum 1", Verb::Team, Wanted::Minimum)]
#[case("team quiet 25:00-09:00", Verb::Team, Wanted::Quiet)]
#[case("team quiet 09:00-09:00", Verb::Team, Wanted::Quiet)]
#[case("team early perhaps", Verb::Team, Wanted::OnOff)]
#[case("team lead", Verb::Team, Wanted::Lead)]
#[case("team lead add", Verb::Team, Wanted::Person)]
#[case("setup schedule='0 9 1 * *'", Verb::Setup, Wanted::Setting)]
#[case("setup colour=blue", Verb::Setup, Wanted::Setting)]
fn wrong_arguments_say_what_was_expected(
    #[case] text: &str,
    #[case] verb: Verb,
    #[case] wanted: Wanted,
) {
    assert_eq!(argument_of(text), Some((verb, wanted)), "{text}");
}

#[rstest]
#[case("banana", None)]
#[case("🎉🎉", None)]
#[case("!!!", None)]
#[case("strat", Some("start"))]
#[case("begn", Some("start"))]
#[case("volunter skills", Some("volunteer"))]
#[case("report why toling", Some("tooling"))]
#[case("mode anonymos", Some("anonymous"))]
#[case("champion nominat @ann tooling", Some("nominate"))]
#[case("help reprot", Some("report"))]
fn near_misses_are_suggested_and_not_done(#[case] text: &str, #[case] expected: Option<&str>) {
    assert!(parse(text).is_err());
    assert_eq!(suggestion_for(text), expected, "{text}");
}

#[test]
fn endless_text_is_cut_short() {
    let Err(Misunderstood::Word { heard, .. }) = parse(&"x".repeat(10_000)) else {
        panic!("an endless word is no command")
    };
    assert_eq!(heard.len(), HEARD);
    assert!(parse(&"report ".repeat(10_000)).is_err());
}

#[test]
fn the_table_follows_the_order_of_the_verbs() {
    for entry in TABLE {
        assert_eq!(entry.verb.entry().name, entry.name);
    }
    assert_eq!(TABLE.len(), Verb::Forget as usize + 1);
}

#[test]
fn no_word_means_two_things() {
    let names = TABLE.iter().flat_map(|entry| entry.aliases.iter().chain([&entry.name]));
    let mut words: Vec<&str> =
        names.chain(SHORTCUTS.iter().map(|(from, _)| from)).copied().collect();
    words.sort_unstable();
    let all = words.len();
    words.dedup();
    assert_eq!(words.len(), all);
}

#[test]
fn every_example_is_understood_under_every_name() {
    for entry in TABLE {
        assert!(entry.usage.starts_with(entry.name));
        let (_, rest) = entry.example.split_once(' ').unwrap_or((entry.name, ""));
        let expected = parse(entry.example).unwrap();
        assert_eq!(expected.verb(), entry.verb);
        let by_alias = without_consent(expected.clone());
        let under = |name: &str| parse(&format!(" {}  {rest}", name.to_uppercase()));
        assert_eq!(under(entry.name), Ok(expected));
        for alias in entry.aliases {
            assert_eq!(under(alias).ok(), by_alias.clone().ok(), "{alias}");
        }
    }
}

fn one_typo(word: &str) -> Vec<String> {
    let letters: Vec<char> = word.chars().collect();
    let mut typos = Vec::new();
    for i in 0..letters.len() {
        let mut dropped = letters.clone();
        dropped.remove(i);
        let mut doubled = letters.clone();
        doubled.insert(i, letters[i]);
        let mut wrong = letters.clone();
        wrong[i] = 'x';
        let mut swapped = letters.clone();
        swapped.swap(i, (i + 1).min(letters.len() - 1));
        typos.extend([dropped, doubled, wrong, swapped].map(|typo| typo.into_iter().collect()));
    }
    typos
}

#[test]
fn one_slip_in_a_verb_is_met_with_that_verb_or_one_as_near() {
    for entry in TABLE {
        for typo in
            one_typo(entry.name).iter().filter(|typo| typo.len() > 1 && find(typo).is_none())
        {
            let Err(Misunderstood::Word { suggestion: Some(suggestion), .. }) = parse(typo) else {
                panic!("{typo} is one slip from {}", entry.name)
            };
            let near = strsim::damerau_levenshtein(suggestion, typo) <= 1;
            assert!(suggestion == entry.name || near, "{typo}: {suggestion}");
        }
    }
}

#[test]
fn help_shows_a_stranger_only_what_concerns_themselves() {
    use crate::domain::role::Roles;
    let shown = |roles| visible(roles).into_iter().flat_map(|(_, entries)| entries);
    let names: Vec<&str> = shown(Roles::STRANGER).map(|entry| entry.name).collect();
    assert_eq!(names, ["help", "stop", "me", "forget"]);
    assert_eq!(shown(Roles::ALL).count(), TABLE.len());
    assert!(shown(Roles::ADMIN).all(|entry| !matches!(entry.name, "report" | "why" | "trend")));
}

proptest! {
    #[test]
    fn nothing_panics(text in "(?s:.{0,200})") {
        let _ = parse(&text);
    }

    #[test]
    fn no_argument_panics(verb in 0..TABLE.len(), rest in "(?s:.{0,60})|[0-9a-z=:.\" -]{0,30}") {
        let _ = parse(&format!("{} {rest}", TABLE[verb].name));
    }

    #[test]
    fn nobody_is_forgotten_by_accident(text in "(?i:forget|delete|fogret|erase) (me|it|us)? ?(yes|y|ok|for|good|for good|please|!|\\?| ){0,4}") {
        let confirmed = parse(&text) == Ok(Command::Forget(Confirmation::Given));
        let plain = text.to_lowercase();
        let plain = plain.replace("please", " ").replace('!', " ");
        let words: Vec<&str> = plain.split_whitespace().collect();
        let exact = words == ["forget", "me", "yes"] || words == ["forget", "me", "for", "good"];
        prop_assert!(!confirmed || exact, "{text}");
    }
}

#[test]
fn a_prefix_counts_only_as_a_whole_word() {
    assert_eq!(behind_prefix(" /maturity  report tooling "), Some("report tooling"));
    assert_eq!(behind_prefix("!Maturity"), Some(""));
    assert_eq!(behind_prefix("/maturityreport"), None);
    assert_eq!(behind_prefix("3"), None);
    assert_eq!(behind_prefix("/maturité"), None);
}
