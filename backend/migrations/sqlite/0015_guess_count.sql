-- Wrong guesses, counted by all servers together.

create table guess_count (
    key_hash blob  primary key not null,            -- HMAC-SHA256 of what is guessed and of who guesses
    until bigint not null                           -- when all wrong guesses are forgotten
);
