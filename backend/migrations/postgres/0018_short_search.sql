-- Nothing to do: pg_trgm has no terms for a text of one or two letters, which is compared with each account.
select 1;
