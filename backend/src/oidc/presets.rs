//! What is known of each brand of OP: its name for people, and what its administrator should do
//! about each error.

use shared::login_error::LoginErrorCode;

/// The OPs that have a preset, by `OIDC_PROVIDER`, with their names for people.
const LABELS: [(&str, &str); 14] = [
    ("authentik", "Authentik"),
    ("authelia", "Authelia"),
    ("keycloak", "Keycloak"),
    ("kanidm", "Kanidm"),
    ("pocket-id", "Pocket ID"),
    ("zitadel", "Zitadel"),
    ("google", "Google"),
    ("entra", "Microsoft"),
    ("microsoft", "Microsoft"),
    ("auth0", "Auth0"),
    ("okta", "Okta"),
    ("canaille", "Canaille"),
    ("voidauth", "VoidAuth"),
    ("openid", "OpenID"),
];

/// Returns the provider's name for people: the preset's, else the name itself with capitals.
#[must_use]
pub fn label(provider: &str) -> String {
    if let Some((_, label)) = LABELS.iter().find(|(name, _)| *name == provider) {
        return (*label).to_owned();
    }
    let words = provider
        .split(['-', '_', ' '])
        .filter(|word| !word.is_empty());
    let capitalized = words.map(|word| {
        let mut chars = word.chars();
        chars
            .next()
            .map(|first| first.to_uppercase().chain(chars).collect::<String>())
            .unwrap_or_default()
    });
    capitalized.collect::<Vec<_>>().join(" ")
}

/// Returns what the administrator should do about the error at this OP: for the log line, and
/// for the page where the user can pass it on. `None` where the page's own words are all.
#[must_use]
pub fn hint(provider: &str, code: LoginErrorCode) -> Option<&'static str> {
    by_provider(provider, code).or_else(|| general(code))
}

fn by_provider(provider: &str, code: LoginErrorCode) -> Option<&'static str> {
    use LoginErrorCode as Code;
    Some(match (provider, code) {
        ("authentik", Code::OpMisconfigured) => {
            "In Authentik, open the application's provider: a Signing Key must be selected and no Encryption Key. \
             OIDC_SERVER_APPLICATION_URL is https://HOST/application/o/SLUG, under the host name that browsers use."
        }
        ("authentik", Code::ClientRejected) => {
            "In Authentik, open the application's provider and copy Client ID and Client Secret again; the redirect \
             URI there must equal OIDC_REDIRECT_URI to the letter. Versions before 2026.2 do not decode special \
             characters in a secret: then set OIDC_TOKEN_AUTH_METHOD=client_secret_post."
        }
        ("authentik", Code::EmailMissing) => {
            "In Authentik, open the application's provider and select the scope mapping \"email\" under Advanced \
             protocol settings; the user must have an email address."
        }
        ("authentik", Code::EmailUnverified) => {
            "Since 2025.10 Authentik says email_verified: false for everybody. Make a scope mapping for the scope \
             \"email\" that returns email_verified: True, and select it in the provider INSTEAD of the default one; or \
             set OIDC_LINK_BY_EMAIL=confirm, or OIDC_TRUST_UNVERIFIED_EMAIL=true where the administrator sets all emails."
        }
        ("authentik", Code::UserinfoInvalid) => {
            "In Authentik, open the application's provider: the scope mapping \"openid\" must be selected."
        }
        ("authentik", Code::CodeRejected) => {
            "The code was used or is older than its 60 seconds. In Authentik, see that the redirect URI of the provider \
             equals OIDC_REDIRECT_URI to the letter."
        }
        ("authelia", Code::EmailMissing) => {
            "In Authelia, grant the client the scope \"email\"; since 4.39 claims come from userinfo, which Postern asks."
        }
        ("authelia", Code::ClientRejected) => {
            "In Authelia, the client's secret is kept as a hash: OIDC_CLIENT_SECRET is the plain text it was made from, \
             and token_endpoint_auth_method must be client_secret_basic unless OIDC_TOKEN_AUTH_METHOD says otherwise."
        }
        ("keycloak", Code::EmailUnverified) => {
            "In Keycloak, open the user and switch \"Email verified\" on, or let the realm verify addresses."
        }
        ("keycloak", Code::RoleMissing) => {
            "In Keycloak, roles are in the claim realm_access.roles; add the mapper to the ID token or to userinfo."
        }
        ("keycloak", Code::OpMisconfigured) => {
            "OIDC_SERVER_APPLICATION_URL is https://HOST/realms/REALM, under the host name that Keycloak's frontend URL has."
        }
        ("pocket-id", Code::EmailUnverified) => {
            "In Pocket ID's application configuration, tick \"Emails Verified\"."
        }
        ("zitadel", Code::RoleMissing) => {
            "In Zitadel, tick \"Assert Roles on Authentication\" in the project."
        }
        ("google", Code::OpMisconfigured) => {
            "OIDC_SERVER_APPLICATION_URL is https://accounts.google.com."
        }
        ("entra" | "microsoft", Code::EmailUnverified | Code::EmailMissing) => {
            "In Entra ID, add the optional claim \"email\" to the ID token. Entra never says that an email is verified: \
             let users connect their account on the profile page."
        }
        ("entra" | "microsoft", Code::OpMisconfigured) => {
            "OIDC_SERVER_APPLICATION_URL is https://login.microsoftonline.com/TENANT/v2.0 with your tenant's id."
        }
        _ => return None,
    })
}

