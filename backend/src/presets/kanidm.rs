//! Kanidm: commands of its client, `NAME` being the client there.

use shared::text::Text;

use super::hints::Hints;

pub(super) static HINTS: Hints = Hints {
    op: "Kanidm",
    op_unreachable: &[
        (Text::HINT_REACH, &[]),
        (Text::HINT_UP, &[("url", "https://HOST/status")]),
    ],
    op_misconfigured: &[
        (
            Text::HINT_URL,
            &[("url", "https://HOST/oauth2/openid/NAME")],
        ),
        (
            Text::KANIDM_NAME,
            &[("command", "kanidm system oauth2 list")],
        ),
    ],
    client_rejected: &[(
        Text::KANIDM_CLIENT,
        &[("command", "kanidm system oauth2 show-basic-secret NAME")],
    )],
    code_rejected: &[
        (Text::HINT_CODE, &[]),
        (
            Text::KANIDM_URI,
            &[("command", "kanidm system oauth2 add-redirect-url NAME URL")],
        ),
    ],
    token_invalid: &[
        (Text::HINT_CHECK, &[]),
        (Text::KANIDM_ALGORITHM, &[]),
        (Text::HINT_CLOCKS, &[]),
    ],
    userinfo_invalid: &[(Text::HINT_ANSWER, &[]), (Text::HINT_REASON, &[])],
    email_missing: &[(
        Text::KANIDM_EMAIL,
        &[
            (
                "command",
                "kanidm system oauth2 update-scope-map NAME GROUP openid profile email",
            ),
            ("other", "kanidm person update USER --mail ADDRESS"),
        ],
    )],
    email_unverified: &[(Text::HINT_VERIFIED, &[])],
    role_missing: &[(
        Text::KANIDM_GROUPS,
        &[(
            "command",
            "kanidm system oauth2 update-claim-map NAME CLAIM GROUP VALUE",
        )],
    )],
    op_error: &[(Text::HINT_ANSWER, &[]), (Text::HINT_REASON, &[])],
    access_denied: &[
        (Text::HINT_CANCELED, &[]),
        (
            Text::KANIDM_MAP,
            &[
                ("command", "kanidm system oauth2 get NAME"),
                ("other", "kanidm system oauth2 update-scope-map"),
            ],
        ),
    ],
    signing_key: &[(Text::HINT_SIGNS, &[("algorithm", "ES256")])],
    encryption: &[(Text::HINT_NOT_ENCRYPTED, &[])],
    redirect_uri: &[(
        Text::KANIDM_URI,
        &[("command", "kanidm system oauth2 add-redirect-url NAME URL")],
    )],
    application_url: &[
        (
            Text::HINT_URL,
            &[("url", "https://HOST/oauth2/openid/NAME")],
        ),
        (
            Text::KANIDM_NAME,
            &[("command", "kanidm system oauth2 list")],
        ),
    ],
};
