//! Every message with its sample, and with what else its important branches need, as people read
//! it: one snapshot per area, to be read as a whole.

use minijinja::Value;
use serde_json::{Value as Json, json};

use super::declare::Sample;
use super::samples;
use crate::text::{environment_of, templates, tidy};

/// Messages as people read them: area, name with the variant, and words.
pub(crate) fn all() -> Vec<(String, String, String)> {
    let environment = environment_of(&templates::embedded()).0;
    let render = |name: &str, values: &Value| {
        let template = environment.get_template(name).expect("a template");
        tidy(&template.render(values).expect("a message"))
    };
    let mut rendered = Vec::new();
    for sample in samples() {
        let (area, name) = sample.name.split_once('/').expect("an area");
        let mut add = |title: String, values: &Value| {
            rendered.push((area.to_owned(), title, render(sample.name, values)));
        };
        add(name.to_owned(), &sample.values);
        for (of, changes) in variants().into_iter().filter(|(of, _)| *of == sample.name) {
            assert_eq!(of, sample.name);
            add(format!("{name}, {}", short(&changes)), &changed(&sample, &changes));
        }
    }
    rendered
}

fn changed(sample: &Sample, changes: &Json) -> Value {
    let mut values = serde_json::to_value(&sample.values).expect("plain values");
    for (field, value) in changes.as_object().expect("fields") {
        assert!(sample.fields.contains(&field.as_str()), "{} has no {field}", sample.name);
        values[field] = value.clone();
    }
    Value::from(minijinja::value::Serde(values))
}

/// What a variant changes, as a title.
fn short(changes: &Json) -> String {
    let value = |value: &Json| match value {
        Json::Array(values) if values.is_empty() => "none".to_owned(),
        Json::Array(_) | Json::Object(_) => "others".to_owned(),
        value => value.to_string(),
    };
    let changes = changes.as_object().into_iter().flatten();
    changes.map(|(name, it)| format!("{name}: {}", value(it))).collect::<Vec<_>>().join(", ")
}

/// A value for each of several fields' values, to be read one below the other.
fn each(of: &'static str, field: &str, values: &[&str]) -> Vec<(&'static str, Json)> {
    values.iter().map(|value| (of, json!({ field: value }))).collect()
}

