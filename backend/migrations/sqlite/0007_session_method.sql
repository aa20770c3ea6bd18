-- Sessions say how they really began. SQLite changes no constraint: the table is made anew.
create table new_session (
    session_id blob primary key not null,         -- UUID v7; names the session, opens nothing
    account_id blob not null references account (account_id) on delete cascade,
    token_hash blob not null unique,              -- SHA-256 of the cookie's token
    method text not null check (method in ('password', 'openid', 'welcome_link', 'login_link', 'setup')),
    op_issuer text,                               -- with `openid`: the issuer
    op_sid text,                                  -- with `openid`: the OP's session id, if it sent one
    id_token text,                                -- kept only where RP-initiated logout needs it
    user_agent text,                              -- the browser, for the owner's list of sessions
    address text,                                 -- the client's address at login, likewise
    started_at bigint not null,
    last_used_at bigint not null,                 -- written at most once a minute
    confirmed_at bigint not null,                 -- last login or password confirmation
    expires_at bigint not null,                   -- the absolute end
    op_subject text,                              -- with `openid`: the subject, for logout by `sub`
    ended_at bigint                               -- the OP ended it; kept so that its owner can be told
);
insert into new_session (session_id, account_id, token_hash, method, op_issuer, op_sid, id_token, user_agent,
        address, started_at, last_used_at, confirmed_at, expires_at, op_subject, ended_at)
    select session_id, account_id, token_hash, method, op_issuer, op_sid, id_token, user_agent,
        address, started_at, last_used_at, confirmed_at, expires_at, op_subject, ended_at
    from session;
drop table session;
alter table new_session rename to session;
create index session_account on session (account_id);
create index session_expires on session (expires_at);
create index session_op_sid on session (op_sid);
