//! What summaries, digests and trends have to say, figure by figure.

use std::collections::BTreeSet;

use maturity_bot::domain::answer::Value;
use maturity_bot::domain::bank::Effort;

use super::{Expected, Fate, Model, Stage, Wake};
use crate::scores::{Figures, level};
use crate::time::{Instant, read};

/// A round's figures as they may be shown, with what is shown beside them.
struct Shown {
    figures: Figures,
    /// The round before in the series, where the round is the last of it.
    before: Option<Figures>,
    rounds: usize,
}

fn cut(score: f64) -> String {
    let tenths = (score * 10.0 + 1e-9).floor();
    format!("{:.1}", tenths / 10.0)
}

impl Model {
    pub(super) fn last_closed(&self, team: usize) -> Option<usize> {
        self.teams[team].rounds.iter().rposition(|round| round.stage == Stage::Closed)
    }

    /// The closed rounds up to one, with the preset of the last of them.
    fn series(&self, team: usize, number: usize) -> Vec<usize> {
        let rounds = &self.teams[team].rounds[..=number];
        let closed = |at: &usize| rounds[*at].stage == Stage::Closed;
        let Some(last) = (0..rounds.len()).rev().find(closed) else { return Vec::new() };
        (0..rounds.len())
            .filter(closed)
            .filter(|at| rounds[*at].preset == rounds[last].preset)
            .collect()
    }

    /// The figures of a round as a report on another one shows them beside its own: what came from
    /// one answer is not shown beside rounds of more than two people.
    fn beside(&self, team: usize, number: usize, at: usize) -> Figures {
        let of = |at: usize| self.teams[team].rounds[at].figures.clone().expect("figures");
        let all = self.series(team, number).into_iter().chain([number]);
        let largest = all.map(|at| of(at).members).max().unwrap_or(0);
        let figures = of(at);
        if figures.m == 1 && largest > 2 { figures.withheld() } else { figures }
    }

    fn shown(&self, team: usize, number: usize) -> Shown {
        let series = self.series(team, number);
        let before = match series.as_slice() {
            [.., before, last] if *last == number => Some(self.beside(team, number, *before)),
            _ => None,
        };
        Shown { figures: self.beside(team, number, number), before, rounds: series.len() }
    }

    /// One line for each pillar, where any has a score.
    fn pillar_lines(&self, team: usize, shown: &Shown) -> Vec<String> {
        let figures = &shown.figures.pillars;
        if figures.iter().all(|it| it.score.is_none()) {
            return Vec::new();
        }
        let line = |at: usize| {
            let title = &self.bank.titles[at];
            let Some(score) = figures[at].score else {
                return format!("- **{title}:** not enough answers");
            };
            let target = self.teams[team].settings.targets[at];
            let before = shown.before.as_ref().and_then(|it| it.pillars[at].score);
            let change = before.map_or(String::new(), |before| match score - before {
                up if up >= 0.3 - 1e-9 => format!(", up {}", cut(up)),
                down if down <= -0.3 + 1e-9 => format!(", down {}", cut(-down)),
                _ => ", steady".to_owned(),
            });
            let level = level(score);
            format!("- **{title}:** level {level} ({}), target {target}{change}\n", cut(score))
        };
        (0..4).map(line).collect()
    }

    fn action_lines(&self, team: usize, figures: &Figures) -> Vec<String> {
        let it = &self.teams[team];
        let over = it.actions.iter().filter(|(_, life)| life.fate != Fate::Taken);
        let over: BTreeSet<String> = over.map(|(id, _)| id.clone()).collect();
        let next = figures.next_actions(&self.bank, it.settings.targets, &over);
        let line = |(place, action): (usize, &&maturity_bot::domain::bank::Action)| {
            let life = it.actions.get(action.id.as_str());
            let taken = life.filter(|life| life.fate == Fate::Taken).map(|life| life.by);
            let owner = taken.or(it.champions.of(action.pillar.index()).first().copied());
            let owner = owner.map_or(String::new(), |person| format!(", {}", Self::name(person)));
            let effort = match action.effort {
                Effort::S => "days",
                Effort::M => "weeks",
                Effort::L => "months",
            };
            let pillar = &self.bank.titles[action.pillar.index()];
            format!("{}. {} ({pillar}, {effort}{owner})", place + 1, action.title)
        };
        next.iter().enumerate().map(line).collect()
    }

