//! Microsoft Entra ID: names are those of its admin center.

use shared::text::Text;

use super::hints::Hints;

pub(super) static HINTS: Hints = Hints {
    op: "Entra",
    op_unreachable: &[(
        Text::HINT_REACH,
        &[("op", "login.microsoftonline.com, graph.microsoft.com")],
    )],
    op_misconfigured: &[
        (
            Text::HINT_URL,
            &[("url", "https://login.microsoftonline.com/TENANT/v2.0")],
        ),
        (Text::ENTRA_TENANT, &[]),
    ],
    client_rejected: &[(Text::ENTRA_CLIENT, &[("place", "Certificates & secrets")])],
    code_rejected: &[(Text::HINT_CODE, &[]), (Text::HINT_URI, &[])],
    token_invalid: &[
        (Text::HINT_CHECK, &[]),
        (Text::ENTRA_VERSION, &[]),
        (Text::HINT_CLOCKS, &[]),
    ],
    userinfo_invalid: &[
        (Text::HINT_ANSWER, &[("op", "graph.microsoft.com")]),
        (Text::ENTRA_PERMISSIONS, &[]),
    ],
    email_missing: &[(Text::ENTRA_EMAIL, &[])],
    email_unverified: &[(Text::ENTRA_VERIFIED, &[])],
    role_missing: &[
        (
            Text::ENTRA_ROLES,
            &[("place", "Enterprise applications > Users and groups")],
        ),
        (Text::FIX_SET, &[("setting", "OIDC_CLAIM_ROLES=roles")]),
    ],
    op_error: &[(Text::HINT_ANSWER, &[]), (Text::ENTRA_LOGS, &[])],
    access_denied: &[(Text::HINT_CANCELED, &[]), (Text::ENTRA_ASSIGNED, &[])],
    signing_key: &[(Text::HINT_SIGNS, &[("algorithm", "RS256")])],
    encryption: &[(Text::ENTRA_ENCRYPTION, &[])],
    redirect_uri: &[(
        Text::HINT_URI_ADD,
        &[("place", "App registrations > Authentication > Web")],
    )],
    application_url: &[
        (
            Text::HINT_URL,
            &[("url", "https://login.microsoftonline.com/TENANT/v2.0")],
        ),
        (Text::ENTRA_TENANT, &[]),
    ],
};
