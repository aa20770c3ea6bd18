//! The API: every endpoint, with its caller, its body, its answer and its own errors. The server's
//! router, the page's requests and the table of `docs/http.md` come from this table.

use crate::audit::Audit;
use crate::config::PublicConfig;
use crate::doctor::Report;
use crate::endpoint::{
    Admin, Anyone, Caller, Confirmed, ConfirmedAdmin, Description, Doctor, Endpoint, LinkCandidate,
    LinkHolder, LoggedIn, Method, Op, OpRedirect, Query, ReverseProxy, SetupTokenHolder, Untyped,
    endpoints, query,
};
use crate::error::ErrorCode;
use crate::link::{LinkAnswer, PendingLink};
use crate::profile::{LinkedIdentity, PasswordChange, Profile, ProfileUpdate};
use crate::session::{Confirmation, GoTo, PasswordLogin, SessionEntry, SessionStatus, Setup};
use crate::test_login::LastTestLogin;
use crate::users::{
    CreatedUser, NewUser, UserEntry, UserList, UserUpdate, Welcome, WelcomeCheck, WelcomeLink,
    WelcomePassword,
};

endpoints! {
    /// what the login page shows; with `error`, also the hint for the admin
    GET "/api/config" ? ConfigQuery, Anyone: ShowConfig(()) -> 200 PublicConfig;

    /// a session cookie for `{username, password, next?}`
    POST "/api/login", Anyone: LogIn(PasswordLogin | form) -> 200 GoTo,
        [PasswordLoginDisabled, RateLimited, InvalidCredentials, AccountDisabled];
    /// where a login by a form leads: to `next`, or to `/login?error=cookies_blocked&ref=ID` if the
    /// browser kept no cookie
    GET "/api/login/check" ? NextQuery, Anyone: CheckCookie(()) -> 303 Untyped;
    /// redirects to the OP: code flow with state, nonce and PKCE S256. A third party may begin a
    /// login with `iss`, `login_hint`, `target_link_uri` (Core §4): this is the initiate-login URI
    /// for an OP's list of applications
    GET "/api/login/openid" ? LoginQuery, Anyone: StartLogin(()) -> 303 Untyped, [OpenidDisabled];
    /// the same for a form of a third party: leads on to GET
    POST "/api/login/openid", Anyone: InitiateLogin(()) -> 303 Untyped, [OpenidDisabled];
    /// redeems the code, and redirects to `next`, to `/link`, or to `/login?error=CODE&ref=ID`
    GET "/api/oauth/openid", OpRedirect: FinishLogin(()) -> 303 Untyped, [OpenidDisabled];
    /// the same for an OP that sends a form: leads on to GET
    POST "/api/oauth/openid", OpRedirect: FinishLoginByForm(()) -> 303 Untyped, [OpenidDisabled];
    /// does nothing: it must not redeem the code
    HEAD "/api/oauth/openid", Anyone: ProbeLogin(()) -> 204 Untyped;
    /// ends the sessions that the form's `logout_token` names
    POST "/api/oauth/backchannel-logout", Op: EndSessionsByOp(()) -> 200 Untyped,
        [OpenidDisabled, LogoutTokenInvalid];
    /// ends the session; `{redirect}`: the login page, or with `OIDC_RP_INITIATED_LOGOUT` the OP's
    /// logout, with the ID token as a hint
    POST "/api/logout", Anyone: LogOut(() | form) -> 200 GoTo;

    /// who is logged in
    GET "/api/session", LoggedIn: ShowSession(()) -> 200 SessionStatus;
    /// confirms for ten minutes by `{password}` that it is you
    POST "/api/session/confirm", LoggedIn: ConfirmSession(Confirmation) -> 204 (),
        [PasswordLoginDisabled, RateLimited, PasswordWrong];

    /// the identity that waits to be linked, and what is asked; the account, if its owner is logged in
    GET "/api/link", LinkCandidate: ShowLink(()) -> 200 PendingLink, [LinkExpired];
    /// links it: to the account that is logged in; else by `{username, password}`, or to a new one by
    /// `{way: "new"}`
    POST "/api/link", LinkCandidate: AcceptLink(LinkAnswer | form) -> 200 GoTo,
        [LinkExpired, AccountDisabled, PasswordLoginDisabled, RateLimited, InvalidCredentials,
            LinkConflict];
    /// drops the link that waits
    DELETE "/api/link", LinkCandidate: DropLink(()) -> 204 ();

    /// the account and its identities
    GET "/api/profile", LoggedIn: ShowProfile(()) -> 200 Profile;
    /// changes `{email?, display_name?}`. A new email needs a recent confirmation
    PATCH "/api/profile", LoggedIn: UpdateProfile(ProfileUpdate) -> 200 Profile,
        [ReauthRequired, EmailInvalid, EmailTaken, DisplayNameInvalid];
    /// changes the password by `{current?, new}`, and ends the other sessions. An account without a
    /// password needs a recent confirmation
    POST "/api/profile/password", LoggedIn: ChangePassword(PasswordChange) -> 204 (),
        [ReauthRequired, PasswordLoginDisabled, RateLimited, PasswordWrong, PasswordUnfit];
    /// the account's sessions, the last used first
    GET "/api/profile/sessions", LoggedIn: ListSessions(()) -> 200 Vec<SessionEntry>;
    /// ends all of them but the one that asks
    DELETE "/api/profile/sessions", LoggedIn: EndOtherSessions(()) -> 204 ();
    /// ends one
    DELETE "/api/profile/sessions/" {id}, LoggedIn: EndSession(()) -> 204 (), [NotFound];
    /// the identities that are linked
    GET "/api/profile/identities", LoggedIn: ListIdentities(()) -> 200 Vec<LinkedIdentity>;
    /// begins to link one; `{redirect}` to the OP
    POST "/api/profile/identities/openid", Confirmed: LinkIdentity(()) -> 200 GoTo,
        [OpenidDisabled, OpUnreachable, OpMisconfigured];
    /// unlinks one; never the last way in
    DELETE "/api/profile/identities/" {id}, Confirmed: UnlinkIdentity(()) -> 204 (),
        [NotFound, LastWayIn];

    /// creates the first admin from `{token, username, password, email?}`, and logs in
    POST "/api/setup", SetupTokenHolder: SetUp(Setup | form) -> 200 GoTo,
        [PasswordLoginDisabled, RateLimited, SetupClosed, SetupTokenWrong, UsernameInvalid,
            UsernameTaken, EmailInvalid, EmailTaken, PasswordUnfit, AccountDisabled];
    /// whose link `{token}` is, and what for
    POST "/api/welcome/check", LinkHolder: CheckWelcome(WelcomeCheck) -> 200 Welcome,
        [PasswordLoginDisabled, RateLimited, WelcomeLinkInvalid];
    /// logs in by `{token, password?}`, and sets the password if the link is for that
    POST "/api/welcome", LinkHolder: RedeemWelcome(WelcomePassword | form) -> 200 GoTo,
        [PasswordLoginDisabled, RateLimited, WelcomeLinkInvalid, PasswordUnfit];

    /// the accounts by username, fifty at a time
    GET "/api/users" ? UserQuery, Admin: ListUsers(()) -> 200 UserList;
    /// creates an account from `{username, email?, display_name?, role}`, and a one-time link for
    /// its owner
    POST "/api/users", ConfirmedAdmin: CreateUser(NewUser) -> 201 CreatedUser,
        [UsernameInvalid, UsernameTaken, EmailInvalid, EmailTaken, DisplayNameInvalid];
    /// changes `{email?, display_name?, role?, disabled?}`, all or nothing
    PATCH "/api/users/" {id}, ConfirmedAdmin: UpdateUser(UserUpdate) -> 200 UserEntry,
        [NotFound, EmailInvalid, EmailTaken, DisplayNameInvalid, LastAdmin];
    /// deletes it
    DELETE "/api/users/" {id}, ConfirmedAdmin: DeleteUser(()) -> 204 (), [NotFound, LastAdmin];
    /// unlinks an identity
    DELETE "/api/users/" {id} "/identities/" {identity}, ConfirmedAdmin:
        UnlinkUserIdentity(()) -> 204 (), [NotFound, LastAdmin];
    /// a one-time link to set a password, for three days; an older one is void
    POST "/api/users/" {id} "/welcome-link", ConfirmedAdmin:
        CreateWelcomeLink(()) -> 200 WelcomeLink,
        [NotFound, PasswordLoginDisabled, AccountDisabled];

    /// the audit trail, the latest first, a hundred at a time; of a failure also what to do
    GET "/api/audit" ? AuditQuery, Admin: ListAudit(()) -> 200 Audit;
    /// begins a login that logs nobody in; `{redirect}` to the OP. With `prompt=login`, the OP asks
    /// who it is
    POST "/api/test-login" ? TestLoginQuery, Admin: StartTestLogin(()) -> 200 GoTo, [OpenidDisabled];
    /// what the admin's last one showed, for an hour; `null` without one
    GET "/api/test-login", Admin: ShowTestLogin(()) -> 200 LastTestLogin;
    /// what `postern doctor` finds, the admin's own request included
    GET "/api/doctor", Admin: Examine(()) -> 200 Report;
    /// how its request arrived; 404 without a proof that only the secret key can make
    GET "/api/doctor/reflection", Doctor: Reflect(()) -> 200 Untyped, [NotFound];

    /// forward-auth: may the request pass that `X-Forwarded-Host`, `-Uri` and `-Method` name? 200 with
    /// the identity's headers, else 401, 403, or 303 to the login
    GET "/api/verify", ReverseProxy: Verify(()) -> 200 Untyped,
        [Unauthenticated, Forbidden, AppForbidden, AppUnknown, CrossSite, BadRequest];
    /// sends the browser to an application with a one-time ticket
    GET "/api/enter" ? EnterQuery, LoggedIn: EnterApplication(()) -> 303 Untyped,
        [AppForbidden, AppUnknown, BadRequest];
    /// the keys that check assertions (JWK Set)
    GET "/.well-known/postern/jwks.json", Anyone: ShowKeys(()) -> 200 Untyped;
    /// where password managers look for the form that changes the password: redirects to
    /// `/profile#password`
    GET "/.well-known/change-password", Anyone: FindPasswordForm(()) -> 303 Untyped;

    /// the words of the pages, for `entry` or `inside`, in the browser's language
    GET "/api/texts/" {section}, Anyone: NegotiateTexts(()) -> 200 Untyped, [NotFound];
    /// the same in one language
    GET "/api/texts/" {section} "/" {language} ? TextsQuery, Anyone:
        ShowTexts(()) -> 200 Untyped, [NotFound];

    /// this table, as an OpenAPI document
    GET "/api/openapi.json", Anyone: ShowApi(()) -> 200 Untyped;
    /// `ok`
    GET "/healthz", Anyone: ShowHealth(()) -> 200 Untyped;
    /// 200 if the database answers; tells whether the OP does
    GET "/readyz", Anyone: ShowReadiness(()) -> 200 Untyped;
}

