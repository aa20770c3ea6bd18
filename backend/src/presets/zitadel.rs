//! Zitadel: names are those of its console.

use shared::text::Text;

use super::hints::Hints;

/// Its name in the texts.
const OP: &str = "Zitadel";

pub(super) static HINTS: Hints = Hints {
    op_unreachable: &[
        (Text::HINT_REACH, &[("op", OP)]),
        (
            Text::HINT_UP,
            &[("op", OP), ("url", "https://HOST/debug/ready")],
        ),
    ],
    op_misconfigured: &[(Text::ZITADEL_URL, &[])],
    client_rejected: &[(Text::ZITADEL_CLIENT, &[])],
    code_rejected: &[
        (Text::HINT_CODE, &[]),
        (Text::HINT_URI, &[("op", OP)]),
        (Text::ZITADEL_HTTP, &[]),
    ],
    token_invalid: &[
        (Text::HINT_CHECK, &[]),
        (Text::ZITADEL_ID, &[]),
        (Text::HINT_CLOCKS, &[]),
    ],
    userinfo_invalid: &[
        (Text::HINT_ANSWER, &[("op", OP)]),
        (Text::HINT_REASON, &[("op", OP)]),
    ],
    email_missing: &[
        (Text::HINT_USER_EMAIL, &[("op", OP)]),
        (Text::HINT_SCOPE_EMAIL, &[]),
    ],
    email_unverified: &[(Text::ZITADEL_VERIFIED, &[])],
    role_missing: &[
        (Text::ZITADEL_ROLES, &[]),
        (
            Text::FIX_SET,
            &[(
                "setting",
                "OIDC_CLAIM_ROLES=urn:zitadel:iam:org:project:roles",
            )],
        ),
    ],
    op_error: &[
        (Text::HINT_ANSWER, &[("op", OP)]),
        (Text::HINT_REASON, &[("op", OP)]),
    ],
    access_denied: &[(Text::HINT_CANCELED, &[]), (Text::ZITADEL_DENIED, &[])],
    signing_key: &[(Text::HINT_SIGNS, &[("op", OP), ("algorithm", "RS256")])],
    encryption: &[(Text::HINT_NOT_ENCRYPTED, &[("op", OP)])],
    redirect_uri: &[
        (
            Text::HINT_URI_ADD,
            &[("op", OP), ("place", "Redirect Settings")],
        ),
        (Text::ZITADEL_HTTP, &[]),
    ],
    application_url: &[(Text::ZITADEL_URL, &[])],
};
