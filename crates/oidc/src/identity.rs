//! From checked claims to an identity. Pure.

use serde_json::Value;
use shared::email::Email;

use super::id_token::is_identifier;
use super::jws::Claims;
use super::settings::Settings;

/// Who the OP says the user is, after every check.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifiedIdentity {
    /// The OP's issuer identifier.
    pub issuer: String,
    /// The subject there; with the issuer, the identity.
    pub subject: String,
    /// The OP's session id, for back-channel logout.
    pub sid: Option<String>,
    /// The email, if there is one and it is one.
    pub email: Option<Email>,
    /// Does the OP vouch for the email, or does the configuration trust it?
    pub is_email_verified: bool,
    /// What the configured claim calls the user.
    pub username: Option<String>,
    /// The user's name.
    pub display_name: Option<String>,
    /// The values of the role claim, bounded by the size of an answer; `None` if
    /// no claim is configured.
    pub roles: Option<Vec<String>>,
}

/// Are claims missing that userinfo may have?
#[must_use]
pub fn lacks_claims(claims: &Claims, settings: &Settings) -> bool {
    let lacks_roles = settings
        .role_claim
        .as_deref()
        .is_some_and(|claim| claim_at(claims, claim).is_none());
    text(claims, "email").is_none()
        || text(claims, &settings.username_claim).is_none()
        || lacks_roles
}

/// Adds what userinfo says to what the ID token says; the ID token's word stands.
pub fn add_userinfo(claims: &mut Claims, mut userinfo: Claims) {
    // The email and its verification belong together: never one from here and one from there.
    if text(claims, "email").is_some() {
        userinfo.remove("email_verified");
    } else {
        claims.remove("email");
        claims.remove("email_verified");
    }
    for (name, value) in userinfo {
        claims.entry(name).or_insert(value);
    }
}

impl VerifiedIdentity {
    /// Makes an identity of checked claims.
    #[must_use]
    pub fn from_claims(issuer: &str, claims: &Claims, settings: &Settings) -> Self {
        let email = text(claims, "email").and_then(|email| Email::parse(email).ok());
        let is_email_verified = email.is_some()
            && (settings.trust_unverified_email || is_true(claims.get("email_verified")));
        Self {
            issuer: issuer.to_owned(),
            // As it is, and never a stand-in: checked by `id_token::verify`.
            subject: claims
                .get("sub")
                .and_then(Value::as_str)
                .unwrap_or_default()
                .to_owned(),
            // Without one, a logout by `sub` ends the session.
            sid: text(claims, "sid")
                .filter(|sid| is_identifier(sid))
                .map(str::to_owned),
            email,
            is_email_verified,
            username: text(claims, &settings.username_claim).map(display),
            display_name: text(claims, "name").map(display),
            roles: settings
                .role_claim
                .as_deref()
                .map(|claim| roles(claims, claim)),
        }
    }
}

/// The boolean `true` or the string "true"; all else, whatever its type, is not verified.
fn is_true(value: Option<&Value>) -> bool {
    match value {
        Some(Value::Bool(value)) => *value,
        Some(Value::String(value)) => value == "true",
        _ => false,
    }
}

/// One line of at most 100 characters, for display.
fn display(text: &str) -> String {
    text.chars()
        .filter(|c| !c.is_control())
        .take(shared::name::MAX_DISPLAY_NAME_CHARS)
        .collect()
}

/// Returns the values of the role claim, as they are; empty if there are none.
fn roles(claims: &Claims, claim: &str) -> Vec<String> {
    let values: Vec<&str> = match claim_at(claims, claim) {
        Some(Value::String(value)) => vec![value],
        Some(Value::Array(values)) => values.iter().filter_map(Value::as_str).collect(),
        // Zitadel's form: by role, the organizations that granted it.
        Some(Value::Object(roles)) => {
            let is_granted = |by: &Value| by.as_object().is_some_and(|by| !by.is_empty());
            let granted = roles.iter().filter(|(_, by)| is_granted(by));
            granted.map(|(role, _)| role.as_str()).collect()
        }
        _ => Vec::new(),
    };
    values.into_iter().map(str::to_owned).collect()
}

/// Returns the claim of that name, or at that dotted path (`realm_access.roles`). A claim whose
/// name has dots itself (a URL, as some OPs use) is found under its whole name first.
fn claim_at<'a>(claims: &'a Claims, path: &str) -> Option<&'a Value> {
    if let Some(value) = claims.get(path) {
        return Some(value);
    }
    let mut parts = path.split('.');
    let mut value = claims.get(parts.next()?)?;
    for part in parts {
        value = value.as_object()?.get(part)?;
    }
    Some(value)
}

fn text<'a>(claims: &'a Claims, name: &str) -> Option<&'a str> {
    claims
        .get(name)
        .and_then(Value::as_str)
        .filter(|text| !text.trim().is_empty())
}

#[cfg(test)]
mod tests;
