-- What changes at every request and is decided in one transaction: codes, counts, passwords, questions, sessions.
-- Its numbers begin at 1001, because the event log of the same schema has numbers of its own.

-- When something was sent, by what is limited: a phone, an identifier, a client address, each as a keyed digest.
create table send_window (
    key bytea primary key,
    sent_at timestamptz[] not null,
    last_at timestamptz not null
);
create index send_window_last_at on send_window (last_at);

-- How one user stands at one client. `attempt` is the SHA-256 of a token that only the browser has; `digest` is
-- HMAC-SHA256 under a key of the vault over user, purpose and code. Without `subject` no code was sent to anybody.
create table one_time_code (
    user_key bytea not null,
    client_key bytea not null,
    attempt bytea not null unique,
    attempt_id uuid not null,
    subject uuid,
    purpose text not null,
    session uuid,
    digest bytea not null,
    expires_at timestamptz not null,
    tries_left int4 not null,
    used boolean not null,
    used_up int4 not null,
    locks int4 not null,
    locked_until timestamptz,
    last_at timestamptz not null,
    primary key (user_key, client_key)
);
create index one_time_code_last_at on one_time_code (last_at);

-- Wrong passwords in a row; an empty `client_key` counts all places together.
create table password_failure (
    account_key bytea not null,
    client_key bytea not null,
    in_a_row int4 not null,
    locks int4 not null,
    locked_until timestamptz,
    last_at timestamptz not null,
    primary key (account_key, client_key)
);
create index password_failure_last_at on password_failure (last_at);

-- Which of an account's passwords counts, its events say: a row that no event names counts for nothing.
create table password (
    id uuid primary key,
    subject uuid not null,
    hash text not null,
    set_at timestamptz not null
);
create index password_subject on password (subject);

create table question (
    token bytea primary key,
    spoken text not null,
    language text not null,
    answers bytea[] not null,
    expires_at timestamptz not null
);
create index question_expires_at on question (expires_at);

-- `token` is the SHA-256 of the token; `place` is sealed for the subject. A closed session stays until its time would
-- have been over, so that whoever still uses its token is told how it ended.
create table session (
    token bytea primary key,
    id uuid not null unique,
    principal text not null,
    owner uuid not null,
    subject uuid not null,
    role text not null,
    institution text,
    acts_for text[] not null,
    jurisdiction text,
    assurances text[] not null,
    place text not null,
    opened_at timestamptz not null,
    seen_at timestamptz not null,
    idle_seconds int4 not null,
    ends_at timestamptz not null,
    ended text
);
create index session_owner on session (owner);
create index session_subject on session (subject);
create index session_ends_at on session (ends_at);
