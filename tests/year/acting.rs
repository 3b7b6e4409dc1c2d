//! People act: the chat hands it to the bot, the model is told the same, and replies must agree.

use maturity_bot::domain::answer::{Value, YesNo};
use maturity_bot::domain::bank::Kind;
use maturity_bot::domain::message::{Message, Press};
use maturity_bot::platform::{Incoming, PlaceChange, What};

use crate::chat::{name_of, person_id, room_id};
use crate::deeds::Deed;
use crate::driver::Year;
use crate::judge::round_id;
use crate::model::Model;
use crate::organisation::{chance, pick};
use crate::time::Instant;

const PILLARS: [&str; 4] = ["skills", "structure", "tooling", "processes"];

/// What came back for an event.
pub struct Heard {
    pub event: String,
    /// Nothing where the process died over it.
    pub reply: Option<Message>,
    pub lost: bool,
}

impl Heard {
    pub fn body(&self) -> String {
        self.reply.as_ref().map(Message::body).unwrap_or_default()
    }
}

impl Year {
    pub async fn hand_in(&mut self, sent: Instant, what: What) -> Heard {
        let id = self.machine.next_event();
        let event = id.0.clone();
        let crashes = self.machine.ends.crashed;
        let incoming = Incoming { id, sent, what };
        let reply = self.machine.hand_in(&incoming).await;
        // Chats repeat themselves now and then.
        if chance(&mut self.dice, 30) {
            self.machine.hand_in(&incoming).await;
        }
        Heard { event, reply, lost: self.machine.ends.crashed > crashes }
    }

    /// Words said to the bot, in the room of a team or in private.
    pub async fn say(
        &mut self,
        sent: Instant,
        who: usize,
        team: Option<usize>,
        text: &str,
    ) -> Heard {
        self.model.note(sent, &format!("{} says in {team:?}: {text}", Model::name(who)));
        let (person, place) = (person_id(who), team.map(room_id));
        self.hand_in(sent, What::Said { person, place, text: text.to_owned() }).await
    }

    /// The reply has to hold these words, unless it died with the process.
    pub fn hears(&self, about: &[String], heard: &Heard, words: &str) {
        if !heard.lost && !heard.body().contains(words) {
            let told = format!("no “{words}” in the reply {:?}", heard.reply);
            self.model.differ(self.now(), about, &told);
        }
    }

    pub async fn act(&mut self, sent: Instant, deed: Deed, live: bool) {
        let now = self.now();
        match deed {
            Deed::Answer { person, team, number, share } => {
                if live && chance(&mut self.dice, 350) {
                    self.sit_down(sent, person, (team, number), share).await;
                } else {
                    self.press(sent, person, (team, number), share).await;
                }
            }
            Deed::Withdraw { person, event } => self.withdraw(sent, person, event).await,
            Deed::Away { person, days } => {
                self.say(sent, person, None, &format!("/maturity away {days} days")).await;
                self.model.away(now, person, days);
            }
            Deed::Snooze { person, days } => {
                self.say(sent, person, None, &format!("/maturity snooze {days}d")).await;
                self.model.snooze(now, person, days);
            }
            Deed::Stop { person } => {
                self.say(sent, person, None, "/maturity stop").await;
                self.model.stop(person);
            }
            Deed::Resume { person } => {
                self.say(sent, person, None, "/maturity resume").await;
                self.model.resume(person);
            }
            Deed::Forget { person } => {
                let heard = self.say(sent, person, None, "/maturity forget me for good").await;
                self.hears(&[Model::name(person)], &heard, "It is done");
                self.model.forget(now, person);
            }
            Deed::Join { team, person } => self.join(sent, team, person).await,
            Deed::Leave { team, person } => {
                self.machine.chat.leave(team, person);
                self.model.teams[team].room.remove(&person);
                self.model.note(sent, &format!("P{person} leaves T{team}"));
                let (place, who) = (room_id(team), person_id(person));
                self.hand_in(sent, What::Left { place, person: who }).await;
                self.model.leave(now, team, person);
            }
            Deed::Edit { person, event, at } => self.edit(sent, person, event, at).await,
            Deed::Vanish { team } => {
                self.model.note(sent, &format!("T{team} vanishes"));
                self.machine.chat.archive(team, true);
                let change = PlaceChange::Gone;
                self.hand_in(sent, What::PlaceChanged { place: room_id(team), change }).await;
                self.model.place_gone(now, team);
            }
            Deed::Return { team } => {
                self.model.note(sent, &format!("T{team} returns"));
                self.machine.chat.archive(team, false);
                let change = PlaceChange::Back;
                self.hand_in(sent, What::PlaceChanged { place: room_id(team), change }).await;
                self.model.place_back(team);
            }
            Deed::Lead { team, order } => self.lead(sent, team, order).await,
            other => self.serve(sent, other).await,
        }
    }

