-- What an admin's last test login showed: kept for an hour.

create table test_login (
    account_id uuid primary key not null            -- the admin; the next one replaces it
        references account (account_id) on delete cascade,
    report text not null,                          -- JSON, as the page gets it
    made_at bigint not null
);
