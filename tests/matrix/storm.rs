//! The bot is killed at random moments while five people talk to it at once, by words, in polls, by
//! changing and taking back what they wrote: in the end each answer is there once, and each message.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use maturity_bot::domain::bank::{Bank, Kind, Question};

use crate::bot::{self, Bot};
use crate::scene::{FIVE, MESSAGE, Scene, said_by_bot};
use crate::script::{TEAM, figure_lines};
use crate::session::{POLL, bank, quick, reports_at_a_terminal};
use crate::synapse::{Database, Limits};
use crate::world::{Event, Person, Wanted, World, user};

/// Kills unless the environment says otherwise.
const KILLS: usize = 4;
/// Kills before another homeserver takes over.
const KILLS_OF_A_WORLD: usize = 25;
/// How often everybody acts in a round at least.
const BEATS: usize = 3;
/// The field that tells the bot's events apart.
const KEY: &str = "dev.maturity-bot.key";
/// How long an answer may take while the bot dies again and again, and may say one thing in five
/// seconds.
const PATIENCE: u64 = 600_000;

/// Chance that can be had again: xorshift of Marsaglia.
struct Chance(u64);

impl Chance {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from((self.0 >> 11) % bound as u64).expect("small")
    }

    fn pick<'a, T>(&mut self, list: &'a [T]) -> Option<&'a T> {
        (!list.is_empty()).then(|| &list[self.below(list.len())])
    }
}

/// Kills and starts the bot: at once after its start, while it works, and while it rests, which
/// comes later where it has to wait before it may speak.
fn haunt(bot: &mut Bot, kills: usize, rest: usize, chance: &mut Chance) {
    let pause = |ms: usize| std::thread::park_timeout(Duration::from_millis(ms as u64));
    for _ in 0..kills {
        let longest = [700, 2_000, rest][chance.below(3)];
        pause(chance.below(longest));
        bot.die();
        if chance.below(4) == 0 {
            pause(chance.below(1_000));
        }
        bot.run();
    }
}

/// One of the five, as they see the round.
#[derive(Default)]
struct Sitter {
    /// The question they have in front of them.
    front: Option<usize>,
    /// What must count in the end, by question.
    answers: BTreeMap<usize, usize>,
    /// The message that gave the answer to a question, where it can still be changed.
    messages: BTreeMap<usize, String>,
    /// How often they wrote to the bot in a way that has an answer.
    lines: usize,
    /// Whether they wait for one.
    waits: bool,
}

struct Storm<'s, 'w> {
    people: &'s [Person<'w>],
    room: &'s str,
    direct: &'s [String],
    asked: &'s [&'s Question],
    open: bool,
    sitters: [Sitter; FIVE.len()],
    chance: Chance,
    /// Commands said in the room.
    commands: usize,
}

impl Storm<'_, '_> {
    fn says(&mut self, person: usize, words: &str) -> String {
        let sitter = &mut self.sitters[person];
        (sitter.lines, sitter.waits) = (sitter.lines + 1, true);
        if self.chance.below(5) == 0 {
            self.people[person].forgets_key(&self.direct[person]);
        }
        self.people[person].says(&self.direct[person], words)
    }

    /// Reads the next thing that the bot says in private, and which question it ends with.
    fn hears(&mut self, person: usize) -> String {
        let wanted = Wanted::any().kind(MESSAGE).from(&user(bot::NAME)).within(PATIENCE);
        let heard = self.people[person].hears(&self.direct[person], wanted);
        let sitter = &mut self.sitters[person];
        sitter.waits = false;
        let place = |text: &str| heard.words().rfind(text);
        let shown = (0..self.asked.len()).filter_map(|it| Some((place(&self.asked[it].text)?, it)));
        // A report names questions, and puts none.
        let is_report = heard.words().contains("your report");
        if let Some((_, question)) = shown.max().filter(|_| !is_report) {
            sitter.front = Some(question);
        } else if heard.words().contains("All 8 answered") {
            sitter.front = None;
        }
        heard.words().to_owned()
    }

    fn tells(&mut self, person: usize, words: &str) -> String {
        self.says(person, words);
        self.hears(person)
    }

    /// Everybody does something, and only then looks what came of it.
    fn beat(&mut self) {
        for person in 0..FIVE.len() {
            self.act(person);
        }
        for person in 0..FIVE.len() {
            if self.sitters[person].waits {
                self.hears(person);
            }
        }
    }

    fn act(&mut self, person: usize) {
        let known: Vec<usize> = self.sitters[person].messages.keys().copied().collect();
        let old = self.chance.pick(&known).copied();
        match (self.chance.below(20), self.sitters[person].front, old) {
            (0 | 1, _, Some(question)) => self.edit(person, question),
            (2, _, Some(question)) if known.len() > 3 => self.redact(person, question),
            (3, _, _) if person == 0 => self.command(),
            (4, _, _) => drop(self.says(person, "status")),
            (5..9, _, _) if self.open => self.vote_in_room(person),
            (5..9, Some(question), _) => self.vote(person, question),
            (_, Some(question), _) => self.answer(person, question),
            (_, None, _) => {
                let number = self.chance.below(self.asked.len()) + 1;
                self.says(person, &format!("answer {number}"));
            }
        }
    }

