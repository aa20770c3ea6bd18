//! Display names of OPs.

/// The OPs with a display name of their own, by `OIDC_PROVIDER`.
const LABELS: [(&str, &str); 22] = [
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
    ("aws", "AWS"),
    ("azure", "Azure"),
    ("fusionauth", "FusionAuth"),
    ("hydra", "Ory Hydra"),
    ("ping", "Ping Identity"),
    ("gitlab", "GitLab"),
    ("github", "GitHub"),
    ("canaille", "Canaille"),
    ("voidauth", "VoidAuth"),
    ("openid", "OpenID"),
    ("casdoor", "Casdoor"),
];

/// Returns the provider's display name: the preset's, else the name itself with capitals.
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