    async fn join(&mut self, sent: Instant, team: usize, person: usize) {
        let it = &self.model.people[person];
        self.machine.chat.enter(team, person, it.zone, it.outside);
        self.model.teams[team].room.insert(person);
        self.model.note(sent, &format!("P{person} joins T{team}"));
        let profile = self.machine.chat.profile_of(person);
        self.hand_in(sent, What::Joined { place: room_id(team), profile }).await;
        self.model.join(team, person);
    }

    async fn withdraw(&mut self, sent: Instant, person: usize, event: String) {
        self.model.note(sent, &format!("P{person} withdraws {event}"));
        let of = maturity_bot::domain::ids::EventId(event.clone());
        let heard = self.hand_in(sent, What::Withdrawn { person: person_id(person), of }).await;
        if self.model.withdraw(person, &event, sent) {
            self.hears(&[Model::name(person)], &heard, "taken back");
        }
    }

    async fn edit(&mut self, sent: Instant, person: usize, event: String, at: usize) {
        let (text, value) = self.reply_to(at);
        self.model.note(sent, &format!("P{person} edits {event} to {text}"));
        let of = maturity_bot::domain::ids::EventId(event.clone());
        let what = What::Edited { person: person_id(person), of, text };
        let heard = self.hand_in(sent, what).await;
        if self.model.edit(person, &event, value, sent) {
            self.hears(&[Model::name(person)], &heard, "Your answer was changed");
        }
    }

    /// What people do for their team, said in its room.
    async fn serve(&mut self, sent: Instant, deed: Deed) {
        let now = self.now();
        let (team, who, words) = match &deed {
            Deed::Volunteer { team, person, pillar } => {
                (*team, *person, format!("champion volunteer {}", PILLARS[*pillar]))
            }
            Deed::Nominate { team, by, person, pillar } => {
                let name = name_of(*person);
                (*team, *by, format!("champion nominate {name} for {}", PILLARS[*pillar]))
            }
            Deed::Reply { team, person, pillar, yes } => {
                let verb = if *yes { "accept" } else { "decline" };
                (*team, *person, format!("champion {verb} {}", PILLARS[*pillar]))
            }
            Deed::StepDown { team, person, pillar } => {
                (*team, *person, format!("champion step-down {}", PILLARS[*pillar]))
            }
            Deed::Action { team, person, verb, place } => {
                (*team, *person, format!("action {verb} {place}"))
            }
            other => panic!("{other:?} is nothing done for a team"),
        };
        let heard = self.say(sent, who, Some(team), &format!("/maturity {words}")).await;
        if !self.model.teams[team].members.contains(&who) {
            return;
        }
        let about = [Model::name(who), self.model.teams[team].name.clone()];
        let expected = match deed {
            Deed::Volunteer { pillar, .. } => {
                let taken = self.model.volunteer(now, team, who, pillar);
                if taken { "You are a champion for" } else { "" }
            }
            Deed::Nominate { person, pillar, .. } => {
                let is_known = self.model.teams[team].members.contains(&person);
                if !is_known || self.model.people[person].outside {
                    "I know nobody of that name"
                } else if self.model.nominate(now, team, who, (person, pillar)) {
                    "Noted."
                } else {
                    ""
                }
            }
            Deed::Reply { pillar, yes, .. } => {
                self.model.reply(now, team, who, pillar, yes);
                ""
            }
            Deed::StepDown { pillar, .. } => {
                let served = self.model.step_down(now, team, who, pillar);
                if served { "You are no longer a champion" } else { "You are not a champion" }
            }
            Deed::Action { verb, place, .. } => {
                self.model.act_on(team, who, verb, place);
                ""
            }
            _ => "",
        };
        self.hears(&about, &heard, expected);
    }

    fn reply_to(&mut self, at: usize) -> (String, Value) {
        let bank = self.model.bank.clone();
        let dice = &mut self.dice;
        let kind = &bank.questions[at].kind;
        if *kind != Kind::Text && chance(dice, 120) {
            return ("?".to_owned(), Value::DontKnow);
        }
        match kind {
            Kind::Level(_) => {
                let level = u8::try_from(dice.below(6)).expect("small");
                (level.to_string(), Value::Level(level))
            }
            Kind::YesNo => {
                pick(dice, &[("yes", YesNo::Yes), ("partly", YesNo::Partly), ("no", YesNo::No)])
                    .into_value()
            }
            Kind::Checklist(options) => {
                let some = (0..options.len()).filter(|_| chance(dice, 500));
                let some: Vec<u8> = some.map(|it| u8::try_from(it).expect("small")).collect();
                if some.is_empty() {
                    return ("none".to_owned(), Value::Checklist(some));
                }
                let words: Vec<String> = some.iter().map(u8::to_string).collect();
                (words.join(","), Value::Checklist(some))
            }
            Kind::Text => {
                let words = format!("some words {}", dice.below(1000));
                (words.clone(), Value::Text(words))
            }
        }
    }

