//! What goes wrong on purpose, and rate limits ("Rate limits" in Slack's documentation).

use std::collections::BTreeMap;
use std::time::Duration;

/// Something that goes wrong with a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// `ok: false` with this word.
    Error(&'static str),
    /// 429 with this many seconds in `Retry-After`; any call before they are over is a violation.
    Limited(i64),
    /// This HTTP status and nothing else.
    Status(u16),
    /// The answer comes this much later.
    Stall(Duration),
    /// It is done, and the connection breaks before the answer.
    Lost,
    /// It is done, and this HTTP status is all that is said of it.
    DoneThen(u16),
    /// Nothing is done, and the connection breaks.
    Cut,
}

#[derive(Debug)]
struct Planned {
    method: String,
    /// Calls to another conversation are left alone.
    channel: Option<String>,
    fault: Fault,
    times: u32,
}

/// How many calls a minute a method takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tier {
    /// Twenty.
    Two,
    /// Fifty.
    Three,
    /// A hundred.
    Four,
    /// One a second to each channel; several hundred in all.
    Post,
    /// Hundreds.
    Special,
}

/// All of it.
#[derive(Debug, Default)]
pub struct Faults {
    planned: Vec<Planned>,
    /// Whether the limits of the tiers hold.
    pub tiers: bool,
    /// Whether one post a second and channel is the limit.
    pub per_channel: bool,
    calls: BTreeMap<String, Vec<i64>>,
    barred: BTreeMap<String, (i64, i64)>,
}

impl Faults {
    /// The next `times` calls of a method go wrong.
    pub fn plan(&mut self, method: &str, fault: Fault, times: u32) {
        let method = method.to_owned();
        self.planned.push(Planned { method, channel: None, fault, times });
    }

    /// The next `times` calls of a method to this conversation go wrong.
    pub fn plan_in(&mut self, channel: &str, method: &str, fault: Fault, times: u32) {
        let (method, channel) = (method.to_owned(), Some(channel.to_owned()));
        self.planned.push(Planned { method, channel, fault, times });
    }

    /// What goes wrong with this call.
    pub fn take(&mut self, method: &str, channel: &str) -> Option<Fault> {
        let meant = |it: &&mut Planned| {
            let there = it.channel.as_deref().is_none_or(|known| known == channel);
            it.method == method && there && it.times > 0
        };
        let next = self.planned.iter_mut().find(meant)?;
        next.times -= 1;
        Some(next.fault)
    }

    /// From now on, calls of this name are refused for some seconds.
    pub fn bar(&mut self, name: &str, now: i64, seconds: i64) {
        self.barred.insert(name.to_owned(), (now, now + seconds * 1000));
    }

    /// For how many milliseconds calls of this name have been barred, and will be.
    pub fn barred(&self, name: &str, now: i64) -> Option<(i64, i64)> {
        let &(since, until) = self.barred.get(name)?;
        (until > now).then_some((now - since, until - now))
    }

    /// Counts a call; gives the seconds to wait if it is one too many.
    pub fn count(&mut self, method: &str, tier: Tier, channel: &str, now: i64) -> Option<i64> {
        let (name, most, span) = match tier {
            Tier::Post if self.per_channel => (format!("{method} {channel}"), 1, 980),
            Tier::Two if self.tiers => (method.to_owned(), 20, 60_000),
            Tier::Three if self.tiers => (method.to_owned(), 50, 60_000),
            Tier::Four if self.tiers => (method.to_owned(), 100, 60_000),
            _ => return None,
        };
        let calls = self.calls.entry(name).or_default();
        calls.retain(|at| now - at < span);
        if calls.len() < most {
            calls.push(now);
            return None;
        }
        Some((calls[0] + span - now).div_euclid(1000) + 1)
    }
}
