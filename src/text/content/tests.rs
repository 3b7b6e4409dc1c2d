use std::fs;

use super::*;
use crate::domain::bank::Kind;
use crate::domain::selection::Plan;

/// A copy of the embedded content with some text replaced.
fn with(changes: &[(&str, &str, &str)]) -> (tempfile::TempDir, Result<Content, Vec<Defect>>) {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("bank")).unwrap();
    let bank = Pillar::ALL.into_iter().zip(EMBEDDED).map(|(p, text)| (bank_file_name(p), text));
    for (name, text) in bank.chain([("presets.yaml".to_owned(), EMBEDDED_PRESETS)]) {
        let mut text = text.to_owned();
        for (_, old, new) in changes.iter().filter(|change| change.0 == name) {
            assert!(text.contains(old), "{old}");
            text = text.replacen(old, new, 1);
        }
        fs::write(folder.path().join(name), text).unwrap();
    }
    let content = Content::from_dir(folder.path());
    (folder, content)
}

fn only(result: Result<Content, Vec<Defect>>) -> Defect {
    let mut defects = result.unwrap_err();
    assert_eq!(defects.len(), 1, "{defects:#?}");
    defects.remove(0)
}

#[test]
fn the_embedded_content_has_no_defect() {
    let content = Content::embedded().unwrap();
    assert_eq!(content.bank.questions.len(), 56);
    assert_eq!(content.presets.len(), 3);
    assert!(matches!(content.presets["full"].plan, Plan::All));
    assert!(matches!(&content.presets["quick"].plan, Plan::Listed(ids) if ids.len() == 8));
    assert_eq!(with(&[]).1.unwrap(), content);
}

#[test]
fn each_topic_of_ours_offers_one_action_for_each_level_below_the_top() {
    let bank = Content::embedded().unwrap().bank;
    for topic in &bank.topics {
        let actions = bank.actions.iter().filter(|action| action.topic == topic.id);
        let mut levels: Vec<u8> = actions.flat_map(|action| action.from.clone()).collect();
        levels.sort_unstable();
        assert_eq!(levels, [0, 1, 2, 3, 4], "{}", topic.id);
    }
}

#[test]
fn all_defects_of_all_files_are_named_with_their_lines() {
    let (_folder, content) = with(&[
        ("bank/skills.yaml", "weight: 1", "weight: 0"),
        ("bank/skills.yaml", "kind: level", "kind: levels"),
        ("bank/skills.yaml", "effort: S", "effort: XS"),
        ("bank/skills.yaml", "from: [0]", "from: [9]"),
        ("bank/structure.yaml", "title: Structure", "title: ''"),
        ("bank/tooling.yaml", "requires: []", "requires: [no.such.action]"),
        ("presets.yaml", "- skills.kubernetes", "- skills.gone"),
        ("presets.yaml", "per_week: 2", "per_week: 3"),
    ]);
    let defects = content.unwrap_err();
    let places: Vec<_> = defects
        .iter()
        .map(|d| (d.file.rsplit('/').next().unwrap(), d.line.unwrap(), d.what.as_str()))
        .collect();
    let expected = [
        ("skills.yaml", 8, "skills.foundations.first-container: `from` names level 9"),
        ("skills.yaml", 11, "`effort` is `XS`"),
        ("skills.yaml", 149, "`kind` is `levels`"),
        ("skills.yaml", 150, "skills.linux: `weight` is 0"),
        ("structure.yaml", 2, "structure: `title` is empty"),
        (
            "tooling.yaml",
            12,
            "tooling.observability.three-signals: requires `no.such.action`, which no pillar has",
        ),
        ("presets.yaml", 5, "quick: the bank has no question `skills.gone`"),
        ("presets.yaml", 21, "pulse: some week would ask the same pillar twice"),
    ];
    assert_eq!(places, expected);
}

#[test]
fn an_unknown_field_is_named_with_its_line() {
    let defect = only(with(&[("bank/skills.yaml", "    weight: 1", "    wheight: 1")]).1);
    assert_eq!(defect.line, Some(150));
    assert!(defect.what.contains("wheight"), "{}", defect.what);
}

#[test]
fn a_missing_file_and_a_stranger_are_named() {
    let (folder, _) = with(&[]);
    fs::remove_file(folder.path().join("bank/tooling.yaml")).unwrap();
    fs::write(folder.path().join("bank/security.yaml"), "pillar: security").unwrap();
    let defects = Content::from_dir(folder.path()).unwrap_err();
    assert_eq!(defects.len(), 2, "{defects:#?}");
    assert!(defects[0].file.ends_with("security.yaml"));
    assert!(defects[1].file.ends_with("tooling.yaml"));
}

#[test]
fn a_circle_of_prerequisites_is_named_once() {
    let change = (
        "bank/skills.yaml",
        "requires: []\n      - id: skills.foundations.contention-lab",
        "requires: [skills.foundations.contention-lab]\n      - id: skills.foundations.contention-lab",
    );
    let defect = only(with(&[change]).1);
    assert!(defect.what.starts_with("skills.foundations.shared-lab: requires itself"));
}

#[test]
fn a_version_is_one_unless_written_and_seeds_may_be_missing() {
    let (_folder, content) = with(&[
        ("bank/skills.yaml", "    weight: 1", "    weight: 1\n    version: 2"),
        ("bank/skills.yaml", "    seeds: [S10, S60, S96, S98]\n", ""),
    ]);
    let questions = content.unwrap().bank.questions;
    assert_eq!((questions[0].version, questions[1].version), (2, 1));
}

#[test]
fn changed_words_under_the_same_version_are_noticed() {
    let old = Content::embedded().unwrap().bank;
    let mut new = old.clone();
    new.questions[0].text.push('!');
    new.questions[1].text.push('!');
    new.questions[1].version += 1;
    new.questions[2].why.push('!');
    let Kind::Level(options) = &mut new.questions[4].kind else { panic!("a level question") };
    options[0].push('!');
    let ids = [old.questions[0].id.clone(), old.questions[4].id.clone()];
    assert_eq!(Bank::reworded(&old, &new), ids);
}

#[test]
fn options_that_look_like_other_types_stay_words() {
    let (_folder, content) = with(&[("bank/skills.yaml", "I hand it to someone else", "No")]);
    let bank = content.unwrap().bank;
    assert_eq!(bank.questions[0].kind.options()[0], "No");
}
