//! Who may open an application.

use std::fmt;

use shared::session::Role;

use crate::account::{Account, username_key};

/// One way to be let in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Allow {
    /// Whoever has this role; an admin also has that of a user.
    Role(Role),
    /// Whoever has this group at the OP; compared exactly.
    Group(String),
    /// Whoever has this username; compared as usernames are.
    User(String),
}

impl Allow {
    /// Parses `role:admin`, `group:family` or `user:alice`; `None` for anything else.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (kind, name) = text.split_once(':')?;
        if name.is_empty() {
            return None;
        }
        match (kind, name) {
            ("role", "admin") => Some(Self::Role(Role::Admin)),
            ("role", "user") => Some(Self::Role(Role::User)),
            ("group", name) => Some(Self::Group(name.to_owned())),
            ("user", name) => Some(Self::User(name.to_owned())),
            _ => None,
        }
    }

    fn lets_in(&self, account: &Account) -> bool {
        match self {
            Self::Role(Role::User) => true,
            Self::Role(Role::Admin) => account.role == Role::Admin,
            Self::Group(group) => account.groups.contains(group),
            Self::User(name) => username_key(&account.username) == username_key(name),
        }
    }
}

impl fmt::Display for Allow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Role(Role::Admin) => f.write_str("role:admin"),
            Self::Role(Role::User) => f.write_str("role:user"),
            Self::Group(name) => write!(f, "group:{name}"),
            Self::User(name) => write!(f, "user:{name}"),
        }
    }
}

/// May this account open an application that lets in these? An empty list lets in everybody who is
/// logged in.
#[must_use]
pub fn is_allowed(allow: &[Allow], account: &Account) -> bool {
    allow.is_empty() || allow.iter().any(|rule| rule.lets_in(account))
}

#[cfg(test)]
mod tests {
    use super::{Allow, is_allowed};
    use crate::account::{Account, AccountId};
    use shared::session::Role;

    fn alice() -> Account {
        Account {
            id: AccountId::nil(),
            username: "alice".to_owned(),
            display_name: None,
            email: None,
            email_voucher: None,
            lost_email: None,
            role: Role::User,
            password_hash: None,
            disabled_at: None,
            groups: vec!["family".to_owned()],
        }
    }

    #[test]
    fn one_rule_that_fits_is_enough() {
        let alice = alice();
        let check = |rules: &[&str], expected: bool| {
            let rules: Vec<_> = rules.iter().filter_map(|rule| Allow::parse(rule)).collect();
            assert_eq!(is_allowed(&rules, &alice), expected, "{rules:?}");
        };
        check(&[], true);
        check(&["role:user"], true);
        check(&["role:admin"], false);
        check(&["group:family"], true);
        check(&["group:Family"], false);
        check(&["user:Alice"], true);
        check(&["user:bob", "group:family"], true);
        check(&["user:bob"], false);
        let mut admin = alice.clone();
        admin.role = Role::Admin;
        assert!(is_allowed(&[Allow::Role(Role::Admin)], &admin));
        assert!(is_allowed(&[Allow::Role(Role::User)], &admin));
    }

    #[test]
    fn anything_else_is_no_rule() {
        for text in [
            "",
            "admin",
            "role:",
            "role:root",
            "group:",
            "user:",
            "everyone:x",
            ":x",
        ] {
            assert_eq!(Allow::parse(text), None, "{text}");
        }
        for text in ["role:admin", "role:user", "group:a:b", "user:alice"] {
            let rule = Allow::parse(text).expect("a rule");
            assert_eq!(rule.to_string(), text);
        }
    }
}
