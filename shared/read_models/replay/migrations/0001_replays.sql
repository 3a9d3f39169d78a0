create table replay (
    number int8 generated always as identity primary key,
    model text not null,
    log text not null,
    incarnation text not null,
    archive text not null,
    code text not null,
    fingerprint text not null,
    hidden text[] not null,
    position int8 not null,
    parked int8 not null,
    begun_at timestamptz not null default now(),
    made_at timestamptz
);

-- Kept for good: who asked for rows to be put in place of the live ones, who agreed, and what became of it.
create table proposal (
    number int8 generated always as identity primary key,
    replay int8 not null,
    model text not null,
    position int8 not null,
    difference text not null,
    needs int4 not null,
    proposed_by text not null,
    proposed_at timestamptz not null default now(),
    confirmed_by text,
    confirmed_at timestamptz,
    applied_at timestamptz,
    applied_to int8
);