    /// Presses answers on messages of a round, in any order.
    async fn press(&mut self, sent: Instant, who: usize, (team, number): (usize, usize), of: u64) {
        let asked = self.model.teams[team].rounds[number].questions.clone();
        self.model.note(sent, &format!("P{who} presses answers of T{team} round {number}"));
        let mut taken = 0;
        for at in asked {
            if self.dice.below(100) >= of || taken == 12 {
                continue;
            }
            taken += 1;
            let (reply, value) = self.reply_to(at);
            let question = self.model.bank.questions[at].id.clone();
            let press = Press::Answer(round_id(team, number), question, reply);
            let what = What::Chose { person: person_id(who), place: None, token: press.token() };
            let heard = self.hand_in(sent, what).await;
            self.answered(sent, who, (team, number), at, value, &heard);
            if chance(&mut self.dice, 20) {
                let later = sent + chrono::TimeDelta::seconds(4000);
                let event = heard.event;
                let deed = match self.dice.below(2) {
                    0 => Deed::Withdraw { person: who, event },
                    _ => Deed::Edit { person: who, event, at },
                };
                self.agenda.add(later, deed);
            }
        }
    }

    fn answered(
        &mut self,
        sent: Instant,
        who: usize,
        (team, number): (usize, usize),
        at: usize,
        value: Value,
        heard: &Heard,
    ) {
        let counted = self.model.answer(who, (team, number), at, value, &heard.event, sent);
        let about = [Model::name(who), self.model.teams[team].name.clone()];
        if counted.is_some() && chance(&mut self.dice, 30) {
            let (id, person, place) = (heard.event.as_str().into(), person_id(who), None);
            let question = self.model.bank.questions[at].id.clone();
            let token = Press::Answer(round_id(team, number), question, "0".to_owned()).token();
            self.repeats.push(Incoming { id, sent, what: What::Chose { person, place, token } });
        }
        match counted {
            Some(true) => self.hears(&about, heard, "Changed ("),
            Some(false) => self.hears(&about, heard, "Saved ("),
            None => {
                let body = heard.body();
                if body.contains("Saved (") || body.contains("Changed (") {
                    self.model.differ(self.now(), &about, &format!("it must not count: {body}"));
                }
            }
        }
    }

    /// The question that a message puts, by its number in the round.
    fn question_in(&self, team: usize, number: usize, reply: &Message) -> Option<usize> {
        let body = reply.body();
        let (before, _) = body.rsplit_once("** · ")?;
        let line = before.rsplit("**").next()?;
        let place: usize = line.split(" of ").next()?.trim().parse().ok()?;
        self.model.teams[team].rounds[number].questions.get(place - 1).copied()
    }

    /// Sits down and types answers, one question after the other as they are put.
    async fn sit_down(&mut self, sent: Instant, who: usize, of: (usize, usize), share: u64) {
        self.model.note(sent, &format!("P{who} sits down to T{} round {}", of.0, of.1));
        let ask = What::Chose {
            person: person_id(who),
            place: None,
            token: Press::Ask(round_id(of.0, of.1)).token(),
        };
        let mut heard = self.hand_in(sent, ask.clone()).await;
        let about = [Model::name(who), self.model.teams[of.0].name.clone()];
        for _ in 0..14 {
            let may = self.model.can_answer(who, of.0, of.1, sent);
            if heard.lost {
                heard = self.hand_in(sent, ask.clone()).await;
            }
            let reply = heard.reply.clone();
            let Some(at) = reply.and_then(|reply| self.question_in(of.0, of.1, &reply)) else {
                return;
            };
            if !may {
                let told = format!("asked who cannot answer: {:?}", heard.reply);
                self.model.differ(self.now(), &about, &told);
            }
            if self.dice.below(100) >= share {
                return;
            }
            let (words, value) = self.reply_to(at);
            heard = match self.dice.below(20) {
                0 => {
                    let heard = self.say(sent, who, None, "skip").await;
                    self.model.skip_question(who, of, at);
                    heard
                }
                1 => {
                    let heard = self.say(sent, who, None, "undo").await;
                    let undone = self.model.undo(who, of);
                    self.hears(&about, &heard, if undone { "Taken back" } else { "no answer" });
                    // Where nothing was taken back, no question is put.
                    if undone { heard } else { self.hand_in(sent, ask.clone()).await }
                }
                2 => {
                    let words = format!("a remark {}", self.dice.below(1000));
                    let heard = self.say(sent, who, None, &format!("comment {words}")).await;
                    let kept = self.model.comment(who, of, &words);
                    self.hears(&about, &heard, if kept { "Added" } else { "belongs" });
                    if kept { heard } else { self.hand_in(sent, ask.clone()).await }
                }
                _ => {
                    let heard = self.say(sent, who, None, &words).await;
                    self.answered(sent, who, of, at, value, &heard);
                    heard
                }
            };
        }
    }
}

/// A pair of words and what they mean.
trait IntoValue {
    fn into_value(self) -> (String, Value);
}

impl IntoValue for (&str, YesNo) {
    fn into_value(self) -> (String, Value) {
        (self.0.to_owned(), Value::YesNo(self.1))
    }
}
