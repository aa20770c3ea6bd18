//! Google: names are those of the Google Cloud console.

use shared::text::Text;

use super::hints::Hints;

pub(super) static HINTS: Hints = Hints {
    op: "Google",
    op_unreachable: &[(
        Text::HINT_REACH,
        &[(
            "op",
            "accounts.google.com, oauth2.googleapis.com, www.googleapis.com, openidconnect.googleapis.com",
        )],
    )],
    op_misconfigured: &[(Text::HINT_URL, &[("url", "https://accounts.google.com")])],
    client_rejected: &[(
        Text::GOOGLE_CLIENT,
        &[("place", "Google Auth Platform > Clients")],
    )],
    code_rejected: &[(Text::HINT_CODE, &[]), (Text::HINT_URI, &[])],
    token_invalid: &[(Text::HINT_CHECK, &[]), (Text::GOOGLE_CLOCK, &[])],
    userinfo_invalid: &[(Text::HINT_ANSWER, &[])],
    email_missing: &[(Text::GOOGLE_EMAIL, &[])],
    email_unverified: &[(Text::GOOGLE_VERIFIED, &[]), (Text::HINT_CONFIRM, &[])],
    role_missing: &[(Text::GOOGLE_ROLES, &[])],
    op_error: &[(Text::HINT_ANSWER, &[])],
    access_denied: &[
        (Text::HINT_CANCELED, &[]),
        (
            Text::GOOGLE_AUDIENCE,
            &[("place", "Google Auth Platform > Audience")],
        ),
    ],
    signing_key: &[(Text::HINT_SIGNS, &[("algorithm", "RS256")])],
    encryption: &[(Text::HINT_NOT_ENCRYPTED, &[])],
    redirect_uri: &[
        (
            Text::HINT_URI_ADD,
            &[
                ("op", "Google Auth Platform > Clients"),
                ("place", "Authorized redirect URIs"),
            ],
        ),
        (Text::GOOGLE_WAIT, &[]),
    ],
    application_url: &[(Text::HINT_URL, &[("url", "https://accounts.google.com")])],
};
