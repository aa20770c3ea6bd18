-- Callbacks of logins, so that one which comes twice is processed once by all servers together.

create table callback (
    key_hash bytea primary key not null,            -- SHA-256 of the callback and of the browser's attempt
    began_at bigint not null,
    outcome text,                                   -- sealed with the secret key; null while in progress
    has_failed boolean not null
);
