-- Who did what; sessions that the OP ended; logout tokens that were taken.

-- Without references: an entry outlives the account that it is about.
create table audit (
    audit_id blob primary key not null,             -- UUID v7: sorts by age
    at bigint not null,                           -- Unix seconds (UTC)
    kind text not null,                           -- `login`, `login_failed`, `email_changed`, …
    code text,                                    -- of a failure: the code that the browser was sent
    actor_id blob,                                  -- the account that did it; none = a stranger, or the server
    actor text,                                   -- its username then
    account_id blob,                                -- the account that it was done to
    account text,                                 -- its username then
    address text,                                 -- the client's address
    ref text,                                     -- the request's reference: log, error page
    detail text                                   -- what changed; never a secret
);
create index audit_at on audit (at);
create index audit_account on audit (account_id, audit_id);
create index audit_ref on audit (ref);

alter table session add column op_subject text;   -- with `openid`: the subject, for logout by `sub`
alter table session add column ended_at bigint;   -- the OP ended it; kept so that its owner can be told
create index session_op_sid on session (op_sid);

create table logout_token (
    jti_hash blob primary key not null,             -- SHA-256 of issuer and `jti`
    stale_at bigint not null                      -- refused by its age from then on
);
