//! From checked claims to an identity. Pure.

use serde_json::Value;
use shared::email::Email;

use super::id_token::is_identifier;
use super::jws::Claims;
use super::log_text::for_log;
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
    /// What the role claim held, in words for an admin; `None` if no claim is configured.
    pub role_claim: Option<String>,
}

/// Are claims missing that userinfo may have?
#[must_use]
pub fn lacks_claims(claims: &Claims, settings: &Settings) -> bool {
    let role_claim = settings.role_claim.as_deref();
    email(claims).is_none()
        || text(claims, &settings.username_claim).is_none()
        || text(claims, "name").is_none()
        || role_claim.is_some_and(|claim| roles(claims, claim).is_empty())
}

/// Adds what userinfo says to what the ID token says. The ID token's word stands, if it can be
/// used: `null`, an empty list and the like hide nothing.
pub fn add_userinfo(claims: &mut Claims, mut userinfo: Claims, settings: &Settings) {
    // The email and its verification belong together: never one from here and one from there.
    if email(claims).is_some() {
        userinfo.remove("email_verified");
    } else {
        claims.remove("email");
        claims.remove("email_verified");
    }
    for name in [settings.username_claim.as_str(), "name"] {
        if text(claims, name).is_none() {
            claims.remove(name);
        }
    }
    if let Some(claim) = &settings.role_claim
        && roles(claims, claim).is_empty()
        && !roles(&userinfo, claim).is_empty()
    {
        claims.remove(claim);
        // Of a path, the object that it begins in: the two sources' are not mixed.
        claims.remove(claim.split('.').next().unwrap_or_default());
    }
    for (name, value) in userinfo {
        claims.entry(name).or_insert(value);
    }
}

impl VerifiedIdentity {
    /// Makes an identity of checked claims.
    #[must_use]
    pub fn from_claims(issuer: &str, claims: &Claims, settings: &Settings) -> Self {
        let email = text(claims, "email").and_then(|email| Email::composed(email).ok());
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
            role_claim: settings
                .role_claim
                .as_deref()
                .map(|claim| describe(claims, claim)),
        }
    }
}

/// The email, if there is one and it is one.
fn email(claims: &Claims) -> Option<Email> {
    Email::parse(text(claims, "email")?).ok()
}

/// Says which values the role claim has, and in which shape.
fn describe(claims: &Claims, claim: &str) -> String {
    /// More values make no line clearer.
    const QUOTED: usize = 10;
    let values = roles(claims, claim);
    let first = values.iter().take(QUOTED);
    let mut quoted: Vec<String> = first.map(|value| format!("{:?}", for_log(value))).collect();
    if values.len() > QUOTED {
        quoted.push(format!("{} more", values.len() - QUOTED));
    }
    let quoted = quoted.join(", ");
    let shape = match claim_at(claims, claim) {
        None => return format!("the claim {claim} did not come"),
        Some(Value::Null) => "null".to_owned(),
        Some(Value::Bool(_)) => "a boolean".to_owned(),
        Some(Value::Number(_)) => "a number".to_owned(),
        Some(Value::String(_)) if values.is_empty() => "blank".to_owned(),
        Some(Value::String(_)) => format!("one text: {quoted}"),
        Some(Value::Array(all)) if all.is_empty() => "an empty list".to_owned(),
        Some(Value::Array(_)) if values.is_empty() => "a list without texts".to_owned(),
        Some(Value::Array(_)) => format!("a list: {quoted}"),
        Some(Value::Object(_)) if values.is_empty() => "an object that grants nothing".to_owned(),
        Some(Value::Object(_)) => format!("an object with the members {quoted}"),
    };
    format!("the claim {claim} is {shape}")
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
    let values = values.into_iter();
    let told = values.filter(|value| !value.trim().is_empty());
    told.map(str::to_owned).collect()
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
