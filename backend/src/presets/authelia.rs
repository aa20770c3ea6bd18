//! Authelia: all of it is in its `configuration.yml`.

use shared::text::Text;

use super::hints::Hints;

pub(super) static HINTS: Hints = Hints {
    op: "Authelia",
    op_unreachable: &[(Text::HINT_REACH, &[])],
    op_misconfigured: &[
        (Text::AUTHELIA_ROOT, &[("url", "https://auth.example.com")]),
        (Text::AUTHELIA_JWKS, &[]),
        (Text::AUTHELIA_ENCRYPTION, &[]),
    ],
    client_rejected: &[(Text::AUTHELIA_SECRET, &[])],
    code_rejected: &[
        (Text::HINT_CODE, &[]),
        (
            Text::HINT_CODE_LIFE,
            &[(
                "setting",
                "identity_providers.oidc.lifespans.authorize_code",
            )],
        ),
        (Text::HINT_URI, &[]),
    ],
    token_invalid: &[
        (Text::HINT_CHECK, &[]),
        (Text::AUTHELIA_ALGORITHM, &[]),
        (Text::HINT_CLOCKS, &[]),
    ],
    userinfo_invalid: &[(Text::AUTHELIA_USERINFO, &[]), (Text::HINT_ANSWER, &[])],
    email_missing: &[(Text::AUTHELIA_EMAIL, &[])],
    email_unverified: &[(Text::AUTHELIA_VERIFIED, &[])],
    role_missing: &[
        (Text::AUTHELIA_GROUPS, &[]),
        (
            Text::FIX_SET,
            &[(
                "setting",
                "OIDC_SCOPES=\"openid profile email groups\", OIDC_CLAIM_ROLES=groups",
            )],
        ),
    ],
    op_error: &[
        (Text::HINT_ANSWER, &[]),
        (Text::HINT_REASON, &[]),
        (Text::AUTHELIA_SCOPE, &[]),
    ],
    access_denied: &[(Text::HINT_CANCELED, &[]), (Text::AUTHELIA_POLICY, &[])],
    signing_key: &[(Text::AUTHELIA_JWKS, &[]), (Text::AUTHELIA_SIGNING, &[])],
    encryption: &[(Text::AUTHELIA_ENCRYPTION, &[])],
    redirect_uri: &[(Text::HINT_URI_ADD, &[("place", "redirect_uris")])],
    application_url: &[(Text::AUTHELIA_ROOT, &[("url", "https://auth.example.com")])],
};
