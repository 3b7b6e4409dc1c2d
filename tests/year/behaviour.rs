//! What people decide to do: of themselves, and about what they read.

use chrono::TimeDelta;
use maturity_bot::domain::message::Destination;

use crate::chat::{Post, number_of};
use crate::deeds::{Deed, Order};
use crate::driver::Year;
use crate::organisation::{chance, pick};
use crate::time::Instant;

const DAY: u64 = 86_400;

impl Year {
    fn below(&mut self, bound: usize) -> usize {
        usize::try_from(self.dice.below(bound as u64)).expect("small")
    }

    /// A moment within a span, at an odd number of milliseconds.
    fn within(&mut self, from: Instant, seconds: u64) -> Instant {
        let millis = 1000 * self.dice.below(seconds.max(1)) + 1 + self.dice.below(998);
        from + TimeDelta::milliseconds(i64::try_from(millis).expect("small"))
    }

    fn somebody(&mut self, team: usize) -> Option<usize> {
        let room: Vec<usize> = self.model.teams[team].room.iter().copied().collect();
        (!room.is_empty()).then(|| room[self.below(room.len())])
    }

    /// People read what they were sent, and some do something about it.
    pub fn react(&mut self, posts: &[Post]) {
        for post in posts.iter().filter(|post| post.replaces.is_none()) {
            let round = post.asks().map(|it| (it.team.0 as usize - 1, it.number as usize - 1));
            match (&post.to, round) {
                (Destination::Person(id), Some((team, number))) => {
                    let person = number_of(id);
                    self.may_answer(post.at, person, team, number);
                }
                (Destination::Person(id), None) => self.asked_to_serve(post, number_of(id)),
                (Destination::Place(_), Some((team, number))) if !post.is_question() => {
                    for person in self.model.teams[team].room.clone() {
                        if chance(&mut self.dice, 100) {
                            self.may_answer(post.at, person, team, number);
                        }
                    }
                }
                _ => {}
            }
        }
    }

    fn may_answer(&mut self, at: Instant, person: usize, team: usize, number: usize) {
        let (after, share) = match self.dice.below(100) {
            0..45 => (self.dice.below(8 * 3600), 100),
            45..60 => (self.dice.below(4 * DAY), 100),
            60..75 => (self.dice.below(3 * DAY), 20 + self.dice.below(70)),
            // Some come late.
            75..80 => (self.dice.below(16 * DAY), 100),
            _ => return,
        };
        let when = self.within(at, after + 60);
        self.agenda.add(when, Deed::Answer { person, team, number, share });
        if chance(&mut self.dice, 200) {
            let again = self.within(when, 2 * DAY);
            self.agenda.add(again, Deed::Answer { person, team, number, share: 20 });
        }
    }

    fn asked_to_serve(&mut self, post: &Post, person: usize) {
        let body = post.message.body();
        let asks = body.contains("think of you when it comes to") || body.contains(" ends on ");
        let teams = 0..self.model.teams.len();
        let open: Vec<(usize, usize)> = teams
            .flat_map(|team| {
                let asked = self.model.teams[team].champions.asked_of(person);
                asked.into_iter().map(move |pillar| (team, pillar))
            })
            .collect();
        if !asks || open.is_empty() || chance(&mut self.dice, 200) {
            return;
        }
        let (team, pillar) = open[self.below(open.len())];
        let when = self.within(post.at, 5 * DAY);
        let yes = chance(&mut self.dice, 700);
        self.agenda.add(when, Deed::Reply { team, person, pillar, yes });
    }

    /// What people do on a day without being asked.
    pub fn make_plans(&mut self, day: Instant) {
        for team in 0..self.size.teams {
            if chance(&mut self.dice, 3) {
                let gone = self.within(day, DAY);
                self.agenda.add(gone, Deed::Vanish { team });
                let back = self.within(gone, 4 * DAY);
                self.agenda.add(back, Deed::Return { team });
            }
            if chance(&mut self.dice, 45) {
                let order = self.order();
                let when = self.within(day, DAY);
                self.agenda.add(when, Deed::Lead { team, order });
            }
            if chance(&mut self.dice, 120)
                && let Some(person) = self.somebody(team)
            {
                let when = self.within(day, DAY);
                let deed = self.wish(team, person, when);
                self.agenda.add(when, deed);
            }
        }
    }

