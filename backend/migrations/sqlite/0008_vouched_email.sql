-- An address that somebody vouches for is one account's alone; one that is only claimed excludes
-- nobody. SQLite drops no constraint: the table is made anew, and what hangs on it is kept meanwhile.
create table kept_identity as select * from identity;
create table kept_session as select * from session;
create table kept_welcome_link as select * from welcome_link;
create table kept_test_login as select * from test_login;
create table kept_login_link as select * from login_link;

create table new_account (
    account_id blob primary key not null,         -- UUID v7
    username text not null,                       -- as its owner writes it
    username_key text not null unique,            -- lower case: what is compared
    display_name text,                            -- what the owner likes to be called
    email text,                                   -- as written
    email_key text,                               -- what is compared (`Email::key`); none = no email
    email_voucher text check (email_voucher in ('admin', 'op')), -- who vouches for it, besides a present admin for their own
    lost_email text,                              -- a claimed address that gave way; its owner is told
    role text not null check (role in ('user', 'admin')),
    password_hash text,                           -- argon2id PHC string; none = no password login
    disabled_at bigint,                           -- refused on every path since then
    created_at bigint not null,
    updated_at bigint not null,
    display_name_key text,                        -- lower case: what is searched; filled in at start
    last_login_at bigint                          -- by whichever method
);
-- Outside of ASCII the keys have another form now, and are filled in at start. What an admin typed
-- as their own was marked as if another had: the trail knows.
insert into new_account (account_id, username, username_key, display_name, email, email_key, email_voucher,
        role, password_hash, disabled_at, created_at, updated_at, display_name_key, last_login_at)
    select account_id, username, username_key, display_name, email,
        case when length(email) = length(cast(email as blob)) then email_key end,
        case when email is not null and email_set_by_admin and not coalesce((
            select audit.actor_id = audit.account_id from audit
            where audit.account_id = account.account_id and kind in ('account_made', 'email_changed')
            order by audit_id desc limit 1), false) then 'admin' end,
        role, password_hash, disabled_at, created_at, updated_at, display_name_key, last_login_at
    from account;
drop table account;
alter table new_account rename to account;

insert into identity select * from kept_identity;
insert into session select * from kept_session;
insert into welcome_link select * from kept_welcome_link;
insert into test_login select * from kept_test_login;
insert into login_link select * from kept_login_link;
drop table kept_identity;
drop table kept_session;
drop table kept_welcome_link;
drop table kept_test_login;
drop table kept_login_link;

-- Has all that the list is searched and narrowed down by, so that no search reads whole rows.
create index account_list on account
    (username_key, email_key, display_name_key, role, disabled_at, account_id);
create index account_email on account (email_key);
create unique index account_vouched_email on account (email_key)
    where email_voucher is not null or role = 'admin';