    /// The ids of the next actions of the last closed round, in order.
    pub fn offered(&self, team: usize) -> Vec<String> {
        let Some(number) = self.last_closed(team) else { return Vec::new() };
        let it = &self.teams[team];
        let over = it.actions.iter().filter(|(_, life)| life.fate != Fate::Taken);
        let over: BTreeSet<String> = over.map(|(id, _)| id.clone()).collect();
        let figures = self.shown(team, number).figures;
        let next = figures.next_actions(&self.bank, it.settings.targets, &over);
        next.into_iter().map(|action| action.id.to_string()).collect()
    }

    /// Adds what any message about a round's figures has to say, and what it must not.
    fn tell_figures(&self, team: usize, shown: &Shown, post: &mut Expected) {
        let pillars = self.pillar_lines(team, shown);
        if pillars.is_empty() {
            post.never.extend((0..4).map(|at| format!("- **{}:**", self.bank.titles[at])));
        }
        post.needles.extend(pillars);
        let actions = self.action_lines(team, &shown.figures);
        post.never.push(format!("\n{}. ", actions.len() + 1));
        post.needles.extend(actions);
        if post.what != "trend" {
            self.tell_outcomes(team, post);
        }
        for (at, title) in self.bank.titles.iter().enumerate() {
            let names: Vec<String> =
                self.teams[team].champions.of(at).into_iter().map(Self::name).collect();
            if !names.is_empty() && post.what != "trend" {
                post.needles.push(format!("- {title}: {}", names.join(", ")));
            }
        }
    }

    /// What became of actions that were done, as far as the series can tell.
    fn tell_outcomes(&self, team: usize, post: &mut Expected) {
        let Some(number) = self.last_closed(team) else { return };
        let series = self.series(team, number);
        for (id, life) in &self.teams[team].actions {
            if life.fate != Fate::Done {
                continue;
            }
            let action = self.bank.actions.iter().find(|it| it.id.as_str() == id).expect("known");
            let since: Vec<usize> =
                series.iter().copied().filter(|at| *at + 1 > life.after_round).collect();
            let pillar = action.pillar.index();
            let of = |at: usize| self.beside(team, number, at).pillars[pillar].score;
            let before = series.iter().rev().find(|at| **at < life.after_round).copied();
            let words = match since.as_slice() {
                [] => "done; the next round will show",
                // Where a score is missing, nothing can be told.
                [after] if of(*after).is_some() && before.is_some_and(|at| of(at).is_some()) => "",
                _ => {
                    post.never.push(format!("- {}: ", action.title));
                    continue;
                }
            };
            post.needles.push(format!("- {}: {words}", action.title));
        }
    }

    /// What stands out in a round.
    fn tell_findings(&self, figures: &Figures, post: &mut Expected) {
        for (at, title) in self.bank.titles.iter().enumerate() {
            let words = format!("- {title}: at least four in ten");
            let found = figures.nobody_knows.contains(&at);
            (if found { &mut post.needles } else { &mut post.never }).push(words);
        }
        // Only so many are shown in one message.
        let room = 12_usize.saturating_sub(figures.nobody_knows.len());
        for at in figures.disagreements.iter().take(room) {
            let text = &self.bank.questions[*at].text;
            post.needles.push(format!("- Answers lie far apart: {text}"));
        }
        if figures.disagreements.is_empty() {
            post.never.push("Answers lie far apart".to_owned());
        }
    }

    /// Remarks and texts, each kind only where enough people wrote one.
    fn tell_remarks(&self, team: usize, number: usize, post: &mut Expected) {
        let round = &self.teams[team].rounds[number];
        let remarks: Vec<Vec<&String>> = round
            .answers
            .values()
            .map(|own| {
                let held = own.values().filter(|it| it.value.is_some());
                held.filter_map(|it| it.comment.as_ref()).collect()
            })
            .filter(|own: &Vec<&String>| !own.is_empty())
            .collect();
        if remarks.len() < round.m || round.stage == Stage::Open {
            post.never.push("**Remarks**".to_owned());
        } else {
            post.needles.extend(remarks.into_iter().flatten().map(|words| format!("- {words}")));
        }
        for (at, question) in self.bank.questions.iter().enumerate() {
            let texts: Vec<&String> = round
                .answers
                .values()
                .filter_map(|own| match &own.get(&at)?.value {
                    Some(Value::Text(words)) => Some(words),
                    _ => None,
                })
                .collect();
            if texts.len() >= round.m && round.stage == Stage::Closed {
                post.needles.extend(texts.into_iter().map(|words| format!("- {words}")));
            } else {
                post.never.push(format!("\n**{}**\n", question.text));
            }
        }
    }