query! {
    /// What to add to the public configuration.
    ConfigQuery {
        /// The code of the error page that asks for its hint.
        error = "error",
    }
}

query! {
    /// The parameters of a login's start.
    LoginQuery {
        /// Where to go afterwards: a path on this site.
        next = "next",
        /// The issuer at which a third party wants the login.
        iss = "iss",
        /// Who is about to log in, for the OP.
        login_hint = "login_hint",
        /// The URL to which a third party wants to return.
        target_link_uri = "target_link_uri",
        /// Has the OP ask its user to log in anew, to confirm who they are.
        confirm = "confirm",
    }
}

query! {
    /// The parameters of the cookie check.
    NextQuery {
        /// Where to go afterwards: a path on this site.
        next = "next",
    }
}

query! {
    /// Which application to open.
    EnterQuery {
        /// Its name.
        app = "app",
        /// The hash of what the browser keeps on the application's host.
        state = "state",
        /// Where to go there: a path.
        next = "next",
    }
}

query! {
    /// Filters of the list of accounts. An empty text is the same as none.
    UserQuery {
        /// A part of username, email or display name, in any case.
        search = "search",
        /// Exactly this username, in any case.
        username = "username",
        /// `admin` or `user`.
        role = "role",
        /// `enabled` or `disabled`.
        status = "status",
        /// The `next` of the previous page.
        after = "after",
    }
}

