-- The list of accounts; links by which a person sets a password.

alter table account add column display_name_key text; -- lower case: what is searched; filled in at start
alter table account add column last_login_at bigint;  -- by whichever method
update account set last_login_at = (
    select max(at) from audit where audit.account_id = account.account_id and kind = 'login'
);

-- Has all that the list is searched and narrowed down by, so that no search reads whole rows.
create index account_list on account
    (username_key, email_key, display_name_key, role, disabled_at, account_id);

create table welcome_link (
    account_id blob primary key not null            -- one link an account: the next one replaces it
        references account (account_id) on delete cascade,
    token_hash blob not null unique,               -- SHA-256 of the link's token
    purpose text not null check (purpose in ('welcome', 'reset')), -- first password, or another
    made_by blob,                                   -- the admin; the row may outlive that account
    made_at bigint not null,
    expires_at bigint not null
);

-- The audit trail by who did it, and by usernames as they were then.
create index audit_actor on audit (actor_id, audit_id);
create index audit_account_name on audit (lower(account), audit_id);
create index audit_actor_name on audit (lower(actor), audit_id);
