-- What is looked for among a million rows has an index.

-- At the start: keys that are missing (none, as a rule), and admins. The list has all columns for which
-- it is narrowed down.
create index account_without_name_key on account (account_id)
    where display_name is not null and display_name_key is null;
create index account_without_email_key on account (email_key, account_id)
    where email is not null and email_key is null;
create index account_admin on account
    (username_key, email_key, display_name_key, role, disabled_at, account_id) where role = 'admin';
create index account_disabled on account
    (username_key, email_key, display_name_key, role, disabled_at, account_id) where disabled_at is not null;

-- The sweep removes some rows at a time, the oldest first. Where a condition of a small index comes first
-- in it, SQLite prefers it to a larger one.
create index session_idle on session (last_used_at, expires_at, ended_at);
create index app_session_ticket on app_session (token_hash, ticket_expires_at) where token_hash is null;
create index logout_token_stale on logout_token (stale_at);
create index void_link_stale on void_link (stale_at);
create index callback_began on callback (began_at);
create index guess_count_until on guess_count (until);
create index welcome_link_expires on welcome_link (expires_at);
create index login_link_expires on login_link (expires_at);
create index audit_failure on audit (kind, at)
    where kind in ('login_failed', 'setup_failed', 'welcome_failed');

-- The audit trail, narrowed down by kind.
create index audit_kind on audit (kind, audit_id);

-- Which accounts have some text in a name or an address: three letters in a row are a term. The ids of
-- rows are our own, because `vacuum` gives those of `account` anew.
create table account_search_row (
    search_id integer primary key not null,
    account_id blob unique not null
);
create view account_searched as
    select search_id, username_key, email_key, display_name_key
    from account_search_row join account using (account_id);
create virtual table account_search using fts5 (
    username_key, email_key, display_name_key,
    content = 'account_searched', content_rowid = 'search_id', tokenize = 'trigram case_sensitive 1'
);
-- What is deleted is gone from the file as well.
insert into account_search (account_search, rank) values ('secure-delete', 1);
insert into account_search_row (account_id) select account_id from account order by account_id;
insert into account_search (account_search) values ('rebuild');

create trigger account_search_inserted after insert on account
begin
    insert into account_search_row (account_id) values (new.account_id);
    insert into account_search (rowid, username_key, email_key, display_name_key)
        select search_id, new.username_key, new.email_key, new.display_name_key
        from account_search_row where account_id = new.account_id;
end;
create trigger account_search_updated after update of username_key, email_key, display_name_key on account
    when old.username_key is not new.username_key or old.email_key is not new.email_key
        or old.display_name_key is not new.display_name_key
begin
    insert into account_search (account_search, rowid, username_key, email_key, display_name_key)
        select 'delete', search_id, old.username_key, old.email_key, old.display_name_key
        from account_search_row where account_id = old.account_id;
    insert into account_search (rowid, username_key, email_key, display_name_key)
        select search_id, new.username_key, new.email_key, new.display_name_key
        from account_search_row where account_id = new.account_id;
end;
create trigger account_search_deleted after delete on account
begin
    insert into account_search (account_search, rowid, username_key, email_key, display_name_key)
        select 'delete', search_id, old.username_key, old.email_key, old.display_name_key
        from account_search_row where account_id = old.account_id;
    delete from account_search_row where account_id = old.account_id;
end;
