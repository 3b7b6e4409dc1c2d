//! Who belongs to which team, as platforms and the config file tell it.

use std::collections::BTreeSet;

use chrono_tz::Tz;

use super::decision::{Decided, Desk};
use super::pipeline::Engine;
use super::wakes::replan;
use super::{champions, holding, jobs, rounds};
use crate::domain::cron::CronExpr;
use crate::domain::ids::{PersonId, PlaceId, TeamId};
use crate::domain::message::{Choice, Message, Press};
use crate::domain::outgoing::Purpose;
use crate::domain::person::Person;
use crate::domain::round::{Round, State};
use crate::domain::schedule::Schedule;
use crate::domain::selection::PulseState;
use crate::domain::team::{Scheduled, Settings, Team, Wake};
use crate::platform::{Facts, PlaceChange, Profile, Reply};
use crate::text::words::{Arrived, Unreachable};

/// Why a team is paused whose entry is gone.
const REMOVED: &str = "removed from the config file";

/// Somebody came into a place.
pub(super) fn joined(desk: &Desk<'_>, place: &PlaceId, profile: &Profile) -> Decided<Reply> {
    know(desk, profile)?;
    if let Some(mut team) = desk.tx.team_at(place)? {
        desk.tx.add_member(team.id, &profile.id)?;
        note_groups(desk, &team, profile)?;
        // The first person of an empty team leads it.
        if team.leads.is_empty() && team.config_id.is_none() && !profile.outside {
            team.leads.push(profile.id.clone());
            desk.tx.put_team(&team)?;
        }
    }
    Ok(None)
}

/// The bot came into a place: it says what it is for, unless a team lives there already.
pub(super) fn arrived(desk: &Desk<'_>, place: &PlaceId, by: Option<&PersonId>) -> Decided<Reply> {
    if desk.tx.team_at(place)?.is_some() {
        return place_changed(desk, place, &PlaceChange::Back);
    }
    let admin = by.is_some_and(|by| desk.rules.admins.contains(by));
    let can_set_up = desk.rules.open_setup || admin;
    let prefix = desk.rules.prefix.clone();
    let setup = Choice {
        key: "setup".to_owned(),
        label: super::questions::say(desk, "setup"),
        press: Press::Say(format!("{prefix} setup")),
    };
    let body = desk.text.say(&Arrived { can_set_up, prefix });
    let choices = can_set_up.then_some(setup).into_iter().collect();
    Ok(Some(Message::Choices { body, choices }))
}

/// Writes what a platform knows of a person, where it is new.
fn know(desk: &Desk<'_>, profile: &Profile) -> Decided<()> {
    let old = desk.tx.person(&profile.id)?;
    let base = old.clone().unwrap_or_else(|| Person::new(profile.id.clone(), profile.name.clone()));
    let zone = profile.zone.or(base.zone);
    let person = Person { name: profile.name.clone(), zone, outside: profile.outside, ..base };
    if old.as_ref() != Some(&person) {
        desk.tx.put_person(&person)?;
    }
    Ok(())
}

/// Notes the groups of a member, where the platform knows them now.
fn note_groups(desk: &Desk<'_>, team: &Team, profile: &Profile) -> Decided<()> {
    let Some(groups) = &profile.groups else { return Ok(()) };
    Ok(desk.tx.note_groups(team.id, &profile.id, groups)?)
}

/// Somebody left a place; what they answered stays, and they stay counted in an open round.
pub(super) fn left(desk: &Desk<'_>, place: &PlaceId, person: &PersonId) -> Decided<Reply> {
    if let Some(team) = desk.tx.team_at(place)? {
        leave(desk, &team, person)?;
    }
    Ok(None)
}

fn leave(desk: &Desk<'_>, team: &Team, person: &PersonId) -> Decided<()> {
    if desk.tx.is_member(team.id, person)? {
        desk.tx.remove_member(team.id, person);
        champions::gone(desk, team, person)?;
    }
    Ok(())
}

/// A place moved, went or came back.
pub(super) fn place_changed(
    desk: &Desk<'_>,
    place: &PlaceId,
    change: &PlaceChange,
) -> Decided<Reply> {
    let Some(mut team) = desk.tx.team_at(place)? else { return Ok(None) };
    match change {
        PlaceChange::Moved(new) => move_to(desk, &mut team, new)?,
        PlaceChange::Replaced(new) => {
            move_to(desk, &mut team, new)?;
            rounds::show_again(desk, &team, place)?;
        }
        PlaceChange::Unclear => look_who_is_there(desk, &mut team)?,
        PlaceChange::Gone => return pause(desk, team, "gone").map(|()| None),
        PlaceChange::Back => return resumed(desk, team).map(|()| None),
    }
    desk.tx.put_team(&team)?;
    Ok(None)
}

