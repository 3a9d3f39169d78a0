-- What is kept for people for a while, beside the log: drafts, forms held over an expired session, saved filters.
-- Its numbers begin at 1001, because the event log of the same schema has numbers of its own.

-- `owner` is the caller's account or phone, as its principal names it. `box` is sealed under the key of `subject`.
create table draft (
    owner text not null,
    kind text not null,
    subject uuid not null,
    version uuid not null,
    box text not null,
    saved_at timestamptz not null,
    expires_at timestamptz not null,
    primary key (owner, kind)
);
create index draft_expires_at on draft (expires_at);
create index draft_subject on draft (subject);

-- `id` and the key of `box` are derived from a token that only the browser has; `client` is a keyed digest of its address.
create table held_form (
    id bytea primary key,
    client bytea not null,
    box bytea not null,
    expires_at timestamptz not null
);
create index held_form_client on held_form (client);
create index held_form_expires_at on held_form (expires_at);

create table saved_filter (
    owner text not null,
    subject uuid not null,
    queue text not null,
    name text not null,
    query json not null,
    saved_at timestamptz not null,
    primary key (owner, queue, name)
);
create index saved_filter_subject on saved_filter (subject);
