"""Who takes part in a deployment, as the code has it."""

from __future__ import annotations

from deploy.topology import Role, members, workers


def test_a_process_reads_one_queue_for_each_log_that_it_follows_however_many_follow_in_it():
    reads = {worker.name: worker.member.reads(worker.role) for worker in workers()}
    assert reads["matching-project"] == ("identity.matching.project", "matching.project")
    assert reads["notifier-react"] == ("identity.notifier.react", "matching.notifier.react")
    assert reads["matching-serve"] == reads["matching-relay"] == ()
    followers = {member.name: len(member.followers) for member in members()}
    assert followers["matching"] > 2 * len(members())


def test_every_queue_is_read_by_one_process_alone_and_belongs_to_one_log():
    for member in members():
        read = [queue for role in Role for queue in member.reads(role)]
        assert sorted(read) == sorted(member.queues)
        assert all(queue.startswith(f"{log}.") for queue, log in member.queues.items())
