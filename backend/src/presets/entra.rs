//! Microsoft Entra ID: names are those of its admin center.

use super::hints::Hints;

pub(super) static HINTS: Hints = Hints {
    op_unreachable: "This server must reach login.microsoftonline.com and graph.microsoft.com by https: see DNS, the \
        firewall, and a proxy on the way out.",
    op_misconfigured: "OIDC_SERVER_APPLICATION_URL is https://login.microsoftonline.com/TENANT/v2.0 with your tenant's \
        id: the issuer of `common` and `organizations` is only a template.",
    client_rejected: "In Entra's App registrations, open the app: OIDC_CLIENT_ID is the Application (client) ID, and \
        OIDC_CLIENT_SECRET the Value, not the Secret ID, of a secret under Certificates & secrets that has not \
        expired.",
    code_rejected: "The code was used or is too old. In Entra's App registrations, OIDC_REDIRECT_URI must stand to the \
        letter under Authentication, on the platform Web.",
    token_invalid: "The log line names the check. An iss of sts.windows.net is Entra's version 1: \
        OIDC_SERVER_APPLICATION_URL must end in /v2.0. If the check is about time, set this server's clock.",
    userinfo_invalid: "The log line has what graph.microsoft.com answered. In Entra's App registrations, API \
        permissions must have Microsoft Graph's openid, profile and email.",
    email_missing: "In Entra's App registrations, add the optional claim \"email\" to the ID token under Token \
        configuration; the user must have a mail address.",
    email_unverified: "Entra never says that an email is verified: set OIDC_LINK_BY_EMAIL=confirm, or let users \
        connect their account on the profile page.",
    role_missing: "In Entra's App registrations, make App roles and set OIDC_CLAIM_ROLES=roles; under Enterprise \
        applications > Users and groups give the user one. (The claim \"groups\" has object ids, no names.)",
    op_error: "The log line has Entra's answer with its AADSTS number; Entra's sign-in logs have the rest.",
    access_denied: "If the user did not cancel: in Entra's Enterprise applications, see whether the app has \
        \"Assignment required\" and the user is assigned, and whether admin consent was granted.",
    signing_key: "Entra signs with RS256: leave OIDC_ID_TOKEN_ALGS empty, or have RS256 in it.",
    encryption: "In Entra's App registrations, take tokenEncryptionKeyId out of the app's manifest.",
    redirect_uri: "In Entra's App registrations, open the app's Authentication and add OIDC_REDIRECT_URI to the letter to the platform \
        Web.",
    application_url: "For Entra, OIDC_SERVER_APPLICATION_URL is https://login.microsoftonline.com/TENANT/v2.0 with your tenant's id.",
};
