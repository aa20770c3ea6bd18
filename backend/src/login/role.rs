//! The role that the OP's claims give. Pure.

use oidc::identity::VerifiedIdentity;
use shared::session::Role;

use crate::config::RoleValues;

/// What the role claim says about the user.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RoleAnswer {
    /// No claim is configured: roles are managed on this server.
    NotAsked,
    /// The claims give this role.
    Role(Role),
    /// No value matches: the user may not log in.
    None,
}

impl RoleAnswer {
    /// Decides by the OP's values and the configured ones. Only whole values match: `not-admins` is
    /// not `admins`.
    #[must_use]
    pub fn of(identity: &VerifiedIdentity, wanted: Option<&RoleValues>) -> Self {
        let (Some(given), Some(wanted)) = (&identity.roles, wanted) else {
            return Self::NotAsked;
        };
        let has = |wanted: &[String]| wanted.iter().any(|value| given.contains(value));
        if has(&wanted.admin) {
            Self::Role(Role::Admin)
        } else if wanted.user.iter().any(|value| value == "*") || has(&wanted.user) {
            Self::Role(Role::User)
        } else {
            Self::None
        }
    }

    /// Returns the role to set; `None` if the claims do not decide it.
    #[must_use]
    pub fn role(self) -> Option<Role> {
        match self {
            Self::Role(role) => Some(role),
            Self::NotAsked | Self::None => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{RoleAnswer, RoleValues};
    use oidc::identity::VerifiedIdentity;
    use shared::session::Role;

    fn texts(texts: &[&str]) -> Vec<String> {
        texts.iter().map(|&text| text.to_owned()).collect()
    }

    fn identity(roles: Option<&[&str]>) -> VerifiedIdentity {
        VerifiedIdentity {
            issuer: "https://op.example".to_owned(),
            subject: "1".to_owned(),
            sid: None,
            email: None,
            is_email_verified: false,
            username: None,
            display_name: None,
            roles: roles.map(texts),
        }
    }

    #[test]
    fn roles_by_whole_values_alone() {
        let wanted = RoleValues {
            admin: texts(&["admins", "root"]),
            user: texts(&["users"]),
        };
        let check = |given: &[&str], expected: RoleAnswer| {
            let answer = RoleAnswer::of(&identity(Some(given)), Some(&wanted));
            assert_eq!(answer, expected, "{given:?}");
        };
        check(&["users", "root"], RoleAnswer::Role(Role::Admin));
        check(&["admins"], RoleAnswer::Role(Role::Admin));
        check(&["users"], RoleAnswer::Role(Role::User));
        check(&["not-admins"], RoleAnswer::None);
        check(&["admins,users"], RoleAnswer::None);
        check(&["Admins"], RoleAnswer::None);
        check(&[], RoleAnswer::None);
        let not_asked = RoleAnswer::of(&identity(None), Some(&wanted));
        assert_eq!(not_asked, RoleAnswer::NotAsked);
        let not_asked = RoleAnswer::of(&identity(Some(&["root"])), None);
        assert_eq!(not_asked, RoleAnswer::NotAsked);
        let anyone = RoleValues {
            user: texts(&["*"]),
            ..wanted
        };
        let answer = RoleAnswer::of(&identity(Some(&[])), Some(&anyone));
        assert_eq!(answer, RoleAnswer::Role(Role::User));
    }
}