/// Whether a team is paused because its place could not be reached.
pub(super) fn is_paused_by_place(team: &Team) -> bool {
    team.paused.as_deref().is_some_and(|cause| cause != REMOVED)
}

/// Ends a team's pause, unless it left the config file; who is in its place is asked before
/// anything goes there.
pub(super) fn resumed(desk: &Desk<'_>, mut team: Team) -> Decided<()> {
    if is_paused_by_place(&team) {
        team.paused = None;
        look_who_is_there(desk, &mut team)?;
        desk.tx.put_team(&team)?;
    }
    Ok(())
}

fn move_to(desk: &Desk<'_>, team: &mut Team, place: &PlaceId) -> Decided<()> {
    desk.tx.unsettle(&team.place);
    team.place = place.clone();
    desk.tx.settle(team)?;
    look_who_is_there(desk, team)
}

/// Strangers may be where a team is now, so nothing goes there before it is known who is.
fn look_who_is_there(desk: &Desk<'_>, team: &mut Team) -> Decided<()> {
    team.roster_at = None;
    desk.look_up(&team.place, Purpose::LookUp(team.id))
}

/// Pauses a team whose place cannot be reached, and tells its leads once.
pub(super) fn pause(desk: &Desk<'_>, mut team: Team, cause: &str) -> Decided<()> {
    if team.paused.is_some() {
        return Ok(());
    }
    team.paused = Some(cause.to_owned());
    desk.tx.put_team(&team)?;
    let words = Unreachable { team: team.name.clone(), cause: cause.to_owned() };
    jobs::write_to_leads(desk, &team, desk.text.say(&words), Purpose::Notice(team.id))
}

/// A look-up came back: the members are known, and a planned round opens.
pub(super) fn facts(desk: &Desk<'_>, facts: &Facts) -> Decided<Reply> {
    let Facts::Members { place, members } = facts;
    let Some(mut team) = desk.tx.team_at(place)? else { return Ok(None) };
    let known: BTreeSet<PersonId> = desk.tx.members(team.id)?.into_iter().collect();
    // Asked after the team was read: news that come from here on change what this rests on.
    if desk.looks.is_stale(place) {
        return Ok(None);
    }
    for profile in members {
        if desk.is_full() {
            return Ok(None);
        }
        know(desk, profile)?;
        if !known.contains(&profile.id) {
            desk.tx.add_member(team.id, &profile.id)?;
        }
        note_groups(desk, &team, profile)?;
    }
    let present: BTreeSet<&PersonId> = members.iter().map(|profile| &profile.id).collect();
    for person in known.iter().filter(|id| !present.contains(id)) {
        if desk.is_full() {
            return Ok(None);
        }
        leave(desk, &team, person)?;
    }
    // Opening a round takes a commit of its own.
    if desk.tx.ops() > 0 {
        desk.again.set(true);
        return Ok(None);
    }
    if let Some(fresh) = desk.tx.team(team.id)? {
        team = fresh;
    }
    settled_in(desk, &mut team)?;
    let planned = |round: &Round| round.state == State::Planned;
    if let Some(round) = desk.current_round(&team)?.filter(planned)
        && let rounds::Opening::Open(round) = rounds::open(desk, &mut team, round)?
    {
        jobs::ask_starter(desk, &round)?;
    }
    Ok(None)
}

/// It is known who is in a team's place: a pause for the place's sake is over, and what was held
/// back goes out.
fn settled_in(desk: &Desk<'_>, team: &mut Team) -> Decided<()> {
    let was_held = holding::holds(team);
    team.roster_at = Some(desk.now);
    // That its people can be seen does not mean that something can be said to them.
    if is_paused_by_place(team) && !holding::is_refused(desk, &team.place)? {
        team.paused = None;
    }
    desk.tx.put_team(team)?;
    if was_held && !holding::holds(team) { holding::release(desk, &team.place) } else { Ok(()) }
}

/// A team as the config file or the try-out wants it.
#[derive(Clone, Debug)]
pub struct TeamPlan {
    /// The name of its entry in the config file; `None` for one that chat may change.
    pub config_id: Option<String>,
    /// What people call it.
    pub name: String,
    /// Its place.
    pub place: PlaceId,
    /// Who leads it.
    pub leads: Vec<PersonId>,
    /// How it wants to be asked.
    pub settings: Settings,
}

/// Makes the stored teams agree with the plans: new ones are made, known ones changed, and teams
/// whose entry is gone from the config file are paused. One that cannot be read stays as it is.
///
/// # Errors
///
/// A store that failed.
pub async fn reconcile(engine: &Engine, plans: &[TeamPlan]) -> Decided<()> {
    for plan in plans {
        match engine.commit(|desk| carry_out(desk, plan)).await {
            Err(trouble) if !trouble.is_fatal() => {
                engine.damage.tell(&trouble, "a team of the config file stays as it was");
            }
            done => drop(done?),
        }
    }
    engine.commit(|desk| pause_removed(desk, plans)).await
}

