-- People, their identities at OPs, and their sessions. All times are Unix seconds (UTC).

create table account (
    account_id uuid primary key not null,        -- UUID v7
    username text not null,                       -- as its owner writes it
    username_key text not null unique,            -- lower case: what is compared
    display_name text,                            -- what the owner likes to be called
    email text,                                   -- as written
    email_key text unique,                        -- lower case: what is compared; none = no email
    email_set_by_admin boolean not null,          -- an admin vouches for it (linking by email)
    role text not null check (role in ('user', 'admin')),
    password_hash text,                           -- argon2id PHC string; none = no password login
    disabled_at bigint,                           -- refused on every path since then
    created_at bigint not null,
    updated_at bigint not null
);

create table identity (
    identity_id uuid primary key not null,        -- UUID v7
    account_id uuid not null references account (account_id) on delete cascade,
    issuer text not null,                         -- the OP's issuer identifier, compared exactly
    subject text not null,                        -- `sub` at that issuer, compared exactly
    username text,                                -- at the OP, at the last login: for display alone
    email text,                                   -- at the OP, at the last login: for display alone
    linked_at bigint not null,
    last_login_at bigint,
    unique (issuer, subject),
    unique (account_id, issuer)                   -- an account is never bound twice at one issuer
);

create table session (
    session_id uuid primary key not null,         -- UUID v7; names the session, opens nothing
    account_id uuid not null references account (account_id) on delete cascade,
    token_hash bytea not null unique,              -- SHA-256 of the cookie's token
    method text not null check (method in ('password', 'openid')),
    op_issuer text,                               -- with `openid`: the issuer
    op_sid text,                                  -- with `openid`: the OP's session id, if it sent one
    id_token text,                                -- kept only where RP-initiated logout needs it
    user_agent text,                              -- the browser, for the owner's list of sessions
    address text,                                 -- the client's address at login, likewise
    started_at bigint not null,
    last_used_at bigint not null,                 -- written at most once a minute
    confirmed_at bigint not null,                 -- last login or password confirmation
    expires_at bigint not null                    -- the absolute end
);
create index session_account on session (account_id);
create index session_expires on session (expires_at);

create table setting (
    name text primary key not null,               -- `setup_closed`, `admin_guard`
    value text not null
);

-- Whoever changes roles updates this row first: it is the lock under which admins are counted.
insert into setting (name, value) values ('admin_guard', '');
