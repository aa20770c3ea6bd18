//! The role that the OP's claims give. Pure.

use std::fmt::Write as _;

use oidc::for_log;
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

/// The most values that a message quotes.
const MAX_QUOTED: usize = 10;

/// Says why no value matches, for an admin: what came, what was wanted, and what is nearly it.
#[must_use]
pub fn missing(identity: &VerifiedIdentity, wanted: &RoleValues) -> String {
    let given = identity.roles.as_deref().unwrap_or_default();
    let came = identity.role_claim.as_deref().unwrap_or("it was not read");
    let mut text = came.to_owned();
    for (name, values) in [
        ("OIDC_ROLE_ADMIN", &wanted.admin),
        ("OIDC_ROLE_USER", &wanted.user),
    ] {
        if !values.is_empty() {
            let _ = write!(text, "; {name} wants {}", quoted(values));
        }
    }
    for wanted in wanted.admin.iter().chain(&wanted.user) {
        for given in given {
            let difference = if given.to_lowercase() == wanted.to_lowercase() {
                "by case"
            } else if given.trim() == wanted.trim() {
                "by white space"
            } else if given.trim_start_matches('/') == wanted.trim_start_matches('/') {
                "by a slash"
            } else {
                continue;
            };
            let given = for_log(given);
            let _ = write!(text, "; {given:?} differs from {wanted:?} {difference}");
        }
    }
    text
}

/// Quotes the first of some values.
fn quoted(values: &[String]) -> String {
    let first = values.iter().take(MAX_QUOTED);
    let mut quoted: Vec<String> = first.map(|value| format!("{:?}", for_log(value))).collect();
    if values.len() > MAX_QUOTED {
        quoted.push(format!("{} more", values.len() - MAX_QUOTED));
    }
    quoted.join(", ")
}

#[cfg(test)]
mod tests {
    use super::{RoleAnswer, RoleValues, missing};
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
            role_claim: Some("the claim groups is a list".to_owned()),
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

    #[test]
    fn refusal_says_what_came_and_what_is_nearly_it() {
        let wanted = RoleValues {
            admin: texts(&["admins"]),
            user: texts(&["users", "/staff"]),
        };
        let check = |given: &[&str], expected: &str| {
            let text = missing(&identity(Some(given)), &wanted);
            let beginning = "the claim groups is a list; OIDC_ROLE_ADMIN wants \"admins\"; \
                             OIDC_ROLE_USER wants \"users\", \"/staff\"";
            assert_eq!(text, format!("{beginning}{expected}"));
        };
        check(&["guests"], "");
        check(&["Users"], "; \"Users\" differs from \"users\" by case");
        check(
            &["admins "],
            "; \"admins \" differs from \"admins\" by white space",
        );
        check(&["staff"], "; \"staff\" differs from \"/staff\" by a slash");
    }
}