query! {
    /// How to begin a test login.
    TestLoginQuery {
        /// `login`: the OP asks who it is, even if it knows somebody already (Core §3.1.2.1).
        prompt = "prompt",
    }
}

query! {
    /// Filters of the audit trail.
    AuditQuery {
        /// An account, by its id or its username, in any case. It may be deleted.
        account = "account",
        /// The kind of event.
        kind = "kind",
        /// The request's reference.
        reference = "ref",
        /// The `next` of the previous page.
        before = "before",
    }
}

query! {
    /// The version of the words.
    TextsQuery {
        /// Their version. If it is the current one, the answer may be cached for ever.
        version = "v",
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::{AuditQuery, ENDPOINTS, Endpoint, ListUsers, Query, UnlinkUserIdentity};

    #[test]
    fn no_two_endpoints_are_the_same() {
        let routes = ENDPOINTS
            .iter()
            .map(|endpoint| (endpoint.method.as_str(), endpoint.path));
        let names = ENDPOINTS.iter().map(|endpoint| endpoint.name);

        assert_eq!(routes.collect::<BTreeSet<_>>().len(), ENDPOINTS.len());
        assert_eq!(names.collect::<BTreeSet<_>>().len(), ENDPOINTS.len());
    }

    #[test]
    fn path_takes_its_parameters_in_their_places() {
        let [id, identity] = ["1", "2"].map(str::to_owned);

        assert_eq!(
            UnlinkUserIdentity::PATH,
            "/api/users/{id}/identities/{identity}"
        );
        assert_eq!(
            UnlinkUserIdentity { id, identity }.path(),
            "/api/users/1/identities/2"
        );
        assert_eq!(ListUsers {}.path(), ListUsers::PATH);
    }

    #[test]
    fn query_has_what_is_known_and_there() {
        let mut query = AuditQuery::default();

        for (name, value) in [("ref", "a"), ("unknown", "b"), ("kind", "c"), ("ref", "d")] {
            query.set(name, value.to_owned());
        }

        assert_eq!(query.pairs(), [("kind", "c"), ("ref", "d")]);
    }
}
