//! What should exist at Authentik.

use std::time::Duration;

use serde_json::{Value, json};
use shared::routes;

use super::lifetime;
use super::version::{LogoutField, Version};
use crate::base_path::BasePath;
use crate::config::PublicUrl;

/// The scopes that Postern asks for if `OIDC_SCOPES` is not set.
pub const SCOPES: [&str; 3] = ["openid", "profile", "email"];
/// The scope that brings refresh tokens. It is selected in the provider, and Postern asks for it
/// where `OIDC_RECHECK_SECONDS` is set.
pub const OFFLINE_SCOPE: &str = "offline_access";
/// The scope whose mapping says whether an email is verified.
pub const EMAIL_SCOPE: &str = "email";
/// What Authentik calls its own scope mappings; the scope's name follows.
pub const MANAGED_SCOPE: &str = "goauthentik.io/providers/oauth2/scope-";
/// The grant types that Postern uses.
pub const GRANT_TYPES: [&str; 2] = ["authorization_code", "refresh_token"];
/// How long tokens live where nobody says otherwise.
const DEFAULT_LIFETIMES: [(&str, Duration); 2] = [
    ("access_token_validity", Duration::from_hours(1)),
    ("refresh_token_validity", Duration::from_hours(30 * 24)),
];
/// Who makes the application, for its users.
const PUBLISHER: &str = "Postern";
/// The application's icon: one of Authentik's own, since those of Postern's page have other names
/// in each release.
const ICON: &str = "fa://fa-door-open";
/// The flow without a question for consent.
pub const AUTHORIZATION_FLOW: &str = "default-provider-authorization-implicit-consent";
/// Ends the whole session at Authentik, and sends back-channel logouts. The one that Authentik's
/// own wizard offers, `default-provider-invalidation-flow`, does neither.
pub const INVALIDATION_FLOW: &str = "default-invalidation-flow";
/// The key that every Authentik makes for itself.
pub const SIGNING_KEY: &str = "authentik Self-signed Certificate";

/// The most bytes of a slug: Authentik allowed no more until 2025.10.
const MAX_SLUG: usize = 50;
/// The most characters of a name.
const MAX_NAME: usize = 150;
/// Slugs that Authentik keeps for its endpoints below `/application/o/`.
const RESERVED_SLUGS: [&str; 6] = [
    "authorize",
    "device",
    "introspect",
    "revoke",
    "token",
    "userinfo",
];

/// A value, and whether the administrator named it: a default is for what is made or was empty, and
/// changes nothing that somebody chose.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice<T> {
    /// The value.
    pub value: T,
    /// Was it named on the command line?
    pub is_named: bool,
}

impl<T> Choice<T> {
    /// Takes what was named, or else the default.
    pub fn new(named: Option<T>, default: impl FnOnce() -> T) -> Self {
        Self {
            is_named: named.is_some(),
            value: named.unwrap_or_else(default),
        }
    }
}

/// Whose emails the claim `email_verified` calls verified.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum VerifiedEmails {
    /// Those of users with the attribute `email_verified: true`.
    Marked,
    /// Everybody's.
    All,
    /// Whatever Authentik's own mapping says.
    Authentik,
}

impl VerifiedEmails {
    /// Returns the expression of the scope mapping to make, in Authentik's Python; `None` where its
    /// own one serves.
    #[must_use]
    pub fn expression(self) -> Option<&'static str> {
        match self {
            Self::Marked => Some(MARKED),
            Self::All => Some(ALL),
            Self::Authentik => None,
        }
    }

    /// Returns what the mapping comes to, for people.
    #[must_use]
    pub fn summary(self) -> &'static str {
        match self {
            Self::Marked => {
                "email_verified is true for users whose attribute email_verified is true"
            }
            Self::All => {
                "email_verified is true for EVERYBODY: safe only where no user can choose or change \
                 an address"
            }
            Self::Authentik => "email_verified is what Authentik's own mapping says",
        }
    }
}

/// The mapping for [`VerifiedEmails::Marked`].
const MARKED: &str = "\
# Made by Postern. Verified is the address of a user whose attribute email_verified is true.
# Set it where you know that the address is the user's own; take it away when the address changes.
return {
    \"email\": request.user.email,
    \"email_verified\": request.user.attributes.get(\"email_verified\", False) is True,
}";

/// The mapping for [`VerifiedEmails::All`].
const ALL: &str = "\
# Made by Postern. Every address is called verified: keep this only while nobody but the
# administrator can set or change one.
return {
    \"email\": request.user.email,
    \"email_verified\": bool(request.user.email),
}";

