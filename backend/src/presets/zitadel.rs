//! Zitadel: names are those of its console.

use shared::text::Text;

use super::hints::Hints;

pub(super) static HINTS: Hints = Hints {
    op: "Zitadel",
    op_unreachable: &[
        (Text::HINT_REACH, &[]),
        (Text::HINT_UP, &[("url", "https://HOST/debug/ready")]),
    ],
    op_misconfigured: &[(Text::ZITADEL_URL, &[])],
    client_rejected: &[(Text::ZITADEL_CLIENT, &[])],
    code_rejected: &[
        (Text::HINT_CODE, &[]),
        (Text::HINT_URI, &[]),
        (Text::ZITADEL_HTTP, &[]),
    ],
    token_invalid: &[
        (Text::HINT_CHECK, &[]),
        (Text::ZITADEL_ID, &[]),
        (Text::HINT_CLOCKS, &[]),
    ],
    userinfo_invalid: &[(Text::HINT_ANSWER, &[]), (Text::HINT_REASON, &[])],
    email_missing: &[(Text::HINT_USER_EMAIL, &[]), (Text::HINT_SCOPE_EMAIL, &[])],
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
    op_error: &[(Text::HINT_ANSWER, &[]), (Text::HINT_REASON, &[])],
    access_denied: &[(Text::HINT_CANCELED, &[]), (Text::ZITADEL_DENIED, &[])],
    signing_key: &[(Text::HINT_SIGNS, &[("algorithm", "RS256")])],
    encryption: &[(Text::HINT_NOT_ENCRYPTED, &[])],
    redirect_uri: &[
        (Text::HINT_URI_ADD, &[("place", "Redirect Settings")]),
        (Text::ZITADEL_HTTP, &[]),
    ],
    application_url: &[(Text::ZITADEL_URL, &[])],
};
