-- What an organisation grants its user, in a session of that user.
alter table session add column services text[] not null default '{}';
