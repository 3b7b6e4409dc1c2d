//! What a person is to a team.

/// One thing a person can be to a team; a person may be several at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Role {
    /// Belongs to the team and answers its questions.
    Member,
    /// Runs the team's rounds and reads its reports.
    Lead,
    /// Looks after teams and delivery, and reads no results.
    Admin,
}

impl Role {
    /// All roles.
    pub const ALL: [Self; 3] = [Self::Member, Self::Lead, Self::Admin];
}

/// What a person is to a team, all of it; the empty set is a stranger.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub struct Roles(u8);

impl Roles {
    /// Nothing at all to the team.
    pub const STRANGER: Self = Self(0);
    /// Only a member.
    pub const MEMBER: Self = Self::STRANGER.with(Role::Member);
    /// Only a lead.
    pub const LEAD: Self = Self::STRANGER.with(Role::Lead);
    /// Only an admin.
    pub const ADMIN: Self = Self::STRANGER.with(Role::Admin);
    /// All three.
    pub const ALL: Self = Self::MEMBER.with(Role::Lead).with(Role::Admin);

    /// These roles and one more.
    #[must_use]
    pub const fn with(self, role: Role) -> Self {
        Self(self.0 | 1 << role as u8)
    }

    /// Whether `role` is among these.
    #[must_use]
    pub const fn has(self, role: Role) -> bool {
        self.0 & (1 << role as u8) != 0
    }

    /// Whether any role is in both sets.
    #[must_use]
    pub const fn meets(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }
}

impl FromIterator<Role> for Roles {
    fn from_iter<I: IntoIterator<Item = Role>>(roles: I) -> Self {
        roles.into_iter().fold(Self::STRANGER, Self::with)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_person_may_be_several_things_to_a_team() {
        let both: Roles = [Role::Member, Role::Lead].into_iter().collect();
        assert!(both.has(Role::Member) && both.has(Role::Lead) && !both.has(Role::Admin));
        assert!(both.meets(Roles::LEAD) && !both.meets(Roles::ADMIN));
        assert!(!Roles::STRANGER.meets(Roles::ALL));
    }
}
