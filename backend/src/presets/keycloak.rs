//! Keycloak: names are those of its admin console.

use shared::text::Text;

use super::hints::Hints;

/// Its name in the texts.
const OP: &str = "Keycloak";

pub(super) static HINTS: Hints = Hints {
    op_unreachable: &[
        (Text::HINT_REACH, &[("op", OP)]),
        (
            Text::HINT_UP,
            &[("op", OP), ("url", "https://HOST/realms/REALM")],
        ),
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
        (
            Text::HINT_CODE_LIFE,
            &[("op", OP), ("setting", "Client login timeout")],
        ),
        (Text::HINT_URI, &[("op", OP)]),
    ],
    token_invalid: &[
        (Text::HINT_CHECK, &[]),
        (Text::KEYCLOAK_ISS, &[]),
        (Text::HINT_CLOCKS, &[]),
    ],
    userinfo_invalid: &[
        (Text::HINT_ANSWER, &[("op", OP)]),
        (Text::KEYCLOAK_USERINFO, &[]),
    ],
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
    op_error: &[
        (Text::HINT_ANSWER, &[("op", OP)]),
        (Text::HINT_REASON, &[("op", OP)]),
    ],
    access_denied: &[(Text::HINT_CANCELED, &[]), (Text::KEYCLOAK_DENIED, &[])],
    signing_key: &[
        (Text::KEYCLOAK_KEYS, &[("place", "Realm settings > Keys")]),
        (Text::KEYCLOAK_ALGORITHM, &[]),
    ],
    encryption: &[(Text::KEYCLOAK_ENCRYPTION, &[])],
    redirect_uri: &[(
        Text::HINT_URI_ADD,
        &[("op", OP), ("place", "Valid redirect URIs")],
    )],
    application_url: &[
        (Text::HINT_URL, &[("url", "https://HOST/realms/REALM")]),
        (
            Text::KEYCLOAK_OLD,
            &[("url", "https://HOST/auth/realms/REALM")],
        ),
    ],
};