    fn participation(figures: &Figures) -> String {
        let Figures { people, members, m, .. } = figures;
        if people < m {
            return format!("Fewer than {m} of {members} people answered.");
        }
        let word = if *members == 1 { "person" } else { "people" };
        format!("{people} of {members} {word} answered.")
    }

    /// What a lead reads on `report`: of the open round where its terms allow, else the last closed.
    pub fn report(&mut self, team: usize) -> Option<Expected> {
        let open = self.teams[team].current.filter(|at| {
            let round = &self.teams[team].rounds[*at];
            round.stage == Stage::Open && round.early
        });
        if let Some(number) = open {
            self.figure(team, number);
        }
        let number = open.or(self.last_closed(team))?;
        let shown = self.shown(team, number);
        let mut post = Expected::new(team, "report", vec![Self::participation(&shown.figures)]);
        self.tell_figures(team, &shown, &mut post);
        self.tell_findings(&shown.figures, &mut post);
        self.tell_remarks(team, number, &mut post);
        // Numbers at the start of a line may also stand in people's remarks.
        post.never.retain(|never| !never.starts_with('\n') || never.starts_with("\n*"));
        Some(post)
    }

    /// The weekly digest, if there is anything to say.
    pub(super) fn digest(&mut self, now: Instant, team: usize) {
        let it = &self.teams[team];
        let open = it.current.filter(|at| it.rounds[*at].stage == Stage::Open);
        let closed = self.last_closed(team);
        if open.is_none() && closed.is_none() {
            return;
        }
        let zone = it.settings.zone;
        let mut post = Expected::new(team, "digest", vec![format!("**{}: this week**", it.name)]);
        if let Some(number) = open {
            let round = &it.rounds[number];
            let people = round
                .answers
                .values()
                .filter(|own| own.values().any(|answer| answer.value.is_some()))
                .count();
            let (members, until) = (round.members, read(zone, round.closes));
            let word = if members == 1 { "person" } else { "people" };
            post.needles.push(format!("A round is open until {until}"));
            post.needles.push(if people < round.m {
                format!("fewer than {} of {members} people answered", round.m)
            } else {
                format!("{people} of {members} {word} answered something")
            });
        } else if let Some(next) = it
            .wakes
            .iter()
            .filter(|(wake, _)| matches!(wake, Wake::Schedule(_)))
            .map(|it| it.1)
            .min()
        {
            post.needles.push(format!("The next questions come on {}", read(zone, *next)));
        }
        if let Some(number) = closed {
            let shown = self.shown(team, number);
            self.tell_figures(team, &shown, &mut post);
        }
        let _ = now;
        self.expect(team, post);
    }

    /// The trend, if there are two rounds to compare.
    pub(super) fn trend(&mut self, team: usize) {
        let Some(number) = self.last_closed(team) else { return };
        let shown = self.shown(team, number);
        if shown.rounds < 2 {
            return;
        }
        let name = &self.teams[team].name;
        let words = format!("**{name}: how you are moving** over {} rounds", shown.rounds);
        let mut post = Expected::new(team, "trend", vec![words]);
        self.tell_figures(team, &shown, &mut post);
        self.expect(team, post);
    }

    /// `publish`: the summary once more.
    pub fn publish_again(&mut self, team: usize) -> bool {
        let Some(number) = self.last_closed(team) else { return false };
        let post = Expected::summary(self, team, number);
        self.expect(team, post);
        true
    }
}

impl Expected {
    pub fn summary(model: &Model, team: usize, number: usize) -> Self {
        let it = &model.teams[team];
        let ended = it.rounds[number].ended.expect("closed");
        let at = read(it.settings.zone, ended);
        let mut post =
            Self::new(team, "summary", vec![format!("**{}: the results of {at}**", it.name)]);
        let shown = model.shown(team, number);
        post.needles.push(Model::participation(&shown.figures));
        match shown.figures.overall {
            None => post
                .needles
                .push(format!("no figure comes from fewer than {} people", shown.figures.m)),
            Some((low, ..)) => {
                let weakest = shown.figures.weakest.expect("a pillar has a score");
                let limit = &model.bank.titles[weakest];
                post.needles.push(format!("**Level {low}.** {limit} is the limit"));
            }
        }
        model.tell_figures(team, &shown, &mut post);
        model.tell_findings(&shown.figures, &mut post);
        post
    }

    /// What a reply lacks, or says and must not.
    pub fn lacks(&self, body: &str) -> Vec<String> {
        let body = format!("{body}\n");
        let missing = self.needles.iter().filter(|it| !body.contains(it.as_str()));
        let extra = self.never.iter().filter(|it| body.contains(it.as_str()));
        missing.chain(extra).cloned().collect()
    }
}
