//! Pocket ID: names are those of its administration pages.

use shared::text::Text;

use super::hints::Hints;

pub(super) static HINTS: Hints = Hints {
    op: "Pocket ID",
    op_unreachable: &[
        (Text::HINT_REACH, &[]),
        (Text::HINT_UP, &[("url", "https://HOST/healthz")]),
    ],
    op_misconfigured: &[(Text::POCKET_URL, &[])],
    client_rejected: &[(Text::POCKET_CLIENT, &[])],
    code_rejected: &[(Text::HINT_CODE, &[]), (Text::HINT_URI, &[])],
    token_invalid: &[
        (Text::HINT_CHECK, &[]),
        (Text::POCKET_ISS, &[]),
        (Text::HINT_CLOCKS, &[]),
    ],
    userinfo_invalid: &[(Text::HINT_ANSWER, &[]), (Text::HINT_REASON, &[])],
    email_missing: &[(Text::HINT_USER_EMAIL, &[]), (Text::HINT_SCOPE_EMAIL, &[])],
    email_unverified: &[(Text::POCKET_VERIFIED, &[])],
    role_missing: &[
        (Text::POCKET_GROUPS, &[]),
        (
            Text::FIX_SET,
            &[(
                "setting",
                "OIDC_SCOPES=\"openid profile email groups\", OIDC_CLAIM_ROLES=groups",
            )],
        ),
    ],
    op_error: &[(Text::HINT_ANSWER, &[]), (Text::HINT_REASON, &[])],
    access_denied: &[(Text::HINT_CANCELED, &[]), (Text::POCKET_ALLOWED, &[])],
    signing_key: &[(Text::POCKET_KEY, &[])],
    encryption: &[(Text::HINT_NOT_ENCRYPTED, &[])],
    redirect_uri: &[(Text::HINT_URI_ADD, &[("place", "Callback URLs")])],
    application_url: &[(Text::POCKET_URL, &[])],
};
