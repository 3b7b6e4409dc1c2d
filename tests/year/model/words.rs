//! What summaries, digests and trends have to say, figure by figure.

use std::collections::BTreeSet;

use maturity_bot::domain::answer::Value;
use maturity_bot::domain::bank::Effort;

use super::{Expected, Fate, Life, Model, Stage, Wake};
use crate::scores::{Figures, level};
use crate::time::{Instant, Slots, read};

/// A round's figures as they may be shown, with what is shown beside them.
struct Shown {
    number: usize,
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

    /// The last closed round that has figures; the last closed one where none has any.
    fn latest(&self, team: usize) -> Option<usize> {
        let last = self.last_closed(team)?;
        let tells = |at: &usize| {
            let figures = self.beside(team, *at, *at);
            figures.overall.is_some() || !figures.nobody_knows.is_empty()
        };
        let closed = |at: &usize| self.teams[team].rounds[*at].stage == Stage::Closed;
        Some((0..=last).rev().filter(closed).find(tells).unwrap_or(last))
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
        let figures = self.teams[team].rounds[at].figures.clone().expect("figures");
        if self.is_withheld(team, number, at) { figures.withheld() } else { figures }
    }

    fn is_withheld(&self, team: usize, number: usize, at: usize) -> bool {
        let of = |at: usize| self.teams[team].rounds[at].figures.as_ref().expect("figures");
        let closed = |at: &usize| self.teams[team].rounds[*at].stage == Stage::Closed;
        let newer = (number + 1..self.teams[team].rounds.len()).filter(closed);
        let mut all = self.series(team, number).into_iter().chain([number]).chain(newer);
        of(at).m == 1 && all.any(|at| of(at).members > 2)
    }

