"""清冊檔 by SFTP, to paramiko's own server on this machine: whole or not at all, and to the right server alone."""

import re
from dataclasses import replace
from datetime import date

import paramiko
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from services.support.adapters.register_file import register_file
from services.support.adapters.register_sftp import SftpDrop, SftpServer
from services.support.domain.register_delivery import DropReceipt, NotDelivered
from services.support.domain.register_file import Recorded, Stretch
from services.support.events import DeliveryFault
from tests.controls.sftp_servers import PASSWORD, USER, sftp_server
from tests.controls.support import APPROVED_AT, support_approved

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
STRETCH = Stretch(0, 20, "")


def made(*recorded):
    return register_file(date(2025, 3, 12), STRETCH, recorded or [Recorded(12, APPROVED_AT, support_approved())], KEY)


def private_key(path):
    pem = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption())
    path.write_bytes(pem)
    return paramiko.PKey.from_path(str(path))


@pytest.fixture
def insurer(tmp_path):
    """The insurer's server, the folder that it serves, and how we sign in there."""
    folder = tmp_path / "served"
    (folder / "in").mkdir(parents=True)
    login_key = private_key(tmp_path / "login")
    with sftp_server(folder, private_key(tmp_path / "host"), login_key) as server:
        known = SftpServer(
            "127.0.0.1", server.port, USER, "/in", server.host_key, login_key_file=str(tmp_path / "login")
        )
        yield server, folder / "in", known


def fault_of(drop, file):
    with pytest.raises(NotDelivered) as told:
        drop.deliver(file)
    return told.value.fault


def test_a_delivered_file_lies_there_with_its_manifest_and_nothing_else(insurer):
    _, folder, known = insurer
    file = made()

    receipt = SftpDrop(known).deliver(file)

    assert {path.name: path.read_bytes() for path in folder.iterdir()} == {
        file.name: file.content,
        file.manifest_name: file.manifest,
    }
    assert receipt == DropReceipt(file.name, file.digest, receipt.manifest_digest)


def test_each_gets_its_name_when_it_is_whole_and_the_manifest_comes_last(insurer):
    server, _, known = insurer
    file = made()

    SftpDrop(known).deliver(file)

    drafts = [re.sub(r"\.[0-9a-f]{8}\.draft$", ".draft", path) for _, path in server.asked]
    assert list(zip([what for what, _ in server.asked], drafts, strict=True)) == [
        ("write", f"/in/.{file.name}.draft"),
        ("rename", f"/in/{file.name}"),
        ("write", f"/in/.{file.manifest_name}.draft"),
        ("rename", f"/in/{file.manifest_name}"),
    ]


def test_no_two_attempts_write_the_same_draft(insurer):
    server, folder, known = insurer
    for _ in range(2):
        SftpDrop(known).deliver(made())
        for path in folder.iterdir():
            path.unlink()

    written = [path for what, path in server.asked if what == "write"]
    assert len(set(written)) == len(written) == 4


def test_what_was_not_written_whole_gets_no_name(tmp_path):
    folder = tmp_path / "in"
    folder.mkdir()
    with sftp_server(tmp_path, private_key(tmp_path / "host"), room=100) as server:
        known = SftpServer("127.0.0.1", server.port, USER, "/in", server.host_key, PASSWORD)

        assert fault_of(SftpDrop(known), made()) is DeliveryFault.NOT_WRITTEN

    assert list(folder.iterdir()) == []


def test_a_server_with_a_key_of_rsa_is_known(tmp_path):
    (tmp_path / "in").mkdir()
    with sftp_server(tmp_path, paramiko.RSAKey.generate(2048)) as server:
        known = SftpServer("127.0.0.1", server.port, USER, "/in", server.host_key, PASSWORD)

        SftpDrop(known).deliver(made())

    assert (tmp_path / "in" / made().name).exists()


@pytest.mark.parametrize("content", [None, b"", b"no key at all"])
def test_a_login_key_that_cannot_be_read_is_told_of_as_such(insurer, tmp_path, content):
    _, folder, known = insurer
    if content is not None:
        (tmp_path / "unreadable").write_bytes(content)

    assert (
        fault_of(SftpDrop(replace(known, login_key_file=str(tmp_path / "unreadable"))), made())
        is DeliveryFault.SIGN_IN_REFUSED
    )
    assert list(folder.iterdir()) == []


def test_what_lies_there_already_is_delivered_without_being_written_again(insurer):
    server, _, known = insurer
    first = SftpDrop(known).deliver(made())
    server.asked.clear()

    assert SftpDrop(known).deliver(made()) == first
    assert server.asked == []


def test_a_delivery_that_broke_off_is_finished(insurer):
    _, folder, known = insurer
    file = made()
    (folder / f".{file.name}.0a1b2c3d.draft").write_bytes(file.content[:10])
    (folder / f".{file.manifest_name}.0a1b2c3d.draft").write_bytes(b"")

    SftpDrop(known).deliver(file)

    assert (folder / file.name).read_bytes() == file.content
    assert sorted(path.name for path in folder.iterdir()) == [file.name, file.manifest_name]


def test_another_file_under_the_same_name_is_left_as_it_is(insurer):
    _, folder, known = insurer
    file = made()
    (folder / file.name).write_bytes(b"something else")

    assert fault_of(SftpDrop(known), file) is DeliveryFault.OTHER_FILE_THERE
    assert (folder / file.name).read_bytes() == b"something else"


def test_a_password_does_where_there_is_no_key(insurer):
    _, folder, known = insurer

    SftpDrop(replace(known, login_key_file="", password=PASSWORD)).deliver(made())

    assert (folder / made().name).exists()


def test_no_other_server_than_the_one_that_is_known_gets_anything(insurer, tmp_path):
    server, folder, known = insurer
    other = private_key(tmp_path / "other")
    stranger = replace(known, host_key=f"{other.get_name()} {other.get_base64()}", password=PASSWORD)

    assert fault_of(SftpDrop(stranger), made()) is DeliveryFault.OTHER_HOST
    assert (server.asked, list(folder.iterdir())) == ([], [])


def test_whoever_is_not_let_in_is_told_so(insurer):
    _, _, known = insurer

    assert (
        fault_of(SftpDrop(replace(known, login_key_file="", password="another")), made())
        is DeliveryFault.SIGN_IN_REFUSED
    )


def test_a_folder_that_is_not_there_is_not_made(insurer):
    _, folder, known = insurer

    assert fault_of(SftpDrop(replace(known, folder="/elsewhere")), made()) is DeliveryFault.NOT_WRITTEN
    assert not (folder.parent / "elsewhere").exists()


def test_a_server_that_is_away_is_unreachable(tmp_path):
    host = private_key(tmp_path / "host")
    with sftp_server(tmp_path, host) as server:
        port, host_key = server.port, server.host_key
    known = SftpServer("127.0.0.1", port, USER, "/in", host_key, PASSWORD)

    assert fault_of(SftpDrop(known), made()) is DeliveryFault.UNREACHABLE


@pytest.mark.parametrize("text", ["", "ssh-ed25519", "ssh-ed25519 ???", "ssh-unheard-of AAAA"])
def test_what_is_no_key_of_a_server_is_refused_before_anything_is_sent(text):
    with pytest.raises(ValueError, match=r".*"):
        SftpDrop(SftpServer("127.0.0.1", 22, USER, "/in", text, PASSWORD))
