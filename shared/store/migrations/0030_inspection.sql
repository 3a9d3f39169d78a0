-- What was asked and refused: no event tells of it. It is kept for a while, and never more than so much of it.
create table refusal (
    id int8 primary key generated always as identity,
    at timestamptz not null,
    method text not null,
    code text not null,
    correlation_id text not null,
    causation_id text not null,
    actor_id text not null,
    actor_role text not null
);
create index refusal_correlation on refusal (correlation_id);

-- Who has looked at which row of which read model.
create table look (
    id int8 primary key generated always as identity,
    at timestamptz not null,
    actor_id text not null,
    actor_role text not null,
    model text not null,
    key text not null
);

-- How far the log has been looked through for a question; what was found lies in `touched_<id>`.
create table lookup (
    id int4 primary key generated always as identity,
    name text not null unique,
    position int8 not null default 0
);
