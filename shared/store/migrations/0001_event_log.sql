-- The log of one context. Run by its own role with its schema as the search path.

create table log (
    incarnation text not null,  -- a life of this log: part of every event's source
    epoch int4 not null         -- a life of the transaction ids: a restored log goes on in a new one
);
create unique index log_is_one on log ((true));
insert into log values (replace(gen_random_uuid()::text, '-', ''), 1);

create table event (
    originator_id uuid not null,
    originator_version int8 not null,
    type text not null,
    data bytea not null,        -- the event's JSON, byte for byte as published
    meta bytea not null,        -- CloudEvents attributes: a JSON fragment that begins with a comma
    epoch int4 not null default 1,
    xid xid8 not null default pg_current_xact_id(),
    id int8 not null generated always as identity,
    primary key (originator_id, originator_version)
);
create index event_order on event (epoch, xid, id);

-- Kept where the events are kept, and written in the same statement.
create table reservation (
    scope text not null,
    key text not null,
    holder uuid not null,
    primary key (scope, key)
);
create table answer (
    key text primary key,
    digest bytea not null,
    body bytea not null,
    at timestamptz not null default now()
);
create table counter (
    scope text primary key,
    value int8 not null
);

-- The relay's. A page is a run of events whose positions and hashes are settled: the last one of each is named here.
create table page (
    position_to int8 primary key,
    epoch int4 not null,
    xid xid8 not null,
    id int8 not null,
    hash bytea not null,
    at timestamptz not null default now()
);
create unique index page_order on page (epoch, xid, id);
create table relay (
    generation int8 not null,
    holder text not null,
    published int8 not null,
    heartbeat timestamptz not null default now()
);
create unique index relay_is_one on relay ((true));
insert into relay (generation, holder, published) values (0, '', 0);
create table checkpoint (
    position int8 primary key,
    hash bytea not null,
    key_id text not null,
    signature bytea not null,
    at timestamptz not null default now()
);
