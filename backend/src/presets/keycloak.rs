//! Keycloak: names are those of its admin console.

use shared::text::Text;

use super::hints::Hints;

pub(super) static HINTS: Hints = Hints {
    op: "Keycloak",
    op_unreachable: &[
        (Text::HINT_REACH, &[]),
        (Text::HINT_UP, &[("url", "https://HOST/realms/REALM")]),
    ],
    op_misconfigured: &[
        (Text::HINT_URL, &[("url", "https://HOST/realms/REALM")]),
        (Text::KEYCLOAK_HOST, &[]),
        (Text::KEYCLOAK_KEYS, &[("place", "Realm settings > Keys")]),
        (Text::KEYCLOAK_ENCRYPTION, &[]),
    ],
    client_rejected: &[(Text::KEYCLOAK_CLIENT, &[])],
    code_rejected: &[
        (Text::HINT_CODE, &[]),
        (Text::HINT_CODE_LIFE, &[("setting", "Client login timeout")]),
        (Text::HINT_URI, &[]),
    ],
    token_invalid: &[
        (Text::HINT_CHECK, &[]),
        (Text::KEYCLOAK_ISS, &[]),
        (Text::HINT_CLOCKS, &[]),
    ],
    userinfo_invalid: &[(Text::HINT_ANSWER, &[]), (Text::KEYCLOAK_USERINFO, &[])],
    email_missing: &[(Text::KEYCLOAK_EMAIL, &[])],
    email_unverified: &[(
        Text::KEYCLOAK_VERIFIED,
        &[("place", "Realm settings > Login > Verify email")],
    )],
    role_missing: &[
        (
            Text::KEYCLOAK_ROLES,
            &[("place", "Client scopes > roles > Mappers > realm roles")],
        ),
        (
            Text::FIX_SET,
            &[("setting", "OIDC_CLAIM_ROLES=realm_access.roles")],
        ),
    ],
    op_error: &[(Text::HINT_ANSWER, &[]), (Text::HINT_REASON, &[])],
    access_denied: &[(Text::HINT_CANCELED, &[]), (Text::KEYCLOAK_DENIED, &[])],
    signing_key: &[
        (Text::KEYCLOAK_KEYS, &[("place", "Realm settings > Keys")]),
        (Text::KEYCLOAK_ALGORITHM, &[]),
    ],
    encryption: &[(Text::KEYCLOAK_ENCRYPTION, &[])],
    redirect_uri: &[(Text::HINT_URI_ADD, &[("place", "Valid redirect URIs")])],
    application_url: &[
        (Text::HINT_URL, &[("url", "https://HOST/realms/REALM")]),
        (
            Text::KEYCLOAK_OLD,
            &[("url", "https://HOST/auth/realms/REALM")],
        ),
    ],
};