    fn shown(&self, team: usize, number: usize) -> Shown {
        let series = self.series(team, number);
        let before = match series.as_slice() {
            [.., before, last] if *last == number => Some(self.beside(team, number, *before)),
            _ => None,
        };
        Shown { number, figures: self.beside(team, number, number), before, rounds: series.len() }
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

    /// What lies before a team: the actions in somebody's hands, and those of a round's figures.
    fn agenda(&self, team: usize, figures: &Figures) -> Vec<String> {
        let it = &self.teams[team];
        let taken = |life: &Life| life.fate == Fate::Taken;
        let over = it.actions.iter().filter(|(_, life)| !taken(life));
        let over: BTreeSet<String> = over.map(|(id, _)| id.clone()).collect();
        let held = it.actions.iter().filter(|(_, life)| taken(life));
        let mut ids: Vec<String> = held.map(|(id, _)| id.clone()).collect();
        for action in figures.next_actions(&self.bank, it.settings.targets, &over) {
            if !ids.iter().any(|id| id == action.id.as_str()) {
                ids.push(action.id.to_string());
            }
        }
        ids
    }

    /// The number of each action of a list; one that has none yet is given the next.
    fn numbers(&mut self, team: usize, ids: &[String]) -> Vec<usize> {
        let known = &mut self.teams[team].numbering;
        let number = |id: &String| {
            known.iter().position(|it| it == id).unwrap_or_else(|| {
                known.push(id.clone());
                known.len() - 1
            }) + 1
        };
        ids.iter().map(number).collect()
    }

    fn action_lines(&mut self, team: usize, figures: &Figures) -> Vec<(usize, String)> {
        let ids = self.agenda(team, figures);
        let numbers = self.numbers(team, &ids);
        let it = &self.teams[team];
        let line = |(id, number): (&String, usize)| {
            let action = self.bank.actions.iter().find(|it| it.id.as_str() == id).expect("known");
            let life = it.actions.get(id).filter(|life| life.fate == Fate::Taken);
            let champion = it.champions.of(action.pillar.index()).first().copied();
            let owner = match (life, champion) {
                (Some(life), _) => format!(", {}", Self::name(life.by)),
                (None, Some(person)) => format!(", champion {}", Self::name(person)),
                (None, None) => String::new(),
            };
            let effort = match action.effort {
                Effort::S => "days",
                Effort::M => "weeks",
                Effort::L => "months",
            };
            let pillar = &self.bank.titles[action.pillar.index()];
            (number, format!("{number}. {} ({pillar}, {effort}{owner})", action.title))
        };
        ids.iter().zip(numbers).map(line).collect()
    }

    /// The action that a number stands for, if it is still before the team.
    pub fn numbered(&mut self, team: usize, number: usize) -> Option<String> {
        let figures = self.latest(team).map(|at| self.shown(team, at).figures)?;
        let ids = self.agenda(team, &figures);
        self.numbers(team, &ids);
        let id = self.teams[team].numbering.get(number - 1)?;
        ids.contains(id).then(|| id.clone())
    }

    /// Adds what any message about a round's figures has to say, and what it must not.
    fn tell_figures(&mut self, team: usize, shown: &Shown, post: &mut Expected) {
        let pillars = self.pillar_lines(team, shown);
        if pillars.is_empty() {
            post.never.extend((0..4).map(|at| format!("- **{}:**", self.bank.titles[at])));
        }
        post.needles.extend(pillars);
        let actions = self.action_lines(team, &shown.figures);
        let listed = |number: usize| actions.iter().any(|(at, _)| *at == number);
        let others = (1..=self.teams[team].numbering.len() + 1).filter(|at| !listed(*at));
        post.never.extend(others.map(|number| format!("\n{number}. ")));
        post.needles.extend(actions.into_iter().map(|(_, line)| line));
        if post.what != "trend" {
            self.tell_outcomes(team, shown.number, post);
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
    fn tell_outcomes(&self, team: usize, number: usize, post: &mut Expected) {
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

    /// Remarks and texts, each kind only where enough people wrote one; none of a round whose
    /// figures are withheld.
    fn tell_remarks(&self, team: usize, number: usize, post: &mut Expected) {
        let round = &self.teams[team].rounds[number];
        let told = round.stage == Stage::Closed && !self.is_withheld(team, number, number);
        let remarks: Vec<Vec<&String>> = round
            .answers
            .values()
            .map(|own| {
                let held = own.values().filter(|it| it.value.is_some());
                held.filter_map(|it| it.comment.as_ref()).collect()
            })
            .filter(|own: &Vec<&String>| !own.is_empty())
            .collect();
        if !told || remarks.len() < round.m {
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
            if told && texts.len() >= round.m {
                post.needles.extend(texts.into_iter().map(|words| format!("- {words}")));
            } else {
                post.never.push(format!("\n**{}**\n", question.text));
            }
        }
    }

    fn participation(figures: &Figures) -> String {
        let Figures { people, members, m, .. } = figures;
        if members < m {
            return format!("Figures need {m} people to answer, and the team has {members}.");
        }
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
        let number = open.or(self.latest(team))?;
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
        let closed = self.latest(team);
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
            post.needles.push(if members < round.m {
                format!("Figures need {} people to answer, and the team has {members}", round.m)
            } else if people < round.m && round.m == 1 {
                format!("none of {members} people answered")
            } else if people < round.m {
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
            if self.is_first_digest_since(now, team, number) {
                self.tell_what_is_held(team, &shown, &mut post);
            } else {
                self.tell_figures(team, &shown, &mut post);
            }
        }
        self.expect(team, post);
    }

    /// Whether no other digest was due since a round ended.
    fn is_first_digest_since(&self, now: Instant, team: usize, number: usize) -> bool {
        let it = &self.teams[team];
        let times = it.settings.digest.as_ref().expect("a digest");
        let slots = Slots::new(times.as_str(), it.settings.zone);
        let ended = it.rounds[number].ended.expect("closed");
        slots.after(slots.after(ended)) > now
    }

    /// What is new beside a summary that was just read: which actions are in whose hands.
    fn tell_what_is_held(&mut self, team: usize, shown: &Shown, post: &mut Expected) {
        let lines = self.action_lines(team, &shown.figures);
        let held = self.teams[team].actions.iter();
        let held = held.filter(|(_, life)| life.fate == Fate::Taken).count();
        let (held, proposed) = lines.split_at(held);
        post.needles.extend(held.iter().map(|(_, line)| line.clone()));
        post.never.extend(proposed.iter().map(|(number, _)| format!("\n{number}. ")));
        post.never.extend(self.bank.titles.iter().map(|title| format!("- **{title}:**")));
    }

    /// The trend, if there are two rounds to compare.
    pub(super) fn trend(&mut self, team: usize) {
        let Some(number) = self.latest(team) else { return };
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
        let Some(number) = self.latest(team) else { return false };
        let post = Expected::summary(self, team, number);
        self.expect(team, post);
        true
    }
}

impl Expected {
    /// The summary of a round, with which the numbers of actions begin anew.
    pub fn summary(model: &mut Model, team: usize, number: usize) -> Self {
        model.teams[team].numbering.clear();
        let it = &model.teams[team];
        let ended = it.rounds[number].ended.expect("closed");
        let at = read(it.settings.zone, ended);
        let mut post =
            Self::new(team, "summary", vec![format!("**{}: the results of {at}**", it.name)]);
        let shown = model.shown(team, number);
        post.needles.push(Model::participation(&shown.figures));
        match shown.figures.overall {
            None if shown.figures.m == 1 => {
                post.needles.push("There are not enough answers for a level.".to_owned());
            }
            None => post
                .needles
                .push(format!("no figure comes from fewer than {} people", shown.figures.m)),
            Some((low, ..)) => {
                let weakest = shown.figures.weakest.expect("a pillar has a score");
                let limit = &model.bank.titles[weakest];
                let told: BTreeSet<Option<String>> =
                    shown.figures.pillars.iter().map(|it| it.score.map(cut)).collect();
                post.needles.push(if told.len() == 1 {
                    format!("**Level {low}.** All four pillars are alike")
                } else {
                    format!("**Level {low}.** {limit} is the limit")
                });
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
