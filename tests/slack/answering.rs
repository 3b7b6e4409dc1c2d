//! How a person answers a round: in forms, or by buttons wherever they stand.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use maturity_bot::domain::bank::{Bank, Kind, Question};
use serde_json::Value;

use crate::double::pause;
use crate::double::person::{Fill, Person, Sent, Spot};
use crate::double::seen::screen;
use crate::double::state::State;
use crate::team::CHANNEL;

/// How long a question may take to be there.
const PATIENCE: Duration = Duration::from_secs(30);

/// Where a person answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Manner {
    /// In the form behind the button of the channel's message.
    Form,
    /// By buttons in the channel, seen by the person alone.
    Channel,
    /// By buttons on the app's home.
    Home,
    /// By buttons in the direct conversation.
    Direct,
    /// By buttons on the questions that stand in the channel for all.
    Post,
}

/// A person with the answers they are going to give.
pub struct Player<'a> {
    /// Who.
    pub person: Person,
    /// The questions.
    pub bank: &'a Bank,
    /// The answers, by question.
    pub answers: &'a BTreeMap<String, Value>,
    /// How many messages there were before this round; older ones are of rounds that are over.
    pub since: usize,
}

/// Something with buttons in front of a person: where, its state, its words.
type Sight = (Spot, String, String);

impl Player<'_> {
    /// What may stand on the button or option of an answer, the likeliest first.
    fn labels(&self, question: &Question) -> Vec<String> {
        let value = &self.answers[question.id.as_str()];
        if value == "dont_know" {
            return vec!["?".into(), "I don't know".into()];
        }
        if let (Kind::Level(options), Some(level)) = (&question.kind, value.as_u64()) {
            let text = &options[usize::try_from(level).expect("a level")];
            let both = format!("{level} · {text}");
            return vec![both, format!("{level} ·"), level.to_string(), text.clone()];
        }
        let word = value.as_str().expect("a word");
        vec![format!("{}{}", word[..1].to_uppercase(), &word[1..])]
    }

    /// Asks to be asked.
    pub async fn asks(&self, manner: Manner) {
        let asked = match manner {
            Manner::Home => self.person.opens_home().await,
            Manner::Direct => self.person.types(&self.person.direct(), "/maturity answer").await,
            _ => self.person.types(CHANNEL, "/maturity answer").await,
        };
        assert!(asked.is_acked(), "{asked:?}");
    }

    /// The questions still to answer that stand in a text.
    fn asked_in(&self, text: &str) -> Vec<&Question> {
        let open = |it: &&Question| self.answers.contains_key(it.id.as_str());
        let shown = |it: &&Question| text.contains(&it.text);
        self.bank.questions.iter().filter(open).filter(shown).collect()
    }

    /// Fills in the page on top and sends it.
    pub async fn fills_page(&self) -> Sent {
        let page = self.person.modal().expect("a modal");
        for question in self.asked_in(&page) {
            let labels = self.labels(question);
            let label = labels.iter().find(|label| page.contains(&format!("[{label}")));
            let label = label.unwrap_or_else(|| panic!("none of {labels:?} on:\n{page}"));
            self.person.fills(&question.text, Fill::One(label));
        }
        self.person.submits().await
    }

    /// What is in front of the person where they answer.
    fn sights(&self, state: &State, manner: Manner, channel: &str) -> Vec<Sight> {
        if manner == Manner::Home {
            let home = state.views.homes.get(&self.person.id);
            let sight = |view: &crate::double::views::View| {
                (Spot::Home, view.hash.clone(), screen(&view.body["blocks"]))
            };
            return home.map(sight).into_iter().collect();
        }
        let old: BTreeSet<&str> =
            state.notes.iter().take(self.since).map(|note| note.ts.as_str()).collect();
        let seen = state.sees(&self.person.id, channel).into_iter().rev();
        let notes = seen.filter(|note| !old.contains(note.ts.as_str()));
        let private = notes.filter(|note| match manner {
            Manner::Direct => true,
            Manner::Post => note.only.is_none(),
            _ => note.only.is_some(),
        });
        private
            .map(|note| (Spot::from(note), format!("{} {}", note.ts, note.edits), note.screen()))
            .collect()
    }

    /// The next thing to press: what reads so, on something not pressed before.
    fn next(&self, sights: &[Sight], pressed: &BTreeSet<String>) -> Option<(Sight, String)> {
        let fresh = || sights.iter().filter(|(_, state, _)| !pressed.contains(state));
        let has = |words: &str, label: &str| words.lines().any(|it| it == format!("[{label}]"));
        for sight in fresh() {
            for question in self.asked_in(&sight.2) {
                if pressed.contains(question.id.as_str()) {
                    continue;
                }
                let labels = self.labels(question);
                if let Some(label) = labels.iter().find(|label| has(&sight.2, label)) {
                    return Some((sight.clone(), label.clone()));
                }
            }
        }
        let more = fresh().find(|sight| has(&sight.2, "Go on"));
        more.map(|sight| (sight.clone(), "Go on".to_owned()))
    }

    /// Waits for the next thing to press, and presses it; gives whether there was one.
    pub async fn presses_next(&self, manner: Manner, pressed: &mut BTreeSet<String>) -> bool {
        let found = self.presses_within(manner, pressed, PATIENCE).await;
        found.unwrap_or_else(|| {
            panic!("{} looks for the next question ({manner:?}) in vain", self.person.id)
        })
    }

    /// The same, which gives nothing when the time is over.
    pub async fn presses_within(
        &self,
        manner: Manner,
        pressed: &mut BTreeSet<String>,
        span: Duration,
    ) -> Option<bool> {
        let channel = match manner {
            Manner::Direct => self.person.direct(),
            _ => CHANNEL.to_owned(),
        };
        let next = self
            .person
            .double
            .within(span, |state| {
                let sights = self.sights(state, manner, &channel);
                if let Some(next) = self.next(&sights, pressed) {
                    return Some(Some(next));
                }
                let over =
                    |words: &str| words.contains("answered. Thank you") || words.contains("Done:");
                let count = pressed.iter().filter(|it| self.answers.contains_key(*it)).count();
                let done = count == self.answers.len();
                let silent = matches!(manner, Manner::Home | Manner::Post);
                (done && (silent || sights.iter().any(|(_, _, words)| over(words)))).then_some(None)
            })
            .await?;
        let Some(((spot, state, words), label)) = next else { return Some(false) };
        if self.person.presses(&spot, &label).await.is_acked() {
            // On the home view the question after may look the same but for its words.
            pressed.insert(state);
            if label != "Go on"
                && let Some(question) =
                    self.asked_in(&words).into_iter().find(|it| !pressed.contains(it.id.as_str()))
            {
                pressed.insert(question.id.to_string());
            }
        } else {
            // Whoever is told that it did not work does not press again at once.
            pause(Duration::from_millis(100)).await;
        }
        Some(true)
    }
}