#[expect(clippy::too_many_lines, reason = "one table, to be read as one")]
fn variants() -> Vec<(&'static str, Json)> {
    let pillar = |title: &str, score: Option<f64>, change: Option<f64>, direction: Option<&str>| {
        json!({"title": title, "score": score, "level": score.map(crate::domain::level::level_of),
            "target": 4, "change": change, "direction": direction, "slope": change,
            "confidence": "high", "respondents": 4, "champions": []})
    };
    let moving = json!([
        pillar("Skills", Some(2.5), Some(0.0), Some("flat")),
        pillar("Structure", Some(2.0), None, None),
        pillar("Tooling", Some(3.0), Some(0.5), Some("up")),
        pillar("Processes", Some(3.0), Some(-1.0), Some("down")),
    ]);
    let unknown = json!([pillar("Skills", None, None, None), pillar("Tooling", None, None, None)]);
    let action = |id: &str, owner: Option<&str>| {
        json!({"number": if owner.is_some() { 2 } else { 1 }, "id": id, "title": "Review each outage", "first_step": "Take the last one.",
            "effort": "S", "pillar": "Processes", "owner": owner, "taken": owner.is_some()})
    };
    let actions = json!([action("a.b.d", Some("Ann")), action("a.b.c", None)]);
    let under_way = json!([action("a.b.d", Some("Ann"))]);
    let outcome = |direction: Option<&str>, change: Option<f64>| {
        json!({"title": "Review each outage", "pillar": "Processes", "direction": direction,
            "change": change})
    };
    let outcomes = json!([
        outcome(None, None),
        outcome(Some("flat"), Some(0.1)),
        outcome(Some("down"), Some(-0.4)),
    ]);
    let far_apart = json!([
        {"kind": "disagreement", "on": "Who owns the platform?", "id": "structure.ownership"},
        {"kind": "disagreement", "on": "Who may change it?", "id": "tooling.access-rights"},
    ]);
    let question = json!({"id": "tooling.metrics", "text": "What do you see?", "weight": 3,
        "score": null, "respondents": 1, "dont_know": 1, "agreement": null});
    let groups = json!([
        {"name": "privacy", "verbs": [{"verb": "me", "usage": "me"},
            {"verb": "forget", "usage": "forget me"}]},
    ]);
    let when = json!({"weekday": 0, "day": 1, "month": 2, "year": 2027, "hour": 9, "minute": 5});
    let mut all = vec![
        ("answering/invitation", json!({"mode": "anonymous", "early": true})),
        ("answering/invitation", json!({"mode": "open", "leads": []})),
        ("answering/invitation", json!({"small": true, "leads": ["Kim", "Ann"]})),
        ("answering/question", json!({"kind": "checklist", "now": null})),
        ("answering/question", json!({"kind": "text", "now": null})),
        ("answering/question", json!({"kind": "yesno", "now": null})),
        ("answering/saved", json!({"changed": true})),
        ("answering/sitting-over", json!({"left": 1})),
        ("answering/finished", json!({"answered": 6, "skipped": 2})),
        ("answering/undone", json!({"now": "2"})),
        ("answering/nothing-before", json!({"word": "back"})),
        ("answering/misread", json!({"kind": "yesno"})),
        ("answering/misread", json!({"kind": "checklist"})),
        ("answering/misread", json!({"kind": "checklist", "problem": "range", "highest": 3})),
        ("answering/misread", json!({"kind": "text"})),
        ("answering/misread", json!({"problem": "range"})),
        ("answering/misread", json!({"problem": "too-long", "kind": "text", "highest": 2000})),
        ("answering/misread", json!({"problem": "ambiguous", "candidates": ["0", "4"]})),
        ("answering/commented", json!({"mode": "open"})),
        ("answering/no-comment", json!({"too_long": false})),
        ("answering/nothing-open", json!({"next": null})),
        ("answering/not-asked", json!({"forgotten": true})),
        ("answering/too-late", json!({"next": when})),
        ("answering/see-you", json!({"left": 1})),
        ("answering/see-you", json!({"left": 0})),
        ("answering/edited", json!({"withdrawn": true})),
        ("rounds/end-ask", json!({"cancel": false})),
        ("rounds/end-ask", json!({"cancel": false, "answered": null})),
        ("rounds/end-ask", json!({"answered": null})),
        ("rounds/end-ask", json!({"answered": 1})),
        ("rounds/opened", json!({"pulse": true, "total": 1, "mode": "anonymous"})),
        ("rounds/opened", json!({"mode": "open", "leads": []})),
        ("rounds/opened", json!({"small": true})),
        ("rounds/started", json!({"members": 1, "min_group": 1, "deferred": false})),
        ("rounds/started", json!({"members": 2, "deferred": false})),
        ("rounds/status", json!({"members": 2, "answered": null, "coming": []})),
        ("rounds/nudge", json!({"last": false})),
        ("rounds/nudged", json!({"sent": false, "next": when})),
        ("rounds/pulse-ask", json!({"count": 1})),
        ("rounds/status", json!({"title": null, "mine": null, "paused": "the channel is gone"})),
        ("rounds/status", json!({"planned": true, "skipped": [when]})),
        (
            "rounds/status",
            json!({"answered": null, "mine": null, "coming": [
                {"what": "nudge", "preset": null, "times": null, "at": when},
                {"what": "close", "preset": null, "times": null, "at": when},
                {"what": "trend", "preset": null, "times": null, "at": when},
                {"what": "round", "preset": "quick", "times": "every Monday at 10:00", "at": when},
            ]}),
        ),
        ("rounds/status", json!({"members": 1, "min_group": 1, "answered": 1})),
        ("champions/accepted", json!({"pillars": 2})),
        ("champions/gone", json!({"left": false, "next": "Ann"})),
        ("champions/new", json!({"pillars": 1})),
        ("champions/term", json!({"ended": true})),
        (
            "champions/who",
            json!({"leads": [], "pillars": [
                {"pillar": "Skills", "name": "skills", "champions": []},
                {"pillar": "Tooling", "name": "tooling", "champions": ["Kim", "Ann"]},
            ]}),
        ),
        (
            "results/report",
            json!({"pillars": moving, "actions": actions, "outcomes": outcomes,
            "findings": far_apart, "reworded": true, "open": true, "complete": true,
            "texts": [{"question": "What should change?", "texts": ["Less waiting."]}]}),
        ),
        (
            "results/report",
            json!({"pillars": unknown, "participants": null, "level": null,
            "score": null, "limit": null, "actions": [], "outcomes": [], "findings": [],
            "remarks": [], "rounds": 1}),
        ),
        (
            "results/summary",
            json!({"pillars": moving, "outcomes": [], "members": 1,
            "participants": 1, "min_group": 1}),
        ),
        (
            "results/summary",
            json!({"pillars": unknown, "participants": null, "level": null,
            "score": null, "limit": null, "actions": [], "outcomes": [], "findings": []}),
        ),
        ("results/digest", json!({"closes": null, "actions": [], "outcomes": []})),
        ("results/digest", json!({"closes": null, "known": true, "actions": under_way})),
        (
            "results/digest",
            json!({"at": null, "pillars": [], "participants": null,
            "actions": [], "outcomes": []}),
        ),
        ("results/trend", json!({"pillars": moving, "summary": true, "actions": actions})),
        ("results/trend", json!({"rounds": 1, "newer": when})),
        ("results/none", json!({"open": false})),
        (
            "results/why-pillar",
            json!({"score": null, "level": null, "questions": [question],
            "topics": [], "unasked": 1, "dont_know": null}),
        ),
        ("results/why-question", json!({"question": question})),
        (
            "results/why-overall",
            json!({"level": null, "score": null, "limit": null,
            "pillars": unknown}),
        ),
        ("results/actions", json!({"actions": actions, "outcomes": outcomes})),
        ("results/actions", json!({"actions": [], "outcomes": []})),
        ("results/actions", json!({"actions": under_way, "outcomes": []})),
        ("results/no-such-action", json!({"was": null, "heard": "9", "actions": actions})),
        ("results/no-such-action", json!({"was": null, "heard": "9", "actions": []})),
        ("results/profile-alt", json!({"pillars": moving})),
        ("results/trend-alt", json!({"pillars": moving})),
        ("people/help", json!({"groups": groups})),
        ("people/help", json!({"groups": groups, "full": false})),
        ("people/unknown", json!({"heard": "", "suggestion": null})),
        ("people/usage", json!({"suggestion": null, "verb": "mode", "choices": ["a", "b", "c"]})),
        ("people/usage", json!({"suggestion": null, "verb": "why", "choices": [], "heard": ""})),
        ("people/usage", json!({"suggestion": null, "verb": "why", "choices": [], "heard": "x"})),
        ("people/usage", json!({"verb": "champion", "suggestion": null})),
        ("people/usage", json!({"verb": "why"})),
        ("people/usage", json!({"verb": "target", "heard": "skills 9"})),
        (
            "people/usage",
            json!({"verb": "team", "wanted": "zone", "heard": "zone Mars/Base",
            "suggestion": null, "choices": []}),
        ),
        (
            "people/usage",
            json!({"verb": "team", "wanted": "lead", "heard": "",
            "suggestion": null, "choices": []}),
        ),
        ("people/no-team", json!({"can_set_up": false})),
        ("people/trouble", json!({"saved": true})),
        ("people/home", json!({"teams": [], "stopped": true})),
        ("people/home", json!({"away": when})),
        ("rounds/over", json!({"newest": false})),
        ("people/home-hello", json!({"waits": false})),
        (
            "people/home-team",
            json!({"lead": false, "champion": [], "level": null, "pillars": [],
            "results": false, "done": null}),
        ),
        (
            "people/home-lead",
            json!({"closes": null, "schedules": [],
            "presets": [["quick", "Eight questions"], ["full", "All of them"]]}),
        ),
        ("people/home-action", json!({"first": false, "taken": true})),
        ("people/home-times", json!({"stopped": true})),
        ("people/me", json!({"zone": null, "teams": [], "snoozed": when})),
        ("people/snoozed", json!({"away": true})),
        ("people/stopped", json!({"stopped": false})),
        ("people/forget-ask", json!({"anonymous": false})),
        ("people/forgotten", json!({"stopped": true})),
        ("people/setting", json!({"name": "mode", "changed": false})),
        ("people/setting", json!({"name": "quiet", "value": "", "next_round": false})),
        ("people/schedule", json!({"lines": [], "next": [], "changed": false})),
        ("people/schedule", json!({"lines": [], "next": []})),
        ("people/times", json!({"rhythm": "weekly"})),
        ("people/times", json!({"rhythm": "workdays"})),
        ("people/times", json!({"rhythm": null})),
        (
            "people/team",
            json!({"members": 1, "small": true, "early": true, "quiet": "",
            "leads": [], "in_config": true}),
        ),
        ("people/team-list", json!({"teams": []})),
        (
            "people/team-list",
            json!({"teams": [
                {"name": "A", "members": 1, "paused": "the channel is gone", "in_config": true},
                {"name": "B", "members": 2, "paused": null, "in_config": false},
            ]}),
        ),
        ("people/set-up", json!({"next": null})),
        ("console/speaker", json!({"added": false})),
        ("console/to", json!({"person": true, "at": null})),
        ("console/to", json!({"here": true})),
        ("console/to", json!({"here": true, "to": ""})),
        ("console/welcome", json!({"empty": true, "name": null})),
        ("console/welcome", json!({"back": true})),
        ("console/tour", json!({"step": "more"})),
        ("console/form", json!({"word": "cancelled"})),
    ];
    all.extend(each("people/bad-date", "problem", &["past", "too-far"]));
    all.extend(each(
        "champions/refused",
        "reason",
        &["already", "load", "not-asked", "not-champion", "unknown-person", "which-pillar", "else"],
    ));
    all.extend(each(
        "people/setup-problem",
        "field",
        &["minimum", "name", "place", "here", "stranger", "mode"],
    ));
    all.extend(each("results/action-changed", "verb", &["take", "dismiss"]));
    all.extend(each(
        "console/bad-line",
        "problem",
        &["no-name", "bad-span", "no-travel", "nothing-said", "left"],
    ));
    let verbs = ["action", "champion", "forget", "mode", "schedule", "team", "me"];
    let explained =
        |verb: &&str| ("people/help-one", json!({"verb": verb, "usage": verb, "example": verb}));
    all.extend(verbs.iter().map(explained));
    all
}

