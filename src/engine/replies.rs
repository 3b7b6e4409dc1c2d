//! Replies that many commands share.

use super::decision::{Decided, Desk};
use super::speaker::Speaker;
use crate::domain::message::{Choice, Message, Press};
use crate::domain::team::Team;
use crate::platform::Reply;
use crate::text::words::{NoTeam, NoneOpen, NotYours, OnlyLeads, Refused, WhichTeam};

/// More teams than these are not offered side by side.
const MOST_OFFERED: usize = 12;

/// Longer words, in characters, do not go into what is pressed.
const LONGEST_OFFERED: usize = 100;

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

/// Several teams could be meant: those where the person may do it are offered, to do it in these
/// words.
pub(super) fn which_team(
    desk: &Desk<'_>,
    speaker: &Speaker,
    words: &str,
    able: impl Fn(&Team) -> bool,
) -> Reply {
    if speaker.teams.is_empty() {
        return no_team(desk);
    }
    let choice = |team: &Team| Choice {
        key: team.name.clone(),
        label: team.name.clone(),
        press: Press::Tell(team.id, words.to_owned()),
    };
    let mut choices: Vec<Choice> =
        speaker.teams.iter().filter(|team| able(team)).map(choice).collect();
    let offered = choices.len() <= MOST_OFFERED && words.chars().count() <= LONGEST_OFFERED;
    choices.retain(|_| offered);
    Some(Message::Choices { body: desk.text.say(&WhichTeam { offered }), choices })
}

/// There is no open round to do that with.
pub(super) fn none_open(desk: &Desk<'_>, team: &Team) -> Reply {
    desk.reply(&NoneOpen { team: team.name.clone() })
}
