-- One index of all that is searched, half as large: one of three columns was looked through three times, and
-- nothing said how many accounts have a text. `SEARCHED` in `user_search.rs` is the same expression.
do $do$
declare
    place text;
begin
    select nspname into strict place
        from pg_extension join pg_namespace on pg_namespace.oid = extnamespace
        where extname = 'pg_trgm';
    drop index if exists account_search;
    execute format($sql$
        create index account_search on account using gin ((username_key || E'\x03' || coalesce(email_key, '')
            || E'\x03' || coalesce(display_name_key, '')) %I.gin_trgm_ops)
        $sql$, place);
exception when others then
    raise notice 'accounts are searched without an index: %', sqlerrm;
end
$do$;
