//! Any OP without a preset.

use shared::text::Text;

use super::hints::Hints;

pub(super) static HINTS: Hints = Hints {
    op: "OIDC_SERVER_APPLICATION_URL",
    op_unreachable: &[(Text::HINT_REACH, &[])],
    op_misconfigured: &[(Text::GENERIC_ISSUER, &[]), (Text::GENERIC_KEY, &[])],
    client_rejected: &[(Text::GENERIC_CLIENT, &[])],
    code_rejected: &[(Text::HINT_CODE, &[]), (Text::GENERIC_URI, &[])],
    token_invalid: &[(Text::HINT_CHECK, &[]), (Text::HINT_CLOCKS, &[])],
    userinfo_invalid: &[(Text::GENERIC_ANSWER, &[]), (Text::GENERIC_REASON, &[])],
    email_missing: &[(Text::GENERIC_EMAIL, &[])],
    email_unverified: &[
        (Text::GENERIC_VERIFIED, &[]),
        (Text::HINT_CONFIRM, &[]),
        (Text::HINT_TRUST, &[]),
    ],
    role_missing: &[(Text::GENERIC_ROLES, &[])],
    op_error: &[(Text::GENERIC_ANSWER, &[]), (Text::GENERIC_REASON, &[])],
    access_denied: &[
        (Text::HINT_CANCELED, &[]),
        (Text::GENERIC_DENIED, &[]),
        (Text::GENERIC_REASON, &[]),
    ],
    signing_key: &[(Text::GENERIC_SIGNING, &[])],
    encryption: &[(Text::GENERIC_ENCRYPTION, &[])],
    redirect_uri: &[(Text::GENERIC_URI, &[]), (Text::GENERIC_URI_PARTS, &[])],
    application_url: &[(Text::GENERIC_URL, &[])],
};
