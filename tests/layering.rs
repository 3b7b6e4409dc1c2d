//! Keeps the house standing: imports run downwards only, the domain stays pure, the engine knows
//! no platform, and no two files lean on each other.
//!
//! The rules are data, here at the top. Where one of them stops a change that is right, the house
//! has changed: say so in `docs/ARCHITECTURE.md` and change the rule with it.

#[path = "layering/graph.rs"]
mod graph;
#[path = "layering/source.rs"]
mod source;

use std::collections::BTreeSet;
use std::path::Path;

use graph::{Import, circles, imports};
use source::{Source, parse, read_all, words_of};

/// The floors of the house, from the top. A module imports from its own floor or lower ones.
const FLOORS: [&[&str]; 7] = [
    &["main"],
    &["cli"],
    &["app"],
    &["engine"],
    &["report", "ops"],
    &["config", "platform", "store", "text"],
    &["domain", "clock", "random"],
];

/// What a part must not know, although it stands no higher.
const STRANGERS: [(&str, &str); 3] =
    [("platform", "store"), ("domain", "clock"), ("domain", "random")];

/// Crates the domain may use: they compute, and do nothing else.
const PURE_CRATES: [&str; 9] = [
    "chrono",
    "chrono_tz",
    "cron",
    "hmac",
    "serde",
    "sha2",
    "strsim",
    "thiserror",
    "unicode_width",
];

/// Parts of the standard library that reach outside.
const IMPURE_STD: [&str; 7] = ["env", "fs", "io", "net", "os", "process", "thread"];

/// Words that do IO or wait.
const IMPURE_WORDS: [&str; 5] = ["async", "await", "dbg", "eprintln", "println"];

/// Names the engine must not say.
const PLATFORMS: [&str; 3] = ["console", "matrix", "slack"];

#[test]
fn imports_run_downwards_only() {
    report(&upward_imports(&imports(&project())));
}

#[test]
fn no_two_files_import_each_other() {
    report(&circles(&imports(&project())));
}

#[test]
fn the_domain_stays_pure() {
    report(&domain_impurities(&project(), &dependencies()));
}

#[test]
fn the_engine_names_no_platform() {
    report(&named_platforms(&project()));
}

fn report(broken: &[String]) {
    assert!(broken.is_empty(), "\n\n{}\n", broken.join("\n"));
}