fn carry_out(desk: &Desk<'_>, plan: &TeamPlan) -> Decided<TeamId> {
    let here = desk.tx.team_at(&plan.place)?;
    let is_meant = |team: &Team| plan.config_id.is_some() && team.config_id == plan.config_id;
    // All teams are looked through only for one of the config file that moved or is new.
    let known = match here {
        other if plan.config_id.is_none() => other,
        Some(team) if is_meant(&team) => Some(team),
        other => desk.tx.teams()?.into_iter().find(is_meant).or(other),
    };
    let mut team = match known {
        Some(team) => team,
        None => new_team(desk, plan)?,
    };
    let before = team.clone();
    if team.place != plan.place {
        desk.tx.unsettle(&team.place);
        team.place = plan.place.clone();
        team.roster_at = None;
    }
    team.name.clone_from(&plan.name);
    team.config_id.clone_from(&plan.config_id);
    team.leads.clone_from(&plan.leads);
    for lead in before.leads.iter().chain(&plan.leads) {
        let leads = plan.config_id.is_some() && plan.leads.contains(lead);
        desk.tx.note_lead(team.id, lead, leads)?;
    }
    let is_listed_again = team.paused.as_deref() == Some(REMOVED);
    if is_listed_again {
        (team.paused, team.roster_at) = (None, None);
    }
    apply(desk, &mut team, plan.settings.clone())?;
    if team != before || desk.tx.team(team.id)?.is_none() {
        desk.tx.settle(&team)?;
        desk.tx.put_team(&team)?;
    }
    if team.roster_at.is_none() || team.paused.is_some() {
        desk.look_up(&team.place, Purpose::LookUp(team.id))?;
    }
    Ok(team.id)
}

fn new_team(desk: &Desk<'_>, plan: &TeamPlan) -> Decided<Team> {
    Ok(Team {
        id: desk.tx.mint_team()?,
        name: plan.name.clone(),
        place: plan.place.clone(),
        config_id: plan.config_id.clone(),
        paused: None,
        leads: plan.leads.clone(),
        settings: Settings {
            schedules: Vec::new(),
            digest: None,
            trend: None,
            ..plan.settings.clone()
        },
        rounds: 0,
        current: None,
        roster_at: None,
        pulse: PulseState::default(),
        accounted: None,
        wakes: Vec::new(),
    })
}

/// Gives a team new settings, and plans its schedules where they changed.
pub(super) fn apply(desk: &Desk<'_>, team: &mut Team, settings: Settings) -> Decided<()> {
    let old = std::mem::replace(&mut team.settings, settings);
    let new = team.settings.clone();
    let before = |times: Option<&CronExpr>| schedule(times, old.zone);
    let after = |times: Option<&CronExpr>| schedule(times, new.zone);
    let (digest, trend) = (Wake::Digest, Wake::Trend);
    replan(desk, team, digest, before(old.digest.as_ref()), after(new.digest.as_ref()))?;
    replan(desk, team, trend, before(old.trend.as_ref()), after(new.trend.as_ref()))?;
    let most = old.schedules.len().max(new.schedules.len());
    for index in (0..=u8::MAX).take(most) {
        let times = |all: &[Scheduled]| all.get(usize::from(index)).map(|it| it.times.clone());
        let (was, is) = (times(&old.schedules), times(&new.schedules));
        replan(desk, team, Wake::Schedule(index), before(was.as_ref()), after(is.as_ref()))?;
    }
    Ok(())
}

fn schedule(times: Option<&CronExpr>, zone: Tz) -> Option<Schedule> {
    times.map(|expr| Schedule { expr: expr.clone(), zone })
}

fn pause_removed(desk: &Desk<'_>, plans: &[TeamPlan]) -> Decided<()> {
    for mut team in desk.tx.teams_apart()?.0 {
        let planned = plans.iter().any(|plan| plan.config_id == team.config_id);
        if team.config_id.is_some() && !planned && team.paused.is_none() && !desk.is_full() {
            team.paused = Some(REMOVED.to_owned());
            desk.tx.put_team(&team)?;
        }
    }
    Ok(())
}

impl Engine {
    /// Makes a team, or changes it, outside of any chat.
    ///
    /// # Errors
    ///
    /// A store that failed.
    pub async fn make_team(&self, plan: &TeamPlan) -> Decided<TeamId> {
        self.commit(|desk| carry_out(desk, plan)).await
    }
}
