//! Authentik.

use shared::text::Text;

use super::hints::Hints;

pub(super) static HINTS: Hints = Hints {
    op: "Authentik",
    op_unreachable: &[
        (Text::HINT_REACH, &[]),
        (Text::HINT_UP, &[("url", "https://HOST/-/health/ready/")]),
    ],
    op_misconfigured: &[
        (Text::AUTHENTIK_KEYS, &[]),
        (
            Text::HINT_URL,
            &[("url", "https://HOST/application/o/SLUG")],
        ),
        (Text::HINT_URL_HOST, &[]),
    ],
    client_rejected: &[(Text::AUTHENTIK_CLIENT, &[]), (Text::AUTHENTIK_SECRET, &[])],
    code_rejected: &[
        (Text::HINT_CODE, &[]),
        (Text::HINT_CODE_LIFE, &[("setting", "Access code validity")]),
        (Text::HINT_URI, &[]),
    ],
    token_invalid: &[
        (Text::HINT_CHECK, &[]),
        (Text::AUTHENTIK_HOST, &[]),
        (Text::HINT_CLOCKS, &[]),
    ],
    userinfo_invalid: &[(Text::AUTHENTIK_OPENID, &[])],
    email_missing: &[(Text::AUTHENTIK_EMAIL, &[])],
    email_unverified: &[
        (Text::AUTHENTIK_VERIFIED, &[]),
        (Text::HINT_CONFIRM, &[]),
        (Text::HINT_TRUST, &[]),
    ],
    role_missing: &[(Text::AUTHENTIK_GROUPS, &[("place", "Directory > Groups")])],
    op_error: &[
        (Text::HINT_ANSWER, &[]),
        (Text::AUTHENTIK_EVENTS, &[("place", "Events > Logs")]),
    ],
    access_denied: &[
        (Text::HINT_CANCELED, &[]),
        (
            Text::AUTHENTIK_BINDINGS,
            &[("place", "Policy / Group / User Bindings")],
        ),
    ],
    signing_key: &[(Text::AUTHENTIK_SIGNING, &[])],
    encryption: &[(Text::AUTHENTIK_ENCRYPTION, &[])],
    redirect_uri: &[(Text::AUTHENTIK_URI, &[])],
    application_url: &[
        (
            Text::HINT_URL,
            &[("url", "https://HOST/application/o/SLUG")],
        ),
        (Text::HINT_URL_HOST, &[]),
        (Text::AUTHENTIK_SLUG, &[]),
    ],
};
