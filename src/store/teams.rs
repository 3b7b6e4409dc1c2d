//! Verbs about teams, their members and people.
#![expect(clippy::missing_errors_doc, reason = "each fails only when the store cannot be read")]

use super::entries::{Due, Groups, Mark, Numbering, TeamRef};
use super::keys::{Segment, prefix_end, segments};
use super::kv::{Key, StoreError};
use super::layout;
use super::tx::Tx;
use crate::clock::Instant;
use crate::domain::champions::Champions;
use crate::domain::ids::{ActionId, PersonId, PlaceId, TeamId};
use crate::domain::outgoing::{ActionLife, SkippedSlot};
use crate::domain::person::Person;
use crate::domain::team::{Team, Wake};

type Result<T> = std::result::Result<T, StoreError>;

impl Tx<'_> {
    /// The team with this number.
    pub fn team(&self, id: TeamId) -> Result<Option<Team>> {
        self.get(&layout::team(id))
    }

    /// All teams, by number.
    pub fn teams(&self) -> Result<Vec<Team>> {
        Ok(self.scan(&layout::teams())?.into_iter().map(|(_, team)| team).collect())
    }

    /// All teams that can be read, by number, and what is wrong with the others.
    pub fn teams_apart(&self) -> Result<(Vec<Team>, Vec<StoreError>)> {
        let (teams, damaged) = self.scan_apart(&layout::teams(), usize::MAX)?;
        Ok((teams.into_iter().map(|(_, team)| team).collect(), damaged))
    }

    /// The team that lives in a place.
    pub fn team_at(&self, place: &PlaceId) -> Result<Option<Team>> {
        match self.get::<TeamRef>(&layout::place(place))? {
            Some(TeamRef(id)) => self.team(id),
            None => Ok(None),
        }
    }

    /// The number of the next team; it is taken by this.
    pub fn mint_team(&self) -> Result<TeamId> {
        let TeamRef(id) = self.get(&layout::next_team())?.unwrap_or(TeamRef(TeamId(1)));
        self.put(layout::next_team(), &TeamRef(TeamId(id.0 + 1)))?;
        Ok(id)
    }

    /// Writes a team.
    pub fn put_team(&self, team: &Team) -> Result<()> {
        self.put(layout::team(team.id), team)
    }

    /// Gives a team its place.
    pub fn settle(&self, team: &Team) -> Result<()> {
        self.put(layout::place(&team.place), &TeamRef(team.id))
    }

    /// Takes the place from whoever has it.
    pub fn unsettle(&self, place: &PlaceId) {
        self.delete(layout::place(place));
    }

    /// Sets, moves or (with `None`) removes what the team is woken for; the team is not written.
    pub fn wake(&self, team: &mut Team, wake: Wake, at: Option<Instant>) -> Result<()> {
        if let Some(old) = team.wake_at(wake) {
            self.delete(layout::due(old, team.id, wake));
        }
        team.wakes.retain(|(kind, _)| *kind != wake);
        if let Some(at) = at {
            self.put(layout::due(at, team.id, wake), &Due { team: team.id, wake })?;
            team.wakes.push((wake, at));
        }
        Ok(())
    }

    /// What is due at or before `now` behind `after`, the earliest first, at most `limit`; the
    /// keys alone say what it is.
    pub fn due(&self, now: Instant, after: &[u8], limit: usize) -> Result<Vec<(Key, Due)>> {
        let start = [after, &[0]].concat().max(layout::all_due());
        let keys = self.keys_range(&start, &prefix_end(&layout::due_at(now).done()), limit)?;
        Ok(keys.into_iter().filter_map(|key| layout::due_of(&key).map(|due| (key, due))).collect())
    }

    /// Puts off what is due; for the team it stays planned when it was.
    pub fn due_later(&self, due: Due, until: Instant) -> Result<()> {
        self.put(layout::due(until, due.team, due.wake), &due)
    }

    /// Whether something is still to be done, and due: the clock may have gone back since it was
    /// found.
    pub fn is_due(&self, key: &[u8], now: Instant) -> Result<bool> {
        Ok(key < prefix_end(&layout::due_at(now).done()).as_slice() && self.exists(key)?)
    }

    /// When the first thing after `now` is due.
    pub fn next_due(&self, now: Instant) -> Result<Option<Instant>> {
        let start = prefix_end(&layout::due_at(now).done());
        let first = self.keys_range(&start, &prefix_end(&layout::all_due()), 1)?;
        let at = first.first().and_then(|key| match segments(key)?.get(1)? {
            Segment::U64(millis) => Instant::from_timestamp_millis(i64::try_from(*millis).ok()?),
            _ => None,
        });
        Ok(at)
    }

    /// What is known of a person.
    pub fn person(&self, id: &PersonId) -> Result<Option<Person>> {
        self.get(&layout::person(id))
    }

    /// Writes a person.
    pub fn put_person(&self, person: &Person) -> Result<()> {
        self.put(layout::person(&person.id), person)
    }

    /// The name people read for a person.
    pub fn name_of(&self, id: &PersonId) -> Result<String> {
        let known = self.person(id)?.map(|person| person.name);
        Ok(known.unwrap_or_else(|| id.bare().to_owned()))
    }

    /// The names people read for several.
    pub fn names_of(&self, ids: &[PersonId]) -> Result<Vec<String>> {
        ids.iter().map(|id| self.name_of(id)).collect()
    }

    /// The members of a team, by id.
    pub fn members(&self, team: TeamId) -> Result<Vec<PersonId>> {
        let keys = self.keys(&layout::members(team))?;
        Ok(keys.iter().filter_map(|key| last_text(key)).map(PersonId).collect())
    }

    /// Whether a person is a member of a team.
    pub fn is_member(&self, team: TeamId, person: &PersonId) -> Result<bool> {
        self.exists(&layout::member(team, person))
    }

    /// The teams a person is a member of, by number.
    pub fn teams_of(&self, person: &PersonId) -> Result<Vec<Team>> {
        let mut teams = Vec::new();
        for (_, TeamRef(id)) in self.scan(&layout::teams_of(person))? {
            teams.extend(self.team(id)?);
        }
        Ok(teams)
    }

    /// The teams that the config file lets a person lead, in their places or not.
    pub fn teams_led_by(&self, person: &PersonId) -> Result<Vec<Team>> {
        let mut teams = Vec::new();
        for (_, TeamRef(id)) in self.scan(&layout::leads_of(person))? {
            teams.extend(self.team(id)?.filter(|team| team.is_lead(person)));
        }
        Ok(teams)
    }

    /// Notes that the config file lets a person lead a team, or no longer does.
    pub fn note_lead(&self, team: TeamId, person: &PersonId, leads: bool) -> Result<()> {
        let key = layout::leads(person, team);
        match (leads, self.exists(&key)?) {
            (true, false) => self.put(key, &TeamRef(team))?,
            (false, true) => self.delete(key),
            _ => {}
        }
        Ok(())
    }

    /// Makes a person a member.
    pub fn add_member(&self, team: TeamId, person: &PersonId) -> Result<()> {
        self.put(layout::member(team, person), &Mark)?;
        self.put(layout::belongs(person, team), &TeamRef(team))
    }

    /// The groups of the platform that a member belongs to.
    pub fn groups(&self, team: TeamId, person: &PersonId) -> Result<Vec<PersonId>> {
        Ok(self.get::<Groups>(&layout::groups(team, person))?.unwrap_or_default().0)
    }

    /// The members who belong to groups, with these, by id.
    pub fn grouped_members(&self, team: TeamId) -> Result<Vec<(PersonId, Vec<PersonId>)>> {
        let rows = self.scan::<Groups>(&layout::groups_of(team))?;
        let named = |(key, groups): (Key, Groups)| Some((PersonId(last_text(&key)?), groups.0));
        Ok(rows.into_iter().filter_map(named).collect())
    }

    /// Notes the groups of a member, where they changed.
    pub fn note_groups(&self, team: TeamId, person: &PersonId, groups: &[PersonId]) -> Result<()> {
        if self.groups(team, person)? == groups {
            return Ok(());
        }
        let key = layout::groups(team, person);
        if groups.is_empty() {
            self.delete(key);
            return Ok(());
        }
        self.put(key, &Groups(groups.to_vec()))
    }

    /// Ends a person's membership.
    pub fn remove_member(&self, team: TeamId, person: &PersonId) {
        self.delete(layout::groups(team, person));
        self.delete(layout::member(team, person));
        self.delete(layout::belongs(person, team));
    }

    /// Nominations and champions of a team.
    pub fn champions(&self, team: TeamId) -> Result<Champions> {
        Ok(self.get(&layout::champions(team))?.unwrap_or_default())
    }

    /// Writes nominations and champions of a team.
    pub fn put_champions(&self, team: TeamId, champions: &Champions) -> Result<()> {
        self.put(layout::champions(team), champions)
    }

    /// What became of a team's actions.
    pub fn action_lives(&self, team: TeamId) -> Result<Vec<(ActionId, ActionLife)>> {
        let rows = self.scan::<ActionLife>(&layout::actions(team))?;
        let named =
            |(key, life): (Key, ActionLife)| last_text(&key).map(|id: String| (ActionId(id), life));
        Ok(rows.into_iter().filter_map(named).collect())
    }

    /// Writes what became of an action.
    pub fn put_action(&self, team: TeamId, action: &ActionId, life: &ActionLife) -> Result<()> {
        self.put(layout::action(team, action), life)
    }

    /// The actions that a team was shown since its last summary, in the order of their numbers.
    pub fn numbering(&self, team: TeamId) -> Result<Vec<ActionId>> {
        Ok(self.get::<Numbering>(&layout::numbering(team))?.unwrap_or_default().0)
    }

    /// Writes the actions that a team was shown, in the order of their numbers.
    pub fn put_numbering(&self, team: TeamId, actions: Vec<ActionId>) -> Result<()> {
        self.put(layout::numbering(team), &Numbering(actions))
    }

    /// Notes a scheduled time that was skipped.
    pub fn note_skipped(
        &self,
        team: TeamId,
        wake: Wake,
        at: Instant,
        slot: &SkippedSlot,
    ) -> Result<()> {
        self.put(layout::skipped(team, at, wake), slot)
    }

    /// The latest skipped times of a team, newest last, at most `limit`.
    pub fn skipped(&self, team: TeamId, limit: usize) -> Result<Vec<(Instant, SkippedSlot)>> {
        let rows = self.scan::<SkippedSlot>(&layout::skipped_of(team))?;
        let dated = |(key, slot): (Vec<u8>, SkippedSlot)| match segments(&key)?.get(2)? {
            Segment::U64(millis) => {
                let at = Instant::from_timestamp_millis(i64::try_from(*millis).ok()?)?;
                Some((at, slot))
            }
            _ => None,
        };
        let behind = rows.len().saturating_sub(limit);
        Ok(rows.into_iter().skip(behind).filter_map(dated).collect())
    }
}

/// The text that a key ends with.
pub(super) fn last_text(key: &[u8]) -> Option<String> {
    match segments(key)?.pop()? {
        Segment::Text(text) => Some(text),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::super::memory::MemoryKv;
    use super::*;

    #[test]
    fn what_was_due_is_so_no_more_once_the_clock_went_back() {
        let kv = MemoryKv::new();
        let tx = Tx::new(&kv);
        let at = Instant::from_timestamp_millis(1_800_000_000_000).unwrap();
        tx.due_later(Due { team: TeamId(1), wake: Wake::Close }, at).unwrap();
        let (key, _) = tx.due(at, &[], 1).unwrap().remove(0);
        assert!(tx.is_due(&key, at).unwrap());
        assert!(!tx.is_due(&key, at - TimeDelta::milliseconds(1)).unwrap());
        tx.delete(key.clone());
        assert!(!tx.is_due(&key, at).unwrap());
    }
}