fn general(code: LoginErrorCode) -> Option<&'static str> {
    use LoginErrorCode as Code;
    Some(match code {
        Code::OpUnreachable => {
            "See that this server can reach OIDC_SERVER_APPLICATION_URL (DNS, firewall, certificate; a private CA goes \
             into OIDC_TLS_CACERTFILE)."
        }
        Code::OpMisconfigured => {
            "Hold OIDC_SERVER_APPLICATION_URL against the `issuer` in the OP's discovery document, and see that the OP \
             has an asymmetric signing key selected and does not encrypt ID tokens."
        }
        Code::ClientRejected => {
            "Copy OIDC_CLIENT_ID and OIDC_CLIENT_SECRET from the OP again, and see which authentication method it \
             expects (OIDC_TOKEN_AUTH_METHOD)."
        }
        Code::CodeRejected => {
            "See that the redirect URI at the OP equals OIDC_REDIRECT_URI to the letter."
        }
        Code::TokenInvalid => {
            "See the log line for the check that failed; a wrong clock on either machine is a usual cause."
        }
        Code::UserinfoInvalid => "See the log line for what the OP's userinfo endpoint answered.",
        Code::EmailMissing => {
            "Let the OP send the claim `email` (scope `email`), or make the account's user known to the OP with an email."
        }
        Code::EmailUnverified => {
            "Have the OP send email_verified: true, or set OIDC_LINK_BY_EMAIL=confirm, or \
             OIDC_TRUST_UNVERIFIED_EMAIL=true where the OP's administrator sets all emails."
        }
        Code::RoleMissing => {
            "Hold the user's values of OIDC_CLAIM_ROLES against OIDC_ROLE_ADMIN and OIDC_ROLE_USER: whole values, case included."
        }
        Code::RegistrationClosed => {
            "Make an account with the user's email address, or set OIDC_ALLOW_REGISTRATION=true."
        }
        Code::StateMissing | Code::StateMismatch => {
            "Browsers must reach this server under the scheme and host of OIDC_REDIRECT_URI, and no other."
        }
        Code::OpError => "See the log line for what the OP answered, and the OP's own log.",
        Code::AccessDenied
        | Code::StateExpired
        | Code::LinkFirst
        | Code::LinkConfirm
        | Code::LinkConflict
        | Code::AccountDisabled
        | Code::RateLimited
        | Code::InvalidCredentials
        | Code::PasswordLoginDisabled
        | Code::ServerError => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::label;

    #[test]
    fn labels_of_presets_and_of_others() {
        assert_eq!(label("authentik"), "Authentik");
        assert_eq!(label("pocket-id"), "Pocket ID");
        assert_eq!(label("my-company"), "My Company");
        assert_eq!(label("x"), "X");
    }
}
