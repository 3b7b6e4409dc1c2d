//! Who belongs where, who wants to be left alone, and who is forgotten.

use chrono_tz::Tz;
use maturity_bot::domain::ids::PlaceId;
use maturity_bot::domain::team::Mode;

use super::{Kind, Model, Pause, Stage};
use crate::chat::room_id;
use crate::time::{Instant, instant, local};

impl Model {
    /// Somebody comes into a room, as far as the bot hears of it.
    pub fn join(&mut self, team: usize, person: usize) {
        let zone = self.people[person].zone;
        let it = &mut self.people[person];
        it.known_zone = zone.or(it.known_zone);
        self.teams[team].members.insert(person);
    }

    /// Somebody leaves a room, as far as the bot hears of it.
    pub fn leave(&mut self, now: Instant, team: usize, person: usize) {
        if self.teams[team].members.remove(&person) {
            self.gone(now, team, person, "has left");
        }
    }

    /// The bot looked up who is in a room, perhaps unasked: it learns their zones.
    pub fn looked(&mut self, now: Instant, place: &PlaceId) {
        let found = (0..self.teams.len()).find(|team| room_id(*team) == *place);
        let team = found.expect("a room of ours");
        self.teams[team].roster_at = Some(now);
        for person in self.teams[team].room.clone() {
            self.join(team, person);
        }
    }

    /// Whether nothing goes to a team's room: it is paused, or who is there is not known.
    pub(super) fn holds(&self, team: usize) -> bool {
        self.teams[team].paused.is_some() || self.teams[team].roster_at.is_none()
    }

    /// A look-up that was asked for is made.
    pub(super) fn look_at(&mut self, now: Instant, team: usize) {
        if self.teams[team].vanished {
            return self.place_gone(now, team);
        }
        if self.teams[team].paused == Some(Pause::Gone) {
            self.teams[team].paused = None;
        }
        self.facts(now, team);
    }

    /// A look-up brings who is there; a planned round opens.
    pub(super) fn facts(&mut self, now: Instant, team: usize) {
        for person in self.teams[team].room.clone() {
            self.join(team, person);
        }
        let gone: Vec<usize> =
            self.teams[team].members.difference(&self.teams[team].room).copied().collect();
        for person in gone {
            self.leave(now, team, person);
        }
        self.teams[team].roster_at = Some(now);
        if let Some(number) = self.teams[team].current
            && self.teams[team].rounds[number].stage == Stage::Planned
        {
            self.open(now, team);
            if self.teams[team].current == Some(number) {
                self.ask_starter(now, team, number);
            }
        }
    }

    /// A team's place is gone: it is paused, and its leads hear of it once.
    pub fn place_gone(&mut self, now: Instant, team: usize) {
        self.teams[team].vanished = true;
        if self.teams[team].paused.is_some() {
            return;
        }
        self.teams[team].paused = Some(Pause::Gone);
        let words = format!("I cannot reach the channel of {} any more", self.teams[team].name);
        for lead in self.teams[team].leads.clone() {
            let end = now + chrono::TimeDelta::days(366);
            self.write(now, lead, team, Kind::Notice, vec![words.clone()], end);
        }
    }

    /// A team's place is there again.
    pub fn place_back(&mut self, team: usize) {
        self.teams[team].vanished = false;
        if self.teams[team].paused == Some(Pause::Gone) {
            self.resumed(team);
        }
    }

    /// A pause ends: who is there is asked before anything goes there.
    fn resumed(&mut self, team: usize) {
        let it = &mut self.teams[team];
        (it.paused, it.roster_at, it.looks_up) = (None, None, true);
    }

    /// The bot starts, and reads in its config whether a team of it is still listed.
    pub fn configured(&mut self, team: usize, listed: bool) {
        match self.teams[team].paused {
            Some(Pause::Removed) if listed => self.resumed(team),
            Some(Pause::Gone) if listed => self.teams[team].looks_up = true,
            None if !listed => self.teams[team].paused = Some(Pause::Removed),
            _ => {}
        }
    }

    /// The zone in which a person counts days: their own, or that of their first team.
    fn zone_of(&self, person: usize) -> Tz {
        let first = self.teams.iter().find(|team| team.members.contains(&person));
        let own = self.people[person].known_zone;
        own.or(first.map(|team| team.settings.zone)).unwrap_or(Tz::UTC)
    }

    /// The start of the day so many days from today, where the person is.
    fn days_ahead(&self, now: Instant, person: usize, days: u64) -> Instant {
        let zone = self.zone_of(person);
        let day = local(zone, now).date() + chrono::Days::new(days);
        instant(zone, day.and_time(chrono::NaiveTime::MIN))
    }

    pub fn away(&mut self, now: Instant, person: usize, days: u64) {
        self.people[person].away = Some(self.days_ahead(now, person, days));
    }

    pub fn snooze(&mut self, now: Instant, person: usize, days: u64) {
        self.people[person].snoozed = Some(self.days_ahead(now, person, days));
    }

    pub fn stop(&mut self, person: usize) {
        self.people[person].stopped = true;
    }

    pub fn resume(&mut self, person: usize) {
        let it = &mut self.people[person];
        (it.stopped, it.away, it.snoozed) = (false, None, None);
    }

    /// `forget me for good`: what a key still opens is deleted; what was shown keeps counting.
    pub fn forget(&mut self, now: Instant, person: usize) {
        self.drop_letters(person, |_| true);
        for team in 0..self.teams.len() {
            if self.knows(team, person) {
                self.forget_in(team, person);
                self.gone(now, team, person, "is no longer champion");
                if let Some(number) = self.teams[team].current {
                    self.people[person].sits_out.insert((team, number));
                }
            }
        }
        let it = &mut self.people[person];
        (it.known_zone, it.away, it.snoozed) = (None, None, None);
    }

    /// Whether a team may hold something of a person.
    fn knows(&self, team: usize, person: usize) -> bool {
        let it = &self.teams[team];
        let hidden = it.current.is_some_and(|number| {
            let round = &it.rounds[number];
            round.mode == Mode::Anonymous && round.has_key
        });
        it.members.contains(&person) || it.keys.contains(&person) || hidden
    }

    fn forget_in(&mut self, team: usize, person: usize) {
        for number in 0..self.teams[team].rounds.len() {
            let label = self.next_label;
            let round = &mut self.teams[team].rounds[number];
            // The key of an anonymous round dies with it.
            if round.mode == Mode::Anonymous && round.ended.is_some() {
                continue;
            }
            round.answers.remove(&person);
            round.skipped.remove(&person);
            round.last.remove(&person);
            for set in round.published.values_mut() {
                if let Some(value) = set.remove(&person) {
                    set.insert(label, value);
                    self.next_label = label + 1;
                }
            }
        }
        self.teams[team].keys.remove(&person);
    }
}
