//! Replies that many commands share.

use super::decision::{Decided, Desk};
use super::speaker::Speaker;
use crate::domain::team::Team;
use crate::platform::Reply;
use crate::text::words::{NoTeam, NoneOpen, NotYours, OnlyLeads, Refused, WhichTeam};

/// The person may not do that; reveals nothing.
pub(super) fn refused(desk: &Desk<'_>) -> Reply {
    desk.reply(&Refused { prefix: desk.rules.prefix.clone() })
}

/// The person is not in the team that it is about; reveals nothing of it.
pub(super) fn not_yours(desk: &Desk<'_>) -> Reply {
    desk.reply(&NotYours {})
}

/// The person is in the team and does not lead it.
pub(super) fn only_leads(desk: &Desk<'_>, team: &Team) -> Decided<Reply> {
    let leads = desk.tx.names_of(&super::speaker::leads_of(desk, team)?)?;
    Ok(desk.reply(&OnlyLeads { team: team.name.clone(), leads }))
}

/// The person belongs to no team.
pub(super) fn no_team(desk: &Desk<'_>) -> Reply {
    desk.reply(&NoTeam { prefix: desk.rules.prefix.clone(), can_set_up: desk.rules.open_setup })
}

/// Several teams could be meant.
pub(super) fn which_team(desk: &Desk<'_>, speaker: &Speaker) -> Reply {
    if speaker.teams.is_empty() {
        return no_team(desk);
    }
    let teams = speaker.teams.iter().map(|team| team.name.clone()).collect();
    desk.reply(&WhichTeam { teams })
}

/// There is no open round to do that with.
pub(super) fn none_open(desk: &Desk<'_>, team: &Team) -> Reply {
    desk.reply(&NoneOpen { team: team.name.clone() })
}