    fn level(&mut self) -> usize {
        self.chance.below(5)
    }

    fn answer(&mut self, person: usize, question: usize) {
        let level = self.level();
        let words = match &self.asked[question].kind {
            // A vote in the room may have put another question in front of them, which words answer.
            Kind::Level(options) if !self.open && self.chance.below(3) == 0 => {
                options[level].clone()
            }
            _ => level.to_string(),
        };
        let event = self.says(person, &words);
        let sitter = &mut self.sitters[person];
        sitter.answers.insert(question, level);
        sitter.messages.insert(question, event);
    }

    fn edit(&mut self, person: usize, question: usize) {
        let level = self.level();
        let sitter = &mut self.sitters[person];
        let event = &sitter.messages[&question];
        self.people[person].edits(&self.direct[person], event, &level.to_string());
        sitter.answers.insert(question, level);
        (sitter.lines, sitter.waits) = (sitter.lines + 1, true);
    }

    fn redact(&mut self, person: usize, question: usize) {
        let sitter = &mut self.sitters[person];
        let Some(event) = sitter.messages.remove(&question) else { return };
        self.people[person].redacts(&self.direct[person], &event);
        sitter.answers.remove(&question);
        (sitter.lines, sitter.waits) = (sitter.lines + 1, true);
    }

    /// The lead asks for the report in the room; its picture comes in private.
    fn command(&mut self) {
        self.people[0].says(self.room, "!maturity report");
        self.commands += 1;
        let sitter = &mut self.sitters[0];
        (sitter.lines, sitter.waits) = (sitter.lines + 1, true);
    }

    /// In the poll beside the question; its answer comes like any other.
    fn vote(&mut self, person: usize, question: usize) {
        let Some(poll) = self.poll(person, &self.direct[person], question) else {
            return self.answer(person, question);
        };
        let level = self.level();
        self.choose(person, &self.direct[person].clone(), &poll, level);
        let sitter = &mut self.sitters[person];
        (sitter.lines, sitter.waits) = (sitter.lines + 1, true);
        sitter.answers.insert(question, level);
        sitter.messages.remove(&question);
    }

    /// Before everybody; nobody is told that it was counted.
    fn vote_in_room(&mut self, person: usize) {
        let question = self.chance.below(self.asked.len());
        let Some(poll) = self.poll(person, self.room, question) else { return };
        let level = self.level();
        self.choose(person, self.room, &poll, level);
        let sitter = &mut self.sitters[person];
        sitter.answers.insert(question, level);
        sitter.messages.remove(&question);
    }

    fn choose(&self, person: usize, room: &str, poll: &Event, level: usize) {
        let answer = &poll.content[POLL]["answers"][level]["id"];
        self.people[person].votes(room, &poll.id, &[answer.as_str().expect("an id")]);
    }

    /// The last poll of a question that somebody sees in a room.
    fn poll(&self, person: usize, room: &str, question: usize) -> Option<Event> {
        let seen = self.people[person].saw(room);
        let text = self.asked[question].text.as_str();
        seen.into_iter().rfind(|it| it.content[POLL].to_string().contains(text))
    }

    fn hear_in_room(&self, words: &str) -> Event {
        let wanted = Wanted::words(words).kind(MESSAGE).from(&user(bot::NAME)).within(PATIENCE);
        self.people[0].hears(self.room, wanted)
    }

    /// One round: begun, answered, closed. Gives the lines that say the same at a terminal.
    fn round(&mut self, first: bool, enough: impl Fn() -> bool) -> Vec<String> {
        if !first {
            self.tells(0, "start quick");
        }
        self.hear_in_room("Open until");
        if self.open {
            let poll = || Wanted::any().kind(POLL).within(PATIENCE);
            (0..8).for_each(|_| drop(self.people[0].hears(self.room, poll())));
        }
        for person in 0..FIVE.len() {
            let lines = self.sitters[person].lines;
            self.sitters[person] = Sitter { lines, ..Sitter::default() };
            self.says(person, "answer");
        }
        (0..FIVE.len()).for_each(|person| drop(self.hears(person)));
        let mut beats = 0;
        while beats < BEATS || !enough() && beats < 4 * BEATS {
            self.beat();
            beats += 1;
        }
        // What was said last in the room is behind what was said in private after it.
        for person in 0..FIVE.len() {
            self.tells(person, "status");
        }
        self.tells(0, "close");
        self.hear_in_room("the results of");
        let said = |(name, sitter): (&&str, &Sitter)| {
            let answers = sitter.answers.iter();
            let lines =
                answers.flat_map(|(at, level)| [format!("answer {}", at + 1), level.to_string()]);
            [format!("as {name}")].into_iter().chain(lines).collect::<Vec<_>>()
        };
        TEAM.iter().zip(&self.sitters).flat_map(said).collect()
    }

