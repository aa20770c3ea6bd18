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

-- Which accounts have some text in a name or an address. PostgreSQL comes with the extension for that,
-- and lets the owner of a database add it. Without it, a search reads every account.
do $$
declare
    place text;
begin
    create extension if not exists pg_trgm schema public;
    select nspname into place
        from pg_extension join pg_namespace on pg_namespace.oid = extnamespace
        where extname = 'pg_trgm';
    execute format(
        'create index account_search on account using gin (username_key %1$I.gin_trgm_ops,
            email_key %1$I.gin_trgm_ops, display_name_key %1$I.gin_trgm_ops)', place);
exception when others then
    raise notice 'accounts are searched without an index: %', sqlerrm;
end
$$;