    fn setting(&mut self) -> Order {
        let dice = &mut self.dice;
        match dice.below(6) {
            0 => Order::Zone(pick(dice, &["Asia/Kolkata", "Europe/Berlin", "Pacific/Auckland"])),
            1 => {
                let (from, to) = pick(dice, &[(18, 9), (20, 7), (12, 13), (16, 11)]);
                Order::Quiet(from, to)
            }
            2 => Order::Minimum(pick(dice, &[2, 3, 4])),
            3 => Order::Early(chance(dice, 700)),
            4 => Order::Small(chance(dice, 700)),
            _ => Order::AddLead,
        }
    }

    fn order(&mut self) -> Order {
        if chance(&mut self.dice, 150) {
            return self.setting();
        }
        let dice = &mut self.dice;
        match dice.below(24) {
            0..4 => Order::Start(pick(dice, &["quick", "quick", "pulse", "full"])),
            4..6 => Order::Close,
            6 => Order::Cancel,
            7..9 => Order::Extend(1 + dice.below(6)),
            9 => Order::ExtendUntil(2 + dice.below(12)),
            10..14 => Order::Nudge,
            14 => Order::Publish,
            15..18 => Order::Report,
            18..20 => {
                let pillar = usize::try_from(dice.below(4)).expect("small");
                Order::Target(pillar, u8::try_from(dice.below(6)).expect("small"))
            }
            20..22 => Order::Mode(pick(dice, &["anonymous", "pseudonymous", "open"])),
            _ => {
                let times = ["0 10 * * MON", "30 8 1 * *", "0 15 * * FRI#2", "20 13 * * WED"];
                Order::Schedule(pick(dice, &["quick", "quick", "pulse"]), pick(dice, &times))
            }
        }
    }

    /// A wish of a person, or something they do for their team.
    fn wish(&mut self, team: usize, person: usize, at: Instant) -> Deed {
        let pillar = self.below(4);
        match self.dice.below(40) {
            0..5 => Deed::Away { person, days: 1 + self.dice.below(20) },
            5..9 => Deed::Snooze { person, days: 1 + self.dice.below(4) },
            9..11 => {
                let back = self.within(at, 40 * DAY);
                self.agenda.add(back, Deed::Resume { person });
                Deed::Stop { person }
            }
            11..13 => Deed::Resume { person },
            13 => Deed::Forget { person },
            14..17 => self.comes_or_goes(team, person, at),
            17..21 => Deed::Volunteer { team, person, pillar },
            21..31 => {
                let by = self.somebody(team).unwrap_or(person);
                let (second, later) = (self.somebody(team), self.within(at, 3 * DAY));
                if let Some(by) = second {
                    self.agenda.add(later, Deed::Nominate { team, by, person, pillar });
                }
                Deed::Nominate { team, by, person, pillar }
            }
            31..34 => Deed::StepDown { team, person, pillar },
            _ => {
                let verb = pick(&mut self.dice, &["take", "take", "done", "dismiss"]);
                Deed::Action { team, person, verb, place: 1 + self.below(3) }
            }
        }
    }

    fn comes_or_goes(&mut self, team: usize, person: usize, at: Instant) -> Deed {
        let leads = self.model.teams[team].leads.contains(&person);
        if leads || chance(&mut self.dice, 400) {
            let newcomer = self.below(self.model.people.len());
            return Deed::Join { team, person: newcomer };
        }
        if chance(&mut self.dice, 600) {
            let back = self.within(at, 12 * DAY);
            self.agenda.add(back, Deed::Join { team, person });
        }
        Deed::Leave { team, person }
    }
}
