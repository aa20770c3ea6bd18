-- An address that somebody vouches for is one account's alone; one that is only claimed excludes
-- nobody.
alter table account drop constraint account_email_key_key;
alter table account add column email_voucher text check (email_voucher in ('admin', 'op')); -- who vouches for it, besides a present admin for their own
alter table account add column lost_email text;   -- a claimed address that gave way; its owner is told

-- Outside of ASCII the keys have another form now, and are filled in at start.
update account set email_key = null where char_length(email) <> octet_length(email);
-- What an admin typed as their own was marked as if another had: the trail knows.
update account set email_voucher = 'admin'
    where email is not null and email_set_by_admin and not coalesce((
        select audit.actor_id = audit.account_id from audit
        where audit.account_id = account.account_id and kind in ('account_made', 'email_changed')
        order by audit_id desc limit 1), false);
alter table account drop column email_set_by_admin;

create index account_email on account (email_key);
create unique index account_vouched_email on account (email_key)
    where email_voucher is not null or role = 'admin';