fn project() -> Vec<Source> {
    let sources = read_all(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"));
    assert!(sources.len() > 5, "the sources were not found");
    sources
}

/// The crates of `Cargo.toml`, named as in code.
fn dependencies() -> BTreeSet<String> {
    let manifest =
        std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml"))
            .expect("the manifest can be read");
    let manifest: toml::Table = manifest.parse().expect("the manifest is TOML");
    let names = manifest["dependencies"].as_table().expect("dependencies are a table").keys();
    names.map(|name| name.replace('-', "_")).collect()
}

fn upward_imports(imports: &[Import]) -> Vec<String> {
    imports.iter().filter_map(upward_import).collect()
}

fn upward_import(import: &Import) -> Option<String> {
    let (from, to) = (import.from.first()?, import.to.first()?);
    let complaint = match (floor(from), floor(to)) {
        (None, _) => format!("`{from}` stands on no floor; give it one in tests/layering.rs"),
        (_, None) => format!("`{to}` stands on no floor; give it one in tests/layering.rs"),
        (Some(own), Some(other)) if other < own => {
            format!("`{to}` stands above `{from}`, and imports run downwards only")
        }
        _ if STRANGERS.contains(&(from, to)) => format!("`{from}` must not know `{to}`"),
        _ => return None,
    };
    Some(format!("{import}: {complaint}"))
}

fn floor(module: &str) -> Option<usize> {
    FLOORS.iter().position(|floor| floor.contains(&module))
}

fn domain_impurities(sources: &[Source], dependencies: &BTreeSet<String>) -> Vec<String> {
    let mut broken = Vec::new();
    for source in within(sources, "domain") {
        for mention in &source.paths {
            let names: Vec<_> = mention.segments.iter().map(String::as_str).collect();
            if let Some(complaint) = impurity(&names, dependencies) {
                broken.push(format!("{}:{}: {complaint}", source.file, mention.line));
            }
        }
    }
    broken
}

fn impurity(path: &[&str], dependencies: &BTreeSet<String>) -> Option<String> {
    match path {
        [name] if IMPURE_WORDS.contains(name) => {
            Some(format!("`{name}`: the domain neither waits nor does IO"))
        }
        ["std", module, ..] if IMPURE_STD.contains(module) => {
            Some(format!("`std::{module}` reaches outside; hand the domain what it needs"))
        }
        [name, _, ..] if dependencies.contains(*name) && !PURE_CRATES.contains(name) => {
            Some(format!("`{name}` is none of the pure crates that the domain may use"))
        }
        _ => None,
    }
}

fn named_platforms(sources: &[Source]) -> Vec<String> {
    let mut broken = Vec::new();
    for source in within(sources, "engine") {
        for (text, line) in &source.words {
            let words = words_of(text);
            if let Some(name) = PLATFORMS.iter().find(|name| words.contains(**name)) {
                let place = format!("{}:{line}", source.file);
                broken.push(format!("{place}: {text} names {name}; the engine knows no platform"));
            }
        }
    }
    broken
}

fn within<'a>(sources: &'a [Source], part: &'a str) -> impl Iterator<Item = &'a Source> {
    sources.iter().filter(move |source| source.module.first().is_some_and(|first| first == part))
}

mod broken_houses {
    //! Each rule fires on a small house that breaks it, and stays silent beside it.

    use super::*;

    fn house(files: &[(&str, &str)]) -> Vec<Source> {
        files.iter().map(|(file, text)| parse(file, text)).collect()
    }

    /// A file `from` that holds `text`, beside a file of every floor.
    fn upward(from: &str, text: &str) -> Vec<String> {
        let beside = ["src/engine.rs", "src/platform.rs", "src/store.rs", "src/store/kv.rs"];
        let low = ["src/domain.rs", "src/domain/ids.rs", "src/clock.rs"];
        let empty = beside.iter().chain(&low).filter(|file| **file != from);
        let files: Vec<_> = empty.map(|file| (*file, "")).chain([(from, text)]).collect();
        upward_imports(&imports(&house(&files)))
    }

    #[test]
    fn an_import_upwards_is_named_with_its_line() {
        let broken = upward("src/store.rs", "\nuse crate::{domain::ids, engine::Event};\n");
        let expected = "src/store.rs:2 imports src/engine.rs: `engine` stands above `store`, \
                        and imports run downwards only";
        assert_eq!(broken, [expected]);
    }

    #[test]
    fn a_path_in_the_middle_of_code_counts_as_an_import() {
        for text in [
            "fn f() { crate::engine::run() }",
            "fn f() -> Vec<super::engine::Event> { g!(x => crate::engine::run()) }",
            "macro_rules! m { () => { $crate::engine::run() } }",
            "mod inner { use super::super::engine as e; }",
        ] {
            assert_eq!(upward("src/store.rs", text).len(), 1, "{text}");
        }
    }

    #[test]
    fn what_imports_nothing_is_let_pass() {
        for text in [
            "/// See [`crate::engine`].\nfn f() { let crate_engine = \"crate::engine::run\"; }",
            "// use crate::engine::Event;\nuse crate::domain::ids::TeamId;",
            "#[cfg(test)]\nmod tests { use crate::engine::Event; }\nuse crate::clock::Instant;",
            "mod inner { use super::Kv; pub(in crate::engine) fn f() {} }",
        ] {
            assert_eq!(upward("src/store.rs", text), [""; 0], "{text}");
        }
    }

    #[test]
    fn the_library_as_the_program_sees_it_counts_too() {
        assert_eq!(upward("src/main.rs", "use maturity_bot::engine;"), [""; 0]);
        assert_eq!(upward("src/clock.rs", "use maturity_bot::engine;").len(), 1);
    }

    #[test]
    fn a_stranger_on_the_same_floor_is_refused() {
        assert_eq!(upward("src/platform.rs", "use crate::store::kv::Kv;").len(), 1);
        assert_eq!(upward("src/domain/ids.rs", "use crate::clock::Instant;").len(), 1);
    }

    #[test]
    fn a_module_without_a_floor_is_refused() {
        let broken = upward("src/utils.rs", "use crate::clock::Instant;");
        assert!(broken[0].contains("`utils` stands on no floor"), "{broken:?}");
    }

    #[test]
    fn two_files_that_import_each_other_are_a_circle() {
        let files = [
            ("src/store.rs", "mod kv;\npub struct Id;\nuse kv::Kv;"),
            ("src/store/kv.rs", "use super::Id;"),
        ];
        let expected = "a circle: src/store.rs:3 → src/store/kv.rs:1 → src/store.rs; \
                        move what both need into a file of its own below them";
        assert_eq!(circles(&imports(&house(&files))), [expected]);
    }

    #[test]
    fn a_longer_circle_is_told_once() {
        let files = [
            ("src/domain.rs", "pub mod a; pub mod b; pub mod c;"),
            ("src/domain/a.rs", "use super::b::B;"),
            ("src/domain/b.rs", "use crate::domain::c;"),
            ("src/domain/c.rs", "fn f() { super::a::f() }"),
        ];
        let told = circles(&imports(&house(&files)));
        assert_eq!(told.len(), 1, "{told:?}");
        assert!(
            told[0].contains("a.rs:1 → src/domain/b.rs:1 → src/domain/c.rs:1 → src/domain/a.rs")
        );
    }

    #[test]
    fn declaring_a_child_that_uses_its_parent_is_no_circle() {
        let files =
            [("src/store.rs", "mod kv; pub struct Id;"), ("src/store/kv.rs", "use super::Id;")];
        assert_eq!(circles(&imports(&house(&files))), [""; 0]);
    }

    #[test]
    fn an_impure_domain_is_refused() {
        let dependencies = ["serde", "sled", "tokio", "tracing"].map(str::to_owned).into();
        for text in [
            "use tokio::sync::mpsc;",
            "use std::{fmt, fs::File};",
            "fn f() { std::net::lookup() }",
            "fn f() { tracing::info!(\"x\") }",
            "fn f() { println!(\"x\") }",
            "async fn f() {}",
            "#[tokio::main]\nfn f() {}",
        ] {
            let broken = domain_impurities(&house(&[("src/domain/a.rs", text)]), &dependencies);
            assert_eq!(broken.len(), 1, "{text}: {broken:?}");
            assert!(broken[0].starts_with("src/domain/a.rs:1: `"), "{broken:?}");
        }
        let pure = "use serde::Serialize;\nuse std::fmt;\nfn f(sled: u8) -> u8 { sled }";
        let houses = house(&[("src/domain/a.rs", pure), ("src/store.rs", "use sled::Db;")]);
        assert_eq!(domain_impurities(&houses, &dependencies), [""; 0]);
    }

    #[test]
    fn an_engine_that_names_a_platform_is_refused() {
        for text in ["struct SlackTeam;", "fn f() { g(\"matrix\") }", "use a::console_width;"] {
            let broken = named_platforms(&house(&[("src/engine/rounds.rs", text)]));
            assert_eq!(broken.len(), 1, "{text}: {broken:?}");
        }
        let silent = "/// As Slack does.\nfn slacken() { consoled(matrices) }";
        assert_eq!(named_platforms(&house(&[("src/engine.rs", silent)])), [""; 0]);
    }
}
