-- Who is who, and the keys of their data. Run by the vault's role with its schema as the search path.

create table master_key (
    id text primary key,
    check_value bytea not null,  -- to know the key again; it cannot be computed back
    added_at timestamptz not null default now()
);

create table state (
    index_key bytea not null,    -- of the blind index, wrapped
    master_key_id text not null references master_key,
    forgets int8 not null default 0  -- counts up with every forgetting, so that other processes notice
);
create unique index state_is_one on state ((true));

create table subject (
    id uuid primary key,
    wrapped_key bytea,           -- none once forgotten
    master_key_id text references master_key,
    created_at timestamptz not null default now(),
    merged_into uuid references subject,
    forgotten_at timestamptz,
    forgotten_ground text,
    check ((wrapped_key is null) = (forgotten_at is not null)),
    check ((wrapped_key is null) = (master_key_id is null)),
    check (merged_into <> id)
);
create index subject_by_master_key on subject (master_key_id, id) where wrapped_key is not null;
create index subject_merged on subject (merged_into) where merged_into is not null;
create index subject_forgotten on subject (forgotten_at) where forgotten_at is not null;

create table blind_index (
    digest bytea primary key,    -- of the kind and the value, keyed
    kind text not null,
    subject uuid not null references subject
);
create index blind_index_by_subject on blind_index (subject);

create table hold (
    id uuid primary key,
    subject uuid not null references subject,
    ground text not null,
    until timestamptz,           -- none: until it is released
    placed_by text not null,
    placed_at timestamptz not null default now(),
    released_by text,
    released_at timestamptz
);
create index hold_by_subject on hold (subject);