    /// Prints what everybody saw, in the order of the homeserver.
    fn print(&self) {
        for (person, room) in
            self.people.iter().zip(self.direct).chain([(&self.people[0], &self.room.to_owned())])
        {
            println!("=== {} in {room}", person.name());
            for event in person.saw(room) {
                let Event { id, from, kind, content, .. } = &event;
                println!(
                    "{} {id} {from} {kind} {} {}",
                    event.sent,
                    event.words(),
                    content["m.relates_to"]
                );
            }
        }
        for (name, sitter) in FIVE.iter().zip(&self.sitters) {
            println!("{name}: {:?}", sitter.answers);
        }
    }

    /// Every line had one answer, and whatever the bot wrote stands in its room once.
    fn assert_said_once(&self, rounds: usize) {
        for (person, sitter) in self.sitters.iter().enumerate() {
            let seen = self.people[person].saw(&self.direct[person]);
            assert_keys_differ(&seen);
            let words: Vec<String> =
                said_by_bot(&seen).iter().map(|it| it.words().to_owned()).collect();
            let unasked = usize::from(person > 0);
            assert_eq!(words.len(), sitter.lines + unasked, "{}: {words:#?}", FIVE[person]);
        }
        let seen = self.people[0].saw(self.room);
        assert_keys_differ(&seen);
        let said = said_by_bot(&seen);
        let count = |words: &str| said.iter().filter(|it| it.words().contains(words)).count();
        assert_eq!(count("the results of"), rounds);
        assert_eq!(count("Open until"), rounds);
        assert_eq!(count("I answered you in private"), self.commands);
    }
}

/// The bot names each of its events; no name stands in a room twice.
fn assert_keys_differ(events: &[Event]) {
    let bot = user(bot::NAME);
    let named = events.iter().filter(|it| it.from == bot);
    let mut seen = BTreeSet::new();
    for event in named {
        if let Some(key) = event.content[KEY].as_str() {
            assert!(seen.insert(key), "twice in one room: {} {}", event.kind, event.words());
        }
    }
}

/// A homeserver, a team, and a bot that dies so often; the short form is one round. The long one
/// meets homeservers as nobody configured them, too: with files, and with limits.
fn storm(bank: &Bank, seed: u64, kills: usize) {
    let open = seed % 2 == 1;
    let usual = kills > KILLS && seed % 4 > 1;
    let world = if usual { World::new(Database::File, Limits::Default) } else { World::quick() };
    let rest = if usual { 20_000 } else { 5_000 };
    let settings = format!("unlimited = {}\npolls = {}", !usual, !open);
    let mode = if open { "mode = \"open\"" } else { "" };
    let mut scene = Scene::of_five(&world, &settings, mode);
    let heard = scene.starts_first_round();
    let asked = quick(bank);
    let mut chance = Chance(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
    let mut fate = Chance(chance.0.rotate_left(17));
    let Scene { people, room, direct, bot } = &mut scene;
    chance.below(2);
    let sitters = std::array::from_fn(|_| Sitter::default());
    let (people, room, direct) = (people.as_slice(), room.as_str(), direct.as_slice());
    let asked = asked.as_slice();
    let mut storm = Storm { people, room, direct, asked, open, sitters, chance, commands: 0 };
    // The lead said "start quick", and heard the answer.
    storm.sitters[0].lines = heard;
    let over = AtomicBool::new(false);
    let (mut typed, mut reports) = (Vec::new(), Vec::new());
    std::thread::scope(|scope| {
        scope.spawn(|| {
            haunt(bot, kills, rest, &mut fate);
            over.store(true, Ordering::SeqCst);
        });
        while typed.is_empty() || kills > KILLS && !over.load(Ordering::SeqCst) {
            typed.push(storm.round(typed.is_empty(), || over.load(Ordering::SeqCst)));
            reports.push(storm.tells(0, "report"));
        }
    });
    storm.assert_said_once(typed.len());
    let expected = reports_at_a_terminal(typed);
    for (report, expected) in reports.iter().zip(&expected) {
        if figure_lines(report) != figure_lines(expected) {
            storm.print();
        }
        assert_eq!(figure_lines(report), figure_lines(expected), "{report}");
    }
    scene.assert_trusted();
}

#[test]
fn torture_people_talk_while_the_bot_is_killed_at_random() {
    let wished = std::env::var("MATURITY_TORTURE_ROUNDS").ok().and_then(|it| it.parse().ok());
    let begin = std::env::var("MATURITY_TORTURE_SEED").ok().and_then(|it| it.parse().ok());
    let (kills, begin): (usize, u64) = (wished.unwrap_or(KILLS), begin.unwrap_or(2));
    let bank = bank();
    for (seed, done) in (begin..).zip((0..kills).step_by(KILLS_OF_A_WORLD)) {
        println!("seed {seed}");
        storm(&bank, seed, KILLS_OF_A_WORLD.min(kills - done));
    }
}
