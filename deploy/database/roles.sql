-- Databases, roles and logins of Caretrail, for `psql` as a superuser; run again, it adds what is missing.
-- Written from the code by `./justw docs`: change deploy/database_roles.py instead.
\set ON_ERROR_STOP on

-- Roles that own the tables of one schema, or may read one log; nobody logs in as them.
select 'create role caretrail_gateway nologin' where not exists (select from pg_roles where rolname = 'caretrail_gateway') \gexec
select 'create role caretrail_identity nologin' where not exists (select from pg_roles where rolname = 'caretrail_identity') \gexec
select 'create role caretrail_matching nologin' where not exists (select from pg_roles where rolname = 'caretrail_matching') \gexec
select 'create role caretrail_notifier nologin' where not exists (select from pg_roles where rolname = 'caretrail_notifier') \gexec
select 'create role caretrail_support nologin' where not exists (select from pg_roles where rolname = 'caretrail_support') \gexec
select 'create role caretrail_vault nologin' where not exists (select from pg_roles where rolname = 'caretrail_vault') \gexec
select 'create role caretrail_gateway_reader nologin' where not exists (select from pg_roles where rolname = 'caretrail_gateway_reader') \gexec
select 'create role caretrail_gateway_replay nologin' where not exists (select from pg_roles where rolname = 'caretrail_gateway_replay') \gexec
select 'create role caretrail_identity_reader nologin' where not exists (select from pg_roles where rolname = 'caretrail_identity_reader') \gexec
select 'create role caretrail_identity_replay nologin' where not exists (select from pg_roles where rolname = 'caretrail_identity_replay') \gexec
select 'create role caretrail_matching_reader nologin' where not exists (select from pg_roles where rolname = 'caretrail_matching_reader') \gexec
select 'create role caretrail_matching_replay nologin' where not exists (select from pg_roles where rolname = 'caretrail_matching_replay') \gexec
select 'create role caretrail_notifier_reader nologin' where not exists (select from pg_roles where rolname = 'caretrail_notifier_reader') \gexec
select 'create role caretrail_notifier_replay nologin' where not exists (select from pg_roles where rolname = 'caretrail_notifier_replay') \gexec
select 'create role caretrail_support_reader nologin' where not exists (select from pg_roles where rolname = 'caretrail_support_reader') \gexec
select 'create role caretrail_support_replay nologin' where not exists (select from pg_roles where rolname = 'caretrail_support_replay') \gexec

-- Logins. They have no password yet, so that nobody gets in.
select 'create role gateway login nosuperuser nocreatedb nocreaterole' where not exists (select from pg_roles where rolname = 'gateway') \gexec
select 'create role identity login nosuperuser nocreatedb nocreaterole' where not exists (select from pg_roles where rolname = 'identity') \gexec
select 'create role matching login nosuperuser nocreatedb nocreaterole' where not exists (select from pg_roles where rolname = 'matching') \gexec
select 'create role notifier login nosuperuser nocreatedb nocreaterole' where not exists (select from pg_roles where rolname = 'notifier') \gexec
select 'create role support login nosuperuser nocreatedb nocreaterole' where not exists (select from pg_roles where rolname = 'support') \gexec
select 'create role installer login nosuperuser nocreatedb nocreaterole' where not exists (select from pg_roles where rolname = 'installer') \gexec

-- Who installs owns the databases, and sees how long other transactions have run, for `horizon_age`.
grant caretrail_gateway, caretrail_identity, caretrail_matching, caretrail_notifier, caretrail_support, caretrail_vault, caretrail_gateway_replay, caretrail_identity_replay, caretrail_matching_replay, caretrail_notifier_replay, caretrail_support_replay, pg_read_all_stats to installer;

-- Who runs a context may use its schemas and the vault, and read the logs that it follows.
grant caretrail_gateway, caretrail_gateway_replay, caretrail_vault to gateway;
grant caretrail_identity, caretrail_identity_replay, caretrail_vault to identity;
grant caretrail_matching, caretrail_matching_replay, caretrail_vault, caretrail_identity_reader to matching;
grant caretrail_notifier, caretrail_notifier_replay, caretrail_vault, caretrail_identity_reader, caretrail_matching_reader to notifier;
grant caretrail_support, caretrail_support_replay, caretrail_vault, caretrail_identity_reader to support;

-- Databases, open to nobody but those.
select 'create database gateway owner installer template template0 encoding ''UTF8'' locale ''C''' where not exists (select from pg_database where datname = 'gateway') \gexec
revoke all on database gateway from public;
grant connect on database gateway to gateway;
select 'create database identity owner installer template template0 encoding ''UTF8'' locale ''C''' where not exists (select from pg_database where datname = 'identity') \gexec
revoke all on database identity from public;
grant connect on database identity to identity, matching, notifier, support;
select 'create database matching owner installer template template0 encoding ''UTF8'' locale ''C''' where not exists (select from pg_database where datname = 'matching') \gexec
revoke all on database matching from public;
grant connect on database matching to matching, notifier;
select 'create database notifier owner installer template template0 encoding ''UTF8'' locale ''C''' where not exists (select from pg_database where datname = 'notifier') \gexec
revoke all on database notifier from public;
grant connect on database notifier to notifier;
select 'create database support owner installer template template0 encoding ''UTF8'' locale ''C''' where not exists (select from pg_database where datname = 'support') \gexec
revoke all on database support from public;
grant connect on database support to support;
select 'create database vault owner installer template template0 encoding ''UTF8'' locale ''C''' where not exists (select from pg_database where datname = 'vault') \gexec
revoke all on database vault from public;
grant connect on database vault to gateway, identity, matching, notifier, support;
