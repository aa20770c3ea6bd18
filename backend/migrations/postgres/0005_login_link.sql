-- Links that log in once; who did it, where that was no account.

create table login_link (
    account_id uuid primary key not null            -- one link an account: the next one replaces it
        references account (account_id) on delete cascade,
    token_hash bytea not null unique,               -- SHA-256 of the link's token
    made_at bigint not null,
    expires_at bigint not null
);

alter table audit add column operator text;         -- at the command line: the user of the system
