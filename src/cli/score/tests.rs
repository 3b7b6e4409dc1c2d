use rstest::rstest;

use super::*;

fn scored(input: &str) -> anyhow::Result<serde_json::Value> {
    let content = Content::embedded().unwrap();
    Ok(serde_json::from_str(&score(&content, input)?).unwrap())
}

fn refused(input: &str) -> String {
    format!("{:#}", scored(input).unwrap_err())
}

fn team(settings: &str, rounds: &str) -> String {
    format!(r#"{{"team": "t", {settings} "rounds": [{rounds}]}}"#)
}

fn round(answers: &str) -> String {
    let head = r#""id": "r1", "preset": "full", "state": "closed", "members": 4"#;
    format!(r#"{{{head}, "steps": [{{"answers": {{{answers}}}}}]}}"#)
}

#[rstest]
#[case(r#""skills.kubernetes": {"ann": 1, "bob": 6}"#, "answer 2 to skills.kubernetes")]
#[case(r#""skills.kubernetes": {"ann": 1.5}"#, "answer 1 to skills.kubernetes")]
#[case(r#""skills.kubernetes": {"ann": "yes"}"#, "from 0 to 5")]
#[case(r#""skills.kubernetes": {"ann": null}"#, "from 0 to 5")]
#[case(r#""skills.vm-difference": {"ann": "maybe"}"#, "\"partly\"")]
#[case(r#""skills.formats": {"ann": [6]}"#, "from 0 to 5")]
#[case(r#""skills.formats": {"ann": 3}"#, "a list")]
#[case(r#""skills.wish": {"ann": "dont_know"}"#, "words")]
#[case(r#""skills.wish": {"ann": 3}"#, "words")]
fn a_value_that_does_not_fit_is_refused_without_the_name(
    #[case] answers: &str,
    #[case] part: &str,
) {
    let message = refused(&team("", &round(answers)));
    assert!(message.contains("team `t`: round `r1`: step 1: answer"), "{message}");
    assert!(message.contains(part), "{message}");
    assert!(!message.contains("ann") && !message.contains("bob"), "{message}");
}

#[rstest]
#[case(&team("", &format!("{0}, {0}", round(""))), "two rounds have the id `r1`")]
#[case(&team("", &round("").replace('4', "0")), "`members` is 0")]
#[case(&team("", &round("").replace("full", "fast")), "there is no preset `fast`")]
#[case(&team("", &round("").replace("closed", "shut")), "unknown variant `shut`")]
#[case(&team("", &round("").replace("steps", "stops")), "unknown field `stops`")]
#[case(&team(r#""targets": {"tools": 4},"#, ""), "`targets` names `tools`")]
#[case(&team(r#""targets": {"skills": 6},"#, ""), "write 0 to 5")]
#[case(r#"{"teams": [{"team": "t"}]}"#, "missing field `rounds`")]
#[case("[", "line 1")]
fn input_that_makes_no_sense_is_refused(#[case] input: &str, #[case] part: &str) {
    let message = refused(input);
    assert!(message.contains(part), "{message}");
}

#[test]
fn answers_to_unknown_questions_are_ignored() {
    let figures = scored(&team("", &round(r#""gone.question": {"ann": 99}"#))).unwrap();
    assert_eq!(figures["rounds"][0]["participation"], 0);
    assert_eq!(figures["rounds"][0]["overall"]["level"], serde_json::Value::Null);
}

#[test]
fn words_count_for_participation_only() {
    let words = r#""skills.wish": {"ann": "a", "bob": "b", "cem": "c"}"#;
    let figures = scored(&team("", &round(words))).unwrap();
    assert_eq!(figures["rounds"][0]["participation"], 0.75);
    assert_eq!(figures["rounds"][0]["questions"], serde_json::json!({}));
}

#[test]
fn several_teams_come_back_under_teams() {
    let one = team("", "");
    let figures = scored(&format!(r#"{{"teams": [{one}, {one}]}}"#)).unwrap();
    assert_eq!(figures["teams"][1]["trend"]["skills"]["rounds"], serde_json::json!([]));
    assert_eq!(figures["teams"][0]["next_actions"], serde_json::json!([]));
}

#[test]
fn a_team_of_two_sees_its_figures_once_it_opted_in() {
    let answers = round(r#""tooling.metrics": {"ann": 2}"#).replace('4', "2");
    let figures = scored(&team(r#""small_team_opt_in": true,"#, &answers)).unwrap();
    assert_eq!((&figures["m"], &figures["rounds"][0]["overall"]["level"]), (&1.into(), &2.into()));
    let grown = format!("{answers}, {}", round("").replace("r1", "r2"));
    let figures = scored(&team(r#""small_team_opt_in": true,"#, &grown)).unwrap();
    assert_eq!(figures["m"], 3);
    assert_eq!(figures["rounds"][0]["questions"], serde_json::json!({}));
}
