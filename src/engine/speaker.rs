//! Who is speaking, where, and which team they mean.

use std::collections::BTreeSet;

use super::decision::{Decided, Desk};
use crate::domain::ids::{PersonId, PlaceId, TeamId};
use crate::domain::person::Person;
use crate::domain::role::{Role, Roles};
use crate::domain::team::Team;

/// A person at the desk.
pub(super) struct Speaker {
    /// What is known of them.
    pub person: Person,
    /// Where they speak; `None` in private.
    pub place: Option<PlaceId>,
    /// The teams they are a member or lead of, the one of this place first.
    pub teams: Vec<Team>,
    /// Those of them that they lead without being a member.
    pub led_from_outside: Vec<TeamId>,
    /// Those that they lead as one of a group.
    led_by_group: Vec<TeamId>,
    /// Whether they speak in the place of a team that is none of theirs.
    pub astray: bool,
    /// Whether they look after teams and delivery.
    pub admin: bool,
}

impl Speaker {
    pub fn new(desk: &Desk<'_>, id: &PersonId, place: Option<&PlaceId>) -> Decided<Self> {
        let person = desk.person(id)?;
        let mut teams = desk.tx.teams_of(id)?;
        let mut led_by_group = Vec::new();
        for team in teams.iter().filter(|team| !team.is_lead(id)) {
            if leads_by_group(desk, team, id)? {
                led_by_group.push(team.id);
            }
        }
        let mut led_from_outside = Vec::new();
        for team in desk.tx.teams_led_by(id)? {
            if !teams.iter().any(|own| own.id == team.id) {
                led_from_outside.push(team.id);
                teams.push(team);
            }
        }
        teams.sort_by_key(|team| Some(&team.place) != place);
        let others = place.filter(|place| !teams.iter().any(|team| team.place == **place));
        let astray = others.map(|place| desk.tx.team_at(place)).transpose()?.flatten().is_some();
        let admin = desk.rules.admins.contains(id);
        let place = place.cloned();
        Ok(Self { person, place, teams, led_from_outside, led_by_group, astray, admin })
    }

    /// The team meant without being named: that of this place, else the only one, else the one
    /// whose questions are in front of the person. In another team's place none is meant.
    pub fn team(&self) -> Option<&Team> {
        self.team_for(|_| true)
    }

    /// The same for something that the person may do in certain teams: outside their places it is
    /// meant for the only one of these, if it is just one.
    pub fn team_for(&self, able: impl Fn(&Team) -> bool) -> Option<&Team> {
        let facing = || {
            let round = self.person.facing.filter(|_| !self.astray)?;
            self.teams.iter().find(|team| team.id == round.team)
        };
        self.team_without_doubt(able).or_else(facing)
    }

    /// The same where the question in front of the person tells nothing.
    pub fn team_without_doubt(&self, able: impl Fn(&Team) -> bool) -> Option<&Team> {
        let here = self.teams.iter().find(|team| Some(&team.place) == self.place.as_ref());
        if here.is_some() || self.astray {
            return here;
        }
        let mut fitting = self.teams.iter().filter(|team| able(team));
        match (fitting.next(), fitting.next()) {
            (Some(only), None) => Some(only),
            _ if self.teams.len() == 1 => self.teams.first(),
            _ => None,
        }
    }

    /// The team of this name.
    pub fn team_named(&self, name: &str) -> Option<&Team> {
        self.teams.iter().find(|team| team.name.eq_ignore_ascii_case(name.trim()))
    }

    /// Whether the person leads this team.
    pub fn leads(&self, team: &Team) -> bool {
        team.is_lead(&self.person.id) || self.led_by_group.contains(&team.id)
    }

    /// What the person is to a team.
    pub fn roles(&self, team: Option<&Team>) -> Roles {
        let mut roles = Roles::STRANGER;
        if let Some(team) = team {
            if !self.led_from_outside.contains(&team.id) {
                roles = roles.with(Role::Member);
            }
            if self.leads(team) {
                roles = roles.with(Role::Lead);
            }
        }
        if self.admin { roles.with(Role::Admin) } else { roles }
    }
}

/// Whether a member belongs to a group that leads the team.
fn leads_by_group(desk: &Desk<'_>, team: &Team, person: &PersonId) -> Decided<bool> {
    Ok(leading(desk, team, &desk.tx.groups(team.id, person)?))
}

/// Whether one of these groups leads the team.
fn leading(desk: &Desk<'_>, team: &Team, groups: &[PersonId]) -> bool {
    groups.iter().any(|group| team.is_lead(group) || desk.rules.leading_groups.contains(group))
}

/// The people who lead a team: members first, by id, whether named or in a group that leads; then
/// those who are named without being members.
pub(super) fn leads_of(desk: &Desk<'_>, team: &Team) -> Decided<Vec<PersonId>> {
    let mut groups: BTreeSet<PersonId> = desk.rules.leading_groups.iter().cloned().collect();
    let mut inside = BTreeSet::new();
    for (member, own) in desk.tx.grouped_members(team.id)? {
        if leading(desk, team, &own) {
            inside.insert(member);
        }
        groups.extend(own);
    }
    let mut outside = Vec::new();
    for named in &team.leads {
        if desk.tx.is_member(team.id, named)? {
            inside.insert(named.clone());
        } else if !groups.contains(named) {
            outside.push(named.clone());
        }
    }
    Ok(inside.into_iter().chain(outside).collect())
}
