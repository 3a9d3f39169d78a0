-- What pages say of who is signed in, sealed for the subject; none in sessions that were opened before.
alter table session add column badge text;
