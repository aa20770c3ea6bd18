-- A session begun at the OP is asked for again there (OIDC_RECHECK_SECONDS).
alter table session add column refresh_token text;          -- sealed; none = the OP is not asked
alter table session add column recheck_at bigint;           -- from then on, at the next use
alter table session add column recheck_claimed_until bigint; -- somebody is asking; a claim that old is void
