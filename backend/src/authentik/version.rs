//! Which Authentik, and which fields of its API that version has.

use std::fmt;
use std::str::FromStr;

/// A version of Authentik: year, month, and whatever follows, which says nothing about the API.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version {
    year: u16,
    month: u8,
    text: String,
    /// Does it stand for all that are supported?
    is_any: bool,
}

/// How a provider gets the URL of back-channel logouts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogoutField {
    /// Not at all: Authentik sends none.
    None,
    /// The field `backchannel_logout_uri`.
    BackchannelLogoutUri,
    /// The fields `logout_uri` and `logout_method`.
    LogoutUriAndMethod,
}

impl Version {
    /// The oldest one that can be dealt with: before it, redirect URIs were one text, and a
    /// provider had no invalidation flow.
    pub const OLDEST: (u16, u8) = (2024, 12);

    /// Returns what stands for all versions that are supported, where nobody says which: with the
    /// fields that older ones pass over, without those that they would take for something else.
    #[must_use]
    pub fn any() -> Self {
        Self {
            year: u16::MAX,
            month: 1,
            text: "2024.12 or later".to_owned(),
            is_any: true,
        }
    }

    /// Is it one that can be dealt with?
    #[must_use]
    pub fn is_supported(&self) -> bool {
        self.is_at_least(Self::OLDEST)
    }

    /// Returns how a provider of this version is told where back-channel logouts go.
    #[must_use]
    pub fn logout_field(&self) -> LogoutField {
        if self.is_at_least((2025, 10)) {
            LogoutField::LogoutUriAndMethod
        } else if self.is_at_least((2025, 8)) {
            LogoutField::BackchannelLogoutUri
        } else {
            LogoutField::None
        }
    }

    /// Does a provider list the grant types that it allows?
    #[must_use]
    pub fn has_grant_types(&self) -> bool {
        self.is_at_least((2026, 5))
    }

    /// Can a redirect URI be one to come back to after a logout?
    #[must_use]
    pub fn has_logout_redirects(&self) -> bool {
        // Older ones do not know the type, and would let logins come back there.
        self.is_at_least((2026, 5)) && !self.is_any
    }

    /// Can the API set an application's icon?
    #[must_use]
    pub fn has_icon_field(&self) -> bool {
        self.is_at_least((2025, 12))
    }

    /// Does Authentik's own mapping for emails say that every email is verified?
    #[must_use]
    pub fn calls_emails_verified(&self) -> bool {
        !self.is_at_least((2025, 10))
    }

    /// Is it that year and month, or later?
    fn is_at_least(&self, (year, month): (u16, u8)) -> bool {
        (self.year, self.month) >= (year, month)
    }
}

impl FromStr for Version {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let mut parts = text.split('.');
        let mut next = || parts.next().unwrap_or_default();
        let (year, month) = (next().parse(), next().parse());
        match (year, month) {
            (Ok(year), Ok(month)) if (2018..=2199).contains(&year) && (1..=12).contains(&month) => {
                Ok(Self {
                    year,
                    month,
                    text: text.chars().filter(|c| !c.is_control()).take(40).collect(),
                    is_any: false,
                })
            }
            _ => Err("write a version of Authentik, such as 2025.12".to_owned()),
        }
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::{LogoutField, Version};

    #[test]
    fn versions_are_compared_by_year_and_month() {
        let version = |text: &str| text.parse::<Version>().unwrap();

        assert!(!version("2024.10.5").is_supported());
        assert!(version("2024.12.0-rc1").is_supported());
        for (text, field) in [
            ("2025.6.4", LogoutField::None),
            ("2025.8.0", LogoutField::BackchannelLogoutUri),
            ("2025.10.0-rc3", LogoutField::LogoutUriAndMethod),
            ("2026.2.1", LogoutField::LogoutUriAndMethod),
        ] {
            assert_eq!(version(text).logout_field(), field, "{text}");
        }
        assert!(!version("2026.2.7").has_grant_types());
        assert!(version("2026.5").has_grant_types());
        let any = Version::any();
        assert!(any.is_supported() && any.has_grant_types() && !any.has_logout_redirects());
        for text in ["", "2025", "v2025.12", "2025.13", "12.2025", "2025.x"] {
            assert!(text.parse::<Version>().is_err(), "{text}");
        }
    }
}