/// What should exist at Authentik.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// Where people reach Postern.
    pub public_url: PublicUrl,
    /// Below which path Postern's own pages are there.
    pub base: BasePath,
    /// The application's slug, part of the issuer.
    pub slug: String,
    /// The application's name, and that of a provider that is made.
    pub name: Choice<String>,
    /// Slug of the flow that authorizes.
    pub authorization_flow: Choice<String>,
    /// Slug of the flow that logs out.
    pub invalidation_flow: Choice<String>,
    /// Slug of the flow by which strangers log in; `None` is Authentik's usual one.
    pub authentication_flow: Option<String>,
    /// Name of the key that signs ID tokens.
    pub signing_key: Choice<String>,
    /// Whose emails are called verified.
    pub verified_emails: Choice<VerifiedEmails>,
    /// Scopes besides [`SCOPES`].
    pub more_scopes: Vec<String>,
    /// The client id; `None` leaves it to Authentik.
    pub client_id: Option<String>,
    /// How long a session here lives at most.
    pub session_max_age: Duration,
}

impl Wanted {
    /// Returns the redirect URI.
    #[must_use]
    pub fn redirect_uri(&self) -> String {
        format!("{}{}", self.public_url.origin(), routes::API_OAUTH_OPENID)
    }

    /// Returns where the application begins for its users: at a login, and not at a page that asks
    /// them to choose it.
    #[must_use]
    pub fn launch_url(&self) -> String {
        format!(
            "{}{}",
            self.public_url.origin(),
            self.base.of(routes::API_LOGIN_OPENID)
        )
    }

    /// Returns what users are told of the application: field and text.
    #[must_use]
    pub fn presentation(&self, version: &Version) -> Vec<(&'static str, String)> {
        let origin = self.public_url.origin();
        let host = origin.rsplit('/').next().unwrap_or(origin);
        let mut fields = vec![
            ("meta_launch_url", self.launch_url()),
            ("meta_description", format!("Log in to {host}")),
            ("meta_publisher", PUBLISHER.to_owned()),
        ];
        if version.has_icon_field() {
            fields.push(("meta_icon", ICON.to_owned()));
        }
        fields
    }

    /// Returns the lifetimes of tokens that are too short for a session here, as they should be;
    /// `present` returns what a field of the provider says. Authentik forgets an access token that
    /// has expired, and sends a logout token only while it remembers one of the session.
    pub fn lifetimes<'a>(
        &self,
        present: impl Fn(&'static str) -> Option<&'a str>,
    ) -> Vec<(&'static str, Value)> {
        let too_short = DEFAULT_LIFETIMES.into_iter().filter(|(field, default)| {
            let found = present(field).map_or(Some(*default), lifetime::parse);
            found.is_none_or(|found| found < self.session_max_age)
        });
        let wanted = lifetime::written(self.session_max_age);
        too_short.map(|(field, _)| (field, json!(wanted))).collect()
    }

    /// Returns all scopes that the provider should know, each once.
    pub fn provider_scopes(&self) -> impl Iterator<Item = &str> {
        let own = self.scopes().filter(|scope| *scope != OFFLINE_SCOPE);
        own.chain([OFFLINE_SCOPE])
    }

    /// Returns the scopes that Postern asks for by `OIDC_SCOPES`, each once.
    pub fn scopes(&self) -> impl Iterator<Item = &str> {
        let more = self.more_scopes.iter().map(String::as_str);
        SCOPES
            .into_iter()
            .chain(more.filter(|scope| !SCOPES.contains(scope)))
    }

    /// Returns the name of the scope mapping for emails. It has the slug in it, since Authentik
    /// wants it unique, and there may be several applications.
    #[must_use]
    pub fn mapping_name(&self) -> String {
        format!("Postern email ({})", self.slug)
    }

    /// Returns the redirect URIs as the API has them: the one of logins, compared to the letter,
    /// and the page to come back to after a logout, where the version follows that.
    #[must_use]
    pub fn redirect_uris(&self, version: &Version) -> Value {
        let login = self.redirect_uri();
        if !version.has_logout_redirects() {
            return json!([{ "matching_mode": "strict", "url": login }]);
        }
        let origin = self.public_url.origin();
        let logout = format!("{origin}{}?logged_out=1", self.base.of(routes::LOGIN));
        json!([
            { "matching_mode": "strict", "url": login, "redirect_uri_type": "authorization" },
            { "matching_mode": "strict", "url": logout, "redirect_uri_type": "logout" },
        ])
    }

