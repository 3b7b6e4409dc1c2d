//! Who may say and see what, in one place.
//!
//! Roles are those a person has in the team concerned. Who may *say* a verb stands beside the verb
//! in the command table; who may *see* a matter stands here. The engine asks both: a member may say
//! `report`, and is shown the last published summary.

use super::command::{ActionStep, Command};
pub use super::role::{Role, Roles};

/// Whether somebody with these roles may say this.
///
/// `setup` makes a team where there is none yet; the engine hands whoever it lets do that the role
/// of a lead.
#[must_use]
pub fn may(roles: Roles, command: &Command) -> bool {
    let who = command.verb().entry().who;
    match command {
        // Giving a proposed action up is for the lead; doing it is for everybody in the team.
        Command::Action(ActionStep::Dismiss, _) => roles.has(Role::Lead),
        command if command.only_shows() => who.admits(roles),
        _ => who.admits_change(roles),
    }
}

/// Something the bot knows and does not tell everybody.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Matter {
    /// The summary posted when a round closed.
    ClosingSummary,
    /// What a lead published.
    Published,
    /// Which champions accepted; candidates and nominators are nobody's to see.
    Champions,
    /// The report drawn from published answers, also before anybody published it.
    Report,
    /// Levels over time.
    Trend,
    /// Where a figure comes from, down to question scores.
    Why,
    /// How many people answered, from the minimum group on.
    Counts,
    /// Comments and text answers, shuffled and unattributed.
    Words,
    /// Names, places, leads and settings of teams.
    Teams,
    /// Whether messages arrive.
    Delivery,
}

impl Matter {
    /// All matters.
    pub const ALL: [Self; 10] = [
        Self::ClosingSummary,
        Self::Published,
        Self::Champions,
        Self::Report,
        Self::Trend,
        Self::Why,
        Self::Counts,
        Self::Words,
        Self::Teams,
        Self::Delivery,
    ];

    /// Who may see it; having one of the roles is enough.
    #[must_use]
    pub const fn readers(self) -> Roles {
        const TEAM: Roles = Roles::MEMBER.with(Role::Lead);
        match self {
            Self::ClosingSummary | Self::Published | Self::Champions => TEAM,
            Self::Report | Self::Trend | Self::Why | Self::Counts | Self::Words => Roles::LEAD,
            Self::Teams => Roles::LEAD.with(Role::Admin),
            Self::Delivery => Roles::ADMIN,
        }
    }
}

/// Whether somebody with these roles may see this.
#[must_use]
pub fn may_see(roles: Roles, matter: Matter) -> bool {
    roles.meets(matter.readers())
}

/// What `report` shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReportSight {
    /// The report as it stands now.
    Current,
    /// The last summary shown to the team.
    LastPublished,
}

/// What `report` shows somebody with these roles; nothing to those who may not read it.
#[must_use]
pub fn report_sight(roles: Roles) -> Option<ReportSight> {
    if may_see(roles, Matter::Report) {
        Some(ReportSight::Current)
    } else {
        may_see(roles, Matter::Published).then_some(ReportSight::LastPublished)
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;
    use crate::domain::command::parse;

    /// Every combination of roles.
    fn every_combination() -> impl Iterator<Item = Roles> {
        (0..8)
            .map(|bits| Role::ALL.into_iter().filter(|role| bits >> *role as u8 & 1 == 1).collect())
    }

    /// Letters say who may: `*` everybody, `m` member, `l` lead, `a` admin.
    fn named(letters: &str, roles: Roles) -> bool {
        letters.contains('*')
            || letters.contains('m') && roles.has(Role::Member)
            || letters.contains('l') && roles.has(Role::Lead)
            || letters.contains('a') && roles.has(Role::Admin)
    }

    #[rstest]
    #[case("*", &["help", "help report", "me", "forget me", "forget me yes", "stop"])]
    #[case("mla", &["snooze", "away", "resume", "status", "team", "team list", "mode", "schedule"])]
    #[case("m", &["answer", "volunteer skills", "nominate @a skills", "accept", "decline", "step down"])]
    #[case("ml", &["report", "actions", "action take 1", "action done 1", "who"])]
    #[case("l", &["why", "why skills.linux", "report why skills", "trend", "publish", "dismiss 1"])]
    #[case("l", &["start", "close", "extend", "cancel", "nudge", "target skills 3", "mode open"])]
    #[case("la", &["setup", "schedule off", "team name X", "team lead add @a", "team minimum 4"])]
    fn exactly_these_may_say_it(#[case] letters: &str, #[case] texts: &[&str]) {
        for text in texts {
            let command = parse(text).unwrap();
            for roles in every_combination() {
                assert_eq!(may(roles, &command), named(letters, roles), "{text} {roles:?}");
            }
        }
    }

    #[rstest]
    #[case("ml", &[Matter::ClosingSummary, Matter::Published, Matter::Champions])]
    #[case("l", &[Matter::Report, Matter::Trend, Matter::Why, Matter::Counts, Matter::Words])]
    #[case("la", &[Matter::Teams])]
    #[case("a", &[Matter::Delivery])]
    fn exactly_these_may_see_it(#[case] letters: &str, #[case] matters: &[Matter]) {
        for matter in matters {
            for roles in every_combination() {
                assert_eq!(may_see(roles, *matter), named(letters, roles), "{matter:?} {roles:?}");
            }
        }
    }

    #[test]
    fn a_stranger_sees_nothing() {
        assert!(Matter::ALL.into_iter().all(|matter| !may_see(Roles::STRANGER, matter)));
    }

    #[test]
    fn members_are_shown_the_published_report_and_admins_none() {
        assert_eq!(report_sight(Roles::MEMBER), Some(ReportSight::LastPublished));
        assert_eq!(report_sight(Roles::MEMBER.with(Role::Lead)), Some(ReportSight::Current));
        assert_eq!(report_sight(Roles::ADMIN), None);
    }
}
