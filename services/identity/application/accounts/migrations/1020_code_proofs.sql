-- A code that was entered rightly, until the next step is taken. `token` is the SHA-256 of a token that only the browser
-- has. The statement that reads a row takes it out; a step that may be tried again puts it back with a try less.
create table code_proof (
    token bytea primary key,
    purpose text not null,
    subject uuid not null,
    user_key bytea not null,
    attempt_id uuid not null,
    tries_left int4 not null,
    expires_at timestamptz not null
);
create index code_proof_expires_at on code_proof (expires_at);