    /// Returns the fields that Postern needs with exactly these values in every provider.
    #[must_use]
    pub fn fixed_fields(&self, version: &Version) -> Vec<(&'static str, Value)> {
        let mut fields = vec![
            ("client_type", json!("confidential")),
            ("redirect_uris", self.redirect_uris(version)),
            // Encrypted ID tokens are not read.
            ("encryption_key", Value::Null),
            // The issuer must lie at the application's URL.
            ("issuer_mode", json!("per_provider")),
        ];
        let logout = format!(
            "{}{}",
            self.public_url.origin(),
            routes::API_BACKCHANNEL_LOGOUT
        );
        match version.logout_field() {
            LogoutField::None => {}
            LogoutField::BackchannelLogoutUri => {
                fields.push(("backchannel_logout_uri", logout.into()));
            }
            LogoutField::LogoutUriAndMethod => {
                fields.push(("logout_uri", logout.into()));
                fields.push(("logout_method", json!("backchannel")));
            }
        }
        if let Some(client_id) = &self.client_id {
            fields.push(("client_id", json!(client_id)));
        }
        fields
    }

    /// Returns the fields that are set only when a provider is created.
    #[must_use]
    pub fn first_fields(&self, version: &Version) -> Vec<(&'static str, Value)> {
        let mut fields = vec![
            ("sub_mode", json!("hashed_user_id")),
            ("include_claims_in_id_token", json!(true)),
        ];
        if version.has_grant_types() {
            fields.push(("grant_types", json!(GRANT_TYPES)));
        }
        fields
    }
}

/// Checks a slug.
///
/// # Errors
/// What a slug is.
pub fn slug(text: &str) -> Result<String, String> {
    let is_allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    if text.is_empty() || text.len() > MAX_SLUG || !text.chars().all(is_allowed) {
        return Err(format!(
            "write letters a-z, digits, - and _ alone, at most {MAX_SLUG}: it becomes part of a URL"
        ));
    }
    if RESERVED_SLUGS.contains(&text) {
        return Err("Authentik keeps this word for itself: write another".to_owned());
    }
    Ok(text.to_owned())
}

/// Checks a name of something at Authentik: one line of text.
///
/// # Errors
/// What is wrong with it.
pub fn name(text: &str) -> Result<String, String> {
    let text = text.trim();
    // Besides control characters those that end a line in YAML, and those that it does not have.
    let is_bad = |c: char| {
        c.is_control()
            || matches!(
                c,
                '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}'
            )
    };
    if text.contains(is_bad) {
        return Err("it holds a line break or another control character".to_owned());
    }
    if text.is_empty() || text.chars().count() > MAX_NAME {
        return Err(format!("write 1 to {MAX_NAME} characters"));
    }
    Ok(text.to_owned())
}

/// Checks the name of a scope (RFC 6749 §3.3).
///
/// # Errors
/// What a scope is.
pub fn scope(text: &str) -> Result<String, String> {
    let is_allowed = |c: char| c.is_ascii_graphic() && !matches!(c, '"' | '\\');
    if text.is_empty() || !text.chars().all(is_allowed) {
        return Err("write one scope, such as entitlements".to_owned());
    }
    Ok(text.to_owned())
}

/// Checks a client id: one that needs no encoding anywhere.
///
/// # Errors
/// The characters that it may have.
pub fn client_id(text: &str) -> Result<String, String> {
    let is_allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    if text.is_empty() || text.len() > 255 || !text.chars().all(is_allowed) {
        return Err("write letters a-z, digits, dots, - and _ alone".to_owned());
    }
    Ok(text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::{client_id, name, scope, slug};

    #[test]
    fn names_that_break_something_are_refused() {
        assert_eq!(slug("my-App_2"), Ok("my-App_2".to_owned()));
        for text in ["", "a b", "a/b", "ü", "authorize", &"x".repeat(51)] {
            assert!(slug(text).is_err(), "{text}");
        }
        assert_eq!(
            name(" Ünser: \"Tor\" # 1 "),
            Ok("Ünser: \"Tor\" # 1".to_owned())
        );
        for text in [
            " ",
            "a\nb",
            "a\tb",
            "a\u{2028}b",
            "a\u{85}b",
            &"x".repeat(151),
        ] {
            assert!(name(text).is_err(), "{text}");
        }
        assert!(scope("goauthentik.io/api").is_ok());
        assert!(scope("a b").is_err());
        assert!(client_id("postern.1").is_ok());
        assert!(client_id("a:b").is_err());
    }
}