fn area(of: &str) -> String {
    let own = all().into_iter().filter(|(area, ..)| area == of);
    own.map(|(_, title, words)| format!("── {title}\n{words}\n")).collect::<Vec<_>>().join("\n")
}

#[test]
fn messages_read_as_they_should() {
    for of in ["answering", "champions", "console", "matrix", "people", "results", "rounds"] {
        insta::assert_snapshot!(of, area(of));
    }
}

/// What a message must not contain, and where.
fn flaws(words: &str) -> Vec<&'static str> {
    let mut flaws = Vec::new();
    let mut flaw = |is: bool, name| {
        if is {
            flaws.push(name);
        }
    };
    let counted = |line: &str, word: &str| {
        line.match_indices(word).any(|(at, _)| {
            !line[..at].ends_with(|before: char| before.is_ascii_digit() || before == '.')
        })
    };
    let plurals = ["1 people", "1 questions", "1 members", "1 rounds", "1 answers", "1 times"];
    let singulars = ["0 person ", "2 question ", "3 person ", "5 member ", "4 round "];
    flaw(plurals.iter().chain(&singulars).any(|word| counted(words, word)), "a number");
    flaw(words.contains("\n\n\n"), "two blank lines");
    flaw(words.contains("{{") || words.contains("{%") || words.contains("%}"), "a template");
    flaw(words.contains("undefined"), "a value that is missing");
    flaw(words.replace("`!maturity ", "`").contains('!'), "an exclamation mark");
    for line in words.lines() {
        flaw(line != line.trim_end(), "trailing blanks");
        flaw(line.trim_start().contains("  "), "two blanks");
        flaw(
            ["..", ",.", ";.", " .", " ,", ".;", "?."].iter().any(|it| line.contains(it)),
            "signs",
        );
        flaw(line.matches("**").count() % 2 == 1, "half a bold");
        flaw(line.replace("`0 9 * * MON`", "").matches('`').count() % 2 == 1, "half a code");
        flaw(line.trim() == "-" || line.ends_with(": ."), "an empty line of a list");
    }
    flaws
}

#[test]
fn no_message_has_a_flaw_of_form() {
    let found: Vec<String> = all()
        .iter()
        .flat_map(|(area, title, words)| {
            flaws(words).into_iter().map(move |flaw| format!("{area}/{title}: {flaw}\n{words}\n"))
        })
        .collect();
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn flaws_are_seen() {
    assert_eq!(flaws("1 people"), ["a number"]);
    assert_eq!(flaws("11 people, **all"), ["half a bold"]);
    assert_eq!(flaws("a  b "), ["trailing blanks", "two blanks"]);
}

#[test]
fn the_terms_before_the_first_answer_are_short() {
    for (_, title, words) in all() {
        if title.starts_with("invitation") {
            let terms = words.lines().filter(|line| line.starts_with("- "));
            let count = terms.map(|line| line.split_whitespace().count() - 1).sum::<usize>();
            assert!(count <= 62, "{title} has {count} words");
        }
    }
}
