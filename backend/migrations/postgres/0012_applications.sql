-- The applications behind the door. A session there is a child of a login: it goes with it.

alter table account add column op_groups text;    -- JSON list: the values of OIDC_CLAIM_ROLES at the last login

create table app_session (
    app_session_id uuid primary key not null,     -- UUID v7
    session_id uuid not null references session (session_id) on delete cascade,
    app text not null,                            -- the application's name in the settings
    ticket_hash bytea unique,                      -- SHA-256 of the ticket that opens it; none = it was used
    state_hash bytea,                              -- SHA-256 of what the browser that asked keeps meanwhile
    token_hash bytea unique,                       -- SHA-256 of the cookie's token; none = the ticket was not used yet
    created_at bigint not null,
    ticket_expires_at bigint not null
);
create index app_session_session on app_session (session_id);

create table assertion_key (
    kid text primary key not null,
    private_key text not null,                    -- PKCS #8, sealed
    public_x text not null,                       -- the point's coordinates, in base64url
    public_y text not null,
    created_at bigint not null
);
