//! A team of five in our Slack, and the bot beside them.

use tempfile::TempDir;

use crate::double::Double;
use crate::double::bot::{Bot, Way};
use crate::double::person::{Person, Spot};
use crate::double::state::State;
use crate::script::TEAM;

/// Their channel.
pub const CHANNEL: &str = "C0PAYMENTS";

/// Settings under which people are written to at once, at any hour of any day.
pub const CALM: &str = r#"
[defaults]
quiet = "off"
workdays = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
digest = "off"
trend = "off"
"#;

/// Their entry in the config.
pub const ENTRY: &str = r#"
[[team]]
id = "payments"
name = "Payments"
place = "slack:C0PAYMENTS"
leads = ["slack:U0ANN"]
"#;

/// Everything a test needs.
pub struct Office {
    /// The Slack.
    pub double: Double,
    /// The bot.
    pub bot: Bot,
    /// Where its data is, for as long as this lives.
    _folder: TempDir,
}

/// A workspace with the five in one channel, and somebody who is in none.
pub async fn workspace() -> Double {
    let double = Double::start().await;
    double.with(|state| {
        state.workspace.add_people(&TEAM, "Europe/Berlin");
        state.workspace.add_people(&["Root", "Zoe"], "UTC");
        state.workspace.add_channel("payments", &TEAM);
    });
    double
}

impl Office {
    /// The five and the bot, reached in this way.
    pub async fn open(way: Way) -> Self {
        Self::with(workspace().await, way, &format!("{CALM}{ENTRY}")).await
    }

    /// A bot in a workspace, with lines of its own in the config.
    pub async fn with(double: Double, way: Way, config: &str) -> Self {
        Self::with_level(double, way, "debug", config).await
    }

    /// The same with a log of this level.
    pub async fn with_level(double: Double, way: Way, level: &str, config: &str) -> Self {
        let config = format!("[log]\nlevel = {level:?}\n{config}");
        Self::with_top(double, way, "", &config).await
    }

    /// The same with lines at the top of the config.
    pub async fn with_top(double: Double, way: Way, top: &str, config: &str) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let bot = Bot::start(&double, folder.path(), way, [top, config]).await;
        Self { double, bot, _folder: folder }
    }

    /// One of the five.
    pub fn person(&self, name: &str) -> Person {
        self.double.person(name)
    }

    /// The bot is killed and started again.
    pub async fn restart(&mut self) {
        self.bot.die();
        self.bot.again().await;
    }

    /// Ann starts a round; gives the message with its button.
    pub async fn starts_round(&self, preset: &str) -> Spot {
        let ann = self.person("Ann");
        let mark = ann.mark();
        assert!(ann.types(CHANNEL, &format!("/maturity start {preset}")).await.is_acked());
        let what = "the round's post";
        let post = |state: &State| {
            let fresh = state.notes.iter().skip(mark);
            let mut fresh = fresh.filter(|it| it.channel == CHANNEL && it.only.is_none());
            fresh.find(|note| note.screen().contains("[Answer]")).map(Spot::from)
        };
        self.double.until(what, post).await
    }

    /// Somebody opens the first page of the round behind a message.
    pub async fn opens_form(&self, name: &str, post: &Spot) -> Person {
        let person = self.person(name);
        assert!(person.presses(post, "Answer").await.is_acked());
        person.awaits_modal("Page 1 of").await;
        person
    }

    /// How many questions of the open round somebody has answered, as they are told.
    pub async fn answered(&self, name: &str) -> String {
        let person = self.person(name);
        let mark = person.mark();
        assert!(person.types(CHANNEL, "/maturity me").await.is_acked());
        let said = person.awaits_after(mark, CHANNEL, "answered").await.screen();
        let line = said.lines().find(|line| line.contains("answered")).expect("a line");
        line.to_owned()
    }

    /// Nothing was done that a well-behaved app does not do.
    pub fn assert_well_behaved(&self) {
        self.double.with(|state| assert_eq!(state.violations, Vec::<String>::new()));
    }
}
