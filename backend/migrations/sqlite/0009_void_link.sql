-- Pending links, which are sealed cookies, that were spent or are void by now.

create table void_link (
    key_hash blob primary key not null,             -- SHA-256 of the link, or of what it depends on
    created_before blob not null,                     -- UUID v7: links that were created before are void
    stale_at bigint not null                        -- by then such a link is too old in any case
);
